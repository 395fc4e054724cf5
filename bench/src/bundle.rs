//! The bundles of the candidates.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use xtask::step::step;
use xtask::{process, project};

/// Bundles each candidate into one file beside its WASM, as wrangler does.
pub fn write(directory: &Path) -> Result<()> {
    let esbuild = |entry: &str, name: &str, define: &str| {
        let mut esbuild = Command::new(project::npm_tool("esbuild"));
        esbuild.arg(entry).args(["--bundle", "--format=esm", "--target=es2024", "--log-level=warning"]);
        esbuild.args(["--external:cloudflare:*", "--external:*.wasm", define]);
        esbuild.arg(format!("--alias:policy.json={}", directory.join("policy.json").display()));
        esbuild.arg(format!("--outfile={}", directory.join(format!("{name}.js")).display()));
        process::run(esbuild.current_dir(project::root()))
    };
    step("Bundling the gate and the other gates", || {
        esbuild("worker/js/entry.js", "entry", "--define:CACHED=false")?;
        fs::copy(project::path("build/index_bg.wasm"), directory.join("index_bg.wasm"))?;
        for name in ["held", "constant", "pass", "hono", "oauth"] {
            esbuild(&format!("bench/candidates/{name}.js"), name, "--define:CACHED=false")?;
        }
        esbuild("bench/candidates/hono.js", "hono-cached", "--define:CACHED=true")
    })
}
