//! What is asked of every list of requirements.

use super::library::Library;
use super::objects::{MAX_ALTERNATIVES, Requirements, Security};
use super::target::Target;
use crate::json::Map;

/// What is said of security that a merge key of YAML brought.
pub(super) const MERGED: &str = "its security comes from a merge key (<<); make sure that it is meant";

/// What is said of security at a path item.
pub(super) const OF_A_PATH: &str =
    "it has security, which OpenAPI has for an operation and for the document, not for a path";

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
    Ok(Some(found.into_iter().map(|one| by_name(one, library)).collect()))
}

/// A requirement with the names of its schemes. Since OpenAPI 3.2 one can be meant by its URI; what is a scheme's name is that name
/// all the same. A URI that leads elsewhere stays, and is the name of no scheme.
fn by_name(requirement: &Map<Vec<String>>, library: &Library<'_>) -> Map<Vec<String>> {
    let mut named = Map::<Vec<String>>::default();
    for (key, scopes) in requirement.iter() {
        let name = library.scheme_by_uri(key).unwrap_or_else(|| key.clone());
        match named.get_mut(&name) {
            Some(others) => others.extend(scopes.iter().cloned()),
            None => _ = named.insert(name, scopes.clone()),
        }
    }
    named
}

impl Library<'_> {
    /// The name of the document's security scheme that a URI leads to.
    fn scheme_by_uri(&self, uri: &str) -> Option<String> {
        if !self.source.is_of_3_2() {
            return None;
        }
        let schemes = self.components().and_then(|components| self.schemes(&components.security_schemes)).ok()?;
        if schemes.contains_key(uri) {
            return None;
        }
        // By its own address the document means itself.
        let within = uri.strip_prefix(self.own_uri()).filter(|rest| rest.starts_with('#')).unwrap_or(uri);
        let Target { file, tokens } = Target::parse(within)?;
        match <[String; 3]>::try_from(tokens).ok()? {
            [components, kind, name] if file.is_empty() && components == "components" && kind == "securitySchemes" => {
                schemes.contains_key(&name).then_some(name)
            }
            _ => None,
        }
    }
}
