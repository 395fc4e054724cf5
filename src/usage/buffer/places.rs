//! The places in which an isolate counts: one for each token and operation, found without allocating. A place keeps its number
//! until all places are forgotten, so that the origin's answer can be counted where the request was.

use super::cells::{Counts, MAX_OPERATIONS, OperationName, Place, Table, hash_of_place, hash_of_token};
use crate::token::IntegrationId;
use crate::usage::{OTHER, UseOrigin};

/// More places than there can be.
const PLACES: u32 = 8_192;
/// How often all places are forgotten until their codes repeat.
const GENERATIONS: u32 = 512;
/// Codes under which requests are counted are below this.
pub const CODES: u32 = PLACES * GENERATIONS;
/// How often the origin of a token's requests is looked at, in milliseconds.
const LOOK_EVERY_MS: u64 = 60_000;

/// All places, and their tokens.
pub(super) struct Places {
    generation: u32,
    places: Vec<Place>,
    by_place: Table,
    tokens: Vec<Token>,
    by_token: Table,
}

/// What is known of one token beside its counts.
pub(super) struct Token {
    pub integration: IntegrationId,
    pub n: u32,
    /// How many operations have a place of their own.
    operations: u16,
    /// The place for all others.
    other: Option<u16>,
    /// Its first and its last use since the buffer was sent.
    pub used: Option<(u64, u64)>,
    looked_at_ms: Option<u64>,
    /// The last minute in which it was used as the outgoing token.
    outgoing_minute: u64,
    /// Where it was last used from.
    pub origin: Option<UseOrigin>,
}

/// What follows from one use of a token.
pub(super) struct Use {
    /// Whether it is a first use, or the first use of an outgoing token in this minute: it is sent early.
    pub is_urgent: bool,
    /// Whether the caller should look where the request came from.
    pub looks: bool,
}

impl Places {
    /// No places.
    pub fn new() -> Self {
        Self { generation: 0, places: Vec::new(), by_place: Table::new(), tokens: Vec::new(), by_token: Table::new() }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// The place of a token and an operation, with its generation. If it is new and there is no room, or the token has too many, it
    /// is the place for the token's other operations.
    pub fn locate(
        &mut self,
        (integration, n): (&IntegrationId, u32),
        operation: OperationName<'_>,
        is_full: bool,
    ) -> (u32, u16) {
        let hash = hash_of_place(hash_of_token(integration, n), operation);
        let is = |place: u16| self.get(place).is_some_and(|place| place.is((integration, n), operation));
        let place = match self.by_place.find(hash, is) {
            Ok(place) => place,
            Err(at) => {
                let token = self.token((integration, n));
                self.new_place(at, token, operation, is_full)
            }
        };
        (self.generation, place)
    }

    /// The number of a place, unless all were forgotten since it was located.
    pub fn current(&self, (generation, place): (u32, u16)) -> Option<u16> {
        (generation == self.generation).then_some(place)
    }

    /// A place by its number.
    pub fn get(&self, place: u16) -> Option<&Place> {
        self.places.get(usize::from(place))
    }

    /// A place by its number, to count in it.
    pub fn get_mut(&mut self, place: u16) -> Option<&mut Place> {
        self.places.get_mut(usize::from(place))
    }

    /// All places, with their numbers.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (u16, &mut Place)> {
        (0..).zip(&mut self.places)
    }

    /// All tokens.
    pub fn tokens_mut(&mut self) -> impl ExactSizeIterator<Item = &mut Token> {
        self.tokens.iter_mut()
    }

    /// A token by its number.
    pub fn token_mut(&mut self, token: u16) -> Option<&mut Token> {
        self.tokens.get_mut(usize::from(token))
    }

    /// Forgets all places. None of them may have counts.
    pub fn forget(&mut self) {
        self.places.clear();
        self.by_place.clear();
        self.tokens.clear();
        self.by_token.clear();
        self.generation = self.generation.wrapping_add(1) % GENERATIONS;
    }

    /// The code of a place, by which the caller names it later.
    pub fn code(&self, place: u16) -> u32 {
        let place = u32::from(place).wrapping_add(1);
        self.generation.wrapping_mul(PLACES).wrapping_add(place)
    }

    /// The place of a code, unless all were forgotten since.
    pub fn of_code(&mut self, code: u32) -> Option<&mut Place> {
        let place = (code % PLACES).checked_sub(1).and_then(|place| usize::try_from(place).ok())?;
        if code / PLACES == self.generation { self.places.get_mut(place) } else { None }
    }

    /// A place for an operation that has none yet.
    fn new_place(&mut self, at: usize, token: u16, (method, template): OperationName<'_>, is_full: bool) -> u16 {
        let known = self.tokens.get_mut(usize::from(token));
        let Some(known) = known.filter(|token| !is_full && token.operations < MAX_OPERATIONS) else {
            return self.other_place(token);
        };
        known.operations = known.operations.saturating_add(1);
        let place = self.add(token, format!("{method} {template}").into());
        self.by_place.put(at, place);
        place
    }

    /// The token's place for operations that have none of their own.
    fn other_place(&mut self, token: u16) -> u16 {
        if let Some(other) = self.tokens.get(usize::from(token)).and_then(|token| token.other) {
            return other;
        }
        let other = self.add(token, OTHER.into());
        if let Some(token) = self.tokens.get_mut(usize::from(token)) {
            token.other = Some(other);
        }
        other
    }

    fn add(&mut self, token: u16, operation: Box<str>) -> u16 {
        let place = number(self.places.len());
        if let Some(Token { integration, n, .. }) = self.tokens.get(usize::from(token)) {
            let (integration, n) = (integration.clone(), *n);
            self.places.push(Place { integration, n, token, operation, counts: Counts::default() });
        }
        place
    }

    /// The number of a token, which may be new.
    fn token(&mut self, (integration, n): (&IntegrationId, u32)) -> u16 {
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

    /// Notes a use.
    #[inline]
    pub fn note_use(&mut self, is_outgoing: bool, now_ms: u64, minute: u64) -> Use {
        let is_urgent = self.looked_at_ms.is_none() || (is_outgoing && self.outgoing_minute != minute);
        let looks = self.looked_at_ms.is_none_or(|at_ms| now_ms.abs_diff(at_ms) >= LOOK_EVERY_MS);
        if is_outgoing {
            self.outgoing_minute = minute;
        }
        if looks {
            self.looked_at_ms = Some(now_ms);
        }
        let used =
            self.used.map_or((now_ms, now_ms), |(first_ms, last_ms)| (first_ms.min(now_ms), last_ms.max(now_ms)));
        self.used = Some(used);
        Use { is_urgent, looks }
    }
}

/// Lists here are never longer than [`MAX_CELLS`](super::cells::MAX_CELLS) and a few.
fn number(length: usize) -> u16 {
    u16::try_from(length).unwrap_or(u16::MAX)
}
