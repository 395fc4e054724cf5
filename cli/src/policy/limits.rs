//! How near a policy is to each limit that a gate applies when it is published.

use std::fmt;

use serde::Serialize;
use tidegate::admin::MAX_POLICY_BYTES;
use tidegate::openapi::{Compiled, Finding, MAX_NEEDS, MAX_OPERATIONS, Settings};
use tidegate::policy::{MAX_BYTES, MAX_PART_BYTES, MAX_PATHS_BYTES, MAX_WHOLE_BYTES};

use super::documents::Documents;
use super::publication::Publication;

/// All limits, and what is used of each.
#[derive(Serialize)]
pub struct Limits(Vec<Limit>);

/// A limit, and what is used of it.
#[derive(Serialize)]
struct Limit {
    what: &'static str,
    used: usize,
    most: usize,
}

impl Limits {
    /// The limits and what a policy uses of them; without a policy, those that are known before compiling.
    pub fn of(documents: &Documents, settings: &Settings, compiled: &Compiled) -> Self {
        let (.., body) = Publication::whole(documents, settings).request(false);
        let described: usize = documents.readable.iter().map(|document| document.operation_count()).sum();
        let mut limits = vec![
            Limit { what: "bytes to publish", used: body.len(), most: MAX_POLICY_BYTES },
            Limit { what: "operations and rules", used: described + settings.written().count(), most: MAX_OPERATIONS },
        ];
        if let Some(policy) = &compiled.policy {
            let alternatives = || policy.operations().iter().flat_map(|operation| operation.access.alternatives());
            let needs =
                alternatives().map(|alternative| 1 + alternative.scopes.iter().count() + alternative.owner.len()).sum();
            limits.push(Limit { what: "scopes, owners, ways in", used: needs, most: MAX_NEEDS });
            let text = policy.to_json();
            limits.push(Limit { what: "bytes of the policy", used: text.len(), most: MAX_BYTES });
            if text.len() > MAX_WHOLE_BYTES {
                limits.push(Limit { what: "bytes of all paths", used: policy.paths_bytes(), most: MAX_PATHS_BYTES });
                let longest = text.lines().map(str::len).max().unwrap_or_default();
                limits.push(Limit { what: "bytes of one operation", used: longest, most: MAX_PART_BYTES });
            }
        }
        Self(limits)
    }

    /// An error for each that is passed: a gate would refuse to publish.
    pub fn errors(&self) -> impl Iterator<Item = Finding> {
        self.0.iter().filter(|limit| limit.used > limit.most).map(|limit| Finding {
            message: format!("{} {}, and a gate takes {}", limit.used, limit.what, limit.most),
            ..Finding::default()
        })
    }
}

/// A line each, as `  operations and rules   576 of    20000 (2.9 %)`.
impl fmt::Display for Limits {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "Limits of a gate")?;
        for Limit { what, used, most } in &self.0 {
            let share = *used as f64 * 100.0 / *most as f64;
            writeln!(formatter, "  {what:<24}{used:>9} of {most:>8} ({share:.1} %)")?;
        }
        writeln!(formatter)
    }
}
