//! Where a new token goes: to a file that only its owner can read, or to standard output.

use std::convert::Infallible;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
use std::str::FromStr;

use crate::exit::Failure;

/// The argument: a file's name, or `-`.
#[derive(Clone)]
pub struct TokenFile(PathBuf);

/// A file that was made for a token. Without one, it is removed again.
pub struct Created {
    path: PathBuf,
    file: File,
    is_written: bool,
}

impl FromStr for TokenFile {
    type Err = Infallible;

    fn from_str(path: &str) -> Result<Self, Infallible> {
        Ok(Self(path.into()))
    }
}

impl TokenFile {
    /// Makes the file; `None` for standard output.
    ///
    /// # Errors
    /// [`Failure::Input`] where there is one already, or it cannot be made.
    pub fn create(&self) -> Result<Option<Created>, Failure> {
        let Self(path) = self;
        if path.as_os_str() == "-" {
            return Ok(None);
        }
        let file = private().open(path);
        let file =
            file.map_err(|error| Failure::file(path, format_args!("the file for the token cannot be made: {error}")))?;
        Ok(Some(Created { path: path.clone(), file, is_written: false }))
    }
}

impl Created {
    /// Writes the token, with a line end.
    ///
    /// # Errors
    /// [`Failure::Output`]; the token is lost then.
    pub fn write(mut self, token: &str) -> Result<(), Failure> {
        self.file.write_all(format!("{token}\n").as_bytes())?;
        self.file.sync_all()?;
        self.is_written = true;
        Ok(())
    }
}

impl Drop for Created {
    fn drop(&mut self) {
        if !self.is_written {
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(unix)]
fn private() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    options
}

#[cfg(not(unix))]
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    options
}
