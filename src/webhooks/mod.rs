//! The rules of webhooks: which addresses may receive events, when an attempt is repeated, how a message is signed, and how a
//! secret is kept. The form on the wire is Standard Webhooks (standardwebhooks.com).

mod address;
mod id;
mod kinds;
mod message;
mod name;
mod own;
mod schedule;
mod seal;
mod signature;

pub use address::{Address, InvalidAddress, MAX_ADDRESS_BYTES};
pub use id::EndpointId;
pub use kinds::{NotWanted, Wanted, catalogue};
pub use message::{MAX_DATA_BYTES, Message, SIGNED_HEADERS};
pub use own::{AddressRules, InvalidOwnZones, OwnZones};
pub use schedule::{
    ATTEMPTS, Health, Jitter, MAX_IN_FLIGHT, MAX_QUEUED, Next, Outcome, QUEUED_SECONDS, SECRET_OVERLAP_SECONDS,
    Standing, TIMEOUT_MS, retry_after,
};
pub use seal::{NONCE_BYTES, Sealed, SealingKeys, Unsealable};
pub use signature::{InvalidSecret, SECRET_BYTES, Secret, signatures};
