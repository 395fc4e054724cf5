//! Who may do what: every route of the admin API, for ten people, at three places. It is made from the table of routes and from the rule of
//! docs/people.md: 404 for what the caller may not see, and 403 for what they may see but not change. The registry's tests replay it
//! natively (`tests/registry/src/access.rs`), and `tests/edge/access.test.ts` over HTTP.

use serde_json::{Map, Value, json};
use tidegate::access::{Membership, Permissions, Place, PlaceOf, Role, Verb};
use tidegate::admin::{Access, ROUTES, Route};
use tidegate::json::{self as rules, FromJson};
use tidegate::record::OwnerId;

use super::compare;

#[test]
fn access() {
    compare("access.json", &made());
}

fn made() -> Value {
    let actors = actors();
    let routes = ROUTES.iter().filter(|route| matches!(route.access, Access::Admin | Access::SignedIn));
    let cases: Vec<_> = routes.map(|route| case(route, &actors)).collect();
    let actors: Vec<_> = actors.into_iter().map(|(name, given)| json!({ "name": name, "given": given })).collect();
    json!({ "places": ["acme", "globex", "agency"], "actors": actors, "cases": cases })
}

/// The actors, with what they are given.
fn actors() -> Vec<(&'static str, Value)> {
    let at = |verb: &str, place: &str| json!({ "verb": verb, "place": place });
    let of_acme = |role: &str| json!({ "role": role, "accounts": ["acme"] });
    let admin_without = |off: &str| {
        let preset = serde_json::to_value(Role::AgencyAdmin.preset(&[])).unwrap();
        let kept: Vec<_> = preset
            .as_array()
            .unwrap()
            .iter()
            .filter(|given| **given != at("integrations.manage", off))
            .cloned()
            .collect();
        json!({ "role": "agency_admin", "permissions": kept })
    };
    vec![
        ("owner", json!({ "role": "owner" })),
        ("agency-admin", json!({ "role": "agency_admin" })),
        ("admin-of-accounts", admin_without("agency")),
        ("admin-of-agency", admin_without("sub_accounts")),
        ("developer", json!({ "role": "developer" })),
        ("auditor", json!({ "role": "auditor" })),
        ("account-admin", of_acme("account_admin")),
        ("account-viewer", of_acme("account_viewer")),
        ("switched-off", json!({ "role": "account_admin", "accounts": ["acme"], "permissions": [] })),
        (
            "account-manager",
            json!({ "role": "account_admin", "accounts": ["acme"], "permissions": [
                at("people.manage", "sub_account:acme"), at("keys.manage", "sub_account:acme"),
                at("integrations.view", "sub_account:acme"),
            ] }),
        ),
    ]
}

fn case(route: &Route, actors: &[(&str, Value)]) -> Value {
    let account = |id: &str| Place::SubAccount(OwnerId::parse(id).unwrap());
    let places = [account("acme"), account("globex"), Place::Agency];
    let expected: Map<_, _> = actors
        .iter()
        .map(|(name, given)| {
            let permissions = permissions(given);
            let told = places.each_ref().map(|place| match expected(route, &permissions, place) {
                0 => "ok".to_owned(),
                status => status.to_string(),
            });
            ((*name).to_owned(), json!(told.join(" ")))
        })
        .collect();
    json!({ "method": route.method, "path": route.path, "expected": expected })
}

/// What somebody has who is given this.
fn permissions(given: &Value) -> Permissions {
    let role = read(&given["role"]);
    let accounts = given["accounts"].as_array().into_iter().flatten();
    let accounts = accounts.map(|id| OwnerId::parse(id.as_str().unwrap()).unwrap()).collect();
    let permissions = given.get("permissions").map(read);
    Membership::new(role, accounts, permissions, None).unwrap().permissions().clone()
}

fn read<T: FromJson>(value: &Value) -> T {
    T::from_json(rules::Value::parse(&value.to_string()).unwrap()).unwrap()
}

/// What shows a thing to somebody who may not change it.
fn view_of(route: &Route) -> Verb {
    match route.path.split('/').nth(1) {
        Some("people" | "sessions") => Verb::PeopleView,
        Some("keys") => Verb::KeysManage,
        Some("endpoints") if route.path != "/endpoints" => Verb::WebhooksManage,
        Some("publications") => Verb::EventsPublish,
        _ => Verb::IntegrationsView,
    }
}

/// What section 15 says: 0 for an answer, or the status of the refusal.
fn expected(route: &Route, permissions: &Permissions, place: &Place) -> u16 {
    if route.path == "/sessions/{session}" {
        return at_place(permissions, Verb::PeopleManage, Verb::PeopleView, place);
    }
    if route.access != Access::Admin {
        return 0;
    }
    let outcomes: Vec<u16> = route
        .needs
        .iter()
        .map(|need| match need.at {
            PlaceOf::Agency if permissions.may(need.verb, &Place::Agency) => 0,
            PlaceOf::SubAccounts if permissions.may(need.verb, &Place::SubAccounts) => 0,
            PlaceOf::Anywhere if permissions.may_anywhere(need.verb) => 0,
            PlaceOf::Named | PlaceOf::Body if permissions.may_anywhere(need.verb) => {
                at_place(permissions, need.verb, view_of(route), place)
            }
            _ => 403,
        })
        .collect();
    // To explain what an integration can do takes the right at its place, whatever else one may.
    if route.path == "/explain" && outcomes != [403, 403] {
        return at_place(permissions, Verb::IntegrationsView, Verb::IntegrationsView, place);
    }
    outcomes.into_iter().min().unwrap()
}

fn at_place(permissions: &Permissions, verb: Verb, view: Verb, place: &Place) -> u16 {
    match (permissions.may(verb, place), permissions.may(view, place)) {
        (true, _) => 0,
        (false, true) => 403,
        (false, false) => 404,
    }
}
