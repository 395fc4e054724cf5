//! The admin API's routes, below `/_tidegate/api`.

use percent_encoding::percent_decode_str;

use super::{AdminError, DocumentName};
use crate::record::OwnerId;
use crate::token::IntegrationId;

/// The longest body, the policy's aside, in bytes.
pub const MAX_BODY_BYTES: usize = 64 * 1024;
/// The longest body that carries a policy, in bytes.
pub const MAX_POLICY_BYTES: usize = 8 * 1024 * 1024;
/// The longest body of a sign-in, in bytes.
pub const MAX_SIGN_IN_BYTES: usize = 4 * 1024;

/// What a method and a path of the admin API name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the row of the same name in ROUTES")]
pub enum Route {
    SignIn,
    ShowSession,
    SignOut,
    ListSubAccounts,
    AddSubAccount,
    RenameSubAccount,
    ShowAgency,
    SetAgency,
    Scopes,
    ListIntegrations,
    CreateIntegration,
    ShowIntegration,
    EditIntegration,
    DeleteIntegration,
    Rotate,
    CancelRotation,
    FinishRotation,
    Events,
    ShowPolicy,
    CompiledPolicy,
    PublishPolicy,
    ChangePolicy,
    PublishDocument,
    RemoveDocument,
    PreviewPolicy,
    PolicyVersions,
    RollBackPolicy,
    Explain,
    Resync,
    ResyncProgress,
    OpenApi,
}

/// What a path names, beside its route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// All of a kind.
    Nothing,
    /// One integration.
    Integration(IntegrationId),
    /// One sub-account.
    SubAccount(OwnerId),
    /// One document of the policy.
    Document(DocumentName),
}

/// Every route: method, path template below `/_tidegate/api`, name.
pub const ROUTES: [(&str, &str, Route); 31] = [
    ("POST", "/session", Route::SignIn),
    ("GET", "/session", Route::ShowSession),
    ("DELETE", "/session", Route::SignOut),
    ("GET", "/sub-accounts", Route::ListSubAccounts),
    ("POST", "/sub-accounts", Route::AddSubAccount),
    ("PATCH", "/sub-accounts/{id}", Route::RenameSubAccount),
    ("GET", "/agency", Route::ShowAgency),
    ("PUT", "/agency", Route::SetAgency),
    ("GET", "/scopes", Route::Scopes),
    ("GET", "/integrations", Route::ListIntegrations),
    ("POST", "/integrations", Route::CreateIntegration),
    ("GET", "/integrations/{id}", Route::ShowIntegration),
    ("PATCH", "/integrations/{id}", Route::EditIntegration),
    ("DELETE", "/integrations/{id}", Route::DeleteIntegration),
    ("POST", "/integrations/{id}/rotate", Route::Rotate),
    ("POST", "/integrations/{id}/rotation/cancel", Route::CancelRotation),
    ("POST", "/integrations/{id}/rotation/finish", Route::FinishRotation),
    ("GET", "/integrations/{id}/events", Route::Events),
    ("GET", "/policy", Route::ShowPolicy),
    ("PUT", "/policy", Route::PublishPolicy),
    ("PATCH", "/policy", Route::ChangePolicy),
    ("PUT", "/policy/documents/{name}", Route::PublishDocument),
    ("DELETE", "/policy/documents/{name}", Route::RemoveDocument),
    ("GET", "/policy/compiled", Route::CompiledPolicy),
    ("POST", "/policy/preview", Route::PreviewPolicy),
    ("GET", "/policy/versions", Route::PolicyVersions),
    ("POST", "/policy/rollback", Route::RollBackPolicy),
    ("POST", "/explain", Route::Explain),
    ("POST", "/resync", Route::Resync),
    ("GET", "/resync", Route::ResyncProgress),
    ("GET", "/openapi.json", Route::OpenApi),
];

impl Route {
    /// The route that `method` and `path` (below `/_tidegate/api`) name, and what else the path names.
    ///
    /// # Errors
    /// [`AdminError::NotFound`], [`AdminError::NoIntegration`], [`AdminError::NoSubAccount`] or
    /// [`AdminError::MethodNotAllowed`].
    pub fn find(method: &str, path: &str) -> Result<(Self, Named), AdminError> {
        let mut allowed = Vec::new();
        for (known, template, route) in ROUTES {
            match matches(template, path)? {
                Some(named) if known == method => return Ok((route, named)),
                Some(_) => allowed.push(known),
                None => {}
            }
        }
        Err(if allowed.is_empty() { AdminError::NotFound } else { AdminError::MethodNotAllowed(allowed) })
    }

    /// Whether it mints a token, which is in its answer and nowhere else: so it takes an idempotency key.
    pub fn mints(self) -> bool {
        matches!(self, Self::CreateIntegration | Self::Rotate)
    }

    /// Whether it is a list of which the query says what to show.
    pub fn takes_query(self) -> bool {
        matches!(self, Self::ListIntegrations | Self::ListSubAccounts | Self::Events | Self::PolicyVersions)
    }

    /// How long its body may be, in bytes; `None` where it takes none.
    pub fn max_body(self) -> Option<usize> {
        match self {
            Self::PublishPolicy | Self::ChangePolicy | Self::PublishDocument | Self::PreviewPolicy => {
                Some(MAX_POLICY_BYTES)
            }
            Self::SignIn => Some(MAX_SIGN_IN_BYTES),
            Self::AddSubAccount | Self::SetAgency | Self::CreateIntegration => Some(MAX_BODY_BYTES),
            Self::RenameSubAccount | Self::EditIntegration | Self::Rotate | Self::RollBackPolicy | Self::Explain => {
                Some(MAX_BODY_BYTES)
            }
            _ => None,
        }
    }
}

/// Whether the path fits the template, and what it names then.
fn matches(template: &str, path: &str) -> Result<Option<Named>, AdminError> {
    let is_parameter = |segment: &str| segment.starts_with('{');
    let fits = |(segment, value): (&str, &str)| is_parameter(segment) || segment == value;
    if template.split('/').count() != path.split('/').count() || !template.split('/').zip(path.split('/')).all(fits) {
        return Ok(None);
    }
    let given = template.split('/').zip(path.split('/')).find(|(segment, _)| is_parameter(segment));
    given.map_or(Ok(Named::Nothing), |(_, given)| named(template, given)).map(Some)
}

fn named(template: &str, id: &str) -> Result<Named, AdminError> {
    let decoded = || percent_decode_str(id).decode_utf8().ok();
    if template.starts_with("/policy/documents/") {
        let name = decoded().and_then(|name| DocumentName::try_from(name.into_owned()).ok());
        name.map(Named::Document).ok_or(AdminError::NoDocument)
    } else if template.starts_with("/sub-accounts/") {
        let id = decoded().and_then(|id| OwnerId::parse(&id).ok());
        id.map(Named::SubAccount).ok_or(AdminError::NoSubAccount)
    } else {
        IntegrationId::parse(id).map(Named::Integration).map_err(|_| AdminError::NoIntegration)
    }
}
