//! Where an operation names its owner, and where it seems to without being declared so.

use super::document::Described;
use super::settings::Settings;
use crate::core::policy::{OwnerName, OwnerParameter, Place, Template};
use crate::core::record::Level;
use crate::core::request::Skeleton;

/// The places in which an operation names an owner of `level`.
pub(super) fn parameters(
    described: &Described<'_>,
    path: &Template,
    settings: &Settings,
    level: Level,
) -> Vec<OwnerParameter> {
    let names = settings.owner_parameters.of(level);
    let mut found = places(described, path);
    found.retain(|parameter| names.iter().any(|owner| binds(owner, parameter)));
    found.sort();
    found.dedup();
    found
}

/// What looks like an owner's parameter of either level and binds none.
pub(super) fn look_alikes(described: &Described<'_>, path: &Template, settings: &Settings) -> Vec<String> {
    let names = || settings.owner_parameters.agency.iter().chain(&settings.owner_parameters.sub_account);
    let mut found = Vec::new();
    for parameter in places(described, path) {
        let alike = names().find(|owner| Skeleton::of(&owner.name).may_be(&parameter.name));
        if let Some(owner) = alike.filter(|_| !names().any(|owner| binds(owner, &parameter))) {
            let OwnerParameter { name, place } = &parameter;
            let owner = &owner.name;
            found.push(format!("{name} ({place}) looks like the owner's {owner}, and is not declared to name one"));
        }
    }
    found.sort();
    found.dedup();
    found
}

fn binds(owner: &OwnerName, parameter: &OwnerParameter) -> bool {
    match parameter.place {
        // Names of header fields are case-insensitive (RFC 9110 section 5.1); all others are not.
        Place::Header => owner.name.eq_ignore_ascii_case(&parameter.name),
        Place::Body => owner.body && owner.name == parameter.name,
        Place::Path | Place::Query => owner.name == parameter.name,
    }
}

/// All parameters and body properties that could name an owner. Cookies never do.
fn places(described: &Described<'_>, path: &Template) -> Vec<OwnerParameter> {
    let in_path = path.parameters().map(|name| (name, Place::Path));
    let declared = described.parameters().filter_map(|parameter| match parameter.place.as_str() {
        "query" => Some((parameter.name.as_str(), Place::Query)),
        "header" => Some((parameter.name.as_str(), Place::Header)),
        _ => None,
    });
    let in_body = described.body_properties().into_iter().map(|name| (name, Place::Body));
    let all = in_path.chain(declared).chain(in_body);
    all.map(|(name, place)| OwnerParameter { name: name.to_owned(), place }).collect()
}
