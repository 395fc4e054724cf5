//! Signing in with an identity provider, against a provider in the process. Its signatures are digests over key and data, which stand
//! for WebCrypto's: tests/edge/oidc.test.ts has real ones.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tidegate::access::Proof;
use tidegate::access::oidc::{Client, Fetch, Issuer, Machine, Memory, Outcome, Provider, Refusal, Step, end_login};
use tidegate::token::TokenKeys;

const ISSUER: &str = "https://id.example/tenant";
const NOW_MS: u64 = 1_795_824_000_000;
const NOW: u64 = NOW_MS / 1000;
const CALLBACK: &str = "https://admin.example/_tidegate/oidc/callback";

fn provider() -> Provider {
    Provider {
        issuer: Issuer::parse(ISSUER).unwrap(),
        client: Client { id: "gate".to_owned(), secret: Some("p@ss word".to_owned()) },
        redirect_uri: CALLBACK.to_owned(),
        trusts_email: false,
        allows_loopback: false,
    }
}

fn keys() -> TokenKeys {
    TokenKeys::parse("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE").unwrap()
}

fn base64(text: &str) -> String {
    Base64UrlUnpadded::encode_string(text.as_bytes())
}

fn ed25519(kid: &str) -> Value {
    json!({ "kty": "OKP", "crv": "Ed25519", "x": base64(kid), "kid": kid, "use": "sig", "alg": "EdDSA" })
}

/// What the machine hands to WebCrypto of such a key.
fn public(kid: &str) -> String {
    json!({ "kty": "OKP", "crv": "Ed25519", "x": base64(kid) }).to_string()
}

/// A key of ECDSA as a provider lists it.
fn p256(kid: &str) -> Value {
    json!({ "kty": "EC", "crv": "P-256", "x": base64("x"), "y": base64("y"), "kid": kid, "use": "sig", "alg": "ES256" })
}

/// What the machine hands to WebCrypto of it.
fn public_of_p256() -> String {
    json!({ "kty": "EC", "crv": "P-256", "x": base64("x"), "y": base64("y") }).to_string()
}

/// What the machine hands to WebCrypto of a key of RSA.
fn public_of_rsa() -> String {
    json!({ "kty": "RSA", "n": Base64UrlUnpadded::encode_string(&[255; 256]), "e": "AQAB" }).to_string()
}

/// The randomness of a sign-in: 32 bytes each for state, nonce and verifier, which differ.
fn entropy(seed: u8) -> [u8; 96] {
    std::array::from_fn(|at| seed + [0, 64, 128][at / 32])
}

/// State, nonce and verifier as [`entropy`] has them.
fn parts_of_entropy(seed: u8) -> [String; 3] {
    [0, 64, 128].map(|part| Base64UrlUnpadded::encode_string(&[seed + part; 32]))
}

/// PKCE's S256 (RFC 7636 section 4.2).
fn s256(verifier: &str) -> String {
    Base64UrlUnpadded::encode_string(&Sha256::digest(verifier.as_bytes()))
}

fn sign(public: &str, data: &str) -> Vec<u8> {
    Sha256::new().chain_update(public).chain_update(data).finalize().to_vec()
}

fn token(header: &Value, claims: &Value, public: &str) -> String {
    let signed = format!("{}.{}", base64(&header.to_string()), base64(&claims.to_string()));
    let signature = sign(public, &signed);
    format!("{signed}.{}", Base64UrlUnpadded::encode_string(&signature))
}

/// A provider: what it answers, and what it was asked.
struct World {
    provider: Provider,
    memory: Memory,
    now_ms: u64,
    discovery: Value,
    jwks: Value,
    /// The keys are not answered for.
    hangs: bool,
    /// Nothing is answered at all.
    is_down: bool,
    /// Makes an ID token of the claims that would be right.
    token: Box<dyn Fn(Value) -> String>,
    asked: Vec<String>,
    /// The challenges that sign-ins began with.
    challenges: Vec<String>,
    /// The last exchange of a code.
    exchange: Option<Fetch>,
}

impl World {
    fn new() -> Self {
        Self {
            provider: provider(),
            memory: Memory::default(),
            now_ms: NOW_MS,
            discovery: json!({
                "issuer": ISSUER, "authorization_endpoint": "https://id.example/authorize?tenant=1",
                "token_endpoint": "https://id.example/token", "jwks_uri": "https://id.example/keys",
            }),
            jwks: json!({ "keys": [ed25519("one")] }),
            hangs: false,
            is_down: false,
            token: Box::new(|claims| token(&json!({ "alg": "EdDSA", "kid": "one" }), &claims, &public("one"))),
            asked: Vec::new(),
            challenges: Vec::new(),
            exchange: None,
        }
    }

    fn run(&mut self, mut machine: Machine<'_>, mut step: Step, claims: &Value) -> Step {
        for _ in 0..100 {
            let outcome = match step {
                Step::Fetch(fetch) => Outcome::Fetched(self.answer(&fetch, claims)),
                Step::Verify(verify) => {
                    let data = String::from_utf8(verify.data).unwrap();
                    let key: Value = serde_json::from_str(&verify.key).unwrap();
                    let of_key = match key["kty"].as_str() {
                        Some("RSA") => "RS256",
                        Some("EC") => "ES256",
                        _ => "EdDSA",
                    };
                    assert_eq!(verify.algorithm.as_str(), of_key);
                    Outcome::Verified(verify.signature == sign(&verify.key, &data))
                }
                Step::Pause(milliseconds) => {
                    self.now_ms += milliseconds;
                    Outcome::Paused
                }
                end => return end,
            };
            step = machine.resume(outcome, &mut self.memory, self.now_ms);
        }
        panic!("it has no end");
    }

    fn answer(&mut self, fetch: &Fetch, claims: &Value) -> Option<(u16, String)> {
        self.asked.push(fetch.url.clone());
        if self.is_down {
            return None;
        }
        match fetch.url.as_str() {
            "https://id.example/tenant/.well-known/openid-configuration" => Some((200, self.discovery.to_string())),
            "https://id.example/keys" if self.hangs => None,
            "https://id.example/keys" => Some((200, self.jwks.to_string())),
            "https://id.example/token" => {
                let form = fetch.form.as_deref().unwrap();
                assert!(form.contains("grant%5Ftype") || form.contains("grant_type=authorization%5Fcode"), "{form}");
                assert!(form.contains("code=the%2Dcode"), "{form}");
                let verifier = parameter(&format!("?{form}"), "code_verifier");
                assert!(self.challenges.contains(&s256(&verifier)), "no sign-in began with this verifier's challenge");
                self.exchange = Some(fetch.clone());
                Some((200, json!({ "id_token": (self.token)(claims.clone()), "access_token": "x" }).to_string()))
            }
            other => panic!("{other}"),
        }
    }

    /// Begins a sign-in; gives the provider's address and the cookie.
    fn begin(&mut self, seed: u8) -> (String, String) {
        match self.leave(seed) {
            Step::Redirect { location, cookie } => {
                self.challenges.push(parameter(&location, "code_challenge"));
                (location, cookie.split(';').next().unwrap().to_owned())
            }
            other => panic!("{other:?}"),
        }
    }

    /// How the beginning of a sign-in ends.
    fn leave(&mut self, seed: u8) -> Step {
        let (provider, keys) = (self.provider.clone(), keys());
        let (machine, step) = Machine::begin(&provider, &keys, &entropy(seed), &mut self.memory, self.now_ms);
        self.run(machine, step, &Value::Null)
    }

    /// How often an address that ends so was asked.
    fn count(&self, end: &str) -> usize {
        self.asked.iter().filter(|url| url.ends_with(end)).count()
    }

    fn complete(&mut self, query: &str, cookie: &str, claims: &Value) -> Result<Proof, Refusal> {
        let (provider, keys) = (self.provider.clone(), keys());
        let (machine, step) = Machine::complete(&provider, &keys, query, cookie, &mut self.memory, self.now_ms);
        match self.run(machine, step, claims) {
            Step::Proved(proof) => Ok(proof),
            Step::Refused(refusal) => Err(refusal),
            other => panic!("{other:?}"),
        }
    }

    /// A whole sign-in, with these changes to the claims that would be right.
    fn sign_in(&mut self, changes: Value) -> Result<Proof, Refusal> {
        let (location, cookie) = self.begin(7);
        let mut claims = claims(&location);
        for (name, value) in changes.as_object().into_iter().flatten() {
            claims[name] = value.clone();
        }
        self.complete(&format!("code=the-code&state={}", parameter(&location, "state")), &cookie, &claims)
    }
}

fn parameter(location: &str, name: &str) -> String {
    let (_, query) = location.split_once('?').unwrap();
    let pair = query.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}="))).unwrap();
    percent_decoded(pair)
}

fn percent_decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8().unwrap().into_owned()
}

fn claims(location: &str) -> Value {
    json!({
        "iss": ISSUER, "aud": "gate", "sub": "somebody", "exp": NOW + 300, "iat": NOW, "nonce": parameter(location, "nonce"),
        "email": "ana@example.com", "email_verified": true,
    })
}

#[test]
fn a_sign_in_ends_with_a_proof() {
    let mut world = World::new();
    let (location, cookie) = world.begin(7);
    assert!(
        location.starts_with("https://id.example/authorize?tenant=1&response_type=code&client_id=gate&"),
        "{location}"
    );
    assert_eq!(parameter(&location, "redirect_uri"), CALLBACK);
    assert_eq!(parameter(&location, "scope"), "openid email");
    assert_eq!(parameter(&location, "code_challenge_method"), "S256");
    assert!(cookie.starts_with("__Host-tidegate-login="));
    let [state, nonce, verifier] = parts_of_entropy(7);
    assert_eq!((parameter(&location, "state"), parameter(&location, "nonce")), (state, nonce));
    assert_eq!(parameter(&location, "code_challenge"), s256(&verifier));
    assert!(!percent_decoded(&location).contains(&verifier), "the verifier stays in the cookie");
    let proof = world.sign_in(json!({})).unwrap();
    assert_eq!((proof.issuer.as_str(), proof.subject.as_str()), (ISSUER, "somebody"));
    assert_eq!(proof.email.unwrap().as_str(), "ana@example.com");
}

/// The cookie of a sign-in comes back from the provider's page, and no script reads it.
#[test]
fn the_cookie_of_a_sign_in_is_for_this_host_over_https() {
    let Step::Redirect { cookie, .. } = World::new().leave(7) else { panic!("no redirect") };
    let (pair, attributes) = cookie.split_once("; ").unwrap();
    let value = pair.strip_prefix("__Host-tidegate-login=").unwrap();
    assert_eq!((value.split('.').count(), attributes), (5, "Path=/; Max-Age=600; HttpOnly; Secure; SameSite=Lax"));
    assert_eq!(end_login(), "__Host-tidegate-login=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax");
}

/// RFC 6749 section 2.3.1: in `Authorization`, unless the provider takes the secret in the form alone.
#[test]
fn the_secret_goes_where_the_provider_takes_it() {
    let basic = Some("Basic Z2F0ZTpwJTQwc3MlMjB3b3Jk");
    let secret = Some("p@ss word".to_owned());
    for (methods, secret, authorization, in_form) in [
        (json!(null), secret.clone(), basic, None),
        (json!([]), secret.clone(), basic, None),
        (json!(["client_secret_basic"]), secret.clone(), basic, None),
        (json!(["client_secret_basic", "client_secret_post"]), secret.clone(), basic, None),
        (json!(["private_key_jwt"]), secret.clone(), basic, None),
        (json!(["client_secret_post"]), secret.clone(), None, secret.clone()),
        (json!(["private_key_jwt", "client_secret_post"]), secret.clone(), None, secret),
        (json!(null), None, None, None),
        (json!(["client_secret_basic"]), None, None, None),
        (json!(["client_secret_post"]), None, None, None),
    ] {
        let mut world = World::new();
        world.provider.client.secret = secret;
        world.discovery["token_endpoint_auth_methods_supported"] = methods.clone();
        world.sign_in(json!({})).unwrap();
        let Fetch { authorization: sent, form, .. } = world.exchange.unwrap();
        let form = form.unwrap();
        let in_sent_form = form.contains("client_secret").then(|| parameter(&format!("?{form}"), "client_secret"));
        assert_eq!((sent.as_deref(), in_sent_form), (authorization, in_form), "{methods}");
        assert_eq!(parameter(&format!("?{form}"), "client_id"), "gate", "{methods}");
        assert_eq!(parameter(&format!("?{form}"), "redirect_uri"), CALLBACK, "{methods}");
    }
}

#[test]
fn the_document_and_the_keys_are_fetched_once() {
    let mut world = World::new();
    for _ in 0..3 {
        world.sign_in(json!({})).unwrap();
    }
    assert_eq!((world.count("openid-configuration"), world.count("/keys"), world.count("/token")), (1, 1, 3));
}

/// Whoever asks to sign in while the issuer is down makes nobody ask it more than once in 10 seconds.
#[test]
fn an_issuer_that_is_down_is_asked_once_in_ten_seconds() {
    let mut world = World::new();
    world.is_down = true;
    for second in 0..30 {
        world.now_ms = NOW_MS + second * 1000;
        for entropy in 0..5 {
            assert!(matches!(world.leave(entropy), Step::Refused(Refusal::Discovery)), "second {second}");
        }
        assert_eq!(world.count("openid-configuration"), 1 + second as usize / 10, "second {second}");
    }
    world.is_down = false;
    assert!(matches!(world.leave(7), Step::Refused(Refusal::Discovery)), "the failure is still remembered");
    world.now_ms += 1000;
    world.sign_in(json!({})).unwrap();
    // Afterwards a stale document serves while the issuer is down, and is asked for as seldom.
    world.is_down = true;
    let before = world.count("openid-configuration");
    for second in 0..20 {
        world.now_ms = NOW_MS + 2 * 60 * 60 * 1000 + second * 1000;
        assert!(matches!(world.leave(7), Step::Redirect { .. }), "second {second}");
    }
    assert_eq!(world.count("openid-configuration"), before + 2);
}

#[test]
fn one_fetch_of_the_document_is_on_its_way() {
    let world = World::new();
    let (provider, keys, mut memory) = (world.provider.clone(), keys(), Memory::default());
    let begin = |memory: &mut Memory, now_ms| Machine::begin(&provider, &keys, &[7; 96], memory, now_ms);
    let (mut first, step) = begin(&mut memory, NOW_MS);
    assert!(matches!(step, Step::Fetch(_)));
    let (mut second, step) = begin(&mut memory, NOW_MS);
    assert!(matches!(step, Step::Pause(_)), "{step:?}");
    assert!(matches!(second.resume(Outcome::Paused, &mut memory, NOW_MS + 200), Step::Pause(_)));
    let answer = Outcome::Fetched(Some((200, world.discovery.to_string())));
    assert!(matches!(first.resume(answer, &mut memory, NOW_MS + 300), Step::Redirect { .. }));
    assert!(matches!(second.resume(Outcome::Paused, &mut memory, NOW_MS + 400), Step::Redirect { .. }));
    // One that never comes back holds nobody for good.
    let mut memory = Memory::default();
    drop(begin(&mut memory, NOW_MS));
    let (mut waiting, mut step) = begin(&mut memory, NOW_MS);
    let mut now_ms = NOW_MS;
    while let Step::Pause(pause_ms) = step {
        now_ms += pause_ms;
        step = waiting.resume(Outcome::Paused, &mut memory, now_ms);
    }
    assert!(matches!(step, Step::Refused(Refusal::Discovery)), "{step:?}");
    assert!(matches!(begin(&mut memory, NOW_MS + 10_000).1, Step::Fetch(_)));
}

#[test]
fn claims_that_are_not_right_are_refused() {
    let [state, nonce, _] = parts_of_entropy(7);
    for (changes, refusal) in [
        (json!({ "iss": "https://id.example" }), Refusal::Issuer),
        (json!({ "iss": format!("{ISSUER}/") }), Refusal::Issuer),
        (json!({ "iss": null }), Refusal::Issuer),
        (json!({ "aud": "other" }), Refusal::Audience),
        (json!({ "aud": null }), Refusal::Audience),
        (json!({ "aud": [] }), Refusal::Audience),
        (json!({ "aud": ["gate", "other"] }), Refusal::Audience),
        (json!({ "aud": ["gate", "other"], "azp": "other" }), Refusal::Audience),
        (json!({ "azp": "other" }), Refusal::Audience),
        (json!({ "exp": NOW - 60 }), Refusal::Expired),
        (json!({ "exp": 0 }), Refusal::Expired),
        (json!({ "exp": null }), Refusal::Malformed),
        (json!({ "exp": "tomorrow" }), Refusal::Malformed),
        (json!({ "iat": null }), Refusal::Malformed),
        (json!({ "iat": NOW + 61 }), Refusal::Future),
        (json!({ "nbf": NOW + 61 }), Refusal::Future),
        (json!({ "nonce": "other" }), Refusal::Nonce),
        (json!({ "nonce": null }), Refusal::Nonce),
        (json!({ "nonce": "" }), Refusal::Nonce),
        (json!({ "nonce": nonce[..nonce.len() - 1] }), Refusal::Nonce),
        (json!({ "nonce": format!("{nonce}A") }), Refusal::Nonce),
        (json!({ "nonce": state }), Refusal::Nonce),
        (json!({ "sub": "" }), Refusal::Subject),
        (json!({ "sub": 7 }), Refusal::Subject),
        (json!({ "sub": "x".repeat(256) }), Refusal::Subject),
    ] {
        assert_eq!(World::new().sign_in(changes.clone()), Err(refusal), "{changes}");
    }
    for changes in [
        json!({ "exp": NOW - 59 }),
        json!({ "iat": NOW + 60, "nbf": NOW + 60 }),
        json!({ "exp": NOW as f64 + 10.5 }),
        json!({ "aud": ["gate"] }),
        json!({ "aud": ["gate", "other"], "azp": "gate" }),
        json!({ "sub": "x".repeat(255) }),
    ] {
        assert!(World::new().sign_in(changes.clone()).is_ok(), "{changes}");
    }
}

#[test]
fn an_address_counts_only_where_it_is_verified() {
    let email = |changes: Value, trusts_email: bool| {
        let mut world = World::new();
        world.provider.trusts_email = trusts_email;
        world.sign_in(changes).unwrap().email.is_some()
    };
    assert!(email(json!({}), false));
    for changes in
        [json!({ "email_verified": false }), json!({ "email_verified": "true" }), json!({ "email_verified": 1 })]
    {
        assert!(!email(changes.clone(), false) && !email(changes.clone(), true), "{changes}");
    }
    let mut world = World::new();
    let absent = |world: &mut World| {
        let (location, cookie) = world.begin(7);
        let mut claims = claims(&location);
        claims.as_object_mut().unwrap().remove("email_verified");
        world
            .complete(&format!("code=the-code&state={}", parameter(&location, "state")), &cookie, &claims)
            .unwrap()
            .email
    };
    assert!(absent(&mut world).is_none());
    world.provider.trusts_email = true;
    assert!(absent(&mut world).is_some());
    assert!(!email(json!({ "email": "a\u{200b}@example.com" }), true));
}

#[test]
fn a_token_that_no_key_signed_is_refused() {
    let with = |make: fn(Value) -> String| {
        let mut world = World::new();
        world.jwks = json!({ "keys": [
            ed25519("one"),
            { "kty": "oct", "k": base64("secret"), "kid": "shared", "alg": "HS256" },
            { "kty": "RSA", "n": Base64UrlUnpadded::encode_string(&[255; 256]), "e": "AQAB", "kid": "rsa" },
            { "kty": "RSA", "n": Base64UrlUnpadded::encode_string(&[255; 128]), "e": "AQAB", "kid": "short" },
            { "kty": "RSA", "n": Base64UrlUnpadded::encode_string(&[255; 256]), "e": "AQAB", "kid": "pss", "alg": "PS256" },
            { "kty": "EC", "crv": "P-256", "x": base64("x"), "y": base64("y"), "kid": "enc", "use": "enc" },
            { "kty": "EC", "crv": "P-384", "x": base64("x"), "y": base64("y"), "kid": "p384" },
            { "kty": "OKP", "crv": "X25519", "x": base64("x"), "kid": "x25519" },
            p256("ec"),
        ] });
        world.token = Box::new(make);
        world.sign_in(json!({}))
    };
    assert!(with(|claims| token(&json!({ "alg": "EdDSA", "kid": "one" }), &claims, &public("one"))).is_ok());
    assert!(with(|claims| token(&json!({ "alg": "ES256", "kid": "ec" }), &claims, &public_of_p256())).is_ok());
    assert!(with(|claims| token(&json!({ "alg": "RS256", "kid": "rsa" }), &claims, &public_of_rsa())).is_ok());
    for (make, refusal) in [
        ((|claims| token(&json!({ "alg": "none" }), &claims, "")) as fn(Value) -> String, Refusal::Algorithm),
        (|claims| format!("{}.{}.", base64(r#"{"alg":"none"}"#), base64(&claims.to_string())), Refusal::Algorithm),
        (|claims| format!("{}.{}", base64(r#"{"alg":"none"}"#), base64(&claims.to_string())), Refusal::Malformed),
        (|claims| token(&json!({ "alg": "HS256", "kid": "one" }), &claims, &public("one")), Refusal::Algorithm),
        (|claims| token(&json!({ "alg": "HS256", "kid": "shared" }), &claims, "secret"), Refusal::Algorithm),
        (|claims| token(&json!({ "alg": "RS256", "kid": "one" }), &claims, &public("one")), Refusal::Algorithm),
        (|claims| token(&json!({ "alg": "ES256", "kid": "rsa" }), &claims, ""), Refusal::Algorithm),
        (|claims| token(&json!({ "alg": "eddsa", "kid": "one" }), &claims, &public("one")), Refusal::Algorithm),
        (|claims| token(&json!({ "alg": "RS256", "kid": "short" }), &claims, ""), Refusal::UnknownKey),
        (|claims| token(&json!({ "alg": "RS256", "kid": "pss" }), &claims, &public_of_rsa()), Refusal::UnknownKey),
        (|claims| token(&json!({ "alg": "ES256", "kid": "enc" }), &claims, ""), Refusal::UnknownKey),
        (|claims| token(&json!({ "alg": "ES256", "kid": "p384" }), &claims, ""), Refusal::UnknownKey),
        (|claims| token(&json!({ "alg": "EdDSA", "kid": "x25519" }), &claims, ""), Refusal::UnknownKey),
        (|claims| token(&json!({ "alg": "EdDSA", "kid": "other" }), &claims, &public("other")), Refusal::UnknownKey),
        (|claims| token(&json!({ "alg": "EdDSA" }), &claims, &public("one")), Refusal::UnknownKey),
        (|claims| token(&json!({ "alg": "EdDSA", "kid": "one" }), &claims, &public("other")), Refusal::Signature),
        (|claims| token(&json!({ "alg": "RS256", "kid": "rsa" }), &claims, "forged"), Refusal::Signature),
        (
            |claims| token(&json!({ "alg": "EdDSA", "kid": "one", "crit": ["b64"] }), &claims, &public("one")),
            Refusal::Malformed,
        ),
        (|_| "x".to_owned(), Refusal::Malformed),
        (|_| "..".to_owned(), Refusal::Malformed),
        (|claims| token(&json!({ "alg": "EdDSA", "kid": "one" }), &claims, &public("one")) + "=", Refusal::Malformed),
        (
            |claims| token(&json!({ "alg": "EdDSA", "kid": "one" }), &json!([claims]), &public("one")),
            Refusal::Malformed,
        ),
        (
            |_| token(&json!({ "alg": "EdDSA", "kid": "one" }), &json!({ "x": "y".repeat(20_000) }), &public("one")),
            Refusal::Malformed,
        ),
    ] {
        assert_eq!(with(make), Err(refusal));
    }
}

#[test]
fn a_callback_belongs_to_the_sign_in_of_its_browser() {
    let mut world = World::new();
    let (location, cookie) = world.begin(7);
    let (_, other) = world.begin(8);
    let (claims, state) = (claims(&location), parameter(&location, "state"));
    let query = format!("code=the-code&state={state}");
    let own = "https%3A%2F%2Fid.example%2Ftenant";
    let asked = world.asked.len();
    for (query, cookie, refusal) in [
        (query.clone(), String::new(), Refusal::NoLogin),
        (query.clone(), "__Host-tidegate-login=".to_owned(), Refusal::NoLogin),
        (query.clone(), format!("{cookie}; {cookie}"), Refusal::NoLogin),
        (query.clone(), format!("\u{2000}{cookie}"), Refusal::NoLogin),
        (query.clone(), format!("\u{85}{cookie}"), Refusal::NoLogin),
        (query.clone(), format!("{}0", cookie), Refusal::NoLogin),
        (query.clone(), cookie[..cookie.len() - 1].to_owned(), Refusal::NoLogin),
        (query.clone(), cookie[..=cookie.rfind('.').unwrap()].to_owned(), Refusal::NoLogin),
        (query.clone(), cookie[..cookie.rfind('.').unwrap()].to_owned(), Refusal::NoLogin),
        (query.clone(), cookie.replace("__Host-tidegate-login=", "__Host-tidegate-login=x"), Refusal::NoLogin),
        (query.clone(), other, Refusal::State),
        ("code=the-code&state=other".to_owned(), cookie.clone(), Refusal::State),
        ("code=the-code".to_owned(), cookie.clone(), Refusal::State),
        ("code=the-code&state=".to_owned(), cookie.clone(), Refusal::State),
        (format!("code=the-code&state={}", &state[..state.len() - 1]), cookie.clone(), Refusal::State),
        (format!("code=the-code&state={state}A"), cookie.clone(), Refusal::State),
        (format!("code=the-code&state={}", parameter(&location, "nonce")), cookie.clone(), Refusal::State),
        (format!("{query}&state={state}"), cookie.clone(), Refusal::State),
        (format!("state={state}"), cookie.clone(), Refusal::NoCode),
        (format!("{query}&code=other"), cookie.clone(), Refusal::NoCode),
        (format!("{query}&error=access_denied"), cookie.clone(), Refusal::Provider),
        (format!("{query}&iss=https%3A%2F%2Fother.example"), cookie.clone(), Refusal::OtherIssuer),
        (format!("{query}&iss=https%3A%2F%2Fother.example&iss={own}"), cookie.clone(), Refusal::OtherIssuer),
        (format!("{query}&iss={own}&iss={own}"), cookie.clone(), Refusal::OtherIssuer),
        (format!("{query}&iss=%ff"), cookie.clone(), Refusal::OtherIssuer),
        (format!("{query}&iss"), cookie.clone(), Refusal::OtherIssuer),
    ] {
        assert_eq!(world.complete(&query, &cookie, &claims), Err(refusal), "{query} {cookie}");
    }
    assert_eq!(world.asked.len(), asked, "nothing was asked for any of them");
    assert!(world.complete(&format!("{query}&iss={own}"), &cookie, &claims).is_ok());
    assert!(world.complete(&query, &format!("\u{2000}__Host-tidegate-login=x; {cookie}"), &claims).is_ok());
    world.now_ms += 600_000;
    assert_eq!(world.complete(&query, &cookie, &claims), Err(Refusal::NoLogin), "after 10 minutes");
}

#[test]
fn a_proof_of_one_sign_in_is_told_from_another() {
    let mut world = World::new();
    let first = world.sign_in(json!({})).unwrap();
    assert_eq!(world.sign_in(json!({})).unwrap().login, first.login, "the same randomness is the same sign-in");
    let (location, cookie) = world.begin(9);
    let other =
        world.complete(&format!("code=the-code&state={}", parameter(&location, "state")), &cookie, &claims(&location));
    assert_ne!(other.unwrap().login, first.login);
}

#[test]
fn keys_may_hang_rotate_and_grow() {
    let mut world = World::new();
    world.sign_in(json!({})).unwrap();
    world.hangs = true;
    assert!(world.sign_in(json!({})).is_ok(), "the keys that are known serve");
    world.now_ms += 2 * 60 * 60 * 1000;
    let stale = |world: &mut World| {
        let now = world.now_ms / 1000;
        world.sign_in(json!({ "iat": now, "exp": now + 300 }))
    };
    assert!(stale(&mut world).is_ok(), "stale copies serve while the issuer does not answer");
    world.hangs = false;
    world.jwks = json!({ "keys": [ed25519("two")] });
    world.token = Box::new(|claims| token(&json!({ "alg": "EdDSA", "kid": "two" }), &claims, &public("two")));
    assert_eq!(stale(&mut world), Err(Refusal::UnknownKey), "asked for less than 10 s ago");
    world.now_ms += 10_000;
    assert!(stale(&mut world).is_ok(), "an unknown key has them fetched again");
    let before = world.count("/keys");
    world.token = Box::new(|claims| token(&json!({ "alg": "EdDSA", "kid": "three" }), &claims, &public("three")));
    for _ in 0..5 {
        world.now_ms += 1000;
        assert_eq!(stale(&mut world), Err(Refusal::UnknownKey));
    }
    assert_eq!(world.count("/keys"), before, "at most once in 10 s");
    let mut grown = World::new();
    let many: Vec<_> = (0..100).map(|n| ed25519(&format!("k{n}"))).chain([ed25519("one")]).collect();
    grown.jwks = json!({ "keys": many });
    assert_eq!(grown.sign_in(json!({})), Err(Refusal::UnknownKey), "the first 100 keys count");
}

#[test]
fn without_keys_or_document_nothing_is_proved() {
    let mut world = World::new();
    world.hangs = true;
    assert_eq!(world.sign_in(json!({})), Err(Refusal::Keys));
    for (name, value) in [
        ("issuer", json!("https://id.example")),
        ("issuer", json!("https://id.example/{tenantid}")),
        ("token_endpoint", json!("http://id.example/token")),
        ("jwks_uri", Value::Null),
        ("authorization_endpoint", json!("javascript:alert(1)")),
    ] {
        let mut world = World::new();
        world.discovery[name] = value.clone();
        let (provider, keys) = (world.provider.clone(), keys());
        let (machine, step) = Machine::begin(&provider, &keys, &[7; 96], &mut world.memory, NOW_MS);
        let end = world.run(machine, step, &Value::Null);
        assert!(matches!(end, Step::Refused(Refusal::Discovery)), "{name} {value}: {end:?}");
    }
}

#[test]
fn one_fetch_of_the_keys_is_on_its_way() {
    let world = World::new();
    let (provider, keys) = (world.provider.clone(), keys());
    let mut memory = Memory::default();
    let found = |machine: &mut Machine<'_>, memory: &mut Memory, text: String| {
        machine.resume(Outcome::Fetched(Some((200, text))), memory, NOW_MS)
    };
    let mut begun = World::new();
    let (location, cookie) = begun.begin(7);
    let query = format!("code=the-code&state={}", parameter(&location, "state"));
    let id_token = json!({ "id_token": (world.token)(claims(&location)) }).to_string();
    let mut at_keys = || {
        let (mut machine, step) = Machine::complete(&provider, &keys, &query, &cookie, &mut memory, NOW_MS);
        let step = match step {
            Step::Fetch(fetch) if fetch.form.is_none() => found(&mut machine, &mut memory, world.discovery.to_string()),
            step => step,
        };
        assert!(matches!(step, Step::Fetch(_)));
        let step = found(&mut machine, &mut memory, id_token.clone());
        (machine, step)
    };
    let (mut first, step) = at_keys();
    assert!(matches!(step, Step::Fetch(_)));
    let (mut second, step) = at_keys();
    assert!(matches!(step, Step::Pause(_)), "{step:?}");
    assert!(matches!(found(&mut first, &mut memory, world.jwks.to_string()), Step::Verify(_)));
    assert!(matches!(second.resume(Outcome::Paused, &mut memory, NOW_MS), Step::Verify(_)));
}
