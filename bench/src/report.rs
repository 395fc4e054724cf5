//! The results: tables, and measurements compared with goals; as text, as Markdown, and in `target/bench.json`.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::machine;
use xtask::project;

const FILE: &str = "target/bench.json";

/// Everything that was measured here last.
#[derive(Default, Serialize, Deserialize)]
pub struct Report {
    parts: BTreeMap<String, Part>,
}

/// One part.
#[derive(Default, Serialize, Deserialize)]
pub struct Part {
    /// When, and on what machine.
    pub measured: String,
    /// Notes beside the numbers.
    pub notes: Vec<String>,
    /// The columns' names, and rows as long.
    pub table: Vec<Vec<String>>,
    /// Results beside what they should be.
    pub goals: Vec<Goal>,
    /// The numbers themselves.
    pub numbers: Value,
}

/// A result beside what it should be.
#[derive(Serialize, Deserialize)]
pub struct Goal {
    what: String,
    goal: String,
    result: String,
    met: bool,
}

impl Goal {
    /// `result` should be `goal` at least.
    pub fn at_least(what: &str, goal: f64, result: f64) -> Self {
        let (goal_text, result_text) = (format!("at least {goal}"), format!("{result:.2}"));
        Self { what: what.to_owned(), goal: goal_text, result: result_text, met: result >= goal }
    }

    /// The same with a remark.
    pub fn with(mut self, remark: &str) -> Self {
        self.result = format!("{} ({remark})", self.result);
        self
    }

    /// `result` should be `goal` at most; both in `unit`.
    pub fn at_most(what: &str, goal: f64, result: f64, unit: &str) -> Self {
        let (goal_text, result_text) = (format!("at most {goal} {unit}"), format!("{} {unit}", short(result)));
        Self { what: what.to_owned(), goal: goal_text, result: result_text, met: result <= goal }
    }
}

/// A number with three digits or so.
pub fn short(number: f64) -> String {
    match number.abs() {
        0.0 => "0".to_owned(),
        size if size >= 100.0 => format!("{number:.0}"),
        size if size >= 10.0 => format!("{number:.1}"),
        _ => format!("{number:.2}"),
    }
}

impl Part {
    /// A part that cannot be measured here.
    pub fn skipped(why: &str) -> Self {
        Self { notes: vec![format!("SKIPPED: {why}")], ..Self::default() }
    }

    /// Sets the columns' names.
    pub fn columns(&mut self, names: &[&str]) {
        self.row(names.iter().map(|name| (*name).to_owned()));
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.table.push(cells.into_iter().collect());
    }

    /// Table and notes, to be read in a terminal.
    pub fn text(&self) -> String {
        let mut text = aligned(&self.table);
        for note in &self.notes {
            text += &format!("{note}\n");
        }
        text
    }

    fn markdown(&self, name: &str) -> String {
        let mut text = format!("### {name}\n\n{}.\n", self.measured);
        let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        if let Some((head, rows)) = self.table.split_first() {
            let rule: Vec<_> = head.iter().enumerate().map(|(at, _)| if at == 0 { "---" } else { "---:" }).collect();
            text += &format!("\n{}| {} |\n", line(head), rule.join(" | "));
            text.extend(rows.iter().map(|row| line(row)));
        }
        text.extend(self.notes.iter().map(|note| format!("\n{note}\n")));
        text
    }
}

fn aligned(table: &[Vec<String>]) -> String {
    let columns = table.first().map_or(0, Vec::len);
    let width = |at: usize| table.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..columns).filter_map(width).collect();
    let cell = |(at, (cell, width)): (usize, (&String, &usize))| match at {
        0 => format!("{cell:<width$}"),
        _ => format!("  {cell:>width$}"),
    };
    let line = |row: &Vec<String>| row.iter().zip(&widths).enumerate().map(cell).collect::<String>() + "\n";
    table.iter().map(line).collect()
}

impl Report {
    /// What is there from earlier runs.
    pub fn read() -> Self {
        let text = fs::read_to_string(project::path(FILE)).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// Puts in a part, in place of an earlier run's.
    pub fn put(&mut self, name: &str, part: Part) {
        self.parts.insert(name.to_owned(), Part { measured: machine::description(), ..part });
    }

    /// Writes everything down.
    pub fn write(&self) -> Result<()> {
        fs::write(project::path(FILE), serde_json::to_string_pretty(self)?)
            .with_context(|| format!("{FILE} cannot be written"))
    }

    /// Goals and results, side by side.
    pub fn goals(&self) -> String {
        aligned(&self.goal_rows())
    }

    /// All tables, for a document.
    pub fn markdown(&self) -> String {
        let goals =
            Part { table: self.goal_rows(), measured: "Each from the part named".to_owned(), ..Part::default() };
        let parts = self.parts.iter().map(|(name, part)| part.markdown(name));
        std::iter::once(goals.markdown("goals")).chain(parts).collect::<Vec<_>>().join("\n")
    }

    fn goal_rows(&self) -> Vec<Vec<String>> {
        let head = ["goal", "part", "should be", "is", ""].map(str::to_owned).to_vec();
        let row = |name: &String, goal: &Goal| {
            let verdict = if goal.met { "met" } else { "NOT MET" };
            vec![goal.what.clone(), name.clone(), goal.goal.clone(), goal.result.clone(), verdict.to_owned()]
        };
        let rows = self.parts.iter().flat_map(|(name, part)| part.goals.iter().map(move |goal| row(name, goal)));
        std::iter::once(head).chain(rows).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_goal_tells_whether_it_is_met() {
        assert!(Goal::at_least("a", 0.9, 0.9).met && !Goal::at_least("a", 0.9, 0.89).met);
        assert!(Goal::at_most("a", 2.0, 2.0, "ms").met && !Goal::at_most("a", 2.0, 2.1, "ms").met);
    }

    #[test]
    fn a_table_is_aligned_and_a_markdown_table_has_a_rule() {
        let mut part = Part::default();
        part.columns(&["what", "n"]);
        part.row(["a longer one".to_owned(), "12".to_owned()]);
        assert_eq!(part.text(), "what           n\na longer one  12\n");
        assert!(part.markdown("x").contains("| what | n |\n| --- | ---: |\n| a longer one | 12 |\n"));
    }
}
