//! Optional parts at the end of a value (`spec/encoding.md`).

use crate::error::DecodeError;
use crate::wire::{Reader, Wire, Writer, ascending};

/// Tags with this bit must be known by who reads them.
const CRITICAL: u16 = 0x8000;
const MOST_PARTS: usize = 64;
const MOST_BYTES: usize = 1 << 20;

/// One optional part that this version does not know, kept as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its tag, without the critical bit: an unknown critical part is never kept.
    pub tag: u16,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// The optional parts of a value that this version does not know.
pub type Unknown = Vec<Part>;

/// Appends parts, known and unknown ones in any order, sorted by tag.
pub fn put(mut parts: Vec<Part>, out: &mut Writer) {
    parts.sort_by_key(|part| part.tag);
    out.len(parts.len());
    for part in parts {
        part.tag.put(out);
        out.bytes(&part.bytes);
    }
}

/// Reads all parts and refuses unknown critical ones; `known` says whether it knows a tag.
pub fn get(input: &mut Reader<'_>, known: impl Fn(u16) -> bool) -> Result<Vec<Part>, DecodeError> {
    let count = input.len(MOST_PARTS, 6)?;
    let mut parts = Vec::with_capacity(count);
    for _ in 0..count {
        let tag = u16::get(input)?;
        let bytes = input.bytes(MOST_BYTES)?.to_vec();
        parts.push(Part { tag, bytes });
    }
    ascending(&parts, "optional parts", |part| part.tag)?;
    match parts.iter().find(|part| part.tag & CRITICAL != 0 && !known(part.tag)) {
        Some(part) => Err(DecodeError::Critical { tag: part.tag }),
        None => Ok(parts),
    }
}

/// Reads the parts of a value that knows none.
pub fn get_unknown(input: &mut Reader<'_>) -> Result<Unknown, DecodeError> {
    get(input, |_| false)
}

/// Takes a known part out of `parts`.
pub fn take<T: Wire>(parts: &mut Vec<Part>, tag: u16) -> Result<Option<T>, DecodeError> {
    take_bytes(parts, tag).map(|bytes| crate::wire::decode(&bytes)).transpose()
}

/// Takes a known part out of `parts`, as it is.
pub fn take_bytes(parts: &mut Vec<Part>, tag: u16) -> Option<Vec<u8>> {
    let index = parts.iter().position(|part| part.tag == tag)?;
    Some(parts.remove(index).bytes)
}
