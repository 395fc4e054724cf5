//! The trait of types that a document is read into, entry by entry.

use super::misread::Misread;
use super::value::Value;

/// Takes a value while it is read.
pub(crate) trait Sink {
    /// What it can be made of, for error messages: "a string".
    fn expecting(&self) -> &'static str;

    /// Starts as a list or an object. Returns whether it can be made of one.
    fn open(&mut self, _: Collection) -> bool {
        false
    }

    /// Whether it takes a whole value at once, by [`take`](Self::take).
    fn takes_whole(&self) -> bool {
        false
    }

    /// The entries that an object must have.
    fn required(&self) -> &'static [&'static str] {
        &[]
    }

    /// Ends an object. Returns what is wrong with it as a whole.
    fn close(&mut self) -> Option<String> {
        None
    }

    /// Takes a value that is neither list nor object. Returns whether it can be made of it.
    fn scalar(&mut self, _: Scalar<'_>) -> bool {
        false
    }

    /// Takes an entry of an object. What it does not read is skipped.
    fn entry(&mut self, _key: &str, _value: &mut dyn Source) -> Result<(), Stop> {
        Ok(())
    }

    /// Takes the next item of a list, if there is one.
    fn item(&mut self, _value: &mut dyn Source) -> Result<bool, Stop> {
        Ok(false)
    }

    /// Takes a whole value. Returns what in it has the wrong type.
    fn take(&mut self, _: Value) -> Vec<Misread> {
        Vec::new()
    }
}

/// A kind of value with parts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Collection {
    List,
    Object,
}

/// A value without parts.
#[derive(Clone, Copy)]
pub(crate) enum Scalar<'a> {
    Null,
    Boolean(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Text(&'a str),
}

/// Where a value comes from.
pub(crate) trait Source {
    /// Reads it; `false` where a list has ended.
    fn read(&mut self, into: &mut dyn Sink) -> Result<bool, Stop>;
}

/// Why reading ends early: a message, or an error that the source keeps.
pub(crate) struct Stop(pub Option<String>);

impl Stop {
    pub(crate) fn because(message: String) -> Self {
        Self(Some(message))
    }
}

/// A sink that takes `null` as well, as if the value were left out.
pub(crate) struct OrNull<'a>(pub &'a mut dyn Sink);

impl Sink for OrNull<'_> {
    fn expecting(&self) -> &'static str {
        self.0.expecting()
    }

    fn open(&mut self, collection: Collection) -> bool {
        self.0.open(collection)
    }

    fn takes_whole(&self) -> bool {
        self.0.takes_whole()
    }

    fn required(&self) -> &'static [&'static str] {
        self.0.required()
    }

    fn close(&mut self) -> Option<String> {
        self.0.close()
    }

    fn scalar(&mut self, scalar: Scalar<'_>) -> bool {
        matches!(scalar, Scalar::Null) || self.0.scalar(scalar)
    }

    fn entry(&mut self, key: &str, value: &mut dyn Source) -> Result<(), Stop> {
        self.0.entry(key, value)
    }

    fn item(&mut self, value: &mut dyn Source) -> Result<bool, Stop> {
        self.0.item(value)
    }

    fn take(&mut self, value: Value) -> Vec<Misread> {
        if value == Value::Null { Vec::new() } else { self.0.take(value) }
    }
}

/// Reads a value that is not needed: a duplicate key in it is still an error.
pub(super) struct Skipped;

impl Sink for Skipped {
    fn expecting(&self) -> &'static str {
        "a value"
    }

    fn open(&mut self, _: Collection) -> bool {
        true
    }

    fn scalar(&mut self, _: Scalar<'_>) -> bool {
        true
    }

    fn entry(&mut self, _: &str, value: &mut dyn Source) -> Result<(), Stop> {
        value.read(&mut Self).map(drop)
    }

    fn item(&mut self, value: &mut dyn Source) -> Result<bool, Stop> {
        value.read(&mut Self)
    }
}
