//! The catalogue of the API's own events: OpenAPI's `webhooks`, with the scopes of their `security`, and what the settings say. Where
//! it is not clear who may hear of an event, nobody does.

use std::collections::BTreeMap;

use super::document::{Document, Webhook};
use super::report::{Finding, Report};
use super::security::{Ways, extension_scopes};
use super::settings::Settings;
use crate::policy::{EventAccess, EventType, MAX_EVENT_TYPES};

/// How many bytes all examples of documents may take; the registry keeps them with the policy.
const MAX_EXAMPLES_BYTES: usize = 100_000;

/// What documents say of one type, each under its title.
type Said<'a> = Vec<(&'a str, EventType)>;

/// The types of events that documents and settings describe together; the order of the documents does not matter.
pub(super) fn of(documents: &[&Document], settings: &Settings, report: &mut Report) -> Vec<EventType> {
    let mut described: BTreeMap<&str, Said<'_>> = BTreeMap::new();
    for document in documents {
        for webhook in document.webhooks() {
            let mut tell = |what: &str| report.events.push(found(document, &webhook.name, what));
            if let Some(event) = read(webhook, settings, &mut tell) {
                described.entry(&webhook.name).or_default().push((document.title(), event));
            }
        }
    }
    let mut types = settings.event_types.clone();
    let mut room = MAX_EXAMPLES_BYTES;
    for (name, mut said) in described {
        said.sort_by(|(one, first), (other, second)| (one, &first.description).cmp(&(other, &second.description)));
        match types.iter_mut().find(|event| event.name == name) {
            Some(event) => complete(event, said, report),
            None => types.extend(agreed(said, report)),
        }
    }
    for event in types.iter_mut().skip(settings.event_types.len()) {
        let length = event.example.as_ref().map_or(0, |example| example.to_string().len());
        match room.checked_sub(length) {
            Some(left) => room = left,
            None => event.example = None,
        }
    }
    if types.len() > MAX_EVENT_TYPES {
        let what = format!("there are {} types of events, and at most {MAX_EVENT_TYPES} are kept", types.len());
        report.errors.push(Finding::new("", "", "", &what));
    }
    report.event_types = types.len();
    types
}

/// The type that a webhook describes; what is wrong with it is told.
fn read(webhook: &Webhook, settings: &Settings, tell: &mut dyn FnMut(&str)) -> Option<EventType> {
    let Webhook { name, description, security, example, .. } = webhook;
    if let Err(error) = EventType::check_name(name) {
        tell(&format!("it is left out: {error}"));
        return None;
    }
    let any_of = match security {
        None => {
            tell("it has no security: nobody hears of it, until event_types in the settings says who");
            Vec::new()
        }
        Some(security) => {
            let ways = Ways::of(security, settings);
            let extra = extension_scopes(|name| webhook.extension(name), settings);
            let any_of = extra.as_ref().map_or_else(|_| Vec::new(), |extra| ways.hearing(extra, settings));
            let errors: Vec<&str> = ways.errors.iter().chain(extra.as_ref().err()).map(String::as_str).collect();
            if !errors.is_empty() {
                tell(&format!("nobody hears of it: {}", errors.join("; ")));
                Vec::new()
            } else {
                if any_of.is_empty() {
                    tell(&format!("nobody hears of it: {}", ways.closed_to_events()));
                }
                any_of
            }
        }
    };
    let example = example.as_ref().and_then(|example| serde_json::from_str(example).ok());
    Some(EventType { name: name.clone(), description: description.clone(), any_of, example })
}

/// What the settings say of a type counts; documents add a description and an example where it has none.
fn complete(event: &mut EventType, said: Said<'_>, report: &mut Report) {
    for (document, other) in said {
        if !is_alike(&event.any_of, &other.any_of) && !other.any_of.is_empty() {
            let what = "event_types in the settings has it too and says otherwise who hears of it: the settings count";
            report.events.push(Finding::new(document, "", "", &format!("{}: {what}", event.name)));
        }
        if event.description.is_empty() {
            event.description = other.description;
        }
        event.example = event.example.take().or(other.example);
    }
}

/// What documents say of a type that the settings do not have; where they disagree, nobody hears of it.
fn agreed(said: Said<'_>, report: &mut Report) -> Option<EventType> {
    let mut all = said.iter();
    let (_, first) = all.next()?;
    let is_agreed = all.all(|(_, other)| is_alike(&first.any_of, &other.any_of));
    if !is_agreed {
        let what = "documents disagree on who hears of it: nobody does, until event_types in the settings says who";
        let told =
            |(document, event): &(&str, EventType)| Finding::new(document, "", "", &format!("{}: {what}", event.name));
        report.events.extend(said.iter().map(told));
    }
    let (_, mut event) = said.into_iter().next()?;
    if !is_agreed {
        event.any_of.clear();
    }
    Some(event)
}

/// Whether two lists have the same ways, in whatever order.
fn is_alike(these: &[EventAccess], those: &[EventAccess]) -> bool {
    let has = |all: &[EventAccess], one: &EventAccess| all.contains(one);
    these.iter().all(|one| has(those, one)) && those.iter().all(|one| has(these, one))
}

fn found(document: &Document, name: &str, what: &str) -> Finding {
    Finding::new(document.title(), "", "", &format!("{name}: {what}"))
}
