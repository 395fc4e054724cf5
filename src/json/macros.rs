//! Macros for readers of plain types: an object with a field for each field of a struct, and a word for each variant of an enum.

/// Implements [`FromJson`](crate::json::FromJson) for a structure: an object with these fields, each once at most, and no others.
///
/// A field must be there, unless it is marked `given` (it may be left out), `optional` (it may be left out or null) or `default`
/// (left out, it has its type's default). `as "name"` gives a field another name in JSON.
///
/// ```
/// struct Condition { name: String, is: Option<String>, every: bool }
/// tidegate::json_object!(Condition { name, is: optional, every as "all": default });
///
/// use tidegate::json::{FromJson, Value};
/// let read = |json| Condition::from_json(Value::parse(json).unwrap());
/// assert!(read(r#"{"name": "altType", "all": true}"#).is_ok_and(|read| read.every && read.is.is_none()));
/// assert!(read(r#"{"name": "altType", "every": true}"#).is_err());
/// ```
#[macro_export]
macro_rules! json_object {
    ($type:ty { $($field:ident $(as $name:literal)? $(: $kind:ident)?),+ $(,)? }) => {
        impl $crate::json::FromJson for $type {
            fn from_json(value: $crate::json::Value) -> ::std::result::Result<Self, $crate::json::Error> {
                let mut object =
                    $crate::json::Object::of(value, &[$($crate::json_object!(@name $field $($name)?)),+])?;
                Ok(Self {
                    $($field: $crate::json_object!(
                        @read object, $crate::json_object!(@name $field $($name)?) $(, $kind)?
                    ),)+
                })
            }
        }
    };
    (@name $field:ident) => { stringify!($field) };
    (@name $field:ident $name:literal) => { $name };
    (@read $object:ident, $name:expr) => { $object.required($name)? };
    (@read $object:ident, $name:expr, given) => { $object.given($name)? };
    (@read $object:ident, $name:expr, optional) => { $object.optional($name)? };
    (@read $object:ident, $name:expr, default) => { $object.given($name)?.unwrap_or_default() };
}

/// Implements [`FromJson`](crate::json::FromJson) for an enum without data: a string, one word for each variant.
macro_rules! json_words {
    ($type:ty { $($variant:ident = $word:literal),+ $(,)? }) => {
        impl $crate::json::FromJson for $type {
            fn from_json(value: $crate::json::Value) -> ::std::result::Result<Self, $crate::json::Error> {
                $crate::json::word(value, &[$(($word, Self::$variant)),+])
            }
        }
    };
}
pub(crate) use json_words;
