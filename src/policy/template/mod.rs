//! Path templates (OpenAPI 3, "Path Templating"): `/contacts/{contactId}`.

mod parse;

use std::cmp::Ordering;
use std::fmt;

use serde::Serialize;

use super::overlap::Segments;
use super::routes::{segments, shape};
use super::segment::{self, Kind, Piece, REST_MARK};
use crate::json::text;
use crate::json::{self, FromJson};
use crate::request::Path;

pub use self::parse::InvalidTemplate;

/// A path template: each segment is a literal or has parameters, as in `/reports/{name}.csv`. Characters that paths encode are
/// percent-encoded in it too: `/caf%C3%A9`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
#[serde(transparent)]
pub struct Template(String);

impl Template {
    /// The parameters' names, from the left.
    pub fn parameters(&self) -> impl Iterator<Item = &str> {
        self.segments_as_written().flat_map(segment::pieces).filter_map(|piece| match piece {
            Piece::Literal(_) => None,
            Piece::Parameter(name) => Some(name),
        })
    }

    /// Whether it has parameters.
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

    /// The same template with a last segment that stands for all that follow.
    ///
    /// # Errors
    /// The template, if its last segment is not a single parameter.
    pub fn with_rest(self) -> Result<Self, Self> {
        match self.0.rsplit_once('/') {
            Some((_, last)) if segment::kind(last) == Kind::Parameter => {
                let written = self.0.strip_suffix('}').unwrap_or(&self.0);
                Ok(Self([written, REST_MARK, "}"].concat()))
            }
            _ => Err(self),
        }
    }

    /// The same template with a last segment that stands for one.
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

    /// Its segments, to compare it with many templates.
    pub fn segments(&self) -> Segments<'_> {
        Segments::of(self.segments_as_written())
    }

    /// As it is written.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The template without the names of its parameters, which do not distinguish two templates.
    pub(crate) fn shape(&self) -> String {
        shape(&self.0)
    }

    /// Whether the two differ only in the names of parameters.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        segments(&self.0).eq(segments(&other.0))
    }

    /// The names of the parameters and their values in a path that matches, from the left; `None` for a value that is ambiguous.
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

/// The end of a template whose last segment stands for all that follow.
const REST_END: &str = "...}";

/// By shape first, so that templates that differ only in the names of parameters are neighbours.
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
    fn only_a_whole_last_segment_can_stand_for_several() {
        let with_rest = |text| Template::parse(text).unwrap().with_rest().map(|template| template.to_string());
        assert_eq!(with_rest("/files/{path}"), Ok("/files/{path...}".to_owned()));
        for text in ["/files/{path}/", "/files/{path}.csv", "/files", "/files/{path...}"] {
            assert!(with_rest(text).is_err(), "{text}");
        }
    }
}
