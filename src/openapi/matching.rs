//! What rules set at the operations that they match.

use super::rule::{Change, Set};
use super::selection::Candidate;
use super::settings::Settings;
use super::{Draft, Finding, MAX_NEEDS, Report};
use crate::order::sort_and_dedup;
use crate::policy::{Access, Alternative, Operation, OwnerParameter, OwnerPlaces, Place};
use crate::record::Level;
use crate::scope::ScopeSet;

/// Applies one rule, `place` being its place among the rules.
pub(super) fn apply(change: &Change, place: usize, settings: &Settings, drafts: &mut [Draft<'_>], report: &mut Report) {
    let Change { selection, set } = change;
    let (mut matched, mut changed, mut needs) = (false, false, 0_usize);
    for draft in drafts {
        let path = draft.operation.path.to_string();
        if !selection.is_of(Candidate::with_tags(&draft.operation, &path, draft.tags())) {
            continue;
        }
        matched = true;
        needs = needs.saturating_add(set.needs());
        if needs > MAX_NEEDS {
            let what = format!("it sets more than {MAX_NEEDS} scopes, owners and alternatives");
            return report.errors.push(Finding::of_settings(&format!("rules[{place}].set"), &what));
        }
        if set.concerns(&draft.operation) {
            changed = true;
            report.errors.extend(set.apply(draft, settings));
        }
    }
    let at = format!("rules[{place}]");
    if !matched {
        report.errors.push(Finding::of_settings(&format!("{at}.match"), "it matches no operation"));
    } else if !changed {
        let what = "nothing is open to private integrations in what it matches; level or access opens it";
        report.errors.push(Finding::of_settings(&format!("{at}.set"), what));
    }
}

impl Set {
    /// How many scopes, owners and alternatives it gives an operation.
    fn needs(&self) -> usize {
        let of = |alternative: &Alternative| alternative.scopes.len().saturating_add(alternative.owner.len());
        let alternatives = self.access.as_ref().map_or(&[][..], Access::alternatives);
        let in_access = alternatives.iter().map(of).fold(alternatives.len(), usize::saturating_add);
        // Of both levels.
        let scopes = self.scopes.as_ref().map_or(0, ScopeSet::len).saturating_mul(2);
        in_access.saturating_add(scopes).saturating_add(2)
    }

    /// Whether an operation can become another by it.
    fn concerns(&self, operation: &Operation) -> bool {
        let is_closed = matches!(&operation.access, Access::AnyOf(alternatives) if alternatives.is_empty());
        !is_closed || self.access.is_some() || self.level.is_some()
    }

    /// Whether it says what an operation needs, so that `without_scopes` has no say in it.
    fn decides(&self) -> bool {
        self.scopes.is_some() || self.access.is_some()
    }

    fn apply(&self, draft: &mut Draft<'_>, settings: &Settings) -> Vec<Finding> {
        draft.is_decided |= self.decides();
        draft.is_set = true;
        let before = &draft.operation.access;
        let access = match &self.access {
            Some(access) => access.clone(),
            None if self.level.is_some() || self.scopes.is_some() => Access::AnyOf(self.alternatives(before)),
            None => before.clone(),
        };
        let owner = self.owner.clone().unwrap_or_default();
        let faults = unbound(&Operation { owner, access: access.clone(), ..draft.operation.clone() }, settings);
        if access != *before || self.owner.is_some() {
            // The access before may be all that says where the owner is.
            let told = draft.owners();
            draft.operation.access = access;
            self.bind(&mut draft.operation, &told, settings);
        }
        faults
    }

    /// The alternatives with other levels and scopes. Their owners' places are still those of other levels.
    fn alternatives(&self, access: &Access) -> Vec<Alternative> {
        let every = |level: Level| Alternative { level, scopes: ScopeSet::default(), owner: OwnerPlaces::default() };
        let present = match (access, self.level) {
            (Access::AnyOf(alternatives), Some(level)) if alternatives.is_empty() => vec![every(level)],
            (Access::AnyOf(alternatives), _) => alternatives.clone(),
            (Access::Public | Access::Authenticated, Some(level)) => vec![every(level)],
            (Access::Public | Access::Authenticated, None) => vec![every(Level::Agency), every(Level::SubAccount)],
        };
        let mut alternatives: Vec<Alternative> = present
            .into_iter()
            .map(|alternative| Alternative {
                level: self.level.unwrap_or(alternative.level),
                scopes: self.scopes.clone().unwrap_or(alternative.scopes),
                owner: alternative.owner,
            })
            .collect();
        sort_and_dedup(&mut alternatives);
        alternatives
    }

    /// Gives the operation the places of its owner: those of the rule, else those that the document, or the rule that stands for it,
    /// and the settings have (`told`).
    fn bind(&self, operation: &mut Operation, told: &[OwnerParameter], settings: &Settings) {
        let of = |level: Level, own: &OwnerPlaces| match (&self.owner, own) {
            (Some(OwnerPlaces::Unchecked), _) => OwnerPlaces::Unchecked,
            (Some(listed), _) => of_level(listed.iter(), settings, level).into(),
            (None, OwnerPlaces::Unchecked) => OwnerPlaces::Unchecked,
            // An alternative of `set.access` that lists places.
            (None, own) if self.access.is_some() && !own.is_unlisted() => own.clone(),
            (None, _) => of_level(told.iter(), settings, level).into(),
        };
        match &mut operation.access {
            Access::AnyOf(alternatives) => {
                for alternative in alternatives.iter_mut() {
                    alternative.owner = of(alternative.level, &alternative.owner);
                }
                sort_and_dedup(alternatives);
                operation.owner = OwnerPlaces::default();
            }
            Access::Public | Access::Authenticated => {
                operation.owner = match (of(Level::Agency, &operation.owner), of(Level::SubAccount, &operation.owner)) {
                    (OwnerPlaces::Listed(mut agency), OwnerPlaces::Listed(sub_account)) => {
                        agency.extend(sub_account);
                        sort_and_dedup(&mut agency);
                        agency.into()
                    }
                    _ => OwnerPlaces::Unchecked,
                };
            }
        }
    }
}

/// Those of some places that name an owner of this level.
pub(super) fn of_level<'a>(
    places: impl Iterator<Item = &'a OwnerParameter>,
    settings: &Settings,
    level: Level,
) -> Vec<OwnerParameter> {
    let names = settings.owner_parameters.of(level);
    let mut found: Vec<_> = places.filter(|place| names.iter().any(|name| name.binds(place))).cloned().collect();
    sort_and_dedup(&mut found);
    found
}

/// The places in which a rule would look for the owner in vain: nothing could ever pass it.
pub(super) fn unbound(rule: &Operation, settings: &Settings) -> Vec<Finding> {
    let of_alternatives = rule
        .access
        .alternatives()
        .iter()
        .flat_map(|alternative| alternative.owner.iter().map(|parameter| (parameter, vec![alternative.level])));
    let listed = rule.owner.iter().map(|parameter| (parameter, vec![Level::Agency, Level::SubAccount]));
    let mut found = Vec::new();
    for (parameter, levels) in of_alternatives.chain(listed) {
        let in_template = rule.path.parameters().any(|name| name == parameter.name);
        let mut names = levels.iter().flat_map(|level| settings.owner_parameters.of(*level));
        let declared = names.any(|name| name.binds(parameter));
        if !declared || (parameter.place == Place::Path && !in_template) {
            let message = format!("{} ({}) names no owner by the settings", parameter.name, parameter.place);
            found.push(Finding::of(rule, &message));
        }
    }
    found
}
