//! The errors of the admin API. One function in `answer` turns them into answers.

mod answer;

use serde_json::Value;

use super::NotUndone;
use crate::access::{Feature, Place, Verb};
use crate::record::Level;
use crate::request::{BodyFault, NotUtf8};
use crate::rotation::Conflict;
use crate::time::Timestamp;

/// Every way in which the admin API refuses. Nothing has changed when it does.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum AdminError {
    /// Neither the owner key nor a session.
    #[error("not signed in")]
    NotSignedIn,
    /// The key given is not the owner key.
    #[error("wrong owner key")]
    WrongKey,
    /// A change asked for by another origin's page.
    #[error("cross-origin request")]
    CrossOrigin,
    /// They may not do this: the verb that it takes, and the place, where that is one.
    #[error("lacks {verb}")]
    Forbidden {
        /// What it takes.
        verb: Verb,
        /// Where.
        place: Option<Place>,
    },
    /// They would give or take away what they lack; names the field.
    #[error("{field}: beyond what the actor has")]
    BeyondOwn {
        /// The field.
        field: &'static str,
        /// What they lack.
        lacking: String,
    },
    /// Nobody changes what they may do themselves.
    #[error("own permissions")]
    OwnPermissions,
    /// Without this person, nobody could do everything.
    #[error("the last owner")]
    LastOwner,
    /// A feature is switched off at this level.
    #[error("{} is off", .0.as_str())]
    FeatureOff(Feature, Level),
    /// Nobody has added the person who signed in.
    #[error("not a member")]
    NotAMember,
    /// The address belongs to a person who is bound to another account of the identity provider.
    #[error("another account")]
    AnotherAccount,
    /// No person has this id.
    #[error("no such person")]
    NoPerson,
    /// No automation key has this id.
    #[error("no such key")]
    NoKey,
    /// No webhook endpoint has this id.
    #[error("no such endpoint")]
    NoEndpoint,
    /// The place or integration has the most endpoints that it may have: this many.
    #[error("{0} endpoints")]
    TooManyEndpoints(u64),
    /// The publisher gave this id to another event already.
    #[error("published with other content")]
    PublishedOtherwise,
    /// The outgoing secret of an endpoint still signs.
    #[error("the outgoing secret still signs")]
    SecretRotates,
    /// No message of this id can be sent again.
    #[error("no such message")]
    NoMessage,
    /// No session has this id.
    #[error("no such session")]
    NoSession,
    /// No feature has this name.
    #[error("no such feature")]
    NoFeature,
    /// No owner that the actor may see; names the field.
    #[error("no such owner")]
    NoOwner(&'static str),
    /// The page or a session, where no host name was set aside for them.
    #[error("ADMIN_HOST is not set")]
    NoAdminHost,
    /// No such route.
    #[error("not found")]
    NotFound,
    /// No integration has this id.
    #[error("no such integration")]
    NoIntegration,
    /// No sub-account has this id.
    #[error("no such sub-account")]
    NoSubAccount,
    /// The policy in force has no document of this name.
    #[error("no such document")]
    NoDocument,
    /// The path is known, for these methods.
    #[error("method not allowed")]
    MethodNotAllowed(Vec<&'static str>),
    /// The state of the integration does not allow it.
    #[error("conflict: {0}")]
    Conflict(#[from] Conflict),
    /// The end of the integration has passed.
    #[error("the integration has ended")]
    Ended,
    /// A change cannot be undone.
    #[error("not undone: {0}")]
    NotUndone(#[from] NotUndone),
    /// It is there already; names the field.
    #[error("{0} exists already")]
    Exists(&'static str),
    /// The agency's id cannot change while integrations belong to it: this many.
    #[error("{0} integrations belong to the agency")]
    AgencyInUse(u64),
    /// The documents of the policy in force were not kept; carries its revision.
    #[error("the documents of policy {0} were not kept")]
    DocumentsNotKept(u64),
    /// It was done under this idempotency key already; carries the integration as it is now.
    #[error("already done")]
    AlreadyDone(Value),
    /// The change was based on an older revision; carries the present state.
    #[error("stale revision")]
    Stale(Value),
    /// A change without the revision that it is based on.
    #[error("If-Match is missing")]
    NeedsRev,
    /// The body is longer than this many bytes.
    #[error("body over {0} bytes")]
    TooLarge(usize),
    /// The body did not come to its end in time.
    #[error("body too slow")]
    TooSlow,
    /// The body is not declared as JSON in UTF-8; says why.
    #[error("not application/json: {0}")]
    NotJson(BodyFault),
    /// The body is not in UTF-8.
    #[error(transparent)]
    NotUtf8(#[from] NotUtf8),
    /// The body is not a JSON text.
    #[error("malformed JSON at line {line}, column {column}")]
    Malformed {
        /// Where in the body.
        line: usize,
        /// Where in the line.
        column: usize,
    },
    /// A field of body, path or query cannot be accepted.
    #[error("{field}: {message}")]
    Invalid {
        /// The field, as in `owner.id`.
        field: String,
        /// What is wrong with it.
        message: String,
    },
    /// The documents of a policy have errors; carries the report.
    #[error("the policy has errors")]
    PolicyErrors(Value),
    /// As many requests wait as may whose sender is not known.
    #[error("too many requests wait")]
    TooBusy,
    /// A usage store does not answer; carries when it last did, where that is known.
    #[error("a usage store does not answer")]
    Usage(Option<Timestamp>),
    /// The gate lacks something that it cannot work without; says what to set, and no value.
    #[error("misconfigured: {0}")]
    Misconfigured(String),
    /// The files of the admin page cannot be read. The text says what to do.
    #[error("page: {0}")]
    Page(String),
    /// The registry failed; the true reason is for the log.
    #[error("registry: {0}")]
    Registry(String),
}

impl AdminError {
    /// A field that cannot be accepted.
    pub fn invalid(field: &str, message: impl ToString) -> Self {
        Self::Invalid { field: field.to_owned(), message: message.to_string() }
    }
}
