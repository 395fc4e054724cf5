//! Signing in with an identity provider: carries out what the rules' machine (`tidegate::access::oidc`) asks for.

use std::cell::RefCell;
use std::time::Duration;

use serde_json::json;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;
use worker::Delay;

use super::{Admin, Verified, js_fault};
use crate::log;
use crate::platform::{clock, respond};
use registry::Credential;
use tidegate::access::Proof;
use tidegate::access::oidc::{Fetch, Machine, Memory, Outcome, Provider, Refusal, Step, Verify, end_login};
use tidegate::admin::{AdminError, PAGE};
use tidegate::gate::split;

/// Leads to the provider's page.
pub(super) const SIGN_IN: &str = "/_tidegate/oidc/sign-in";
/// Where the provider sends the browser back to.
pub(super) const CALLBACK: &str = "/_tidegate/oidc/callback";

thread_local! {
    /// What this isolate remembers of the provider.
    static MEMORY: RefCell<Memory> = RefCell::default();
}

#[wasm_bindgen(module = "/js/http.js")]
extern "C" {
    #[wasm_bindgen(catch, js_name = askProvider)]
    fn ask_provider(
        url: &str,
        form: Option<&str>,
        authorization: Option<&str>,
        timeout_ms: f64,
        max_bytes: usize,
    ) -> Result<js_sys::Promise, JsValue>;

    #[wasm_bindgen(catch, js_name = verifySignature)]
    fn verify_signature(key: &str, algorithm: &str, signature: &[u8], data: &[u8]) -> Result<js_sys::Promise, JsValue>;
}

/// Answers one of the two addresses.
pub(super) async fn handle(admin: &Admin<'_>, path: &str) -> Result<Response, AdminError> {
    if admin.request.method() != "GET" {
        return Err(AdminError::MethodNotAllowed(vec!["GET"]));
    }
    let provider = admin.config().oidc.as_ref().map_err(Clone::clone)?.as_ref().ok_or(AdminError::NotFound)?;
    let url = admin.request.url();
    let (origin, target) = split(&url);
    let provider = Provider { redirect_uri: format!("{origin}{CALLBACK}"), ..provider.clone() };
    let query = target.split_once('?').map_or("", |(_, query)| query);
    let keys = admin.keys()?;
    let memory = MEMORY.with_borrow(Memory::clone);
    let (machine, step) = if path == SIGN_IN {
        let mut entropy = [0; 96];
        getrandom::fill(&mut entropy).map_err(|error| AdminError::Registry(format!("no randomness: {error}")))?;
        Machine::begin(&provider, keys, &entropy, &memory, clock::now_ms())
    } else {
        let cookies = admin.header("cookie").unwrap_or_default();
        Machine::complete(&provider, keys, query, &cookies, &memory, clock::now_ms())
    };
    end(admin, follow(machine, step).await).await
}

/// Carries out one step after the other, until the machine has an end.
async fn follow(mut machine: Machine<'_>, mut step: Step) -> Step {
    loop {
        let outcome = match step {
            Step::Fetch(fetch) => Outcome::Fetched(answer(&fetch).await),
            Step::Verify(verify) => Outcome::Verified(is_right(&verify).await),
            Step::Pause(milliseconds) => {
                Delay::from(Duration::from_millis(milliseconds)).await;
                Outcome::Paused
            }
            end @ (Step::Redirect { .. } | Step::Proved(_) | Step::Refused(_)) => return end,
        };
        step = MEMORY.with_borrow_mut(|memory| machine.resume(outcome, memory, clock::now_ms()));
    }
}

async fn end(admin: &Admin<'_>, step: Step) -> Result<Response, AdminError> {
    match step {
        Step::Redirect { location, cookie } => redirect(302, &location, &[&cookie]),
        Step::Proved(proof) => enter(admin, proof).await,
        Step::Refused(refusal) => refused(refusal.code()),
        Step::Fetch(_) | Step::Verify(_) | Step::Pause(_) => refused(Refusal::Malformed.code()),
    }
}

/// A session for whoever is proved, if they are one of the people here.
async fn enter(admin: &Admin<'_>, proof: Proof) -> Result<Response, AdminError> {
    let answer = admin.ask("POST", "/session", &Verified(Credential::Proof(proof)), &[], None).await?;
    let cookie = answer.headers().get("set-cookie").map_err(js_fault)?;
    match (answer.status(), cookie) {
        (204, Some(cookie)) => redirect(303, PAGE, &[&cookie, &end_login()]),
        (status, _) => {
            let problem = JsFuture::from(answer.text().map_err(js_fault)?).await.map_err(js_fault)?;
            let kind = problem.as_string().unwrap_or_default();
            let code = ["not-a-member", "another-account", "not-signed-in"];
            let code = code.into_iter().find(|code| status < 500 && kind.contains(&format!("problem:{code}\"")));
            refused(code.unwrap_or("registry-unavailable"))
        }
    }
}

/// Back to the page, which says what the code means. The callback's address, with its code, stays nowhere.
fn refused(code: &str) -> Result<Response, AdminError> {
    log::error(&json!({ "event": "sign_in", "code": code }));
    redirect(303, &format!("{PAGE}#/sign-in?problem={code}"), &[&end_login()])
}

fn redirect(status: u16, location: &str, cookies: &[&str]) -> Result<Response, AdminError> {
    let response = respond::elsewhere(status, location).map_err(|error| AdminError::Registry(error.to_string()))?;
    for cookie in cookies {
        response.headers().append("Set-Cookie", cookie).map_err(js_fault)?;
    }
    Ok(response)
}

/// The status and the text; `None` where there is no answer in time, or too much of one.
async fn answer(fetch: &Fetch) -> Option<(u16, String)> {
    let timeout_ms = fetch.timeout_ms as f64;
    let promise =
        ask_provider(&fetch.url, fetch.form.as_deref(), fetch.authorization.as_deref(), timeout_ms, fetch.max_bytes);
    let text = JsFuture::from(promise.ok()?).await.ok()?.as_string()?;
    let (status, body) = text.split_once('\n')?;
    Some((status.parse().ok()?, body.to_owned()))
}

/// What cannot be verified is not right.
async fn is_right(verify: &Verify) -> bool {
    let promise = verify_signature(&verify.key, verify.algorithm.as_str(), &verify.signature, &verify.data);
    let Ok(promise) = promise else { return false };
    JsFuture::from(promise).await.is_ok_and(|right| right == JsValue::TRUE)
}
