//! The core as a Cloudflare Worker. The only place that knows `worker`, clocks, randomness and I/O.

mod admin;
mod basis;
mod body;
mod cache;
mod client;
mod clock;
mod config;
mod feed;
mod flights;
mod gate;
#[cfg(feature = "panic-injection")]
mod inject;
mod kv;
mod log;
mod origin;
mod page;
mod registry;
mod respond;
mod service;
mod session;
mod site;
mod stub;

use web_sys::{Request, Response};
use worker::{Context, Env, event};

#[event(fetch)]
async fn fetch(request: Request, env: Env, context: Context) -> worker::Result<Response> {
    #[cfg(feature = "panic-injection")]
    inject::panic_in_gate(&request);
    #[cfg(feature = "panic-injection")]
    if let Some(told) = inject::memory(&request) {
        return told;
    }
    gate::handle(&request, &site::Site::new(env, context)).await
}
