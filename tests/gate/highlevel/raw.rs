//! The raw documents, read by a second and simpler reader than the compiler.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use tidegate::record::Level;
use tidegate::scope::ScopeSet;

use super::super::support::scopes;

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// One way in, as the raw document words it.
#[derive(Clone, Debug)]
pub struct Way {
    pub level: Level,
    pub scopes: ScopeSet,
}

/// One operation, as the raw document words it.
pub struct Raw {
    pub method: String,
    pub template: String,
    pub ways: Vec<Way>,
    pub query: BTreeSet<String>,
    /// The properties of its body, of whatever media type.
    pub body: BTreeSet<String>,
}

/// What of a request names an owner.
pub struct Sent {
    pub target: String,
    pub body: String,
}

/// The README's table of schemes, read anew rather than through the settings.
fn level_of(scheme: &str) -> Option<Level> {
    match scheme {
        "bearer" | "Location-Access" => Some(Level::SubAccount),
        "Agency-Access" => Some(Level::Agency),
        "Location-Access-Only" | "Agency-Access-Only" => None,
        other => panic!("the README does not know the scheme {other}"),
    }
}

fn ways(operation: &Value) -> Vec<Way> {
    let requirements = operation["security"].as_array().cloned().unwrap_or_default();
    let way = |requirement: &Value| {
        let schemes = requirement.as_object().unwrap();
        assert_eq!(schemes.len(), 1, "the walk reads one scheme a requirement");
        let (scheme, needed) = schemes.iter().next().unwrap();
        let needed: Vec<_> = needed.as_array().unwrap().iter().map(|scope| scope.as_str().unwrap()).collect();
        Some(Way { level: level_of(scheme)?, scopes: scopes(&needed.join(" ")) })
    };
    requirements.iter().filter_map(way).collect()
}

/// A schema's own properties and those of the schemas that it refers to or is made of. No schema here is in itself.
fn body_properties(document: &Value, schema: &Value) -> BTreeSet<String> {
    let mut names: BTreeSet<String> =
        schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
    if let Some(reference) = schema["$ref"].as_str() {
        let pointer = reference.strip_prefix('#').expect("no body's schema stands in another document");
        names.extend(body_properties(document, document.pointer(pointer).unwrap()));
    }
    for part in ["allOf", "anyOf", "oneOf"].iter().flat_map(|key| schema[*key].as_array().into_iter().flatten()) {
        names.extend(body_properties(document, part));
    }
    names
}

fn body(document: &Value, content: &Value) -> BTreeSet<String> {
    let media_types = content.as_object().into_iter().flatten();
    media_types.flat_map(|(_, media_type)| body_properties(document, &media_type["schema"])).collect()
}

pub fn operations(texts: &[String]) -> Vec<Raw> {
    let mut all = Vec::new();
    for text in texts {
        let document: Value = serde_json::from_str(text).unwrap();
        for (template, item) in document["paths"].as_object().unwrap() {
            for method in METHODS.into_iter().filter(|method| item.get(method).is_some()) {
                let parameters = item[method]["parameters"].as_array().cloned().unwrap_or_default();
                let queried = parameters.iter().filter(|parameter| parameter["in"] == "query");
                all.push(Raw {
                    method: method.to_uppercase(),
                    template: template.clone(),
                    ways: ways(&item[method]),
                    body: body(&document, &item[method]["requestBody"]["content"]),
                    query: queried.map(|parameter| parameter["name"].as_str().unwrap().to_owned()).collect(),
                });
            }
        }
    }
    all
}

impl Raw {
    fn names(level: Level) -> &'static [&'static str] {
        match level {
            Level::SubAccount => &["locationId", "location_id", "altId"],
            Level::Agency => &["companyId"],
        }
    }

    /// Whether every integration of `level` may call it.
    pub fn needs_no_scope(&self, level: Level) -> bool {
        self.ways.iter().any(|way| way.level == level && way.scopes.is_empty())
    }

    /// Whether its body names an owner of `level`.
    pub fn names_owner_in_body(&self, level: Level) -> bool {
        level == Level::SubAccount && ["locationId", "altId"].iter().any(|name| self.body.contains(*name))
    }

    /// Whether this operation names an owner of `level`.
    pub fn names_owner(&self, level: Level) -> bool {
        if self.names_owner_in_body(level) {
            return true;
        }
        let in_path = |name: &&str| self.template.contains(&format!("{{{name}}}"));
        Self::names(level).iter().any(|name| in_path(name) || self.query.contains(*name))
    }

    /// A request for it that names `owner_id` wherever it names an owner of `level`.
    pub fn sent(&self, level: Level, owner_id: &str) -> Sent {
        let mut body = Map::new();
        for name in ["locationId", "altId"].into_iter().filter(|name| self.body.contains(*name)) {
            body.insert(name.to_owned(), owner_id.into());
        }
        if self.body.contains("altType") {
            body.insert("altType".to_owned(), "location".into());
        }
        Sent { target: self.target(level, owner_id), body: Value::Object(body).to_string() }
    }

    fn target(&self, level: Level, owner_id: &str) -> String {
        let segments = self.template.split('/').map(|segment| match segment.strip_prefix('{') {
            Some(rest) if Self::names(level).contains(&rest.trim_end_matches('}')) => owner_id,
            Some(_) => "x1",
            None => segment,
        });
        let path = segments.collect::<Vec<_>>().join("/");
        let mut pairs: Vec<_> = Self::names(level).iter().filter(|name| self.query.contains(**name)).collect();
        pairs.sort();
        let mut query: Vec<_> = pairs.into_iter().map(|name| format!("{name}={owner_id}")).collect();
        if self.query.contains("altType") {
            query.push("altType=location".to_owned());
        }
        if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) }
    }
}

/// Every scope that a document names in some requirement, whatever its scheme.
pub fn all_scopes(text: &str) -> Vec<String> {
    let document: Value = serde_json::from_str(text).unwrap();
    let operations =
        document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values());
    let requirements = operations.flat_map(|operation| operation["security"].as_array().cloned().unwrap_or_default());
    let named =
        requirements.flat_map(|requirement| requirement.as_object().unwrap().values().cloned().collect::<Vec<_>>());
    named.flat_map(|scopes| serde_json::from_value::<Vec<String>>(scopes).unwrap()).collect()
}
