//! An operation in its document, with what the document says for all of them.

use super::written::{Body, OperationObject};
use super::{Document, Security, joined};
use crate::request;

/// An operation in its document.
#[derive(Clone, Copy)]
pub(in crate::openapi) struct Described<'a> {
    pub document: &'a Document,
    pub operation: &'a OperationObject,
}

impl<'a> Described<'a> {
    /// Its path template with the base path before it.
    pub fn full_path(&self) -> String {
        joined(self.operation.base_path.as_ref().unwrap_or(&self.document.base_path), &self.operation.path)
    }

    /// What it says of security itself.
    pub fn own_security(&self) -> Option<&'a Security> {
        self.operation.security.as_ref()
    }

    /// The texts that one of its extensions (`x-…`) lists; `Some(None)` if it is not a list of texts.
    pub fn extension(&self, name: &str) -> Option<Option<&'a [String]>> {
        self.operation.extensions.get(name).map(Option::as_deref)
    }

    /// The extensions that are lists of texts.
    pub fn lists(&self) -> impl Iterator<Item = (&'a str, &'a [String])> {
        let all = self.operation.extensions.iter();
        all.filter_map(|(name, list)| Some((name.as_str(), list.as_deref()?)))
    }

    /// The media types of its body; none where they cannot be told.
    pub fn media_types(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let body = self.operation.body.and_then(|body| self.document.bodies.get(body));
        let forms = body.into_iter().flat_map(|Body(forms)| forms);
        forms.flat_map(|form| &form.media_types).map(String::as_str)
    }

    /// The place of its body among [`Document::bodies`].
    pub fn body(&self) -> Option<usize> {
        self.operation.body
    }

    /// Whether its body may be of a media type that the gate does not read.
    pub fn takes_multipart(&self) -> bool {
        let body = self.body().and_then(|body| self.document.bodies.get(body));
        let mut media_types = body.into_iter().flat_map(|Body(forms)| forms).flat_map(|form| &form.media_types);
        let is_range = |media_type: &str| matches!(media_type, "*/*" | "multipart/*");
        media_types.any(|media_type| is_range(media_type) || request::Body::is_unread(Some(media_type)))
    }
}
