//! The events that endpoints can receive: the gate's own kinds, and the types that the API publishes.

use serde_json::{Value, json};

use super::message::MAX_KINDS;
use crate::events::Kind;
use crate::policy::EventType;

/// The kinds of events that an endpoint wants.
pub struct Wanted;

/// Why an endpoint cannot want something.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotWanted {
    /// It wants nothing.
    #[error("an endpoint needs at least one kind of event")]
    Nothing,
    /// It wants too much.
    #[error("an endpoint takes at most {MAX_KINDS} kinds of events")]
    TooMany,
    /// There is no such kind.
    #[error("there is no kind of event {0:?}; GET /event-types lists them")]
    Unknown(String),
    /// It is there twice.
    #[error("{0:?} is given twice")]
    Twice(String),
    /// Only integrations have scopes, which the API's own events need.
    #[error("only an integration's endpoint can receive {0:?}: the scopes of the integration decide")]
    NeedsIntegration(String),
}

impl Wanted {
    /// Checks what an endpoint wants.
    ///
    /// # Errors
    /// [`NotWanted`], and which of them it is about.
    pub fn check(
        kinds: &[String],
        types: &[EventType],
        of_integration: bool,
    ) -> Result<(), (Option<usize>, NotWanted)> {
        if kinds.is_empty() {
            return Err((None, NotWanted::Nothing));
        }
        if kinds.len() > MAX_KINDS {
            return Err((None, NotWanted::TooMany));
        }
        for (at, kind) in kinds.iter().enumerate() {
            let is_of_api = types.iter().any(|known| known.name == *kind);
            let why = if kinds.iter().take(at).any(|other| other == kind) {
                NotWanted::Twice(kind.clone())
            } else if Kind::parse(kind).is_ok() || (is_of_api && of_integration) {
                continue;
            } else if is_of_api {
                NotWanted::NeedsIntegration(kind.clone())
            } else {
                NotWanted::Unknown(kind.clone())
            };
            return Err((Some(at), why));
        }
        Ok(())
    }
}

/// All events that endpoints can receive, with an example of each.
pub fn catalogue(types: &[EventType]) -> Vec<Value> {
    let own = Kind::ALL.iter().map(|kind| {
        json!({
            "type": kind, "group": kind.group(), "source": "gate", "description": description(*kind),
            "any_of": null, "example": example(*kind),
        })
    });
    let of_api = types.iter().map(|event| {
        let group = event.name.split(['.', '/', ':']).next();
        let example =
            json!({ "type": event.name, "timestamp": AT, "data": event.example.clone().unwrap_or_else(|| json!({})) });
        json!({
            "type": event.name, "group": group, "source": "api", "description": event.description,
            "any_of": event.any_of, "example": example,
        })
    });
    own.chain(of_api).collect()
}

const AT: &str = "2026-11-28T09:00:00Z";

fn description(kind: Kind) -> &'static str {
    match kind {
        Kind::IntegrationCreated => "An integration was made",
        Kind::IntegrationEdited => "Its name, description, scopes or end changed",
        Kind::IntegrationPaused => "Its tokens are refused until somebody resumes it",
        Kind::IntegrationResumed => "Its tokens are no longer refused",
        Kind::IntegrationExpiring => "It ends in 30, 15, 7 or 1 days",
        Kind::IntegrationExpired => "Its end has come",
        Kind::IntegrationIdle => "Nothing uses it; it is paused or deleted soon",
        Kind::IntegrationDeleted => "It was deleted",
        Kind::IntegrationRestored => "Its last change was undone",
        Kind::IntegrationTested => "One of its tokens was tried with an operation",
        Kind::RotationStarted => "A new token was made; the old one ended, or ends later",
        Kind::RotationFirstUse => "The new token was used for the first time",
        Kind::RotationOldStillUsed => "The old token ends soon and is still used",
        Kind::RotationExtended => "The old token ends later than before",
        Kind::RotationCancelled => "The old token stays, the new one is dead",
        Kind::RotationFinished => "The old token was ended before its time",
        Kind::RotationLapsed => "The old token reached its deadline",
        Kind::RotationDue => "The token should be rotated",
        Kind::TokenExposed => "A token was reported as leaked",
        Kind::PolicyPublished => "A policy was published",
        Kind::PolicyRolledBack => "An earlier policy is in force again",
        Kind::PersonAdded => "A person was added",
        Kind::PersonChanged => "What a person may do, or their name, changed",
        Kind::PersonRemoved => "A person was removed",
        Kind::PersonUnbound => "A person was unlinked from the account that they signed in with",
        Kind::PersonSignedIn => "A person signed in",
        Kind::OwnerKeyUsed => "Somebody signed in with the owner key",
        Kind::SessionEnded => "A session was ended before its time",
        Kind::KeyCreated => "An automation key was made",
        Kind::KeyChanged => "An automation key changed",
        Kind::KeyDeleted => "An automation key was deleted",
        Kind::KeyRotationStarted => "An automation key got a new text",
        Kind::KeyRotationCancelled => "An automation key's old text stays",
        Kind::KeyRotationFinished => "An automation key's old text was ended",
        Kind::SettingsChanged => "The token rules changed",
        Kind::FeatureChanged => "A feature was switched on or off",
        Kind::AgencySet => "The agency got its id",
        Kind::AgencyChanged => "The agency's id or name changed",
        Kind::SubAccountAdded => "A sub-account was added",
        Kind::SubAccountRenamed => "A sub-account was renamed",
        Kind::EndpointCreated => "A webhook endpoint was made",
        Kind::EndpointChanged => "A webhook endpoint's address, kinds or state changed",
        Kind::EndpointSecretRotated => "A webhook endpoint got a new secret",
        Kind::EndpointDeleted => "A webhook endpoint was deleted",
        Kind::EndpointFailing => "Deliveries to a webhook endpoint fail",
        Kind::EndpointDisabled => "A webhook endpoint was disabled",
        Kind::UsageDeleted => {
            "Somebody deleted the recorded usage of an integration; if the answer was 503, the usage store has not done it yet"
        }
        Kind::RegistryResynced => "All of KV began to be written anew",
        Kind::ChainStarted => "The chain of events begins",
    }
}

/// A message of this kind, as an endpoint gets it.
fn example(kind: Kind) -> Value {
    let is_of_integration = matches!(kind.group(), "integration" | "rotation" | "token" | "usage");
    let (place, integration, rev) = if is_of_integration {
        ("sub_account:acme", Some("0123456789abcdef"), Some(7))
    } else {
        ("agency", None, None)
    };
    let by_itself = matches!(
        kind,
        Kind::IntegrationExpiring
            | Kind::IntegrationExpired
            | Kind::IntegrationIdle
            | Kind::RotationLapsed
            | Kind::RotationDue
            | Kind::RotationOldStillUsed
            | Kind::EndpointFailing
            | Kind::EndpointDisabled
    );
    let actor = if by_itself { "registry" } else { "person" };
    json!({
        "type": kind, "timestamp": AT,
        "data": {
            "seq": 42, "rev": rev, "place": place, "integration": integration, "actor": { "type": actor },
            "detail": detail(kind),
        },
    })
}

fn detail(kind: Kind) -> Value {
    let until = "2026-12-05T09:00:00Z";
    match kind {
        Kind::IntegrationCreated => json!({
            "name": "Zapier sync", "description": "", "owner": { "level": "sub_account", "id": "acme" },
            "scopes": ["contacts.readonly"], "n": 1, "expires_at": null,
        }),
        Kind::IntegrationEdited => json!({ "scopes": { "added": ["contacts.write"], "removed": [] } }),
        Kind::IntegrationPaused => json!({ "paused": { "from": false, "to": true } }),
        Kind::IntegrationResumed => json!({ "paused": { "from": true, "to": false } }),
        Kind::IntegrationTested => json!({ "operation": "GET /contacts/" }),
        Kind::IntegrationExpiring | Kind::IntegrationExpired => json!({ "expires_at": until }),
        Kind::RotationStarted => json!({ "expire": "later", "n": 2, "outgoing": 1, "expires_at": until }),
        Kind::RotationFinished | Kind::RotationCancelled | Kind::RotationLapsed => json!({ "n": 2, "ended": [1] }),
        Kind::RotationExtended => json!({ "n": 2, "outgoing": 1, "expires_at": { "from": AT, "to": until } }),
        Kind::SubAccountAdded => json!({ "id": "acme", "name": "Acme Dental" }),
        Kind::FeatureChanged => json!({ "name": "private_integrations" }),
        Kind::EndpointFailing => {
            json!({ "id": "0123456789abcdef", "url": "https://hooks.partner.io/", "failing_since": AT })
        }
        Kind::EndpointDisabled => {
            json!({ "id": "0123456789abcdef", "url": "https://hooks.partner.io/", "because": "failing" })
        }
        _ => json!({}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn types() -> Vec<EventType> {
        let event = |name: &str| EventType {
            name: name.to_owned(),
            description: String::new(),
            any_of: Vec::new(),
            example: Some(json!({ "id": 1 })),
        };
        vec![event("contact.created"), event("contact.deleted")]
    }

    fn check(kinds: &[&str], of_integration: bool) -> Result<(), (Option<usize>, NotWanted)> {
        let kinds: Vec<_> = kinds.iter().map(|kind| (*kind).to_owned()).collect();
        Wanted::check(&kinds, &types(), of_integration)
    }

    #[test]
    fn kinds_that_are_there_can_be_wanted_once() {
        assert_eq!(check(&["rotation.started", "integration.deleted"], false), Ok(()));
        assert_eq!(check(&["rotation.started", "contact.created"], true), Ok(()));
        assert_eq!(check(&[], true), Err((None, NotWanted::Nothing)));
        let many: Vec<_> = (0..=MAX_KINDS).map(|_| "rotation.started").collect();
        assert_eq!(check(&many, true), Err((None, NotWanted::TooMany)));
        for kind in ["rotation.*", "*", "rotation", "Rotation.started", "", "contact.updated", "endpoint.test"] {
            let expected = (Some(1), NotWanted::Unknown(kind.to_owned()));
            assert_eq!(check(&["rotation.due", kind], true), Err(expected));
        }
        let twice = NotWanted::Twice("rotation.due".to_owned());
        assert_eq!(check(&["rotation.due", "rotation.due"], true), Err((Some(1), twice)));
    }

    #[test]
    fn the_apis_own_events_are_for_integrations() {
        let needs = NotWanted::NeedsIntegration("contact.created".to_owned());
        assert_eq!(check(&["contact.created"], false), Err((Some(0), needs)));
    }

    #[test]
    fn the_catalogue_has_all_with_an_example_each() {
        let catalogue = catalogue(&types());
        assert_eq!(catalogue.len(), Kind::ALL.len() + 2);
        for entry in &catalogue {
            assert_eq!(entry["example"]["type"], entry["type"]);
            assert!(entry["example"]["data"].is_object(), "{entry}");
        }
        assert!(catalogue.iter().any(|entry| entry["source"] == "api" && entry["group"] == "contact"));
    }
}
