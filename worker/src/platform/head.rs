//! Header fields as JavaScript takes them.

/// Alternating names and values of fields, one a line, for http.js: a value holds no line end (RFC 9110 section 5.5).
pub(crate) fn lines<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let lines: Vec<_> = fields.into_iter().flat_map(|(name, value)| [name, value]).collect();
    lines.join("\n")
}
