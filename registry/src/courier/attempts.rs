//! Delivery attempts: which is next, and what follows from its result. The caller makes the requests.

use serde_json::json;

use super::Courier;
use super::endpoint::Endpoint;
use super::queue::{self, Ripe};
use crate::database::{Database, number, parsed};
use tidegate::admin::AdminError;
use tidegate::policy::{EventAccess, allows};
use tidegate::record::Record;
use tidegate::time::Timestamp;
use tidegate::token::{Authentic, IntegrationId};
use tidegate::webhooks::{
    Address, AddressRules, Jitter, MAX_IN_FLIGHT, Message, Next, Outcome, SealingKeys, signatures,
};

/// After how many seconds an attempt is made again that could not be made.
const AGAIN_AFTER_SECONDS: u64 = 30;
/// After how many seconds a secret is tried again that no token key opens.
const SEALED_SECONDS: u64 = 5 * 60;
/// How much of an answer is kept, in bytes.
const MAX_ANSWER_BYTES: usize = 1_024;

/// An attempt: a `POST` to an address.
#[derive(Debug)]
pub struct Attempt {
    /// Where to.
    pub url: String,
    /// `webhook-id`.
    pub id: String,
    /// `webhook-timestamp`.
    pub timestamp: u64,
    /// `webhook-signature`.
    pub signature: String,
    /// The body.
    pub body: String,
    /// What an integration must be allowed for it: the registry is asked for its record before anything is sent.
    requires: Option<(IntegrationId, Vec<EventAccess>)>,
    made: u32,
}

/// What is next.
pub enum Begun {
    /// An attempt. [`Courier::answered`] takes its result.
    Attempt(Box<Attempt>),
    /// Something that went wrong, for the log.
    Fault(String),
}

/// What became of an attempt.
#[derive(Debug)]
pub enum Ended {
    /// It was made.
    Made {
        /// What came of it.
        outcome: Outcome,
        /// How long it took, in milliseconds.
        duration_ms: u64,
        /// The beginning of the answer.
        answer: Option<String>,
    },
    /// The integration may not receive it any more. Nothing was sent.
    NotPermitted,
    /// Whether it may is not known now. Nothing was sent.
    Unknown,
}

impl Attempt {
    /// The integration whose record must be read first.
    pub fn integration(&self) -> Option<&IntegrationId> {
        self.requires.as_ref().map(|(id, _)| id)
    }

    /// Whether the integration may receive it, by its record from the registry; `None` if the record cannot be read.
    pub fn is_permitted(&self, record: &str, now: Timestamp) -> Option<bool> {
        let Some((id, any_of)) = &self.requires else { return Some(true) };
        let record = Record::from_json(id, &Authentic::from_registry(record.to_owned())).ok()?;
        let Record::Live(live) = record else { return Some(false) };
        let is_live = !live.paused && live.expires_at.is_none_or(|end| now < end);
        Some(is_live && allows(any_of, live.owner.level, &live.scopes))
    }
}

impl Courier {
    /// The next attempt, as long as not too many are under way.
    ///
    /// # Errors
    /// [`AdminError::Registry`].
    pub fn begin(&self, keys: &SealingKeys, rules: &AddressRules, now: Timestamp) -> Result<Option<Begun>, AdminError> {
        let Some(endpoint) = Endpoint::find(&self.database)?.filter(Endpoint::is_told) else { return Ok(None) };
        loop {
            let under_way = self.under_way.borrow().clone();
            if under_way.len() >= MAX_IN_FLIGHT {
                return Ok(None);
            }
            let Some(ripe) = queue::ripe(&self.database, &json!(under_way).to_string(), now)? else { return Ok(None) };
            let secrets = match endpoint.secrets(keys, now) {
                Ok(secrets) => secrets,
                Err(error) => {
                    queue::postpone_all(&self.database, now.after(SEALED_SECONDS), now)?;
                    return Ok(Some(Begun::Fault(error.to_string())));
                }
            };
            let is_for_nobody = ripe.requires.is_some() && endpoint.integration.is_none();
            let attempt = made_of(&endpoint, ripe, |id, body| signatures(&secrets, id, now, body), now)?;
            // A message for integrations goes to nobody else.
            if is_for_nobody {
                self.answered(&attempt, Ended::NotPermitted, Jitter(0), now)?;
                continue;
            }
            // The rules may have changed since the address was given.
            if Address::parse(&endpoint.url, rules, None).is_err() {
                let taken = Ended::Made { outcome: Outcome::Refused, duration_ms: 0, answer: None };
                self.answered(&attempt, taken, Jitter(0), now)?;
                continue;
            }
            self.under_way.borrow_mut().insert(attempt.id.clone());
            return Ok(Some(Begun::Attempt(Box::new(attempt))));
        }
    }

    /// Notes what became of an attempt. Of a deleted endpoint nothing is noted.
    ///
    /// # Errors
    /// [`AdminError::Registry`].
    pub fn answered(&self, attempt: &Attempt, taken: Ended, jitter: Jitter, now: Timestamp) -> Result<(), AdminError> {
        self.under_way.borrow_mut().remove(&attempt.id);
        if Endpoint::find(&self.database)?.is_none() {
            return Ok(());
        }
        self.database.transaction(|| match taken {
            Ended::Made { outcome, duration_ms, answer } => {
                note(&self.database, &attempt.id, &outcome, duration_ms, answer, now)?;
                made(&self.database, attempt, &outcome, jitter, now)
            }
            Ended::NotPermitted => {
                log(&self.database, &attempt.id, "not_permitted", None, 0, None, now)?;
                queue::settle(&self.database, &attempt.id, "not_permitted", attempt.made, None, false)
            }
            Ended::Unknown => queue::postpone(&self.database, &attempt.id, now.after(AGAIN_AFTER_SECONDS)),
        })
    }
}

fn made_of(
    endpoint: &Endpoint,
    ripe: Ripe,
    sign: impl FnOnce(&str, &str) -> String,
    now: Timestamp,
) -> Result<Attempt, AdminError> {
    let Ripe { message: id, kind, at, data, requires, made } = ripe;
    let body = Message { id: id.clone(), kind, at: Timestamp::from_seconds(at), data }.body();
    let requires = requires.map(|requires| parsed("requires", &requires)).transpose()?;
    Ok(Attempt {
        url: endpoint.url.clone(),
        timestamp: now.seconds(),
        signature: sign(&id, &body),
        body,
        requires: endpoint.integration.clone().zip(requires),
        made: made.saturating_add(1),
        id,
    })
}

/// What the message and the endpoint become by it.
fn made(
    database: &Database,
    attempt: &Attempt,
    outcome: &Outcome,
    jitter: Jitter,
    now: Timestamp,
) -> Result<(), AdminError> {
    let Attempt { id, made, url, .. } = attempt;
    let endpoint = Endpoint::find(database)?.filter(|endpoint| endpoint.url == *url);
    // The answer of an address that the endpoint has no more says nothing about the present one: the message is sent there again.
    let counted = if endpoint.is_some() || outcome.is_success() { outcome } else { &Outcome::Failed };
    match counted.next(*made, jitter, now) {
        Next::Delivered => queue::settle(database, id, "delivered", *made, None, false)?,
        Next::Again(at) => queue::settle(database, id, "waiting", *made, Some(at), true)?,
        Next::GivenUp => queue::settle(database, id, "failed", *made, None, true)?,
    }
    match endpoint {
        Some(endpoint) => endpoint.note(database, outcome, now),
        None => Ok(()),
    }
}

fn note(
    database: &Database,
    message: &str,
    outcome: &Outcome,
    duration_ms: u64,
    answer: Option<String>,
    now: Timestamp,
) -> Result<(), AdminError> {
    let (word, status) = match outcome {
        Outcome::Answered { status, .. } => ("answered", Some(*status)),
        Outcome::TimedOut => ("timed_out", None),
        Outcome::Failed => ("failed", None),
        Outcome::Refused => ("address_refused", None),
    };
    log(database, message, word, status, duration_ms, answer, now)
}

fn log(
    database: &Database,
    message: &str,
    outcome: &str,
    status: Option<u16>,
    duration_ms: u64,
    answer: Option<String>,
    now: Timestamp,
) -> Result<(), AdminError> {
    let sql = "INSERT INTO attempts (message, at, outcome, status, duration_ms, answer) VALUES (?, ?, ?, ?, ?, ?)";
    let values = vec![
        message.into(),
        number(now.seconds()),
        outcome.into(),
        status.map(|status| number(status.into())).into(),
        number(duration_ms),
        answer.map(|answer| cut(&answer)).into(),
    ];
    database.run(sql, values)
}

/// As much of an answer as is kept.
fn cut(answer: &str) -> String {
    answer.get(..answer.floor_char_boundary(MAX_ANSWER_BYTES)).unwrap_or_default().to_owned()
}
