//! The policy as an isolate holds it: of hundreds of operations a request asks for one, so only those are read that are asked for.

use std::cell::{Cell, OnceCell};
use std::ops::Range;
use std::rc::Rc;

use super::Policy;
use super::json::{CorruptPolicy, END, HEAD_END, LINE_START, TAIL_START};
use super::routes::{Routes, shape};
use crate::core::request::Path;

/// A stored policy that is in order as a whole; its operations are read when a path first asks for them.
pub struct StoredPolicy {
    text: String,
    layout: Layout,
    /// It without any operations.
    empty: Rc<Policy>,
    /// How many operations are kept, once for each line that was asked for.
    kept: Cell<usize>,
}

/// The most operations that are kept. Only where templates cross by the thousands are there more, and those are read again.
const MOST_KEPT: usize = 20_000;

struct Layout {
    /// All before the operations.
    head: Range<usize>,
    /// The operations, in the order of `routes`.
    lines: Vec<Line>,
    routes: Routes,
}

/// An operation's line, and once it was asked for, the operations that share a path with it.
struct Line {
    text: Range<usize>,
    read: OnceCell<Rc<Policy>>,
}

impl StoredPolicy {
    /// Takes a stored policy apart, as [`Policy::to_json`] lays it out. Where it is laid out otherwise, all of it is read.
    ///
    /// # Errors
    /// [`CorruptPolicy`] for all but a policy of this version. Of an operation's line only the template was looked at.
    pub fn parse(text: String) -> Result<Self, CorruptPolicy> {
        if let Some(layout) = layout(&text) {
            return Self::new(text, layout);
        }
        let text = Policy::from_json(&text)?.to_json();
        let layout = layout(&text).ok_or_else(|| CorruptPolicy::Malformed { place: "operations".to_owned() })?;
        Self::new(text, layout)
    }

    /// Whether it is what this text says, byte for byte.
    pub fn is_of(&self, text: &str) -> bool {
        self.text == text
    }

    /// The revision.
    pub fn rev(&self) -> u64 {
        self.empty.rev()
    }

    /// The policy, as far as it concerns `path`: what it says of every other path is left out.
    ///
    /// # Errors
    /// [`CorruptPolicy`] where that part is malformed.
    pub fn concerning(&self, path: &Path) -> Result<Rc<Policy>, CorruptPolicy> {
        let Layout { routes, lines, .. } = &self.layout;
        let first = routes.find(path.as_str(), &mut |places| Some(places.start));
        let Some((place, line)) = first.and_then(|place| Some((place, lines.get(place)?))) else {
            return Ok(Rc::clone(&self.empty));
        };
        if let Some(read) = line.read.get() {
            return Ok(Rc::clone(read));
        }
        let read = Rc::new(self.read(place)?);
        let kept = self.kept.get().saturating_add(read.operations().len());
        if kept > MOST_KEPT {
            return Ok(read);
        }
        self.kept.set(kept);
        Ok(Rc::clone(line.read.get_or_init(|| read)))
    }

    fn new(text: String, layout: Layout) -> Result<Self, CorruptPolicy> {
        let head = text.get(layout.head.clone()).unwrap_or_default();
        let empty = Rc::new(Policy::from_json(&[head, "]}"].concat())?);
        Ok(Self { text, layout, empty, kept: Cell::new(0) })
    }

    fn read(&self, place: usize) -> Result<Policy, CorruptPolicy> {
        let Layout { routes, lines, .. } = &self.layout;
        let lines = routes.overlapping(place).filter_map(|place| lines.get(place));
        let lines: Vec<_> = lines.map(|line| self.part(&line.text).trim_end_matches(',')).collect();
        Policy::from_json(&[self.part(&self.layout.head), &lines.join(","), "]}"].concat())
    }

    fn part(&self, range: &Range<usize>) -> &str {
        self.text.get(range.clone()).unwrap_or_default()
    }
}

/// Where the head and the operations are. What comes after them is nothing that a verdict rests on.
fn layout(text: &str) -> Option<Layout> {
    let (head, rest) = text.strip_suffix(END)?.split_once('\n').filter(|(head, _)| head.ends_with(HEAD_END))?;
    let (body, tail) = rest.rsplit_once('\n').unwrap_or(("", rest));
    let mut start = head.len().saturating_add(1);
    let (mut lines, mut shapes) = (Vec::new(), Vec::new());
    for line in body.split_terminator('\n') {
        let text = start..start.saturating_add(line.len());
        start = text.end.saturating_add(1);
        shapes.push(shape(template(line)?));
        lines.push(Line { text, read: OnceCell::new() });
    }
    tail.starts_with(TAIL_START).then_some(Layout { head: 0..head.len(), lines, routes: Routes::of(shapes)? })
}

/// The template of an operation's line.
fn template(line: &str) -> Option<&str> {
    let (template, rest) = line.strip_prefix(LINE_START)?.split_once('"')?;
    let is_whole = rest.trim_end_matches(',').ends_with('}');
    (is_whole && template.starts_with('/') && !template.contains('\\')).then_some(template)
}
