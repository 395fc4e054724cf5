//! Canonical JSON (RFC 8785), for the values that events have: no number in them has a fraction or an exponent.
//!
//! A library that writes every number as ECMAScript does would be most of what this adds to the WASM; a test compares with one.

use serde_json::{Number, Value};

/// The largest whole number that every reader of JSON reads exactly (RFC 8785 section 3.2.2.3).
const MAX_EXACT: u64 = (1 << 53) - 1;

/// A number has a fraction or an exponent, or is too large to be exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a number of an event is not a whole number between -2^53 and 2^53")]
pub struct NotCanonical;

/// The canonical JSON of a value.
///
/// # Errors
/// [`NotCanonical`].
pub fn canonical(value: &Value) -> Result<String, NotCanonical> {
    let mut json = String::new();
    write(value, &mut json)?;
    Ok(json)
}

fn write(value: &Value, json: &mut String) -> Result<(), NotCanonical> {
    match value {
        Value::Null | Value::Bool(_) => json.push_str(&value.to_string()),
        Value::Number(number) => json.push_str(&whole(number)?),
        // The short escapes, and lower-case hexadecimal digits in the others: what section 3.2.2.2 asks for.
        Value::String(_) => json.push_str(&value.to_string()),
        Value::Array(items) => {
            json.push('[');
            for (place, item) in items.iter().enumerate() {
                separate(place, json);
                write(item, json)?;
            }
            json.push(']');
        }
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            json.push('{');
            for (place, (name, value)) in members.into_iter().enumerate() {
                separate(place, json);
                json.push_str(&Value::from(name.as_str()).to_string());
                json.push(':');
                write(value, json)?;
            }
            json.push('}');
        }
    }
    Ok(())
}

fn separate(place: usize, json: &mut String) {
    if place > 0 {
        json.push(',');
    }
}

fn whole(number: &Number) -> Result<String, NotCanonical> {
    let size = number.as_u64().or_else(|| number.as_i64().map(i64::unsigned_abs)).ok_or(NotCanonical)?;
    if size <= MAX_EXACT { Ok(number.to_string()) } else { Err(NotCanonical) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn the_rfcs_example_of_names_is_in_its_order() {
        // RFC 8785 section 3.2.3.
        let value = json!({
            "\u{20ac}": "Euro Sign", "\r": "Carriage Return", "\u{fb33}": "Hebrew Letter Dalet With Dagesh", "1": "One",
            "\u{1f600}": "Emoji: Grinning Face", "\u{80}": "Control", "\u{f6}": "Latin Small Letter O With Diaeresis",
        });
        let expected = "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u{80}\":\"Control\",\
            \"\u{f6}\":\"Latin Small Letter O With Diaeresis\",\"\u{20ac}\":\"Euro Sign\",\
            \"\u{1f600}\":\"Emoji: Grinning Face\",\"\u{fb33}\":\"Hebrew Letter Dalet With Dagesh\"}";
        assert_eq!(canonical(&value).unwrap(), expected);
    }

    #[test]
    fn only_whole_numbers_that_are_exact_are_written() {
        let largest = json!([MAX_EXACT, -(MAX_EXACT as i64), 0, -1]);
        assert_eq!(canonical(&largest).unwrap(), "[9007199254740991,-9007199254740991,0,-1]");
        for number in [json!(0.5), json!(1e3), json!(MAX_EXACT + 1), json!(i64::MIN), json!(u64::MAX), json!(-0.0)] {
            assert_eq!(canonical(&json!({ "n": [number] })), Err(NotCanonical), "{number}");
        }
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (-(1_i64 << 53) + 1..1 << 53).prop_map(Value::from),
            any::<String>().prop_map(Value::from),
            "[\u{0}-\u{7f}\u{2028}\u{d7ff}\u{e000}\u{10000}\u{1f600}]{0,6}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            let name = prop_oneof![any::<String>(), "[a-c\u{e000}\u{10000}\u{ffff}]{0,3}"];
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                proptest::collection::btree_map(name, inner, 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn it_is_what_another_implementation_writes(value in values()) {
            prop_assert_eq!(canonical(&value).unwrap(), serde_json_canonicalizer::to_string(&value).unwrap());
        }
    }
}
