//! Objects that may be given by a `$ref`.

use super::unknown;
use crate::json::{self, Collection, Misread, Scalar, Sink, Source, Stop, read};

/// A list or an object, or `$ref` in its place. OpenAPI has references for what it calls a Reference Object alone; documents of
/// several files have them in the place of whole sections and lists too, and tools that bundle documents follow them.
#[derive(Clone, Debug, Default)]
pub(super) struct OrReference<T> {
    pub reference: Option<String>,
    /// What stands here, if it is no reference.
    pub here: T,
    /// Whether an object stands where only a list can stand.
    is_other: bool,
    has_entries: bool,
}

/// What OpenAPI calls a Reference Object, or what can stand in its place.
#[derive(Clone, Debug)]
pub(super) enum MaybeReference<T> {
    Reference { reference: String },
    Inline(T),
}

/// What is said of an operation that says something beside its `$ref`.
pub(super) const BESIDE_REFERENCE: &str =
    "beside $ref it has members of its own: which ones count, OpenAPI does not say";
/// What is said of an operation that stands beside the `$ref` of a path item and behind it.
pub(super) const STANDS_TWICE: &str =
    "it stands here and in what $ref leads to: which one counts, OpenAPI does not say";

impl<T> OrReference<T> {
    /// Whether it is a reference and nothing else, or what can stand here.
    pub fn is_readable(&self) -> bool {
        if self.reference.is_some() { !self.has_entries } else { !self.is_other }
    }
}

impl<T> OrReference<Vec<T>> {
    /// Whether nothing stands here.
    pub fn is_empty(&self) -> bool {
        self.reference.is_none() && self.here.is_empty()
    }
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

    fn may_be_null(&self) -> bool {
        true
    }

    fn takes_whole(&self) -> bool {
        true
    }

    fn take(&mut self, value: json::Value) -> Vec<Misread> {
        if let Some(reference) = value.entry("$ref") {
            return match reference.text() {
                Some(reference) => {
                    *self = Self::Reference { reference: reference.to_owned() };
                    unknown::misplaced(&value)
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

impl<T: Sink> Sink for OrReference<T> {
    fn expecting(&self) -> &'static str {
        self.here.expecting()
    }

    fn may_be_null(&self) -> bool {
        true
    }

    fn open(&mut self, collection: Collection) -> bool {
        self.is_other = !self.here.open(collection);
        !self.is_other || collection == Collection::Object
    }

    fn required(&self) -> &'static [&'static str] {
        if self.reference.is_some() { &[] } else { self.here.required() }
    }

    fn scalar(&mut self, scalar: Scalar<'_>) -> bool {
        self.here.scalar(scalar)
    }

    fn entry(&mut self, key: &str, value: &mut dyn Source) -> Result<(), Stop> {
        if key == "$ref" {
            return value.read(&mut self.reference).map(drop);
        }
        self.has_entries = true;
        if self.is_other { Ok(()) } else { self.here.entry(key, value) }
    }

    fn item(&mut self, value: &mut dyn Source) -> Result<bool, Stop> {
        self.here.item(value)
    }

    fn close(&mut self) -> Option<String> {
        if self.reference.is_some() && self.has_entries {
            return Some("beside $ref it has entries of its own: which ones count, OpenAPI does not say".to_owned());
        }
        let is_wrong = self.is_other && self.reference.is_none();
        is_wrong.then(|| format!("an object stands where {} is expected", self.here.expecting()))
    }
}
