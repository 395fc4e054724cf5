//! Which `Authorization` values are the gate's own, and whether a token in one is genuine.

use super::keys::TOKEN;
use super::owner_key::{self, has_owner_key_form};
use super::{IntegrationId, Prefix, Presented, Token, TokenError, TokenKeys};
use crate::request::{Authorization, AuthorizationError, Checked, is_b64token};

/// What the credentials of this deployment look like. None of them is ever forwarded.
#[derive(Clone, Copy)]
pub struct OwnCredentials<'a> {
    /// The prefix of integrations' tokens.
    pub prefix: &'a Prefix,
    /// Whether a text is the owner key, in constant time.
    pub is_owner_key: &'a dyn Fn(&str) -> bool,
}

/// Why a credential of the gate's own is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// It is ambiguous which credential is meant.
    #[error(transparent)]
    Authorization(#[from] AuthorizationError),
    /// It is not a genuine token.
    #[error(transparent)]
    Token(#[from] TokenError),
}

/// The prefix of automation keys of the admin API.
pub(super) const AUTOMATION_KEY: &str = "tga_";
/// The most texts of one value that are compared with the owner key. A value with more of them holds several credentials.
const MAX_OWNER_KEYS: usize = 16;

/// Checks the value of an `Authorization` field. A token of this gate must be genuine, and the only one. A value without any of the
/// gate's credentials belongs to the API behind it.
///
/// # Errors
/// [`CredentialError`] for a value that contains a credential of this gate and is not one genuine token.
pub fn check(
    keys: &TokenKeys,
    own: OwnCredentials<'_>,
    authorization: &Authorization,
) -> Result<Checked<Presented>, CredentialError> {
    match authorization.token() {
        Some(token) if own.prefix.begins(token) => {
            if !is_b64token(token) {
                return Err(AuthorizationError::Malformed.into());
            }
            Ok(Checked::Own(verify(keys, own.prefix, token)?))
        }
        Some(token) if own.is_of_admin_api(token) => Err(TokenError::OfAdminApi.into()),
        _ => match own.count(authorization) {
            0 => Ok(Checked::Foreign(authorization.foreign())),
            1 if !authorization.text().contains(',') => Err(AuthorizationError::Malformed.into()),
            _ => Err(AuthorizationError::Several.into()),
        },
    }
}

/// Verifies the text of a token.
///
/// # Errors
/// [`TokenError`], all kinds of which are one answer to the client.
pub fn verify(keys: &TokenKeys, prefix: &Prefix, text: &str) -> Result<Presented, TokenError> {
    keys.verify(TOKEN, &Token::parse(prefix, text)?).ok_or(TokenError::Forged)
}

impl OwnCredentials<'_> {
    /// How many of ours a value holds: as a part of it, or, in the full form, anywhere within quotation marks or behind a `=`.
    fn count(&self, authorization: &Authorization) -> usize {
        let like_owner_keys = owner_keys(authorization.text()).take(MAX_OWNER_KEYS.saturating_add(1)).count();
        if like_owner_keys > MAX_OWNER_KEYS {
            return like_owner_keys;
        }
        let begins_as_ours = |part: &&str| self.prefix.begins(part) || self.is_of_admin_api(part);
        match authorization.parts().filter(begins_as_ours).count() {
            0 => usize::from(self.is_within(authorization.text())),
            count => count,
        }
    }

    fn is_of_admin_api(&self, part: &str) -> bool {
        part.starts_with(AUTOMATION_KEY) || (has_owner_key_form(part) && (self.is_owner_key)(part))
    }

    fn is_within(&self, text: &str) -> bool {
        let label = self.prefix.label();
        let names_id = |rest: &str| rest.split_once('_').is_some_and(|(id, _)| IntegrationId::parse(id).is_ok());
        after(text, &label).any(names_id)
            || after(text, AUTOMATION_KEY).any(names_id)
            || owner_keys(text).any(self.is_owner_key)
    }
}

/// What has the form of the owner key in a text.
fn owner_keys(text: &str) -> impl Iterator<Item = &str> {
    let from = text.match_indices(owner_key::PREFIX).filter_map(|(at, _)| text.get(at..));
    from.filter_map(|from| Some(from.split_at_checked(owner_key::LENGTH)?.0)).filter(|key| has_owner_key_form(key))
}

/// What follows each `label` in a text.
fn after<'a>(text: &'a str, label: &'a str) -> impl Iterator<Item = &'a str> {
    text.match_indices(label).filter_map(move |(at, _)| text.get(at..)?.strip_prefix(label))
}
