//! The Durable Object class of the registry: HTTP, the clock, randomness, and the alarm.

use std::cell::{Cell, OnceCell};
use std::collections::BTreeSet;
use std::time::Duration;

use durable_storage::DurableStorage;
use futures_util::StreamExt;
use futures_util::future::join;
use futures_util::stream::FuturesUnordered;
use serde_json::json;
use wasm_bindgen::JsValue;
use worker::{Delay, DurableObject, Env, Request, Response, State, durable_object};

use super::ask::ask;
use super::calls::{self, Answered, COURIER, Object};
use super::outbox::Outbox;
use super::requests::{PolicyBody, head, read_body};
use crate::config::Config;
use crate::log;
use crate::platform::{clock, respond};
use registry::{
    Asked, COMMANDS, HandOver, MAX_HAND_OVERS, NextHandOver, READS, REPORTS, Random, Read, Registry as Rules, Relay,
    Response as Answer, Settings, Share, SilentStores,
};
use tidegate::admin::{AdminError, MAX_POLICY_BYTES};
use tidegate::usage::{Handed, USED, UsageFacts};

/// How many entries are worked off without a pause, and how long a pause is.
const FIRED_IN_A_ROW: u64 = 50;
const PAUSE: Duration = Duration::from_millis(1);
/// The longest that a usage store hands over, in bytes: 500 uses.
const MAX_HANDED_BYTES: usize = 256 * 1024;
/// The longest report of a courier, in bytes.
const MAX_REPORT_BYTES: usize = 4 * 1024;

/// The Durable Object. It keeps nothing in memory that SQLite cannot rebuild.
#[durable_object(alarm)]
pub struct Registry {
    state: State,
    env: Env,
    settings: OnceCell<Settings>,
    rules: OnceCell<Rules>,
    /// How many bodies that carry a policy are being read.
    policy_bodies: Cell<usize>,
}

impl DurableObject for Registry {
    fn new(state: State, env: Env) -> Self {
        Self { state, env, settings: OnceCell::new(), rules: OnceCell::new(), policy_bodies: Cell::new(0) }
    }

    async fn fetch(&self, request: Request) -> worker::Result<Response> {
        let url = request.inner().url();
        let answer = match (url.strip_prefix(READS), url.strip_prefix(REPORTS)) {
            (Some(path), _) => self.read(path).await,
            (None, Some(endpoint)) => self.report(&request, endpoint).await,
            (None, None) if url == USED => self.take_uses(&request).await,
            (None, None) => self.command(request, &url).await,
        };
        let answer = match answer {
            Ok(Answer::Relay(relay)) => self.ask_courier(&relay).await,
            answer => answer,
        };
        let answer = match answer {
            Ok(Answer::NoContent { cookie, rev }) => respond::no_content(cookie.as_deref(), rev),
            Ok(Answer::Relay(_)) => respond::problem(&AdminError::NotFound.answer()),
            Ok(Answer::NotModified { rev }) => respond::not_modified(Some(rev)),
            Ok(Answer::Text(text)) => respond::file(&text),
            Ok(Answer::Json { status, body, rev }) => respond::json_text(status, &body, rev),
            Err(error) => {
                if let AdminError::Registry(what) | AdminError::Misconfigured(what) = &error {
                    log::error(&json!({ "event": "registry", "reason": what }));
                }
                respond::problem(&error.answer())
            }
        };
        Ok(Response::from(answer?))
    }

    async fn alarm(&self) -> worker::Result<Response> {
        if let Err(error) = self.ring().await {
            log::error(&json!({ "event": "alarm", "reason": error.to_string() }));
            Outbox::try_again_later(&self.state).await;
        }
        Response::empty()
    }
}

impl Registry {
    fn rules(&self) -> Result<&Rules, AdminError> {
        if let Some(rules) = self.rules.get() {
            return Ok(rules);
        }
        let rules = Rules::open(Box::new(storage(&self.state)), self.settings(), clock::now())?;
        Ok(self.rules.get_or_init(|| rules))
    }

    /// The settings. An object keeps its environment while it lives.
    fn settings(&self) -> &Settings {
        self.settings.get_or_init(|| Config::read(&self.env).into())
    }

    fn outbox<'a>(&'a self, rules: &'a Rules) -> Outbox<'a> {
        Outbox { rules, state: &self.state, env: &self.env }
    }

    /// The work of the alarm. It continues with what it could not finish before.
    async fn ring(&self) -> Result<(), AdminError> {
        let rules = self.rules()?;
        note("projection", rules.alarm(clock::now())?);
        let resealed = rules.reseal(self.settings(), &Platform, clock::now());
        note("projection", resealed.unwrap_or_else(|error| vec![error.to_string()]));
        let begun_ms = clock::now_ms();
        let made = Cell::new(0);
        // What waits already does not wait for usage stores.
        let (fired, at_once) = join(self.fire(rules, begun_ms), self.hand_over(rules, &made)).await;
        let spent_ms = clock::now_ms().saturating_sub(begun_ms);
        let share = Share::OF_AN_ALARM.after(*fired.as_ref().unwrap_or(&0), spent_ms);
        let outbox = self.outbox(rules);
        let (then, ()) = join(self.hand_over(rules, &made), outbox.drain(self.settings(), share)).await;
        outbox.set_alarm().await;
        fired.map(drop).and(at_once).and(then)
    }

    /// Hands over to couriers what waits for them, as long as this ring has not `made` too many calls. A courier that does not answer holds
    /// back none of the others.
    async fn hand_over(&self, rules: &Rules, made: &Cell<u64>) -> Result<(), AdminError> {
        let mut names = BTreeSet::new();
        let mut calls = FuturesUnordered::new();
        loop {
            while calls.len() < MAX_HAND_OVERS && made.get() < Share::OF_AN_ALARM.puts {
                let hand_over = match rules.next_hand_over(&names, clock::now())? {
                    Some(NextHandOver::HandOver(hand_over)) => hand_over,
                    Some(NextHandOver::Fault(fault)) => {
                        note("hand_over", vec![fault]);
                        continue;
                    }
                    None => break,
                };
                made.update(|made| made.saturating_add(1));
                names.insert(hand_over.endpoint.clone());
                calls.push(self.call_courier(hand_over));
            }
            let Some((hand_over, answer)) = calls.next().await else { return Ok(()) };
            names.remove(&hand_over.endpoint);
            let taken = answer.status == 200;
            if !taken {
                let reason = format!("the courier {} has not taken it: {}", hand_over.endpoint, answer.text);
                log::error(&json!({ "event": "hand_over", "reason": reason }));
            }
            rules.handed_over(&hand_over, taken, clock::now())?;
        }
    }

    async fn call_courier(&self, hand_over: HandOver) -> (HandOver, Answered) {
        let url = format!("{COURIER}/take");
        let answer = calls::call(&self.env, Object::Courier(&hand_over.endpoint), &url, Some(&hand_over.body)).await;
        (hand_over, answer)
    }

    /// What a courier answers, which knows more of its endpoint.
    async fn ask_courier(&self, relay: &Relay) -> Result<Answer, AdminError> {
        let url = format!("{COURIER}{}", relay.path);
        let answer = calls::call(&self.env, Object::Courier(relay.courier.as_str()), &url, Some(&relay.body)).await;
        match answer.status {
            200 | 202 => Ok(Answer::Json { status: answer.status, body: answer.text, rev: None }),
            404 => Err(AdminError::NoMessage),
            _ => Err(AdminError::Registry(format!("the courier {} does not answer: {}", relay.courier, answer.why()))),
        }
    }

    /// What a courier reports.
    async fn report(&self, request: &Request, endpoint: &str) -> Result<Answer, AdminError> {
        let rules = self.rules()?;
        let text = read_body(request, MAX_REPORT_BYTES).await?;
        rules.report(endpoint, &text, clock::now())?;
        self.outbox(rules).set_alarm().await;
        Ok(Answer::Json { status: 200, body: "{}".to_owned(), rev: None })
    }

    /// Works off what is due in the life of integrations. Returns how many entries there were. It pauses between batches, so that requests
    /// are served in between. The usage stores are asked all at once, and none again that does not answer.
    async fn fire(&self, rules: &Rules, begun_ms: u64) -> Result<u64, AdminError> {
        let Share { puts: most, time_ms } = Share::OF_AN_ALARM;
        let mut entries = 0;
        let mut silent = SilentStores::default();
        while entries < most && clock::now_ms().saturating_sub(begun_ms) < time_ms {
            let fired = rules.fire(FIRED_IN_A_ROW.min(most.saturating_sub(entries)), clock::now())?;
            note("due", fired.faults);
            let questions = silent.leave_out(fired.asked).into_iter().map(|asked| self.ask_usage(asked));
            let mut answers: FuturesUnordered<_> = questions.collect();
            while let Some((asked, answer)) = answers.next().await {
                match answer {
                    // One that fails holds back none of the others.
                    Some(answer) => note("due", rules.learn(&asked, &answer, clock::now()).into_iter().collect()),
                    // Without an answer nothing is done; it is asked again later.
                    None => silent.note(&asked),
                }
            }
            if fired.entries == 0 {
                break;
            }
            entries = entries.saturating_add(fired.entries);
            Delay::from(PAUSE).await;
        }
        Ok(entries)
    }

    async fn ask_usage(&self, asked: Asked) -> (Asked, Option<UsageFacts>) {
        let answer = ask(&self.env, &asked.question).await;
        (asked, answer)
    }

    /// What the gate itself asks for. To read the feed also makes sure that the alarm is set.
    async fn read(&self, path: &str) -> Result<Answer, AdminError> {
        let rules = self.rules()?;
        let read = Read::from_path(path).ok_or(AdminError::NotFound)?;
        if read == Read::Feed {
            self.outbox(rules).set_alarm_if_forgotten().await;
        }
        rules.read(&read, clock::now_ms())
    }

    /// What a usage store hands over. Only Durable Objects of this gate can reach the address.
    async fn take_uses(&self, request: &Request) -> Result<Answer, AdminError> {
        let body = read_body(request, MAX_HANDED_BYTES).await?;
        let handed: Handed = calls::read(&body).ok_or(AdminError::Malformed { line: 1, column: 1 })?;
        let rules = self.rules()?;
        rules.take_uses(&handed, clock::now())?;
        self.outbox(rules).set_alarm_if_forgotten().await;
        Ok(Answer::NoContent { cookie: None, rev: None })
    }

    /// The body of a command.
    async fn read_command(&self, request: &Request, limit: usize) -> Result<String, AdminError> {
        let _reading = (limit >= MAX_POLICY_BYTES).then(|| PolicyBody::begin(&self.policy_bodies)).transpose()?;
        read_body(request, limit).await
    }

    /// The body is read only once it is known who asks, and that they may.
    async fn command(&self, request: Request, url: &str) -> Result<Answer, AdminError> {
        let rules = self.rules()?;
        #[cfg(feature = "faults")]
        {
            crate::faults::panic_in_transaction(&request, &storage(&self.state));
            crate::faults::work(&request);
            if crate::faults::set_clock(request.headers().get(crate::faults::HEADER).ok().flatten().as_deref()) {
                self.outbox(rules).set_alarm().await;
            }
        }
        let target = url.strip_prefix(COMMANDS).ok_or_else(calls::wrong_class)?;
        let accepted = rules.accept(head(&request, target), clock::now())?;
        let body = match accepted.max_body() {
            Some(limit) => self.read_command(&request, limit).await?,
            None => String::new(),
        };
        let settings = self.settings();
        let mut outcome = rules.carry_out(accepted, &body, settings, &Platform, clock::now())?;
        note("projection", std::mem::take(&mut outcome.faults));
        let outbox = self.outbox(rules);
        if outcome.publishes || outcome.schedules {
            outbox.set_alarm().await;
        }
        if outcome.publishes {
            outbox.drain_for_a_while(settings).await;
        }
        if let Some(question) = outcome.question()
            && let Some(answer) = ask(&self.env, question).await
        {
            outcome.learn(answer);
        }
        rules.complete(outcome, clock::now())
    }
}

/// The SQL of the object with this state.
pub(crate) fn storage(state: &State) -> DurableStorage {
    let storage = state.storage();
    let raw: &JsValue = storage.as_raw().as_ref();
    DurableStorage::new(raw)
}

/// The platform's randomness.
struct Platform;

impl Random for Platform {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), String> {
        getrandom::fill(bytes).map_err(|error| error.to_string())
    }
}

fn note(event: &str, faults: Vec<String>) {
    for fault in faults {
        log::error(&json!({ "event": event, "reason": fault }));
    }
}
