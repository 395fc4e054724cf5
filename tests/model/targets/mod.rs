//! What is tried with hostile bytes, one function a target. `tests/fuzz` feeds them what libFuzzer makes up; `replay.rs`
//! feeds them the kept corpora, and splices of those. A target that returns has found nothing wrong.

mod admin;
mod authorization;
pub mod decide;
mod known;
mod openapi;
mod path;
mod record;
mod token;

pub use known::KEYS;

/// A target: it panics where the core is wrong.
pub type Target = fn(&[u8]);

/// All of them, by the names of their corpora in `tests/fuzz/corpus/`.
pub const TARGETS: [(&str, Target); 7] = [
    ("token", token::run),
    ("authorization", authorization::run),
    ("path", path::run),
    ("openapi", openapi::run),
    ("record", record::run),
    ("admin", admin::run),
    ("decide", decide::run),
];

/// Bytes as the text that the runtime hands over.
fn text(data: &[u8]) -> String {
    String::from_utf8_lossy(data).into_owned()
}
