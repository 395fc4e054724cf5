//! The API behind the gates: a large one if its documents are there, otherwise the demo's.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tidegate::openapi::{Compiled, Document, compile};
use tidegate::policy::Policy;

use xtask::project;

/// An API, and one integration that may use it.
pub struct Api {
    /// Its name in reports.
    pub name: &'static str,
    /// The sub-account that everything belongs to.
    pub owner: &'static str,
    /// The target of a GET that needs the first of the scopes and names the owner.
    pub target: &'static str,
    /// The target of a POST with a body.
    pub upload: &'static str,
    /// The scopes of the integration.
    pub scopes: &'static [&'static str],
}

const DOCUMENTS: &str = "../shared/highlevel/openapi";
const HIGHLEVEL: Api = Api {
    name: "HighLevel (../shared/highlevel)",
    owner: "ve9EPM428h8vShlRW1KT",
    target: "/locations/ve9EPM428h8vShlRW1KT/customFields?model=contact",
    upload: "/locations/ve9EPM428h8vShlRW1KT/customFields/upload",
    scopes: &[
        "locations/customFields.readonly",
        "locations/customFields.write",
        "locations/customValues.readonly",
        "locations/tags.readonly",
        "locations.readonly",
        "contacts.readonly",
        "contacts.write",
        "calendars.readonly",
        "calendars/events.readonly",
        "opportunities.readonly",
    ],
};
const DEMO: Api = Api {
    name: "the demo API (../shared/highlevel is not there)",
    owner: "acme",
    target: "/locations/acme",
    upload: "/contacts/",
    scopes: &["locations.readonly", "contacts.readonly", "contacts.write"],
};

/// The policy of the large API, if its documents are there.
pub fn real_policy() -> Result<Option<Policy>> {
    if project::path(DOCUMENTS).is_dir() { Ok(Some(large_or_demo()?.1)) } else { Ok(None) }
}

/// The large API if its documents are there, otherwise the demo's; and its policy.
pub fn large_or_demo() -> Result<(Api, Policy)> {
    let documents = project::path(DOCUMENTS);
    let (api, documents, settings) = match documents.is_dir() {
        true => (HIGHLEVEL, documents, "tests/corpus/highlevel-settings.json"),
        false => (DEMO, project::path("examples/demo-api/openapi.json"), "examples/demo-api/settings.json"),
    };
    let settings = fs::read_to_string(project::path(settings)).with_context(|| format!("{settings} cannot be read"))?;
    let Compiled { policy, report, .. } = compile(&self::documents(&documents)?, &serde_json::from_str(&settings)?);
    Ok((api, policy.with_context(|| report.to_string())?.with_rev(1)))
}

/// A document, or all documents in a directory in the order of their names.
fn documents(path: &Path) -> Result<Vec<Document>> {
    let mut files = vec![path.to_owned()];
    if path.is_dir() {
        files = fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
        files.retain(|file| file.extension().is_some_and(|ending| ending == "json"));
        files.sort();
    }
    let read = |file: &PathBuf| {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        Ok(Document::parse(&fs::read_to_string(file)?).with_context(|| name.to_string())?.named(&name))
    };
    files.iter().map(read).collect()
}
