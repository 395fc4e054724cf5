//! The context of a command, inside its transaction.

use std::cell::{Cell, RefCell};

use serde_json::{Value, json};

use super::database::Database;
use super::events::record::{About, NewEvent, record};
use super::keys::table as keys;
use super::outbox::table as outbox;
use super::settings::{Random, Settings, random};
use tidegate::access::{Actor, Features, Identity, Place, Verb};
use tidegate::admin::AdminError;
use tidegate::admin::session::Credential;
use tidegate::events::{EventActor, EventRequest, Kind};
use tidegate::record::Record;
use tidegate::time::Timestamp;
use tidegate::token::{IntegrationId, Minted, TokenKeys, mint};

/// The database, who asks, and what a command cannot know by itself.
pub(crate) struct Context<'a> {
    pub database: &'a Database,
    pub settings: &'a Settings,
    pub random: &'a dyn Random,
    /// The credential that the gate has verified.
    pub credential: Credential,
    /// Whose credential it is.
    pub actor: Actor,
    /// The request, as its events name it.
    pub request: Option<EventRequest>,
    /// The port that the request came in by, where that is known.
    pub port: Option<u16>,
    /// The switches of features, once they were read.
    pub features: &'a Cell<Option<Features>>,
    pub now: Timestamp,
    /// Whether KV must be written.
    pub publishes: Cell<bool>,
    /// Whether something is due at another time than before.
    pub schedules: Cell<bool>,
    /// What went wrong without making the command fail, for the log.
    pub faults: RefCell<Vec<String>>,
}

impl<'a> Context<'a> {
    pub fn new(
        database: &'a Database,
        settings: &'a Settings,
        random: &'a dyn Random,
        (credential, actor, request, port): (Credential, Actor, Option<EventRequest>, Option<u16>),
        features: &'a Cell<Option<Features>>,
        now: Timestamp,
    ) -> Self {
        let (publishes, schedules, faults) = (Cell::default(), Cell::default(), RefCell::default());
        Self {
            database,
            settings,
            random,
            credential,
            actor,
            request,
            port,
            features,
            now,
            publishes,
            schedules,
            faults,
        }
    }

    /// Whether the caller has permissions at the agency. Others see only what a token of a sub-account, or anyone, can reach.
    pub fn is_of_agency(&self) -> bool {
        self.actor.permissions.any_at(&Place::Agency)
    }

    /// Checks that the caller may do `verb` at all of these places. If they may not even `view` them, the error is `absent`.
    pub fn permit(&self, verb: Verb, view: Verb, places: &[Place], absent: AdminError) -> Result<(), AdminError> {
        if !self.actor.may_at_all(view, places) {
            return Err(absent);
        }
        match places.iter().find(|place| !self.actor.may(verb, place)) {
            Some(place) => Err(AdminError::Forbidden { verb, place: Some(place.clone()) }),
            None => Ok(()),
        }
    }

    /// Writes an event with the caller as its actor.
    pub fn event(&self, kind: Kind, about: About<'_>, detail: Value) -> Result<(), AdminError> {
        let actor = EventActor::from(&self.actor.identity);
        let name = match &self.actor.identity {
            Identity::Key(id) => keys::names(self.database, &json!([id]).to_string())?.pop().map(|(_, name)| name),
            Identity::OwnerKey | Identity::Person(_) => None,
        };
        self.event_by(EventActor { name, ..actor }, kind, about, detail)
    }

    /// Writes an event of another actor that this request causes.
    pub fn event_by(&self, actor: EventActor, kind: Kind, about: About<'_>, detail: Value) -> Result<(), AdminError> {
        let request = self.request.clone();
        record(self.database, NewEvent { kind, actor, about, request, detail }, self.now)
    }

    /// Queues a changed record for KV, and enters it in the feed.
    pub fn publish(&self, record: &Record) -> Result<(), AdminError> {
        self.publishes.set(true);
        outbox::put_record(self.database, record, self.now)
    }

    /// Queues a new policy for KV, and enters it in the feed. `stored` and `before` are the texts in its row and in the row of the
    /// policy before.
    pub fn publish_policy(&self, rev: u64, stored: &str, before: Option<&str>) -> Result<(), AdminError> {
        self.publishes.set(true);
        outbox::put_policy(self.database, rev, stored, before, self.now)
    }

    /// Fresh randomness.
    pub fn random<const N: usize>(&self) -> Result<[u8; N], AdminError> {
        random(self.random)
    }

    /// Mints a token.
    pub fn mint(&self, id: &IntegrationId) -> Result<Minted, AdminError> {
        let prefix = self.settings.prefix.as_ref().map_err(AdminError::clone)?;
        Ok(mint(self.keys()?, prefix, id.clone(), self.random()?))
    }

    pub fn keys(&self) -> Result<&TokenKeys, AdminError> {
        self.settings.keys.as_ref().map_err(AdminError::clone)
    }
}
