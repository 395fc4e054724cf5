//! The policy: commands.

mod candidate;
mod documents;
mod impact;
pub(crate) mod parts;
pub(crate) mod table;

use std::borrow::Cow;

use serde_json::{Value, json};

use self::candidate::Candidate;
use self::documents::Kept;
use self::table::{Compiled, Published, compiled, in_force};
use super::answer::Answer;
use super::context::Context;
use super::events::actors;
use super::events::record::About;
use super::integrations::table as integrations;
use super::members::with;
use super::rev::Rev;
use tidegate::access::{Place, Reach, Verb};
use tidegate::admin::{AdminError, Asker, Explain, KnownRevs, Offered, Paging, PolicyCommand, PolicyDraft, Scopes};
use tidegate::decision::{self, Subject};
use tidegate::events::Kind;
use tidegate::policy::{EventTypeChanges, Policy};
use tidegate::record::Live;

/// Runs a command.
pub(crate) fn run(context: &Context, command: PolicyCommand) -> Result<Answer, AdminError> {
    match command {
        PolicyCommand::Show => show(context),
        PolicyCommand::Compiled(known) => show_compiled(context, &known),
        PolicyCommand::Publish { rev, draft } => publish(context, rev, draft),
        PolicyCommand::Preview(draft) => preview(context, draft),
        PolicyCommand::Versions(paging) => versions(context, paging),
        PolicyCommand::Scopes => scopes(context),
        PolicyCommand::Explain(question) => explain(context, &question),
    }
}

/// `GET /policy`: the policy that was published last.
fn show(context: &Context) -> Result<Answer, AdminError> {
    let published = table::latest(context.database)?.ok_or(AdminError::NotFound)?;
    Answer::json(200, &view(context, &published)?, Some(published.policy.rev()))
}

/// `GET /policy/compiled`: the policy in force, in one piece; 304 if the client has it.
fn show_compiled(context: &Context, known: &KnownRevs) -> Result<Answer, AdminError> {
    let Compiled { rev, policy } = compiled(context.database)?.ok_or(AdminError::NotFound)?;
    if known.contains(rev) {
        return Ok(Answer::not_modified(rev));
    }
    let policy = parts::whole(context.database, policy)?;
    if context.is_of_agency() {
        return Ok(Answer::json_text(policy, Some(rev)));
    }
    let corrupt = |error: &dyn ToString| AdminError::Registry(format!("policy {rev}: {}", error.to_string()));
    let policy = Policy::from_json(&policy).map_err(|error| corrupt(&error))?.for_sub_accounts();
    Ok(Answer::json_text(policy.to_json(), Some(rev)))
}

/// `GET /policy/versions`: the policies that were published, the latest first.
fn versions(context: &Context, paging: Paging<u64>) -> Result<Answer, AdminError> {
    let mut page = table::versions(context.database, paging)?;
    for version in page.get_mut("versions").and_then(Value::as_array_mut).into_iter().flatten() {
        name_actor(context, version)?;
    }
    Answer::json(200, &page, None)
}

/// `GET /scopes`
fn scopes(context: &Context) -> Result<Answer, AdminError> {
    let policy = in_force(context.database)?;
    let policy = if context.is_of_agency() { policy } else { policy.for_sub_accounts() };
    Answer::json(200, &Scopes { scopes: policy.catalogue() }, None)
}

/// Whose integrations the caller may see.
fn reach(context: &Context) -> Reach {
    context.actor.permissions.reach(Verb::IntegrationsView)
}

/// Publishes what `draft` makes of the policy; if that is in force already, nothing changes.
fn publish(context: &Context, rev: Option<u64>, draft: PolicyDraft) -> Result<Answer, AdminError> {
    let latest = latest(context, rev)?;
    let kind = if let PolicyDraft::Earlier(_) = draft { Kind::PolicyRolledBack } else { Kind::PolicyPublished };
    let mut candidate = Candidate::of(context.database, latest.as_ref(), draft)?;
    let policy = candidate.policy.take().ok_or_else(|| AdminError::PolicyErrors(candidate.report.clone()))?;
    put_in_force(context, latest.as_ref(), &candidate, policy, kind)
}

/// `POST /policy/preview`: what publishing `draft` would change, and for which integrations.
fn preview(context: &Context, draft: PolicyDraft) -> Result<Answer, AdminError> {
    let latest = table::latest(context.database)?;
    let mut candidate = Candidate::of(context.database, latest.as_ref(), draft)?;
    let rev = latest.as_ref().map_or(0, |latest| latest.policy.rev());
    let known = table::event_types(context.database)?;
    let (diff, impact) = match candidate.policy.take() {
        Some(policy) => {
            let before = latest.map_or_else(table::empty, |latest| Ok(latest.policy))?;
            let old = Offered { policy: &before, event_types: &known };
            let new = Offered { policy: &policy, event_types: &candidate.event_types };
            (json!(before.diff(&policy)), impact::of(context.database, old, new, &reach(context))?)
        }
        None => (Value::Null, Value::Null),
    };
    let event_types = EventTypeChanges::of(&known, &candidate.event_types);
    let documents = candidate.document_changes(&present(context, rev)?.unwrap_or_default());
    let Candidate { report, .. } = candidate;
    let body = json!({
        "rev": rev, "report": report, "diff": diff, "impact": impact, "documents": documents, "event_types": event_types,
    });
    Answer::json(200, &body, None)
}

/// The policy that was published last, if it is the one that the change is based on.
fn latest(context: &Context, rev: Option<u64>) -> Result<Option<Published>, AdminError> {
    let latest = table::latest(context.database)?;
    let known = latest.as_ref().map_or(0, |published| published.policy.rev());
    match rev {
        Some(rev) if rev != known => {
            let current = latest.map(|published| view(context, &published)).transpose()?;
            Err(AdminError::Stale(current.unwrap_or(Value::Null)))
        }
        _ => Ok(latest),
    }
}

fn put_in_force(
    context: &Context,
    latest: Option<&Published>,
    candidate: &Candidate,
    policy: Policy,
    kind: Kind,
) -> Result<Answer, AdminError> {
    let known = latest.map_or(0, |published| published.policy.rev());
    let present = present(context, known)?;
    let policy = policy.with_rev(known);
    let events = table::event_types(context.database)?;
    let changed = !latest.is_some_and(|latest| candidate.is_in_force(latest, &policy, present.as_deref(), &events));
    let before = match latest {
        Some(published) => Cow::Borrowed(&published.policy),
        None => Cow::Owned(table::empty()?),
    };
    let old = Offered { policy: &before, event_types: &events };
    let new = Offered { policy: &policy, event_types: &candidate.event_types };
    let impact = impact::of(context.database, old, new, &reach(context))?;
    let losing = impact::losing(context.database, old, new)?;
    let event_types = EventTypeChanges::of(&events, &candidate.event_types);
    let diff = before.diff(&policy);
    let documents = candidate.document_changes(&present.unwrap_or_default());
    let rev = if changed { keep(context, known, candidate, policy)? } else { known };
    if changed {
        let operations = candidate.report.get("operations");
        let detail = json!({
            "rev": rev, "replaces": known, "operations": operations, "losing": losing,
            "documents": candidate::without_unchanged(&documents),
        });
        context.event(kind, About::agency(), detail)?;
    }
    let body = json!({
        "rev": rev, "changed": changed, "report": candidate.report, "diff": diff, "impact": impact, "documents": documents,
        "event_types": event_types,
    });
    Answer::json(200, &body, Some(rev))
}

/// Stores a policy with its documents, and queues it for KV. Returns its revision.
fn keep(context: &Context, known: u64, candidate: &Candidate, policy: Policy) -> Result<u64, AdminError> {
    let Rev(rev) = Rev(known).next()?;
    let policy = policy.with_rev(rev);
    let Candidate { settings, report, documents, event_types, .. } = candidate;
    let count = documents.as_ref().map(Vec::len);
    let before = table::compiled(context.database)?.map(|compiled| compiled.policy);
    let actor = context.actor.identity.to_text();
    let new = table::New { policy: &policy, settings, report, event_types, documents: count, actor: &actor };
    let stored = table::save(context.database, &new, context.now)?;
    if let Some(documents) = documents {
        documents::save(context.database, rev, documents)?;
    }
    context.publish_policy(rev, &stored, before.as_deref())?;
    Ok(rev)
}

/// The documents of the policy in force, `known` being its revision; `None` if they were not kept.
fn present(context: &Context, known: u64) -> Result<Option<Vec<Kept>>, AdminError> {
    documents::of(context.database, known)
}

/// As the admin API shows it.
fn view(context: &Context, published: &Published) -> Result<Value, AdminError> {
    let described = |kept: Kept| json!({ "name": kept.name, "operations": kept.operations });
    let documents = present(context, published.policy.rev())?;
    let documents: Option<Vec<Value>> = documents.map(|kept| kept.into_iter().map(described).collect());
    let mut view = published.view(&documents);
    name_actor(context, &mut view)?;
    Ok(view)
}

/// Adds the name of the publisher.
fn name_actor(context: &Context, view: &mut Value) -> Result<(), AdminError> {
    let name = view.get("actor").and_then(Value::as_str).map(|actor| actors::name_of(context, actor)).transpose()?;
    *view = with(std::mem::take(view), [("actor_name", json!(name.flatten()))]);
    Ok(())
}

/// `POST /explain`: the decision on a request, and the steps that led to it.
fn explain(context: &Context, question: &Explain) -> Result<Answer, AdminError> {
    let Explain { method, path, asker } = question;
    if !matches!(asker, Asker::Integration { .. }) && !context.actor.may(Verb::PolicyView, &Place::Agency) {
        return Err(AdminError::Forbidden { verb: Verb::PolicyView, place: Some(Place::Agency) });
    }
    let subject = match asker {
        Asker::Nobody => Subject::Nobody,
        Asker::Integration { id, scopes } => {
            let unknown = || AdminError::invalid("integration", "there is no integration with this id");
            let found = integrations::find(context.database, id)?.filter(|found| reach(context).has(&found.owner));
            let absent = || if reach(context).is_everywhere() { unknown() } else { AdminError::NoIntegration };
            let live = found.ok_or_else(absent)?.live();
            Subject::Integration(Live { scopes: scopes.clone().unwrap_or(live.scopes), ..live })
        }
        Asker::Assumed { owner, scopes } => Subject::assumed(owner.clone(), scopes.clone()),
    };
    let policy = in_force(context.database)?;
    let explain = if context.is_of_agency() { decision::explain } else { decision::explain_to_sub_accounts };
    Answer::json(200, &json!(explain(method, path, &subject, &policy, context.now)), None)
}
