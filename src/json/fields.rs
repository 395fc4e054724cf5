//! Making values of what was kept, by hand: serde's derived readers are most of the code where there are many types.

use std::borrow::Cow;
use std::fmt::Display;

use serde::de::{Deserialize, Deserializer, Error};

use super::kept::Kept;

/// What can be made of a kept value.
pub trait FromKept: Sized {
    /// Makes it.
    ///
    /// # Errors
    /// What is wrong, and where.
    fn from_kept(value: Kept) -> Result<Self, Fault>;
}

/// What is wrong with a value, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
#[error("{}{what}", self.before())]
pub struct Fault {
    /// The place in the value, as in `rules[0].path`; empty for the value itself.
    pub place: String,
    /// What is wrong.
    pub what: String,
}

/// The fields of an object that has no others.
pub struct Fields<'a>(Vec<(Cow<'a, str>, Kept<'a>)>);

impl Fault {
    /// A fault of the value itself.
    pub fn new(what: impl Display) -> Self {
        Self { place: String::new(), what: what.to_string() }
    }

    fn before(&self) -> String {
        if self.place.is_empty() { String::new() } else { format!("{}: ", self.place) }
    }

    pub(super) fn within(mut self, outer: &str) -> Self {
        let separator = if self.place.is_empty() || self.place.starts_with('[') { "" } else { "." };
        self.place = [outer, separator, &self.place].concat();
        self
    }

    fn of(name: &str, what: &str) -> Self {
        Self::new(format!("{what} `{name}`")).within(name)
    }
}

impl<'a> Fields<'a> {
    /// The fields of `value`, which must be an object, each of these names once at most and no others.
    ///
    /// # Errors
    /// The field that is not known or stands twice; any value but an object.
    pub fn of(value: Kept<'a>, names: &[&str]) -> Result<Self, Fault> {
        let Kept::Object(entries) = value else { return Err(value.is_no("an object")) };
        let mut rest = entries.as_slice();
        while let [(name, _), others @ ..] = rest {
            if !names.contains(&name.as_ref()) {
                return Err(Fault::of(name, "unknown field"));
            }
            if others.iter().any(|(other, _)| other == name) {
                return Err(Fault::of(name, "duplicate field"));
            }
            rest = others;
        }
        Ok(Self(entries))
    }

    /// A field that must be there.
    ///
    /// # Errors
    /// Where it is missing, or is none.
    pub fn required<T: FromKept>(&mut self, name: &str) -> Result<T, Fault> {
        self.given(name)?.ok_or_else(|| Fault::of(name, "missing field"))
    }

    /// A field that may be left out, but is not `null` where it is given.
    ///
    /// # Errors
    /// Where it is none.
    pub fn given<T: FromKept>(&mut self, name: &str) -> Result<Option<T>, Fault> {
        self.take(name).map(|value| made(name, value)).transpose()
    }

    /// A field that may be left out or `null`.
    ///
    /// # Errors
    /// Where it is neither, and none.
    pub fn optional<T: FromKept>(&mut self, name: &str) -> Result<Option<T>, Fault> {
        match self.take(name) {
            None | Some(Kept::Null) => Ok(None),
            Some(value) => made(name, value).map(Some),
        }
    }

    fn take(&mut self, name: &str) -> Option<Kept<'a>> {
        let (_, value) = self.0.iter_mut().find(|(found, _)| found == name)?;
        Some(std::mem::take(value))
    }
}

/// In a place of its own for each type: engines compile what is called, and the first call waits for that.
#[inline(never)]
fn made<T: FromKept>(name: &str, value: Kept<'_>) -> Result<T, Fault> {
    T::from_kept(value).map_err(|fault| fault.within(name))
}

/// Reads by serde what is made by hand.
pub(crate) fn deserialize<'de, T: FromKept, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    T::from_kept(Kept::deserialize(deserializer)?).map_err(D::Error::custom)
}

/// Makes something of a text.
pub(crate) fn text<T, E: Display>(value: Kept, parse: impl FnOnce(&str) -> Result<T, E>) -> Result<T, Fault> {
    parse(&string(value)?).map_err(Fault::new)
}

/// The one of `all` that `value` names.
pub(crate) fn word<T: Copy>(value: Kept, all: &[(&str, T)]) -> Result<T, Fault> {
    let word = string(value)?;
    match all.iter().find(|(name, _)| *name == word) {
        Some((_, found)) => Ok(*found),
        None => {
            let names: Vec<_> = all.iter().map(|(name, _)| *name).collect();
            Err(Fault::new(format!("{word:?} is none of {}", names.join(", "))))
        }
    }
}

impl FromKept for String {
    fn from_kept(value: Kept) -> Result<Self, Fault> {
        string(value).map(Cow::into_owned)
    }
}

fn string(value: Kept<'_>) -> Result<Cow<'_, str>, Fault> {
    if let Kept::Text(text) = value { Ok(text) } else { Err(value.is_no("a string")) }
}

impl FromKept for bool {
    fn from_kept(value: Kept) -> Result<Self, Fault> {
        if let Kept::Boolean(value) = value { Ok(value) } else { Err(value.is_no("a boolean")) }
    }
}

impl FromKept for u64 {
    fn from_kept(value: Kept) -> Result<Self, Fault> {
        if let Kept::Unsigned(value) = value { Ok(value) } else { Err(value.is_no("a whole number")) }
    }
}

impl FromKept for usize {
    fn from_kept(value: Kept) -> Result<Self, Fault> {
        let number = u64::from_kept(value)?;
        number.try_into().map_err(|_| Fault::new(format!("{number} is too large")))
    }
}

impl FromKept for u32 {
    fn from_kept(value: Kept) -> Result<Self, Fault> {
        let number = u64::from_kept(value)?;
        number.try_into().map_err(|_| Fault::new(format!("{number} is too large")))
    }
}

/// `null` is none.
impl<T: FromKept> FromKept for Option<T> {
    fn from_kept(value: Kept) -> Result<Self, Fault> {
        if value == Kept::Null { Ok(None) } else { T::from_kept(value).map(Some) }
    }
}

impl<T: FromKept> FromKept for Vec<T> {
    fn from_kept(value: Kept) -> Result<Self, Fault> {
        let mut made = Self::with_capacity(value.items().map_or(0, <[_]>::len));
        each(value, &mut |item| {
            made.push(T::from_kept(item)?);
            Ok(())
        })?;
        Ok(made)
    }
}

/// Takes the items of a list, in the same code for every type.
fn each<'a>(value: Kept<'a>, take: &mut dyn FnMut(Kept<'a>) -> Result<(), Fault>) -> Result<(), Fault> {
    let Kept::List(items) = value else { return Err(value.is_no("a list")) };
    for (index, item) in items.into_iter().enumerate() {
        take(item).map_err(|fault| fault.within(&format!("[{index}]")))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::Map;
    use super::*;

    fn fault<T: FromKept>(json: &str) -> String {
        T::from_kept(Kept::parse(json).unwrap()).err().unwrap().to_string()
    }

    #[derive(Debug)]
    struct Pair;

    impl FromKept for Pair {
        fn from_kept(value: Kept) -> Result<Self, Fault> {
            let mut fields = Fields::of(value, &["a", "b"])?;
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
        assert!(Pair::from_kept(Kept::parse(r#"{"a":1,"b":null}"#).unwrap()).is_ok());
    }
}
