//! The answer to each error.

use super::AdminError;
use crate::access::{Place, Role, Verb};
use crate::admin::NotUndone;
use crate::reply::Reply;
use crate::request::BodyFault;

impl AdminError {
    /// The answer to the caller.
    pub fn answer(&self) -> Reply {
        match self {
            Self::NotSignedIn => Reply::new(401, "not-signed-in", "Sign in", NOT_SIGNED_IN)
                .with("WWW-Authenticate", "Bearer realm=\"tidegate admin\"".to_owned()),
            Self::WrongKey => Reply::new(401, "wrong-key", "Wrong key", WRONG_KEY)
                .with("WWW-Authenticate", "Bearer realm=\"tidegate admin\", error=\"invalid_token\"".to_owned()),
            Self::CrossOrigin => Reply::new(403, "cross-origin", "Cross-origin request", CROSS_ORIGIN),
            Self::Forbidden { verb, place } => forbidden(*verb, place.as_ref()),
            Self::BeyondOwn { field, lacking } => {
                let detail = format!("{field}: {lacking} Nobody can give, change or take away what they lack.");
                Reply::new(403, "beyond-own", "You cannot give what you lack", &detail).extend("field", (*field).into())
            }
            Self::OwnPermissions => Reply::new(403, "own-permissions", "This is your own account", OWN_PERMISSIONS),
            Self::LastOwner => Reply::new(409, "last-owner", "This is the last owner", LAST_OWNER),
            Self::FeatureOff(feature, level) => {
                let detail = format!("The feature {} is off at the level {level}. {FEATURE_OFF}", feature.as_str());
                Reply::new(403, "feature-off", "The feature is switched off", &detail)
                    .extend("feature", feature.as_str().into())
            }
            Self::NotAMember => Reply::new(403, "not-a-member", "You have no access", NOT_A_MEMBER),
            Self::AnotherAccount => {
                Reply::new(403, "another-account", "This address is bound to another account", ANOTHER_ACCOUNT)
            }
            Self::NoPerson => no_such("No person has this id.", "id"),
            Self::NoKey => no_such("No automation key has this id.", "id"),
            Self::NoSession => no_such("No session has this id.", "id"),
            Self::NoEndpoint => no_such("No webhook endpoint has this id.", "id"),
            Self::NoMessage => no_such("No message of this id can be sent again.", "message"),
            Self::TooManyEndpoints(most) => {
                let detail = format!("There are {most} endpoints here, and no more are allowed. Delete one first.");
                Reply::new(409, "too-many-endpoints", "There are too many endpoints", &detail)
                    .extend("field", "url".into())
            }
            Self::PublishedOtherwise => {
                Reply::new(409, "published-otherwise", "This id was published with other content", PUBLISHED_OTHERWISE)
                    .extend("field", "id".into())
            }
            Self::SecretRotates => Reply::new(409, "secret-rotates", "The outgoing secret still signs", SECRET_ROTATES)
                .extend("field", "expire".into()),
            Self::NoFeature => no_such("No feature has this name.", "name"),
            Self::NoOwner(field) => no_such("There is no such owner.", field),
            Self::NoAdminHost => Reply::new(404, "no-admin-host", "There is no admin page here", NO_ADMIN_HOST),
            Self::NotFound => Reply::new(404, "not-found", "Not found", "There is nothing at this address."),
            Self::NoIntegration => no_such("No integration has this id.", "id"),
            Self::NoSubAccount => no_such("No sub-account has this id.", "id"),
            Self::NoDocument => no_such("The policy in force has no document of this name.", "name"),
            Self::MethodNotAllowed(methods) => {
                let allowed = methods.join(", ");
                let detail = format!("This address takes {allowed}.");
                Reply::new(405, "method-not-allowed", "Method not allowed", &detail).with("Allow", allowed)
            }
            Self::Conflict(conflict) => Reply::new(
                409,
                "conflict",
                "The integration's state does not allow it",
                &sentence(&conflict.to_string()),
            ),
            Self::Ended => Reply::new(409, "conflict", "The integration's state does not allow it", ENDED),
            Self::NotUndone(NotUndone::Over) => {
                Reply::new(409, "undo-over", "It is too late to undo it", &sentence(&NotUndone::Over.to_string()))
            }
            Self::NotUndone(why) => Reply::new(409, "conflict", "It cannot be undone", &sentence(&why.to_string())),
            Self::Exists(field) => {
                let detail = format!("There is one with this {field} already.");
                Reply::new(409, "exists", "It exists already", &detail).extend("field", (*field).into())
            }
            Self::AgencyInUse(integrations) => {
                let detail = format!("Integrations that belong to it: {integrations}. Delete them first.");
                Reply::new(409, "agency-in-use", "Integrations belong to the agency", &detail)
                    .extend("field", "id".into())
                    .extend("integrations", (*integrations).into())
            }
            Self::DocumentsNotKept(rev) => {
                let detail = format!("Version {rev} was published before documents were kept. {NOT_KEPT}");
                Reply::new(409, "documents-not-kept", "The documents of the policy in force were not kept", &detail)
                    .extend("field", "documents".into())
            }
            Self::AlreadyDone(current) => Reply::new(409, "already-done", "This was done already", ALREADY_DONE)
                .extend("field", "Idempotency-Key".into())
                .extend("current", current.clone()),
            Self::Stale(current) => Reply::new(412, "stale", "Somebody else changed it meanwhile", STALE)
                .extend("field", "If-Match".into())
                .extend("current", current.clone()),
            Self::NeedsRev => Reply::new(428, "needs-if-match", "Say which revision you change", NEEDS_REV)
                .extend("field", "If-Match".into()),
            Self::TooLarge(limit) => {
                Reply::new(413, "too-large", "The body is too long", &format!("It may have {limit} bytes at most."))
                    .extend("field", "body".into())
            }
            Self::TooSlow => {
                Reply::new(408, "too-slow", "The body did not arrive in time", TOO_SLOW).extend("field", "body".into())
            }
            Self::NotJson(fault) => not_json(*fault),
            Self::NotUtf8(fault) => {
                Reply::new(400, "malformed-json", "The body is malformed", &sentence(&fault.to_string()))
                    .extend("field", "body".into())
            }
            Self::Malformed { line, column } => {
                let detail = format!("The body cannot be read as JSON: line {line}, column {column}.");
                Reply::new(400, "malformed-json", "The body is malformed", &detail).extend("field", "body".into())
            }
            Self::Invalid { field, message } => {
                let detail = format!("{field}: {}", sentence(message));
                Reply::new(422, "invalid-field", "A field cannot be accepted", &detail)
                    .extend("field", field.as_str().into())
            }
            Self::PolicyErrors(report) => Reply::new(422, "policy-errors", "The policy has errors", POLICY_ERRORS)
                .extend("field", "documents".into())
                .extend("report", report.clone()),
            Self::TooBusy => {
                Reply::new(503, "too-busy", "The gate has too much to do", TOO_BUSY).with("Retry-After", "5".to_owned())
            }
            Self::Usage(since) => {
                let reply = Reply::new(503, "usage-unavailable", "Usage is not available now", USAGE)
                    .with("Retry-After", "5".to_owned());
                match since {
                    Some(since) => reply.extend("since", since.to_string().into()),
                    None => reply,
                }
            }
            Self::Misconfigured(what) => {
                Reply::new(503, "misconfigured", "The gate is misconfigured", &format!("{what}."))
                    .with("Retry-After", "60".to_owned())
            }
            Self::Page(_) => Reply::new(503, "page-unavailable", "The admin page cannot be served", PAGE)
                .with("Retry-After", "60".to_owned()),
            Self::Registry(_) => Reply::new(503, "registry-unavailable", "The registry did not carry it out", REGISTRY)
                .with("Retry-After", "5".to_owned()),
        }
    }
}

const ENDED: &str = "It has ended, and its tokens are dead. Rotate with \"expire\": \"now\" and another \"expires_at\", which gives it a \
    new token.";
const NOT_SIGNED_IN: &str =
    "Send an automation key or the owner key as \"Authorization: Bearer <key>\", or sign in for a session.";
const WRONG_KEY: &str = "The key is neither this gate's owner key nor a valid automation key. Send it with nothing around it, as in \"Authorization: Bearer <key>\".";
const OWN_PERMISSIONS: &str = "You cannot change your own permissions, or remove or re-bind yourself. Ask another person who manages people or keys.";
const LAST_OWNER: &str =
    "No owner key is configured, so one person must stay an owner. Make somebody else an owner first.";
const FEATURE_OFF: &str = "Tokens keep working, and reading and revoking stay possible. Whoever has settings.manage can switch it on \
    under Labs.";
const NOT_A_MEMBER: &str = "Nobody has added your e-mail address here. Ask whoever manages the people to add it.";
const ANOTHER_ACCOUNT: &str = "Whoever manages the people can bind the address to your account again.";
const ALREADY_DONE: &str = "The first answer had the token, and it is kept nowhere. If it was lost, rotate for a new one, based on \
    \"current\" and under another key.";
const NOT_KEPT: &str = "Publish all documents once with PUT /policy; from then on each can be changed alone.";
const NO_ADMIN_HOST: &str = "The admin page and its sessions need a host name of their own, in the variable ADMIN_HOST. Without it \
    the admin API takes the owner key as \"Authorization: Bearer <key>\".";
const PUBLISHED_OTHERWISE: &str = "Nothing was sent. Publish it under an id of its own, or exactly as before.";
const SECRET_ROTATES: &str =
    "Wait until it has ended, or rotate with \"expire\": \"now\", which ends both secrets that there are.";
const TOO_BUSY: &str = "Nothing has changed. Try again later.";
const USAGE: &str = "The store that counts usage does not answer. Requests are judged as always. \"since\" is when it last answered \
    here, where that is known.";
const TOO_SLOW: &str = "Send the whole body at once.";
const CROSS_ORIGIN: &str = "Changes are accepted from this gate's own pages only, or with a key and no Origin.";
const STALE: &str = "Nothing was changed. Look at \"current\" and decide again.";
const NEEDS_REV: &str = "Send If-Match with the rev of what you change in double quotes, as its ETag has it.";
const POLICY_ERRORS: &str = "Nothing was published. The report names document, path and method of each error.";
const PAGE: &str = "The gate's log says why, and what to do.";
const REGISTRY: &str = "It is not known whether anything changed. Check before you try again.";

fn no_such(detail: &str, field: &str) -> Reply {
    Reply::new(404, "not-found", "Not found", detail).extend("field", field.into())
}

fn not_json(fault: BodyFault) -> Reply {
    // A form is a body that the gate reads and the admin API does not.
    let what = match fault {
        BodyFault::MediaType => "the Content-Type of the body is not application/json".to_owned(),
        other => other.to_string(),
    };
    let field = if fault == BodyFault::Encoded { "Content-Encoding" } else { "Content-Type" };
    Reply::new(415, "not-json", "The body must be JSON", &sentence(&what)).extend("field", field.into())
}

/// Names the roles whose preset has the permission.
fn forbidden(verb: Verb, place: Option<&Place>) -> Reply {
    let at = place.map(|place| format!(" at {place}")).unwrap_or_default();
    let roles: Vec<_> = place.map(|place| Role::that_may(verb, place)).unwrap_or_default();
    let roles: Vec<_> = roles.into_iter().map(|role| role.as_str().replace('_', " ")).collect();
    let who = match roles.split_last() {
        None => "Whoever manages the people here can give it to you.".to_owned(),
        Some((last, [])) => format!("The role {last} has it."),
        Some((last, others)) => format!("The roles {} and {last} have it.", others.join(", ")),
    };
    let reply = Reply::new(403, "forbidden", "You may not do this", &format!("This needs {verb}{at}. {who}"));
    let reply = reply.extend("verb", verb.as_str().into());
    match place {
        Some(place) => reply.extend("place", place.to_string().into()),
        None => reply,
    }
}

/// An error's text as a sentence: it starts in lower case and has no full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).chain(['.']).collect()
}
