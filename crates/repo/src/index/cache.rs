//! The index in a local redb file, `index.redb`: one writer, or many readers.
//!
//! Must never change what the repository holds: a file that is missing, locked, damaged or of another version only costs time. redb may
//! panic on a damaged file; such a panic is caught here and taken for damage.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use liasse_format::ids::{ChunkId, ObjectName, RepositoryId};
use liasse_format::index::PackRecord;
use liasse_format::pack;
use liasse_format::wire::{self, Writer};
use redb::backends::FileBackend;
use redb::{
    Builder, Database, ReadOnlyDatabase, ReadOnlyTable, ReadTransaction, ReadableDatabase, ReadableTable, ReadableTableMetadata,
    TableDefinition,
};

use super::PackNumber;
use super::entry::{self, Digest, Placement};
use super::scratch::Scratch;
use super::sorter::Sorter;
use crate::error::{Error, Result};

/// Chunk id to placements.
const CHUNKS: TableDefinition<'static, &[u8; 32], &[u8]> = TableDefinition::new("chunks");
/// The file's pack number to the pack's name and the digest of its directory.
const PACKS: TableDefinition<'static, u32, &[u8]> = TableDefinition::new("packs");
/// The file's pack number to its blocks.
const BLOCKS: TableDefinition<'static, u32, &[u8]> = TableDefinition::new("blocks");
/// Segments that have been merged.
const SEGMENTS: TableDefinition<'static, &[u8; 32], ()> = TableDefinition::new("segments");
/// Which repository, and which version of this layout.
const META: TableDefinition<'static, &str, &[u8]> = TableDefinition::new("meta");

const VERSION: &[u8] = b"2";
const READ_CACHE_BYTES: usize = 32 << 20;
const WRITE_CACHE_BYTES: usize = 64 << 20;

/// Why the cache cannot be used; nobody needs to know more.
#[derive(Debug)]
pub(super) struct Unusable;

type Usable<T> = std::result::Result<T, Unusable>;

/// Runs something on redb; errors and panics alike mean that the file cannot be used.
fn guarded<T, E>(work: impl FnOnce() -> std::result::Result<T, E>) -> Usable<T> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => Ok(value),
        _ => Err(Unusable),
    }
}

pub(super) fn file(folder: &Path) -> PathBuf {
    folder.join("index.redb")
}

/// Whether the file is of this repository and version.
fn is_ours(transaction: &ReadTransaction, repository: RepositoryId) -> std::result::Result<bool, redb::Error> {
    let meta = transaction.open_table(META)?;
    let is = |key: &str, value: &[u8]| Ok::<_, redb::Error>(meta.get(key)?.is_some_and(|found| found.value() == value));
    Ok(is("version", VERSION)? && is("repository", &repository.0)?)
}

/// The pack numbers of the file, the pack each stands for, and the digest of its directory.
fn pack_names(table: &impl ReadableTable<u32, &'static [u8]>) -> Usable<BTreeMap<u32, (ObjectName, Digest)>> {
    let mut names = BTreeMap::new();
    for row in guarded(|| table.iter())? {
        let (number, bytes) = guarded(|| row)?;
        let number = number.value();
        let name = entry::unchecked(&number.to_le_bytes(), bytes.value()).ok_or(Unusable)?;
        let (name, digest) = name.split_first_chunk::<32>().ok_or(Unusable)?;
        names.insert(number, (ObjectName(*name), digest.try_into().map_err(|_| Unusable)?));
    }
    Ok(names)
}

/// The segments that have been merged.
fn segment_names(table: &impl ReadableTable<&'static [u8; 32], ()>) -> std::result::Result<HashSet<ObjectName>, redb::Error> {
    table.iter()?.map(|row| Ok(ObjectName(*row?.0.value()))).collect()
}

/// The cache, open for reading.
pub(super) struct Base {
    path: PathBuf,
    chunks: ReadOnlyTable<&'static [u8; 32], &'static [u8]>,
    blocks: ReadOnlyTable<u32, &'static [u8]>,
    segments: HashSet<ObjectName>,
    known: HashMap<ObjectName, Digest>,
    /// From the file's numbers to those of the listing.
    numbers: Vec<Option<PackNumber>>,
    /// And back.
    own: HashMap<PackNumber, u32>,
    _transaction: ReadTransaction,
    _database: ReadOnlyDatabase,
}

impl Base {
    pub(super) fn open(folder: &Path, repository: RepositoryId, listing: &HashMap<ObjectName, PackNumber>) -> Option<Self> {
        let path = file(folder);
        if !path.is_file() {
            return None;
        }
        guarded(|| Self::try_open(path, repository, listing)).ok()
    }

    fn try_open(path: PathBuf, repository: RepositoryId, listing: &HashMap<ObjectName, PackNumber>) -> Usable<Self> {
        let database = guarded(|| Builder::new().set_cache_size(READ_CACHE_BYTES).open_read_only(&path))?;
        let transaction = guarded(|| database.begin_read())?;
        if !guarded(|| is_ours(&transaction, repository))? {
            return Err(Unusable);
        }
        let names = pack_names(&guarded(|| transaction.open_table(PACKS))?)?;
        let segments = guarded(|| segment_names(&transaction.open_table(SEGMENTS)?))?;
        let most = names.last_key_value().map_or(0, |(number, _)| *number as usize + 1);
        if most > names.len() {
            return Err(Unusable);
        }
        let mut numbers = vec![None; most];
        let mut own = HashMap::new();
        for (number, (name, _)) in &names {
            if let (Some(slot), Some(listed)) = (numbers.get_mut(*number as usize), listing.get(name)) {
                *slot = Some(*listed);
                own.insert(*listed, *number);
            }
        }
        Ok(Self {
            path,
            chunks: guarded(|| transaction.open_table(CHUNKS))?,
            blocks: guarded(|| transaction.open_table(BLOCKS))?,
            segments,
            known: names.into_values().collect(),
            numbers,
            own,
            _transaction: transaction,
            _database: database,
        })
    }

    pub(super) fn get(&self, id: &ChunkId) -> Usable<Vec<Placement>> {
        let Some(found) = guarded(|| self.chunks.get(entry::key(id)))? else { return Ok(Vec::new()) };
        let bytes = entry::unchecked(&id.0, found.value()).ok_or(Unusable)?;
        entry::get_all(bytes, |number| self.numbers.get(number as usize).copied().flatten()).ok_or(Unusable)
    }

    pub(super) fn blocks(&self, number: PackNumber) -> Usable<Option<Vec<pack::Block>>> {
        let Some(own) = self.own.get(&number) else { return Ok(None) };
        let found = guarded(|| self.blocks.get(own))?.ok_or(Unusable)?;
        let bytes = entry::unchecked(&own.to_le_bytes(), found.value()).ok_or(Unusable)?;
        wire::decode(bytes).map(Some).map_err(|_| Unusable)
    }

    pub(super) fn merged(&self, segment: &ObjectName) -> bool {
        self.segments.contains(segment)
    }

    pub(super) fn knows(&self, pack: &ObjectName) -> bool {
        self.known.contains_key(pack)
    }

    /// The digest of a pack's directory, as it was merged.
    pub(super) fn digest(&self, pack: &ObjectName) -> Option<Digest> {
        self.known.get(pack).copied()
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

/// The cache, open for merging: one transaction, and all chunks inserted in order at its end, because inserts by chance would read and
/// write most of a large file for every segment.
pub(super) struct Writable {
    path: PathBuf,
    database: Database,
    transaction: redb::WriteTransaction,
    segments: HashSet<ObjectName>,
    packs: HashMap<ObjectName, Digest>,
    chunks: Sorter,
}

impl Writable {
    /// `None` when another process has the file open, or it cannot be made.
    pub(super) fn open(folder: &Path, scratch: &Scratch, repository: RepositoryId) -> Option<Self> {
        let path = file(folder);
        create_private(folder).ok()?;
        match guarded(|| Self::try_open(&path, scratch, repository)) {
            Ok(writable) => Some(writable),
            Err(_) if is_locked(&path) => None,
            Err(_) => {
                // Damaged, or of another version: it is only a cache.
                std::fs::remove_file(&path).ok();
                guarded(|| Self::try_open(&path, scratch, repository)).ok()
            }
        }
    }

    fn try_open(path: &Path, scratch: &Scratch, repository: RepositoryId) -> Usable<Self> {
        let fresh = !path.exists();
        let file = open_private(path).map_err(|_| Unusable)?;
        let database = guarded(|| Builder::new().set_cache_size(WRITE_CACHE_BYTES).create_with_backend(FileBackend::new(file)?))?;
        let transaction = guarded(|| database.begin_write())?;
        if fresh {
            guarded(|| {
                let mut meta = transaction.open_table(META)?;
                meta.insert("version", VERSION)?;
                meta.insert("repository", repository.0.as_slice())?;
                transaction.open_table(CHUNKS)?;
                transaction.open_table(PACKS)?;
                transaction.open_table(BLOCKS)?;
                transaction.open_table(SEGMENTS)?;
                Ok::<_, redb::Error>(())
            })?;
        } else if !guarded(|| is_ours(&database.begin_read()?, repository))? {
            return Err(Unusable);
        }
        let names = pack_names(&guarded(|| transaction.open_table(PACKS))?)?;
        let segments = guarded(|| segment_names(&transaction.open_table(SEGMENTS)?))?;
        let packs = names.into_values().collect();
        Ok(Self { path: path.to_owned(), database, transaction, segments, packs, chunks: Sorter::new(scratch) })
    }

    pub(super) fn merged(&self, segment: &ObjectName) -> bool {
        self.segments.contains(segment)
    }

    pub(super) fn knows(&self, pack: &ObjectName) -> bool {
        self.packs.contains_key(pack)
    }

    /// The digest of a pack's directory, as it was merged.
    pub(super) fn digest(&self, pack: &ObjectName) -> Option<Digest> {
        self.packs.get(pack).copied()
    }

    /// Lets go of the file and removes it: it holds what is not to be believed.
    pub(super) fn discard(self) {
        let Self { path, database, transaction, .. } = self;
        drop(guarded(|| transaction.abort()));
        drop(database);
        std::fs::remove_file(path).ok();
    }

    /// Adds packs that are not known, and the segment that listed them.
    pub(super) fn add<'a>(&mut self, segment: Option<ObjectName>, records: impl IntoIterator<Item = &'a PackRecord>) -> Result<()> {
        let records: Vec<_> = records.into_iter().collect();
        guarded(|| self.try_add(segment, &records)).map_err(|_| self.error("adding to it failed"))
    }

    fn try_add(&mut self, segment: Option<ObjectName>, records: &[&PackRecord]) -> std::result::Result<(), redb::Error> {
        for record in records {
            if self.packs.contains_key(&record.name) {
                continue;
            }
            let number = u32::try_from(self.packs.len()).unwrap_or(u32::MAX);
            let digest = entry::digest(record);
            self.packs.insert(record.name, digest);
            let key = number.to_le_bytes();
            self.transaction.open_table(PACKS)?.insert(number, entry::checked(&key, &[record.name.0, digest].concat()).as_slice())?;
            let blocks = wire::encode(&record.directory.blocks);
            self.transaction.open_table(BLOCKS)?.insert(number, entry::checked(&key, &blocks).as_slice())?;
            for chunk in &record.directory.chunks {
                let mut out = Writer::default();
                entry::put(number, chunk.kind, chunk.length, &chunk.extents, &mut out);
                self.chunks.push(entry::key(&chunk.id), &out.into_bytes());
            }
        }
        if let Some(segment) = segment {
            self.transaction.open_table(SEGMENTS)?.insert(&segment.0, ())?;
            self.segments.insert(segment);
        }
        Ok(())
    }

    /// Makes it all durable, at once.
    pub(super) fn commit(self) -> Result<()> {
        let Self { path, database, transaction, chunks, .. } = self;
        let committed = guarded(move || {
            insert_sorted(&transaction, chunks)?;
            transaction.commit()?;
            drop(database);
            Ok::<_, redb::Error>(())
        });
        committed.map_err(|_| Error::Cache { path: path.display().to_string(), what: "it could not be written".to_owned() })
    }

    fn error(&self, what: &str) -> Error {
        Error::Cache { path: self.path.display().to_string(), what: what.to_owned() }
    }
}

/// Adds placements to those that the file has.
fn insert_sorted(transaction: &redb::WriteTransaction, added: Sorter) -> std::result::Result<(), redb::Error> {
    let mut chunks = transaction.open_table(CHUNKS)?;
    let is_empty = chunks.is_empty()?;
    let sorted = added.sorted();
    let mut rows = sorted.rows()?;
    while let Some((key, value)) = rows.next()? {
        let others =
            if is_empty { None } else { chunks.get(key)?.and_then(|found| entry::unchecked(key, found.value()).map(<[u8]>::to_vec)) };
        let mut all = others.unwrap_or_default();
        all.extend_from_slice(value);
        chunks.insert(key, entry::checked(key, &all).as_slice())?;
    }
    Ok(())
}

/// Whether another process has the file open.
fn is_locked(path: &Path) -> bool {
    matches!(catch_unwind(|| Builder::new().open_read_only(path)), Ok(Err(redb::DatabaseError::DatabaseAlreadyOpen)))
        || matches!(catch_unwind(|| Builder::new().open(path)), Ok(Err(redb::DatabaseError::DatabaseAlreadyOpen)))
}

/// Opens a file, and makes it where it is not there: for its owner only, whatever the umask allows.
fn open_private(path: &Path) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.read(true).write(true).create(true).truncate(false).open(path)
}

/// Makes a folder that only its owner can look into.
pub(crate) fn create_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}
