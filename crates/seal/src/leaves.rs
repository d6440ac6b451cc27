//! The leaves under a chunk's id: BLAKE3 is a tree over 1 KiB leaves, so an id commits to the chaining value of each.
//!
//! Equal leaf values at equal places mean equal bytes, with 256 bits of certainty, without either at hand. Values from a cache prove
//! nothing by themselves: merged, they must give the id that is believed already. (BLAKE3 specification, sections 2.1 and 2.4; `blake3::hazmat`.)

use blake3::Hasher;
use blake3::hazmat::{HasherExt, Mode, merge_subtrees_non_root, merge_subtrees_root};
use liasse_format::ids::ChunkId;
use liasse_format::pack::ChunkKind;

use crate::keys::RepositoryKeys;

/// Bytes of a leaf; the last of a chunk may be shorter.
pub const LEAF_SIZE: usize = 1024;

/// The chaining value of a leaf at its place in its chunk.
pub type LeafValue = [u8; 32];

impl RepositoryKeys {
    /// Makes `out` the leaf values of a chunk. None for a chunk of one leaf, whose only value would be its id.
    pub fn leaf_values(&self, kind: ChunkKind, bytes: &[u8], out: &mut Vec<LeafValue>) {
        out.clear();
        if bytes.len() <= LEAF_SIZE {
            return;
        }
        out.extend((0..).zip(bytes.chunks(LEAF_SIZE)).map(|(number, leaf)| self.leaf_value(kind, number, leaf)));
    }

    /// The value of one leaf, by its number in its chunk: of [`LEAF_SIZE`] bytes, or fewer at the end of the chunk. Bytes beyond are not
    /// looked at.
    pub fn leaf_value(&self, kind: ChunkKind, number: u32, leaf: &[u8]) -> LeafValue {
        let mut hasher = Hasher::new_keyed(self.chunk_key(kind));
        hasher.set_input_offset(u64::from(number) * LEAF_SIZE as u64);
        hasher.update(leaf.get(..LEAF_SIZE).unwrap_or(leaf));
        hasher.finalize_non_root()
    }

    /// The id of the chunk with these leaf values; `None` for fewer than two.
    pub fn id_of_leaves(&self, kind: ChunkKind, leaves: &[LeafValue]) -> Option<ChunkId> {
        if leaves.len() < 2 {
            return None;
        }
        let mode = Mode::KeyedHash(self.chunk_key(kind));
        let (left, right) = split(leaves);
        Some(ChunkId(*merge_subtrees_root(&subtree(left, mode), &subtree(right, mode), mode).as_bytes()))
    }
}

/// Left, as many leaves as the largest power of two below their number.
fn split(leaves: &[LeafValue]) -> (&[LeafValue], &[LeafValue]) {
    leaves.split_at_checked(leaves.len().next_power_of_two() / 2).unwrap_or((leaves, &[]))
}

fn subtree(leaves: &[LeafValue], mode: Mode<'_>) -> LeafValue {
    match leaves {
        [] => [0; 32],
        [one] => *one,
        _ => {
            let (left, right) = split(leaves);
            merge_subtrees_non_root(&subtree(left, mode), &subtree(right, mode), mode)
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use crate::testing::noise;

    const KINDS: [ChunkKind; 3] = [ChunkKind::Data, ChunkKind::Tree, ChunkKind::List];

    #[test]
    fn leaves_merge_to_the_id() {
        let keys = RepositoryKeys::derive(&[3; 32]);
        let data = noise(600_000);
        let mut leaves = Vec::new();
        for length in [1025, 2047, 2048, 2049, 3072, 5000, 65_536, 131_071, 200_000, 524_288, 600_000] {
            for kind in KINDS {
                keys.leaf_values(kind, &data[..length], &mut leaves);
                assert_eq!(leaves.len(), length.div_ceil(LEAF_SIZE));
                assert_eq!(keys.id_of_leaves(kind, &leaves), Some(keys.chunk_id(kind, &data[..length])), "{length}");
            }
        }
        keys.leaf_values(ChunkKind::Data, &data[..1024], &mut leaves);
        assert_eq!((leaves.len(), keys.id_of_leaves(ChunkKind::Data, &leaves)), (0, None));
    }

    #[test]
    fn a_leaf_value_belongs_to_its_bytes_and_its_place() {
        let keys = RepositoryKeys::derive(&[3; 32]);
        let mut data = noise(10 * LEAF_SIZE);
        let (mut before, mut after) = (Vec::new(), Vec::new());
        keys.leaf_values(ChunkKind::Data, &data, &mut before);
        data[3 * LEAF_SIZE + 5] ^= 1;
        keys.leaf_values(ChunkKind::Data, &data, &mut after);
        let changed: Vec<usize> = (0..10).filter(|n| before[*n] != after[*n]).collect();
        assert_eq!(changed, [3]);
        assert_eq!(keys.leaf_value(ChunkKind::Data, 2, &data[2 * LEAF_SIZE..]), after[2], "bytes beyond are not looked at");
        let same = vec![7; 2 * LEAF_SIZE];
        keys.leaf_values(ChunkKind::Data, &same, &mut after);
        assert_ne!(after[0], after[1]);
        before[9][0] ^= 1;
        assert_ne!(keys.id_of_leaves(ChunkKind::Data, &before), Some(keys.chunk_id(ChunkKind::Data, &data)));
    }
}
