//! Recorded use, and what follows from it. Rules act only on complete knowledge.
//!
//! An isolate counts requests in memory ([`gate`](crate::gate)) and sends the counts to one of 64 stores, by the integration's id. A
//! store keeps them per minute, hour and day, and knows how much of the truth it has: [`Completeness`].

mod answer;
mod buffer;
mod completeness;
mod facts;
mod flush;
mod idle;
mod merge;
mod moment;
mod outcome;
mod protocol;
mod quiet;
mod range;
mod replay;
mod rotation;
mod scope_use;
mod seen;
mod store;

pub use answer::{
    AnswerCount, Grouping, IntegrationUsage, MAX_RANGE_SECONDS, OutcomeCount, OverallUsage, UsageGroup, UsageRange,
};
pub use buffer::{
    Asked, Buffer, CODES, EARLY_AFTER_MS, FLUSH_AFTER_MS, MAX_CELLS, MAX_OPERATIONS, Senders, TAKE_OVER_AFTER_MS,
    Wanted,
};
pub use completeness::{Completeness, Gap};
pub use facts::{TokenUsed, UsageFacts, UsageQuestion};
pub use flush::{FLUSH_VERSION, Flush, FlushedCell, FlushedToken, UseOrigin};
pub use idle::{ANNOUNCED_DAYS, Announced, IdleStep, idle_since, idle_step};
pub use merge::{MAX_GROUPS, largest};
pub use moment::Moment;
pub use outcome::{AnswerClass, Outcome};
pub use protocol::{Handed, HandedUse, USED};
pub use quiet::{
    MIN_QUIET_SECONDS, MIN_USES, OBSERVED_SECONDS, Observed, OldToken, QuietReason, SafeToExpire, observed_from,
    safe_to_expire,
};
pub use range::{Forget, InvalidRange, KEPT, PERIODS, UsageQuery, floor};
pub use replay::{EditReplay, PolicyReplay, Replay, replay_edit, replay_policy};
pub use rotation::{RotationProgress, UnderWay};
pub use scope_use::{ScopeUse, ScopesInUse, scope_use};
pub use seen::{OTHER, OperationUse, Seen, Source, TokenFacts};
pub use store::{FACTS, FLUSH, FORGET, OF_INTEGRATION, OVERALL, STORES, Store};
