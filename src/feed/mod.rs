//! The change feed: the revisions that the registry made recently, so that no verdict rests for long on what KV does not have yet.
//! docs/reliability.md says what follows from it.

mod choice;
mod copy;
mod limits;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use choice::{Choice, InMemory, Known, Reading, Source, choose};
pub use copy::{CLOCK_ALLOWANCE_MS, Continuity, DUE_AFTER_MS, FeedCopy};
pub use limits::{InvalidOnOutage, Limits, MIN_STALENESS_SECONDS, OnOutage};

use super::token::IntegrationId;

/// The version of the feed's form that this code writes and reads.
pub const VERSION: u32 = 1;
/// How long the feed keeps an entry after KV took the change, in seconds: what KV has taken is assumed to be what every
/// location of it serves a minute before that.
pub const KEPT_SECONDS: u64 = 15 * 60;
/// The most entries that a copy lists.
pub const MOST_ENTRIES: usize = 4_000;
/// The longest copy, in bytes.
const MAX_BYTES: usize = 256 * 1024;

/// A copy of the feed, as the registry made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed {
    /// The number of the last change.
    pub seq: u64,
    /// The highest number of a change that is not listed, unless a later one of the same integration is.
    pub floor: u64,
    /// When it was made by the registry's clock, in milliseconds since the Unix epoch.
    pub made_at_ms: u64,
    /// Whether everything is listed that KV may not serve yet everywhere.
    pub complete: bool,
    /// The policy in force, if one is.
    pub policy: Option<u64>,
    /// The revisions of integrations that changed.
    pub revs: BTreeMap<IntegrationId, u64>,
}

/// What a feed says of one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Minimum {
    /// Its newest revision, if it is listed.
    pub rev: Option<u64>,
    /// Whether the minimum is certain: the feed lists the key, or it has not changed for long enough. Then KV can be checked against it.
    pub certain: bool,
    /// The highest number of a change of it that the feed may not list; 0 where it is listed.
    pub floor: u64,
    /// The number of the feed's last change.
    pub seq: u64,
}

/// A text that is not a copy of the feed; holds no content of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CorruptFeed {
    /// Not JSON, or not a feed's JSON.
    #[error("malformed at line {line}, column {column}")]
    Malformed {
        /// Where in the text.
        line: usize,
        /// Where in the line.
        column: usize,
    },
    /// Of a version that this code does not know.
    #[error("version {0}")]
    Version(u32),
    /// Longer than it can be, or with more entries.
    #[error("too long")]
    TooLong,
    /// Numbers that contradict each other.
    #[error("its sequence is inconsistent")]
    Sequence,
}

#[derive(Deserialize)]
struct Versioned {
    v: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    v: u32,
    seq: u64,
    floor: u64,
    made_at_ms: u64,
    complete: bool,
    policy: Option<u64>,
    revs: BTreeMap<IntegrationId, u64>,
}

impl Feed {
    /// Reads a copy.
    ///
    /// # Errors
    /// [`CorruptFeed`] for all but a copy of this version.
    pub fn from_json(text: &str) -> Result<Self, CorruptFeed> {
        if text.len() > MAX_BYTES {
            return Err(CorruptFeed::TooLong);
        }
        let Versioned { v } = parse(text)?;
        if v != VERSION {
            return Err(CorruptFeed::Version(v));
        }
        let Stored { seq, floor, made_at_ms, complete, policy, revs, .. } = parse(text)?;
        match (revs.len() > MOST_ENTRIES, floor > seq) {
            (true, _) => Err(CorruptFeed::TooLong),
            (_, true) => Err(CorruptFeed::Sequence),
            _ => Ok(Self { seq, floor, made_at_ms, complete, policy, revs }),
        }
    }

    /// The copy as text.
    pub fn to_json(&self) -> String {
        let Self { seq, floor, made_at_ms, complete, policy, revs } = self.clone();
        let stored = Stored { v: VERSION, seq, floor, made_at_ms, complete, policy, revs };
        // Nothing in it can fail to serialise; an empty text would be a corrupt copy, which counts as none.
        serde_json::to_string(&stored).unwrap_or_default()
    }

    /// What it says of an integration.
    pub fn of_integration(&self, id: &IntegrationId) -> Minimum {
        let rev = self.revs.get(id).copied();
        let floor = if rev.is_some() { 0 } else { self.floor };
        Minimum { rev, certain: self.complete || rev.is_some(), floor, seq: self.seq }
    }

    /// What it says of the policy, whose revision every copy has.
    pub fn of_policy(&self) -> Minimum {
        Minimum { rev: self.policy, certain: true, floor: 0, seq: self.seq }
    }
}

impl Minimum {
    /// Without a feed nothing is known.
    pub const UNKNOWN: Self = Self { rev: None, certain: false, floor: 0, seq: 0 };

    /// Whether `rev` is new enough; `None` stands for "there is no such thing".
    pub fn is_met_by(self, rev: Option<u64>) -> bool {
        self.rev.is_none_or(|least| rev.is_some_and(|rev| rev >= least))
    }

    /// Whether `rev`, which was right as of the change `as_of_seq`, still is as of this feed: no change in between can
    /// be missing from it. A number above the feed's is of a sequence that is no more.
    pub fn vouches_for(self, rev: u64, as_of_seq: u64) -> bool {
        self.is_met_by(Some(rev)) && (self.floor..=self.seq).contains(&as_of_seq)
    }

    /// The change up to which `rev`, which was chosen, is known to be right. `asked_seq` is the number of the copy of the feed at the
    /// time of the read, or the one that memory was right as of. KV may be behind that copy; only a certain feed says how far.
    pub fn as_of(self, source: Source, rev: u64, asked_seq: u64) -> u64 {
        match source {
            Source::Kv if self.certain => self.seq,
            Source::Kv => 0,
            Source::Memory | Source::Registry if self.vouches_for(rev, asked_seq) => self.seq,
            Source::Memory | Source::Registry => asked_seq,
        }
    }
}

fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, CorruptFeed> {
    serde_json::from_str(text).map_err(|error| CorruptFeed::Malformed { line: error.line(), column: error.column() })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn id(n: u8) -> IntegrationId {
        IntegrationId::from_entropy([n; 10])
    }

    pub(crate) fn feed(seq: u64, floor: u64, made_at_ms: u64, revs: &[(u8, u64)]) -> Feed {
        let revs = revs.iter().map(|(n, rev)| (id(*n), *rev)).collect();
        Feed { seq, floor, made_at_ms, complete: true, policy: Some(1), revs }
    }

    #[test]
    fn text_and_back() {
        for policy in [None, Some(7)] {
            let feed = Feed { policy, complete: false, ..feed(9, 3, 1_795_000_000_000, &[(1, 2), (2, 5)]) };
            assert_eq!(Feed::from_json(&feed.to_json()), Ok(feed));
        }
    }

    #[test]
    fn anything_else_is_corrupt() {
        let text = feed(9, 3, 5, &[(1, 2)]).to_json();
        assert_eq!(Feed::from_json(&text.replace("\"v\":1", "\"v\":2")), Err(CorruptFeed::Version(2)));
        assert_eq!(Feed::from_json(&text.replace("\"floor\":3", "\"floor\":10")), Err(CorruptFeed::Sequence));
        assert_eq!(Feed::from_json(&" ".repeat(MAX_BYTES + 1)), Err(CorruptFeed::TooLong));
        let broken = [
            String::new(),
            "null".to_owned(),
            "[]".to_owned(),
            text.replace("\"seq\":9", "\"seq\":-9"),
            text.replace("\"seq\":9", "\"seq\":9,\"more\":1"),
            text.replace(id(1).as_str(), "no id"),
            text.replace("\"complete\":true,", ""),
        ];
        for text in broken {
            assert!(matches!(Feed::from_json(&text), Err(CorruptFeed::Malformed { .. })), "{text}");
        }
    }

    #[test]
    fn a_full_copy_is_read_and_one_more_entry_is_not() {
        let full = |entries: usize| {
            let revs = (0..entries).map(|n| {
                let mut bits = [0; 10];
                bits[..8].copy_from_slice(&n.to_be_bytes());
                (IntegrationId::from_entropy(bits), u64::MAX)
            });
            Feed { revs: revs.collect(), ..feed(u64::MAX, u64::MAX, u64::MAX, &[]) }.to_json()
        };
        assert!(full(MOST_ENTRIES).len() < MAX_BYTES);
        assert!(Feed::from_json(&full(MOST_ENTRIES)).is_ok());
        assert_eq!(Feed::from_json(&full(MOST_ENTRIES + 1)), Err(CorruptFeed::TooLong));
    }

    #[test]
    fn a_listed_integration_must_be_as_new_as_listed() {
        let feed = feed(9, 3, 5, &[(1, 4)]);
        let listed = feed.of_integration(&id(1));
        assert_eq!([None, Some(3), Some(4), Some(5)].map(|rev| listed.is_met_by(rev)), [false, false, true, true]);
        let other = feed.of_integration(&id(2));
        assert!(other.certain && other.is_met_by(None) && other.is_met_by(Some(1)));
    }

    /// The next copies of a feed that lists no more than the newest changes: whether each vouches for what memory holds
    /// at revision 1. It is asked only where `is_asked`.
    fn vouched(mut as_of_seq: u64, copies: &[(Feed, bool)]) -> Vec<bool> {
        let asked = copies.iter().filter(|(_, is_asked)| *is_asked);
        let vouched = asked.map(|(feed, _)| {
            let minimum = feed.of_integration(&id(1));
            let vouches = minimum.vouches_for(1, as_of_seq);
            as_of_seq = minimum.as_of(Source::Memory, 1, as_of_seq);
            vouches
        });
        vouched.collect()
    }

    #[test]
    fn a_change_that_came_and_went_between_two_looks_ends_memory() {
        let most = MOST_ENTRIES as u64;
        let overflowing = |seq: u64, revs: &[(u8, u64)]| Feed { complete: false, ..feed(seq, seq - most, 5, revs) };
        // Remembered as of 10,000; changed as 10,001; nobody asks before 4,000 more changes have pushed it out.
        let changed = overflowing(10_001, &[(1, 2)]);
        let pushed_out = overflowing(14_002, &[]);
        assert!(pushed_out.floor <= 13_000, "the line is unbroken: no copy skips what the one before lists");
        let between = overflowing(13_000, &[(1, 2)]);
        assert_eq!(vouched(10_000, &[(changed, false), (between, false), (pushed_out, true)]), [false]);
    }

    #[test]
    fn a_change_that_the_feed_has_forgotten_for_its_age_ends_memory() {
        assert_eq!(vouched(10, &[(feed(11, 10, 5, &[(1, 2)]), false), (feed(11, 11, 900_000, &[]), true)]), [false]);
    }

    #[test]
    fn each_look_carries_memory_on_to_the_copy_at_hand() {
        let copies = [(feed(12, 10, 5, &[]), true), (feed(20, 12, 5, &[]), true), (feed(30, 21, 5, &[]), true)];
        assert_eq!(vouched(10, &copies), [true, true, false]);
        let listed = [(feed(30, 21, 5, &[(1, 1)]), true), (feed(35, 30, 5, &[]), true)];
        assert_eq!(vouched(10, &listed), [true, true]);
    }

    #[test]
    fn memory_of_a_sequence_that_is_no_more_is_none() {
        assert_eq!(vouched(31, &[(feed(30, 0, 5, &[]), true)]), [false]);
    }

    #[test]
    fn kv_is_right_as_of_a_copy_only_where_that_copy_is_certain() {
        let (complete, listed) = (feed(30, 21, 5, &[]), feed(30, 21, 5, &[(1, 1)]));
        let partial = |feed: &Feed| Feed { complete: false, ..feed.clone() };
        let of = |feed: &Feed, source| feed.of_integration(&id(1)).as_of(source, 1, 25);
        let feeds = [complete.clone(), listed.clone(), partial(&complete), partial(&listed)];
        assert_eq!(feeds.each_ref().map(|feed| of(feed, Source::Kv)), [30, 30, 0, 30]);
        assert_eq!(feeds.each_ref().map(|feed| of(feed, Source::Registry)), [30; 4]);
        assert_eq!(feed(30, 26, 5, &[]).of_integration(&id(1)).as_of(Source::Registry, 1, 25), 25);
    }

    #[test]
    fn of_what_an_incomplete_feed_does_not_list_kv_is_not_believed() {
        let feed = Feed { complete: false, ..feed(9, 3, 5, &[(1, 4)]) };
        assert!(feed.of_integration(&id(1)).certain);
        assert!(!feed.of_integration(&id(2)).certain);
        assert!(feed.of_policy().certain);
    }
}
