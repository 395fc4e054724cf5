//! Webhook endpoints, and the events that they receive.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::access::Place;
use crate::admin::body::{malformed, parse};
use crate::admin::query::{NOT_A_CURSOR, Parameters, decode_cursor};
use crate::admin::{AdminError, Description, Moment, Paging};
use crate::json::{self, FromJson, Object, text};
use crate::record::{Level, Owner, OwnerId};
use crate::time::Timestamp;
use crate::token::IntegrationId;
use crate::webhooks::{EndpointId, MAX_DATA_BYTES};

/// The longest body of a publication, in bytes: its `data` and the other fields.
pub const MAX_PUBLICATION_BYTES: usize = MAX_DATA_BYTES.saturating_add(8 * 1024);

/// Webhook endpoints.
#[derive(Debug)]
#[expect(missing_docs, reason = "each is a row of ROUTES")]
pub enum EndpointCommand {
    List { integration: Option<IntegrationId>, paging: Paging<String> },
    Create(NewEndpoint),
    Show(EndpointId),
    Edit { id: EndpointId, rev: u64, edit: EditEndpoint },
    Delete { id: EndpointId, rev: u64 },
    Rotate { id: EndpointId, rev: u64, rotate: RotateSecret },
    Test(EndpointId),
    Resend { id: EndpointId, what: Resend },
    Deliveries { id: EndpointId, paging: Paging<u64> },
    Kinds,
    Publish(Publication),
}

/// To whom an endpoint belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Belongs {
    /// To a place: it receives the events there.
    Place(Place),
    /// To an integration: it receives the integration's events, and the API's own events that its scopes allow.
    Integration(IntegrationId),
}

/// `POST /endpoints`
#[derive(Clone, Debug)]
pub struct NewEndpoint {
    /// To whom it belongs.
    pub belongs: Belongs,
    /// Its address.
    pub url: String,
    /// What it is for.
    pub description: Description,
    /// The kinds of events that it wants.
    pub kinds: Vec<String>,
}

/// `PATCH /endpoints/{id}`. Fields that are left out stay as they are.
#[derive(Clone, Debug)]
pub struct EditEndpoint {
    /// The new address.
    pub url: Option<String>,
    /// The new description.
    pub description: Option<Description>,
    /// All kinds of events that it wants from now on.
    pub kinds: Option<Vec<String>>,
    /// Whether it receives events.
    pub enabled: Option<bool>,
}

/// `POST /endpoints/{id}/rotate`: whether the outgoing secret still signs, beside the new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RotateSecret {
    /// It does not.
    Now,
    /// It does for 24 hours.
    Later,
}

/// `POST /endpoints/{id}/resend`
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resend {
    /// One message.
    Message(String),
    /// All events since a moment.
    Since(Timestamp),
}

/// `POST /publications`: an event of the API's own.
#[derive(Clone, Debug)]
pub struct Publication {
    /// What happened.
    pub kind: String,
    /// The owner whose integrations receive it.
    pub owner: Owner,
    /// JSON text: what there is to know of it.
    pub data: String,
    /// The publisher's id. Publishing again under the same id sends nothing twice.
    pub id: String,
}

impl FromJson for NewEndpoint {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        let mut fields = Object::of(value, &["place", "integration", "url", "description", "kinds"])?;
        let belongs = match (fields.given("place")?, fields.given("integration")?) {
            (Some(place), None) => Belongs::Place(place),
            (None, Some(integration)) => Belongs::Integration(integration),
            _ => return Err(json::Error::of("place", "give either place or integration")),
        };
        let description = fields.given("description")?.unwrap_or_default();
        Ok(Self { belongs, url: fields.required("url")?, description, kinds: fields.required("kinds")? })
    }
}

impl EditEndpoint {
    pub(in crate::admin) fn parse(body: &str) -> Result<Self, AdminError> {
        let edit: Self = parse(body)?;
        match edit {
            Self { url: None, description: None, kinds: None, enabled: None } => {
                Err(AdminError::invalid("url", "nothing to change: give url, description, kinds or enabled"))
            }
            edit => Ok(edit),
        }
    }
}

crate::json_object!(EditEndpoint { url: given, description: given, kinds: given, enabled: given });

impl FromJson for RotateSecret {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        Object::of(value, &["expire"])?.required("expire").map(|Expire(expire)| expire)
    }
}

struct Expire(RotateSecret);

impl FromJson for Expire {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        text(value, |word| match word {
            "now" => Ok(Self(RotateSecret::Now)),
            "later" => Ok(Self(RotateSecret::Later)),
            _ => Err("it must be now or later"),
        })
    }
}

impl FromJson for Resend {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        let mut fields = Object::of(value, &["message", "since"])?;
        match (fields.given("message")?, fields.given("since")?) {
            (Some(message), None) => Ok(Self::Message(message)),
            (None, Some(Moment(since))) => Ok(Self::Since(since)),
            _ => Err(json::Error::of("message", "give either message or since")),
        }
    }
}

/// `GET /endpoints`: all that the caller may see, or those of one integration.
pub(in crate::admin) fn list(query: Option<&str>) -> Result<EndpointCommand, AdminError> {
    let given = Parameters::parse(query, &["cursor", "limit", "integration"])?;
    let after = given.read("cursor", |text| decode_cursor(text).ok_or(NOT_A_CURSOR))?;
    let integration = given.read("integration", IntegrationId::parse)?;
    Ok(EndpointCommand::List { integration, paging: Paging { after, limit: given.limit()? } })
}

/// The body as it was sent. `data` is passed on byte for byte, so it is not parsed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Published<'a> {
    r#type: String,
    #[serde(borrow)]
    owner: &'a RawValue,
    #[serde(borrow)]
    data: &'a RawValue,
    id: String,
}

struct OwnerFields(Owner);

impl FromJson for OwnerFields {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        let mut fields = Object::of(value, &["level", "id"])?;
        let (level, id): (Level, OwnerId) = (fields.required("level")?, fields.required("id")?);
        Ok(Self(Owner { level, id }))
    }
}

impl Publication {
    pub(in crate::admin) fn parse(body: &str) -> Result<Self, AdminError> {
        let published: Published<'_> = serde_json::from_str(body).map_err(|error| unread(&error))?;
        let Published { r#type: kind, owner, data, id } = published;
        let owner = json::Value::parse(owner.get()).map_err(|error| malformed(&error))?;
        let OwnerFields(owner) = crate::admin::body::made("owner", owner)?;
        if data.get().len() > MAX_DATA_BYTES {
            return Err(AdminError::TooLarge(MAX_DATA_BYTES));
        }
        if !(1..=128).contains(&id.len()) || !id.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(AdminError::invalid("id", "it must be 1 to 128 visible ASCII characters"));
        }
        Ok(Self { kind, owner, data: data.get().to_owned(), id })
    }
}

fn unread(error: &serde_json::Error) -> AdminError {
    if error.is_syntax() || error.is_eof() {
        return malformed(error);
    }
    let message = error.to_string();
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
    let field = message.split('`').nth(1).filter(|_| message.contains("field `"));
    AdminError::invalid(field.unwrap_or("body"), message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_belongs_to_one_of_two_and_null_is_neither() {
        for (fields, refused) in [
            (r#""place":"agency""#, None),
            (r#""integration":"0123456789abcdef""#, None),
            (r#""place":"agency","integration":"0123456789abcdef""#, Some("place")),
            (r#""place":"agency","integration":null"#, Some("integration")),
            (r#""place":null,"integration":"0123456789abcdef""#, Some("place")),
            (r#""description":"""#, Some("place")),
        ] {
            let body = format!(r#"{{{fields},"url":"https://hooks.partner.io/in","kinds":["rotation.started"]}}"#);
            let named = match parse::<NewEndpoint>(&body) {
                Ok(_) => None,
                Err(AdminError::Invalid { field, .. }) => Some(field.to_string()),
                Err(other) => panic!("{body}: {other:?}"),
            };
            assert_eq!(named.as_deref(), refused, "{body}");
        }
    }

    #[test]
    fn data_stays_as_it_came() {
        let body =
            r#"{"type":"contact.created","owner":{"level":"sub_account","id":"acme"},"data":{"n": 1.50},"id":"c-1"}"#;
        let publication = Publication::parse(body).unwrap();
        assert_eq!((publication.data.as_str(), publication.kind.as_str()), (r#"{"n": 1.50}"#, "contact.created"));
    }

    #[test]
    fn a_publication_names_the_field_that_is_wrong() {
        let owner = r#""owner":{"level":"sub_account","id":"acme"}"#;
        for (body, field) in [
            (format!(r#"{{"type":"a",{owner},"data":{{}}}}"#), "id"),
            (format!(r#"{{"type":"a",{owner},"id":"1"}}"#), "data"),
            (format!(r#"{{"type":"a",{owner},"data":{{}},"id":"1","x":1}}"#), "x"),
            (format!(r#"{{"type":"a",{owner},"data":{{}},"id":"a b"}}"#), "id"),
            (format!(r#"{{"type":"a",{owner},"data":{{}},"id":""}}"#), "id"),
            (r#"{"type":"a","owner":{"level":"x","id":"acme"},"data":{},"id":"1"}"#.to_owned(), "owner.level"),
            (r#"{"type":"a","owner":{"level":"agency"},"data":{},"id":"1"}"#.to_owned(), "owner.id"),
        ] {
            let error = Publication::parse(&body).unwrap_err();
            assert!(matches!(&error, AdminError::Invalid { field: named, .. } if named == field), "{body}: {error:?}");
        }
        assert!(matches!(Publication::parse("{"), Err(AdminError::Malformed { .. })));
        let long = format!(r#"{{"type":"a",{owner},"data":"{}","id":"1"}}"#, "x".repeat(MAX_DATA_BYTES));
        assert_eq!(Publication::parse(&long).unwrap_err(), AdminError::TooLarge(MAX_DATA_BYTES));
    }
}
