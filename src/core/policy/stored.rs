//! The policy as an isolate holds it: of hundreds of operations a request asks for one, so those are read that are asked
//! for.

use std::cell::{Cell, OnceCell};
use std::ops::Range;
use std::rc::Rc;

use super::Policy;
use super::json::{CorruptPolicy, END, HEAD_END, LINE_START, TAIL_START};
use super::routes::{Routes, shape};
use crate::core::request::Path;

/// A stored policy that is in order as a whole; its operations are read when a path first asks for them.
pub struct StoredPolicy {
    /// What was stored, where `text` is laid out anew.
    source: Option<String>,
    text: String,
    layout: Layout,
    /// It without any operations.
    empty: Rc<Policy>,
    /// All of it, once too much would be kept in parts.
    whole: OnceCell<Rc<Policy>>,
    /// How many bytes of the text are kept in parts.
    kept: Cell<usize>,
}

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

/// How many times its own length a text is kept in parts. Only where very many templates cross is it more.
const MOST_KEPT: usize = 4;

impl StoredPolicy {
    /// Takes a stored policy apart, as [`Policy::to_json`] lays it out. Where it is laid out otherwise, all of it is read.
    ///
    /// # Errors
    /// [`CorruptPolicy`] for all but a policy of this version. Of an operation's line only the template was looked at.
    pub fn parse(text: String) -> Result<Self, CorruptPolicy> {
        match taken_apart(&text) {
            Some((layout, empty)) => Ok(Self::new(None, text, layout, empty)),
            None => {
                let laid_out = Policy::from_json(&text)?.to_json();
                let (layout, empty) = taken_apart(&laid_out)
                    .ok_or_else(|| CorruptPolicy::Malformed { place: "operations".to_owned() })?;
                Ok(Self::new(Some(text), laid_out, layout, empty))
            }
        }
    }

    /// Whether it is what this text says, byte for byte.
    pub fn is_of(&self, text: &str) -> bool {
        self.source.as_deref().unwrap_or(&self.text) == text
    }

    /// The revision.
    pub fn rev(&self) -> u64 {
        self.empty.rev()
    }

    /// The policy, as far as it concerns `path`: what it says of other paths may be left out.
    ///
    /// # Errors
    /// [`CorruptPolicy`] where that part is malformed.
    pub fn concerning(&self, path: &Path) -> Result<Rc<Policy>, CorruptPolicy> {
        let Layout { routes, lines, .. } = &self.layout;
        let first = routes.find(path.as_str(), &mut |places| Some(places.start));
        let Some((place, line)) = first.and_then(|place| Some((place, lines.get(place)?))) else {
            return Ok(Rc::clone(&self.empty));
        };
        match (line.read.get(), self.whole.get()) {
            (Some(read), _) | (None, Some(read)) => Ok(Rc::clone(read)),
            (None, None) => self.read(place, &line.read),
        }
    }

    fn new(source: Option<String>, text: String, layout: Layout, empty: Policy) -> Self {
        let (empty, whole, kept) = (Rc::new(empty), OnceCell::new(), Cell::new(0));
        Self { source, text, layout, empty, whole, kept }
    }

    /// Reads what shares a path with the operation at `place`, and keeps it.
    fn read(&self, place: usize, cell: &OnceCell<Rc<Policy>>) -> Result<Rc<Policy>, CorruptPolicy> {
        let Layout { head, lines, routes } = &self.layout;
        let lines = routes.overlapping(place).filter_map(|place| lines.get(place));
        let lines: Vec<_> = lines.map(|line| part(&self.text, &line.text).trim_end_matches(',')).collect();
        let length = lines.iter().map(|line| line.len()).fold(self.kept.get(), usize::saturating_add);
        let (text, cell) = if length > self.text.len().saturating_mul(MOST_KEPT) {
            (self.text.clone(), &self.whole)
        } else {
            self.kept.set(length);
            ([part(&self.text, head), &lines.join(","), WITHOUT_TAIL].concat(), cell)
        };
        let read = Rc::new(Policy::from_json(&text)?);
        Ok(Rc::clone(cell.get_or_init(|| read)))
    }
}

/// What makes a policy of a head and operations.
const WITHOUT_TAIL: &str = "]}";

/// Where its parts are, and itself without operations.
fn taken_apart(text: &str) -> Option<(Layout, Policy)> {
    let layout = layout(text)?;
    let empty = Policy::from_json(&[part(text, &layout.head), WITHOUT_TAIL].concat()).ok()?;
    Some((layout, empty))
}

fn part<'a>(text: &'a str, range: &Range<usize>) -> &'a str {
    text.get(range.clone()).unwrap_or_default()
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
