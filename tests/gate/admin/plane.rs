//! The admin plane's machine: what each of its doors lets through, and what the driver is asked for.

mod caller;
mod sign_in;
mod tested;
mod usage;

use serde_json::{Value, json};
use tidegate::access::oidc::{Client, Issuer, Provider};
use tidegate::admin::{AdminError, AdminHost, OwnerKey, Plane, PlaneSettings, session};
use tidegate::decision::Denial;
use tidegate::gate::{
    Answer, Call, Credential, Effect, Gate, Head, MAX_OF_ANYONES, Memory, Read, Reading, Relay, Requests, Service,
    Settings, Step, Waiting,
};
use tidegate::token::TokenKeys;

use crate::support::{NOW, OWNER_KEY, integration_id, key, keys, minted, prefix, token_keys};

const NOW_MS: u64 = NOW * 1_000;
const ADMIN: &str = "https://admin.example";
const API: &str = "https://admin.example/_tidegate/api";
const JSON: (&str, &str) = ("content-type", "application/json");
const OWN_ORIGIN: (&str, &str) = ("origin", ADMIN);

/// A gate, and what it was set to.
struct World {
    plane: Plane,
    memory: Memory,
}

/// A request, as the driver reads it.
#[derive(Clone, Copy, Default)]
struct Asked<'a> {
    method: &'a str,
    url: &'a str,
    authorization: Option<&'a str>,
    fields: &'a [(&'a str, &'a str)],
    has_body: bool,
}

fn settings() -> PlaneSettings {
    PlaneSettings {
        keys: Ok(keys(&token_keys())),
        owner_key: Ok(OwnerKey::parse(OWNER_KEY).unwrap()),
        host: Ok(Some(AdminHost::parse("admin.example").unwrap())),
        has_owner_key: true,
        oidc: Ok(None),
        oidc_memory: Default::default(),
        api_url: Ok(None),
        brand: Ok(Default::default()),
        usage_addresses: Ok(Default::default()),
        test_field: None,
    }
}

fn world(settings: PlaneSettings) -> World {
    let missing = || Denial::Misconfigured("not of these tests".to_owned());
    let plane = Plane::new(settings);
    let gate = Settings {
        keys: Err(missing()),
        prefix: Err(missing()),
        realm: Err(missing()),
        origin: Err(missing()),
        limits: Err(missing()),
        registry: None,
        usage: None,
        admin: Box::new(plane.clone()),
    };
    World { plane, memory: Memory::new(gate) }
}

impl World {
    /// The step after the head was read.
    fn ask(&mut self, asked: Asked<'_>) -> Step {
        match self.begin(asked) {
            Step::Needs(waiting, reads) => {
                assert_eq!(reads, [Read::Fields, Read::HasBody]);
                let lines: String = asked.fields.iter().map(|(name, value)| format!("{name}\n{value}\n")).collect();
                let body = if asked.has_body { Reading::Bytes(Vec::new()) } else { Reading::Nothing };
                self.resume(waiting, vec![Reading::Bytes(lines.into_bytes()), body])
            }
            step => step,
        }
    }

    fn begin(&mut self, Asked { method, url, authorization, .. }: Asked<'_>) -> Step {
        let credential = authorization.map_or(Credential::None, Credential::Sent);
        let head = Head { method, url, credential, fields: "" };
        match Gate::begin(&mut self.memory, &head, NOW_MS) {
            Step::Admin => self.plane.begin(&head),
            step => step,
        }
    }

    fn resume(&mut self, waiting: Waiting, readings: Vec<Reading>) -> Step {
        waiting.resume(&mut self.memory, readings, NOW_MS)
    }

    /// The lines of the log since they were last taken.
    fn log(&mut self) -> Vec<Value> {
        let lines = self.memory.take_effects().into_iter().map(|effect| match effect {
            Effect::Log(line) => serde_json::from_str(&line.text).unwrap(),
            other => panic!("{other:?}"),
        });
        lines.collect()
    }
}

fn provider() -> Provider {
    Provider {
        issuer: Issuer::parse("https://id.example").unwrap(),
        client: Client { id: "gate".to_owned(), secret: None },
        redirect_uri: String::new(),
        trusts_email: false,
        allows_loopback: false,
    }
}

/// Whether an answer has a header field.
fn has_field(step: &Step, name: &str) -> bool {
    matches!(step, Step::Answer(answer) if answer.fields.iter().any(|(known, _)| *known == name))
}

/// Status and kind of a refusal.
fn refusal(step: Step) -> (u16, String) {
    let Step::Answer(Answer { status, body: Some(body), .. }) = step else { panic!("{step:?}") };
    let problem: Value = serde_json::from_str(&body).unwrap();
    (status, problem["type"].as_str().unwrap().rsplit(':').next().unwrap().to_owned())
}

/// The one call that is needed.
fn call(step: Step) -> (Waiting, Call) {
    match step {
        Step::Needs(waiting, reads) => match <[Read; 1]>::try_from(reads) {
            Ok([Read::Call(call)]) => (waiting, call),
            other => panic!("{other:?}"),
        },
        step => panic!("{step:?}"),
    }
}

fn cookie() -> String {
    let owner_key = OwnerKey::parse(OWNER_KEY).unwrap();
    let new = session::start_session(&keys(&token_keys()), &owner_key, [7; 32]);
    new.cookie.split(';').next().unwrap().to_owned()
}

/// What events tell of a request.
fn told(id: &str, address: &str, user_agent: Option<&str>) -> String {
    let keys = keys(&token_keys());
    // The first 32 digits of a MAC over the address's bytes, as the log calls the client.
    let octets = address.parse::<std::net::Ipv4Addr>().map(|address| address.octets().to_vec()).unwrap_or_default();
    let client: String = hex::encode(keys.for_purpose("client-v1").mac(&[&octets])).chars().take(32).collect();
    let mut told = json!({ "id": id, "address": client });
    if let Some(user_agent) = user_agent {
        told["user_agent"] = user_agent.into();
    }
    told.to_string()
}

fn bearer() -> String {
    format!("Bearer {OWNER_KEY}")
}

fn get<'a>(url: &'a str, fields: &'a [(&'a str, &'a str)]) -> Asked<'a> {
    Asked { method: "GET", url, fields, ..Asked::default() }
}

fn post<'a>(url: &'a str, fields: &'a [(&'a str, &'a str)]) -> Asked<'a> {
    Asked { method: "POST", url, fields, has_body: true, ..Asked::default() }
}

#[test]
fn a_command_goes_to_the_registry_as_whoever_was_verified_with_the_fields_that_it_reads() {
    let (bearer, cookie) = (bearer(), cookie());
    let fields = [
        ("if-match", "\"7\""),
        ("idempotency-key", "k"),
        ("if-none-match", ""),
        ("x-registry-actor", "session:somebody"),
        ("x-registry-request", r#"{"id":"forged"}"#),
        ("x-registry-port", "1"),
        ("cf-ray", "8f2a-FRA"),
        ("cf-connecting-ip", "192.0.2.7"),
        ("user-agent", "deploy/1.0 \u{fc}"),
        ("x-other", "secret"),
        JSON,
    ];
    let url = format!("{API}/integrations/040g2081040g2081?x=1");
    let asked = Asked { authorization: Some(&bearer), method: "PATCH", ..post(&url, &fields) };
    let (_, sent) = call(world(settings()).ask(asked));
    let expected = [
        ("x-registry-actor", "owner-key".to_owned()),
        ("x-registry-request", told("8f2a-FRA", "192.0.2.7", Some("deploy/1.0 ?"))),
        ("x-registry-port", "443".to_owned()),
        ("If-Match", "\"7\"".to_owned()),
        ("If-None-Match", String::new()),
        ("Idempotency-Key", "k".to_owned()),
    ];
    assert_eq!(sent.fields, expected);
    assert_eq!(
        (sent.service, sent.method.as_str(), sent.with_body, sent.once),
        (Service::Registry, "PATCH", true, true)
    );
    assert_eq!(sent.url, "https://registry/integrations/040g2081040g2081?x=1");

    let fields = [("cookie", cookie.as_str())];
    let (_, sent) = call(world(settings()).ask(get("https://admin.example/_tidegate/api/policy?", &fields)));
    assert_eq!(sent.url, "https://registry/policy");
    let owner_key = OwnerKey::parse(OWNER_KEY).unwrap();
    let session = session::find_session(&cookie, &keys(&token_keys()), Some(&owner_key)).unwrap();
    assert_eq!(sent.fields, [("x-registry-actor", session.to_header())]);
}

#[test]
fn nothing_is_called_for_who_is_not_verified() {
    let (cookie, bearer) = (cookie(), bearer());
    let forged = format!("{cookie}0");
    let (shorter, without_tag) = (&cookie[..cookie.len() - 1], &cookie[..=cookie.rfind('.').unwrap()]);
    let twice = format!("{cookie}; {cookie}");
    // A page of a neighbouring host can set such a cookie, of the whole domain. It neither is a session nor hides one.
    let beside = format!("a=1, {cookie}");
    let hidden = ["\u{2000}", "\u{3000}", "\u{a0}", "\u{b}"].map(|space| format!("{space}{cookie}"));
    for other in ["a=1, __Host-tidegate=x".to_owned(), format!("\u{2000}{cookie}"), format!("\u{a0}{cookie}0")] {
        call(world(settings()).ask(get(&format!("{API}/policy"), &[("cookie", &format!("{other}; {cookie}"))])));
        call(world(settings()).ask(get(&format!("{API}/policy"), &[("cookie", &format!("{cookie};\t {other}"))])));
    }
    let basic = format!("Basic {OWNER_KEY}");
    let own = [("cookie", cookie.as_str())];
    type Fields<'a> = &'a [(&'a str, &'a str)];
    let cases: &[(Option<&str>, Fields<'_>, u16, &str)] = &[
        (None, &[], 401, "not-signed-in"),
        (None, &[("cookie", &forged)], 401, "not-signed-in"),
        (None, &[("cookie", shorter)], 401, "not-signed-in"),
        (None, &[("cookie", without_tag)], 401, "not-signed-in"),
        (None, &[("cookie", &twice)], 401, "not-signed-in"),
        (None, &[("cookie", &beside)], 401, "not-signed-in"),
        (None, &[("cookie", &hidden[0])], 401, "not-signed-in"),
        (None, &[("cookie", &hidden[1])], 401, "not-signed-in"),
        (None, &[("cookie", &hidden[2])], 401, "not-signed-in"),
        (None, &[("cookie", &hidden[3])], 401, "not-signed-in"),
        (Some("Bearer x"), &own, 401, "wrong-key"),
        (Some(&basic), &[], 401, "wrong-key"),
        (Some(OWNER_KEY), &[], 401, "wrong-key"),
        (None, &[("cookie", &cookie), ("origin", "https://api.example")], 403, "cross-origin"),
        (None, &[("cookie", &cookie), ("sec-fetch-site", "cross-site")], 403, "cross-origin"),
    ];
    let mut world = world(settings());
    for (authorization, fields, status, kind) in cases {
        let url = format!("{API}/policy");
        let asked = Asked { authorization: *authorization, ..get(&url, fields) };
        assert_eq!(refusal(world.ask(asked)), (*status, (*kind).to_owned()), "{fields:?}");
        let line = world.log().pop().unwrap();
        assert_eq!((&line["event"], &line["code"]), (&json!("refused"), &json!(kind)));
        assert_eq!(line["client"].as_str().unwrap().len(), 32);
    }
    // A change needs a page that says where it comes from, with a session; from another origin's page nobody makes one.
    let url = format!("{API}/resync");
    assert_eq!(refusal(world.ask(post(&url, &own))), (403, "cross-origin".to_owned()));
    let asked = Asked { authorization: Some(&bearer), ..post(&url, &[("origin", "https://evil.example")]) };
    assert_eq!(refusal(world.ask(asked)), (403, "cross-origin".to_owned()));
    call(world.ask(post(&url, &[("cookie", &cookie), OWN_ORIGIN])));
    call(world.ask(post(&url, &[("cookie", &cookie), ("sec-fetch-site", "same-origin")])));
}

/// As the driver holds what waits, with a thousand sign-ins whose bodies do not come.
#[test]
fn sign_ins_that_wait_keep_nobody_out_who_has_the_right_key() {
    let (mut world, mut requests) = (world(settings()), Requests::default());
    let (bearer, cookie, session) = (bearer(), cookie(), format!("{API}/session"));
    let sign_in = post(&session, &[JSON, OWN_ORIGIN]);
    for _ in 0..MAX_OF_ANYONES {
        let Step::Needs(waiting, reads) = world.ask(sign_in) else { panic!("no body is read") };
        requests.hold(waiting, &reads, NOW_MS).unwrap();
    }
    let Step::Needs(waiting, reads) = world.ask(sign_in) else { panic!("no body is read") };
    assert!(requests.hold(waiting, &reads, NOW_MS).is_err());
    let url = format!("{API}/integrations");
    let by_key = Asked { authorization: Some(&bearer), ..get(&url, &[]) };
    for asked in [by_key, Asked { method: "DELETE", ..by_key }, get(&url, &[("cookie", &cookie)])] {
        let Step::Needs(waiting, reads) = world.begin(asked) else { panic!("no field is read") };
        let handle = requests.hold(waiting, &reads, NOW_MS).expect("the fields are to be read");
        drop(requests.take(handle));
    }
    let Step::Needs(waiting, reads) = world.ask(by_key) else { panic!("nothing is called") };
    assert!(requests.hold(waiting, &reads, NOW_MS).is_ok(), "the registry is to answer");
}

#[test]
fn a_known_token_of_an_integration_is_no_key_of_the_admin_plane() {
    let mut world = world(settings());
    let url = format!("{API}/policy");
    let head = Head { method: "GET", url: &url, credential: Credential::Known(1_000), fields: "" };
    let Step::Needs(waiting, _) = world.plane.begin(&head) else { panic!() };
    let fields = Reading::Bytes(format!("cookie\n{}\n", cookie()).into_bytes());
    assert_eq!(refusal(world.resume(waiting, vec![fields, Reading::Nothing])), (401, "wrong-key".to_owned()));
}

#[test]
fn the_host_is_the_first_door() {
    let bearer = bearer();
    let api = |host: &str| format!("https://{host}/_tidegate/api/policy");
    let ask = |settings, url: &str| world(settings).ask(Asked { authorization: Some(&bearer), ..get(url, &[]) });
    assert_eq!(refusal(ask(settings(), &api("api.example"))), (404, "not-found".to_owned()));
    call(ask(settings(), &api("admin.example")));
    let hostless = || PlaneSettings { host: Ok(None), ..settings() };
    call(ask(hostless(), &api("api.example"))); // bearers need none
    let broken = || AdminError::Misconfigured("ADMIN_HOST must be a host name".to_owned());
    for settings in
        [PlaneSettings { host: Err(broken()), ..settings() }, PlaneSettings { api_url: Err(broken()), ..settings() }]
    {
        assert_eq!(refusal(ask(settings, &api("admin.example"))), (503, "misconfigured".to_owned()));
    }
    let elsewhere = PlaneSettings { api_url: Err(broken()), ..settings() };
    assert_eq!(refusal(ask(elsewhere, &api("api.example"))), (404, "not-found".to_owned()));
    // Without a host of its own there are neither sessions nor a page.
    let cookie = cookie();
    let asked = get("https://api.example/_tidegate/api/policy", &[]);
    assert_eq!(refusal(world(hostless()).ask(asked)), (401, "not-signed-in".to_owned()));
    let fields = [("cookie", cookie.as_str())];
    let asked = Asked { fields: &fields, ..asked };
    assert_eq!(refusal(world(hostless()).ask(asked)), (401, "not-signed-in".to_owned()));
    for (method, url) in
        [("POST", "https://api.example/_tidegate/api/session"), ("GET", "https://api.example/_tidegate/")]
    {
        let asked = Asked { method, ..get(url, &[]) };
        assert_eq!(refusal(world(hostless()).ask(asked)), (404, "no-admin-host".to_owned()), "{url}");
    }
}

#[test]
fn a_gate_that_lacks_a_secret_says_so_and_calls_nobody() {
    let missing = |what: &str| AdminError::Misconfigured(format!("{what} must be set"));
    let (bearer, cookie) = (bearer(), cookie());
    let url = format!("{API}/policy");
    let without_key = || PlaneSettings { owner_key: Err(missing("OWNER_KEY")), ..settings() };
    let without_keys = || PlaneSettings { keys: Err(missing("TOKEN_KEYS")), ..settings() };
    let asked = Asked { authorization: Some(&bearer), ..get(&url, &[]) };
    let mut gate = world(without_key());
    assert_eq!(refusal(gate.ask(asked)), (503, "misconfigured".to_owned()));
    assert_eq!(gate.log(), [json!({ "event": "admin", "reason": "OWNER_KEY must be set", "number": 1 })]);
    let fields = [("cookie", cookie.as_str())];
    assert_eq!(refusal(world(without_keys()).ask(get(&url, &fields))), (503, "misconfigured".to_owned()));
    call(world(without_keys()).ask(asked)); // the registry says what it lacks
}

#[test]
fn where_people_sign_in_there_may_be_no_owner_key() {
    let missing = || AdminError::Misconfigured("OWNER_KEY must be set".to_owned());
    let without_key = || PlaneSettings { owner_key: Err(missing()), has_owner_key: false, ..settings() };
    let url = format!("{API}/session");
    let sign_in = post(&url, &[JSON, OWN_ORIGIN]);
    let mut with_people = world(PlaneSettings { oidc: Ok(Some(provider())), ..without_key() });
    assert_eq!(refusal(with_people.ask(sign_in)), (401, "wrong-key".to_owned()));
    assert_eq!(with_people.log()[0]["code"], "wrong-key");
    // With neither a key nor an identity provider, nobody can sign in. A key that is set but malformed is a fault.
    let malformed = PlaneSettings { oidc: Ok(Some(provider())), has_owner_key: true, ..without_key() };
    for settings in [without_key(), malformed] {
        let mut world = world(settings);
        assert_eq!(refusal(world.ask(sign_in)), (503, "misconfigured".to_owned()));
        assert_eq!(world.log()[0]["reason"], "OWNER_KEY must be set");
    }
}

/// The first ten of a minute, and then each that doubles their number.
#[test]
fn what_anybody_can_cause_leaves_a_line_for_some_of_many() {
    let bearer = bearer();
    let missing = || AdminError::Misconfigured("OWNER_KEY must be set".to_owned());
    let (over, page) = ("q".repeat(16_385), format!("{ADMIN}/_tidegate/"));
    let too_long = |host: &str| format!("https://{host}/_tidegate/?{over}");
    let (of_admin, of_api) = (too_long("admin.example"), format!("https://api.example/a?{over}"));
    let callback = format!("{ADMIN}/_tidegate/oidc/callback?code=x&state=y");
    let (policy, public) = (format!("{API}/policy"), "https://api.example/status");
    let with_people = PlaneSettings { oidc: Ok(Some(provider())), ..settings() };
    let without_key = PlaneSettings { owner_key: Err(missing()), ..settings() };
    let by_key = Asked { authorization: Some(&bearer), ..get(&policy, &[]) };
    for (settings, asked, event) in [
        (settings(), get(&of_admin, &[]), "denied"),
        (settings(), get(&of_api, &[]), "denied"),
        (settings(), get(public, &[]), "denied"), // 503: the gate lacks its keys
        (with_people, get(&callback, &[]), "sign_in"),
        (without_key, by_key, "admin"),
        (settings(), get(&page, &[]), "admin"), // 503: there is no store
    ] {
        let mut world = world(settings);
        for _ in 0..100 {
            if let Step::Needs(waiting, _) = world.ask(asked) {
                world.resume(waiting, vec![Reading::Nothing]);
            }
        }
        let lines = world.log();
        assert!(lines.iter().all(|line| line["event"] == event), "{lines:?}");
        let numbers: Vec<_> = lines.iter().map(|line| line["number"].as_u64().unwrap()).collect();
        assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 16, 32, 64], "{:.60}", asked.url);
        if event == "sign_in" {
            assert_eq!(lines[0]["code"], "no-login");
            assert_eq!(lines[0]["client"].as_str().unwrap().len(), 32);
        }
    }
}

#[test]
fn every_answer_at_the_pages_addresses_protects_it_and_binds_no_other_host() {
    let over = "q".repeat(16_385);
    let paths = ["assets//x", "%41", "nothing", "assets/../x", "healthz"].map(str::to_owned);
    for path in paths.into_iter().chain([format!("?{over}")]) {
        for (host, is_own) in [("admin.example", true), ("api.example", false)] {
            let url = format!("https://{host}/_tidegate/{path}");
            let step = world(settings()).ask(Asked { method: "POST", ..get(&url, &[]) });
            assert!(has_field(&step, "Content-Security-Policy"), "{url:.60}");
            assert_eq!(has_field(&step, "Strict-Transport-Security"), is_own, "{url:.60}");
            assert!(refusal(step).0 >= 400);
        }
    }
    let hostless = PlaneSettings { host: Ok(None), ..settings() };
    let step = world(hostless).ask(get("https://api.example/_tidegate/", &[]));
    assert!(has_field(&step, "Content-Security-Policy") && !has_field(&step, "Strict-Transport-Security"));
}

#[test]
fn a_sign_in_is_read_within_its_limits_and_then_called() {
    let url = format!("{API}/session");
    let signed_in = |body: Reading| {
        let mut world = world(settings());
        let Step::Needs(waiting, reads) = world.ask(post(&url, &[JSON, OWN_ORIGIN])) else { panic!() };
        assert_eq!(reads, [Read::Body { limit: 4_096, timeout_ms: 4_000 }]);
        let step = world.resume(waiting, vec![body]);
        (step, world.log())
    };
    let bytes = |text: &str| Reading::Bytes(text.as_bytes().to_vec());
    let (step, _) = signed_in(bytes(&json!({ "key": OWNER_KEY }).to_string()));
    let (_, sent) = call(step);
    assert_eq!((sent.url.as_str(), sent.with_body), ("https://registry/session", false));
    let expected = [
        ("x-registry-actor", "owner-key".to_owned()),
        ("x-registry-request", told("", "", None)),
        ("x-registry-port", "443".to_owned()),
    ];
    assert_eq!(sent.fields, expected);
    let wrong = format!("{{\"key\":\"owner_{}\"}}", "w".repeat(43));
    for (body, status, kind) in [
        (bytes(&wrong), 401, "wrong-key"),
        (bytes("{}"), 422, "invalid-field"),
        (bytes(""), 400, "malformed-json"),
        (Reading::Nothing, 400, "malformed-json"),
        (Reading::Bytes(vec![0xff]), 400, "malformed-json"),
        (Reading::Failed("gone".to_owned()), 400, "malformed-json"),
        (Reading::TooLong, 413, "too-large"),
        (Reading::TooSlow, 408, "too-slow"),
    ] {
        let (step, log) = signed_in(body);
        assert_eq!(refusal(step), (status, kind.to_owned()));
        assert_eq!(log[0]["code"], kind);
        assert!(!format!("{log:?}").contains("owner_"));
    }
}

#[test]
fn a_body_is_read_of_nobody_whose_request_is_not_a_sign_ins() {
    let url = format!("{API}/session");
    let text = ("content-type", "text/plain");
    let coded = ("content-encoding", "gzip");
    let evil = ("origin", "https://evil.example");
    for (fields, status, kind) in [
        (vec![text, OWN_ORIGIN], 415, "not-json"),
        (vec![JSON, coded, OWN_ORIGIN], 415, "not-json"),
        (vec![JSON, evil], 403, "cross-origin"),
    ] {
        assert_eq!(refusal(world(settings()).ask(post(&url, &fields))), (status, kind.to_owned()));
    }
}

#[test]
fn a_commands_body_is_declared_as_json_unless_there_may_be_none() {
    let (bearer, mut world) = (bearer(), world(settings()));
    let create = format!("{API}/integrations");
    let asked = Asked { authorization: Some(&bearer), ..post(&create, &[]) };
    assert_eq!(refusal(world.ask(asked)), (415, "not-json".to_owned()));
    let empty = [("if-match", ""), JSON];
    assert_eq!(refusal(world.ask(Asked { fields: &empty, ..asked })), (422, "invalid-field".to_owned()));
    let finish = format!("{API}/integrations/040g2081040g2081/rotation/finish");
    let asked = Asked { url: &finish, ..asked };
    assert_eq!(refusal(world.ask(asked)), (415, "not-json".to_owned()));
    call(world.ask(Asked { has_body: false, ..asked }));
    call(world.ask(Asked { fields: &[("content-length", "0")], ..asked }));
    let form = ("content-type", "application/x-www-form-urlencoded"); // of curl -d ''
    call(world.ask(Asked { has_body: false, fields: &[form], ..asked }));
    call(world.ask(Asked { fields: &[form, ("content-length", "0")], ..asked }));
    assert_eq!(refusal(world.ask(Asked { fields: &[form], ..asked })), (415, "not-json".to_owned()));
}

/// As the gate answers it for the API (RFC 9110 section 15.5.15), before anybody's key is looked at.
#[test]
fn a_path_or_query_that_is_too_long_is_414_at_every_address() {
    let (bearer, key) = (bearer(), format!("Bearer {OWNER_KEY}x"));
    let (longest, over) = ("q".repeat(16_384), "q".repeat(16_385));
    for authorization in [None, Some(bearer.as_str()), Some(&key)] {
        for place in ["api/integrations", "api/session", "api/openapi.json", "api/sign-in", "api/none", "", "whoami"] {
            for method in ["GET", "POST", "BREW"] {
                let url = format!("{ADMIN}/_tidegate/{place}?{over}");
                let asked = Asked { method, url: &url, authorization, fields: &[], has_body: false };
                assert_eq!(
                    refusal(world(settings()).ask(asked)),
                    (414, "target-too-long".to_owned()),
                    "{method} {place}"
                );
            }
        }
        let url = format!("{ADMIN}/_tidegate/api/integrations/{}", "i".repeat(8_192));
        let asked = Asked { authorization, ..get(&url, &[]) };
        assert_eq!(refusal(world(settings()).ask(asked)), (414, "target-too-long".to_owned()));
    }
    let url = format!("{API}/integrations?{longest}");
    call(world(settings()).ask(Asked { authorization: Some(&bearer), ..get(&url, &[]) }));
}

#[test]
fn what_is_told_of_use_needs_the_setting_of_its_addresses() {
    let bearer = bearer();
    let broken = || PlaneSettings {
        usage_addresses: Err(AdminError::Misconfigured("USAGE_ADDRESSES must be hashed or clear".to_owned())),
        ..settings()
    };
    for (method, path, needs) in [
        ("GET", "/usage", true),
        ("GET", "/integrations/040g2081040g2081/usage", true),
        ("DELETE", "/integrations/040g2081040g2081/usage", false),
        ("GET", "/policy", false),
    ] {
        let url = format!("{API}{path}");
        let mut world = world(broken());
        let step = world.ask(Asked { authorization: Some(&bearer), method, ..get(&url, &[]) });
        if needs {
            assert_eq!(refusal(step), (503, "misconfigured".to_owned()), "{method} {path}");
            assert_eq!(world.log()[0]["reason"], "USAGE_ADDRESSES must be hashed or clear");
        } else {
            call(step);
        }
    }
}

#[test]
fn a_body_that_is_not_utf8_says_what_it_is() {
    let detail = |step| {
        let Step::Answer(Answer { status, body: Some(body), .. }) = step else { panic!("{step:?}") };
        let problem: Value = serde_json::from_str(&body).unwrap();
        (status, problem["detail"].as_str().unwrap().to_owned())
    };
    let url = format!("{API}/session");
    for (bytes, expected) in [
        (&b"\xff\xfe{\0}\0"[..], "The body is in UTF-16; send UTF-8."),
        (b"\0{\0}", "The body is in UTF-16; send UTF-8."),
        (b"{\0\0\0}\0\0\0", "The body is in UTF-32; send UTF-8."),
        (b"{\"key\":\"\xe9\"}", "The body is not UTF-8."),
        (b"{}}", "The body cannot be read as JSON: line 1, column 3."),
    ] {
        let mut world = world(settings());
        let Step::Needs(waiting, _) = world.ask(post(&url, &[JSON, OWN_ORIGIN])) else { panic!("no body is read") };
        let step = world.resume(waiting, vec![Reading::Bytes(bytes.to_vec())]);
        assert_eq!(detail(step), (400, expected.to_owned()), "{bytes:?}");
    }
    for (content_type, expected) in [
        ("application/json; charset=utf-16", "The Content-Type names a charset other than UTF-8."),
        ("application/json;Charset=\"ISO-8859-1\"", "The Content-Type names a charset other than UTF-8."),
        ("text/plain", "The Content-Type of the body is not application/json."),
        ("application/x-www-form-urlencoded", "The Content-Type of the body is not application/json."),
        ("", "The body has no Content-Type; send application/json."),
    ] {
        let fields = [("content-type", content_type), OWN_ORIGIN];
        assert_eq!(detail(world(settings()).ask(post(&url, &fields))), (415, expected.to_owned()), "{content_type}");
    }
}

#[test]
fn the_registrys_answer_is_the_clients_and_its_silence_is_503() {
    let (bearer, url) = (bearer(), format!("{API}/policy"));
    let answered = |reading| {
        let mut world = world(settings());
        let (waiting, _) = call(world.ask(Asked { authorization: Some(&bearer), ..get(&url, &[]) }));
        let step = world.resume(waiting, vec![reading]);
        (step, world.log())
    };
    for status in [200, 204, 304, 404, 412, 503] {
        let (step, log) = answered(Reading::Response { status, body: Vec::new() });
        let Step::Relay(relay) = step else { panic!("{step:?}") };
        assert_eq!((relay, log), (Relay::default(), Vec::new()));
    }
    for (reading, kind, reason) in [
        (Reading::TooSlow, "registry-unavailable", "no answer in time"),
        (Reading::Failed("Error: overloaded".to_owned()), "registry-unavailable", "Error: overloaded"),
        (Reading::Nothing, "misconfigured", "REGISTRY must be bound to the Durable Object Registry"),
    ] {
        let (step, log) = answered(reading);
        assert_eq!(refusal(step), (503, kind.to_owned()));
        let numbered = if kind == "misconfigured" { json!({ "number": 1 }) } else { json!({}) };
        let mut line = json!({ "event": "admin", "reason": reason });
        line.as_object_mut().unwrap().extend(numbered.as_object().unwrap().clone());
        assert_eq!(log, [line]);
    }
}

#[test]
fn a_file_of_the_page_is_the_stores_under_fields_of_our_own() {
    let fields = [("if-none-match", "\"a\""), ("cookie", "x"), ("origin", ADMIN)];
    let asked = Asked { authorization: Some("Bearer x"), ..get("https://admin.example/_tidegate/?q", &fields) };
    let answered = |asked, reading| {
        let mut world = world(settings());
        let (waiting, sent) = call(world.ask(asked));
        assert_eq!(sent.fields.iter().filter(|(name, _)| *name != "If-None-Match").count(), 0);
        (sent, world.resume(waiting, vec![reading]))
    };
    let (sent, step) = answered(asked, Reading::Response { status: 304, body: Vec::new() });
    assert_eq!((sent.service, sent.url.as_str()), (Service::Assets, "https://assets.invalid/_tidegate/index.html"));
    assert_eq!((sent.with_body, sent.once), (false, false));
    assert_eq!(sent.fields, [("If-None-Match", "\"a\"".to_owned())]);
    let Step::Relay(Relay { keep, set, .. }) = step else { panic!("{step:?}") };
    assert_eq!(keep, Some(&["ETag"][..]));
    for (name, value) in [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Cache-Control", "no-cache"),
        ("X-Content-Type-Options", "nosniff"),
        ("Strict-Transport-Security", "max-age=31536000"),
    ] {
        assert!(set.contains(&(name, value.to_owned())), "{name}");
    }
    let asset = get("https://admin.example/_tidegate/assets/a.js", &[]);
    for (asked, reading, status, kind) in [
        (asset, Reading::Response { status: 404, body: Vec::new() }, 404, "not-found"),
        (asked, Reading::Response { status: 404, body: Vec::new() }, 503, "page-unavailable"),
        (asset, Reading::Response { status: 500, body: Vec::new() }, 503, "page-unavailable"),
        (asset, Reading::TooSlow, 503, "page-unavailable"),
        (asset, Reading::Nothing, 503, "page-unavailable"),
        (asset, Reading::Failed("x".to_owned()), 503, "page-unavailable"),
    ] {
        let (_, step) = answered(asked, reading);
        assert!(
            matches!(&step, Step::Answer(answer) if answer.fields.iter().any(|(name, _)| *name == "Content-Security-Policy"))
        );
        assert_eq!(refusal(step), (status, kind.to_owned()));
    }
}

#[test]
fn other_addresses_of_the_plane_read_nothing() {
    let mut world = world(settings());
    let Step::Answer(moved) = world.ask(get("https://admin.example/_tidegate", &[])) else { panic!() };
    assert_eq!((moved.status, moved.fields[0].clone()), (308, ("Location", "/_tidegate/".to_owned())));
    for (method, path, status) in [
        ("POST", "/_tidegate/healthz", 405),
        ("POST", "/_tidegate/", 405),
        ("GET", "/", 404),
        ("GET", "/_tidegate/nothing", 404),
        ("GET", "/_tidegate/api/nothing", 404),
        ("PUT", "/_tidegate/api/session", 405),
    ] {
        let url = format!("{ADMIN}{path}");
        assert_eq!(refusal(world.ask(Asked { method, ..get(&url, &[]) })).0, status, "{method} {path}");
    }
}

#[test]
fn the_description_is_everybodys() {
    let mut world = world(settings());
    let url = format!("{API}/openapi.json");
    let (waiting, sent) = call(world.ask(get(&url, &[])));
    assert_eq!(sent.url, "https://assets.invalid/_tidegate/api/openapi.json");
    let step = world.resume(waiting, vec![Reading::Response { status: 200, body: Vec::new() }]);
    let Step::Relay(Relay { keep, set, .. }) = step else { panic!("{step:?}") };
    assert_eq!(keep, Some(&[][..]));
    assert!(set.contains(&("Content-Type", "application/json".to_owned())));
}

/// A world whose gate knows the keys of tokens, so that it can tell whose one is.
fn world_with_keys() -> World {
    let mut world = world(settings());
    let gate = Settings {
        keys: Ok(keys(&token_keys())),
        prefix: Ok(prefix()),
        realm: Ok(Default::default()),
        origin: Err(Denial::Misconfigured("not of these tests".to_owned())),
        limits: Err(Denial::Misconfigured("LIMITS".to_owned())),
        registry: None,
        usage: None,
        admin: Box::new(world.plane.clone()),
    };
    world.memory = Memory::new(gate);
    world
}

/// A test of a token as far as the call of the registry.
fn tested(world: &mut World, token: &str, operation: &str) -> (Waiting, Call) {
    let (bearer, url) = (bearer(), format!("{API}/integrations/{}/test", integration_id(1).as_str()));
    let fields = [
        ("cf-ray", "8f2a-FRA"),
        ("cf-connecting-ip", "192.0.2.7"),
        ("user-agent", "deploy/1.0"),
        ("x-other", "1"),
        JSON,
    ];
    let asked = Asked { authorization: Some(&bearer), ..post(&url, &fields) };
    let Step::Needs(waiting, reads) = world.ask(asked) else { panic!("no body is wanted") };
    assert_eq!(reads, [Read::Body { limit: 4_096, timeout_ms: 4_000 }]);
    let body = json!({ "token": token, "operation": operation }).to_string();
    call(world.resume(waiting, vec![Reading::Bytes(body.into_bytes())]))
}

#[test]
fn a_tested_token_goes_no_further_than_the_gate() {
    let mut world = world_with_keys();
    let ((own, _), (other, _)) = (minted(1, 7), minted(2, 7));
    for (token, is_own) in [(own.as_str(), true), (other.as_str(), false), ("pit_x", false), ("", false)] {
        let (_, sent) = tested(&mut world, token, "whoami");
        assert_eq!(sent.body, Some(json!({ "operation": "whoami", "is_own": is_own }).to_string()));
        assert_eq!((sent.method.as_str(), sent.once, sent.with_body), ("POST", true, false));
        assert!(token.is_empty() || !format!("{sent:?}").contains(token));
        let expected = [
            ("x-registry-actor", "owner-key".to_owned()),
            ("x-registry-request", told("8f2a-FRA", "192.0.2.7", Some("deploy/1.0"))),
            ("Content-Type", "application/json".to_owned()),
        ];
        assert_eq!(sent.fields, expected);
    }
    let (waiting, _) = tested(&mut world, &own, "whoami");
    let word = Reading::Response { status: 200, body: b"{\"path\":null}".to_vec() };
    let Step::Answer(answer) = world.resume(waiting, vec![word]) else { panic!("the gate lacks its limits") };
    let told: Value = serde_json::from_str(answer.body.as_deref().unwrap()).unwrap();
    assert_eq!((&told["allowed"], &told["status"], &told["milliseconds"]), (&json!(false), &json!(503), &json!(0)));
    let effects = world.memory.take_effects();
    assert!(effects.iter().all(|effect| matches!(effect, Effect::Log(_))), "the driver remembers nothing: {effects:?}");
    assert!(!format!("{effects:?}").contains(&own));
}

#[test]
fn what_the_registry_says_to_a_test_is_told() {
    let mut world = world_with_keys();
    let (own, _) = minted(1, 7);
    for (status, kind) in [(422, "invalid-field"), (404, "no-such-integration"), (403, "forbidden")] {
        let (waiting, _) = tested(&mut world, &own, "GET /contacts/");
        let body = json!({ "type": format!("urn:tidegate:problem:{kind}") }).to_string().into_bytes();
        let step = world.resume(waiting, vec![Reading::Response { status, body }]);
        assert_eq!(refusal(step), (status, kind.to_owned()));
    }
    let (waiting, _) = tested(&mut world, &own, "GET /contacts/");
    let step = world.resume(waiting, vec![Reading::TooSlow]);
    assert_eq!(refusal(step).0, 503);
}

#[test]
fn another_owner_key_ends_the_sessions_that_it_started_and_another_first_token_key_all() {
    let (now, other) = (keys(&token_keys()), keys(&key(3)));
    let owner_key = OwnerKey::parse(OWNER_KEY).unwrap();
    let new = OwnerKey::parse(&format!("owner_{}", "n".repeat(43))).unwrap();
    let of_owner = session::start_session(&now, &owner_key, [7; 32]);
    let of_person = session::start_person_session(&now, [7; 32]);
    let find = |session: &session::NewSession, keys: &TokenKeys, owner_key: Option<&OwnerKey>| {
        session::find_session(session.cookie.split(';').next().unwrap(), keys, owner_key)
    };
    assert_eq!(find(&of_owner, &now, Some(&owner_key)), Some(session::Credential::Session(of_owner.digest.clone())));
    // The registry knows no session with this digest.
    assert!(find(&of_owner, &now, Some(&new)).is_some_and(|found| !found.to_header().ends_with(&of_owner.digest)));
    assert_eq!(find(&of_owner, &now, None), None);
    for owner_key in [Some(&owner_key), Some(&new), None] {
        let person = session::Credential::PersonSession(of_person.digest.clone());
        assert_eq!(find(&of_person, &now, owner_key), Some(person));
        assert_eq!(find(&of_person, &other, owner_key), None);
    }
    let before = keys(&format!("{},{}", key(3), token_keys()));
    assert_eq!((find(&of_owner, &before, Some(&owner_key)), find(&of_person, &before, None)), (None, None));
}
