//! What of a document was read as nothing.

/// Something that is of another type than it should be, or stands twice, and so was left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Misread {
    /// Its place: the keys, and `[n]` for an item.
    pub place: Vec<String>,
    /// What is wrong.
    pub what: String,
}

impl Misread {
    /// Of the value itself.
    pub fn new(what: String) -> Self {
        Self { place: Vec::new(), what }
    }
}
