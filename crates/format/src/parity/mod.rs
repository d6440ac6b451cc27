//! Parity (`spec/parity.md`): what an object protects, and how it is laid out. Must never ask for memory on the word of a list: what it
//! states is held against the limits first, and layouts are computed, not stored.

mod head;
mod layout;
mod sector;

pub use head::{Group, Head, Member, What};
pub use layout::{Layout, Place};
pub use sector::{Sector, Tag};

/// Bytes of a sector of an object, and of a shard.
pub const SECTOR: usize = 512;
/// Bytes of a strip that one sector carries.
pub const PAYLOAD: usize = 480;
/// Bytes of a shard's hash.
pub const SHARD_HASH: usize = 6;
/// Most shards that one codeword protects.
pub const CODEWORD_SHARDS: u32 = 32_768;
/// Most recovery shards of a codeword, and most sectors of one sort of a strip.
pub const RECOVERY_LIMIT: u32 = 32_768;
/// Most shards of a group: those of four codewords.
pub const GROUP_SHARDS: u32 = 4 * CODEWORD_SHARDS;
/// Most members of an object.
pub const MEMBER_LIMIT: usize = 65_536;

/// The hash that a table has of a shard.
pub fn shard_hash(shard: &[u8; SECTOR]) -> [u8; SHARD_HASH] {
    let mut hash = [0; SHARD_HASH];
    hash.copy_from_slice(blake3::hash(shard).as_bytes().first_chunk::<SHARD_HASH>().unwrap_or(&[0; SHARD_HASH]));
    hash
}
