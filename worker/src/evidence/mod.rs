//! What a verdict rests on: the record of its token and the policy, neither of them older than the feed's bound. Where
//! each comes from is `tidegate::feed::choose`'s to say; this file fetches, and notes for the log what was fetched.

mod context;
mod entry;
mod feed_reader;
mod in_flight;
mod isolate;
mod location_cache;
mod provenance;
mod records;
mod remembered;
mod search;

use std::rc::Rc;

use futures_util::future::join3;

use self::entry::{Entry, PolicyEntry, RecordEntry};
use self::search::Search;

pub(crate) use self::context::RequestContext;
pub(crate) use self::isolate::Isolate;
pub(crate) use self::provenance::Provenance;
use tidegate::decision::Denial;
use tidegate::feed::Limits;
use tidegate::policy::StoredPolicy;
use tidegate::record::Record;
use tidegate::token::IntegrationId;

/// What is wanted of the stores.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'a> {
    /// Whose record, if anybody's.
    pub record: Option<&'a IntegrationId>,
    /// Whether the policy is needed.
    pub policy: bool,
    /// Whether it is to look again whether a denial still holds.
    pub for_denial: bool,
}

/// What a verdict rests on.
pub(crate) struct Evidence {
    /// `None` where there is no such integration, or nobody's was wanted.
    pub record: Result<Option<Rc<Record>>, Denial>,
    /// An error where it was not wanted.
    pub policy: Result<Rc<StoredPolicy>, Denial>,
}

/// How often one request reads the feed: once more where other reads took too long for the first.
const MAX_FEED_READS: u32 = 2;

impl RequestContext {
    /// Finds what is wanted, wherever it is.
    pub async fn gather(&self, wanted: Wanted<'_>) -> Result<(Evidence, Provenance), Denial> {
        let limits = self.isolate.config().limits.clone()?;
        let (mut record, mut policy) = wanted.searches();
        let mut feed_reads = 0_u32;
        loop {
            let now = self.isolate.now_ms();
            let is_fresh = self.isolate.feed_is_fresh(now, &limits);
            let is_out = self.isolate.in_flight.registry_is_down(now);
            let reads_feed = !is_fresh && !is_out && feed_reads < MAX_FEED_READS;
            // What is there is looked at as if the feed that is on its way vouched for it; then once more.
            let expects_fresh = is_fresh || reads_feed;
            let asks_record = asks(record.as_mut(), &self.isolate, &limits, expects_fresh, now);
            let asks_policy = asks(policy.as_mut(), &self.isolate, &limits, expects_fresh, now);
            if !reads_feed && !asks_record && !asks_policy {
                self.refresh_in_background(now);
                return Ok(self.isolate.found(record, policy, &limits, is_fresh, now));
            }
            feed_reads = feed_reads.saturating_add(u32::from(reads_feed));
            let feed = async {
                if reads_feed {
                    self.refresh(&limits).await
                }
            };
            join3(feed, fetch(record.as_mut(), self), fetch(policy.as_mut(), self)).await;
        }
    }
}

impl Isolate {
    /// What is wanted, where memory has it, the feed is fresh, and no newer copy of it is due.
    pub fn at_hand(&self, wanted: Wanted<'_>, now_ms: u64) -> Option<(Evidence, Provenance)> {
        let limits = self.config().limits.as_ref().ok()?;
        if !self.feed_is_fresh(now_ms, limits) || self.should_refresh(now_ms) {
            return None;
        }
        let (mut record, mut policy) = wanted.searches();
        let asks =
            asks(record.as_mut(), self, limits, true, now_ms) || asks(policy.as_mut(), self, limits, true, now_ms);
        (!asks).then(|| self.found(record, policy, limits, true, now_ms))
    }

    fn found(
        &self,
        record: Option<Search<RecordEntry<'_>>>,
        policy: Option<Search<PolicyEntry>>,
        limits: &Limits,
        is_fresh: bool,
        now_ms: u64,
    ) -> (Evidence, Provenance) {
        let mut origin = Provenance { feed_age_ms: self.feed_age_ms(now_ms), ..Provenance::default() };
        if !is_fresh {
            origin.degraded.push(format!("the change feed is older than {} ms", limits.max_staleness_ms));
        }
        let record = record.map_or(Ok(None), |search| {
            let found = search.found(self, is_fresh, now_ms, &mut origin.degraded)?;
            origin.record = Some((found.source, found.age_ms));
            Ok(found.value)
        });
        let policy = policy.map_or_else(
            || Err(no_policy()),
            |search| {
                let found = search.found(self, is_fresh, now_ms, &mut origin.degraded)?;
                origin.policy = Some((found.source, found.age_ms));
                found.value.ok_or_else(no_policy)
            },
        );
        (Evidence { record, policy }, origin)
    }
}

impl<'a> Wanted<'a> {
    fn searches(self) -> (Option<Search<RecordEntry<'a>>>, Option<Search<PolicyEntry>>) {
        let record = self.record.map(|id| Search::new(RecordEntry(id), self.for_denial));
        (record, self.policy.then(|| Search::new(PolicyEntry, self.for_denial)))
    }
}

fn asks<T: Entry>(
    search: Option<&mut Search<T>>,
    isolate: &Isolate,
    limits: &Limits,
    is_fresh: bool,
    now_ms: u64,
) -> bool {
    search.is_some_and(|search| search.asks(isolate, limits, is_fresh, now_ms))
}

async fn fetch<T: Entry>(search: Option<&mut Search<T>>, context: &RequestContext) {
    if let Some(search) = search {
        search.fetch(context).await;
    }
}

fn no_policy() -> Denial {
    Denial::Misconfigured("no policy is published: PUT /_tidegate/api/policy".to_owned())
}
