//! Members that OpenAPI does not have, and extensions that say something of scopes where nothing looks at them. One that may be meant to
//! say who may call is an error: what holds without it could let more in.

use super::fault::{About, Said};
use crate::json::{Collection, Misread, Scalar, Sink, Skipped, Source, Stop, Value};

/// Something of a member that is not read.
pub(super) enum Unknown {
    /// It may say who may call.
    Fault(String),
    /// It is told.
    Note(String),
}

/// The members that decide who may call an operation, and whose it is.
const DECIDING: [&str; 5] = ["security", "parameters", "requestBody", "servers", "$ref"];
/// What a merge key of YAML is called, which means nothing in quotation marks and in JSON.
const MERGE: &str = "<<";

/// How many characters of a name are repeated.
const MAX_REPEATED: usize = 300;
/// How many members of one object are told that decide nothing.
const MAX_TOLD: usize = 100;

/// Adds a member to those that are told.
pub(super) fn add(all: &mut Vec<String>, name: &str) {
    if all.len() < MAX_TOLD || matches!(member(name, ""), Unknown::Fault(_)) {
        all.push(name.to_owned());
    }
}

/// What is said of a member of an operation, or of the document.
pub(super) fn member(name: &str, of: &str) -> Unknown {
    let told = format!("{:?} is not read", shortened(name));
    let letters = plain(name);
    let is_misspelled = |known: &&str| plain(known) == letters && *known != name;
    match DECIDING.into_iter().find(is_misspelled) {
        Some(known) => Unknown::Fault(format!("{told}: OpenAPI writes {known}")),
        None if letters.starts_with("securit") && !letters.contains("scheme") => {
            Unknown::Fault(format!("{told}: OpenAPI has security, and no such member of {of}"))
        }
        None if name == MERGE => Unknown::Fault(format!("{told}: a merge key of YAML stands without quotation marks")),
        None => Unknown::Note(format!("{told}: OpenAPI has no such member of {of}")),
    }
}

/// A member in a place where none of its name stands, and where it would say who may call an operation, or whose it is: any value of it
/// is wrong.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Misplaced;

impl Sink for Misplaced {
    fn expecting(&self) -> &'static str {
        "no member of this name"
    }
}

/// Skips a member of an object that has no security.
pub(super) fn skip(name: &str, value: &mut dyn Source) -> Result<(), Stop> {
    if is_like_security(name) { value.read(&mut Misplaced).map(drop) } else { Ok(()) }
}

/// What of an operation stands beside a `$ref`, one indentation too deep.
pub(super) fn misplaced(reference: &Value<'_>) -> Vec<Misread> {
    let Value::Object(members) = reference else { return Vec::new() };
    let names = members.iter().map(|(name, _)| name).filter(|name| is_of_operation(name));
    let what = || "it stands beside $ref, where nothing reads it".to_owned();
    names.map(|name| Misread { place: vec![shortened(name)], ..Misread::new(what()) }).collect()
}

/// Whether a member belongs to an operation, which it stands in one indentation too deep.
pub(super) fn is_of_operation(name: &str) -> bool {
    let letters = plain(name);
    is_security(&letters) || ["parameters", "requestbody", "servers"].contains(&letters.as_str())
}

/// Whether a member is called `security`, or almost so.
pub(super) fn is_like_security(name: &str) -> bool {
    is_security(&plain(name))
}

fn is_security(letters: &str) -> bool {
    ["security", "securities", "securityrequirement", "securityrequirements"].contains(&letters)
}

/// Whether an extension is called as if it said something of scopes.
pub(in crate::openapi) fn is_like_scopes(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    ["scope", "permission", "role"].iter().any(|word| lower.contains(word))
}

/// Adds an extension that stands where nothing looks at it, if it is called so or lists texts, as one that the settings name would; else to
/// the `others`.
pub(super) fn add_extension(
    all: &mut Vec<String>,
    others: &mut Vec<String>,
    name: &str,
    value: &mut dyn Source,
) -> Result<(), Stop> {
    let mut listing = Listing::default();
    value.read(&mut listing)?;
    if is_like_scopes(name) || (listing.has_texts && !listing.has_others) {
        add(all, name);
    } else {
        meet(others, name);
    }
    Ok(())
}

/// Adds a member to the extensions that are met where nothing looks at them.
pub(super) fn meet(all: &mut Vec<String>, name: &str) {
    if name.starts_with("x-") && all.len() < MAX_TOLD {
        all.push(name.to_owned());
    }
}

/// What is said of an extension that stands where nothing looks at it.
pub(super) fn misplaced_extension(name: &str, place: &str) -> Said {
    let name = shortened(name);
    let what = format!("{name} stands {place}, where nothing looks at it: scopes are those of operations");
    Said::about(About::Extension(name), what)
}

/// Whether a value is a list of texts.
#[derive(Default)]
struct Listing {
    is_item: bool,
    has_texts: bool,
    has_others: bool,
}

impl Sink for Listing {
    fn expecting(&self) -> &'static str {
        "a value"
    }

    fn open(&mut self, collection: Collection) -> bool {
        self.has_others |= self.is_item || collection == Collection::Object;
        true
    }

    fn scalar(&mut self, scalar: Scalar<'_>) -> bool {
        let is_text = self.is_item && matches!(scalar, Scalar::Text(_));
        self.has_texts |= is_text;
        self.has_others |= !is_text;
        true
    }

    fn item(&mut self, value: &mut dyn Source) -> Result<bool, Stop> {
        if self.is_item {
            return value.read(&mut Skipped);
        }
        let mut item = Self { is_item: true, ..Self::default() };
        let is_read = value.read(&mut item)?;
        self.has_texts |= item.has_texts;
        self.has_others |= item.has_others;
        Ok(is_read)
    }
}

/// What is said of an extension that is called so and is not a list of texts.
pub(super) fn unlisted_scopes(name: &str) -> Said {
    let name = shortened(name);
    let what = format!("{name} is not a list of scopes, and nothing looks at it");
    Said::about(About::Scopes(name), what)
}

fn shortened(name: &str) -> String {
    name.chars().take(MAX_REPEATED).collect()
}

/// The letters of a name, small.
fn plain(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_say_who_may_call_is_a_fault() {
        for name in
            ["Security", "security ", "securities", "security-requirements", "Parameters", "request_body", "ref", "<<"]
        {
            assert!(matches!(member(name, "an operation"), Unknown::Fault(_)), "{name}");
        }
        for name in ["examples", "body", "", "$id", "responses ", "securitySchemes", "requestBody"] {
            assert!(matches!(member(name, "an operation"), Unknown::Note(_)), "{name}");
        }
    }
}
