//! Labs: switches of features.

use crate::access::{Feature, Switch};

/// Labs: switches of features.
#[derive(Debug)]
#[expect(missing_docs, reason = "each is a row of ROUTES")]
pub enum FeatureCommand {
    Show,
    Set { feature: Feature, switch: SwitchEdit },
}

/// `PATCH /features/{name}`: a level that is left out stays as it is.
#[derive(Clone, Copy, Debug)]
pub struct SwitchEdit {
    /// For the agency's own.
    pub agency: Option<bool>,
    /// For those of sub-accounts.
    pub sub_accounts: Option<bool>,
}

crate::json_object!(SwitchEdit { agency: given, sub_accounts: given });

impl SwitchEdit {
    /// The switch after it.
    pub fn of(self, before: Switch) -> Switch {
        let Self { agency, sub_accounts } = self;
        Switch { agency: agency.unwrap_or(before.agency), sub_accounts: sub_accounts.unwrap_or(before.sub_accounts) }
    }
}
