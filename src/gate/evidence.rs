//! What a verdict rests on: the record of its token and the policy, neither of them older than the feed's bound.
//! [`choose`](crate::feed::choose) decides where each comes from. This file requests the reads, and records for the log what was read.

use std::rc::Rc;

use super::entry::{Entry, PolicyEntry, RecordEntry};
use super::feed_reader::FeedReader;
use super::memory::Memory;
use super::provenance::Provenance;
use super::read::{Read, Reading};
use super::search::Search;
use crate::decision::Denial;
use crate::feed::Limits;
use crate::policy::StoredPolicy;
use crate::record::Record;
use crate::token::IntegrationId;

/// What is wanted of the stores.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    /// Whose record, if anybody's.
    pub record: Option<&'a IntegrationId>,
    /// Whether the policy is needed.
    pub policy: bool,
    /// Whether it is to look again whether a denial still holds.
    pub for_denial: bool,
}

/// What a verdict rests on.
pub(super) struct Evidence {
    /// `None` where there is no such integration, or nobody's was wanted.
    pub record: Result<Option<Rc<Record>>, Denial>,
    /// An error where it was not wanted.
    pub policy: Result<Rc<StoredPolicy>, Denial>,
}

/// How often one request reads the feed: once more where other reads took too long for the first.
const MAX_FEED_READS: u32 = 2;

/// Neither feed nor record nor policy.
const NOTHING: [bool; 3] = [false; 3];

/// The search for what is wanted.
pub(super) struct Gathering {
    limits: Limits,
    record: Option<Search<RecordEntry>>,
    policy: Option<Search<PolicyEntry>>,
    feed: Option<FeedReader>,
    feed_reads: u32,
    /// Which of them each read is for, in the reads' order.
    asked: Vec<Branch>,
}

#[derive(Clone, Copy)]
enum Branch {
    Feed,
    Record,
    Policy,
}

/// What came of a look at what is known.
pub(super) enum Progress {
    /// All that was wanted.
    Found(Evidence, Provenance),
    /// This is to be read first.
    Reads(Box<Gathering>, Vec<Read>),
}

impl Gathering {
    /// Begins to look for what is wanted.
    ///
    /// # Errors
    /// Where nothing says how old it may be.
    pub fn begin(wanted: Wanted<'_>, memory: &Memory) -> Result<Self, Denial> {
        let limits = *memory.settings().limits.as_ref().map_err(Clone::clone)?;
        let is_anyones = wanted.record.is_none();
        let record = wanted.record.map(|id| Search::new(RecordEntry(id.clone()), wanted.for_denial, is_anyones));
        let policy = wanted.policy.then(|| Search::new(PolicyEntry, wanted.for_denial, is_anyones));
        Ok(Self { limits, record, policy, feed: None, feed_reads: 0, asked: Vec::new() })
    }

    /// Takes in what came of the reads, and goes on.
    pub fn resume(mut self, readings: Vec<Reading>, memory: &mut Memory, now_ms: u64) -> Progress {
        let mut readings = readings.into_iter();
        let mut reads = Vec::new();
        for branch in std::mem::take(&mut self.asked) {
            let reading = readings.next().unwrap_or(Reading::Nothing);
            let read = self.take(branch, reading, memory, now_ms);
            self.note(branch, read, &mut reads);
        }
        if reads.is_empty() { self.advance(memory, now_ms) } else { Progress::Reads(Box::new(self), reads) }
    }

    /// Looks at what is there, until something has to be read or all is found. What is there is looked at as if the feed that is
    /// on its way vouched for it; then once more.
    pub fn advance(mut self, memory: &mut Memory, now_ms: u64) -> Progress {
        loop {
            let asked = self.look(memory, now_ms);
            if asked == NOTHING {
                let (evidence, provenance) = self.found(memory, now_ms);
                return Progress::Found(evidence, provenance);
            }
            let reads = self.ask(asked, memory, now_ms);
            if !reads.is_empty() {
                return Progress::Reads(Box::new(self), reads);
            }
        }
    }

    /// What the evidence at hand rests on; `None` where something would have to be read. Nothing is begun.
    pub fn at_hand(mut self, memory: &mut Memory, now_ms: u64) -> Option<Provenance> {
        let asked = self.look(memory, now_ms);
        (asked == NOTHING).then(|| self.found(memory, now_ms).1)
    }

    /// Chooses where everything is to come from; tells whether feed, record and policy are to be read.
    fn look(&mut self, memory: &mut Memory, now_ms: u64) -> [bool; 3] {
        let is_fresh = memory.feed_is_fresh(now_ms, &self.limits);
        let is_out = memory.in_flight.registry_is_down(now_ms);
        let reads_feed = !is_fresh && !is_out && self.feed_reads < MAX_FEED_READS;
        let expects_fresh = is_fresh || reads_feed;
        let asks_record = asks(self.record.as_mut(), memory, &self.limits, expects_fresh, now_ms);
        let asks_policy = asks(self.policy.as_mut(), memory, &self.limits, expects_fresh, now_ms);
        [reads_feed, asks_record, asks_policy]
    }

    fn ask(&mut self, [feed, record, policy]: [bool; 3], memory: &mut Memory, now_ms: u64) -> Vec<Read> {
        let mut reads = Vec::new();
        if feed {
            self.feed_reads = self.feed_reads.saturating_add(1);
            let begun = FeedReader::refresh(memory, &self.limits, now_ms);
            let read = self.keep(begun);
            self.note(Branch::Feed, read, &mut reads);
        }
        if record {
            let read = self.record.as_mut().and_then(|search| search.ask(memory, now_ms));
            self.note(Branch::Record, read, &mut reads);
        }
        if policy {
            let read = self.policy.as_mut().and_then(|search| search.ask(memory, now_ms));
            self.note(Branch::Policy, read, &mut reads);
        }
        reads
    }

    fn take(&mut self, branch: Branch, reading: Reading, memory: &mut Memory, now_ms: u64) -> Option<Read> {
        match branch {
            Branch::Feed => {
                let next = self.feed.take().and_then(|reader| reader.take(reading, memory, now_ms));
                self.keep(next)
            }
            Branch::Record => self.record.as_mut()?.take(reading, memory, now_ms),
            Branch::Policy => self.policy.as_mut()?.take(reading, memory, now_ms),
        }
    }

    fn keep(&mut self, reading: Option<(FeedReader, Read)>) -> Option<Read> {
        let (reader, read) = reading?;
        self.feed = Some(reader);
        Some(read)
    }

    fn note(&mut self, branch: Branch, read: Option<Read>, reads: &mut Vec<Read>) {
        if let Some(read) = read {
            self.asked.push(branch);
            reads.push(read);
        }
    }

    fn found(self, memory: &mut Memory, now_ms: u64) -> (Evidence, Provenance) {
        let is_fresh = memory.feed_is_fresh(now_ms, &self.limits);
        let mut origin = Provenance { feed_age_ms: memory.feed_age_ms(now_ms), ..Provenance::default() };
        if !is_fresh {
            origin.degraded.push(format!("the change feed is older than {} ms", self.limits.max_staleness_ms));
        }
        let record = self.record.map_or(Ok(None), |search| {
            let found = search.found(memory, is_fresh, now_ms, &mut origin.degraded)?;
            origin.record = Some((found.source, found.age_ms));
            Ok(found.value)
        });
        let policy = self.policy.map_or_else(
            || Err(no_policy()),
            |search| {
                let found = search.found(memory, is_fresh, now_ms, &mut origin.degraded)?;
                origin.policy = Some((found.source, found.age_ms));
                found.value.ok_or_else(no_policy)
            },
        );
        (Evidence { record, policy }, origin)
    }
}

fn asks<T: Entry>(
    search: Option<&mut Search<T>>,
    memory: &mut Memory,
    limits: &Limits,
    is_fresh: bool,
    now_ms: u64,
) -> bool {
    search.is_some_and(|search| search.asks(memory, limits, is_fresh, now_ms))
}

fn no_policy() -> Denial {
    Denial::Misconfigured("no policy is published: PUT /_tidegate/api/policy".to_owned())
}
