//! The admin plane before the registry, as a machine without I/O. It checks the host, the credential and the origin of a request,
//! and its form. Nothing goes to the registry before a key or the tag of a cookie was verified here.
//!
//! [`Plane::begin`] takes a request that the gate leaves to the admin plane ([`Step::Admin`]). It works with the driver as the
//! gate does, and waits among the gate's requests. `caller` says who asks, `command` makes the call of the registry, `files`
//! answers with the page's files, `oidc` signs in with an identity provider, `usage` asks the usage stores, and `test` tries a
//! token.

mod caller;
mod client;
mod command;
mod files;
mod oidc;
mod settings;
mod target;
mod test;
mod usage;

use std::rc::Rc;

use serde_json::json;

use self::caller::Caller;
use self::target::Target;
use super::{Access, AdminError, Named, PAGE, PageFile, Route};
use crate::access::oidc::Machine;
use crate::gate::{
    AdminPlane, Answer, Call, Head, Memory, Read, Reading, Relay, Resume, Step, Waiting, log_error, log_repeated_error,
    split,
};

pub use self::settings::PlaneSettings;

/// The route that lists the ways to sign in.
const SIGN_IN: &str = "/sign-in";
/// The route that tries a token.
const TEST: &str = "/integrations/{id}/test";
/// The paths that the gate itself answers. Only requests with other methods than [`SAFE_METHODS`] come here.
const HEALTH_AND_WHOAMI: [&str; 2] = ["/_tidegate/healthz", "/_tidegate/whoami"];
/// The methods of these paths, and of the page's.
const SAFE_METHODS: [&str; 2] = ["GET", "HEAD"];

/// The admin plane of a deployment.
#[derive(Clone)]
pub struct Plane(Rc<PlaneSettings>);

/// A request to the admin plane.
struct Exchange {
    settings: Rc<PlaneSettings>,
    caller: Caller,
    target: Target,
    stage: Stage,
}

/// What a request waits for.
enum Stage {
    Head,
    SignInBody,
    Registry,
    File(PageFile),
    Description,
    /// The registry's permission to ask the usage stores.
    Permit(usage::Asked),
    /// The usage stores.
    Usage(usage::Waiting),
    /// Randomness for a sign-in with an identity provider.
    Entropy,
    Oidc(Box<Machine<'static>>),
    Entering,
    Test(Box<test::Test>),
}

/// What comes next, unless the request is refused.
enum Next {
    Answer(Answer),
    Relay(Relay),
    Needs(Stage, Read),
    NeedsAll(Stage, Vec<Read>),
    /// A sign-in with an identity provider is refused, by this code.
    SignInRefused(&'static str),
}

impl Plane {
    /// The plane with these settings.
    pub fn new(settings: PlaneSettings) -> Self {
        Self(Rc::new(settings))
    }

    /// Starts a request for a path below `/_tidegate`, or on the host of the admin plane.
    pub fn begin(&self, head: &Head<'_>) -> Step {
        let target = Target::of(head.url);
        if let Target::Page(path) = &target {
            if HEALTH_AND_WHOAMI.contains(&path.as_str()) {
                return self.protect(head.url, refuse(&AdminError::MethodNotAllowed(SAFE_METHODS.to_vec())));
            }
            if path != PAGE.trim_end_matches('/') && !path.starts_with(PAGE) {
                return self.protect(head.url, refuse(&AdminError::NotFound));
            }
        }
        let mut caller = Caller::new(head);
        if matches!(target, Target::Api(..)) && caller.method == "HEAD" {
            // The same but for the body, which the platform leaves out (RFC 9110 section 9.3.2).
            caller.method = "GET".to_owned();
        }
        let exchange = Exchange { settings: Rc::clone(&self.0), caller, target, stage: Stage::Head };
        Step::Needs(Waiting::new(exchange), Caller::READS.to_vec())
    }
}

impl AdminPlane for Plane {
    fn is_host_of(&self, url: &str) -> bool {
        self.0.is_host_of(url)
    }

    fn is_owner_key(&self, text: &str) -> bool {
        self.0.owner_key.as_ref().is_ok_and(|key| key.is(text))
    }

    fn protect(&self, url: &str, step: Step) -> Step {
        Target::of(url).protect(&self.0, url, step)
    }
}

impl Resume for Exchange {
    fn resume(mut self: Box<Self>, memory: &mut Memory, readings: Vec<Reading>, now_ms: u64) -> Step {
        let first = || readings.first().cloned().unwrap_or(Reading::Nothing);
        let next = match std::mem::replace(&mut self.stage, Stage::Head) {
            Stage::Head => {
                self.caller.take(readings);
                self.route(memory, now_ms)
            }
            Stage::SignInBody => self.signs_in(first(), memory, now_ms),
            Stage::Registry => command::answered(&first()).map(Next::Relay),
            Stage::File(file) => files::relay(&file, &first()).map(Next::Relay),
            Stage::Entropy => self.oidc().leave(first(), now_ms),
            Stage::Oidc(machine) => {
                let told = self.caller.told(&self.settings);
                Ok(oidc::resume(machine, first(), (&self.settings, &told), now_ms))
            }
            Stage::Entering => Ok(oidc::entered(&first())),
            Stage::Permit(asked) => usage::permitted(asked, &first()),
            Stage::Usage(waiting) => usage::answered(&waiting, &readings, memory),
            Stage::Test(test) => self.test(*test, readings, memory, now_ms),
            Stage::Description => files::relay_description(&first()).map(Next::Relay),
        };
        match next {
            Ok(Next::Needs(stage, read)) => {
                self.stage = stage;
                Step::Needs(Waiting::new(*self), vec![read])
            }
            Ok(Next::NeedsAll(stage, reads)) => {
                self.stage = stage;
                Step::Needs(Waiting::new(*self), reads)
            }
            Ok(Next::Answer(answer)) => self.protect(Step::Answer(answer)),
            Ok(Next::Relay(relay)) => self.protect(Step::Relay(relay)),
            Ok(Next::SignInRefused(code)) => {
                self.caller.note_sign_in(code, &self.settings, memory, now_ms);
                self.protect(Step::Answer(oidc::back_to_page(code)))
            }
            Err(error) => {
                note(&error, memory, now_ms);
                self.protect(refuse(&error))
            }
        }
    }

    fn refuse(self: Box<Self>, memory: &mut Memory, now_ms: u64) -> Step {
        self.caller.note(&AdminError::TooBusy, &self.settings, memory, now_ms);
        self.protect(Step::Answer(Answer::from(&AdminError::TooBusy.answer())))
    }

    /// True for what takes time before a credential was verified. Header fields and randomness are read at once. If they counted, whoever
    /// holds all places could keep the right key from being read.
    fn is_anyones(&self) -> bool {
        matches!(self.stage, Stage::SignInBody | Stage::File(_) | Stage::Description | Stage::Oidc(_))
    }
}

impl Exchange {
    /// Goes on with the request's header fields.
    fn route(&self, memory: &mut Memory, now_ms: u64) -> Result<Next, AdminError> {
        let Self { settings, caller, .. } = self;
        caller.check_host(settings)?;
        let (path, query) = match &self.target {
            Target::Api(path, query) => (path, query),
            Target::Page(path) => return self.page(path, now_ms),
        };
        let (route, _) = Route::find(&caller.method, path)?;
        let verified = match route.access {
            Access::Anyone if route.path == SIGN_IN => return settings.ways(caller).map(Next::Answer),
            Access::Anyone => return Ok(files::describe()),
            Access::OwnerKeyInBody => {
                let body = caller.sign_in_body(settings);
                let body = body.inspect_err(|error| caller.note(error, settings, memory, now_ms))?;
                return Ok(Next::Needs(Stage::SignInBody, body));
            }
            Access::Admin | Access::SignedIn => caller.verify(settings),
        };
        let verified = verified.inspect_err(|error| caller.note(error, settings, memory, now_ms))?;
        if route.max_body.is_some() && !(route.body_is_optional && caller.has_no_body()) {
            caller.check_content_type()?;
        }
        if route.path == TEST {
            return Ok(test::Test::begin(verified, caller.told(settings)));
        }
        let call = command::call(settings, caller, &verified, (path, query), true)?;
        let Some(asked) = usage::asked(route) else { return Ok(Next::Needs(Stage::Registry, Read::Call(call))) };
        asked.check(settings)?;
        let call = Call { limit: usage::MAX_PERMIT_BYTES, ..call };
        Ok(Next::Needs(Stage::Permit(asked), Read::Call(call)))
    }

    /// Answers with a file of the page, or starts or ends a sign-in with an identity provider.
    fn page(&self, path: &str, now_ms: u64) -> Result<Next, AdminError> {
        self.settings.check_has_host()?;
        if ![oidc::SIGN_IN, oidc::CALLBACK].contains(&path) {
            return files::open(path, &self.caller);
        }
        if self.caller.method != "GET" {
            return Err(AdminError::MethodNotAllowed(vec!["GET"]));
        }
        self.oidc().begin(path, now_ms)
    }

    /// Goes on with the test of a token.
    fn test(
        &self,
        test: test::Test,
        readings: Vec<Reading>,
        memory: &mut Memory,
        now_ms: u64,
    ) -> Result<Next, AdminError> {
        let Target::Api(path, _) = &self.target else { return Err(AdminError::NotFound) };
        let (_, Named::Integration(id)) = Route::find(&self.caller.method, path)? else {
            return Err(AdminError::NoIntegration);
        };
        let api_url = self.settings.api_url.as_ref().map_err(Clone::clone)?.as_ref();
        let authority = api_url.map_or_else(|| split(&self.caller.url).0, |url| url.as_str());
        test.resume(readings, &test::About { id: &id, path, authority }, memory, now_ms)
    }

    fn oidc(&self) -> oidc::Asked<'_> {
        let cookies = self.caller.field("cookie").unwrap_or_default();
        let told = self.caller.told(&self.settings);
        oidc::Asked { settings: &self.settings, url: &self.caller.url, cookies, told }
    }

    /// Goes on with the body of a sign-in.
    fn signs_in(&self, body: Reading, memory: &mut Memory, now_ms: u64) -> Result<Next, AdminError> {
        let Self { settings, caller, .. } = self;
        let Target::Api(path, query) = &self.target else { return Err(AdminError::NotFound) };
        let verified = caller.verify_body(settings, body);
        let verified = verified.inspect_err(|error| caller.note(error, settings, memory, now_ms))?;
        let call = command::call(settings, caller, &verified, (path, query), false)?;
        Ok(Next::Needs(Stage::Registry, Read::Call(call)))
    }

    fn protect(&self, step: Step) -> Step {
        self.target.protect(&self.settings, &self.caller.url, step)
    }
}

fn refuse(error: &AdminError) -> Step {
    Step::Answer(Answer::from(&error.answer()))
}

/// Logs what somebody has to look at. Anybody can cause the error of a missing setting, and each setting is counted by itself; the
/// registry answers whoever was verified.
fn note(error: &AdminError, memory: &mut Memory, now_ms: u64) {
    let line = |what: &str| json!({ "event": "admin", "reason": what });
    match error {
        AdminError::Misconfigured(what) => log_repeated_error(memory, line(what), &format!("admin {what}"), now_ms),
        AdminError::Page(what) => log_repeated_error(memory, line(what), "admin page", now_ms),
        AdminError::Registry(what) => log_error(memory, &line(what)),
        _ => {}
    }
}
