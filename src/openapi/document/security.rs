//! What is asked of every list of requirements.

use super::objects::{MAX_ALTERNATIVES, Requirements, Security};
use super::resolve::Library;

/// What is said of security that a merge key of YAML brought.
pub(super) const MERGED: &str = "its security comes from a merge key (<<); make sure that it is meant";

/// The requirements of a list, wherever they stand.
///
/// # Errors
/// What in it cannot be understood.
pub(super) fn requirements<'a>(
    list: Option<&'a Requirements>,
    library: &Library<'a>,
) -> Result<Option<Security>, String> {
    // What cannot be read is told by the reader, and is no empty list, which would be open to anyone.
    let Some(list) = list.filter(|list| list.is_readable()) else { return Ok(None) };
    let found = library.security(list).map_err(|reference| library.leads_nowhere(reference))?;
    if found.len() > MAX_ALTERNATIVES {
        return Err(format!("it has over {MAX_ALTERNATIVES} alternatives"));
    }
    let texts = found.iter().flat_map(|one| one.iter());
    library.charge(texts.flat_map(|(name, scopes)| std::iter::once(name).chain(scopes)).map(String::len))?;
    Ok(Some(found.into_iter().cloned().collect()))
}
