//! Hard links: entries of one snapshot with the same group are one file, and agree in all but their names (`spec/tree.md`).
//!
//! Trees are walked once for all snapshots, groups are of one snapshot: so what each tree says of its own entries is kept, and put together
//! for every snapshot.

use std::collections::{HashMap, HashSet};

use liasse_format::tree::{Entry, Name};
use liasse_format::wire;

use super::trees::TreeKey;

/// The hard links of one tree, and which of its directories have some.
#[derive(Default)]
pub(super) struct Links {
    /// Group, and the hash of all but the name.
    own: Vec<(u64, u64)>,
    within: Vec<TreeKey>,
}

impl Links {
    pub(super) fn push(&mut self, group: u64, entry: &Entry) {
        let mut nameless = entry.clone();
        if let Some(name) = Name::new(*b"-") {
            nameless.name = name;
        }
        let hash = blake3::hash(&wire::encode(&nameless));
        let short = hash.as_bytes().first_chunk::<8>().copied().unwrap_or_default();
        self.own.push((group, u64::from_le_bytes(short)));
    }

    pub(super) fn push_directory(&mut self, tree: TreeKey) {
        self.within.push(tree);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.own.is_empty() && self.within.is_empty()
    }
}

/// The groups of a snapshot whose entries do not agree.
pub(super) fn disagreeing(root: TreeKey, trees: &HashMap<TreeKey, Links>) -> Vec<u64> {
    let mut groups: HashMap<u64, u64> = HashMap::new();
    let mut bad = Vec::new();
    let mut seen = HashSet::from([root]);
    let mut left = vec![root];
    while let Some(links) = left.pop().and_then(|tree| trees.get(&tree)) {
        for (group, hash) in &links.own {
            if groups.insert(*group, *hash).is_some_and(|other| other != *hash) {
                bad.push(*group);
            }
        }
        left.extend(links.within.iter().copied().filter(|tree| seen.insert(*tree)));
    }
    bad.sort_unstable();
    bad.dedup();
    bad
}
