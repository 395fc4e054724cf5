//! The reference: what is true, since when, and since when an admin knows. Plain data and plain rules; nothing of the gate's or
//! the registry's is called here.

use super::api::{self, Needs};
use super::plan::Command;

/// What was true one after the other.
#[derive(Debug)]
pub struct Timeline<T>(Vec<Version<T>>);

/// Something that was true from a moment on, until the next version.
#[derive(Debug)]
pub struct Version<T> {
    /// Since when, in true milliseconds.
    pub from_ms: u64,
    /// When an admin was told.
    pub told_ms: Option<u64>,
    /// Its revision.
    pub rev: u64,
    /// What was true.
    pub is: T,
}

/// What an integration is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Being {
    /// Not there yet.
    Nothing,
    /// There.
    Live(Live),
    /// Deleted.
    Gone,
}

/// An integration that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Live {
    /// Its scopes, a bit for each.
    pub scopes: u8,
    /// Its tokens by number, the one that stays first; the other with the second in which it is dead.
    pub tokens: Vec<(usize, Option<u64>)>,
}

/// How a request ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may be forwarded.
    Grant,
    /// 401.
    Unauthorized,
    /// 403.
    Forbidden,
    /// 404.
    NotFound,
    /// 503.
    Unavailable,
}

/// Who a request is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// Nobody.
    Nobody,
    /// Somebody with a token that we did not make.
    Forger,
    /// The holder of a token of an integration, by its number.
    Holder(usize),
}

/// What a command must come to.
pub struct Expected {
    /// The status of the answer.
    pub status: u16,
    /// What the integration is after it, if it changes.
    pub next: Option<Being>,
}

impl<T> Timeline<T> {
    /// Nothing but a beginning.
    pub fn new(is: T) -> Self {
        Self(vec![Version { from_ms: 0, told_ms: Some(0), rev: 0, is }])
    }

    /// What is true now.
    pub fn last(&self) -> &Version<T> {
        self.0.last().unwrap()
    }

    /// Something else is true from now on. Returns its place, for [`tell`](Self::tell).
    pub fn push(&mut self, from_ms: u64, rev: u64, is: T) -> usize {
        self.0.push(Version { from_ms, told_ms: None, rev, is });
        self.0.len() - 1
    }

    /// An admin was told of a version.
    pub fn tell(&mut self, place: usize, now_ms: u64) {
        self.0[place].told_ms = Some(now_ms);
    }

    /// What was true in a version.
    pub fn at(&self, place: usize) -> &T {
        &self.0[place].is
    }

    /// The versions that a verdict at `now_ms` may rest on if it has seen every change that an admin was told of `bound_ms` ago,
    /// and no revision below `least_rev`: the newest first.
    pub fn possible(&self, now_ms: u64, bound_ms: u64, least_rev: u64) -> impl Iterator<Item = &T> {
        let mut is_over = false;
        let within = self.0.iter().rev().take_while(move |version| {
            let was_over = is_over;
            is_over |= version.told_ms.is_some_and(|told| told.saturating_add(bound_ms) < now_ms);
            !was_over && version.rev >= least_rev
        });
        within.map(|version| &version.is)
    }

    /// Whether a version began at this moment or later.
    pub fn changed_since(&self, from_ms: u64) -> bool {
        self.last().from_ms >= from_ms
    }
}

/// The verdict on a request, by the rules as README.md tells them.
pub fn verdict(
    being: Option<&Being>,
    caller: Caller,
    variant: u8,
    operation: usize,
    foreign: bool,
    now_seconds: u64,
) -> Verdict {
    let needs = api::needs(variant, operation);
    let number = match caller {
        Caller::Forger => return Verdict::Unauthorized,
        Caller::Nobody if needs == Needs::Anyone => return Verdict::Grant,
        Caller::Nobody => return Verdict::Unauthorized,
        Caller::Holder(number) => number,
    };
    let Some(Being::Live(live)) = being else { return Verdict::Unauthorized };
    let is_alive = |(own, until): &(usize, Option<u64>)| *own == number && until.is_none_or(|until| now_seconds < until);
    match needs {
        _ if !live.tokens.iter().any(is_alive) => Verdict::Unauthorized,
        Needs::Nothing => Verdict::NotFound,
        Needs::Anyone | Needs::Token => Verdict::Grant,
        Needs::Scope(scope) if foreign || live.scopes & scope == 0 => Verdict::Forbidden,
        Needs::Scope(_) => Verdict::Grant,
    }
}

/// What a command does to an integration, by the table in docs/architecture.md: `minted` is the number of the next token.
pub fn expected(being: &Being, command: Command, minted: usize, now_seconds: u64) -> Expected {
    let refused = |status| Expected { status, next: None };
    let live = match (being, command) {
        (Being::Nothing, Command::Create(_, scopes)) => {
            return Expected { status: 201, next: Some(Being::Live(Live { scopes, tokens: vec![(minted, None)] })) };
        }
        (Being::Live(live), command) if !matches!(command, Command::Create(..)) => live,
        _ => return refused(404),
    };
    let outgoing = live.tokens.get(1).filter(|(_, until)| until.is_some_and(|until| now_seconds < until)).copied();
    let current = live.tokens[0];
    let with = |tokens: Vec<(usize, Option<u64>)>| {
        Expected { status: 200, next: Some(Being::Live(Live { tokens, ..live.clone() })) }
    };
    match (command, outgoing) {
        (Command::RotateNow(_), _) => with(vec![(minted, None)]),
        (Command::RotateLater(_, window), None) => {
            with(vec![(minted, None), (current.0, Some(now_seconds + window))])
        }
        (Command::RotateLater(..), Some(_)) | (Command::Cancel(_) | Command::Finish(_), None) => refused(409),
        (Command::Cancel(_), Some((number, _))) => with(vec![(number, None)]),
        (Command::Finish(_), Some(_)) => with(vec![current]),
        (Command::Edit(_, scopes), _) if scopes == live.scopes => refused(200),
        (Command::Edit(_, scopes), _) => {
            Expected { status: 200, next: Some(Being::Live(Live { scopes, ..live.clone() })) }
        }
        (Command::EditStale(..), _) => refused(412),
        (Command::Delete(_), _) => Expected { status: 204, next: Some(Being::Gone) },
        (Command::Create(..) | Command::Publish(_) | Command::Resync, _) => refused(404),
    }
}
