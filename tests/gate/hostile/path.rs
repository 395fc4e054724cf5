//! Rows 1 to 12: paths that two parsers read in two ways. `tests/corpus/paths.json` has many more cases of each.

use tidegate::openapi::{Document, compile};
use tidegate::request::{Path, Request};

use super::super::vectors::paths::{CASES, rule};
use super::super::world::{self, World};
use super::refused;

/// The rule that a path breaks.
fn broken(path: &str) -> &'static str {
    Path::parse(path).map_or_else(rule, |_| "ok")
}

#[test]
fn class_01_dot_segments() {
    refused(
        &["/status/../contacts/c1", "/status/%2e%2e/contacts/c1", "/contacts/.", "/contacts/.."],
        "tenant",
        "ambiguous_request",
    );
    assert_eq!(broken("/public/../admin"), "dot_segment");
}

#[test]
fn class_02_encoded_slash_and_backslash() {
    let targets = ["/status/..%2fcontacts/c1", "/contacts%2Fc1", "/status%5c..%5ccontacts", "/status\\..\\contacts"];
    refused(&targets, "tenant", "ambiguous_request");
}

#[test]
fn class_03_double_slash() {
    refused(&["//contacts/c1", "/contacts//c1", "/contacts/c1//", "//"], "tenant", "ambiguous_request");
}

#[test]
fn class_04_what_was_judged_is_what_is_sent() {
    let world = World::new();
    for target in ["/contacts/a%20b?x=%2e%2e/", "/contacts/c1?", "/contacts/..c", "/contacts/caf%C3%a9?%zz"] {
        let grant = world.judge("GET", target, Some(&world.tokens["tenant"]), &[]).unwrap();
        assert_eq!(grant.target(), target);
        assert_eq!(grant.method().as_str(), "GET");
    }
}

#[test]
fn class_05_double_encoding() {
    refused(
        &["/%2561dmin", "/contacts/%252e%252e", "/contacts/a%252fb", "/contacts/%25"],
        "tenant",
        "ambiguous_request",
    );
}

#[test]
fn class_06_case() {
    refused(&["/Contacts/c1", "/CONTACTS/c1", "/Status", "/contactS/c1"], "tenant", "unknown_operation");
}

#[test]
fn class_07_matrix_parameters() {
    refused(
        &["/status;/c1", "/status/..;/contacts/c1", "/contacts/c1;x=y", "/contacts/c1%3bx"],
        "tenant",
        "ambiguous_request",
    );
}

#[test]
fn class_08_white_space_and_trailing_slash() {
    refused(&["/me%20", "/me/", "/%20me", "/contacts/c1/", "/contacts"], "tenant", "unknown_operation");
    refused(&["/me%09", "/me%0a", "/me%00", "/me\t", "/me "], "tenant", "ambiguous_request");
}

#[test]
fn class_09_prefix_without_a_boundary() {
    refused(&["/mean", "/meand/er", "/m", "/statuses", "/me-too", "/status/x"], "tenant", "unknown_operation");
}

#[test]
fn class_10_query_and_fragment_are_no_path() {
    refused(&["/admin?path=/me", "/admin?/me", "/admin??/../me", "/?/status"], "tenant", "unknown_operation");
    refused(&["/admin#/me", "/me#", "/admin%3f/me", "/admin%23/me", "/me?x#y"], "tenant", "ambiguous_request");
}

#[test]
fn class_11_origin_form_only() {
    refused(
        &["me", "", "*", "?x", "http://gate.example/me", "gate.example:443", "%2fme"],
        "tenant",
        "ambiguous_request",
    );
}

#[test]
fn class_12_nul_overlong_and_strange_encodings() {
    let targets = ["/me%00", "/%c0%ae%c0%ae/me", "/%u002e", "/me%", "/me%2", "/%6de", "/%ff", "/me\u{e9}", "/me%c2%85"];
    refused(&targets, "tenant", "ambiguous_request");
    refused(&["/%ef%bd%8de"], "tenant", "unknown_operation");
}

#[test]
fn every_path_class_has_refused_and_accepted_cases() {
    let rules = CASES.iter().map(|(_, _, outcome)| *outcome);
    for outcome in [
        "ok",
        "no_leading_slash",
        "empty_segment",
        "dot_segment",
        "forbidden_character",
        "bad_percent_encoding",
        "encoded_delimiter",
        "encoded_control",
        "encoded_unreserved",
        "not_utf8",
    ] {
        assert!(rules.clone().any(|rule| rule == outcome), "{outcome}");
    }
    for class in 1..=12 {
        assert!(CASES.iter().any(|case| case.0 == class), "class {class}");
    }
}

#[test]
fn class_28_paths_and_queries_are_bounded() {
    let length = |query: usize| format!("/me?{}", "a".repeat(query));
    assert!(Request::parse("GET", &length(16 * 1024), None).is_ok());
    assert!(Request::parse("GET", &length(16 * 1024 + 1), None).is_err());
    assert_eq!(broken(&format!("/{}", "a".repeat(8 * 1024))), "too_long");
    assert_eq!(broken(&"/a".repeat(257)), "too_many_segments");
}

/// Row 2, where an owner has an origin that keeps `%2F` apart from `/`.
#[test]
fn encoded_delimiters_pass_only_where_an_operation_takes_them() {
    let mut settings = world::settings();
    settings.encoded = vec!["GET /contacts/{contactId}".to_owned()];
    let document = Document::parse(&world::document().to_string()).unwrap();
    let world = World::with_policy(compile(&[document], &settings).policy.unwrap());
    for target in
        ["/contacts/group%2Fproject", "/contacts/C%23", "/contacts/50%25", "/contacts/why%3f", "/contacts/a%3Bb"]
    {
        let grant = world.judge("GET", target, Some(&world.tokens["tenant"]), &[]).unwrap();
        assert_eq!(grant.target(), target);
        assert_eq!(World::new().code("GET", target, "tenant"), "ambiguous_request", "{target}");
    }
    for target in [
        "/contacts/..%2Fme",
        "/contacts/x%2F..%2F..%2Fme",
        "/contacts/%2Fme",
        "/contacts/x%5C..%5Cme",
        "/contacts/x%2F%2Fy",
        "/contacts/%252e%252e",
        "/contacts/x%2F..%3Bv%2Fy",
        "/contacts%2Fx",
        "/me%2Fx",
        "/locations/harbour-1%2Fx",
    ] {
        assert_eq!(world.code("GET", target, "tenant"), "ambiguous_request", "{target}");
    }
}
