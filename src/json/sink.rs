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

    /// Whether `null` in a map says the same as if its entry were left out.
    fn may_be_null(&self) -> bool {
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
pub(crate) struct OrNull<'a> {
    sink: &'a mut dyn Sink,
    /// Whether it took `null`.
    pub is_null: bool,
}

impl<'a> OrNull<'a> {
    /// For this sink.
    pub fn new(sink: &'a mut dyn Sink) -> Self {
        Self { sink, is_null: false }
    }
}

impl Sink for OrNull<'_> {
    fn expecting(&self) -> &'static str {
        self.sink.expecting()
    }

    fn open(&mut self, collection: Collection) -> bool {
        self.sink.open(collection)
    }

    fn takes_whole(&self) -> bool {
        self.sink.takes_whole()
    }

    fn required(&self) -> &'static [&'static str] {
        self.sink.required()
    }

    fn close(&mut self) -> Option<String> {
        self.sink.close()
    }

    fn scalar(&mut self, scalar: Scalar<'_>) -> bool {
        self.is_null = matches!(scalar, Scalar::Null);
        self.is_null || self.sink.scalar(scalar)
    }

    fn entry(&mut self, key: &str, value: &mut dyn Source) -> Result<(), Stop> {
        self.sink.entry(key, value)
    }

    fn item(&mut self, value: &mut dyn Source) -> Result<bool, Stop> {
        self.sink.item(value)
    }

    fn take(&mut self, value: Value) -> Vec<Misread> {
        self.is_null = value == Value::Null;
        if self.is_null { Vec::new() } else { self.sink.take(value) }
    }
}

/// Reads a value that is not needed: a duplicate key in it is still an error.
pub(crate) struct Skipped;

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
