//! The frame of every object: header, body, trailer (`spec/envelope.md`).

use crate::error::DecodeError;
use crate::ids::{RepositoryId, SessionId};
use crate::pack::PACK_LIMIT;
use crate::wire::{Reader, Wire, Writer};

/// Length of a header in bytes.
pub const HEADER_SIZE: usize = 48;
/// Length of a trailer in bytes.
pub const TRAILER_SIZE: usize = 48;
/// The major version that is written, and the only one that is read.
pub const MAJOR: u16 = 1;
/// The newest minor version that is known; any is read, and each kind is written as the version that defined it.
pub const MINOR: u16 = 1;
/// What a box adds to its plaintext, in bytes: salt, commitment and tag (`spec/sealing.md`).
pub const BOX_OVERHEAD: usize = 80;

const MAGIC: [u8; 8] = *b"\x89LIA\r\n\x1a\n";
const END_MAGIC: [u8; 8] = *b"\n\x1a\n\rAIL\x89";

/// What an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u16)]
pub enum Kind {
    /// Parameters, readers and writers.
    Config = 1,
    /// A password's way to the keys.
    Slot = 2,
    /// A key file.
    Credential = 3,
    /// A pack of file data.
    DataPack = 4,
    /// A pack of trees and lists.
    TreePack = 5,
    /// A list of what packs hold.
    Segment = 6,
    /// A committed record.
    Snapshot = 7,
    /// A burned snapshot slot.
    Tombstone = 8,
    /// A session that has begun.
    Intent = 9,
    /// A deletion that is being made.
    Plan = 10,
    /// Recovery of other objects, made and used without a key.
    Parity = 11,
}

impl Kind {
    /// Every kind of this version.
    pub const ALL: [Self; 11] = [
        Self::Config,
        Self::Slot,
        Self::Credential,
        Self::DataPack,
        Self::TreePack,
        Self::Segment,
        Self::Snapshot,
        Self::Tombstone,
        Self::Intent,
        Self::Plan,
        Self::Parity,
    ];

    /// Its number in headers.
    pub fn number(self) -> u16 {
        self as u16
    }

    /// Whether objects of this kind belong to a session.
    pub fn has_session(self) -> bool {
        !matches!(self, Self::Config | Self::Slot | Self::Credential | Self::Parity)
    }

    /// The minor version that defined it.
    fn minor(self) -> u16 {
        if self == Self::Parity { MINOR } else { 0 }
    }

    /// Most bytes of a whole object.
    pub fn size_limit(self) -> u64 {
        match self {
            Self::Config | Self::Slot | Self::Credential | Self::Tombstone | Self::Intent => 4 << 20,
            Self::Segment | Self::Snapshot | Self::Plan => 64 << 20,
            Self::DataPack | Self::TreePack | Self::Parity => PACK_LIMIT,
        }
    }

    /// The kind of a number.
    pub fn from_number(number: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }
}

/// The first 48 bytes of an object, and the associated data of everything that is sealed in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// What the object is.
    pub kind: Kind,
    /// The minor version it was written by.
    pub minor: u16,
    /// The repository it belongs to.
    pub repository: RepositoryId,
    /// The session that wrote it, or [`SessionId::NONE`].
    pub session: SessionId,
}

impl Header {
    /// A header of the version that is written.
    pub fn new(kind: Kind, repository: RepositoryId, session: SessionId) -> Self {
        Self { kind, minor: kind.minor(), repository, session }
    }

    /// Its bytes.
    pub fn to_bytes(&self) -> [u8; HEADER_SIZE] {
        let mut out = Writer::default();
        out.raw(&MAGIC);
        self.kind.number().put(&mut out);
        MAJOR.put(&mut out);
        self.minor.put(&mut out);
        0_u16.put(&mut out);
        out.raw(&self.repository.0);
        out.raw(&self.session.0);
        let mut bytes = [0; HEADER_SIZE];
        bytes.copy_from_slice(&out.into_bytes());
        bytes
    }

    /// Reads a header of whatever kind.
    pub fn from_bytes(bytes: &[u8; HEADER_SIZE]) -> Result<Self, DecodeError> {
        Self::parse(bytes, None)
    }

    /// Reads a header of a kind.
    pub fn expect(bytes: &[u8; HEADER_SIZE], kind: Kind) -> Result<Self, DecodeError> {
        Self::parse(bytes, Some(kind))
    }

    /// Refuses (`foreign`) an object of another repository.
    pub fn check_repository(&self, expected: RepositoryId) -> Result<(), DecodeError> {
        if self.repository == expected { Ok(()) } else { Err(DecodeError::Foreign) }
    }

    fn parse(bytes: &[u8; HEADER_SIZE], expected: Option<Kind>) -> Result<Self, DecodeError> {
        let mut input = Reader::new(bytes);
        if input.raw(MAGIC.len())? != MAGIC {
            return Err(DecodeError::Magic);
        }
        let number = u16::get(&mut input)?;
        let major = u16::get(&mut input)?;
        let minor = u16::get(&mut input)?;
        if major != MAJOR {
            return Err(DecodeError::Version { major });
        }
        let kind = Kind::from_number(number).filter(|kind| expected.is_none_or(|e| e == *kind));
        let kind = kind.ok_or(DecodeError::Kind { found: number, expected: expected.map_or(0, Kind::number) })?;
        if u16::get(&mut input)? != 0 {
            return Err(input.bad("the reserved bytes of a header are zero"));
        }
        let repository = RepositoryId(Wire::get(&mut input)?);
        let session = SessionId(Wire::get(&mut input)?);
        if !kind.has_session() && session != SessionId::NONE {
            return Err(input.bad("an object of this kind belongs to no session"));
        }
        Ok(Self { kind, minor, repository, session })
    }
}

/// The trailer of an object of `length` bytes in all, whose bytes up to the trailer are in `hasher`. The hasher has taken in the
/// whole object afterwards, so that its result is the object's name.
pub fn trailer(length: u64, hasher: &mut blake3::Hasher) -> [u8; TRAILER_SIZE] {
    let mut out = Writer::default();
    length.put(&mut out);
    hasher.update(&length.to_le_bytes());
    out.raw(hasher.finalize().as_bytes());
    out.raw(&END_MAGIC);
    let mut bytes = [0; TRAILER_SIZE];
    bytes.copy_from_slice(&out.into_bytes());
    hasher.update(bytes.get(8..).unwrap_or_default());
    bytes
}

/// Puts a body between its header and trailer.
pub fn wrap(header: &Header, body: &[u8]) -> Vec<u8> {
    let length = HEADER_SIZE + body.len() + TRAILER_SIZE;
    let mut object = Vec::with_capacity(length);
    object.extend_from_slice(&header.to_bytes());
    object.extend_from_slice(body);
    let mut hasher = blake3::Hasher::new();
    hasher.update(&object);
    let end = trailer(length as u64, &mut hasher);
    object.extend_from_slice(&end);
    object
}

/// Takes an object apart into header and body, and refuses it in the order of `spec/envelope.md`. `repository` is `None` where it is
/// only learned from the object.
pub fn unwrap(object: &[u8], kind: Kind, repository: Option<RepositoryId>) -> Result<(Header, &[u8]), DecodeError> {
    let (size, limit) = (object.len() as u64, kind.size_limit());
    if size > limit {
        return Err(DecodeError::Limit { offset: 0, stated: size, limit });
    }
    let truncated = DecodeError::Truncated { offset: object.len() };
    let (head, rest) = object.split_first_chunk::<HEADER_SIZE>().ok_or(truncated.clone())?;
    let (body, end) = rest.split_last_chunk::<TRAILER_SIZE>().ok_or(truncated)?;
    let header = Header::expect(head, kind)?;
    let mut input = Reader::new(end);
    let length = u64::get(&mut input)?;
    let hash: [u8; 32] = Wire::get(&mut input)?;
    if input.rest() != END_MAGIC || length != object.len() as u64 {
        return Err(DecodeError::Length);
    }
    let mut hasher = blake3::Hasher::new();
    hasher.update(head).update(body).update(&length.to_le_bytes());
    if *hasher.finalize().as_bytes() != hash {
        return Err(DecodeError::Checksum);
    }
    repository.map_or(Ok(()), |expected| header.check_repository(expected))?;
    Ok((header, body))
}
