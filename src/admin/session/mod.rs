//! Sessions of the admin page, and verified credentials: what the gate and the registry share.

mod cookie;
mod credential;

pub use cookie::{NewSession, SESSION_SECONDS, end_session, find_session, start_person_session, start_session};
pub use credential::Credential;
