//! Reading a document: its version, and the files that its references lead to.

use super::elsewhere::Elsewhere;
use super::extract::Misreads;
use super::objects::OpenApi;
use super::text::{Text, bounded, parse_yaml};
use super::{Document, MAX_BYTES, extract};
use crate::json::Misread;

/// Why a text is not a usable OpenAPI document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDocument {
    /// Longer than `MAX_BYTES`.
    #[error("it is longer than {MAX_BYTES} bytes")]
    TooLong,
    /// Not JSON or YAML, or not an OpenAPI document; tells the place in the text.
    #[error("{0}")]
    Malformed(String),
    /// Of another version.
    #[error("its version is {0:?}; Tidegate reads OpenAPI 3.0, 3.1 and 3.2, and Swagger 2.0")]
    Version(String),
}

/// How often a document is gone through for what its references lead to.
const MAX_PASSES: usize = 16;

impl Document {
    /// Reads a document in JSON or YAML. What starts with `{` is JSON. References lead no further than the document.
    ///
    /// # Errors
    /// [`InvalidDocument`] for a text that is not an OpenAPI document.
    pub fn parse(text: &str) -> Result<Self, InvalidDocument> {
        Self::read(Text::of(text), text.len(), &mut no_file)
    }

    /// Reads a document whose references may lead to other files. `files` gives the text of one by its path from the document's
    /// folder, which never leads out of it, or says why it cannot be read.
    ///
    /// # Errors
    /// As [`Document::parse`].
    pub fn parse_with_files(
        text: &str,
        files: &mut dyn FnMut(&str) -> Result<String, String>,
    ) -> Result<Self, InvalidDocument> {
        Self::read(Text::of(text), text.len(), files)
    }

    /// Reads a document in JSON.
    ///
    /// # Errors
    /// As [`Document::parse`].
    pub fn parse_json(text: &str) -> Result<Self, InvalidDocument> {
        Self::read(Text::json(text), text.len(), &mut no_file)
    }

    fn read(
        text: Text<'_>,
        length: usize,
        files: &mut dyn FnMut(&str) -> Result<String, String>,
    ) -> Result<Self, InvalidDocument> {
        bounded(length)?;
        let mut source = OpenApi::default();
        let misread = text.read(&mut source).map_err(InvalidDocument::Malformed)?;
        let is_of_3_2 = version(&source, &misread)?;
        let Misreads { faults, notes, components } = Misreads::of(misread, source.swagger.0.is_some());
        let mut elsewhere = Elsewhere::default();
        let (mut document, mut wanted) = extract::document(&source, &components, &elsewhere, length, is_of_3_2);
        let mut passes = 1..MAX_PASSES;
        while passes.next().is_some() && elsewhere.fetch(std::mem::take(&mut wanted), text, files) {
            (document, wanted) = extract::document(&source, &components, &elsewhere, length, is_of_3_2);
        }
        if elsewhere.give_up(wanted) {
            (document, _) = extract::document(&source, &components, &elsewhere, length, is_of_3_2);
        }
        document.faults.splice(0..0, faults);
        document.notes.extend(notes);
        Ok(document)
    }
}

/// A document in YAML as JSON, on one line: for where there is no reader of YAML.
///
/// # Errors
/// [`InvalidDocument`] where it is too long, or no YAML that JSON has something for.
pub fn yaml_to_json(text: &str) -> Result<String, InvalidDocument> {
    let mut json = String::new();
    parse_yaml(text)?.write(&mut json);
    Ok(json)
}

/// Whether it is of OpenAPI 3.2.
///
/// # Errors
/// [`InvalidDocument`] for a version that is not read, and for what has none.
fn version(source: &OpenApi, misread: &[Misread]) -> Result<bool, InvalidDocument> {
    let is_of = |known: &str, version: &str| {
        version.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    match (source.openapi.text(), source.swagger.text()) {
        ("", "") => Err(InvalidDocument::Malformed(match misread.iter().find(|one| one.place.is_empty()) {
            Some(wrong) => wrong.what.clone(),
            None => "it has neither openapi nor swagger at its top, which name the version".to_owned(),
        })),
        ("", swagger) if is_of("2.0", swagger) => Ok(false),
        ("", swagger) => Err(InvalidDocument::Version(swagger.to_owned())),
        (openapi, "") if ["3.0", "3.1"].iter().any(|known| is_of(known, openapi)) => Ok(false),
        (_, "") if source.is_of_3_2() => Ok(true),
        (openapi, "") => Err(InvalidDocument::Version(openapi.to_owned())),
        (openapi, swagger) => Err(InvalidDocument::Version(format!("{openapi} and {swagger}"))),
    }
}

/// Why a reference to a file was not followed, where nobody gives files.
pub(in crate::openapi) const NOT_FOLLOWED: &str =
    "the command follows files in the document's folder; bundle others into the document";

/// For a document that is all there is.
fn no_file(_: &str) -> Result<String, String> {
    Err(NOT_FOLLOWED.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_yaml_is_read_as_yaml_is() {
        let deep = |levels: usize| {
            let (open, close) = ("[".repeat(levels), "]".repeat(levels));
            format!("openapi: 3.1.0\npaths: {{}}\nx-deep: {open}{close}\n")
        };
        for text in [
            "openapi: 3.0.1\ninfo: {title: é\u{1}}\npaths: {}\n",
            "openapi: 3.1\n",
            "[a]",
            "a",
            "{}",
            "openapi: 3.1.0\npaths: 5\n",
            "openapi: 3.1.0\npaths: {/a: {get: {security: 0.123456789}}}\n",
            "openapi: 3.1.0\npaths: {/a: {get: {security: 2.5}}}\n",
            &deep(126),
            &deep(127),
        ] {
            let told = |read: Result<Document, InvalidDocument>| format!("{read:?}");
            let converted = yaml_to_json(text).and_then(|json| Document::parse_json(&json));
            let direct = Document::read(Text::Yaml(text), text.len(), &mut no_file);
            assert_eq!(told(converted), told(direct), "{text}");
        }
        assert!(yaml_to_json(&deep(126)).is_ok() && yaml_to_json(&deep(127)).is_err());
    }
}
