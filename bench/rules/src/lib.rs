//! What is measured of the core, the same natively and as WASM. `cargo xtask bench core wasm` runs it; nothing here is in a
//! bundle that is shipped.

pub mod cases;
pub mod fixture;
mod machine;
pub mod measure;
