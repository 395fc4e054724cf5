//! Makes types from JSON values with hand-written code. With this many types, serde's derived readers would be most of the WASM.

use std::borrow::Cow;
use std::fmt::Display;

use serde::de::{self, Deserialize, Deserializer};

use super::error::Error;
use super::value::Value;

/// A type that can be made from a JSON value.
pub trait FromJson: Sized {
    /// Makes it.
    ///
    /// # Errors
    /// What is wrong, and where.
    fn from_json(value: Value) -> Result<Self, Error>;
}

/// The fields of an object that has no others.
pub struct Object<'a>(Vec<(Cow<'a, str>, Value<'a>)>);

impl<'a> Object<'a> {
    /// The fields of `value`, which must be an object with each of these names at most once and no others.
    ///
    /// # Errors
    /// The field that is unknown or occurs twice; any value but an object.
    pub fn of(value: Value<'a>, names: &[&str]) -> Result<Self, Error> {
        let Value::Object(entries) = value else { return Err(value.wrong_type("an object")) };
        let mut rest = entries.as_slice();
        while let [(name, _), others @ ..] = rest {
            if !names.contains(&name.as_ref()) {
                return Err(Error::of(name, "unknown field"));
            }
            if others.iter().any(|(other, _)| other == name) {
                return Err(Error::of(name, "duplicate field"));
            }
            rest = others;
        }
        Ok(Self(entries))
    }

    /// A field that must be there.
    ///
    /// # Errors
    /// The field is missing, or its value is not a `T`.
    pub fn required<T: FromJson>(&mut self, name: &str) -> Result<T, Error> {
        self.given(name)?.ok_or_else(|| Error::of(name, "missing field"))
    }

    /// A field that may be left out, but is not `null` where it is given.
    ///
    /// # Errors
    /// Its value is not a `T`.
    pub fn given<T: FromJson>(&mut self, name: &str) -> Result<Option<T>, Error> {
        self.take(name).map(|value| made(name, value)).transpose()
    }

    /// A field that may be left out or `null`.
    ///
    /// # Errors
    /// Its value is neither `null` nor a `T`.
    pub fn optional<T: FromJson>(&mut self, name: &str) -> Result<Option<T>, Error> {
        match self.take(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => made(name, value).map(Some),
        }
    }

    fn take(&mut self, name: &str) -> Option<Value<'a>> {
        let (_, value) = self.0.iter_mut().find(|(found, _)| found == name)?;
        Some(std::mem::take(value))
    }
}

/// A function of its own for each type: engines compile a function when it is first called, and that call waits.
#[inline(never)]
fn made<T: FromJson>(name: &str, value: Value<'_>) -> Result<T, Error> {
    T::from_json(value).map_err(|fault| fault.within(name))
}

/// Lets serde read a type that has a hand-written reader.
pub(crate) fn deserialize<'de, T: FromJson, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    T::from_json(Value::deserialize(deserializer)?).map_err(de::Error::custom)
}

/// Makes something of a text.
pub(crate) fn text<T, E: Display>(value: Value, parse: impl FnOnce(&str) -> Result<T, E>) -> Result<T, Error> {
    parse(&string(value)?).map_err(Error::new)
}

/// The one of `all` that `value` names.
pub(crate) fn word<T: Copy>(value: Value, all: &[(&str, T)]) -> Result<T, Error> {
    let word = string(value)?;
    match all.iter().find(|(name, _)| *name == word) {
        Some((_, found)) => Ok(*found),
        None => {
            let names: Vec<_> = all.iter().map(|(name, _)| *name).collect();
            Err(Error::new(format!("{word:?} is none of {}", names.join(", "))))
        }
    }
}

impl FromJson for String {
    fn from_json(value: Value) -> Result<Self, Error> {
        string(value).map(Cow::into_owned)
    }
}

fn string(value: Value<'_>) -> Result<Cow<'_, str>, Error> {
    if let Value::Text(text) = value { Ok(text) } else { Err(value.wrong_type("a string")) }
}

impl FromJson for bool {
    fn from_json(value: Value) -> Result<Self, Error> {
        if let Value::Boolean(value) = value { Ok(value) } else { Err(value.wrong_type("a boolean")) }
    }
}

impl FromJson for u64 {
    fn from_json(value: Value) -> Result<Self, Error> {
        if let Value::Unsigned(value) = value { Ok(value) } else { Err(value.wrong_type("a whole number")) }
    }
}

impl FromJson for usize {
    fn from_json(value: Value) -> Result<Self, Error> {
        let number = u64::from_json(value)?;
        number.try_into().map_err(|_| Error::new(format!("{number} is too large")))
    }
}

impl FromJson for u32 {
    fn from_json(value: Value) -> Result<Self, Error> {
        let number = u64::from_json(value)?;
        number.try_into().map_err(|_| Error::new(format!("{number} is too large")))
    }
}

/// `null` is `None`.
impl<T: FromJson> FromJson for Option<T> {
    fn from_json(value: Value) -> Result<Self, Error> {
        if value == Value::Null { Ok(None) } else { T::from_json(value).map(Some) }
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(value: Value) -> Result<Self, Error> {
        let mut made = Self::with_capacity(value.items().map_or(0, <[_]>::len));
        each(value, &mut |item| {
            made.push(T::from_json(item)?);
            Ok(())
        })?;
        Ok(made)
    }
}

/// Takes the items of a list, in the same code for every type.
fn each<'a>(value: Value<'a>, take: &mut dyn FnMut(Value<'a>) -> Result<(), Error>) -> Result<(), Error> {
    let Value::List(items) = value else { return Err(value.wrong_type("a list")) };
    for (index, item) in items.into_iter().enumerate() {
        take(item).map_err(|fault| fault.within(&format!("[{index}]")))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::Map;
    use super::*;

    fn fault<T: FromJson>(json: &str) -> String {
        T::from_json(Value::parse(json).unwrap()).err().unwrap().to_string()
    }

    #[derive(Debug)]
    struct Pair;

    impl FromJson for Pair {
        fn from_json(value: Value) -> Result<Self, Error> {
            let mut fields = Object::of(value, &["a", "b"])?;
            let _: (u64, Option<bool>) = (fields.required("a")?, fields.optional("b")?);
            Ok(Self)
        }
    }

    #[test]
    fn a_fault_tells_its_place() {
        for (json, expected) in [
            ("7", "invalid type: integer `7`, expected a list"),
            ("[{}]", "[0].a: missing field `a`"),
            (r#"[{"a":1},{"a":1,"a":1}]"#, "[1].a: duplicate field `a`"),
            (r#"[{"a":1,"c":null}]"#, "[0].c: unknown field `c`"),
            (r#"[{"a":null}]"#, "[0].a: invalid type: null, expected a whole number"),
            (r#"[{"a":1,"b":"x"}]"#, "[0].b: invalid type: string \"x\", expected a boolean"),
        ] {
            assert_eq!(fault::<Vec<Pair>>(json), expected);
        }
        assert_eq!(fault::<Map<Vec<bool>>>(r#"{"x":[1]}"#), "x[0]: invalid type: integer `1`, expected a boolean");
        assert!(Pair::from_json(Value::parse(r#"{"a":1,"b":null}"#).unwrap()).is_ok());
    }
}
