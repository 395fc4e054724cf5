//! The library of a document: where its references are looked up. It notes what is still to be found.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use super::elsewhere::Elsewhere;
use super::objects::OpenApi;
use super::target::{Kind, MOST_STEPS, Target};
use crate::json::{Map, Misread};

/// How many bytes the operations of any document may take over from it; of a longer document, as many as it has.
const MIN_SAID: usize = 16 * 1024 * 1024;
/// What an entry takes beside its text.
const ENTRY_BYTES: usize = 2;
/// How many characters of a text in a document a message repeats.
const MAX_REPEATED: usize = 300;

/// A document, with what was found elsewhere for its references. It notes what is still to be found.
pub(super) struct Library<'a> {
    pub source: &'a OpenApi,
    pub elsewhere: &'a Elsewhere,
    /// What in each of the document's components is of a wrong type, by the key of what refers to it.
    misread: &'a Map<Vec<Misread>>,
    wanted: RefCell<BTreeSet<(Kind, Target)>>,
    /// The keys of what is misread and was come by: in all, and since they were last asked for.
    met: RefCell<BTreeSet<String>>,
    newly_met: RefCell<BTreeSet<String>>,
    /// How many bytes operations may say still.
    bytes_left: Cell<usize>,
}

impl<'a> Library<'a> {
    /// For a document of so many bytes.
    pub fn new(source: &'a OpenApi, misread: &'a Map<Vec<Misread>>, elsewhere: &'a Elsewhere, length: usize) -> Self {
        Self {
            source,
            elsewhere,
            misread,
            wanted: RefCell::default(),
            met: RefCell::default(),
            newly_met: RefCell::default(),
            bytes_left: Cell::new(length.max(MIN_SAID)),
        }
    }

    /// What is of a wrong type in what references of this key lead to.
    pub fn misread_at(&self, key: &str) -> impl Iterator<Item = &'a Misread> {
        [self.misread.get(key), self.elsewhere.misread.get(key)].into_iter().flatten().flatten()
    }

    /// The keys of what is misread and was come by since this was last asked.
    pub fn newly_met(&self) -> BTreeSet<String> {
        std::mem::take(&mut *self.newly_met.borrow_mut())
    }

    /// Whether there are any.
    pub fn has_newly_met(&self) -> bool {
        !self.newly_met.borrow().is_empty()
    }

    /// The keys of what is misread and that nothing came by.
    pub fn unmet(&self) -> impl Iterator<Item = &'a String> {
        let all = self.misread.keys().chain(self.elsewhere.misread.keys());
        all.filter(move |key| !self.met.borrow().contains(*key))
    }

    pub(super) fn come_by(&self, key: &str) {
        if self.misread.contains_key(key) || self.elsewhere.misread.contains_key(key) {
            self.met.borrow_mut().insert(key.to_owned());
            self.newly_met.borrow_mut().insert(key.to_owned());
        }
    }

    /// The document's own address; empty where it has none, or is older than OpenAPI 3.2.
    pub fn own_uri(&self) -> &'a str {
        if self.source.is_of_3_2() { self.source.own_uri.text() } else { "" }
    }

    /// What references lead to that was not found yet.
    pub fn into_wanted(self) -> BTreeSet<(Kind, Target)> {
        self.wanted.into_inner()
    }

    /// Counts texts that an operation takes over.
    ///
    /// # Errors
    /// With them the document's operations would say more than they may.
    pub fn charge(&self, lengths: impl Iterator<Item = usize>) -> Result<(), String> {
        let mut left = self.bytes_left.get();
        for length in lengths {
            let Some(rest) = left.checked_sub(length.saturating_add(ENTRY_BYTES)) else {
                self.bytes_left.set(0);
                return Err("with it the operations of this document say more than the document itself: references \
                            repeat too much"
                    .to_owned());
            };
            left = rest;
        }
        self.bytes_left.set(left);
        Ok(())
    }

    /// Notes that something is to be looked for.
    pub fn want(&self, kind: Kind, reference: &str) {
        if let Some(target) = Target::parse(reference) {
            self.wanted.borrow_mut().insert((kind, target));
        }
    }

    /// Why a reference was not followed.
    pub fn leads_nowhere(&self, reference: &str) -> String {
        let last = self.leads_on_to(reference);
        let on = if last == reference { String::new() } else { format!("leads on to {}, which ", shortened(last)) };
        let told = if reference.is_empty() { "an empty $ref" } else { shortened(reference) };
        format!("{told} {on}{}", self.why(last))
    }

    /// The last reference on the way of one that leads nowhere: itself, or what its pointer leads through.
    pub fn leads_on_to<'r>(&'r self, reference: &'r str) -> &'r str {
        let target = Target::parse(reference);
        target.and_then(|target| self.elsewhere.led_on.get(&target.key())).map_or(reference, String::as_str)
    }

    fn why(&self, reference: &str) -> String {
        let target = Target::parse(reference);
        if let Some(reason) = target.as_ref().and_then(|target| self.elsewhere.unread.get(&target.file)) {
            return format!("was not followed: {reason}");
        }
        if reference.contains("://") {
            return "leads to another host, which is not followed; bundle it into this document".to_owned();
        }
        if target.as_ref().is_some_and(|target| self.elsewhere.kept.contains(&target.key())) {
            return format!("leads in a circle, or by way of over {MOST_STEPS} references");
        }
        match reference.split('#').next() {
            Some("") | None => "leads nowhere in this document".to_owned(),
            Some(file) if target.is_none() && file.split('/').any(|segment| segment == "..") => {
                "leads out of the document's folder, and is not followed; bundle it into this document".to_owned()
            }
            Some(_) => "leads nowhere in this document, nor in a file in its folder that can be read".to_owned(),
        }
    }
}

/// As much of a text as a message repeats.
pub(super) fn shortened(text: &str) -> &str {
    text.char_indices().nth(MAX_REPEATED).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}
