//! What an isolate has counted and not sent yet. Its memory is bounded: at most 4,096 cells, 64 operations of a token.

use super::cells::{Counts, MAX_CELLS, MAX_OPERATIONS, OperationName, Place, Table, hash_of_place, hash_of_token};
use super::flush::{FLUSH_VERSION, Flush, FlushedCell, FlushedToken, UseOrigin};
use super::senders::Senders;
use super::store::Store;
use super::{AnswerClass, OTHER, Outcome};
use crate::token::IntegrationId;

/// How long counts stay in memory before the request that opened the buffer has them sent, in milliseconds.
pub const FLUSH_AFTER_MS: u64 = 20_000;
/// How old a buffer is that any request has sent, in milliseconds.
pub const TAKE_OVER_AFTER_MS: u64 = 25_000;
/// How soon first uses and uses of outgoing tokens are sent, and how far apart such flushes are, in milliseconds.
pub const EARLY_AFTER_MS: u64 = 2_000;
/// How often it is looked where a token is used from, in milliseconds.
const LOOK_EVERY_MS: u64 = 60_000;
const MINUTE_MS: u64 = 60_000;
/// More places than there can be, and how many generations of them are told apart.
const PLACES: u32 = 8_192;
const GENERATIONS: u32 = 512;
/// Codes under which requests are counted are below this.
pub const CODES: u32 = PLACES * GENERATIONS;

/// What an isolate has counted.
pub struct Buffer {
    generation: u32,
    places: Vec<Place>,
    by_place: Table,
    tokens: Vec<Token>,
    by_token: Table,
    /// Counts of minutes that are over: the place, and the minute.
    closed: Vec<(u16, u64, Counts)>,
    cells: usize,
    minute: u64,
    /// When the first count of what is there was made; `None` where nothing is.
    opened_at_ms: Option<u64>,
    openings: u64,
    early_at_ms: u64,
    senders: Senders,
}

/// What is known of one token beside its counts.
struct Token {
    integration: IntegrationId,
    n: u32,
    operations: u16,
    other: Option<u16>,
    used: Option<(u64, u64)>,
    looked_at_ms: Option<u64>,
    outgoing_minute: u64,
    origin: Option<UseOrigin>,
}

/// Which token a request came with, and what it asks for, as far as that was found out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The token's number; 0 if the token is not live.
    pub n: u32,
    /// Whether it is the outgoing one.
    pub is_outgoing: bool,
    place: Option<(u32, u16)>,
}

/// What is to be done after a request was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// When what is counted is to be sent, in milliseconds from now; 0 for at once.
    pub flush_after_ms: Option<u64>,
    /// Whether it is to be looked where the request came from.
    pub looks: bool,
}

impl Asked {
    /// A token, without an operation yet.
    pub fn with(n: u32, is_outgoing: bool) -> Self {
        Self { n, is_outgoing, place: None }
    }
}

impl Wanted {
    /// Whether it is anything.
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
    /// An empty one.
    pub fn new() -> Self {
        Self {
            generation: 0,
            places: Vec::new(),
            by_place: Table::new(),
            tokens: Vec::new(),
            by_token: Table::new(),
            closed: Vec::new(),
            cells: 0,
            minute: 0,
            opened_at_ms: None,
            openings: 0,
            early_at_ms: 0,
            senders: Senders::default(),
        }
    }

    /// Notes for which operation a request with a token is.
    pub fn locate(&mut self, asked: &mut Asked, integration: &IntegrationId, operation: OperationName<'_>) {
        let token = hash_of_token(integration, asked.n);
        let hash = hash_of_place(token, operation);
        let is = |place: u16| {
            self.places.get(usize::from(place)).is_some_and(|place| place.is((integration, asked.n), operation))
        };
        let place = match self.by_place.find(hash, is) {
            Ok(place) => place,
            Err(at) => self.place_of_its_own(at, integration, asked.n, operation),
        };
        asked.place = Some((self.generation, place));
    }

    /// Counts a request. Returns the code of its cell, and what the caller does next.
    pub fn count(&mut self, integration: &IntegrationId, asked: Asked, outcome: Outcome, now_ms: u64) -> (u32, Wanted) {
        if now_ms / MINUTE_MS != self.minute {
            self.close_minute(now_ms);
        }
        let number = match asked.place {
            Some((generation, place)) if generation == self.generation => place,
            _ => self.place_without_operation(integration, asked.n),
        };
        let Some(place) = self.places.get_mut(usize::from(number)) else { return (0, Wanted::default()) };
        self.cells = self.cells.saturating_add(place.counts.add(outcome));
        let token = place.token;
        (self.code(number), self.wanted(token, asked.is_outgoing, now_ms))
    }

    /// What follows from the use of a token now.
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
        if let Some(token) = self.tokens.get_mut(usize::from(token)) {
            is_urgent = token.looked_at_ms.is_none() || (is_outgoing && token.outgoing_minute != self.minute);
            wanted.looks = token.looked_at_ms.is_none_or(|at_ms| now_ms.abs_diff(at_ms) >= LOOK_EVERY_MS);
            if is_outgoing {
                token.outgoing_minute = self.minute;
            }
            if wanted.looks {
                token.looked_at_ms = Some(now_ms);
            }
            token.used = Some(
                token.used.map_or((now_ms, now_ms), |(first_ms, last_ms)| (first_ms.min(now_ms), last_ms.max(now_ms))),
            );
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

    /// Notes where the request came from that was counted last under this code.
    pub fn came_from(&mut self, code: u32, origin: UseOrigin) {
        let token = self.place_of_code(code).map(|place| usize::from(place.token));
        if let Some(token) = token.and_then(|token| self.tokens.get_mut(token)) {
            token.origin = Some(origin);
        }
    }

    /// Counts answers of the origin to requests that were counted under this code.
    pub fn answered(&mut self, code: u32, class: usize, count: u32) {
        if class < AnswerClass::ALL.len()
            && let Some(place) = self.place_of_code(code)
        {
            place.counts.answered(class, count);
        }
    }

    /// Counts how often the buffer was opened: what was there at another count was sent meanwhile.
    pub fn openings(&self) -> u64 {
        self.openings
    }

    /// Whether there is something to send.
    pub fn is_empty(&self) -> bool {
        self.opened_at_ms.is_none()
    }

    /// How it stands with what was sent.
    pub fn senders(&mut self) -> &mut Senders {
        &mut self.senders
    }

    /// Takes out what is there, one flush for each store that has some of it, or is to be told of what was lost.
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
                    flushes.push((store, Flush { v: FLUSH_VERSION, tokens: vec![token], ..flush }));
                }
            }
        }
        for store in self.senders.untold() {
            if !flushes.iter().any(|(known, _)| *known == store) {
                let flush = self.senders.flush(store, opened_at_ms, now_ms);
                flushes.push((store, Flush { v: FLUSH_VERSION, ..flush }));
            }
        }
        if self.places.len() >= MAX_CELLS / 2 {
            self.forget();
        }
        self.cells = self.places.len();
        flushes
    }

    fn take_tokens(&mut self) -> Vec<FlushedToken> {
        let mut cells: Vec<Vec<FlushedCell>> = self.tokens.iter().map(|_| Vec::new()).collect();
        for (number, minute, counts) in std::mem::take(&mut self.closed) {
            let Some(place) = self.places.get(usize::from(number)) else { continue };
            let (outcomes, answers) = (counts.outcomes(), counts.answers());
            let cell = FlushedCell { operation: place.operation.trim().to_owned(), minute, outcomes, answers };
            if let Some(of_token) = cells.get_mut(usize::from(place.token)) {
                of_token.push(cell);
            }
        }
        let tokens = self.tokens.iter_mut().zip(cells).filter(|(_, cells)| !cells.is_empty());
        tokens
            .map(|(token, cells)| {
                // Where only answers came in, the use was told before.
                let (first_ms, last_ms) = token.used.take().unwrap_or_default();
                let (integration, origin) = (token.integration.clone(), token.origin.clone());
                FlushedToken { integration, n: token.n, first_ms, last_ms, origin, cells }
            })
            .collect()
    }

    /// Sets aside the counts of a minute that is over.
    fn close_minute(&mut self, now_ms: u64) {
        for (place, number) in self.places.iter_mut().zip(0..) {
            if !place.counts.is_empty() {
                self.closed.push((number, self.minute, std::mem::take(&mut place.counts)));
            }
        }
        self.cells = self.closed.len().saturating_add(self.places.len());
        self.minute = now_ms / MINUTE_MS;
    }

    /// Forgets all places, none of which has counts.
    fn forget(&mut self) {
        self.places.clear();
        self.by_place.clear();
        self.tokens.clear();
        self.by_token.clear();
        self.generation = self.generation.wrapping_add(1) % GENERATIONS;
    }

    fn is_full(&self) -> bool {
        self.cells >= MAX_CELLS
    }

    fn place_of_its_own(
        &mut self,
        at: usize,
        integration: &IntegrationId,
        n: u32,
        (method, template): OperationName<'_>,
    ) -> u16 {
        let token = self.token(integration, n);
        let is_many = |token: &Token| token.operations >= MAX_OPERATIONS;
        if self.is_full() || self.tokens.get(usize::from(token)).is_none_or(is_many) {
            return self.other_place(token);
        }
        if let Some(token) = self.tokens.get_mut(usize::from(token)) {
            token.operations = token.operations.saturating_add(1);
        }
        let place = self.add_place(token, format!("{method} {template}").into());
        self.by_place.put(at, place);
        place
    }

    /// The place of what the policy has no operation for.
    fn place_without_operation(&mut self, integration: &IntegrationId, n: u32) -> u16 {
        let mut asked = Asked::with(n, false);
        self.locate(&mut asked, integration, ("", ""));
        asked.place.map(|(_, place)| place).unwrap_or_default()
    }

    /// The token's place for operations that are not kept apart.
    fn other_place(&mut self, token: u16) -> u16 {
        if let Some(other) = self.tokens.get(usize::from(token)).and_then(|token| token.other) {
            return other;
        }
        let other = self.add_place(token, OTHER.into());
        if let Some(token) = self.tokens.get_mut(usize::from(token)) {
            token.other = Some(other);
        }
        other
    }

    fn token(&mut self, integration: &IntegrationId, n: u32) -> u16 {
        let is = |token: u16| {
            let token = self.tokens.get(usize::from(token));
            token.is_some_and(|token| token.n == n && token.integration == *integration)
        };
        match self.by_token.find(hash_of_token(integration, n), is) {
            Ok(token) => token,
            Err(at) => {
                let number = number(self.tokens.len());
                self.tokens.push(Token::new(integration.clone(), n));
                self.by_token.put(at, number);
                number
            }
        }
    }

    fn add_place(&mut self, token: u16, operation: Box<str>) -> u16 {
        let place = number(self.places.len());
        if let Some(Token { integration, n, .. }) = self.tokens.get(usize::from(token)) {
            let (integration, n) = (integration.clone(), *n);
            self.places.push(Place { integration, n, token, operation, counts: Counts::default() });
            self.cells = self.cells.saturating_add(1);
        }
        place
    }

    fn code(&self, place: u16) -> u32 {
        let place = u32::from(place).wrapping_add(1);
        self.generation.wrapping_mul(PLACES).wrapping_add(place)
    }

    fn place_of_code(&mut self, code: u32) -> Option<&mut Place> {
        let place = (code % PLACES).checked_sub(1).and_then(|place| usize::try_from(place).ok())?;
        if code / PLACES == self.generation { self.places.get_mut(place) } else { None }
    }
}

impl Token {
    fn new(integration: IntegrationId, n: u32) -> Self {
        Self {
            integration,
            n,
            operations: 0,
            other: None,
            used: None,
            looked_at_ms: None,
            outgoing_minute: 0,
            origin: None,
        }
    }
}

/// There are never more than [`MAX_CELLS`], and a few.
fn number(length: usize) -> u16 {
    u16::try_from(length).unwrap_or(u16::MAX)
}
