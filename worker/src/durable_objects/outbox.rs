//! Carries out what the registry's outbox asks for: puts to KV, and the alarm.

use std::time::Duration;

use serde_json::json;
use worker::{Delay, Env, State};

use crate::log;
use crate::platform::{clock, kv};
use registry::{Answered, Drain, PUT_TIMEOUT, RETRY_AFTER, Registry, Settings, Share, Step};
use tidegate::admin::AdminError;

/// How long an admin's answer waits for KV.
const TIMEOUT: Duration = Duration::from_secs(5);
/// How much later than at once an alarm rings. An object does one thing at a time: the answer to the change that set the alarm goes
/// out first, and waits for no hand-over of what the change has led to.
const ANSWER_FIRST: Duration = Duration::from_millis(50);
/// How much later than due an alarm may be set: its time is rounded.
const ALARM_ALLOWANCE: Duration = Duration::from_secs(1);

pub(super) struct Outbox<'a> {
    pub rules: &'a Registry,
    pub state: &'a State,
    pub env: &'a Env,
}

impl Outbox<'_> {
    /// Sets the alarm to when there is something to do next; nothing else touches it. After a change it is called in the turn
    /// in which the change was committed, so that whatever is left then is found.
    pub async fn set_alarm(&self) {
        let storage = self.state.storage();
        let set = match self.rules.due_in(clock::now()) {
            Ok(Some(delay)) => storage.set_alarm(delay.max(ANSWER_FIRST)).await,
            // One that is left rings once for nothing.
            Ok(None) => storage.delete_alarm().await,
            Err(error) => {
                note(&error.to_string());
                return Self::try_again_later(self.state).await;
            }
        };
        note_failure(set);
    }

    /// Sets the alarm if there is something to do, and none is set or a later one: the platform gives up an alarm that
    /// failed often, and an upgrade may begin to rewrite KV while one is set.
    pub async fn set_alarm_if_forgotten(&self) {
        let Ok(Some(delay)) = self.rules.due_in(clock::now()) else { return };
        let latest = Duration::from_millis(clock::platform_ms()).saturating_add(delay).saturating_add(ALARM_ALLOWANCE);
        let is_in_time = |at_ms: i64| Duration::from_millis(at_ms.unsigned_abs()) <= latest;
        if self.state.storage().get_alarm().await.is_ok_and(|alarm| !alarm.is_some_and(is_in_time)) {
            self.set_alarm().await;
        }
    }

    /// Sets the alarm when the database cannot say when.
    pub async fn try_again_later(state: &State) {
        note_failure(state.storage().set_alarm(RETRY_AFTER).await);
    }

    /// Drains while the caller waits, and no longer. The alarm finds what is left.
    pub async fn drain_for_a_while(&self, settings: &Settings) {
        clock::within(TIMEOUT, self.drain(settings, Share::OF_A_COMMAND)).await;
    }

    /// Writes to KV what the outbox has.
    pub async fn drain(&self, settings: &Settings, share: Share) {
        let drained = match self.rules.drain(settings, share, clock::now_ms()) {
            Ok(Some(mut drain)) => {
                let outcome = self.put_all(&mut drain).await;
                drain.end(outcome)
            }
            Ok(None) => Ok(()),
            Err(error) => Err(error),
        };
        if let Err(error) = drained {
            note(&error.to_string());
        }
        self.set_alarm().await;
    }

    async fn put_all(&self, drain: &mut Drain<'_>) -> Result<(), AdminError> {
        while let Some(step) = drain.next(clock::now_ms())? {
            match step {
                Step::Pause(pause) => Delay::from(pause).await,
                Step::Fault(fault) => note(&fault),
                Step::Put(put) => {
                    let written = kv::write(self.env, put.key(), &put.value, put.ttl_seconds());
                    let answer = match clock::within(PUT_TIMEOUT, written).await {
                        Some(Ok(())) => Answered::Taken,
                        Some(Err(fault)) => Answered::Failed(fault),
                        None => Answered::Nothing,
                    };
                    if let Some(fault) = drain.answered(*put, answer, clock::now_ms())? {
                        note(&fault);
                    }
                }
            }
        }
        Ok(())
    }
}

fn note(reason: &str) {
    log::error(&json!({ "event": "outbox", "reason": reason }));
}

fn note_failure(set: worker::Result<()>) {
    if let Err(error) = set {
        log::error(&json!({ "event": "alarm", "reason": error.to_string() }));
    }
}
