//! The question of the registry about the recorded use of one integration, and the answer.

use serde::Serialize;

use super::quiet::MIN_QUIET_SECONDS;
use super::{Observed, OldToken};
use crate::time::Timestamp;
use crate::token::IntegrationId;

/// What is asked of an integration's recorded use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UsageQuestion {
    /// Whose use.
    pub integration: IntegrationId,
    /// From when on requests and gaps between them count.
    pub from: Timestamp,
}

crate::json_object!(UsageQuestion { integration, from });

/// What is recorded of an integration's use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UsageFacts {
    /// The moment from which on requests and gaps count.
    pub from: Timestamp,
    /// How many requests there were since, with any of its tokens.
    pub requests: u64,
    /// An upper bound of the longest time between two of them, in seconds.
    pub largest_gap: u64,
    /// When the store was made.
    pub store_since: Timestamp,
    /// When the last period ended in which the store may have missed requests. 0 if it missed none, `None` if that is not known.
    /// The store does not know when the gate began to count this integration: see [`counted_from`](Self::counted_from).
    pub complete_since: Option<Timestamp>,
    /// Its tokens that were used, by number.
    pub tokens: Vec<TokenUsed>,
}

crate::json_object!(UsageFacts { from, requests, largest_gap, store_since, complete_since: optional, tokens });

/// The first and the last use of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct TokenUsed {
    /// The token's number.
    pub n: u32,
    /// When it was used first.
    pub first: Timestamp,
    /// When it was used last.
    pub last: Timestamp,
}

crate::json_object!(TokenUsed { n, first, last });

impl UsageFacts {
    /// The same, complete at most since `counted`: the moment from which on the gate counts the integration's requests.
    #[must_use]
    pub fn counted_from(&self, counted: Timestamp) -> Self {
        Self { complete_since: self.complete_since.map(|since| since.max(counted)), ..self.clone() }
    }

    /// When the token with number `n` was used last.
    pub fn last_use_of(&self, n: u32) -> Option<Timestamp> {
        self.tokens.iter().find(|token| token.n == n).map(|token| token.last)
    }

    /// When the token with number `n` was used first.
    pub fn first_use_of(&self, n: u32) -> Option<Timestamp> {
        self.tokens.iter().find(|token| token.n == n).map(|token| token.first)
    }

    /// When any of its tokens was used last. What was none of its live tokens when it was sent, with number 0, does not count.
    pub fn last_use(&self) -> Option<Timestamp> {
        self.tokens.iter().filter(|token| token.n > 0).map(|token| token.last).max()
    }

    /// What the rules of a rotation need of it at `now`. The first day of a store counts as incomplete. If stores were down and it could
    /// not be made earlier, isolates report within that day what they lost.
    pub fn observed(&self, now: Timestamp) -> Observed {
        let Self { from, requests, largest_gap, store_since, complete_since, .. } = *self;
        let is_new = now < store_since.after(MIN_QUIET_SECONDS);
        let complete_since = complete_since.map(|since| if is_new { since.max(store_since) } else { since });
        Observed { from, requests, largest_gap, complete_since }
    }

    /// What they need of the old token, with number `n`, which was made at `created_at`.
    pub fn old_token(&self, n: u32, created_at: Timestamp) -> OldToken {
        OldToken { created_at, last_used_at: self.last_use_of(n) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_no_live_token_is_no_use() {
        let at = Timestamp::from_seconds;
        let used = |n, first, last| TokenUsed { n, first: at(first), last: at(last) };
        let facts = |tokens: &[TokenUsed]| UsageFacts {
            from: at(0),
            requests: 9,
            largest_gap: 0,
            store_since: at(0),
            complete_since: None,
            tokens: tokens.to_vec(),
        };
        let refused = used(0, 10, 90);
        assert_eq!(facts(&[refused]).last_use(), None);
        let facts = facts(&[refused, used(1, 20, 50), used(2, 30, 40)]);
        assert_eq!(facts.last_use(), Some(at(50)));
        assert_eq!((facts.first_use_of(2), facts.last_use_of(2)), (Some(at(30)), Some(at(40))));
        assert_eq!((facts.first_use_of(3), facts.last_use_of(3)), (None, None));
    }
}
