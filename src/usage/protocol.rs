//! What a store hands to the registry.

use serde::Serialize;

use super::Moment;
use crate::token::IntegrationId;

/// The address at which the registry takes [`Handed`], by `POST`. Only Durable Objects of the same gate can reach it.
pub const USED: &str = "https://registry.usage/used";

/// What a store hands to the registry: uses of tokens that moved by more than an hour since it last did, and first uses. At
/// most 500 at a time, and once a minute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Handed {
    /// The store's number: 0 to 63.
    pub store: u32,
    /// When it did.
    pub at: Moment,
    /// The uses.
    pub uses: Vec<HandedUse>,
}

/// The use of one token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HandedUse {
    /// The integration.
    pub integration: IntegrationId,
    /// The token's number; never 0.
    pub n: u32,
    /// Its first use.
    pub first_at: Moment,
    /// Its last use.
    pub last_at: Moment,
}

crate::json_object!(Handed { store, at, uses });
crate::json_object!(HandedUse { integration, n, first_at, last_at });
