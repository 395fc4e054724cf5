//! Names of parameters, as different parsers see them.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::ambiguity::Ambiguity;

/// How a request gives a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Occurrence<'a> {
    /// Not at all, in any spelling.
    Absent,
    /// Exactly once, in exactly this name; the decoded value.
    Once(Cow<'a, str>),
    /// In a way that parsers read differently.
    Ambiguous(Ambiguity),
}

/// Where some parser divides a name: nested parameters, array entries, what follows a NUL.
const DIVIDERS: [char; 4] = ['[', ']', '.', '\0'];

/// Whether some parser takes `given` for `name`.
///
/// Parsers ignore case and punctuation, drop leading brackets, nest what follows a bracket or a dot, cut a name at a NUL
/// or drop the NUL. So a name is divided at brackets, dots and NULs, and every run of its parts is a candidate.
/// `cargo xtask parsers` holds this against the parsers themselves.
pub(crate) fn may_be(given: &str, name: &str) -> bool {
    if given == name {
        return true;
    }
    if !given.contains(DIVIDERS) && !given.contains('%') {
        return skeleton(given).eq(skeleton(name));
    }
    has_run(given, name) || (given.contains('%') && has_run(&decoded_again(given), name))
}

/// Names that many others are held against, each with its skeleton.
pub(crate) struct Names<'a>(Vec<(&'a str, String)>);

impl<'a> Names<'a> {
    /// Of these.
    pub fn of(names: impl Iterator<Item = &'a str>) -> Self {
        Self(names.map(|name| (name, skeleton(name).collect())).collect())
    }

    /// Whether `given` is one of them.
    pub fn contains(&self, given: &str) -> bool {
        self.0.iter().any(|(name, _)| *name == given)
    }

    /// The first of them that `given` [`may_be`].
    pub fn alike(&self, given: &str) -> Option<&'a str> {
        let decoded = given.contains('%').then(|| parts(&decoded_again(given)));
        let readings = [Some(parts(given)), decoded];
        let is_alike = |skeleton: &str| readings.iter().flatten().any(|parts| is_run(parts, skeleton));
        self.0.iter().find(|(name, skeleton)| *name == given || is_alike(skeleton)).map(|(name, _)| *name)
    }
}

/// Whether some run of the parts of `given` has the skeleton of `name`.
fn has_run(given: &str, name: &str) -> bool {
    is_run(&parts(given), &skeleton(name).collect::<String>())
}

/// The skeletons of the parts of a name.
fn parts(given: &str) -> Vec<String> {
    let parts = given.split(DIVIDERS).map(|part| skeleton(part).collect::<String>());
    parts.filter(|part| !part.is_empty()).collect()
}

fn is_run(parts: &[String], name: &str) -> bool {
    let mut rest = parts;
    while let [_, others @ ..] = rest {
        if is_begun_by(rest, name) {
            return true;
        }
        rest = others;
    }
    name.is_empty() && parts.is_empty()
}

/// Whether the first few of `parts` make up `name`.
fn is_begun_by(parts: &[String], name: &str) -> bool {
    let mut left = name;
    for part in parts {
        match left.strip_prefix(part.as_str()) {
            Some("") => return true,
            Some(rest) => left = rest,
            None => return false,
        }
    }
    false
}

/// What a parser reads that decodes a name twice, or knows `%uXXXX` as old ASP.NET does.
fn decoded_again(name: &str) -> String {
    let mut decoded = String::with_capacity(name.len());
    let mut parts = name.split("%u");
    decoded.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let code = part.split_at_checked(4).filter(|(digits, _)| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        let letter = |digits| u32::from_str_radix(digits, 16).ok().and_then(char::from_u32);
        match code.and_then(|(digits, rest)| Some((letter(digits)?, rest))) {
            Some((letter, rest)) => {
                decoded.push(letter);
                decoded.push_str(rest);
            }
            None => decoded.extend(["%u", part]),
        }
    }
    percent_decode_str(&decoded).decode_utf8_lossy().into_owned()
}

/// What is left of a name when everything is dropped that some parser drops: case and punctuation. Case as widely as
/// Unicode has it: readers that ignore it take `ı`, `ſ` and the Kelvin sign for `i`, `s` and `k`.
fn skeleton(name: &str) -> impl Iterator<Item = char> {
    name.chars().flat_map(|letter| {
        let plain = letter.is_ascii_alphanumeric().then(|| letter.to_ascii_lowercase());
        plain.into_iter().chain(ascii_in(letter).chars())
    })
}

/// The ASCII letters among what becomes of a letter outside ASCII in upper case, and then in lower case. The test holds
/// this against Unicode's tables, which are too large to carry.
pub(super) fn ascii_in(letter: char) -> &'static str {
    match letter {
        '\u{df}' => "ss",
        '\u{130}' | '\u{131}' => "i",
        '\u{149}' => "n",
        '\u{17f}' => "s",
        '\u{1f0}' => "j",
        '\u{1e96}' => "h",
        '\u{1e97}' => "t",
        '\u{1e98}' => "w",
        '\u{1e99}' => "y",
        '\u{1e9a}' => "a",
        '\u{212a}' => "k",
        '\u{fb00}' => "ff",
        '\u{fb01}' => "fi",
        '\u{fb02}' => "fl",
        '\u{fb03}' => "ffi",
        '\u{fb04}' => "ffl",
        '\u{fb05}' | '\u{fb06}' => "st",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_is_folded_as_unicode_folds_it() {
        for letter in char::MIN..=char::MAX {
            let folded = letter.to_uppercase().flat_map(char::to_lowercase);
            let expected: String = folded.filter(char::is_ascii_alphanumeric).collect();
            assert_eq!(skeleton(&letter.to_string()).collect::<String>(), expected, "{letter:?}");
        }
    }

    #[test]
    fn every_run_of_parts_is_a_candidate() {
        for given in [
            "[locationId]",
            "[locationId",
            "[[locationId]]",
            "locationId.0",
            "x.locationId",
            "x[locationId][]",
            "location.Id",
            "location[Id",
            "a.location.id[0]",
            "%6CocationId",
            "%u006cocationId",
            "location%2EId",
        ] {
            assert!(may_be(given, "locationId"), "{given}");
        }
        for given in ["[location]", "location.x.id", "locationIds", "x.locationIds[0]", "%u006c", "[", ""] {
            assert!(!may_be(given, "locationId"), "{given}");
        }
    }

    #[test]
    fn a_name_of_many_parts_is_soon_compared() {
        assert!(!may_be(&"a[".repeat(8192), &format!("{}b", "a".repeat(62))) && !may_be(&"[".repeat(16384), "a"));
    }
}
