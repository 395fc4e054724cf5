//! The rules as a Cloudflare Worker: the only package with clocks, randomness and I/O. `machine` is the gate and its admin plane,
//! which `js/` drives; futures are in `durable_objects` alone, and in what that uses of `platform`. Arrows between the modules
//! point one way: `durable_objects` -> `log`, `machine` -> `config` -> `platform`.

mod config;
mod durable_objects;
#[cfg(feature = "faults")]
mod faults;
mod log;
mod machine;
mod platform;
