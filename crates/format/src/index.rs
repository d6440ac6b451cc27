//! Index segments: what some packs hold (`spec/index.md`).

use crate::envelope::Kind;
use crate::error::DecodeError;
use crate::ids::ObjectName;
use crate::pack::{Directory, PACK_LIMIT};
use crate::tlv::{self, Unknown};
use crate::wire::{Reader, Wire, Writer, ascending};

/// One pack in a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackRecord {
    /// The pack.
    pub name: ObjectName,
    /// Data or tree pack.
    pub kind: Kind,
    /// Bytes of the whole object.
    pub size: u64,
    /// What it holds.
    pub directory: Directory,
}

/// A list of what some packs hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Segment {
    /// Segments that this one stands in for, strictly ascending.
    pub replaces: Vec<ObjectName>,
    /// Packs, strictly ascending by name.
    pub packs: Vec<PackRecord>,
    /// Parts of later versions.
    pub unknown: Unknown,
}

impl Wire for PackRecord {
    const MIN_SIZE: usize = 32 + 2 + 8 + Directory::MIN_SIZE;

    fn put(&self, out: &mut Writer) {
        self.name.put(out);
        self.kind.number().put(out);
        self.size.put(out);
        self.directory.put(out);
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let name = Wire::get(input)?;
        let Some(kind @ (Kind::DataPack | Kind::TreePack)) = Kind::from_number(u16::get(input)?) else {
            return Err(input.bad("a segment lists packs"));
        };
        let size = Wire::get(input)?;
        if size > PACK_LIMIT {
            return Err(DecodeError::Limit { offset: input.offset(), stated: size, limit: PACK_LIMIT });
        }
        let directory = Directory::get(input)?;
        directory.check_kind(kind)?;
        Ok(Self { name, kind, size, directory })
    }
}

impl Wire for Segment {
    const MIN_SIZE: usize = 12;

    fn put(&self, out: &mut Writer) {
        self.replaces.put(out);
        self.packs.put(out);
        tlv::put(self.unknown.clone(), out);
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let segment = Self { replaces: Wire::get(input)?, packs: Wire::get(input)?, unknown: tlv::get_unknown(input)? };
        ascending(&segment.replaces, "replaced segments", |name| *name)?;
        ascending(&segment.packs, "packs", |pack| pack.name)?;
        Ok(segment)
    }
}
