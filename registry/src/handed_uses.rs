//! Takes what the usage stores hand over: when tokens were first and last used.

use super::database::Database;
use super::events::record::{About, record_own};
use super::integrations::{table as integrations, tokens, used};
use tidegate::access::Place;
use tidegate::admin::{AdminError, history};
use tidegate::events::Kind;
use tidegate::time::Timestamp;
use tidegate::usage::{Handed, HandedUse, Moment};

/// Takes what a store hands over. Uses that are known already, or belong to no integration, change nothing, so they may be handed over
/// again.
pub(crate) fn take(database: &Database, handed: &Handed, now: Timestamp) -> Result<(), AdminError> {
    for HandedUse { integration, n, first_at: Moment(first), last_at: Moment(last) } in &handed.uses {
        used::note(database, integration, *last, now)?;
        tokens::note_use(database, integration, *n, (*last).min(now))?;
        let is_first = tokens::note_first_use(database, integration, *n, (*first).min(now))?;
        // The first token of an integration took no other one's place.
        if is_first && *n > 1 {
            let Some(owner) = integrations::owner_even_if_deleted(database, integration)? else { continue };
            let about = About::integration(integration, Place::from(&owner));
            let (kind, detail) = (Kind::RotationFirstUse, history::first_use(*n, (*first).min(now)));
            record_own(database, kind, about, detail, now)?;
        }
    }
    Ok(())
}
