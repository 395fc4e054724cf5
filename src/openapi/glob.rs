//! Patterns of path templates.

use serde::Serialize;

use crate::json::{self, FromJson, text};

/// The longest glob, in bytes: each is compared with every operation.
const MAX_GLOB: usize = 1_024;

/// A pattern of path templates, with the base path: `*` stands for any characters of one segment, `**` for any number of
/// segments, none included. A parameter's name does not matter: `/users/{id}` is `/users/{userId}` too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
#[serde(transparent)]
pub struct Glob(String);

/// Why a text is not a glob.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidGlob {
    /// Without a slash at its beginning.
    #[error("a glob of paths begins with a slash, as in /v1/customers/**")]
    NoLeadingSlash,
    /// Two slashes in a row.
    #[error("a glob of paths has no empty segment")]
    EmptySegment,
    /// `**` beside something else.
    #[error("** stands alone in its segment, as in /v1/**/items")]
    PartOfSegment,
    /// A bracket, a question mark or an alternative, which other globs have.
    #[error("a glob of paths has * and ** only: {0:?} stands for nothing here")]
    Character(char),
    /// A brace without its counterpart, or an alternative.
    #[error("braces in a glob of paths are around a parameter's name, as in /users/{{id}}")]
    Braces,
    /// Longer than `MAX_GLOB`.
    #[error("a glob of paths has at most {MAX_GLOB} bytes")]
    TooLong,
}

impl Glob {
    /// Reads a glob.
    ///
    /// # Errors
    /// [`InvalidGlob`] where it could match nothing, or means something else than it says.
    pub fn parse(text: &str) -> Result<Self, InvalidGlob> {
        if text.len() > MAX_GLOB {
            return Err(InvalidGlob::TooLong);
        }
        let segments = text.strip_prefix('/').ok_or(InvalidGlob::NoLeadingSlash)?;
        if let Some(letter) = text.chars().find(|letter| matches!(letter, '?' | '[' | ']' | '\\' | '#' | ' ')) {
            return Err(InvalidGlob::Character(letter));
        }
        let segments: Vec<&str> = segments.split('/').collect();
        for (segment, left) in segments.iter().zip((0..segments.len()).rev()) {
            // A slash at the end is a segment of some templates.
            if segment.is_empty() && left > 0 {
                return Err(InvalidGlob::EmptySegment);
            }
            if segment.contains("**") && *segment != "**" {
                return Err(InvalidGlob::PartOfSegment);
            }
            check_braces(segment)?;
        }
        Ok(Self(text.to_owned()))
    }

    /// One that matches a text of a document that may be no template, and perhaps more; none where no glob does.
    pub(super) fn of(template: &str) -> Option<Self> {
        let any = |segment: &str, odd: &str| {
            let mut tamed = String::new();
            for letter in segment.chars() {
                match letter {
                    letter if !odd.contains(letter) => tamed.push(letter),
                    _ if !tamed.ends_with('*') => tamed.push('*'),
                    _ => {}
                }
            }
            if tamed.is_empty() { "*".to_owned() } else { tamed }
        };
        let tame = |segment: &str| {
            let tamed = any(segment, "?[]\\# *");
            if check_braces(&tamed).is_ok() { tamed } else { any(segment, "?[]\\# *{}") }
        };
        let inner = template.strip_prefix('/')?;
        let (whole, end) = inner.strip_suffix('/').map_or((inner, ""), |inner| (inner, "/"));
        let segments: Vec<String> = whole.split('/').map(tame).collect();
        let tamed = if inner.is_empty() { String::new() } else { segments.join("/") };
        let glob = Self::parse(&format!("/{tamed}{end}")).ok()?;
        glob.matches(template).then_some(glob)
    }

    /// Whether it matches a path template.
    pub fn matches(&self, template: &str) -> bool {
        let literal = self.0.find(['*', '{']).and_then(|end| self.0.get(..end)).unwrap_or(&self.0);
        // `/a/**` matches `/a` too.
        let literal = literal.strip_suffix('/').unwrap_or(literal);
        if !template.starts_with(literal) {
            return false;
        }
        let (pattern, segments): (Vec<&str>, Vec<&str>) = (self.0.split('/').collect(), template.split('/').collect());
        matches(&pattern, &segments, |pattern| *pattern == "**", |pattern, segment| matches_segment(pattern, segment))
    }
}

/// Opening and closing braces alternate, with a name between them.
fn check_braces(segment: &str) -> Result<(), InvalidGlob> {
    let mut rest = segment;
    while let Some((before, after)) = rest.split_once(['{', '}']) {
        let opens = rest.get(before.len()..).is_some_and(|rest| rest.starts_with('{'));
        let (name, after) = after.split_once('}').filter(|_| opens).ok_or(InvalidGlob::Braces)?;
        if name.is_empty() || name.contains(['{', ',', '*']) {
            return Err(InvalidGlob::Braces);
        }
        rest = after;
    }
    Ok(())
}

/// Whether a list of patterns matches all items; one that `is_many` stands for any number of them.
fn matches<P, I>(patterns: &[P], items: &[I], is_many: impl Fn(&P) -> bool, is_one: impl Fn(&P, &I) -> bool) -> bool {
    let (mut pattern, mut item) = (0_usize, 0_usize);
    // Where the last one that stands for many is, and how far it reaches.
    let mut many: Option<(usize, usize)> = None;
    loop {
        match (patterns.get(pattern), items.get(item)) {
            (None, None) => return true,
            (Some(here), _) if is_many(here) => {
                many = Some((pattern, item));
                pattern = pattern.saturating_add(1);
            }
            (Some(here), Some(found)) if is_one(here, found) => {
                (pattern, item) = (pattern.saturating_add(1), item.saturating_add(1));
            }
            (_, found) => match many {
                Some((start, reached)) if found.is_some() => {
                    let next = reached.saturating_add(1);
                    many = Some((start, next));
                    (pattern, item) = (start.saturating_add(1), next);
                }
                _ => return false,
            },
        }
    }
}

fn matches_segment(pattern: &str, segment: &str) -> bool {
    if is_parameter(pattern) && is_parameter(segment) {
        return true;
    }
    if !pattern.contains('*') {
        return pattern == segment;
    }
    matches(pattern.as_bytes(), segment.as_bytes(), |letter| *letter == b'*', |one, other| one == other)
}

/// Whether a segment is one parameter and nothing else.
fn is_parameter(segment: &str) -> bool {
    let name = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    name.is_some_and(|name| !name.contains(['{', '}']))
}

impl FromJson for Glob {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        text(value, Self::parse)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glob_matches_whole_templates() {
        for (glob, matching, others) in [
            (
                "/v1/customers/**",
                vec!["/v1/customers", "/v1/customers/{id}", "/v1/customers/a/b/c"],
                vec!["/v1/customersx", "/v2/customers"],
            ),
            (
                "/v1/customers/*",
                vec!["/v1/customers/{id}", "/v1/customers/search"],
                vec!["/v1/customers", "/v1/customers/{id}/notes"],
            ),
            ("/users/{id}", vec!["/users/{userId}"], vec!["/users/me", "/users/{userId}/x", "/users"]),
            ("/**/search", vec!["/search", "/a/search", "/a/{b}/search"], vec!["/search/a", "/a/research"]),
            ("/a*c/**/z", vec!["/abc/z", "/ac/y/z"], vec!["/ab/z", "/abc/z/"]),
            ("/**", vec!["/", "/a", "/{b}"], vec![]),
            ("/a/", vec!["/a/"], vec!["/a"]),
            ("/a/{id}:cancel", vec!["/a/{id}:cancel"], vec!["/a/{other}:cancel", "/a/{id}"]),
            ("/é/*", vec!["/é/ü"], vec!["/e/u"]),
        ] {
            let parsed = Glob::parse(glob).unwrap();
            for template in matching {
                assert!(parsed.matches(template), "{glob} {template}");
            }
            for template in others {
                assert!(!parsed.matches(template), "{glob} {template}");
            }
        }
    }

    #[test]
    fn what_means_nothing_is_refused() {
        for (glob, error) in [
            ("v1/**", InvalidGlob::NoLeadingSlash),
            ("", InvalidGlob::NoLeadingSlash),
            ("/a//b", InvalidGlob::EmptySegment),
            ("/a**", InvalidGlob::PartOfSegment),
            ("/***", InvalidGlob::PartOfSegment),
            ("/a?", InvalidGlob::Character('?')),
            ("/[ab]", InvalidGlob::Character('[')),
            ("/{a,b}", InvalidGlob::Braces),
            ("/{a", InvalidGlob::Braces),
            ("/a}", InvalidGlob::Braces),
            ("/{}", InvalidGlob::Braces),
            ("/}a{", InvalidGlob::Braces),
        ] {
            assert_eq!(Glob::parse(glob), Err(error), "{glob}");
        }
        assert_eq!(Glob::parse(&"/a".repeat(513)), Err(InvalidGlob::TooLong));
    }

    #[test]
    fn what_is_no_template_has_a_glob() {
        for (text, glob) in [
            ("/a/{b}.csv", "/a/{b}.csv"),
            ("/a?b=c#d", "/a*b=c*d"),
            ("/a//b", "/a/*/b"),
            ("/{a", "/*a"),
            ("/{a,b}/", "/*a,b*/"),
            ("/a b ** c", "/a*b*c"),
            ("/", "/"),
            ("//", "/*/"),
        ] {
            assert_eq!(Glob::of(text).unwrap().0, glob, "{text}");
        }
        assert!(Glob::of("a").is_none());
    }
}
