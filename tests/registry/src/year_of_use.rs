//! A year of random use under a rule for idle integrations: some are used all the time, some seldom, some stop, and some are never used.
//! Stores do not answer for days, and periods of incomplete counts are known. Whatever happens, the rule pauses nothing that was used or
//! may have been used within its period, and it announces each pause three times.

use std::rc::Rc;

use registry::Storage;
use serde_json::{Value, json};

use crate::uses::{Uses, done, events, settings};
use crate::world::{DAY, START, World};
use crate::year::Random;

cases! {
    a_year_of_use_with_seed_1
    a_year_of_use_with_seed_2
    a_year_of_use_with_seed_3
}

const IDLE_DAYS: u64 = 40;
const INTEGRATIONS: usize = 10;
/// The longest time without an answer of the stores, in days.
const MAX_AWAY_DAYS: u64 = 3;
/// How much later than its period the rule can act: each announcement can wait for an answer, and so can the pause.
const MAX_DELAY: u64 = 4 * MAX_AWAY_DAYS * DAY;

fn a_year_of_use_with_seed_1(storage: Rc<dyn Storage>) {
    Year::new(storage, 1).pass();
}

fn a_year_of_use_with_seed_2(storage: Rc<dyn Storage>) {
    Year::new(storage, 2).pass();
}

fn a_year_of_use_with_seed_3(storage: Rc<dyn Storage>) {
    Year::new(storage, 3).pass();
}

struct Year {
    world: World,
    uses: Uses,
    random: Random,
    lives: Vec<Life>,
    /// When counts were last incomplete, and until when the stores do not answer.
    gap_ended: u64,
    away_until: u64,
    paused: usize,
    called_off: usize,
}

struct Life {
    id: String,
    /// About how many days lie between two uses; `None` for one that is not used.
    every_days: Option<u64>,
    token: u32,
    /// When something last began its period anew: its making, a use, a rotation, resuming.
    since: u64,
    is_paused: bool,
    announced: usize,
}

impl Year {
    fn new(storage: Rc<dyn Storage>, seed: u64) -> Self {
        let (world, random) = (World::with_demo(storage), Random::new(seed));
        settings(&world, json!({ "idle_days": IDLE_DAYS, "rotate_every_days": null })).unwrap();
        let life = |place: usize| Life {
            id: world.create(&format!("number {place}"), &[]),
            every_days: [Some(1), Some(6), Some(25), Some(35), Some(60), None][place % 6],
            token: 1,
            since: START,
            is_paused: false,
            announced: 0,
        };
        let lives = (0..INTEGRATIONS).map(life).collect();
        Self { world, uses: Uses::new(), random, lives, gap_ended: 0, away_until: 0, paused: 0, called_off: 0 }
    }

    fn pass(mut self) {
        for day in 0..365 {
            let start = START + day * DAY;
            self.trouble(start);
            let mut moments: Vec<(u64, usize)> = Vec::new();
            for place in 0..self.lives.len() {
                let uses = self.lives[place].every_days.is_some_and(|days| self.random.below(days) == 0);
                if uses || self.random.below(60) == 0 {
                    moments.push((start + self.random.below(DAY), place));
                }
            }
            moments.sort_unstable();
            for (moment, place) in moments {
                self.uses.pass(&self.world, moment);
                self.check(place);
                self.touch(place, moment);
            }
            self.uses.pass(&self.world, start + DAY - 1);
            (0..self.lives.len()).for_each(|place| self.check(place));
        }
        assert!(self.paused > 10 && self.called_off > 3, "{} {}: not a year", self.paused, self.called_off);
    }

    /// The stores are away for some days, or were and say so.
    fn trouble(&mut self, now: u64) {
        match self.random.below(40) {
            0 => self.away_until = now + (1 + self.random.below(MAX_AWAY_DAYS)) * DAY,
            1 if self.random.below(3) == 0 => {
                self.gap_ended = now;
                self.uses.complete_since.set(Some(now));
            }
            2 => {
                let place = usize::try_from(self.random.below(self.lives.len() as u64)).unwrap();
                self.lives[place].every_days = None;
            }
            _ => {}
        }
        self.uses.is_down.set(now < self.away_until);
    }

    /// A use, or with a paused one: it is resumed. Now and then it is rotated.
    fn touch(&mut self, place: usize, now: u64) {
        let rotates = self.random.below(12) == 0;
        let life = &mut self.lives[place];
        if life.is_paused {
            done(&self.world, &life.id, "/resume", Value::Null);
            life.is_paused = false;
        } else if rotates {
            done(&self.world, &life.id, "/rotate", json!({ "expire": "now" }));
            life.token += 1;
        } else if life.every_days.is_some() {
            self.uses.used(&life.id, life.token, now);
        } else {
            return;
        }
        life.since = now;
        self.called_off += usize::from(life.announced > 0);
        life.announced = 0;
    }

    /// Compares what the rule did to an integration with the truth.
    fn check(&mut self, place: usize) {
        let (now, life) = (self.world.now.get(), &mut self.lives[place]);
        let since = life.since.max(self.gap_ended);
        let paused = format!("SELECT paused AS it FROM integrations WHERE id = '{}'", life.id);
        let is_paused = self.world.value(&paused) == json!(1);
        let announced = events(&self.world, &life.id, "integration.idle");
        let announced = announced.iter().filter(|(at, _)| *at >= since).collect::<Vec<_>>();
        life.announced = if is_paused { 0 } else { announced.len() };
        if is_paused && !life.is_paused {
            let (at, detail) = events(&self.world, &life.id, "integration.paused").pop().unwrap();
            assert!(at >= since + IDLE_DAYS * DAY, "{}: paused at {at}, though it was in use at {since}", life.id);
            let days_left: Vec<_> = announced.iter().map(|(_, detail)| detail["days_left"].as_u64()).collect();
            assert_eq!(days_left, [Some(15), Some(7), Some(1)], "{}", life.id);
            for (told, detail) in &announced {
                let days = detail["days_left"].as_u64().unwrap();
                assert!(told + days * DAY <= at, "{}: {days} days were announced at {told}, not kept", life.id);
            }
            assert!(!detail["idle_since"].is_null());
            life.is_paused = true;
            self.paused += 1;
        }
        let is_overdue = now > since + IDLE_DAYS * DAY + MAX_DELAY;
        assert!(is_paused || !is_overdue, "{}: nothing happened since {since}, and it is {now}", life.id);
    }
}
