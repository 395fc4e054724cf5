//! Where the head, the templates and the operations' lines are in the text of a policy.

use std::cell::OnceCell;
use std::ops::Range;
use std::rc::Rc;

use crate::order::sort_and_dedup;
use crate::policy::Policy;
use crate::policy::json::{CorruptPolicy, HEAD_END};
use crate::policy::latest::Latest;
use crate::policy::routes::{OutOfOrder, Routes};
use crate::policy::sections::Sections;
use crate::policy::signed::{self, BLOCK, Block};
use crate::policy::templates::Templates;

/// How many bytes of operations are kept of a policy in parts, once they were read.
const MAX_KEPT_PARTED: usize = 2 * 1024 * 1024;

/// Where things are in the text of a policy, and the operations that were read from it.
pub(super) struct Layout {
    /// Everything before the operations.
    pub head: Range<usize>,
    /// The templates of the operations, in the order of `routes`.
    pub templates: Templates,
    /// Where the operations are.
    pub lines: Lines,
    pub routes: Routes,
    /// For each operation, once a request asked for it, the operations that share a path with it.
    pub read: Vec<OnceCell<Rc<Policy>>>,
    /// Of a policy in parts: the operations that paths came by last, by their places.
    pub lately: Latest<Vec<usize>, Rc<Policy>>,
}

/// The operations' lines.
pub(super) enum Lines {
    /// From the registry: where each line is.
    Plain(Vec<Range<usize>>),
    /// From KV, in blocks: each with whether it is what was signed, once that was checked.
    Signed(Vec<(Block, OnceCell<bool>)>),
    /// In the parts of the policy.
    Parted,
}

impl Layout {
    /// The layout of a text of which no operation was read yet.
    pub fn new(head: Range<usize>, templates: Templates, lines: Lines) -> Self {
        let count = if matches!(lines, Lines::Parted) { 0 } else { templates.len() };
        let (routes, read) = (Routes::of(templates.len()), vec![OnceCell::new(); count]);
        Self { head, templates, lines, routes, read, lately: Latest::of_bytes(MAX_KEPT_PARTED) }
    }

    /// The places of the operations that match `path`, and of those that a tolerant router could take it for, in order.
    ///
    /// # Errors
    /// [`OutOfOrder`] if templates that it had to look at are.
    pub fn along(&self, path: &str) -> Result<Vec<usize>, OutOfOrder> {
        let template = |place: usize| self.templates.at(place);
        let (mut matching, mut all) = (Vec::new(), Vec::new());
        self.routes.find(&template, path, &mut |places| {
            matching.push(places.start);
            all.extend(places);
            false
        })?;
        for own in matching.into_iter().filter_map(template) {
            self.routes.alike(&template, own, path, &mut |places| all.extend(places))?;
        }
        sort_and_dedup(&mut all);
        Ok(all)
    }
}

/// Reads a policy that consists of these fields and these lines of operations.
pub(super) fn policy_of(fields: &str, lines: &str) -> Result<Policy, CorruptPolicy> {
    Policy::from_json(&[fields, HEAD_END, lines, "]}"].concat())
}

/// The layout of a policy in one piece, and the policy without its operations.
pub(super) fn taken_apart(text: &str) -> Option<(Layout, Policy)> {
    let Sections { fields, lines, templates, .. } = Sections::of(text)?;
    let layout = Layout::new(fields, templates.into_iter().collect(), Lines::Plain(lines));
    let empty = policy_of(part(text, &layout.head), "").ok()?;
    Some((layout, empty))
}

/// The part of the text at `range`.
pub(super) fn part<'a>(text: &'a str, range: &Range<usize>) -> &'a str {
    text.get(range.clone()).unwrap_or_default()
}

/// The operation at `place`; `None` if its block is not what was signed.
pub(super) fn signed_line<'a>(text: &'a str, blocks: &[(Block, OnceCell<bool>)], place: usize) -> Option<&'a str> {
    let (block, is_right) = blocks.get(place.checked_div(BLOCK)?)?;
    let lines = part(text, &block.text);
    let is_right = is_right.get_or_init(|| signed::digest(lines) == part(text, &block.digest));
    if *is_right { lines.split('\n').nth(place.checked_rem(BLOCK)?) } else { None }
}
