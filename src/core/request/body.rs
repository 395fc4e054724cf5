//! The body, asked only where an operation names its owner in a property of a JSON object.

use std::fmt;

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::name::{Given, may_be};

/// The longest body that is read, in bytes.
pub const MAX_BODY_BYTES: usize = 64 * 1024;

/// What is known of a body.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum Body {
    /// Nobody asked, or there is none.
    #[default]
    Empty,
    /// The properties of a JSON object, in order, those that stand twice included.
    Object(Vec<(String, Option<String>)>),
    /// Something else, of which nothing can be told.
    Opaque,
}

/// The body is longer than [`MAX_BODY_BYTES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the body names the owner and is longer than {MAX_BODY_BYTES} bytes")]
pub struct BodyTooLong;

impl Body {
    /// Reads a body of this media type. What is not declared as JSON, or encoded, is opaque.
    ///
    /// # Errors
    /// [`BodyTooLong`]; then nothing can be told of it, and nothing may pass.
    pub fn parse(content_type: Option<&str>, encoded: bool, bytes: &[u8]) -> Result<Self, BodyTooLong> {
        if bytes.len() > MAX_BODY_BYTES {
            return Err(BodyTooLong);
        }
        if bytes.is_empty() {
            return Ok(Self::Empty);
        }
        let is_json = content_type.is_some_and(|content_type| is_json(content_type) && is_utf8(content_type));
        let object: Option<Object> = if is_json && !encoded { serde_json::from_slice(bytes).ok() } else { None };
        Ok(object.map_or(Self::Opaque, |Object(properties)| Self::Object(properties)))
    }

    /// How the body gives the property `name`; exact names of `others` are properties of their own.
    pub fn given(&self, name: &str, others: &[&str]) -> Given<'_> {
        let properties = match self {
            Self::Empty => return Given::Absent,
            Self::Opaque => return Given::Ambiguous,
            Self::Object(properties) => properties,
        };
        let is_other = |given: &str| given != name && others.contains(&given);
        let mut same = properties.iter().filter(|(given, _)| may_be(given, name) && !is_other(given));
        match (same.next(), same.next()) {
            (None, _) => Given::Absent,
            (Some((given, Some(value))), None) if given == name => Given::Once(value.into()),
            _ => Given::Ambiguous,
        }
    }
}

/// Clients put secrets into bodies; none is printed.
impl fmt::Debug for Body {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if *self == Self::Empty { "None" } else { "[redacted]" })
    }
}

/// `application/json` and whatever ends in `+json` (RFC 6839), parameters aside.
pub(in crate::core) fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let Some((kind, subtype)) = essence.split_once('/') else { return false };
    is_token(kind) && is_token(subtype) && (essence == "application/json" || subtype.ends_with("+json"))
}

/// A token of RFC 9110 section 5.6.2. A comma or a space would be the end of the media type to some parsers.
fn is_token(text: &str) -> bool {
    let is_tchar = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_tchar)
}

/// Whether no parameter names a charset but UTF-8: the origin would decode the same bytes to another text. In UTF-7
/// `+ACI-` is a quotation mark.
fn is_utf8(content_type: &str) -> bool {
    let parameters = content_type.split(';').skip(1).map(|parameter| parameter.trim().to_ascii_lowercase());
    let mut charsets = parameters.filter(|parameter| parameter.contains("charset"));
    charsets.all(|charset| matches!(charset.as_str(), "charset=utf-8" | "charset=\"utf-8\""))
}

/// A JSON object's properties; of a value only what can be an id: a string, or an integer as its digits.
struct Object(Vec<(String, Option<String>)>);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Properties)
    }
}

struct Properties;

impl<'de> Visitor<'de> for Properties {
    type Value = Object;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
        let mut properties = Vec::new();
        while let Some(name) = map.next_key()? {
            properties.push((name, map.next_value::<Id>()?.into()));
        }
        Ok(Object(properties))
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Id {
    Text(String),
    Integer(u64),
    Other(IgnoredAny),
}

impl From<Id> for Option<String> {
    fn from(id: Id) -> Self {
        match id {
            Id::Text(text) => Some(text),
            Id::Integer(integer) => Some(integer.to_string()),
            Id::Other(IgnoredAny) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(body: &str) -> Given<'static> {
        let body = Body::parse(Some("application/json; charset=utf-8"), false, body.as_bytes());
        Box::leak(Box::new(body.unwrap())).given("locationId", &["locationId", "location-id"])
    }

    #[test]
    fn once_is_once() {
        assert_eq!(given(r#"{"locationId":"a","x":{"locationId":"b"}}"#), Given::Once("a".into()));
        assert_eq!(given(r#"{"location\u0049d":"a"}"#), Given::Once("a".into()));
        assert_eq!(given(r#"{"locationId":7,"location-id":8}"#), Given::Once("7".into()));
        assert_eq!(given(""), Given::Absent);
        assert_eq!(given(r#"{"x":"locationId"}"#), Given::Absent);
    }

    #[test]
    fn what_parsers_disagree_about_is_ambiguous() {
        for body in [
            r#"{"locationId":"a","locationId":"a"}"#,
            r#"{"locationId":"a","locationid":"b"}"#,
            r#"{"LocationId":"a"}"#,
            r#"{"locationId":["a"]}"#,
            r#"{"locationId":null}"#,
            r#"[{"locationId":"a"}]"#,
            r#"{"locationId":"a""#,
            r#"{"locationId":"a"} {"locationId":"b"}"#,
            "locationId=a",
        ] {
            assert_eq!(given(body), Given::Ambiguous, "{body}");
        }
        let form = Body::parse(Some("application/x-www-form-urlencoded"), false, b"{}").unwrap();
        let encoded = Body::parse(Some("application/json"), true, b"{}").unwrap();
        assert_eq!((form, encoded), (Body::Opaque, Body::Opaque));
        for two in
            ["application/x-www-form-urlencoded, a/b+json", "text/plain a/b+json", "a/b/c+json", "/+json", "+json"]
        {
            assert_eq!(Body::parse(Some(two), false, b"{}"), Ok(Body::Opaque), "{two}");
        }
        assert_eq!(Body::parse(None, false, &[b' '; MAX_BODY_BYTES + 1]), Err(BodyTooLong));
    }
}
