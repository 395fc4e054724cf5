//! Reading the change feed: from this location's cache, where another isolate may have left a copy, else from the
//! registry, which is asked about once in five seconds by each location that way.

use std::time::Duration;

use js_sys::{Promise, global};
use serde_json::json;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, Response, ResponseInit};

use super::flights::{LOOKS, Note, a_while};
use super::site::Site;
use super::{body, clock, log, stub};
use crate::core::feed::{DUE_AFTER_MS, Feed, Limits, Sighting};

/// How long this location's cache may take to answer.
const PATIENCE: Duration = Duration::from_millis(500);
/// The field of a cached copy that says when it was asked for, in milliseconds by the asker's clock.
const ASKED_AT: &str = "x-asked-at";

#[wasm_bindgen]
extern "C" {
    #[derive(Clone)]
    type Caches;
    #[wasm_bindgen(method, getter, js_name = default)]
    fn location(this: &Caches) -> Cache;

    type Cache;
    #[wasm_bindgen(method, catch, js_name = match)]
    fn find(this: &Cache, url: &str) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn put(this: &Cache, url: &str, response: &Response) -> Result<Promise, JsValue>;
}

impl Site {
    /// Sees to it that a newer copy comes, where one is due, without waiting for it.
    pub fn refresh_in_background(&self, now_ms: u64) {
        if self.isolate.should_refresh(now_ms)
            && let Some(note) = self.isolate.flights.begin_feed(now_ms)
        {
            let site = self.clone();
            self.context.wait_until(async move { site.fetch(note).await });
        }
    }

    /// Waits for a copy that a verdict may rest on. Whoever else of this isolate reads one reads it for all; where that
    /// takes too long there is none.
    pub async fn refresh(&self, limits: &Limits) {
        let isolate = &self.isolate;
        for _ in 0..LOOKS {
            let now = isolate.now_ms();
            if isolate.feed_is_fresh(now, limits) || isolate.flights.registry_is_out(now) {
                return;
            }
            if let Some(note) = isolate.flights.begin_feed(now) {
                return self.fetch(note).await;
            }
            a_while().await;
        }
    }

    async fn fetch(&self, note: Note) {
        match self.newest().await {
            Ok(sighting) => self.isolate.see(sighting),
            Err(reason) => log::error(&json!({ "event": "feed", "reason": reason })),
        }
        self.isolate.flights.end_feed(note);
    }

    async fn newest(&self) -> Result<Sighting, String> {
        let url = stub::id(&self.env).map(|id| format!("https://feed.tidegate.invalid/{id}"));
        if let Some(url) = &url
            && let Some(shared) = clock::within(PATIENCE, self.shared(url)).await.flatten()
        {
            return Ok(shared);
        }
        let asked_at = self.isolate.now_ms();
        let read = stub::read(&self.env, stub::FEED).await.and_then(|bytes| {
            let text = body::text(bytes.ok_or("the registry has no feed")?)?;
            let feed = Feed::from_json(&text).map_err(|corrupt| format!("the feed is corrupt: {corrupt}"))?;
            Ok((feed, text))
        });
        self.isolate.flights.registry_answered(read.is_ok(), self.isolate.now_ms());
        let (feed, text) = read?;
        if let Some(url) = url {
            // For the other isolates here. Where there is no cache, or it fails, each asks for itself.
            self.context.wait_until(async move { share(&url, &text, asked_at).await.unwrap_or_default() });
        }
        Ok(Sighting::asked(feed, asked_at))
    }

    /// The copy that another isolate here left, while it is young enough.
    async fn shared(&self, url: &str) -> Option<Sighting> {
        let found = JsFuture::from(caches()?.location().find(url).ok()?).await.ok()?;
        let response: Response = found.dyn_into().ok()?;
        let asked_at = response.headers().get(ASKED_AT).ok()??.parse().ok()?;
        let text = body::text(body::whole(&response).await.ok()?).ok()?;
        let now = self.isolate.now_ms();
        let sighting = Sighting::shared(Feed::from_json(&text).ok()?, asked_at, now)?;
        (!sighting.is_due(now)).then_some(sighting)
    }
}

async fn share(url: &str, text: &str, asked_at_ms: u64) -> Result<(), JsValue> {
    let Some(caches) = caches() else { return Ok(()) };
    let headers = Headers::new()?;
    headers.set("Cache-Control", &format!("max-age={}", DUE_AFTER_MS / 1000))?;
    headers.set(ASKED_AT, &asked_at_ms.to_string())?;
    let init = ResponseInit::new();
    init.set_headers(&headers);
    let response = Response::new_with_opt_str_and_init(Some(text), &init)?;
    JsFuture::from(caches.location().put(url, &response)?).await?;
    Ok(())
}

fn caches() -> Option<Caches> {
    let caches = js_sys::Reflect::get(&global(), &"caches".into()).ok()?;
    caches.is_object().then(|| caches.unchecked_into())
}
