//! A file that a command makes: one that is not finished is removed again.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A file that did not exist before. Dropping it before [`NewFile::finish`] removes it.
pub struct NewFile {
    path: PathBuf,
    file: File,
    is_finished: bool,
}

impl NewFile {
    /// Makes the file.
    ///
    /// # Errors
    /// Where there is one already, or it cannot be made.
    pub fn create(path: &Path) -> io::Result<Self> {
        Self::open(path, &mut OpenOptions::new())
    }

    /// Makes a file that only its owner can read.
    ///
    /// # Errors
    /// Those of [`NewFile::create`].
    pub fn private(path: &Path) -> io::Result<Self> {
        Self::open(path, for_its_owner(&mut OpenOptions::new()))
    }

    fn open(path: &Path, options: &mut OpenOptions) -> io::Result<Self> {
        let file = options.write(true).create_new(true).open(path)?;
        Ok(Self { path: path.to_owned(), file, is_finished: false })
    }

    /// Keeps the file, once all of it is on the disk.
    ///
    /// # Errors
    /// Where it cannot be written there; then it is removed.
    pub fn finish(mut self) -> io::Result<()> {
        self.file.sync_all()?;
        self.is_finished = true;
        Ok(())
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if !self.is_finished {
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(unix)]
fn for_its_owner(options: &mut OpenOptions) -> &mut OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(0o600)
}

#[cfg(not(unix))]
fn for_its_owner(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}
