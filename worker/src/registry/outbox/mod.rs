//! The outbox: what KV has yet to be told. Rows are written in the transaction of the change itself, one for each key,
//! the newer replacing the older; they go when KV has taken them.

mod table;

use std::cell::Cell;
use std::time::Duration;

use serde_json::json;
use worker::{Delay, Env, State};

pub(super) use self::table::{
    TOMBSTONE_SECONDS, UNTOLD, is_told, put_policy, put_policy_again, put_record, put_record_again, untold, waiting,
};
use self::table::{due_in, next};
use super::database::Database;
use super::projection;
use crate::config::Config;
use crate::{clock, kv, log};
use tidegate::admin::AdminError;

/// How long after a change, or after a try that failed, the alarm tries again.
const RETRY_AFTER: Duration = Duration::from_secs(5);
/// How long an admin's answer waits for KV.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a put that has not answered keeps others from starting: it could land after them. Not for ever, since a put
/// whose request was cancelled never answers.
const LEASE_MS: u64 = 60_000;
/// After how many puts that failed a drain takes KV to be down.
const MOST_FAILURES: usize = 5;
/// After how many puts a drain pauses, and for how long. workerd looks at its timers and its network only when nothing else
/// is ready. Where KV is in the same process, as in `wrangler dev`, something always is: without a pause nobody would be
/// served until the drain ends.
const PUTS_IN_A_ROW: u64 = 5;
const PAUSE: Duration = Duration::from_millis(1);
/// How much later than it should ring an alarm may be set: its time is rounded.
const ALARM_ALLOWANCE: Duration = Duration::from_secs(1);

/// How much one drain does; the alarm goes on with the rest.
#[derive(Clone, Copy)]
pub(super) struct Share {
    /// Puts.
    pub puts: u64,
    /// Milliseconds, after which no put begins.
    pub time_ms: u64,
}

impl Share {
    /// An admin waits for these.
    pub const OF_A_COMMAND: Self = Self { puts: 10, time_ms: 5_000 };
    /// The platform allows 1,000 calls in an invocation.
    pub const OF_AN_ALARM: Self = Self { puts: 500, time_ms: 20_000 };
}

/// Sees to it that one drain runs at a time, so that no put can overtake a newer one of the same key.
#[derive(Default)]
pub(super) struct Outbox {
    leased_until_ms: Cell<u64>,
}

impl Outbox {
    /// Sets the alarm to when there is something to do next; nothing else touches it. After a change it is called in the turn
    /// in which the change was committed, so that whatever is left then is found.
    pub async fn set_alarm(&self, state: &State, database: &Database) {
        let storage = state.storage();
        let set = match alarm_in(database) {
            Ok(Some(delay)) => storage.set_alarm(delay).await,
            // One that is left rings once for nothing.
            Ok(None) => storage.delete_alarm().await,
            Err(error) => {
                log::error(&json!({ "event": "outbox", "reason": error.to_string() }));
                return try_again_later(state).await;
            }
        };
        tell_failure(set);
    }

    /// Sets the alarm where there is something to do, and none is set or a later one: the platform gives an alarm up that
    /// failed often, and an upgrade may begin to write KV afresh while one is set.
    pub async fn set_alarm_if_forgotten(&self, state: &State, database: &Database) {
        let Ok(Some(delay)) = alarm_in(database) else { return };
        let latest = Duration::from_millis(clock::now_ms()).saturating_add(delay).saturating_add(ALARM_ALLOWANCE);
        let is_in_time = |at_ms: i64| Duration::from_millis(at_ms.unsigned_abs()) <= latest;
        if state.storage().get_alarm().await.is_ok_and(|alarm| !alarm.is_some_and(is_in_time)) {
            self.set_alarm(state, database).await;
        }
    }

    /// Drains while an admin waits, and no longer than that; the alarm finds what is left.
    pub async fn drain_for_a_while(&self, state: &State, database: &Database, env: &Env) {
        clock::within(PATIENCE, self.drain(state, database, env, Share::OF_A_COMMAND)).await;
    }

    /// Tells KV all that it has yet to be told.
    pub async fn drain(&self, state: &State, database: &Database, env: &Env, share: Share) {
        if !self.is_leased(clock::now_ms()) {
            let drained = self.put_all(database, env, share).await.and_then(|()| projection::finish(database));
            self.leased_until_ms.set(0);
            if let Err(error) = drained {
                log::error(&json!({ "event": "outbox", "reason": error.to_string() }));
            }
        }
        self.set_alarm(state, database).await;
    }

    /// One that ends later than it could have begun is from before the clock stepped back: nobody knows when it ends.
    fn is_leased(&self, now_ms: u64) -> bool {
        let left_ms = self.leased_until_ms.get().saturating_sub(now_ms);
        (1..=LEASE_MS).contains(&left_ms)
    }

    /// Puts row after row. A key that KV refuses does not hold back those behind it.
    async fn put_all(&self, database: &Database, env: &Env, share: Share) -> Result<(), AdminError> {
        let keys = Config::read(env).keys.map_err(|denial| AdminError::Misconfigured(denial.to_string()))?;
        let (mut failed, begun_ms) = (Vec::new(), clock::now_ms());
        for turn in 0..share.puts {
            if turn > 0 && turn.is_multiple_of(PUTS_IN_A_ROW) {
                Delay::from(PAUSE).await;
            }
            let Some(row) = next(database, &failed)? else { break };
            let now_ms = clock::now_ms();
            if now_ms.saturating_sub(begun_ms) >= share.time_ms {
                break;
            }
            let signed = match row.signed(keys.store()) {
                Ok(signed) => signed,
                Err(fault) => {
                    log::error(&json!({ "event": "outbox", "reason": fault }));
                    failed.push(row.change());
                    continue;
                }
            };
            self.leased_until_ms.set(now_ms.saturating_add(LEASE_MS));
            row.begin(database)?;
            let put = kv::write(env, &row.key, &signed, row.ttl_seconds);
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

/// In how long there is something to do; `None` where nothing is left. A batch of a rewrite follows the one before at once.
fn alarm_in(database: &Database) -> Result<Option<Duration>, AdminError> {
    match due_in(database, clock::now())? {
        None | Some(1..) if projection::is_pending(database)? => Ok(Some(Duration::ZERO)),
        due => Ok(due.map(|seconds| RETRY_AFTER.max(Duration::from_secs(seconds)))),
    }
}

/// Sets the alarm where the database cannot say when.
pub(super) async fn try_again_later(state: &State) {
    tell_failure(state.storage().set_alarm(RETRY_AFTER).await);
}

fn tell_failure(set: worker::Result<()>) {
    if let Err(error) = set {
        log::error(&json!({ "event": "alarm", "reason": error.to_string() }));
    }
}
