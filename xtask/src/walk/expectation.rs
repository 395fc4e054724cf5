//! Compares the output of a block with the output that its page shows.

/// The first expected line that the output lacks. Lines are searched in order; `…` stands for anything.
pub fn first_missing(expected: &str, output: &str) -> Option<String> {
    let mut output = output.lines().map(str::trim);
    let mut wanted = expected.lines().map(str::trim).filter(|line| !line.is_empty() && *line != "…");
    wanted.find(|pattern| !output.any(|line| matches(pattern, line))).map(str::to_owned)
}

/// Whether the whole line is as the pattern says, `…` standing for any run of characters.
fn matches(pattern: &str, line: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('…') else {
        return pattern == line;
    };
    let Some(mut line) = line.strip_prefix(start) else {
        return false;
    };
    let (middle, end) = rest.rsplit_once('…').unwrap_or(("", rest));
    for part in middle.split('…') {
        let Some((_, after)) = line.split_once(part) else {
            return false;
        };
        line = after;
    }
    line.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ellipsis_stands_for_any_run_of_characters() {
        for (pattern, line) in
            [("a", "a"), ("a…", "abc"), ("…c", "abc"), ("a…c", "abc"), ("…b…", "abc"), ("a…b…c", "abc")]
        {
            assert!(matches(pattern, line), "{pattern} {line}");
        }
        for (pattern, line) in [("a", "ab"), ("a…", "ba"), ("…c", "cd"), ("ab…bc", "abc"), ("…x…", "abc")] {
            assert!(!matches(pattern, line), "{pattern} {line}");
        }
    }

    #[test]
    fn expected_lines_are_found_in_order() {
        let output = "HTTP/1.1 200 OK\r\nDate: now\r\n\r\n{\"a\": 1}\n";
        assert_eq!(first_missing("HTTP/1.1 200 OK\n…\n{…1}\n", output), None);
        assert_eq!(first_missing("{…}\nHTTP/1.1 200 OK\n", output).as_deref(), Some("HTTP/1.1 200 OK"));
    }
}
