//! The config: parameters, readers, writers (`spec/keys.md`).

use std::collections::BTreeSet;

use crate::error::DecodeError;
use crate::ids::{Hash, PublicKey, SlotId};
use crate::keys::Role;
use crate::time::Time;
use crate::tlv::{self, Unknown};
use crate::wire::{Reader, Wire, Writer, wire_struct};

/// What a signature over a config starts with.
pub const SIGNATURE_CONTEXT: &[u8] = b"liasse v1 config";

/// A key that packs are sealed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReaderKey {
    /// X25519 public key.
    pub key: PublicKey,
    /// Whether new packs are sealed to it.
    pub current: bool,
}

/// A key that signs snapshots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriterKey {
    /// Ed25519 public key.
    pub key: PublicKey,
    /// For people.
    pub label: String,
    /// When the owner accepted it.
    pub added: Time,
    /// The last sequence number that is accepted, when the owner has revoked it.
    pub revoked_after: Option<u64>,
}

impl WriterKey {
    /// Whether a snapshot with this sequence number is accepted.
    pub fn accepts(&self, sequence: u64) -> bool {
        self.revoked_after.is_none_or(|last| sequence <= last)
    }
}

/// What people should know of a key slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotNote {
    /// Its name.
    pub id: SlotId,
    /// What its holder may do.
    pub role: Role,
    /// For people.
    pub label: String,
    /// When it was made.
    pub added: Time,
}

/// Where a stream is cut, in bytes (`spec/chunking.md`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChunkSizes {
    /// No chunk but the last of a stream is shorter.
    pub min: u32,
    /// A power of two.
    pub average: u32,
    /// No chunk is longer.
    pub max: u32,
}

impl ChunkSizes {
    /// For the content of files: 32, 128 and 512 KiB.
    pub const DATA: Self = Self { min: 32 << 10, average: 128 << 10, max: 512 << 10 };
    /// For trees and lists: 4, 16 and 64 KiB.
    pub const TREE: Self = Self { min: 4 << 10, average: 16 << 10, max: 64 << 10 };

    fn is_valid(self) -> bool {
        self.min.is_multiple_of(2)
            && self.max.is_multiple_of(2)
            && self.average.is_power_of_two()
            && (64..self.average).contains(&self.min)
            && (256..=4 << 20).contains(&self.average)
            && (self.average + 1..=8 << 20).contains(&self.max)
    }
}

/// The parameters of a repository, as its owner signed them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Its name; the highest prevails.
    pub number: u64,
    /// BLAKE3 of the whole config object before it.
    pub previous: Hash,
    /// When it was written.
    pub time: Time,
    /// What people call the repository; may be empty.
    pub name: String,
    /// Keys that packs are sealed to; exactly one is current.
    pub readers: Vec<ReaderKey>,
    /// Keys that sign snapshots, revoked ones too.
    pub writers: Vec<WriterKey>,
    /// Key slots, for people.
    pub slots: Vec<SlotNote>,
    /// Cutting of file content.
    pub data_chunks: ChunkSizes,
    /// Cutting of trees and lists.
    pub tree_chunks: ChunkSizes,
    /// Bytes at which a block is closed.
    pub block_size: u32,
    /// Bytes at which a pack is closed.
    pub pack_size: u32,
    /// Level of zstd.
    pub level: i32,
    /// Parts of later versions.
    pub unknown: Unknown,
}

impl Config {
    /// The key that new packs are sealed to.
    pub fn current_reader(&self) -> Option<&ReaderKey> {
        self.readers.iter().find(|reader| reader.current)
    }

    /// The entry of a writer.
    pub fn writer(&self, key: &PublicKey) -> Option<&WriterKey> {
        self.writers.iter().find(|writer| writer.key == *key)
    }

    fn check(&self, input: &Reader<'_>) -> Result<(), DecodeError> {
        let distinct = |keys: BTreeSet<PublicKey>, count: usize| keys.len() == count;
        let rules = [
            (self.number >= 1, "configs are numbered from 1"),
            ((self.number == 1) == (self.previous == Hash::NONE), "the first config, and no other, has none before it"),
            (self.readers.iter().filter(|reader| reader.current).count() == 1, "exactly one reader is current"),
            (distinct(self.readers.iter().map(|r| r.key).collect(), self.readers.len()), "reader keys are unique"),
            (distinct(self.writers.iter().map(|w| w.key).collect(), self.writers.len()), "writer keys are unique"),
            (self.data_chunks.is_valid() && self.tree_chunks.is_valid(), "chunk sizes are within their ranges"),
            ((65_536..=8 << 20).contains(&self.block_size), "a block size is from 64 KiB to 8 MiB"),
            ((1 << 20..=1 << 30).contains(&self.pack_size), "a pack size is from 1 MiB to 1 GiB"),
            ((-7..=22).contains(&self.level), "a zstd level is from -7 to 22"),
        ];
        rules.into_iter().find(|(holds, _)| !holds).map_or(Ok(()), |(_, what)| Err(input.bad(what)))
    }
}

impl Wire for ReaderKey {
    const MIN_SIZE: usize = 34;

    fn put(&self, out: &mut Writer) {
        self.key.put(out);
        (if self.current { 1_u16 } else { 2 }).put(out);
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let key = Wire::get(input)?;
        match u16::get(input)? {
            1 => Ok(Self { key, current: true }),
            2 => Ok(Self { key, current: false }),
            _ => Err(input.bad("a reader is current (1) or retired (2)")),
        }
    }
}

impl Wire for WriterKey {
    const MIN_SIZE: usize = 32 + 4 + 12 + 2 + 8;

    fn put(&self, out: &mut Writer) {
        self.key.put(out);
        self.label.put(out);
        self.added.put(out);
        (if self.revoked_after.is_some() { 2_u16 } else { 1 }).put(out);
        self.revoked_after.unwrap_or_default().put(out);
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let (key, label, added) = (Wire::get(input)?, Wire::get(input)?, Wire::get(input)?);
        let (status, last) = (u16::get(input)?, u64::get(input)?);
        let revoked_after = match (status, last) {
            (1, 0) => None,
            (2, last) => Some(last),
            _ => return Err(input.bad("a writer is active (1, with 0) or revoked (2)")),
        };
        Ok(Self { key, label, added, revoked_after })
    }
}

wire_struct!(SlotNote { id: SlotId, role: Role, label: String, added: Time });
wire_struct!(ChunkSizes { min: u32, average: u32, max: u32 });

impl Wire for Config {
    const MIN_SIZE: usize = 8 + 32 + 12 + 4 * 4 + 24 + 12 + 4;

    fn put(&self, out: &mut Writer) {
        self.number.put(out);
        self.previous.put(out);
        self.time.put(out);
        self.name.put(out);
        self.readers.put(out);
        self.writers.put(out);
        self.slots.put(out);
        self.data_chunks.put(out);
        self.tree_chunks.put(out);
        self.block_size.put(out);
        self.pack_size.put(out);
        self.level.put(out);
        tlv::put(self.unknown.clone(), out);
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let config = Self {
            number: Wire::get(input)?,
            previous: Wire::get(input)?,
            time: Wire::get(input)?,
            name: Wire::get(input)?,
            readers: Wire::get(input)?,
            writers: Wire::get(input)?,
            slots: Wire::get(input)?,
            data_chunks: Wire::get(input)?,
            tree_chunks: Wire::get(input)?,
            block_size: Wire::get(input)?,
            pack_size: Wire::get(input)?,
            level: Wire::get(input)?,
            unknown: tlv::get_unknown(input)?,
        };
        config.check(input)?;
        Ok(config)
    }
}
