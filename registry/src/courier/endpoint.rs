//! What a courier knows of its endpoint.

use serde_json::json;

use crate::database::{Database, number, parsed, row};
use crate::storage::Parameter;
use tidegate::admin::AdminError;
use tidegate::time::Timestamp;
use tidegate::token::IntegrationId;
use tidegate::webhooks::{EndpointId, Health, Outcome, Sealed, SealingKeys, Secret, Standing, Unsealable};

/// How often the courier reports to the registry that nothing has changed, in seconds.
const REPORT_EVERY_SECONDS: u64 = 60;
/// After how many seconds a report is repeated that the registry did not take.
pub(super) const REPORT_AGAIN_SECONDS: u64 = 5;

/// Nothing to report; a report that can wait; one that cannot.
const SOON: u64 = 1;
const NOW: u64 = 2;

row! {
    /// The endpoint.
    pub(super) struct Endpoint {
        pub id: EndpointId,
        pub rev: u64,
        pub url: String,
        secrets: String,
        enabled: u64,
        pub integration: Option<IntegrationId>,
        disabled: Option<String>,
        failing_since: Option<u64>,
        failing_told: u64,
        succeeded_at: Option<u64>,
        failed_at: Option<u64>,
        dropped: u64,
        pub changes: u64,
        report: u64,
        reported_at: u64,
        report_next_at: u64,
    }
}

/// A secret as the registry hands it over, and until when it signs.
struct Kept {
    sealed: String,
    until: Option<u64>,
}

tidegate::json_object!(Kept { sealed, until: optional });

impl Endpoint {
    /// The endpoint; `None` before the registry has handed it over, and after it was deleted.
    pub fn find(database: &Database) -> Result<Option<Self>, AdminError> {
        let sql = "SELECT id, rev, url, secrets, enabled, integration, disabled, failing_since, failing_told,
            succeeded_at, failed_at, dropped, changes, report, reported_at, report_next_at FROM endpoint";
        database.row(sql, vec![])
    }

    /// Whether it receives messages.
    pub fn is_told(&self) -> bool {
        self.enabled != 0 && self.disabled.is_none()
    }

    /// When the next report to the registry is due.
    pub fn report_at(&self) -> Option<Timestamp> {
        let soon = Timestamp::from_seconds(self.reported_at).after(REPORT_EVERY_SECONDS);
        let next = Timestamp::from_seconds(self.report_next_at);
        match self.report {
            0 => None,
            SOON if self.reported_at > 0 => Some(next.max(soon)),
            _ => Some(next),
        }
    }

    /// The report to the registry.
    pub fn report(&self) -> String {
        json!({
            "rev": self.rev, "failing_since": self.failing_since, "is_failing": self.failing_told != 0,
            "succeeded_at": self.succeeded_at, "failed_at": self.failed_at, "dropped": self.dropped,
            "disabled": self.disabled,
        })
        .to_string()
    }

    /// The secrets that sign now: the current one first. An outgoing one that no key opens is left out.
    pub fn secrets(&self, keys: &SealingKeys, now: Timestamp) -> Result<Vec<Secret>, AdminError> {
        let kept: Vec<Kept> = parsed("secrets", &self.secrets)?;
        let live = kept.into_iter().filter(|kept| kept.until.is_none_or(|until| now.seconds() < until));
        let mut opened = live.map(|kept: Kept| keys.open(&self.id, &Sealed::from_text(kept.sealed)));
        let current = opened.next().transpose().map_err(|error: Unsealable| AdminError::Registry(error.to_string()))?;
        Ok(current.into_iter().chain(opened.flatten()).collect())
    }

    /// Writes what an attempt says of it.
    pub fn note(&self, database: &Database, outcome: &Outcome, now: Timestamp) -> Result<(), AdminError> {
        let before =
            Health { failing_since: self.failing_since.map(Timestamp::from_seconds), is_told: self.failing_told != 0 };
        let (after, standing) = before.after(outcome, now);
        let disabled = match standing {
            Standing::Disabled => Parameter::from("failing"),
            Standing::Gone => Parameter::from("gone"),
            Standing::Same | Standing::Failing | Standing::Recovered => Parameter::Null,
        };
        let is_urgent = standing != Standing::Same || before.failing_since.is_none() != after.failing_since.is_none();
        let at = if outcome.is_success() { "succeeded_at" } else { "failed_at" };
        let sql = format!(
            "UPDATE endpoint SET {at} = ?, failing_since = ?, failing_told = ?, disabled = coalesce(disabled, ?),
            changes = changes + 1, report = max(report, ?)"
        );
        let since = Parameter::from(after.failing_since.map(|since| number(since.seconds())));
        let urgency = number(if is_urgent { NOW } else { SOON });
        database.run(&sql, vec![number(now.seconds()), since, number(after.is_told.into()), disabled, urgency])
    }

    /// Notes that messages were given up because too many waited, or too long.
    pub fn note_dropped(database: &Database, dropped: u64) -> Result<(), AdminError> {
        let sql = "UPDATE endpoint SET dropped = dropped + ?, changes = changes + 1, report = max(report, ?)";
        database.run(sql, vec![number(dropped), number(SOON)])
    }
}
