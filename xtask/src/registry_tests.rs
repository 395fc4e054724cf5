//! The registry's tests as WASM, which tests/registry/registry.test.ts runs on a Durable Object's SQL.

use anyhow::Result;

use crate::project;
use crate::setup::step;
use crate::wasm::{self, Host, Package};

/// Builds them.
pub fn build() -> Result<()> {
    let package = Package::quick("registry-tests-worker");
    let wasm = step("Compiling the registry's tests for workerd", || wasm::compile_one(package))?;
    wasm::bind(&wasm, Host::Browser, &project::path("target/registry-tests"), "registry_tests_worker")
}
