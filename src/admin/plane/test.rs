//! `POST /integrations/{id}/test`: tries a token that somebody holds. The registry says whether they may, and with which request.
//! The gate's own machine judges that request. If it is granted, the API is called once, and only the status of its answer is
//! kept. The token stays in this exchange.

use serde_json::{Value, json};

use super::caller::Verified;
use super::{Next, Stage, command};
use crate::admin::body::text_of;
use crate::admin::{AdminError, MAX_TEST_BYTES, TestToken, WHOAMI};
use crate::decision::Denial;
use crate::forward::Forwarding;
use crate::gate::{
    Answer, Call, Fetch, Gate, Memory, Read, Reading, Service, Step, TestRequest, Waiting, of_body, split,
};
use crate::json::FromJson;
use crate::reply::{PROBLEM_TYPE, Realm, answer};
use crate::token::IntegrationId;

/// Where the gate says what a token is.
const WHOAMI_PATH: &str = "/_tidegate/whoami";
/// How long a body may take, in milliseconds.
const BODY_TIMEOUT_MS: u64 = 4_000;
/// How long a test may take after the registry's permission, in milliseconds.
const TIMEOUT_MS: u64 = 10_000;

/// What a test waits for.
pub(super) enum Test {
    /// The body of a verified caller. `told` is what events of the registry tell of the request.
    Body { verified: Verified, told: String },
    /// The registry's permission.
    Permission(TestToken),
    /// What the gate reads to judge the request to this address.
    Gate { waiting: Waiting, url: String, began_ms: u64 },
    /// The API's answer.
    Origin { began_ms: u64 },
}

/// What a test is about.
pub(super) struct About<'a> {
    /// The integration.
    pub id: &'a IntegrationId,
    /// The path of the route, below the API.
    pub path: &'a str,
    /// The scheme and authority at which clients call the API.
    pub authority: &'a str,
}

impl Test {
    /// Begins with the body.
    pub fn begin(verified: Verified, told: String) -> Next {
        Next::NeedsAll(
            Stage::Test(Box::new(Self::Body { verified, told })),
            vec![Read::Body { limit: MAX_TEST_BYTES, timeout_ms: BODY_TIMEOUT_MS }],
        )
    }

    /// Goes on with what was read.
    pub fn resume(
        self,
        mut readings: Vec<Reading>,
        about: &About<'_>,
        memory: &mut Memory,
        now_ms: u64,
    ) -> Result<Next, AdminError> {
        let first = if readings.is_empty() { Reading::Nothing } else { readings.remove(0) };
        match self {
            Self::Body { verified, told } => {
                let test = TestToken::parse(&text_of(first, MAX_TEST_BYTES)?)?;
                let is_own = Gate::is_token_of(memory, &test.token, about.id);
                let call = command::test(&verified, told, about.path, &test.operation, is_own);
                Ok(needs(Self::Permission(test), Read::Call(call)))
            }
            Self::Permission(test) => permitted(&test, first, about, memory, now_ms),
            Self::Gate { waiting, url, began_ms } => {
                readings.insert(0, first);
                let step = waiting.resume(memory, readings, now_ms);
                follow(step, &url, began_ms, memory, now_ms)
            }
            Self::Origin { began_ms } => Ok(Next::Answer(match first {
                Reading::Response { status, .. } => told(true, status, &Value::Null, began_ms, now_ms),
                Reading::TooSlow => failed(&Denial::OriginTooSlow, memory, began_ms, now_ms),
                _ => failed(&Denial::OriginUnreachable("a test".to_owned()), memory, began_ms, now_ms),
            })),
        }
    }
}

/// Lets the gate judge the request that the registry permits.
fn permitted(
    test: &TestToken,
    answer: Reading,
    about: &About<'_>,
    memory: &mut Memory,
    now_ms: u64,
) -> Result<Next, AdminError> {
    match answer {
        Reading::Response { status: 200, body } => {
            let url = format!("{}{}", about.authority, path(&body)?.unwrap_or_else(|| WHOAMI_PATH.to_owned()));
            let authorization = format!("Bearer {}", test.token);
            let is_whoami = test.operation == WHOAMI;
            let request = TestRequest { url: &url, authorization: &authorization, is_whoami };
            let step = Gate::test(memory, &request, now_ms);
            follow(step, &url, now_ms, memory, now_ms)
        }
        Reading::Response { status, body } => {
            Ok(Next::Answer(Answer { status, fields: of_body(PROBLEM_TYPE), body: String::from_utf8(body).ok() }))
        }
        other => command::answered(&other).map(Next::Relay),
    }
}

/// What a step of the gate means for the test.
fn follow(step: Step, url: &str, began_ms: u64, memory: &Memory, now_ms: u64) -> Result<Next, AdminError> {
    match step {
        Step::Needs(waiting, reads) => {
            let test = Test::Gate { waiting, url: url.to_owned(), began_ms };
            Ok(Next::NeedsAll(Stage::Test(Box::new(test)), reads))
        }
        Step::Answer(Answer { status, body, .. }) => {
            let is_allowed = status < 400;
            let body = body.filter(|_| !is_allowed).and_then(|body| serde_json::from_str(&body).ok());
            Ok(Next::Answer(told(is_allowed, status, &body.unwrap_or_default(), began_ms, now_ms)))
        }
        Step::Forward(forward) => {
            let left_ms = TIMEOUT_MS.saturating_sub(now_ms.saturating_sub(began_ms));
            if left_ms == 0 {
                return Ok(Next::Answer(failed(&Denial::OriginTooSlow, memory, began_ms, now_ms)));
            }
            Ok(needs(Test::Origin { began_ms }, ask(&forward.how, url, left_ms)))
        }
        Step::Relay(_) | Step::Admin | Step::Done => Err(AdminError::NotFound),
    }
}

/// Asks the API, as the gate would forward a request that has no header field of its own.
fn ask(how: &Forwarding, url: &str, left_ms: u64) -> Read {
    let (fields, timeout_ms) = (how.set.clone(), how.timeout_ms.min(left_ms));
    match &how.address {
        None => Read::Call(Call {
            service: Service::Origin,
            method: "GET".to_owned(),
            url: url.to_owned(),
            fields,
            with_body: false,
            body: None,
            limit: 0,
            once: true,
            timeout_ms,
        }),
        Some(address) => Read::Fetch(Fetch {
            method: "GET",
            url: format!("{address}{}", split(url).1),
            fields,
            body: None,
            limit: 0,
            once: true,
            timeout_ms,
        }),
    }
}

fn failed(denial: &Denial, memory: &Memory, began_ms: u64, now_ms: u64) -> Answer {
    let reply = match &memory.settings().realm {
        Ok(realm) => answer(denial, realm),
        Err(_) => answer(denial, &Realm::default()),
    };
    told(true, reply.status, &json!(reply.problem), began_ms, now_ms)
}

/// What came of it: the gate's verdict, the status that a client would get, and the problem where the gate answers.
fn told(allowed: bool, status: u16, problem: &Value, began_ms: u64, now_ms: u64) -> Answer {
    let milliseconds = now_ms.saturating_sub(began_ms);
    let outcome = json!({ "allowed": allowed, "status": status, "problem": problem, "milliseconds": milliseconds });
    Answer::json(200, outcome.to_string())
}

fn needs(test: Test, read: Read) -> Next {
    Next::NeedsAll(Stage::Test(Box::new(test)), vec![read])
}

/// The registry's word.
struct Permission {
    path: Option<String>,
}

crate::json_object!(Permission { path: optional });

/// The path that the registry says to ask; `None` where the gate alone is asked.
fn path(body: &[u8]) -> Result<Option<String>, AdminError> {
    let unreadable = || AdminError::Registry("its word on a test cannot be read".to_owned());
    let text = std::str::from_utf8(body).map_err(|_| unreadable())?;
    let value = crate::json::Value::parse(text).map_err(|_| unreadable())?;
    let Permission { path } = Permission::from_json(value).map_err(|_| unreadable())?;
    Ok(path)
}
