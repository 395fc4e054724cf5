//! Sorted lists and sets in little code: each type that the standard library's sort is used for brings four kilobytes, and
//! to collect into a `BTreeMap` or `BTreeSet` is to sort. For lists of equals that are alike.

use std::collections::{BTreeSet, BinaryHeap};

/// Sorts a list.
pub(in crate::core) fn sort<T: Ord>(list: &mut Vec<T>) {
    *list = BinaryHeap::from(std::mem::take(list)).into_sorted_vec();
}

/// Sorts a list and drops what is in it twice.
pub(in crate::core) fn sort_and_dedup<T: Ord>(list: &mut Vec<T>) {
    sort(list);
    list.dedup();
}

/// The set of these.
pub(in crate::core) fn set<T: Ord>(items: impl IntoIterator<Item = T>) -> BTreeSet<T> {
    let mut set = BTreeSet::new();
    for item in items {
        set.insert(item);
    }
    set
}
