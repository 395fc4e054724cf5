//! OpenAPI's `security`: alternatives (OR) of requirements that must all hold (AND).

use std::collections::BTreeMap;

use super::document::Described;
use super::settings::{Settings, WithoutSecurity};
use crate::core::policy::{Access, Alternative, OwnerParameter};
use crate::core::record::Level;
use crate::core::scope::{Scope, ScopeSet};

/// No alternative: nobody may.
pub(super) const NOBODY: Access = Access::AnyOf(Vec::new());

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
    let mut errors: Vec<String> =
        described.dangling().map(|reference| format!("{reference} leads nowhere in this document")).collect();
    let access = match described.security() {
        None => match settings.without_security {
            WithoutSecurity::Deny => NOBODY,
            WithoutSecurity::Authenticated => Access::Authenticated,
            WithoutSecurity::Public => Access::Public,
        },
        Some(requirements) if requirements.is_empty() => Access::Public,
        Some(requirements) => {
            let mut alternatives = Vec::new();
            for requirement in requirements {
                match alternative(requirement, settings, &owner) {
                    Ok(found) => alternatives.extend(found),
                    Err(error) => errors.push(error),
                }
            }
            alternatives.sort();
            alternatives.dedup();
            Access::AnyOf(alternatives)
        }
    };
    Compiled { access, errors }
}

/// `None` where a private integration cannot satisfy the requirement: a scheme that it may not use, one that is not
/// mapped, two levels at once, or the empty requirement (`{}`, "optional"), which is not the same as `security: []`.
fn alternative(
    requirement: &BTreeMap<String, Vec<String>>,
    settings: &Settings,
    owner: impl Fn(Level) -> Vec<OwnerParameter>,
) -> Result<Option<Alternative>, String> {
    let mut levels = Vec::new();
    let mut scopes = ScopeSet::default();
    for (name, needed) in requirement {
        match settings.schemes.get(name) {
            Some(scheme) if scheme.private_integrations => levels.push(scheme.level),
            _ => return Ok(None),
        }
        for scope in needed {
            scopes.extend([Scope::parse(scope).map_err(|error| format!("{scope:?}: {error}"))?]);
        }
    }
    levels.dedup();
    match levels.as_slice() {
        [level] => Ok(Some(Alternative { level: *level, scopes, owner: owner(*level) })),
        _ => Ok(None),
    }
}
