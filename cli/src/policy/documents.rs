//! Reading OpenAPI documents from files and directories.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Args;
use tidegate::openapi::{Compiled, Document, Finding, InvalidDocument, MAX_BYTES, Report, Settings, compile};
use tidegate::policy::Policy;

use crate::exit::Failure;

/// The arguments that name documents.
#[derive(Args)]
pub struct DocumentFiles {
    /// OpenAPI documents in JSON or YAML, or directories of them (*.json, *.yaml, *.yml)
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

impl DocumentFiles {
    /// Reads them.
    ///
    /// # Errors
    /// As [`Documents::read`].
    pub fn read(&self) -> Result<Documents, Failure> {
        Documents::read(&self.files)
    }
}

/// What was read: documents, and for each file that is not one the reason.
#[derive(Default)]
pub struct Documents {
    /// The documents, each named as its file.
    pub readable: Vec<Document>,
    /// Their titles, in the same order.
    pub titles: Vec<String>,
    /// The files that are not documents.
    pub unreadable: Vec<Finding>,
}

impl Documents {
    /// Reads files and, where one is a directory, the documents in it.
    ///
    /// # Errors
    /// [`Failure::Input`] for a directory that cannot be read or has no documents. A file that is not a document is an error of
    /// the report instead, so that the others are reported too.
    pub fn read(arguments: &[PathBuf]) -> Result<Self, Failure> {
        let mut paths = Vec::new();
        for argument in arguments {
            paths.extend(files_in(argument)?);
        }
        paths.sort();
        paths.dedup();
        let mut documents = Self::default();
        for (path, name) in named(&paths) {
            match text(path).and_then(|text| Document::parse(&text).map_err(|error| error.to_string())) {
                Ok(document) => documents.push(document, &name),
                Err(message) => documents.unreadable.push(Finding { document: name, message, ..Finding::default() }),
            }
        }
        Ok(documents)
    }

    fn push(&mut self, document: Document, name: &str) {
        self.titles.push(document.title().to_owned());
        self.readable.push(document.named(name));
    }

    /// The one document.
    pub fn only(&self) -> Result<&Document, Failure> {
        match (self.readable.as_slice(), self.unreadable.as_slice()) {
            ([document], []) => Ok(document),
            (_, []) => Err(Failure::Usage("--document NAME takes one FILE")),
            (_, unreadable) => {
                let mut report = Report::default();
                report.errors = unreadable.to_vec();
                Err(Failure::Documents(Box::new(report)))
            }
        }
    }

    /// Compiles what could be read. What could not be read is an error of the report, and then there is no policy.
    pub fn compile(&self, settings: &Settings) -> Compiled {
        let Compiled { policy, mut report } = compile(&self.readable, settings);
        report.errors.splice(0..0, self.unreadable.iter().cloned());
        Compiled { policy: policy.filter(|_| report.errors.is_empty()), report }
    }

    /// Their policy.
    ///
    /// # Errors
    /// [`Failure::Documents`] where they have errors.
    pub fn policy(&self, settings: &Settings) -> Result<Policy, Failure> {
        let Compiled { policy, report } = self.compile(settings);
        policy.ok_or_else(|| Failure::Documents(Box::new(report)))
    }
}

fn files_in(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = fs::read_dir(path).map_err(|error| Failure::file(path, error))?;
    let is_document = |path: &PathBuf| {
        path.is_file()
            && path.extension().is_some_and(|ending| ["json", "yaml", "yml"].iter().any(|one| ending == *one))
    };
    let files: Vec<_> = entries.flatten().map(|entry| entry.path()).filter(is_document).collect();
    if files.is_empty() {
        return Err(Failure::file(path, "the directory has no *.json, *.yaml or *.yml"));
    }
    Ok(files)
}

/// Each path with the name that reports give it: its file's, where no other has the same, else the whole path.
fn named(paths: &[PathBuf]) -> Vec<(&PathBuf, String)> {
    let mut times: BTreeMap<_, usize> = BTreeMap::new();
    for path in paths {
        *times.entry(path.file_name()).or_default() += 1;
    }
    let name = |path: &PathBuf| match path.file_name() {
        Some(name) if times.get(&Some(name)) == Some(&1) => name.to_string_lossy().into_owned(),
        _ => path.display().to_string(),
    };
    paths.iter().map(|path| (path, name(path))).collect()
}

/// A file's text, of which no more is read than a document may have.
fn text(path: &Path) -> Result<String, String> {
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| error.to_string())?;
    let most = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    file.take(most).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() > MAX_BYTES {
        return Err(InvalidDocument::TooLong.to_string());
    }
    String::from_utf8(bytes).map_err(|error| {
        let place = error.utf8_error().valid_up_to();
        let line = error.as_bytes().iter().take(place).filter(|byte| **byte == b'\n').count() + 1;
        format!("it is not UTF-8 from byte {place} on, in line {line}")
    })
}
