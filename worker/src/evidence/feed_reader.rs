//! Reading the change feed: from this location's cache, where another isolate may have left a copy, else from the
//! registry, which is asked about once in five seconds by each location that way.

use serde_json::json;

use super::in_flight::{Lease, MAX_POLLS, poll_delay};
use super::location_cache::{self, Shared};
use crate::evidence::context::RequestContext;
use crate::platform::body;
use crate::{log, registry_client};
use registry::Read;
use tidegate::feed::{Feed, FeedCopy, Limits};

/// What this location's cache keeps the copies by.
const SHARED_AS: &str = "feed";

impl RequestContext {
    /// Sees to it that a newer copy comes, where one is due, without waiting for it.
    pub fn refresh_in_background(&self, now_ms: u64) {
        if self.isolate.should_refresh(now_ms)
            && let Some(note) = self.isolate.in_flight.begin_feed(now_ms)
        {
            let site = self.clone();
            self.context.wait_until(async move { site.fetch(note).await });
        }
    }

    /// Waits for a copy that a verdict may rest on. Whoever else of this isolate reads one reads it for all; where that
    /// takes too long there is none.
    pub async fn refresh(&self, limits: &Limits) {
        let isolate = &self.isolate;
        for _ in 0..MAX_POLLS {
            let now = isolate.now_ms();
            if isolate.feed_is_fresh(now, limits) || isolate.in_flight.registry_is_down(now) {
                return;
            }
            if let Some(note) = isolate.in_flight.begin_feed(now) {
                return self.fetch(note).await;
            }
            poll_delay().await;
        }
    }

    async fn fetch(&self, note: Lease) {
        match self.newest().await {
            Ok(copy) => self.isolate.see(copy),
            Err(reason) => log::error(&json!({ "event": "feed", "reason": reason })),
        }
        self.isolate.in_flight.end_feed(note);
    }

    async fn newest(&self) -> Result<FeedCopy, String> {
        let address = location_cache::address(&self.env, SHARED_AS);
        if let Some(address) = &address
            && let Some(shared) = self.shared(address).await
        {
            return Ok(shared);
        }
        let asked_at_ms = self.isolate.now_ms();
        let read = registry_client::read(&self.env, &Read::Feed).await.and_then(|bytes| {
            let text = body::text(bytes.ok_or("the registry has no feed")?)?;
            let feed = Feed::from_json(&text).map_err(|corrupt| format!("the feed is corrupt: {corrupt}"))?;
            Ok((feed, text))
        });
        self.isolate.in_flight.registry_answered(read.is_ok(), self.isolate.now_ms());
        let (feed, text) = read?;
        if let Some(address) = address {
            self.context
                .wait_until(async move { location_cache::leave(&address, &Shared { text, asked_at_ms }).await });
        }
        Ok(FeedCopy::asked(feed, asked_at_ms))
    }

    /// The copy that another isolate here left, while it is young enough.
    async fn shared(&self, address: &str) -> Option<FeedCopy> {
        let Shared { text, asked_at_ms } = location_cache::find(address).await?;
        let now = self.isolate.now_ms();
        let copy = FeedCopy::shared(Feed::from_json(&text).ok()?, asked_at_ms, now)?;
        (!copy.is_due(now)).then_some(copy)
    }
}
