//! A value of a document as it stands there.

use std::borrow::Cow;
use std::fmt;

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{Deserializer, Error, Expected, IntoDeserializer, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};

use super::fields::Fault;
use super::read::{Collection, Node, Scalar, Source, Stop};

/// A value, kept until it is known what it is to be; its texts where they were read, unless they were written with escapes.
/// Entries that stand twice are kept twice.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(missing_docs, reason = "they are JSON's")]
pub enum Kept<'a> {
    #[default]
    Null,
    Boolean(bool),
    Unsigned(u64),
    Signed(i64),
    /// Not a number where it is too long to be told exactly.
    Float(f64),
    Text(Cow<'a, str>),
    List(Vec<Self>),
    Object(Vec<(Cow<'a, str>, Self)>),
}

impl<'a> Kept<'a> {
    /// Reads JSON.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn parse(json: &'a str) -> Result<Self, serde_json::Error> {
        let mut deserializer = serde_json::Deserializer::from_str(json);
        let value = Self::deserialize(&mut deserializer)?;
        deserializer.end()?;
        Ok(value)
    }

    /// That it is of another type than was expected.
    pub(super) fn is_no(&self, expected: &'static str) -> Fault {
        let found = match self {
            Self::Null => Unexpected::Unit,
            Self::Boolean(value) => Unexpected::Bool(*value),
            Self::Unsigned(value) => Unexpected::Unsigned(*value),
            Self::Signed(value) => Unexpected::Signed(*value),
            Self::Float(value) => Unexpected::Float(*value),
            Self::Text(text) => Unexpected::Str(text),
            Self::List(_) => Unexpected::Seq,
            Self::Object(_) => Unexpected::Map,
        };
        Fault::new(invalid_type(found, &expected))
    }

    /// Its items, where it is a list.
    pub fn items(&self) -> Option<&[Self]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    /// Its text, where it is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The value of the one entry `key`, where it is an object that has it.
    pub(crate) fn entry(&self, key: &str) -> Option<&Self> {
        let Self::Object(entries) = self else { return None };
        let mut found = entries.iter().filter(|(name, _)| name == key);
        let (_, value) = found.next()?;
        if found.next().is_some() { None } else { Some(value) }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Kept<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Keeping)
    }
}

struct Keeping;

impl<'de> Visitor<'de> for Keeping {
    type Value = Kept<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Kept<'de>, E> {
        Ok(Kept::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Kept<'de>, E> {
        Ok(Kept::Boolean(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Kept<'de>, E> {
        Ok(Kept::Unsigned(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Kept<'de>, E> {
        Ok(Kept::Signed(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Kept<'de>, E> {
        Ok(Kept::Float(value))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Kept<'de>, E> {
        Ok(Kept::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Kept<'de>, E> {
        Ok(Kept::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Kept<'de>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Kept::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Kept<'de>, A::Error> {
        // Few objects have more entries.
        let mut entries = Vec::new();
        while let Some(key) = map.next_key()? {
            let Kept::Text(key) = key else { return Err(A::Error::custom("a key is no string")) };
            entries.push((key, map.next_value()?));
        }
        Ok(Kept::Object(entries))
    }
}

impl<'de> Deserializer<'de> for Kept<'de> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self {
            Self::Null => visitor.visit_unit(),
            Self::Boolean(value) => visitor.visit_bool(value),
            Self::Unsigned(value) => visitor.visit_u64(value),
            Self::Signed(value) => visitor.visit_i64(value),
            Self::Float(value) => visitor.visit_f64(value),
            Self::Text(Cow::Borrowed(text)) => visitor.visit_borrowed_str(text),
            Self::Text(Cow::Owned(text)) => visitor.visit_string(text),
            Self::List(items) => visitor.visit_seq(SeqDeserializer::new(items.into_iter())),
            Self::Object(entries) => visitor.visit_map(MapDeserializer::new(entries.into_iter())),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de, Fault> for Kept<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(message)
    }
}

/// As serde_json says it, but for the value of a long float: to print any takes more code than to read a document.
pub(super) fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> String {
    format!("invalid type: {}, expected {expected}", name(found))
}

fn name(found: Unexpected<'_>) -> String {
    match found {
        Unexpected::Bool(value) => format!("boolean `{value}`"),
        Unexpected::Unsigned(value) => format!("integer `{value}`"),
        Unexpected::Signed(value) => format!("integer `{value}`"),
        Unexpected::Float(value) => {
            decimal(value).map_or("floating point number".to_owned(), |text| format!("floating point `{text}`"))
        }
        Unexpected::Str(text) => format!("string {text:?}"),
        Unexpected::Unit => "null".to_owned(),
        Unexpected::Seq => "sequence".to_owned(),
        Unexpected::Map => "map".to_owned(),
        _ => "value".to_owned(),
    }
}

/// A float of up to six decimal places, as it was written.
#[allow(clippy::cast_possible_truncation, reason = "checked to be a whole number that fits")]
pub(super) fn decimal(value: f64) -> Option<String> {
    let mut scale = 1_u32;
    for places in 1..=6_usize {
        scale = scale.saturating_mul(10);
        let scaled = value * f64::from(scale);
        if scaled.abs() < 9e15 && scaled % 1.0 == 0.0 && scaled / f64::from(scale) == value {
            let digits = format!("{:0width$}", (scaled as i64).unsigned_abs(), width = places.saturating_add(1));
            let (whole, fraction) = digits.split_at_checked(digits.len().checked_sub(places)?)?;
            let sign = if value.is_sign_negative() { "-" } else { "" };
            return Some(format!("{sign}{whole}.{fraction}"));
        }
    }
    None
}

impl Node for Kept<'_> {
    fn expecting(&self) -> &'static str {
        "a value"
    }

    fn open(&mut self, collection: Collection) -> bool {
        *self = match collection {
            Collection::List => Self::List(Vec::new()),
            Collection::Object => Self::Object(Vec::new()),
        };
        true
    }

    fn scalar(&mut self, scalar: Scalar<'_>) -> bool {
        *self = match scalar {
            Scalar::Null => Self::Null,
            Scalar::Boolean(value) => Self::Boolean(value),
            Scalar::Unsigned(value) => Self::Unsigned(value),
            Scalar::Signed(value) => Self::Signed(value),
            Scalar::Float(value) => Self::Float(value),
            Scalar::Text(text) => Self::Text(Cow::Owned(text.to_owned())),
        };
        true
    }

    fn entry(&mut self, key: &str, value: &mut dyn Source) -> Result<(), Stop> {
        let mut read = Self::Null;
        value.read(&mut read)?;
        if let Self::Object(entries) = self {
            entries.push((Cow::Owned(key.to_owned()), read));
        }
        Ok(())
    }

    fn item(&mut self, value: &mut dyn Source) -> Result<bool, Stop> {
        let mut read = Self::Null;
        let is_read = value.read(&mut read)?;
        if let (true, Self::List(items)) = (is_read, self) {
            items.push(read);
        }
        Ok(is_read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_float_is_told_as_serde_json_tells_it() {
        for value in [3.1, 3.0, 0.5, -0.25, -0.0, 100.0, 12.345678, 9e9, 0.1 + 0.2, 1e-7, 1e300, f64::NAN] {
            let expected = serde_json::Error::invalid_type(Unexpected::Float(value), &"a string").to_string();
            let told = invalid_type(Unexpected::Float(value), &"a string");
            let short = "invalid type: floating point number, expected a string";
            let is_long = [0.1 + 0.2, 1e-7, 1e300].contains(&value) || value.is_nan();
            assert_eq!(told, if is_long { short } else { &expected }, "{value}");
        }
    }
}
