//! The claims of an ID token whose signature was verified (OpenID Connect Core 1.0, section 3.1.3.7).

use serde_json::Value;
use subtle::ConstantTimeEq;

use super::login::Login;
use super::{Provider, Refusal};
use crate::access::{Email, Proof};
use crate::time::Timestamp;

/// How far the provider's clock may be off, in seconds.
const ALLOWANCE_SECONDS: u64 = 60;
/// The longest `sub` (OpenID Connect Core 1.0, section 2).
const MAX_SUBJECT_BYTES: usize = 255;

/// What the claims prove.
pub(super) fn check(claims: &Value, provider: &Provider, login: &Login, now: Timestamp) -> Result<Proof, Refusal> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if text("iss") != Some(provider.issuer.as_str()) {
        return Err(Refusal::Issuer);
    }
    check_audience(claims, &provider.client.id)?;
    let time = |name: &str| claims.get(name).and_then(seconds);
    let expires = time("exp").ok_or(Refusal::Malformed)?;
    if now >= Timestamp::from_seconds(expires).after(ALLOWANCE_SECONDS) {
        return Err(Refusal::Expired);
    }
    let issued = time("iat").ok_or(Refusal::Malformed)?;
    let latest = now.after(ALLOWANCE_SECONDS).seconds();
    if issued > latest || time("nbf").is_some_and(|from| from > latest) {
        return Err(Refusal::Future);
    }
    let is_own: bool = login.nonce.as_bytes().ct_eq(text("nonce").unwrap_or_default().as_bytes()).into();
    if !is_own {
        return Err(Refusal::Nonce);
    }
    let subject = text("sub").filter(|subject| (1..=MAX_SUBJECT_BYTES).contains(&subject.len()));
    let subject = subject.ok_or(Refusal::Subject)?.to_owned();
    let is_verified = match claims.get("email_verified") {
        Some(verified) => verified == &Value::Bool(true),
        None => provider.trusts_email,
    };
    let email = text("email").filter(|_| is_verified).and_then(|email| Email::parse(email).ok());
    Ok(Proof { issuer: provider.issuer.as_str().to_owned(), subject, email, login: login.id() })
}

/// The token is for this client; of several audiences, this client is the one that asked (`azp`).
fn check_audience(claims: &Value, client: &str) -> Result<(), Refusal> {
    let (is_ours, is_alone) = match claims.get("aud") {
        Some(Value::String(only)) => (only == client, true),
        Some(Value::Array(all)) => (all.iter().any(|one| one == client), all.len() == 1),
        _ => (false, false),
    };
    let is_party = match claims.get("azp") {
        None => is_alone,
        Some(party) => party == client,
    };
    if is_ours && is_party { Ok(()) } else { Err(Refusal::Audience) }
}

/// A NumericDate (RFC 7519 section 2), which may have a fraction.
fn seconds(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| {
        let number = value.as_f64().filter(|number| (0.0..=9e15).contains(number))?;
        format!("{number:.0}").parse().ok()
    })
}
