//! The messages of the authorization code flow: the request at the provider's page, the callback, the exchange of the code.

use base64ct::{Base64, Encoding};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::discovery::Discovery;
use super::jwk::Algorithm;
use super::jwt::Jwt;
use super::login::Login;
use super::step::Fetch;
use super::{Provider, Refusal};
use crate::request::decode;
use crate::time::Timestamp;
use crate::token::TokenKeys;

/// The longest answer of a provider that is read, in bytes.
const MAX_ANSWER_BYTES: usize = 256 * 1024;
/// How long a provider may take to answer, in milliseconds.
const TIMEOUT_MS: u64 = 5_000;

/// What the callback brings, if it belongs to a sign-in that was begun in this browser.
pub(super) fn callback(
    provider: &Provider,
    keys: &TokenKeys,
    query: &str,
    cookies: &str,
    now: Timestamp,
) -> Result<(Login, String), Refusal> {
    let login = Login::find(cookies, keys, now).ok_or(Refusal::NoLogin)?;
    let one = |name: &str| {
        let mut values = query.split('&').filter_map(|pair| pair.split_once('=')).filter(|(given, _)| *given == name);
        let value = values.next().and_then(|(_, value)| decode(value)).map(|value| value.into_owned());
        value.filter(|_| values.next().is_none())
    };
    if !one("state").is_some_and(|state| login.has_state(&state)) {
        return Err(Refusal::State);
    }
    let names_issuer = query.split('&').any(|pair| pair.split('=').next() == Some("iss"));
    if names_issuer && one("iss").as_deref() != Some(provider.issuer.as_str()) {
        return Err(Refusal::OtherIssuer);
    }
    if one("error").is_some() {
        return Err(Refusal::Provider);
    }
    let code = one("code").filter(|code| !code.is_empty()).ok_or(Refusal::NoCode)?;
    Ok((login, code))
}

/// The ID token that a code was exchanged for. Its algorithm must be one of ours before any key is looked for.
pub(super) fn exchanged(answer: Option<(u16, String)>) -> Result<Jwt, Refusal> {
    let text = answer.and_then(ok).ok_or(Refusal::Exchange)?;
    let answer: Value = serde_json::from_str(&text).map_err(|_| Refusal::Exchange)?;
    let token = Jwt::parse(answer.get("id_token").and_then(Value::as_str).ok_or(Refusal::Exchange)?)?;
    let known = [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa];
    if known.iter().any(|known| known.as_str() == token.algorithm) { Ok(token) } else { Err(Refusal::Algorithm) }
}

/// The provider's page, with what it has to know (RFC 6749 section 4.1.1, RFC 7636 section 4.3).
pub(super) fn location(discovery: &Discovery, provider: &Provider, login: &Login) -> String {
    let query = form(&[
        ("response_type", "code"),
        ("client_id", &provider.client.id),
        ("redirect_uri", &provider.redirect_uri),
        ("scope", "openid email"),
        ("state", login.state()),
        ("nonce", &login.nonce),
        ("code_challenge", &login.challenge()),
        ("code_challenge_method", "S256"),
    ]);
    let separator = if discovery.authorization_endpoint.contains('?') { '&' } else { '?' };
    format!("{}{separator}{query}", discovery.authorization_endpoint)
}

/// The exchange of a code (RFC 6749 section 4.1.3, RFC 7636 section 4.5).
pub(super) fn exchange(discovery: &Discovery, provider: &Provider, login: &Login, code: &str) -> Fetch {
    let client = &provider.client;
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", &provider.redirect_uri),
        ("client_id", &client.id),
        ("code_verifier", &login.verifier),
    ];
    let mut authorization = None;
    match &client.secret {
        Some(secret) if discovery.secret_in_form => fields.push(("client_secret", secret)),
        Some(secret) => {
            // RFC 6749 section 2.3.1: both in the form's encoding first.
            let pair = format!("{}:{}", encoded(&client.id), encoded(secret));
            authorization = Some(format!("Basic {}", Base64::encode_string(pair.as_bytes())));
        }
        None => {}
    }
    Fetch { form: Some(form(&fields)), authorization, ..fetch(discovery.token_endpoint.clone()) }
}

pub(super) fn fetch(url: String) -> Fetch {
    Fetch { url, form: None, authorization: None, timeout_ms: TIMEOUT_MS, max_bytes: MAX_ANSWER_BYTES }
}

fn form(fields: &[(&str, &str)]) -> String {
    let pairs: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    pairs.join("&")
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// The text of an answer that is a success.
pub(super) fn ok((status, text): (u16, String)) -> Option<String> {
    (status == 200).then_some(text)
}
