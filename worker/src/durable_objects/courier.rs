//! The Durable Object class that delivers events: one object for each webhook endpoint, with a queue, an alarm and connections of its own, so
//! that no endpoint delays another.

use std::cell::{OnceCell, RefCell};
use std::pin::pin;
use std::time::Duration;

use durable_storage::DurableStorage;
use futures_util::StreamExt;
use futures_util::future::{Either, select};
use futures_util::stream::FuturesUnordered;
use serde_json::json;
use wasm_bindgen::JsValue;
use worker::{Delay, DurableObject, Env, Request, Response, State, durable_object};

use super::calls::{self, COURIER, Object};
use super::registry::storage;
use crate::config::{Config, webhook_egress};
use crate::log;
use crate::platform::body;
use crate::platform::{clock, respond};
use registry::{Attempt, Begun, Courier as Rules, Ended, READS, REPORTS, Read, UNDER_WAY_SECONDS};
use tidegate::admin::AdminError;
use tidegate::token::IntegrationId;
use tidegate::webhooks::{AddressRules, Jitter, Outcome, SealingKeys, retry_after};

/// The longest text that the registry hands over, in bytes.
const MAX_HANDED_BYTES: usize = 4_000_000;
/// How many attempts one alarm makes, and for how long it starts new ones, in milliseconds.
const MAX_ATTEMPTS: u64 = 500;
const MAX_RING_MS: u64 = 60_000;
/// How often a ring looks for messages that came meanwhile.
const LOOK: Duration = Duration::from_millis(200);
/// When the alarm rings again if the object ends before it has set it.
const WATCHDOG: Duration = Duration::from_secs(UNDER_WAY_SECONDS);
/// How long what the registry says of an integration holds, in milliseconds: attempts that begin together ask once.
const RECORD_MS: u64 = 1_000;

/// The Durable Object. It keeps nothing in memory that SQLite and the registry cannot rebuild.
#[durable_object(alarm)]
pub struct Courier {
    state: State,
    env: Env,
    means: OnceCell<Means>,
    rules: OnceCell<Rules>,
    /// What the registry has said of the endpoint's integration, and when.
    record: RefCell<Option<(u64, String)>>,
}

/// The deployment's settings that a courier needs.
struct Means {
    keys: Result<SealingKeys, AdminError>,
    addresses: Result<AddressRules, AdminError>,
    /// The service that webhooks go out by, if there is one.
    egress: Result<Option<JsValue>, AdminError>,
}

impl DurableObject for Courier {
    fn new(state: State, env: Env) -> Self {
        let (means, rules, record) = (OnceCell::new(), OnceCell::new(), RefCell::default());
        Self { state, env, means, rules, record }
    }

    async fn fetch(&self, request: Request) -> worker::Result<Response> {
        let url = request.inner().url();
        let answer = match self.answer(&request, &url).await {
            Ok((status, text)) => respond::json_text(status, &text, None),
            Err(error) => {
                note(&error);
                respond::problem(&error.answer())
            }
        };
        self.set_alarm().await;
        Ok(Response::from(answer?))
    }

    async fn alarm(&self) -> worker::Result<Response> {
        self.set_alarm_in(WATCHDOG).await;
        if let Err(error) = self.ring().await {
            note(&error);
            if let Some(rules) = self.rules.get() {
                rules.abandon();
            }
            self.set_alarm_in(WATCHDOG).await;
        } else {
            self.set_alarm().await;
        }
        Response::empty()
    }
}

impl Courier {
    fn rules(&self) -> Result<&Rules, AdminError> {
        if let Some(rules) = self.rules.get() {
            return Ok(rules);
        }
        let sql: DurableStorage = storage(&self.state);
        let rules = Rules::open(Box::new(sql))?;
        Ok(self.rules.get_or_init(|| rules))
    }

    fn means(&self) -> &Means {
        self.means.get_or_init(|| {
            let config = Config::read(&self.env);
            let addresses = config.addresses().map_err(Into::into);
            let keys = config.keys.map(|keys| SealingKeys::of(&keys)).map_err(Into::into);
            Means { keys, addresses, egress: webhook_egress(&self.env).map_err(Into::into) }
        })
    }

    /// What the registry says or asks.
    async fn answer(&self, request: &Request, url: &str) -> Result<(u16, String), AdminError> {
        let path = url.strip_prefix(COURIER).ok_or_else(calls::wrong_class)?;
        let bytes = body::read(request.inner(), MAX_HANDED_BYTES).await;
        let text = bytes.ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let text = text.ok_or_else(|| AdminError::Registry("what the registry says cannot be read".to_owned()))?;
        let rules = self.rules()?;
        if path == "/take" {
            return rules.take(&text, clock::now()).map(|()| (200, "{}".to_owned()));
        }
        rules.answer(path, &text, clock::now())
    }

    /// Sets the alarm to when there is something to do next.
    async fn set_alarm(&self) {
        match self.rules().and_then(|rules| rules.due_in(clock::now())) {
            Ok(Some(seconds)) => self.set_alarm_in(Duration::from_secs(seconds)).await,
            Ok(None) => {
                let _ = self.state.storage().delete_alarm().await; // one that is left rings once for nothing
            }
            Err(error) => {
                note(&error);
                self.set_alarm_in(WATCHDOG).await;
            }
        }
    }

    async fn set_alarm_in(&self, delay: Duration) {
        if let Err(error) = self.state.storage().set_alarm(delay).await {
            log::error(&json!({ "event": "alarm", "reason": error.to_string() }));
        }
    }

    /// Makes the attempts that are due, or become due meanwhile, and reports to the registry.
    async fn ring(&self) -> Result<(), AdminError> {
        let rules = self.rules()?;
        let begun_ms = clock::now_ms();
        let mut under_way = FuturesUnordered::new();
        let mut made = 0_u64;
        loop {
            while made < MAX_ATTEMPTS && clock::now_ms().saturating_sub(begun_ms) < MAX_RING_MS {
                let Some(attempt) = self.begin(rules)? else { break };
                made = made.saturating_add(1);
                under_way.push(self.attempt(rules, attempt));
            }
            if under_way.is_empty() {
                break;
            }
            if let Either::Left((Some(ended), _)) = select(under_way.next(), pin!(Delay::from(LOOK))).await {
                ended?;
            }
            self.tell_registry(rules).await?;
        }
        self.tell_registry(rules).await
    }

    fn begin(&self, rules: &Rules) -> Result<Option<Box<Attempt>>, AdminError> {
        let Means { keys, addresses, egress } = self.means();
        let (keys, addresses) =
            (keys.as_ref().map_err(AdminError::clone)?, addresses.as_ref().map_err(AdminError::clone)?);
        egress.as_ref().map_err(AdminError::clone)?;
        match rules.begin(keys, addresses, clock::now())? {
            Some(Begun::Attempt(attempt)) => Ok(Some(attempt)),
            Some(Begun::Fault(fault)) => {
                log::error(&json!({ "event": "courier", "reason": fault }));
                Ok(None)
            }
            None => Ok(None),
        }
    }

    async fn attempt(&self, rules: &Rules, attempt: Box<Attempt>) -> Result<(), AdminError> {
        let permitted = match attempt.integration() {
            None => Some(true),
            Some(id) => self.record(id).await.and_then(|record| attempt.is_permitted(&record, clock::now())),
        };
        let taken = match permitted {
            Some(true) => self.send(&attempt).await,
            Some(false) => Ended::NotPermitted,
            None => Ended::Unknown,
        };
        let mut byte = [0];
        let _ = getrandom::fill(&mut byte); // without it, there is no jitter
        rules.answered(&attempt, taken, Jitter(byte[0]), clock::now())
    }

    async fn send(&self, attempt: &Attempt) -> Ended {
        let egress = self.means().egress.as_ref().ok().and_then(Option::as_ref);
        let Some(delivered) = calls::send(egress, attempt).await else {
            return Ended::Made { outcome: Outcome::Failed, duration_ms: 0, answer: None };
        };
        let now = clock::now();
        let asked = delivered.retry_after.and_then(|value| retry_after(&value, now));
        let outcome = match delivered.status.and_then(|status| u16::try_from(status).ok()) {
            Some(status) => Outcome::Answered { status, retry_after: asked },
            None if delivered.failed.as_deref() == Some("timed_out") => Outcome::TimedOut,
            None => Outcome::Failed,
        };
        Ended::Made { outcome, duration_ms: delivered.duration_ms, answer: delivered.answer }
    }

    /// The integration's record as the registry has it now.
    async fn record(&self, id: &IntegrationId) -> Option<String> {
        let now_ms = clock::now_ms();
        let is_fresh = |at: u64| now_ms.saturating_sub(at) < RECORD_MS && at <= now_ms;
        if let Some((at, record)) = &*self.record.borrow()
            && is_fresh(*at)
        {
            return Some(record.clone());
        }
        let url = format!("{READS}{}", Read::Record(id.clone()).to_path());
        let answer = calls::call(&self.env, Object::Registry, &url, None).await;
        if answer.status != 200 {
            return None;
        }
        *self.record.borrow_mut() = Some((now_ms, answer.text.clone()));
        Some(answer.text)
    }

    async fn tell_registry(&self, rules: &Rules) -> Result<(), AdminError> {
        let Some(report) = rules.report(clock::now())? else { return Ok(()) };
        let url = format!("{REPORTS}{}", report.endpoint);
        let answer = calls::call(&self.env, Object::Registry, &url, Some(&report.body)).await;
        if answer.status != 200 {
            log::error(
                &json!({ "event": "courier", "reason": format!("the registry hears no report: {}", answer.text) }),
            );
        }
        rules.reported(&report, answer.status == 200, clock::now())
    }
}

fn note(error: &AdminError) {
    if let AdminError::Registry(what) | AdminError::Misconfigured(what) = error {
        log::error(&json!({ "event": "courier", "reason": what }));
    }
}
