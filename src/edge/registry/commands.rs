//! What each command does, inside its transaction.

use serde::Serialize;
use serde_json::{Value, json};
use worker::Env;

use super::database::Database;
use super::outbox::TOMBSTONE_SECONDS;
use super::sessions::Actor;
use super::{events, integrations, outbox, policies, sessions, sub_accounts};
use crate::core::admin::{
    AdminError, Change, Command, Explain, Integration, ListIntegrations, NewIntegration, PublishPolicy, Rotate, SignIn,
};
use crate::core::decision::{Subject, explain};
use crate::core::openapi::{Compiled, compile};
use crate::core::policy::Policy;
use crate::core::record::{Live, Owner, Record};
use crate::core::rotation::{LiveToken, Rotation, Timestamp};
use crate::core::scope::ScopeSet;
use crate::core::token::{IntegrationId, Minted, mint};
use crate::edge::config::Config;
use crate::edge::session;

/// Carries out one command.
pub(super) struct Registrar<'a> {
    pub database: &'a Database,
    pub env: &'a Env,
    pub actor: Actor,
    pub now: Timestamp,
}

/// What a command is answered with.
pub(super) struct Answer {
    pub status: u16,
    pub body: Value,
    pub etag: Option<u64>,
    pub cookie: Option<String>,
    /// Whether KV has to be told something.
    pub changed: bool,
    /// The integration to show, once KV was told.
    show: Option<Integration>,
}

impl Registrar<'_> {
    /// Runs a command. An error rolls back whatever it did.
    pub fn run(&self, command: Command) -> Result<Answer, AdminError> {
        match command {
            Command::SignIn(sign_in) => self.sign_in(&sign_in),
            Command::SignOut => self.sign_out(),
            Command::ListSubAccounts => self.list_sub_accounts(),
            Command::AddSubAccount(new) => {
                sub_accounts::add(self.database, &new, self.now)?;
                self.event("sub_account.added", None, &json!({ "id": new.id, "name": new.name }))?;
                Answer::json(201, &json!({ "id": new.id, "name": new.name }))
            }
            Command::Scopes => Answer::json(200, &json!({ "scopes": self.policy()?.catalogue() })),
            Command::ListIntegrations(list) => self.list_integrations(&list),
            Command::CreateIntegration(new) => self.create(new),
            Command::ShowIntegration(id) => self.show(integrations::load(self.database, &id)?),
            Command::EditIntegration { id, rev, edit } => {
                edit.scopes.as_ref().map_or(Ok(()), |scopes| self.check_scopes(scopes))?;
                self.change(&id, rev, Change::Edit(edit), "integration.edited")
            }
            Command::DeleteIntegration { id, rev } => self.delete(&id, rev),
            Command::Rotate { id, rev, rotate } => self.rotate(&id, rev, rotate),
            Command::CancelRotation { id, rev } => self.change(&id, rev, Change::CancelRotation, "rotation.cancelled"),
            Command::FinishRotation { id, rev } => self.change(&id, rev, Change::FinishRotation, "rotation.finished"),
            Command::Events(id) => Answer::json(200, &json!({ "events": events::of(self.database, &id)? })),
            Command::ShowPolicy => self.show_policy(),
            Command::PublishPolicy { rev, policy } => self.publish(rev, &policy),
            Command::PreviewPolicy(policy) => self.preview(&policy),
            Command::Explain(question) => self.explain(question),
            Command::Resync => self.resync(),
            Command::ResyncProgress => self.progress(200),
            Command::OpenApi => Err(AdminError::NotFound),
        }
    }

    /// Completes an answer after KV was told, so that it says whether KV has taken the change.
    pub fn finish(&self, mut answer: Answer) -> Result<Answer, AdminError> {
        if let Some(integration) = answer.show.take() {
            let view = json!(integrations::view(self.database, &integration, self.now)?);
            match answer.body.get_mut("integration") {
                Some(shown) => *shown = view,
                None => answer.body = view,
            }
        }
        Ok(answer)
    }

    fn sign_in(&self, sign_in: &SignIn) -> Result<Answer, AdminError> {
        let config = Config::read(self.env);
        let owner_key = config.owner_key.map_err(|denial| AdminError::Misconfigured(denial.to_string()))?;
        if !owner_key.is(&sign_in.key) {
            return Err(AdminError::WrongKey);
        }
        let new = session::start()?;
        sessions::start(self.database, &new.digest, self.now)?;
        events::write(
            self.database,
            &Actor::Session(new.digest).name(),
            self.now,
            "session.started",
            None,
            &json!({}),
        )?;
        Ok(Answer { cookie: Some(new.cookie), ..Answer::nothing() })
    }

    fn sign_out(&self) -> Result<Answer, AdminError> {
        sessions::end(self.database, &self.actor)?;
        self.event("session.ended", None, &json!({}))?;
        Ok(Answer { cookie: Some(session::end_cookie()), ..Answer::nothing() })
    }

    fn list_sub_accounts(&self) -> Result<Answer, AdminError> {
        let agency = sub_accounts::agency(self.database)?.map(|id| json!({ "id": id }));
        Answer::json(200, &json!({ "agency": agency, "sub_accounts": sub_accounts::all(self.database)? }))
    }

    fn list_integrations(&self, list: &ListIntegrations) -> Result<Answer, AdminError> {
        let (page, more) = integrations::list(self.database, list)?;
        let cursor = page.last().filter(|_| more).map(|last| last.id.clone());
        let views: Result<Vec<_>, _> =
            page.iter().map(|integration| integrations::view(self.database, integration, self.now)).collect();
        Answer::json(200, &json!({ "integrations": views?, "cursor": cursor }))
    }

    fn create(&self, new: NewIntegration) -> Result<Answer, AdminError> {
        sub_accounts::check_owner(self.database, &new.owner)?;
        self.check_scopes(&new.scopes)?;
        let id = IntegrationId::from_entropy(session::random()?);
        let Minted { plaintext, hash } = self.mint(&id)?;
        let integration = Integration::create(new, id, hash, self.now);
        let detail = json!({ "name": integration.name, "owner": integration.owner, "scopes": integration.scopes });
        self.save(&integration, "integration.created", &detail)?;
        let body = json!({ "integration": null, "token": plaintext.reveal() });
        Ok(Answer { body, ..Answer::changed(201, integration) })
    }

    fn rotate(&self, id: &IntegrationId, rev: u64, rotate: Rotate) -> Result<Answer, AdminError> {
        let Minted { plaintext, hash } = self.mint(id)?;
        let answer = self.change(id, rev, Change::Rotate(rotate, hash), "rotation.started")?;
        Ok(Answer { body: json!({ "integration": null, "token": plaintext.reveal() }), ..answer })
    }

    fn change(&self, id: &IntegrationId, rev: u64, change: Change, kind: &str) -> Result<Answer, AdminError> {
        let (integration, detail) = self.based_on(id, rev)?.apply(change, self.now)?;
        self.save(&integration, kind, &detail)?;
        Ok(Answer::changed(200, integration))
    }

    fn delete(&self, id: &IntegrationId, rev: u64) -> Result<Answer, AdminError> {
        let integration = self.based_on(id, rev)?;
        let rev = rev.checked_add(1).ok_or_else(|| AdminError::Registry("a counter is full".to_owned()))?;
        integrations::delete(self.database, id, rev, self.now)?;
        outbox::put_record(self.database, &Record::Gone { id: id.clone(), rev })?;
        self.event("integration.deleted", Some(id), &json!({ "name": integration.name }))?;
        Ok(Answer { changed: true, ..Answer::nothing() })
    }

    fn show(&self, integration: Integration) -> Result<Answer, AdminError> {
        Ok(Answer { changed: false, ..Answer::changed(200, integration) })
    }

    fn show_policy(&self) -> Result<Answer, AdminError> {
        let published = policies::latest(self.database)?.ok_or(AdminError::NotFound)?;
        Ok(Answer { etag: Some(published.policy.rev()), ..Answer::json(200, &published.view())? })
    }

    fn publish(&self, rev: Option<u64>, body: &PublishPolicy) -> Result<Answer, AdminError> {
        let latest = policies::latest(self.database)?;
        let known = latest.as_ref().map_or(0, |published| published.policy.rev());
        if rev.is_some_and(|rev| rev != known) {
            return Err(AdminError::Stale(latest.map_or(Value::Null, |published| published.view())));
        }
        let Compiled { policy, report } = compile(&body.documents, &body.settings);
        let policy = policy.ok_or_else(|| AdminError::PolicyErrors(json!(report)))?;
        if let Some(latest) = &latest
            && latest.policy == policy.clone().with_rev(known)
            && latest.settings == json!(body.settings)
        {
            return self.published(known, &latest.report, false);
        }
        let rev = known.checked_add(1).ok_or_else(|| AdminError::Registry("a counter is full".to_owned()))?;
        let policy = policy.with_rev(rev);
        policies::save(self.database, &policy, &body.settings, &report, &self.actor.name(), self.now)?;
        outbox::put_policy(self.database, &policy)?;
        self.event("policy.published", None, &json!({ "rev": rev, "operations": report.operations }))?;
        self.published(rev, &json!(report), true)
    }

    fn published(&self, rev: u64, report: &Value, changed: bool) -> Result<Answer, AdminError> {
        let body = json!({ "rev": rev, "changed": changed, "report": report });
        Ok(Answer { etag: Some(rev), changed, ..Answer::json(200, &body)? })
    }

    fn preview(&self, body: &PublishPolicy) -> Result<Answer, AdminError> {
        let Compiled { policy, report } = compile(&body.documents, &body.settings);
        let diff = policy.map(|policy| self.policy().map(|present| present.diff(&policy))).transpose()?;
        Answer::json(200, &json!({ "report": report, "diff": diff }))
    }

    fn explain(&self, question: Explain) -> Result<Answer, AdminError> {
        let Explain { method, path, integration, scopes, owner } = question;
        let subject = match (integration, owner, scopes) {
            (None, None, None) => Subject::Nobody,
            (Some(id), None, scopes) => {
                let live = integrations::load(self.database, &id)
                    .map_err(|error| not_found(error, "integration", "there is no integration with this id"))?
                    .live();
                Subject::Integration(Live { scopes: scopes.unwrap_or(live.scopes), ..live })
            }
            (None, Some(owner), Some(scopes)) => Subject::Integration(self.assumed(owner, scopes)?),
            (Some(_), Some(_), _) => return Err(AdminError::invalid("owner", "the integration has one already")),
            (None, Some(_), None) => return Err(AdminError::invalid("scopes", "needed beside owner")),
            (None, None, Some(_)) => return Err(AdminError::invalid("owner", "needed beside scopes")),
        };
        Answer::json(200, &json!(explain(&method, &path, &subject, &self.policy()?, self.now)))
    }

    /// An integration that does not exist, to ask about.
    fn assumed(&self, owner: Owner, scopes: ScopeSet) -> Result<Live, AdminError> {
        let id = IntegrationId::from_entropy([0; 10]);
        let hash = self.mint(&id)?.hash;
        let tokens = Rotation::Steady(LiveToken { n: 1, hash });
        Ok(Live { id, rev: 0, owner, name: "an integration".to_owned(), scopes, tokens })
    }

    fn resync(&self) -> Result<Answer, AdminError> {
        for integration in integrations::all(self.database)? {
            outbox::put_integration(self.database, &integration)?;
        }
        let since = Timestamp::from_seconds(self.now.seconds().saturating_sub(TOMBSTONE_SECONDS));
        for integrations::Gone { id, rev } in integrations::gone(self.database, since)? {
            outbox::put_record(self.database, &Record::Gone { id, rev })?;
        }
        if let Some(published) = policies::latest(self.database)? {
            outbox::put_policy(self.database, &published.policy)?;
        }
        self.event("registry.resynced", None, &json!({ "keys": outbox::waiting(self.database)? }))?;
        Ok(Answer { changed: true, ..self.progress(202)? })
    }

    fn progress(&self, status: u16) -> Result<Answer, AdminError> {
        Answer::json(status, &json!({ "waiting": outbox::waiting(self.database)? }))
    }

    /// The integration, if `rev` is still its revision.
    fn based_on(&self, id: &IntegrationId, rev: u64) -> Result<Integration, AdminError> {
        let integration = integrations::load(self.database, id)?;
        if integration.rev == rev {
            return Ok(integration);
        }
        Err(AdminError::Stale(json!(integrations::view(self.database, &integration, self.now)?)))
    }

    fn save(&self, integration: &Integration, kind: &str, detail: &Value) -> Result<(), AdminError> {
        integrations::save(self.database, integration, self.now)?;
        outbox::put_integration(self.database, integration)?;
        self.event(kind, Some(&integration.id), detail)
    }

    fn event(&self, kind: &str, integration: Option<&IntegrationId>, detail: &Value) -> Result<(), AdminError> {
        events::write(self.database, &self.actor.name(), self.now, kind, integration, detail)
    }

    fn policy(&self) -> Result<Policy, AdminError> {
        policies::in_force(self.database)
    }

    fn check_scopes(&self, scopes: &ScopeSet) -> Result<(), AdminError> {
        let unknown = self.policy()?.catalogue().unknown(scopes);
        if unknown.is_empty() {
            return Ok(());
        }
        Err(AdminError::invalid("scopes", format!("no operation of the policy needs {unknown}")))
    }

    fn mint(&self, id: &IntegrationId) -> Result<Minted, AdminError> {
        let config = Config::read(self.env);
        let misconfigured = |denial: crate::core::decision::Denial| AdminError::Misconfigured(denial.to_string());
        let keys = config.keys.map_err(misconfigured)?;
        Ok(mint(&keys, &config.prefix.map_err(misconfigured)?, id.clone(), session::random()?))
    }
}

fn not_found(error: AdminError, field: &str, message: &str) -> AdminError {
    match error {
        AdminError::NotFound => AdminError::invalid(field, message),
        other => other,
    }
}

impl Answer {
    fn json(status: u16, body: &impl Serialize) -> Result<Self, AdminError> {
        let body = serde_json::to_value(body).map_err(|error| AdminError::Registry(error.to_string()))?;
        Ok(Self { status, body, ..Self::nothing() })
    }

    fn nothing() -> Self {
        Self { status: 204, body: Value::Null, etag: None, cookie: None, changed: false, show: None }
    }

    fn changed(status: u16, integration: Integration) -> Self {
        Self { status, etag: Some(integration.rev), changed: true, show: Some(integration), ..Self::nothing() }
    }
}
