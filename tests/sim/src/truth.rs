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
    /// Whether its tokens are refused.
    pub paused: bool,
    /// The second in which all its tokens are dead.
    pub ends: Option<u64>,
    /// Whether the registry may have dropped the other token, since its clock had passed the deadline.
    pub may_have_dropped: bool,
}

/// What can be undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undone {
    /// When it was done, in seconds by the registry's clock.
    pub at: u64,
    /// What it took.
    pub taken: Taken,
}

/// What a change took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// The outgoing token, with its deadline.
    Outgoing(usize, u64),
    /// Scopes.
    Scopes(u8),
    /// All.
    Everything(Live),
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The status of the answer.
    pub status: u16,
    /// What the integration is after it, if it changes.
    pub next: Option<Being>,
    /// What of it can be undone.
    pub undone: Option<Undone>,
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

/// Whether a verdict is right, by the rules as README.md tells them.
pub fn is_right(
    given: Verdict,
    being: Option<&Being>,
    caller: Caller,
    (variant, operation, foreign): (u8, usize, bool),
    now_seconds: u64,
) -> bool {
    let right = |being| verdict(being, caller, (variant, operation, foreign), now_seconds) == given;
    match being {
        Some(Being::Live(live)) if live.may_have_dropped => {
            right(being) || right(Some(&Being::Live(Live { tokens: live.tokens[..1].to_vec(), ..live.clone() })))
        }
        being => right(being),
    }
}

fn verdict(
    being: Option<&Being>,
    caller: Caller,
    (variant, operation, foreign): (u8, usize, bool),
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
    let is_alive =
        |(own, until): &(usize, Option<u64>)| *own == number && until.is_none_or(|until| now_seconds < until);
    let has_ended = live.ends.is_some_and(|end| now_seconds >= end);
    match needs {
        _ if live.paused || has_ended || !live.tokens.iter().any(is_alive) => Verdict::Unauthorized,
        Needs::Nothing => Verdict::NotFound,
        Needs::Anyone | Needs::Token => Verdict::Grant,
        Needs::Scope(scope) if foreign || live.scopes & scope == 0 => Verdict::Forbidden,
        Needs::Scope(_) => Verdict::Grant,
    }
}

/// For how many seconds a change can be undone.
const UNDO_SECONDS: u64 = 30 * 60;

/// What a command does to an integration, by the tables in docs/architecture.md and docs/lifecycle.md: `minted` is the number of
/// the next token, `undone` what of the last change can be undone.
pub fn expected(being: &Being, undone: Option<&Undone>, command: Command, minted: usize, now: u64) -> Expected {
    match (being, command) {
        (Being::Nothing, Command::Create(_, scopes)) => {
            let tokens = vec![(minted, None)];
            let live = Live { scopes, tokens, paused: false, ends: None, may_have_dropped: false };
            Expected { status: 201, ..changed(live) }
        }
        (Being::Gone, Command::Undo(_)) => match undone {
            Some(Undone { at, taken: Taken::Everything(live) }) if now < at + UNDO_SECONDS => changed(live.clone()),
            _ => refused(409),
        },
        (Being::Live(live), Command::Undo(_)) => undo(live, undone, now),
        (Being::Live(live), command) => change(live, command, minted, now),
        _ => refused(404),
    }
}

fn refused(status: u16) -> Expected {
    Expected { status, next: None, undone: None }
}

fn changed(live: Live) -> Expected {
    Expected { status: 200, next: Some(Being::Live(live)), undone: None }
}

/// The outgoing token while it lives.
fn outgoing(live: &Live, now: u64) -> Option<(usize, u64)> {
    let (number, until) = *live.tokens.get(1)?;
    until.filter(|until| now < *until).map(|until| (number, until))
}

fn change(live: &Live, command: Command, minted: usize, now: u64) -> Expected {
    let current = live.tokens[0];
    let with = |tokens| changed(Live { tokens, may_have_dropped: false, ..live.clone() });
    let has_ended = live.ends.is_some_and(|end| now >= end);
    match (command, outgoing(live, now)) {
        (Command::EditStale(..), _) => refused(412),
        (Command::Delete(_), _) => {
            let undone = Some(Undone { at: now, taken: Taken::Everything(live.clone()) });
            Expected { status: 204, next: Some(Being::Gone), undone }
        }
        (Command::Pause(_), _) if live.paused => refused(200),
        (Command::Pause(_), _) => changed(Live { paused: true, ..live.clone() }),
        (Command::Resume(_), _) if !live.paused => refused(200),
        (Command::Resume(_), _) => changed(Live { paused: false, ..live.clone() }),
        (Command::Edit(_, scopes), _) if scopes == live.scopes => refused(200),
        (Command::Edit(_, scopes), _) => {
            let taken = live.scopes & !scopes;
            let undone = (taken != 0).then_some(Undone { at: now, taken: Taken::Scopes(taken) });
            Expected { undone, ..changed(Live { scopes, ..live.clone() }) }
        }
        (Command::End(_, None), _) if live.ends.is_none() => refused(200),
        _ if has_ended => refused(409),
        (Command::End(_, after), _) => changed(Live { ends: after.map(|after| now + after), ..live.clone() }),
        (Command::RotateNow(_), _) => with(vec![(minted, None)]),
        (Command::RotateLater(_, window), None) => with(vec![(minted, None), (current.0, Some(now + window))]),
        (Command::RotateLater(..), Some(_)) => refused(409),
        (Command::Cancel(_) | Command::Finish(_) | Command::Extend(..), None) => refused(409),
        (Command::Cancel(_), Some((number, _))) => with(vec![(number, None)]),
        (Command::Extend(_, more), Some((number, until))) => with(vec![current, (number, Some(until + more))]),
        (Command::Finish(_), Some((number, until))) => {
            let undone = Some(Undone { at: now, taken: Taken::Outgoing(number, until) });
            Expected { undone, ..with(vec![current]) }
        }
        (Command::Create(..) | Command::Undo(_) | Command::Publish(_) | Command::Resync, _) => refused(404),
    }
}

fn undo(live: &Live, undone: Option<&Undone>, now: u64) -> Expected {
    let has_ended = live.ends.is_some_and(|end| now >= end);
    match undone {
        Some(Undone { at, .. }) if now >= at + UNDO_SECONDS => refused(409),
        Some(Undone { taken: Taken::Scopes(taken), .. }) => {
            changed(Live { scopes: live.scopes | taken, ..live.clone() })
        }
        Some(Undone { taken: Taken::Outgoing(number, until), .. }) if now < *until && !has_ended => {
            let tokens = vec![live.tokens[0], (*number, Some(*until))];
            changed(Live { tokens, may_have_dropped: false, ..live.clone() })
        }
        _ => refused(409),
    }
}
