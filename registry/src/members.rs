//! Adds members to JSON objects.

use serde_json::Value;

/// The object with these members, which replace members of the same name. Any other value stays as it is.
pub(crate) fn with(mut object: Value, members: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    if let Value::Object(present) = &mut object {
        present.extend(members.into_iter().map(|(name, value)| (name.to_owned(), value)));
    }
    object
}
