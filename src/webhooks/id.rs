//! Ids of endpoints: 80 random bits, like those of integrations.

use crate::token::id_of_its_own;

id_of_its_own! {
    /// A webhook endpoint's id.
    EndpointId
}
