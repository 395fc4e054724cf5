//! What documents note of themselves. Some of it is only told where it concerns what the settings name.

use super::document::{About, Document, Fault, MAY_BE_SEVERAL, is_like_scopes};
use super::owner::Places;
use super::settings::Settings;
use super::{Finding, Report};

/// Tells the notes of a document, but those of what is excluded: an excluded parameter may stand for several segments all the same.
pub(super) fn tell(
    document: &Document,
    settings: &Settings,
    places: &Places<'_>,
    is_excluded: &dyn Fn(&Fault) -> bool,
    report: &mut Report,
) {
    for note in document.notes().iter().filter(|note| note.what.contains(MAY_BE_SEVERAL) || !is_excluded(note)) {
        let Fault { path, method, what, about } = note;
        let finding = |what: &str| Finding::new(document.title(), method, path, what);
        match telling(about.as_ref(), settings, places) {
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

fn telling(about: Option<&About>, settings: &Settings, places: &Places<'_>) -> Telling {
    let told = |is_told: bool| if is_told { Telling::Limit } else { Telling::Nothing };
    let is_the_settings =
        |name: &str| settings.scope_extension.as_ref().is_some_and(|known| known.eq_ignore_ascii_case(name));
    match about {
        Some(About::Tags) if settings.uses_tags() => Telling::Error,
        Some(About::Extension(name)) => told(is_like_scopes(name) || is_the_settings(name)),
        // With the extension that the settings name it is an error, which is reported separately.
        Some(About::Scopes(name)) => told(settings.scope_extension.as_ref() != Some(name)),
        Some(About::Cookie(name) | About::HostVariable(name)) => told(places.are_like(name)),
        Some(About::PathVariable(name)) if places.are(name) => Telling::Owner,
        Some(About::PathVariable(_) | About::Tags | About::Servers | About::Security) | None => Telling::Limit,
    }
}
