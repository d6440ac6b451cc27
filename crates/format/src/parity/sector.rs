//! A sector that says by itself what it is and whether it is sound, so that it is found wherever it lies in an object that rots.

use super::{PAYLOAD, RECOVERY_LIMIT, SECTOR};
use crate::error::DecodeError;
use crate::wire::{Reader, Wire, Writer};

const MAGIC: [u8; 4] = *b"\x89LIP";
const CHECK_SIZE: usize = 10;
const CHECKED: usize = SECTOR - CHECK_SIZE;

/// Binds all sectors of an object to its head: the first bytes of the BLAKE3 of the head's strip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(pub [u8; 8]);

impl Tag {
    /// The tag of an object whose head's strip is `strip`, zeros at its end included.
    pub fn of(strip: &[u8]) -> Self {
        let mut tag = [0; 8];
        tag.copy_from_slice(blake3::hash(strip).as_bytes().first_chunk::<8>().unwrap_or(&[0; 8]));
        Self(tag)
    }
}

/// One sector of a strip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sector {
    /// Of which object.
    pub tag: Tag,
    /// 0 for the head, and the number of a group, from 1, for its table.
    pub strip: u32,
    /// Which sector of the strip: its data first, then its recovery.
    pub index: u16,
    /// How many sectors of data the strip has.
    pub data: u16,
    /// How many sectors of recovery it has.
    pub recovery: u16,
    /// What it carries.
    pub payload: [u8; PAYLOAD],
}

impl Sector {
    /// Its bytes.
    pub fn to_bytes(&self) -> [u8; SECTOR] {
        let mut out = Writer::default();
        out.raw(&MAGIC);
        out.raw(&self.tag.0);
        self.strip.put(&mut out);
        self.index.put(&mut out);
        self.data.put(&mut out);
        self.recovery.put(&mut out);
        out.raw(&self.payload);
        let checked = out.into_bytes();
        let mut bytes = [0; SECTOR];
        let (head, check) = bytes.split_at_mut(CHECKED);
        head.copy_from_slice(&checked);
        check.copy_from_slice(blake3::hash(&checked).as_bytes().get(..CHECK_SIZE).unwrap_or_default());
        bytes
    }

    /// Reads a sector, and refuses what is noise (`magic`, `checksum`) or cannot be a sector of a strip (`value`, `limit`).
    pub fn from_bytes(bytes: &[u8; SECTOR]) -> Result<Self, DecodeError> {
        let (checked, check) = bytes.split_at(CHECKED);
        let mut input = Reader::new(checked);
        if input.raw(MAGIC.len())? != MAGIC {
            return Err(DecodeError::Magic);
        }
        if blake3::hash(checked).as_bytes().get(..CHECK_SIZE) != Some(check) {
            return Err(DecodeError::Checksum);
        }
        let sector = Self {
            tag: Tag(Wire::get(&mut input)?),
            strip: Wire::get(&mut input)?,
            index: Wire::get(&mut input)?,
            data: Wire::get(&mut input)?,
            recovery: Wire::get(&mut input)?,
            payload: Wire::get(&mut input)?,
        };
        let (data, recovery) = (u32::from(sector.data), u32::from(sector.recovery));
        if let Some(stated) = [data, recovery].into_iter().find(|count| *count > RECOVERY_LIMIT) {
            return Err(DecodeError::Limit { offset: 18, stated: u64::from(stated), limit: u64::from(RECOVERY_LIMIT) });
        }
        if data == 0 || recovery == 0 || u32::from(sector.index) >= data + recovery {
            return Err(DecodeError::Value { what: "a strip has data and recovery, and a sector is one of them", offset: 22 });
        }
        Ok(sector)
    }
}
