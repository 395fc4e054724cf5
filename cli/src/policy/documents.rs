//! Reading OpenAPI documents from files and directories.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::Args;
use tidegate::openapi::{Compiled, Document, Finding, InvalidDocument, MAX_BYTES, Report, Settings, compile};
use tidegate::policy::{EventType, Policy};
use tidegate::request::file_text;

use crate::exit::Failure;

/// The arguments that name documents.
#[derive(Args)]
pub struct DocumentFiles {
    /// OpenAPI documents in JSON or YAML, or directories of them (*.json, *.yaml, *.yml)
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

impl DocumentFiles {
    /// Reads them, without those `beside` them.
    ///
    /// # Errors
    /// As [`Documents::read`].
    pub fn read(&self, beside: &[&Path]) -> Result<Documents, Failure> {
        Documents::read(&self.files, beside)
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
    /// Reads files and, where one is a directory, the documents in it. The files `beside` them that are in the directory too, such as
    /// the settings, are not read. References are followed to files below a document's own directory; what is followed and no
    /// document itself is left out.
    ///
    /// # Errors
    /// [`Failure::Input`] for a file or a directory that cannot be read, and for a directory without documents. A file that is not a
    /// document is an error of the report instead, so that the others are reported too.
    pub fn read(arguments: &[PathBuf], beside: &[&Path]) -> Result<Self, Failure> {
        let beside: Vec<PathBuf> = beside.iter().filter_map(|path| path.canonicalize().ok()).collect();
        let mut paths = Vec::new();
        for argument in arguments {
            paths.extend(files_in(argument, &beside)?);
        }
        paths.sort();
        paths.dedup();
        let mut documents = Self::default();
        let mut followed = BTreeSet::new();
        let mut unreadable = Vec::new();
        for (path, name) in named(&paths) {
            let bytes = bytes(path).map_err(|error| Failure::file(path, error))?;
            let read = text(bytes).and_then(|text| {
                let document = Document::parse_with_files(&text, &mut |file| below(path, file, &mut followed));
                document.map_err(|error| error.to_string())
            });
            match read {
                Ok(document) => documents.push(document, &name),
                Err(message) => unreadable.push((path, Finding { document: name, message, ..Finding::default() })),
            }
        }
        let is_document = |path: &Path| !path.canonicalize().is_ok_and(|path| followed.contains(&path));
        documents.unreadable =
            unreadable.into_iter().filter(|(path, _)| is_document(path)).map(|(_, finding)| finding).collect();
        Ok(documents)
    }

    fn push(&mut self, document: Document, name: &str) {
        self.titles.push(document.title().to_owned());
        self.readable.push(document.named(name));
    }

    /// The one document.
    ///
    /// # Errors
    /// Those of [`Self::all_readable`], and [`Failure::Usage`] for several documents.
    pub fn only(&self) -> Result<&Document, Failure> {
        self.all_readable()?;
        match self.readable.as_slice() {
            [document] => Ok(document),
            _ => Err(Failure::Usage("--document NAME takes one FILE")),
        }
    }

    /// Nothing, where every file is a document.
    ///
    /// # Errors
    /// [`Failure::Documents`] with those that are not.
    pub fn all_readable(&self) -> Result<(), Failure> {
        if self.unreadable.is_empty() {
            return Ok(());
        }
        let mut report = Report::default();
        report.errors.clone_from(&self.unreadable);
        Err(Failure::Documents(Box::new(report)))
    }

    /// Compiles what could be read. What could not be read is an error of the report, and then there is no policy.
    pub fn compile(&self, settings: &Settings) -> Compiled {
        let Compiled { policy, mut report, event_types } = compile(&self.readable, settings);
        report.errors.splice(0..0, self.unreadable.iter().cloned());
        Compiled { policy: policy.filter(|_| report.errors.is_empty()), report, event_types }
    }

    /// Their policy.
    ///
    /// # Errors
    /// [`Failure::Documents`] where they have errors.
    pub fn policy(&self, settings: &Settings) -> Result<(Policy, Vec<EventType>), Failure> {
        let Compiled { policy, report, event_types } = self.compile(settings);
        let policy = policy.ok_or_else(|| Failure::Documents(Box::new(report)))?;
        Ok((policy, event_types))
    }
}

/// The file, or the documents in the directory: all but these.
fn files_in(path: &Path, beside: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = fs::read_dir(path).map_err(|error| Failure::file(path, error))?;
    let is_document = |path: &PathBuf| {
        path.is_file()
            && path
                .extension()
                .is_some_and(|ending| ["json", "yaml", "yml"].iter().any(|one| ending.eq_ignore_ascii_case(one)))
    };
    let is_beside = |path: &PathBuf| path.canonicalize().is_ok_and(|path| beside.contains(&path));
    let files = entries.flatten().map(|entry| entry.path()).filter(is_document);
    let files: Vec<_> = files.filter(|path| !is_beside(path)).collect();
    if files.is_empty() {
        return Err(Failure::file(path, "the directory has no document (*.json, *.yaml, *.yml)"));
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

/// The text of a file to which a document refers, by its path from the document's directory, which it must not leave by a link
/// either.
fn below(document: &Path, file: &str, followed: &mut BTreeSet<PathBuf>) -> Result<String, String> {
    let directory = document.parent().filter(|directory| !directory.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let directory = directory.canonicalize().map_err(|error| error.to_string())?;
    let path = directory.join(file).canonicalize().map_err(|error| format!("{file}: {error}"))?;
    if !path.starts_with(&directory) || !path.is_file() {
        return Err(format!("{file} is no file in the document's directory"));
    }
    let text = text(bytes(&path).map_err(|error| error.to_string())?)?;
    followed.insert(path);
    Ok(text)
}

/// A file's content, of which no more is read than a document may have and one byte.
fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn text(bytes: Vec<u8>) -> Result<String, String> {
    if bytes.len() > MAX_BYTES {
        return Err(InvalidDocument::TooLong.to_string());
    }
    file_text(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A directory of these files.
    fn directory(name: &str, files: &[(&str, &str)]) -> PathBuf {
        let directory = std::env::temp_dir().join(format!("tidegate-{name}-{}", std::process::id()));
        for (file, text) in files {
            let path = directory.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        directory
    }

    fn settings() -> Settings {
        let text = r#"{"schemes":{"key":{"level":"sub_account","private_integrations":true}},
                       "owner_parameters":{"sub_account":[{"name":"ownerId","body":true}]}}"#;
        serde_json::from_str(text).unwrap()
    }

    const MAIN: &str = "openapi: 3.0.3\ninfo: {title: Things}\nsecurity: [{key: []}]\npaths:\n  /things:\n    $ref: paths/things.yaml\n";
    const THINGS: &str = "get: {$ref: '../shared.yaml#/get'}\npost:\n  security: [{key: [things.write]}]\n  requestBody:\n    \
        content: {application/json: {schema: {$ref: 'thing.json'}}}\n";
    const SHARED: &str = "get:\n  parameters: [{$ref: '#/owner'}]\n  security: [{key: [things.read]}]\nowner: {name: ownerId, in: query}\n";
    const THING: &str = r#"{"properties":{"ownerId":{}}}"#;

    #[test]
    fn files_below_the_document_are_followed() {
        let files = [
            ("openapi.yaml", MAIN),
            ("paths/things.yaml", THINGS),
            ("shared.yaml", SHARED),
            ("paths/thing.json", THING),
        ];
        let directory = directory("followed", &files);
        // The directory as a whole: shared.yaml stands in it too, and is not a document.
        let compiled = Documents::read(std::slice::from_ref(&directory), &[]).unwrap().compile(&settings());
        assert_eq!(compiled.report.errors, []);
        let policy = compiled.policy.unwrap().to_json();
        for part in [
            r#""path":"/things","method":"GET","access":{"any_of":[{"level":"sub_account","scopes":["things.read"],"owner":[{"name":"ownerId","in":"query"}]"#,
            r#""path":"/things","method":"POST","access":{"any_of":[{"level":"sub_account","scopes":["things.write"],"owner":[{"name":"ownerId","in":"body"}]"#,
        ] {
            assert!(policy.contains(part), "{policy}");
        }
        fs::remove_dir_all(&directory).unwrap();
    }

    #[test]
    fn an_ending_in_capitals_is_one_too() {
        let directory = directory("capitals", &[("API.YAML", MAIN), ("notes.txt", "")]);
        assert_eq!(files_in(&directory, &[]).unwrap(), [directory.join("API.YAML")]);
        fs::remove_dir_all(&directory).unwrap();
    }

    #[test]
    fn another_encoding_is_named() {
        let directory = directory("encoded", &[("latin-1.yaml", ""), ("wide.yaml", ""), ("wider.json", "")]);
        let wide = format!("\u{feff}{MAIN}").encode_utf16().flat_map(u16::to_be_bytes).collect();
        let wider = THING.chars().flat_map(|letter| u32::from(letter).to_le_bytes()).collect();
        let files = [("latin-1.yaml", b"info:\n  title: Caf\xe9".to_vec()), ("wide.yaml", wide), ("wider.json", wider)];
        for (file, bytes) in files {
            fs::write(directory.join(file), bytes).unwrap();
        }
        let read = Documents::read(std::slice::from_ref(&directory), &[]).unwrap();
        let told: Vec<_> = read.unreadable.iter().map(|finding| finding.message.as_str()).collect();
        let latin = "the file is not UTF-8 from byte 18 on, in line 2";
        assert_eq!(told, [latin, "the file is in UTF-16; save it as UTF-8", "the file is in UTF-32; save it as UTF-8"]);
        fs::remove_dir_all(&directory).unwrap();
    }

    #[test]
    fn nothing_outside_of_the_documents_directory_is_read() {
        let elsewhere = directory("elsewhere", &[("secret.yaml", SHARED)]);
        let main = MAIN.replace("paths/things.yaml", "link.yaml#/get");
        let out = MAIN.replace("paths/things.yaml", "../tidegate-elsewhere/secret.yaml");
        let absent = MAIN.replace("paths/things.yaml", "absent.yaml");
        let host = MAIN.replace("paths/things.yaml", "https://example.com/things.yaml");
        let directory =
            directory("inside", &[("link/a.yaml", &main), ("b.yaml", &out), ("c.yaml", &absent), ("d.yaml", &host)]);
        std::os::unix::fs::symlink(elsewhere.join("secret.yaml"), directory.join("link/link.yaml")).unwrap();
        for (file, told) in [
            ("link/a.yaml", "link.yaml is no file in the document's directory"),
            ("b.yaml", "../tidegate-elsewhere/secret.yaml leads out of the document's folder"),
            ("c.yaml", "absent.yaml: No such file"),
            ("d.yaml", "leads to another host"),
        ] {
            let compiled = Documents::read(&[directory.join(file)], &[]).unwrap().compile(&settings());
            assert!(compiled.policy.is_none());
            let errors = &compiled.report.errors;
            assert!(
                errors.len() == 1 && errors[0].path == "/things" && errors[0].message.contains(told),
                "{file}: {errors:?}"
            );
        }
        fs::remove_dir_all(&directory).unwrap();
        fs::remove_dir_all(&elsewhere).unwrap();
    }
}
