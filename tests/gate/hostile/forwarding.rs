//! Rows 13 to 18: header fields, to the verdict and to the origin.

use tidegate::core::forward::{Plan, plan};

use super::super::world::World;

/// The plan for a granted request with these header fields, names in lower case.
fn planned(token: &str, fields: &[(&str, &str)]) -> Plan {
    let world = World::new();
    let grant = world.judge("GET", "/me?a=b", Some(&world.tokens[token]), &[]).unwrap();
    let value = |name: &str| fields.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    plan(&grant, fields.iter().map(|(name, _)| *name), value)
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
        format!("{token}\t"),
        format!("{token}\r\nX: y"),
        "Bearer ".to_owned() + &"a".repeat(9000),
    ] {
        let denial = world.judge("GET", "/me", Some(&header), &[]).unwrap_err();
        assert_eq!(denial.code(), "ambiguous_request", "{header}");
    }
    for header in [token.replace("Bearer", "bEARER"), token.replace(' ', "   "), text.to_owned()] {
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
    assert_eq!(plan.set.len(), OURS.len());
}

#[test]
fn class_14_a_public_request_carries_no_identity() {
    let world = World::new();
    let grant = world.judge("GET", "/status", None, &[]).unwrap();
    let plan = plan(&grant, ["x-tidegate-owner", "accept"], |_| None);
    assert_eq!((plan.set, plan.respond, plan.remove), (vec![], vec![], vec!["x-tidegate-owner".to_owned()]));
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
        assert_eq!(denial.code(), "unknown_operation", "{name}");
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
    ] {
        assert!(removed(name, &[(name, "DELETE")]), "{name}");
    }
    for name in ["x-original-host", "x-http-method-overrides", "x-forwarded-uri", "x-request-id"] {
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
    let value = |name: &str| fields.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    let removed = plan(&grant, fields.iter().map(|(name, _)| *name), value).remove;
    assert_eq!(removed, ["x_location_id", "connection"]);
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
    for name in ["cf-connecting-ip", "x-forwarded-for", "x-forwarded-proto", "x-real-ip", "forwarded", "host"] {
        assert!(!removed(name, &[("connection", name), (name, "1")]), "{name}");
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

#[test]
fn class_25_the_session_cookie_stays_with_the_gate() {
    for (cookie, expected) in [
        ("a=1; __Host-tidegate=sesame; b=2", Some("a=1; b=2")),
        ("__Host-tidegate=sesame;a=1", Some("a=1")),
        (" __Host-tidegate = sesame; a=1; __Host-tidegate=sesame", Some("a=1")),
        ("a=1; b=2", None),
    ] {
        assert_eq!(set(&planned("tenant", &[("cookie", cookie)]), "cookie"), expected, "{cookie}");
    }
    assert!(removed("cookie", &[("cookie", "__Host-tidegate=sesame")]));
    assert!(!removed("cookie", &[("cookie", "a=1; b=2")]));
}

#[test]
fn an_outgoing_token_is_announced_to_both_sides() {
    let plan = planned("outgoing, last second", &[]);
    assert_eq!(set(&plan, "X-Tidegate-Token"), Some("outgoing"));
    assert_eq!(plan.respond, [("Tidegate-Token-Expires", "2026-01-15T08:00:01Z".to_owned())]);
    assert_eq!(planned("incoming", &[]).respond, []);
}
