//! The head of a parity object: what it protects, and in which groups.

use super::{GROUP_SHARDS, Layout, MEMBER_LIMIT, PAYLOAD, RECOVERY_LIMIT, SECTOR, Tag};
use crate::envelope::Kind;
use crate::error::DecodeError;
use crate::ids::{Hash, ObjectName, RepositoryId, SessionId, SlotId};
use crate::tlv::{self, Unknown};
use crate::wire::{Reader, Wire, Writer, ascending, decode_padded};

/// Which object a member is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum What {
    /// The plain text in the root.
    Readme,
    /// The config of a number.
    Config(u64),
    /// A key slot.
    Slot(SlotId),
    /// A pack.
    Pack(ObjectName),
    /// An index segment.
    Segment(ObjectName),
    /// A snapshot or tombstone.
    Snapshot(SessionId),
}

/// An object that is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// Which one.
    pub what: What,
    /// Its length in bytes.
    pub length: u64,
    /// The BLAKE3 of all its bytes; the name of one that is named by its hash.
    pub hash: Hash,
}

/// Some shards in a row, which are protected together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Group {
    /// How many.
    pub shards: u32,
    /// Recovery shards of each of its codewords.
    pub recovery: u32,
    /// Sectors of recovery of its table.
    pub table_recovery: u16,
}

/// What an object protects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Whose objects they are.
    pub repository: RepositoryId,
    /// Sectors of recovery of the head itself.
    pub recovery: u16,
    /// What is protected, strictly ascending.
    pub members: Vec<Member>,
    /// The groups that the members' shards make, in their order.
    pub groups: Vec<Group>,
    /// Parts of later versions.
    pub unknown: Unknown,
}

impl What {
    fn tag(self) -> u16 {
        match self {
            Self::Readme => 1,
            Self::Config(_) => 2,
            Self::Slot(_) => 3,
            Self::Pack(_) => 4,
            Self::Segment(_) => 5,
            Self::Snapshot(_) => 6,
        }
    }

    /// Most bytes of such an object.
    pub fn size_limit(self) -> u64 {
        match self {
            Self::Readme | Self::Config(_) => Kind::Config.size_limit(),
            Self::Slot(_) => Kind::Slot.size_limit(),
            Self::Pack(_) => Kind::DataPack.size_limit(),
            Self::Segment(_) => Kind::Segment.size_limit(),
            Self::Snapshot(_) => Kind::Snapshot.size_limit(),
        }
    }
}

impl Member {
    /// How many shards it takes: it begins with one of its own.
    pub fn shards(&self) -> u64 {
        self.length.div_ceil(SECTOR as u64)
    }
}

impl Wire for Member {
    const MIN_SIZE: usize = 2 + 8 + 32;
    const LIST_LIMIT: usize = MEMBER_LIMIT;

    fn put(&self, out: &mut Writer) {
        self.what.tag().put(out);
        self.length.put(out);
        self.hash.put(out);
        match self.what {
            What::Readme | What::Pack(_) | What::Segment(_) => {}
            What::Config(number) => number.put(out),
            What::Slot(slot) => slot.put(out),
            What::Snapshot(session) => session.put(out),
        }
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let offset = input.offset();
        let tag = u16::get(input)?;
        let (length, hash) = (u64::get(input)?, Hash::get(input)?);
        let what = match tag {
            1 => What::Readme,
            2 => What::Config(Wire::get(input)?),
            3 => What::Slot(Wire::get(input)?),
            4 => What::Pack(ObjectName(hash.0)),
            5 => What::Segment(ObjectName(hash.0)),
            6 => What::Snapshot(Wire::get(input)?),
            _ => return Err(input.bad("the kind of a member is not known")),
        };
        if what == What::Config(0) || length == 0 {
            return Err(input.bad("a member has a byte, and a config a number from 1"));
        }
        if length > what.size_limit() {
            return Err(DecodeError::Limit { offset, stated: length, limit: what.size_limit() });
        }
        Ok(Self { what, length, hash })
    }
}

impl Wire for Group {
    const MIN_SIZE: usize = 10;

    fn put(&self, out: &mut Writer) {
        self.shards.put(out);
        self.recovery.put(out);
        self.table_recovery.put(out);
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let offset = input.offset();
        let group = Self { shards: Wire::get(input)?, recovery: Wire::get(input)?, table_recovery: Wire::get(input)? };
        let table = u32::from(group.table_recovery);
        for (stated, limit) in [(group.shards, GROUP_SHARDS), (group.recovery, RECOVERY_LIMIT), (table, RECOVERY_LIMIT)] {
            if stated > limit {
                return Err(DecodeError::Limit { offset, stated: u64::from(stated), limit: u64::from(limit) });
            }
            if stated == 0 {
                return Err(input.bad("a group has shards, and recovery of them and of its table"));
            }
        }
        Ok(group)
    }
}

impl Head {
    /// The strip that carries it: its encoding and zeros, as many as fill the last sector.
    pub fn to_strip(&self) -> Vec<u8> {
        let mut strip = crate::wire::encode(self);
        strip.resize(strip.len().next_multiple_of(PAYLOAD), 0);
        strip
    }

    /// Reads a strip.
    pub fn from_strip(strip: &[u8]) -> Result<Self, DecodeError> {
        let head: Self = decode_padded(strip, PAYLOAD)?;
        Layout::of(&head)?;
        Ok(head)
    }

    /// What binds the sectors of the object to this head.
    pub fn tag(&self) -> Tag {
        Tag::of(&self.to_strip())
    }
}

impl Wire for Head {
    const MIN_SIZE: usize = 16 + 2 + 4 + 4 + 4;

    fn put(&self, out: &mut Writer) {
        self.repository.put(out);
        self.recovery.put(out);
        self.members.put(out);
        self.groups.put(out);
        tlv::put(self.unknown.clone(), out);
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let head = Self {
            repository: Wire::get(input)?,
            recovery: Wire::get(input)?,
            members: Wire::get(input)?,
            groups: Wire::get(input)?,
            unknown: tlv::get_unknown(input)?,
        };
        ascending(&head.members, "members", |member| member.what)?;
        if head.recovery == 0 || head.members.is_empty() {
            return Err(input.bad("parity has a member, and recovery of its head"));
        }
        if u32::from(head.recovery) > RECOVERY_LIMIT {
            let (stated, limit) = (u64::from(head.recovery), u64::from(RECOVERY_LIMIT));
            return Err(DecodeError::Limit { offset: 16, stated, limit });
        }
        let shards: u64 = head.groups.iter().map(|group| u64::from(group.shards)).sum();
        // At most 65,536 members of at most 2^23 shards: nothing overflows.
        if shards != head.members.iter().map(Member::shards).sum() {
            return Err(input.bad("the groups have as many shards as the members"));
        }
        Ok(head)
    }
}
