//! The outbox: what KV has yet to be told. Rows are written in the transaction of the change itself, one for each key,
//! the newer replacing the older; they go when KV has taken them.

mod table;

use std::cell::Cell;
use std::time::Duration;

use serde_json::json;
use worker::{Env, State};

pub(super) use self::table::{
    TOMBSTONE_SECONDS, UNTOLD, is_told, put_policy, put_policy_again, put_record, put_record_again, untold, waiting,
};
use self::table::{due_in, next};
use super::database::Database;
use crate::core::admin::AdminError;
use crate::edge::{clock, kv, log};

/// How long after a change, or after a try that failed, the alarm tries again.
const RETRY_AFTER: Duration = Duration::from_secs(5);
/// How long an admin's answer waits for KV.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a put that has not answered keeps others from starting: it could land after them. Not for ever, since a put
/// whose request was cancelled never answers.
const LEASE_MS: u64 = 60_000;
/// After how many puts that failed a drain takes KV to be down.
const MOST_FAILURES: usize = 5;
/// How many puts one drain makes; the alarm goes on with the rest.
#[derive(Clone, Copy)]
pub(super) struct MostPuts(u64);

impl MostPuts {
    /// An admin waits for these.
    pub const WITHIN_A_COMMAND: Self = Self(10);
    /// The platform allows 1,000 calls in an invocation.
    pub const WITHIN_AN_ALARM: Self = Self(500);
}

/// Sees to it that one drain runs at a time, so that no put can overtake a newer one of the same key.
#[derive(Default)]
pub(super) struct Outbox {
    leased_until_ms: Cell<u64>,
}

impl Outbox {
    /// Sets the alarm that will find whatever a drain leaves. Called in the turn in which the change was committed.
    pub async fn arm(&self, state: &State) {
        self.arm_in(state, RETRY_AFTER).await;
    }

    /// Sets the alarm where there is something to do and none is set: the platform gives an alarm up that failed often.
    pub async fn arm_if_forgotten(&self, state: &State, database: &Database) {
        let is_due = due_in(database, clock::now()).is_ok_and(|due| due.is_some());
        if is_due && matches!(state.storage().get_alarm().await, Ok(None)) {
            self.arm(state).await;
        }
    }

    /// Drains while an admin waits, and no longer than that; the alarm finds what is left.
    pub async fn drain_for_a_while(&self, state: &State, database: &Database, env: &Env) {
        let drain = self.drain(state, database, env, MostPuts::WITHIN_A_COMMAND);
        clock::within(PATIENCE, drain).await;
    }

    /// Tells KV all that it has yet to be told.
    pub async fn drain(&self, state: &State, database: &Database, env: &Env, most: MostPuts) {
        if self.is_leased(clock::now_ms()) {
            return self.arm(state).await;
        }
        let drained = self.put_all(database, env, most).await;
        self.leased_until_ms.set(0);
        match drained.and_then(|()| due_in(database, clock::now())) {
            Ok(None) => self.disarm(state).await,
            Ok(Some(seconds)) => self.arm_in(state, RETRY_AFTER.max(Duration::from_secs(seconds))).await,
            Err(error) => {
                log::error(&json!({ "event": "outbox", "reason": error.to_string() }));
                self.arm(state).await;
            }
        }
    }

    /// One that ends later than it could have begun is from before the clock stepped back: nobody knows when it ends.
    fn is_leased(&self, now_ms: u64) -> bool {
        let left_ms = self.leased_until_ms.get().saturating_sub(now_ms);
        (1..=LEASE_MS).contains(&left_ms)
    }

    async fn arm_in(&self, state: &State, delay: Duration) {
        if let Err(error) = state.storage().set_alarm(delay).await {
            log::error(&json!({ "event": "alarm", "reason": error.to_string() }));
        }
    }

    async fn disarm(&self, state: &State) {
        // An alarm that is left rings once for nothing, so a failure here is none.
        let _ = state.storage().delete_alarm().await;
    }

    /// Puts row after row. A key that KV refuses does not hold back those behind it.
    async fn put_all(&self, database: &Database, env: &Env, most: MostPuts) -> Result<(), AdminError> {
        let mut failed = Vec::new();
        for _ in 0..most.0 {
            let Some(row) = next(database, &failed)? else { break };
            self.leased_until_ms.set(clock::now_ms().saturating_add(LEASE_MS));
            row.begin(database)?;
            let put = kv::write(env, &row.key, &row.value, row.ttl_seconds);
            match clock::within(Duration::from_millis(LEASE_MS), put).await {
                Some(Ok(())) => row.taken(database, clock::now())?,
                Some(Err(fault)) => {
                    log::error(&json!({ "event": "outbox", "reason": fault }));
                    failed.push(row.change());
                }
                // One alarm runs at a time: a put that never answers must not keep it for ever.
                None => {
                    log::error(&json!({ "event": "outbox", "reason": format!("no answer to the put of {}", row.key) }));
                    break;
                }
            }
            if failed.len() >= MOST_FAILURES {
                break;
            }
        }
        Ok(())
    }
}
