//! One event.

use serde_json::{Map, Value, json};

use super::canonical::{NotCanonical, canonical};
use super::chain::Chain;
use crate::access::{Identity, Place};
use crate::time::Timestamp;
use crate::token::IntegrationId;

/// The longest user agent that an event keeps, in characters.
const MAX_USER_AGENT: usize = 200;
const REGISTRY: &str = "registry";

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Its number: one more than that of the event before it.
    pub seq: u64,
    /// When it happened: never before the event before it.
    pub at: Timestamp,
    /// What happened: the name of a [`Kind`](super::Kind). One that a later release wrote is not among them.
    pub kind: String,
    /// Who did it.
    pub actor: EventActor,
    /// Where it happened: everyone who may view events there may see it.
    pub place: Place,
    /// The integration to which it happened, if it did to one.
    pub integration: Option<IntegrationId>,
    /// The request that brought it about; `None` where none did.
    pub request: Option<EventRequest>,
    /// What else there is to say, by the kind's own names.
    pub detail: Value,
}

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventActor {
    /// `owner_key`, `person`, `key` or `registry`: the registry itself, when a time has come.
    pub actor_type: String,
    /// The id of a person or key.
    pub id: Option<String>,
    /// The name that a key had. A person has none here: their address can be erased.
    pub name: Option<String>,
}

/// What an event keeps of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRequest {
    /// Its id: what the platform calls it (`CF-Ray`), or a random one.
    pub id: String,
    /// The client's address as a MAC, as log lines call the client; `None` where it was not known.
    pub address: Option<String>,
    /// What the client says it is: at most 200 printable ASCII characters.
    pub user_agent: Option<String>,
}

impl Event {
    /// The event as JSON, without its chain value. What an event has not is left out.
    pub fn to_json(&self) -> Value {
        let Self { seq, at, kind, actor, place, integration, request, detail } = self;
        let mut json = json!({
            "seq": seq, "at": at.to_string(), "kind": kind, "actor": actor.to_json(), "place": place, "detail": detail,
        });
        set(&mut json, "integration", integration.as_ref().map(|id| json!(id)));
        set(&mut json, "request", request.as_ref().map(EventRequest::to_json));
        json
    }

    /// What the chain covers: the canonical form of [`Event::to_json`].
    ///
    /// # Errors
    /// [`NotCanonical`] where its detail has a number that is not whole.
    pub fn canonical(&self) -> Result<String, NotCanonical> {
        canonical(&self.to_json())
    }

    /// The event's line in an export: canonical JSON too, with `chain` beside the others.
    ///
    /// # Errors
    /// [`NotCanonical`].
    pub fn line(&self, chain: Option<&Chain>) -> Result<String, NotCanonical> {
        let mut json = self.to_json();
        set(&mut json, "chain", chain.map(|chain| chain.to_string().into()));
        canonical(&json)
    }
}

impl EventActor {
    /// The registry itself.
    pub fn registry() -> Self {
        Self { actor_type: REGISTRY.to_owned(), id: None, name: None }
    }

    /// `owner-key`, `person:{id}`, `key:{id}` or `registry`.
    pub fn to_text(&self) -> String {
        let actor_type = self.actor_type.replace('_', "-");
        self.id.as_ref().map_or(actor_type.clone(), |id| format!("{actor_type}:{id}"))
    }

    /// Reads what [`EventActor::to_text`] wrote; `name` is a key's.
    pub fn parse(text: &str, name: Option<String>) -> Self {
        let (actor_type, id) = text.split_once(':').map_or((text, None), |(start, id)| (start, Some(id.to_owned())));
        Self { actor_type: actor_type.replace('-', "_"), id, name }
    }

    /// As JSON: `type`, and `id` and `name` where it has them.
    pub fn to_json(&self) -> Value {
        let mut json = json!({ "type": self.actor_type });
        set(&mut json, "id", self.id.clone().map(Value::from));
        set(&mut json, "name", self.name.clone().map(Value::from));
        json
    }
}

impl EventRequest {
    /// A request as an event keeps it: `user_agent` is cut if it is too long, and characters other than printable ASCII become `?`.
    pub fn new(id: String, address: Option<String>, user_agent: Option<&str>) -> Self {
        let printable = |letter: char| if letter == ' ' || letter.is_ascii_graphic() { letter } else { '?' };
        let user_agent = user_agent.map(|text| text.chars().take(MAX_USER_AGENT).map(printable).collect());
        Self { id, address, user_agent }
    }

    /// As JSON. What is not known is left out.
    pub fn to_json(&self) -> Value {
        let mut json = json!({ "id": self.id });
        set(&mut json, "address", self.address.clone().map(Value::from));
        set(&mut json, "user_agent", self.user_agent.clone().map(Value::from));
        json
    }

    /// Reads what [`EventRequest::to_json`] wrote.
    pub fn parse(json: &str) -> Option<Self> {
        let members: Map<String, Value> = serde_json::from_str(json).ok()?;
        let text = |name: &str| members.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(Self { id: text("id")?, address: text("address"), user_agent: text("user_agent") })
    }
}

/// Who asks, as events have it. A key's name is the registry's to know.
impl From<&Identity> for EventActor {
    fn from(identity: &Identity) -> Self {
        Self::parse(&identity.to_text(), None)
    }
}

fn set(json: &mut Value, name: &str, value: Option<Value>) {
    if let (Value::Object(members), Some(value)) = (json, value) {
        members.insert(name.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use super::super::kind::Kind;
    use super::*;
    use crate::access::{KeyId, PersonId};

    fn event() -> Event {
        Event {
            seq: 7,
            at: Timestamp::from_seconds(1_795_824_000),
            kind: Kind::KeyChanged.to_string(),
            actor: EventActor::from(&Identity::OwnerKey),
            place: Place::Agency,
            integration: None,
            request: Some(EventRequest::new("r".to_owned(), None, Some("curl/8 \u{e9}\n"))),
            detail: json!({ "name": { "to": "b", "from": "a" } }),
        }
    }

    #[test]
    fn the_canonical_form_has_what_the_event_has() {
        let expected = concat!(
            r#"{"actor":{"type":"owner_key"},"at":"2026-11-28T00:00:00Z","detail":{"name":{"from":"a","to":"b"}},"#,
            r#""kind":"key.changed","place":"agency","request":{"id":"r","user_agent":"curl/8 ??"},"seq":7}"#,
        );
        assert_eq!(event().canonical().unwrap(), expected);
        let chain = Chain::START.next(expected);
        let line = event().line(Some(&chain)).unwrap();
        assert_eq!(line.replace(&format!(r#""chain":"{chain}","#), ""), expected);
        assert_eq!(event().line(None).unwrap(), expected);
    }

    #[test]
    fn an_actor_is_read_as_it_was_written() {
        let (person, key) = (PersonId::from_entropy([1; 10]), KeyId::from_entropy([2; 10]));
        let known = [
            (EventActor::from(&Identity::OwnerKey), "owner-key".to_owned(), json!({ "type": "owner_key" })),
            (
                EventActor::from(&Identity::Person(person.clone())),
                format!("person:{person}"),
                json!({ "type": "person", "id": person }),
            ),
            (
                EventActor { name: Some("deploy".to_owned()), ..EventActor::from(&Identity::Key(key.clone())) },
                format!("key:{key}"),
                json!({ "type": "key", "id": key, "name": "deploy" }),
            ),
            (EventActor::registry(), "registry".to_owned(), json!({ "type": "registry" })),
        ];
        for (actor, text, json) in known {
            assert_eq!((actor.to_text(), actor.to_json()), (text.clone(), json));
            assert_eq!(EventActor::parse(&text, actor.name.clone()), actor);
        }
    }

    #[test]
    fn a_user_agent_is_cut_off() {
        let request = EventRequest::new("r".to_owned(), Some("a1".to_owned()), Some(&"x".repeat(300)));
        assert_eq!(request.user_agent.as_ref().unwrap().len(), 200);
        assert_eq!(EventRequest::parse(&request.to_json().to_string()), Some(request));
    }
}
