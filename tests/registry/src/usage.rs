//! A usage store.

use std::rc::Rc;

use registry::{Storage, Taken, UsageStore};
use serde_json::{Value, json};
use tidegate::decision::DenialCode;
use tidegate::json::{FromJson, Value as Json};
use tidegate::time::Timestamp;
use tidegate::token::IntegrationId;
use tidegate::usage::{
    AnswerClass, AnswerCount, Flush, FlushedCell, FlushedToken, Grouping, IntegrationUsage, Outcome, OutcomeCount,
    OverallUsage, UsageFacts, UsageQuery, UsageQuestion, UsageRange, UseOrigin,
};

use super::world::{DAY, START};

cases! {
    a_flush_counts_once
    counts_stay_the_same_while_minutes_become_hours_and_days
    what_comes_late_is_counted_where_it_belongs
    what_comes_too_late_is_a_gap
    a_missing_flush_is_a_gap_until_it_comes
    what_isolates_lost_is_told
    what_was_lost_before_a_store_was_made_is_told
    a_store_that_was_away_says_so
    many_operations_are_folded_and_no_use_goes_out_of_sight
    rules_are_told_how_far_apart_uses_are
    the_registry_is_told_of_first_uses_and_of_those_that_moved
    an_integration_is_forgotten
    groups_have_the_same_total
    garbage_is_no_flush
    nothing_is_kept_longer_than_it_may_be
    an_isolate_that_comes_back_after_weeks_makes_no_gap
    isolates_that_are_silent_for_long_are_limited_in_number
}

const HOUR: u64 = 3_600;

struct Store {
    store: UsageStore,
    storage: Rc<dyn Storage>,
}

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

fn id(number: u8) -> IntegrationId {
    IntegrationId::from_entropy([number; 10])
}

/// One that has counted since [`START`].
fn store(storage: Rc<dyn Storage>) -> Store {
    Store { store: UsageStore::open(Box::new(Rc::clone(&storage)), at(START)).unwrap(), storage }
}

/// A flush of one isolate, made at a moment: so many granted requests of token 1 of an integration.
fn flush(seq: u64, integration: u8, now: u64, requests: u64) -> Flush {
    let cell = FlushedCell {
        operation: "GET /contacts/".to_owned(),
        minute: now / 60,
        outcomes: vec![OutcomeCount { outcome: Outcome::Granted, requests }],
        answers: vec![AnswerCount { class: AnswerClass::Successful, requests }],
    };
    let at_ms = now * 1_000;
    let token = FlushedToken {
        integration: id(integration),
        n: 1,
        first_ms: at_ms,
        last_ms: at_ms,
        origin: None,
        cells: vec![cell],
    };
    Flush {
        v: 1,
        isolate: "a".repeat(32),
        seq,
        lost: 0,
        since_ms: START * 1_000,
        from_ms: at_ms,
        made_at_ms: at_ms,
        tokens: vec![token],
    }
}

impl Store {
    fn take(&self, flush: &Flush, now: u64) -> Taken {
        self.store.flush(&serde_json::to_string(flush).unwrap(), at(now)).unwrap()
    }

    fn usage(&self, integration: u8, (from, to): (u64, u64), by: Grouping, now: u64) -> IntegrationUsage {
        let range = UsageRange::new(Some(at(from)), Some(at(to)), by, at(now)).unwrap();
        let query = UsageQuery { integrations: Some(vec![id(integration)]), range };
        let answer = self.store.of_integration(&serde_json::to_string(&query).unwrap(), at(now)).unwrap();
        read(&answer)
    }

    fn total(&self, integration: u8, range: (u64, u64), now: u64) -> u64 {
        let groups = self.usage(integration, range, Grouping::Outcome, now).groups;
        groups.iter().map(|group| group.requests).sum()
    }

    fn gaps(&self, now: u64) -> Value {
        let usage = self.usage(1, (START, now.max(START + 1)), Grouping::Outcome, now);
        let gap =
            |gap: &tidegate::usage::Gap| json!([gap.from.0.seconds() - START, gap.to.0.seconds() - START, gap.lost]);
        usage.completeness.gaps.iter().map(gap).collect()
    }

    fn ring(&self, now: u64) {
        self.store.alarm(at(now), at(now)).unwrap();
    }

    fn rows(&self, what: &str) -> u64 {
        let rows = self.storage.rows(&format!("SELECT count(*) AS number FROM {what}"), &[]).unwrap();
        serde_json::from_str::<Value>(&rows).unwrap()[0]["number"].as_u64().unwrap()
    }
}

fn read<T: FromJson>(text: &str) -> T {
    T::from_json(Json::parse(text).unwrap()).unwrap()
}

fn a_flush_counts_once(storage: Rc<dyn Storage>) {
    let store = store(storage);
    let now = START + 100;
    let first = flush(1, 1, now, 3);
    assert_eq!(store.take(&first, now), Taken::Counted);
    assert_eq!(store.take(&first, now), Taken::Repeated);
    assert_eq!(store.take(&first, now + 1_000), Taken::Repeated);
    assert_eq!(store.take(&flush(2, 1, now, 4), now), Taken::Counted);
    // Another isolate's first flush is another one.
    let other = Flush { isolate: "b".repeat(32), ..flush(1, 1, now, 5) };
    assert_eq!(store.take(&other, now), Taken::Counted);
    assert_eq!(store.total(1, (START, now + 1), now), 12);
    assert_eq!(store.gaps(now), json!([]));
    let usage = store.usage(1, (START, now + 1), Grouping::Operation, now);
    assert_eq!(usage.groups.len(), 1);
    assert_eq!(usage.groups[0].operation.as_deref(), Some("GET /contacts/"));
    assert_eq!(usage.groups[0].answers, [AnswerCount { class: AnswerClass::Successful, requests: 12 }]);
    assert_eq!((usage.tokens[0].n, usage.tokens[0].last_hour, usage.tokens[0].last_day), (1, 12, 12));
    assert_eq!(usage.tokens[0].operations[0].requests, 12);
}

fn counts_stay_the_same_while_minutes_become_hours_and_days(storage: Rc<dyn Storage>) {
    let store = store(storage);
    let (mut seq, mut truth, mut by_day) = (0, 0, [0; 11]);
    for hour in 0..10 * 24_u64 {
        let now = START + hour * HOUR + 600;
        for minute in [0, 1, 30] {
            seq += 1;
            let requests = hour % 5 + minute;
            store.take(&flush(seq, 1, now + minute * 60, requests), now + minute * 60);
            truth += requests;
            by_day[usize::try_from(hour / 24).unwrap()] += requests;
        }
        let late = now + 31 * 60;
        if hour % 3 == 0 {
            store.ring(late);
        }
        if hour % 7 == 3 {
            assert_eq!(store.total(1, (START, late + 1), late), truth, "hour {hour}");
            let since = START + hour.saturating_sub(30) * HOUR;
            let hours = store.usage(1, (since, late), Grouping::Hour, late).groups;
            assert_eq!(hours.len() as u64, hour.min(30) + 1, "hour {hour}");
        }
    }
    let end = START + 11 * DAY;
    store.ring(end);
    store.ring(end);
    assert_eq!(store.total(1, (START, end), end), truth);
    let days = store.usage(1, (START, end), Grouping::Hour, end);
    assert_eq!(days.range.period_seconds, DAY);
    let found: Vec<_> = days.groups.iter().map(|group| group.requests).collect();
    assert_eq!(found, by_day[..10]);
    assert_eq!(store.rows("counts WHERE period = 60"), 0);
    assert!(store.rows("counts WHERE period = 3600") <= 2 * 8 * 24);
}

fn what_comes_late_is_counted_where_it_belongs(storage: Rc<dyn Storage>) {
    let store = store(storage);
    let early = START + DAY - HOUR / 2;
    store.take(&flush(1, 1, early, 3), early);
    let now = START + DAY + 10 * 60;
    store.ring(now);
    // The hour and the day of these are made already.
    let late = flush(2, 1, early + 60, 4);
    let late = Flush { made_at_ms: now * 1_000, ..late };
    assert_eq!(store.take(&late, now), Taken::Counted);
    for later in [now, now + HOUR, now + 3 * HOUR, now + 9 * DAY] {
        store.ring(later);
        assert_eq!(store.total(1, (START, later), later), 7, "{later}");
    }
    let days = store.usage(1, (START, now + 9 * DAY), Grouping::Hour, now + 9 * DAY).groups;
    assert_eq!(days.len(), 1);
    assert_eq!(days[0].at.unwrap().0, at(START));
}

fn what_comes_too_late_is_a_gap(storage: Rc<dyn Storage>) {
    let store = store(storage);
    let made = START + 100;
    let now = made + HOUR + 1;
    assert_eq!(store.take(&flush(1, 1, made, 3), now), Taken::TooLate);
    assert_eq!(store.take(&flush(1, 1, made, 3), now), Taken::TooLate);
    assert_eq!(store.total(1, (START, now), now), 0);
    assert_eq!(store.gaps(now), json!([[100, 101, 3]]), "told once");
}

fn a_missing_flush_is_a_gap_until_it_comes(storage: Rc<dyn Storage>) {
    let store = store(storage);
    let now = START + 100;
    store.take(&flush(1, 1, now, 1), now);
    store.take(&flush(4, 1, now + 60, 1), now + 60);
    assert_eq!(store.gaps(now + 60), json!([[100, 160, 0]]));
    store.take(&flush(3, 1, now + 40, 1), now + 70);
    assert_eq!(store.gaps(now + 70), json!([[100, 160, 0]]));
    store.take(&flush(2, 1, now + 20, 1), now + 80);
    assert_eq!(store.gaps(now + 80), json!([]));
    assert_eq!(store.total(1, (START, now + 80), now + 80), 4);
    // The first one of an isolate may be the one that is missing.
    let of_other = Flush { isolate: "b".repeat(32), since_ms: (now + 90) * 1_000, ..flush(2, 1, now + 120, 1) };
    store.take(&of_other, now + 120);
    assert_eq!(store.gaps(now + 120), json!([[190, 220, 0]]));
}

fn what_isolates_lost_is_told(storage: Rc<dyn Storage>) {
    let store = store(storage);
    let now = START + 100;
    store.take(&flush(1, 1, now, 1), now);
    let next = Flush { lost: 7, ..flush(3, 1, now + 60, 1) };
    store.take(&next, now + 60);
    store.take(&Flush { lost: 7, ..flush(4, 1, now + 80, 1) }, now + 80);
    assert_eq!(store.gaps(now + 80), json!([[100, 160, 7]]));
    // What the isolate gave up has come all the same: who knows.
    store.take(&flush(2, 1, now + 20, 7), now + 81);
    assert_eq!(store.gaps(now + 81), json!([[100, 160, 7]]));
    let facts = facts(&store, 1, START, now + 90);
    assert_eq!(facts.complete_since, Some(at(START + 160)));
    assert_eq!(facts.counted_from(at(START + 159)).complete_since, Some(at(START + 160)));
    assert_eq!(facts.counted_from(at(START + 161)).complete_since, Some(at(START + 161)));
}

fn what_was_lost_before_a_store_was_made_is_told(storage: Rc<dyn Storage>) {
    let store = store(storage);
    // The isolate has counted for ten minutes, and none of its flushes found a store.
    let first =
        Flush { lost: 9, since_ms: (START - 600) * 1_000, from_ms: (START - 20) * 1_000, ..flush(4, 1, START, 1) };
    store.take(&first, START);
    assert_eq!(store.usage(1, (START - HOUR, START + 1), Grouping::Token, START).completeness.gaps[0].lost, 9);
    assert_eq!(facts(&store, 1, START, START + 60).complete_since, Some(at(START - 20)));
}

fn a_store_that_was_away_says_so(storage: Rc<dyn Storage>) {
    let store = store(storage);
    let alarm = |now: u64, awake_at: u64| store.store.alarm(at(now), at(awake_at)).unwrap();
    alarm(START + HOUR, 1_000);
    alarm(START + 2 * HOUR, 1_000 + HOUR);
    // The clock was set ahead: nobody was away.
    alarm(START + 90 * DAY, 1_000 + HOUR + 60);
    assert_eq!(store.gaps(START + 90 * DAY), json!([]));
    // The absence counts before the alarm has noted it.
    let now = START + 90 * DAY + 3 * HOUR;
    let question = UsageQuestion { integration: id(1), from: at(START) };
    let asked = |awake_at: u64| -> UsageFacts {
        read(&store.store.facts(&serde_json::to_string(&question).unwrap(), at(now), at(awake_at)).unwrap())
    };
    assert_eq!(asked(1_060 + 2 * HOUR).complete_since, Some(at(0)));
    assert_eq!(asked(1_060 + 4 * HOUR).complete_since, Some(at(now)));
    alarm(START + 90 * DAY + 3 * HOUR, 1_060 + 4 * HOUR);
    assert_eq!(store.gaps(START + 90 * DAY + 3 * HOUR), json!([[90 * DAY, 90 * DAY + 3 * HOUR, 0]]));
}

fn many_operations_are_folded_and_no_use_goes_out_of_sight(storage: Rc<dyn Storage>) {
    let store = store(storage);
    let now = START + 100;
    let mut quiet = flush(1, 1, now, 1);
    quiet.tokens[0].n = 2;
    store.take(&quiet, now);
    let mut truth = 1;
    for part in 0..4_u64 {
        let mut loud = flush(part + 2, 1, now, 0);
        loud.tokens[0].cells = (0..1_000_u64)
            .map(|number| {
                let outcome =
                    if number % 2 == 0 { Outcome::Granted } else { Outcome::Denied(DenialCode::MissingScopes) };
                let requests = part * 1_000 + number + 1;
                truth += requests;
                FlushedCell {
                    operation: format!("GET /{part}/{number}"),
                    minute: now / 60,
                    outcomes: vec![OutcomeCount { outcome, requests }],
                    answers: Vec::new(),
                }
            })
            .collect();
        store.take(&loud, now);
        assert!(store.rows("counts") <= 2_000, "{}", store.rows("counts"));
        assert_eq!(store.total(1, (START, now + 1), now), truth);
    }
    let tokens = store.usage(1, (START, now + 1), Grouping::Token, now).groups;
    assert_eq!(
        tokens.iter().map(|group| (group.token, group.requests)).collect::<Vec<_>>(),
        [(Some(1), truth - 1), (Some(2), 1)]
    );
    let operations = store.usage(1, (START, now + 1), Grouping::Operation, now).groups;
    assert_eq!(operations[0].operation.as_deref(), Some("other"));
    assert_eq!(operations[1].operation.as_deref(), Some("GET /3/999"), "the most used ones stay");
    store.ring(now + 2 * HOUR);
    store.ring(now + 2 * DAY);
    assert!(store.rows("counts WHERE period = 86400") <= 2_000);
    assert_eq!(store.total(1, (START, now + 2 * DAY), now + 2 * DAY), truth);
}

fn facts(store: &Store, integration: u8, from: u64, now: u64) -> UsageFacts {
    let question = UsageQuestion { integration: id(integration), from: at(from) };
    read(&store.store.facts(&serde_json::to_string(&question).unwrap(), at(now), at(now)).unwrap())
}

fn rules_are_told_how_far_apart_uses_are(storage: Rc<dyn Storage>) {
    let store = store(storage);
    let never = facts(&store, 9, START, START + DAY);
    assert_eq!((never.requests, never.largest_gap, never.tokens), (0, 0, vec![]));
    assert_eq!((never.store_since, never.complete_since), (at(START), Some(at(0))));
    for (seq, at) in [(1, 0), (2, 600), (3, 10 * HOUR + 60), (4, 3 * DAY), (5, 3 * DAY + 60)] {
        store.take(&flush(seq, 1, START + at, 2), START + at);
    }
    let mut outgoing = flush(6, 1, START + 4 * DAY, 1);
    outgoing.tokens[0].n = 2;
    store.take(&outgoing, START + 4 * DAY);
    // A dead token's requests are no use.
    let mut dead = flush(7, 1, START + 9 * DAY, 1);
    dead.tokens[0].n = 0;
    store.take(&dead, START + 9 * DAY);
    let now = START + 10 * DAY;
    let known = facts(&store, 1, START, now);
    assert_eq!(known.requests, 11);
    let gap = 3 * DAY - 10 * HOUR - 60;
    assert!((gap..=gap + 60).contains(&known.largest_gap), "{}", known.largest_gap);
    let uses: Vec<_> = known.tokens.iter().map(|used| (used.n, used.first.seconds(), used.last.seconds())).collect();
    assert_eq!(uses, [(1, START, START + 3 * DAY + 60), (2, START + 4 * DAY, START + 4 * DAY)]);
    let same_minute = facts(&store, 1, START + 3 * DAY + 60 + 59, now);
    assert_eq!(same_minute.requests, 5, "the hour of a use in the minute in which the period begins");
    let later = facts(&store, 1, START + 2 * DAY, now);
    assert_eq!((later.requests, later.largest_gap), (5, DAY));
}

fn the_registry_is_told_of_first_uses_and_of_those_that_moved(storage: Rc<dyn Storage>) {
    let store = store(storage);
    let hand = |now: u64| store.store.to_hand(7, at(now)).unwrap();
    assert_eq!(hand(START), None);
    let first = START + 100;
    store.take(&flush(1, 1, first, 1), first);
    let mut dead = flush(2, 2, first, 1);
    dead.tokens[0].n = 0;
    store.take(&dead, first);
    assert_eq!(store.store.due_in(at(first)).unwrap().as_secs(), 0);
    let handed = hand(first).unwrap();
    assert_eq!((handed.store, handed.uses.len()), (7, 1));
    assert_eq!((handed.uses[0].first_at.0, handed.uses[0].last_at.0), (at(first), at(first)));
    assert_eq!(hand(first), Some(handed.clone()), "until it was taken");
    store.store.handed(&handed).unwrap();
    assert_eq!(hand(first + 61), None);
    store.take(&flush(3, 1, first + HOUR, 1), first + HOUR);
    assert_eq!(hand(first + HOUR), None, "it moved by an hour and no more");
    store.take(&flush(4, 1, first + HOUR + 1, 1), first + HOUR + 1);
    let handed = hand(first + HOUR + 1).unwrap();
    store.store.handed(&handed).unwrap();
    store.take(&flush(5, 2, first + HOUR + 2, 1), first + HOUR + 2);
    assert_eq!(hand(first + HOUR + 2), None, "once a minute");
    assert_eq!(hand(first + HOUR + 61).unwrap().uses[0].integration, id(2));
}

fn an_integration_is_forgotten(storage: Rc<dyn Storage>) {
    let store = store(storage);
    let now = START + 100;
    let mut first = flush(1, 1, now, 1);
    first.tokens[0].origin = Some(UseOrigin { country: Some("DE".to_owned()), asn: Some(1), ..UseOrigin::default() });
    first.tokens.push(flush(1, 2, now, 5).tokens.remove(0));
    store.take(&first, now);
    assert_eq!(store.usage(1, (START, now), Grouping::Outcome, now).tokens[0].sources.len(), 1);
    store.store.forget(&json!({ "integration": id(1) }).to_string()).unwrap();
    let usage = store.usage(1, (START, now), Grouping::Outcome, now);
    assert!(usage.groups.is_empty() && usage.tokens.is_empty());
    assert_eq!(store.rows("sources") + store.rows("used_hours"), 1);
    assert_eq!(store.total(2, (START, now + 1), now), 5);
    assert_eq!(store.take(&first, now), Taken::Repeated, "and does not come back");
}

fn groups_have_the_same_total(storage: Rc<dyn Storage>) {
    let store = store(storage);
    let mut truth = 0;
    for seq in 1..200_u64 {
        let now = START + seq * 7_000;
        let mut some = flush(seq, (seq % 3) as u8, now, seq);
        some.tokens[0].n = (seq % 4) as u32;
        some.tokens[0].cells[0].operation = format!("GET /{}", seq % 5);
        store.take(&some, now);
        truth += if seq % 3 == 1 { seq } else { 0 };
        if seq % 11 == 0 {
            store.ring(now);
        }
    }
    let now = START + 200 * 7_000;
    for by in [Grouping::Operation, Grouping::Outcome, Grouping::Token, Grouping::Hour] {
        let groups = store.usage(1, (START, now), by, now).groups;
        assert_eq!(groups.iter().map(|group| group.requests).sum::<u64>(), truth, "{by:?}");
    }
    let range = UsageRange::new(Some(at(START)), Some(at(now)), Grouping::Integration, at(now)).unwrap();
    let query = UsageQuery { integrations: None, range };
    let overall: OverallUsage = read(&store.store.overall(&serde_json::to_string(&query).unwrap(), at(now)).unwrap());
    let of = overall.groups.iter().find(|group| group.integration == Some(id(1))).unwrap();
    assert_eq!((of.requests, of.days.iter().sum::<u64>()), (truth, truth));
    assert_eq!(overall.total, 3);
    let query = UsageQuery { integrations: Some(vec![id(1)]), range };
    let one: OverallUsage = read(&store.store.overall(&serde_json::to_string(&query).unwrap(), at(now)).unwrap());
    assert_eq!(one.groups, std::slice::from_ref(of));
}

fn garbage_is_no_flush(storage: Rc<dyn Storage>) {
    let store = store(storage);
    for text in ["", "{}", "[]", r#"{"v":2}"#] {
        assert_eq!(store.store.flush(text, at(START)).unwrap(), Taken::Malformed);
    }
    let other_version = Flush { v: 2, ..flush(1, 1, START, 1) };
    assert_eq!(store.take(&other_version, START), Taken::Malformed);
    // A clock that is ahead dates nothing into the future.
    let ahead = flush(1, 1, START + DAY, 1);
    assert_eq!(store.take(&ahead, START + 60), Taken::Counted);
    assert_eq!(store.total(1, (START, START + 120), START + 60), 1);
    assert!(
        store.usage(1, (START, START + 120), Grouping::Token, START + 60).tokens[0].last_use.at.0 <= at(START + 60)
    );
}

fn nothing_is_kept_longer_than_it_may_be(storage: Rc<dyn Storage>) {
    let store = store(storage);
    let mut first = flush(1, 1, START, 1);
    first.tokens[0].origin = Some(UseOrigin { country: Some("DE".to_owned()), asn: Some(1), ..UseOrigin::default() });
    store.take(&first, START);
    store.take(&Flush { lost: 1, ..flush(3, 1, START + 60, 1) }, START + 60);
    let kept = |days: u64| {
        for step in 0..4 {
            store.store.alarm(at(START + days * DAY + step * HOUR), at(START)).unwrap();
        }
        ["counts", "tokens", "used_hours", "sources", "gaps", "flushes", "isolates", "integrations"]
            .map(|what| store.rows(what))
    };
    let [counts, tokens, hours, sources, gaps, flushes, isolates, integrations] = kept(3);
    assert!(counts > 0);
    assert_eq!([tokens, hours, sources, gaps, flushes, isolates, integrations], [1, 1, 1, 1, 0, 1, 1]);
    let [.., isolates, _] = kept(36);
    assert_eq!(isolates, 0);
    let [_, tokens, hours, ..] = kept(131);
    assert_eq!([tokens, hours], [1, 0]);
    assert_eq!(kept(402), [0; 8]);
}

fn an_isolate_that_comes_back_after_weeks_makes_no_gap(storage: Rc<dyn Storage>) {
    let store = store(storage);
    store.take(&Flush { lost: 1, ..flush(1, 1, START + 60, 1) }, START + 60);
    let before = store.gaps(START + 60);
    for day in 1..=31 {
        store.store.alarm(at(START + day * DAY), at(START)).unwrap();
    }
    let back = START + 31 * DAY;
    store.take(&Flush { lost: 1, ..flush(2, 1, back, 1) }, back);
    assert_eq!(store.gaps(back), before, "the one lost request is told already");
}

fn isolates_that_are_silent_for_long_are_limited_in_number(storage: Rc<dyn Storage>) {
    let store = store(storage);
    let heard = |count: u64, at: u64| {
        let sql = format!(
            "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {count})
            INSERT INTO isolates (id, highest, lost, until_at, heard_at) SELECT '{at}-' || n, 1, 0, {at}, {at} FROM n"
        );
        store.storage.run(&sql, &[]).unwrap();
    };
    for (count, at) in [(5, START + 1), (20_000, START + 2), (10, START + 2 * DAY)] {
        heard(count, at);
    }
    store.ring(START + 3 * DAY);
    assert_eq!(store.rows("isolates"), 20_010);
    assert_eq!(store.rows(&format!("isolates WHERE heard_at = {}", START + 1)), 0);
}
