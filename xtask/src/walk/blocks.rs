//! The fenced blocks of a section.

use anyhow::{Context, Result, bail};

const HEADING: &str = "## The walk";

/// Commands, and what they print if that is told.
#[derive(Debug)]
pub struct Block {
    /// Where it stands in the README.
    pub line: usize,
    /// What bash runs.
    pub script: String,
    /// Lines that the output must have.
    pub expected: Option<String>,
}

/// The blocks of the section.
pub fn blocks(markdown: &str) -> Result<Vec<Block>> {
    let mut blocks: Vec<Block> = Vec::new();
    for fence in fences(markdown)? {
        match (fence.language, blocks.last_mut()) {
            ("sh", _) => blocks.push(Block { line: fence.line, script: fence.text, expected: None }),
            ("text", Some(block)) if block.expected.is_none() => block.expected = Some(fence.text),
            ("text", _) => bail!("README.md:{}: no sh block stands before this text block", fence.line),
            _ => {}
        }
    }
    if blocks.iter().all(|block| block.expected.is_none()) {
        bail!("README.md: {HEADING:?} has no sh block with a text block after it");
    }
    Ok(blocks)
}

/// A fenced block.
struct Fence<'a> {
    line: usize,
    language: &'a str,
    text: String,
}

/// The fenced blocks of the section, up to the next heading of its level.
fn fences(markdown: &str) -> Result<Vec<Fence<'_>>> {
    let mut fences = Vec::new();
    let mut lines = markdown.lines().enumerate();
    lines
        .by_ref()
        .find(|(_, line)| line.trim_end() == HEADING)
        .with_context(|| format!("README.md has no {HEADING:?}"))?;
    while let Some((number, line)) = lines.next() {
        if line.starts_with("## ") || line.starts_with("# ") {
            break;
        }
        let Some(language) = line.strip_prefix("```") else {
            continue;
        };
        let text = lines.by_ref().map(|(_, line)| line).take_while(|line| line.trim_end() != "```");
        let text = text.flat_map(|line| [line, "\n"]).collect();
        fences.push(Fence { line: number + 1, language: language.trim(), text });
    }
    Ok(fences)
}

#[cfg(test)]
mod tests {
    use super::*;

    const README: &str = "\
# Name
```sh
not this
```
## The walk
```sh
# a comment, no heading
A=1
```
```sh
echo $A
```
Words.
```text
1
```
```json
{}
```
## After
```sh
nor this
```
";

    #[test]
    fn blocks_are_those_of_the_section() {
        let blocks = blocks(README).unwrap();
        assert_eq!(blocks.iter().map(|block| block.line).collect::<Vec<_>>(), [6, 10]);
        assert_eq!(blocks[0].script, "# a comment, no heading\nA=1\n");
        assert_eq!(blocks[0].expected, None);
        assert_eq!(blocks[1].expected.as_deref(), Some("1\n"));
    }

    #[test]
    fn a_walk_without_an_expectation_is_refused() {
        assert!(blocks("## The walk\n```sh\ntrue\n```\n").is_err());
        assert!(blocks("## The walk\n```text\n1\n```\n").is_err());
        assert!(blocks("# Name\n").is_err());
    }
}
