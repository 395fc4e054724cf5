//! The policy as an isolate holds it. A request asks for one operation of hundreds, so an operation is read when a request first
//! asks for it.

mod layout;

use std::borrow::Cow;
use std::cell::{Cell, OnceCell};
use std::rc::Rc;

use self::layout::{Layout, Lines, part, policy_of, signed_line, taken_apart};
use super::json::CorruptPolicy;
use super::parts::{Head, PartDigest, Parted, Parts};
use super::signed;
use super::{Cors, POLICY_KEY, Policy};
use crate::request::Path;
use crate::token::{Authentic, SignedValue, StoreKeys};

/// A stored policy whose outline is checked. Its operations are read when a path first asks for them.
pub struct StoredPolicy {
    /// What was stored, if `text` is another layout of it.
    source: Option<String>,
    /// The policy, or of a policy in parts, the fields before its operations.
    text: String,
    /// For a policy in parts, known once its templates were read.
    layout: OnceCell<Layout>,
    /// Of a policy in parts: the parts, and the head that lists them.
    parts: Option<(Parts, String)>,
    /// The policy without operations.
    empty: Rc<Policy>,
    /// The whole policy, once too much of it was read operation by operation.
    whole: OnceCell<Rc<Policy>>,
    /// How many bytes of the text were read operation by operation, of a policy in one piece.
    kept: Cell<usize>,
}

/// How many times its length a text may be read operation by operation. It takes very many crossing templates to exceed this.
const MAX_KEPT_TIMES: usize = 4;
/// An estimate, rather too high, of the memory that an operation takes once it was read: for each byte of its line, and beside that.
const READ_BYTES_OF_A_BYTE: usize = 2;
const READ_OVERHEAD_BYTES: usize = 256;

impl StoredPolicy {
    /// Opens the value of the key [`POLICY_KEY`] in KV. Its head and its list of operations are checked here, an operation when it
    /// is first used.
    ///
    /// # Errors
    /// [`CorruptPolicy`] for all but a policy of this version that the registry wrote.
    pub fn open(keys: &StoreKeys, stored: String) -> Result<Self, CorruptPolicy> {
        if Parted::is_head(&stored) {
            let head = keys.open(POLICY_KEY, &stored)?.into_string();
            return Self::in_parts(Some(stored), head);
        }
        let signed::Parts { head, templates, blocks } = signed::parts(&stored, keys)?;
        let lines = Lines::Signed(blocks.into_iter().map(|block| (block, OnceCell::new())).collect());
        let layout = Layout::new(head, templates, lines);
        let empty = policy_of(part(&stored, &layout.head), "")?;
        Ok(Self::new(None, stored, layout, empty))
    }

    /// The value to store in KV for the text of a policy, [`Policy::to_json`].
    ///
    /// # Errors
    /// [`CorruptPolicy`] for all but a policy of this version.
    pub fn sign(keys: &StoreKeys, text: &str) -> Result<SignedValue, CorruptPolicy> {
        if Parted::is_head(text) {
            Head::parse(text)?;
            return keys.sign(POLICY_KEY, text).ok_or(CorruptPolicy::Malformed { place: "v".to_owned() });
        }
        Self::parse(Authentic::from_registry(text.to_owned()))?.signed(keys)
    }

    fn signed(&self, keys: &StoreKeys) -> Result<SignedValue, CorruptPolicy> {
        let Layout { head, templates, .. } = self.layout()?;
        let lines = (0..templates.len()).map(|place| self.line(place)).collect::<Result<Vec<_>, _>>()?;
        let lines: Vec<&str> = lines.iter().map(AsRef::as_ref).collect();
        Ok(signed::sign(part(&self.text, head), templates, &lines, keys))
    }

    /// Opens an answer of the registry, which [`Policy::to_json`] has laid out. Of a text in another layout, everything is read.
    ///
    /// # Errors
    /// [`CorruptPolicy`] for all but a policy of this version. Of an operation, only the template is read here.
    pub fn parse(text: Authentic) -> Result<Self, CorruptPolicy> {
        let text = text.into_string();
        if Parted::is_head(&text) {
            return Self::in_parts(None, text);
        }
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

    /// Whether it was read from this text, byte for byte.
    pub fn is_of(&self, text: &str) -> bool {
        let is_source = self.source.as_deref() == Some(text);
        match &self.parts {
            Some((_, head)) => is_source || head == text,
            None => is_source || (self.source.is_none() && self.text == text),
        }
    }

    /// Takes a part that [`concerning`](Self::concerning) asked for.
    ///
    /// # Errors
    /// [`CorruptPolicy::ForeignPart`] for any other text.
    pub fn take(&self, part: &str) -> Result<(), CorruptPolicy> {
        self.parts.as_ref().ok_or(CorruptPolicy::ForeignPart)?.0.take(part)
    }

    /// Whether it holds this part.
    pub fn holds(&self, digest: &PartDigest) -> bool {
        self.parts.as_ref().is_some_and(|(parts, _)| parts.holds(digest))
    }

    /// Takes over the parts that another revision holds and this one lists as well.
    pub fn adopt(&self, other: &Self) {
        if let (Some((parts, _)), Some((others, _))) = (&self.parts, &other.parts) {
            parts.adopt(others);
        }
    }

    /// Whether it is in parts.
    pub fn is_in_parts(&self) -> bool {
        self.parts.is_some()
    }

    /// Checks everything that is in memory. The parts of a policy are checked as they arrive.
    ///
    /// # Errors
    /// [`CorruptPolicy`] where any part of it is malformed or not what was signed.
    pub fn check(&self) -> Result<(), CorruptPolicy> {
        if self.is_in_parts() { Ok(()) } else { self.whole().map(drop) }
    }

    /// The revision.
    pub fn rev(&self) -> u64 {
        self.empty.rev()
    }

    /// Which other origins' scripts may call the API; `None` where CORS is off.
    pub fn cors(&self) -> Option<&Cors> {
        self.empty.cors()
    }

    /// The policy with the operations that `path` may match; others may be left out.
    ///
    /// # Errors
    /// [`CorruptPolicy::Part`] if a part must be read first and [taken](Self::take); another [`CorruptPolicy`] if what the policy
    /// says of the path is malformed.
    pub fn concerning(&self, path: &Path) -> Result<Rc<Policy>, CorruptPolicy> {
        let layout = self.layout()?;
        if self.is_in_parts() {
            return self.along(layout, path);
        }
        let mut first = None;
        let found = layout.routes.find(&|place| self.template(place), path.as_str(), &mut |places| {
            first = Some(places.start);
            true
        });
        if found.is_err() {
            return self.whole();
        }
        let Some(place) = first else { return Ok(Rc::clone(&self.empty)) };
        let Some(read) = layout.read.get(place) else { return Ok(Rc::clone(&self.empty)) };
        match (read.get(), self.whole.get()) {
            (Some(read), _) | (None, Some(read)) => Ok(Rc::clone(read)),
            (None, None) => self.read(layout, place, read),
        }
    }

    fn template(&self, place: usize) -> Option<&str> {
        self.layout.get()?.templates.at(place)
    }

    fn layout(&self) -> Result<&Layout, CorruptPolicy> {
        match (self.layout.get(), &self.parts) {
            (Some(layout), _) => Ok(layout),
            (None, Some((parts, _))) => {
                let layout = Layout::new(0..self.text.len(), parts.templates()?, Lines::Parted);
                Ok(self.layout.get_or_init(|| layout))
            }
            (None, None) => Err(CorruptPolicy::Malformed { place: "operations".to_owned() }),
        }
    }

    fn new(source: Option<String>, text: String, layout: Layout, empty: Policy) -> Self {
        let (empty, whole, kept) = (Rc::new(empty), OnceCell::new(), Cell::new(0));
        Self { source, text, layout: OnceCell::from(layout), parts: None, empty, whole, kept }
    }

    /// A policy in parts, of which none was read yet.
    fn in_parts(source: Option<String>, text: String) -> Result<Self, CorruptPolicy> {
        let head = Head::parse(&text)?;
        let fields = head.fields.clone();
        let empty = Rc::new(policy_of(&fields, "")?);
        let (layout, whole, kept) = (OnceCell::new(), OnceCell::new(), Cell::new(0));
        Ok(Self { source, text: fields, layout, parts: Some((Parts::of(head), text)), empty, whole, kept })
    }

    /// The lines that share a path with the operation at `place`.
    fn overlapping(&self, layout: &Layout, place: usize) -> Result<Vec<Cow<'_, str>>, CorruptPolicy> {
        let template = |place| layout.templates.at(place);
        layout.routes.overlapping(&template, place).map(|place| self.line(place)).collect()
    }

    /// Of a policy in parts: the operations that `path` comes by, which are few, however many share a path with them. They are kept
    /// until others were asked for more recently.
    fn along(&self, layout: &Layout, path: &Path) -> Result<Rc<Policy>, CorruptPolicy> {
        let malformed = |_| CorruptPolicy::Malformed { place: "index".to_owned() };
        let places = layout.along(path.as_str()).map_err(malformed)?;
        if places.is_empty() {
            return Ok(Rc::clone(&self.empty));
        }
        if let Some(read) = layout.lately.get(&places) {
            return Ok(read);
        }
        let lines = places.iter().map(|place| self.line(*place)).collect::<Result<Vec<_>, _>>()?;
        let read = Rc::new(self.read_lines(&lines)?);
        let of_line =
            |line: &Cow<'_, str>| line.len().saturating_mul(READ_BYTES_OF_A_BYTE).saturating_add(READ_OVERHEAD_BYTES);
        // Each entry has the fields before the operations as well.
        let fields = self.text.len().saturating_add(READ_OVERHEAD_BYTES);
        let bytes = lines.iter().map(of_line).fold(fields, usize::saturating_add);
        layout.lately.keep(places, Rc::clone(&read), bytes);
        Ok(read)
    }

    /// Reads the operations that share a path with the one at `place`, and keeps them.
    fn read(&self, layout: &Layout, place: usize, cell: &OnceCell<Rc<Policy>>) -> Result<Rc<Policy>, CorruptPolicy> {
        let lines = self.overlapping(layout, place)?;
        let length = lines.iter().map(|line| line.len()).fold(self.kept.get(), usize::saturating_add);
        if length > self.text.len().saturating_mul(MAX_KEPT_TIMES) {
            return self.whole();
        }
        let read = Rc::new(self.read_lines(&lines)?);
        self.kept.set(length);
        Ok(Rc::clone(cell.get_or_init(|| read)))
    }

    /// Reads the whole policy, and so checks every operation.
    ///
    /// # Errors
    /// [`CorruptPolicy`] where any part of it is malformed or not what was signed.
    pub fn whole(&self) -> Result<Rc<Policy>, CorruptPolicy> {
        if let Some(read) = self.whole.get() {
            return Ok(Rc::clone(read));
        }
        let count = self.layout()?.templates.len();
        let lines = (0..count).map(|place| self.line(place)).collect::<Result<Vec<_>, _>>()?;
        let read = Rc::new(self.read_lines(&lines)?);
        Ok(Rc::clone(self.whole.get_or_init(|| read)))
    }

    fn read_lines(&self, lines: &[Cow<'_, str>]) -> Result<Policy, CorruptPolicy> {
        let head = &self.layout()?.head;
        policy_of(part(&self.text, head), &lines.join(","))
    }

    /// The line of an operation, checked to be the one that was signed.
    fn line(&self, place: usize) -> Result<Cow<'_, str>, CorruptPolicy> {
        let line = match (&self.layout()?.lines, &self.parts) {
            (Lines::Plain(lines), _) => lines.get(place).map(|line| part(&self.text, line)),
            (Lines::Signed(blocks), _) => signed_line(&self.text, blocks, place),
            (Lines::Parted, Some((parts, _))) => {
                let mut line = parts.line(place)?;
                line.truncate(line.trim_end_matches(',').len());
                return Ok(Cow::Owned(line));
            }
            (Lines::Parted, None) => None,
        };
        line.map(|line| Cow::Borrowed(line.trim_end_matches(','))).ok_or(CorruptPolicy::Line(place))
    }
}
