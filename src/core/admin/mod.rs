//! The words of the admin API: routes, bodies, answers, what a change does to an integration; and the page's files. The registry gives
//! them a memory; the edge gives them HTTP.

mod body;
mod command;
mod error;
mod field;
mod fold;
pub mod history;
mod impact;
mod integration;
mod list;
mod page;
mod route;
mod sort;

pub use body::{
    Edit, Explain, NewIntegration, NewSubAccount, PublishPolicy, RenameSubAccount, RollBack, Rotate, Scopes, SignIn,
};
pub use command::{Command, IncomingRequest, KnownRevs};
pub use error::AdminError;
pub use field::{Description, IdempotencyKey, Name};
pub use fold::folded;
pub use impact::{Impact, impact};
pub use integration::{Change, Integration, IntegrationView, TokenView, check_scopes};
pub use list::{Filter, ListIntegrations, State, searchable};
pub use page::{PAGE, PAGE_HEADERS, PageAddress, PageFile, TRANSPORT_SECURITY};
pub use route::{MAX_BODY_BYTES, MAX_POLICY_BYTES, Named, ROUTES, Route};
pub use sort::{Cursor, Sort, SortBy, SortKey};
