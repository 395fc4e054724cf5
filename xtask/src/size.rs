//! How large files are, as they are and with gzip.

use std::fmt;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::process;

/// How large some files are together.
pub struct Size {
    /// In bytes.
    pub raw: u64,
    /// In bytes, each file with gzip.
    pub compressed: u64,
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} KB, {} KB with gzip", self.raw.div_ceil(1000), self.compressed.div_ceil(1000))
    }
}

/// Measures files.
pub fn size(files: &[PathBuf]) -> Result<Size> {
    let script = "const files = process.argv.slice(1).map((file) => require('fs').readFileSync(file)); \
                  const sum = (of) => files.reduce((sum, file) => sum + of(file).length, 0); \
                  console.log(sum((file) => file), sum((file) => require('zlib').gzipSync(file, { level: 9 })))";
    let sizes = process::output(Command::new("node").args(["-e", script]).args(files))?;
    let bytes: Vec<u64> = sizes.split(' ').flat_map(str::parse).collect();
    let [raw, compressed] = bytes[..] else { bail!("no sizes in {sizes:?}") };
    Ok(Size { raw, compressed })
}

/// Whether files have at most this many bytes with gzip. Prints their sizes.
pub fn within(what: &str, files: &[PathBuf], budget: u64) -> Result<bool> {
    let size = size(files)?;
    println!("    {what}: {size} (at most {} KB)", budget / 1000);
    Ok(size.compressed <= budget)
}
