//! The agency's settings.

use super::{Command, Request};
use crate::admin::{AdminError, ChangeTokenRules};

/// The agency's settings.
#[derive(Debug)]
#[expect(missing_docs, reason = "each is a row of ROUTES")]
pub enum SettingsCommand {
    Show,
    Change { rev: u64, change: ChangeTokenRules },
}

impl SettingsCommand {
    pub(in crate::admin) fn change(request: &Request<'_>) -> Result<Command, AdminError> {
        let rev = request.needed_rev()?;
        let change: ChangeTokenRules = request.body()?;
        if change == ChangeTokenRules::default() {
            let message =
                "nothing to change: give max_lifetime_days, rotate_every_days, undo, idle_days or idle_action";
            return Err(AdminError::invalid("max_lifetime_days", message));
        }
        Ok(Self::Change { rev, change }.into())
    }
}
