//! Counting: one count for each request with a genuine token, sent beside the requests, within bounds.

use std::collections::BTreeMap;

use tidegate::decision::DenialCode;
use tidegate::gate::{Effect, Gate, Memory, Read, Reading, Step, TestRequest, Waiting};
use tidegate::json::{FromJson, Value};
use tidegate::token::IntegrationId;
use tidegate::usage::{
    AnswerClass, Asked, Buffer, EARLY_AFTER_MS, FLUSH_AFTER_MS, Flush, MAX_CELLS, Outcome, Store, TAKE_OVER_AFTER_MS,
    UseOrigin,
};

use super::super::support::integration_id;
use super::super::world::World;
use super::drive::{self, Sent, begin, counting};

const CONTACTS: &str = "/contacts/?locationId=harbour-1";
const OK: u16 = 200;

/// What is sent in the background: the machine's own word for it.
type Sending = (Waiting, Vec<Read>);

/// Sends a request through, and gives what it has sent beside it; the code of its answer's count, if it was forwarded.
fn ask(world: &World, memory: &mut Memory, target: &str, token: Option<&str>, now_ms: u64) -> (u32, Vec<Sending>) {
    let authorization = token.map(|token| world.tokens[token].as_str());
    let sent = Sent { method: "GET", target, authorization, fields: &[], body: b"" };
    let mut step = begin(memory, sent, now_ms);
    while let Step::Needs(waiting, reads) = step {
        step = drive::go_on(world, memory, sent, waiting, &reads, now_ms);
    }
    let code = if let Step::Forward(forward) = step { forward.counted_as } else { 0 };
    (code, background(memory))
}

fn background(memory: &mut Memory) -> Vec<Sending> {
    let of_usage = |reads: &[Read]| {
        reads.iter().any(|read| matches!(read, Read::Pause { .. } | Read::Usage { .. } | Read::Random { .. }))
    };
    let effects = memory.take_effects().into_iter();
    effects
        .filter_map(|effect| match effect {
            Effect::Background(waiting, reads) if of_usage(&reads) => Some((waiting, reads)),
            _ => None,
        })
        .collect()
}

/// The pause before what is sent.
fn pause(reads: &[Read]) -> Option<u64> {
    reads.iter().find_map(|read| if let Read::Pause { pause_ms } = read { Some(*pause_ms) } else { None })
}

/// Carries out what is sent: the stores answer with these statuses, one after the other, then with 200. Gives what reached them.
fn send((mut waiting, mut reads): Sending, memory: &mut Memory, statuses: &[u16], now_ms: u64) -> Vec<(String, Flush)> {
    let mut statuses = statuses.iter().copied();
    let mut arrived = Vec::new();
    loop {
        let mut readings = Vec::new();
        for read in &reads {
            readings.push(match read {
                Read::Pause { .. } => Reading::Nothing,
                Read::Random { length } => Reading::Bytes(vec![7; *length]),
                Read::Usage { store, body, .. } => {
                    arrived.push((store.clone(), Flush::from_json(Value::parse(body).unwrap()).unwrap()));
                    Reading::Response { status: statuses.next().unwrap_or(OK), body: Vec::new() }
                }
                other => panic!("usage asks for {other:?}"),
            });
        }
        match waiting.resume(memory, readings, now_ms) {
            Step::Needs(next, more) => (waiting, reads) = (next, more),
            Step::Done => return arrived,
            other => panic!("{other:?}"),
        }
    }
}

/// Requests by integration, token, operation and outcome.
type Counted = BTreeMap<(String, u32, String, &'static str), u64>;

fn counted<'a>(flushes: impl IntoIterator<Item = &'a Flush>) -> Counted {
    let mut counts = Counted::new();
    for token in flushes.into_iter().flat_map(|flush| &flush.tokens) {
        for cell in &token.cells {
            for count in &cell.outcomes {
                let key = (token.integration.to_string(), token.n, cell.operation.clone(), count.outcome.as_str());
                *counts.entry(key).or_default() += count.requests;
            }
        }
    }
    counts
}

#[test]
fn each_request_with_a_genuine_token_is_counted_once_under_its_token_operation_and_outcome() {
    let world = World::new();
    let mut memory = counting(&world.keys);
    let now_ms = world.now * 1_000;
    let asked = [
        ("tenant", CONTACTS, 3),
        ("outgoing, last second", CONTACTS, 2),
        ("incoming", CONTACTS, 1),
        ("tenant", "/nowhere", 2),
        ("without scopes", CONTACTS, 4),
        ("tenant, revoked", CONTACTS, 2),
        ("deleted", CONTACTS, 1),
        ("paused, outgoing", CONTACTS, 1),
        ("tenant", "/_tidegate/whoami", 1),
        // None of these is a token of ours, or a token at all.
        ("forged", CONTACTS, 5),
    ];
    let mut sendings = Vec::new();
    for (token, target, times) in asked {
        for _ in 0..times {
            sendings.extend(ask(&world, &mut memory, target, Some(token), now_ms).1);
        }
    }
    sendings.extend(ask(&world, &mut memory, CONTACTS, None, now_ms).1);
    let flushes: Vec<_> = sendings.into_iter().flat_map(|sending| send(sending, &mut memory, &[], now_ms)).collect();
    let id = |number| integration_id(number).to_string();
    let contacts = || "GET /contacts/".to_owned();
    let expected = [
        ((id(1), 1, contacts(), "granted"), 3),
        ((id(3), 1, contacts(), "granted"), 2),
        ((id(3), 2, contacts(), "granted"), 1),
        ((id(1), 1, String::new(), "unknown_operation"), 2),
        ((id(6), 1, contacts(), "missing_scopes"), 4),
        ((id(1), 0, String::new(), "dead_token"), 2),
        ((id(5), 0, String::new(), "deleted_integration"), 1),
        ((id(15), 1, String::new(), "paused_integration"), 1),
        ((id(1), 1, "GET /_tidegate/whoami".to_owned(), "granted"), 1),
    ];
    assert_eq!(counted(flushes.iter().map(|(_, flush)| flush)), Counted::from(expected));
    for (store, flush) in &flushes {
        assert!(flush.tokens.iter().all(|token| Store::of(&token.integration).name() == *store));
        assert_eq!((flush.seq, flush.lost, flush.isolate.as_str()), (1, 0, "07".repeat(16).as_str()));
        assert!(flush.tokens.iter().all(|token| (token.first_ms, token.last_ms) == (now_ms, now_ms)));
    }
}

#[test]
fn a_test_of_a_token_counts_as_no_use_whether_it_is_granted_or_refused() {
    let world = World::new();
    let mut memory = counting(&world.keys);
    let now_ms = world.now * 1_000;
    let mut try_token = |token: &str, target: &str, is_whoami: bool| {
        let authorization = world.tokens[token].as_str();
        let sent = Sent { method: "GET", target, authorization: Some(authorization), fields: &[], body: b"" };
        let url = format!("{}{target}", drive::AUTHORITY);
        let mut step = Gate::test(&mut memory, &TestRequest { url: &url, authorization, is_whoami }, now_ms);
        while let Step::Needs(waiting, reads) = step {
            step = drive::go_on(&world, &mut memory, sent, waiting, &reads, now_ms);
        }
        let told = match step {
            Step::Forward(forward) => {
                assert_eq!(forward.counted_as, 0);
                OK
            }
            Step::Answer(answer) => answer.status,
            other => panic!("{other:?}"),
        };
        assert_eq!(background(&mut memory).len(), 0, "{token}");
        told
    };
    assert_eq!(try_token("tenant", CONTACTS, false), OK);
    assert_eq!(try_token("tenant", "/_tidegate/whoami", true), OK);
    assert_eq!(try_token("without scopes", CONTACTS, false), 403);
    assert_eq!(try_token("tenant, revoked", CONTACTS, false), 401);
    // What the same isolate counts from then on holds nothing of them.
    let (code, sendings) = ask(&world, &mut memory, CONTACTS, Some("tenant"), now_ms);
    assert_ne!(code, 0);
    let sent: Vec<_> = sendings.into_iter().flat_map(|sending| send(sending, &mut memory, &[], now_ms)).collect();
    let counts = counted(sent.iter().map(|(_, flush)| flush));
    assert_eq!(counts.values().sum::<u64>(), 1);
}

#[test]
fn answers_are_counted_where_the_request_was_also_after_a_flush() {
    let world = World::new();
    let mut memory = counting(&world.keys);
    let now_ms = world.now * 1_000;
    let (code, sendings) = ask(&world, &mut memory, CONTACTS, Some("tenant"), now_ms);
    assert_ne!(code, 0);
    memory.answered(code, 1, 1);
    memory.answered(code, 99, 1); // no class
    memory.answered(code + 5, 1, 1); // no place
    let sent: Vec<_> = sendings.into_iter().flat_map(|sending| send(sending, &mut memory, &[], now_ms)).collect();
    let answers = |flush: &Flush| {
        flush.tokens[0].cells[0].answers.iter().map(|count| (count.class, count.requests)).collect::<Vec<_>>()
    };
    assert_eq!(answers(&sent[0].1), [(AnswerClass::Successful, 1)]);
    // One that took long.
    memory.answered(code, 5, 1);
    let (_, sendings) = ask(&world, &mut memory, CONTACTS, Some("tenant"), now_ms + 1_000);
    let sent: Vec<_> =
        sendings.into_iter().flat_map(|sending| send(sending, &mut memory, &[], now_ms + 20_000)).collect();
    assert_eq!(answers(&sent[0].1), [(AnswerClass::Failed, 1)]);
    assert_eq!(sent[0].1.seq, 2);
}

#[test]
fn what_a_store_does_not_take_is_sent_once_more_and_then_told_as_lost() {
    let world = World::new();
    let mut memory = counting(&world.keys);
    let now_ms = world.now * 1_000;
    let (_, mut sendings) = ask(&world, &mut memory, CONTACTS, Some("tenant"), now_ms);
    let sent = send(sendings.remove(0), &mut memory, &[503], now_ms);
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0], sent[1], "the same text, with the same number");
    assert_eq!(background(&mut memory).len(), 0);

    let mut ask_later = |after_ms: u64, statuses: &[u16]| {
        let (_, mut sendings) = ask(&world, &mut memory, CONTACTS, Some("tenant"), now_ms + after_ms);
        let sent = send(sendings.remove(0), &mut memory, statuses, now_ms + after_ms);
        sent.iter().map(|(_, flush)| (flush.seq, flush.lost)).collect::<Vec<_>>()
    };
    assert_eq!(ask_later(1_000, &[503, 500]), [(2, 0), (2, 0)]);
    assert_eq!(ask_later(2_000, &[410]), [(3, 1)], "a refusal is not repeated");
    assert_eq!(ask_later(3_000, &[]), [(4, 2)]);
}

#[test]
fn what_nobody_has_sent_to_its_end_is_told_as_lost() {
    let world = World::new();
    let mut memory = counting(&world.keys);
    let now_ms = world.now * 1_000;
    let (_, mut sendings) = ask(&world, &mut memory, CONTACTS, Some("tenant"), now_ms);
    let (waiting, reads) = sendings.remove(0);
    let readings = reads
        .iter()
        .map(|read| if let Read::Random { .. } = read { Reading::Bytes(vec![7; 16]) } else { Reading::Nothing });
    let readings = readings.collect();
    // It is under way, and the platform ends what carried it.
    assert!(matches!(waiting.resume(&mut memory, readings, now_ms), Step::Needs(..)));
    let later_ms = now_ms + 10 * 60_000;
    let (_, mut sendings) = ask(&world, &mut memory, CONTACTS, Some("tenant"), later_ms);
    let sent = send(sendings.remove(0), &mut memory, &[], later_ms);
    assert_eq!((sent[0].1.seq, sent[0].1.lost), (2, 1));
}

#[test]
fn counts_are_sent_in_time() {
    let world = World::new();
    let mut memory = counting(&world.keys);
    // In the middle of a minute.
    let now_ms = world.now * 1_000 / 60_000 * 60_000 + 10_000;
    let pauses = |memory: &mut Memory, token, now_ms| {
        let (_, sendings) = ask(&world, memory, CONTACTS, Some(token), now_ms);
        sendings.iter().map(|(_, reads)| pause(reads).unwrap_or_default()).collect::<Vec<_>>()
    };
    // A first use is sent soon, and another one goes with it.
    assert_eq!(pauses(&mut memory, "tenant", now_ms), [EARLY_AFTER_MS]);
    assert!(pauses(&mut memory, "colon", now_ms + 100).is_empty());
    assert!(pauses(&mut memory, "tenant", now_ms + 1_900).is_empty());
    // Nobody has sent it. The next first use has its turn two seconds later.
    assert_eq!(pauses(&mut memory, "agency", now_ms + EARLY_AFTER_MS), [EARLY_AFTER_MS]);
    // Whoever finds it old enough has it sent at once; then it is empty, and opened by the next one.
    let old_ms = now_ms + TAKE_OVER_AFTER_MS;
    assert!(pauses(&mut memory, "tenant", old_ms - 1).is_empty());
    let (_, sendings) = ask(&world, &mut memory, CONTACTS, Some("tenant"), old_ms);
    assert_eq!(sendings.len(), 1);
    assert_eq!(pause(&sendings[0].1), None);
    assert_eq!(pauses(&mut memory, "tenant", old_ms + 1), [FLUSH_AFTER_MS]);
    assert!(pauses(&mut memory, "tenant", old_ms + 2).is_empty());
}

#[test]
fn an_outgoing_token_is_told_of_soon_in_every_minute() {
    let mut world = World::new();
    world.now = world.now / 60 * 60;
    let mut memory = counting(&world.keys);
    let start_ms = world.now * 1_000;
    let urgent = |memory: &mut Memory, now_ms| {
        let (_, sendings) = ask(&world, memory, CONTACTS, Some("outgoing, ends after its window"), now_ms);
        sendings.iter().any(|(_, reads)| pause(reads) == Some(EARLY_AFTER_MS))
    };
    let found: Vec<_> = [0, 5_000, 15_000, 19_000].map(|after_ms| urgent(&mut memory, start_ms + after_ms)).into();
    assert_eq!(found, [true, false, false, false]);
}

#[test]
fn it_is_looked_where_a_token_is_used_from_once_a_minute_and_no_address_stays_as_it_is() {
    let world = World::new();
    let mut memory = counting(&world.keys);
    let now_ms = world.now * 1_000;
    let authorization = Some(world.tokens["tenant"].as_str());
    let sent = Sent { method: "GET", target: CONTACTS, authorization, fields: &[], body: b"" };
    let looks = |memory: &mut Memory, now_ms: u64| {
        let mut step = begin(memory, sent, now_ms);
        while let Step::Needs(waiting, reads) = step {
            step = drive::go_on(&world, memory, sent, waiting, &reads, now_ms);
        }
        let mut found = Vec::new();
        let mut sendings = Vec::new();
        for effect in memory.take_effects() {
            match effect {
                Effect::Look { code } => found.push(code),
                Effect::Background(waiting, reads) => sendings.push((waiting, reads)),
                _ => {}
            }
        }
        (found, sendings)
    };
    let (codes, sendings) = looks(&mut memory, now_ms);
    assert_eq!(codes.len(), 1);
    assert!(looks(&mut memory, now_ms + 5_000).0.is_empty());
    let long = "agent/1.0 ".repeat(50);
    let origin = UseOrigin {
        country: Some("DE".to_owned()),
        asn: Some(14_618),
        user_agent: Some(long.clone()),
        address: Some("192.0.2.7".to_owned()),
    };
    memory.came_from(codes[0], origin, now_ms);
    let sending = sendings.into_iter().find(|(_, reads)| pause(reads).is_some()).unwrap();
    let flush = send(sending, &mut memory, &[], now_ms).remove(0).1;
    let origin = flush.tokens[0].origin.clone().unwrap();
    assert_eq!((origin.country.as_deref(), origin.asn), (Some("DE"), Some(14_618)));
    assert_eq!(origin.user_agent.as_deref(), long.get(..200));
    let address = origin.address.unwrap();
    assert!(address.len() == 32 && address.bytes().all(|byte| byte.is_ascii_hexdigit()), "{address}");
}

/// A count of its own for every number, whatever the token.
fn count(buffer: &mut Buffer, id: &IntegrationId, operation: &str, outcome: Outcome, now_ms: u64) -> u64 {
    let mut asked = Asked::with(1, false);
    buffer.locate(&mut asked, id, ("GET", operation));
    let (_, wanted) = buffer.count(id, asked, outcome, now_ms);
    let flushes = if wanted.flush_after_ms == Some(0) { buffer.take(now_ms) } else { Vec::new() };
    flushes.iter().map(|(_, flush)| cells(flush)).sum()
}

fn cells(flush: &Flush) -> u64 {
    let most: usize = flush.tokens.iter().flat_map(|token| &token.cells).map(|cell| cell.outcomes.len().max(1)).sum();
    assert!(most <= 2 * MAX_CELLS, "{most}");
    flush.requests()
}

#[test]
fn a_buffer_is_sent_when_it_is_full_and_nothing_is_lost() {
    let mut buffer = Buffer::new();
    let (mut sent, asked) = (0, 50_000_u32);
    for number in 0..asked {
        let [.., a, b, c] = number.to_be_bytes();
        let id = IntegrationId::from_entropy([a, b, c, 0, 0, 0, 0, 0, 0, 0]);
        sent += count(&mut buffer, &id, "/contacts/", Outcome::Granted, 1_000_000_000);
    }
    sent += buffer.take(1_000_000_000).iter().map(|(_, flush)| cells(flush)).sum::<u64>();
    assert_eq!(sent, u64::from(asked));
    assert!(buffer.take(1_000_000_000).is_empty());
}

#[test]
fn a_token_cannot_push_another_ones_use_out_of_sight() {
    let mut buffer = Buffer::new();
    let (quiet, loud) = (integration_id(1), integration_id(2));
    let mut flushes = Vec::new();
    let mut take = |buffer: &mut Buffer| flushes.extend(buffer.take(7_000_000).into_iter().map(|(_, flush)| flush));
    count(&mut buffer, &quiet, "/contacts/", Outcome::Granted, 7_000_000);
    for number in 0..20_000 {
        let outcome = Outcome::Denied(DenialCode::ALL[number % DenialCode::ALL.len()]);
        let mut asked = Asked::with(1, false);
        buffer.locate(&mut asked, &loud, ("GET", &format!("/{number}")));
        if buffer.count(&loud, asked, outcome, 7_000_000).1.flush_after_ms == Some(0) {
            take(&mut buffer);
        }
    }
    count(&mut buffer, &quiet, "/contacts/", Outcome::Granted, 7_000_000);
    take(&mut buffer);
    let of = |id: &IntegrationId| {
        let tokens = flushes.iter().flat_map(|flush| &flush.tokens);
        tokens.filter(|token| token.integration == *id).collect::<Vec<_>>()
    };
    assert_eq!(of(&quiet).iter().map(|token| token.requests()).sum::<u64>(), 2);
    assert!(of(&quiet).iter().all(|token| token.last_ms == 7_000_000));
    assert_eq!(of(&loud).iter().map(|token| token.requests()).sum::<u64>(), 20_000);
    for token in of(&loud) {
        let operations: std::collections::BTreeSet<_> = token.cells.iter().map(|cell| &cell.operation).collect();
        assert!(operations.len() <= 65, "{}", operations.len());
    }
}

#[test]
fn minutes_are_told_apart() {
    let mut buffer = Buffer::new();
    let id = integration_id(1);
    for second in 0..180 {
        count(&mut buffer, &id, "/contacts/", Outcome::Granted, second * 1_000);
        if second % 20 == 19 {
            let flushed = buffer.take(second * 1_000);
            let cells = &flushed[0].1.tokens[0].cells;
            assert!(
                cells.iter().all(|cell| cell.minute == second / 60 && cell.outcomes[0].requests == 20),
                "{cells:?}"
            );
        }
    }
}
