//! The settings as YAML, with the reasons as comments.

use std::fmt::Write;

use serde_json::Value;

use super::{Choice, Suggestion};

impl Suggestion {
    /// The settings in YAML, each with a comment that says why it is there.
    pub fn to_yaml(&self) -> String {
        let mut text = HEADING.to_owned();
        let Value::Object(fields) = serde_json::to_value(&self.settings).unwrap_or_default() else { return text };
        let last = |name: &str| ORDER.iter().position(|known| *known == name).unwrap_or(ORDER.len());
        let mut ordered: Vec<_> = fields.iter().collect();
        ordered.sort_by_key(|(name, _)| last(name));
        for (name, value) in ordered {
            let is_told = self.choices.iter().any(|choice| root(&choice.field) == name);
            if is_empty(value) && !is_told {
                continue;
            }
            text.push('\n');
            self.field(&mut text, name, value);
        }
        // What was chosen and has no field, as it is what counts without one.
        let is_left = |choice: &&Choice| !choice.options.is_empty() && !fields.contains_key(root(&choice.field));
        for choice in self.choices.iter().filter(is_left) {
            text.push('\n');
            self.comment(&mut text, "", &choice.field);
        }
        text
    }

    fn field(&self, text: &mut String, name: &str, value: &Value) {
        self.comment(text, "", name);
        let within: Vec<_> = self.choices.iter().filter(|choice| self.is_within(&choice.field, name)).collect();
        match value {
            Value::Object(entries) if name == "schemes" && !entries.is_empty() => {
                line(text, &format!("{name}:"));
                for (key, value) in entries {
                    self.comment(text, "  ", &format!("{name}.{key}"));
                    line(text, &format!("  {}: {}", plain(key), flow(value)));
                }
            }
            Value::Object(entries) if name == "owner_parameters" => {
                for choice in within {
                    self.comment(text, "", &choice.field);
                }
                line(text, &format!("{name}:"));
                for (key, value) in entries {
                    line(text, &format!("  {}: {}", plain(key), flow(value)));
                }
            }
            Value::Object(entries) => {
                for choice in within {
                    self.comment(text, "", &choice.field);
                }
                match entries.iter().next() {
                    Some((key, Value::Object(inner))) if entries.len() == 1 => {
                        line(text, &format!("{name}:\n  {}:", plain(key)));
                        for (key, value) in inner {
                            line(text, &format!("    {}: {}", plain(key), flow(value)));
                        }
                    }
                    _ => line(text, &format!("{name}: {}", flow(value))),
                }
            }
            Value::Array(items) if !items.is_empty() => {
                line(text, &format!("{name}:"));
                for item in items {
                    line(text, &format!("  - {}", flow(item)));
                }
            }
            _ => line(text, &format!("{name}: {}", flow(value))),
        }
    }

    fn is_within(&self, field: &str, name: &str) -> bool {
        field.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'))
    }

    /// What is to be said of a field.
    fn comment(&self, text: &mut String, indent: &str, field: &str) {
        for choice in self.choices.iter().filter(|choice| choice.field == field) {
            let is_named = field.starts_with("schemes.") || field.starts_with("owner_parameters.");
            let name = if is_named { field.split_once('.').map_or(field, |(_, name)| name) } else { field };
            let chosen = choice.options.get(choice.chosen).map(|option| format!(" -> {option}")).unwrap_or_default();
            let told = format!("{name}: {}{chosen}", choice.why);
            let told: String = told.chars().map(|letter| if is_unprintable(letter) { ' ' } else { letter }).collect();
            line(text, &format!("{indent}# {told}"));
        }
    }
}

/// The order of the fields: what is to be read first.
const ORDER: [&str; 6] =
    ["schemes", "without_security", "empty_security", "owner_parameters", "scope_extension", "scopes"];

const HEADING: &str = "\
# Settings for Tidegate, to start from: what the documents suggest, each with the reason. docs/policy.md has all fields.
# Read them, correct them, then: tidegate policy check FILE... --settings THIS_FILE
";

/// The field of the settings that a field stands in.
fn root(field: &str) -> &str {
    field.split('.').next().unwrap_or(field)
}

fn line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(entries) => entries.values().all(is_empty),
        _ => false,
    }
}

/// A value in YAML's flow style.
fn flow(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Object(entries) => {
            let entries: Vec<_> =
                entries.iter().map(|(key, value)| format!("{}: {}", plain(key), flow(value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        Value::String(text) => plain(text),
        other => other.to_string(),
    }
}

/// What YAML takes for the end of a line, or does not take at all.
fn is_unprintable(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// A text without quotes where it needs none.
fn plain(text: &str) -> String {
    let begins = text.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_');
    let is_word = begins && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "_.-".contains(letter));
    let reserved = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    if is_word && !reserved.contains(&text.to_ascii_lowercase().as_str()) {
        return text.to_owned();
    }
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            letter if is_unprintable(letter) => {
                _ = write!(quoted, "\\u{:04x}", u32::from(letter));
            }
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}
