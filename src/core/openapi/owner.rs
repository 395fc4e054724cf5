//! Where an operation names its owner, and where it seems to without being declared so.

use super::document::Described;
use super::settings::Settings;
use crate::core::policy::{Access, OwnerName, OwnerParameter, Place, Template};
use crate::core::record::Level;
use crate::core::request::{may_be, sort_and_dedup};

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
    sort_and_dedup(&mut found);
    found
}

/// What looks like the id of an owner to whose integrations the operation is open, and is compared with none.
pub(super) fn look_alikes(
    described: &Described<'_>,
    path: &Template,
    settings: &Settings,
    access: &Access,
) -> Vec<String> {
    let mut levels =
        [Level::Agency, Level::SubAccount].into_iter().filter(|level| access.is_open_to(*level)).peekable();
    if levels.peek().is_none() || *access == Access::Public {
        return Vec::new();
    }
    let names: Vec<_> = levels.flat_map(|level| settings.owner_parameters.of(level)).collect();
    let mut found = Vec::new();
    for parameter in places(described, path) {
        if names.iter().any(|owner| binds(owner, &parameter)) {
            continue;
        }
        let alike = names.iter().find(|owner| may_be(&parameter.name, &owner.name));
        found.extend(alike.map(|owner| look_alike(&parameter, owner)));
    }
    sort_and_dedup(&mut found);
    found
}

fn look_alike(OwnerParameter { name, place }: &OwnerParameter, owner: &OwnerName) -> String {
    if *place == Place::Body && *name == owner.name {
        return format!("{name} in the body is not compared; set \"body\": true for {name} if it names the owner");
    }
    format!("{name} ({place}) is not compared; add {name} if it names the owner, as {} does", owner.name)
}

/// Whether the settings' `owner` is what this parameter names.
pub(super) fn binds(owner: &OwnerName, parameter: &OwnerParameter) -> bool {
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
