//! The keys of `paths`: a path, and what is no part of it.

/// The path alone of a path key: neither a query nor a fragment is part of a path, nor RFC 6570's forms of them (`{?page}`) at its
/// end.
pub(super) fn path_alone(key: &str) -> &str {
    let mut depth = 0_usize;
    let end = key.char_indices().find(|(at, letter)| {
        let is_end = match letter {
            '{' => key.get(*at..).is_some_and(are_expansions),
            '?' | '#' => depth == 0,
            _ => false,
        };
        depth = match letter {
            '{' => depth.saturating_add(1),
            '}' => depth.saturating_sub(1),
            _ => depth,
        };
        is_end
    });
    end.and_then(|(at, _)| key.get(..at)).unwrap_or(key)
}

/// Whether a text is nothing but queries and fragments as RFC 6570 (section 3.2) has them: `{?page}{&size}`.
fn are_expansions(text: &str) -> bool {
    let inside = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    inside.is_some_and(|inside| {
        inside.split("}{").all(|one| one.starts_with(['?', '&', '#']) && !one.contains(['{', '}']))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_and_a_fragment_are_no_part_of_a_path() {
        for (key, path) in [
            ("/a", "/a"),
            ("/a?b=c", "/a"),
            ("/a/{id}#copy", "/a/{id}"),
            ("/a/{id?}", "/a/{id?}"),
            ("/a/{id?}?b", "/a/{id?}"),
            ("/a{?page,size}", "/a"),
            ("/a/{id}{&x}", "/a/{id}"),
            ("/a{?x}{&y}{#z}", "/a"),
            // A query ends a path, and a brace alone is no query: the key stays whole, and the template refuses it.
            ("/a{?x}/b", "/a{?x}/b"),
            ("/a{?x", "/a{?x"),
            ("/a{", "/a{"),
            ("/a{?x}y}", "/a{?x}y}"),
            ("/#a", "/"),
            ("?a", ""),
        ] {
            assert_eq!(path_alone(key), path, "{key}");
        }
    }
}
