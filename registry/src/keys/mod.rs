//! Automation keys: commands. A key belongs to the places of its permissions, not to its creator.

pub(crate) mod table;

use serde_json::{Value, json};

use self::table::Key;
use super::access::{changed, check_places, permit_change};
use super::answer::Answer;
use super::context::Context;
use super::events::actors::told;
use super::events::record::About;
use super::rev::Rev;
use tidegate::access::{Holding, Identity, KeyId, Permissions, Verb};
use tidegate::admin::{AdminError, EditKey, KeyCommand, MAX_KEY_SECONDS, NewKey, Paging, Rotate};
use tidegate::events::Kind;
use tidegate::rotation::{Event, LiveToken, Rotation};
use tidegate::time::Timestamp;
use tidegate::token::{Minted, Plaintext, mint_key};

/// Runs a command.
pub(crate) fn run(context: &Context, command: KeyCommand) -> Result<Answer, AdminError> {
    match command {
        KeyCommand::List(paging) => list(context, &paging),
        KeyCommand::Create(new) => create(context, new),
        KeyCommand::Show(id) => shown(context, 200, &load(context, &id)?),
        KeyCommand::Edit { id, rev, edit } => self::edit(context, &id, rev, edit),
        KeyCommand::Delete { id, rev } => delete(context, &id, rev),
        KeyCommand::Rotate { id, rev, rotate } => self::rotate(context, &id, rev, rotate),
        KeyCommand::CancelRotation { id, rev } => turn(context, &id, rev, Event::Cancel, Kind::KeyRotationCancelled),
        KeyCommand::FinishRotation { id, rev } => turn(context, &id, rev, Event::Finish, Kind::KeyRotationFinished),
    }
}

/// `GET /keys`
fn list(context: &Context, paging: &Paging<String>) -> Result<Answer, AdminError> {
    let reach = context.actor.permissions.reach(Verb::KeysManage);
    let (keys, cursor, total) = table::page(context.database, paging, &reach)?;
    let makers = told(context, keys.iter().map(|key| key.created_by.as_str()))?;
    let keys: Vec<_> = keys.iter().map(|key| key.view(context.now, makers.get(&key.created_by))).collect();
    Answer::json(200, &json!({ "keys": keys, "cursor": cursor, "total": total }), None)
}

/// `POST /keys`
fn create(context: &Context, new: NewKey) -> Result<Answer, AdminError> {
    let NewKey { name, permissions, grantable, expires_at } = new;
    check_permissions(&permissions)?;
    let home = permissions.places();
    let holding = Holding { home: &home, permissions: &permissions, grantable: grantable.as_ref() };
    permit_change(context, Verb::KeysManage, None, Some(holding), "permissions")?;
    check_places(context.database, &permissions)?;
    check_end(context, expires_at)?;
    let id = KeyId::from_entropy(context.random()?);
    let Minted { plaintext, hash } = mint_key(context.keys()?, &id, context.random()?);
    let key = Key {
        id,
        name,
        permissions,
        grantable,
        expires_at,
        rev: Rev(1),
        last_n: 1,
        tokens: Rotation::Steady(LiveToken { n: 1, hash }),
        made_at: (context.now, None),
        created_at: context.now,
        created_by: context.actor.identity.to_text(),
        updated_at: context.now,
        last_used_at: None,
    };
    table::save(context.database, &key)?;
    context.event(Kind::KeyCreated, About::of(&key.home()), described(&key))?;
    with_token(context, 201, &key, plaintext)
}

/// `PATCH /keys/{id}`
fn edit(context: &Context, id: &KeyId, rev: u64, edit: EditKey) -> Result<Answer, AdminError> {
    let before = based_on(context, id, rev)?;
    let EditKey { name, permissions, grantable, expires_at } = edit;
    let after = Key {
        name: name.unwrap_or_else(|| before.name.clone()),
        permissions: permissions.unwrap_or_else(|| before.permissions.clone()),
        grantable: grantable.unwrap_or_else(|| before.grantable.clone()),
        expires_at: expires_at.unwrap_or(before.expires_at),
        ..before.clone()
    };
    check_permissions(&after.permissions)?;
    may_change(context, &before, Some(&after))?;
    check_places(context.database, &after.permissions)?;
    if after.expires_at != before.expires_at {
        if context.now >= before.expires_at {
            return Err(AdminError::invalid("expires_at", "the key has ended and stays so: make a new one"));
        }
        check_end(context, after.expires_at)?;
    }
    if (&after.permissions, &after.grantable) != (&before.permissions, &before.grantable) {
        not_oneself(context, id)?;
        outlives(context, &after)?;
    }
    let detail = changed(&described(&before), &described(&after));
    if described(&before) == described(&after) {
        return shown(context, 200, &before);
    }
    let after = Key { rev: before.rev.next()?, updated_at: context.now, ..after };
    table::save(context.database, &after)?;
    context.event(Kind::KeyChanged, About::of_move(before.home(), after.home()), detail)?;
    shown(context, 200, &after)
}

/// `DELETE /keys/{id}`
fn delete(context: &Context, id: &KeyId, rev: u64) -> Result<Answer, AdminError> {
    let key = based_on(context, id, rev)?;
    may_change(context, &key, None)?;
    table::delete(context.database, id, context.now)?;
    context.event(Kind::KeyDeleted, About::of(&key.home()), described(&key))?;
    Ok(Answer::no_content())
}

/// `POST /keys/{id}/rotate`
fn rotate(context: &Context, id: &KeyId, rev: u64, rotate: Rotate) -> Result<Answer, AdminError> {
    let before = based_on(context, id, rev)?;
    may_change(context, &before, Some(&before))?;
    outlives(context, &before)?;
    let Minted { plaintext, hash } = mint_key(context.keys()?, id, context.random()?);
    let full = || AdminError::Registry("a counter is full".to_owned());
    let last_n = before.last_n.checked_add(1).ok_or_else(full)?;
    let incoming = LiveToken { n: last_n, hash };
    let (event, expire) = match rotate {
        Rotate::Now => (Event::RotateNow(incoming), "now"),
        Rotate::Later(window) => (Event::RotateLater(incoming, window), "later"),
    };
    let tokens = before.tokens.clone().apply(event, context.now)?;
    let made_at = (context.now, tokens.outgoing().map(|_| before.made_at.0));
    let after = Key { tokens, last_n, made_at, rev: before.rev.next()?, updated_at: context.now, ..before };
    table::save(context.database, &after)?;
    let until = after.tokens.outgoing().map(|(_, until)| until.to_string());
    let detail = json!({ "id": id, "name": after.name, "n": last_n, "expire": expire, "expires_at": until });
    context.event(Kind::KeyRotationStarted, About::of(&after.home()), detail)?;
    with_token(context, 200, &after, plaintext)
}

fn turn(context: &Context, id: &KeyId, rev: u64, event: Event, kind: Kind) -> Result<Answer, AdminError> {
    let before = based_on(context, id, rev)?;
    may_change(context, &before, Some(&before))?;
    let made = match event {
        Event::Cancel => before.made_at.1.unwrap_or(before.made_at.0),
        _ => before.made_at.0,
    };
    let tokens = before.tokens.clone().apply(event, context.now)?;
    let after = Key { tokens, made_at: (made, None), rev: before.rev.next()?, updated_at: context.now, ..before };
    table::save(context.database, &after)?;
    let detail = json!({ "id": id, "name": after.name, "n": after.tokens.current().n });
    context.event(kind, About::of(&after.home()), detail)?;
    shown(context, 200, &after)
}

/// The key, if the actor may manage keys at all of its places. Otherwise it does not exist for them.
fn load(context: &Context, id: &KeyId) -> Result<Key, AdminError> {
    let key = table::find(context.database, id)?.ok_or(AdminError::NoKey)?;
    if context.actor.may_at_all(Verb::KeysManage, &key.home()) { Ok(key) } else { Err(AdminError::NoKey) }
}

/// The key, if `rev` is still its revision.
fn based_on(context: &Context, id: &KeyId, rev: u64) -> Result<Key, AdminError> {
    let key = load(context, id)?;
    if key.rev == Rev(rev) { Ok(key) } else { Err(AdminError::Stale(view(context, &key)?)) }
}

fn may_change(context: &Context, before: &Key, after: Option<&Key>) -> Result<(), AdminError> {
    let home = before.home();
    let after_home = after.map(Key::home).unwrap_or_default();
    let after = after.map(|after| after.holding(&after_home));
    permit_change(context, Verb::KeysManage, Some(before.holding(&home)), after, "permissions")
}

/// A key that may do nothing belongs nowhere.
fn check_permissions(permissions: &Permissions) -> Result<(), AdminError> {
    if permissions.is_empty() {
        return Err(AdminError::invalid("permissions", "a key has at least one permission"));
    }
    Ok(())
}

/// Checks an end: it must be in the future, not too far away, and not after the end of the key that sets it.
fn check_end(context: &Context, end: Timestamp) -> Result<(), AdminError> {
    if end <= context.now || end > context.now.after(MAX_KEY_SECONDS) {
        return Err(AdminError::invalid("expires_at", "the end must be within the next 366 days"));
    }
    if !context.actor.can_end_at(end) {
        return Err(AdminError::invalid("expires_at", "the end must not be after that of the key that sets it"));
    }
    Ok(())
}

/// Checks that whoever asks does not end before a key that they give something: a new text, or other permissions.
fn outlives(context: &Context, key: &Key) -> Result<(), AdminError> {
    if context.actor.can_end_at(key.expires_at) {
        return Ok(());
    }
    let lacking = format!("It ends at {}, after the key that asks.", key.expires_at);
    Err(AdminError::BeyondOwn { field: "expires_at", lacking })
}

fn not_oneself(context: &Context, id: &KeyId) -> Result<(), AdminError> {
    let is_oneself = matches!(&context.actor.identity, Identity::Key(own) if own == id);
    if is_oneself { Err(AdminError::OwnPermissions) } else { Ok(()) }
}

fn described(key: &Key) -> Value {
    let Key { id, name, permissions, grantable, expires_at, .. } = key;
    let expires_at = expires_at.to_string();
    json!({
        "id": id, "name": name, "permissions": permissions, "grantable": grantable, "expires_at": expires_at,
    })
}

fn shown(context: &Context, status: u16, key: &Key) -> Result<Answer, AdminError> {
    Answer::json(status, &view(context, key)?, Some(key.rev.0))
}

/// A key, as whoever asks may know of it.
fn view(context: &Context, key: &Key) -> Result<Value, AdminError> {
    let makers = told(context, std::iter::once(key.created_by.as_str()))?;
    Ok(key.view(context.now, makers.get(&key.created_by)))
}

fn with_token(context: &Context, status: u16, key: &Key, token: Plaintext) -> Result<Answer, AdminError> {
    Answer::json(status, &json!({ "key": view(context, key)?, "token": token.reveal() }), Some(key.rev.0))
}
