//! The members of JSON objects, read in place.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::admin::AdminError;
use crate::admin::body::malformed;

/// An object's members, read where they stand: a document is long.
pub(super) struct Entries<'a>(pub(super) Vec<(String, &'a RawValue)>);

/// The named fields of an object that has no others.
pub(super) fn fields<'a, const N: usize>(
    json: &'a str,
    place: &str,
    names: [&str; N],
) -> Result<[Option<&'a RawValue>; N], AdminError> {
    let Entries(entries) =
        serde_json::from_str(json).map_err(|error| unread(&error, if place.is_empty() { "body" } else { place }))?;
    let mut found = [None; N];
    for (name, value) in entries {
        let within = if place.is_empty() { name.clone() } else { format!("{place}.{name}") };
        let mut known = names.iter().zip(&mut found);
        let Some((_, field)) = known.find(|(known, _)| **known == name) else {
            return Err(AdminError::invalid(&within, format!("unknown field `{name}`")));
        };
        if field.replace(value).is_some() {
            return Err(AdminError::invalid(&within, format!("duplicate field `{name}`")));
        }
    }
    Ok(found)
}

/// The error for a value of the wrong type at `place`, or for a body that is not JSON at all.
pub(super) fn unread(error: &serde_json::Error, place: &str) -> AdminError {
    if error.is_syntax() || error.is_eof() {
        return malformed(error);
    }
    let message = error.to_string();
    AdminError::invalid(place, message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message))
}

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Entries<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_map(Members)
    }
}
