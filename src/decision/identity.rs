//! Who a request's token speaks for.

use std::rc::Rc;

use super::Denial;
use crate::record::{Live, Owner, Record};
use crate::rotation::{TokenUse, Window};
use crate::scope::ScopeSet;
use crate::time::Timestamp;
use crate::token::{IntegrationId, Presented};

/// Who a live token speaks for. Only [`authenticate`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    integration: Rc<Live>,
    token: TokenUse,
    judged_at: Timestamp,
}

/// Who a genuine token speaks for at `now`.
///
/// # Errors
/// [`Denial::UnknownToken`], [`Denial::DeletedIntegration`], [`Denial::DeadToken`], [`Denial::PausedIntegration`] or
/// [`Denial::ExpiredIntegration`].
pub fn authenticate(presented: &Presented, record: Option<&Record>, now: Timestamp) -> Result<Identity, Denial> {
    match record {
        Some(Record::Live(integration)) if integration.id == *presented.id() => {
            let token = integration.tokens.find(presented.hash(), now).ok_or(Denial::DeadToken)?;
            match (integration.paused, integration.expires_at) {
                (true, _) => Err(Denial::PausedIntegration),
                (false, Some(end)) if now >= end => Err(Denial::ExpiredIntegration),
                (false, _) => Ok(Identity { integration: Rc::clone(integration), token, judged_at: now }),
            }
        }
        Some(Record::Gone { id, .. }) if id == presented.id() => Err(Denial::DeletedIntegration),
        _ => Err(Denial::UnknownToken),
    }
}

impl Identity {
    /// The integration as its record has it.
    pub(crate) fn live(&self) -> &Rc<Live> {
        &self.integration
    }

    /// The integration's id.
    pub fn integration(&self) -> &IntegrationId {
        &self.integration.id
    }

    /// The integration's name.
    pub fn name(&self) -> &str {
        &self.integration.name
    }

    /// Whom the integration belongs to.
    pub fn owner(&self) -> &Owner {
        &self.integration.owner
    }

    /// What it may do.
    pub fn scopes(&self) -> &ScopeSet {
        &self.integration.scopes
    }

    /// Which of its tokens was presented.
    pub fn token(&self) -> TokenUse {
        self.token
    }

    /// The first second in which the token is dead, if it ends: the earlier of the window's end and the integration's.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.window_end().into_iter().chain(self.integration.expires_at).min()
    }

    /// The end of the token that every answer announces: the end of a rotation's window or, in its last 30 days, the end of the
    /// integration; the earlier of the two.
    pub fn announced_end(&self) -> Option<Timestamp> {
        let is_near = |end: &Timestamp| *end <= self.judged_at.after(Window::LONGEST.seconds());
        self.window_end().into_iter().chain(self.integration.expires_at.filter(is_near)).min()
    }

    /// The first second in which all the integration's tokens are dead, if there is one.
    pub fn integration_end(&self) -> Option<Timestamp> {
        self.integration.expires_at
    }

    /// The end of the window in which two of the integration's tokens work, while it is open.
    pub fn rotation_end(&self) -> Option<Timestamp> {
        let tokens = self.integration.tokens.clone().at(self.judged_at);
        tokens.outgoing().map(|(_, until)| until)
    }

    fn window_end(&self) -> Option<Timestamp> {
        match self.token {
            TokenUse::Current => None,
            TokenUse::Outgoing { until } => Some(until),
        }
    }
}
