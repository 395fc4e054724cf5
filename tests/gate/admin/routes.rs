//! Routes, revisions and list queries.

use tidegate::access::{Feature, KeyId, PersonId};
use tidegate::admin::{
    Access, AdminError, AgencyCommand, Command, DocumentName, IncomingRequest, IntegrationCommand, MAX_BODY_BYTES,
    MAX_POLICY_BYTES, MAX_PUBLICATION_BYTES, MAX_SIGN_IN_BYTES, MAX_TEST_BYTES, Named, PolicyCommand, ROUTES, Route,
    SessionId,
};
use tidegate::record::Level;
use tidegate::webhooks::EndpointId;

use super::super::support::{integration_id, owner};
use super::{ID, field};

#[test]
fn every_route_is_found_by_its_method_and_path() {
    for route in &ROUTES {
        let (method, template) = (route.method, route.path);
        let named = match template.split('/').nth(1) {
            Some("policy") if template.contains('{') => Named::Document(DocumentName::try_from(ID.to_owned()).unwrap()),
            _ if !template.contains('{') => Named::Nothing,
            Some("people") => Named::Person(PersonId::parse(ID).unwrap()),
            Some("keys") => Named::Key(KeyId::parse(ID).unwrap()),
            Some("endpoints") => Named::Endpoint(EndpointId::parse(ID).unwrap()),
            Some("sessions") => Named::Session(SessionId::parse(SESSION).unwrap()),
            Some("features") => Named::Feature(Feature::PrivateIntegrations),
            Some("sub-accounts") => Named::SubAccount(owner(Level::SubAccount, ID).id),
            _ => Named::Integration(integration_id(1)),
        };
        let path = filled(template);
        assert_eq!(Route::find(method, &path), Ok((route, named)), "{method} {template}");
    }
}

#[test]
fn other_methods_are_told_the_right_ones() {
    for Route { path: template, .. } in &ROUTES {
        let methods = ROUTES.iter().filter(|route| route.path == *template).map(|route| route.method);
        let also = |method| if method == "GET" { vec!["GET", "HEAD"] } else { vec![method] };
        let known: Vec<_> = methods.flat_map(also).collect();
        let found = Route::find("BREW", &filled(template));
        assert_eq!(found, Err(AdminError::MethodNotAllowed(known)), "{template}");
    }
    for method in ["get", "HEAD", "OPTIONS", ""] {
        assert!(matches!(Route::find(method, "/scopes"), Err(AdminError::MethodNotAllowed(_))), "{method}");
    }
}

#[test]
fn nothing_else_is_a_route() {
    for path in [
        "",
        "/",
        "/nothing",
        "scopes",
        "/scopes/",
        "//scopes",
        "/Scopes",
        "/scopes?x",
        "/integrations/040g2081040g2081/",
        "/integrations/040g2081040g2081/x",
        "/integrations/../scopes",
        "/policy/preview/x",
    ] {
        assert_eq!(Route::find("GET", path), Err(AdminError::NotFound), "{path:?}");
    }
}

#[test]
fn what_is_no_id_names_no_integration() {
    for id in ["", "x", "{id}", "..", "040G2081040G2081", "040g2081040g208", "040g2081040g20811"] {
        for path in [format!("/integrations/{id}"), format!("/integrations/{id}/rotation/cancel")] {
            assert_eq!(Route::find("GET", &path), Err(AdminError::NoIntegration), "{path:?}");
        }
    }
}

#[test]
fn what_is_no_owners_id_names_no_sub_account() {
    for id in ["", "..", "{id}", "a b", "a%2fb", "é", &"a".repeat(65)] {
        let found = Route::find("PATCH", &format!("/sub-accounts/{id}"));
        assert_eq!(found, Err(AdminError::NoSubAccount), "{id:?}");
    }
}

#[test]
fn an_owners_id_is_percent_decoded_once() {
    for (given, id) in [("acct:1", "acct:1"), ("acct%3A1", "acct:1"), ("a%40b.c", "a@b.c")] {
        let (_, named) = Route::find("PATCH", &format!("/sub-accounts/{given}")).unwrap();
        assert_eq!(named, Named::SubAccount(owner(Level::SubAccount, id).id), "{given}");
    }
    for given in ["acct%253A1", "a%2Fb", "a%20b", "a%25b", "a+b"] {
        let found = Route::find("PATCH", &format!("/sub-accounts/{given}"));
        assert_eq!(found, Err(AdminError::NoSubAccount), "{given:?}");
    }
}

#[test]
fn a_document_is_named_in_percent_encoding() {
    for (path, expected) in [
        ("Contacts%20API", "Contacts API"),
        ("contacts.yaml", "contacts.yaml"),
        ("caf%C3%A9", "caf\u{e9}"),
        ("a+b", "a+b"),
    ] {
        let found = Route::find("DELETE", &format!("/policy/documents/{path}"));
        let name = DocumentName::try_from(expected.to_owned()).unwrap();
        assert_eq!(found, Ok((route("DELETE", "/policy/documents/{name}"), Named::Document(name))), "{path}");
    }
    for path in ["", "%20a", "a%0Ab", "%FF", &"a".repeat(201)] {
        let found = Route::find("DELETE", &format!("/policy/documents/{path}"));
        assert_eq!(found, Err(AdminError::NoDocument), "{path:?}");
    }
}

#[test]
fn only_routes_with_a_body_take_one() {
    for route in &ROUTES {
        let limit = route.max_body;
        match (route.method, route.path) {
            ("PUT" | "PATCH", "/policy") | ("PUT", "/policy/documents/{name}") | ("POST", "/policy/preview") => {
                assert_eq!(limit, Some(MAX_POLICY_BYTES));
            }
            ("POST", path) if path.ends_with("/rotation/cancel") => assert_eq!(limit, None, "{route:?}"),
            ("POST", "/keys/{id}/rotation/finish") => assert_eq!(limit, None, "{route:?}"),
            (
                "POST",
                "/integrations/{id}/pause"
                | "/integrations/{id}/resume"
                | "/integrations/{id}/undo"
                | "/people/{id}/rebind"
                | "/endpoints/{id}/test"
                | "/resync",
            ) => {
                assert_eq!(limit, None, "{route:?}");
            }
            ("POST", "/session") => assert_eq!(limit, Some(MAX_SIGN_IN_BYTES)),
            ("POST", "/integrations/{id}/test") => assert_eq!(limit, Some(MAX_TEST_BYTES)),
            ("POST", "/publications") => assert_eq!(limit, Some(MAX_PUBLICATION_BYTES)),
            ("GET" | "DELETE", _) => assert_eq!(limit, None, "{route:?}"),
            _ => assert_eq!(limit, Some(MAX_BODY_BYTES), "{route:?}"),
        }
    }
}

#[test]
fn what_needs_no_permission_is_told_here() {
    for route in &ROUTES {
        let expected = match (route.method, route.path) {
            ("GET", "/openapi.json" | "/sign-in") => Access::Anyone,
            ("POST", "/session") => Access::OwnerKeyInBody,
            ("GET" | "DELETE", "/session" | "/sessions" | "/sessions/{session}") | ("GET", "/features") => {
                Access::SignedIn
            }
            _ => Access::Admin,
        };
        assert_eq!(route.access, expected, "{route:?}");
        assert_eq!(route.needs.is_empty(), expected != Access::Admin, "{route:?}: a route without needs is nobody's");
    }
}

/// A template with an id of each kind in it.
fn filled(template: &str) -> String {
    let template = template.replace("/features/{name}", "/features/private_integrations");
    template.replace("{id}", ID).replace("{name}", ID).replace("{session}", SESSION)
}

const SESSION: &str = "0123456789abcdef";

#[test]
fn what_is_no_id_names_nothing() {
    for (path, expected) in [
        ("/people/x", AdminError::NoPerson),
        ("/keys/040G2081040G2081", AdminError::NoKey),
        ("/sessions/0123456789ABCDEF", AdminError::NoSession),
        ("/sessions/0123456789abcde", AdminError::NoSession),
        ("/features/flying", AdminError::NoFeature),
    ] {
        assert_eq!(Route::find("GET", path), Err(expected), "{path}");
    }
}

#[test]
fn a_token_is_minted_where_one_is_created_or_rotated() {
    let minting: Vec<_> = ROUTES.iter().filter(|route| route.mints).map(|route| (route.method, route.path)).collect();
    assert_eq!(minting, [("POST", "/integrations"), ("POST", "/integrations/{id}/rotate")]);
}

fn route(method: &str, path: &str) -> &'static Route {
    ROUTES.iter().find(|route| (route.method, route.path) == (method, path)).unwrap()
}

fn with_rev(method: &str, path: &str, if_match: Option<&str>) -> Result<Command, AdminError> {
    let body = match path.rsplit('/').next() {
        Some("rotate") => "{\"expire\":\"now\"}",
        Some("finish") => "",
        Some("extend") => "{\"expires_at\":\"2027-01-31T12:00:00Z\"}",
        _ if path.starts_with("/endpoints/") => "{\"enabled\":true}",
        _ => "{\"name\":\"x\"}",
    };
    Command::parse(IncomingRequest { method, path, query: None, if_match, if_none_match: None, body })
}

#[test]
fn every_change_of_what_has_an_id_needs_its_rev() {
    // What was counted has no revision, a test of a token changes nothing, and what is only sent changes no endpoint.
    let without =
        ["/integrations/{id}/usage", "/integrations/{id}/test", "/endpoints/{id}/test", "/endpoints/{id}/resend"];
    let changes = ROUTES.iter().filter(|route| route.path.contains("{id}") && route.method != "GET");
    let changes = changes.filter(|route| !without.contains(&route.path));
    assert_eq!(changes.clone().count(), 21);
    for route in changes {
        let (method, path) = (route.method, route.path.replace("{id}", ID));
        assert_eq!(with_rev(method, &path, None).unwrap_err(), AdminError::NeedsRev, "{route:?}");
        assert!(with_rev(method, &path, Some("\"7\"")).is_ok(), "{route:?}");
    }
}

#[test]
fn the_agency_is_set_on_the_base_of_its_rev() {
    let set = |if_match| {
        let (method, path, body) = ("PUT", "/agency", r#"{"id":"the-agency"}"#);
        Command::parse(IncomingRequest { method, path, query: None, if_match, if_none_match: None, body })
    };
    assert_eq!(set(None).unwrap_err(), AdminError::NeedsRev);
    assert!(matches!(set(Some("\"0\"")), Ok(Command::Agency(AgencyCommand::Set { rev: 0, .. }))));
}

#[test]
fn if_match_is_one_rev_in_quotes() {
    let path = format!("/integrations/{ID}");
    for text in [
        "",
        "7",
        "*",
        "\"\"",
        "\"",
        "w/\"7\"",
        "W/7",
        "W/W/\"7\"",
        "W/ \"7\"",
        "W/\"7\", \"8\"",
        "\"7\", \"8\"",
        "\"x\"",
        "\"-7\"",
        "\"+7\"",
        "\"007\"",
        "\" 7\"",
        "\"7\" ",
        "'7'",
        "\"7.0\"",
        "\"99999999999999999999\"",
    ] {
        assert_eq!(field(with_rev("DELETE", &path, Some(text))), "If-Match", "{text:?}");
    }
    for (text, expected) in [("\"0\"", 0), ("\"7\"", 7), ("W/\"7\"", 7), ("\"18446744073709551615\"", u64::MAX)] {
        let Command::Integration(IntegrationCommand::Delete { rev, id }) =
            with_rev("DELETE", &path, Some(text)).unwrap()
        else {
            panic!("{text}")
        };
        assert_eq!((rev, id), (expected, integration_id(1)));
    }
}

#[test]
fn a_policy_may_be_published_with_or_without_a_rev() {
    let publish = |if_match| {
        let body = "{\"documents\":[]}";
        Command::parse(IncomingRequest {
            method: "PUT",
            path: "/policy",
            query: None,
            if_match,
            if_none_match: None,
            body,
        })
    };
    assert!(matches!(publish(None), Ok(Command::Policy(PolicyCommand::Publish { rev: None, .. }))));
    assert!(matches!(publish(Some("\"3\"")), Ok(Command::Policy(PolicyCommand::Publish { rev: Some(3), .. }))));
    assert_eq!(field(publish(Some("3"))), "If-Match");
}

#[test]
fn no_other_address_takes_a_query() {
    for route in ROUTES.iter().filter(|route| !route.takes_query) {
        let (method, path) = (route.method, filled(route.path));
        let request = IncomingRequest {
            method,
            path: &path,
            query: Some("x=1"),
            if_match: Some("\"7\""),
            if_none_match: None,
            body: "{}",
        };
        assert_eq!(field(Command::parse(request)), "query", "{route:?}");
    }
}
