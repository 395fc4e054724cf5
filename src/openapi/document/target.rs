//! Where a `$ref` leads: a file, and a JSON pointer in it (RFC 6901), in the fragment of a URI (section 6).

use percent_encoding::percent_decode_str;

/// The longest reference that is followed, in bytes: thousands of operations can come by it.
const MAX_REFERENCE: usize = 1024;

/// How many references are followed one after another; a chain that is longer is a circle, or might as well be.
pub(super) const MOST_STEPS: usize = 16;

/// A place in a document, or in a file below its folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Target {
    /// The file, by its path from the document's folder; empty for the document itself.
    pub file: String,
    /// The pointer's reference tokens, unescaped.
    pub tokens: Vec<String>,
}

/// What a reference is expected to lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Components,
    Content,
    Flow,
    Flows,
    MediaType,
    Operation,
    Parameter,
    Parameters,
    PathItem,
    Paths,
    RequestBody,
    Requirement,
    Requirements,
    Schema,
    Schemas,
    Schemes,
    Scopes,
    SecurityScheme,
    Server,
    Servers,
    Webhooks,
}

impl Target {
    /// `None` where it leads to another host or out of the folder, is not a pointer, or is too long.
    pub fn parse(reference: &str) -> Option<Self> {
        if reference.len() > MAX_REFERENCE {
            return None;
        }
        let (file, pointer) = reference.split_once('#').unwrap_or((reference, ""));
        let pointer = percent_decode_str(pointer).decode_utf8().ok()?;
        let tokens = match pointer.strip_prefix('/') {
            Some(tokens) => tokens.split('/').map(|token| token.replace("~1", "/").replace("~0", "~")).collect(),
            None if pointer.is_empty() => Vec::new(),
            None => return None,
        };
        let file = percent_decode_str(file).decode_utf8().ok()?;
        let file = if file.is_empty() { String::new() } else { joined("", &file)? };
        Some(Self { file, tokens })
    }

    /// One text for all ways to write it.
    pub fn key(&self) -> String {
        let tokens = self.tokens.iter().flat_map(|token| ["/".to_owned(), token.replace('~', "~0").replace('/', "~1")]);
        std::iter::once(format!("{}#", self.file)).chain(tokens).collect()
    }
}

/// A reference that stands in `file`, as the document itself would write it.
pub(super) fn rebased(file: &str, reference: &str) -> String {
    if reference.contains("://") {
        return reference.to_owned();
    }
    let (path, pointer) = reference.split_once('#').unwrap_or((reference, ""));
    let path = if path.is_empty() { Some(file.to_owned()) } else { joined(file, path) };
    // What leads out of the folder stays so, and leads nowhere.
    path.map_or_else(|| reference.to_owned(), |path| format!("{path}#{pointer}"))
}

/// The file that `path` means in `file`, from the document's folder; `None` outside of it.
fn joined(file: &str, path: &str) -> Option<String> {
    if path.contains("://") || path.starts_with('/') || path.contains(['\\', ':', '\0']) {
        return None;
    }
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut segments: Vec<&str> = folder.split('/').filter(|segment| !segment.is_empty()).collect();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()?),
            other => segments.push(other),
        }
    }
    (!segments.is_empty()).then(|| segments.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_one_key() {
        for (reference, key) in [
            ("#/components/schemas/A", "#/components/schemas/A"),
            ("#/paths/~1a~1%7Bid%7D/get", "#/paths/~1a~1{id}/get"),
            ("#/x/a%7E1b", "#/x/a~1b"),
            ("#", "#"),
            ("paths/a.yaml", "paths/a.yaml#"),
            ("./paths/../a%20b.yaml#/x", "a b.yaml#/x"),
        ] {
            assert_eq!(Target::parse(reference).unwrap().key(), key);
        }
        for reference in ["#anchor", "../a.yaml", "/etc/passwd", "https://a.example/b#/c", "a/../../b", "C:\\a", "."] {
            assert_eq!(Target::parse(reference), None, "{reference}");
        }
        assert_eq!(Target::parse(&format!("#/{}", "a".repeat(MAX_REFERENCE))), None);
    }

    #[test]
    fn a_reference_of_a_file_is_told_from_the_folder() {
        for (reference, rebased_so) in [
            ("#/x", "paths/a.yaml#/x"),
            ("b.yaml", "paths/b.yaml#"),
            ("../c.yaml#/d", "c.yaml#/d"),
            ("../../c.yaml", "../../c.yaml"),
            ("https://a.example/b", "https://a.example/b"),
        ] {
            assert_eq!(rebased("paths/a.yaml", reference), rebased_so);
        }
    }
}
