//! A small API, the gate's policy for it, and integrations in every state: what decisions are tested on.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::{Map, Value, json};
use tidegate::decision::{Decision, Denial, Grant, authenticate, decide, locate};
use tidegate::openapi::{Document, Settings, compile};
use tidegate::policy::{Policy, StoredPolicy};
use tidegate::record::{Level, Live, Owner, Record};
use tidegate::request::{Body, Request, RequestError};
use tidegate::rotation::Rotation;
use tidegate::token::{IntegrationId, TokenKeys, mint};

use super::machine;
use super::machine::drive::Sent;
use super::support::{
    NOW, at, checked, integration_id, key, keys, live_token, minted, owner, prefix, scopes, token_keys,
};

/// Everything a verdict depends on.
pub struct World {
    pub keys: TokenKeys,
    pub policy: Policy,
    /// The same one, as isolates hold it.
    stored: StoredPolicy,
    /// The same one, as KV holds it.
    pub signed: String,
    pub records: BTreeMap<IntegrationId, Record>,
    /// `Authorization` header fields by a name for them.
    pub tokens: BTreeMap<&'static str, String>,
    pub now: u64,
}

impl World {
    pub fn new() -> Self {
        Self::with_policy(policy())
    }

    pub fn with_policy(policy: Policy) -> Self {
        let records = records().into_iter().map(|record| (record.id().clone(), record));
        let keys = keys(&token_keys());
        let signed = StoredPolicy::sign(keys.store(), &policy.to_json()).unwrap().into_string();
        let stored = StoredPolicy::open(keys.store(), signed.clone()).unwrap();
        Self { keys, policy, stored, signed, records: records.collect(), tokens: tokens(), now: NOW }
    }

    /// The way of a request without a body through the core, as the edge goes it.
    pub fn judge(
        &self,
        method: &str,
        target: &str,
        authorization: Option<&str>,
        headers: &[(&str, &str)],
    ) -> Result<Grant, Denial> {
        self.judge_with_body(method, target, authorization, headers, b"")
    }

    /// The way of a request step by step, and the machine's, which must come to the same.
    pub fn judge_with_body(
        &self,
        method: &str,
        target: &str,
        authorization: Option<&str>,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Grant, Denial> {
        let outcome = self.walk(method, target, authorization, headers, body);
        machine::assert_same(self, Sent { method, target, authorization, fields: headers, body }, &outcome);
        outcome
    }

    fn walk(
        &self,
        method: &str,
        target: &str,
        authorization: Option<&str>,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Grant, Denial> {
        let mut request = Request::parse(method, target, authorization)?;
        for (name, value) in headers {
            request = request.with_header(name, value);
        }
        let mut request = request.authenticate(|authorization| checked(&self.keys, authorization))?;
        let record = request.credential().and_then(|presented| self.records.get(presented.id()));
        let policy = self.stored.concerning(request.path()).unwrap();
        if let Some(presented) = request.credential() {
            let level = authenticate(presented, record, at(self.now))?.owner().level;
            if locate(&policy, &request).owner_fields(level).body {
                let encoded = request.header("content-encoding").is_some();
                let body = Body::parse(request.header("content-type"), encoded, body);
                request = request.with_body(body.map_err(RequestError::from)?);
            }
        }
        match decide(&request, record, &policy, at(self.now)) {
            Decision::Allow(grant) => Ok(grant),
            Decision::Deny(denial) => Err(denial),
        }
    }

    /// The verdict in one word on a body, for the sub-account's token.
    pub fn code_of_body(&self, method: &str, target: &str, content_type: &str, body: &[u8]) -> &'static str {
        let token = Some(self.tokens["tenant"].as_str());
        let outcome = self.judge_with_body(method, target, token, &[("Content-Type", content_type)], body);
        outcome.err().map_or("allowed", |denial| denial.code().as_str())
    }

    /// The verdict in one word, for `token` by its name.
    pub fn code(&self, method: &str, target: &str, token: &str) -> &'static str {
        let outcome = self.judge(method, target, Some(&self.tokens[token]), &[]);
        outcome.err().map_or("allowed", |denial| denial.code().as_str())
    }
}

pub fn settings() -> Settings {
    serde_json::from_value(json!({
        "schemes": {
            "Tenant": {"level": "sub_account", "private_integrations": true},
            "TenantUser": {"level": "sub_account", "private_integrations": false},
            "Agency": {"level": "agency", "private_integrations": true}
        },
        "owner_parameters": {
            "sub_account": [
                {"name": "locationId", "body": true}, {"name": "location_id"}, {"name": "X-Location-Id"},
                {"name": "altId", "when": {"name": "altType", "is": "location"}, "body": true}
            ],
            "agency": [{"name": "companyId"}]
        },
        "without_security": "authenticated"
    }))
    .unwrap()
}

const THIRTY_DAYS: u64 = 30 * 24 * 3600;

fn tenant(scopes: &[&str]) -> Value {
    json!([{ "Tenant": scopes }])
}

fn parameter(place: &str, name: &str) -> Value {
    json!({ "in": place, "name": name })
}

/// A JSON body with these properties.
fn body(properties: &[&str]) -> Value {
    let properties: Map<String, Value> = properties.iter().map(|name| ((*name).to_owned(), json!({}))).collect();
    json!({ "content": { "application/json": { "schema": { "type": "object", "properties": properties } } } })
}

pub fn document() -> Value {
    let location = parameter("query", "locationId");
    let either = json!([{ "Tenant": ["locations.readonly"] }, { "Agency": ["locations.readonly"] }]);
    let two_ways = json!([{ "Tenant": ["users.readonly"] }, { "Tenant": ["contacts.readonly", "users.search"] }]);
    json!({
        "openapi": "3.0.3",
        "info": { "title": "Harbour", "version": "1" },
        "paths": {
            "/status": { "get": { "security": [] } },
            "/me": { "get": {} },
            "/contacts/": {
                "get": { "security": tenant(&["contacts.readonly"]), "parameters": [location] },
                "post": { "security": tenant(&["contacts.write"]) }
            },
            "/contacts/{contactId}": {
                "get": { "security": tenant(&["contacts.readonly"]) }
            },
            "/contacts/{contactId}/tasks": { "get": { "security": tenant(&["contacts.readonly"]) } },
            "/contacts/export": { "get": { "security": tenant(&["contacts.export"]) } },
            "/contacts/export/{part}": { "get": { "security": tenant(&["contacts.export"]) } },
            "/contacts/search": { "get": { "security": tenant(&["contacts.readonly"]) } },
            "/nearby": { "get": { "parameters": [location] } },
            "/places/{locationId}": { "get": {} },
            "/board": { "get": { "security": [], "parameters": [location] } },
            "/lookup": { "get": { "security": tenant(&[]), "requestBody": body(&["locationId"]) } },
            "/uploads": { "post": { "security": tenant(&[]), "requestBody": body(&["locationId"]) } },
            "/locations/{locationId}": {
                "get": { "security": either },
                "put": { "security": [{ "Agency": ["locations.write"] }] }
            },
            "/locations/{locationId}/tags": {
                "get": { "security": tenant(&["locations/tags.readonly"]), "parameters": [location] }
            },
            "/invoices": {
                "get": {
                    "security": tenant(&["invoices.readonly"]),
                    "parameters": [parameter("query", "altId"), parameter("query", "altType")]
                }
            },
            "/notes": {
                "post": { "security": tenant(&["contacts.write"]), "requestBody": body(&["locationId", "text"]) }
            },
            "/locations/{locationId}/profile": {
                "put": { "security": tenant(&["contacts.write"]), "requestBody": body(&["locationId", "name"]) }
            },
            "/payments": {
                "post": { "security": tenant(&["contacts.write"]), "requestBody": body(&["altId", "altType", "sum"]) }
            },
            "/invoices/{invoiceId}": { "delete": { "security": tenant(&["invoices.readonly", "invoices.write"]) } },
            "/users/{userId}": { "get": { "security": two_ways } },
            "/users": { "post": { "security": [{ "TenantUser": ["users.write"] }] } },
            "/reports": {
                "get": { "security": tenant(&[]), "parameters": [parameter("header", "x-location-id")] }
            },
            "/companies/{companyId}": { "get": { "security": [{ "Agency": ["companies.readonly"] }] } },
            "/export": { "get": { "security": tenant(&["contacts.readonly"]) } },
            "/export/": { "get": { "security": tenant(&["export.all"]) } },
            "/calendars/{calendarId}/slots": { "get": { "security": tenant(&["calendars.readonly"]) } },
            "/calendars/resources/{type}": { "get": { "security": tenant(&["calendars/resources.readonly"]) } }
        }
    })
}

pub fn policy() -> Policy {
    let compiled = compile(&[Document::parse(&document().to_string()).unwrap()], &settings());
    assert_eq!(compiled.report.errors, []);
    compiled.policy.unwrap().with_rev(1)
}

pub const SCOPES: &str =
    "contacts.readonly contacts.write locations.readonly locations/tags.readonly invoices.readonly calendars.readonly";

fn live(id: u8, owner: Owner, text: &str, tokens: Rotation) -> Record {
    let name = format!("integration {id}");
    let (expires_at, paused) = (None, false);
    Live { id: integration_id(id), rev: 3, owner, name, scopes: scopes(text), tokens, expires_at, paused }.into()
}

/// An owner's id with characters that path and query may percent-encode.
pub const COLON: &str = "acct:1@x";

/// The integration with a pause or an end.
fn with_life(record: Record, expires_at: Option<u64>, paused: bool) -> Record {
    let Record::Live(live) = record else { return record };
    Live { expires_at: expires_at.map(at), paused, ..Rc::unwrap_or_clone(live) }.into()
}

fn records() -> Vec<Record> {
    let tenant = || owner(Level::SubAccount, "harbour-1");
    let rotating =
        |id, until| Rotation::Rotating { outgoing: live_token(id, 1), until: at(until), incoming: live_token(id, 2) };
    let steady = |id| live(id, tenant(), SCOPES, Rotation::Steady(live_token(id, 1)));
    vec![
        live(1, tenant(), SCOPES, Rotation::Steady(live_token(1, 1))),
        live(
            2,
            owner(Level::Agency, "fleet"),
            "locations.readonly companies.readonly",
            Rotation::Steady(live_token(2, 1)),
        ),
        live(3, tenant(), SCOPES, rotating(3, NOW + 1)),
        live(4, tenant(), SCOPES, rotating(4, NOW)),
        Record::Gone { id: integration_id(5), rev: 9 },
        live(6, tenant(), "", Rotation::Steady(live_token(6, 1))),
        live(8, owner(Level::SubAccount, COLON), SCOPES, Rotation::Steady(live_token(8, 1))),
        with_life(live(15, tenant(), SCOPES, rotating(15, NOW + 60)), None, true),
        with_life(steady(9), Some(NOW), false),
        with_life(steady(10), Some(NOW + 1), false),
        with_life(steady(11), Some(NOW + THIRTY_DAYS), false),
        with_life(steady(12), Some(NOW + THIRTY_DAYS + 1), false),
        with_life(live(13, tenant(), SCOPES, rotating(13, NOW + 60)), Some(NOW + 50), false),
        with_life(live(14, tenant(), SCOPES, rotating(14, NOW + 60)), Some(NOW + 70), false),
    ]
}

fn tokens() -> BTreeMap<&'static str, String> {
    let foreign = mint(&keys(&key(9)), &prefix(), integration_id(1), [1; 24]).plaintext.reveal();
    let names = [
        ("tenant", minted(1, 1)),
        ("tenant, revoked", minted(1, 9)),
        ("agency", minted(2, 1)),
        ("outgoing, last second", minted(3, 1)),
        ("incoming", minted(3, 2)),
        ("outgoing, first second after", minted(4, 1)),
        ("incoming, after", minted(4, 2)),
        ("deleted", minted(5, 1)),
        ("without scopes", minted(6, 1)),
        ("unknown", minted(7, 1)),
        ("colon", minted(8, 1)),
        ("paused", minted(15, 2)),
        ("paused, outgoing", minted(15, 1)),
        ("paused, revoked", minted(15, 9)),
        ("expired", minted(9, 1)),
        ("last second of its life", minted(10, 1)),
        ("30 days to its end", minted(11, 1)),
        ("more than 30 days to its end", minted(12, 1)),
        ("outgoing, ends before its window", minted(13, 1)),
        ("outgoing, ends after its window", minted(14, 1)),
        ("incoming, ends", minted(14, 2)),
    ];
    let ours = names.into_iter().map(|(name, (text, _))| (name, format!("Bearer {text}")));
    ours.chain([("forged", format!("Bearer {foreign}"))]).collect()
}
