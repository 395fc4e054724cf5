//! Ids of people and of automation keys: 80 random bits, as integrations have them, and told apart by their types.

pub use crate::token::KeyId;
use crate::token::id_of_its_own;

id_of_its_own! {
    /// A person's id.
    PersonId
}
