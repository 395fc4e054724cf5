//! Reading a document into its objects, entry by entry: what is not needed is never built. One visitor serves them all, and
//! knows the place of what cannot be read; with a visitor for each type this would be half of the browser's code.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Unexpected, Visitor};

use super::error::invalid_type;
use super::map::Map;
use super::sink::{Collection, Scalar, Sink, Skipped, Source, Stop};
use super::value::Value;

/// Reads a whole document; an error comes with its place, as in `paths./a.get`, empty for the document itself.
pub(crate) fn read<'de, D: Deserializer<'de>>(deserializer: D, into: &mut dyn Sink) -> Result<(), (String, D::Error)> {
    let place = Place::default();
    let seed = Seed { node: into, at: None, place: &place };
    seed.deserialize(deserializer).map_err(|error| (place.0.take(), error))
}

/// The place of the first error, put together from the inside out.
#[derive(Default)]
struct Place(Cell<String>);

#[derive(Clone, Copy)]
enum Segment<'a> {
    Key(&'a str),
    Index(usize),
}

impl Place {
    fn is_in(&self, segment: Segment<'_>) {
        let inner = self.0.take();
        let separator = if inner.is_empty() || inner.starts_with('[') { "" } else { "." };
        self.0.set(match segment {
            Segment::Key(key) => format!("{key}{separator}{inner}"),
            Segment::Index(index) => format!("[{index}]{separator}{inner}"),
        });
    }
}

/// A value on its way into a node.
struct Seed<'a> {
    node: &'a mut dyn Sink,
    at: Option<Segment<'a>>,
    place: &'a Place,
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let Self { node, at, place } = self;
        let read = if node.takes_whole() {
            let mut whole = Value::default();
            let read = deserializer.deserialize_any(Filling { node: &mut whole, place });
            read.and_then(|()| node.take(whole).map_err(|stop| Error::custom(stop.0.unwrap_or_default())))
        } else {
            deserializer.deserialize_any(Filling { node, place })
        };
        read.inspect_err(|_| {
            if let Some(segment) = at {
                place.is_in(segment);
            }
        })
    }
}

struct Filling<'a> {
    node: &'a mut dyn Sink,
    place: &'a Place,
}

impl Filling<'_> {
    fn scalar<E: Error>(&mut self, scalar: Scalar<'_>, found: Unexpected<'_>) -> Result<(), E> {
        if self.node.scalar(scalar) { Ok(()) } else { Err(self.wrong(found)) }
    }

    fn wrong<E: Error>(&self, found: Unexpected<'_>) -> E {
        E::custom(invalid_type(found, &self.node.expecting()))
    }

    fn open<E: Error>(&mut self, collection: Collection, found: Unexpected<'_>) -> Result<(), E> {
        if self.node.open(collection) { Ok(()) } else { Err(self.wrong(found)) }
    }
}

impl<'de> Visitor<'de> for Filling<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.node.expecting())
    }

    fn visit_unit<E: Error>(mut self) -> Result<(), E> {
        self.scalar(Scalar::Null, Unexpected::Unit)
    }

    fn visit_bool<E: Error>(mut self, value: bool) -> Result<(), E> {
        self.scalar(Scalar::Boolean(value), Unexpected::Bool(value))
    }

    fn visit_u64<E: Error>(mut self, value: u64) -> Result<(), E> {
        self.scalar(Scalar::Unsigned(value), Unexpected::Unsigned(value))
    }

    fn visit_i64<E: Error>(mut self, value: i64) -> Result<(), E> {
        self.scalar(Scalar::Signed(value), Unexpected::Signed(value))
    }

    fn visit_f64<E: Error>(mut self, value: f64) -> Result<(), E> {
        self.scalar(Scalar::Float(value), Unexpected::Float(value))
    }

    fn visit_str<E: Error>(mut self, value: &str) -> Result<(), E> {
        self.scalar(Scalar::Text(value), Unexpected::Str(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, list: A) -> Result<(), A::Error> {
        self.open(Collection::List, Unexpected::Seq)?;
        let mut items = Items { list, index: 0, place: self.place, error: None };
        loop {
            match self.node.item(&mut items) {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(stop) => return Err(items.error.unwrap_or_else(|| Error::custom(stop.0.unwrap_or_default()))),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        self.open(Collection::Object, Unexpected::Map)?;
        let mut seen = Map::default();
        while let Some(key) = map.next_key::<String>().inspect_err(|_| self.place.is_in(Segment::Key("?")))? {
            if seen.contains_key(&key) {
                return Err(Error::custom(format!("the key {key:?} stands twice")));
            }
            let mut entry = Entry { map: &mut map, key: &key, place: self.place, is_read: false, error: None };
            if let Err(stop) = self.node.entry(&key, &mut entry) {
                return Err(entry.error.unwrap_or_else(|| Error::custom(stop.0.unwrap_or_default())));
            }
            if !entry.is_read {
                map.next_value_seed(Seed { node: &mut Skipped, at: Some(Segment::Key(&key)), place: self.place })?;
            }
            seen.insert(key, ());
        }
        let missing = self.node.required().iter().find(|name| !seen.contains_key(name));
        missing.map_or(Ok(()), |name| Err(Error::missing_field(name)))
    }
}

struct Items<'a, A, E> {
    list: A,
    index: usize,
    place: &'a Place,
    error: Option<E>,
}

impl<'de, A: SeqAccess<'de>> Source for Items<'_, A, A::Error> {
    fn read(&mut self, into: &mut dyn Sink) -> Result<bool, Stop> {
        let seed = Seed { node: into, at: Some(Segment::Index(self.index)), place: self.place };
        self.index = self.index.saturating_add(1);
        match self.list.next_element_seed(seed) {
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
    key: &'a str,
    place: &'a Place,
    is_read: bool,
    error: Option<E>,
}

impl<'de, A: MapAccess<'de>> Source for Entry<'_, A, A::Error> {
    fn read(&mut self, into: &mut dyn Sink) -> Result<bool, Stop> {
        self.is_read = true;
        let seed = Seed { node: into, at: Some(Segment::Key(self.key)), place: self.place };
        match self.map.next_value_seed(seed) {
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
        self.get_or_insert_with(T::default).open(collection)
    }

    fn takes_whole(&self) -> bool {
        T::default().takes_whole()
    }

    fn take(&mut self, value: Value) -> Result<(), Stop> {
        self.get_or_insert_with(T::default).take(value)
    }

    fn required(&self) -> &'static [&'static str] {
        T::default().required()
    }

    fn scalar(&mut self, scalar: Scalar<'_>) -> bool {
        self.get_or_insert_with(T::default).scalar(scalar)
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
        "a sequence"
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
