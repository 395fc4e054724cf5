//! What is asked of every list of requirements.

use crate::json::Map;

/// How many alternatives an operation may have: every operation can share the document's.
pub(super) const MAX_ALTERNATIVES: usize = 100;

/// What is said of security that a merge key of YAML brought.
pub(super) const MERGED: &str = "its security comes from a merge key (<<); make sure that it is meant";

/// What is wrong with a list that has too many alternatives.
pub(super) fn too_many(alternatives: &[Map<Vec<String>>]) -> Option<String> {
    (alternatives.len() > MAX_ALTERNATIVES).then(|| format!("it has over {MAX_ALTERNATIVES} alternatives"))
}
