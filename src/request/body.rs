//! The body, asked only where an operation names its owner in a property of a JSON object or in a form.

use std::fmt;
use std::rc::Rc;

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::ambiguity::Ambiguity;
use super::body_fault::BodyFault;
use super::charset::utf8;
use super::form::Candidates;
use super::media_type::{self, Form, is_utf8};
use super::name::{Occurrence, may_be};
use super::unencoded::Unencoded;
use crate::json::MAX_EXACT_INTEGER;

/// The longest body that is read, in bytes.
pub const MAX_BODY_BYTES: usize = 64 * 1024;

/// What is known of a body.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum Body {
    /// Nobody asked, or there is none.
    #[default]
    Empty,
    /// The properties of a JSON object, in order, those that stand twice included.
    Object(Vec<(String, Property)>),
    /// A form as `application/x-www-form-urlencoded` writes it.
    Form(Rc<str>),
    /// `multipart/form-data`, which is not read.
    Multipart,
    /// Something else, of which nothing can be told.
    Opaque(BodyFault),
}

/// The value of a JSON property, as far as it can be an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Property {
    /// A string, or an integer as its digits.
    Id(String),
    /// An integer beyond [`MAX_EXACT_INTEGER`].
    Inexact,
    /// Anything else.
    Other,
}

/// The body is longer than [`MAX_BODY_BYTES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the body names the owner and is longer than {MAX_BODY_BYTES} bytes")]
pub struct BodyTooLong;

/// The most that is read of a body's parameters, once.
pub(crate) enum BodyParameters<'a> {
    Object(&'a [(String, Property)]),
    Form(Candidates<'a>),
    Opaque(BodyFault),
}

impl Body {
    /// Reads a body of this media type: JSON, or a form, in UTF-8 and not encoded. Of anything else nothing can be told.
    ///
    /// # Errors
    /// [`BodyTooLong`]; then nothing can be told of it, and nothing may pass.
    pub fn parse(content_type: Option<&str>, encoded: bool, bytes: &[u8]) -> Result<Self, BodyTooLong> {
        if Self::is_unread(content_type) {
            return Ok(Self::Multipart);
        }
        if bytes.len() > MAX_BODY_BYTES {
            return Err(BodyTooLong);
        }
        if bytes.is_empty() {
            return Ok(Self::Empty);
        }
        Ok(Self::read(content_type, encoded, bytes).unwrap_or_else(Self::Opaque))
    }

    /// Whether a body of this media type is never read, whatever its length: `multipart/form-data`.
    pub fn is_unread(content_type: Option<&str>) -> bool {
        content_type.and_then(media_type::form) == Some(Form::Multipart)
    }

    /// A JSON object with one property.
    pub fn of_property(name: &str, id: &str) -> Self {
        Self::Object(vec![(name.to_owned(), Property::Id(id.to_owned()))])
    }

    fn read(content_type: Option<&str>, encoded: bool, bytes: &[u8]) -> Result<Self, BodyFault> {
        let content_type = content_type.filter(|content_type| !content_type.is_empty());
        let content_type = content_type.ok_or(BodyFault::NoContentType)?;
        let read = match media_type::form(content_type) {
            Some(Form::Json) => json,
            Some(Form::UrlEncoded) => form,
            Some(Form::Multipart) | None => return Err(BodyFault::MediaType),
        };
        if !is_utf8(content_type) {
            return Err(BodyFault::Charset);
        }
        if encoded {
            return Err(BodyFault::Encoded);
        }
        read(bytes)
    }

    /// What of it some parser could take for one of `names`.
    pub(crate) fn parameters(&self, names: &[&str]) -> BodyParameters<'_> {
        match self {
            Self::Empty | Self::Multipart => BodyParameters::Object(&[]),
            Self::Object(properties) => BodyParameters::Object(properties),
            Self::Form(text) => BodyParameters::Form(Candidates::of(text, names)),
            Self::Opaque(fault) => BodyParameters::Opaque(*fault),
        }
    }
}

impl<'a> BodyParameters<'a> {
    /// How the body gives the parameter `name`; exact names of `others` are parameters of their own.
    pub fn given(&self, name: &str, others: &[&str]) -> Occurrence<'a> {
        let properties = match self {
            Self::Opaque(fault) => return Occurrence::Ambiguous(Ambiguity::Body(*fault)),
            Self::Form(candidates) => return candidates.given(name, others),
            Self::Object(properties) => *properties,
        };
        let is_other = |given: &str| given != name && others.contains(&given);
        let mut same = properties.iter().filter(|(given, _)| may_be(given, name) && !is_other(given));
        let Some((given, value)) = same.next() else { return Occurrence::Absent };
        let second = same.next().map(|(given, _)| given);
        if let Some(alike) = [Some(given), second].into_iter().flatten().find(|given| *given != name) {
            return Occurrence::Ambiguous(Ambiguity::Alike(alike.clone()));
        }
        match (value, second) {
            (_, Some(_)) => Occurrence::Ambiguous(Ambiguity::Repeated),
            (Property::Id(id), None) => Occurrence::Once(id.into()),
            (Property::Inexact, None) => Occurrence::Ambiguous(Ambiguity::InexactInteger),
            (Property::Other, None) => Occurrence::Ambiguous(Ambiguity::NotAnId),
        }
    }
}

/// How texts begin that are more than a form to an origin that reads a body without a look at its `Content-Type`: an object, an array
/// and a text of JSON, a comment before one of them (`/**/{`, as Ruby's JSON and Newtonsoft's read it), and XML. Each can hold an
/// owner, and another one in the pairs of a form. Encoders of forms never write these characters.
const OTHER_BEGINNINGS: [char; 5] = ['{', '[', '"', '/', '<'];

/// A UTF-8 byte order mark is dropped: JSON's readers drop it too, or refuse the text (RFC 8259 section 8.1).
fn json(bytes: &[u8]) -> Result<Body, BodyFault> {
    let text = utf8(bytes)?;
    match serde_json::from_str(text.strip_prefix('\u{feff}').unwrap_or(text)) {
        Ok(Object(properties)) => Ok(Body::Object(properties)),
        Err(error) if error.is_data() => Err(BodyFault::NotAnObject),
        Err(error) => Err(BodyFault::NotJson { line: error.line(), column: error.column() }),
    }
}

fn form(bytes: &[u8]) -> Result<Body, BodyFault> {
    let text = utf8(bytes)?;
    if let Some(first) = text.chars().next().filter(|first| OTHER_BEGINNINGS.contains(first)) {
        return Err(BodyFault::NotAForm(first));
    }
    match text.chars().find(|letter| !letter.is_ascii_graphic()) {
        Some(letter) => Err(BodyFault::Unencoded(Unencoded(letter))),
        None => Ok(Body::Form(text.into())),
    }
}

/// Clients put secrets into bodies; none is printed.
impl fmt::Debug for Body {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if *self == Self::Empty { "None" } else { "[redacted]" })
    }
}

/// A JSON object's properties; of a value only what can be an id.
struct Object(Vec<(String, Property)>);

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

/// [`MAX_EXACT_INTEGER`] as a float.
#[allow(clippy::cast_precision_loss, reason = "the largest integer that a float holds exactly")]
const MAX_EXACT: f64 = MAX_EXACT_INTEGER as f64;

#[derive(Deserialize)]
#[serde(untagged)]
enum Id {
    Text(String),
    Integer(u64),
    Float(f64),
    Other(IgnoredAny),
}

impl From<Id> for Property {
    fn from(id: Id) -> Self {
        match id {
            Id::Text(text) => Self::Id(text),
            Id::Integer(integer) if integer > MAX_EXACT_INTEGER => Self::Inexact,
            Id::Integer(integer) => Self::Id(integer.to_string()),
            // An integer beyond those of 64 bits is read as a float.
            Id::Float(number) if number > MAX_EXACT => Self::Inexact,
            Id::Float(_) | Id::Other(IgnoredAny) => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::charset::NotUtf8;
    use super::*;

    const JSON: &str = "application/json; charset=utf-8";
    const FORM: &str = "application/x-www-form-urlencoded";
    const NAMES: [&str; 2] = ["locationId", "location-id"];

    fn given(content_type: &str, body: &[u8]) -> Occurrence<'static> {
        let body = Box::leak(Box::new(Body::parse(Some(content_type), false, body).unwrap()));
        body.parameters(&NAMES).given("locationId", &NAMES)
    }

    #[test]
    fn once_is_once() {
        for (body, id) in [
            (r#"{"locationId":"a","x":{"locationId":"b"}}"#, "a"),
            (r#"{"location\u0049d":"a"}"#, "a"),
            (r#"{"locationId":7,"location-id":8}"#, "7"),
            ("\u{feff}{\"locationId\":9007199254740991}", "9007199254740991"),
        ] {
            assert_eq!(given(JSON, body.as_bytes()), Occurrence::Once(id.into()), "{body}");
        }
        assert_eq!(given(FORM, b"x=1&location%49d=acct%3A1"), Occurrence::Once("acct:1".into()));
        for (content_type, body) in [(JSON, ""), (JSON, r#"{"x":"locationId"}"#), (FORM, "x=locationId")] {
            assert_eq!(given(content_type, body.as_bytes()), Occurrence::Absent);
        }
    }

    #[test]
    fn what_parsers_disagree_about_is_ambiguous_and_the_fault_is_named() {
        let alike = |name: &str| Ambiguity::Alike(name.to_owned());
        let not_json = |column| Ambiguity::Body(BodyFault::NotJson { line: 1, column });
        for (body, fault) in [
            (r#"{"locationId":"a","locationId":"a"}"#, Ambiguity::Repeated),
            (r#"{"locationId":"a","locationid":"b"}"#, alike("locationid")),
            (r#"{"LocationId":"a"}"#, alike("LocationId")),
            (r#"{"locationId":["a"]}"#, Ambiguity::NotAnId),
            (r#"{"locationId":null}"#, Ambiguity::NotAnId),
            (r#"{"locationId":9007199254740992}"#, Ambiguity::InexactInteger),
            (r#"{"locationId":9007199254740993}"#, Ambiguity::InexactInteger),
            (r#"{"locationId":12345678901234567890123}"#, Ambiguity::InexactInteger),
            (r#"{"locationId":-7}"#, Ambiguity::NotAnId),
            (r#"{"locationId":7.0}"#, Ambiguity::NotAnId),
            (r#"[{"locationId":"a"}]"#, Ambiguity::Body(BodyFault::NotAnObject)),
            ("\u{feff}null", Ambiguity::Body(BodyFault::NotAnObject)),
            (r#"{"locationId":"a""#, not_json(17)),
            (r#"{"locationId":"a"} {"locationId":"b"}"#, not_json(20)),
            ("locationId=a", not_json(1)),
        ] {
            assert_eq!(given(JSON, body.as_bytes()), Occurrence::Ambiguous(fault), "{body}");
        }
        let opaque = |fault| Occurrence::Ambiguous(Ambiguity::Body(fault));
        for content_type in [JSON, FORM] {
            for (body, fault) in [
                (&b"\xff\xfe{\0}\0"[..], NotUtf8::Utf16),
                (b"{\0}\0", NotUtf8::Utf16),
                (b"\0\0\xfe\xff\0\0\0{", NotUtf8::Utf32),
                (b"{\"x\":\"\xff\"}", NotUtf8::Unknown),
            ] {
                assert_eq!(given(content_type, body), opaque(fault.into()), "{body:?}");
            }
        }
        assert_eq!(given(FORM, b"locationId=a&locationId=b"), Occurrence::Ambiguous(Ambiguity::Repeated));
        assert_eq!(given(FORM, b"locationId=a\n"), opaque(BodyFault::Unencoded(Unencoded('\n'))));
        for (letter, body) in [
            ('{', r#"{"locationId":"b","x":"&locationId=a&y="}"#),
            ('{', r#"{"locationId":"b"}&locationId=a"#),
            ('[', r#"[{"locationId":"b","x":"&locationId=a&y="}]"#),
            ('"', r#""{\"locationId\":\"b\",\"x\":\"&locationId=a&y=\"}""#),
            ('/', r#"/**/{"locationId":"b","x":"&locationId=a&y="}"#),
            ('<', "<x><locationId>b</locationId><y><![CDATA[&locationId=a&]]></y></x>"),
        ] {
            assert_eq!(given(FORM, body.as_bytes()), opaque(BodyFault::NotAForm(letter)), "{body}");
        }
        assert_eq!(given("text/plain", b"{}"), opaque(BodyFault::MediaType));
        assert_eq!(given("", b"{}"), opaque(BodyFault::NoContentType));
        assert_eq!(given("application/json; charset=utf-7", b"{}"), opaque(BodyFault::Charset));
        let encoded = Body::parse(Some(JSON), true, b"{}").unwrap();
        assert_eq!(encoded, Body::Opaque(BodyFault::Encoded));
    }

    #[test]
    fn a_media_type_that_is_two_to_some_parser_is_neither() {
        for two in
            ["application/x-www-form-urlencoded, a/b+json", "text/plain a/b+json", "a/b/c+json", "/+json", "+json"]
        {
            assert_eq!(Body::parse(Some(two), false, b"{}"), Ok(Body::Opaque(BodyFault::MediaType)), "{two}");
        }
        // The same bytes are an object of JSON and a form, each with another owner.
        let both = br#"{"locationId":"a","x":"&locationId=b&y="}"#;
        let opaque = |content_type: &str| {
            assert_eq!(
                Body::parse(Some(content_type), false, both),
                Ok(Body::Opaque(BodyFault::MediaType)),
                "{content_type}"
            );
        };
        for (one, other) in [(JSON, FORM), (FORM, JSON), ("multipart/form-data; boundary=x", FORM)] {
            for between in [", ", "; x=y, ", ";,", "; x=", ";"] {
                opaque(&[one, between, other].concat());
            }
        }
        for two in
            ["application/x-www-form-urlencoded+json", "multipart/form-data+json", "application/json; x=URLEncoded"]
        {
            opaque(two);
        }
        assert_eq!(Body::parse(None, false, &[b' '; MAX_BODY_BYTES + 1]), Err(BodyTooLong));
        let multipart = Some("Multipart/Form-Data; boundary=x");
        assert_eq!(Body::parse(multipart, false, &[b' '; MAX_BODY_BYTES + 1]), Ok(Body::Multipart));
    }
}
