//! Parses a path template as documents write it.

use super::{REST_END, Template};
use crate::policy::segment::{self, Kind, Piece, REST_MARK};
use crate::request::{Path, PathError, is_unreserved, only_encoded};

/// The most parameters in a template: each name is compared with all others.
const MAX_PARAMETERS: usize = 25;

/// Why a text is not a path template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTemplate {
    /// A brace without its counterpart.
    #[error("a brace has no counterpart; a parameter is written as {{name}}")]
    Brace,
    /// `{a}{b}`: where one ends cannot be known.
    #[error("two parameters stand side by side in a segment, so nothing says where one ends")]
    SideBySide,
    /// A parameter without a name, or with characters that a name cannot have.
    #[error("a parameter's name is 1 to 64 visible characters without braces, slashes, backslashes and quotes")]
    ParameterName,
    /// `{?page}` (RFC 6570, section 3.2.8), which is not a parameter of a path.
    #[error("{{?name}}, {{&name}} and {{#name}} are a query or a fragment, not a part of the path")]
    Expansion,
    /// `{path...}` before the end, or beside a literal.
    #[error("a parameter of several segments, as {{path...}}, must be the whole last segment")]
    RestNotLast,
    /// Two parameters with the same name.
    #[error("two parameters have the same name")]
    RepeatedParameter,
    /// More than [`MAX_PARAMETERS`].
    #[error("a template has at most {MAX_PARAMETERS} parameters")]
    TooManyParameters,
    /// No path of a request could match it.
    #[error("{0}")]
    Path(#[from] PathError),
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// [`InvalidTemplate`] if it could match no canonical path, or one in more than one way.
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
}

/// Adds a segment to the template as it is kept, and to a path that matches it.
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
                // A parameter of several segments, `{path...}`, must be the whole segment.
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

/// A literal as paths have it: exactly the characters that a path cannot have as they are, are percent-encoded.
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

fn is_parameter_name(name: &str) -> bool {
    let is_special = |letter| matches!(letter, '{' | '}' | '\\' | '"');
    let allowed = |letter: char| !letter.is_control() && !letter.is_whitespace() && !is_special(letter);
    (1..=64).contains(&name.len()) && name.chars().all(allowed)
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
    fn parameters_are_few() {
        let with = |count: usize| (0..count).map(|n| format!("/{{p{n}}}")).collect::<String>();
        assert!(Template::parse(&with(MAX_PARAMETERS)).is_ok());
        assert_eq!(Template::parse(&with(MAX_PARAMETERS + 1)), Err(InvalidTemplate::TooManyParameters));
    }
}
