//! What may stand elsewhere.

use crate::json::{self, Misread, Sink, read};

#[derive(Clone, Debug)]
pub enum MaybeReference<T> {
    Reference { reference: String },
    Inline(T),
}

impl<T> MaybeReference<T> {
    /// The reference that it is.
    pub fn reference(&self) -> Option<&str> {
        match self {
            Self::Reference { reference } => Some(reference),
            Self::Inline(_) => None,
        }
    }
}

impl<T: Default> Default for MaybeReference<T> {
    fn default() -> Self {
        Self::Inline(T::default())
    }
}

impl<T: Sink + Default> Sink for MaybeReference<T> {
    fn expecting(&self) -> &'static str {
        "an object"
    }

    fn takes_whole(&self) -> bool {
        true
    }

    fn take(&mut self, value: json::Value) -> Vec<Misread> {
        if let Some(reference) = value.entry("$ref") {
            return match reference.text() {
                Some(reference) => {
                    *self = Self::Reference { reference: reference.to_owned() };
                    Vec::new()
                }
                None => vec![Misread::new("$ref must be a string".to_owned())],
            };
        }
        let mut inline = T::default();
        let misread = read(value, &mut inline);
        *self = Self::Inline(inline);
        misread.unwrap_or_else(|error| vec![Misread::new(error.to_string())])
    }
}
