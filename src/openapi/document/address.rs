//! The parts of addresses (RFC 3986).

/// What follows scheme and host, with its slash; `None` where there is no host.
pub(super) fn after_authority(url: &str) -> Option<&str> {
    let scheme = url.split_once("://").filter(|(scheme, _)| !scheme.contains('/'));
    let rest = scheme.map(|(_, rest)| rest).or_else(|| url.strip_prefix("//"))?;
    Some(rest.find('/').and_then(|at| rest.get(at..)).unwrap_or_default())
}

/// The path of a document's address up to its last slash; none where it has no path from the top.
pub(super) fn folder(own_uri: &str) -> Option<&str> {
    let uri = own_uri.split(['?', '#']).next().unwrap_or_default();
    let path = after_authority(uri).or_else(|| uri.starts_with('/').then_some(uri))?;
    Some(path.rsplit_once('/').map_or("", |(folder, _)| folder))
}

/// `api.example.com/v1`, `localhost:8080`: by RFC 3986 a relative path and a scheme, and hardly meant so.
pub(super) fn is_like_a_host(url: &str) -> bool {
    let first = url.split('/').next().unwrap_or_default();
    first.contains(':') || (first.contains('.') && !first.starts_with('.') && !url.contains('{'))
}

/// The path without dot segments (RFC 3986 section 5.2.4).
pub(super) fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        match segment {
            "." => {}
            ".." => drop(kept.pop()),
            other => kept.push(other),
        }
        if is_last && matches!(segment, "." | "..") {
            kept.push("");
        }
    }
    kept.iter().flat_map(|segment| ["/", segment]).collect()
}
