//! The counts that an isolate has not sent yet. Its memory is bounded: at most 4,096 cells, and 64 operations of a token.

mod cells;
mod places;
mod senders;

use self::cells::{Counts, OperationName};
use self::places::{Places, Use};
use super::flush::{Flush, FlushedCell, FlushedToken, UseOrigin};
use super::store::Store;
use super::{AnswerClass, Outcome};
use crate::token::IntegrationId;

pub use self::cells::{MAX_CELLS, MAX_OPERATIONS};
pub use self::places::CODES;
pub use self::senders::Senders;

/// How long counts stay in memory before the request that opened the buffer has them sent, in milliseconds.
pub const FLUSH_AFTER_MS: u64 = 20_000;
/// How old the buffer must be for any other request to send it, in milliseconds.
pub const TAKE_OVER_AFTER_MS: u64 = 25_000;
/// How soon first uses and uses of outgoing tokens are sent, and the least time between two such flushes, in milliseconds.
pub const EARLY_AFTER_MS: u64 = 2_000;
const MINUTE_MS: u64 = 60_000;

/// What an isolate has counted.
pub struct Buffer {
    places: Places,
    /// Counts of past minutes: the place, the minute, and what was counted.
    closed: Vec<(u16, u64, Counts)>,
    /// How many cells there are in addition to one for each place.
    beside: usize,
    minute: u64,
    /// When the first of these counts was made; `None` for an empty buffer.
    opened_at_ms: Option<u64>,
    openings: u64,
    early_at_ms: u64,
    senders: Senders,
}

/// The token of a request, and the operation that it asks for once that is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The token's number; 0 if the token is not live.
    pub n: u32,
    /// Whether it is the outgoing token of a rotation.
    pub is_outgoing: bool,
    place: Option<(u32, u16)>,
}

/// What the caller does after a request was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// In how many milliseconds to send the counts; 0 for at once.
    pub flush_after_ms: Option<u64>,
    /// Whether to look up where the request came from.
    pub looks: bool,
}

impl Asked {
    /// A token, without an operation yet.
    pub fn with(n: u32, is_outgoing: bool) -> Self {
        Self { n, is_outgoing, place: None }
    }
}

impl Wanted {
    /// Whether there is nothing to do.
    pub fn is_nothing(self) -> bool {
        self == Self::default()
    }
}

impl Default for Buffer {
    fn default() -> Self {
        Self::new()
    }
}

impl Buffer {
    /// An empty buffer.
    pub fn new() -> Self {
        Self {
            places: Places::new(),
            closed: Vec::new(),
            beside: 0,
            minute: 0,
            opened_at_ms: None,
            openings: 0,
            early_at_ms: 0,
            senders: Senders::default(),
        }
    }

    /// Notes the operation that a request asks for.
    pub fn locate(&mut self, asked: &mut Asked, integration: &IntegrationId, operation: OperationName<'_>) {
        let is_full = self.is_full();
        asked.place = Some(self.places.locate((integration, asked.n), operation, is_full));
    }

    /// Counts a request. Returns the code of its place, and what to do next.
    pub fn count(&mut self, integration: &IntegrationId, asked: Asked, outcome: Outcome, now_ms: u64) -> (u32, Wanted) {
        if now_ms / MINUTE_MS != self.minute {
            self.close_minute(now_ms);
        }
        let number = asked.place.and_then(|place| self.places.current(place));
        let number = number.unwrap_or_else(|| self.place_without_operation(integration, asked.n));
        let Some(place) = self.places.get_mut(number) else { return (0, Wanted::default()) };
        self.beside = self.beside.saturating_add(place.counts.add(outcome));
        let token = place.token;
        (self.places.code(number), self.wanted(token, asked.is_outgoing, now_ms))
    }

    /// What follows from a use of a token.
    #[inline]
    fn wanted(&mut self, token: u16, is_outgoing: bool, now_ms: u64) -> Wanted {
        let mut wanted = Wanted::default();
        if self.opened_at_ms.is_none() {
            self.opened_at_ms = Some(now_ms);
            self.openings = self.openings.saturating_add(1);
            self.senders.begin(now_ms);
            wanted.flush_after_ms = Some(FLUSH_AFTER_MS);
        }
        let mut is_urgent = false;
        if let Some(token) = self.places.token_mut(token) {
            Use { is_urgent, looks: wanted.looks } = token.note_use(is_outgoing, now_ms, self.minute);
        }
        if is_urgent && now_ms >= self.early_at_ms {
            self.early_at_ms = now_ms.saturating_add(EARLY_AFTER_MS);
            wanted.flush_after_ms = Some(EARLY_AFTER_MS);
        }
        let is_old = self.opened_at_ms.is_some_and(|at_ms| now_ms.saturating_sub(at_ms) >= TAKE_OVER_AFTER_MS);
        if self.is_full() || is_old {
            wanted.flush_after_ms = Some(0);
        }
        wanted
    }

    /// Notes where the last request that was counted under this code came from.
    pub fn came_from(&mut self, code: u32, origin: UseOrigin) {
        let token = self.places.of_code(code).map(|place| place.token);
        if let Some(token) = token.and_then(|token| self.places.token_mut(token)) {
            token.origin = Some(origin);
        }
    }

    /// Counts answers of the origin to requests that were counted under this code.
    pub fn answered(&mut self, code: u32, class: usize, count: u32) {
        if class < AnswerClass::ALL.len()
            && let Some(place) = self.places.of_code(code)
        {
            place.counts.answered(class, count);
        }
    }

    /// How often a first count was made. Another number than before means that the earlier counts were sent.
    pub fn openings(&self) -> u64 {
        self.openings
    }

    /// Whether there is something to send.
    pub fn is_empty(&self) -> bool {
        self.opened_at_ms.is_none()
    }

    /// The state of what was sent.
    pub fn senders(&mut self) -> &mut Senders {
        &mut self.senders
    }

    /// Takes all counts: one flush for each store that keeps some of them, or that must be told of lost requests.
    pub fn take(&mut self, now_ms: u64) -> Vec<(Store, Flush)> {
        let Some(opened_at_ms) = self.opened_at_ms.take() else { return Vec::new() };
        self.close_minute(now_ms);
        let mut flushes: Vec<(Store, Flush)> = Vec::new();
        for token in self.take_tokens() {
            let store = Store::of(&token.integration);
            match flushes.iter_mut().find(|(known, _)| *known == store) {
                Some((_, flush)) => flush.tokens.push(token),
                None => {
                    let flush = self.senders.flush(store, opened_at_ms, now_ms);
                    flushes.push((store, Flush { tokens: vec![token], ..flush }));
                }
            }
        }
        for store in self.senders.untold() {
            if !flushes.iter().any(|(known, _)| *known == store) {
                flushes.push((store, self.senders.flush(store, opened_at_ms, now_ms)));
            }
        }
        if self.places.len() >= MAX_CELLS / 2 {
            self.places.forget();
        }
        self.beside = 0;
        flushes
    }

    /// Takes the counts by token.
    fn take_tokens(&mut self) -> Vec<FlushedToken> {
        let mut cells: Vec<Vec<FlushedCell>> = self.places.tokens_mut().map(|_| Vec::new()).collect();
        for (number, minute, counts) in std::mem::take(&mut self.closed) {
            let Some(place) = self.places.get(number) else { continue };
            let (outcomes, answers) = (counts.outcomes(), counts.answers());
            let cell = FlushedCell { operation: place.operation.trim().to_owned(), minute, outcomes, answers };
            if let Some(of_token) = cells.get_mut(usize::from(place.token)) {
                of_token.push(cell);
            }
        }
        let tokens = self.places.tokens_mut().zip(cells).filter(|(_, cells)| !cells.is_empty());
        tokens
            .map(|(token, cells)| {
                // Without a use there are only answers to requests that an earlier flush counted.
                let (first_ms, last_ms) = token.used.take().unwrap_or_default();
                let (integration, origin) = (token.integration.clone(), token.origin.clone());
                FlushedToken { integration, n: token.n, first_ms, last_ms, origin, cells }
            })
            .collect()
    }

    /// Sets aside the counts of the minute that has ended.
    fn close_minute(&mut self, now_ms: u64) {
        for (number, place) in self.places.iter_mut() {
            if !place.counts.is_empty() {
                self.closed.push((number, self.minute, std::mem::take(&mut place.counts)));
            }
        }
        self.beside = self.closed.len();
        self.minute = now_ms / MINUTE_MS;
    }

    /// The place of requests for which the policy has no operation.
    fn place_without_operation(&mut self, integration: &IntegrationId, n: u32) -> u16 {
        let is_full = self.is_full();
        self.places.locate((integration, n), ("", ""), is_full).1
    }

    fn is_full(&self) -> bool {
        self.places.len().saturating_add(self.beside) >= MAX_CELLS
    }
}
