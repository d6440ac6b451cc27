//! Folders of a state, in pages: however many entries one has, only some pages of them are in memory. Folders are kept by what is in them,
//! so that one that stayed the same from date to date is read once.

use std::sync::{Arc, Mutex};

use liasse_archive::repo::format::content::{ChunkRef, Content};
use liasse_archive::repo::format::ids::Hash;
use liasse_archive::repo::format::pack::ChunkKind;
use liasse_archive::repo::format::tree::{Entry, Name, TreeDecoder};
use liasse_archive::repo::format::{DecodeError, wire};
use liasse_archive::repo::{Error, ListWalk, Result};

use super::lru::Lru;
use super::source::{Source, lock};

/// Most bytes of a page, as they are encoded, and most entries.
const PAGE_BYTES: usize = 128 << 10;
const PAGE_ENTRIES: usize = 512;
/// What an entry takes beside its encoded bytes, about twice.
const ENTRY_COST: usize = 400;
/// Most bytes of pages that are kept, and of where pages begin.
const PAGES_COST: usize = 24 << 20;
const INDEXES_COST: usize = 8 << 20;

/// A folder of a state: what is in it, and where it is.
pub(super) struct Folder {
    /// Its number.
    pub(super) number: u64,
    /// What is in it.
    pub(super) tree: Content,
    /// Names this content among all folders.
    pub(super) key: Hash,
    /// What it is part of.
    pub(super) within: Within,
}

/// Where a folder is.
pub(super) enum Within {
    /// It is the root of a state.
    State(super::state::State),
    /// It has a name in another.
    Folder(Arc<Folder>, Name),
}

impl Folder {
    pub(super) fn new(number: u64, tree: Content, within: Within) -> Arc<Self> {
        let key = Hash::of(&wire::encode(&tree));
        Arc::new(Self { number, tree, key, within })
    }

    /// The state that it belongs to, and the root of that.
    pub(super) fn state(&self) -> (&super::state::State, &Self) {
        let mut folder = self;
        loop {
            match &folder.within {
                Within::State(state) => return (state, folder),
                Within::Folder(above, _) => folder = above,
            }
        }
    }

    /// Its path in the view, without a slash at its end.
    pub(super) fn path(&self) -> Vec<u8> {
        let mut names: Vec<&[u8]> = Vec::new();
        let mut folder = self;
        let root = loop {
            match &folder.within {
                Within::State(state) => break &state.place,
                Within::Folder(above, name) => {
                    names.push(name.as_bytes());
                    folder = above;
                }
            }
        };
        let mut path = root.clone();
        for name in names.into_iter().rev() {
            path.push(b'/');
            path.extend_from_slice(name);
        }
        path
    }
}

/// Where a page begins.
struct Page {
    first: Name,
    /// The number of its first entry in the folder.
    ordinal: u32,
    /// Its first entry begins in this chunk, after so many bytes.
    chunk: usize,
    skip: usize,
}

/// Where the pages of a folder begin.
struct Index {
    chunks: Vec<ChunkRef>,
    pages: Vec<Page>,
    entries: u32,
}

/// Entries of a page, in the order of their names.
type Entries = Arc<[Entry]>;

/// The folders that were looked into last.
pub(super) struct Folders {
    indexes: Mutex<Lru<Hash, Arc<Index>>>,
    pages: Mutex<Lru<(Hash, usize), Entries>>,
}

impl Folders {
    pub(super) fn new() -> Self {
        Self { indexes: Mutex::new(Lru::new(INDEXES_COST)), pages: Mutex::new(Lru::new(PAGES_COST)) }
    }

    /// An entry by its name, and its number in the folder.
    pub(super) fn find(&self, source: &Source, folder: &Folder, name: &[u8]) -> Result<Option<(u32, Entry)>> {
        let index = self.index(source, folder)?;
        let after = index.pages.partition_point(|page| page.first.as_bytes() <= name);
        let Some((number, page)) = after.checked_sub(1).and_then(|number| Some((number, index.pages.get(number)?))) else {
            return Ok(None);
        };
        let entries = self.page(source, folder, &index, number)?;
        let Ok(at) = entries.binary_search_by(|entry| entry.name.as_bytes().cmp(name)) else { return Ok(None) };
        Ok(u32::try_from(at).ok().and_then(|at| Some((page.ordinal + at, entries.get(at as usize)?.clone()))))
    }

    /// An entry by its number in the folder.
    pub(super) fn entry(&self, source: &Source, folder: &Folder, ordinal: u32) -> Result<Option<Entry>> {
        Ok(self.from(source, folder, ordinal)?.and_then(|(entries, skip)| entries.get(skip).cloned()))
    }

    /// The page that holds an entry, and its number in the page; `None` after the last.
    pub(super) fn from(&self, source: &Source, folder: &Folder, ordinal: u32) -> Result<Option<(Entries, usize)>> {
        let index = self.index(source, folder)?;
        if ordinal >= index.entries {
            return Ok(None);
        }
        let number = index.pages.partition_point(|page| page.ordinal <= ordinal).saturating_sub(1);
        let skip = index.pages.get(number).map_or(0, |page| ordinal - page.ordinal);
        Ok(Some((self.page(source, folder, &index, number)?, skip as usize)))
    }

    fn index(&self, source: &Source, folder: &Folder) -> Result<Arc<Index>> {
        let known = lock(&self.indexes).get(&folder.key);
        known.map_or_else(|| self.build(source, folder), Ok)
    }

    /// Goes through all of a folder once. What is found on the way is kept as far as there is room.
    fn build(&self, source: &Source, folder: &Folder) -> Result<Arc<Index>> {
        let reader = source.reader(folder.state().0.look)?;
        let mut index = Index { chunks: Vec::new(), pages: Vec::new(), entries: 0 };
        let mut building = Building::default();
        source.with_scratch(|scratch| {
            let mut walk = ListWalk::new(&folder.tree);
            let (mut decoder, mut bytes) = (TreeDecoder::default(), Vec::new());
            // Where the entry that comes next begins, and where the chunk that was read last begins and ends.
            let (mut position, mut end) = (0_u64, 0_u64);
            while let Some(chunk) = walk.next(&reader, scratch)? {
                reader.chunk(ChunkKind::Tree, &chunk, scratch, &mut bytes)?;
                building.starts.push(end);
                index.chunks.push(chunk);
                end += u64::from(chunk.length);
                decoder.push(&bytes);
                while let Some((entry, encoded)) = decoder.next_entry().map_err(|cause| bad_tree(folder, cause))? {
                    let length = encoded.len() + 4;
                    if building.is_full(length) {
                        self.keep(folder, &index, &mut building);
                    }
                    if building.entries.is_empty() {
                        index.pages.push(building.page(&entry, index.entries, position));
                    }
                    index.entries = index.entries.saturating_add(1);
                    position += length as u64;
                    building.add(entry, length);
                }
            }
            decoder.end().map_err(|cause| bad_tree(folder, cause))
        })?;
        self.keep(folder, &index, &mut building);
        let index = Arc::new(index);
        let cost = index.chunks.len() * size_of::<ChunkRef>() + index.pages.len() * (size_of::<Page>() + 32) + 200;
        lock(&self.indexes).insert(folder.key, Arc::clone(&index), cost);
        Ok(index)
    }

    fn keep(&self, folder: &Folder, index: &Index, building: &mut Building) {
        let (entries, bytes) = building.take();
        if let Some(number) = index.pages.len().checked_sub(1) {
            let cost = bytes * 2 + entries.len() * ENTRY_COST;
            lock(&self.pages).insert((folder.key, number), entries, cost);
        }
    }

    fn page(&self, source: &Source, folder: &Folder, index: &Index, number: usize) -> Result<Entries> {
        if let Some(entries) = lock(&self.pages).get(&(folder.key, number)) {
            return Ok(entries);
        }
        let reader = source.reader(folder.state().0.look)?;
        let Some(page) = index.pages.get(number) else { return Ok(Arc::from([])) };
        let next = index.pages.get(number + 1).map_or(index.entries, |next| next.ordinal);
        let wanted = next.saturating_sub(page.ordinal) as usize;
        let mut building = Building::default();
        source.with_scratch(|scratch| {
            let (mut decoder, mut bytes, mut skip) = (TreeDecoder::default(), Vec::new(), page.skip);
            for chunk in index.chunks.get(page.chunk..).unwrap_or_default() {
                reader.chunk(ChunkKind::Tree, chunk, scratch, &mut bytes)?;
                decoder.push(bytes.get(std::mem::take(&mut skip)..).unwrap_or_default());
                while let Some((entry, encoded)) = decoder.next_entry().map_err(|cause| bad_tree(folder, cause))? {
                    let length = encoded.len() + 4;
                    building.add(entry, length);
                    if building.entries.len() == wanted {
                        return Ok(());
                    }
                }
            }
            Err(bad_tree(folder, DecodeError::Truncated { offset: 0 }))
        })?;
        let (entries, bytes) = building.take();
        let cost = bytes * 2 + entries.len() * ENTRY_COST;
        lock(&self.pages).insert((folder.key, number), Arc::clone(&entries), cost);
        Ok(entries)
    }
}

fn bad_tree(folder: &Folder, cause: DecodeError) -> Error {
    Error::Damaged { object: format!("the folder {}", String::from_utf8_lossy(&folder.path())), cause }
}

/// A page that is being read.
#[derive(Default)]
struct Building {
    entries: Vec<Entry>,
    bytes: usize,
    /// Where each chunk begins.
    starts: Vec<u64>,
}

impl Building {
    fn is_full(&self, more: usize) -> bool {
        !self.entries.is_empty() && (self.bytes + more > PAGE_BYTES || self.entries.len() >= PAGE_ENTRIES)
    }

    fn add(&mut self, entry: Entry, length: usize) {
        self.entries.push(entry);
        self.bytes += length;
    }

    /// The page that begins with an entry.
    fn page(&self, first: &Entry, ordinal: u32, position: u64) -> Page {
        let chunk = self.starts.partition_point(|start| *start <= position).saturating_sub(1);
        let start = self.starts.get(chunk).copied().unwrap_or_default();
        Page { first: first.name.clone(), ordinal, chunk, skip: usize::try_from(position - start).unwrap_or_default() }
    }

    fn take(&mut self) -> (Entries, usize) {
        (std::mem::take(&mut self.entries).into(), std::mem::take(&mut self.bytes))
    }
}
