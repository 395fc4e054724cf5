//! The policy as an isolate holds it: of hundreds of operations a request asks for one, so those are read that are asked
//! for.

use std::cell::{Cell, OnceCell};
use std::ops::Range;
use std::rc::Rc;

use super::Policy;
use super::json::{CorruptPolicy, END, HEAD_END, LINE_START, METHOD_START, TAIL_START};
use super::routes::Routes;
use super::signed::{self, PlainLine, SignedLine};
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
    /// The operations, in the order of `routes`.
    lines: Vec<Line>,
    routes: Routes,
}

/// An operation's line, and once it was asked for, the operations that share a path with it.
struct Line {
    text: Range<usize>,
    template: Range<usize>,
    /// The digest that was signed, where the text came from KV.
    digest: Option<Range<usize>>,
    read: OnceCell<Rc<Policy>>,
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
        let signed::Parts { head, lines } = signed::parts(&stored, keys)?;
        let lines: Vec<_> = lines.into_iter().map(Line::from).collect();
        let layout = Layout { head, routes: Routes::of(lines.len()), lines };
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
        let Layout { head, lines, .. } = &self.layout;
        let plain = |line: &Line| {
            let (text, template) = (part(&self.text, &line.text), part(&self.text, &line.template));
            let text = text.trim_end_matches(',');
            Some(PlainLine { method: method_of(text, template)?, template, text })
        };
        let lines: Option<Vec<_>> = lines.iter().map(plain).collect();
        let lines = lines.ok_or_else(|| CorruptPolicy::Malformed { place: "operations".to_owned() })?;
        Ok(signed::sign(part(&self.text, head), &lines, keys))
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
        let Some((place, line)) = first.and_then(|place| Some((place, self.layout.lines.get(place)?))) else {
            return Ok(Rc::clone(&self.empty));
        };
        match (line.read.get(), self.whole.get()) {
            (Some(read), _) | (None, Some(read)) => Ok(Rc::clone(read)),
            (None, None) => self.read(place, &line.read),
        }
    }

    fn template(&self, place: usize) -> Option<&str> {
        self.text.get(self.layout.lines.get(place)?.template.clone())
    }

    fn new(source: Option<String>, text: String, layout: Layout, empty: Policy) -> Self {
        let (empty, whole, kept) = (Rc::new(empty), OnceCell::new(), Cell::new(0));
        Self { source, text, layout, empty, whole, kept }
    }

    /// Reads what shares a path with the operation at `place`, and keeps it.
    fn read(&self, place: usize, cell: &OnceCell<Rc<Policy>>) -> Result<Rc<Policy>, CorruptPolicy> {
        let template = |place| self.template(place);
        let places: Vec<_> = self.layout.routes.overlapping(&template, place).collect();
        let lengths = places.iter().filter_map(|place| Some(self.layout.lines.get(*place)?.text.len()));
        let length = lengths.fold(self.kept.get(), usize::saturating_add);
        if length > self.text.len().saturating_mul(MOST_KEPT) {
            return self.whole();
        }
        let read = Rc::new(self.read_lines(places.into_iter())?);
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
        let read = Rc::new(self.read_lines(0..self.layout.lines.len())?);
        Ok(Rc::clone(self.whole.get_or_init(|| read)))
    }

    fn read_lines(&self, places: impl Iterator<Item = usize>) -> Result<Policy, CorruptPolicy> {
        let lines = places.map(|place| self.line(place)).collect::<Result<Vec<_>, _>>()?;
        Policy::from_json(&[part(&self.text, &self.layout.head), HEAD_END, &lines.join(","), WITHOUT_TAIL].concat())
    }

    /// An operation's line, which is the one that was signed.
    fn line(&self, place: usize) -> Result<&str, CorruptPolicy> {
        let line = self.layout.lines.get(place).ok_or(CorruptPolicy::Line(place))?;
        let text = part(&self.text, &line.text);
        match &line.digest {
            Some(signed) if signed::digest(text) != part(&self.text, signed) => Err(CorruptPolicy::Line(place)),
            Some(_) => Ok(text),
            None => Ok(text.trim_end_matches(',')),
        }
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
    let mut lines = Vec::new();
    for line in body.split_terminator('\n') {
        let text = start..start.saturating_add(line.len());
        let template = start.saturating_add(LINE_START.len());
        start = text.end.saturating_add(1);
        let template = template..template.saturating_add(template_of(line)?.len());
        lines.push(Line { text, template, digest: None, read: OnceCell::new() });
    }
    let routes = Routes::of(lines.len());
    tail.starts_with(TAIL_START).then_some(Layout { head: 0..before_operations.len(), lines, routes })
}

impl From<SignedLine> for Line {
    fn from(SignedLine { text, template, digest }: SignedLine) -> Self {
        Self { text, template, digest: Some(digest), read: OnceCell::new() }
    }
}

/// The method of an operation's line with this template.
fn method_of<'a>(line: &'a str, template: &str) -> Option<&'a str> {
    let rest = line.strip_prefix(LINE_START)?.strip_prefix(template)?.strip_prefix(METHOD_START)?;
    rest.split_once('"').map(|(method, _)| method)
}

/// The template of an operation's line.
fn template_of(line: &str) -> Option<&str> {
    let (template, rest) = line.strip_prefix(LINE_START)?.split_once('"')?;
    let is_whole = rest.trim_end_matches(',').ends_with('}');
    (is_whole && template.starts_with('/') && !template.contains('\\')).then_some(template)
}
