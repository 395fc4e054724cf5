//! What the alarm does with due entries: each becomes one event.

use serde_json::Value;

use super::asked::{Asked, asks_from};
use super::table::{self, Entry};
use super::{DueKind, entries, schedule};
use crate::database::Database;
use crate::events::record::{About, record_own};
use crate::integrations::{table as integrations, tokens};
use crate::token_rules::table as token_rules;
use crate::undo;
use tidegate::access::Place;
use tidegate::admin::{AdminError, EXPIRING_SECONDS, Integration, history};
use tidegate::events::Kind;
use tidegate::time::Timestamp;
use tidegate::token::IntegrationId;
use tidegate::usage::UsageQuestion;

/// After how many seconds an entry is tried again that could not be carried out.
const AGAIN_AFTER_SECONDS: u64 = 5 * 60;
const DAY: u64 = 24 * 60 * 60;

/// What became of entries whose time has come.
#[derive(Debug, Default)]
pub struct Fired {
    /// How many were worked off, well or badly. None of them is tried again at once.
    pub entries: u64,
    /// What went wrong, for the log.
    pub faults: Vec<String>,
    /// The questions to usage stores that some entries need first: see [`Registry::learn`](crate::Registry::learn).
    pub asked: Vec<Asked>,
}

/// Works off at most `most` entries whose time has come. Each is a transaction of its own: one that cannot be carried out does
/// not hold back the others.
pub(crate) fn fire(database: &Database, most: u64, now: Timestamp) -> Result<Fired, AdminError> {
    let mut fired = Fired::default();
    for entry in table::ripe(database, most, now)? {
        fired.entries = fired.entries.saturating_add(1);
        match database.transaction(|| one(database, &entry, now)) {
            Ok(asked) => fired.asked.extend(asked),
            Err(error) => {
                fired.faults.push(format!("{} of {}: {error}", entry.kind, entry.integration));
                table::postpone(database, &entry, now.after(AGAIN_AFTER_SECONDS))?;
            }
        }
    }
    Ok(fired)
}

/// Works off an entry, or returns the question that it needs first.
fn one(database: &Database, entry: &Entry, now: Timestamp) -> Result<Option<Asked>, AdminError> {
    let id = IntegrationId::parse(&entry.integration).map_err(|error| AdminError::Registry(error.to_string()))?;
    match entry.kind() {
        Some(DueKind::UndoOver) => undo::note_over(database, &id, now)?,
        Some(kind) => {
            let Some(integration) = integrations::find(database, &id)? else {
                return super::call_off(database, &id, None, now).map(|()| None);
            };
            // An earlier release may have changed it without a word to this table.
            let rules = token_rules::find(database)?.rules;
            let is_due = |(due, at): &(DueKind, Timestamp)| *due == kind && Some(at.seconds()) == entry.at;
            if !entries(database, &integration, &rules)?.iter().any(is_due) {
                let undo = undo::find(database, &id)?;
                return schedule(database, &integration, undo.as_ref(), now).map(|()| None);
            }
            if let Some(from) = asks_from(database, kind, &integration, now)? {
                table::postpone(database, entry, now.after(AGAIN_AFTER_SECONDS))?;
                let question = UsageQuestion { integration: id, from };
                return Ok(Some(Asked { question, kind, generation: entry.generation }));
            }
            tell(database, kind, &integration, now)?;
        }
        None => {}
    }
    table::note_fired(database, entry, now).map(|()| None)
}

/// Writes the event.
fn tell(database: &Database, kind: DueKind, integration: &Integration, now: Timestamp) -> Result<(), AdminError> {
    let ahead = kind.announces().unwrap_or(EXPIRING_SECONDS);
    // Less than that where the end is nearer, or the alarm is late.
    let left = |end: Option<Timestamp>| end.map_or(ahead, |end| end.seconds().saturating_sub(now.seconds()).min(ahead));
    let (kind, detail): (_, Value) = match kind {
        DueKind::Expiring | DueKind::Expiring15 | DueKind::Expiring7 | DueKind::Expiring1 => {
            (Kind::IntegrationExpiring, history::expiring(integration, left(integration.expires_at).div_ceil(DAY)))
        }
        DueKind::OldStillUsed3Days | DueKind::OldStillUsed1Day | DueKind::OldStillUsed1Hour => {
            let (outgoing, until) = integration.tokens.outgoing().map(|(token, until)| (token.n, until)).unzip();
            let used = outgoing.map(|n| tokens::last_used(database, &integration.id, n)).transpose()?.flatten();
            // What was not used for a day is not in use; of what nothing is known, nothing is said.
            let Some(used) = used.filter(|used| *used >= now.before(DAY)) else { return Ok(()) };
            (Kind::RotationOldStillUsed, history::old_still_used(integration, used, left(until)))
        }
        DueKind::Expired => (Kind::IntegrationExpired, history::expired(integration)),
        DueKind::Lapsed => (Kind::RotationLapsed, history::lapsed(integration)),
        DueKind::RotationDue => {
            let tokens = tokens::of(database, &integration.id)?;
            let created = tokens::created_at(&tokens, integration.tokens.current().n);
            (Kind::RotationDue, history::rotation_due(integration, created))
        }
        DueKind::UndoOver | DueKind::Quiet | DueKind::Idle => return Ok(()),
    };
    let about = About::integration(&integration.id, Place::from(&integration.owner));
    record_own(database, kind, about, detail, now)
}
