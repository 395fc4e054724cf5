//! Sending again. Messages of the gate's own events are made anew from the events. Of the API's own events, only the courier still
//! has the message, as long as it was not delivered.

use serde_json::json;

use super::checks::may_see;
use super::endpoint::Endpoint;
use crate::answer::{Answer, Relay};
use crate::context::Context;
use crate::events::told;
use crate::hand_overs;
use tidegate::admin::{AdminError, Resend};
use tidegate::events::Kind;

/// How many events one request sends again at most.
const MAX_RESENT: u64 = 1_000;

/// `POST /endpoints/{id}/resend`
pub(super) fn run(context: &Context, endpoint: &Endpoint, what: Resend) -> Result<Answer, AdminError> {
    let ids = std::slice::from_ref(&endpoint.id);
    let ask = match what {
        Resend::Message(id) => {
            if let Some(seq) = told::seq_of(&id) {
                let message = told::message(context.database, endpoint, seq, &id)?;
                let message = message.filter(|told| is_its_own(endpoint, told) && may_be_sent(context, endpoint, told));
                let message = message.ok_or(AdminError::NoMessage)?;
                hand_overs::queue(context.database, &message.message, None, ids, true)?;
                return Answer::json(202, &json!({ "messages": 1 }), None);
            }
            json!({ "message": id })
        }
        Resend::Since(since) => {
            let found = told::since(context.database, endpoint, since, MAX_RESENT)?;
            for told in &found {
                hand_overs::queue(context.database, &told.message, None, ids, true)?;
            }
            json!({ "since": since, "queued": found.len() })
        }
    };
    Ok(Answer::relay(Relay { courier: endpoint.id.clone(), path: "/resend", body: ask.to_string() }))
}

/// Whether an event happened where the endpoint listens.
fn is_its_own(endpoint: &Endpoint, told: &told::Told) -> bool {
    match &endpoint.integration {
        Some(id) => told.integration.as_ref() == Some(id),
        None => endpoint.place.covers(&told.place),
    }
}

/// Whether the caller may have an event sent: one of a kind that the endpoint receives anyway, or that they may see themselves.
fn may_be_sent(context: &Context, endpoint: &Endpoint, told: &told::Told) -> bool {
    let kind = &told.message.kind;
    endpoint.kinds.contains(kind) || Kind::parse(kind).is_ok_and(|kind| may_see(context, kind, &told.place))
}
