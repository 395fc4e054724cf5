//! The measured cases of the rules, the same natively and as WASM. `cargo xtask bench core wasm` runs them; no shipped bundle
//! contains them.

pub mod cases;
pub mod fixture;
mod machine;
pub mod measure;
