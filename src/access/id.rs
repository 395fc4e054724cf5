//! Ids of people and of automation keys: 80 random bits, like those of integrations, each kind with a type of its own.

pub use crate::token::KeyId;
use crate::token::id_of_its_own;

id_of_its_own! {
    /// A person's id.
    PersonId
}
