//! The lines of a file of variables, as wrangler reads them.

/// The value of a line `NAME=VALUE`, as wrangler reads it (with dotenv): the last such line counts. An empty value counts as
/// missing, as it does for the gate. A value over several lines is not read.
pub fn value<'a>(lines: &'a str, name: &str) -> Option<&'a str> {
    let value = lines.lines().rev().find_map(|line| text(after_name(line, name)?));
    value.filter(|value| !value.is_empty())
}

/// What stands behind `NAME=` or `export NAME=`.
pub fn after_name<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let line = line.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '\u{feff}');
    let exported = line.strip_prefix("export").filter(|rest| rest.starts_with(char::is_whitespace));
    let rest = exported.unwrap_or(line).trim_start().strip_prefix(name)?;
    let with_colon = || rest.strip_prefix(':').filter(|rest| rest.starts_with(char::is_whitespace));
    rest.trim_start().strip_prefix('=').or_else(with_colon)
}

/// The value without quotation marks, and without a comment.
fn text(value: &str) -> Option<&str> {
    let value = value.trim();
    let quoted = ['"', '\'', '`'].iter().find_map(|mark| value.strip_prefix(*mark)?.split_once(*mark));
    match quoted {
        Some((quoted, rest)) if matches!(rest.trim_start().chars().next(), None | Some('#')) => Some(quoted),
        _ => value.split('#').next().map(str::trim_end),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::process::Command;

    use super::*;
    use crate::{process, project};

    /// The lines of a file, with the value that the first word of each has for wrangler.
    const LINES: [(&str, Option<&str>); 18] = [
        ("A=x", Some("x")),
        ("A = \"x\"", Some("x")),
        ("  export A='x'", Some("x")),
        ("export\tA=x", Some("x")),
        ("exportA=x", None),
        ("A: x", Some("x")),
        ("A:x", None),
        ("A=\"x\" # mine", Some("x")),
        ("A='x # y'", Some("x # y")),
        ("A=x # mine", Some("x")),
        ("A=x#y", Some("x")),
        ("A=`x`", Some("x")),
        ("A=\"x", Some("\"x")),
        ("A=x=y", Some("x=y")),
        ("A=", None),
        ("A=\"\"", None),
        ("#A=x", None),
        ("A=x\nA=y\nAB=z", Some("y")),
    ];

    /// Prints what wrangler itself reads in each folder.
    const READ: &str = r#"
        const { unstable_getVarsForDev: read } = require("wrangler");
        const [folder, count] = process.argv.slice(1);
        const files = [...Array(Number(count)).keys()].map((at) => `${folder}/${at}/wrangler.toml`);
        const values = files.map((file) => read(file, undefined, {}, undefined, true).A?.value || null);
        console.log(JSON.stringify(values));
    "#;

    #[test]
    fn a_line_is_read_as_wrangler_reads_it() {
        for (lines, expected) in LINES {
            assert_eq!(value(lines, "A"), expected, "{lines}");
        }
        if !project::path("node_modules/wrangler").is_dir() {
            println!("SKIPPED: wrangler is not installed");
            return;
        }
        let directory = std::env::temp_dir().join(format!("tidegate-lines-{}", std::process::id()));
        for (at, (lines, _)) in LINES.iter().enumerate() {
            let place = directory.join(at.to_string());
            fs::create_dir_all(&place).unwrap();
            fs::write(place.join(".dev.vars"), lines).unwrap();
        }
        let mut node = Command::new("node");
        node.args(["-e", READ]).arg(&directory).arg(LINES.len().to_string()).current_dir(project::root());
        let read: Vec<Option<String>> = serde_json::from_str(&process::output(&mut node).unwrap()).unwrap();
        fs::remove_dir_all(&directory).unwrap();
        assert_eq!(read, LINES.map(|(_, expected)| expected.map(str::to_owned)));
    }
}
