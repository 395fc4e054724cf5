//! The way of a request, as one machine without I/O.
//!
//! [`Gate::begin`] takes a request's head and gives the next [`Step`]: an answer, how to forward the request, or what has to be
//! read first. [`Waiting::resume`] goes on with what was read. The driver carries out the steps with the platform's own promises
//! and decides nothing; the simulator (`tests/sim`) carries out the same steps without a platform. What an isolate remembers
//! between requests is its [`Memory`], which the machine is given, as it is given the time.
//!
//! `judge` is the way of one request, `evidence` what its verdict rests on, `settle` where every verdict ends.

mod asked;
mod credentials;
mod entry;
mod evidence;
mod feed_reader;
mod flusher;
mod head;
mod in_flight;
mod judge;
mod log;
mod memory;
mod own;
mod part_reader;
mod plans;
mod provenance;
mod read;
mod records;
mod refusals;
mod registry_read;
mod remembered;
mod requests;
mod search;
mod settings;
mod settle;
mod shared;
mod step;
mod test_request;
mod turn;
mod waiting;

pub use self::credentials::MAX_CREDENTIALS;
pub use self::head::{Credential, Fields, Head, split};
pub use self::log::{error as log_error, refusal as log_refusal, repeated_error as log_repeated_error};
pub use self::memory::Memory;
pub use self::read::{Call, Fetch, Read, Reading, Service, SignatureAlgorithm, Verify};
pub use self::registry_read::{READS, RegistryRead};
pub use self::requests::{Handle, MAX_OF_ANYONES, MAX_REQUESTS, Requests};
pub use self::settings::{Addresses, AdminPlane, Origin, Settings};
pub(crate) use self::step::of_body;
pub use self::step::{Answer, Effect, Forward, Line, Relay, Step};
pub use self::test_request::TestRequest;
pub use self::waiting::{Resume, Waiting};

use self::evidence::{Gathering, Progress, Wanted};
use self::feed_reader::FeedReader;
use self::head::Target;
use self::own::Own;
use self::part_reader::{PartProgress, PartReader};
use crate::decision::Denial;
use crate::request::{Path, Query, Request, RequestError};
use crate::token::{IntegrationId, OwnCredentials, Presented, VerifiedRequest, check};
use crate::usage::Asked;

/// One request on its way.
pub struct Gate {
    purpose: Purpose,
    method: String,
    target: Target,
    /// The fields that matter to every request; all of them, once they were read.
    fields: Fields,
    has_all_fields: bool,
    /// The body, once it had to be read to be judged.
    body: Option<Vec<u8>>,
    /// Whether somebody tries the token from the admin plane: it counts as no use, and the driver's request is another one.
    is_test: bool,
    /// Whether a denial is judged once more with what the stores hold now.
    for_denial: bool,
    /// Whether the policy in memory was found corrupt.
    has_distrusted: bool,
    /// How many parts of the policy were read for it.
    parts_read: u32,
    /// Under what it is counted, as far as that is known; `None` where it was counted before.
    asked: Option<Asked>,
    stage: Stage,
}

/// What is wanted of a request.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// To be forwarded.
    Forward,
    /// To tell its token's holder what the token is.
    Whoami,
}

/// What a request waits for.
enum Stage {
    Authorization,
    Evidence(VerifiedRequest, Box<Gathering>),
    Fields(VerifiedRequest),
    Body(VerifiedRequest),
    Part(VerifiedRequest, Box<PartReader>),
}

impl Gate {
    /// Begins a request's way. `now_ms` is the time in milliseconds since the Unix epoch.
    pub fn begin(memory: &mut Memory, head: &Head<'_>, now_ms: u64) -> Step {
        memory.see_clock(now_ms);
        if let Some(slot) = memory.credentials.forget_idle(now_ms) {
            memory.effect(Effect::Forget { slot });
        }
        let target = Target::of(head.url);
        let path = target.path_and_query.split('?').next().unwrap_or_default();
        match Own::of(head.method, path) {
            Some(Own::Health) => own::health(),
            Some(Own::Whoami) => Self::new(Purpose::Whoami, head, target).start(memory, head.credential, now_ms),
            Some(Own::Admin) => match check_target(&target, head.credential) {
                Ok(()) => Step::Admin,
                Err(error) => {
                    let gate = Self::new(Purpose::Forward, head, target);
                    let denied = gate.deny(&Denial::Ambiguous(error), None, None, memory, now_ms);
                    memory.settings().admin.protect(head.url, denied)
                }
            },
            None if memory.settings().admin.is_host_of(head.url) => Step::Admin,
            None => Self::new(Purpose::Forward, head, target).start(memory, head.credential, now_ms),
        }
    }

    /// Answers a request that was to be forwarded, and could not be.
    pub fn failed(memory: &mut Memory, head: &Head<'_>, denial: &Denial, now_ms: u64) -> Step {
        memory.see_clock(now_ms);
        let gate = Self { asked: None, ..Self::new(Purpose::Forward, head, Target::of(head.url)) };
        let request = gate.request(head.credential, memory, now_ms).ok().flatten();
        let integration = request.as_ref().and_then(integration);
        let wanted = Wanted { record: integration, policy: true, for_denial: false };
        let provenance = Gathering::begin(wanted, memory).ok().and_then(|gathering| gathering.at_hand(memory, now_ms));
        gate.deny(denial, integration, provenance.as_ref(), memory, now_ms)
    }

    fn new(purpose: Purpose, head: &Head<'_>, target: Target) -> Self {
        Self {
            purpose,
            method: head.method.to_owned(),
            target,
            fields: Fields::parse(head.fields),
            has_all_fields: false,
            body: None,
            is_test: false,
            for_denial: false,
            has_distrusted: false,
            parts_read: 0,
            asked: Some(Asked::default()),
            stage: Stage::Authorization,
        }
    }

    fn start(self, memory: &mut Memory, credential: Credential<'_>, now_ms: u64) -> Step {
        match self.request(credential, memory, now_ms) {
            Ok(Some(request)) => self.look_for_evidence(request, memory, now_ms),
            Ok(None) => Step::Needs(Waiting::new(self), vec![Read::Authorization]),
            Err(denial) => self.deny(&denial, None, None, memory, now_ms),
        }
    }

    /// Steps 1 and 2: no I/O. `None` where the number of the credential stands for nothing any more.
    fn request(
        &self,
        credential: Credential<'_>,
        memory: &mut Memory,
        now_ms: u64,
    ) -> Result<Option<VerifiedRequest>, Denial> {
        self.target.check_host(&credential)?;
        let (known, sent) = match credential {
            Credential::None => (None, None),
            Credential::Sent(text) => (None, Some(text)),
            Credential::Known(number) => match memory.credentials.recall(number, now_ms) {
                Some(presented) => (Some(presented), None),
                None => return Ok(None),
            },
        };
        // What was found in a known value takes the place of its text.
        let sent = sent.or(known.as_ref().map(|_| ""));
        let request = Request::parse(&self.method, &self.target.path_and_query, sent)?;
        let settings = memory.shared_settings();
        let keys = settings.keys.as_ref().map_err(Clone::clone)?;
        let prefix = settings.prefix.as_ref().map_err(Clone::clone)?;
        settings.realm.as_ref().map_err(Clone::clone)?; // no answer names a realm that nobody chose
        if let Some(presented) = known {
            return Ok(Some(request.with_genuine(presented)));
        }
        let is_owner_key = |text: &str| settings.admin.is_owner_key(text);
        let own = OwnCredentials { prefix, is_owner_key: &is_owner_key };
        let request = request.authenticate(|authorization| check(keys, own, authorization).map_err(Denial::from))?;
        if let Some(presented) = request.credential().filter(|_| !self.is_test) {
            remember(presented, memory, now_ms);
        }
        Ok(Some(request))
    }

    fn look_for_evidence(self, request: VerifiedRequest, memory: &mut Memory, now_ms: u64) -> Step {
        let is_whoami = self.purpose == Purpose::Whoami;
        if is_whoami && request.credential().is_none() {
            return self.deny(&Denial::without_credential(&request), None, None, memory, now_ms);
        }
        let for_denial = self.for_denial || is_whoami;
        let wanted = Wanted { record: integration(&request), policy: !is_whoami, for_denial };
        match Gathering::begin(wanted, memory) {
            Ok(gathering) => {
                let progress = gathering.advance(memory, now_ms);
                self.proceed(request, progress, memory, now_ms)
            }
            Err(denial) => self.deny(&denial, integration(&request), None, memory, now_ms),
        }
    }

    fn proceed(mut self, request: VerifiedRequest, progress: Progress, memory: &mut Memory, now_ms: u64) -> Step {
        match progress {
            Progress::Reads(gathering, reads) => {
                self.stage = Stage::Evidence(request, gathering);
                Step::Needs(Waiting::new(self), reads)
            }
            Progress::Found(evidence, provenance) => {
                refresh_feed(request.credential().is_none(), memory, now_ms);
                match self.purpose {
                    Purpose::Whoami => self.tell(&request, evidence, &provenance, memory, now_ms),
                    Purpose::Forward => self.judge(request, evidence, provenance, memory, now_ms),
                }
            }
        }
    }

    /// Waits for a read of the request's own.
    fn wait(mut self, stage: Stage, read: Read) -> Step {
        self.stage = stage;
        Step::Needs(Waiting::new(self), vec![read])
    }
}

impl Resume for Gate {
    fn resume(mut self: Box<Self>, memory: &mut Memory, readings: Vec<Reading>, now_ms: u64) -> Step {
        match std::mem::replace(&mut self.stage, Stage::Authorization) {
            Stage::Authorization => match first(readings) {
                Reading::Bytes(bytes) => {
                    let text = String::from_utf8_lossy(&bytes);
                    self.start(memory, Credential::Sent(&text), now_ms)
                }
                _ => self.start(memory, Credential::None, now_ms),
            },
            Stage::Evidence(request, gathering) => {
                let progress = gathering.resume(readings, memory, now_ms);
                self.proceed(request, progress, memory, now_ms)
            }
            Stage::Fields(request) => {
                if let Reading::Bytes(bytes) = first(readings) {
                    self.fields = Fields::parse(&String::from_utf8_lossy(&bytes));
                }
                self.has_all_fields = true;
                self.look_for_evidence(request, memory, now_ms)
            }
            Stage::Part(request, reader) => match reader.take(first(readings), memory, now_ms) {
                PartProgress::Taken => self.look_for_evidence(request, memory, now_ms),
                PartProgress::Reads(reader, read) => self.wait(Stage::Part(request, reader), read),
                PartProgress::Failed(fault) => {
                    self.deny(&Denial::Store(fault), integration(&request), None, memory, now_ms)
                }
            },
            Stage::Body(request) => match judge::body(first(readings)) {
                // A body takes as long as its client likes. What was read before it is looked at once more after it.
                Ok(body) => {
                    self.body = Some(body);
                    self.look_for_evidence(request, memory, now_ms)
                }
                Err(denial) => self.deny(&denial, integration(&request), None, memory, now_ms),
            },
        }
    }

    fn refuse(self: Box<Self>, memory: &mut Memory, now_ms: u64) -> Step {
        self.deny(&Denial::TooBusy, None, None, memory, now_ms)
    }

    /// True without a genuine token, except for reads that finish at once.
    fn is_anyones(&self) -> bool {
        match &self.stage {
            Stage::Evidence(request, _) | Stage::Part(request, _) | Stage::Body(request) => {
                request.credential().is_none()
            }
            Stage::Authorization | Stage::Fields(_) => false,
        }
    }
}

/// The admin plane takes no ambiguous target and none that is too long either.
fn check_target(target: &Target, credential: Credential<'_>) -> Result<(), RequestError> {
    target.check_host(&credential)?;
    let credential_sent = !matches!(credential, Credential::None);
    let target = target.path_and_query.as_str();
    let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
    let parse = if own::takes_encoded(path) { Path::parse_undecided } else { Path::parse };
    parse(path).map_err(|error| RequestError::Path { error, credential_sent })?;
    Query::parse(query).map_err(|error| RequestError::Query { error, credential_sent })?;
    Ok(())
}

fn first(readings: Vec<Reading>) -> Reading {
    readings.into_iter().next().unwrap_or(Reading::Nothing)
}

/// Has the feed read in the background, where a newer copy of it is due. Requests without a genuine token do not have it tried again
/// while the registry counts as unreachable.
fn refresh_feed(is_anyones: bool, memory: &mut Memory, now_ms: u64) {
    if is_anyones && memory.in_flight.registry_is_down(now_ms) {
        return;
    }
    if let Some((reader, read)) = FeedReader::refresh_if_due(memory, now_ms) {
        memory.effect(Effect::Background(Waiting::new(reader), vec![read]));
    }
}

/// Has the driver remember a value that was genuine.
fn remember(presented: &Presented, memory: &mut Memory, now_ms: u64) {
    let (number, slot) = memory.credentials.remember(presented.clone(), now_ms);
    memory.effect(Effect::Remember { number, slot });
}

fn integration(request: &VerifiedRequest) -> Option<&IntegrationId> {
    request.credential().map(Presented::id)
}
