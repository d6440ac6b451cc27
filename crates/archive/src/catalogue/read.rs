//! Reading a catalogue. Whatever does not fit makes it, or a part of it, as good as absent.

use std::path::Path;

use liasse_repo::format::ids::{Hash, ObjectName};
use liasse_repo::format::wire::{Reader, Wire};

use super::{CHECK_SIZE, Identity, MAGIC, Totals, end_of, map, record_at};

/// Most packs that a catalogue names.
const MOST_PACKS: usize = 1 << 24;

/// A mapped catalogue.
pub(crate) struct Catalogue {
    map: memmap2::Mmap,
    root: u64,
    /// What of the options decides which entries a walk finds.
    pub(crate) options: Hash,
    /// The packs that its entries may refer to.
    pub(crate) packs: Vec<ObjectName>,
}

/// A directory's rows, read one after the other.
#[derive(Clone)]
pub(crate) struct Record<'c> {
    catalogue: &'c Catalogue,
    rows: Reader<'c>,
    left: u32,
    next: Option<Row<'c>>,
    start: u64,
    /// How many bytes the records below it take, right before it.
    below: u64,
    /// How many bytes it takes itself.
    own: u64,
    totals: Totals,
}

/// The records of a directory and of all below it, as bytes that can be copied.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subtree<'c> {
    pub(super) bytes: &'c [u8],
    /// Where in them the directory's own record starts.
    pub(super) root: u64,
    /// What is in it.
    pub(crate) totals: Totals,
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
        let mut input = Reader::new(end_of(&map, MAGIC)?);
        let root = u64::get(&mut input).ok()?;
        let options = Hash::get(&mut input).ok()?;
        let packs = input.list(MOST_PACKS).ok()?;
        input.end().ok()?;
        Some(Self { map, root, options, packs })
    }

    /// The record of the root.
    pub(crate) fn root(&self) -> Option<Record<'_>> {
        self.record(self.root)
    }

    fn record(&self, start: u64) -> Option<Record<'_>> {
        let body = record_at(&self.map, start)?;
        let mut rows = Reader::new(body);
        let below = u64::get(&mut rows).ok()?;
        let totals = Totals::get(&mut rows)?;
        let left = u32::get(&mut rows).ok()?;
        let own = (CHECK_SIZE + 8 + body.len()) as u64;
        let mut record = Record { catalogue: self, rows, left, next: None, start, below, own, totals };
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
        if row.child == 0 { None } else { self.catalogue.record(self.start.checked_sub(row.child)?) }
    }

    /// The next row, whatever its name.
    pub(crate) fn next_row(&mut self) -> Option<Row<'c>> {
        let row = self.next;
        self.advance();
        row
    }

    /// Where it stands: which record of this catalogue it is.
    pub(crate) fn place(&self) -> u64 {
        self.start
    }

    /// It and all records below it, to be copied.
    pub(crate) fn subtree(&self) -> Option<Subtree<'c>> {
        let first = usize::try_from(self.start.checked_sub(self.below)?).ok()?;
        let end = usize::try_from(self.start.checked_add(self.own)?).ok()?;
        Some(Subtree { bytes: self.catalogue.map.get(first..end)?, root: self.below, totals: self.totals })
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

/// For those who compare many directories at once: a place is all that they need to keep of a record.
impl Catalogue {
    /// The record at a place that a record of this catalogue named.
    pub(crate) fn record_at(&self, place: u64) -> Option<Record<'_>> {
        self.record(place)
    }
}

impl<'c> Record<'c> {
    /// Takes the row of a name, and says whether no row was passed over on the way. Names must be asked for in ascending order.
    pub(crate) fn take(&mut self, name: &[u8]) -> Option<(Row<'c>, bool)> {
        let mut is_next = true;
        while self.next.as_ref().is_some_and(|row| row.name < name) {
            self.advance();
            is_next = false;
        }
        let row = self.next.filter(|row| row.name == name)?;
        self.advance();
        Some((row, is_next))
    }

    /// Whether the next row is of this name.
    pub(crate) fn is_next(&self, name: &[u8]) -> bool {
        self.next.as_ref().is_some_and(|row| row.name == name)
    }

    /// Where the record of a subdirectory stands.
    pub(crate) fn child_place(&self, row: &Row<'c>) -> Option<u64> {
        if row.child == 0 { None } else { self.start.checked_sub(row.child) }
    }

    /// Where it and all records below it stand.
    pub(crate) fn places(&self) -> std::ops::RangeInclusive<u64> {
        self.start.saturating_sub(self.below)..=self.start
    }
}
