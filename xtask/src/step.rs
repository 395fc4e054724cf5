//! Progress messages on the terminal.

use std::time::Instant;

use anyhow::{Context, Result};

/// Says what begins, does it, and says how long it took. Several may run at once, so each is named twice.
pub fn step<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("==> {what}");
    let started = Instant::now();
    let result = work().with_context(|| format!("{what}: this step failed"))?;
    println!("    {what}: done in {:.1} s", started.elapsed().as_secs_f32());
    Ok(result)
}
