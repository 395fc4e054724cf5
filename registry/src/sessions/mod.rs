//! Sessions of the admin page: commands.

pub(crate) mod actor;
mod cookie;
mod table;

use serde_json::json;

pub use self::actor::Actor;
pub use self::cookie::find;
pub(crate) use self::table::check;
use super::answer::Answer;
use super::context::Context;
use super::events::table as events;
use tidegate::admin::{AdminError, ApiUrl, SessionCommand};

/// Runs a command.
pub(crate) fn run(context: &Context, command: SessionCommand) -> Result<Answer, AdminError> {
    match command {
        SessionCommand::SignIn => sign_in(context),
        SessionCommand::Show => show(context),
        SessionCommand::SignOut => sign_out(context),
    }
}

/// `POST /session`: a session for whoever the gate has found to hold the owner key.
fn sign_in(context: &Context) -> Result<Answer, AdminError> {
    let owner_key = context.settings.owner_key.as_ref().map_err(AdminError::clone)?;
    let new = cookie::start(context.keys()?, owner_key, context.random()?);
    table::start(context.database, &new.digest, context.now)?;
    let actor = Actor::Session(new.digest).name();
    events::write(context.database, &actor, context.now, "session.started", None, &json!({}))?;
    Ok(Answer::with_cookie(new.cookie))
}

/// `GET /session`
fn show(context: &Context) -> Result<Answer, AdminError> {
    let expires_at = table::ends_at(context.database, &context.actor)?.map(|at| at.to_string());
    let api_url = context.settings.api_url.as_ref().map_err(AdminError::clone)?;
    let api_url = api_url.as_ref().map(ApiUrl::as_str);
    let body = json!({ "actor": context.actor.name(), "expires_at": expires_at, "api_url": api_url });
    Answer::json(200, &body, None)
}

/// `DELETE /session`
fn sign_out(context: &Context) -> Result<Answer, AdminError> {
    table::end(context.database, &context.actor)?;
    context.event("session.ended", None, &json!({}))?;
    Ok(Answer::with_cookie(cookie::end()))
}
