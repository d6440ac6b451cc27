//! One file that is restored. Must never get its name before it is whole, nor count as restored before it has it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use liasse_repo::Verified;
use liasse_repo::format::content::{Content, Hole};
use liasse_repo::format::tree::{Metadata, Name};

use super::plan::occupied;
use super::{Run, fill, lock};
use crate::error::Result;
use crate::target::{Folder, Shortfall, TempFile};

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
        Self { folder, name, content, metadata, path, first, file, left, is_placed: AtomicBool::new(false), lost }
    }

    /// Gives the file up.
    pub(super) fn lose(&self, cause: String, damage: bool) {
        lock(&self.lost).get_or_insert((cause, damage));
        *lock(&self.file) = None;
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
    pub(super) fn write(&self, run: &Run<'_>, position: u64, bytes: &Verified<'_>) -> Result<Vec<Shortfall>> {
        {
            let mut file = lock(&self.file);
            if self.is_lost() {
                return Ok(Vec::new());
            }
            let file = match &mut *file {
                Some(file) => file,
                none => none.insert(self.begin()?),
            };
            for (offset, part) in Placed::new(&self.content.holes, position, bytes) {
                file.write_at(offset, part)?;
            }
        }
        let written = bytes.len() as u64;
        if self.left.fetch_sub(written, Ordering::AcqRel) == written { self.finish(run) } else { Ok(Vec::new()) }
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
    pub(super) fn finish(&self, run: &Run<'_>) -> Result<Vec<Shortfall>> {
        let file = lock(&self.file).take();
        let file = match file {
            Some(file) => file,
            None => self.begin()?,
        };
        let shortfalls = file.finish(&self.metadata, occupied(run))?;
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
    bytes: &'b [u8],
}

impl<'b> Placed<'b> {
    fn new(holes: &'b [Hole], position: u64, bytes: &'b [u8]) -> Self {
        let mut holes = holes.iter();
        let mut offset = position;
        let mut next = holes.next();
        // Every hole that starts at or before the place moves it on.
        while let Some(hole) = next.filter(|hole| hole.offset <= offset) {
            offset += hole.length;
            next = holes.next();
        }
        Self { holes, next, offset, bytes }
    }
}

impl<'b> Iterator for Placed<'b> {
    type Item = (u64, &'b [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        while let Some(hole) = self.next.filter(|hole| hole.offset <= self.offset) {
            self.offset += hole.length;
            self.next = self.holes.next();
        }
        let room = self.next.map_or(u64::MAX, |hole| hole.offset - self.offset);
        let length = self.bytes.len().min(usize::try_from(room).unwrap_or(usize::MAX));
        let (part, rest) = self.bytes.split_at_checked(length).filter(|(part, _)| !part.is_empty())?;
        let offset = self.offset;
        self.offset += part.len() as u64;
        self.bytes = rest;
        Some((offset, part))
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
            Placed::new(&holes, position as u64, bytes).map(|(offset, part)| (offset, part.to_vec())).collect()
        };
        let range = |from: u8, to: u8| (from..to).collect::<Vec<u8>>();
        assert_eq!(placed(0, 18), [(10, range(0, 5)), (20, range(5, 15)), (100, range(15, 18))]);
        assert_eq!(placed(5, 3), [(20, range(5, 8))]);
        assert_eq!(placed(4, 2), [(14, range(4, 5)), (20, range(5, 6))]);
        assert_eq!(placed(15, 3), [(100, range(15, 18))]);
    }
}
