//! Questions about use: the registry says who may ask what, and the usage stores answer.

use super::{Next, PlaneSettings, Stage};
use crate::admin::{AdminError, Route};
use crate::gate::{Answer, Memory, Read, Reading, of_body};
use crate::json::{FromJson, Value};
use crate::reply::PROBLEM_TYPE;
use crate::time::Timestamp;
use crate::usage::{FORGET, Forget, OF_INTEGRATION, OVERALL, OverallUsage, Store, UsageQuery, UsageRange};

/// How long a store may take to answer, in milliseconds.
const TIMEOUT_MS: u64 = 5_000;
/// The longest answer of the registry that is read: the ids of 10,000 integrations.
pub(super) const MAX_PERMIT_BYTES: usize = 512 * 1024;

/// What the stores are asked.
#[derive(Clone, Copy)]
pub(super) enum Asked {
    /// The use of one integration.
    One,
    /// The use of all that one may see.
    All,
    /// To forget an integration.
    Forget,
}

/// What waits for the stores.
pub(super) enum Waiting {
    One(Store),
    All(UsageRange),
    Forget(Store),
}

/// What a route asks the stores, if anything.
pub(super) fn asked(route: &Route) -> Option<Asked> {
    match (route.method, route.path) {
        ("GET", "/integrations/{id}/usage") => Some(Asked::One),
        ("GET", "/usage") => Some(Asked::All),
        ("DELETE", "/integrations/{id}/usage") => Some(Asked::Forget),
        _ => None,
    }
}

impl Asked {
    /// Use is only shown if the setting for addresses is valid. It can be deleted in any case.
    pub(super) fn check(self, settings: &PlaneSettings) -> Result<(), AdminError> {
        match self {
            Self::One | Self::All => settings.usage_addresses.as_ref().map(drop).map_err(Clone::clone),
            Self::Forget => Ok(()),
        }
    }
}

/// Continues with the registry's answer, which contains the question to the stores.
pub(super) fn permitted(asked: Asked, reading: &Reading) -> Result<Next, AdminError> {
    let text = match reading {
        Reading::Response { status: 200, body } => String::from_utf8_lossy(body),
        Reading::Response { status: 401, .. } => return Err(AdminError::NotSignedIn),
        Reading::Response { status, body } => {
            let body = String::from_utf8_lossy(body).into_owned();
            return Ok(Next::Answer(Answer { status: *status, fields: of_body(PROBLEM_TYPE), body: Some(body) }));
        }
        other => return super::command::answered(other).map(Next::Relay),
    };
    if let Asked::Forget = asked {
        let Forget { integration } = read(&text)?;
        let store = Store::of(&integration);
        return Ok(Next::NeedsAll(Stage::Usage(Waiting::Forget(store)), vec![ask(store, FORGET, &text)]));
    }
    let query: UsageQuery = read(&text)?;
    match (asked, query.integrations.as_deref()) {
        (Asked::One, Some([integration])) => {
            let store = Store::of(integration);
            Ok(Next::NeedsAll(Stage::Usage(Waiting::One(store)), vec![ask(store, OF_INTEGRATION, &text)]))
        }
        (Asked::One, _) => Err(AdminError::Registry("no integration to ask about".to_owned())),
        (_, ids) => {
            let has = |store: &Store| ids.is_none_or(|ids| ids.iter().any(|id| Store::of(id) == *store));
            let reads: Vec<_> = Store::all().filter(has).map(|store| ask(store, OVERALL, &text)).collect();
            let all = Waiting::All(query.range);
            if reads.is_empty() {
                return Ok(Next::Answer(merged(query.range, &[])));
            }
            Ok(Next::NeedsAll(Stage::Usage(all), reads))
        }
    }
}

/// Continues with the answers of the stores. A store that does not answer is reported, and never counted as zero.
pub(super) fn answered(waiting: &Waiting, readings: &[Reading], memory: &mut Memory) -> Result<Next, AdminError> {
    let first = readings.first().unwrap_or(&Reading::Nothing);
    match (waiting, first) {
        (Waiting::One(_), Reading::Response { status: 200, body }) => {
            Ok(Next::Answer(Answer::json(200, String::from_utf8_lossy(body).into_owned())))
        }
        (Waiting::Forget(_), Reading::Response { status: 200, .. }) => {
            Ok(Next::Answer(Answer { status: 204, fields: vec![("Cache-Control", "no-store".to_owned())], body: None }))
        }
        (Waiting::One(store) | Waiting::Forget(store), _) => {
            let heard = memory.heard_of_store(*store).map(|at_ms| Timestamp::from_seconds(at_ms / 1000));
            Err(AdminError::Usage(heard))
        }
        (Waiting::All(range), _) => {
            let is_answer = |reading: &&Reading| matches!(reading, Reading::Response { status: 200, .. });
            if !readings.iter().any(|reading| is_answer(&reading)) {
                return Err(AdminError::Usage(None));
            }
            Ok(Next::Answer(merged(*range, readings)))
        }
    }
}

fn merged(range: UsageRange, readings: &[Reading]) -> Answer {
    let answers: Vec<OverallUsage> = readings
        .iter()
        .filter_map(|reading| match reading {
            Reading::Response { status: 200, body } => read(&String::from_utf8_lossy(body)).ok(),
            _ => None,
        })
        .collect();
    let silent = u32::try_from(readings.len().saturating_sub(answers.len())).unwrap_or(u32::MAX);
    // Nothing in it can fail to serialise.
    Answer::json(200, serde_json::to_string(&OverallUsage::of(range, answers, silent)).unwrap_or_default())
}

fn ask(store: Store, url: &str, body: &str) -> Read {
    Read::Usage { store: store.name(), url: url.to_owned(), body: body.to_owned(), timeout_ms: TIMEOUT_MS }
}

fn read<T: FromJson>(text: &str) -> Result<T, AdminError> {
    let value = Value::parse(text).ok().and_then(|value| T::from_json(value).ok());
    value.ok_or_else(|| AdminError::Registry("the question to the usage stores is malformed".to_owned()))
}
