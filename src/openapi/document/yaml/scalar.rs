//! Scalars of YAML's core schema.

use std::borrow::Cow;

use saphyr_parser::{ScalarStyle, Tag};

use crate::json::{self, Float};

/// What has a tag that is not of the core schema, or is not what its tag says. It is of no type that a document needs anywhere: where it decides something, it
/// is told as any other value of a wrong type.
pub(super) const UNREAD: json::Value<'static> = json::Value::Float(Float::Unrepresentable);

pub(super) fn is_core(tag: &Tag, suffix: &str) -> bool {
    tag.is_yaml_core_schema() && tag.suffix == suffix
}

/// Whether a tag says what a key is: a tag of the core schema.
pub(super) fn is_of_scalar(tag: &Tag) -> bool {
    ["str", "int", "float", "bool", "null"].iter().any(|name| is_core(tag, name)) || is_unspecific(tag)
}

/// `!`: what is no plain scalar without it stays what it is.
pub(super) fn is_unspecific(tag: &Tag) -> bool {
    matches!((tag.handle.as_str(), tag.suffix.as_str()), ("", "!") | ("!", ""))
}

/// `!!merge`, which some writers put before the merge key.
pub(super) fn is_merge(tag: &Tag) -> bool {
    [tag.handle.as_str(), tag.suffix.as_str()].concat() == "tag:yaml.org,2002:merge"
}

/// A scalar by YAML's core schema (YAML 1.2.2 section 10.3.2); whatever is quoted is a string. A tag of that schema says which
/// type it is. A text that JSON cannot say as one of that type, as `!!int 0x1F`, is [`UNREAD`], and so is one with any other tag.
pub(super) fn scalar(text: Cow<'_, str>, style: ScalarStyle, tag: Option<&Tag>) -> json::Value<'static> {
    let string = || json::Value::Text(text.clone().into_owned().into());
    let Some(tag) = tag else {
        return if style == ScalarStyle::Plain { plain(&text) } else { string() };
    };
    if is_core(tag, "str") || is_unspecific(tag) {
        return string();
    }
    let value = plain(&text);
    let is_right = match &value {
        json::Value::Null => is_core(tag, "null"),
        json::Value::Boolean(_) => is_core(tag, "bool"),
        json::Value::Unsigned(_) | json::Value::Signed(_) => is_core(tag, "int") || is_core(tag, "float"),
        json::Value::Float(_) => is_core(tag, "float"),
        _ => false,
    };
    if is_right { value } else { UNREAD }
}

fn plain(text: &str) -> json::Value<'static> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => json::Value::Null,
        "true" | "True" | "TRUE" => json::Value::Boolean(true),
        "false" | "False" | "FALSE" => json::Value::Boolean(false),
        plain => number(plain).unwrap_or_else(|| json::Value::Text(plain.to_owned().into())),
    }
}

/// A number that JSON can say too; the others stay text.
fn number(plain: &str) -> Option<json::Value<'static>> {
    let digits = plain.strip_prefix(['-', '+']).unwrap_or(plain);
    if !digits.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return None;
    }
    match plain.parse::<i64>() {
        Ok(integer) => Some(u64::try_from(integer).map_or(json::Value::Signed(integer), json::Value::Unsigned)),
        Err(_) => {
            is_float(digits).then(|| json::Value::Float(short_float(plain).map_or(Float::Unrepresentable, Float::from)))
        }
    }
}

/// A float of few digits, such as `3.1`: whole numbers below 2^53 divided by a power of ten are exact. The standard
/// library's way, which reads all of them, brings a table of ten kilobytes.
fn short_float(text: &str) -> Option<f64> {
    let (whole, fraction) = text.split_once('.')?;
    let digits: i32 = format!("{whole}{fraction}").parse().ok()?;
    let scale = 10_u32.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let magnitude = f64::from(digits.unsigned_abs()) / f64::from(scale);
    Some(if whole.starts_with('-') { -magnitude } else { magnitude })
}

/// Digits, with a point and an exponent or without. What is larger than any float is one all the same: its value is not
/// looked at.
fn is_float(text: &str) -> bool {
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (mantissa, exponent) = text.split_once(['e', 'E']).map_or((text, None), |(first, rest)| (first, Some(rest)));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent = exponent.map(|exponent| exponent.strip_prefix(['-', '+']).unwrap_or(exponent));
    let has_digits = !(whole.is_empty() && fraction.is_empty());
    has_digits
        && all_digits(whole)
        && all_digits(fraction)
        && exponent.is_none_or(|exponent| !exponent.is_empty() && all_digits(exponent))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_float_is_what_the_standard_library_takes_for_one(text in "[0-9.][0-9.eE+_-]{0,6}") {
            prop_assert_eq!(is_float(&text), text.parse::<f64>().is_ok(), "{}", text);
        }
    }
}
