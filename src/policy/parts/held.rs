//! The parts of a policy that an isolate holds.

use std::rc::Rc;

use super::super::json::CorruptPolicy;
use super::super::latest::Latest;
use super::super::templates::Templates;
use super::{Head, PartDigest, Row};

/// How many bytes of parts an isolate holds: parts with templates, and parts with operations.
const MAX_HELD_INDEX_BYTES: usize = 8 * 1024 * 1024;
const MAX_HELD_LINES_BYTES: usize = 4 * 1024 * 1024;
/// The parts of a policy that were read lately.
pub(in crate::policy) struct Parts {
    index: Vec<Row>,
    /// The parts with operations, each with the place of its first one.
    lines: Vec<(usize, Row)>,
    held_index: Latest<PartDigest, Rc<str>>,
    held_lines: Latest<PartDigest, Rc<str>>,
}

impl Parts {
    /// The parts of a head, of which none was read yet.
    pub fn of(head: Head) -> Self {
        let mut start = 0_usize;
        let mut lines = Vec::with_capacity(head.lines.len());
        for row in head.lines {
            let next = start.saturating_add(row.count);
            lines.push((start, row));
            start = next;
        }
        let [held_index, held_lines] = [MAX_HELD_INDEX_BYTES, MAX_HELD_LINES_BYTES].map(Latest::of_bytes);
        Self { index: head.index, lines, held_index, held_lines }
    }

    /// Takes a part.
    ///
    /// # Errors
    /// [`CorruptPolicy::ForeignPart`] if the head does not list it.
    pub fn take(&self, text: &str) -> Result<(), CorruptPolicy> {
        let digest = PartDigest::of(text);
        let held = if self.index.iter().any(|row| row.digest == digest) {
            &self.held_index
        } else if self.lines.iter().any(|(_, row)| row.digest == digest) {
            &self.held_lines
        } else {
            return Err(CorruptPolicy::ForeignPart);
        };
        held.keep(digest, text.into(), text.len());
        Ok(())
    }

    /// Whether it holds this part.
    pub fn holds(&self, digest: &PartDigest) -> bool {
        self.held_index.get(digest).or_else(|| self.held_lines.get(digest)).is_some()
    }

    /// Takes over what another revision holds of the same parts.
    pub fn adopt(&self, other: &Self) {
        for text in other.held_index.values().into_iter().chain(other.held_lines.values()) {
            // A part that this head does not list is refused, which is right here.
            _ = self.take(&text);
        }
    }

    /// The templates of all operations, once all their parts were read.
    ///
    /// # Errors
    /// [`CorruptPolicy::Part`]: that part is to be read first.
    pub fn templates(&self) -> Result<Templates, CorruptPolicy> {
        let malformed = || CorruptPolicy::Malformed { place: "index".to_owned() };
        // All parts first: each missing one is asked for, and then this starts again.
        let texts = self.index.iter().map(|row| text(&self.held_index, row)).collect::<Result<Vec<_>, _>>()?;
        let mut all = Templates::default();
        for (row, text) in self.index.iter().zip(texts) {
            if all.append(&text) != Some(row.count) {
                return Err(malformed());
            }
        }
        all.shrink();
        let count = self.lines.last().map_or(0, |(start, row)| start.saturating_add(row.count));
        if all.len() == count { Ok(all) } else { Err(malformed()) }
    }

    /// The line of an operation.
    ///
    /// # Errors
    /// [`CorruptPolicy::Part`]: that part is to be read first.
    pub fn line(&self, place: usize) -> Result<String, CorruptPolicy> {
        let after = self.lines.partition_point(|(start, _)| *start <= place);
        let row = after.checked_sub(1).and_then(|row| self.lines.get(row));
        let (start, row) = row.ok_or(CorruptPolicy::Line(place))?;
        let text = text(&self.held_lines, row)?;
        let line = text.split('\n').nth(place.saturating_sub(*start));
        line.map(str::to_owned).ok_or(CorruptPolicy::Line(place))
    }
}

fn text(held: &Latest<PartDigest, Rc<str>>, row: &Row) -> Result<Rc<str>, CorruptPolicy> {
    held.get(&row.digest).ok_or_else(|| CorruptPolicy::Part(row.digest.clone()))
}
