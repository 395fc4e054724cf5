//! Scopes for operations whose documents have none: named after their tags or paths, one to read and one to write.

mod area;
mod reading;

pub(super) use area::words;

use std::collections::BTreeMap;

use serde::Serialize;

use super::document::Described;
use super::selection::{Candidate, Selection};
use super::{Finding, Report};
use crate::json::{self, FromJson, Object, text};
use crate::order::sort_and_dedup;
use crate::policy::{Access, Alternative, OwnerParameter};
use crate::record::Level;
use crate::request::Method;
use crate::scope::{Scope, ScopeSet};

/// The settings about scopes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
pub struct ScopeSettings {
    /// How scopes are derived, where they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub derive: Option<Derive>,
}

/// How scopes are derived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
pub struct Derive {
    /// What an area is.
    pub by: By,
    /// The scope of the operations that read.
    pub read: ScopeTemplate,
    /// The scope of all other operations.
    pub write: ScopeTemplate,
    /// Which operations get one.
    pub when: When,
    /// Operations that read, whatever their methods.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reads: Vec<Selection>,
    /// Operations that write, whatever their methods and names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub writes: Vec<Selection>,
}

/// What an area is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// An operation's first tag; without one, as `path`.
    Tag,
    /// The first segment of the path that names something: no version, no parameter.
    Path,
}

/// Which operations get a derived scope.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// Those that a token could use without any scope.
    #[default]
    None,
    /// All that need a token, beside the scopes that they have.
    Always,
}

/// A scope with `{area}` in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
#[serde(transparent)]
pub struct ScopeTemplate(String);

/// What stands for the area.
const AREA: &str = "{area}";

impl ScopeTemplate {
    /// Reads a template.
    ///
    /// # Errors
    /// Where no area makes a scope of it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let sample = text.replace(AREA, "area");
        if sample.contains(['{', '}']) {
            return Err(format!("{AREA} is all that can stand in braces"));
        }
        Scope::parse(&sample).map_err(|error| error.to_string())?;
        Ok(Self(text.to_owned()))
    }

    /// The one that reads, where settings give no other.
    pub(super) fn read() -> Self {
        Self(READ.to_owned())
    }

    /// The one that writes, where settings give no other.
    pub(super) fn write() -> Self {
        Self(WRITE.to_owned())
    }

    fn fill(&self, area: &str) -> Result<Scope, String> {
        let scope = self.0.replace(AREA, area);
        Scope::parse(&scope).map_err(|error| format!("{scope:?}: {error}"))
    }
}

/// Scopes as they are derived for the operations of some documents.
pub(super) struct Deriving<'a> {
    derive: &'a Derive,
    /// Which of `reads` and `writes` concerned anything.
    used: [Vec<bool>; 2],
    /// By area: what it was made of.
    areas: BTreeMap<String, Vec<String>>,
}

impl<'a> Deriving<'a> {
    pub fn of(derive: &'a Derive) -> Self {
        let used = [&derive.reads, &derive.writes].map(|selections| vec![false; selections.len()]);
        Self { derive, used, areas: BTreeMap::new() }
    }

    /// What an operation needs then. `path` is its template with the base path; `owner` tells where it names the owner of a level.
    ///
    /// # Errors
    /// Where the area makes no scope.
    pub fn apply(
        &mut self,
        described: &Described<'_>,
        path: &str,
        method: &Method,
        access: Access,
        owner: impl Fn(Level) -> Vec<OwnerParameter>,
        report: &mut Report,
    ) -> Result<Access, (&'static str, String)> {
        let mut alternatives = match access {
            Access::Public => return Ok(Access::Public),
            Access::AnyOf(alternatives) => alternatives,
            Access::Authenticated => [Level::Agency, Level::SubAccount]
                .map(|level| Alternative { level, scopes: ScopeSet::default(), owner: owner(level).into() })
                .into(),
        };
        let is_concerned =
            |alternative: &&mut Alternative| self.derive.when == When::Always || alternative.scopes.is_empty();
        let mut concerned = alternatives.iter_mut().filter(is_concerned).peekable();
        if concerned.peek().is_none() {
            return Ok(Access::AnyOf(alternatives));
        }
        let scope = self.scope(described, path, method, report)?;
        for alternative in concerned {
            alternative.scopes.extend([scope.clone()]);
        }
        sort_and_dedup(&mut alternatives);
        Ok(Access::AnyOf(alternatives))
    }

    /// The scope of an operation. `path` is its template with the base path.
    ///
    /// # Errors
    /// The setting with which the area makes no scope, and what it makes.
    pub fn scope(
        &mut self,
        described: &Described<'_>,
        path: &str,
        method: &Method,
        report: &mut Report,
    ) -> Result<Scope, (&'static str, String)> {
        let area = area::of(described, path, self.derive.by);
        let candidate = Candidate::of(*described, path, method.as_str());
        let reads = reads(self.derive, &mut self.used, candidate, described, method);
        let (field, template) =
            if reads { ("scopes.derive.read", &self.derive.read) } else { ("scopes.derive.write", &self.derive.write) };
        let scope = template.fill(&area.name).map_err(|error| (field, error))?;
        if reads && !method.is_safe() {
            let message = format!("counts as reading, and needs {}", scope.as_str());
            report.reading_by_name.push(described.finding(&message));
        }
        let sources = self.areas.entry(area.name).or_default();
        if !sources.contains(&area.source) {
            sources.push(area.source);
        }
        Ok(scope)
    }

    /// Reports the areas that different names share, and what the settings list in vain.
    pub fn report(&self, report: &mut Report) {
        for (area, sources) in &self.areas {
            let mut sources: Vec<&str> = sources.iter().map(String::as_str).collect();
            crate::order::sort(&mut sources);
            if area::are_told_apart(&sources) {
                let message = format!("{} share the scopes of {area}", sources.join(", "));
                report.shared_areas.push(Finding::new("", "", "", &message));
            }
        }
        for (field, used) in ["reads", "writes"].into_iter().zip(&self.used) {
            for (place, _) in used.iter().enumerate().filter(|(_, used)| !**used) {
                let at = format!("scopes.derive.{field}[{place}]");
                report.errors.push(Finding::of_settings(&at, "it matches no operation"));
            }
        }
    }
}

/// Whether an operation only reads: by the settings, else by its method, else by its name.
fn reads(
    derive: &Derive,
    used: &mut [Vec<bool>; 2],
    candidate: Candidate<'_>,
    described: &Described<'_>,
    method: &Method,
) -> bool {
    let mut named = |which: usize, selections: &[Selection]| {
        let mut found = false;
        for (place, _) in selections.iter().enumerate().filter(|(_, selection)| selection.is_of(candidate)) {
            found = true;
            if let Some(used) = used.get_mut(which).and_then(|used| used.get_mut(place)) {
                *used = true;
            }
        }
        found
    };
    let (reads, writes) = (named(0, &derive.reads), named(1, &derive.writes));
    !writes && (reads || method.is_safe() || (*method == Method::Post && reading::only_reads(described.operation)))
}

crate::json::json_words!(By { Tag = "tag", Path = "path" });

crate::json::json_words!(When { None = "none", Always = "always" });

crate::json_object!(ScopeSettings { derive: given });

impl FromJson for ScopeTemplate {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        text(value, Self::parse)
    }
}

impl FromJson for Derive {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        let mut fields = Object::of(value, &["by", "read", "write", "when", "reads", "writes"])?;
        Ok(Self {
            by: fields.required("by")?,
            read: fields.given("read")?.unwrap_or_else(ScopeTemplate::read),
            write: fields.given("write")?.unwrap_or_else(ScopeTemplate::write),
            when: fields.given("when")?.unwrap_or_default(),
            reads: fields.given("reads")?.unwrap_or_default(),
            writes: fields.given("writes")?.unwrap_or_default(),
        })
    }
}

/// The scopes where the settings give no other.
const READ: &str = "{area}.readonly";
const WRITE: &str = "{area}.write";
