//! Writes a kept value as JSON, in little code: a serializer for any float would be as large as all the rest.

use super::value::Value;

impl Value<'_> {
    /// Writes JSON that [`Value::parse`] reads as the same value.
    pub fn write(&self, json: &mut String) {
        match self {
            Self::Null => json.push_str("null"),
            Self::Boolean(value) => json.push_str(if *value { "true" } else { "false" }),
            Self::Unsigned(value) => json.push_str(&value.to_string()),
            Self::Signed(value) => json.push_str(&value.to_string()),
            Self::Float(value) => json.push_str(&value.to_string()),
            Self::Text(value) => text(value, json),
            Self::List(items) => {
                json.push('[');
                for (place, item) in items.iter().enumerate() {
                    separate(place, json);
                    item.write(json);
                }
                json.push(']');
            }
            Self::Object(entries) => {
                json.push('{');
                for (place, (key, value)) in entries.iter().enumerate() {
                    separate(place, json);
                    text(key, json);
                    json.push(':');
                    value.write(json);
                }
                json.push('}');
            }
        }
    }
}

fn separate(place: usize, json: &mut String) {
    if place > 0 {
        json.push(',');
    }
}

/// RFC 8259 section 7: quotes, backslashes and control characters need escapes.
fn text(value: &str, json: &mut String) {
    json.push('"');
    for character in value.chars() {
        match character {
            '"' | '\\' => json.extend(['\\', character]),
            '\u{0}'..='\u{1f}' => json.push_str(&format!("\\u{:04x}", u32::from(character))),
            _ => json.push(character),
        }
    }
    json.push('"');
}

#[cfg(test)]
mod tests {
    use super::super::number::Float;
    use super::*;

    #[test]
    fn what_is_written_is_read_as_it_was() {
        let json = r#"{"a":[null,true,false,0,18446744073709551615,-9223372036854775808,2.5,-0.000001],"a":{},"é\u0000\n\"\\/":"\u001f\u007f𝄞"}"#;
        let value = Value::parse(json).unwrap();
        let mut written = String::new();
        value.write(&mut written);
        assert_eq!(Value::parse(&written).unwrap(), value, "{written}");
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&written).unwrap(),
            serde_json::from_str::<serde_json::Value>(json).unwrap()
        );
    }

    #[test]
    fn a_float_is_read_as_it_was_written() {
        for json in ["2.5", "-0.25", "100.0", "-0.0", "1e300", "0.123456789", "-122.4194155", "1e-7"] {
            let value = Value::parse(json).unwrap();
            let mut written = String::new();
            value.write(&mut written);
            assert_eq!(Value::parse(&written).unwrap(), value, "{written}");
            let is_kept = matches!(value, Value::Float(Float::Decimal(_)));
            assert_eq!(is_kept, written == json, "{json}: {written}");
        }
    }
}
