//! `cargo xtask policy diff`: what changes from some documents to others.

use std::process::ExitCode;

use anyhow::{Result, bail};
use tidegate::core::openapi::Settings;
use tidegate::core::policy::Policy;

use super::files::Documents;
use super::{Format, files_only, settings};

/// `cargo xtask policy diff OLD NEW [--settings F] [--old-settings F] [--format text|json]`
pub fn command(mut args: Vec<String>) -> Result<ExitCode> {
    let format = Format::take(&mut args)?;
    let new_settings = settings::take(&mut args, "--settings")?.unwrap_or_default();
    let old_settings = settings::take(&mut args, "--old-settings")?.unwrap_or_else(|| new_settings.clone());
    files_only(&args)?;
    let [old, new] = args.as_slice() else { bail!("name two sides: OLD NEW") };
    let diff = policy(old, &old_settings)?.diff(&policy(new, &new_settings)?);
    format.print(&diff, &diff.to_string())?;
    Ok(ExitCode::SUCCESS)
}

/// The policy of one side. One with errors is no policy, and cannot be compared.
fn policy(side: &str, settings: &Settings) -> Result<Policy> {
    let paths: Vec<&str> = side.split(',').filter(|path| !path.is_empty()).collect();
    Documents::read(&paths)?.policy(settings)
}
