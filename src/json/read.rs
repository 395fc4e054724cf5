//! Reading a document into its objects, entry by entry: what is not needed is never built. One visitor serves them all, and
//! knows the place of what cannot be read; with a visitor for each type this would be half of the browser's code. What is of
//! another type than it should be is noted and left out, so that one reading finds all of it.

use std::cell::{Cell, RefCell};
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::map::Map;
use super::misread::Misread;
use super::number::decimal;
use super::sink::{Collection, Scalar, Sink, Skipped, Source, Stop};
use super::value::Value;

/// How much that is read wrongly is noted.
const MAX_MISREAD: usize = 100;

/// Reads a whole document, and tells what in it is of a wrong type.
pub(crate) fn read<'de, D: Deserializer<'de>>(deserializer: D, into: &mut dyn Sink) -> Result<Vec<Misread>, D::Error> {
    let reading = Reading::default();
    let place = Place { outer: None, segment: None };
    Seed { node: into, place, reading: &reading }.deserialize(deserializer)?;
    Ok(reading.misread.into_inner())
}

#[derive(Default)]
struct Reading {
    misread: RefCell<Vec<Misread>>,
}

impl Reading {
    fn note(&self, place: &Place<'_>, inner: Misread) {
        let mut misread = self.misread.borrow_mut();
        if misread.len() < MAX_MISREAD {
            let mut all = place.written();
            all.extend(inner.place);
            misread.push(Misread { place: all, what: inner.what });
        }
    }
}

/// Where a value stands.
#[derive(Clone, Copy)]
struct Place<'a> {
    outer: Option<&'a Place<'a>>,
    segment: Option<Segment<'a>>,
}

#[derive(Clone, Copy)]
enum Segment<'a> {
    Key(&'a str),
    Index(usize),
}

impl Place<'_> {
    fn written(&self) -> Vec<String> {
        let mut segments = Vec::new();
        let mut place = Some(self);
        while let Some(Self { outer, segment }) = place {
            segments.extend(segment.map(|segment| match segment {
                Segment::Key(key) => key.to_owned(),
                Segment::Index(index) => format!("[{index}]"),
            }));
            place = *outer;
        }
        segments.reverse();
        segments
    }
}

/// A value on its way into a node.
struct Seed<'a> {
    node: &'a mut dyn Sink,
    place: Place<'a>,
    reading: &'a Reading,
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let Self { node, place, reading } = self;
        if !node.takes_whole() {
            return deserializer.deserialize_any(Filling { node, place, reading });
        }
        let mut whole = Value::default();
        deserializer.deserialize_any(Filling { node: &mut whole, place, reading })?;
        for misread in node.take(whole) {
            reading.note(&place, misread);
        }
        Ok(())
    }
}

struct Filling<'a> {
    node: &'a mut dyn Sink,
    place: Place<'a>,
    reading: &'a Reading,
}

impl Filling<'_> {
    fn scalar(self, scalar: Scalar<'_>) {
        if !self.node.scalar(scalar) {
            self.wrong(&found(scalar));
        }
    }

    fn wrong(&self, found: &str) {
        let what = format!("{found} stands where {} is expected", self.node.expecting());
        self.reading.note(&self.place, Misread::new(what));
    }
}

/// What a scalar is called where it is wrong.
fn found(scalar: Scalar<'_>) -> String {
    match scalar {
        Scalar::Null => "null".to_owned(),
        Scalar::Boolean(value) => value.to_string(),
        Scalar::Unsigned(value) => format!("the number {value}"),
        Scalar::Signed(value) => format!("the number {value}"),
        Scalar::Float(value) => decimal(value).map_or("a number".to_owned(), |text| format!("the number {text}")),
        Scalar::Text(_) => "a string".to_owned(),
    }
}

impl<'de> Visitor<'de> for Filling<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.node.expecting())
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

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        if !self.node.open(Collection::List) {
            self.wrong("an array");
            while list.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(());
        }
        let mut items = Items { list, index: 0, place: self.place, reading: self.reading, error: None };
        loop {
            match self.node.item(&mut items) {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(stop) => return Err(items.error.unwrap_or_else(|| Error::custom(stop.0.unwrap_or_default()))),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        if !self.node.open(Collection::Object) {
            self.wrong("an object");
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(());
        }
        let mut seen = Map::default();
        while let Some(key) = map.next_key::<String>()? {
            if seen.contains_key(&key) {
                let what = format!("the key {key:?} stands twice; take one of them out");
                self.reading.note(&self.place, Misread::new(what));
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let place = Place { outer: Some(&self.place), segment: Some(Segment::Key(&key)) };
            let mut entry =
                Entry { map: &mut map, place, reading: self.reading, is_read: Cell::new(false), error: None };
            if let Err(stop) = self.node.entry(&key, &mut entry) {
                return Err(entry.error.unwrap_or_else(|| Error::custom(stop.0.unwrap_or_default())));
            }
            if !entry.is_read.get() {
                map.next_value_seed(Seed { node: &mut Skipped, place, reading: self.reading })?;
            }
            seen.insert(key, ());
        }
        for name in self.node.required().iter().filter(|name| !seen.contains_key(name)) {
            self.reading.note(&self.place, Misread::new(format!("{name:?} is missing")));
        }
        if let Some(what) = self.node.close() {
            self.reading.note(&self.place, Misread::new(what));
        }
        Ok(())
    }
}

struct Items<'a, A, E> {
    list: A,
    index: usize,
    place: Place<'a>,
    reading: &'a Reading,
    error: Option<E>,
}

impl<'de, A: SeqAccess<'de>> Source for Items<'_, A, A::Error> {
    fn read(&mut self, into: &mut dyn Sink) -> Result<bool, Stop> {
        let place = Place { outer: Some(&self.place), segment: Some(Segment::Index(self.index)) };
        self.index = self.index.saturating_add(1);
        match self.list.next_element_seed(Seed { node: into, place, reading: self.reading }) {
            Ok(read) => Ok(read.is_some()),
            Err(error) => {
                self.error = Some(error);
                Err(Stop(None))
            }
        }
    }
}

struct Entry<'a, A, E> {
    map: &'a mut A,
    place: Place<'a>,
    reading: &'a Reading,
    is_read: Cell<bool>,
    error: Option<E>,
}

impl<'de, A: MapAccess<'de>> Source for Entry<'_, A, A::Error> {
    fn read(&mut self, into: &mut dyn Sink) -> Result<bool, Stop> {
        self.is_read.set(true);
        match self.map.next_value_seed(Seed { node: into, place: self.place, reading: self.reading }) {
            Ok(()) => Ok(true),
            Err(error) => {
                self.error = Some(error);
                Err(Stop(None))
            }
        }
    }
}

impl Sink for String {
    fn expecting(&self) -> &'static str {
        "a string"
    }

    fn scalar(&mut self, scalar: Scalar<'_>) -> bool {
        let Scalar::Text(text) = scalar else { return false };
        text.clone_into(self);
        true
    }
}

/// What may be left out. `null` is what it is to the type itself: mostly an error.
impl<T: Sink + Default> Sink for Option<T> {
    fn expecting(&self) -> &'static str {
        T::default().expecting()
    }

    fn open(&mut self, collection: Collection) -> bool {
        let mut opened = T::default();
        let is_open = opened.open(collection);
        if is_open {
            *self = Some(opened);
        }
        is_open
    }

    fn takes_whole(&self) -> bool {
        T::default().takes_whole()
    }

    fn take(&mut self, value: Value) -> Vec<Misread> {
        self.get_or_insert_with(T::default).take(value)
    }

    fn required(&self) -> &'static [&'static str] {
        T::default().required()
    }

    fn close(&mut self) -> Option<String> {
        self.as_mut().and_then(Sink::close)
    }

    fn scalar(&mut self, scalar: Scalar<'_>) -> bool {
        let mut taken = T::default();
        let is_taken = taken.scalar(scalar);
        if is_taken {
            *self = Some(taken);
        }
        is_taken
    }

    fn entry(&mut self, key: &str, value: &mut dyn Source) -> Result<(), Stop> {
        self.get_or_insert_with(T::default).entry(key, value)
    }

    fn item(&mut self, value: &mut dyn Source) -> Result<bool, Stop> {
        self.get_or_insert_with(T::default).item(value)
    }
}

/// What is read joins what is there.
impl<T: Sink + Default> Sink for Vec<T> {
    fn expecting(&self) -> &'static str {
        "an array"
    }

    fn open(&mut self, collection: Collection) -> bool {
        collection == Collection::List
    }

    fn item(&mut self, value: &mut dyn Source) -> Result<bool, Stop> {
        let mut item = T::default();
        let is_read = value.read(&mut item)?;
        if is_read {
            self.push(item);
        }
        Ok(is_read)
    }
}
