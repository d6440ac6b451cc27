//! What slots and credentials hold (`spec/keys.md`).

use std::fmt;

use crate::envelope::BOX_OVERHEAD;
use crate::error::DecodeError;
use crate::ids::PublicKey;
use crate::wire::{Reader, Wire, Writer, wire_tag};

/// What a holder of keys may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Reads, writes, and changes the config.
    Owner,
    /// Reads everything and can sign nothing.
    Auditor,
    /// Adds snapshots and reads no content.
    Writer,
}

wire_tag!(Role { Owner = 1, Auditor = 2, Writer = 3 }, "a role is 1, 2 or 3");

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Owner => "owner",
            Self::Auditor => "auditor",
            Self::Writer => "writer",
        })
    }
}

/// The secrets of one holder, as bytes. It lives only between a sealed or private file and the types of `seal`, which wipe themselves;
/// so does this one's holder.
#[derive(Clone, PartialEq, Eq)]
pub struct Bundle {
    /// What the holder may do.
    pub role: Role,
    /// For people.
    pub label: String,
    /// From which all purpose keys derive.
    pub repository_secret: [u8; 32],
    /// Who signs the config.
    pub owner: PublicKey,
    /// X25519 private keys, the current one first.
    pub readers: Vec<[u8; 32]>,
    /// Ed25519 seed of the owner key.
    pub owner_seed: Option<[u8; 32]>,
    /// Ed25519 seed of a writer key.
    pub writer_seed: Option<[u8; 32]>,
}

impl fmt::Debug for Bundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bundle").field("role", &self.role).field("label", &self.label).finish_non_exhaustive()
    }
}

impl Wire for Bundle {
    const MIN_SIZE: usize = 2 + 4 + 32 + 32 + 4 + 1 + 1;

    fn put(&self, out: &mut Writer) {
        self.role.put(out);
        self.label.put(out);
        self.repository_secret.put(out);
        self.owner.put(out);
        self.readers.put(out);
        self.owner_seed.put(out);
        self.writer_seed.put(out);
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let bundle = Self {
            role: Wire::get(input)?,
            label: Wire::get(input)?,
            repository_secret: Wire::get(input)?,
            owner: Wire::get(input)?,
            readers: Wire::get(input)?,
            owner_seed: Wire::get(input)?,
            writer_seed: Wire::get(input)?,
        };
        let holds = (!bundle.readers.is_empty(), bundle.owner_seed.is_some(), bundle.writer_seed.is_some());
        let may = match bundle.role {
            Role::Owner => (true, true, true),
            Role::Auditor => (true, false, false),
            Role::Writer => (false, false, true),
        };
        if holds == may { Ok(bundle) } else { Err(input.bad("a role holds exactly its own secrets")) }
    }
}

/// How a slot's key is derived from its password: Argon2id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kdf {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
    /// Random.
    pub salt: [u8; 32],
}

impl Kdf {
    /// Length of the encoding in bytes.
    pub const SIZE: usize = 46;
    const ARGON2ID: u16 = 1;
}

/// The body of a key slot, unopened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlotBody<'a> {
    /// How the password becomes the box's key.
    pub kdf: Kdf,
    /// The encoding of `kdf`: the `extra` of the box.
    pub public: &'a [u8],
    /// The box of a bundle.
    pub sealed: &'a [u8],
}

impl<'a> SlotBody<'a> {
    /// Takes a slot's body apart, and refuses it before any derivation is run.
    pub fn decode(body: &'a [u8]) -> Result<Self, DecodeError> {
        let mut input = Reader::new(body);
        let kdf = Kdf::get(&mut input)?;
        let sealed = input.rest();
        if sealed.len() < BOX_OVERHEAD {
            return Err(DecodeError::Truncated { offset: body.len() });
        }
        Ok(Self { kdf, public: body.get(..Kdf::SIZE).unwrap_or_default(), sealed })
    }
}

/// Refuses a cost outside its range.
fn within(value: u32, range: std::ops::RangeInclusive<u32>, input: &Reader<'_>) -> Result<u32, DecodeError> {
    if range.contains(&value) {
        Ok(value)
    } else {
        Err(DecodeError::Limit { offset: input.offset(), stated: u64::from(value), limit: u64::from(*range.end()) })
    }
}

impl Wire for Kdf {
    const MIN_SIZE: usize = Self::SIZE;

    fn put(&self, out: &mut Writer) {
        Self::ARGON2ID.put(out);
        self.memory_kib.put(out);
        self.passes.put(out);
        self.lanes.put(out);
        self.salt.put(out);
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if u16::get(input)? != Self::ARGON2ID {
            return Err(input.bad("the key derivation is not known to this program"));
        }
        Ok(Self {
            memory_kib: within(Wire::get(input)?, 65_536..=2_097_152, input)?,
            passes: within(Wire::get(input)?, 3..=16, input)?,
            lanes: within(Wire::get(input)?, 1..=16, input)?,
            salt: Wire::get(input)?,
        })
    }
}
