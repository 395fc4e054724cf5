//! The form in which a document's extraction is kept, so that it can be compiled again with other settings.

use super::extract::{MAX_ALL_PARAMETERS, MAX_PARAMETER_NAME, MAX_TITLE};
use super::fault::by_words;
use super::objects::{MAX_ALTERNATIVES, MAX_EXAMPLE_BYTES, MAX_WEBHOOKS, METHODS};
use super::server::{MAX_SERVERS, ServerPath};
use super::webhooks::MAX_DESCRIPTION;
use super::words::{MAX_TAG_TITLE, MAX_TAG_TITLES, is_address};
use super::{Body, Document, Fault, Form, Kinds, OperationObject, Properties, Security, Webhook};
use crate::json::{self, FromJson, Object};
use crate::order::sort_and_dedup;
use crate::policy::{OwnerParameter, Place};
use crate::request::Method;

/// How many properties the forms of all bodies may have together, as each is held against the names of owners.
const MAX_COMPARED_PROPERTIES: usize = 10_000_000;

/// The version of the form of a document that has nothing which version 1 cannot say.
const VERSION: u64 = 1;
/// The version that has servers to choose from, notes, and methods beyond OpenAPI 3.1.
const VERSION_2: u64 = 2;
/// The version that has webhooks.
const VERSION_3: u64 = 3;
/// The version that has what people read of it: the address of its documentation, and titles of tags.
const VERSION_4: u64 = 4;
/// The version in which faults and notes say what they are about, other than by their words.
const VERSION_5: u64 = 5;
/// The version in which webhooks have extensions.
const NEWEST_VERSION: u64 = 6;

/// A stored extraction that cannot be trusted: a fault of the store.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CorruptDocument {
    /// Not JSON, or not an extraction's JSON. Holds no content of it.
    #[error("malformed at {place}")]
    Malformed {
        /// Where: a line and column of the text, or a path in the value, as in `operations[0].path`.
        place: String,
    },
    /// Of a version that this code does not know.
    #[error("version {0}")]
    Version(u64),
}

impl Document {
    /// Reads what [`to_json`](Self::to_json) wrote.
    ///
    /// # Errors
    /// [`CorruptDocument`] for all but an extraction of this version.
    pub fn from_json(text: &str) -> Result<Self, CorruptDocument> {
        let malformed = |place: String| CorruptDocument::Malformed { place };
        let value = json::Value::parse(text)
            .map_err(|error| malformed(format!("line {} column {}", error.line(), error.column())))?;
        match value.entry("v") {
            Some(json::Value::Unsigned(VERSION..=NEWEST_VERSION)) => {}
            Some(json::Value::Unsigned(other)) => return Err(CorruptDocument::Version(*other)),
            _ => return Err(malformed("v".to_owned())),
        }
        let document = <Self as FromJson>::from_json(value).map_err(|wrong| malformed(wrong.place))?;
        if document.is_whole() { Ok(document) } else { Err(malformed("bodies".to_owned())) }
    }

    /// Reads what somebody sent as what [`to_json`](Self::to_json) wrote: it is within the limits of what documents are read as.
    ///
    /// # Errors
    /// [`CorruptDocument`] for all else.
    pub fn from_source(text: &str) -> Result<Self, CorruptDocument> {
        let document = Self::from_json(text)?;
        match document.beyond_limits() {
            None => Ok(document),
            Some(place) => Err(CorruptDocument::Malformed { place }),
        }
    }

    /// Where it has what no document is read as.
    fn beyond_limits(&self) -> Option<String> {
        let of = |place: usize, field: &str| Some(format!("operations[{place}].{field}"));
        let is_long = |security: &Option<Security>| security.as_ref().is_some_and(|all| all.len() > MAX_ALTERNATIVES);
        if self.title.chars().count() > MAX_TITLE {
            return Some("title".to_owned());
        }
        if self.servers.len() > MAX_SERVERS {
            return Some("servers".to_owned());
        }
        if is_long(&self.security) {
            return Some("security".to_owned());
        }
        let is_beyond = |webhook: &Webhook| {
            is_long(&webhook.security)
                || webhook.description.chars().count() > MAX_DESCRIPTION
                || webhook.example.as_ref().is_some_and(|example| example.len() > MAX_EXAMPLE_BYTES)
        };
        if self.webhooks.len() > MAX_WEBHOOKS || self.webhooks.iter().any(is_beyond) {
            return Some("webhooks".to_owned());
        }
        if self.documentation.as_deref().is_some_and(|address| !is_address(address)) {
            return Some("documentation".to_owned());
        }
        let is_long_title = |title: &String| title.chars().count() > MAX_TAG_TITLE;
        if self.tag_titles.len() > MAX_TAG_TITLES || self.tag_titles.values().any(is_long_title) {
            return Some("tag_titles".to_owned());
        }
        let mut parameters = 0_usize;
        for (place, operation) in self.operations.iter().enumerate() {
            let is_lower = !operation.method.bytes().any(|byte| byte.is_ascii_uppercase());
            if !is_lower || !Method::is_name(&operation.method.to_ascii_uppercase()) {
                return of(place, "method");
            }
            if operation.servers.len() > MAX_SERVERS {
                return of(place, "servers");
            }
            if is_long(&operation.security) {
                return of(place, "security");
            }
            parameters = parameters.saturating_add(operation.parameters.len());
            let is_odd = |parameter: &OwnerParameter| {
                parameter.name.len() > MAX_PARAMETER_NAME || parameter.place == Place::Body
            };
            if parameters > MAX_ALL_PARAMETERS || operation.parameters.iter().any(is_odd) {
                return of(place, "parameters");
            }
        }
        let length = |form: &Form| self.properties.get(form.properties).map_or(0, |set| set.names.len());
        let lengths = self.bodies.iter().flat_map(|Body(forms)| forms).map(length);
        let is_too_much = lengths.fold(0, usize::saturating_add) > MAX_COMPARED_PROPERTIES;
        is_too_much.then(|| "bodies".to_owned())
    }

    /// The text that a store keeps, on one line. Equal extractions are equal texts. The [name](Self::named) is not in it.
    pub fn to_json(&self) -> String {
        // Nothing of it can fail to serialise; where it did, the text would be a corrupt extraction, which denies.
        let text = serde_json::to_string(self).unwrap_or_default();
        let version = match self.webhooks.is_empty() {
            false if self.webhooks.iter().any(|webhook| !webhook.extensions.is_empty()) => NEWEST_VERSION,
            _ if self.faults.iter().chain(&self.notes).any(|one| one.about.is_some()) => VERSION_5,
            _ if self.documentation.is_some() || !self.tag_titles.is_empty() => VERSION_4,
            false => VERSION_3,
            true if self.is_of_version_2() => VERSION_2,
            true => VERSION,
        };
        format!("{{\"v\":{version},{}", text.strip_prefix('{').unwrap_or_default())
    }

    /// Whether the first version of the form cannot say it.
    fn is_of_version_2(&self) -> bool {
        let later = |operation: &OperationObject| {
            !operation.servers.is_empty() || !METHODS.iter().take(8).any(|method| *method == operation.method)
        };
        !self.servers.is_empty() || !self.notes.is_empty() || self.operations.iter().any(later)
    }

    /// Whether all that it refers to by place is there.
    fn is_whole(&self) -> bool {
        let bodies = self.operations.iter().filter_map(|operation| operation.body);
        let forms = self.bodies.iter().flat_map(|Body(forms)| forms);
        bodies.max().is_none_or(|body| body < self.bodies.len())
            && forms.map(|form| form.properties).max().is_none_or(|place| place < self.properties.len())
    }
}

impl FromJson for Document {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        let names = [
            "v",
            "title",
            "security_schemes",
            "scopes",
            "security",
            "base_path",
            "operations",
            "bodies",
            "properties",
            "faults",
            "servers",
            "notes",
            "webhooks",
            "documentation",
            "tag_titles",
        ];
        let mut fields = Object::of(value, &names)?;
        let version: u64 = fields.required("v")?;
        let told = |all: Option<Vec<Fault>>| {
            let all = all.unwrap_or_default().into_iter();
            if version < VERSION_5 { all.map(by_words::told).collect() } else { all.collect() }
        };
        let mut security_schemes: Vec<String> = fields.required("security_schemes")?;
        sort_and_dedup(&mut security_schemes);
        Ok(Self {
            name: None,
            title: fields.required("title")?,
            security_schemes,
            scheme_kinds: Kinds::default(),
            scopes: fields.required("scopes")?,
            security: fields.given("security")?,
            base_path: fields.required("base_path")?,
            operations: fields.required("operations")?,
            bodies: fields.required("bodies")?,
            properties: fields.required("properties")?,
            faults: told(fields.given("faults")?),
            servers: fields.given("servers")?.unwrap_or_default(),
            notes: told(fields.given("notes")?),
            webhooks: fields.given("webhooks")?.unwrap_or_default(),
            documentation: fields.given("documentation")?,
            tag_titles: fields.given("tag_titles")?.unwrap_or_default(),
            is_of_3_2: false,
        })
    }
}

crate::json_object!(OperationObject {
    path,
    method,
    operation_id as "id": given,
    summary: given,
    tags: default,
    security: given,
    base_path: given,
    servers: default,
    parameters: default,
    body: given,
    extensions: default,
});

impl FromJson for Body {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        FromJson::from_json(value).map(Self)
    }
}

crate::json_object!(ServerPath { path: given, fault: given });

crate::json_object!(Form { media_types, properties });

crate::json_object!(Properties { names: default, unresolved: default, incomplete: given });
