//! A request to the admin API, checked, as a command to the registry.

use super::body::{self, Edit, Explain, NewAgency, NewIntegration, NewSubAccount, RenameSubAccount, Rotate};
use super::query::parse_rev;
use super::{AdminError, ListIntegrations, Name, Named, Paging, PolicyDraft, Route};
use crate::record::OwnerId;
use crate::token::IntegrationId;

/// What an admin asks for. A change carries the `rev` that it is based on.
#[derive(Debug)]
#[expect(missing_docs, reason = "each is the route of the same name")]
pub enum Command {
    SignIn,
    ShowSession,
    SignOut,
    ListSubAccounts(Paging<OwnerId>),
    AddSubAccount(NewSubAccount),
    RenameSubAccount { id: OwnerId, rev: u64, name: Name },
    ShowAgency,
    SetAgency { rev: u64, agency: NewAgency },
    Scopes,
    ListIntegrations(ListIntegrations),
    CreateIntegration(NewIntegration),
    ShowIntegration(IntegrationId),
    EditIntegration { id: IntegrationId, rev: u64, edit: Edit },
    DeleteIntegration { id: IntegrationId, rev: u64 },
    Rotate { id: IntegrationId, rev: u64, rotate: Rotate },
    CancelRotation { id: IntegrationId, rev: u64 },
    FinishRotation { id: IntegrationId, rev: u64 },
    Events(IntegrationId, Paging<u64>),
    ShowPolicy,
    CompiledPolicy(KnownRevs),
    PublishPolicy { rev: Option<u64>, draft: PolicyDraft },
    PreviewPolicy(PolicyDraft),
    PolicyVersions(Paging<u64>),
    Explain(Explain),
    Resync,
    ResyncProgress,
    OpenApi,
}

/// `If-None-Match`: the revisions that the client has already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownRevs(Vec<String>);

/// A request to the admin API, its body read.
#[derive(Clone, Copy)]
pub struct IncomingRequest<'a> {
    /// The method.
    pub method: &'a str,
    /// The path below `/_tidegate/api`.
    pub path: &'a str,
    /// The query, without its `?`.
    pub query: Option<&'a str>,
    /// The `If-Match` header field.
    pub if_match: Option<&'a str>,
    /// The `If-None-Match` header field.
    pub if_none_match: Option<&'a str>,
    /// The body; empty where there is none.
    pub body: &'a str,
}

impl Command {
    /// Reads a request.
    ///
    /// # Errors
    /// [`AdminError`] that names the field.
    pub fn parse(mut request: IncomingRequest<'_>) -> Result<Self, AdminError> {
        // What some systems write before UTF-8 (RFC 8259 section 8.1 lets a reader ignore it).
        request.body = request.body.strip_prefix('\u{feff}').unwrap_or(request.body);
        let (route, named) = Route::find(request.method, request.path)?;
        if !route.takes_query() && request.query.is_some_and(|query| !query.is_empty()) {
            return Err(AdminError::invalid("query", "this address takes no query"));
        }
        match named {
            Named::Nothing => Self::on_collection(route, request),
            Named::SubAccount(id) => {
                let rev = needed_rev(request.if_match)?;
                let RenameSubAccount { name } = body::parse(request.body)?;
                Ok(Self::RenameSubAccount { id, rev, name })
            }
            Named::Integration(id) => Self::on_integration(route, id, request),
            Named::Document(name) if route == Route::RemoveDocument => {
                Self::publish(request, |_| Ok(PolicyDraft::remove(name)))
            }
            Named::Document(name) => Self::publish(request, |body| PolicyDraft::parse_document(name, body)),
        }
    }

    fn on_collection(route: Route, request: IncomingRequest<'_>) -> Result<Self, AdminError> {
        let body = request.body;
        Ok(match route {
            Route::SignIn => Self::SignIn,
            Route::ShowSession => Self::ShowSession,
            Route::SignOut => Self::SignOut,
            Route::ListSubAccounts => Self::ListSubAccounts(Paging::by_id(request.query)?),
            Route::AddSubAccount => Self::AddSubAccount(body::parse(body)?),
            Route::ShowAgency => Self::ShowAgency,
            Route::SetAgency => {
                let rev = needed_rev(request.if_match)?;
                Self::SetAgency { rev, agency: body::parse(body)? }
            }
            Route::Scopes => Self::Scopes,
            Route::ListIntegrations => Self::ListIntegrations(ListIntegrations::parse(request.query)?),
            Route::CreateIntegration => Self::CreateIntegration(body::parse(body)?),
            Route::CompiledPolicy => Self::CompiledPolicy(KnownRevs::parse(request.if_none_match)),
            Route::ShowPolicy => Self::ShowPolicy,
            Route::PublishPolicy => Self::publish(request, PolicyDraft::parse_whole)?,
            Route::ChangePolicy => Self::publish(request, PolicyDraft::parse_change)?,
            Route::RollBackPolicy => Self::publish(request, PolicyDraft::parse_earlier)?,
            Route::PolicyVersions => Self::PolicyVersions(Paging::by_number(request.query)?),
            Route::PreviewPolicy => Self::PreviewPolicy(PolicyDraft::parse_preview(body)?),
            Route::Explain => Self::Explain(body::parse(body)?),
            Route::Resync => Self::Resync,
            Route::ResyncProgress => Self::ResyncProgress,
            Route::OpenApi => Self::OpenApi,
            _ => return Err(AdminError::NotFound),
        })
    }

    fn publish(
        request: IncomingRequest<'_>,
        parse: impl FnOnce(&str) -> Result<PolicyDraft, AdminError>,
    ) -> Result<Self, AdminError> {
        let rev = request.if_match.map(rev).transpose()?;
        Ok(Self::PublishPolicy { rev, draft: parse(request.body)? })
    }

    fn on_integration(route: Route, id: IntegrationId, request: IncomingRequest<'_>) -> Result<Self, AdminError> {
        match route {
            Route::ShowIntegration => return Ok(Self::ShowIntegration(id)),
            Route::Events => return Ok(Self::Events(id, Paging::by_number(request.query)?)),
            _ => {}
        }
        let rev = needed_rev(request.if_match)?;
        Ok(match route {
            Route::EditIntegration => Self::EditIntegration { id, rev, edit: Edit::parse(request.body)? },
            Route::DeleteIntegration => Self::DeleteIntegration { id, rev },
            Route::Rotate => Self::Rotate { id, rev, rotate: body::parse(request.body)? },
            Route::CancelRotation => Self::CancelRotation { id, rev },
            Route::FinishRotation => Self::FinishRotation { id, rev },
            _ => return Err(AdminError::NotFound),
        })
    }
}

fn needed_rev(if_match: Option<&str>) -> Result<u64, AdminError> {
    rev(if_match.ok_or(AdminError::NeedsRev)?)
}

/// One entity tag, as the `ETag` of what is changed has it. A weak one counts by its opaque part, which RFC 9110 section 13.1.1
/// forbids: an edge that compresses an answer makes its `ETag` weak, and a `rev` names one state whatever its encoding. `*` and
/// lists are refused: a change is based on one state that somebody saw.
fn rev(if_match: &str) -> Result<u64, AdminError> {
    let opaque = if_match.strip_prefix("W/").unwrap_or(if_match);
    let digits = opaque.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    digits
        .and_then(parse_rev)
        .ok_or_else(|| AdminError::invalid("If-Match", "it must be one rev in double quotes, as in \"7\""))
}

impl KnownRevs {
    /// Entity tags compare weakly here (RFC 9110 section 13.1.2); what is none matches nothing.
    fn parse(if_none_match: Option<&str>) -> Self {
        let tags = if_none_match.unwrap_or_default().split(',').map(str::trim);
        Self(tags.map(|tag| tag.strip_prefix("W/").unwrap_or(tag).to_owned()).collect())
    }

    /// Whether `rev` is among them; `*` stands for any.
    pub fn contains(&self, rev: u64) -> bool {
        let tag = format!("\"{rev}\"");
        self.0.iter().any(|known| *known == tag || known == "*")
    }
}
