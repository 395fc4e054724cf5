//! What was used, and what follows from it. Rules act on complete knowledge only.

mod facts;
mod idle;
mod quiet;
mod replay;
mod scope_use;

pub use facts::{TokenUsed, UsageFacts, UsageQuestion};
pub use idle::{ANNOUNCED_DAYS, Announced, IdleStep, idle_since, idle_step};
pub use quiet::{
    MIN_QUIET_SECONDS, MIN_USES, OBSERVED_SECONDS, Observed, OldToken, QuietReason, SafeToExpire, observed_from,
    safe_to_expire,
};
pub use replay::{EditReplay, PolicyReplay, Recorded, Replay, replay_edit, replay_policy};
pub use scope_use::{ScopeUse, ScopesInUse, scope_use};
