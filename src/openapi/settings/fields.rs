//! The fields of an object, read to the end.

use std::borrow::Cow;

use crate::json::{self, FromJson};

/// The fields of an object, of which all that is wrong is kept.
pub(super) struct Fields<'a> {
    entries: Vec<(Cow<'a, str>, json::Value<'a>)>,
    pub(super) errors: Vec<json::Error>,
}

impl<'a> Fields<'a> {
    pub(super) fn of(value: json::Value<'a>, names: &[&str]) -> Self {
        let json::Value::Object(all) = value else {
            return Self { entries: Vec::new(), errors: vec![value.wrong_type("an object")] };
        };
        let mut fields = Self { entries: Vec::with_capacity(all.len()), errors: Vec::new() };
        for (name, value) in all {
            if !names.contains(&name.as_ref()) {
                fields.errors.push(json::Error::of(&name, "unknown field"));
            } else if fields.entries.iter().any(|(other, _)| *other == name) {
                fields.errors.push(json::Error::of(&name, "duplicate field"));
            } else {
                fields.entries.push((name, value));
            }
        }
        fields
    }

    /// A field, or its default where it is not given or is wrong.
    pub(super) fn given<T: FromJson + Default>(&mut self, name: &str) -> T {
        match self.take(name).map(T::from_json) {
            None => T::default(),
            Some(Ok(value)) => value,
            Some(Err(error)) => {
                self.errors.push(error.within(name));
                T::default()
            }
        }
    }

    /// The items of a list, each of which may be wrong.
    pub(super) fn list<T: FromJson>(&mut self, name: &str) -> Vec<T> {
        let mut made = Vec::new();
        match self.take(name) {
            None => {}
            Some(json::Value::List(items)) => {
                for (place, item) in items.into_iter().enumerate() {
                    match T::from_json(item) {
                        Ok(item) => made.push(item),
                        Err(error) => self.errors.push(error.within(&format!("[{place}]")).within(name)),
                    }
                }
            }
            Some(other) => self.errors.push(other.wrong_type("a list").within(name)),
        }
        made
    }

    pub(super) fn wrong(&mut self, name: &str, what: String) {
        self.errors.push(json::Error { place: name.to_owned(), what });
    }

    fn take(&mut self, name: &str) -> Option<json::Value<'a>> {
        let place = self.entries.iter().position(|(found, _)| found == name)?;
        Some(self.entries.swap_remove(place).1)
    }
}
