//! Following `$ref`: by any JSON pointer within the document, and to files that whoever reads it can give. What leads elsewhere, or
//! in a circle, leads nowhere.

use super::library::Library;
use super::objects::{
    Components, Content, MAX_ALTERNATIVES, MediaType, OperationObject, Parameter, Parameters, PathItem, Paths,
    RequestBody, Requirements, Schemas, Schemes, Scopes, SecurityScheme, Webhooks,
};
use super::reference::{MaybeReference, OrReference};
use super::server::{MAX_SERVERS, Server, Servers};
use super::target::{Kind, MOST_STEPS, Target};
use super::words::Words;
use crate::json::Map;

impl<'a> Library<'a> {
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

    /// The names of the schemas among the components, where these stand elsewhere. What is wrong there concerns who refers to it.
    pub fn schemas_elsewhere(&self) -> impl Iterator<Item = &'a String> {
        let source = &self.source.components;
        let reference_of = |components: &'a OrReference<Components>| components.reference.as_deref();
        let (found, _) = self.steps(source, Kind::Components, &self.elsewhere.components, reference_of, &|_| {});
        let schemas = &found.last().copied().unwrap_or(source).here.schemas;
        let reference_of = |schemas: &'a Schemas| schemas.reference.as_deref();
        let (found, _) = self.steps(schemas, Kind::Schemas, &self.elsewhere.schema_maps, reference_of, &|_| {});
        let schemas = found.last().copied().unwrap_or(schemas);
        let is_elsewhere = !std::ptr::eq(schemas, &self.source.components.here.schemas);
        Some(schemas).filter(|_| is_elsewhere).into_iter().flat_map(|schemas| schemas.here.keys())
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
        self.steps(first, kind, elsewhere, reference_of, &|key| self.come_by(key))
    }

    fn steps<T>(
        &self,
        first: &'a T,
        kind: Kind,
        elsewhere: &'a Map<T>,
        reference_of: impl Fn(&'a T) -> Option<&'a str>,
        come_by: &dyn Fn(&str),
    ) -> (Vec<&'a T>, Option<&'a str>) {
        let mut found = vec![first];
        let mut next = reference_of(first);
        while let Some(reference) = next {
            let key = Target::parse(reference).map(|target| target.key());
            match key.as_ref().and_then(|key| elsewhere.get(key)) {
                Some(other) if found.len() < MOST_STEPS => {
                    come_by(key.as_deref().unwrap_or_default());
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
}
