//! Reads a document into [sinks](Sink), entry by entry: values that no sink asks for are never built. One visitor serves all
//! types; with a visitor for each, this would be half of the browser's code. A value of the wrong type is noted with its place
//! and left out, so that one pass finds all of them.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::map::Map;
use super::misread::{Misread, Notes};
use super::number::decimal;
use super::place::{Place, Segment};
use super::sink::{Collection, Scalar, Sink, Skipped, Source, Stop};
use super::value::Value;

/// Reads a whole document. Returns the values that have the wrong type.
pub(crate) fn read<'de, D: Deserializer<'de>>(deserializer: D, into: &mut dyn Sink) -> Result<Vec<Misread>, D::Error> {
    let notes = Notes::default();
    let place = Place { outer: None, segment: None };
    Seed { sink: into, place, notes: &notes }.deserialize(deserializer)?;
    Ok(notes.into_inner())
}

/// Reads one value into a sink.
struct Seed<'a> {
    sink: &'a mut dyn Sink,
    place: Place<'a>,
    notes: &'a Notes,
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let Self { sink, place, notes } = self;
        if !sink.takes_whole() {
            return deserializer.deserialize_any(Filling { sink, place, notes });
        }
        let mut whole = Value::default();
        deserializer.deserialize_any(Filling { sink: &mut whole, place, notes })?;
        for misread in sink.take(whole) {
            notes.add(&place, misread);
        }
        Ok(())
    }
}

/// The visitor of one value.
struct Filling<'a> {
    sink: &'a mut dyn Sink,
    place: Place<'a>,
    notes: &'a Notes,
}

impl Filling<'_> {
    fn scalar(self, scalar: Scalar<'_>) {
        if !self.sink.scalar(scalar) {
            self.wrong(&found(scalar));
        }
    }

    fn wrong(&self, found: &str) {
        self.note(format!("{found} stands where {} is expected", self.sink.expecting()));
    }

    fn note(&self, what: String) {
        self.notes.add(&self.place, Misread::new(what));
    }

    /// Ends an object that has these keys.
    fn end(&mut self, seen: &Map<()>) {
        for name in self.sink.required().iter().filter(|name| !seen.contains_key(name)) {
            self.note(format!("{name:?} is missing"));
        }
        if let Some(what) = self.sink.close() {
            self.note(what);
        }
    }

    /// Offers the value of `key` to the sink, and skips it if the sink does not read it.
    fn entry<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        let place = Place { outer: Some(&self.place), segment: Some(Segment::Key(key)) };
        let mut entry = Entry { map: &mut *map, place, notes: self.notes, is_read: Cell::new(false), error: None };
        if let Err(stop) = self.sink.entry(key, &mut entry) {
            return Err(entry.error.unwrap_or_else(|| Error::custom(stop.0.unwrap_or_default())));
        }
        if entry.is_read.get() {
            return Ok(());
        }
        map.next_value_seed(Seed { sink: &mut Skipped, place, notes: self.notes })
    }
}

/// How a message names a scalar.
fn found(scalar: Scalar<'_>) -> String {
    match scalar {
        Scalar::Null => "null".to_owned(),
        Scalar::Boolean(value) => value.to_string(),
        Scalar::Unsigned(value) => format!("the number {value}"),
        Scalar::Signed(value) => format!("the number {value}"),
        Scalar::Float(value) => decimal(value)
            .map_or("a long number, or a value with a tag,".to_owned(), |text| format!("the number {text}")),
        Scalar::Text(_) => "a string".to_owned(),
    }
}

impl<'de> Visitor<'de> for Filling<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.sink.expecting())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.scalar(Scalar::Null);
        Ok(())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.scalar(Scalar::Boolean(value));
        Ok(())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.scalar(Scalar::Unsigned(value));
        Ok(())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.scalar(Scalar::Signed(value));
        Ok(())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.scalar(Scalar::Float(value));
        Ok(())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        self.scalar(Scalar::Text(value));
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        if !self.sink.open(Collection::List) {
            let mut is_empty = true;
            while list.next_element::<IgnoredAny>()?.is_some() {
                is_empty = false;
            }
            // PHP writes an empty map so.
            if is_empty && self.sink.open(Collection::Object) {
                self.end(&Map::default());
            } else {
                self.wrong("an array");
            }
            return Ok(());
        }
        let mut items = Items { list, index: 0, place: self.place, notes: self.notes, error: None };
        loop {
            match self.sink.item(&mut items) {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(stop) => return Err(items.error.unwrap_or_else(|| Error::custom(stop.0.unwrap_or_default()))),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        if !self.sink.open(Collection::Object) {
            self.wrong("an object");
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(());
        }
        let mut seen = Map::default();
        while let Some(key) = map.next_key::<String>()? {
            if seen.contains_key(&key) {
                self.notes.add(&self.place, Misread::duplicate(&key));
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            self.entry(&key, &mut map)?;
            seen.insert(key, ());
        }
        self.end(&seen);
        Ok(())
    }
}

/// The items of a list.
struct Items<'a, A, E> {
    list: A,
    index: usize,
    place: Place<'a>,
    notes: &'a Notes,
    error: Option<E>,
}

impl<'de, A: SeqAccess<'de>> Source for Items<'_, A, A::Error> {
    fn read(&mut self, into: &mut dyn Sink) -> Result<bool, Stop> {
        let place = Place { outer: Some(&self.place), segment: Some(Segment::Index(self.index)) };
        self.index = self.index.saturating_add(1);
        match self.list.next_element_seed(Seed { sink: into, place, notes: self.notes }) {
            Ok(read) => Ok(read.is_some()),
            Err(error) => {
                self.error = Some(error);
                Err(Stop(None))
            }
        }
    }
}

/// The value of an object's entry.
struct Entry<'a, A, E> {
    map: &'a mut A,
    place: Place<'a>,
    notes: &'a Notes,
    is_read: Cell<bool>,
    error: Option<E>,
}

impl<'de, A: MapAccess<'de>> Source for Entry<'_, A, A::Error> {
    fn read(&mut self, into: &mut dyn Sink) -> Result<bool, Stop> {
        self.is_read.set(true);
        match self.map.next_value_seed(Seed { sink: into, place: self.place, notes: self.notes }) {
            Ok(()) => Ok(true),
            Err(error) => {
                self.error = Some(error);
                Err(Stop(None))
            }
        }
    }
}
