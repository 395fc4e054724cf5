//! Ids of endpoints: 80 random bits, as integrations have them.

use crate::token::id_of_its_own;

id_of_its_own! {
    /// A webhook endpoint's id.
    EndpointId
}
