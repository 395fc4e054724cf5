//! The vocabulary of the admin API: its routes, bodies and answers, what a change does to an integration, and the files of the
//! page. The registry adds storage, and the Worker adds HTTP.

mod body;
mod brand;
mod commands;
mod draft;
mod error;
mod field;
pub mod history;
mod host;
mod impact;
mod integration;
mod life;
mod list;
mod owner_key;
mod page;
mod people;
mod plane;
mod preset;
mod protocol;
mod query;
mod route;
pub mod session;
mod sort;
mod token_rules;
mod undo;

pub use body::text as body_text;
pub use brand::{Brand, brand_color, brand_logo, brand_name};
pub use commands::{
    AgencyCommand, AskedRange, Asker, Belongs, Command, Edit, EditEndpoint, EditKey, EditPerson, EndpointCommand,
    EventCursor, EventFilter, EventFormat, EventsCommand, Explain, FeatureCommand, IncomingRequest, IntegrationCommand,
    KeyCommand, KnownRevs, ListEvents, MAX_KEY_SECONDS, MAX_PUBLICATION_BYTES, NewAgency, NewEndpoint, NewIntegration,
    NewKey, NewPerson, NewSubAccount, NewToken, PersonCommand, PolicyCommand, Publication, RenameSubAccount, Resend,
    ResyncCommand, Rotate, RotateSecret, Scopes, SessionCommand, SessionId, SettingsCommand, SignIn, SubAccountCommand,
    SwitchEdit, TestToken, TestedToken, UsageCommand, WHOAMI,
};
pub use draft::{DocumentName, MAX_DOCUMENTS, PolicyChange, PolicyDraft, WholePolicy};
pub use error::AdminError;
pub use field::{Description, IdempotencyKey, Moment, Name, Stored};
pub use host::{AdminHost, ApiUrl, InvalidAdminHost, InvalidApiUrl};
pub use impact::{Held, Impact, Moved, Offered, impact};
pub use integration::{
    Beside, Change, Integration, IntegrationView, Maker, Makers, TokenFacts, TokenView, UseFacts, check_end,
    check_scopes,
};
pub use life::{DueKind, EXPIRING_SECONDS, LifeFacts, Status, UNDO_SECONDS};
pub use list::{Filter, ListIntegrations, ListSubAccounts, State, searchable};
pub use owner_key::{InvalidOwnerKey, OwnerKey};
pub use page::{PAGE, PAGE_HEADERS, PageAddress, PageFile, TRANSPORT_SECURITY};
pub use people::ListPeople;
pub use plane::{Plane, PlaneSettings};
pub use preset::{Preset, presets};
pub use protocol::{ACTOR, COMMANDS, PORT, REPORTS, REQUEST};
use query::MAX_LIMIT;
pub use query::{NOT_A_CURSOR, Paging};
pub use route::{
    ANYTHING, Access, MAX_BODY_BYTES, MAX_POLICY_BYTES, MAX_SIGN_IN_BYTES, MAX_TEST_BYTES, Named, ROUTES, Route,
};
pub use sort::{Cursor, Sort, SortBy, SortKey};
pub use token_rules::{
    ChangeTokenRules, ChangeUndoRules, Days, IdleAction, IdleDays, InvalidDays, InvalidIdleDays, TokenRules, UndoRules,
};
pub use undo::{NotUndone, Taken, Undo, UndoView};
