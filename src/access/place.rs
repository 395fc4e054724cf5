//! Places: where something can be done.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::json::{self, FromJson, text};
use crate::record::{Level, Owner, OwnerId};

const AGENCY: &str = "agency";
const SUB_ACCOUNTS: &str = "sub_accounts";
const SUB_ACCOUNT: &str = "sub_account:";

/// Where something can be done.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// The agency itself.
    Agency,
    /// Every sub-account, those to come too.
    SubAccounts,
    /// One sub-account.
    SubAccount(OwnerId),
}

/// The text names no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a place is agency, sub_accounts or sub_account:{{id}}")]
pub struct InvalidPlace;

impl Place {
    /// Reads a place.
    ///
    /// # Errors
    /// [`InvalidPlace`].
    pub fn parse(text: &str) -> Result<Self, InvalidPlace> {
        match text {
            AGENCY => Ok(Self::Agency),
            SUB_ACCOUNTS => Ok(Self::SubAccounts),
            _ => {
                let id = text.strip_prefix(SUB_ACCOUNT).and_then(|id| OwnerId::parse(id).ok());
                id.map(Self::SubAccount).ok_or(InvalidPlace)
            }
        }
    }

    /// The level of whoever has integrations here.
    pub fn level(&self) -> Level {
        match self {
            Self::Agency => Level::Agency,
            Self::SubAccounts | Self::SubAccount(_) => Level::SubAccount,
        }
    }

    /// Whether a permission here also holds at `other`.
    pub fn covers(&self, other: &Self) -> bool {
        self == other || matches!((self, other), (Self::SubAccounts, Self::SubAccount(_)))
    }
}

/// Where an integration of this owner is.
impl From<&Owner> for Place {
    fn from(owner: &Owner) -> Self {
        match owner.level {
            Level::Agency => Self::Agency,
            Level::SubAccount => Self::SubAccount(owner.id.clone()),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Agency => formatter.write_str(AGENCY),
            Self::SubAccounts => formatter.write_str(SUB_ACCOUNTS),
            Self::SubAccount(id) => write!(formatter, "{SUB_ACCOUNT}{}", id.as_str()),
        }
    }
}

impl Serialize for Place {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromJson for Place {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        text(value, Self::parse)
    }
}
