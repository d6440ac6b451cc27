//! Reading a catalogue. Whatever does not fit makes it, or a part of it, as good as absent.

use std::path::Path;

use liasse_repo::format::ids::ObjectName;
use liasse_repo::format::wire::{Reader, Wire};

use super::{CHECK_SIZE, Identity, MAGIC, check, map};

/// Most packs that a catalogue names.
const MOST_PACKS: usize = 1 << 24;

/// A mapped catalogue.
pub(crate) struct Catalogue {
    map: memmap2::Mmap,
    root: u64,
    /// The packs that its entries may refer to.
    pub(crate) packs: Vec<ObjectName>,
}

/// A directory's rows, read one after the other.
pub(crate) struct Record<'c> {
    catalogue: &'c Catalogue,
    rows: Reader<'c>,
    left: u32,
    next: Option<Row<'c>>,
}

/// What the last run knew of an entry.
#[derive(Clone, Copy)]
pub(crate) struct Row<'c> {
    pub(crate) name: &'c [u8],
    pub(crate) identity: Identity,
    /// Whether an unmoved identity means an unchanged entry.
    pub(crate) trusted: bool,
    /// When its content was last read, in days since 1970.
    pub(crate) day: u32,
    child: u64,
    /// Its encoding.
    pub(crate) entry: &'c [u8],
}

impl Catalogue {
    /// `None` for a file that is missing, damaged or of another version.
    pub(crate) fn open(path: &Path) -> Option<Self> {
        let map = map::map(path).ok()?;
        let (rest, length) = map.strip_prefix(MAGIC)?.split_last_chunk::<8>()?;
        let (rest, sum) = rest.split_last_chunk::<CHECK_SIZE>()?;
        let start = rest.len().checked_sub(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
        let end = rest.get(start..)?;
        if check(end) != *sum {
            return None;
        }
        let mut input = Reader::new(end);
        let root = u64::get(&mut input).ok()?;
        let packs = input.list(MOST_PACKS).ok()?;
        input.end().ok()?;
        Some(Self { map, root, packs })
    }

    /// The record of the root.
    pub(crate) fn root(&self) -> Option<Record<'_>> {
        self.record(self.root)
    }

    fn record(&self, start: u64) -> Option<Record<'_>> {
        let bytes = self.map.get(usize::try_from(start).ok()?..)?;
        let (sum, bytes) = bytes.split_first_chunk::<CHECK_SIZE>()?;
        let (length, bytes) = bytes.split_first_chunk::<8>()?;
        let body = bytes.get(..usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
        if check(body) != *sum {
            return None;
        }
        let mut rows = Reader::new(body);
        let left = u32::get(&mut rows).ok()?;
        let mut record = Record { catalogue: self, rows, left, next: None };
        record.advance();
        Some(record)
    }
}

impl<'c> Record<'c> {
    /// The row of a name. Names must be asked for in ascending order.
    pub(crate) fn find(&mut self, name: &[u8]) -> Option<Row<'c>> {
        while self.next.as_ref().is_some_and(|row| row.name < name) {
            self.advance();
        }
        self.next.filter(|row| row.name == name)
    }

    /// The record of a subdirectory.
    pub(crate) fn child(&self, row: &Row<'c>) -> Option<Record<'c>> {
        self.catalogue.record(row.child.checked_sub(1)?)
    }

    fn advance(&mut self) {
        self.next = self.left.checked_sub(1).and_then(|left| {
            self.left = left;
            self.read_row()
        });
    }

    fn read_row(&mut self) -> Option<Row<'c>> {
        let rows = &mut self.rows;
        Some(Row {
            name: rows.bytes(liasse_repo::format::tree::NAME_LIMIT).ok()?,
            identity: Identity::get(rows)?,
            trusted: u16::get(rows).ok()? == 1,
            day: u32::get(rows).ok()?,
            child: u64::get(rows).ok()?,
            entry: rows.bytes(liasse_repo::format::tree::ENTRY_LIMIT).ok()?,
        })
    }
}
