//! hostile-input.md, row by row, as far as the core answers for it. The rest is the edge's: `tests/edge/`.

mod bodies;
mod forwarding;
mod identity;
mod named;
mod owners;
mod path;
mod readers;
mod secrets;
mod store;
mod trusted;
mod verdict;

use super::world::World;

/// Asserts that none of `targets` is granted to `token`, and that each gets `code`.
fn refused(targets: &[&str], token: &str, code: &str) {
    let world = World::new();
    for target in targets {
        assert_eq!(world.code("GET", target, token), code, "{target}");
    }
}
