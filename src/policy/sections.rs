//! Where the parts of a policy's text are, as [`Policy::to_json`](super::Policy::to_json) lays it out.

use std::ops::Range;

use super::json::{END, HEAD_END, LINE_START, TAIL_START};

/// The sections of a policy's text.
pub(super) struct Sections<'a> {
    /// The fields before the operations.
    pub fields: Range<usize>,
    /// The operations' lines, all but the last with the comma after them.
    pub lines: Vec<Range<usize>>,
    /// The operations' templates.
    pub templates: Vec<&'a str>,
    /// What follows the operations: nothing that a verdict rests on.
    pub tail: Range<usize>,
}

impl<'a> Sections<'a> {
    /// Of a text; `None` where it is laid out otherwise.
    pub fn of(text: &'a str) -> Option<Self> {
        let (head, rest) = text.strip_suffix(END)?.split_once('\n')?;
        let fields = head.strip_suffix(HEAD_END)?;
        let (body, tail) = rest.rsplit_once('\n').unwrap_or(("", rest));
        let mut start = head.len().saturating_add(1);
        let (mut lines, mut templates) = (Vec::new(), Vec::new());
        for line in body.split_terminator('\n') {
            let end = start.saturating_add(line.len());
            lines.push(start..end);
            templates.push(template_of(line)?);
            start = end.saturating_add(1);
        }
        tail.starts_with(TAIL_START).then_some(Self {
            fields: 0..fields.len(),
            lines,
            templates,
            tail: start..text.len(),
        })
    }
}

/// The template of an operation's line.
fn template_of(line: &str) -> Option<&str> {
    let (template, rest) = line.strip_prefix(LINE_START)?.split_once('"')?;
    let is_whole = rest.trim_end_matches(',').ends_with('}');
    (is_whole && template.starts_with('/') && !template.contains('\\')).then_some(template)
}
