//! Where an operation names its owner, and where it seems to without being declared so.

use super::document::{Body, Described, Document, Form, NOT_FOLLOWED, Properties};
use super::settings::Settings;
use crate::order::{sort_and_dedup, sorted};
use crate::policy::{Access, Operation, OwnerName, OwnerParameter, Place, Template};
use crate::record::Level;
use crate::request::{Names, is_readable};

/// How many look-alikes are told of one set of properties: there can be a thousand spellings of a name.
const MAX_LOOK_ALIKES: usize = 8;
/// How many characters of media types are told of one body.
const MAX_TOLD: usize = 900;
/// How many faults are told of one body, which thousands of operations can share.
const MAX_FAULTS: usize = 8;

/// Where the operations of one document can name their owners: what can be told once for all of them.
pub(super) struct Places<'a> {
    settings: &'a Settings,
    /// The names of owners, by level.
    agency: Names<'a>,
    sub_account: Names<'a>,
    /// By body: the properties that name an owner, or seem to.
    properties: Vec<Vec<&'a str>>,
    /// By body: why its properties cannot all be told.
    faults: Vec<Vec<String>>,
    /// By body: the owners in it that the gate cannot read, and what is said of each.
    unread: Vec<Vec<(&'a str, String)>>,
}

impl<'a> Places<'a> {
    /// Of a document.
    pub fn of(document: &'a Document, settings: &'a Settings) -> Self {
        let of_level = |level| Names::of(settings.owner_parameters.of(level).iter().map(|owner| owner.name.as_str()));
        let names: Vec<&OwnerName> =
            settings.owner_parameters.agency.iter().chain(&settings.owner_parameters.sub_account).collect();
        let all = Names::of(names.iter().map(|owner| owner.name.as_str()));
        let sets: Vec<Vec<&str>> =
            document.properties().iter().map(|set| telling(set.names.iter().map(String::as_str), &all)).collect();
        let forms = |Body(forms): &'a Body| forms.iter().map(|form| form.properties);
        let properties = document
            .bodies()
            .iter()
            .map(|body| telling(sorted(forms(body).filter_map(|place| sets.get(place)).flatten().copied()), &all));
        let faults = document.bodies().iter().map(|body| {
            let sets = forms(body).filter_map(|place| document.properties().get(place));
            sorted(sets.flat_map(faults_of).take(MAX_FAULTS))
        });
        let in_body: Vec<&str> = names.iter().filter(|owner| owner.body).map(|owner| owner.name.as_str()).collect();
        let unread = document.bodies().iter().map(|body| unread(&sets, body, &in_body));
        let (agency, sub_account) = (of_level(Level::Agency), of_level(Level::SubAccount));
        Self {
            settings,
            agency,
            sub_account,
            properties: properties.collect(),
            faults: faults.collect(),
            unread: unread.collect(),
        }
    }

    /// Whether the settings name owners so.
    pub fn are(&self, name: &str) -> bool {
        self.agency.contains(name) || self.sub_account.contains(name)
    }

    /// Whether the settings name owners so, or in a way that looks like it.
    pub fn are_like(&self, name: &str) -> bool {
        self.agency.alike(name).is_some() || self.sub_account.alike(name).is_some()
    }

    /// What is said of the owners that the operation declares in its path, and whose place there is not known.
    pub fn lost(&self, described: &Described<'_>, path: &Template) -> Vec<String> {
        let of_path = described.operation.parameters.iter().filter(|parameter| parameter.place == Place::Path);
        let names = of_path.map(|parameter| &parameter.name).filter(|name| self.are(name) && !stands_in(path, name));
        let lost = names.map(|name| {
            format!("its parameter {name} is in the path, and {{{name}}} does not stand there: the owner would not be compared")
        });
        lost.collect()
    }

    /// The owners that an operation names in a body that the gate cannot read.
    pub fn unread(&self, described: &Described<'_>, operation: &Operation) -> impl Iterator<Item = &str> {
        let unread = described.body().and_then(|body| self.unread.get(body)).into_iter().flatten();
        let is_compared =
            |name: &str| operation.owner_parameters().any(|one| one.place == Place::Body && one.name == name);
        unread.filter(move |(name, _)| is_compared(name)).map(|(_, message)| message.as_str())
    }

    /// Whether a sub-account's owner is named nowhere but in a body that the gate cannot read.
    pub fn is_unread(&self, described: &Described<'_>, operation: &Operation) -> bool {
        let is_of_level = |parameter: &&OwnerParameter| {
            self.settings.owner_parameters.sub_account.iter().any(|owner| owner.binds(parameter))
        };
        let mut named = operation.owner_parameters().filter(is_of_level).peekable();
        named.peek().is_some()
            && named.all(|parameter| parameter.place == Place::Body)
            && !described.media_types().any(|media_type| is_readable(media_type) || is_readable_in_part(media_type))
    }

    /// What keeps an operation's body from being known, where the settings want to know it.
    pub fn faults(&self, described: &Described<'_>) -> &[String] {
        let faults = described.body().and_then(|body| self.faults.get(body)).map_or(&[][..], Vec::as_slice);
        if self.settings.owner_parameters.any_in_body() { faults } else { &[] }
    }

    /// The places in which an operation names an owner of `level`.
    pub fn parameters(&self, described: &Described<'_>, path: &Template, level: Level) -> Vec<OwnerParameter> {
        let names = self.settings.owner_parameters.of(level);
        let mut found = self.all(described, path);
        found.retain(|parameter| names.iter().any(|owner| owner.binds(parameter)));
        sort_and_dedup(&mut found);
        found
    }

    /// What looks like the id of an owner to whose integrations the operation is open, and is compared with none.
    pub fn look_alikes(&self, described: &Described<'_>, path: &Template, access: &Access) -> Vec<String> {
        let levels = [(Level::Agency, &self.agency), (Level::SubAccount, &self.sub_account)];
        let levels: Vec<_> = levels.into_iter().filter(|(level, _)| access.is_open_to(*level)).collect();
        if levels.is_empty() || *access == Access::Public {
            return Vec::new();
        }
        let owners = levels.iter().flat_map(|(level, _)| self.settings.owner_parameters.of(*level));
        let mut found = Vec::new();
        for parameter in self.all(described, path) {
            if owners.clone().any(|owner| owner.binds(&parameter)) {
                continue;
            }
            let alike = levels.iter().find_map(|(_, names)| names.alike(&parameter.name));
            found.extend(alike.map(|owner| look_alike(&parameter, owner)));
        }
        sort_and_dedup(&mut found);
        found
    }

    /// All parameters and body properties that could name an owner. Cookies never do.
    pub fn all(&self, described: &Described<'_>, path: &Template) -> Vec<OwnerParameter> {
        let in_body = described.body().and_then(|body| self.properties.get(body)).into_iter().flatten();
        let in_body = in_body.map(|name| OwnerParameter { name: (*name).to_owned(), place: Place::Body });
        // One that the template writes otherwise stands there by that name.
        let declared = described.operation.parameters.iter();
        let declared = declared.filter(|one| one.place != Place::Path || !stands_in(path, &one.name)).cloned();
        in_path(path).chain(in_body).chain(declared).collect()
    }
}

/// The parameters of a template, each of which could name an owner.
pub(super) fn in_path(path: &Template) -> impl Iterator<Item = OwnerParameter> {
    path.parameters().map(|name| OwnerParameter { name: name.to_owned(), place: Place::Path })
}

/// Whether a template has a parameter of this name, or of one that looks like it.
fn stands_in(path: &Template, name: &str) -> bool {
    let names = Names::of(std::iter::once(name));
    path.parameters().any(|parameter| names.alike(parameter).is_some())
}

/// What keeps the properties of a form from being known.
fn faults_of(set: &Properties) -> impl Iterator<Item = String> {
    let unresolved = set.unresolved.iter().map(|reference| match reference.split('#').next() {
        None | Some("") => format!("{reference} leads nowhere in this document"),
        Some(_) => format!("{reference} was not followed: {NOT_FOLLOWED}"),
    });
    unresolved.chain(set.incomplete.clone())
}

/// The owners that a body names in forms that the gate cannot read, and what is said of each.
fn unread<'a>(sets: &[Vec<&str>], Body(forms): &Body, owners: &[&'a str]) -> Vec<(&'a str, String)> {
    let mut found = Vec::new();
    for owner in owners {
        let names_it = |form: &&Form| sets.get(form.properties).is_some_and(|set| set.binary_search(owner).is_ok());
        let types = forms.iter().filter(names_it).flat_map(|form| &form.media_types);
        let types: Vec<&str> = types.map(String::as_str).filter(|name| !is_readable(name)).collect();
        let (ranges, types): (Vec<_>, Vec<_>) = types.into_iter().partition(|name| is_readable_in_part(name));
        if !types.is_empty() {
            found.push((*owner, format!("{owner} in {} is not compared", told(&types))));
        }
        if !ranges.is_empty() {
            let what = "is compared in JSON and application/x-www-form-urlencoded; any other body is refused";
            found.push((*owner, format!("{owner} in {} {what}", told(&ranges))));
        }
    }
    sort_and_dedup(&mut found);
    found
}

/// Whether it is a range of media types of which the gate reads some.
fn is_readable_in_part(media_type: &str) -> bool {
    let range = media_type.split(';').next().unwrap_or_default().trim();
    range == "*/*" || range.eq_ignore_ascii_case("application/*")
}

fn told(types: &[&str]) -> String {
    types.join(", ").chars().take(MAX_TOLD).collect()
}

/// The properties that have the name of an owner's, and the first of those that look as if they had; in order.
fn telling<'a>(properties: impl IntoIterator<Item = &'a str>, names: &Names<'_>) -> Vec<&'a str> {
    let (exact, others): (Vec<_>, Vec<_>) = properties.into_iter().partition(|name| names.contains(name));
    let alike = others.into_iter().filter(|name| names.alike(name).is_some());
    sorted(exact.into_iter().chain(alike.take(MAX_LOOK_ALIKES)))
}

fn look_alike(OwnerParameter { name, place }: &OwnerParameter, owner: &str) -> String {
    if *place == Place::Body && *name == owner {
        return format!("{name} in the body is not compared; set \"body\": true for {name} if it names the owner");
    }
    // A parser of queries could take one for the other.
    let what = if *place == Place::Query {
        format!("is refused, as it resembles {owner}")
    } else {
        "is not compared".to_owned()
    };
    format!("{name} ({place}) {what}; add {name} if it names the owner, as {owner} does")
}
