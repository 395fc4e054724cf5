//! Path templates (OpenAPI 3, "Path Templating"): `/contacts/{contactId}`.

use std::cmp::Ordering;
use std::fmt;

use serde::Serialize;

use super::routes::{segments, shape};
use crate::json::text;
use crate::json::{self, FromJson};
use crate::request::{Path, PathError, Unencoded};

/// A path template whose every segment is either literal or one parameter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
#[serde(transparent)]
pub struct Template(String);

/// A template in its segments.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub struct Segments<'a>(Vec<Segment<'a>>);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Segment<'a> {
    Literal(&'a str),
    Parameter(&'a str),
}

/// The most parameters in a template: each name is compared with all others.
const MAX_PARAMETERS: usize = 25;

/// Why a text is no path template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTemplate {
    /// A brace that is not around a whole segment.
    #[error("a parameter must be a whole segment, as in /contacts/{{contactId}}")]
    PartOfSegment,
    /// A parameter without a name, or with a strange one.
    #[error("a parameter's name is 1 to 64 visible characters without braces, slashes, backslashes and quotes")]
    ParameterName,
    /// One name for two parameters.
    #[error("two parameters have one name")]
    RepeatedParameter,
    /// More than [`MAX_PARAMETERS`].
    #[error("a template has at most {MAX_PARAMETERS} parameters")]
    TooManyParameters,
    /// A percent sign: in a literal segment nothing may be encoded.
    #[error("a literal segment must not be percent-encoded")]
    Encoded,
    /// A character that no request's path has as it is.
    #[error("a literal segment must not have {0:?}: no path has it unencoded")]
    Character(char),
    /// No request's path could ever match it.
    #[error("{0}")]
    Path(PathError),
}

impl From<PathError> for InvalidTemplate {
    fn from(error: PathError) -> Self {
        match error {
            PathError::ForbiddenCharacter(Unencoded(letter)) => Self::Character(letter),
            other => Self::Path(other),
        }
    }
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// [`InvalidTemplate`] where it could match no canonical path, or does so in more than one way.
    pub fn parse(text: &str) -> Result<Self, InvalidTemplate> {
        let segments = text.strip_prefix('/').ok_or(PathError::NoLeadingSlash)?.split('/');
        let (mut names, mut is_repeated) = (Vec::new(), false);
        let mut path = String::with_capacity(text.len());
        for segment in segments {
            path.push('/');
            match Segment::parse(segment)? {
                Segment::Literal(text) => path.push_str(text),
                Segment::Parameter(name) => {
                    is_repeated |= names.len() < MAX_PARAMETERS && names.contains(&name);
                    names.push(name);
                    path.push('x');
                }
            }
        }
        if names.len() > MAX_PARAMETERS {
            return Err(InvalidTemplate::TooManyParameters);
        }
        if is_repeated {
            return Err(InvalidTemplate::RepeatedParameter);
        }
        Path::check(&path)?;
        Ok(Self(text.to_owned()))
    }

    /// The parameters' names, from the left.
    pub fn parameters(&self) -> impl Iterator<Item = &str> {
        self.parts().filter_map(|segment| match segment {
            Segment::Literal(_) => None,
            Segment::Parameter(name) => Some(name),
        })
    }

    /// Whether there are any.
    pub fn has_parameters(&self) -> bool {
        self.0.contains('{')
    }

    /// The path with `value(name)` for each parameter.
    pub fn fill(&self, value: impl Fn(&str) -> String) -> String {
        let mut path = String::with_capacity(self.0.len());
        for segment in self.parts() {
            path.push('/');
            match segment {
                Segment::Literal(text) => path.push_str(text),
                Segment::Parameter(name) => path.push_str(&value(name)),
            }
        }
        path
    }

    /// It in its segments, for comparing it with many.
    pub fn segments(&self) -> Segments<'_> {
        Segments(self.parts().collect())
    }

    /// As it is written.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// It without its parameters' names, which do not tell two templates apart.
    pub(crate) fn shape(&self) -> String {
        shape(&self.0)
    }

    /// Whether only the parameters' names tell the two apart.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        segments(&self.0).eq(segments(&other.0))
    }

    /// The parameters' names and values in a path that it matches, from the left.
    pub(super) fn values<'a>(&'a self, path: &'a Path) -> impl Iterator<Item = (&'a str, &'a str)> {
        let pairs = self.parts().zip(path.as_str().split('/').skip(1));
        pairs.filter_map(|(segment, value)| match segment {
            Segment::Literal(_) => None,
            Segment::Parameter(name) => Some((name, value)),
        })
    }

    fn parts(&self) -> impl Iterator<Item = Segment<'_>> {
        self.0.split('/').skip(1).map(Segment::of)
    }
}

impl Segments<'_> {
    /// How many there are; templates of different lengths never match the same path.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// How the paths that both match lie to those that each matches; `None` where no path matches both.
    pub fn overlap(&self, other: &Self) -> Option<Overlap> {
        if self.0.len() != other.0.len() {
            return None;
        }
        let (mut narrower, mut wider) = (false, false);
        for (one, other) in self.0.iter().zip(&other.0) {
            if !one.overlaps(*other) {
                return None;
            }
            narrower |= matches!((one, other), (Segment::Literal(_), Segment::Parameter(_)));
            wider |= matches!((one, other), (Segment::Parameter(_), Segment::Literal(_)));
        }
        Some(match (narrower, wider) {
            (true, true) => Overlap::Crosses,
            (true, false) => Overlap::Narrower,
            (false, true) => Overlap::Wider,
            (false, false) => Overlap::Same,
        })
    }
}

/// How two templates overlap that some path matches both of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlap {
    /// Each has a literal where the other has a parameter: the leftmost literal decides.
    Crosses,
    /// The first has literals where the second has parameters.
    Narrower,
    /// The other way round.
    Wider,
    /// Only the parameters' names differ.
    Same,
}

/// By their shapes first: those that only their parameters' names tell apart stand together.
impl Ord for Template {
    fn cmp(&self, other: &Self) -> Ordering {
        segments(&self.0).cmp(segments(&other.0)).then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for Template {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<'a> Segment<'a> {
    fn of(text: &'a str) -> Self {
        let name = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        name.map_or(Self::Literal(text), Self::Parameter)
    }

    fn parse(text: &'a str) -> Result<Self, InvalidTemplate> {
        match Self::of(text) {
            Self::Parameter(name) if !is_parameter_name(name) => Err(InvalidTemplate::ParameterName),
            Self::Literal(text) if text.bytes().any(|byte| matches!(byte, b'{' | b'}')) => {
                Err(InvalidTemplate::PartOfSegment)
            }
            Self::Literal(text) if text.contains('%') => Err(InvalidTemplate::Encoded),
            segment => Ok(segment),
        }
    }

    /// Whether some segment of a path is matched by both. A parameter is never empty.
    fn overlaps(self, other: Self) -> bool {
        match (self, other) {
            (Self::Literal(a), Self::Literal(b)) => a == b,
            (Self::Parameter(_), Self::Literal(text)) | (Self::Literal(text), Self::Parameter(_)) => !text.is_empty(),
            (Self::Parameter(_), Self::Parameter(_)) => true,
        }
    }
}

fn is_parameter_name(name: &str) -> bool {
    let is_special = |letter| matches!(letter, '{' | '}' | '\\' | '"');
    let allowed = |letter: char| !letter.is_control() && !letter.is_whitespace() && !is_special(letter);
    (1..=64).contains(&name.len()) && name.chars().all(allowed)
}

impl fmt::Display for Template {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromJson for Template {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        text(value, Self::parse)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_whole_segments() {
        assert_eq!(Template::parse("/a/{b}.json"), Err(InvalidTemplate::PartOfSegment));
        for name in ["{}", "{a b}", "{a\\b}", "{a\"b}"] {
            assert_eq!(Template::parse(&format!("/a/{name}")), Err(InvalidTemplate::ParameterName), "{name}");
        }
        assert_eq!(Template::parse("/{a}/{a}"), Err(InvalidTemplate::RepeatedParameter));
        assert_eq!(Template::parse("/a%20b"), Err(InvalidTemplate::Encoded));
        assert_eq!(Template::parse("/a|b"), Err(InvalidTemplate::Character('|')));
        assert_eq!(Template::parse("a"), Err(InvalidTemplate::Path(PathError::NoLeadingSlash)));
        assert_eq!(Template::parse("/a//b"), Err(InvalidTemplate::Path(PathError::EmptySegment)));
    }

    #[test]
    fn parameters_are_few() {
        let with = |count: usize| (0..count).map(|n| format!("/{{p{n}}}")).collect::<String>();
        assert!(Template::parse(&with(MAX_PARAMETERS)).is_ok());
        assert_eq!(Template::parse(&with(MAX_PARAMETERS + 1)), Err(InvalidTemplate::TooManyParameters));
    }

    #[test]
    fn crossing_is_found() {
        let overlap = |a, b| Template::parse(a).unwrap().segments().overlap(&Template::parse(b).unwrap().segments());
        let crosses = |a, b| overlap(a, b) == Some(Overlap::Crosses);
        assert!(crosses("/c/{id}/slots", "/c/resources/{type}"));
        assert!(!crosses("/c/{id}/slots", "/c/resources/slots"));
        assert!(!crosses("/c/{id}/", "/c/resources/{type}"));
        assert_eq!(overlap("/c/{id}", "/c/x"), Some(Overlap::Wider));
        assert_eq!(overlap("/c/x", "/c/{id}"), Some(Overlap::Narrower));
        assert_eq!(overlap("/c/{id}", "/c/{x}"), Some(Overlap::Same));
        assert_eq!(overlap("/c/{id}", "/d/{id}"), None);
    }
}
