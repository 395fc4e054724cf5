//! Where a value stands in a document.

/// The place of a value: its own segment, and the place of the object or list around it.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub outer: Option<&'a Place<'a>>,
    pub segment: Option<Segment<'a>>,
}

/// A step from a value to one inside it.
#[derive(Clone, Copy)]
pub(super) enum Segment<'a> {
    Key(&'a str),
    Index(usize),
}

impl Place<'_> {
    /// The segments from the outside in: keys, and `[n]` for items.
    pub fn written(&self) -> Vec<String> {
        let mut segments = Vec::new();
        let mut place = Some(self);
        while let Some(Self { outer, segment }) = place {
            segments.extend(segment.map(|segment| match segment {
                Segment::Key(key) => key.to_owned(),
                Segment::Index(index) => format!("[{index}]"),
            }));
            place = *outer;
        }
        segments.reverse();
        segments
    }
}
