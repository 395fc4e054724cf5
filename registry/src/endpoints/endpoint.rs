//! A webhook endpoint, and how the admin API shows it.

use serde_json::{Value, json};

use crate::events::called::Told;
use crate::rev::Rev;
use tidegate::access::Place;
use tidegate::admin::{Belongs, Description, Stored};
use tidegate::time::Timestamp;
use tidegate::token::IntegrationId;
use tidegate::webhooks::{EndpointId, Sealed};

/// A webhook endpoint.
#[derive(Clone)]
pub(crate) struct Endpoint {
    pub id: EndpointId,
    /// Where it is; an integration's is where the integration is.
    pub place: Place,
    pub integration: Option<IntegrationId>,
    pub url: String,
    pub description: Stored<Description>,
    pub kinds: Vec<String>,
    pub secret: Sealed,
    /// The secret before, and until when it signs.
    pub outgoing: Option<(Sealed, Timestamp)>,
    /// Since when it receives nothing, and why.
    pub disabled: Option<(Timestamp, String)>,
    pub health: Seen,
    pub rev: Rev,
    pub created_at: Timestamp,
    pub created_by: String,
    pub updated_at: Timestamp,
}

/// The last report of its courier.
#[derive(Clone, Default)]
pub(crate) struct Seen {
    pub failing_since: Option<Timestamp>,
    /// Whether an event has reported that it fails.
    pub is_told: bool,
    pub succeeded_at: Option<Timestamp>,
    pub failed_at: Option<Timestamp>,
    /// How many messages were given up because too many waited, or too long.
    pub dropped: u64,
}

impl Endpoint {
    /// To whom it belongs.
    pub fn belongs(&self) -> Belongs {
        match &self.integration {
            Some(id) => Belongs::Integration(id.clone()),
            None => Belongs::Place(self.place.clone()),
        }
    }

    /// The endpoint as the admin API shows it, with as much of its creator as the caller may know.
    pub fn view(&self, now: Timestamp, maker: Option<&Told>) -> Value {
        let moment = |at: Option<Timestamp>| at.map(|at| at.to_string());
        let Seen { failing_since, succeeded_at, failed_at, dropped, .. } = &self.health;
        let (disabled_at, because) = self.disabled.clone().unzip();
        let outgoing = self.outgoing.as_ref().filter(|(_, until)| now < *until).map(|(_, until)| until.to_string());
        json!({
            "id": self.id, "rev": self.rev, "place": self.place, "integration": self.integration, "url": self.url,
            "description": self.description, "kinds": self.kinds, "state": self.state(),
            "disabled_at": moment(disabled_at), "disabled_because": because,
            "failing_since": moment(*failing_since), "succeeded_at": moment(*succeeded_at),
            "failed_at": moment(*failed_at), "dropped": dropped, "outgoing_secret_until": outgoing,
            "created_at": self.created_at.to_string(), "created_by": maker.map(|maker| &maker.actor),
            "created_by_name": maker.and_then(|maker| maker.name.as_ref()), "updated_at": self.updated_at.to_string(),
        })
    }

    /// Its state, in one word.
    fn state(&self) -> &'static str {
        match (&self.disabled, self.health.failing_since, self.health.succeeded_at) {
            (Some(_), ..) => "disabled",
            (None, Some(_), _) => "failing",
            (None, None, Some(_)) => "healthy",
            (None, None, None) => "new",
        }
    }
}
