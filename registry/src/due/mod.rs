//! What becomes due in the life of an integration, and what the alarm does then. It changes a record only where a rule on recorded
//! use acts: a verdict looks at the time by itself.

mod asked;
mod fire;
mod learn;
pub(crate) mod table;

use self::table::Entry;
use super::database::Database;
use super::integrations::{table as integrations, tokens, used};
use super::rev::Rev;
use super::token_rules::table as token_rules;
use super::undo as undos;
use tidegate::admin::{AdminError, DueKind, Integration, LifeFacts, TokenRules, Undo};
use tidegate::rotation::Rotation;
use tidegate::time::Timestamp;
use tidegate::token::IntegrationId;

pub use self::asked::{Asked, SilentStores};
pub use self::fire::Fired;
pub(crate) use self::fire::fire;
pub(crate) use self::learn::learn;
pub(crate) use self::table::{look_for_idle, remind};

/// Schedules the entries of an integration that was just written, and calls off those that are no longer due.
pub(crate) fn schedule(
    database: &Database,
    integration: &Integration,
    undo: Option<&Undo>,
    now: Timestamp,
) -> Result<(), AdminError> {
    let (rules, facts) = (token_rules::find(database)?.rules, facts(database, integration)?);
    used::forget_announced(database, &integration.id, facts.begins())?;
    let mut entries = integration.due(&facts, &rules);
    entries.extend(undo.map(|undo| (DueKind::UndoOver, undo.until())));
    table::replace(database, &integration.id, &entries, now)?;
    table::note_scheduled(database, &integration.id)
}

/// Calls off all that is due of a deleted integration, but the end of the time in which the deletion can be undone.
pub(crate) fn call_off(
    database: &Database,
    id: &IntegrationId,
    undo: Option<&Undo>,
    now: Timestamp,
) -> Result<(), AdminError> {
    let undo: Vec<_> = undo.map(|undo| (DueKind::UndoOver, undo.until())).into_iter().collect();
    table::replace(database, id, &undo, now)?;
    used::keep_announced(database, id, None)?;
    table::note_scheduled(database, id)
}

/// Deletes an integration, and calls off its entries. Returns what can be undone.
pub(crate) fn delete(database: &Database, integration: &Integration, now: Timestamp) -> Result<Undo, AdminError> {
    let Rev(rev) = Rev(integration.rev).next()?;
    integrations::delete(database, &integration.id, rev, now)?;
    let undo = Undo::of_deletion(integration, rev, now);
    undos::keep(database, &integration.id, Some(&undo))?;
    call_off(database, &integration.id, Some(&undo), now)?;
    Ok(undo)
}

/// Schedules what an earlier release, which does not know this table, has changed, `most` integrations at a time. Returns what kept
/// one out, for the log. Each is a transaction: one that cannot be read does not keep the others out.
pub(crate) fn catch_up(database: &Database, most: u64, now: Timestamp) -> Result<Vec<String>, AdminError> {
    let mut faults = Vec::new();
    for id in table::unscheduled(database, most)? {
        let scheduled = database.transaction(|| match integrations::find(database, &id)? {
            Some(integration) => schedule(database, &integration, None, now),
            None => call_off(database, &id, None, now),
        });
        if let Err(error) = scheduled {
            faults.push(error.to_string());
            table::note_scheduled(database, &id)?;
        }
    }
    Ok(faults)
}

/// In how many seconds something is due; `None` if nothing is.
pub(crate) fn due_in(database: &Database, now: Timestamp) -> Result<Option<u64>, AdminError> {
    if table::any_unscheduled(database)? {
        return Ok(Some(0));
    }
    Ok(table::next_at(database)?.map(|at| at.seconds().saturating_sub(now.seconds())))
}

/// The integration in line with its events: what an event has ended stays ended, whatever the clock says now. Also returns whether
/// an event has ended the integration itself.
pub(crate) fn settled(database: &Database, integration: Integration) -> Result<(Integration, bool), AdminError> {
    let told = table::fired(database, &integration.id)?;
    let is_told = |kind, at| told.iter().any(|entry| (entry.kind(), entry.at) == (Some(kind), Some(at)));
    let has_ended = integration.expires_at.is_some_and(|end| is_told(DueKind::Expired, end.seconds()));
    let tokens = match integration.tokens {
        Rotation::Rotating { until, incoming, .. } if is_told(DueKind::Lapsed, until.seconds()) => {
            Rotation::Steady(incoming)
        }
        tokens => tokens,
    };
    Ok((Integration { tokens, ..integration }, has_ended))
}

fn entries(
    database: &Database,
    integration: &Integration,
    rules: &TokenRules,
) -> Result<Vec<(DueKind, Timestamp)>, AdminError> {
    Ok(integration.due(&facts(database, integration)?, rules))
}

/// What becomes due rests on this.
fn facts(database: &Database, integration: &Integration) -> Result<LifeFacts, AdminError> {
    let id = &integration.id;
    let tokens = tokens::of(database, id)?;
    Ok(LifeFacts {
        current_made: tokens::created_at(&tokens, integration.tokens.current().n),
        newest_made: tokens::newest_made(database, id)?,
        resumed_at: used::resumed_at(database, id)?,
        when_quiet: tokens::ends_when_quiet(&tokens),
    })
}

impl Entry {
    fn kind(&self) -> Option<DueKind> {
        DueKind::parse(&self.kind)
    }
}
