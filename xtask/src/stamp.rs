//! What is made only once: a stamp beside it says what it was made of.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context, Result};

/// Makes files, unless they are there and the stamp says that they were made of the same. The stamp is removed first and written
/// last: what was made halfway has none.
pub fn unless_made(stamp: &Path, made_of: &str, files: &[&Path], make: impl FnOnce() -> Result<()>) -> Result<()> {
    if files.iter().all(|file| file.is_file()) && fs::read_to_string(stamp).is_ok_and(|found| found == made_of) {
        return Ok(());
    }
    match fs::remove_file(stamp) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(error).with_context(|| format!("{} cannot be removed", stamp.display()));
        }
        _ => {}
    }
    make()?;
    fs::write(stamp, made_of).with_context(|| format!("{} cannot be written", stamp.display()))
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;

    #[test]
    fn what_was_made_halfway_is_made_again() {
        let directory = std::env::temp_dir().join(format!("tidegate-stamp-{}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        let (stamp, file) = (directory.join(".stamp"), directory.join("file"));
        let make = |of: &str| unless_made(&stamp, of, &[&file], || Ok(fs::write(&file, of)?));
        let nothing = |of: &str| unless_made(&stamp, of, &[&file], || bail!("it is made again"));
        make("a").unwrap();
        nothing("a").unwrap();
        let halfway = unless_made(&stamp, "b", &[&file], || {
            fs::write(&file, "b")?;
            bail!("interrupted")
        });
        assert_eq!(halfway.unwrap_err().to_string(), "interrupted");
        make("a").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "a");
        fs::remove_file(&file).unwrap();
        assert!(nothing("a").is_err(), "a file is missing");
        fs::remove_dir_all(&directory).unwrap();
    }

    /// As Ctrl-C does, which runs nothing more of this program.
    #[test]
    fn the_stamp_is_gone_while_something_is_made() {
        let stamp = std::env::temp_dir().join(format!("tidegate-stamp-of-{}", std::process::id()));
        fs::write(&stamp, "a").unwrap();
        let is_there = || stamp.exists();
        unless_made(&stamp, "b", &[], || if is_there() { bail!("it is there") } else { Ok(()) }).unwrap();
        assert_eq!(fs::read_to_string(&stamp).unwrap(), "b");
        fs::remove_file(&stamp).unwrap();
    }
}
