//! The words of the admin API: routes, bodies, answers, and what a change does to an integration. The registry gives
//! them a memory; the edge gives them HTTP.

mod body;
mod command;
mod error;
mod field;
mod impact;
mod integration;
mod route;

pub use body::{Edit, Explain, NewIntegration, NewSubAccount, PublishPolicy, RollBack, Rotate, SignIn};
pub use command::{Command, IncomingRequest, ListIntegrations};
pub use error::AdminError;
pub use field::{Description, IdempotencyKey, Name};
pub use impact::{Impact, impact};
pub use integration::{Change, Integration, IntegrationView, TokenView, check_scopes};
pub use route::{MAX_BODY_BYTES, MAX_POLICY_BYTES, ROUTES, Route};
