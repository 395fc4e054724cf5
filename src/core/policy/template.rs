//! Path templates (OpenAPI 3, "Path Templating"): `/contacts/{contactId}`.

use std::fmt;

use serde::Serialize;

use crate::core::request::json::text;
use crate::core::request::{Fault, FromKept, Kept, Path, PathError, sort};

/// A path template whose every segment is either literal or one parameter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(into = "String")]
pub struct Template(Vec<Segment>);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Literal(String),
    Parameter(String),
}

/// The most parameters in a template. The router panics at one more: it names them by letters.
const MAX_PARAMETERS: usize = 25;

/// Why a text is no path template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTemplate {
    /// A brace that is not around a whole segment.
    #[error("a parameter must be a whole segment, as in /contacts/{{contactId}}")]
    PartOfSegment,
    /// A parameter without a name, or with a strange one.
    #[error("a parameter's name is 1 to 64 visible characters without braces and slashes")]
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
        let template = Self(segments.map(Segment::parse).collect::<Result<_, _>>()?);
        let mut names: Vec<_> = template.parameters().collect();
        if names.len() > MAX_PARAMETERS {
            return Err(InvalidTemplate::TooManyParameters);
        }
        sort(&mut names);
        if names.windows(2).any(|pair| pair.first() == pair.last()) {
            return Err(InvalidTemplate::RepeatedParameter);
        }
        Path::parse(&template.fill(|_| "x".to_owned()))?;
        Ok(template)
    }

    /// The parameters' names, from the left.
    pub fn parameters(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|segment| match segment {
            Segment::Literal(_) => None,
            Segment::Parameter(name) => Some(name.as_str()),
        })
    }

    /// The path with `value(name)` for each parameter.
    pub fn fill(&self, value: impl Fn(&str) -> String) -> String {
        let segments = self.0.iter().map(|segment| match segment {
            Segment::Literal(text) => format!("/{text}"),
            Segment::Parameter(name) => format!("/{}", value(name)),
        });
        segments.collect()
    }

    /// How many segments it has; templates of different lengths never match the same path.
    pub fn segments(&self) -> usize {
        self.0.len()
    }

    /// The route by which the router knows it: the parameters' names do not tell two templates apart.
    pub(in crate::core) fn route(&self) -> String {
        let mut count = 0_usize;
        let segments = self.0.iter().map(|segment| match segment {
            Segment::Literal(text) => format!("/{text}"),
            Segment::Parameter(_) => {
                count = count.saturating_add(1);
                format!("/{{p{count}}}")
            }
        });
        segments.collect()
    }

    /// Whether some path matches both, and neither is the more specific one: then the leftmost literal decides.
    pub fn crosses(&self, other: &Self) -> bool {
        let mut pairs = self.0.iter().zip(&other.0);
        let overlap = self.0.len() == other.0.len() && pairs.all(|(a, b)| a.overlaps(b));
        overlap && self.is_narrower_somewhere(other) && other.is_narrower_somewhere(self)
    }

    fn is_narrower_somewhere(&self, other: &Self) -> bool {
        let mut pairs = self.0.iter().zip(&other.0);
        pairs.any(|pair| matches!(pair, (Segment::Literal(_), Segment::Parameter(_))))
    }
}

impl Segment {
    fn parse(text: &str) -> Result<Self, InvalidTemplate> {
        match text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(name) if is_parameter_name(name) => Ok(Self::Parameter(name.to_owned())),
            Some(_) => Err(InvalidTemplate::ParameterName),
            None if text.contains(['{', '}']) => Err(InvalidTemplate::PartOfSegment),
            None if text.contains('%') => Err(InvalidTemplate::Encoded),
            None => Ok(Self::Literal(text.to_owned())),
        }
    }

    /// Whether some segment of a path is matched by both. A parameter is never empty.
    fn overlaps(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Literal(a), Self::Literal(b)) => a == b,
            (Self::Parameter(_), Self::Literal(text)) | (Self::Literal(text), Self::Parameter(_)) => !text.is_empty(),
            (Self::Parameter(_), Self::Parameter(_)) => true,
        }
    }
}

fn is_parameter_name(name: &str) -> bool {
    let allowed = |letter: char| !letter.is_control() && !letter.is_whitespace() && !matches!(letter, '{' | '}');
    (1..=64).contains(&name.len()) && name.chars().all(allowed)
}

impl fmt::Display for Template {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.fill(|name| format!("{{{name}}}")))
    }
}

impl FromKept for Template {
    fn from_kept(value: Kept) -> Result<Self, Fault> {
        text(value, Self::parse)
    }
}

impl From<Template> for String {
    fn from(template: Template) -> Self {
        template.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_whole_segments() {
        assert_eq!(Template::parse("/a/{b}.json"), Err(InvalidTemplate::PartOfSegment));
        assert_eq!(Template::parse("/a/{}"), Err(InvalidTemplate::ParameterName));
        assert_eq!(Template::parse("/{a}/{a}"), Err(InvalidTemplate::RepeatedParameter));
        assert_eq!(Template::parse("/a%20b"), Err(InvalidTemplate::Encoded));
        assert_eq!(Template::parse("a"), Err(InvalidTemplate::Path(PathError::NoLeadingSlash)));
        assert_eq!(Template::parse("/a//b"), Err(InvalidTemplate::Path(PathError::EmptySegment)));
    }

    #[test]
    fn the_router_takes_as_many_parameters_as_a_template_may_have() {
        let with = |count: usize| (0..count).map(|n| format!("/{{p{n}}}")).collect::<String>();
        let template = Template::parse(&with(MAX_PARAMETERS)).unwrap();
        assert!(matchit::Router::new().insert(template.route(), ()).is_ok());
        assert_eq!(Template::parse(&with(MAX_PARAMETERS + 1)), Err(InvalidTemplate::TooManyParameters));
    }

    #[test]
    fn crossing_is_found() {
        let crosses = |a, b| Template::parse(a).unwrap().crosses(&Template::parse(b).unwrap());
        assert!(crosses("/c/{id}/slots", "/c/resources/{type}"));
        assert!(!crosses("/c/{id}/slots", "/c/resources/slots"));
        assert!(!crosses("/c/{id}/", "/c/resources/{type}"));
    }
}
