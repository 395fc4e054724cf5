//! The cases of `tidegate-bench-rules` for Node.js, whose engine is that of workerd.

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
    let (keys, text) = (tidegate_bench_rules::fixture::keys(), String::from_utf8(policy).expect("text"));
    let policy = StoredPolicy::open(keys.store(), text).expect("a policy");
    assert_ne!(policy.concerning(&path).expect("a part of it").operations(), []);
    std::mem::forget(policy); // as an isolate keeps it
}

/// The policy of this many operations, as the store keeps it.
#[wasm_bindgen]
pub fn policy(operations: usize) -> String {
    tidegate_bench_rules::fixture::stored_policy(&tidegate_bench_rules::fixture::policy(operations))
}

/// What every case takes: a JSON list of [`Timing`](tidegate_bench_rules::measure::Timing). `policy` is a real API's, where there is one.
#[wasm_bindgen]
#[allow(clippy::needless_pass_by_value, reason = "wasm-bindgen passes optional text by value")]
pub fn timings(policy: Option<String>) -> String {
    tidegate_bench_rules::measure::timings(policy.as_deref(), || now() * 1e6)
}
