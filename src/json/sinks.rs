//! Sinks for strings, options, lists, [maps](Map) and [values](Value).

use std::borrow::Cow;

use super::map::Map;
use super::misread::Misread;
use super::sink::{Collection, OrNull, Scalar, Sink, Source, Stop};
use super::value::Value;

impl Sink for String {
    fn expecting(&self) -> &'static str {
        "a string"
    }

    fn may_be_null(&self) -> bool {
        true
    }

    fn scalar(&mut self, scalar: Scalar<'_>) -> bool {
        let Scalar::Text(text) = scalar else { return false };
        text.clone_into(self);
        true
    }
}

/// A value that may be left out. `null` is what it is for `T`: mostly an error.
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

/// What is read is added to the list.
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

impl Sink for Value<'_> {
    fn expecting(&self) -> &'static str {
        "a value"
    }

    fn open(&mut self, collection: Collection) -> bool {
        *self = match collection {
            Collection::List => Self::List(Vec::new()),
            Collection::Object => Self::Object(Vec::new()),
        };
        true
    }

    fn scalar(&mut self, scalar: Scalar<'_>) -> bool {
        *self = match scalar {
            Scalar::Null => Self::Null,
            Scalar::Boolean(value) => Self::Boolean(value),
            Scalar::Unsigned(value) => Self::Unsigned(value),
            Scalar::Signed(value) => Self::Signed(value),
            Scalar::Float(value) => Self::Float(value.into()),
            Scalar::Text(text) => Self::Text(Cow::Owned(text.to_owned())),
        };
        true
    }

    fn entry(&mut self, key: &str, value: &mut dyn Source) -> Result<(), Stop> {
        let mut read = Self::Null;
        value.read(&mut read)?;
        if let Self::Object(entries) = self {
            entries.push((Cow::Owned(key.to_owned()), read));
        }
        Ok(())
    }

    fn item(&mut self, value: &mut dyn Source) -> Result<bool, Stop> {
        let mut read = Self::Null;
        let is_read = value.read(&mut read)?;
        if let (true, Self::List(items)) = (is_read, self) {
            items.push(read);
        }
        Ok(is_read)
    }
}

impl<T: Sink + Default> Sink for Map<T> {
    fn expecting(&self) -> &'static str {
        "an object"
    }

    fn open(&mut self, collection: Collection) -> bool {
        collection == Collection::Object
    }

    fn entry(&mut self, key: &str, value: &mut dyn Source) -> Result<(), Stop> {
        let mut read = T::default();
        let is_null = if read.may_be_null() {
            let mut or_null = OrNull::new(&mut read);
            value.read(&mut or_null)?;
            or_null.is_null
        } else {
            value.read(&mut read)?;
            false
        };
        if !is_null {
            self.insert(key.to_owned(), read);
        }
        Ok(())
    }
}
