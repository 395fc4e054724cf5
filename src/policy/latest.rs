//! A cache of the values that were used last, limited by their size in bytes.

use std::cell::{Cell, RefCell};
use std::hash::Hash;

use lru::LruCache;

/// Values by key. The least recently used are forgotten first.
pub(super) struct Latest<K: Hash + Eq, V> {
    kept: RefCell<LruCache<K, (V, usize)>>,
    bytes: Cell<usize>,
    most: usize,
}

impl<K: Hash + Eq, V: Clone> Latest<K, V> {
    /// An empty cache of at most this many bytes.
    pub fn of_bytes(most: usize) -> Self {
        Self { kept: RefCell::new(LruCache::unbounded()), bytes: Cell::new(0), most }
    }

    /// The value of a key.
    pub fn get(&self, key: &K) -> Option<V> {
        self.kept.borrow_mut().get(key).map(|(value, _)| value.clone())
    }

    /// Keeps a value of this many bytes. The last value is kept even if it alone is too long.
    pub fn keep(&self, key: K, value: V, bytes: usize) {
        let mut kept = self.kept.borrow_mut();
        let replaced = kept.put(key, (value, bytes)).map_or(0, |(_, bytes)| bytes);
        let mut total = self.bytes.get().saturating_sub(replaced).saturating_add(bytes);
        while total > self.most
            && kept.len() > 1
            && let Some((_, (_, bytes))) = kept.pop_lru()
        {
            total = total.saturating_sub(bytes);
        }
        self.bytes.set(total);
    }

    /// All values.
    pub fn values(&self) -> Vec<V> {
        self.kept.borrow().iter().map(|(_, (value, _))| value.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_used_last_is_kept() {
        let latest = Latest::of_bytes(10);
        for key in ["a", "b", "c"] {
            latest.keep(key, key, 3);
        }
        assert_eq!(latest.get(&"a"), Some("a"));
        latest.keep("d", "d", 4);
        assert_eq!(["a", "b", "c", "d"].map(|key| latest.get(&key).is_some()), [true, false, true, true]);
        latest.keep("a", "longer", 4);
        assert_eq!((latest.get(&"c"), latest.get(&"a")), (None, Some("longer")));
        latest.keep("e", "e", 100);
        assert_eq!(latest.values(), ["e"]);
        latest.keep("f", "f", 1);
        assert_eq!(latest.values(), ["f"]);
    }
}
