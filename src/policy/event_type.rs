//! Types of the API's own events, and what an integration needs to receive them.

use serde::Serialize;
use serde_json::Value;

use crate::json::{self, FromJson};
use crate::order::sorted;
use crate::record::Level;
use crate::scope::ScopeSet;

/// The longest name of a type, in bytes.
pub const MAX_EVENT_TYPE_BYTES: usize = 100;
/// How many types a policy may have.
pub const MAX_EVENT_TYPES: usize = 1_000;

/// The kinds of the gate's own events. The API cannot have types with these names: they would be confused.
pub const OWN_KINDS: [&str; 50] = [
    "integration.created",
    "integration.edited",
    "integration.paused",
    "integration.resumed",
    "integration.expiring",
    "integration.expired",
    "integration.idle",
    "integration.deleted",
    "integration.restored",
    "integration.tested",
    "rotation.started",
    "rotation.first_use",
    "rotation.old_still_used",
    "rotation.extended",
    "rotation.cancelled",
    "rotation.finished",
    "rotation.lapsed",
    "rotation.due",
    "token.exposed",
    "policy.published",
    "policy.rolled_back",
    "person.added",
    "person.changed",
    "person.removed",
    "person.unbound",
    "person.signed_in",
    "owner_key.used",
    "session.ended",
    "key.created",
    "key.changed",
    "key.deleted",
    "key.rotation.started",
    "key.rotation.cancelled",
    "key.rotation.finished",
    "settings.changed",
    "feature.changed",
    "agency.set",
    "agency.changed",
    "sub_account.added",
    "sub_account.renamed",
    "endpoint.created",
    "endpoint.changed",
    "endpoint.secret_rotated",
    "endpoint.deleted",
    "endpoint.failing",
    "endpoint.disabled",
    "usage.deleted",
    "registry.resynced",
    "chain.started",
    "endpoint.test",
];

/// A type of event that the API publishes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
pub struct EventType {
    /// Its name, as in `contact.created`.
    #[serde(rename = "type")]
    pub name: String,
    /// What has happened when it is sent.
    pub description: String,
    /// Any one of these is enough. If the list is empty, no integration receives it.
    pub any_of: Vec<EventAccess>,
    /// What `data` may look like.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example: Option<Value>,
}

/// One way to be allowed to receive a type of event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
pub struct EventAccess {
    /// The level of the integration.
    pub level: Level,
    /// All of these scopes.
    pub scopes: ScopeSet,
}

/// The text is not a name of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidEventType {
    /// It has other characters, or too many.
    #[error("the name of an event type is 1 to {MAX_EVENT_TYPE_BYTES} letters, digits, '.', '_', '-', '/' or ':'")]
    Malformed,
    /// It is the name of an event of the gate.
    #[error("the gate has an event of this name itself")]
    Own,
}

impl EventType {
    /// Checks the name of a type.
    ///
    /// # Errors
    /// [`InvalidEventType`].
    pub fn check_name(name: &str) -> Result<(), InvalidEventType> {
        let is_known = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/:".contains(&byte);
        let fits = (1..=MAX_EVENT_TYPE_BYTES).contains(&name.len()) && name.bytes().all(is_known);
        match fits {
            false => Err(InvalidEventType::Malformed),
            true if OWN_KINDS.contains(&name) => Err(InvalidEventType::Own),
            true => Ok(()),
        }
    }

    /// Whether an integration of this level with these scopes may receive it.
    pub fn allows(&self, level: Level, scopes: &ScopeSet) -> bool {
        allows(&self.any_of, level, scopes)
    }
}

/// Whether an integration of this level with these scopes satisfies one of these.
pub fn allows(any_of: &[EventAccess], level: Level, scopes: &ScopeSet) -> bool {
    any_of.iter().any(|access| access.level == level && scopes.covers(&access.scopes))
}

/// The names of the types that an integration of this level with these scopes may receive, sorted.
pub fn heard(types: &[EventType], level: Level, scopes: &ScopeSet) -> Vec<String> {
    sorted(types.iter().filter(|event| event.allows(level, scopes)).map(|event| event.name.clone()))
}

/// The types of events that differ between two policies, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct EventTypeChanges {
    /// In the new policy only.
    pub added: Vec<String>,
    /// In the old policy only.
    pub removed: Vec<String>,
    /// Those that other integrations may receive than before.
    pub changed: Vec<String>,
}

impl EventTypeChanges {
    /// The differences from `before` to `after`.
    pub fn of(before: &[EventType], after: &[EventType]) -> Self {
        let is_in = |types: &[EventType], name: &str| types.iter().any(|event| event.name == name);
        let only = |these: &[EventType], those: &[EventType]| {
            sorted(these.iter().filter(|event| !is_in(those, &event.name)).map(|event| event.name.clone()))
        };
        let is_changed =
            |event: &&EventType| before.iter().any(|was| was.name == event.name && was.any_of != event.any_of);
        Self {
            added: only(after, before),
            removed: only(before, after),
            changed: sorted(after.iter().filter(is_changed).map(|event| event.name.clone())),
        }
    }
}

crate::json_object!(EventAccess { level, scopes });

/// As it was written.
impl FromJson for EventType {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        let example = value.entry("example").map(to_serde);
        let mut fields = json::Object::of(value, &["type", "description", "any_of", "example"])?;
        let (name, description): (String, _) =
            (fields.required("type")?, fields.given("description")?.unwrap_or_default());
        Ok(Self { name, description, any_of: fields.required("any_of")?, example })
    }
}

/// The value as a type of `serde_json`.
fn to_serde(value: &json::Value) -> Value {
    match value {
        json::Value::Null => Value::Null,
        json::Value::Boolean(value) => Value::from(*value),
        json::Value::Unsigned(number) => Value::from(*number),
        json::Value::Signed(number) => Value::from(*number),
        json::Value::Float(number) => Value::from(f64::from(*number)),
        json::Value::Text(text) => Value::from(text.as_ref()),
        json::Value::List(items) => items.iter().map(to_serde).collect(),
        json::Value::Object(entries) => {
            entries.iter().map(|(name, value)| (name.to_string(), to_serde(value))).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scopes(names: &[&str]) -> ScopeSet {
        let mut set = ScopeSet::default();
        set.extend(names.iter().map(|name| crate::scope::Scope::parse(name).unwrap()));
        set
    }

    fn access(level: Level, names: &[&str]) -> EventAccess {
        EventAccess { level, scopes: scopes(names) }
    }

    #[test]
    fn one_way_with_all_its_scopes_is_enough() {
        let any_of = [access(Level::SubAccount, &["a", "b"]), access(Level::Agency, &["c"])];
        for (level, names, allowed) in [
            (Level::SubAccount, &["a", "b", "x"][..], true),
            (Level::SubAccount, &["a"], false),
            (Level::SubAccount, &["c"], false),
            (Level::Agency, &["c"], true),
            (Level::Agency, &["a", "b"], false),
            (Level::Agency, &[], false),
        ] {
            assert_eq!(allows(&any_of, level, &scopes(names)), allowed, "{level} {names:?}");
        }
        assert!(!allows(&[], Level::Agency, &scopes(&["a"])));
    }

    #[test]
    fn of_two_policies_types_are_added_removed_or_heard_by_others() {
        let event = |name: &str, description: &str, scopes: &[&str]| EventType {
            name: name.to_owned(),
            description: description.to_owned(),
            any_of: vec![access(Level::SubAccount, scopes)],
            example: None,
        };
        let before = [event("gone", "", &["a"]), event("same", "was", &["a"]), event("other", "", &["a"])];
        let after =
            [event("same", "is", &["a"]), event("other", "", &["b"]), event("new.b", "", &[]), event("new.a", "", &[])];
        let EventTypeChanges { added, removed, changed } = EventTypeChanges::of(&before, &after);
        assert_eq!(added, ["new.a", "new.b"]);
        assert_eq!((removed, changed), (vec!["gone".to_owned()], vec!["other".to_owned()]));
        assert_eq!(EventTypeChanges::of(&after, &after), EventTypeChanges::default());
    }

    #[test]
    fn a_type_is_read_as_it_was_written() {
        let event = EventType {
            name: "contact.created".to_owned(),
            description: "A contact was made".to_owned(),
            any_of: vec![access(Level::SubAccount, &["contacts.readonly"])],
            example: Some(serde_json::json!({ "id": "c1", "n": [1, -2, null, true] })),
        };
        let text = serde_json::to_string(&event).unwrap();
        assert_eq!(EventType::from_json(json::Value::parse(&text).unwrap()).unwrap(), event);
        for name in ["", "a b", "é", &"x".repeat(101)] {
            assert!(EventType::check_name(name).is_err(), "{name}");
        }
        assert!(EventType::check_name("contact.created").is_ok());
    }
}
