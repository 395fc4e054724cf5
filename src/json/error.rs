//! What is wrong with a JSON value, and where.

use std::fmt::{self, Display};

use serde::de::{self, Expected, Unexpected};

use super::number::decimal;

/// What is wrong with a value, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
#[error("{}{what}", self.before())]
pub struct Error {
    /// The place in the value, as in `rules[0].path`; empty for the value itself.
    pub place: String,
    /// What is wrong.
    pub what: String,
}

impl Error {
    /// An error of the value itself.
    pub fn new(what: impl Display) -> Self {
        Self { place: String::new(), what: what.to_string() }
    }

    /// An error of a member of the value, by its name.
    pub(crate) fn of(name: &str, what: &str) -> Self {
        Self::new(format!("{what} `{name}`")).within(name)
    }

    /// The same error, seen from the value that holds this one at `outer`.
    pub(crate) fn within(mut self, outer: &str) -> Self {
        let separator = if self.place.is_empty() || self.place.starts_with('[') { "" } else { "." };
        self.place = [outer, separator, &self.place].concat();
        self
    }

    fn before(&self) -> String {
        if self.place.is_empty() { String::new() } else { format!("{}: ", self.place) }
    }
}

impl de::Error for Error {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_float_is_told_as_serde_json_tells_it() {
        for value in [3.1, 3.0, 0.5, -0.25, -0.0, 100.0, 12.345678, 9e9, 0.1 + 0.2, 1e-7, 1e300, f64::NAN] {
            let expected =
                <serde_json::Error as de::Error>::invalid_type(Unexpected::Float(value), &"a string").to_string();
            let told = invalid_type(Unexpected::Float(value), &"a string");
            let short = "invalid type: floating point number, expected a string";
            let is_long = [0.1 + 0.2, 1e-7, 1e300].contains(&value) || value.is_nan();
            assert_eq!(told, if is_long { short } else { &expected }, "{value}");
        }
    }
}
