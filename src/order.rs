//! Sorts lists in little code: the standard library's sort adds four kilobytes for each type, and so does `BTreeMap` or `BTreeSet`.
//! The sort is not stable; equal entries must be identical.

use std::collections::BinaryHeap;

/// Sorts a list.
pub(crate) fn sort<T: Ord>(list: &mut Vec<T>) {
    if !list.is_sorted() {
        *list = BinaryHeap::from(std::mem::take(list)).into_sorted_vec();
    }
}

/// Sorts a list and removes duplicates.
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
