//! Nodes that were given out, by number, until they are given back as often.
//!
//! A number comes from the place: the same snapshot, path and name have it in every view. Two that fall on the same number are moved apart.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use liasse_archive::repo::format::ids::Hash;

use super::folder::Folder;
use super::moments::Made;
use super::source::lock;
use crate::error::{Error, Result};

/// The number of the view's own folder.
pub(super) const ROOT: u64 = 1;
/// Numbers below are not given out.
const LEAST: u64 = 1 << 16;

/// What a number stands for.
#[derive(Clone)]
pub(super) enum Node {
    /// A folder that no snapshot has.
    Made(Made),
    /// A folder of a state: its root, or one that stands at a number of another folder.
    Folder(Arc<Folder>, Option<(Arc<Folder>, u32)>),
    /// What stands at a number of a folder, and is none itself.
    Entry(Arc<Folder>, u32),
}

struct Given {
    node: Node,
    times: u64,
}

/// Nodes that were given out.
pub(super) struct Nodes {
    given: Mutex<HashMap<u64, Given>>,
}

impl Nodes {
    pub(super) fn new(root: Node) -> Self {
        Self { given: Mutex::new(HashMap::from([(ROOT, Given { node: root, times: 1 })])) }
    }

    /// What a number stands for.
    pub(super) fn get(&self, number: u64) -> Result<Node> {
        lock(&self.given).get(&number).map(|given| given.node.clone()).ok_or(Error::Unknown(number))
    }

    /// Gives a node out, by its own number or the next one that is free. `same`: whether what has the number is the same.
    pub(super) fn give(&self, number: u64, same: impl Fn(&Node) -> bool, make: impl FnOnce(u64) -> Node) -> u64 {
        let mut given = lock(&self.given);
        let mut number = number;
        while let Some(known) = given.get_mut(&number) {
            if same(&known.node) {
                known.times = known.times.saturating_add(1);
                return number;
            }
            number = number.wrapping_add(1).max(LEAST);
        }
        given.insert(number, Given { node: make(number), times: 1 });
        number
    }

    /// Takes a node back that was given out so many times.
    pub(super) fn take_back(&self, number: u64, times: u64) {
        if number == ROOT {
            return;
        }
        let mut given = lock(&self.given);
        if let Some(known) = given.get_mut(&number) {
            known.times = known.times.saturating_sub(times);
            if known.times == 0 {
                given.remove(&number);
            }
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        lock(&self.given).len()
    }
}

/// The number of a name in a folder.
pub(super) fn number_of(within: u64, name: &[u8], salt: &[u8]) -> u64 {
    let bytes = [&within.to_le_bytes(), salt, b"/", name].concat();
    let hash = Hash::of(&bytes).0;
    let number = hash.first_chunk::<8>().map_or(0, |first| u64::from_le_bytes(*first));
    // Some programs take numbers for signed ones.
    (number >> 1).max(LEAST)
}

/// The number of a file with several names in a state.
pub(super) fn number_of_link(root: u64, group: u64) -> u64 {
    number_of(root, &group.to_le_bytes(), b"link")
}
