//! A verdict the slow way, from plain data: nothing of it is the core's.

use serde_json::{Map, Value, json};
use tidegate::record::Level;

use super::naive::{Says, matched};

/// A level and the scopes that it needs.
pub type Way = (Level, Vec<&'static str>);
type Pairs = Vec<(&'static str, &'static str)>;

/// An operation as a document describes it.
#[derive(Clone, Debug)]
pub struct Operation {
    pub method: &'static str,
    pub template: &'static str,
    /// `None` where it says nothing of security.
    pub ways: Option<Vec<Way>>,
    pub query: Vec<&'static str>,
    /// Whether it has the header field `X-Loc`.
    pub header: bool,
    pub body: Vec<&'static str>,
}

/// A request as a client sends it.
#[derive(Clone, Debug)]
pub struct Sent {
    pub method: &'static str,
    pub path: &'static str,
    pub query: Pairs,
    pub header: Option<&'static str>,
    pub body: Option<Pairs>,
}

/// Whether `holder` (level and scopes; `None` without a token) may send it.
pub fn allows(operations: &[Operation], sent: &Sent, holder: Option<(Level, &[&str])>, own: &str) -> bool {
    let fits =
        |operation: &&Operation| operation.method == sent.method && shape(operation.template, sent.path).is_some();
    let found = operations.iter().filter(fits).max_by_key(|operation| shape(operation.template, sent.path));
    let Some(operation) = found else { return false };
    // A body of a GET request could not be passed on once it was read, which it is for tenants alone.
    let in_body = operation.body.iter().any(|name| ["locationId", "altId"].contains(name));
    let of_tenant = holder.is_some_and(|(level, _)| level == Level::SubAccount);
    if of_tenant && in_body && sent.method == "get" && sent.body.is_some() {
        return false;
    }
    match (&operation.ways, holder) {
        (None, None) => false,
        (None, Some((level, _))) => owns(operation, sent, level, own, true),
        (Some(ways), None) if ways.is_empty() => true,
        (Some(ways), Some((level, _))) if ways.is_empty() => owns(operation, sent, level, own, false),
        (Some(_), None) => false,
        (Some(ways), Some((level, held))) => ways.iter().any(|(of, needed)| {
            *of == level && needed.iter().all(|scope| held.contains(scope)) && owns(operation, sent, level, own, true)
        }),
    }
}

/// What the template says of each segment, where it matches.
fn shape(template: &str, path: &str) -> Option<Vec<Says>> {
    matched(template, path).map(|matched| matched.says)
}

/// Whether everything that names an owner names the own, and where there are places for it, one of these does, if that is
/// `required`.
fn owns(operation: &Operation, sent: &Sent, level: Level, own: &str, required: bool) -> bool {
    let (always, conditional): (&str, bool) = match level {
        Level::SubAccount => ("locationId", true),
        Level::Agency => ("companyId", false),
    };
    let mut values: Vec<&str> = Vec::new();
    let (mut places, mut filled) = (0, 0);
    for (name, all) in matched(operation.template, sent.path).unwrap().values {
        if name == always {
            // Where it can be read in two ways it names nobody.
            let [value] = all.as_slice() else { return false };
            places += 1;
            filled += 1;
            values.push(value);
        }
    }
    let owners = |name: &&&str| **name == always || (conditional && **name == "altId");
    let in_query: Vec<&str> = operation.query.iter().filter(owners).copied().collect();
    let in_body: Vec<&str> = operation.body.iter().filter(|name| conditional && owners(name)).copied().collect();
    let body = sent.body.as_deref().unwrap_or_default();
    places += in_query.len() + in_body.len();
    if !read(&sent.query, always, conditional, &mut values) {
        return false;
    }
    if !in_body.is_empty() && !read(body, always, conditional, &mut values) {
        return false;
    }
    for (pairs, declared) in [(sent.query.as_slice(), &in_query), (body, &in_body)] {
        match fill(pairs, declared) {
            Some(count) => filled += count,
            None => return false,
        }
    }
    if conditional && operation.header {
        places += 1;
        filled += usize::from(sent.header.is_some());
        values.extend(sent.header);
    }
    values.iter().all(|value| *value == own) && (places == 0 || filled > 0 || !required)
}

/// How many of the declared places `pairs` fill; `None` where one is filled with what is not an owner.
fn fill(pairs: &[(&str, &str)], declared: &[&str]) -> Option<usize> {
    let given = |name: &str| pairs.iter().any(|(given, _)| *given == name);
    let is_location =
        pairs.iter().filter(|(name, _)| *name == "altType").all(|(_, kind)| kind.eq_ignore_ascii_case("location"));
    let filled: Vec<_> = declared.iter().filter(|name| given(name)).collect();
    if filled.iter().any(|name| **name == "altId" && !is_location) { None } else { Some(filled.len()) }
}

/// Adds the owners that `pairs` name; `false` where something is given twice that matters.
fn read<'a>(pairs: &[(&'a str, &'a str)], always: &str, conditional: bool, values: &mut Vec<&'a str>) -> bool {
    let all = |name: &str| -> Vec<&'a str> {
        pairs.iter().filter(|(given, _)| *given == name).map(|(_, value)| *value).collect()
    };
    let (owners, alternatives, kinds) = (all(always), all("altId"), all("altType"));
    if owners.len() > 1 {
        return false;
    }
    values.extend(owners);
    if !conditional || alternatives.is_empty() {
        return true;
    }
    let counts = kinds.iter().all(|kind| kind.eq_ignore_ascii_case("location"));
    if alternatives.len() > 1 || kinds.len() > 1 {
        return false;
    }
    if counts {
        values.extend(alternatives);
    }
    true
}

impl Operation {
    /// The document that describes it, under a title of its own.
    pub fn document(&self, n: usize) -> Value {
        let parameter = |place: &str, name: &str| json!({ "in": place, "name": name });
        let mut parameters: Vec<_> = self.query.iter().map(|name| parameter("query", name)).collect();
        if self.header {
            parameters.push(parameter("header", "X-LOC"));
        }
        let properties: Map<String, Value> = self.body.iter().map(|name| ((*name).to_owned(), json!(true))).collect();
        let schema = json!({ "properties": properties });
        let mut operation = json!({
            "parameters": parameters, "requestBody": { "content": { "application/json": { "schema": schema } } }
        });
        if let Some(ways) = &self.ways {
            let scheme = |level: &Level| if *level == Level::Agency { "Agency" } else { "Tenant" };
            operation["security"] = ways.iter().map(|(level, scopes)| json!({ (scheme(level)): scopes })).collect();
        }
        json!({ "openapi": "3.1.0", "info": { "title": n.to_string() }, "paths": { (self.template): { (self.method): operation } } })
    }
}
