//! Path templates (OpenAPI 3, "Path Templating"): `/contacts/{contactId}`.

use std::cmp::Ordering;
use std::fmt;

use serde::Serialize;

use super::overlap::Segments;
use super::routes::{segments, shape};
use super::segment::{self, Kind, Piece, REST_MARK};
use crate::json::text;
use crate::json::{self, FromJson};
use crate::request::{Path, PathError, is_unreserved, only_encoded};

/// A path template: each segment is a literal, or has parameters, as in `/reports/{name}.csv`. What a path has only
/// percent-encoded stands so in it: `/caf%C3%A9`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
#[serde(transparent)]
pub struct Template(String);

/// The most parameters in a template: each name is compared with all others.
const MAX_PARAMETERS: usize = 25;

/// Why a text is not a path template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTemplate {
    /// A brace that belongs to no other.
    #[error("a brace stands alone; a parameter is written as {{name}}")]
    Brace,
    /// `{a}{b}`: nobody can tell where one ends.
    #[error("two parameters stand side by side in a segment, with nothing between them that tells where one ends")]
    SideBySide,
    /// A parameter without a name, or with a strange one.
    #[error("a parameter's name is 1 to 64 visible characters without braces, slashes, backslashes and quotes")]
    ParameterName,
    /// `{?page}` (RFC 6570, section 3.2.8), which is no parameter of a path.
    #[error("{{?name}}, {{&name}} and {{#name}} are a query or a fragment, which only end a path")]
    Expansion,
    /// `{path...}` before the end, or beside a literal.
    #[error("a parameter of several segments, as {{path...}}, must be the whole last segment")]
    RestNotLast,
    /// One name for two parameters.
    #[error("two parameters have one name")]
    RepeatedParameter,
    /// More than [`MAX_PARAMETERS`].
    #[error("a template has at most {MAX_PARAMETERS} parameters")]
    TooManyParameters,
    /// No request's path could ever match it.
    #[error("{0}")]
    Path(#[from] PathError),
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// [`InvalidTemplate`] where it could match no canonical path, or does so in more than one way.
    pub fn parse(text: &str) -> Result<Self, InvalidTemplate> {
        let segments = text.strip_prefix('/').ok_or(PathError::NoLeadingSlash)?.split('/');
        let mut names = Vec::new();
        let (mut template, mut path) = (String::with_capacity(text.len()), String::with_capacity(text.len()));
        let mut is_ended = false;
        for segment in segments {
            if is_ended {
                return Err(InvalidTemplate::RestNotLast);
            }
            is_ended = segment::kind(segment) == Kind::Rest;
            template.push('/');
            path.push('/');
            add_segment(segment, &mut names, &mut template, &mut path)?;
        }
        if names.len() > MAX_PARAMETERS {
            return Err(InvalidTemplate::TooManyParameters);
        }
        if names
            .iter()
            .enumerate()
            .any(|(place, name)| names.iter().skip(place.saturating_add(1)).any(|one| one == name))
        {
            return Err(InvalidTemplate::RepeatedParameter);
        }
        Path::check(&path)?;
        Ok(Self(template))
    }

    /// The parameters' names, from the left.
    pub fn parameters(&self) -> impl Iterator<Item = &str> {
        self.segments_as_written().flat_map(segment::pieces).filter_map(|piece| match piece {
            Piece::Literal(_) => None,
            Piece::Parameter(name) => Some(name),
        })
    }

    /// Whether there are any.
    pub fn has_parameters(&self) -> bool {
        self.0.contains('{')
    }

    /// The path with `value(name)` for each parameter.
    pub fn fill(&self, value: impl Fn(&str) -> String) -> String {
        let mut path = String::with_capacity(self.0.len());
        for segment in self.segments_as_written() {
            path.push('/');
            for piece in segment::pieces(segment) {
                match piece {
                    Piece::Literal(text) => path.push_str(text),
                    Piece::Parameter(name) => path.push_str(&value(name)),
                }
            }
        }
        path
    }

    /// The same template, its last segment standing for all that follow.
    ///
    /// # Errors
    /// The template, where its last segment is not one parameter.
    pub fn with_rest(self) -> Result<Self, Self> {
        match self.0.rsplit_once('/') {
            Some((_, last)) if segment::kind(last) == Kind::Parameter => {
                let written = self.0.strip_suffix('}').unwrap_or(&self.0);
                Ok(Self([written, REST_MARK, "}"].concat()))
            }
            _ => Err(self),
        }
    }

    /// The same template, its last segment standing for one.
    #[must_use]
    pub fn without_rest(self) -> Self {
        match self.0.strip_suffix(REST_END) {
            Some(start) => Self(format!("{start}}}")),
            None => self,
        }
    }

    /// Whether its last segment stands for all that follow.
    pub fn has_rest(&self) -> bool {
        self.0.ends_with(REST_END)
    }

    /// Whether each segment is a parameter, or a literal in which nothing is percent-encoded.
    pub(super) fn is_plain(&self) -> bool {
        let is_plain = |segment: &str| match segment::kind(segment) {
            Kind::Literal => !segment.contains('%'),
            Kind::Parameter => true,
            Kind::Pattern | Kind::Rest => false,
        };
        self.segments_as_written().all(is_plain)
    }

    /// It in its segments, for comparing it with many.
    pub fn segments(&self) -> Segments<'_> {
        Segments::of(self.segments_as_written())
    }

    /// As it is written.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// It without its parameters' names, which do not tell two templates apart.
    pub(crate) fn shape(&self) -> String {
        shape(&self.0)
    }

    /// Whether only the parameters' names tell the two apart.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        segments(&self.0).eq(segments(&other.0))
    }

    /// The parameters' names and values in a path that it matches, from the left; no value where it can be read in two ways.
    pub(super) fn values<'a>(&'a self, path: &'a Path) -> Vec<(&'a str, Option<&'a str>)> {
        let mut found = Vec::new();
        let mut rest = path.as_str().strip_prefix('/');
        for segment in self.segments_as_written() {
            let Some(all) = rest else { break };
            let (value, after) = all.split_once('/').map_or((all, None), |(value, after)| (value, Some(after)));
            let values = match segment::kind(segment) {
                Kind::Literal => Vec::new(),
                Kind::Parameter => vec![Some(value)],
                Kind::Rest => vec![Some(all)],
                Kind::Pattern => segment::values(segment, value),
            };
            let names = segment::pieces(segment).filter_map(|piece| match piece {
                Piece::Literal(_) => None,
                Piece::Parameter(name) => Some(name),
            });
            found.extend(names.zip(values));
            rest = after;
        }
        found
    }

    fn segments_as_written(&self) -> impl Iterator<Item = &str> {
        self.0.split('/').skip(1)
    }
}

/// How a template ends whose last segment stands for all that follow.
const REST_END: &str = "...}";

/// Adds a segment to the template as it is kept, and to a path that it matches.
fn add_segment<'a>(
    segment: &'a str,
    names: &mut Vec<&'a str>,
    template: &mut String,
    path: &mut String,
) -> Result<(), InvalidTemplate> {
    let kind = segment::kind(segment);
    let mut is_after_parameter = false;
    for piece in segment::pieces(segment) {
        match piece {
            Piece::Literal(text) if text.contains(['{', '}']) => return Err(InvalidTemplate::Brace),
            Piece::Literal(text) => {
                let written = literal(text)?;
                template.push_str(&written);
                path.push_str(&written);
                is_after_parameter = false;
            }
            Piece::Parameter(_) if is_after_parameter => return Err(InvalidTemplate::SideBySide),
            Piece::Parameter(name) if name.starts_with(['?', '&', '#']) => return Err(InvalidTemplate::Expansion),
            Piece::Parameter(name) if !is_parameter_name(name) => return Err(InvalidTemplate::ParameterName),
            Piece::Parameter(name) => {
                // That is how a parameter of several segments is written, and it is all of its segment.
                if kind == Kind::Pattern && segment.contains(REST_END) {
                    return Err(InvalidTemplate::RestNotLast);
                }
                names.push(name);
                let mark = if kind == Kind::Rest { REST_MARK } else { "" };
                template.extend(["{", name, mark, "}"]);
                path.push('x');
                is_after_parameter = true;
            }
        }
    }
    Ok(())
}

/// A literal as paths have it: what no path has as it is stands percent-encoded there, and nothing else does.
fn literal(text: &str) -> Result<String, PathError> {
    let mut written = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        if letter != '%' {
            match only_encoded(letter) {
                Some(unencoded) => written.push_str(&unencoded.encoded()),
                None => written.push(letter),
            }
            continue;
        }
        let digit = |letter: Option<char>| {
            letter.and_then(|letter| letter.to_digit(16)).and_then(|digit| u8::try_from(digit).ok())
        };
        let (Some(high), Some(low)) = (digit(letters.next()), digit(letters.next())) else {
            return Err(PathError::BadPercentEncoding);
        };
        match char::from((high << 4) | low) {
            plain if is_unreserved(plain) => written.push(plain),
            other => written.push_str(&format!("%{:02X}", u32::from(other))),
        }
    }
    Ok(written)
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
    fn what_is_no_template() {
        for (text, expected) in [
            ("/a/{b", InvalidTemplate::Brace),
            ("/a/b}", InvalidTemplate::Brace),
            ("/a/x{{b}}", InvalidTemplate::ParameterName),
            ("/a/{b}{c}", InvalidTemplate::SideBySide),
            ("/a{?b}/c", InvalidTemplate::Expansion),
            ("/a/{b...}/c", InvalidTemplate::RestNotLast),
            ("/a/{b...}.c", InvalidTemplate::RestNotLast),
            ("/{a}/{a}", InvalidTemplate::RepeatedParameter),
            ("/{a}.{a}", InvalidTemplate::RepeatedParameter),
            ("/a%2Fb", InvalidTemplate::Path(PathError::EncodedDelimiter('/'))),
            ("/a%2", InvalidTemplate::Path(PathError::BadPercentEncoding)),
            ("/a;b", InvalidTemplate::Path(PathError::NeverAllowed(';'))),
            ("/%FF", InvalidTemplate::Path(PathError::NotUtf8)),
            ("a", InvalidTemplate::Path(PathError::NoLeadingSlash)),
            ("/a//b", InvalidTemplate::Path(PathError::EmptySegment)),
        ] {
            assert_eq!(Template::parse(text), Err(expected), "{text}");
        }
        for name in ["{}", "{...}", "{a b}", "{a\\b}", "{a\"b}"] {
            assert_eq!(Template::parse(&format!("/a/{name}")), Err(InvalidTemplate::ParameterName), "{name}");
        }
    }

    #[test]
    fn a_literal_is_kept_as_paths_have_it() {
        for (text, kept) in [
            ("/café/{id}", "/caf%C3%A9/{id}"),
            ("/caf%c3%a9/{id}", "/caf%C3%A9/{id}"),
            ("/a b|c/{é}", "/a%20b%7Cc/{é}"),
            ("/%61%3a", "/a%3A"),
            ("/Customers('{id}')", "/Customers('{id}')"),
            ("/v1/{id}:cancel", "/v1/{id}:cancel"),
            ("/files/{path...}", "/files/{path...}"),
        ] {
            let template = Template::parse(text).unwrap();
            assert_eq!(template.to_string(), kept);
            assert_eq!(Template::parse(kept), Ok(template));
        }
    }

    #[test]
    fn only_a_whole_last_segment_can_stand_for_several() {
        let with_rest = |text| Template::parse(text).unwrap().with_rest().map(|template| template.to_string());
        assert_eq!(with_rest("/files/{path}"), Ok("/files/{path...}".to_owned()));
        for text in ["/files/{path}/", "/files/{path}.csv", "/files", "/files/{path...}"] {
            assert!(with_rest(text).is_err(), "{text}");
        }
    }

    #[test]
    fn parameters_are_few() {
        let with = |count: usize| (0..count).map(|n| format!("/{{p{n}}}")).collect::<String>();
        assert!(Template::parse(&with(MAX_PARAMETERS)).is_ok());
        assert_eq!(Template::parse(&with(MAX_PARAMETERS + 1)), Err(InvalidTemplate::TooManyParameters));
    }
}
