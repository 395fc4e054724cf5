//! What each command does, inside its transaction.

use serde_json::{Value, json};
use worker::Env;

use super::agency::Agency;
use super::answer::Answer;
use super::database::Database;
use super::sessions::Actor;
use super::{agency, events, integrations, listing, outbox, projection, sessions, sub_accounts};
use crate::config::{Config, for_admin};
use crate::session;
use tidegate::admin::{
    AdminError, ApiUrl, Change, Command, Integration, Name, NewAgency, NewIntegration, NewSubAccount, Rotate, Scopes,
    check_scopes, history,
};
use tidegate::record::{Level, OwnerId, Record};
use tidegate::scope::ScopeSet;
use tidegate::time::Timestamp;
use tidegate::token::{IntegrationId, Minted, TokenKeys, mint};

/// Carries out one command.
pub(super) struct Registrar<'a> {
    pub database: &'a Database,
    pub env: &'a Env,
    pub actor: Actor,
    pub now: Timestamp,
}

impl Registrar<'_> {
    /// Runs a command. An error rolls back whatever it did.
    pub fn run(&self, command: Command) -> Result<Answer, AdminError> {
        match command {
            Command::SignIn => self.sign_in(),
            Command::ShowSession => self.show_session(),
            Command::SignOut => self.sign_out(),
            Command::ListSubAccounts(paging) => Answer::json(200, &sub_accounts::page(self.database, &paging)?),
            Command::AddSubAccount(new) => self.add_sub_account(new),
            Command::RenameSubAccount { id, rev, name } => self.rename_sub_account(&id, rev, name),
            Command::ShowAgency => self.show_agency(),
            Command::SetAgency { rev, agency } => self.set_agency(rev, agency),
            Command::Scopes => Answer::json(200, &Scopes { scopes: self.policy()?.catalogue() }),
            Command::ListIntegrations(list) => Answer::json(200, &listing::page(self.database, &list, self.now)?),
            Command::CreateIntegration(new) => self.create(new),
            Command::ShowIntegration(id) => Ok(Answer::shown(integrations::load(self.database, &id)?)),
            Command::EditIntegration { id, rev, edit } => {
                edit.scopes.as_ref().map_or(Ok(()), |scopes| self.check_scopes(scopes))?;
                self.change(&id, rev, Change::Edit(edit), "integration.edited")
            }
            Command::DeleteIntegration { id, rev } => self.delete(&id, rev),
            Command::Rotate { id, rev, rotate } => self.rotate(&id, rev, rotate),
            Command::CancelRotation { id, rev } => self.change(&id, rev, Change::CancelRotation, "rotation.cancelled"),
            Command::FinishRotation { id, rev } => self.change(&id, rev, Change::FinishRotation, "rotation.finished"),
            Command::Events(id, paging) => Answer::json(200, &events::page(self.database, &id, paging)?),
            Command::CompiledPolicy(known) => self.compiled_policy(&known),
            Command::ShowPolicy => self.show_policy(),
            Command::PublishPolicy { rev, draft } => self.publish(rev, draft),
            Command::PolicyVersions(paging) => self.policy_versions(paging),
            Command::PreviewPolicy(draft) => self.preview(draft),
            Command::Explain(question) => self.explain(question),
            Command::Resync => self.resync(),
            Command::ResyncProgress => self.progress(200),
            Command::OpenApi => Err(AdminError::NotFound),
        }
    }

    /// A session for whoever the gate has found to hold the owner key.
    fn sign_in(&self) -> Result<Answer, AdminError> {
        let new = session::start(&self.keys()?, &Config::read(self.env).admin.owner_key?)?;
        sessions::start(self.database, &new.digest, self.now)?;
        let actor = Actor::Session(new.digest).name();
        events::write(self.database, &actor, self.now, "session.started", None, &json!({}))?;
        Ok(Answer::nothing().with_cookie(new.cookie))
    }

    fn show_session(&self) -> Result<Answer, AdminError> {
        let expires_at = sessions::ends_at(self.database, &self.actor)?.map(|at| at.to_string());
        let api_url = Config::read(self.env).admin.api_url?;
        let api_url = api_url.as_ref().map(ApiUrl::as_str);
        Answer::json(200, &json!({ "actor": self.actor.name(), "expires_at": expires_at, "api_url": api_url }))
    }

    fn sign_out(&self) -> Result<Answer, AdminError> {
        sessions::end(self.database, &self.actor)?;
        self.event("session.ended", None, &json!({}))?;
        Ok(Answer::nothing().with_cookie(session::end_cookie()))
    }

    fn add_sub_account(&self, new: NewSubAccount) -> Result<Answer, AdminError> {
        let added = sub_accounts::add(self.database, new, self.now)?;
        self.event("sub_account.added", None, &json!({ "id": added.id, "name": added.name }))?;
        Ok(Answer::json(201, &added)?.with_etag(added.rev))
    }

    fn rename_sub_account(&self, id: &OwnerId, rev: u64, name: Name) -> Result<Answer, AdminError> {
        let present = sub_accounts::find(self.database, id)?.ok_or(AdminError::NoSubAccount)?;
        if present.rev != rev {
            return Err(AdminError::Stale(json!(present)));
        }
        if present.name.0 == name {
            return Ok(Answer::json(200, &present)?.with_etag(rev));
        }
        let detail = json!({ "id": id, "name": { "from": present.name, "to": name } });
        let renamed = sub_accounts::rename(self.database, present, name)?;
        self.event("sub_account.renamed", None, &detail)?;
        Ok(Answer::json(200, &renamed)?.with_etag(renamed.rev))
    }

    fn show_agency(&self) -> Result<Answer, AdminError> {
        let agency = agency::find(self.database)?;
        Ok(Answer::json(200, &agency)?.with_etag(agency.rev))
    }

    fn set_agency(&self, rev: u64, new: NewAgency) -> Result<Answer, AdminError> {
        let present = agency::find(self.database)?;
        if present.rev != rev {
            return Err(AdminError::Stale(json!(present)));
        }
        let agency = self.change_agency(present, new)?;
        Ok(Answer::json(200, &agency)?.with_etag(agency.rev))
    }

    fn change_agency(&self, present: Agency, new: NewAgency) -> Result<Agency, AdminError> {
        let kind = if present.id.is_none() { "agency.set" } else { "agency.changed" };
        let (agency, detail) = agency::set(self.database, present, new, self.now)?;
        detail.map_or(Ok(()), |detail| self.event(kind, None, &detail))?;
        Ok(agency)
    }

    fn create(&self, new: NewIntegration) -> Result<Answer, AdminError> {
        sub_accounts::check_owner(self.database, &new.owner)?;
        self.check_scopes(&new.scopes)?;
        if new.owner.level == Level::Agency {
            // The first one sets the agency, where nobody has.
            let present = agency::find(self.database)?;
            if present.id.is_none() {
                self.change_agency(present, NewAgency { id: new.owner.id.clone(), name: None })?;
            }
        }
        let id = IntegrationId::from_entropy(session::random()?);
        let Minted { plaintext, hash } = self.mint(&id)?;
        let integration = Integration::create(new, id, hash, self.now);
        self.save(&integration, "integration.created", &history::created(&integration))?;
        Ok(Answer::changed(201, integration).with_token(plaintext))
    }

    fn rotate(&self, id: &IntegrationId, rev: u64, rotate: Rotate) -> Result<Answer, AdminError> {
        let Minted { plaintext, hash } = self.mint(id)?;
        let answer = self.change(id, rev, Change::Rotate(rotate, hash), "rotation.started")?;
        Ok(answer.with_token(plaintext))
    }

    fn change(&self, id: &IntegrationId, rev: u64, change: Change, kind: &str) -> Result<Answer, AdminError> {
        integrations::check_version(self.database, id)?;
        let present = self.based_on(id, rev)?;
        if present.is_unchanged_by(&change) {
            return Ok(Answer::shown(present));
        }
        let (integration, detail) = present.apply(change, self.now)?;
        self.save(&integration, kind, &detail)?;
        Ok(Answer::changed(200, integration))
    }

    fn delete(&self, id: &IntegrationId, rev: u64) -> Result<Answer, AdminError> {
        let integration = self.based_on(id, rev)?;
        let rev = rev.checked_add(1).ok_or_else(|| AdminError::Registry("a counter is full".to_owned()))?;
        integrations::delete(self.database, id, rev, self.now)?;
        outbox::put_record(self.database, &Record::Gone { id: id.clone(), rev })?;
        self.event("integration.deleted", Some(id), &history::deleted(&integration, self.now))?;
        Ok(Answer::nothing().and_changed(true))
    }

    fn resync(&self) -> Result<Answer, AdminError> {
        projection::restart(self.database, &projection::format(self.keys()?.store()))?;
        projection::step(self.database, outbox::Share::OF_AN_ALARM.puts)?;
        let keys = projection::waiting(self.database)?;
        self.event("registry.resynced", None, &json!({ "keys": keys }))?;
        Ok(self.progress(202)?.and_changed(true))
    }

    /// How many keys wait, and whether all of KV is signed with the first token key.
    fn progress(&self, status: u16) -> Result<Answer, AdminError> {
        let format = projection::format(self.keys()?.store());
        let complete = projection::is_complete(self.database, &format)?;
        Answer::json(status, &json!({ "waiting": projection::waiting(self.database)?, "complete": complete }))
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
        outbox::put_record(self.database, &integration.record())?;
        self.event(kind, Some(&integration.id), detail)
    }

    pub(super) fn event(
        &self,
        kind: &str,
        integration: Option<&IntegrationId>,
        detail: &Value,
    ) -> Result<(), AdminError> {
        events::write(self.database, &self.actor.name(), self.now, kind, integration, detail)
    }

    fn check_scopes(&self, scopes: &ScopeSet) -> Result<(), AdminError> {
        check_scopes(scopes, &self.policy()?.catalogue())
    }

    pub(super) fn mint(&self, id: &IntegrationId) -> Result<Minted, AdminError> {
        let prefix = Config::read(self.env).prefix.map_err(|denial| for_admin(&denial))?;
        Ok(mint(&self.keys()?, &prefix, id.clone(), session::random()?))
    }

    fn keys(&self) -> Result<TokenKeys, AdminError> {
        Config::read(self.env).keys.map_err(|denial| for_admin(&denial))
    }
}
