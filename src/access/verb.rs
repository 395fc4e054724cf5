//! Verbs: what can be done.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::json::{self, FromJson, word};

/// Makes the enum, its words and the list of all from one table.
macro_rules! verbs {
    ($($(#[$doc:meta])* $variant:ident = $word:literal,)+) => {
        /// What can be done at a [`Place`](super::Place).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Verb {
            $($(#[$doc])* $variant,)+
        }

        impl Verb {
            /// Every verb.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The verb as the API writes it.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }
    };
}

verbs! {
    /// See integrations, and preview what a change would do.
    IntegrationsView = "integrations.view",
    /// Create, edit, rotate and delete integrations.
    IntegrationsManage = "integrations.manage",
    /// See the policy and its versions.
    PolicyView = "policy.view",
    /// Publish a policy. It can open every operation to everyone.
    PolicyPublish = "policy.publish",
    /// See who has access.
    PeopleView = "people.view",
    /// Add, change and remove people, and end their sessions.
    PeopleManage = "people.manage",
    /// See, make, rotate and delete automation keys.
    KeysManage = "keys.manage",
    /// Start sessions for the people of one's own product.
    SessionsLaunch = "sessions.launch",
    /// Publish events.
    EventsPublish = "events.publish",
    /// See, make and delete webhook endpoints.
    WebhooksManage = "webhooks.manage",
    /// See what integrations use.
    UsageView = "usage.view",
    /// See all audit events.
    AuditView = "audit.view",
    /// Change what concerns the gate as a whole.
    SettingsManage = "settings.manage",
}

impl Verb {
    /// The verb that this one implies. There are no other implications.
    pub const fn implied(self) -> Option<Self> {
        match self {
            Self::IntegrationsManage => Some(Self::IntegrationsView),
            Self::PolicyPublish => Some(Self::PolicyView),
            Self::PeopleManage => Some(Self::PeopleView),
            _ => None,
        }
    }

    /// Whether it only shows something.
    pub const fn is_view(self) -> bool {
        matches!(self, Self::IntegrationsView | Self::PolicyView | Self::PeopleView | Self::UsageView | Self::AuditView)
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl Serialize for Verb {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl FromJson for Verb {
    fn from_json(value: json::Value) -> Result<Self, json::Error> {
        let words: Vec<_> = Self::ALL.iter().map(|verb| (verb.as_str(), *verb)).collect();
        word(value, &words)
    }
}
