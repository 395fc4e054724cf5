//! Sorted lists in little code: each type that the standard library's sort is used for brings four kilobytes, and so does
//! each type that a `BTreeMap` or `BTreeSet` is made of. For lists of equals that are alike.

use std::collections::BinaryHeap;

/// Sorts a list.
pub(crate) fn sort<T: Ord>(list: &mut Vec<T>) {
    if !list.is_sorted() {
        *list = BinaryHeap::from(std::mem::take(list)).into_sorted_vec();
    }
}

/// Sorts a list and drops what is in it twice.
pub(crate) fn sort_and_dedup<T: Ord>(list: &mut Vec<T>) {
    sort(list);
    list.dedup();
}

/// These in order, each of them once.
pub(crate) fn sorted<T: Ord>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut list = items.into_iter().collect();
    sort_and_dedup(&mut list);
    list
}
