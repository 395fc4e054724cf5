//! Signs in with an identity provider, by the machine in [`access::oidc`](crate::access::oidc).

use serde_json::Value;

use super::{Next, PlaneSettings, Stage, command};
use crate::access::oidc::{Algorithm, Fetch, Machine, Outcome, Provider, Refusal, Step, Verify, end_login};
use crate::admin::session::Credential;
use crate::admin::{AdminError, PAGE};
use crate::gate::{self, Answer, Read, Reading, Relay, SignatureAlgorithm, split};

/// Leads to the provider's page.
pub(super) const SIGN_IN: &str = "/_tidegate/oidc/sign-in";
/// Where the provider sends the browser back to.
pub(super) const CALLBACK: &str = "/_tidegate/oidc/callback";
/// Random bytes of a sign-in: state, nonce and verifier.
const ENTROPY: usize = 96;

/// A request to one of the two addresses.
pub(super) struct Asked<'a> {
    pub settings: &'a PlaneSettings,
    pub url: &'a str,
    pub cookies: &'a str,
    /// The request as events of the registry name it.
    pub told: String,
}

impl Asked<'_> {
    /// Begins one of the two.
    pub fn begin(&self, path: &str, now_ms: u64) -> Result<Next, AdminError> {
        let provider = self.provider()?;
        if path == SIGN_IN {
            return Ok(Next::Needs(Stage::Entropy, Read::Random { length: ENTROPY }));
        }
        let (_, target) = split(self.url);
        let query = target.split_once('?').map_or("", |(_, query)| query);
        let mut remembered = self.settings.oidc_memory.borrow_mut();
        let (machine, step) =
            Machine::complete(&provider, self.settings.keys()?, query, self.cookies, &mut remembered, now_ms);
        Ok(next(machine.into_owned(), step, &self.told))
    }

    /// Begins a sign-in with fresh randomness.
    pub fn leave(&self, random: Reading, now_ms: u64) -> Result<Next, AdminError> {
        let entropy = if let Reading::Bytes(bytes) = random { <[u8; ENTROPY]>::try_from(bytes).ok() } else { None };
        let entropy = entropy.ok_or_else(|| AdminError::Registry("no randomness".to_owned()))?;
        let provider = self.provider()?;
        let mut remembered = self.settings.oidc_memory.borrow_mut();
        let (machine, step) = Machine::begin(&provider, self.settings.keys()?, &entropy, &mut remembered, now_ms);
        Ok(next(machine.into_owned(), step, &self.told))
    }

    fn provider(&self) -> Result<Provider, AdminError> {
        let provider = self.settings.oidc.as_ref().map_err(Clone::clone)?.as_ref().ok_or(AdminError::NotFound)?;
        let (origin, _) = split(self.url);
        Ok(Provider { redirect_uri: format!("{origin}{CALLBACK}"), ..provider.clone() })
    }
}

/// Goes on with what came of a read.
pub(super) fn resume(
    mut machine: Box<Machine<'static>>,
    reading: Reading,
    (settings, told): (&PlaneSettings, &str),
    now_ms: u64,
) -> Next {
    let outcome = match reading {
        Reading::Response { status, body } => Outcome::Fetched(String::from_utf8(body).ok().map(|text| (status, text))),
        Reading::Verified(is_genuine) => Outcome::Verified(is_genuine),
        Reading::Nothing => Outcome::Paused,
        // Of a fetch or a signature: the machine takes the wrong kind for a refusal, too.
        Reading::Failed(_) | Reading::TooSlow | Reading::TooLong | Reading::Bytes(_) if machine.verifies() => {
            Outcome::Verified(false)
        }
        Reading::Failed(_) | Reading::TooSlow | Reading::TooLong | Reading::Bytes(_) => Outcome::Fetched(None),
    };
    let step = machine.resume(outcome, &mut settings.oidc_memory.borrow_mut(), now_ms);
    next(*machine, step, told)
}

/// What the registry said to a proof.
pub(super) fn entered(reading: &Reading) -> Next {
    match reading {
        Reading::Response { status: 204, .. } => Next::Relay(Relay {
            status: Some(303),
            keep: Some(&["Set-Cookie"]),
            set: vec![("Cache-Control", "no-store".to_owned()), ("Location", PAGE.to_owned())],
            append: vec![("Set-Cookie", end_login())],
        }),
        Reading::Response { status, body } if *status < 500 => {
            let problem: Option<Value> = serde_json::from_slice(body).ok();
            let kind = problem.as_ref().and_then(|problem| problem.get("type")).and_then(Value::as_str);
            let code = kind.and_then(|kind| kind.rsplit(':').next()).unwrap_or_default();
            let told = ["not-a-member", "another-account", "not-signed-in"].into_iter().find(|told| *told == code);
            Next::SignInRefused(told.unwrap_or("registry-unavailable"))
        }
        _ => Next::SignInRefused("registry-unavailable"),
    }
}

fn next(machine: Machine<'static>, step: Step, told: &str) -> Next {
    let read = match step {
        Step::Fetch(fetch) => Read::Fetch(fetched(fetch)),
        Step::Verify(verify) => match verified(verify) {
            Some(verify) => Read::Verify(verify),
            None => return Next::SignInRefused(Refusal::Malformed.code()),
        },
        Step::Pause(pause_ms) => Read::Pause { pause_ms },
        Step::Redirect { location, cookie } => return Next::Answer(redirect(302, location, cookie)),
        Step::Proved(proof) => {
            let call = command::enter(&Credential::Proof(proof), told.to_owned());
            return Next::Needs(Stage::Entering, Read::Call(call));
        }
        Step::Refused(refusal) => return Next::SignInRefused(refusal.code()),
    };
    Next::Needs(Stage::Oidc(Box::new(machine)), read)
}

fn fetched(Fetch { url, form, authorization, timeout_ms, max_bytes }: Fetch) -> gate::Fetch {
    let mut fields = vec![("Accept", "application/json".to_owned())];
    fields.extend(form.as_ref().map(|_| ("Content-Type", "application/x-www-form-urlencoded".to_owned())));
    fields.extend(authorization.map(|value| ("Authorization", value)));
    let (method, once) = if form.is_some() { ("POST", true) } else { ("GET", false) };
    gate::Fetch { method, url, fields, body: form, limit: max_bytes, once, timeout_ms }
}

fn verified(Verify { key, algorithm, signature, data }: Verify) -> Option<gate::Verify> {
    let algorithm = match algorithm {
        Algorithm::Rs256 => SignatureAlgorithm::Rs256,
        Algorithm::Es256 => SignatureAlgorithm::Es256,
        Algorithm::EdDsa => SignatureAlgorithm::EdDsa,
    };
    let (key, data) = (serde_json::from_str(&key).ok()?, String::from_utf8(data).ok()?);
    Some(gate::Verify { key, algorithm, signature, data })
}

/// Back to the page, which says what the code means. The callback's address, with its code, stays nowhere.
pub(super) fn back_to_page(code: &str) -> Answer {
    redirect(303, format!("{PAGE}#/sign-in?problem={code}"), end_login())
}

fn redirect(status: u16, location: String, cookie: String) -> Answer {
    let fields = vec![("Cache-Control", "no-store".to_owned()), ("Location", location), ("Set-Cookie", cookie)];
    Answer { status, fields, body: None }
}
