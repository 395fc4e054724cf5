//! The thing that a path names.

use percent_encoding::percent_decode_str;

use crate::access::{Feature, KeyId, PersonId};
use crate::admin::commands::SessionId;
use crate::admin::{AdminError, DocumentName};
use crate::record::OwnerId;
use crate::token::IntegrationId;
use crate::webhooks::EndpointId;

/// What the parameter of a path template names.
#[derive(Clone, Copy)]
pub(super) enum Parameter {
    None,
    Integration,
    SubAccount,
    Document,
    Person,
    Key,
    Session,
    Feature,
    Endpoint,
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
    /// One person.
    Person(PersonId),
    /// One automation key.
    Key(KeyId),
    /// One session.
    Session(SessionId),
    /// One feature.
    Feature(Feature),
    /// One webhook endpoint.
    Endpoint(EndpointId),
}

impl Parameter {
    pub(super) fn parse(self, given: &str) -> Result<Named, AdminError> {
        let decoded = || percent_decode_str(given).decode_utf8().ok();
        match self {
            Self::None => Ok(Named::Nothing),
            Self::Integration => {
                IntegrationId::parse(given).map(Named::Integration).map_err(|_| AdminError::NoIntegration)
            }
            Self::SubAccount => {
                let id = decoded().and_then(|id| OwnerId::parse(&id).ok());
                id.map(Named::SubAccount).ok_or(AdminError::NoSubAccount)
            }
            Self::Document => {
                let name = decoded().and_then(|name| DocumentName::try_from(name.into_owned()).ok());
                name.map(Named::Document).ok_or(AdminError::NoDocument)
            }
            Self::Person => PersonId::parse(given).map(Named::Person).map_err(|_| AdminError::NoPerson),
            Self::Key => KeyId::parse(given).map(Named::Key).map_err(|_| AdminError::NoKey),
            Self::Session => SessionId::parse(given).map(Named::Session).ok_or(AdminError::NoSession),
            Self::Endpoint => EndpointId::parse(given).map(Named::Endpoint).map_err(|_| AdminError::NoEndpoint),
            Self::Feature => Feature::find(given).map(Named::Feature).ok_or(AdminError::NoFeature),
        }
    }
}
