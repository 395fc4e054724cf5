//! What the simulator needs of the gate: a machine without I/O, which says what it wants to read, and is told what came of it.

use std::rc::Rc;

use registry::Read;

use super::truth::Verdict;

/// A gate.
pub trait Machine {
    /// What an isolate remembers.
    type Isolate;
    /// A request that is under way, or a read in the background.
    type Call;

    /// The memory of a new isolate.
    fn isolate(settings: &Settings) -> Self::Isolate;
    /// Begins with a request.
    fn begin(isolate: &mut Self::Isolate, head: &Head<'_>, now_ms: u64) -> Turn<Self::Call>;
    /// Goes on, with what came of the reads that were wanted.
    fn resume(isolate: &mut Self::Isolate, call: Self::Call, given: Vec<Given>, now_ms: u64) -> Turn<Self::Call>;
}

/// What the deployment sets.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `TOKEN_KEYS`.
    pub token_keys: &'static str,
    /// `MAX_STALENESS_SECONDS`.
    pub max_staleness_ms: u64,
    /// `LAST_KNOWN_GOOD_SECONDS`.
    pub last_known_good_ms: u64,
    /// Whether `ON_REGISTRY_OUTAGE` is `deny`.
    pub denies_on_outage: bool,
}

/// A request.
#[derive(Debug)]
pub struct Head<'a> {
    /// The method.
    pub method: &'a str,
    /// Path and query.
    pub target: &'a str,
    /// The field `Authorization`.
    pub authorization: Option<&'a str>,
}

/// What a machine wants to be done.
#[derive(Clone, Debug)]
pub enum Want {
    /// A value of KV.
    Kv(String),
    /// An answer of the registry.
    Registry(Read),
    /// A copy that an isolate here has left.
    Shared(&'static str),
    /// To be called again after so many milliseconds.
    Pause(u64),
    /// An answer of the origin.
    Origin,
}

/// What came of it.
#[derive(Clone, Debug)]
pub enum Given {
    /// A text, or that there is none.
    Text(Option<Rc<str>>),
    /// A text that another isolate left, and when it was asked for.
    Shared(Option<(Rc<str>, u64)>),
    /// It failed, or took too long.
    Failed,
    /// The pause is over, or the origin has answered.
    Done,
}

/// What a machine says in one call.
pub struct Turn<C> {
    /// What is to be done next.
    pub step: Step<C>,
    /// Copies to leave for the other isolates here: what, the text, and when it was asked for.
    pub leaves: Vec<(&'static str, Rc<str>, u64)>,
    /// Something to be done beside the request.
    pub background: Option<(C, Vec<Want>)>,
}

/// What is to be done next.
pub enum Step<C> {
    /// These things, all at the same time; then it goes on.
    Wants(C, Vec<Want>),
    /// A verdict was made. `degraded` tells whether the log says that something was done without. After a grant the origin is
    /// asked, if the call goes on.
    Judged {
        /// The verdict.
        verdict: Verdict,
        /// Whether the log says so.
        degraded: bool,
        /// What is left to do.
        then: Option<C>,
    },
    /// The answer to what was granted: the origin's own, or 502 or 504.
    Answered(u16),
    /// Nothing is left of a read in the background.
    Over,
}
