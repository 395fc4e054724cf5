//! The fenced blocks of a section of a page.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::project;

/// Commands, and what they print if the page says so.
#[derive(Clone, Debug)]
pub struct Block {
    /// The page, from the project's root.
    pub page: &'static str,
    /// The line of the page where the block begins.
    pub line: usize,
    /// What bash runs.
    pub script: String,
    /// Lines that the output must have.
    pub expected: Option<String>,
}

/// A part of a page, from a heading to the next one of its level.
#[derive(Clone, Copy, Debug)]
pub struct Section {
    /// The page, from the project's root.
    pub page: &'static str,
    /// The line of its heading.
    pub heading: &'static str,
}

impl Section {
    /// The blocks of the section in the page as it is now.
    ///
    /// # Errors
    /// Where the page cannot be read, or [`Section::blocks_of`] fails.
    pub fn blocks(self) -> Result<Vec<Block>> {
        let markdown = fs::read_to_string(project::path(self.page)).with_context(|| self.page.to_string())?;
        self.blocks_of(&markdown)
    }

    /// The blocks of the section in this text of the page.
    ///
    /// # Errors
    /// Where the text has no such section, or no `sh` block of it is followed by a `text` block.
    pub fn blocks_of(self, markdown: &str) -> Result<Vec<Block>> {
        let Self { page, heading } = self;
        let mut blocks: Vec<Block> = Vec::new();
        for Fence { line, language, text } in self.fences(markdown)? {
            match (language, blocks.last_mut()) {
                ("sh", _) => blocks.push(Block { page, line, script: text, expected: None }),
                ("text", Some(block)) if block.expected.is_none() => block.expected = Some(text),
                ("text", _) => bail!("{page}:{line}: no sh block stands before this text block"),
                _ => {}
            }
        }
        if blocks.iter().all(|block| block.expected.is_none()) {
            bail!("{page}: {heading:?} has no sh block with a text block after it");
        }
        Ok(blocks)
    }

    fn fences(self, markdown: &str) -> Result<Vec<Fence<'_>>> {
        let mut fences = Vec::new();
        let mut lines = markdown.lines().enumerate();
        lines
            .by_ref()
            .find(|(_, line)| line.trim_end() == self.heading)
            .with_context(|| format!("{} has no {:?}", self.page, self.heading))?;
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
}

/// A fenced block.
struct Fence<'a> {
    line: usize,
    language: &'a str,
    text: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    const WALK: Section = Section { page: "README.md", heading: "## The walk" };

    const PAGE: &str = "\
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
        let blocks = WALK.blocks_of(PAGE).unwrap();
        assert_eq!(blocks.iter().map(|block| block.line).collect::<Vec<_>>(), [6, 10]);
        assert_eq!(blocks[0].script, "# a comment, no heading\nA=1\n");
        assert_eq!(blocks[0].expected, None);
        assert_eq!(blocks[1].expected.as_deref(), Some("1\n"));
    }

    #[test]
    fn a_walk_without_an_expectation_is_refused() {
        assert!(WALK.blocks_of("## The walk\n```sh\ntrue\n```\n").is_err());
        assert!(WALK.blocks_of("## The walk\n```text\n1\n```\n").is_err());
        assert!(WALK.blocks_of("# Name\n").is_err());
    }
}
