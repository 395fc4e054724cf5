//! Roles: presets of permissions.

use serde::{Serialize, Serializer};

use super::{Permissions, Place, Verb};
use crate::json::{self, FromJson, word};
use crate::record::OwnerId;

/// What a person is, by which their permissions begin. Each permission can be changed per person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// May do everything.
    Owner,
    /// Manages the integrations of the agency and of its sub-accounts.
    AgencyAdmin,
    /// Publishes the policy.
    Developer,
    /// Sees everything.
    Auditor,
    /// Manages the integrations of some sub-accounts.
    AccountAdmin,
    /// Sees the integrations of some sub-accounts.
    AccountViewer,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 6] =
        [Self::Owner, Self::AgencyAdmin, Self::Developer, Self::Auditor, Self::AccountAdmin, Self::AccountViewer];

    /// The role as the API writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::AgencyAdmin => "agency_admin",
            Self::Developer => "developer",
            Self::Auditor => "auditor",
            Self::AccountAdmin => "account_admin",
            Self::AccountViewer => "account_viewer",
        }
    }

    /// Whether it is for people of some sub-accounts, and not of the agency.
    pub const fn is_for_accounts(self) -> bool {
        matches!(self, Self::AccountAdmin | Self::AccountViewer)
    }

    /// The permissions that the role starts with; for a role of sub-accounts, at these `accounts`.
    pub fn preset(self, accounts: &[OwnerId]) -> Permissions {
        let both = [Place::Agency, Place::SubAccounts];
        let accounts: Vec<_> = accounts.iter().cloned().map(Place::SubAccount).collect();
        match self {
            Self::Owner => Permissions::all(),
            Self::AgencyAdmin => together(&[
                (&[Verb::IntegrationsManage, Verb::WebhooksManage, Verb::UsageView], &both),
                (&[Verb::PolicyView, Verb::AuditView], &[Place::Agency]),
            ]),
            Self::Developer => together(&[
                (&[Verb::PolicyPublish], &[Place::Agency]),
                (&[Verb::IntegrationsView, Verb::UsageView], &both),
            ]),
            Self::Auditor => {
                let views: Vec<_> = Verb::ALL.iter().copied().filter(|verb| verb.is_view()).collect();
                Permissions::at(&views, &both)
            }
            Self::AccountAdmin => {
                Permissions::at(&[Verb::IntegrationsManage, Verb::WebhooksManage, Verb::UsageView], &accounts)
            }
            Self::AccountViewer => Permissions::at(&[Verb::IntegrationsView], &accounts),
        }
    }

    /// The roles that have `verb` at `place` by their presets; at a single sub-account, those of sub-accounts where there are any.
    pub fn that_may(verb: Verb, place: &Place) -> Vec<Self> {
        let accounts = if let Place::SubAccount(id) = place { vec![id.clone()] } else { Vec::new() };
        let mut roles: Vec<_> = Self::ALL.into_iter().filter(|role| role.preset(&accounts).may(verb, place)).collect();
        if roles.iter().any(|role| role.is_for_accounts()) {
            roles.retain(|role| role.is_for_accounts());
        }
        roles
    }

    /// The home of a person with this role: they are visible to everyone who may see people there.
    pub fn home(self, accounts: &[OwnerId]) -> Vec<Place> {
        if self.is_for_accounts() {
            accounts.iter().cloned().map(Place::SubAccount).collect()
        } else {
            vec![Place::Agency]
        }
    }
}

fn together(parts: &[(&[Verb], &[Place])]) -> Permissions {
    parts
        .iter()
        .flat_map(|(verbs, places)| Permissions::at(verbs, places).iter().cloned().collect::<Vec<_>>())
        .collect()
}

impl Serialize for Role {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl FromJson for Role {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        word(value, &Self::ALL.map(|role| (role.as_str(), role)))
    }
}
