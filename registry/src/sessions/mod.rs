//! Sessions of the admin page: commands.

pub(crate) mod table;

use serde_json::{Value, json};

pub(crate) use self::table::check;
use super::answer::Answer;
use super::context::Context;
use super::events::record::About;
use super::features;
use super::members::with;
use super::paging::cut;
use super::people::{self, table as people_table};
use tidegate::access::{Identity, Permissions, PersonId, Proof, Verb};
use tidegate::admin::session::{Credential, end_session, start_person_session, start_session};
use tidegate::admin::{AdminError, ApiUrl, NOT_A_CURSOR, Paging, SessionCommand, SessionId};
use tidegate::events::{EventActor, Kind};
use tidegate::time::Timestamp;

/// Runs a command.
pub(crate) fn run(context: &Context, command: SessionCommand) -> Result<Answer, AdminError> {
    match command {
        SessionCommand::SignIn => sign_in(context),
        SessionCommand::Show => show(context),
        SessionCommand::SignOut => sign_out(context),
        SessionCommand::List(paging) => list(context, &paging),
        SessionCommand::End(id) => end(context, &id),
    }
}

/// `POST /session`: starts a session for the holder of the owner key, whom the gate has verified.
fn sign_in(context: &Context) -> Result<Answer, AdminError> {
    let owner_key = context.settings.owner_key.as_ref().map_err(AdminError::clone)?;
    let new = start_session(context.keys()?, owner_key, context.random()?);
    table::start(context.database, &new.digest, context.now)?;
    context.event(Kind::OwnerKeyUsed, About::agency(), json!({}))?;
    Ok(Answer::with_cookie(new.cookie))
}

/// `POST /session`: starts a session for a person whom an identity provider has identified.
pub(crate) fn sign_in_with(context: &Context, proof: &Proof) -> Result<Answer, AdminError> {
    table::use_login(context.database, &proof.login, context.now)?;
    let (person, bound) = people::recognise(context, proof)?;
    let new = start_person_session(context.keys()?, context.random()?);
    table::start_person(context.database, &new.digest, &person, context.now)?;
    people_table::signed_in(context.database, &person, context.now)?;
    let about = about_person(context, &person)?;
    let actor = EventActor::from(&Identity::Person(person));
    context.event_by(actor, Kind::PersonSignedIn, about, json!({ "bound": bound }))?;
    Ok(Answer::with_cookie(new.cookie))
}

/// `GET /session`: who asks, and all that the page needs to know of them.
fn show(context: &Context) -> Result<Answer, AdminError> {
    let expires_at = table::ends_at(context.database, &context.credential)?.map(|at| at.to_string());
    let api_url = context.settings.api_url.as_ref().map_err(AdminError::clone)?;
    let api_url = api_url.as_ref().map(ApiUrl::as_str);
    let person = match &context.actor.identity {
        Identity::Person(id) => people_table::find(context.database, id)?.map(|person| person.summary()),
        Identity::OwnerKey | Identity::Key(_) => None,
    };
    let body = json!({
        "actor": context.actor.identity.to_text(), "expires_at": expires_at, "api_url": api_url, "person": person,
        "permissions": context.actor.permissions, "grantable": context.actor.grantable,
        "features": features::all(context)?,
        "docs_url": context.settings.docs_url.as_ref().map_err(AdminError::clone)?,
        "presets": context.settings.presets.as_ref().map_err(AdminError::clone)?,
    });
    Answer::json(200, &body, None)
}

/// `DELETE /session`. Of who asks with a key, only the cookie goes.
fn sign_out(context: &Context) -> Result<Answer, AdminError> {
    table::sign_out(context.database, &context.credential)?;
    if current(context).is_some() {
        context.event(Kind::SessionEnded, own_about(context)?, json!({}))?;
    }
    Ok(Answer::with_cookie(end_session()))
}

/// `GET /sessions`: one's own, and those of the people whom one may see.
fn list(context: &Context, paging: &Paging<String>) -> Result<Answer, AdminError> {
    let after = paging.after.as_deref().map(|text| {
        let place = text.split_once(':').and_then(|(at, id)| Some((at.parse().ok()?, id)));
        place.ok_or_else(|| AdminError::invalid("cursor", NOT_A_CURSOR))
    });
    let own = own(context);
    let listed = table::Listed {
        own,
        of: people_table::Visible::to(&context.actor.permissions.reach(Verb::PeopleView)),
        of_owner_key: is_all(context),
    };
    let (mut rows, total) = table::page(context.database, listed, after.transpose()?, paging.limit, context.now)?;
    let more = cut(&mut rows, paging.limit);
    let cursor = rows.last().filter(|_| more).map(|last| Paging::cursor_behind(&last.cursor()));
    let current = current(context);
    let view = |row: table::Row| -> Value {
        let is_current = current.as_deref() == Some(row.id.as_str());
        let (created_at, ends_at) = (Timestamp::from_seconds(row.created_at), Timestamp::from_seconds(row.ends_at));
        let more = [
            ("created_at", created_at.to_string().into()),
            ("ends_at", ends_at.to_string().into()),
            ("current", is_current.into()),
        ];
        with(json!(row), more)
    };
    let sessions: Vec<_> = rows.into_iter().map(view).collect();
    Answer::json(200, &json!({ "sessions": sessions, "cursor": cursor, "total": total }), None)
}

/// `DELETE /sessions/{session}`
fn end(context: &Context, id: &SessionId) -> Result<Answer, AdminError> {
    let (session, person) = table::find(context.database, id)?.ok_or(AdminError::NoSession)?;
    match &person {
        None if is_all(context) => {}
        None => return Err(AdminError::NoSession),
        Some(person) if own(context) == Some(person) => {}
        Some(person) => people::may_end_sessions_of(context, person)?,
    }
    table::sign_out(context.database, &session)?;
    let about = person.as_ref().map_or_else(|| Ok(About::agency()), |person| about_person(context, person))?;
    context.event(Kind::SessionEnded, about, json!({ "session": id.as_str(), "person": person }))?;
    Ok(Answer::no_content())
}

fn own_about(context: &Context) -> Result<About<'static>, AdminError> {
    own(context).map_or_else(|| Ok(About::agency()), |person| about_person(context, person))
}

fn about_person(context: &Context, id: &PersonId) -> Result<About<'static>, AdminError> {
    let person = people_table::find(context.database, id)?;
    Ok(person.as_ref().map_or_else(About::agency, people::about))
}

/// Whether the caller may do everything, as sessions of the owner key may.
fn is_all(context: &Context) -> bool {
    context.actor.cannot_grant(&Permissions::all()).is_none()
}

fn own<'a>(context: &'a Context) -> Option<&'a PersonId> {
    if let Identity::Person(id) = &context.actor.identity { Some(id) } else { None }
}

/// The id of the session that asks.
fn current(context: &Context) -> Option<String> {
    match &context.credential {
        Credential::Session(digest) | Credential::PersonSession(digest) => {
            Some(digest.chars().take(SessionId::LENGTH).collect())
        }
        Credential::OwnerKey | Credential::Key(_) | Credential::Proof(_) => None,
    }
}
