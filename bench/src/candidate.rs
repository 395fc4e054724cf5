//! What can stand in front of the origin.

/// A Worker that can stand in front of the origin.
pub struct Candidate {
    /// Its name, and that of its bundle.
    pub name: &'static str,
    /// Its WASM module, by the name that the bundle imports.
    pub wasm: Option<&'static str>,
}

/// The gate itself.
pub const TIDEGATE: Candidate = Candidate { name: "entry", wasm: Some("index_bg.wasm") };
/// The gate, with an address that shows the size of its WebAssembly memory.
pub const HELD: Candidate = Candidate { name: "held", wasm: Some("index_bg.wasm") };
/// The limit for forwarding.
pub const PASS: Candidate = Candidate { name: "pass", wasm: None };
/// The limit for answers without an origin.
pub const CONSTANT: Candidate = Candidate { name: "constant", wasm: None };
/// A gate as a careful author would write it.
pub const HONO: Candidate = Candidate { name: "hono", wasm: None };
/// The same, with what KV said in memory.
pub const HONO_CACHED: Candidate = Candidate { name: "hono-cached", wasm: None };
/// The library, as its documentation says.
pub const OAUTH: Candidate = Candidate { name: "oauth", wasm: None };
