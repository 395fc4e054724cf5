//! What is measured of the core, the same natively and as WASM. `cargo xtask bench core wasm` runs it; nothing here is in a
//! bundle that is shipped.

pub mod cases;
pub mod fixture;
pub mod measure;

#[cfg(target_arch = "wasm32")]
mod wasm {
    use tidegate::policy::StoredPolicy;
    use tidegate::request::Path;
    use wasm_bindgen::prelude::wasm_bindgen;

    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(js_namespace = performance)]
        fn now() -> f64;
    }

    /// Loads the policy for a first path, from the bytes that the store gives.
    #[wasm_bindgen]
    pub fn first_load(policy: Vec<u8>, path: &str) {
        let path = Path::parse(path).expect("a path");
        let (keys, text) = (crate::fixture::keys(), String::from_utf8(policy).expect("text"));
        let policy = StoredPolicy::open(keys.store(), text).expect("a policy");
        assert_ne!(policy.concerning(&path).expect("a part of it").operations(), []);
        std::mem::forget(policy); // as an isolate keeps it
    }

    /// The policy of so many operations, as the store keeps it.
    #[wasm_bindgen]
    pub fn policy(operations: usize) -> String {
        crate::fixture::stored_policy(&crate::fixture::policy(operations))
    }

    /// What every case takes: a JSON list of [`Timing`](crate::measure::Timing). `policy` is a real API's, where there is one.
    #[wasm_bindgen]
    #[allow(clippy::needless_pass_by_value, reason = "wasm-bindgen passes optional text by value")]
    pub fn timings(policy: Option<String>) -> String {
        crate::measure::timings(policy.as_deref(), || now() * 1e6)
    }
}
