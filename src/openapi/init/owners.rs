//! Which parameters look as if they named the owner of what an operation is about.

use std::collections::{BTreeMap, BTreeSet};

use super::super::derive::words;
use super::super::document::{Body, Document};
use super::super::settings::Settings;
use super::{Choosing, operations};
use crate::policy::{OwnerName, OwnerNames, Place};
use crate::record::Level;

/// What customers of an API are called where a program serves many of them.
const OWNERS: [&str; 17] = [
    "account",
    "accounts",
    "subaccount",
    "location",
    "tenant",
    "workspace",
    "organization",
    "organisation",
    "org",
    "company",
    "agency",
    "merchant",
    "store",
    "shop",
    "site",
    "business",
    "team",
];
/// Of these, what names the organisation above them, where there are both.
const AGENCIES: [&str; 4] = ["agency", "company", "organization", "organisation"];
/// What nothing but an owner is called.
const PLAIN: [&str; 4] = ["location", "subaccount", "tenant", "workspace"];
/// How many parameters are asked about.
const MAX_ASKED: usize = 8;

/// Chooses the parameters that name owners.
pub(super) fn choose(documents: &[Document], settings: &Settings, choosing: &mut Choosing<'_>) -> OwnerNames {
    let mut owners = OwnerNames::default();
    let all = operations(documents).count();
    let mut found: Vec<(usize, &str)> = counted(documents).into_iter().map(|(name, count)| (count, name)).collect();
    found.sort_by(|(one, name), (other, next)| other.cmp(one).then_with(|| name.cmp(next)));
    let in_bodies = in_bodies(documents);
    let has_agency = settings.schemes.values().any(|scheme| scheme.level == Level::Agency);
    let is_agency = |name: &str| words(name).iter().any(|word| AGENCIES.contains(&word.as_str()));
    let has_both = found.iter().any(|(_, name)| is_agency(name)) && found.iter().any(|(_, name)| !is_agency(name));
    for (count, name) in found.into_iter().take(MAX_ASKED) {
        let is_plain = words(name).iter().any(|word| PLAIN.contains(&word.as_str()));
        // Three of ten, or one of twenty where the word leaves no doubt.
        let is_common = count.saturating_mul(10) >= all.saturating_mul(3);
        let is_sure = is_plain && count.saturating_mul(20) >= all;
        let suggested = match () {
            () if has_agency && has_both && is_agency(name) => 1,
            () if is_common || is_sure => 0,
            () => 2,
        };
        let why = format!("{count} of {all} operations have it");
        let options = ["the sub-account: an integration passes only for its own", "the agency", "no owner"];
        let question = format!("What does the parameter {name} name?");
        let place = choosing.choose(&format!("owner_parameters.{name}"), question, why, &options, suggested);
        let owner = OwnerName { name: name.to_owned(), when: None, body: in_bodies.contains(name) };
        match place {
            0 => owners.sub_account.push(owner),
            1 => owners.agency.push(owner),
            _ => {}
        }
    }
    if owners == OwnerNames::default() {
        let why = "no parameter names an owner for certain: the API itself must check whose data is asked for";
        choosing.tell("owner_parameters", why.to_owned());
    }
    owners
}

/// How many operations have each parameter that is called like an owner.
fn counted(documents: &[Document]) -> BTreeMap<&str, usize> {
    let mut counted: BTreeMap<&str, usize> = BTreeMap::new();
    for described in operations(documents) {
        let path = described.operation.path.as_str();
        let in_path = path.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name);
        let elsewhere = described.operation.parameters.iter().filter(|parameter| parameter.place != Place::Path);
        let elsewhere = elsewhere.map(|parameter| parameter.name.as_str());
        let names: BTreeSet<&str> = in_path.chain(elsewhere).filter(|name| is_owner(name)).collect();
        for name in names {
            let count = counted.entry(name).or_default();
            *count = count.saturating_add(1);
        }
    }
    counted
}

/// `locationId`, `account_sid`, `X-Tenant-ID`, `org`; not `accountType`.
fn is_owner(name: &str) -> bool {
    let words = words(name);
    let mut words: Vec<&str> = words.iter().map(String::as_str).filter(|word| *word != "x" && *word != "sub").collect();
    let is_id = words.pop_if(|last| ["id", "sid", "uid", "uuid", "key", "slug"].contains(last)).is_some();
    match words.as_slice() {
        [one] => OWNERS.contains(one) && (is_id || ["tenant", "org", "workspace", "organization"].contains(one)),
        _ => false,
    }
}

/// The properties of bodies.
fn in_bodies(documents: &[Document]) -> BTreeSet<&str> {
    let sets = documents.iter().flat_map(|document| {
        let forms = document.bodies().iter().flat_map(|Body(forms)| forms);
        forms.filter_map(|form| document.properties().get(form.properties))
    });
    sets.flat_map(|set| &set.names).map(String::as_str).collect()
}
