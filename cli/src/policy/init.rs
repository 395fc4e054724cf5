//! `tidegate policy init`: settings to start from.

use std::fs::OpenOptions;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use tidegate::json::Map;
use tidegate::openapi::{Choice, Compiled, Report, Suggestion, init};

use super::documents::{DocumentFiles, Documents};
use crate::exit::{End, Failure};
use crate::output::Output;

/// The arguments.
#[derive(Args)]
#[command(after_help = "\
On a terminal it asks about what the documents leave open; a star is beside what it suggests. \
The settings are YAML with the reason for each field as a comment.")]
pub struct Init {
    #[command(flatten)]
    documents: DocumentFiles,
    /// Where the settings go; - prints them
    #[arg(long = "output", short = 'o', value_name = "FILE", default_value = "tidegate.yaml")]
    file: PathBuf,
    /// Ask nothing, and accept the suggestions
    #[arg(long, short)]
    yes: bool,
    /// Replace the file, where there is one
    #[arg(long)]
    force: bool,
}

/// What is told in JSON.
#[derive(Serialize)]
struct Made<'a> {
    #[serde(flatten)]
    suggestion: &'a Suggestion,
    report: &'a Report,
}

impl Init {
    /// Writes the settings, and prints the report on the documents with them. Documents are looked at together: where one cannot be
    /// read, nothing is written.
    pub fn run(self, output: Output) -> Result<End, Failure> {
        let is_printed = self.file.as_os_str() == "-";
        if !is_printed && !self.force && self.file.exists() {
            return Err(Failure::file(&self.file, "it exists; --force replaces it, --output names another"));
        }
        let documents = self.documents.read(&[self.file.as_path()])?;
        documents.all_readable()?;
        let suggestion = self.suggestion(&documents)?;
        let Compiled { report, .. } = documents.compile(&suggestion.settings);
        let yaml = suggestion.to_yaml();
        if !is_printed {
            self.write(&yaml).map_err(|error| Failure::file(&self.file, error))?;
        }
        let shown = match is_printed {
            true => yaml,
            false => {
                format!("{report}\nThe settings are in {}; read them before you publish.\n", self.file.display())
            }
        };
        output.print(&Made { suggestion: &suggestion, report: &report }, &shown)?;
        Ok(if report.errors.is_empty() { End::Done } else { End::Documents })
    }

    /// What is suggested, as far as nobody at the terminal says otherwise.
    fn suggestion(&self, documents: &Documents) -> Result<Suggestion, Failure> {
        let mut picked = Map::default();
        let mut suggestion = init(&documents.readable, &picked);
        if self.yes || !io::stdin().is_terminal() {
            return Ok(suggestion);
        }
        let mut lines = io::stdin().lock().lines();
        // An answer can change what is left to ask.
        while let Some(choice) =
            suggestion.choices.iter().find(|choice| choice.options.len() > 1 && !picked.contains_key(&choice.field))
        {
            let answer = ask(choice, &mut lines)?;
            picked.insert(choice.field.clone(), answer);
            suggestion = init(&documents.readable, &picked);
        }
        Ok(suggestion)
    }

    fn write(&self, yaml: &str) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true);
        let options = if self.force { options.create(true).truncate(true) } else { options.create_new(true) };
        options.open(&self.file)?.write_all(yaml.as_bytes())
    }
}

/// Asks on the terminal until one of the options is chosen; an empty answer is the suggested one.
fn ask(choice: &Choice, lines: &mut impl Iterator<Item = io::Result<String>>) -> Result<usize, Failure> {
    let mut terminal = io::stderr().lock();
    writeln!(terminal, "\n{}\n  ({})", visible(&choice.question), visible(&choice.why))?;
    for (option, number) in choice.options.iter().zip(1_usize..) {
        let mark = if number == choice.chosen.saturating_add(1) { "*" } else { " " };
        writeln!(terminal, "  {mark} {number}  {}", visible(option))?;
    }
    loop {
        write!(terminal, "[{}] ", choice.chosen.saturating_add(1))?;
        terminal.flush()?;
        let Some(line) = lines.next().transpose()? else { return Ok(choice.chosen) };
        match line.trim() {
            "" => return Ok(choice.chosen),
            text => match text.parse::<usize>() {
                Ok(number) if (1..=choice.options.len()).contains(&number) => return Ok(number.saturating_sub(1)),
                _ => writeln!(terminal, "1 to {}", choice.options.len())?,
            },
        }
    }
}

/// A document's text without what a terminal would take for a command.
fn visible(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice() -> Choice {
        Choice {
            field: "f".to_owned(),
            question: "Which?".to_owned(),
            why: "why".to_owned(),
            options: vec!["a".to_owned(), "b".to_owned()],
            chosen: 1,
        }
    }

    #[test]
    fn an_answer_is_the_number_of_an_option() {
        for (answers, expected) in
            [(vec!["1"], 0), (vec![""], 1), (vec!["3", "x", "0", "2"], 1), (vec!["9"], 1), (vec![], 1)]
        {
            let mut lines = answers.iter().map(|line| Ok((*line).to_owned()));
            assert_eq!(ask(&choice(), &mut lines).unwrap(), expected, "{answers:?}");
        }
    }
}
