//! Where a new token goes: to a file that only its owner can read, or to standard output.

use std::convert::Infallible;
use std::io::Write;
use std::path::PathBuf;
use std::str::FromStr;

use crate::exit::Failure;
use crate::new_file::NewFile;

/// The argument: a file's name, or `-`.
#[derive(Clone)]
pub struct TokenFile(PathBuf);

/// A file that was made for a token. Without one, it is removed again.
pub struct Created(NewFile);

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
        let file = NewFile::private(path);
        let file =
            file.map_err(|error| Failure::file(path, format_args!("the file for the token cannot be made: {error}")))?;
        Ok(Some(Created(file)))
    }
}

impl Created {
    /// Writes the token, with a line end.
    ///
    /// # Errors
    /// [`Failure::Output`]; the token is lost then.
    pub fn write(self, token: &str) -> Result<(), Failure> {
        let Self(mut file) = self;
        file.write_all(format!("{token}\n").as_bytes())?;
        Ok(file.finish()?)
    }
}
