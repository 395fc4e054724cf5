//! A case as text: lines of the policy and the record, an empty line, a request as on the wire. Whatever is written, a
//! case comes of it.
//!
//! ```text
//! now 60                                            seconds after the tests' own moment, may be negative
//! record sub_account harbour-1 2 1@60               level, owner, tokens: `n`, or `n@deadline`; or `record gone`
//! life paused ends@90                               the record's pause and end, as wanted
//! scopes contacts.readonly
//! owner sub_account altId body altType=location     a parameter that names owners; `body` and the condition as wanted
//! operation GET /contacts/ sub_account contacts.readonly query:locationId
//! or agency -                                       one more alternative of the operation before
//! operation GET /status public query:locationId     or `authenticated`, or nothing: closed; where the owner is, if anywhere
//! exact                                             the operation before is routed byte for byte
//! encoded                                           its parameters may have percent-encoded delimiters
//! unchecked                                         in its multipart bodies the origin compares the owner
//!
//! GET /contacts/?locationId=harbour-1
//! Authorization: Bearer $1
//!
//! body
//! ```
//!
//! Without an `operation` the policy of [`WORLD`] counts, without a `record` its record.

use crate::verdict::{Access, Alternative, Case, Integration, Operation, OwnerName, Record, Sent};

/// 2026-01-15T08:00:00Z
const NOW: u64 = 1_768_464_000;

const WORLD: &str = "\
record sub_account harbour-1 2 1@60
scopes contacts.readonly contacts.write locations.readonly invoices.readonly
owner sub_account locationId body
owner sub_account X-Location-Id
owner sub_account altId body altType=location
owner agency companyId
operation GET /status public
operation GET /me authenticated
operation GET /places/{locationId} authenticated path:locationId
operation GET /board public query:locationId
operation GET /users/{userId} sub_account contacts.readonly
operation GET /users/export sub_account users.export
operation GET /users/ sub_account users.list
operation GET /users/{userId}/Photo sub_account -
operation GET /users/export/{part} agency -
operation GET /exact/{userId} sub_account -
exact
operation GET /exact/export public
operation POST /uploads sub_account - body:locationId
unchecked
operation POST /users
operation GET /contacts/ sub_account contacts.readonly query:locationId
operation POST /contacts/ sub_account contacts.write
operation GET /contacts/{contactId} sub_account contacts.readonly
operation GET /locations/{locationId} sub_account locations.readonly path:locationId
or agency locations.readonly
operation GET /locations/{locationId}/tags sub_account - path:locationId,query:locationId
operation GET /invoices sub_account invoices.readonly query:altId
operation DELETE /invoices/{invoiceId} sub_account invoices.readonly,invoices.write
operation POST /notes sub_account contacts.write body:locationId
operation PUT /locations/{locationId}/profile sub_account contacts.write path:locationId,body:locationId
operation POST /payments sub_account contacts.write body:altId
operation GET /reports sub_account - header:x-location-id
operation GET /companies/{companyId} agency companies.readonly path:companyId
operation GET /calendars/{calendarId}/slots sub_account calendars.readonly
operation GET /calendars/resources/{type} sub_account -
operation GET /repos/{path} sub_account -
encoded
operation GET /jobs/{id} sub_account contacts.readonly
operation GET /jobs/{id}:log sub_account jobs.log
operation GET /jobs/{id}:stop agency -
operation GET /of('{locationId}') sub_account - path:locationId
operation GET /pair/{locationId}--{x} sub_account - path:locationId
operation GET /files/{path...} sub_account contacts.readonly
operation GET /files/private/{path...} agency -
operation GET /caf%C3%A9/{id} sub_account -";

pub fn parse(text: &str) -> Case {
    let (head, request) = match text.strip_prefix('\n') {
        Some(request) => ("", request),
        None => text.split_once("\n\n").unwrap_or((text, "")),
    };
    let (mut case, world) = (settings(head), settings(WORLD));
    if case.operations.is_empty() {
        (case.operations, case.owner_names) = (world.operations, world.owner_names);
    }
    if !head.lines().any(|line| line.starts_with("record")) {
        let Record::Live(mut integration) = world.record else { return case };
        if let Record::Live(Integration { scopes, .. }) = &case.record {
            integration.scopes.clone_from(scopes);
        }
        (integration.paused, integration.expires_at) = life(head);
        case.record = Record::Live(integration);
    }
    case.sent = sent(request);
    case
}

fn settings(text: &str) -> Case {
    let mut case = Case { now: NOW, ..Case::default() };
    let mut scopes = None;
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["now", offset] => case.now = moment(offset),
            ["record", "gone"] => case.record = Record::Gone,
            ["record", level, owner, tokens @ ..] => {
                let (level, owner) = ((*level).to_owned(), (*owner).to_owned());
                let tokens = tokens.iter().map(|token| self::token(token)).collect();
                case.record = Record::Live(Integration { level, owner, tokens, ..Integration::default() });
            }
            ["scopes", words @ ..] => scopes = Some(owned(words)),
            ["owner", level, name, rest @ ..] => case.owner_names.push(owner_name(level, name, rest)),
            ["operation", method, template, way @ ..] => {
                let (method, template) = ((*method).to_owned(), (*template).to_owned());
                let owner =
                    if matches!(way, ["public" | "authenticated", ..]) { places(way.get(1)) } else { Vec::new() };
                let (exact, encoded, multipart_unchecked) = (false, false, false);
                case.operations.push(Operation {
                    method,
                    template,
                    access: access(way),
                    owner,
                    exact,
                    encoded,
                    multipart_unchecked,
                });
            }
            ["exact"] => case.operations.iter_mut().last().into_iter().for_each(|last| last.exact = true),
            ["encoded"] => case.operations.iter_mut().last().into_iter().for_each(|last| last.encoded = true),
            ["unchecked"] => {
                case.operations.iter_mut().last().into_iter().for_each(|last| last.multipart_unchecked = true);
            }
            ["or", way @ ..] => {
                if let Some(Operation { access: Access::AnyOf(ways), .. }) = case.operations.last_mut() {
                    ways.extend(alternative(way));
                }
            }
            _ => {}
        }
    }
    match (&mut case.record, scopes) {
        (Record::Live(integration), Some(scopes)) => integration.scopes = scopes,
        // Scopes for the world's own record.
        (Record::Absent, Some(scopes)) => case.record = Record::Live(Integration { scopes, ..Integration::default() }),
        _ => {}
    }
    if let Record::Live(integration) = &mut case.record {
        (integration.paused, integration.expires_at) = life(text);
    }
    case
}

/// Whether the record is paused, and when it ends.
fn life(text: &str) -> (bool, Option<u64>) {
    let words: Vec<&str> =
        text.lines().filter_map(|line| line.strip_prefix("life ")).flat_map(str::split_whitespace).collect();
    (words.contains(&"paused"), words.iter().find_map(|word| word.strip_prefix("ends@")).map(moment))
}

fn moment(offset: &str) -> u64 {
    NOW.saturating_add_signed(offset.parse().unwrap_or(0))
}

fn token(word: &str) -> (u32, Option<u64>) {
    let (n, end) = word.split_once('@').map_or((word, None), |(n, end)| (n, Some(moment(end))));
    (n.parse().unwrap_or(0), end)
}

fn owner_name(level: &str, name: &str, rest: &[&str]) -> OwnerName {
    let when = rest.iter().find_map(|word| word.split_once('='));
    OwnerName {
        level: level.to_owned(),
        name: name.to_owned(),
        when: when.map(|(name, is)| (name.to_owned(), is.to_owned())),
        body: rest.contains(&"body"),
    }
}

fn access(words: &[&str]) -> Access {
    match words {
        ["public", ..] => Access::Public,
        ["authenticated", ..] => Access::Authenticated,
        way => Access::AnyOf(alternative(way).into_iter().collect()),
    }
}

fn alternative(words: &[&str]) -> Option<Alternative> {
    let (level, rest) = words.split_first()?;
    let (scopes, rest) = rest.split_first().unwrap_or((&"-", &[]));
    let scopes = if *scopes == "-" { Vec::new() } else { list(scopes) };
    Some(Alternative { level: (*level).to_owned(), scopes, owner: places(rest.first()) })
}

fn list(text: &str) -> Vec<String> {
    text.split(',').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// `path:locationId,query:locationId`.
fn places(word: Option<&&str>) -> Vec<(String, String)> {
    let pair = |place: String| place.split_once(':').map(|(place, name)| (place.to_owned(), name.to_owned()));
    list(word.unwrap_or(&"")).into_iter().filter_map(pair).collect()
}

/// The method, the target up to the end of the line, header fields, an empty line, the body.
fn sent(text: &str) -> Sent {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.split('\n');
    let (method, target) = lines.next().and_then(|line| line.split_once(' ')).unwrap_or(("", ""));
    let mut sent = Sent { method: method.to_owned(), target: target.to_owned(), ..Sent::default() };
    sent.body = body.as_bytes().to_vec();
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        let value = value.trim_matches([' ', '\t']);
        // The platform joins field lines of one name (RFC 9110 section 5.3).
        match sent.headers.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
            Some((_, known)) => *known = format!("{known}, {value}"),
            None => sent.headers.push((name.to_owned(), value.to_owned())),
        }
    }
    sent
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}
