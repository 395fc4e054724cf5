//! Values that were left out of a document because they have the wrong type.

use std::cell::RefCell;

use super::place::Place;

/// The most values that are noted.
const MAX_MISREAD: usize = 100;

/// A value that was left out: it has the wrong type, or its key occurs twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Misread {
    /// Where it stands: keys, and `[n]` for an item of a list.
    pub place: Vec<String>,
    /// What is wrong.
    pub what: String,
    /// Whether it is a key that occurs twice.
    pub is_duplicate: bool,
}

impl Misread {
    /// Something wrong with the value itself.
    pub fn new(what: String) -> Self {
        Self { what, ..Self::default() }
    }

    /// A key that occurs twice.
    pub fn duplicate(key: &str) -> Self {
        let what = format!("the key {key:?} stands twice; take one of them out");
        Self { what, is_duplicate: true, ..Self::default() }
    }
}

/// What was noted while a document is read.
#[derive(Default)]
pub(super) struct Notes(RefCell<Vec<Misread>>);

impl Notes {
    /// Notes what is wrong with the value at `place`, or inside it. If there are more than [`MAX_MISREAD`], this is an error of the whole
    /// document.
    pub fn add(&self, place: &Place<'_>, inner: Misread) {
        let mut misread = self.0.borrow_mut();
        if misread.len() < MAX_MISREAD {
            let mut all = place.written();
            all.extend(inner.place);
            misread.push(Misread { place: all, ..inner });
        } else if misread.len() == MAX_MISREAD {
            let what = format!("more than {MAX_MISREAD} values cannot be read; correct these to see the others");
            misread.push(Misread::new(what));
        }
    }

    /// All that was noted.
    pub fn into_inner(self) -> Vec<Misread> {
        self.0.into_inner()
    }
}
