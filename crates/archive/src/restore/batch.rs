//! Files that are restored together: enough to open each block once, few enough to bound memory and open files.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use liasse_repo::format::content::{ChunkRef, Content, Hole};
use liasse_repo::format::pack::ChunkKind;
use liasse_repo::format::tree::{Metadata, Name};
use liasse_repo::{ListWalk, PackNumber, Scratch, Verified};

use super::plan::{full_cause, occupied};
use super::{Lost, RestoreReport, Run, fill, is_of_one_entry};
use crate::error::Result;
use crate::target::{Folder, Shortfall, TempFile};

/// Chunks, files, and files of several chunks (which may be open all at once) of a batch.
const MOST_CHUNKS: usize = 64 << 10;
const MOST_FILES: usize = 8 << 10;
const MOST_OPEN: usize = 256;

/// A file that is being restored. Any thread may write to it; the one that writes its last byte gives it its name.
pub(super) struct FileTask {
    folder: Folder,
    name: Name,
    pub(super) content: Content,
    metadata: Metadata,
    /// In the snapshot.
    pub(super) path: Vec<u8>,
    file: Mutex<Option<TempFile>>,
    left: AtomicU64,
    lost: Mutex<Option<(String, bool)>>,
}

/// A chunk of a file.
pub(super) struct ChunkJob {
    pub(super) pack: PackNumber,
    pub(super) block: u32,
    pub(super) chunk: ChunkRef,
    pub(super) file: Arc<FileTask>,
    /// Where its bytes start in the data of the file.
    pub(super) position: u64,
}

/// A further name of a file.
struct Link {
    folder: Folder,
    name: Name,
    first: (Folder, Name),
    path: Vec<u8>,
}

/// What is done together.
pub(super) struct Batch<'r> {
    run: &'r Run<'r>,
    chunks: Vec<ChunkJob>,
    files: Vec<Arc<FileTask>>,
    open: usize,
    kept: Vec<(Folder, Name, Metadata)>,
    links: Vec<Link>,
    folders: Vec<(Folder, Metadata)>,
}

impl FileTask {
    pub(super) fn new(folder: Folder, name: Name, content: Content, metadata: Metadata, path: Vec<u8>) -> Self {
        let left = AtomicU64::new(content.data_size());
        Self { folder, name, content, metadata, path, file: Mutex::default(), left, lost: Mutex::default() }
    }

    /// Gives the file up.
    pub(super) fn lose(&self, cause: String, damage: bool) {
        lock(&self.lost).get_or_insert((cause, damage));
        *lock(&self.file) = None;
    }

    pub(super) fn is_lost(&self) -> bool {
        lock(&self.lost).is_some()
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
        file.set_len(self.content.size)?;
        Ok(file)
    }

    /// Gives the file its metadata and its name.
    pub(super) fn finish(&self, run: &Run<'_>) -> Result<Vec<Shortfall>> {
        let file = lock(&self.file).take();
        let file = match file {
            Some(file) => file,
            None => self.begin()?,
        };
        Ok(file.finish(&self.metadata, occupied(run))?)
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

impl<'r> Batch<'r> {
    pub(super) fn new(run: &'r Run<'r>) -> Self {
        Self { run, chunks: Vec::new(), files: Vec::new(), open: 0, kept: Vec::new(), links: Vec::new(), folders: Vec::new() }
    }

    /// Adds a file. A very long one is written in parts, as its list of chunks is read.
    pub(super) fn add(&mut self, file: &Arc<FileTask>, scratch: &mut Scratch, report: &mut RestoreReport) -> Result<()> {
        self.files.push(Arc::clone(file));
        self.open += usize::from(file.content.depth > 0 || file.content.chunks.len() > 1);
        self.locate(file, scratch, report)?;
        if self.files.len() >= MOST_FILES || self.open >= MOST_OPEN || self.chunks.len() >= MOST_CHUNKS {
            self.flush(report)?;
        }
        Ok(())
    }

    /// Finds where the chunks of a file lie. A list that cannot be read, or a chunk that is nowhere, takes the file with it.
    fn locate(&mut self, file: &Arc<FileTask>, scratch: &mut Scratch, report: &mut RestoreReport) -> Result<()> {
        let mut walk = ListWalk::new(&file.content);
        let mut position = 0;
        loop {
            let next = walk.next(self.run.reader, scratch).and_then(|chunk| match chunk {
                Some(chunk) => self.run.reader.locate(ChunkKind::Data, &chunk).map(|located| Some((chunk, located))),
                None => Ok(None),
            });
            let (chunk, located) = match next {
                Ok(Some(found)) => found,
                Ok(None) => return Ok(()),
                Err(error) if error.is_damage() => {
                    file.lose(error.to_string(), true);
                    return Ok(());
                }
                Err(error) => return Err(error.into()),
            };
            if let Some(piece) = located.pieces.first() {
                self.chunks.push(ChunkJob { pack: piece.pack, block: piece.block, chunk, file: Arc::clone(file), position });
            }
            position += u64::from(chunk.length);
            if self.chunks.len() >= MOST_CHUNKS {
                fill::fill(self.run, &mut self.chunks, report)?;
            }
        }
    }

    /// Adds a file that stays as it is and only gets its metadata.
    pub(super) fn apply(&mut self, folder: Folder, name: Name, metadata: Metadata) {
        self.kept.push((folder, name, metadata));
    }

    /// Adds a further name of a file that is in this batch or an earlier one.
    pub(super) fn link(&mut self, folder: Folder, name: Name, first: (Folder, Name), path: Vec<u8>) {
        self.links.push(Link { folder, name, first, path });
    }

    /// Adds a folder that is complete once this batch is.
    pub(super) fn folder_done(&mut self, folder: Folder, metadata: Metadata) {
        self.folders.push((folder, metadata));
    }

    /// Does it all: chunks, files without any, metadata, links, and folders last.
    pub(super) fn flush(&mut self, report: &mut RestoreReport) -> Result<()> {
        fill::fill(self.run, &mut self.chunks, report)?;
        for file in std::mem::take(&mut self.files) {
            self.account(&file, report)?;
        }
        self.open = 0;
        for (folder, name, metadata) in self.kept.drain(..) {
            let applied = folder.apply_to(&name, &metadata);
            survive(applied, &folder.path_of(&name), report)?;
        }
        for link in self.links.drain(..) {
            let made = link.folder.hard_link(&link.name, &link.first.0, &link.first.1, occupied(self.run));
            survive(made.map(|()| Vec::new()), &link.path, report)?;
        }
        for (folder, metadata) in self.folders.drain(..) {
            let applied = folder.apply(&metadata);
            survive(applied, &folder.path(), report)?;
        }
        Ok(())
    }

    fn account(&self, file: &FileTask, report: &mut RestoreReport) -> Result<()> {
        if file.content.data_size() == 0 && !file.is_lost() {
            match file.finish(self.run) {
                Err(crate::Error::Target(error)) if is_of_one_entry(&error) => file.lose(full_cause(&error), false),
                result => report.shortfalls.extend(result?.into_iter().map(Into::into)),
            }
        }
        if self.run.options.verify
            && !file.is_lost()
            && let Some(wrong) = file.verify()
        {
            file.lose(wrong, false);
        }
        if let Some((cause, damage)) = lock(&file.lost).take() {
            report.damaged.push(Lost { path: file.path.clone(), cause, damage });
        } else {
            report.files += 1;
            report.bytes += file.content.size;
        }
        Ok(())
    }
}

fn survive(done: std::result::Result<Vec<Shortfall>, crate::target::TargetError>, path: &[u8], report: &mut RestoreReport) -> Result<()> {
    match done {
        Ok(shortfalls) => report.shortfalls.extend(shortfalls.into_iter().map(Into::into)),
        Err(error) if is_of_one_entry(&error) => {
            report.damaged.push(Lost { path: path.to_vec(), cause: full_cause(&error), damage: false });
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

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
