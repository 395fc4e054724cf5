//! One place in which an isolate counts, and the table that finds it.

use crate::decision::DenialCode;
use crate::token::IntegrationId;
use crate::usage::{AnswerClass, AnswerCount, Outcome, OutcomeCount};

/// The most places and counts of denials in a buffer.
pub const MAX_CELLS: usize = 4_096;
/// The most operations of one token that have a place of their own.
pub const MAX_OPERATIONS: u16 = 64;

/// The size of the table: at most half of it is ever full.
const TABLE: usize = 2 * MAX_CELLS;
const EMPTY: u16 = u16::MAX;

/// An operation of the policy, as its method and template.
pub type OperationName<'a> = (&'a str, &'a str);

/// Where the requests of one token for one operation are counted.
pub(super) struct Place {
    /// The integration.
    pub integration: IntegrationId,
    /// The token's number.
    pub n: u32,
    /// Which token of the list it is.
    pub token: u16,
    /// The operation's name.
    pub operation: Box<str>,
    /// The counts.
    pub counts: Counts,
}

/// What is counted.
#[derive(Default)]
pub(super) struct Counts {
    granted: u32,
    denied: Vec<(DenialCode, u32)>,
    answers: [u32; AnswerClass::ALL.len()],
}

/// Finds positions in a list by a hash of the entry.
pub(super) struct Table(Vec<u16>);

impl Place {
    /// Whether it is the place of this token and operation.
    pub fn is(&self, (integration, n): (&IntegrationId, u32), (method, template): OperationName<'_>) -> bool {
        let (operation, end) = (self.operation.as_bytes(), method.len());
        self.n == n
            && self.integration.bytes() == integration.bytes()
            && operation.len() == end.saturating_add(template.len()).saturating_add(1)
            && operation.ends_with(template.as_bytes())
            && operation.starts_with(method.as_bytes())
            && operation.get(end) == Some(&b' ')
    }
}

impl Counts {
    /// Counts a request. Returns how many cells were added.
    pub fn add(&mut self, outcome: Outcome) -> usize {
        let Outcome::Denied(code) = outcome else {
            self.granted = self.granted.saturating_add(1);
            return 0;
        };
        if let Some((_, count)) = self.denied.iter_mut().find(|(known, _)| *known == code) {
            *count = count.saturating_add(1);
            return 0;
        }
        self.denied.push((code, 1));
        1
    }

    /// Counts answers of the origin.
    pub fn answered(&mut self, class: usize, count: u32) {
        if let Some(known) = self.answers.get_mut(class) {
            *known = known.saturating_add(count);
        }
    }

    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.granted == 0 && self.denied.is_empty() && self.answers.iter().all(|count| *count == 0)
    }

    /// The requests by outcome.
    pub fn outcomes(&self) -> Vec<OutcomeCount> {
        let granted = Some((Outcome::Granted, self.granted)).filter(|(_, count)| *count > 0);
        let denied = self.denied.iter().map(|(code, count)| (Outcome::Denied(*code), *count));
        let count = |(outcome, count): (_, u32)| OutcomeCount { outcome, requests: count.into() };
        granted.into_iter().chain(denied).map(count).collect()
    }

    /// The answers of the origin by class.
    pub fn answers(&self) -> Vec<AnswerCount> {
        let counts = AnswerClass::ALL.into_iter().zip(self.answers).filter(|(_, count)| *count > 0);
        counts.map(|(class, count)| AnswerCount { class, requests: count.into() }).collect()
    }
}

impl Table {
    /// An empty table.
    pub fn new() -> Self {
        Self(vec![EMPTY; TABLE])
    }

    /// The position with this hash for which `is` holds; otherwise the slot where to put a new one.
    #[inline]
    pub fn find(&self, hash: u64, is: impl Fn(u16) -> bool) -> Result<u16, usize> {
        let mut at = slot(hash);
        // The table is never full, so an empty slot ends the search.
        for _ in 0..TABLE {
            match self.0.get(at) {
                Some(&EMPTY) | None => return Err(at),
                Some(&found) if is(found) => return Ok(found),
                Some(_) => at = slot_after(at),
            }
        }
        Err(at)
    }

    /// Puts a position into the slot that [`find`](Self::find) returned.
    pub fn put(&mut self, at: usize, position: u16) {
        if let Some(slot) = self.0.get_mut(at) {
            *slot = position;
        }
    }

    /// Forgets all positions.
    pub fn clear(&mut self) {
        self.0.fill(EMPTY);
    }
}

fn slot(hash: u64) -> usize {
    // The upper 13 bits: they are mixed best.
    usize::try_from(hash >> 51).unwrap_or_default() % TABLE
}

fn slot_after(at: usize) -> usize {
    at.wrapping_add(1) % TABLE
}

/// A hash of a token. Nobody can choose ids to collide: they are random.
#[inline]
pub(super) fn hash_of_token(integration: &IntegrationId, n: u32) -> u64 {
    let (first, last) = ends(integration.bytes());
    mix(mix(first, last), n.into())
}

/// A hash of a token and an operation of the policy.
#[inline]
pub(super) fn hash_of_place(token: u64, (method, template): OperationName<'_>) -> u64 {
    let (bytes, length) = (template.as_bytes(), template.len());
    let (first, last) = ends(bytes);
    let (middle, _) = ends(bytes.get(length / 2..).unwrap_or_default());
    let method = method.as_bytes().first().copied().unwrap_or_default();
    let lengths = u64::try_from(length).unwrap_or_default() << 8 | u64::from(method);
    mix(mix(token, first ^ last.rotate_left(32)), middle ^ lengths)
}

/// The first and the last eight bytes.
fn ends(bytes: &[u8]) -> (u64, u64) {
    let word = |chunk: Option<&[u8; 8]>| chunk.map_or(0, |chunk| u64::from_le_bytes(*chunk));
    (word(bytes.first_chunk()), word(bytes.last_chunk()))
}

fn mix(one: u64, other: u64) -> u64 {
    (one ^ other.rotate_left(29)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
