//! What the commands about the policy do, inside their transaction.

use serde_json::{Value, json};

use super::answer::Answer;
use super::commands::Registrar;
use super::policies::Published;
use super::{integrations, outbox, policies};
use crate::core::admin::{AdminError, Explain, KnownRevs, Paging, PublishPolicy, impact};
use crate::core::decision::{Subject, explain};
use crate::core::openapi::{Compiled, compile};
use crate::core::policy::Policy;
use crate::core::record::Live;

/// How many integrations a preview lists; of the others it gives the number.
const MOST_LISTED: usize = 200;

impl Registrar<'_> {
    /// The policy that was published last.
    pub fn show_policy(&self) -> Result<Answer, AdminError> {
        let published = policies::latest(self.database)?.ok_or(AdminError::NotFound)?;
        Ok(Answer::json(200, &published.view())?.with_etag(published.policy.rev()))
    }

    /// The policy in force, as KV holds it; 304 where the client has it.
    pub fn compiled_policy(&self, known: &KnownRevs) -> Result<Answer, AdminError> {
        let policies::Compiled { rev, policy } = policies::compiled(self.database)?.ok_or(AdminError::NotFound)?;
        let answer = if known.contains(rev) { Answer::not_modified() } else { Answer::json_text(policy) };
        Ok(answer.with_etag(rev))
    }

    /// The policies that were published, the latest first.
    pub fn policy_versions(&self, paging: Paging<u64>) -> Result<Answer, AdminError> {
        Answer::json(200, &policies::versions(self.database, paging)?)
    }

    /// Compiles and publishes documents; the same again changes nothing.
    pub fn publish(&self, rev: Option<u64>, body: &PublishPolicy) -> Result<Answer, AdminError> {
        let latest = self.latest(rev)?;
        let Compiled { policy, report } = compile(&body.documents, &body.settings);
        let policy = policy.ok_or_else(|| AdminError::PolicyErrors(json!(report)))?;
        self.put_in_force(latest.as_ref(), policy, &json!(body.settings), &json!(report), "policy.published")
    }

    /// Puts an earlier policy in force again, as a new revision.
    pub fn roll_back(&self, rev: Option<u64>, to: u64) -> Result<Answer, AdminError> {
        let latest = self.latest(rev)?;
        let unknown = || AdminError::invalid("to", "no policy was published under this rev");
        let Published { policy, settings, report, .. } = policies::find(self.database, to)?.ok_or_else(unknown)?;
        self.put_in_force(latest.as_ref(), policy, &settings, &report, "policy.rolled_back")
    }

    /// Compiles documents and tells what would change, and for which integrations.
    pub fn preview(&self, body: &PublishPolicy) -> Result<Answer, AdminError> {
        let Compiled { policy, report } = compile(&body.documents, &body.settings);
        let Some(policy) = policy else { return Answer::json(200, &json!({ "report": report, "diff": null })) };
        let present = self.policy()?;
        let integrations = integrations::all(self.database)?;
        let (affected, listed) = impact(&integrations, &present, &policy, MOST_LISTED);
        let impact = json!({ "affected": affected, "integrations": listed });
        Answer::json(200, &json!({ "report": report, "diff": present.diff(&policy), "impact": impact }))
    }

    /// The policy that was published last, if it is the one that the change is based on.
    fn latest(&self, rev: Option<u64>) -> Result<Option<Published>, AdminError> {
        let latest = policies::latest(self.database)?;
        let known = latest.as_ref().map_or(0, |published| published.policy.rev());
        match rev {
            Some(rev) if rev != known => {
                Err(AdminError::Stale(latest.map_or(Value::Null, |published| published.view())))
            }
            _ => Ok(latest),
        }
    }

    fn put_in_force(
        &self,
        latest: Option<&Published>,
        policy: Policy,
        settings: &Value,
        report: &Value,
        kind: &str,
    ) -> Result<Answer, AdminError> {
        let known = latest.map_or(0, |published| published.policy.rev());
        let policy = policy.with_rev(known);
        if latest.is_some_and(|latest| latest.policy == policy && latest.settings == *settings) {
            return published(known, report, false);
        }
        let rev = known.checked_add(1).ok_or_else(|| AdminError::Registry("a counter is full".to_owned()))?;
        let policy = policy.with_rev(rev);
        policies::save(self.database, &policy, settings, report, &self.actor.name(), self.now)?;
        outbox::put_policy(self.database, &policy)?;
        self.event(kind, None, &json!({ "rev": rev, "operations": policy.operations().len() }))?;
        published(rev, report, true)
    }

    /// The decision on a request, and the steps that led to it.
    pub fn explain(&self, question: Explain) -> Result<Answer, AdminError> {
        let Explain { method, path, integration, scopes, owner } = question;
        let subject = match (integration, owner, scopes) {
            (None, None, None) => Subject::Nobody,
            (Some(id), None, scopes) => {
                let live = integrations::load(self.database, &id)
                    .map_err(|error| not_found(error, "integration", "there is no integration with this id"))?
                    .live();
                Subject::Integration(Live { scopes: scopes.unwrap_or(live.scopes), ..live })
            }
            (None, Some(owner), Some(scopes)) => Subject::assumed(owner, scopes),
            (Some(_), Some(_), _) => return Err(AdminError::invalid("owner", "the integration has one already")),
            (None, Some(_), None) => return Err(AdminError::invalid("scopes", "needed beside owner")),
            (None, None, Some(_)) => return Err(AdminError::invalid("owner", "needed beside scopes")),
        };
        Answer::json(200, &json!(explain(&method, &path, &subject, &self.policy()?, self.now)))
    }

    /// The policy in force.
    pub fn policy(&self) -> Result<Policy, AdminError> {
        policies::in_force(self.database)
    }
}

fn published(rev: u64, report: &Value, changed: bool) -> Result<Answer, AdminError> {
    let body = json!({ "rev": rev, "changed": changed, "report": report });
    Ok(Answer::json(200, &body)?.with_etag(rev).and_changed(changed))
}

fn not_found(error: AdminError, field: &str, message: &str) -> AdminError {
    match error {
        AdminError::NoIntegration => AdminError::invalid(field, message),
        other => other,
    }
}
