//! Reading OpenAPI documents from files and directories.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use tidegate::core::openapi::{Compiled, Document, Finding, InvalidDocument, MAX_BYTES, Settings, compile};
use tidegate::core::policy::Policy;

/// What was read: documents, and for each file that is none the reason.
#[derive(Default)]
pub struct Documents {
    /// The documents, each named as its file.
    pub readable: Vec<Document>,
    /// Their texts, in the same order.
    pub texts: Vec<String>,
    /// Their titles, in the same order.
    pub titles: Vec<String>,
    /// The files that are no documents.
    pub unreadable: Vec<Finding>,
}

impl Documents {
    /// Reads files and, where one is a directory, the documents in it.
    pub fn read(arguments: &[impl AsRef<Path>]) -> Result<Self> {
        let mut paths = Vec::new();
        for argument in arguments {
            paths.extend(files_in(argument.as_ref())?);
        }
        paths.sort();
        paths.dedup();
        if paths.is_empty() {
            bail!("name at least one OpenAPI document");
        }
        let mut documents = Self::default();
        for (path, name) in named(&paths) {
            match text(path).and_then(|text| Ok((Document::parse(&text).map_err(|error| error.to_string())?, text))) {
                Ok((document, text)) => documents.push(document, &name, text),
                Err(message) => documents.unreadable.push(Finding { document: name, message, ..Finding::default() }),
            }
        }
        Ok(documents)
    }

    fn push(&mut self, document: Document, name: &str, text: String) {
        self.titles.push(document.title().to_owned());
        self.readable.push(document.named(name));
        self.texts.push(text);
    }

    /// The text of the one document.
    pub fn only(&self) -> Result<&str> {
        match (self.texts.as_slice(), self.unreadable.as_slice()) {
            ([text], []) => Ok(text),
            ([], [error]) => bail!("{error}"),
            _ => bail!("name one document"),
        }
    }

    /// Compiles what could be read. What could not be is an error of the report, and there is no policy then.
    pub fn compile(&self, settings: &Settings) -> Compiled {
        let Compiled { policy, mut report } = compile(&self.readable, settings);
        report.errors.splice(0..0, self.unreadable.iter().cloned());
        Compiled { policy: policy.filter(|_| report.errors.is_empty()), report }
    }

    /// The policy that they are; with errors they are none.
    pub fn policy(&self, settings: &Settings) -> Result<Policy> {
        let Compiled { policy, report } = self.compile(settings);
        let errors = || report.errors.iter().map(|error| format!("\n  {error}")).collect::<String>();
        policy.with_context(|| format!("the documents are no policy:{}", errors()))
    }
}

fn files_in(path: &Path) -> Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = fs::read_dir(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let is_document = |path: &PathBuf| {
        path.is_file()
            && path.extension().is_some_and(|ending| ["json", "yaml", "yml"].iter().any(|one| ending == *one))
    };
    let files: Vec<_> = entries.flatten().map(|entry| entry.path()).filter(is_document).collect();
    if files.is_empty() {
        bail!("{} holds no *.json, *.yaml or *.yml", path.display());
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
        let line = error.as_bytes()[..place].iter().filter(|byte| **byte == b'\n').count() + 1;
        format!("it is not UTF-8 from byte {place} on, in line {line}")
    })
}
