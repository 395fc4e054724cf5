//! Signing in with an identity provider: what the registry says to a proof, and what the browser keeps then.

use base64ct::{Base64UrlUnpadded, Encoding};

use super::*;

const ENDED: &str = "__Host-tidegate-login=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax";

fn base64(value: &Value) -> String {
    Base64UrlUnpadded::encode_string(value.to_string().as_bytes())
}

fn response(value: &Value) -> Vec<Reading> {
    vec![Reading::Response { status: 200, body: value.to_string().into_bytes() }]
}

/// What waits for the one read that is needed.
fn waits(step: Step, is_it: impl Fn(&Read) -> bool) -> Waiting {
    match step {
        Step::Needs(waiting, reads) if reads.len() == 1 && is_it(&reads[0]) => waiting,
        step => panic!("{step:?}"),
    }
}

fn field<'a>(answer: &'a Answer, name: &str) -> &'a str {
    let mut values = answer.fields.iter().filter(|(known, _)| *known == name).map(|(_, value)| value.as_str());
    let value = values.next().unwrap();
    assert_eq!(values.next(), None, "{name} twice");
    value
}

/// A sign-in as far as the call of the registry. The driver says of the signature that it is genuine.
fn proved() -> (World, Waiting, Call) {
    let mut world = world(PlaneSettings { oidc: Ok(Some(provider())), ..settings() });
    let entropy: Vec<u8> = (0..96).collect();
    let [state, nonce] = [&entropy[..32], &entropy[32..64]].map(Base64UrlUnpadded::encode_string);
    let is_fetch = |read: &Read| matches!(read, Read::Fetch(_));
    let waiting = waits(world.ask(get(&format!("{ADMIN}/_tidegate/oidc/sign-in"), &[])), |read| {
        *read == Read::Random { length: 96 }
    });
    let waiting = waits(world.resume(waiting, vec![Reading::Bytes(entropy)]), is_fetch);
    let document = json!({
        "issuer": "https://id.example", "authorization_endpoint": "https://id.example/authorize",
        "token_endpoint": "https://id.example/token", "jwks_uri": "https://id.example/keys",
    });
    let Step::Answer(answer) = world.resume(waiting, response(&document)) else { panic!("nobody is sent anywhere") };
    assert_eq!(answer.status, 302);
    assert!(field(&answer, "Location").starts_with("https://id.example/authorize?response_type=code&"));
    let cookie = field(&answer, "Set-Cookie").split(';').next().unwrap();
    let callback = format!("{ADMIN}/_tidegate/oidc/callback?code=x&state={state}");
    let waiting = waits(world.ask(get(&callback, &[("cookie", cookie)])), is_fetch);
    let claims = json!({
        "iss": "https://id.example", "aud": "gate", "sub": "somebody", "exp": NOW + 60, "iat": NOW, "nonce": nonce,
    });
    let token = format!("{}.{}.AA", base64(&json!({ "alg": "EdDSA", "kid": "one" })), base64(&claims));
    let waiting = waits(world.resume(waiting, response(&json!({ "id_token": token }))), is_fetch);
    let keys = json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": "AA", "kid": "one" }] });
    let waiting = waits(world.resume(waiting, response(&keys)), |read| matches!(read, Read::Verify(_)));
    let (waiting, sent) = call(world.resume(waiting, vec![Reading::Verified(true)]));
    (world, waiting, sent)
}

#[test]
fn a_proof_goes_to_the_registry_and_the_sign_in_has_ended() {
    let (mut world, waiting, sent) = proved();
    assert_eq!((sent.method.as_str(), sent.url.as_str(), sent.once), ("POST", "https://registry/session", true));
    let actor = session::Credential::from_header(&sent.fields[0].1);
    let Some(session::Credential::Proof(proof)) = actor else { panic!("{actor:?}") };
    assert_eq!((proof.issuer.as_str(), proof.subject.as_str()), ("https://id.example", "somebody"));
    let step = world.resume(waiting, vec![Reading::Response { status: 204, body: Vec::new() }]);
    let Step::Relay(Relay { status, keep, set, append }) = step else { panic!("{step:?}") };
    // The registry's cookie starts the session, and ours ends the sign-in.
    assert_eq!((status, keep), (Some(303), Some(&["Set-Cookie"][..])));
    assert_eq!(append, [("Set-Cookie", ENDED.to_owned())]);
    for (name, value) in [("Location", "/_tidegate/"), ("Cache-Control", "no-store")] {
        assert!(set.contains(&(name, value.to_owned())), "{name}: {set:?}");
    }
}

#[test]
fn a_proof_that_the_registry_refuses_leads_back_to_the_page() {
    let refused = |status, kind: &str| {
        let problem = json!({ "type": format!("urn:tidegate:problem:{kind}") });
        Reading::Response { status, body: problem.to_string().into_bytes() }
    };
    for (reading, code) in [
        (refused(403, "not-a-member"), "not-a-member"),
        (refused(403, "another-account"), "another-account"),
        (refused(401, "not-signed-in"), "not-signed-in"),
        (refused(403, "forbidden"), "registry-unavailable"),
        (refused(503, "not-a-member"), "registry-unavailable"),
        (Reading::Response { status: 403, body: b"x".to_vec() }, "registry-unavailable"),
        (Reading::Response { status: 200, body: Vec::new() }, "registry-unavailable"),
        (Reading::TooSlow, "registry-unavailable"),
        (Reading::Nothing, "registry-unavailable"),
    ] {
        let (mut world, waiting, _) = proved();
        let step = world.resume(waiting, vec![reading.clone()]);
        let Step::Answer(answer) = step else { panic!("{step:?}") };
        assert_eq!((answer.status, answer.body.as_deref()), (303, None));
        assert_eq!(field(&answer, "Location"), format!("/_tidegate/#/sign-in?problem={code}"));
        assert_eq!(field(&answer, "Set-Cookie"), ENDED, "it counts once");
        assert_eq!(world.log()[0]["code"], code);
    }
}

#[test]
fn the_cookie_of_a_session_is_for_this_host_over_https_and_for_no_script() {
    let keys = keys(&token_keys());
    let owner_key = OwnerKey::parse(OWNER_KEY).unwrap();
    for new in [session::start_session(&keys, &owner_key, [7; 32]), session::start_person_session(&keys, [7; 32])] {
        let (pair, attributes) = new.cookie.split_once("; ").unwrap();
        assert!(pair.strip_prefix("__Host-tidegate=").is_some_and(|value| value.len() > 64), "{pair}");
        assert_eq!(attributes, "Path=/; Max-Age=43200; HttpOnly; Secure; SameSite=Strict");
    }
    assert_eq!(session::end_session(), "__Host-tidegate=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Strict");
}

#[test]
fn the_ways_to_sign_in_tell_whether_this_browser_has() {
    let (cookie, url) = (cookie(), format!("{API}/sign-in"));
    let forged = format!("{cookie}0");
    let with_people = || PlaneSettings { oidc: Ok(Some(provider())), ..settings() };
    let without_host = || PlaneSettings { host: Ok(None), ..with_people() };
    let without_key = || PlaneSettings {
        owner_key: Err(AdminError::Misconfigured("OWNER_KEY must be set".to_owned())),
        has_owner_key: false,
        ..with_people()
    };
    let (none, issuer) = (json!(null), json!("https://id.example"));
    for (settings, cookie, owner_key, oidc, has_session) in [
        (settings(), None, true, &none, false),
        (settings(), Some(&cookie), true, &none, true),
        (settings(), Some(&forged), true, &none, false),
        (with_people(), None, true, &issuer, false),
        (without_key(), None, false, &issuer, false),
        (without_host(), Some(&cookie), true, &none, false),
    ] {
        let fields: Vec<_> = cookie.iter().map(|cookie| ("cookie", cookie.as_str())).collect();
        let step = world(settings).ask(get(&url, &fields));
        let Step::Answer(Answer { status: 200, body: Some(body), .. }) = step else { panic!("{step:?}") };
        let told: Value = serde_json::from_str(&body).unwrap();
        assert_eq!((&told["owner_key"], &told["oidc"]["issuer"]), (&json!(owner_key), oidc), "{told}");
        assert_eq!(told["has_session"], has_session, "{told}");
    }
}
