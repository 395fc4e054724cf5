//! A year in the life of some integrations, against a plain reference: admins do what they may and what they may not at random
//! moments; the clock also steps back; alarms are late, are lost or ring twice; the object starts anew in between. After every step
//! each token that was ever minted fares as in the reference, and the alarm has told exactly what the reference has.

mod truth;

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use registry::{Read, Settings, Storage};
use serde_json::{Value, json};
use tidegate::admin::AdminError;
use tidegate::decision::authenticate;
use tidegate::record::Record;
use tidegate::time::Timestamp;
use tidegate::token::{Authentic, IntegrationId, Prefix, Presented, verify};

use self::truth::{Act, Rules, Truth};
use crate::world::{DAY, Kv, START, With, World, based_on, settings};

cases! {
    a_year_with_seed_1
    a_year_with_seed_2
    a_year_with_seed_3
}

const HOUR: u64 = 3600;
const INTEGRATIONS: usize = 6;
const SCOPES: [&str; 3] = ["contacts.readonly", "contacts.write", "locations.readonly"];
/// What the alarm tells of, in the order of the words that the table `due` has for it.
const TOLD: &str = "'integration.expired', 'integration.expiring', 'rotation.lapsed', 'rotation.due'";

fn a_year_with_seed_1(storage: Rc<dyn Storage>) {
    Year::new(storage, 1).pass();
}

fn a_year_with_seed_2(storage: Rc<dyn Storage>) {
    Year::new(storage, 2).pass();
}

fn a_year_with_seed_3(storage: Rc<dyn Storage>) {
    Year::new(storage, 3).pass();
}

/// Numbers that look random, the same for each seed (Marsaglia's xorshift64*).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % limit
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(of.len() as u64)).unwrap()]
    }
}

struct Year {
    world: World,
    kv: Kv,
    random: Random,
    rules: Rules,
    lives: Vec<Life>,
    /// When the platform rings, by the clock of when it was told; `None` where the alarm was lost.
    alarm: Option<u64>,
    /// How many commands were carried out, and how many refused.
    outcomes: [u64; 2],
}

/// An integration, and what the reference says of it.
struct Life {
    id: String,
    tokens: Vec<Presented>,
    truth: Truth,
}

impl Year {
    fn new(storage: Rc<dyn Storage>, seed: u64) -> Self {
        let random = Random::new(seed);
        let (world, kv, rules) = (
            World::set(storage, Settings { audit_days: Ok(3650), ..settings() }).demo(),
            Kv::default(),
            Rules::default(),
        );
        Self { world, kv, random, rules, lives: Vec::new(), alarm: None, outcomes: [0; 2] }
    }

    fn now(&self) -> u64 {
        self.world.now.get()
    }

    fn pass(mut self) {
        for _ in 0..INTEGRATIONS {
            self.create();
        }
        let mut steps = 0;
        while self.now() < START + 365 * DAY {
            self.move_clock();
            if self.random.below(12) == 0 {
                self.world = self.world.restarted();
            }
            self.ring_perhaps();
            match self.random.below(20) {
                0 => self.change_settings(),
                1..18 => self.act(),
                _ => {}
            }
            self.check();
            steps += 1;
        }
        self.world.later(40 * DAY);
        self.ring();
        self.check();
        let told: usize = self.lives.iter().map(|life| life.truth.told.len()).sum();
        let [done, refused] = self.outcomes;
        assert!(steps > 300 && told > 40 && done > 80 && refused > 60, "{steps} {told} {done} {refused}: not a year");
    }

    fn move_clock(&mut self) {
        let now = self.now();
        let to = match self.random.below(10) {
            0 => now.saturating_sub(self.random.below(2 * HOUR)).max(START),
            1..4 => now + self.random.below(120),
            4..6 => now + self.random.below(40 * 60),
            6 => now + self.random.below(12 * HOUR),
            _ => now + self.random.below(5 * DAY),
        };
        self.world.now.set(to);
    }

    /// The platform rings in time, late, never, or twice.
    fn ring_perhaps(&mut self) {
        let is_time = self.alarm.is_some_and(|alarm| alarm <= self.now());
        match (is_time, self.random.below(10)) {
            (true, 0..5) => self.ring(),
            (true, 5) => {
                self.ring();
                self.ring();
            }
            (true, 6) => self.alarm = None,
            // The next read of the feed sets it again.
            (false, 0..3) if self.alarm.is_none() => self.set_alarm(),
            _ => {}
        }
    }

    fn ring(&mut self) {
        self.world.ring();
        let now = self.now();
        self.lives.iter_mut().for_each(|life| life.truth.ring(now));
        self.set_alarm();
    }

    fn set_alarm(&mut self) {
        let delay = self.world.registry.due_in(self.world.now()).unwrap();
        self.alarm = delay.map(|delay| self.now() + delay.as_secs());
    }

    fn create(&mut self) {
        let scopes: Vec<&str> = SCOPES.into_iter().filter(|_| self.random.below(2) == 0).collect();
        let end = self.rules.max_lifetime_days.map(|days| self.now() + days * DAY);
        let body = json!({
            "name": "one", "owner": { "level": "sub_account", "id": "acme" }, "scopes": scopes,
            "expires_at": end.map(moment),
        });
        let made = self.world.ok("POST", "/integrations", body, With::default()).body;
        let truth = Truth::new(self.now(), end, &scopes, &self.rules);
        let id = made["integration"]["id"].as_str().unwrap().to_owned();
        self.lives.push(Life { id, tokens: vec![self.presented(&made)], truth });
    }

    fn presented(&self, made: &Value) -> Presented {
        let keys = self.world.settings.keys.as_ref().unwrap();
        verify(keys, &Prefix::default(), made["token"].as_str().unwrap()).unwrap()
    }

    fn act(&mut self) {
        let at = usize::try_from(self.random.below(self.lives.len() as u64)).unwrap();
        if self.lives[at].truth.is_gone_for_good(self.now()) && self.random.below(2) == 0 {
            if self.lives.iter().filter(|life| !life.truth.gone).count() < INTEGRATIONS {
                self.create();
            }
            return;
        }
        let act = self.any_act(at);
        let (method, path, body) = request(&act, self.now());
        let (now, rules) = (self.now(), self.rules);
        let life = &mut self.lives[at];
        let expected = life.truth.act(&act, now, &rules);
        let target = format!("/integrations/{}{path}", life.id);
        let answer = self.world.ask(method, &target, body, based_on(life.truth.base_rev));
        match answer {
            Ok(answer) => {
                assert!(expected, "{act:?} at {now} was to be refused");
                if !answer.body["token"].is_null() {
                    let minted = self.presented(&answer.body);
                    self.lives[at].tokens.push(minted);
                }
                self.outcomes[0] += 1;
            }
            Err(
                error @ (AdminError::Conflict(_)
                | AdminError::Ended
                | AdminError::NotUndone(_)
                | AdminError::NoIntegration
                | AdminError::Invalid { .. }),
            ) => {
                assert!(!expected, "{act:?} at {now}: {error:?}");
                self.outcomes[1] += 1;
            }
            Err(error) => panic!("{act:?}: {error:?}"),
        }
        self.set_alarm();
    }

    fn any_act(&mut self, at: usize) -> Act {
        let now = self.now();
        let days = 1 + self.random.below(120);
        let end = match self.random.below(4) {
            0 => None,
            1 => Some(now.saturating_sub(self.random.below(9))),
            _ => Some(now + self.random.below(days * DAY)),
        };
        let random = &mut self.random;
        match random.below(24) {
            0..4 => Act::RotateLater(60 + random.below(random.0 % (30 * DAY - 60) + 1), random.below(2) == 0),
            4 => Act::RotateNow(None),
            5..7 => Act::RotateNow(Some(end)),
            7 => Act::Cancel,
            8..11 => Act::Finish { leaked: random.below(4) == 0 },
            11..13 => Act::Extend(now + random.below(32 * DAY)),
            13 => Act::Pause,
            14..16 => Act::Resume,
            16..18 => Act::SetEnd(end),
            18 => Act::Scopes(SCOPES.into_iter().filter(|_| random.below(2) == 0).collect()),
            19 => Act::Rename(now),
            20 if !self.lives[at].truth.gone => Act::Delete,
            _ => Act::Undo,
        }
    }

    fn change_settings(&mut self) {
        let random = &mut self.random;
        let switch = |random: &mut Random| random.below(5) > 0;
        self.rules = Rules {
            max_lifetime_days: random.one(&[None, None, None, Some(150)]),
            rotate_every_days: random.one(&[None, Some(20), Some(45), Some(90), Some(180)]),
            undo: [switch(random), switch(random), switch(random)],
        };
        let Rules { max_lifetime_days, rotate_every_days, undo: [finish, delete, scopes] } = self.rules;
        let body = json!({
            "max_lifetime_days": max_lifetime_days, "rotate_every_days": rotate_every_days,
            "undo": { "finish": finish, "delete": delete, "scopes": scopes },
        });
        let rev = self.world.get("/settings")["rev"].as_u64().unwrap();
        self.world.ok("PATCH", "/settings", body, based_on(rev));
        let (now, rules) = (self.now(), self.rules);
        self.lives.iter_mut().for_each(|life| life.truth.remind(now, &rules));
        self.set_alarm();
    }

    fn check(&mut self) {
        let now = self.now();
        let mut told: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for row in self.world.rows(&format!("SELECT integration, kind FROM events WHERE kind IN ({TOLD}) ORDER BY seq"))
        {
            let text = |column: &str| row[column].as_str().unwrap().to_owned();
            told.entry(text("integration")).or_default().push(text("kind"));
        }
        for life in &self.lives {
            assert_eq!(told.remove(&life.id).unwrap_or_default(), life.truth.told, "{} at {now}", life.id);
            if !life.truth.is_gone_for_good(now) {
                self.check_tokens(life);
            }
        }
        self.world.drain(&mut self.kv);
        let due = self.lives.iter().filter_map(|life| life.truth.next()).min();
        // What waits on no integration: the first events go after 3,650 days, and one more.
        let pruned = self.world.value("SELECT min(at) AS it FROM events").as_u64().map(|at| at + 3651 * DAY);
        let expected = due.into_iter().chain(pruned).min().map(|due| Duration::from_secs(due.saturating_sub(now)));
        assert_eq!(self.world.registry.due_in(self.world.now()).unwrap(), expected, "at {now}");
    }
}

impl Year {
    fn check_tokens(&self, life: &Life) {
        let now = self.now();
        let id = IntegrationId::parse(&life.id).unwrap();
        let text = self.world.read(&Read::Record(id.clone())).unwrap().to_string();
        let record = Record::from_json(&id, &Authentic::from_registry(text)).unwrap();
        assert_eq!(record.rev(), life.truth.rev, "{} at {now}", life.id);
        for (place, token) in life.tokens.iter().enumerate() {
            let admitted = authenticate(token, Some(&record), Timestamp::from_seconds(now)).is_ok();
            assert_eq!(admitted, life.truth.admits(place, now), "token {} of {} at {now}", place + 1, life.id);
        }
    }
}

fn moment(seconds: u64) -> String {
    Timestamp::from_seconds(seconds).to_string()
}

/// Method, path below the integration's, and body.
fn request(act: &Act, now: u64) -> (&'static str, &'static str, Value) {
    match act {
        Act::RotateLater(window, when_quiet) => {
            ("POST", "/rotate", json!({ "expire": "later", "window_seconds": window, "when_quiet": when_quiet }))
        }
        Act::RotateNow(None) => ("POST", "/rotate", json!({ "expire": "now" })),
        Act::RotateNow(Some(end)) => ("POST", "/rotate", json!({ "expire": "now", "expires_at": end.map(moment) })),
        Act::Cancel => ("POST", "/rotation/cancel", Value::Null),
        Act::Finish { leaked } => ("POST", "/rotation/finish", json!({ "leaked": leaked })),
        Act::Extend(until) => ("POST", "/rotation/extend", json!({ "expires_at": moment(*until) })),
        Act::Pause => ("POST", "/pause", Value::Null),
        Act::Resume => ("POST", "/resume", Value::Null),
        Act::SetEnd(end) => ("PATCH", "", json!({ "expires_at": end.map(moment) })),
        Act::Scopes(scopes) => ("PATCH", "", json!({ "scopes": scopes })),
        Act::Rename(_) => ("PATCH", "", json!({ "name": format!("named at {now}") })),
        Act::Delete => ("DELETE", "", Value::Null),
        Act::Undo => ("POST", "/undo", Value::Null),
    }
}
