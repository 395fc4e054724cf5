//! The machine: where a sign-in stands, and what is to be done next.

use std::borrow::Cow;

use base64ct::{Base64, Encoding};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::discovery::Discovery;
use super::jwk::{self, Algorithm};
use super::jwt::Jwt;
use super::login::{ENTROPY, Login};
use super::memory::{LookUp, Memory};
use super::{Provider, Refusal, claims};
use crate::access::Proof;
use crate::request::decode;
use crate::time::Timestamp;
use crate::token::TokenKeys;

/// The longest answer of a provider that is read, in bytes.
const MAX_ANSWER_BYTES: usize = 256 * 1024;
/// How long a provider may take to answer, in milliseconds.
const TIMEOUT_MS: u64 = 5_000;
/// How long to wait for somebody else's fetch, in milliseconds, and how often at most.
const PAUSE_MS: u64 = 200;
const MAX_PAUSES: u32 = 30;

/// A sign-in under way.
pub struct Machine<'a> {
    provider: Cow<'a, Provider>,
    keys: Cow<'a, TokenKeys>,
    phase: Phase,
    pauses: u32,
}

/// What is to be done next.
#[derive(Debug)]
pub enum Step {
    /// Fetch, without following redirects, and hand over the answer.
    Fetch(Fetch),
    /// Verify a signature, and hand over whether it is right.
    Verify(Verify),
    /// Come back after so many milliseconds.
    Pause(u64),
    /// Send the browser there, with this `Set-Cookie`.
    Redirect {
        /// The provider's page.
        location: String,
        /// What the browser keeps until it comes back.
        cookie: String,
    },
    /// It is proved who signs in.
    Proved(Proof),
    /// It is refused.
    Refused(Refusal),
}

/// What to fetch.
#[derive(Clone, PartialEq, Eq)]
pub struct Fetch {
    /// The address.
    pub url: String,
    /// A form to post; without one, the method is `GET`.
    pub form: Option<String>,
    /// The value of `Authorization`.
    pub authorization: Option<String>,
    /// How long it may take, in milliseconds.
    pub timeout_ms: u64,
    /// How much of the answer is read: a longer one is none.
    pub max_bytes: usize,
}

/// What to verify.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verify {
    /// The public key, as a JWK.
    pub key: String,
    /// The key's algorithm.
    pub algorithm: Algorithm,
    /// The signature.
    pub signature: Vec<u8>,
    /// What is signed.
    pub data: Vec<u8>,
}

/// What came of a step.
pub enum Outcome {
    /// The status and the text of an answer; `None` if there was none in time, or it was too long.
    Fetched(Option<(u16, String)>),
    /// Whether the signature is right. What cannot be verified is not.
    Verified(bool),
    /// The pause is over.
    Paused,
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

    /// The same, for as long as it takes.
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

    /// Waits for somebody else's fetch, but not for ever: then it is refused so.
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

/// What the callback brings, if it belongs to a sign-in that was begun in this browser.
fn callback(
    provider: &Provider,
    keys: &TokenKeys,
    query: &str,
    cookies: &str,
    now: Timestamp,
) -> Result<(Login, String), Refusal> {
    let login = Login::find(cookies, keys, now).ok_or(Refusal::NoLogin)?;
    let one = |name: &str| {
        let mut values = query.split('&').filter_map(|pair| pair.split_once('=')).filter(|(given, _)| *given == name);
        let value = values.next().and_then(|(_, value)| decode(value)).map(|value| value.into_owned());
        value.filter(|_| values.next().is_none())
    };
    if !one("state").is_some_and(|state| login.has_state(&state)) {
        return Err(Refusal::State);
    }
    if one("iss").is_some_and(|issuer| issuer != provider.issuer.as_str()) {
        return Err(Refusal::OtherIssuer);
    }
    if one("error").is_some() {
        return Err(Refusal::Provider);
    }
    let code = one("code").filter(|code| !code.is_empty()).ok_or(Refusal::NoCode)?;
    Ok((login, code))
}

/// The ID token that a code was exchanged for. Its algorithm must be one of ours before any key is looked for.
fn exchanged(answer: Option<(u16, String)>) -> Result<Jwt, Refusal> {
    let text = answer.and_then(ok).ok_or(Refusal::Exchange)?;
    let answer: Value = serde_json::from_str(&text).map_err(|_| Refusal::Exchange)?;
    let token = Jwt::parse(answer.get("id_token").and_then(Value::as_str).ok_or(Refusal::Exchange)?)?;
    let known = [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa];
    if known.iter().any(|known| known.as_str() == token.algorithm) { Ok(token) } else { Err(Refusal::Algorithm) }
}

/// The provider's page, with what it has to know (RFC 6749 section 4.1.1, RFC 7636 section 4.3).
fn location(discovery: &Discovery, provider: &Provider, login: &Login) -> String {
    let query = form(&[
        ("response_type", "code"),
        ("client_id", &provider.client.id),
        ("redirect_uri", &provider.redirect_uri),
        ("scope", "openid email"),
        ("state", login.state()),
        ("nonce", &login.nonce),
        ("code_challenge", &login.challenge()),
        ("code_challenge_method", "S256"),
    ]);
    let separator = if discovery.authorization_endpoint.contains('?') { '&' } else { '?' };
    format!("{}{separator}{query}", discovery.authorization_endpoint)
}

/// The exchange of a code (RFC 6749 section 4.1.3, RFC 7636 section 4.5).
fn exchange(discovery: &Discovery, provider: &Provider, login: &Login, code: &str) -> Fetch {
    let client = &provider.client;
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", &provider.redirect_uri),
        ("client_id", &client.id),
        ("code_verifier", &login.verifier),
    ];
    let mut authorization = None;
    match &client.secret {
        Some(secret) if discovery.secret_in_form => fields.push(("client_secret", secret)),
        Some(secret) => {
            // RFC 6749 section 2.3.1: both in the form's encoding first.
            let pair = format!("{}:{}", encoded(&client.id), encoded(secret));
            authorization = Some(format!("Basic {}", Base64::encode_string(pair.as_bytes())));
        }
        None => {}
    }
    Fetch { form: Some(form(&fields)), authorization, ..fetch(discovery.token_endpoint.clone()) }
}

fn fetch(url: String) -> Fetch {
    Fetch { url, form: None, authorization: None, timeout_ms: TIMEOUT_MS, max_bytes: MAX_ANSWER_BYTES }
}

fn form(fields: &[(&str, &str)]) -> String {
    let pairs: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    pairs.join("&")
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

fn ok((status, text): (u16, String)) -> Option<String> {
    (status == 200).then_some(text)
}

fn at(now_ms: u64) -> Timestamp {
    Timestamp::from_seconds(now_ms.checked_div(1000).unwrap_or_default())
}

/// Without the code and the secret that it carries.
impl std::fmt::Debug for Fetch {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Fetch").field("url", &self.url).finish_non_exhaustive()
    }
}
