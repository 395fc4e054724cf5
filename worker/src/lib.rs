//! The rules as a Cloudflare Worker: the only package with clocks, randomness and I/O. `machine` is the gate, which `js/` drives.
//! Arrows between the modules point one way: `durable_objects`, `admin` -> `log` -> `machine` -> `config`, `registry_client` ->
//! `platform`.

mod admin;
mod config;
mod durable_objects;
#[cfg(feature = "faults")]
mod faults;
mod log;
mod machine;
mod platform;
mod registry_client;

use web_sys::{Request, Response};
use worker::{Context, Env, event};

/// Answers a request to the admin plane.
#[event(fetch)]
async fn fetch(request: Request, env: Env, _: Context) -> worker::Result<Response> {
    admin::handle(&request, &env).await
}
