//! What was used last stays, up to a bound.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

/// Values by key, the least recently used dropped first. One stays, however large it is.
pub(super) struct Lru<K, V> {
    values: HashMap<K, Kept<V>>,
    order: BTreeMap<u64, K>,
    cost: usize,
    limit: usize,
    clock: u64,
}

struct Kept<V> {
    value: V,
    cost: usize,
    used: u64,
}

impl<K: Hash + Eq + Clone, V: Clone> Lru<K, V> {
    /// Holds values of at most `limit` bytes together.
    pub(super) fn new(limit: usize) -> Self {
        Self { values: HashMap::new(), order: BTreeMap::new(), cost: 0, limit, clock: 0 }
    }

    /// A value, which is now the last that was used.
    pub(super) fn get(&mut self, key: &K) -> Option<V> {
        self.clock += 1;
        let kept = self.values.get_mut(key)?;
        let key = self.order.remove(&kept.used);
        kept.used = self.clock;
        self.order.extend(key.map(|key| (self.clock, key)));
        Some(kept.value.clone())
    }

    /// Whether it is there.
    pub(super) fn contains(&self, key: &K) -> bool {
        self.values.contains_key(key)
    }

    /// Adds a value that takes `cost` bytes.
    pub(super) fn insert(&mut self, key: K, value: V, cost: usize) {
        self.clock += 1;
        self.remove(&key);
        self.cost += cost;
        self.order.insert(self.clock, key.clone());
        self.values.insert(key, Kept { value, cost, used: self.clock });
        while self.cost > self.limit && self.values.len() > 1 {
            let Some((_, oldest)) = self.order.first_key_value() else { return };
            let oldest = oldest.clone();
            self.remove(&oldest);
        }
    }

    fn remove(&mut self, key: &K) {
        if let Some(kept) = self.values.remove(key) {
            self.order.remove(&kept.used);
            self.cost -= kept.cost;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_used_last_stays() {
        let mut kept = Lru::new(10);
        for number in 0..3 {
            kept.insert(number, number, 4);
        }
        assert_eq!((kept.get(&0), kept.get(&1), kept.get(&2)), (None, Some(1), Some(2)));
        assert_eq!(kept.get(&1), Some(1));
        kept.insert(3, 3, 4);
        assert_eq!((kept.get(&2), kept.get(&1)), (None, Some(1)));
        kept.insert(4, 4, 100);
        assert!(kept.contains(&4) && !kept.contains(&1) && kept.values.len() == 1 && kept.order.len() == 1);
        kept.insert(4, 5, 1);
        assert_eq!((kept.get(&4), kept.cost), (Some(5), 1));
    }
}
