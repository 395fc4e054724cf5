//! Adds members to JSON objects.

use serde_json::Value;

/// The object with these members too, each in the place of one of its name; anything else as it is.
pub(crate) fn with(mut object: Value, members: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    if let Value::Object(present) = &mut object {
        present.extend(members.into_iter().map(|(name, value)| (name.to_owned(), value)));
    }
    object
}
