//! The life of an integration: its end, pause, reminders, undo, and the table of what is due.

use std::time::Duration;

use registry::{Read, Storage};
use serde_json::{Value, json};
use tidegate::admin::{AdminError, NotUndone};
use tidegate::rotation::Conflict;
use tidegate::time::Timestamp;

use crate::Case;
use crate::world::{DAY, Kv, START, With, World, based_on};

mod alarm;
mod ends;
mod settings;
mod undo;
mod views;

/// All of them.
pub fn cases() -> Vec<Case> {
    [ends::cases(), undo::cases(), settings::cases(), alarm::cases(), views::cases()].concat()
}

const BOTH: &[&str] = &["contacts.readonly", "contacts.write"];

fn path(id: &str) -> String {
    format!("/integrations/{id}")
}

fn moment(seconds: u64) -> String {
    Timestamp::from_seconds(seconds).to_string()
}

/// Changes an integration, based on its present revision.
fn act(world: &World, id: &str, what: &str, body: Value) -> Result<Value, AdminError> {
    let method = if what.is_empty() { "PATCH" } else { "POST" };
    world.ask(method, &format!("{}{what}", path(id)), body, based_on(rev(world, id))).map(|answer| answer.body)
}

fn rev(world: &World, id: &str) -> u64 {
    world.value(&format!("SELECT rev AS it FROM integrations WHERE id = '{id}'")).as_u64().unwrap()
}

fn done(world: &World, id: &str, what: &str, body: Value) -> Value {
    act(world, id, what, body).unwrap_or_else(|error| panic!("{what}: {error:?}"))
}

fn rotate(world: &World, id: &str) -> Value {
    done(world, id, "/rotate", json!({ "expire": "later" }))
}

fn delete(world: &World, id: &str) -> u64 {
    let answer = world.ok("DELETE", &path(id), Value::Null, based_on(rev(world, id)));
    assert_eq!((answer.status, answer.rev), (204, Some(rev(world, id))));
    rev(world, id)
}

fn undo(world: &World, id: &str) -> Result<Value, AdminError> {
    act(world, id, "/undo", Value::Null)
}

fn field(outcome: Result<Value, AdminError>) -> String {
    match outcome {
        Err(AdminError::Invalid { field, .. }) => field,
        other => panic!("{other:?}"),
    }
}

fn due(world: &World, kind: &str, id: &str) -> Value {
    let sql =
        format!("SELECT at AS it FROM due WHERE kind = '{kind}' AND integration = '{id}' AND next_at IS NOT NULL");
    world.rows(&sql).first().map_or(Value::Null, |row| row["it"].clone())
}

fn settings(world: &World, change: Value) -> Result<Value, AdminError> {
    let rev = world.get("/settings")["rev"].as_u64().unwrap();
    world.ask("PATCH", "/settings", change, based_on(rev)).map(|answer| answer.body)
}

fn record(world: &World, id: &str) -> Value {
    world.read(&Read::from_path(&format!("/records/{id}")).unwrap()).unwrap()
}

fn last_detail(world: &World, kind: &str) -> Value {
    let sql = format!("SELECT detail AS it FROM events WHERE kind = '{kind}' ORDER BY seq DESC LIMIT 1");
    serde_json::from_str(world.value(&sql).as_str().unwrap()).unwrap()
}
