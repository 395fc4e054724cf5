//! What is measured of the core, the same natively and as WASM. `cargo xtask bench core wasm` runs it; nothing here is in a
//! bundle that is shipped.

pub mod cases;
pub mod fixture;
pub mod measure;

#[cfg(target_arch = "wasm32")]
mod wasm {
    use tidegate::core::policy::StoredPolicy;
    use tidegate::core::request::Path;
    use wasm_bindgen::prelude::wasm_bindgen;

    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(js_namespace = performance)]
        fn now() -> f64;
    }

    /// How long the policy takes to load for a first path, in nanoseconds, where nothing has run yet: as in a new isolate.
    #[wasm_bindgen]
    #[allow(clippy::needless_pass_by_value, reason = "the text is kept")]
    pub fn first_load(policy: String, path: &str) -> f64 {
        let path = Path::parse(path).expect("a path");
        let started = now();
        let policy = StoredPolicy::parse(policy).expect("a policy");
        let part = policy.concerning(&path).expect("a part of it");
        let taken = (now() - started) * 1e6;
        assert_ne!(part.operations(), []);
        taken
    }

    /// The policy of so many operations, as the store keeps it.
    #[wasm_bindgen]
    pub fn policy(operations: usize) -> String {
        crate::fixture::policy(operations).to_json()
    }

    /// What every case takes: a JSON list of [`Timing`](crate::measure::Timing). `policy` is a real API's, where there is one.
    #[wasm_bindgen]
    #[allow(clippy::needless_pass_by_value, reason = "wasm-bindgen passes optional text by value")]
    pub fn timings(policy: Option<String>) -> String {
        crate::measure::timings(policy.as_deref(), || now() * 1e6)
    }
}
