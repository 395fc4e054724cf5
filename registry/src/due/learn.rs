//! What becomes of entries that depend on recorded use. Without a complete answer, nothing.

use serde_json::Value;

use super::asked::Asked;
use super::table::{self, Entry};
use super::{DueKind, call_off, delete, entries, facts, schedule, settled};
use crate::database::Database;
use crate::events::record::{About, record_own};
use crate::integrations::{table as integrations, tokens, used};
use crate::outbox::table as outbox;
use crate::token_rules::table as token_rules;
use crate::undo;
use tidegate::access::Place;
use tidegate::admin::{AdminError, Change, IdleAction, Integration, Status, TokenRules, Undo, history};
use tidegate::events::Kind;
use tidegate::record::Record;
use tidegate::rotation::Rotation;
use tidegate::time::Timestamp;
use tidegate::usage::{Announced, IdleStep, UsageFacts, idle_since, idle_step, safe_to_expire};

/// After how many seconds it is asked again at the soonest where the answer was not enough.
const ASK_AGAIN_SECONDS: u64 = 10 * 60;
/// After how many seconds where the answer does not say when it will be.
const LOOK_AGAIN_SECONDS: u64 = 60 * 60;

/// Works off an entry by the answer of a usage store. The answer is void if the entry has changed since the question.
pub(crate) fn learn(database: &Database, asked: &Asked, answer: &UsageFacts, now: Timestamp) -> Result<(), AdminError> {
    let id = &asked.question.integration;
    let Some(entry) = table::find(database, asked.kind, id, asked.generation)? else { return Ok(()) };
    let Some(integration) = integrations::find(database, id)? else { return call_off(database, id, None, now) };
    let rules = token_rules::find(database)?.rules;
    let is_due = |(kind, at): &(DueKind, Timestamp)| *kind == asked.kind && Some(at.seconds()) == entry.at;
    if !entries(database, &integration, &rules)?.iter().any(is_due) {
        return schedule(database, &integration, undo::find(database, id)?.as_ref(), now);
    }
    if let Some(at) = answer.last_use() {
        used::note(database, id, at, now)?;
    }
    let (integration, has_ended) = settled(database, integration)?;
    if has_ended || integration.status(now) == Status::Ended {
        return table::note_fired(database, &entry, now);
    }
    let answer = answer.counted_from(used::counted_from(database, &integration, now)?);
    let entry = Learning { database, entry, integration, rules, now };
    match asked.kind {
        DueKind::Quiet => entry.quiet(&answer),
        DueKind::Idle => entry.idle(&answer),
        _ => Ok(()),
    }
}

struct Learning<'a> {
    database: &'a Database,
    entry: Entry,
    integration: Integration,
    rules: TokenRules,
    now: Timestamp,
}

impl Learning<'_> {
    /// Finishes a rotation whose old token is quiet.
    fn quiet(self, answer: &UsageFacts) -> Result<(), AdminError> {
        let Self { database, integration, now, .. } = &self;
        let Rotation::Rotating { outgoing, until, .. } = integration.tokens.clone().at(*now) else {
            return self.done();
        };
        let made = tokens::created_at(&tokens::of(database, &integration.id)?, outgoing.n);
        let quiet = safe_to_expire(&answer.old_token(outgoing.n, made), &answer.observed(*now), *now);
        if !quiet.safe {
            let next = quiet.safe_at.unwrap_or_else(|| now.after(LOOK_AGAIN_SECONDS)).min(until);
            return self.wait(next);
        }
        // Whoever undoes this wants the token to stay alive.
        tokens::set_when_quiet(database, &integration.id, false)?;
        let told = |detail| history::rotation_ended_when_quiet(detail, &quiet);
        self.change(Change::FinishRotation { leaked: false }, Kind::RotationFinished, told)
    }

    /// Announces an integration that nobody uses, or acts on it.
    fn idle(self, answer: &UsageFacts) -> Result<(), AdminError> {
        let Self { database, integration, now, .. } = &self;
        let (id, facts) = (&integration.id, facts(database, integration)?);
        let Some(period) = self.rules.idle_days else { return self.done() };
        let since = idle_since(answer.last_use(), facts.newest_made, facts.resumed_at, answer.complete_since);
        let Some(since) = since else { return self.wait(now.after(LOOK_AGAIN_SECONDS)) };
        let announced = used::of(database, id, *now)?.idle;
        match idle_step(since, period.seconds(), announced.as_ref(), *now) {
            IdleStep::Wait(at) => self.wait(at),
            IdleStep::Ended(at) => {
                used::keep_announced(database, id, None)?;
                self.wait(at)
            }
            IdleStep::Announce(announced) => {
                used::keep_announced(database, id, Some(&announced))?;
                let detail = history::idle(&announced, answer.last_use(), self.rules.idle_action);
                tell(database, integration, Kind::IntegrationIdle, detail, *now)?;
                self.wait(announced.next_at())
            }
            IdleStep::Act => {
                let since = announced.map_or(since, |Announced { since, .. }| since);
                self.act(since)
            }
        }
    }

    /// Does what the rule says with an integration that has been idle since `since`.
    fn act(self, since: Timestamp) -> Result<(), AdminError> {
        let told = |detail| history::because_idle(detail, since);
        if self.rules.idle_action == IdleAction::Pause {
            used::keep_announced(self.database, &self.integration.id, None)?;
            return self.change(Change::Pause, Kind::IntegrationPaused, told);
        }
        let Self { database, integration, now, .. } = self;
        let id = &integration.id;
        integrations::check_version(database, id)?;
        let undo = delete(database, &integration, now)?;
        outbox::put_record(database, &Record::Gone { id: id.clone(), rev: undo.rev }, now)?;
        let detail = told(history::deleted(&integration, now));
        tell(database, &integration, Kind::IntegrationDeleted, detail, now)
    }

    /// Makes a change in the registry's own name.
    fn change(self, change: Change, kind: Kind, told: impl FnOnce(Value) -> Value) -> Result<(), AdminError> {
        let Self { database, integration, now, .. } = self;
        integrations::check_version(database, &integration.id)?;
        let taken = Undo::of(&integration, &change, now);
        let (after, detail) = integration.apply(change, now)?;
        integrations::save(database, &after, now)?;
        undo::keep(database, &after.id, taken.as_ref())?;
        schedule(database, &after, taken.as_ref(), now)?;
        outbox::put_record(database, &after.record(), now)?;
        tell(database, &after, kind, told(detail), now)
    }

    fn wait(&self, until: Timestamp) -> Result<(), AdminError> {
        table::postpone(self.database, &self.entry, until.max(self.now.after(ASK_AGAIN_SECONDS)))
    }

    fn done(&self) -> Result<(), AdminError> {
        table::note_fired(self.database, &self.entry, self.now)
    }
}

/// Writes an event in the registry's own name.
fn tell(
    database: &Database,
    integration: &Integration,
    kind: Kind,
    detail: Value,
    now: Timestamp,
) -> Result<(), AdminError> {
    let about = About::integration(&integration.id, Place::from(&integration.owner));
    record_own(database, kind, about, detail, now)
}
