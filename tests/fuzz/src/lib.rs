//! The targets as they are in tests/model, for libFuzzer.

#[path = "../../model/targets/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the tests beside the targets use more of them")]
mod targets;
#[path = "../../model/verdict/mod.rs"]
mod verdict;

/// Runs the target of this name.
pub fn run(name: &str, data: &[u8]) {
    let target = targets::TARGETS.iter().find(|(known, _)| *known == name);
    let (_, target) = target.expect("a target of tests/model/targets/mod.rs");
    target(data);
}
