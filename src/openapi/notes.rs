//! What documents note of themselves. Some of it is only told where it concerns what the settings name.

use super::document::{
    Document, Fault, UNREAD_TAGS, cookie, extension_of, is_like_scopes, server_variable, unlisted_scopes,
};
use super::owner::Places;
use super::settings::Settings;
use super::{Finding, Report, base_path};

/// Tells the notes of a document, but those of what is excluded.
pub(super) fn tell(
    document: &Document,
    settings: &Settings,
    places: &Places<'_>,
    is_excluded: &dyn Fn(&Fault) -> bool,
    report: &mut Report,
) {
    for note in document.notes().iter().filter(|note| !is_excluded(note)) {
        let Fault { path, method, what } = note;
        let finding = |what: &str| Finding::new(document.title(), method, path, what);
        match telling(what, document, settings, places) {
            Telling::Nothing => {}
            Telling::Limit => report.limits.push(finding(what)),
            Telling::Error => report.errors.push(finding(what)),
            Telling::Owner => {
                report.errors.push(finding(&format!("{what}; it names an owner, whom nothing compares there")))
            }
        }
    }
}

/// What becomes of a note.
enum Telling {
    Nothing,
    Limit,
    Error,
    /// An error: an owner is lost.
    Owner,
}

fn telling(what: &str, document: &Document, settings: &Settings, places: &Places<'_>) -> Telling {
    let extension = settings.scope_extension.as_deref();
    let told = |is_told: bool| if is_told { Telling::Limit } else { Telling::Nothing };
    if what == UNREAD_TAGS {
        return if settings.uses_tags() { Telling::Error } else { Telling::Limit };
    }
    if let Some(name) = extension_of(what) {
        return told(is_like_scopes(name) || extension.is_some_and(|known| known.eq_ignore_ascii_case(name)));
    }
    if let Some(name) = cookie(what) {
        return told(places.are_like(name));
    }
    match server_variable(what) {
        Some((_, true)) if base_path::of(document, settings).is_some() => Telling::Nothing,
        Some((name, true)) if places.are(name) => Telling::Owner,
        Some((name, false)) => told(places.are_like(name)),
        Some(_) => Telling::Limit,
        // With the extension that the settings name it is an error, which is reported separately.
        None => told(extension.is_none_or(|name| what != unlisted_scopes(name))),
    }
}
