//! Sessions of the admin page, and what is verified of who asks: what the gate and the registry both know.

mod cookie;
mod credential;

pub use cookie::{NewSession, SESSION_SECONDS, end_session, find_session, start_person_session, start_session};
pub use credential::Credential;
