//! The Durable Object class of a usage store: HTTP, the clock, and the alarm.

use std::cell::{Cell, OnceCell};
use std::time::Duration;

use serde_json::json;
use web_sys::Response as WebResponse;
use worker::{DurableObject, Env, Request, Response, State, durable_object};

use super::calls::{self, Object};
use super::registry::storage;
use crate::log;
use crate::platform::body::{self, BodyError};
use crate::platform::{clock, respond};
use registry::{RETRY_AFTER, Taken, UsageStore};
use tidegate::admin::AdminError;
use tidegate::reply::Reply;
use tidegate::usage::{FACTS, FLUSH, FORGET, Handed, OF_INTEGRATION, OVERALL, Store, USED};

/// The longest body, in bytes: a flush of all cells of an isolate is shorter.
const MAX_BODY_BYTES: usize = 4 * 1024 * 1024;

/// The Durable Object. It keeps nothing in memory that SQLite cannot rebuild.
#[durable_object(alarm)]
pub struct Usage {
    state: State,
    env: Env,
    store: OnceCell<UsageStore>,
    /// Whether an alarm is known to be set.
    has_alarm: Cell<bool>,
}

impl DurableObject for Usage {
    fn new(state: State, env: Env) -> Self {
        Self { state, env, store: OnceCell::new(), has_alarm: Cell::new(false) }
    }

    async fn fetch(&self, request: Request) -> worker::Result<Response> {
        let url = request.inner().url();
        let answer = match self.answer(request, &url).await {
            Ok(answer) => answer,
            Err(error) => {
                log::error(&json!({ "event": "usage", "reason": error.to_string() }));
                respond::problem(&error.answer())
            }
        };
        Ok(Response::from(answer?))
    }

    async fn alarm(&self) -> worker::Result<Response> {
        self.has_alarm.set(false);
        if let Err(error) = self.ring().await {
            log::error(&json!({ "event": "alarm", "reason": error.to_string() }));
        }
        self.set_alarm().await;
        Response::empty()
    }
}

impl Usage {
    async fn answer(&self, request: Request, url: &str) -> Result<worker::Result<WebResponse>, AdminError> {
        #[cfg(feature = "faults")]
        crate::faults::set_clock(request.headers().get(crate::faults::HEADER).ok().flatten().as_deref());
        let text = body::read(request.inner(), MAX_BODY_BYTES).await.map_err(|error| match error {
            BodyError::TooLong => AdminError::TooLarge(MAX_BODY_BYTES),
            BodyError::Broken(_) => AdminError::TooSlow,
        })?;
        let text = String::from_utf8_lossy(&text);
        let (store, now) = (self.store()?, clock::now());
        let answer = match url {
            FLUSH => return self.flush(store, &text).await,
            FACTS => store.facts(&text, now, clock::seconds(clock::platform_ms()))?,
            OF_INTEGRATION => store.of_integration(&text, now)?,
            OVERALL => store.overall(&text, now)?,
            FORGET => {
                store.forget(&text)?;
                "{}".to_owned()
            }
            _ => return Err(calls::wrong_class()),
        };
        self.set_alarm_if_forgotten().await;
        Ok(respond::json_text(200, &answer, None))
    }

    async fn flush(&self, store: &UsageStore, text: &str) -> Result<worker::Result<WebResponse>, AdminError> {
        let taken = store.flush(text, clock::now())?;
        if taken == Taken::Counted && store.due_in(clock::now())?.is_zero() {
            self.set_alarm().await;
        } else {
            self.set_alarm_if_forgotten().await;
        }
        Ok(match taken {
            Taken::Counted | Taken::Repeated => respond::json_text(200, "{}", None),
            Taken::TooLate => refusal(410, "too-late", "The flush is too old to be told from one that was counted."),
            Taken::Malformed => refusal(422, "malformed", "It is no flush that this release reads."),
        })
    }

    fn store(&self) -> Result<&UsageStore, AdminError> {
        if let Some(store) = self.store.get() {
            return Ok(store);
        }
        let store = UsageStore::open(Box::new(storage(&self.state)), clock::now())?;
        Ok(self.store.get_or_init(|| store))
    }

    async fn ring(&self) -> Result<(), AdminError> {
        let store = self.store()?;
        store.alarm(clock::now(), clock::seconds(clock::platform_ms()))?;
        let number = self.state.id().name().and_then(|name| Store::named(&name));
        let number = number.map(|store| u32::from(store.number())).unwrap_or_default();
        if let Some(handed) = store.to_hand(number, clock::now())? {
            match self.hand(&handed).await {
                Ok(()) => store.handed(&handed)?,
                Err(why) => {
                    log::error(&json!({ "event": "usage", "reason": format!("the registry: {why}") }));
                    store.not_handed(clock::now())?;
                }
            }
        }
        Ok(())
    }

    /// Hands uses to the registry. What it does not take is handed over again.
    async fn hand(&self, handed: &Handed) -> Result<(), String> {
        let body = serde_json::to_string(handed).map_err(|error| error.to_string())?;
        let answer = calls::call(&self.env, Object::Registry, USED, Some(&body)).await;
        if (200..300).contains(&answer.status) { Ok(()) } else { Err(answer.why()) }
    }

    /// Sets the alarm to when there is something to do next.
    async fn set_alarm(&self) {
        let due = self.store().and_then(|store| store.due_in(clock::now()));
        // What the registry did not take is not repeated at once.
        let delay = due.unwrap_or(RETRY_AFTER).max(Duration::from_millis(10));
        match self.state.storage().set_alarm(delay).await {
            Ok(()) => self.has_alarm.set(true),
            Err(error) => log::error(&json!({ "event": "alarm", "reason": error.to_string() })),
        }
    }

    async fn set_alarm_if_forgotten(&self) {
        if self.has_alarm.get() {
            return;
        }
        match self.state.storage().get_alarm().await {
            Ok(Some(_)) => self.has_alarm.set(true),
            _ => self.set_alarm().await,
        }
    }
}

fn refusal(status: u16, code: &str, detail: &str) -> worker::Result<WebResponse> {
    respond::problem(&Reply::new(status, code, "The flush is not counted", detail))
}
