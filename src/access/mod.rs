//! Who may do what in the admin plane. A [`Permission`] is a [`Verb`] at a [`Place`]; a [`Role`] is a preset of permissions. What an
//! actor may do is [`Permissions::may`], and nothing else grants anything. Nobody can grant what they lack: [`Actor::may_change`].

mod actor;
mod email;
mod feature;
mod grantable;
mod id;
mod membership;
mod need;
pub mod oidc;
mod permissions;
mod place;
mod proof;
mod role;
mod verb;

pub use actor::{Actor, Beyond, Holding, Identity};
pub use email::{Email, InvalidEmail};
pub use feature::{Feature, Features, Switch};
pub use grantable::Grantable;
pub use id::{KeyId, PersonId};
pub use membership::{Membership, Unfitting};
pub use need::{Need, PlaceOf};
pub use permissions::{Permission, Permissions, Reach};
pub use place::{InvalidPlace, Place};
pub use proof::Proof;
pub use role::Role;
pub use verb::Verb;
