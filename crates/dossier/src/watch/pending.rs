//! What changed and is not yet reported: only times, so that it can be tested without waiting.

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

/// Dossiers by number, and when each changed last.
#[derive(Debug)]
pub(super) struct Pending {
    quiet: Duration,
    changed: HashMap<usize, Instant>,
}

impl Pending {
    pub(super) fn new(quiet: Duration) -> Self {
        Self { quiet, changed: HashMap::new() }
    }

    /// It changed.
    pub(super) fn changed(&mut self, number: usize, now: Instant) {
        self.changed.insert(number, now);
    }

    /// Its changes are of no interest any more.
    pub(super) fn forget(&mut self, number: usize) {
        self.changed.remove(&number);
    }

    /// Those that changed and were not yet taken.
    pub(super) fn numbers(&self) -> BTreeSet<usize> {
        self.changed.keys().copied().collect()
    }

    /// How long until one may be quiet; `None` when none changed.
    pub(super) fn wait(&self, now: Instant) -> Option<Duration> {
        self.changed.values().map(|changed| (*changed + self.quiet).saturating_duration_since(now)).min()
    }

    /// Takes those that have been quiet for long enough, in their order.
    pub(super) fn quiet(&mut self, now: Instant) -> Vec<usize> {
        let quiet = self.quiet;
        let mut taken: Vec<usize> = self
            .changed
            .iter()
            .filter(|(_, changed)| now.saturating_duration_since(**changed) >= quiet)
            .map(|(number, _)| *number)
            .collect();
        taken.sort_unstable();
        for number in &taken {
            self.forget(*number);
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_again_begins_to_wait_again() {
        let (start, minute) = (Instant::now(), Duration::from_mins(1));
        let mut pending = Pending::new(5 * minute);
        assert_eq!((pending.wait(start), pending.quiet(start)), (None, vec![]));
        pending.changed(7, start);
        pending.changed(3, start);
        assert_eq!(pending.wait(start + minute), Some(4 * minute));
        pending.changed(7, start + 4 * minute);
        assert_eq!(pending.quiet(start + 5 * minute), [3]);
        assert!(pending.quiet(start + 8 * minute).is_empty());
        assert_eq!(pending.quiet(start + 9 * minute), [7]);
        assert!(pending.quiet(start + 99 * minute).is_empty());
        pending.changed(1, start);
        pending.forget(1);
        assert!(pending.quiet(start + 99 * minute).is_empty());
    }
}
