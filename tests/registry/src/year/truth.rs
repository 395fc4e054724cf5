//! The reference: what becomes of an integration's tokens, and what is told of it, without a table, a record or a state machine.

use std::collections::{BTreeMap, BTreeSet};

const DAY: u64 = 24 * 60 * 60;
const HALF_AN_HOUR: u64 = 30 * 60;
/// After how long a question is asked again that nobody answered.
const ASKED_AGAIN_AFTER: u64 = 5 * 60;
/// What waits for an answer of a usage store.
const ASKING: [&str; 1] = ["old token quiet"];

/// What an admin does.
#[derive(Clone, Debug)]
pub enum Act {
    /// For so long, and maybe no longer than the old token is in use.
    RotateLater(u64, bool),
    /// With another end, or not.
    RotateNow(Option<Option<u64>>),
    Cancel,
    Finish {
        leaked: bool,
    },
    Extend(u64),
    Pause,
    Resume,
    SetEnd(Option<u64>),
    Scopes(Vec<&'static str>),
    Rename(u64),
    Delete,
    Undo,
}

/// The agency's rules: may *finish*, a deletion, a removal of scopes be undone?
#[derive(Clone, Copy)]
pub struct Rules {
    pub max_lifetime_days: Option<u64>,
    pub rotate_every_days: Option<u64>,
    pub undo: [bool; 3],
}

impl Default for Rules {
    fn default() -> Self {
        Self { max_lifetime_days: None, rotate_every_days: Some(90), undo: [true; 3] }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Fate {
    Endless,
    Until(u64),
    Dead,
}

enum Taken {
    Token { place: usize, until: u64, leaked: bool },
    Everything(Vec<Fate>),
    Scopes(BTreeSet<&'static str>),
}

struct Undo {
    at: u64,
    taken: Taken,
    over: bool,
}

pub struct Truth {
    /// The revision, and the one that the last act was based on.
    pub rev: u64,
    pub base_rev: u64,
    pub gone: bool,
    /// What the alarm has told, in order.
    pub told: Vec<&'static str>,
    fates: Vec<Fate>,
    created: Vec<u64>,
    end: Option<u64>,
    paused: bool,
    when_quiet: bool,
    scopes: BTreeSet<&'static str>,
    name: u64,
    undo: Option<Undo>,
    /// What waits to be told, and until when.
    waiting: BTreeMap<&'static str, u64>,
    /// For which moment it was set.
    set_for: BTreeMap<&'static str, u64>,
    /// For which moment it was told last.
    told_for: BTreeMap<&'static str, u64>,
}

impl Truth {
    pub fn new(now: u64, end: Option<u64>, scopes: &[&'static str], rules: &Rules) -> Self {
        let mut truth = Self {
            rev: 1,
            base_rev: 0,
            gone: false,
            told: Vec::new(),
            fates: vec![Fate::Endless],
            created: vec![now],
            end,
            paused: false,
            when_quiet: false,
            scopes: scopes.iter().copied().collect(),
            name: 0,
            undo: None,
            waiting: BTreeMap::new(),
            set_for: BTreeMap::new(),
            told_for: BTreeMap::new(),
        };
        truth.wait(now, rules);
        truth
    }

    /// Whether the token with number `place + 1` passes the gate.
    pub fn admits(&self, place: usize, now: u64) -> bool {
        let lives = match self.fates[place] {
            Fate::Endless => true,
            Fate::Until(end) => now < end,
            Fate::Dead => false,
        };
        lives && !self.gone && !self.paused && self.end.is_none_or(|end| now < end)
    }

    pub fn is_gone_for_good(&self, now: u64) -> bool {
        self.gone && self.undo.as_ref().is_none_or(|undo| undo.over || now >= undo.at + HALF_AN_HOUR)
    }

    pub fn next(&self) -> Option<u64> {
        self.waiting.values().min().copied()
    }

    /// The alarm rings, and no usage store answers.
    pub fn ring(&mut self, now: u64) {
        let is_open = self.fates.iter().any(|fate| matches!(fate, Fate::Until(until) if now < *until));
        for kind in ASKING {
            if self.waiting.get(kind).is_some_and(|at| *at <= now) && is_open {
                self.waiting.insert(kind, now + ASKED_AGAIN_AFTER);
            }
        }
        let mut ripe: Vec<_> =
            self.waiting.iter().filter(|(_, at)| **at <= now).map(|(kind, at)| (*at, *kind)).collect();
        ripe.sort_unstable();
        for (at, kind) in ripe {
            self.waiting.remove(kind);
            self.told_for.insert(kind, self.set_for.get(kind).copied().unwrap_or(at));
            match kind {
                kind if ASKING.contains(&kind) => {}
                "undo" => self.undo.iter_mut().for_each(|undo| undo.over = true),
                // Nothing is known of the old token's use, so nothing is said of it.
                "old/3d" | "old/1d" | "old/1h" => {}
                "expiring/15" | "expiring/7" | "expiring/1" => self.told.push("integration.expiring"),
                kind => self.told.push(kind),
            }
        }
    }

    /// Does it; whether it is to be carried out.
    pub fn act(&mut self, act: &Act, now: u64, rules: &Rules) -> bool {
        self.base_rev = self.rev;
        let changes = match self.try_to(act, now, rules) {
            None => return false,
            Some(changes) => changes,
        };
        if changes {
            self.rev += 1;
            self.wait(now, rules);
        }
        true
    }

    /// `None` where it is refused; else whether anything changes.
    fn try_to(&mut self, act: &Act, now: u64, rules: &Rules) -> Option<bool> {
        if let Act::Undo = act {
            return self.try_to_undo(now, rules).then_some(true);
        }
        if self.gone {
            return None;
        }
        let has_ended = self.has_ended(now);
        let is_unchanged = match act {
            Act::Pause => self.paused,
            Act::Resume => !self.paused,
            Act::SetEnd(end) => *end == self.end,
            Act::Scopes(scopes) => scopes.iter().copied().collect::<BTreeSet<_>>() == self.scopes,
            Act::Rename(name) => *name == self.name,
            _ => false,
        };
        if is_unchanged {
            return Some(false);
        }
        let in_time = |end: Option<u64>| match (rules.max_lifetime_days, end) {
            (Some(days), Some(end)) => end <= now + days * DAY,
            (Some(_), None) => false,
            (None, _) => true,
        };
        let outgoing = self.outgoing(now);
        let mut undo = None;
        match act {
            Act::RotateLater(window, when_quiet) => {
                (!has_ended && outgoing.is_none() && in_time(self.end)).then_some(())?;
                let current = self.current();
                self.bury(now);
                self.fates[current] = Fate::Until(now + window);
                self.mint(now);
                self.when_quiet = *when_quiet;
            }
            Act::RotateNow(end) => {
                (end.is_some() || !has_ended).then_some(())?;
                let end = end.unwrap_or(self.end);
                (end.is_none_or(|end| end > now) && in_time(end)).then_some(())?;
                self.fates.iter_mut().for_each(|fate| *fate = Fate::Dead);
                self.mint(now);
                self.end = end;
            }
            Act::Cancel => {
                let (outgoing, _) = outgoing.filter(|_| !has_ended)?;
                let current = self.current();
                self.fates[outgoing] = Fate::Endless;
                self.fates[current] = Fate::Dead;
            }
            Act::Finish { leaked } => {
                let (place, until) = outgoing.filter(|_| !has_ended)?;
                self.fates[place] = Fate::Dead;
                undo = Some(Taken::Token { place, until, leaked: *leaked });
            }
            Act::Extend(to) => {
                let (outgoing, until) = outgoing.filter(|_| !has_ended)?;
                let began = self.created[self.current()];
                (*to > until && *to <= began + 30 * DAY && in_time(self.end)).then_some(())?;
                self.fates[outgoing] = Fate::Until(*to);
            }
            Act::Pause | Act::Resume => self.paused = !self.paused,
            Act::SetEnd(end) => {
                (end.is_none_or(|end| end > now) && !has_ended && in_time(*end)).then_some(())?;
                self.end = *end;
            }
            Act::Scopes(scopes) => {
                in_time(self.end).then_some(())?;
                let scopes: BTreeSet<_> = scopes.iter().copied().collect();
                let removed: BTreeSet<_> = self.scopes.difference(&scopes).copied().collect();
                undo = Some(Taken::Scopes(removed))
                    .filter(|taken| !matches!(taken, Taken::Scopes(none) if none.is_empty()));
                self.scopes = scopes;
            }
            Act::Rename(name) => self.name = *name,
            Act::Delete => {
                self.bury(now);
                undo = Some(Taken::Everything(self.fates.clone()));
                self.gone = true;
            }
            Act::Undo => return None,
        }
        self.bury_what_was_told();
        self.undo = undo.map(|taken| Undo { at: now, taken, over: false });
        Some(true)
    }

    fn try_to_undo(&mut self, now: u64, rules: &Rules) -> bool {
        let has_ended = self.has_ended(now);
        let Some(Undo { at, taken, over }) = &self.undo else { return false };
        if *over || now >= at + HALF_AN_HOUR {
            return false;
        }
        let [finish, delete, scopes] = rules.undo;
        match taken {
            Taken::Token { place, until, leaked } => {
                if *leaked || !finish || now >= *until || has_ended {
                    return false;
                }
                self.fates[*place] = Fate::Until(*until);
            }
            Taken::Everything(fates) => {
                if !delete {
                    return false;
                }
                self.fates.clone_from(fates);
                self.gone = false;
                self.bury(now);
            }
            Taken::Scopes(taken) => {
                if !scopes {
                    return false;
                }
                self.scopes.extend(taken);
            }
        }
        self.bury_what_was_told();
        self.undo = None;
        true
    }

    /// What is to be told from now on.
    fn wait(&mut self, now: u64, rules: &Rules) {
        let undo = self.undo.as_ref().map(|undo| undo.at + HALF_AN_HOUR);
        let here = |at: Option<u64>| at.filter(|_| !self.gone);
        let lapsed = self.fates.iter().find_map(|fate| match fate {
            Fate::Until(until) => Some(*until),
            _ => None,
        });
        let (end, lapsed) = (here(self.end), here(lapsed));
        self.wait_for("integration.expiring", end.map(|end| end.saturating_sub(30 * DAY)), false);
        for (kind, days) in [("expiring/15", 15), ("expiring/7", 7), ("expiring/1", 1)] {
            self.announce(kind, end, days * DAY, now);
        }
        self.wait_for("integration.expired", end, false);
        for (kind, seconds) in [("old/3d", 3 * DAY), ("old/1d", DAY), ("old/1h", DAY / 24)] {
            self.announce(kind, lapsed, seconds, now);
        }
        self.wait_for("rotation.lapsed", lapsed, false);
        self.wait_for("undo", undo, false);
        let began = self.created[self.current()];
        self.wait_for("old token quiet", lapsed.filter(|_| self.when_quiet).map(|_| began + 600), false);
        self.remind(now, rules);
    }

    pub fn remind(&mut self, now: u64, rules: &Rules) {
        let due = rules.rotate_every_days.map(|days| self.created[self.current()] + days * DAY);
        let due = due.filter(|due| !self.gone && self.end.is_none_or(|end| *due < end));
        self.wait_for("rotation.due", due, due.is_some_and(|due| due <= now));
    }

    /// Nothing is announced too late, unless it waits already.
    fn announce(&mut self, kind: &'static str, end: Option<u64>, ahead: u64, now: u64) {
        let at = end.map(|end| end.saturating_sub(ahead));
        let is_late = at.is_some_and(|at| at <= now && self.waiting.get(kind) != Some(&at));
        self.wait_for(kind, at.filter(|_| !is_late), false);
    }

    /// `once`: not where it was told for another moment.
    fn wait_for(&mut self, kind: &'static str, at: Option<u64>, once: bool) {
        let told_for = self.told_for.get(kind).copied();
        match at {
            None => {
                self.waiting.remove(kind);
            }
            Some(at) if told_for == Some(at) || (once && told_for.is_some()) => {}
            Some(at) if self.waiting.contains_key(kind) && self.set_for.get(kind) == Some(&at) => {}
            Some(at) => {
                self.waiting.insert(kind, at);
                self.set_for.insert(kind, at);
                self.told_for.remove(kind);
            }
        }
    }

    fn has_ended(&self, now: u64) -> bool {
        self.end.is_some_and(|end| now >= end || self.told_for.get("integration.expired") == Some(&end))
    }

    /// The token that is on its way out, and when it dies.
    fn outgoing(&self, now: u64) -> Option<(usize, u64)> {
        self.fates.iter().enumerate().find_map(|(place, fate)| match fate {
            Fate::Until(until) if now < *until && !self.is_told(*until) => Some((place, *until)),
            _ => None,
        })
    }

    fn is_told(&self, until: u64) -> bool {
        self.told_for.get("rotation.lapsed") == Some(&until)
    }

    fn current(&self) -> usize {
        let current = self.fates.iter().position(|fate| *fate == Fate::Endless);
        current.unwrap_or_else(|| self.fates.len().saturating_sub(1))
    }

    fn mint(&mut self, now: u64) {
        self.fates.push(Fate::Endless);
        self.created.push(now);
    }

    /// Whose time is up when the tokens change is dead for good.
    fn bury(&mut self, now: u64) {
        for fate in &mut self.fates {
            if matches!(fate, Fate::Until(until) if *until <= now) {
                *fate = Fate::Dead;
            }
        }
        self.bury_what_was_told();
    }

    /// So is whose end was told, once anything changes.
    fn bury_what_was_told(&mut self) {
        let told = self.told_for.get("rotation.lapsed").copied();
        for fate in &mut self.fates {
            if matches!(fate, Fate::Until(until) if Some(*until) == told) {
                *fate = Fate::Dead;
            }
        }
    }
}
