//! Labs: switches of features, for each level.

use serde::Serialize;

use crate::json::{self, FromJson, Object};
use crate::record::Level;

/// What can be switched on and off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Feature {
    /// Private integrations as a whole.
    PrivateIntegrations,
}

/// Whether a feature is on, at each level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Switch {
    /// For the agency's own.
    pub agency: bool,
    /// For those of sub-accounts.
    pub sub_accounts: bool,
}

/// All switches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Features {
    /// [`Feature::PrivateIntegrations`].
    pub private_integrations: Switch,
}

impl Feature {
    /// Every feature.
    pub const ALL: [Self; 1] = [Self::PrivateIntegrations];

    /// The feature as the API writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PrivateIntegrations => "private_integrations",
        }
    }

    /// The feature of this name.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|feature| feature.as_str() == name)
    }
}

impl Switch {
    /// On at both levels.
    pub const ON: Self = Self { agency: true, sub_accounts: true };

    /// Whether it is on at a level.
    pub const fn at(self, level: Level) -> bool {
        match level {
            Level::Agency => self.agency,
            Level::SubAccount => self.sub_accounts,
        }
    }
}

impl Features {
    /// The switch of a feature.
    pub const fn of(&self, feature: Feature) -> Switch {
        match feature {
            Feature::PrivateIntegrations => self.private_integrations,
        }
    }
}

impl Default for Features {
    fn default() -> Self {
        Self { private_integrations: Switch::ON }
    }
}

/// A level that is left out is on: that is how a feature begins.
impl FromJson for Switch {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        let mut fields = Object::of(value, &["agency", "sub_accounts"])?;
        let (agency, sub_accounts) = (fields.given("agency")?, fields.given("sub_accounts")?);
        Ok(Self { agency: agency.unwrap_or(true), sub_accounts: sub_accounts.unwrap_or(true) })
    }
}
