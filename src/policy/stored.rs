//! The policy as an isolate holds it: of hundreds of operations a request asks for one, so those are read that are asked
//! for.

use std::cell::{Cell, OnceCell};
use std::ops::Range;
use std::rc::Rc;

use super::Policy;
use super::json::{CorruptPolicy, END, HEAD_END, LINE_START, TAIL_START};
use super::routes::Routes;
use super::signed::{self, BLOCK, Block};
use super::templates::Templates;
use crate::request::Path;
use crate::token::{Authentic, SignedValue, StoreKeys};

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
    /// All before the operations' field.
    head: Range<usize>,
    /// The operations' templates, in the order of `routes`.
    templates: Templates,
    lines: Lines,
    routes: Routes,
    /// For each operation, once it was asked for, the operations that share a path with it.
    read: Vec<OnceCell<Rc<Policy>>>,
}

/// The operations' lines.
enum Lines {
    /// The registry's, each where it is.
    Plain(Vec<Range<usize>>),
    /// From KV, in blocks, each with whether it is what was signed, once that was asked.
    Signed(Vec<(Block, OnceCell<bool>)>),
}

/// How many times its own length a text is kept in parts. Only where very many templates cross is it more.
const MOST_KEPT: usize = 4;

impl StoredPolicy {
    /// Takes the value of KV's key [`POLICY_KEY`](super::POLICY_KEY) apart. Its head and its list of operations are checked
    /// here, an operation when it is first used.
    ///
    /// # Errors
    /// [`CorruptPolicy`] for all but a policy of this version that the registry wrote.
    pub fn open(keys: &StoreKeys, stored: String) -> Result<Self, CorruptPolicy> {
        let signed::Parts { head, templates, blocks } = signed::parts(&stored, keys)?;
        let lines = Lines::Signed(blocks.into_iter().map(|block| (block, OnceCell::new())).collect());
        let layout = Layout::new(head, templates, lines);
        let empty = Policy::from_json(&[part(&stored, &layout.head), HEAD_END, WITHOUT_TAIL].concat())?;
        Ok(Self::new(None, stored, layout, empty))
    }

    /// The value to store in KV for the text of a policy, [`Policy::to_json`].
    ///
    /// # Errors
    /// [`CorruptPolicy`] for all but a policy of this version.
    pub fn sign(keys: &StoreKeys, text: &str) -> Result<SignedValue, CorruptPolicy> {
        Self::parse(Authentic::from_registry(text.to_owned()))?.signed(keys)
    }

    fn signed(&self, keys: &StoreKeys) -> Result<SignedValue, CorruptPolicy> {
        let Layout { head, templates, .. } = &self.layout;
        let lines = (0..templates.len()).map(|place| self.line(place)).collect::<Result<Vec<_>, _>>()?;
        Ok(signed::sign(part(&self.text, head), templates, &lines, keys))
    }

    /// Takes the registry's answer apart, as [`Policy::to_json`] lays it out. Where it is laid out otherwise, all of it is
    /// read.
    ///
    /// # Errors
    /// [`CorruptPolicy`] for all but a policy of this version. Of an operation's line only the template was looked at.
    pub fn parse(text: Authentic) -> Result<Self, CorruptPolicy> {
        let text = text.into_string();
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
        let mut first = None;
        let found = self.layout.routes.find(&|place| self.template(place), path.as_str(), &mut |places| {
            first = Some(places.start);
            true
        });
        if found.is_err() {
            return self.whole();
        }
        let Some((place, read)) = first.and_then(|place| Some((place, self.layout.read.get(place)?))) else {
            return Ok(Rc::clone(&self.empty));
        };
        match (read.get(), self.whole.get()) {
            (Some(read), _) | (None, Some(read)) => Ok(Rc::clone(read)),
            (None, None) => self.read(place, read),
        }
    }

    fn template(&self, place: usize) -> Option<&str> {
        self.layout.templates.at(place)
    }

    fn new(source: Option<String>, text: String, layout: Layout, empty: Policy) -> Self {
        let (empty, whole, kept) = (Rc::new(empty), OnceCell::new(), Cell::new(0));
        Self { source, text, layout, empty, whole, kept }
    }

    /// Reads what shares a path with the operation at `place`, and keeps it.
    fn read(&self, place: usize, cell: &OnceCell<Rc<Policy>>) -> Result<Rc<Policy>, CorruptPolicy> {
        let template = |place| self.template(place);
        let lines = self.layout.routes.overlapping(&template, place).map(|place| self.line(place));
        let lines = lines.collect::<Result<Vec<_>, _>>()?;
        let length = lines.iter().map(|line| line.len()).fold(self.kept.get(), usize::saturating_add);
        if length > self.text.len().saturating_mul(MOST_KEPT) {
            return self.whole();
        }
        let read = Rc::new(self.read_lines(&lines)?);
        self.kept.set(length);
        Ok(Rc::clone(cell.get_or_init(|| read)))
    }

    /// Reads all of it, and so every operation is checked.
    ///
    /// # Errors
    /// [`CorruptPolicy`] where any part of it is malformed or not what was signed.
    pub fn whole(&self) -> Result<Rc<Policy>, CorruptPolicy> {
        if let Some(read) = self.whole.get() {
            return Ok(Rc::clone(read));
        }
        let lines = (0..self.layout.templates.len()).map(|place| self.line(place)).collect::<Result<Vec<_>, _>>()?;
        let read = Rc::new(self.read_lines(&lines)?);
        Ok(Rc::clone(self.whole.get_or_init(|| read)))
    }

    fn read_lines(&self, lines: &[&str]) -> Result<Policy, CorruptPolicy> {
        Policy::from_json(&[part(&self.text, &self.layout.head), HEAD_END, &lines.join(","), WITHOUT_TAIL].concat())
    }

    /// An operation's line, which is the one that was signed.
    fn line(&self, place: usize) -> Result<&str, CorruptPolicy> {
        let line = match &self.layout.lines {
            Lines::Plain(lines) => lines.get(place).map(|line| part(&self.text, line)),
            Lines::Signed(blocks) => self.signed_line(blocks, place),
        };
        line.map(|line| line.trim_end_matches(',')).ok_or(CorruptPolicy::Line(place))
    }

    /// A line of a block whose lines are those that were signed.
    fn signed_line(&self, blocks: &[(Block, OnceCell<bool>)], place: usize) -> Option<&str> {
        let (block, is_right) = blocks.get(place.checked_div(BLOCK)?)?;
        let lines = part(&self.text, &block.text);
        let is_right = is_right.get_or_init(|| signed::digest(lines) == part(&self.text, &block.digest));
        if *is_right { lines.split('\n').nth(place.checked_rem(BLOCK)?) } else { None }
    }
}

impl Layout {
    fn new(head: Range<usize>, templates: Templates, lines: Lines) -> Self {
        let (routes, read) = (Routes::of(templates.len()), vec![OnceCell::new(); templates.len()]);
        Self { head, templates, lines, routes, read }
    }
}

/// What makes a policy of a head and operations.
const WITHOUT_TAIL: &str = "]}";

/// Where its parts are, and itself without operations.
fn taken_apart(text: &str) -> Option<(Layout, Policy)> {
    let layout = layout(text)?;
    let empty = Policy::from_json(&[part(text, &layout.head), HEAD_END, WITHOUT_TAIL].concat()).ok()?;
    Some((layout, empty))
}

fn part<'a>(text: &'a str, range: &Range<usize>) -> &'a str {
    text.get(range.clone()).unwrap_or_default()
}

/// Where the head and the operations are. What comes after them is nothing that a verdict rests on.
fn layout(text: &str) -> Option<Layout> {
    let (head, rest) = text.strip_suffix(END)?.split_once('\n')?;
    let before_operations = head.strip_suffix(HEAD_END)?;
    let (body, tail) = rest.rsplit_once('\n').unwrap_or(("", rest));
    let mut start = head.len().saturating_add(1);
    let (mut lines, mut templates) = (Vec::new(), Vec::new());
    for line in body.split_terminator('\n') {
        let end = start.saturating_add(line.len());
        lines.push(start..end);
        templates.push(template_of(line)?);
        start = end.saturating_add(1);
    }
    let layout = Layout::new(0..before_operations.len(), templates.into_iter().collect(), Lines::Plain(lines));
    tail.starts_with(TAIL_START).then_some(layout)
}

/// The template of an operation's line.
fn template_of(line: &str) -> Option<&str> {
    let (template, rest) = line.strip_prefix(LINE_START)?.split_once('"')?;
    let is_whole = rest.trim_end_matches(',').ends_with('}');
    (is_whole && template.starts_with('/') && !template.contains('\\')).then_some(template)
}
