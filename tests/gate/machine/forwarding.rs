//! Forwarding by the classes of fields is forwarding by the fields.

use std::collections::BTreeMap;

use proptest::prelude::*;
use tidegate::forward::{Arrival, FieldClass, Forwarding, RemovedFields, goes_by_class, plan};
use tidegate::gate::{Credential, Gate, Head, Step};

use super::super::world::World;
use super::drive::{Sent, drive, memory as new_memory};

const NAMES: [&str; 25] = [
    "accept",
    "authorization",
    "connection",
    "cookie",
    "upgrade",
    "keep-alive",
    "te",
    "transfer-encoding",
    "cf-connecting-ip",
    "cf_connecting_ip",
    "cf-ray",
    "x-forwarded-for",
    "x-forwarded-proto",
    "x_real_ip",
    "forwarded",
    "x-tidegate-owner",
    "x_tidegate_scopes",
    "x-http-method-override",
    "x-internal-user",
    "x-request-id",
    "content-type",
    "content-length",
    "host",
    "expect",
    "close",
];
const VALUES: [&str; 10] = [
    "",
    "a",
    "keep-alive",
    "Keep-Alive, Upgrade",
    "close",
    "x-request-id",
    "websocket",
    "a=1; __Host-tidegate=secret",
    "a=1",
    "192.0.2.1",
];

/// What the origin gets of these fields.
fn sent(fields: &BTreeMap<&str, &str>, how: &Forwarding, removed: &RemovedFields) -> BTreeMap<String, String> {
    let class = |name: &str| FieldClass::of(name, removed);
    let leaves = |name: &str| how.remove.iter().any(|gone| gone == name) || (how.by_class && class(name).leaves);
    let kept = fields.iter().filter(|(name, _)| !leaves(name));
    let mut sent: BTreeMap<String, String> =
        kept.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let set = |sent: &mut BTreeMap<String, String>, name: &str, value: &str| {
        sent.insert(name.to_ascii_lowercase(), value.to_owned());
    };
    how.set.iter().for_each(|(name, value)| set(&mut sent, name, value));
    if let Some((_, address)) = fields.iter().find(|(name, _)| how.by_class && class(name).is_client_address) {
        set(&mut sent, "X-Forwarded-For", address);
    }
    sent
}

/// A plan is kept for an identity, and for the host that its requests name.
#[test]
fn what_was_planned_for_one_host_is_not_sent_for_another() {
    let world = World::new();
    let (mut memory, token) = (new_memory(&world.keys), world.tokens["tenant"].as_str());
    let me = Sent { method: "GET", target: "/me", authorization: Some(token), fields: &[], body: b"" };
    assert!(matches!(drive(&world, &mut memory, me), Step::Forward(_)));
    for (scheme, host) in
        [("https", "gate.example"), ("https", "other.example:8443"), ("http", "gate.example")].repeat(2)
    {
        for (credential, target) in [(Credential::Sent(token), "/me"), (Credential::None, "/status")] {
            let url = format!("{scheme}://{host}{target}");
            let head = Head { method: "GET", url: &url, credential, fields: "" };
            let Step::Forward(forward) = Gate::begin(&mut memory, &head, world.now * 1_000) else { panic!("{url}") };
            for (name, value) in [("X-Forwarded-Host", host), ("X-Forwarded-Proto", scheme)] {
                assert!(forward.how.set.contains(&(name, value.to_owned())), "{url}: {:?}", forward.how.set);
            }
            assert_eq!(forward.how.authority_length, scheme.len() + 3 + host.len(), "{url}");
        }
    }
}

proptest! {
    #[test]
    fn by_class_is_by_the_fields(
        fields in prop::collection::btree_map(prop::sample::select(&NAMES[..]), prop::sample::select(&VALUES[..]), 0..12),
        with_token: bool,
    ) {
        let world = World::new();
        let removed = RemovedFields::parse("x-internal-*").unwrap();
        let arrival = Arrival { scheme: "https", host: "gate.example", removed: &removed };
        let token = with_token.then(|| world.tokens["tenant"].as_str());
        let target = if with_token { "/me" } else { "/status" };
        let grant = world.judge("GET", target, token, &[]).unwrap();
        let value = |name: &str| fields.get(name).copied();
        if goes_by_class(&grant, value) {
            let names = fields.keys().copied();
            let exact = plan(&grant, arrival, names, |name| value(name).map(str::to_owned));
            let exact = Forwarding::exactly(exact, arrival, None, 1);
            let by_class = Forwarding::by_class(&grant, arrival, None, 1);
            prop_assert_eq!(sent(&fields, &by_class, &removed), sent(&fields, &exact, &removed));
            prop_assert_eq!((by_class.respond, by_class.statuses), (exact.respond, exact.statuses));
        }
    }
}
