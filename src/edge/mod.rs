//! The core as a Cloudflare Worker. The only place that knows `worker`, clocks, randomness and I/O.

mod admin;
mod body;
mod cache;
mod clock;
mod config;
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

use web_sys::{Request, Response};
use worker::{Context, Env, event};

#[event(fetch)]
async fn fetch(request: Request, env: Env, _context: Context) -> worker::Result<Response> {
    #[cfg(feature = "panic-injection")]
    inject::panic_in_gate(&request);
    gate::handle(&request, &env).await
}
