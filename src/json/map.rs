//! A map with text keys in little code: one search tree serves the values of every type.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::error::Error;
use super::object::FromJson;
use super::value::Value;

/// Values by text, in its order.
#[derive(Clone, Debug)]
pub struct Map<T> {
    places: BTreeMap<String, usize>,
    values: Vec<T>,
}

impl<T> Map<T> {
    /// Puts a value in; whether there was none. Of two with one key, the last counts.
    pub fn insert(&mut self, key: String, value: T) -> bool {
        let next = self.values.len();
        let place = *self.places.entry(key).or_insert(next);
        if let Some(present) = self.values.get_mut(place) {
            *present = value;
            return false;
        }
        self.values.push(value);
        true
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&T> {
        self.values.get(*self.places.get(key)?)
    }

    /// The value of a key.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut T> {
        self.values.get_mut(*self.places.get(key)?)
    }

    /// Whether there is a value of this key.
    pub fn contains_key(&self, key: &str) -> bool {
        self.places.contains_key(key)
    }

    /// The entries, in the order of keys.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &T)> {
        self.places.iter().filter_map(|(key, place)| Some((key, self.values.get(*place)?)))
    }

    /// The keys in order.
    pub fn keys(&self) -> impl Iterator<Item = &String> {
        self.places.keys()
    }

    /// The values, in the order of keys.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.iter().map(|(_, value)| value)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether the map is empty.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

/// The order in which entries were put in does not matter.
impl<T: PartialEq> PartialEq for Map<T> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<T: Eq> Eq for Map<T> {}

impl<T> Default for Map<T> {
    fn default() -> Self {
        Self { places: BTreeMap::new(), values: Vec::new() }
    }
}

impl<T: Serialize> Serialize for Map<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<T: FromJson> FromJson for Map<T> {
    fn from_json(value: Value) -> Result<Self, Error> {
        let Value::Object(entries) = value else { return Err(value.wrong_type("a map")) };
        let mut made = Self::default();
        for (key, value) in entries {
            let value = T::from_json(value).map_err(|fault| fault.within(&key))?;
            if made.contains_key(&key) {
                return Err(Error::new(format!("the key {key:?} stands twice")));
            }
            made.insert(key.into_owned(), value);
        }
        Ok(made)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_in_the_order_of_keys_and_the_last_counts() {
        let mut map = Map::default();
        let new = ["b", "a", "b", "c"].map(|key| map.insert(key.to_owned(), key.len() + map.len()));
        assert_eq!(new, [true, true, false, true]);
        let entries: Vec<_> = map.iter().map(|(key, value)| (key.as_str(), *value)).collect();
        assert_eq!(entries, [("a", 2), ("b", 3), ("c", 3)]);
        assert_eq!((map.get("b"), map.get("x"), map.len()), (Some(&3), None, 3));
    }
}
