//! `application/x-www-form-urlencoded`: names and values, as a query has them and the bodies of forms.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::ambiguity::{Ambiguity, MAX_PARAMETERS_READ};
use super::name::{Occurrence, may_be};

/// The parameters of one text that some parser could take for one of a few names. The text is read once, whatever is asked
/// after that.
pub(crate) struct Candidates<'a>(Vec<Candidate<'a>>);

struct Candidate<'a> {
    name: Cow<'a, str>,
    raw_value: &'a str,
    /// Whether a semicolon stands in the pair.
    is_divided: bool,
    /// Whether so many stand before it that some parsers no longer read it.
    is_late: bool,
}

impl<'a> Candidates<'a> {
    /// Readers differ in what they take for one name (`a[]`, `a[0]`, `[a]`, `A`, `a.b`), and in whether `;` is a separator.
    pub fn of(text: &'a str, names: &[&str]) -> Self {
        let mut found = Vec::new();
        let mut count = 0_usize;
        for pair in text.split('&') {
            for part in pair.split(';') {
                count = count.saturating_add(1);
                let (raw_name, raw_value) = part.split_once('=').unwrap_or((part, ""));
                let name = decode_name(raw_name);
                if names.iter().any(|wanted| may_be(&name, wanted)) {
                    let (is_divided, is_late) = (part.len() != pair.len(), count > MAX_PARAMETERS_READ);
                    found.push(Candidate { name, raw_value, is_divided, is_late });
                }
            }
        }
        Self(found)
    }

    /// How the text gives the parameter `name`. Exact names of `others` are parameters of their own and count as such only.
    pub fn given(&self, name: &str, others: &[&str]) -> Occurrence<'a> {
        let is_other = |candidate: &&Candidate<'a>| {
            !candidate.is_divided && candidate.name != name && others.contains(&candidate.name.as_ref())
        };
        let mut same = self.0.iter().filter(|candidate| may_be(&candidate.name, name) && !is_other(candidate));
        let Some(candidate) = same.next() else { return Occurrence::Absent };
        let alike = |candidate: &Candidate<'a>| Ambiguity::Alike(candidate.name.as_ref().to_owned());
        match (candidate, same.next()) {
            (Candidate { is_divided: true, .. }, _) | (_, Some(Candidate { is_divided: true, .. })) => {
                Occurrence::Ambiguous(Ambiguity::Semicolon)
            }
            (candidate, _) if candidate.name != name => Occurrence::Ambiguous(alike(candidate)),
            (_, Some(second)) if second.name != name => Occurrence::Ambiguous(alike(second)),
            (_, Some(_)) => Occurrence::Ambiguous(Ambiguity::Repeated),
            (Candidate { is_late: true, .. }, None) => Occurrence::Ambiguous(Ambiguity::TooLate),
            (candidate, None) => {
                decode(candidate.raw_value).map_or(Occurrence::Ambiguous(Ambiguity::NotUtf8), Occurrence::Once)
            }
        }
    }
}

/// What is not UTF-8 in a name becomes U+FFFD, and [`may_be`] drops it as some parsers do.
fn decode_name(raw: &str) -> Cow<'_, str> {
    if is_plain(raw) {
        return Cow::Borrowed(raw);
    }
    Cow::Owned(percent_decode_str(&raw.replace('+', " ")).decode_utf8_lossy().into_owned())
}

/// A value as HTML forms write it; `None` where it is not UTF-8.
pub(crate) fn decode(raw: &str) -> Option<Cow<'_, str>> {
    if is_plain(raw) {
        return Some(Cow::Borrowed(raw));
    }
    Some(Cow::Owned(percent_decode_str(&raw.replace('+', " ")).decode_utf8().ok()?.into_owned()))
}

/// Whether nothing is encoded in it.
fn is_plain(raw: &str) -> bool {
    !raw.bytes().any(|byte| matches!(byte, b'%' | b'+'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 2] = ["locationId", "location-id"];

    fn given(query: &str) -> Occurrence<'_> {
        Candidates::of(query, &NAMES).given("locationId", &NAMES)
    }

    #[test]
    fn once_is_once_in_any_encoding() {
        for query in ["locationId=a", "x=1&locationId=a", "location%49d=%61", "location=b&locationId=a&y"] {
            assert_eq!(given(query), Occurrence::Once("a".into()), "{query}");
        }
    }

    #[test]
    fn other_names_are_absent() {
        for query in ["", "location=a", "x=locationId", "mylocationId=a", "location-id=a"] {
            assert_eq!(given(query), Occurrence::Absent, "{query}");
        }
    }

    #[test]
    fn smuggled_spellings_are_ambiguous_and_the_fault_is_named() {
        let alike = |name: &str| Ambiguity::Alike(name.to_owned());
        for (query, fault) in [
            ("locationId=a&locationId=a", Ambiguity::Repeated),
            ("locationId=a&location%49d=b", Ambiguity::Repeated),
            ("locationId[]=a", alike("locationId[]")),
            ("locationId%5B0%5D=a", alike("locationId[0]")),
            ("locationId=a&[locationId]=b", alike("[locationId]")),
            ("[locationId=a", alike("[locationId")),
            ("locationId.0=a", alike("locationId.0")),
            ("locationid=a", alike("locationid")),
            ("location_id=a&locationId=b", alike("location_id")),
            ("locationId%00x=a", alike("locationId\0x")),
            ("+locationId=a", alike(" locationId")),
            ("x=1;locationId=a", Ambiguity::Semicolon),
            ("locationId=a;x=1", Ambiguity::Semicolon),
            ("locationId=a&x;locationId=b", Ambiguity::Semicolon),
            ("locationId=%ff", Ambiguity::NotUtf8),
            ("locationId%ff=a", alike("locationId\u{fffd}")),
        ] {
            assert_eq!(given(query), Occurrence::Ambiguous(fault), "{query}");
        }
    }

    #[test]
    fn what_some_parsers_no_longer_read_is_ambiguous() {
        let after = |count: usize| format!("{}locationId=a", "a&".repeat(count));
        assert_eq!(given(&after(MAX_PARAMETERS_READ - 1)), Occurrence::Once("a".into()));
        assert_eq!(given(&after(MAX_PARAMETERS_READ)), Occurrence::Ambiguous(Ambiguity::TooLate));
        assert_eq!(given(&format!("locationId=a{}", "&a".repeat(5000))), Occurrence::Once("a".into()));
    }
}
