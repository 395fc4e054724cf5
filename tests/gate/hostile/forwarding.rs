//! Rows 13 to 18: header fields, to the verdict and to the origin.

use std::cell::Cell;

use tidegate::decision::Grant;
use tidegate::forward::{Arrival, Forwarding, Plan, RemovedFields, goes_by_class, plan};
use tidegate::policy::Policy;
use tidegate::reply::{Realm, answer};
use tidegate::request::Request;
use tidegate::token::{OwnCredentials, check};

use super::super::support::{OWNER_KEY, keys, prefix, token_keys};
use super::super::world::World;

/// The plan for a granted request with these header fields, names in lower case.
fn planned(token: &str, fields: &[(&str, &str)]) -> Plan {
    let world = World::new();
    planned_for(&world.judge("GET", "/me?a=b", Some(&world.tokens[token]), &[]).unwrap(), fields)
}

fn planned_for(grant: &Grant, fields: &[(&str, &str)]) -> Plan {
    planned_without(grant, fields, &RemovedFields::parse("x-internal-*, debug").unwrap())
}

fn planned_without(grant: &Grant, fields: &[(&str, &str)], removed: &RemovedFields) -> Plan {
    let value = |name: &str| fields.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    let arrival = Arrival { scheme: "https", host: "gate.example:8443", removed };
    plan(grant, arrival, fields.iter().map(|(name, _)| *name), value)
}

fn removed(name: &str, fields: &[(&str, &str)]) -> bool {
    planned("tenant", fields).remove.iter().any(|removed| removed == name)
}

fn set<'a>(plan: &'a Plan, name: &str) -> Option<&'a str> {
    plan.set.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

const OURS: [&str; 5] =
    ["X-Tidegate-Integration", "X-Tidegate-Level", "X-Tidegate-Owner", "X-Tidegate-Scopes", "X-Tidegate-Token"];

#[test]
fn class_13_joined_credentials_are_refused() {
    let world = World::new();
    let token = &world.tokens["tenant"];
    let text = token.strip_prefix("Bearer ").unwrap();
    for header in [
        format!("{token}, {token}"),
        format!("{token},{token}"),
        format!("{token}, Basic dXNlcjpwYXNz"),
        format!("Basic dXNlcjpwYXNz, {token}"),
        format!("{text}, {text}"),
        format!("{token},"),
        format!(",{token}"),
        format!("{token} {text}"),
        format!("Bearer {token}"),
        format!("{token}\r\nX: y"),
        "Bearer ".to_owned() + &"a".repeat(9000),
    ] {
        let denial = world.judge("GET", "/me", Some(&header), &[]).unwrap_err();
        assert_eq!(denial.code().as_str(), "ambiguous_request", "{header}");
    }
    let spaced = [format!("{token} "), format!("{token}\t "), format!(" {token}"), format!("{text} ")];
    let plain = [token.replace("Bearer", "bEARER"), token.replace(' ', "   "), text.to_owned()];
    for header in plain.into_iter().chain(spaced) {
        assert!(world.judge("GET", "/me", Some(&header), &[]).is_ok(), "{header}");
    }
}

#[test]
fn class_14_identity_headers_from_the_client() {
    for name in ["x-tidegate-owner", "x-tidegate-level", "x-tidegate-anything", "x-tidegate-", "x-tidegate"] {
        assert!(removed(name, &[(name, "other")]), "{name}");
    }
    let plan = planned("tenant", &[("x-tidegate-owner", "other")]);
    assert_eq!(set(&plan, "X-Tidegate-Owner"), Some("harbour-1"));
    assert_eq!(set(&plan, "X-Tidegate-Integration"), Some("040g2081040g2081"));
    assert_eq!(set(&plan, "X-Tidegate-Level"), Some("sub_account"));
    assert_eq!(set(&plan, "X-Tidegate-Token"), Some("current"));
    assert_eq!(plan.set.iter().filter(|(name, _)| name.starts_with("X-Tidegate")).count(), OURS.len());
}

#[test]
fn class_14_a_public_request_carries_no_identity() {
    let world = World::new();
    let grant = world.judge("GET", "/status", None, &[]).unwrap();
    let plan = planned_for(&grant, &[("x-tidegate-owner", "other"), ("accept", "*/*")]);
    assert!(plan.set.iter().all(|(name, _)| name.starts_with("X-Forwarded-")));
    assert_eq!((plan.respond, plan.remove), (vec![], vec!["x-tidegate-owner".to_owned()]));
}

#[test]
fn class_15_underscore_and_case_variants() {
    for name in [
        "x_tidegate_owner",
        "x-tidegate_owner",
        "x_tidegate-owner",
        "X-TIDEGATE-OWNER",
        "x.tidegate.owner",
        "X_Tidegate_Token",
        "x~tidegate~owner",
        "x!tidegate!owner",
    ] {
        assert!(removed(name, &[(name, "other")]), "{name}");
    }
    for name in ["accept", "x-tide-gate-owner", "tidegate", "x-request-id", "content-type"] {
        assert!(!removed(name, &[(name, "kept")]), "{name}");
    }
}

#[test]
fn class_16_forwarded_uri_headers_are_no_target() {
    let world = World::new();
    for (name, value) in [
        ("X-Original-URL", "/me"),
        ("X-Rewrite-URL", "/me"),
        ("X-Forwarded-Uri", "/me"),
        ("X-Forwarded-Path", "/me"),
        ("X-Forwarded-Prefix", "/me"),
        ("X-Original-Method", "GET"),
        ("X-Envoy-Original-Path", "/me"),
    ] {
        let denial = world.judge("GET", "/admin", Some(&world.tokens["tenant"]), &[(name, value)]).unwrap_err();
        assert_eq!(denial.code().as_str(), "unknown_operation", "{name}");
    }
}

#[test]
fn class_16_17_and_20_overrides_stay_behind() {
    for name in [
        "x-http-method-override",
        "x_http_method_override",
        "x-http-method",
        "x-method-override",
        "x-original-url",
        "x-original-uri",
        "x-rewrite-url",
        "x.rewrite.url",
        "x-middleware-subrequest",
        "x-middleware-rewrite",
        "x-method",
        "x-http-override",
        "x-original-path",
        "x-original-method",
        "x-original-host",
        "x-rewrite-uri",
        "x-request-uri",
        "x-envoy-original-path",
        "x-envoy-original-host",
        "x-forwarded-uri",
        "x-forwarded-method",
        "x-forwarded-path",
        "x-forwarded-prefix",
        "x_forwarded_prefix",
        "x-matched-path",
        "x-invoke-path",
        "x-invoke-query",
        "x-now-route-matches",
        "remote-user",
        "remote_user",
        "remote-groups",
        "x-remote-user",
        "x-forwarded-user",
        "x-forwarded-email",
        "x-auth-request-user",
        "x-auth-user",
        "x-authenticated-userid",
        "x-consumer-username",
        "x-credential-identifier",
        "x-client-cert",
        "client-cert-chain",
        "ssl_client_s_dn",
        "x-ssl-client-verify",
        "x-arr-clientcert",
        "x-sendfile-type",
        "x-accel-mapping",
        "x-override-url",
        "x-vercel-forwarded-for",
        "fly-client-ip",
        "x-azure-clientip",
        "x-appengine-user-ip",
        "proxy",
        "expect",
        "script_name",
        "script-name",
        "x-script-name",
        "path_info",
        "path-info",
        "x-path-info",
        "x-http-destinationurl",
        "x-proxy-url",
        "x-authenticated-scope",
        "x-authenticated-groups",
        "x-webauth-user",
        "x-webauth-role",
        "x-webauth-groups",
        "proxy-client-ip",
        "wl-proxy-client-ip",
        "x-forward-for",
        "forwarded-for",
        "x-custom-ip-authorization",
        "x-amzn-mtls-clientcert",
        "x-ssl-cert",
        "x-client-verify",
        "x-client-dn",
        "x-userinfo",
        "x-jwt-assertion",
        "x-pomerium-claim-email",
        "tailscale-user-login",
        "cf-access-authenticated-user-email",
        "x-endpoint-api-userinfo",
        "x-apigateway-api-userinfo",
        "x-auth-username",
        "x-auth-userid",
        "x-auth-email",
        "x-auth-groups",
        "x-auth-roles",
        "x-ms-token-aad-access-token",
        "x-anonymous-consumer",
        "x-azure-socketip",
        "x-cluster-client-ip",
        "x-host",
        "x-host-override",
        "x-http-host-override",
        "x-http-path-override",
        "x-nf-client-connection-ip",
        "x-original-forwarded-for",
        "x-originating-ip",
        "x-proxyuser-ip",
        "x-request-path",
        "x-request-url",
        "x-rewrite-path",
        "x-scheme",
        "x-true-client-ip",
        "x-url-scheme",
        "x-amzn-oidc-data",
        "x-authentik-username",
        "x-goog-authenticated-user-email",
        "x-goog-iap-jwt-assertion",
        "x-ms-client-principal",
        "x-ms-client-principal-name",
        "fastly-client-ip",
        "front-end-https",
        "x-astro-path",
        "x-astro-locals",
        "x-ms-original-url",
        "x-waws-unencoded-url",
        "x-replaced-path",
        "x-original-proto",
        "x-original-for",
        "x-arr-ssl",
        "x-vouch-user",
        "x-vouch-idp-claims-email",
        "x-proxy-user",
        "x-proxy-roles",
        "x-auth-couchdb-username",
        "x-auth-couchdb-roles",
        "x-apigateway-event",
        "x-apigateway-context",
        "sm_user",
        "sm-userdn",
        "iv-user",
        "iv_groups",
        "oidc_claim_sub",
        "oidc-access-token",
        "shib-session-id",
        "ajp_remote_user",
        "mellon_email",
        "gap-auth",
        "iv-user-l",
        "oam_remote_user",
        "x-token-user-email",
        "wl-proxy-client-cert",
        "disguised-host",
        "x-internal-route",
        "debug",
    ] {
        assert!(removed(name, &[(name, "DELETE")]), "{name}");
    }
    for name in [
        "x-http-method-overrides",
        "x-request-id",
        "x-original-filename",
        "x-consume",
        "x-user-agent-hint",
        "x-auth-token",
        "x-auth-key",
        "x-script",
        "x-proxy-users",
        "x-astro-paths",
        "sm-session",
        "x-original-format",
        "tailscale-users",
        "cf-access-jwt-assertion",
        "x-accel-buffering",
        "if-none-match",
        "cache-control",
        "origin",
    ] {
        assert!(!removed(name, &[(name, "kept")]), "{name}");
    }
}

/// What was judged must be what arrives: neither named away, nor beside a field that a server folds into the same name.
#[test]
fn class_18_a_judged_owner_field_reaches_the_origin_alone() {
    let world = World::new();
    let fields = [("x-location-id", "harbour-1"), ("x_location_id", "harbour-2"), ("connection", "X-Location-Id")];
    let grant =
        world.judge("GET", "/reports", Some(&world.tokens["tenant"]), &[("X-Location-Id", "harbour-1")]).unwrap();
    assert_eq!(planned_for(&grant, &fields).remove, ["x_location_id", "connection"]);
    let removed = RemovedFields::parse("x-location-*").unwrap();
    assert_eq!(planned_without(&grant, &fields, &removed).remove, ["x_location_id", "connection"]);
}

#[test]
fn class_18_connection_names_fields_away_but_never_ours() {
    let ours = OURS.join(", ").to_lowercase();
    let plan = planned("tenant", &[("connection", &format!("close, {ours}")), ("x-tidegate-owner", "other")]);
    for name in OURS {
        assert!(set(&plan, name).is_some(), "{name}");
    }
    assert!(removed("x-debug", &[("connection", "close, X-Debug"), ("x-debug", "1")]));
    assert!(removed("x-debug", &[("connection", "x-debug"), ("x-debug", "1")]));
}

#[test]
fn class_18_connection_cannot_hide_who_the_client_is() {
    for name in ["cf-connecting-ip", "host"] {
        assert!(!removed(name, &[("connection", name), (name, "1")]), "{name}");
    }
    let connection = "cf-connecting-ip, x-forwarded-for, x-forwarded-host";
    let plan = planned("tenant", &[("connection", connection), ("cf-connecting-ip", "192.0.2.1")]);
    assert_eq!(set(&plan, "X-Forwarded-For"), Some("192.0.2.1"));
    assert_eq!(set(&plan, "X-Forwarded-Host"), Some("gate.example:8443"));
}

/// Some fields of an answer act on the whole host, and so on the admin page; others, and 1xx, are for the hop that asked.
#[test]
fn an_answer_loses_what_acts_on_the_whole_host() {
    for (upgrade, switching) in [("websocket", Some(101)), ("WebSocket", Some(101)), ("h2c", None), ("", None)] {
        let removed = RemovedFields::default();
        let arrival = Arrival { scheme: "https", host: "gate.example:8443", removed: &removed };
        let how = Forwarding::exactly(planned("tenant", &[("upgrade", upgrade)]), arrival, None, 1);
        let withheld = ["clear-site-data", "service-worker-allowed", "proxy-authenticate", "proxy-connection"];
        assert_eq!(how.withheld, withheld);
        assert_eq!(how.statuses, (200, 599, switching), "{upgrade}");
    }
}

#[test]
fn the_origin_hears_of_the_client_from_the_platform_alone() {
    let claims = [
        "x-forwarded-for",
        "x_forwarded_for",
        "x-forwarded",
        "x-forwarded-port",
        "forwarded",
        "x-real-ip",
        "X_Real_IP",
        "true-client-ip",
        "x-client-ip",
        "client-ip",
        "cf_connecting_ip",
        "cf-connecting_ip",
        "CF_IPCountry",
        "cf.ray",
    ];
    let fields: Vec<_> = claims.into_iter().map(|name| (name, "198.51.100.7")).collect();
    for (address, expected) in [(Some(("cf-connecting-ip", "192.0.2.1")), Some("192.0.2.1")), (None, None)] {
        let fields: Vec<_> = fields.iter().copied().chain(address).collect();
        let plan = planned("tenant", &fields);
        assert_eq!(plan.remove, claims);
        assert_eq!(set(&plan, "X-Forwarded-For"), expected);
        assert_eq!(set(&plan, "X-Forwarded-Host"), Some("gate.example:8443"));
        assert_eq!(set(&plan, "X-Forwarded-Proto"), Some("https"));
    }
}

/// What the origin of a public operation gets of an `Authorization` field: all or nothing.
fn passes_on_public(value: &str) -> Result<bool, &'static str> {
    let grant = World::new().judge("GET", "/status", Some(value), &[]).map_err(|denial| denial.code().as_str())?;
    Ok(!planned_for(&grant, &[("authorization", value)]).remove.contains(&"authorization".to_owned()))
}

#[test]
fn a_public_operation_keeps_the_authorization_of_others() {
    let world = World::new();
    for value in [
        "Basic dXNlcjpwYXNz",
        "Bearer sesame",
        "sesame",
        "Bearer",
        "",
        "Digest username=\"Mufasa\", realm=\"x\", uri=\"/\"",
        "Digest username=\"pit_bull\"",
        "Bearer a, Bearer b",
        "Bearer {{token}}",
        "Hawk id=\"owner_1\"",
        "AWS4-HMAC-SHA256 Credential=pit/x, Signature=tga",
    ] {
        assert_eq!(passes_on_public(value), Ok(true), "{value}");
        assert!(world.judge("GET", "/me", Some(value), &[]).is_err(), "{value}");
        assert!(world.judge("GET", "/nowhere", Some(value), &[]).is_err(), "{value}");
    }
    let negotiate = format!("Negotiate {}", "a".repeat(9000));
    assert_eq!(passes_on_public(&negotiate), Ok(true));
}

#[test]
fn class_25_no_credential_of_ours_reaches_a_public_operation() {
    let world = World::new();
    let (token, automation) = (&world.tokens["tenant"], "tga_040g2081040g2081_rest");
    let text = token.strip_prefix("Bearer ").unwrap();
    assert_eq!(passes_on_public(token), Ok(false));
    assert_eq!(passes_on_public(text), Ok(false));
    for key in [OWNER_KEY, automation, "tga_"] {
        for value in [key.to_owned(), format!("Bearer {key}"), format!("bearer  {key} ")] {
            assert_eq!(passes_on_public(&value), Err("admin_credential"), "{value}");
            assert_eq!(
                world.judge("GET", "/me", Some(&value), &[]).unwrap_err().code().as_str(),
                "admin_credential",
                "{value}"
            );
        }
    }
    for ours in [text, OWNER_KEY, automation, "pit_x"] {
        for value in [
            format!("Bearer {ours}, Basic dXNlcjpwYXNz"),
            format!("Basic dXNlcjpwYXNz,Bearer {ours}"),
            format!("{ours},"),
            format!("Basic {ours}"),
            format!("Bearer Bearer {ours}"),
            format!("Bearer: {ours}"),
            format!("{ours} {ours}"),
            format!("Bearer\u{a0}{ours}"),
        ] {
            assert_eq!(passes_on_public(&value), Err("ambiguous_request"), "{value}");
        }
    }
    for ours in [text, OWNER_KEY, automation] {
        for value in [
            format!("Bearer \"{ours}\""),
            format!("Bearer token={ours}"),
            format!("Bearer={ours}"),
            format!("Bearer%20{ours}"),
            format!("Token token=\"{ours}\""),
            format!("x{ours}"),
        ] {
            assert_eq!(passes_on_public(&value), Err("ambiguous_request"), "{value}");
        }
    }
}

#[test]
fn a_malformed_credential_is_told_the_form() {
    let world = World::new();
    let text = world.tokens["tenant"].strip_prefix("Bearer ").unwrap();
    for value in [
        format!("Bearer Bearer {text}"),
        format!("Bearer \"{text}\""),
        format!("\"{text}\""),
        format!("Bearer: {text}"),
        format!("Bearer token={text}"),
        format!("Token {text}"),
        format!("Bearer {text}, Bearer {text}"),
        "Bearer {{token}}".to_owned(),
        "Bearer".to_owned(),
    ] {
        let denial = world.judge("GET", "/me", Some(&value), &[]).unwrap_err();
        let detail = answer(&denial, &Realm::default()).problem.detail;
        assert!(detail.contains("\"Authorization: Bearer <token>\""), "{value}: {detail}");
    }
}

#[test]
fn class_18_hop_by_hop_fields_never_pass() {
    for name in [
        "authorization",
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    ] {
        assert!(removed(name, &[(name, "h2c")]), "{name}");
    }
}

#[test]
fn websocket_upgrades_pass_whatever_connection_says() {
    let fields = [("connection", "Upgrade"), ("upgrade", "WebSocket"), ("sec-websocket-key", "x")];
    assert!(!removed("upgrade", &fields));
    assert!(!removed("sec-websocket-key", &fields));
}

/// The platform's `fetch` makes a `GET` of whatever asks for a WebSocket.
#[test]
fn class_20_only_a_get_asks_for_a_websocket() {
    let fields = [("connection", "Upgrade"), ("upgrade", "websocket"), ("sec-websocket-key", "x")];
    for (method, passes) in [("GET", true), ("POST", false), ("HEAD", false), ("DELETE", false)] {
        let policy = format!(
            r#"{{"v":1,"rev":1,"owner_parameters":{{"agency":[],"sub_account":[]}},
            "operations":[{{"path":"/a","method":"{method}","access":"authenticated"}}]}}"#
        );
        let world = World::with_policy(Policy::from_json(&policy).unwrap());
        let grant = world.judge(method, "/a", Some(&world.tokens["tenant"]), &[]).unwrap();
        let plan = planned_for(&grant, &fields);
        let is_removed = plan.remove.iter().any(|removed| removed == "upgrade");
        assert_eq!((is_removed, plan.answer.may_switch_protocols), (!passes, passes), "{method}");
        let by_class =
            goes_by_class(&grant, |name| fields.iter().find(|(known, _)| *known == name).map(|(_, value)| *value));
        assert_eq!(by_class, !passes, "{method}");
    }
}

#[test]
fn class_25_the_session_cookie_stays_with_the_gate() {
    for (cookie, expected) in [
        ("a=1; __Host-tidegate=sesame; b=2", Some("a=1; b=2")),
        ("__Host-tidegate=sesame;a=1", Some("a=1")),
        (" __Host-tidegate = sesame; a=1; __Host-tidegate=sesame", Some("a=1")),
        ("a=1, __Host-tidegate=sesame", Some("a=1")),
        ("a=1,__Host-tidegate=sesame,b=2; c=3", Some("a=1,b=2; c=3")),
        ("a=1; b=2", None),
    ] {
        assert_eq!(set(&planned("tenant", &[("cookie", cookie)]), "cookie"), expected, "{cookie}");
    }
    assert!(removed("cookie", &[("cookie", "__Host-tidegate=sesame")]));
    assert!(!removed("cookie", &[("cookie", "a=1; b=2")]));
}

/// What is taken off is not set again without our cookies.
#[test]
fn a_cookie_field_that_stays_behind_does_so_with_the_session_in_it_too() {
    let world = World::new();
    let grant = world.judge("GET", "/me", Some(&world.tokens["tenant"]), &[]).unwrap();
    let with_session = ("cookie", "a=1; __Host-tidegate=sesame");
    let (cookies, none) = (RemovedFields::parse("Cookie").unwrap(), RemovedFields::default());
    for (fields, removed) in
        [(vec![with_session], &cookies), (vec![with_session, ("connection", "close, Cookie")], &none)]
    {
        let plan = planned_without(&grant, &fields, removed);
        assert!(plan.remove.contains(&"cookie".to_owned()), "{fields:?}");
        assert_eq!(set(&plan, "cookie"), None, "{fields:?}");
    }
}

/// Each comparison with the owner key is a hash. None is made of what has not its form, and a value is no long list of candidates.
#[test]
fn a_long_authorization_is_compared_with_the_owner_key_a_few_times() {
    let (keys, prefix, compared) = (keys(&token_keys()), prefix(), Cell::new(0));
    let is_owner_key = |text: &str| {
        compared.set(compared.get() + 1);
        text == OWNER_KEY
    };
    let wrong = format!("owner_{}", "w".repeat(43));
    for (value, is_refused, most) in [
        ("a ".repeat(30_000), false, 0),
        (format!("Bearer {}", "x".repeat(49)), false, 0),
        ("owner_".repeat(10_000), true, 0),
        (format!("{wrong} ").repeat(1_000), true, 0),
        (format!("{}{OWNER_KEY}", format!("{wrong},").repeat(1_000)), true, 0),
        (format!("a {wrong} b"), false, 2),
        (format!("a {wrong} {OWNER_KEY}"), true, 2),
        (format!("a=\"{wrong}\", b=\"{OWNER_KEY}\""), true, 2),
    ] {
        compared.set(0);
        let own = OwnCredentials { prefix: &prefix, is_owner_key: &is_owner_key };
        let request = Request::parse("GET", "/status", Some(&value)).unwrap();
        let judged = request.authenticate(|authorization| check(&keys, own, authorization));
        assert_eq!(judged.is_err(), is_refused, "{value:.60}");
        assert!(compared.get() <= most, "{value:.60}: {}", compared.get());
    }
}

#[test]
fn an_outgoing_token_is_announced_to_both_sides() {
    let plan = planned("outgoing, last second", &[]);
    assert_eq!(set(&plan, "X-Tidegate-Token"), Some("outgoing"));
    assert_eq!(plan.respond, [("Tidegate-Token-Expires", "2026-01-15T08:00:01Z".to_owned())]);
    assert_eq!(planned("incoming", &[]).respond, []);
}
