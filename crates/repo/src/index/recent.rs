//! Placements that were looked up lately. The versions of a chunk go back to the same few origins, and each extent asks for one.

use std::collections::HashMap;
use std::sync::Arc;

use liasse_format::ids::ChunkId;

use super::entry::Placement;

/// Extents that are kept, 48 bytes each.
const MOST_EXTENTS: usize = 128 << 10;

/// Whether packs were asked for themselves, and whether the repository was: what was said before no longer counts then.
pub(super) type Authority = (bool, bool);

/// What was looked up lately; all of it goes when it is too much.
#[derive(Default)]
pub(super) struct Recent {
    authority: Authority,
    placements: HashMap<ChunkId, Arc<[Placement]>>,
    extents: usize,
}

impl Recent {
    pub(super) fn get(&self, authority: Authority, id: &ChunkId) -> Option<Arc<[Placement]>> {
        self.placements.get(id).filter(|_| self.authority == authority).cloned()
    }

    pub(super) fn keep(&mut self, authority: Authority, id: ChunkId, placements: Arc<[Placement]>) {
        if self.authority != authority || self.extents >= MOST_EXTENTS {
            *self = Self { authority, ..Self::default() };
        }
        self.extents += 1 + placements.iter().map(|placement| placement.extents.len()).sum::<usize>();
        self.placements.insert(id, placements);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: usize) -> ChunkId {
        let mut id = [0; 32];
        id[..8].copy_from_slice(&number.to_le_bytes());
        ChunkId(id)
    }

    #[test]
    fn it_keeps_what_it_may_and_forgets_with_the_authority() {
        let mut recent = Recent::default();
        recent.keep((false, false), id(1), Arc::new([]));
        assert!(recent.get((false, false), &id(1)).is_some());
        assert!(recent.get((true, false), &id(1)).is_none());
        recent.keep((true, false), id(2), Arc::new([]));
        assert!(recent.get((false, false), &id(1)).is_none() && recent.get((true, false), &id(2)).is_some());
        for number in 0..2 * MOST_EXTENTS {
            recent.keep((true, false), id(number), Arc::new([]));
        }
        assert!(recent.placements.len() <= MOST_EXTENTS);
    }
}
