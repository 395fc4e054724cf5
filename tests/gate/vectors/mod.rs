//! Golden vectors: made here, kept in `tests/corpus/`, replayed against the built Worker by `tests/edge/`.
//!
//! `TIDEGATE_REGENERATE_VECTORS=1 cargo test --test gate vectors` rewrites the files.

mod access;
mod body_cases;
mod decision_cases;
mod decisions;
pub mod paths;
mod policies;
mod records;
pub mod replies;
mod tokens;

use serde_json::Value;

use super::support::project_path;

/// Compares `vectors` with the committed file, or rewrites that.
fn compare(file: &str, vectors: &Value) {
    let path = project_path(&format!("tests/corpus/{file}"));
    if std::env::var_os("TIDEGATE_REGENERATE_VECTORS").is_some() {
        let text = serde_json::to_string_pretty(vectors).unwrap();
        std::fs::write(&path, format!("{text}\n")).unwrap();
    }
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let committed: Value = serde_json::from_str(&text).unwrap();
    if committed == *vectors {
        return;
    }
    match (committed["cases"].as_array(), vectors["cases"].as_array()) {
        (Some(old), Some(new)) if old.len() == new.len() => {
            for (old, new) in old.iter().zip(new) {
                assert_eq!(old, new, "{file} differs from what the code makes; regenerate it if that is meant");
            }
        }
        _ => {}
    }
    panic!("{file} differs from what the code makes; regenerate it if that is meant");
}
