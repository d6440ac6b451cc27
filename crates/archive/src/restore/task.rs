//! One file that is restored. Must never get its name before it is whole, nor count as restored before it has it.

use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use liasse_repo::Verified;
use liasse_repo::format::content::{ChunkRef, Content, Hole};
use liasse_repo::format::pack::ChunkKind;
use liasse_repo::format::tree::{Metadata, Name};

use super::{Run, fill, lock};
use crate::error::Result;
use crate::target::{Folder, Occupied, Shortfall, TempFile};

/// Where a file with several names stands, once this restore wrote it or proved it equal. Its other names are linked to it.
#[derive(Default)]
pub(super) struct First(Mutex<Option<(Folder, Name)>>);

/// A file that is being restored. Any thread may write to it; the one that writes its last byte gives it its name.
pub(super) struct FileTask {
    pub(super) folder: Folder,
    pub(super) name: Name,
    pub(super) content: Content,
    metadata: Metadata,
    /// In the snapshot.
    pub(super) path: Vec<u8>,
    /// If it may have several names.
    pub(super) first: Option<Arc<First>>,
    /// What it may replace.
    pub(super) occupied: Occupied,
    /// Where a file of its name is that may have some of its bytes.
    pub(super) like: Option<Folder>,
    /// Whether it began as a copy of that file, which shares its room with it.
    is_clone: AtomicBool,
    file: Mutex<Option<TempFile>>,
    left: AtomicU64,
    is_placed: AtomicBool,
    lost: Mutex<Option<(String, bool)>>,
}

impl First {
    pub(super) fn is_at(&self, folder: &Folder, name: &Name) {
        *lock(&self.0) = Some((folder.clone(), name.clone()));
    }

    /// Where it stands, if it does by now.
    pub(super) fn place(&self) -> Option<(Folder, Name)> {
        lock(&self.0).clone()
    }
}

impl FileTask {
    pub(super) fn new(folder: Folder, name: Name, content: Content, metadata: Metadata, path: Vec<u8>, first: Option<Arc<First>>) -> Self {
        let left = AtomicU64::new(content.data_size());
        let (file, lost) = (Mutex::default(), Mutex::default());
        let [is_clone, is_placed] = [false; 2].map(AtomicBool::new);
        let (occupied, like) = (Occupied::Refuse, None);
        Self { folder, name, content, metadata, path, first, occupied, like, is_clone, file, left, is_placed, lost }
    }

    /// The same, with what it may replace, and where a file is that may have some of its bytes.
    pub(super) fn over(self, occupied: Occupied, like: Option<Folder>) -> Self {
        Self { occupied, like, ..self }
    }

    /// Gives the file up.
    pub(super) fn lose(&self, cause: String, damage: bool) {
        lock(&self.lost).get_or_insert((cause, damage));
        *lock(&self.file) = None;
    }

    /// Whether it stays open from one chunk to another.
    pub(super) fn has_many_chunks(&self) -> bool {
        self.content.depth > 0 || self.content.chunks.len() > 1
    }

    pub(super) fn is_lost(&self) -> bool {
        lock(&self.lost).is_some()
    }

    /// Why it is not restored, and whether by damage; `None` if it is.
    pub(super) fn outcome(&self) -> Option<(String, bool)> {
        let lost = lock(&self.lost).take();
        let whole = self.left.load(Ordering::Acquire) == 0 && self.is_placed.load(Ordering::Acquire);
        lost.or_else(|| (!whole).then(|| ("its chunks do not make it up".to_owned(), true)))
    }

    /// Writes a chunk at its place; the last one finishes the file.
    pub(super) fn write(&self, position: u64, bytes: &Verified<'_>) -> Result<Vec<Shortfall>> {
        {
            let mut file = lock(&self.file);
            if self.is_lost() {
                return Ok(Vec::new());
            }
            let file = match &mut *file {
                Some(file) => file,
                none => none.insert(self.begin()?),
            };
            for (offset, part) in Placed::new(&self.content.holes, position, bytes.len()) {
                file.write_at(offset, bytes.get(part).unwrap_or_default())?;
            }
        }
        self.count(bytes.len() as u64)
    }

    /// So many bytes more are in their place; the last ones finish the file.
    fn count(&self, written: u64) -> Result<Vec<Shortfall>> {
        if self.left.fetch_sub(written, Ordering::AcqRel) == written { self.finish() } else { Ok(Vec::new()) }
    }

    /// Takes a chunk from the file that may have it, if it is just so there; `None` if it is not. Nothing is believed that does not have the
    /// chunk's name, and of a copy only what is read from the copy, which nobody else can change.
    pub(super) fn take_local(&self, run: &Run<'_>, chunk: &ChunkRef, position: u64) -> Result<Option<Vec<Shortfall>>> {
        let mut bytes = vec![0; usize::try_from(chunk.length).unwrap_or_default()];
        if !self.read_local(position, &mut bytes)? {
            return Ok(None);
        }
        let Some(bytes) = run.reader.believe(ChunkKind::Data, chunk, bytes) else { return Ok(None) };
        run.reused.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        if self.is_clone.load(Ordering::Acquire) {
            return self.count(bytes.len() as u64).map(Some);
        }
        self.write(position, &bytes).map(Some)
    }

    /// Reads what is where a chunk belongs. Whether there is so much.
    fn read_local(&self, position: u64, bytes: &mut [u8]) -> Result<bool> {
        let mut file = lock(&self.file);
        if self.is_lost() {
            return Ok(false);
        }
        let Some(Ok(there)) = self.like.as_ref().map(|like| like.open_file(&self.name)) else { return Ok(false) };
        // Where holes are, bytes of the other file would show; and a file of one chunk is written when that is proved, not held open before:
        // only files that count as open ones are.
        if file.is_none() && self.content.holes.is_empty() && self.has_many_chunks() {
            let begun = self.begin()?;
            let is_clone = begun.clone_from(&there);
            begun.set_len(if is_clone { self.content.size } else { 0 })?;
            self.is_clone.store(is_clone, Ordering::Release);
            *file = Some(begun);
        }
        if let Some(file) = file.as_ref().filter(|_| self.is_clone.load(Ordering::Acquire)) {
            return Ok(file.read_at(position, bytes));
        }
        drop(file);
        let mut parts = Placed::new(&self.content.holes, position, bytes.len());
        Ok(parts.all(|(offset, part)| bytes.get_mut(part).is_some_and(|part| there.read_exact_at(part, offset).is_ok())))
    }

    fn begin(&self) -> Result<TempFile> {
        let file = self.folder.create_temp(&self.name)?;
        // Without holes its bytes alone make it as long as it must be.
        if !self.content.holes.is_empty() {
            file.set_len(self.content.size)?;
        }
        Ok(file)
    }

    /// Gives the file its metadata and its name.
    pub(super) fn finish(&self) -> Result<Vec<Shortfall>> {
        let file = lock(&self.file).take();
        let file = match file {
            Some(file) => file,
            None => self.begin()?,
        };
        let shortfalls = file.finish(&self.metadata, self.occupied)?;
        self.is_placed.store(true, Ordering::Release);
        Ok(shortfalls)
    }

    /// Reads the restored file again. What is wrong with it, if anything.
    pub(super) fn verify(&self) -> Option<String> {
        fill::verify(&self.folder, &self.name, &self.content)
    }
}

/// The parts of a run of data, and where each lies in the file: holes part them.
struct Placed<'b> {
    holes: std::slice::Iter<'b, Hole>,
    next: Option<&'b Hole>,
    offset: u64,
    done: usize,
    length: usize,
}

impl<'b> Placed<'b> {
    fn new(holes: &'b [Hole], position: u64, length: usize) -> Self {
        let mut holes = holes.iter();
        let mut offset = position;
        let mut next = holes.next();
        // Every hole that starts at or before the place moves it on.
        while let Some(hole) = next.filter(|hole| hole.offset <= offset) {
            offset += hole.length;
            next = holes.next();
        }
        Self { holes, next, offset, done: 0, length }
    }
}

impl Iterator for Placed<'_> {
    type Item = (u64, Range<usize>);

    fn next(&mut self) -> Option<Self::Item> {
        while let Some(hole) = self.next.filter(|hole| hole.offset <= self.offset) {
            self.offset += hole.length;
            self.next = self.holes.next();
        }
        let room = self.next.map_or(u64::MAX, |hole| hole.offset - self.offset);
        let length = (self.length - self.done).min(usize::try_from(room).unwrap_or(usize::MAX));
        if length == 0 {
            return None;
        }
        let (offset, start) = (self.offset, self.done);
        self.offset += length as u64;
        self.done += length;
        Some((offset, start..self.done))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::target::Target;

    #[test]
    fn a_file_that_nobody_placed_is_not_restored() {
        let dir = tempfile::tempdir().unwrap();
        let root = Target::open(dir.path()).unwrap().root().clone();
        for size in [0, 5] {
            let content = Content { size, ..Content::empty() };
            let task = FileTask::new(root.clone(), Name::new("file").unwrap(), content, Metadata::default(), Vec::new(), None);
            assert!(task.outcome().is_some_and(|(_, damage)| damage));
            task.is_placed.store(true, Ordering::Release);
            assert_eq!(task.outcome().is_none(), size == 0);
        }
    }

    #[test]
    fn data_goes_around_holes() {
        let holes = [Hole { offset: 0, length: 10 }, Hole { offset: 15, length: 5 }, Hole { offset: 30, length: 70 }];
        let data: Vec<u8> = (0..18).collect();
        let placed = |position: usize, length: usize| -> Vec<(u64, Vec<u8>)> {
            let bytes = data.get(position..position + length).unwrap_or_default();
            Placed::new(&holes, position as u64, length).map(|(offset, part)| (offset, bytes.get(part).unwrap().to_vec())).collect()
        };
        let range = |from: u8, to: u8| (from..to).collect::<Vec<u8>>();
        assert_eq!(placed(0, 18), [(10, range(0, 5)), (20, range(5, 15)), (100, range(15, 18))]);
        assert_eq!(placed(5, 3), [(20, range(5, 8))]);
        assert_eq!(placed(4, 2), [(14, range(4, 5)), (20, range(5, 6))]);
        assert_eq!(placed(15, 3), [(100, range(15, 18))]);
    }
}
