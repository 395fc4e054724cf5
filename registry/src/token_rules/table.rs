//! The agency's settings in SQLite: one row, after the first change.

use serde::Serialize;

use crate::database::{Database, number, row};
use crate::rev::Rev;
use crate::storage::Parameter;
use tidegate::admin::{AdminError, Days, IdleAction, IdleDays, TokenRules, UndoRules};
use tidegate::time::Timestamp;

/// The settings as the admin API shows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Settings {
    #[serde(flatten)]
    pub rules: TokenRules,
    /// Grows with every change; 0 before the first.
    pub rev: Rev,
}

row! {
    struct Row {
        max_lifetime_days: Option<Days>,
        rotate_every_days: Option<Days>,
        undo_finish: u64,
        undo_delete: u64,
        undo_scopes: u64,
        idle_days: Option<u32>,
        idle_action: Option<String>,
        rev: Rev,
    }
}

/// The settings in force.
pub(crate) fn find(database: &Database) -> Result<Settings, AdminError> {
    let sql = "SELECT max_lifetime_days, rotate_every_days, undo_finish, undo_delete, undo_scopes, idle_days, idle_action, rev
        FROM token_rules";
    let row: Option<Row> = database.row(sql, vec![])?;
    Ok(row.map_or_else(|| Settings { rules: TokenRules::default(), rev: Rev::default() }, Settings::from))
}

/// Replaces them.
pub(crate) fn save(database: &Database, settings: &Settings, now: Timestamp) -> Result<(), AdminError> {
    let Settings { rules, rev } = *settings;
    let TokenRules { max_lifetime_days, rotate_every_days, undo, idle_days, idle_action } = rules;
    let days = |days: Option<Days>| Parameter::from(days.map(|days| number(days.number().into())));
    let values = vec![
        days(max_lifetime_days),
        days(rotate_every_days),
        number(undo.finish.into()),
        number(undo.delete.into()),
        number(undo.scopes.into()),
        idle_days.map(|days| number(days.number().into())).into(),
        idle_action.as_str().into(),
        number(rev.0),
        number(now.seconds()),
    ];
    database.run("DELETE FROM token_rules", vec![])?;
    let sql = "INSERT INTO token_rules
        (max_lifetime_days, rotate_every_days, undo_finish, undo_delete, undo_scopes, idle_days, idle_action, rev, updated_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
    database.run(sql, values)
}

impl From<Row> for Settings {
    fn from(row: Row) -> Self {
        let Row { max_lifetime_days, rotate_every_days, undo_finish, undo_delete, undo_scopes, rev, .. } = row;
        let undo = UndoRules { finish: undo_finish != 0, delete: undo_delete != 0, scopes: undo_scopes != 0 };
        let idle_days = row.idle_days.and_then(|days| IdleDays::new(days).ok());
        let idle_action = row.idle_action.as_deref().and_then(IdleAction::parse).unwrap_or_default();
        Self { rules: TokenRules { max_lifetime_days, rotate_every_days, undo, idle_days, idle_action }, rev }
    }
}
