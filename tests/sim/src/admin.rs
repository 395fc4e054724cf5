//! The admins: they turn a plan's commands into requests of the admin API, hold the answers against the reference, and keep what
//! only they know, the tokens.

use std::collections::BTreeMap;

use registry::Response;
use serde_json::{Value, json};
use tidegate::admin::AdminError;
use tidegate::time::Timestamp;
use tidegate::token::{IntegrationId, Prefix, SECRET_BYTES, TokenKeys, mint};

use super::api;
use super::plan::Command;
use super::truth::{Being, Expected, Timeline, Undone, expected};

/// A key that is not the simulated deployment's.
const FORGED_KEY: &str = "AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM";

/// All admins, and what is true by what they did.
pub struct Admins {
    integrations: Vec<Integration>,
    /// Those that an admin knows.
    known: BTreeMap<IntegrationId, usize>,
    /// The variants of the policy.
    pub policies: Timeline<u8>,
    pending: Vec<Pending>,
    /// A token in the right form that nobody minted.
    pub forged: String,
    /// The latest second that the registry's clock has shown.
    latest_seconds: u64,
}

#[derive(Debug)]
struct Integration {
    id: Option<IntegrationId>,
    timeline: Timeline<Being>,
    /// Its tokens by number, once an admin has them.
    tokens: Vec<Option<String>>,
    /// What of its last change can be undone.
    undone: Option<Undone>,
}

struct Pending {
    command: Command,
    /// What it may come to: two things, where the registry's clock has stepped back behind a deadline that it had told to be over.
    expected: Vec<Expected>,
    /// Its place in the timeline that it changed.
    place: Option<usize>,
    answer: Option<Answer>,
}

struct Answer {
    id: Option<IntegrationId>,
    token: Option<String>,
}

/// A request of the admin API.
pub struct Request {
    /// The method.
    pub method: &'static str,
    /// The path below `/_tidegate/api`.
    pub target: String,
    /// The revision that it is based on.
    pub rev: Option<u64>,
    /// The body.
    pub body: String,
}

/// What a record must say.
#[derive(Debug)]
pub struct ExpectedRecord<'a> {
    rev: u64,
    being: &'a Being,
}

impl Default for Admins {
    fn default() -> Self {
        let keys = TokenKeys::parse(FORGED_KEY).unwrap();
        let forged = mint(&keys, &Prefix::default(), IntegrationId::from_entropy([7; 10]), [7; SECRET_BYTES]);
        let policies = Timeline::new(0);
        Self {
            integrations: Vec::new(),
            known: BTreeMap::new(),
            policies,
            pending: Vec::new(),
            forged: forged.plaintext.reveal(),
            latest_seconds: 0,
        }
    }
}

impl Admins {
    /// How many sub-accounts there are.
    pub const OWNERS: usize = 3;

    /// The sub-account that an integration belongs to.
    pub fn owner(integration: usize) -> usize {
        integration % Self::OWNERS
    }

    /// Takes up a command; the number is for all that follows.
    pub fn begin(&mut self, command: Command) -> u64 {
        self.pending.push(Pending { command, expected: Vec::new(), place: None, answer: None });
        self.pending.len() as u64 - 1
    }

    fn of(&mut self, integration: usize) -> &mut Integration {
        while self.integrations.len() <= integration {
            let timeline = Timeline::new(Being::Nothing);
            self.integrations.push(Integration { id: None, timeline, tokens: Vec::new(), undone: None });
        }
        &mut self.integrations[integration]
    }

    /// The request of a command, as it reaches the registry; `None` where no admin could ask for it.
    pub fn request(&mut self, number: u64, clock_seconds: u64) -> Option<Request> {
        let command = self.pending[number as usize].command;
        self.latest_seconds = self.latest_seconds.max(clock_seconds);
        let seconds = [clock_seconds, self.latest_seconds];
        let (method, suffix, body) = match command {
            Command::Create(integration, scopes) => {
                let owner = json!({ "level": "sub_account", "id": format!("account{}", Self::owner(integration)) });
                let name = format!("Integration {integration}");
                ("POST", "", json!({ "name": name, "owner": owner, "scopes": api::names(scopes) }))
            }
            Command::RotateLater(_, window) => {
                ("POST", "/rotate", json!({ "expire": "later", "window_seconds": window }))
            }
            Command::RotateNow(_) => ("POST", "/rotate", json!({ "expire": "now" })),
            Command::Cancel(_) => ("POST", "/rotation/cancel", Value::Null),
            Command::Finish(_) => ("POST", "/rotation/finish", Value::Null),
            Command::Edit(_, scopes) | Command::EditStale(_, scopes) => {
                ("PATCH", "", json!({ "scopes": api::names(scopes) }))
            }
            Command::Pause(_) => ("POST", "/pause", Value::Null),
            Command::Resume(_) => ("POST", "/resume", Value::Null),
            Command::Undo(_) => ("POST", "/undo", Value::Null),
            Command::End(_, after) => {
                ("PATCH", "", json!({ "expires_at": after.map(|after| moment(clock_seconds + after)) }))
            }
            Command::Extend(integration, more) => {
                let until = self.of(integration).outgoing_until().unwrap_or(clock_seconds);
                ("POST", "/rotation/extend", json!({ "expires_at": moment(until + more) }))
            }
            Command::Delete(_) => ("DELETE", "", Value::Null),
            Command::Publish(variant) => ("PUT", "/policy", api::policy(variant)),
            Command::Resync => ("POST", "/resync", Value::Null),
        };
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let (target, rev, expected) = match command {
            Command::Publish(variant) => {
                let next =
                    (variant != self.policies.last().is || self.policies.last().rev == 0).then_some(Being::Nothing);
                (suffix.to_owned(), None, vec![Expected { status: 200, next, undone: None }])
            }
            Command::Resync => (suffix.to_owned(), None, vec![Expected { status: 202, next: None, undone: None }]),
            Command::Create(integration, _) => {
                let of = self.of(integration);
                if of.timeline.last().is != Being::Nothing {
                    return None;
                }
                ("/integrations".to_owned(), None, vec![expected(&Being::Nothing, None, command, 1, clock_seconds)])
            }
            _ => {
                let of = self.of(command.integration()?);
                let last = of.timeline.last();
                let rev = if matches!(command, Command::EditStale(..)) { last.rev + 7 } else { last.rev };
                let by = |now| expected(&last.is, of.undone.as_ref(), command, of.tokens.len() + 1, now);
                (format!("/integrations/{}{suffix}", of.id.as_ref()?), Some(rev), seconds.map(by).to_vec())
            }
        };
        self.pending[number as usize].expected = expected;
        Some(Request { method, target, rev, body })
    }

    /// A command was carried out, or refused. What the reference expects is true from now on; an excused failure changes nothing.
    ///
    /// # Errors
    /// Where the reference expects something else.
    pub fn done(
        &mut self,
        number: u64,
        done: Result<(), AdminError>,
        excused: bool,
        now_ms: u64,
    ) -> Result<(), String> {
        let Pending { command, expected, .. } = &mut self.pending[number as usize];
        let (command, alternatives) = (*command, std::mem::take(expected));
        let is_met = |expected: &&Expected| match &done {
            Ok(()) => expected.status < 300,
            Err(error) => error.answer().status == expected.status,
        };
        let Some(expected) = alternatives.iter().find(is_met).cloned() else {
            return if excused && done.is_err() {
                Ok(())
            } else {
                Err(format!("{command:?}: {done:?}, not {alternatives:?}"))
            };
        };
        if done.is_err() {
            return Ok(());
        }
        let latest_seconds = self.latest_seconds;
        let place = match (command, expected.next) {
            (_, None) => None,
            (Command::Publish(variant), Some(_)) => {
                let rev = self.policies.last().rev + 1;
                Some(self.policies.push(now_ms, rev, variant))
            }
            (command, Some(next)) => {
                let of = self.of(command.integration().unwrap());
                if matches!(command, Command::Create(..) | Command::RotateLater(..) | Command::RotateNow(_)) {
                    of.tokens.push(None);
                }
                of.undone = expected.undone;
                Some(of.timeline.push(now_ms, of.timeline.last().rev + 1, settled(next, latest_seconds)))
            }
        };
        self.pending[number as usize].place = place;
        Ok(())
    }

    /// The registry has answered.
    ///
    /// # Errors
    /// Where the answer cannot be.
    pub fn answered(&mut self, number: u64, answer: Result<Response, AdminError>) -> Result<(), String> {
        let body = match answer.map_err(|error| error.to_string())? {
            Response::Json { body, .. } => serde_json::from_str(&body).map_err(|error| error.to_string())?,
            _ => Value::Null,
        };
        let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str);
        let id = text("/integration/id").and_then(|id| IntegrationId::parse(id).ok());
        let Some(pending) = self.pending.get_mut(number as usize) else { return Ok(()) };
        pending.answer = Some(Answer { id, token: text("/token").map(str::to_owned) });
        Ok(())
    }

    /// The answer reaches the admin.
    pub fn told(&mut self, number: u64, now_ms: u64) {
        let Some(Pending { command, place: Some(place), answer, .. }) = self.pending.get_mut(number as usize) else {
            return;
        };
        let (command, place, answer) = (*command, *place, answer.take());
        let Some(integration) = command.integration() else { return self.policies.tell(place, now_ms) };
        let of = self.of(integration);
        of.timeline.tell(place, now_ms);
        let Some(Answer { id, token }) = answer else { return };
        of.id = of.id.take().or_else(|| id.clone());
        if token.is_some()
            && let Being::Live(live) = of.timeline.at(place)
        {
            let newest = live.tokens[0].0;
            of.tokens[newest - 1] = token;
        }
        if let Some(id) = id {
            self.known.insert(id, integration);
        }
    }

    /// One of an integration's tokens that an admin has, with its number, counted back from the newest.
    pub fn token(&self, integration: usize, back: usize) -> Option<(usize, String)> {
        let tokens = self.integrations.get(integration)?.tokens.iter().enumerate();
        let (place, token) = tokens.filter(|(_, token)| token.is_some()).rev().nth(back)?;
        Some((place + 1, token.clone()?))
    }

    /// The integration with this id, if an admin knows it.
    pub fn find(&self, id: &IntegrationId) -> Option<usize> {
        self.known.get(id).copied()
    }

    /// The id of an integration that an admin knows.
    pub fn id(&self, integration: usize) -> Option<&IntegrationId> {
        self.integrations.get(integration)?.id.as_ref()
    }

    /// What is true of an integration.
    pub fn timeline(&self, integration: usize) -> &Timeline<Being> {
        &self.integrations[integration].timeline
    }

    /// Every integration that an admin knows, and what its record must say.
    pub fn records(&self) -> Vec<(IntegrationId, ExpectedRecord<'_>)> {
        let known = self.integrations.iter().filter_map(|integration| {
            let last = integration.timeline.last();
            Some((integration.id.clone()?, ExpectedRecord { rev: last.rev, being: &last.is }))
        });
        known.collect()
    }
}

impl ExpectedRecord<'_> {
    /// Whether a record says that.
    pub fn is_like(&self, text: &str) -> bool {
        let Ok(record) = serde_json::from_str::<Value>(text) else { return false };
        let says = |name: &str, value: Value| record.get(name) == Some(&value);
        let says_being = match self.being {
            Being::Nothing => false,
            Being::Gone => says("gone", true.into()),
            Being::Live(live) => {
                let tokens = record.get("tokens").and_then(Value::as_array).into_iter().flatten();
                let tokens = tokens.map(|token| (token["n"].as_u64(), token.get("not_after").and_then(Value::as_u64)));
                let expected: Vec<_> =
                    live.tokens.iter().map(|(number, until)| (Some(*number as u64), *until)).collect();
                let tokens: Vec<_> = tokens.collect();
                let says_tokens = tokens == expected || (live.may_have_dropped && tokens[..] == expected[..1]);
                let ends = live.ends.map(Value::from);
                let is_paused = record.get("paused").and_then(Value::as_bool).unwrap_or_default();
                says("scopes", json!(api::names(live.scopes)))
                    && says_tokens
                    && record.get("expires_at") == ends.as_ref()
                    && is_paused == live.paused
            }
        };
        says("rev", self.rev.into()) && says_being
    }
}

impl Integration {
    /// The deadline of the outgoing token.
    fn outgoing_until(&self) -> Option<u64> {
        match &self.timeline.last().is {
            Being::Live(live) => live.tokens.get(1).and_then(|(_, until)| *until),
            Being::Nothing | Being::Gone => None,
        }
    }
}

/// Notes whether the registry may have dropped a token whose deadline its clock has passed.
fn settled(being: Being, latest_seconds: u64) -> Being {
    match being {
        Being::Live(mut live) => {
            let until = live.tokens.get(1).and_then(|(_, until)| *until);
            live.may_have_dropped |= until.is_some_and(|until| until <= latest_seconds);
            Being::Live(live)
        }
        being => being,
    }
}

fn moment(seconds: u64) -> String {
    Timestamp::from_seconds(seconds).to_string()
}
