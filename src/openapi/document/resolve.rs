//! Following `$ref`: by any JSON pointer within the document, and to files that whoever reads it can give. What leads elsewhere, or
//! in a circle, leads nowhere.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use super::elsewhere::Elsewhere;
use super::objects::{
    Components, Content, MAX_ALTERNATIVES, MediaType, OpenApi, OperationObject, Parameter, Parameters, PathItem, Paths,
    RequestBody, Requirements, Schemes, Scopes, SecurityScheme, Webhooks,
};
use super::reference::{MaybeReference, OrReference};
use super::server::{MAX_SERVERS, Server, Servers};
use super::target::{Kind, MOST_STEPS, Target};
use super::words::Words;
use crate::json::{Map, Misread};

/// How many bytes the operations of any document may take over from it; of a longer document, as many as it has.
const MIN_SAID: usize = 16 * 1024 * 1024;
/// What an entry takes beside its text.
const ENTRY_BYTES: usize = 2;
/// How many characters of a text in a document a message repeats.
const MAX_REPEATED: usize = 300;

/// A document, what was found elsewhere for its references, and what is to be looked for.
pub(super) struct Library<'a> {
    pub source: &'a OpenApi,
    pub elsewhere: &'a Elsewhere,
    /// What in each of the document's components is of a wrong type, by the key of what refers to it.
    misread: &'a Map<Vec<Misread>>,
    wanted: RefCell<BTreeSet<(Kind, Target)>>,
    /// The keys of what is misread and was come by: in all, and since they were last asked for.
    met: RefCell<BTreeSet<String>>,
    newly_met: RefCell<BTreeSet<String>>,
    /// How many bytes operations may say still.
    bytes_left: Cell<usize>,
}

impl<'a> Library<'a> {
    /// For a document of so many bytes.
    pub fn new(source: &'a OpenApi, misread: &'a Map<Vec<Misread>>, elsewhere: &'a Elsewhere, length: usize) -> Self {
        Self {
            source,
            elsewhere,
            misread,
            wanted: RefCell::default(),
            met: RefCell::default(),
            newly_met: RefCell::default(),
            bytes_left: Cell::new(length.max(MIN_SAID)),
        }
    }

    /// What is of a wrong type in what references of this key lead to.
    pub fn misread_at(&self, key: &str) -> impl Iterator<Item = &'a Misread> {
        [self.misread.get(key), self.elsewhere.misread.get(key)].into_iter().flatten().flatten()
    }

    /// The keys of what is misread and was come by since this was last asked.
    pub fn newly_met(&self) -> BTreeSet<String> {
        std::mem::take(&mut *self.newly_met.borrow_mut())
    }

    /// Whether there are any.
    pub fn has_newly_met(&self) -> bool {
        !self.newly_met.borrow().is_empty()
    }

    /// The keys of what is misread and that nothing came by.
    pub fn unmet(&self) -> impl Iterator<Item = &'a String> {
        let all = self.misread.keys().chain(self.elsewhere.misread.keys());
        all.filter(move |key| !self.met.borrow().contains(*key))
    }

    fn come_by(&self, key: &str) {
        if self.misread.contains_key(key) || self.elsewhere.misread.contains_key(key) {
            self.met.borrow_mut().insert(key.to_owned());
            self.newly_met.borrow_mut().insert(key.to_owned());
        }
    }

    /// The document's own address; empty where it has none, or is older than OpenAPI 3.2.
    pub fn own_uri(&self) -> &'a str {
        if self.source.is_of_3_2() { self.source.own_uri.text() } else { "" }
    }

    /// What references lead to that was not found yet.
    pub fn into_wanted(self) -> BTreeSet<(Kind, Target)> {
        self.wanted.into_inner()
    }

    /// Counts texts that an operation takes over.
    ///
    /// # Errors
    /// With them the document's operations would say more than they may.
    pub fn charge(&self, lengths: impl Iterator<Item = usize>) -> Result<(), String> {
        let mut left = self.bytes_left.get();
        for length in lengths {
            let Some(rest) = left.checked_sub(length.saturating_add(ENTRY_BYTES)) else {
                self.bytes_left.set(0);
                return Err("with it the operations of this document say more than the document itself: references \
                            repeat too much"
                    .to_owned());
            };
            left = rest;
        }
        self.bytes_left.set(left);
        Ok(())
    }

    /// Notes that something is to be looked for.
    pub fn want(&self, kind: Kind, reference: &str) {
        if let Some(target) = Target::parse(reference) {
            self.wanted.borrow_mut().insert((kind, target));
        }
    }

    /// The parameter that is meant.
    ///
    /// # Errors
    /// The reference that leads nowhere, here and below.
    pub fn parameter(&self, value: &'a MaybeReference<Parameter>) -> Result<&'a Parameter, &'a str> {
        let source = self.source;
        let within = |tokens: &[&str]| match tokens {
            ["components", "parameters", name] => source.components.here.parameters.here.get(name),
            ["parameters", name] => source.of_swagger.parameters.here.get(name),
            _ => None,
        };
        self.inline(value, Kind::Parameter, &within, &self.elsewhere.parameters)
    }

    /// The body that is meant.
    pub fn request_body(&self, value: &'a MaybeReference<RequestBody>) -> Result<&'a RequestBody, &'a str> {
        let source = self.source;
        let within = |tokens: &[&str]| match tokens {
            ["components", "requestBodies", name] => source.components.here.request_bodies.here.get(name),
            _ => None,
        };
        self.inline(value, Kind::RequestBody, &within, &self.elsewhere.request_bodies)
    }

    /// The security scheme that is meant.
    pub fn security_scheme(&self, value: &'a MaybeReference<SecurityScheme>) -> Result<&'a SecurityScheme, &'a str> {
        let source = self.source;
        let within = |tokens: &[&str]| match tokens {
            ["components", "securitySchemes", name] => source.components.here.security_schemes.here.get(name),
            ["securityDefinitions", name] => source.of_swagger.security_definitions.here.get(name),
            _ => None,
        };
        self.inline(value, Kind::SecurityScheme, &within, &self.elsewhere.security_schemes)
    }

    /// A path item and those that it refers to, one after another, with the reference that leads nowhere, where one does.
    pub fn path_items(&self, item: &'a PathItem) -> (Vec<&'a PathItem>, Option<&'a str>) {
        let reference_of = |item: &'a PathItem| item.reference.as_deref();
        self.chain(item, Kind::PathItem, &self.elsewhere.path_items, reference_of)
    }

    /// An operation and those that it refers to, in the same way.
    pub fn operations(&self, operation: &'a OperationObject) -> (Vec<&'a OperationObject>, Option<&'a str>) {
        let reference_of = |operation: &'a OperationObject| operation.reference.as_deref();
        self.chain(operation, Kind::Operation, &self.elsewhere.operations, reference_of)
    }

    /// The components that are meant.
    pub fn components(&self) -> Result<&'a Components, &'a str> {
        self.whole(&self.source.components, Kind::Components, &self.elsewhere.components)
    }

    /// The security schemes that are meant.
    pub fn schemes(&self, schemes: &'a Schemes) -> Result<&'a Map<MaybeReference<SecurityScheme>>, &'a str> {
        self.whole(schemes, Kind::Schemes, &self.elsewhere.schemes)
    }

    /// The scopes that a security scheme declares.
    pub fn scopes(&self, scheme: &'a SecurityScheme) -> Result<Vec<&'a Map<Words>>, &'a str> {
        let of = |scopes: &'a Scopes| self.whole(scopes, Kind::Scopes, &self.elsewhere.scopes);
        let flows = self.whole(&scheme.flows, Kind::Flows, &self.elsewhere.flow_maps)?;
        let mut found = vec![of(&scheme.scopes)?];
        for flow in flows.values() {
            found.push(of(&self.whole(flow, Kind::Flow, &self.elsewhere.flows)?.scopes)?);
        }
        Ok(found)
    }

    /// The paths that are meant.
    pub fn paths(&self) -> Result<&'a Paths, &'a str> {
        self.whole(&self.source.paths, Kind::Paths, &self.elsewhere.paths)
    }

    /// The webhooks that are meant.
    pub fn webhooks(&self) -> Result<&'a Webhooks, &'a str> {
        self.whole(&self.source.webhooks, Kind::Webhooks, &self.elsewhere.webhooks)
    }

    /// The parameters of a list.
    pub fn parameters(&self, list: &'a Parameters) -> Result<&'a [MaybeReference<Parameter>], &'a str> {
        self.whole(list, Kind::Parameters, &self.elsewhere.parameter_lists).map(Vec::as_slice)
    }

    /// The media types of a body.
    pub fn content(&self, content: &'a Content) -> Result<&'a Map<MediaType>, &'a str> {
        self.whole(content, Kind::Content, &self.elsewhere.contents)
    }

    /// The media type of this key.
    pub fn media_type(&self, key: &str) -> Option<&'a MediaType> {
        self.come_by(key);
        self.elsewhere.media_types.get(key)
    }

    /// The servers of a list.
    pub fn servers(&self, list: &'a Servers) -> Result<Vec<&'a Server>, &'a str> {
        let list = self.whole(list, Kind::Servers, &self.elsewhere.server_lists)?;
        list.iter()
            .take(MAX_SERVERS.saturating_add(1))
            .map(|server| self.whole(server, Kind::Server, &self.elsewhere.servers))
            .collect()
    }

    /// The requirements of a list.
    pub fn security(&self, list: &'a Requirements) -> Result<Vec<&'a Map<Vec<String>>>, &'a str> {
        let list = self.whole(list, Kind::Requirements, &self.elsewhere.requirement_lists)?;
        list.iter()
            .take(MAX_ALTERNATIVES.saturating_add(1))
            .map(|one| self.whole(one, Kind::Requirement, &self.elsewhere.requirements))
            .collect()
    }

    /// The list or object that is meant.
    ///
    /// # Errors
    /// The reference that leads nowhere, here and below.
    fn whole<T>(
        &self,
        value: &'a OrReference<T>,
        kind: Kind,
        elsewhere: &'a Map<OrReference<T>>,
    ) -> Result<&'a T, &'a str> {
        let (found, lost) = self.chain(value, kind, elsewhere, |value| value.reference.as_deref());
        match lost {
            Some(reference) => Err(reference),
            None => Ok(found.last().map_or(&value.here, |last| &last.here)),
        }
    }

    fn chain<T>(
        &self,
        first: &'a T,
        kind: Kind,
        elsewhere: &'a Map<T>,
        reference_of: impl Fn(&'a T) -> Option<&'a str>,
    ) -> (Vec<&'a T>, Option<&'a str>) {
        let mut found = vec![first];
        let mut next = reference_of(first);
        while let Some(reference) = next {
            let key = Target::parse(reference).map(|target| target.key());
            match key.as_ref().and_then(|key| elsewhere.get(key)) {
                Some(other) if found.len() < MOST_STEPS => {
                    self.come_by(key.as_deref().unwrap_or_default());
                    found.push(other);
                    next = reference_of(other);
                }
                Some(_) => return (found, Some(reference)),
                None => {
                    self.want(kind, reference);
                    return (found, Some(reference));
                }
            }
        }
        (found, None)
    }

    fn inline<T>(
        &self,
        mut value: &'a MaybeReference<T>,
        kind: Kind,
        within: &dyn Fn(&[&str]) -> Option<&'a MaybeReference<T>>,
        elsewhere: &'a Map<MaybeReference<T>>,
    ) -> Result<&'a T, &'a str> {
        let mut last = "";
        for _ in 0..MOST_STEPS {
            match value {
                MaybeReference::Inline(found) => return Ok(found),
                MaybeReference::Reference { reference } => {
                    last = reference;
                    let target = Target::parse(reference).ok_or(last)?;
                    let tokens: Vec<&str> = target.tokens.iter().map(String::as_str).collect();
                    let here = if target.file.is_empty() { within(&tokens) } else { None };
                    let Some(found) = here.or_else(|| elsewhere.get(&target.key())) else {
                        self.want(kind, reference);
                        return Err(last);
                    };
                    self.come_by(&target.key());
                    value = found;
                }
            }
        }
        Err(last)
    }

    /// Why a reference was not followed.
    pub fn leads_nowhere(&self, reference: &str) -> String {
        let last = self.leads_on_to(reference);
        let on = if last == reference { String::new() } else { format!("leads on to {}, which ", shortened(last)) };
        let told = if reference.is_empty() { "an empty $ref" } else { shortened(reference) };
        format!("{told} {on}{}", self.why(last))
    }

    /// The last reference on the way of one that leads nowhere: itself, or what its pointer leads through.
    pub fn leads_on_to<'r>(&'r self, reference: &'r str) -> &'r str {
        let target = Target::parse(reference);
        target.and_then(|target| self.elsewhere.led_on.get(&target.key())).map_or(reference, String::as_str)
    }

    fn why(&self, reference: &str) -> String {
        let target = Target::parse(reference);
        if let Some(reason) = target.as_ref().and_then(|target| self.elsewhere.unread.get(&target.file)) {
            return format!("was not followed: {reason}");
        }
        if reference.contains("://") {
            return "leads to another host, which is not followed; bundle it into this document".to_owned();
        }
        if target.as_ref().is_some_and(|target| self.elsewhere.kept.contains(&target.key())) {
            return format!("leads in a circle, or by way of over {MOST_STEPS} references");
        }
        match reference.split('#').next() {
            Some("") | None => "leads nowhere in this document".to_owned(),
            Some(file) if target.is_none() && file.split('/').any(|segment| segment == "..") => {
                "leads out of the document's folder, and is not followed; bundle it into this document".to_owned()
            }
            Some(_) => "leads nowhere in this document, nor in a file in its folder that can be read".to_owned(),
        }
    }
}

/// As much of a text as a message repeats.
pub(super) fn shortened(text: &str) -> &str {
    text.char_indices().nth(MAX_REPEATED).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}
