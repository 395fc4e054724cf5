//! The machine: how far a sign-in has come, and what to do next.

use std::borrow::Cow;

use super::discovery::Discovery;
use super::jwk;
use super::jwt::Jwt;
use super::login::{ENTROPY, Login};
use super::memory::{LookUp, Memory};
use super::messages::{callback, exchange, exchanged, fetch, location, ok};
use super::step::{Outcome, Step, Verify};
use super::{Provider, Refusal, claims};
use crate::time::Timestamp;
use crate::token::TokenKeys;

/// How long to wait for the fetch of another request, in milliseconds, and how often at most.
const PAUSE_MS: u64 = 200;
const MAX_PAUSES: u32 = 30;

/// A sign-in under way.
pub struct Machine<'a> {
    provider: Cow<'a, Provider>,
    keys: Cow<'a, TokenKeys>,
    phase: Phase,
    pauses: u32,
}

enum Phase {
    /// For the page of the provider.
    Leaving {
        login: Login,
    },
    /// The callback was checked; the document is needed.
    Discovering {
        login: Login,
        code: String,
    },
    /// The code was sent.
    Exchanging {
        login: Login,
    },
    /// The provider's keys are needed.
    Keys {
        login: Login,
        token: Jwt,
    },
    /// The signature is being verified.
    Verifying {
        login: Login,
        token: Jwt,
    },
    Ended,
}

impl<'a> Machine<'a> {
    /// Whether it waits for a signature to be verified.
    pub fn verifies(&self) -> bool {
        matches!(self.phase, Phase::Verifying { .. })
    }

    /// The same without borrowed data.
    pub fn into_owned(self) -> Machine<'static> {
        let (provider, keys) = (self.provider.into_owned(), self.keys.into_owned());
        Machine { provider: Cow::Owned(provider), keys: Cow::Owned(keys), phase: self.phase, pauses: self.pauses }
    }

    /// Begins a sign-in. `entropy` must be fresh randomness.
    pub fn begin(
        provider: &'a Provider,
        keys: &'a TokenKeys,
        entropy: &[u8; ENTROPY],
        memory: &mut Memory,
        now_ms: u64,
    ) -> (Self, Step) {
        let login = Login::new(entropy, at(now_ms));
        let mut machine = Self {
            provider: Cow::Borrowed(provider),
            keys: Cow::Borrowed(keys),
            phase: Phase::Leaving { login },
            pauses: 0,
        };
        let step = machine.discover(memory, now_ms);
        (machine, step)
    }

    /// Goes on where the provider sent the browser back, with the callback's query and the browser's cookies.
    pub fn complete(
        provider: &'a Provider,
        keys: &'a TokenKeys,
        query: &str,
        cookies: &str,
        memory: &mut Memory,
        now_ms: u64,
    ) -> (Self, Step) {
        let mut machine =
            Self { provider: Cow::Borrowed(provider), keys: Cow::Borrowed(keys), phase: Phase::Ended, pauses: 0 };
        let step = match callback(provider, keys, query, cookies, at(now_ms)) {
            Ok((login, code)) => {
                machine.phase = Phase::Discovering { login, code };
                machine.discover(memory, now_ms)
            }
            Err(refusal) => Step::Refused(refusal),
        };
        (machine, step)
    }

    /// Goes on with what came of the last step.
    pub fn resume(&mut self, outcome: Outcome, memory: &mut Memory, now_ms: u64) -> Step {
        match (std::mem::replace(&mut self.phase, Phase::Ended), outcome) {
            (phase @ (Phase::Leaving { .. } | Phase::Discovering { .. }), Outcome::Fetched(answer)) => {
                self.phase = phase;
                let found = answer.and_then(ok).and_then(|text| Discovery::parse(&text, &self.provider));
                memory.learn_discovery(found, now_ms);
                self.discovered(memory)
            }
            (phase @ (Phase::Leaving { .. } | Phase::Discovering { .. }), Outcome::Paused) => {
                self.phase = phase;
                self.discover(memory, now_ms)
            }
            (Phase::Exchanging { login }, Outcome::Fetched(answer)) => match exchanged(answer) {
                Ok(token) => self.find_key(login, token, memory, now_ms),
                Err(refusal) => self.refuse(refusal),
            },
            (Phase::Keys { login, token }, Outcome::Fetched(answer)) => {
                memory.learn_keys(answer.and_then(ok).and_then(|text| jwk::read(&text)), now_ms);
                self.verify(login, token, memory)
            }
            (Phase::Keys { login, token }, Outcome::Paused) => self.find_key(login, token, memory, now_ms),
            (Phase::Verifying { login, token }, Outcome::Verified(true)) => {
                let claims =
                    token.claims().and_then(|claims| claims::check(&claims, &self.provider, &login, at(now_ms)));
                claims.map_or_else(Step::Refused, Step::Proved)
            }
            (Phase::Verifying { .. }, _) => Step::Refused(Refusal::Signature),
            _ => Step::Refused(Refusal::Malformed),
        }
    }

    fn refuse(&mut self, refusal: Refusal) -> Step {
        self.phase = Phase::Ended;
        Step::Refused(refusal)
    }

    /// What to do to have the document, or what comes next where it is there.
    fn discover(&mut self, memory: &mut Memory, now_ms: u64) -> Step {
        match memory.look_up_discovery(now_ms) {
            LookUp::Known => self.discovered(memory),
            LookUp::Wait => self.pause(Refusal::Discovery),
            LookUp::Fetch => Step::Fetch(fetch(self.provider.issuer.discovery_url())),
        }
    }

    /// What to do with the document.
    fn discovered(&mut self, memory: &Memory) -> Step {
        let Some(discovery) = memory.discovery() else { return self.refuse(Refusal::Discovery) };
        match std::mem::replace(&mut self.phase, Phase::Ended) {
            Phase::Leaving { login } => Step::Redirect {
                location: location(discovery, &self.provider, &login),
                cookie: login.cookie(&self.keys),
            },
            Phase::Discovering { login, code } => {
                let step = Step::Fetch(exchange(discovery, &self.provider, &login, &code));
                self.phase = Phase::Exchanging { login };
                step
            }
            _ => Step::Refused(Refusal::Malformed),
        }
    }

    fn find_key(&mut self, login: Login, token: Jwt, memory: &mut Memory, now_ms: u64) -> Step {
        match memory.look_up_key(token.kid.as_deref(), now_ms) {
            LookUp::Known => self.verify(login, token, memory),
            LookUp::Wait => {
                self.phase = Phase::Keys { login, token };
                self.pause(Refusal::Keys)
            }
            LookUp::Fetch => match memory.discovery() {
                Some(discovery) => {
                    self.phase = Phase::Keys { login, token };
                    Step::Fetch(fetch(discovery.jwks_uri.clone()))
                }
                None => self.refuse(Refusal::Discovery),
            },
        }
    }

    /// Waits for the fetch of another request. After too many waits, the sign-in is refused with `refusal`.
    fn pause(&mut self, refusal: Refusal) -> Step {
        if self.pauses >= MAX_PAUSES {
            return self.refuse(refusal);
        }
        self.pauses = self.pauses.saturating_add(1);
        Step::Pause(PAUSE_MS)
    }

    /// The algorithm is the key's; the header must name the same.
    fn verify(&mut self, login: Login, token: Jwt, memory: &Memory) -> Step {
        if !memory.has_keys() {
            return self.refuse(Refusal::Keys);
        }
        match memory.key(token.kid.as_deref()) {
            None => self.refuse(Refusal::UnknownKey),
            Some(key) if key.algorithm.as_str() != token.algorithm => self.refuse(Refusal::Algorithm),
            Some(key) => {
                let step = Step::Verify(Verify {
                    key: key.public.clone(),
                    algorithm: key.algorithm,
                    signature: token.signature.clone(),
                    data: token.signed.clone().into_bytes(),
                });
                self.phase = Phase::Verifying { login, token };
                step
            }
        }
    }
}

fn at(now_ms: u64) -> Timestamp {
    Timestamp::from_seconds(now_ms.checked_div(1000).unwrap_or_default())
}
