//! The agency's settings for the life of its integrations: commands.

pub(crate) mod table;

use serde_json::json;

use self::table::{Settings, find, save};
use super::answer::Answer;
use super::context::Context;
use super::due;
use super::events::record::About;
use super::rev::Rev;
use tidegate::admin::{AdminError, ChangeTokenRules, SettingsCommand, TokenRules, history};
use tidegate::events::Kind;

/// Runs a command.
pub(crate) fn run(context: &Context, command: SettingsCommand) -> Result<Answer, AdminError> {
    match command {
        SettingsCommand::Show => shown(&find(context.database)?),
        SettingsCommand::Change { rev, change } => self::change(context, rev, change),
    }
}

/// `PATCH /settings`
fn change(context: &Context, rev: u64, change: ChangeTokenRules) -> Result<Answer, AdminError> {
    let before = find(context.database)?;
    if before.rev != Rev(rev) {
        return Err(AdminError::Stale(json!(before)));
    }
    let rules = before.rules.changed(change);
    if rules == before.rules {
        return shown(&before);
    }
    let after = Settings { rules, rev: before.rev.next()? };
    save(context.database, &after, context.now)?;
    if rules.rotate_every_days != before.rules.rotate_every_days {
        due::remind(context.database, &rules, context.now)?;
        context.schedules.set(true);
    }
    let idle = |rules: &TokenRules| (rules.idle_days, rules.idle_action);
    if idle(&rules) != idle(&before.rules) {
        due::look_for_idle(context.database, &rules, context.now)?;
        context.schedules.set(true);
    }
    let detail = history::token_rules(&before.rules, &after.rules);
    context.event(Kind::SettingsChanged, About::agency(), detail)?;
    shown(&after)
}

fn shown(settings: &Settings) -> Result<Answer, AdminError> {
    Answer::json(200, settings, Some(settings.rev.0))
}
