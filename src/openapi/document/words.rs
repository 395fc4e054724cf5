//! Members that decide nothing, or are looked at for whether they are there: any value will do.

use crate::json::{self, Misread, Scalar, Sink, decimal};

/// A text that decides nothing, for which any scalar will do. `null` is none.
#[derive(Clone, Debug, Default)]
pub(super) struct Words(pub Option<String>);

/// The texts of a list that decides nothing, whatever else stands there.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts(pub Vec<String>);

/// Whether there is a member, and it is neither `false` nor `null`.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mark(pub bool);

impl Sink for Texts {
    fn expecting(&self) -> &'static str {
        "an array"
    }

    fn takes_whole(&self) -> bool {
        true
    }

    fn take(&mut self, value: json::Value) -> Vec<Misread> {
        let texts = value.items().unwrap_or_default().iter().filter_map(json::Value::text);
        self.0.extend(texts.map(str::to_owned));
        Vec::new()
    }
}

impl Sink for Words {
    fn expecting(&self) -> &'static str {
        "a string"
    }

    fn scalar(&mut self, scalar: Scalar<'_>) -> bool {
        self.0 = match scalar {
            Scalar::Text(text) => Some(text.to_owned()),
            Scalar::Boolean(value) => Some(value.to_string()),
            Scalar::Unsigned(value) => Some(value.to_string()),
            Scalar::Signed(value) => Some(value.to_string()),
            Scalar::Float(value) => Some(decimal(value).unwrap_or_default()),
            Scalar::Null => None,
        };
        true
    }
}

impl Words {
    /// It, or the empty text.
    pub fn text(&self) -> &str {
        self.0.as_deref().unwrap_or_default()
    }
}

impl Sink for Mark {
    fn expecting(&self) -> &'static str {
        "a boolean"
    }

    fn takes_whole(&self) -> bool {
        true
    }

    fn take(&mut self, value: json::Value) -> Vec<Misread> {
        self.0 = !matches!(value, json::Value::Boolean(false) | json::Value::Null);
        Vec::new()
    }
}
