//! Files that are restored together: enough to open each block once, few enough to bound memory and open files.

use std::collections::HashSet;
use std::sync::Arc;

use liasse_repo::format::pack::ChunkKind;
use liasse_repo::format::tree::{Metadata, Name};
use liasse_repo::{GATHER_PIECES, ListWalk, PackNumber, Scratch, Wanted};

use super::plan::full_cause;
use super::task::FileTask;
use super::{RestoreReport, Run, fill, is_of_one_entry};
use crate::error::{Error, Result};
use crate::target::{Folder, Shortfall, TargetError, TargetErrorKind};

/// Chunks and their pieces, entries, and files of several chunks (which may be open all at once) of a batch.
const MOST_CHUNKS: usize = 64 << 10;
const MOST_PIECES: usize = GATHER_PIECES;
const MOST_ENTRIES: usize = 8 << 10;
const MOST_OPEN: usize = 96;

/// A chunk of a file.
pub(super) struct ChunkJob {
    pub(super) wanted: Wanted,
    pub(super) file: Arc<FileTask>,
    /// Where its bytes start in the data of the file.
    pub(super) position: u64,
}

impl ChunkJob {
    /// The block of its first piece.
    pub(super) fn block(&self) -> Option<(PackNumber, u32)> {
        self.wanted.way.pieces.first().map(|piece| (piece.pack, piece.block))
    }
}

/// What is done together.
pub(super) struct Batch<'r> {
    run: &'r Run<'r>,
    chunks: Vec<ChunkJob>,
    /// Pieces that the chunks lie in.
    pieces: usize,
    files: Vec<Arc<FileTask>>,
    open: usize,
    kept: Vec<(Folder, Name, Metadata)>,
    /// Further names of files that are in this batch or an earlier one, each ready to be a file of its own.
    links: Vec<FileTask>,
    /// Chunks that the links list.
    listed: usize,
    folders: Vec<(Folder, Metadata)>,
    scratch: Scratch,
}

impl<'r> Batch<'r> {
    pub(super) fn new(run: &'r Run<'r>, scratch: Scratch) -> Self {
        let (chunks, files, kept, links, folders) = (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { run, chunks, pieces: 0, files, open: 0, kept, links, listed: 0, folders, scratch }
    }

    /// Adds a file. A very long one is written in parts, as its list of chunks is read.
    pub(super) fn add(&mut self, file: FileTask, report: &mut RestoreReport) -> Result<()> {
        self.begin(file, report)?;
        self.flush_if_full(report)
    }

    fn begin(&mut self, file: FileTask, report: &mut RestoreReport) -> Result<()> {
        self.run.progress.expect(file.content.size);
        let file = Arc::new(file);
        self.files.push(Arc::clone(&file));
        self.open += usize::from(file.has_many_chunks());
        self.locate(&file, report)
    }

    /// Finds where the chunks of a file lie. A list that cannot be read, or a chunk that is nowhere, takes the file with it.
    fn locate(&mut self, file: &Arc<FileTask>, report: &mut RestoreReport) -> Result<()> {
        let mut walk = ListWalk::new(&file.content);
        let mut position = 0;
        loop {
            let next = walk.next(self.run.reader, &mut self.scratch).and_then(|chunk| match chunk {
                Some(chunk) => self.run.reader.locate(ChunkKind::Data, &chunk).map(|located| Some((chunk, located))),
                None => Ok(None),
            });
            let (chunk, located) = match next {
                Ok(Some(found)) => found,
                Ok(None) => return Ok(()),
                Err(error) => {
                    file.lose(self.run.partial(error)?, true);
                    return Ok(());
                }
            };
            self.pieces += located.pieces.len();
            let wanted = Wanted { kind: ChunkKind::Data, chunk, way: located };
            self.chunks.push(ChunkJob { wanted, file: Arc::clone(file), position });
            position += u64::from(chunk.length);
            if self.chunks.len() >= MOST_CHUNKS || self.pieces >= MOST_PIECES {
                self.fill(report)?;
            }
        }
    }

    /// Adds a file that stays as it is and only gets its metadata.
    pub(super) fn apply(&mut self, folder: Folder, name: Name, metadata: Metadata, report: &mut RestoreReport) -> Result<()> {
        self.kept.push((folder, name, metadata));
        self.flush_if_full(report)
    }

    /// Adds a further name of a file, which becomes a file of its own where the first is lost.
    pub(super) fn link(&mut self, file: FileTask, report: &mut RestoreReport) -> Result<()> {
        self.listed += file.content.chunks.len();
        self.links.push(file);
        self.flush_if_full(report)
    }

    /// Adds a folder that is complete once this batch is.
    pub(super) fn folder_done(&mut self, folder: Folder, metadata: Metadata, report: &mut RestoreReport) -> Result<()> {
        self.folders.push((folder, metadata));
        self.flush_if_full(report)
    }

    fn flush_if_full(&mut self, report: &mut RestoreReport) -> Result<()> {
        let entries = self.files.len() + self.kept.len() + self.links.len() + self.folders.len();
        let chunks = self.chunks.len().max(self.listed);
        if entries >= MOST_ENTRIES || self.open >= MOST_OPEN || chunks >= MOST_CHUNKS { self.flush(report) } else { Ok(()) }
    }

    /// Does it all: chunks, files without any, links, metadata, and folders last.
    pub(super) fn flush(&mut self, report: &mut RestoreReport) -> Result<()> {
        self.write(report)?;
        while !self.links.is_empty() {
            self.link_all(report)?;
            self.write(report)?;
        }
        self.listed = 0;
        for (folder, name, metadata) in self.kept.drain(..) {
            let applied = folder.apply_to(&name, &metadata);
            survive(applied, &folder.path_of(&name), report)?;
        }
        for (folder, metadata) in self.folders.drain(..) {
            let applied = folder.apply(&metadata);
            survive(applied, &folder.path(), report)?;
        }
        Ok(())
    }

    fn fill(&mut self, report: &mut RestoreReport) -> Result<()> {
        self.pieces = 0;
        fill::fill(self.run, &mut self.chunks, report)
    }

    fn write(&mut self, report: &mut RestoreReport) -> Result<()> {
        self.fill(report)?;
        for file in std::mem::take(&mut self.files) {
            self.account(&file, report)?;
        }
        self.open = 0;
        Ok(())
    }

    /// Links the names whose first stands. Of those whose first is lost, one is written as a file and is their first if it can be;
    /// the others wait for it.
    fn link_all(&mut self, report: &mut RestoreReport) -> Result<()> {
        let mut begun = HashSet::new();
        for link in std::mem::take(&mut self.links) {
            self.run.stop.check()?;
            let first = link.first.as_ref().ok_or(Error::Internal("a link to nothing"))?;
            let Some((folder, name)) = first.place() else {
                if begun.insert(Arc::as_ptr(first)) {
                    self.begin(link, report)?;
                } else {
                    self.links.push(link);
                }
                continue;
            };
            match link.folder.hard_link(&link.name, &folder, &name, link.occupied) {
                Ok(()) => report.others += 1,
                // Another file system, or one without links, or the file has as many names as it can have.
                Err(error)
                    if is_of_one_entry(&error)
                        && !matches!(error.kind, TargetErrorKind::Exists { .. } | TargetErrorKind::Collides { .. }) =>
                {
                    self.begin(link, report)?;
                }
                Err(error) => survive(Err(error), &link.path, report)?,
            }
        }
        Ok(())
    }

    fn account(&self, file: &FileTask, report: &mut RestoreReport) -> Result<()> {
        if file.content.data_size() == 0 && !file.is_lost() {
            match file.finish() {
                Err(Error::Target(error)) if is_of_one_entry(&error) => file.lose(full_cause(&error), false),
                result => report.fall_short(result?),
            }
        }
        if self.run.options.verify
            && !file.is_lost()
            && let Some(wrong) = file.verify()
        {
            file.lose(wrong, false);
        }
        if let Some((cause, damage)) = file.outcome() {
            report.lose(file.path.clone(), cause, damage);
            return Ok(());
        }
        if let Some(first) = &file.first {
            first.is_at(&file.folder, &file.name);
        }
        report.files += 1;
        report.bytes += file.content.size;
        Ok(())
    }
}

fn survive(done: Result<Vec<Shortfall>, TargetError>, path: &[u8], report: &mut RestoreReport) -> Result<()> {
    match done {
        Ok(shortfalls) => report.fall_short(shortfalls),
        Err(error) if is_of_one_entry(&error) => report.lose(path.to_vec(), full_cause(&error), false),
        Err(error) => return Err(error.into()),
    }
    Ok(())
}
