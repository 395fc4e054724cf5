//! Security schemes and scopes: declared, mapped, listed in an extension, described.

use std::slice::from_ref;

use serde_json::{Value, json};
use tidegate::openapi::{Compiled, Finding, Settings, WithoutSecurity, compile};
use tidegate::policy::Access;

use super::super::support::scopes;
use super::{document, one, parsed, settings};

fn with_extension(without_security: WithoutSecurity) -> Settings {
    Settings { scope_extension: Some("x-required-scopes".into()), without_security, ..settings() }
}

#[test]
fn scopes_in_an_extension_are_needed_beside_those_in_security() {
    let tenant = json!([{ "Tenant": ["a"] }]);
    for (extension, security, expected) in [
        (json!(["b", "c"]), tenant.clone(), Ok("a b c")),
        (json!([]), tenant.clone(), Ok("a")),
        (json!(["b"]), json!([{ "Tenant": [] }]), Ok("b")),
        (json!("b"), tenant.clone(), Err("x-required-scopes must be a list of scopes")),
        (json!({ "b": [] }), tenant.clone(), Err("x-required-scopes must be a list of scopes")),
        (json!([1]), tenant.clone(), Err("x-required-scopes must be a list of scopes")),
        (json!(null), tenant.clone(), Err("x-required-scopes must be a list of scopes")),
        (json!(["b c"]), tenant.clone(), Err("\"b c\": ")),
        (json!(["b"]), json!([]), Err("it lists scopes (b), and has no security")),
        (json!("b"), json!([]), Err("x-required-scopes must be a list of scopes")),
    ] {
        let document = parsed(&one("/a", json!({ "security": security, "x-required-scopes": extension })));
        let Compiled { policy, report, .. } = compile(from_ref(&document), &with_extension(WithoutSecurity::Public));
        match expected {
            Ok(text) => {
                let access = policy.unwrap().operations()[0].access.clone();
                assert_eq!(access.alternatives()[0].scopes, scopes(text), "{extension}");
            }
            Err(message) => {
                let Finding { document, path, method, message: found } = &report.errors[0];
                assert_eq!((&**document, &**path, &**method), ("One", "/a", "get"));
                assert!(policy.is_none() && found.starts_with(message), "{extension}: {found}");
            }
        }
        let ignored = compile(&[document], &settings());
        assert_eq!(ignored.report.errors, []);
        let listed = ignored.policy.unwrap().catalogue().entries().iter().all(|entry| entry.scope.as_str() == "a");
        assert!(listed, "{extension} counts without being configured");
    }
}

#[test]
fn an_operation_that_lists_scopes_is_never_opened_for_want_of_security() {
    let silent = one("/a", json!({ "x-required-scopes": ["a"] }));
    for (without_security, opens) in
        [(WithoutSecurity::Public, false), (WithoutSecurity::Authenticated, false), (WithoutSecurity::Deny, true)]
    {
        let Compiled { policy, report, .. } = compile(&[parsed(&silent)], &with_extension(without_security));
        let denied = policy.is_some_and(|policy| policy.operations()[0].access == Access::AnyOf(vec![]));
        assert_eq!((denied, report.errors.is_empty()), (opens, opens), "{report:?}");
    }
}

/// A document whose schemes are of each kind, and described scopes.
fn kinds(scopes: &Value) -> Value {
    let paths = json!({
        "/a": {
            "get": { "security": [{ "OAuth": ["a.readonly"] }] },
            "put": { "security": [{ "Connect": ["a.write"] }] },
            "post": { "security": [{ "Bearer": ["b.all"] }] },
            "delete": { "security": [{ "Missing": ["c.write"] }, { "Strange": ["d.write"] }] }
        }
    });
    let mut document = document("Kinds", paths);
    let flows = json!({ "clientCredentials": { "tokenUrl": "https://t.example", "scopes": scopes } });
    document["components"]["securitySchemes"] = json!({
        "OAuth": { "type": "oauth2", "flows": flows },
        "Connect": { "type": "openIdConnect", "openIdConnectUrl": "https://c.example" },
        "Bearer": { "type": "http", "scheme": "bearer", "bearerFormat": "opaque" },
        "Strange": { "type": "apiKey", "in": "header", "name": "X-Key" }
    });
    document
}

fn mapped() -> Settings {
    let scheme = json!({ "level": "sub_account", "private_integrations": true });
    serde_json::from_value(json!({
        "schemes": { "OAuth": scheme, "Connect": scheme, "Bearer": scheme, "Missing": scheme }
    }))
    .unwrap()
}

#[test]
fn every_kind_of_scheme_carries_scopes_and_what_is_amiss_is_told() {
    let scopes = json!({ "a.readonly": "Read a", "unused.readonly": "Read u", "a.write": "" });
    let Compiled { policy, report, .. } = compile(&[parsed(&kinds(&scopes))], &mapped());
    assert_eq!(report.errors, []);
    let catalogue = policy.unwrap().catalogue();
    let known: Vec<_> =
        catalogue.entries().iter().map(|entry| (entry.scope.as_str(), entry.description.as_deref())).collect();
    assert_eq!(known, [("a.readonly", Some("Read a")), ("a.write", None), ("b.all", None), ("c.write", None)]);
    assert_eq!(report.unmapped_schemes, ["Strange"]);
    assert_eq!(report.unused_scopes, ["d.write", "unused.readonly"]);
    assert_eq!(report.undeclared_schemes.len(), 1);
    let Finding { document, message, .. } = &report.undeclared_schemes[0];
    assert_eq!((&**document, &**message), ("Kinds", "Missing is used and not declared"));
}

#[test]
fn a_scheme_can_be_meant_by_its_uri_since_3_2() {
    let uri = "#/components/securitySchemes/OAuth";
    let ways = json!([
        { uri: ["a.readonly"] },
        { "https://a.example/openapi.yaml#/components/securitySchemes/Be%61rer": ["b.all"] },
        { uri: ["a.write"], "OAuth": ["a.readonly"] },
        { "other.yaml#/components/securitySchemes/OAuth": ["b.all"] },
        { "#/components/securitySchemes/Nothing": [] },
    ]);
    let mut document = kinds(&json!({}));
    document["paths"] = json!({ "/a": { "get": { "security": ways } } });
    document["$self"] = json!("https://a.example/openapi.yaml");
    let read = |version: &str| {
        document["openapi"] = json!(version);
        compile(&[parsed(&document)], &mapped())
    };
    let [of_3_1, of_3_2] = ["3.1.0", "3.2.0"].map(read);
    assert_eq!(of_3_1.policy.unwrap().operations()[0].access.alternatives(), []);
    assert_eq!(of_3_1.report.unmapped_schemes.len(), 4);
    let policy = of_3_2.policy.unwrap();
    let scopes = policy.operations()[0].access.alternatives().iter().map(|way| way.scopes.to_string());
    assert_eq!(scopes.collect::<Vec<_>>(), ["a.readonly", "a.readonly a.write", "b.all"]);
    // What leads elsewhere is closed, and told.
    let elsewhere = ["#/components/securitySchemes/Nothing", "other.yaml#/components/securitySchemes/OAuth"];
    assert_eq!(of_3_2.report.unmapped_schemes, elsewhere);
    let told: Vec<_> = of_3_2.report.undeclared_schemes.iter().map(|one| one.message.as_str()).collect();
    assert!(told.len() == 2 && told.iter().all(|told| told.contains("looks like a URI of a scheme")), "{told:?}");
    // A name that looks like one is a name.
    document["components"]["securitySchemes"][uri] = json!({ "type": "http", "scheme": "bearer" });
    document["paths"]["/a"]["get"]["security"] = json!([{ uri: ["a.readonly"] }]);
    let named = compile(&[parsed(&document)], &mapped());
    assert_eq!(named.report.unmapped_schemes, [uri]);
}

#[test]
fn of_two_descriptions_the_first_in_order_stays() {
    let described = |(n, text): (usize, &str)| {
        let mut document = kinds(&json!({ "a.readonly": text }));
        let paths = document["paths"].take();
        document["paths"] = json!({ (format!("/{n}")): paths["/a"] });
        document
    };
    let documents = [(0, "Read b"), (1, ""), (2, "Read a, all of it"), (3, "Read c")];
    let documents = documents.map(|document| parsed(&described(document)));
    for rotation in 0..documents.len() {
        let mut documents = documents.to_vec();
        documents.rotate_left(rotation);
        let catalogue = compile(&documents, &mapped()).policy.unwrap().catalogue();
        assert_eq!(catalogue.entries()[0].description.as_deref(), Some("Read a, all of it"));
    }
}
