//! OpenAPI's `security`: alternatives (OR) of requirements that must all hold (AND).

use super::document::Security;
use super::settings::{ScopesMean, Settings, WithoutScopes, WithoutSecurity};
use crate::json::Map;
use crate::order::sort_and_dedup;
use crate::policy::{Access, Alternative, EventAccess, OwnerParameter};
use crate::record::Level;
use crate::scope::{Scope, ScopeSet};

/// How many faults are told of one list, which thousands of operations can share.
const MAX_FAULTS: usize = 8;

/// What a list of requirements comes to for private integrations, whatever operation it belongs to.
pub(super) struct Ways {
    /// The level and the scopes of each alternative that they can satisfy.
    ways: Vec<(Level, ScopeSet)>,
    /// Whether there are no requirements: anyone may call.
    is_public: bool,
    /// Whether one of them asks for nothing (`{}`).
    pub lets_anyone_in: bool,
    /// What in the list cannot be used, as far as it is told.
    pub errors: Vec<String>,
    /// What keeps private integrations from each of the requirements.
    pub obstacles: String,
}

/// Who may use an operation.
pub(super) struct Compiled {
    pub access: Access,
    /// How many scopes, owners and alternatives it took.
    pub needs: usize,
}

impl Ways {
    /// Of a list of requirements.
    pub fn of(requirements: &Security, settings: &Settings) -> Self {
        let (mut ways, mut errors, mut obstacles) = (Vec::new(), Vec::new(), Vec::new());
        for requirement in requirements {
            match way(requirement, settings) {
                Ok(found) if found.is_empty() => obstacles.push(obstacle(requirement, settings)),
                Ok(found) => ways.extend(found),
                Err(error) => {
                    obstacles.push("its scopes cannot be used".to_owned());
                    if errors.len() < MAX_FAULTS {
                        errors.push(error);
                    }
                }
            }
        }
        sort_and_dedup(&mut obstacles);
        Self {
            ways,
            is_public: requirements.is_empty(),
            lets_anyone_in: requirements.iter().any(Map::is_empty),
            errors,
            obstacles: if requirements.is_empty() { EMPTY.to_owned() } else { obstacles.join("; ") },
        }
    }

    /// What an integration must be allowed to hear of an event with this security. What lets anyone in lets nobody hear of it.
    /// `extra` is what they need beside its scopes.
    pub fn hearing(&self, extra: &ScopeSet, settings: &Settings) -> Vec<EventAccess> {
        let mut ways: Vec<_> = self.with(extra, settings).collect();
        sort_and_dedup(&mut ways);
        let hears = |scopes: &ScopeSet| settings.without_scopes == WithoutScopes::Allow || !scopes.is_empty();
        let open = ways.into_iter().filter(|(_, scopes)| hears(scopes));
        open.map(|(level, scopes)| EventAccess { level, scopes }).collect()
    }

    /// The level and the scopes of each alternative, with what is needed beside them.
    fn with(&self, extra: &ScopeSet, settings: &Settings) -> impl Iterator<Item = (Level, ScopeSet)> {
        let extra = in_ways(extra, settings.scope_extension_means);
        self.ways.iter().flat_map(move |(level, needed)| {
            let with = |scopes: &ScopeSet| scopes.iter().chain(needed.iter()).cloned().collect();
            extra.iter().map(|scopes| (*level, with(scopes))).collect::<Vec<_>>()
        })
    }

    /// Why an event with this security is heard by nobody.
    pub fn closed_to_events(&self) -> &str {
        if self.is_public {
            "its security is empty, which says of no integration that it may"
        } else if self.ways.is_empty() {
            &self.obstacles
        } else {
            "it needs no scope, and without_scopes in the settings is deny"
        }
    }
}

/// Compiles one operation's security; `owner` tells where the operation names the owner of a level, `extra` is what it needs
/// beside its security's scopes.
pub(super) fn compile(
    ways: Option<&Ways>,
    extra: &ScopeSet,
    settings: &Settings,
    owner: impl Fn(Level) -> Vec<OwnerParameter>,
) -> Compiled {
    let access = match ways {
        None => settings.without_security.access(),
        Some(Ways { is_public: true, .. }) => settings.empty_security.unwrap_or(WithoutSecurity::Public).access(),
        Some(ways) => {
            let ways = ways.with(extra, settings);
            let mut alternatives: Vec<_> =
                ways.map(|(level, scopes)| Alternative { level, scopes, owner: owner(level).into() }).collect();
            sort_and_dedup(&mut alternatives);
            Access::AnyOf(alternatives)
        }
    };
    let needs = |needs: usize, way: &Alternative| {
        [way.scopes.iter().count(), way.owner.len(), 1].into_iter().fold(needs, usize::saturating_add)
    };
    let needs = access.alternatives().iter().fold(0, needs);
    Compiled { access, needs }
}

/// What closes an operation whose list of requirements is empty.
const EMPTY: &str = "its security is empty, and empty_security in the settings is deny";

impl WithoutSecurity {
    fn access(self) -> Access {
        match self {
            Self::Deny => Access::AnyOf(Vec::new()),
            Self::Authenticated => Access::Authenticated,
            Self::Public => Access::Public,
        }
    }
}

/// Closes what needs no scope, where the settings say so; what is public stays open. Tells whether it closed anything.
pub(super) fn without_scopes(access: Access, setting: WithoutScopes) -> (Access, bool) {
    match (access, setting) {
        (Access::AnyOf(mut alternatives), WithoutScopes::Deny) => {
            let before = alternatives.len();
            alternatives.retain(|alternative| !alternative.scopes.is_empty());
            let closed = alternatives.len() < before;
            (Access::AnyOf(alternatives), closed)
        }
        (Access::Authenticated, WithoutScopes::Deny) => (Access::AnyOf(Vec::new()), true),
        (access, _) => (access, false),
    }
}

/// None where a private integration cannot satisfy the requirement: a scheme that it may not use, one that is not
/// mapped, two levels at once, or the empty requirement (`{}`, "optional"), which is not the same as `security: []`.
fn way(requirement: &Map<Vec<String>>, settings: &Settings) -> Result<Vec<(Level, ScopeSet)>, String> {
    let mut levels = Vec::new();
    let mut ways = vec![ScopeSet::default()];
    for (name, needed) in requirement.iter() {
        let scheme = match settings.schemes.get(name) {
            Some(scheme) if scheme.private_integrations => scheme,
            _ => return Ok(Vec::new()),
        };
        levels.push(scheme.level);
        let needed: ScopeSet = needed.iter().map(|scope| parse(scope)).collect::<Result<_, _>>()?;
        let choices = in_ways(&needed, scheme.scopes_mean);
        if ways.len().saturating_mul(choices.len()) > MAX_WAYS {
            return Err(format!("its scopes can be chosen in over {MAX_WAYS} ways"));
        }
        let each = ways.iter().flat_map(|way| {
            choices.iter().map(|choice| {
                let mut scopes = way.clone();
                scopes.extend(choice.iter().cloned());
                scopes
            })
        });
        ways = each.collect();
    }
    levels.dedup();
    match levels.as_slice() {
        [level] => Ok(ways.into_iter().map(|scopes| (*level, scopes)).collect()),
        _ => Ok(Vec::new()),
    }
}

/// The sets of scopes of which one is needed: all of them as one, or each for itself.
fn in_ways(scopes: &ScopeSet, mean: ScopesMean) -> Vec<ScopeSet> {
    match mean {
        ScopesMean::Any if !scopes.is_empty() => {
            scopes.iter().map(|scope| std::iter::once(scope.clone()).collect()).collect()
        }
        _ => vec![scopes.clone()],
    }
}

/// How many alternatives one requirement can come to.
const MAX_WAYS: usize = 100;

fn obstacle(requirement: &Map<Vec<String>>, settings: &Settings) -> String {
    let obstacles = requirement.keys().filter_map(|name| match settings.schemes.get(name) {
        None => Some(format!("{name} is not in the settings")),
        Some(scheme) if !scheme.private_integrations => Some(format!("{name} is not for private integrations")),
        Some(_) => None,
    });
    match (obstacles.collect::<Vec<_>>(), requirement.is_empty()) {
        (_, true) => "{} asks for nothing, which is not the same as security: []".to_owned(),
        (none, false) if none.is_empty() => "an alternative asks for both levels at once".to_owned(),
        (obstacles, false) => obstacles.join(", "),
    }
}

/// The scopes that an operation lists in the extension that the settings name; `extension` tells what one of its extensions lists.
pub(super) fn extension_scopes<'a>(
    extension: impl Fn(&str) -> Option<Option<&'a [String]>>,
    settings: &Settings,
) -> Result<ScopeSet, String> {
    let Some(name) = &settings.scope_extension else { return Ok(ScopeSet::default()) };
    let Some(value) = extension(name) else { return Ok(ScopeSet::default()) };
    let listed = value.ok_or_else(|| format!("{name} must be a list of scopes"))?;
    listed.iter().map(|scope| parse(scope)).collect()
}

fn parse(scope: &str) -> Result<Scope, String> {
    Scope::parse(scope).map_err(|error| format!("{scope:?}: {error}"))
}
