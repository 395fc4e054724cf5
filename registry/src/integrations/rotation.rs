//! Rotations: commands.

use super::table::find;
use super::{change, load, tokens, used};
use crate::answer::Answer;
use crate::context::Context;
use crate::database::Database;
use crate::due;
use tidegate::access::{Place, Verb};
use tidegate::admin::{AdminError, Change, Integration, NewToken};
use tidegate::events::Kind;
use tidegate::rotation::{Conflict, Rotation};
use tidegate::time::Timestamp;
use tidegate::token::{IntegrationId, Minted};
use tidegate::usage::{UnderWay, UsageQuestion, observed_from};

/// `POST /integrations/{id}/rotate`
pub(super) fn rotate(context: &Context, id: &IntegrationId, rev: u64, token: NewToken) -> Result<Answer, AdminError> {
    let Minted { plaintext, hash } = context.mint(id)?;
    let answer = change(context, id, rev, Change::Rotate(token, hash), Kind::RotationStarted)?;
    if let Answer::Integration { integration, .. } = &answer {
        let n = integration.tokens.current().n;
        tokens::keep_last_four(context.database, id, n, plaintext.last_four())?;
        if token.when_quiet {
            tokens::set_when_quiet(context.database, id, true)?;
            due::schedule(context.database, integration, None, context.now)?;
        }
    }
    Ok(answer.with_token(plaintext))
}

/// `POST /integrations/{id}/rotation/extend`. The window began when the token was made that takes the other's place.
pub(super) fn extend(context: &Context, id: &IntegrationId, rev: u64, until: Timestamp) -> Result<Answer, AdminError> {
    let integration = load(context, id, Verb::IntegrationsManage)?;
    let tokens = tokens::of(context.database, id)?;
    let began = tokens::created_at(&tokens, integration.tokens.current().n);
    change(context, id, rev, Change::ExtendRotation { began, until }, Kind::RotationExtended)
}

/// `GET /integrations/{id}/rotation`: its answer waits for that of a usage store.
pub(super) fn show(context: &Context, id: &IntegrationId) -> Result<Answer, AdminError> {
    let integration = find(context.database, id)?.ok_or(AdminError::NoIntegration)?;
    let place = Place::from(&integration.owner);
    // Who may see its use need not see the integration.
    if !context.actor.may(Verb::UsageView, &place) {
        context.permit(Verb::UsageView, Verb::IntegrationsView, &[place], AdminError::NoIntegration)?;
    }
    let (under_way, question) = rotation_under_way(context.database, &integration, context.now)?;
    Ok(Answer::Rotation { under_way, question })
}

/// The rotation that is under way, and what to ask of its use.
fn rotation_under_way(
    database: &Database,
    integration: &Integration,
    now: Timestamp,
) -> Result<(UnderWay, UsageQuestion), AdminError> {
    let tokens = tokens::of(database, &integration.id)?;
    let Rotation::Rotating { outgoing, incoming, .. } = integration.tokens.clone().at(now) else {
        return Err(Conflict::Completed.into());
    };
    let new = tokens::facts(&tokens, incoming.n);
    let under_way = UnderWay {
        outgoing: outgoing.n,
        outgoing_made: tokens::created_at(&tokens, outgoing.n),
        incoming: incoming.n,
        began: new.created_at,
        first_used_at: new.first_used_at,
        counted_from: used::counted_from(database, integration, now)?,
    };
    let from = observed_from(integration.created_at, new.created_at);
    Ok((under_way, UsageQuestion { integration: integration.id.clone(), from }))
}
