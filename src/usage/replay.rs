//! What an edit or a policy would have done to the requests that were recorded.

use serde::Serialize;

use super::{OTHER, OperationUse};
use crate::decision::Reach;
use crate::policy::Policy;
use crate::record::Level;
use crate::scope::ScopeSet;

/// What would have been refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Replay {
    /// How many requests were recorded as granted.
    pub requests: u64,
    /// How many of them would have been refused.
    pub refused: u64,
    /// Of which operations these were, the most used first.
    pub operations: Vec<OperationUse>,
    /// Of how many it cannot be said: their operations are not kept apart.
    pub unattributed: u64,
}

/// Which operations an edit of an integration's scopes takes away, for the recorded requests of that integration.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
pub struct EditReplay {
    /// The level that the integration belongs to.
    pub level: Level,
    /// Its scopes now.
    pub before: ScopeSet,
    /// Its scopes then.
    pub after: ScopeSet,
    /// What was recorded of it.
    pub recorded: Vec<OperationUse>,
}

crate::json_object!(EditReplay { level, before, after, recorded });

/// Which operations a policy takes away from an integration, for the recorded requests of that integration.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
pub struct PolicyReplay {
    /// Their names, `METHOD /template`.
    pub lost: Vec<String>,
    /// What was recorded of it.
    pub recorded: Vec<OperationUse>,
}

crate::json_object!(PolicyReplay { lost, recorded });

/// What of the recorded requests an edit would have refused: those of operations that go out of reach.
pub fn replay_edit(policy: &Policy, edit: EditReplay) -> Replay {
    let EditReplay { level, before, after, recorded } = edit;
    let reach = Reach::of(policy, level);
    let reached = policy.operations().iter().zip(reach.with(&before).into_iter().zip(reach.with(&after)));
    let lost = reached.filter(|(_, reached)| *reached == (true, false)).map(|(operation, _)| operation.name());
    replay_policy(PolicyReplay { lost: lost.collect(), recorded })
}

/// What of the recorded requests a policy would have refused.
pub fn replay_policy(replay: PolicyReplay) -> Replay {
    let PolicyReplay { lost, recorded } = replay;
    let mut told = Replay::default();
    for one in recorded {
        told.requests = told.requests.saturating_add(one.requests);
        if one.operation == OTHER {
            told.unattributed = told.unattributed.saturating_add(one.requests);
        } else if one.requests > 0 && lost.contains(&one.operation) {
            told.refused = told.refused.saturating_add(one.requests);
            told.operations.push(one);
        }
    }
    told.operations
        .sort_by(|one, other| other.requests.cmp(&one.requests).then_with(|| one.operation.cmp(&other.operation)));
    told
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, json};

    use super::*;
    use crate::policy::OwnerNames;

    fn policy() -> Policy {
        let needs = |scopes: &[&str]| json!({ "any_of": [{ "level": "sub_account", "scopes": scopes }] });
        let operations = json!([
            { "path": "/a/{id}", "method": "GET", "access": needs(&["a.readonly"]) },
            { "path": "/a", "method": "POST", "access": needs(&["a.write"]) },
            { "path": "/me", "method": "GET", "access": "authenticated" }
        ]);
        Policy::new(1, from_value(operations).unwrap(), OwnerNames::default()).unwrap()
    }

    fn recorded() -> Vec<OperationUse> {
        [("GET /a/{id}", 30), ("POST /a", 42), ("GET /me", 7), ("GET /gone", 5), ("other", 100), ("", 1)]
            .map(|(operation, requests)| OperationUse { operation: operation.to_owned(), requests })
            .to_vec()
    }

    fn edit(before: &[&str], after: &[&str]) -> Value {
        let scopes = |scopes: &[&str]| from_value(json!(scopes)).unwrap();
        let edit =
            EditReplay { level: Level::SubAccount, before: scopes(before), after: scopes(after), recorded: recorded() };
        json!(replay_edit(&policy(), edit))
    }

    #[test]
    fn an_edit_refuses_the_requests_of_what_it_takes_away() {
        let both = ["a.readonly", "a.write"];
        let told = edit(&both, &["a.readonly"]);
        assert_eq!(
            told,
            json!({
                "requests": 185, "refused": 42, "operations": [{ "operation": "POST /a", "requests": 42 }],
                "unattributed": 100
            })
        );
        let told = edit(&both, &[]);
        assert_eq!((&told["refused"], &told["operations"][1]["operation"]), (&json!(72), &json!("GET /a/{id}")));
        assert_eq!(edit(&both, &both)["refused"], json!(0));
        assert_eq!(edit(&[], &both)["refused"], json!(0), "what comes refuses nothing");
        assert_eq!(edit(&["a.readonly"], &[])["refused"], json!(30), "what was out of reach before is not taken away");
    }

    #[test]
    fn a_policy_refuses_the_requests_of_what_is_lost() {
        let lost = ["GET /gone", "POST /a", "DELETE /never/used", "other"].map(str::to_owned).to_vec();
        let told = replay_policy(PolicyReplay { lost, recorded: recorded() });
        assert_eq!((told.requests, told.refused, told.unattributed), (185, 47, 100));
        assert_eq!(told.operations.len(), 2);
        assert_eq!(replay_policy(PolicyReplay { lost: vec![], recorded: vec![] }), Replay::default());
    }
}
