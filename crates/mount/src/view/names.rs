//! How many names files have that have several. No entry says it, so all entries of a state are counted when somebody first sees such a
//! file of it. Must never hold more than it says, and must never fail anything: where nobody counted, there are two.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use liasse_archive::repo::Stop;
use liasse_archive::repo::format::ids::Hash;
use liasse_archive::repo::format::tree::Entry;

use super::View;
use super::folder::Folder;
use super::lru::Lru;
use super::source::lock;

/// Names of a file that is known to have several, at least.
pub(super) const SEVERAL: u32 = 2;
/// Most entries of a state that are counted. In a larger one such files have [`SEVERAL`] names.
const MOST_ENTRIES: usize = 500_000;
/// How long that may take, since whoever wants to know waits; where storage is slower, nobody counts.
const LONGEST: Duration = Duration::from_secs(5);
/// Most bytes of what was counted, and what a file takes of them.
const COUNTS_COST: usize = 4 << 20;
const COUNT_COST: usize = 32;

/// Files with more than [`SEVERAL`] names, and how many they have.
type Counts = Arc<HashMap<u64, u32>>;

/// What was counted, by what is in the root of a state.
pub(super) struct Names {
    counts: Mutex<Lru<Hash, Counts>>,
    /// So that one thread counts.
    counting: Mutex<()>,
}

impl Names {
    pub(super) fn new() -> Self {
        Self { counts: Mutex::new(Lru::new(COUNTS_COST)), counting: Mutex::default() }
    }
}

impl View {
    /// From now on files say how many names they have in their state, and not only whether they have several.
    #[must_use]
    pub fn counting_names(self) -> Self {
        Self { names: Some(Names::new()), ..self }
    }

    /// How many names an entry's file has in the state.
    pub(super) fn names_of(&self, folder: &Folder, entry: &Entry) -> u32 {
        match (&self.names, entry.metadata.hard_link) {
            (_, None) => 1,
            (None, Some(_)) => SEVERAL,
            (Some(names), Some(group)) => self.counts(names, folder.state().1).get(&group).copied().unwrap_or(SEVERAL),
        }
    }

    fn counts(&self, names: &Names, root: &Folder) -> Counts {
        let known = || lock(&names.counts).get(&root.key);
        if let Some(counts) = known() {
            return counts;
        }
        let _one = lock(&names.counting);
        if let Some(counts) = known() {
            return counts;
        }
        // Trouble is told to who looks where it is; while the storage is away, the next one counts.
        let Some(counts) = self.count(root).map(Arc::new) else { return Counts::default() };
        let cost = counts.len() * COUNT_COST + 100;
        lock(&names.counts).insert(root.key, Arc::clone(&counts), cost);
        counts
    }

    fn count(&self, root: &Folder) -> Option<HashMap<u64, u32>> {
        let (mut counts, mut entries, began) = (HashMap::new(), 0, Instant::now());
        let mut is_too_much = false;
        let each = &mut |_: &[u8], entry: &Entry| {
            entries += 1;
            if let Some(group) = entry.metadata.hard_link {
                let names: &mut u32 = counts.entry(group).or_default();
                *names = names.saturating_add(1);
            }
            is_too_much = entries > MOST_ENTRIES || began.elapsed() > LONGEST;
            if is_too_much { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        self.walk(root, &Stop::default(), each).ok()?;
        if is_too_much {
            counts.clear();
        }
        counts.retain(|_, names| *names > SEVERAL);
        counts.shrink_to_fit();
        Some(counts)
    }
}
