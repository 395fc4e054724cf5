//! OpenAPI's `security`: alternatives (OR) of requirements that must all hold (AND).

use std::collections::BTreeSet;

use super::document::{Described, TOO_LARGE};
use super::settings::{Settings, WithoutSecurity};
use crate::core::policy::{Access, Alternative, OwnerParameter};
use crate::core::record::Level;
use crate::core::request::{Map, sort_and_dedup};
use crate::core::scope::{Scope, ScopeSet};

/// Who may use an operation, and what in its description cannot be.
pub(super) struct Compiled {
    pub access: Access,
    pub errors: Vec<String>,
}

/// Compiles one operation's security; `owner` tells where the operation names the owner of a level.
pub(super) fn compile(
    described: &Described<'_>,
    settings: &Settings,
    owner: impl Fn(Level) -> Vec<OwnerParameter>,
) -> Compiled {
    let in_body = if settings.owner_parameters.any_in_body() { described.dangling_in_body() } else { BTreeSet::new() };
    let dangling = described.dangling().chain(in_body);
    let mut errors: Vec<String> = dangling.map(unreadable).collect();
    let extra = extension_scopes(described, settings).unwrap_or_else(|error| {
        errors.push(error);
        ScopeSet::default()
    });
    let access = match described.security() {
        None => match settings.without_security {
            WithoutSecurity::Deny => Access::AnyOf(Vec::new()),
            WithoutSecurity::Authenticated => Access::Authenticated,
            WithoutSecurity::Public => Access::Public,
        },
        Some(requirements) if requirements.is_empty() => Access::Public,
        Some(requirements) => {
            let mut alternatives = Vec::new();
            for requirement in requirements {
                match alternative(requirement, &extra, settings, &owner) {
                    Ok(found) => alternatives.extend(found),
                    Err(error) => errors.push(error),
                }
            }
            sort_and_dedup(&mut alternatives);
            Access::AnyOf(alternatives)
        }
    };
    if !extra.is_empty() && !matches!(access, Access::AnyOf(_)) {
        errors.push(format!("it lists scopes ({extra}), and has no security that they could belong to"));
    }
    Compiled { access, errors }
}

/// What an operation's description leaves open.
fn unreadable(reference: &str) -> String {
    if reference == TOO_LARGE {
        return "its body has so many schemas (over 4096) or properties (over 1000) that the owner's id may be missed"
            .to_owned();
    }
    format!("{reference} leads nowhere in this document")
}

/// `None` where a private integration cannot satisfy the requirement: a scheme that it may not use, one that is not
/// mapped, two levels at once, or the empty requirement (`{}`, "optional"), which is not the same as `security: []`.
fn alternative(
    requirement: &Map<Vec<String>>,
    extra: &ScopeSet,
    settings: &Settings,
    owner: impl Fn(Level) -> Vec<OwnerParameter>,
) -> Result<Option<Alternative>, String> {
    let mut levels = Vec::new();
    let mut scopes = extra.clone();
    for (name, needed) in requirement.iter() {
        match settings.schemes.get(name) {
            Some(scheme) if scheme.private_integrations => levels.push(scheme.level),
            _ => return Ok(None),
        }
        scopes.extend(needed.iter().map(|scope| parse(scope)).collect::<Result<Vec<_>, _>>()?);
    }
    levels.dedup();
    match levels.as_slice() {
        [level] => Ok(Some(Alternative { level: *level, scopes, owner: owner(*level) })),
        _ => Ok(None),
    }
}

/// What keeps private integrations from each of the requirements, none of which they can satisfy.
pub(super) fn why_closed(requirements: &[Map<Vec<String>>], settings: &Settings) -> String {
    let mut reasons: Vec<String> = requirements.iter().map(|requirement| obstacle(requirement, settings)).collect();
    sort_and_dedup(&mut reasons);
    reasons.join("; ")
}

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

/// The scopes that the operation lists in the extension that the settings name.
fn extension_scopes(described: &Described<'_>, settings: &Settings) -> Result<ScopeSet, String> {
    let Some(name) = &settings.scope_extension else { return Ok(ScopeSet::default()) };
    let Some(value) = described.extension(name) else { return Ok(ScopeSet::default()) };
    let not_a_list = || format!("{name} must be a list of scopes");
    let items = value.items().ok_or_else(not_a_list)?;
    let listed: Option<Vec<&str>> = items.iter().map(|item| item.text()).collect();
    listed.ok_or_else(not_a_list)?.into_iter().map(parse).collect()
}

fn parse(scope: &str) -> Result<Scope, String> {
    Scope::parse(scope).map_err(|error| format!("{scope:?}: {error}"))
}
