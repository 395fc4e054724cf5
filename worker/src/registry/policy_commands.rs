//! What the commands about the policy do, inside their transaction.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::answer::Answer;
use super::commands::Registrar;
use super::documents::{self, Kept};
use super::policies::Published;
use super::publication::Candidate;
use super::{impact, integrations, outbox, policies};
use tidegate::admin::{AdminError, Explain, KnownRevs, Paging, PolicyDraft};
use tidegate::decision::{Subject, explain};
use tidegate::policy::Policy;
use tidegate::record::Live;

impl Registrar<'_> {
    /// The policy that was published last.
    pub fn show_policy(&self) -> Result<Answer, AdminError> {
        let published = policies::latest(self.database)?.ok_or(AdminError::NotFound)?;
        Ok(Answer::json(200, &self.view(&published)?)?.with_etag(published.policy.rev()))
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

    /// Publishes what `draft` makes of the policy; where that is in force already, nothing changes.
    pub fn publish(&self, rev: Option<u64>, draft: PolicyDraft) -> Result<Answer, AdminError> {
        let latest = self.latest(rev)?;
        let kind = if let PolicyDraft::Earlier(_) = draft { "policy.rolled_back" } else { "policy.published" };
        let mut candidate = Candidate::of(self.database, latest.as_ref(), draft)?;
        let policy = candidate.policy.take().ok_or_else(|| AdminError::PolicyErrors(candidate.report.clone()))?;
        self.put_in_force(latest.as_ref(), &candidate, policy, kind)
    }

    /// Tells what publishing `draft` would change, and for which integrations.
    pub fn preview(&self, draft: PolicyDraft) -> Result<Answer, AdminError> {
        let latest = policies::latest(self.database)?;
        let mut candidate = Candidate::of(self.database, latest.as_ref(), draft)?;
        let rev = latest.as_ref().map_or(0, |latest| latest.policy.rev());
        let (diff, impact) = match candidate.policy.take() {
            Some(policy) => {
                let before = latest.map_or_else(policies::empty, |latest| Ok(latest.policy))?;
                (json!(before.diff(&policy)), impact::of(self.database, &before, &policy)?.0)
            }
            None => (Value::Null, Value::Null),
        };
        let documents = candidate.document_changes(&self.present(rev)?.unwrap_or_default());
        let Candidate { report, .. } = candidate;
        let body = json!({ "rev": rev, "report": report, "diff": diff, "impact": impact, "documents": documents });
        Answer::json(200, &body)
    }

    /// The policy that was published last, if it is the one that the change is based on.
    fn latest(&self, rev: Option<u64>) -> Result<Option<Published>, AdminError> {
        let latest = policies::latest(self.database)?;
        let known = latest.as_ref().map_or(0, |published| published.policy.rev());
        match rev {
            Some(rev) if rev != known => {
                let current = latest.map(|published| self.view(&published)).transpose()?;
                Err(AdminError::Stale(current.unwrap_or(Value::Null)))
            }
            _ => Ok(latest),
        }
    }

    fn put_in_force(
        &self,
        latest: Option<&Published>,
        candidate: &Candidate,
        policy: Policy,
        kind: &str,
    ) -> Result<Answer, AdminError> {
        let known = latest.map_or(0, |published| published.policy.rev());
        let present = self.present(known)?;
        let policy = policy.with_rev(known);
        let changed = !latest.is_some_and(|latest| candidate.is_in_force(latest, &policy, present.as_deref()));
        let before = match latest {
            Some(published) => Cow::Borrowed(&published.policy),
            None => Cow::Owned(policies::empty()?),
        };
        let (impact, losing) = impact::of(self.database, &before, &policy)?;
        let diff = before.diff(&policy);
        let documents = candidate.document_changes(&present.unwrap_or_default());
        let rev = if changed { self.keep(known, candidate, policy)? } else { known };
        if changed {
            let operations = candidate.report.get("operations");
            let detail = json!({ "rev": rev, "operations": operations, "losing": losing, "documents": documents });
            self.event(kind, None, &detail)?;
        }
        let body = json!({
            "rev": rev, "changed": changed, "report": candidate.report, "diff": diff, "impact": impact, "documents": documents,
        });
        Ok(Answer::json(200, &body)?.with_etag(rev).and_changed(changed))
    }

    /// Keeps a policy with its documents, and has KV told. Gives back its revision.
    fn keep(&self, known: u64, candidate: &Candidate, policy: Policy) -> Result<u64, AdminError> {
        let rev = known.checked_add(1).ok_or_else(|| AdminError::Registry("a counter is full".to_owned()))?;
        let policy = policy.with_rev(rev);
        let Candidate { settings, report, documents, .. } = candidate;
        let count = documents.as_ref().map(Vec::len);
        policies::save(self.database, &policy, settings, report, count, &self.actor.name(), self.now)?;
        if let Some(documents) = documents {
            documents::save(self.database, rev, documents)?;
        }
        outbox::put_policy(self.database, &policy)?;
        Ok(rev)
    }

    /// The documents of the policy in force, `known` being its revision; `None` where they were not kept.
    fn present(&self, known: u64) -> Result<Option<Vec<Kept>>, AdminError> {
        documents::of(self.database, known)
    }

    /// As the admin API shows it.
    fn view(&self, published: &Published) -> Result<Value, AdminError> {
        let described = |kept: Kept| json!({ "name": kept.name, "operations": kept.operations });
        let documents = self.present(published.policy.rev())?;
        let documents: Option<Vec<Value>> = documents.map(|kept| kept.into_iter().map(described).collect());
        Ok(published.view(&documents))
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

fn not_found(error: AdminError, field: &str, message: &str) -> AdminError {
    match error {
        AdminError::NoIntegration => AdminError::invalid(field, message),
        other => other,
    }
}
