//! What is measured of the core, the same natively and as WASM. `cargo xtask bench core wasm` runs it; nothing here is in a
//! bundle that is shipped.

pub mod cases;
pub mod fixture;
pub mod measure;

#[cfg(target_arch = "wasm32")]
mod wasm {
    use wasm_bindgen::prelude::wasm_bindgen;

    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(js_namespace = performance)]
        fn now() -> f64;
    }

    /// What every case takes: a JSON list of [`Timing`](crate::measure::Timing). `policy` is a real API's, where there is one.
    #[wasm_bindgen]
    #[allow(clippy::needless_pass_by_value, reason = "wasm-bindgen passes optional text by value")]
    pub fn timings(policy: Option<String>) -> String {
        crate::measure::timings(policy.as_deref(), || now() * 1e6)
    }
}
