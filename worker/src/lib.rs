//! The Worker's WASM is the crate `tidegate` and nothing else: its exports are what `edge` marks as such. A crate that is
//! also there for other Rust code is compiled without link-time optimization.

pub use tidegate::core;
