//! What a gate costs at 1 million, 100 million and 10,000 million requests a month: the tables of docs/scale.md, from the constants of
//! the code and from rows that are written and measured here. `cargo run -p registry-tests --example scale` prints them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::print_stdout,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a tool for people"
)]

use std::rc::Rc;

use native_storage::Sqlite;
use registry::{Storage, UsageStore};
use serde_json::{Value, from_str};
use tidegate::feed::DUE_AFTER_MS;
use tidegate::time::Timestamp;
use tidegate::token::IntegrationId;
use tidegate::usage::{
    AnswerClass, AnswerCount, FLUSH_AFTER_MS, FLUSH_VERSION, Flush, FlushedCell, FlushedToken, Grouping, KEPT,
    MAX_CELLS, Outcome, OutcomeCount, STORES, UsageQuery, UsageRange,
};

const DAY: u64 = 86_400;
const MONTH: f64 = 30.0 * DAY as f64;
/// 2026-11-29T00:00:00Z.
const START: u64 = 1_795_910_400;
/// 500 days later.
const END: u64 = START + 500 * DAY;

/// US dollars, as Cloudflare's pages on prices had it on 2026-11-29; what a plan includes is left out.
mod price {
    /// For each request to a Durable Object.
    pub const OBJECT_REQUEST: f64 = 0.15e-6;
    /// For each row written by one.
    pub const ROW_WRITTEN: f64 = 1.00e-6;
    /// For a GB of its storage in a month.
    pub const STORED_GB: f64 = 0.20;
    /// For a GB-second that it runs; one counts as 128 MB.
    pub const GB_SECOND: f64 = 12.5e-6;
    /// For each read of KV.
    pub const KV_READ: f64 = 0.50e-6;
    /// For each request to a Worker.
    pub const WORKER_REQUEST: f64 = 0.30e-6;
}

/// A gate, and what is assumed of its traffic.
struct Gate {
    requests: f64,
    integrations: f64,
    /// How many operations an integration calls in a minute in which it calls any.
    operations: f64,
    /// Isolates that have requests in any 20 seconds.
    isolates: f64,
    /// Locations that those are in.
    locations: f64,
}

const GATES: [Gate; 3] = [
    Gate { requests: 1e6, integrations: 50.0, operations: 2.0, isolates: 5.0, locations: 5.0 },
    Gate { requests: 1e8, integrations: 1_000.0, operations: 3.0, isolates: 100.0, locations: 50.0 },
    Gate { requests: 1e10, integrations: 10_000.0, operations: 5.0, isolates: 2_000.0, locations: 300.0 },
];

/// What was measured of a store.
struct Measured {
    /// Bytes of a row of counts, with its part of the index.
    row_bytes: f64,
    /// Rows written for a cell of a flush, up to the day when all of it is forgotten.
    rows_per_cell: f64,
    /// The longest of five reads by operation, in milliseconds.
    read_ms: f64,
    /// The longest of five reads by time, in milliseconds.
    hours_ms: f64,
}

fn main() {
    let measured = measure();
    let Measured { row_bytes, rows_per_cell, read_ms, hours_ms } = measured;
    println!(
        "A row of counts takes {row_bytes:.0} bytes. For each cell of a flush {rows_per_cell:.1} rows are written in all."
    );
    println!(
        "90 days of 576 operations are read in {read_ms:.0} ms of processor time by operation, and in {hours_ms:.0} ms by time."
    );
    // A row for what was granted and one for how the origin answered, in every period that is kept.
    let rows = [60, 3_600, 86_400].into_iter().zip(KEPT).map(|(period, kept)| kept / period).sum::<u64>() * 50 * 2;
    let gb = rows as f64 * 10_000.0 * row_bytes / 1e9;
    let each = gb / f64::from(STORES);
    println!(
        "10,000 integrations that call 50 operations in every minute: {gb:.0} GB, {each:.2} of 10 GB in each object.\n"
    );
    let rows: Vec<[String; 4]> = table(&measured);
    println!("| | 1 M | 100 M | 10 G |\n| --- | ---: | ---: | ---: |");
    for [name, cells @ ..] in rows {
        println!("| {name} | {} |", cells.join(" | "));
    }
}

fn table(measured: &Measured) -> Vec<[String; 4]> {
    let flush_seconds = FLUSH_AFTER_MS as f64 / 1000.0;
    let feed_seconds = DUE_AFTER_MS as f64 / 1000.0;
    let (stores, max_cells) = (f64::from(STORES), f64::from(u32::try_from(MAX_CELLS).unwrap()));
    let line = |name: &str, of: &dyn Fn(&Gate) -> String| {
        let cells: Vec<String> = GATES.iter().map(of).collect();
        [name.to_owned(), cells[0].clone(), cells[1].clone(), cells[2].clone()]
    };
    let a_second = |gate: &Gate| gate.requests / MONTH;
    // A buffer that nobody fills is not sent.
    let buffers = |gate: &Gate| (gate.isolates / flush_seconds).min(a_second(gate));
    let in_buffer = |gate: &Gate| a_second(gate) / buffers(gate);
    // The integrations of a buffer are spread over the stores.
    let stores_of = |gate: &Gate| {
        let different = gate.integrations.min(in_buffer(gate));
        stores * (1.0 - (1.0 - 1.0 / stores).powf(different))
    };
    let flushes = |gate: &Gate| buffers(gate) * stores_of(gate);
    let cells = |gate: &Gate| in_buffer(gate).min(gate.integrations * gate.operations);
    let written = |gate: &Gate| buffers(gate) * cells(gate) * measured.rows_per_cell * MONTH;
    // Each integration calls in every hour of every day: more is not kept.
    let kept = |gate: &Gate| {
        let used = |seconds: f64| (gate.requests / gate.integrations * seconds / MONTH).min(gate.operations * 2.0);
        let periods = [60.0, 3_600.0, 86_400.0];
        periods.iter().zip(KEPT).map(|(period, kept)| used(*period) * kept as f64 / period).sum::<f64>()
            * gate.integrations
    };
    let gb = |gate: &Gate| kept(gate) * measured.row_bytes / 1e9;
    let feed = |gate: &Gate| gate.locations / feed_seconds;
    // A new isolate reads each record once, and the policy; isolates live some hours.
    let kv = |gate: &Gate| (gate.isolates * 8.0 * 30.0 * (gate.integrations + 8.0)).min(gate.requests);
    let dollars = |amount: f64| if amount < 10.0 { format!("${amount:.2}") } else { format!("${}", grouped(amount)) };
    let object_seconds = |rate: f64, objects: f64| (rate * 0.005).min(objects) * MONTH * 0.128;
    let usage_price = |gate: &Gate| {
        flushes(gate) * MONTH * price::OBJECT_REQUEST
            + written(gate) * price::ROW_WRITTEN
            + gb(gate) * price::STORED_GB
            + object_seconds(flushes(gate), stores) * price::GB_SECOND
    };
    let feed_price =
        |gate: &Gate| feed(gate) * MONTH * price::OBJECT_REQUEST + object_seconds(feed(gate), 1.0) * price::GB_SECOND;
    vec![
        line("requests a second, on average", &|gate| rounded(a_second(gate))),
        line("integrations", &|gate| grouped(gate.integrations)),
        line("operations that each calls in a minute", &|gate| rounded(gate.operations)),
        line("isolates; locations", &|gate| format!("{}; {}", grouped(gate.isolates), grouped(gate.locations))),
        line("requests in a buffer", &|gate| rounded(in_buffer(gate))),
        line(&format!("cells in a buffer, of {max_cells}"), &|gate| rounded(cells(gate))),
        line("flushes a second, all stores", &|gate| rounded(flushes(gate))),
        line("flushes a second of one store", &|gate| rounded(flushes(gate) / stores)),
        line("rows written in a month", &|gate| grouped(written(gate))),
        line("rows kept", &|gate| grouped(kept(gate))),
        line("GB kept in one store, of 10", &|gate| format!("{:.3}", gb(gate) / stores)),
        line("reads of the feed a second", &|gate| rounded(feed(gate))),
        line("reads of KV in a month", &|gate| grouped(kv(gate))),
        line("price of Workers' requests", &|gate| dollars(gate.requests * price::WORKER_REQUEST)),
        line("price of KV", &|gate| dollars(kv(gate) * price::KV_READ)),
        line("price of the feed, in the registry", &|gate| dollars(feed_price(gate))),
        line("price of usage", &|gate| dollars(usage_price(gate))),
    ]
}

/// Fills a store, lets it make hours and days and forget, and looks at what that took.
fn measure() -> Measured {
    let (storage, store) = open();
    let changes = || number(&*storage, "SELECT total_changes() AS it");
    let before = changes();
    let mut cells = 0.0;
    let mut now = START;
    for seq in 1..=72_u64 {
        now += 5 * 60;
        let tokens: Vec<FlushedToken> = (0..50_u8).map(|id| token(id, now)).collect();
        cells += tokens.iter().map(|token| token.cells.len()).sum::<usize>() as f64;
        let flush = Flush {
            v: FLUSH_VERSION,
            isolate: "00000000000000000000000000000001".to_owned(),
            seq,
            lost: 0,
            since_ms: START * 1000,
            from_ms: now * 1000 - 20_000,
            made_at_ms: now * 1000,
            tokens,
        };
        store.flush(&serde_json::to_string(&flush).unwrap(), Timestamp::from_seconds(now)).unwrap();
    }
    // Hours and days are made, and all of it is forgotten in its time.
    for (times, step) in [(12, 3_600), (420, DAY)] {
        for _ in 0..times {
            now += step;
            store.alarm(Timestamp::from_seconds(now), Timestamp::from_seconds(now)).unwrap();
        }
    }
    assert!(number(&*storage, "SELECT count(*) AS it FROM counts").abs() < 0.5);
    Measured { rows_per_cell: (changes() - before) / cells, row_bytes: row_bytes(), ..read_of_one() }
}

/// How many bytes a row takes: of integrations that each call 50 operations in every minute, hour and day that is kept.
fn row_bytes() -> f64 {
    let (storage, _) = open();
    let (empty, operations) = (storage.bytes().unwrap(), 50);
    (1..=4).for_each(|integration| fill(&*storage, integration, operations));
    let rows = number(&*storage, "SELECT count(*) AS it FROM counts");
    (storage.bytes().unwrap() - empty) as f64 / rows
}

/// How long it takes to read 90 days of one integration that called 576 operations in every hour and day.
fn read_of_one() -> Measured {
    let (storage, store) = open();
    fill(&*storage, 1, 576);
    let now = Timestamp::from_seconds(END);
    let id = IntegrationId::from_entropy([1; 10]);
    let read = |by: Grouping| {
        let range = UsageRange::new(Some(now.before(90 * DAY)), None, by, now).unwrap();
        let query = UsageQuery { integrations: Some(vec![id.clone()]), range };
        let query = serde_json::to_string(&query).unwrap();
        let begun = processor_ms();
        let answer = store.of_integration(&query, now).unwrap();
        let took = processor_ms() - begun;
        let answer: Value = from_str(&answer).unwrap();
        assert!(answer["groups"].as_array().unwrap().len() >= 90, "{by:?}");
        took
    };
    let most = |by: Grouping| (0..5).map(|_| read(by)).fold(0.0, f64::max);
    Measured { row_bytes: 0.0, rows_per_cell: 0.0, read_ms: most(Grouping::Operation), hours_ms: most(Grouping::Hour) }
}

/// How long this process has run on a processor, in milliseconds: what others do on the machine does not count.
fn processor_ms() -> f64 {
    let text = std::fs::read_to_string("/proc/self/schedstat").expect("Linux");
    text.split(' ').next().unwrap().parse::<f64>().unwrap() / 1e6
}

/// A database, and a store over it.
fn open() -> (Rc<Sqlite>, UsageStore) {
    let storage = Rc::new(Sqlite::in_memory().unwrap());
    let shared: Rc<dyn Storage> = Rc::<Sqlite>::clone(&storage);
    let store = UsageStore::open(Box::new(shared), Timestamp::from_seconds(START)).unwrap();
    (storage, store)
}

/// Rows as roll-ups leave them, of an integration that calls so many operations all the time until [`END`]: a row for the granted
/// requests, and one for the origin's answers.
fn fill(storage: &dyn Storage, integration: u8, operations: u64) {
    let id = IntegrationId::from_entropy([integration; 10]);
    let run = |sql: &str| storage.run(sql, &[]).unwrap();
    run(&format!("INSERT INTO integrations (number, id) VALUES ({integration}, '{id}')"));
    run("INSERT OR IGNORE INTO names (number, name) VALUES (1, 'granted'), (2, '2xx')");
    run(&format!(
        "INSERT OR IGNORE INTO names (number, name) SELECT value, 'GET /things/' || value {} WHERE value >= 3",
        series(operations + 2)
    ));
    for (period, kept) in [60, 3_600, 86_400].into_iter().zip(KEPT) {
        let (first, periods) = ((END - kept) / period * period, kept / period);
        run(&format!(
            "INSERT INTO counts (period, integration, start, operation, token, outcome, requests)
            SELECT {period}, {integration}, {first} + {period} * at.value, operation.value, 1, outcome.value, 3
            FROM (SELECT value {times}) at, (SELECT value {operations} WHERE value >= 3) operation,
                (SELECT value {outcomes} WHERE value >= 1) outcome",
            times = series(periods - 1),
            operations = series(operations + 2),
            outcomes = series(2),
        ));
    }
    run(&format!("UPDATE state SET hours_until = {0} - {0} % 3600, days_until = {0} - {0} % 86400", END));
}

/// The numbers from 0 to `last`, as what stands behind `SELECT value`.
fn series(last: u64) -> String {
    format!(
        "FROM (WITH RECURSIVE numbers (value) AS (SELECT 0 UNION ALL SELECT value + 1 FROM numbers WHERE value < {last})
        SELECT value FROM numbers)"
    )
}

fn number(storage: &dyn Storage, sql: &str) -> f64 {
    let rows: Value = from_str(&storage.rows(sql, &[]).unwrap()).unwrap();
    rows[0]["it"].as_f64().unwrap()
}

fn token(id: u8, at: u64) -> FlushedToken {
    let cell = |operation: u8| FlushedCell {
        operation: format!("GET /things/{operation}"),
        minute: at / 60,
        outcomes: vec![OutcomeCount { outcome: Outcome::Granted, requests: 3 }],
        answers: vec![AnswerCount { class: AnswerClass::Successful, requests: 3 }],
    };
    FlushedToken {
        integration: IntegrationId::from_entropy([id; 10]),
        n: 1,
        first_ms: at * 1000,
        last_ms: at * 1000 + 15_000,
        origin: None,
        cells: vec![cell(id % 5)],
    }
}

fn rounded(value: f64) -> String {
    if value < 10.0 { format!("{value:.1}") } else { grouped(value) }
}

fn grouped(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
