//! Where the head, the templates and the operations' lines are in the text of a policy.

use std::cell::OnceCell;
use std::ops::Range;
use std::rc::Rc;

use crate::policy::Policy;
use crate::policy::json::HEAD_END;
use crate::policy::latest::Latest;
use crate::policy::routes::Routes;
use crate::policy::sections::Sections;
use crate::policy::signed::{self, BLOCK, Block};
use crate::policy::templates::Templates;

/// How many bytes of one in parts are kept, once they were read.
const MAX_KEPT_PARTED: usize = 2 * 1024 * 1024;

/// Where the parts of a policy's text are.
pub(super) struct Layout {
    /// All before the operations' field.
    pub head: Range<usize>,
    /// The operations' templates, in the order of `routes`.
    pub templates: Templates,
    pub lines: Lines,
    pub routes: Routes,
    /// For each operation, once it was asked for, the operations that share a path with it.
    pub read: Vec<OnceCell<Rc<Policy>>>,
    /// Of one in parts: these for the operations that were asked for lately.
    pub lately: Latest<usize, Rc<Policy>>,
}

/// The operations' lines.
pub(super) enum Lines {
    /// The registry's, each where it is.
    Plain(Vec<Range<usize>>),
    /// From KV, in blocks, each with whether it is what was signed, once that was asked.
    Signed(Vec<(Block, OnceCell<bool>)>),
    /// In the parts.
    Parted,
}

impl Layout {
    pub fn new(head: Range<usize>, templates: Templates, lines: Lines) -> Self {
        let count = if matches!(lines, Lines::Parted) { 0 } else { templates.len() };
        let (routes, read) = (Routes::of(templates.len()), vec![OnceCell::new(); count]);
        Self { head, templates, lines, routes, read, lately: Latest::of_bytes(MAX_KEPT_PARTED) }
    }
}

/// What makes a policy of a head and operations.
pub(super) const WITHOUT_TAIL: &str = "]}";

/// Where its parts are, and itself without operations.
pub(super) fn taken_apart(text: &str) -> Option<(Layout, Policy)> {
    let Sections { fields, lines, templates, .. } = Sections::of(text)?;
    let layout = Layout::new(fields, templates.into_iter().collect(), Lines::Plain(lines));
    let empty = Policy::from_json(&[part(text, &layout.head), HEAD_END, WITHOUT_TAIL].concat()).ok()?;
    Some((layout, empty))
}

pub(super) fn part<'a>(text: &'a str, range: &Range<usize>) -> &'a str {
    text.get(range.clone()).unwrap_or_default()
}

/// A line of a block whose lines are those that were signed.
pub(super) fn signed_line<'a>(text: &'a str, blocks: &[(Block, OnceCell<bool>)], place: usize) -> Option<&'a str> {
    let (block, is_right) = blocks.get(place.checked_div(BLOCK)?)?;
    let lines = part(text, &block.text);
    let is_right = is_right.get_or_init(|| signed::digest(lines) == part(text, &block.digest));
    if *is_right { lines.split('\n').nth(place.checked_rem(BLOCK)?) } else { None }
}
