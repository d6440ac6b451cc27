//! Writing the chunks of a batch, pack by pack, on all cores. A block is opened once and gives all its chunks.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use liasse_repo::Scratch;
use liasse_repo::format::content::Content;
use liasse_repo::format::pack::ChunkKind;
use liasse_repo::format::tree::Name;

use super::batch::ChunkJob;
use super::plan::full_cause;
use super::{RestoreReport, Run, is_of_one_entry, lock};
use crate::error::{Error, Result};
use crate::target::{Folder, Shortfall};

/// Most threads that read and write.
const MOST_THREADS: usize = 8;
const READ_BYTES: usize = 1 << 20;

/// Writes all chunks and empties the list. Chunks that cannot be read take their files with them, and no others.
pub(super) fn fill(run: &Run<'_>, chunks: &mut Vec<ChunkJob>, report: &mut RestoreReport) -> Result<()> {
    chunks.sort_by_key(|job| (job.pack, job.block));
    let groups: Vec<&[ChunkJob]> = chunks.chunk_by(|a, b| (a.pack, a.block) == (b.pack, b.block)).collect();
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(MOST_THREADS).min(groups.len());
    let next = AtomicUsize::new(0);
    let failed = AtomicBool::new(false);
    let shortfalls = Mutex::new(Vec::new());
    let failure = Mutex::new(None);
    let work = || {
        let outcome = Scratch::new().map_err(Error::from).and_then(|mut scratch| {
            let mut buffer = Vec::new();
            while let Some(group) = groups.get(next.fetch_add(1, Ordering::Relaxed)) {
                if failed.load(Ordering::Relaxed) {
                    break;
                }
                for job in *group {
                    run.stop.check()?;
                    let found = write(run, job, &mut scratch, &mut buffer)?;
                    lock(&shortfalls).extend(found);
                }
            }
            Ok(())
        });
        if let Err(error) = outcome {
            failed.store(true, Ordering::Relaxed);
            lock(&failure).get_or_insert(error);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(work);
        }
        work();
    });
    drop(groups);
    chunks.clear();
    report.fall_short(std::mem::take(&mut *lock(&shortfalls)));
    let failure = lock(&failure).take();
    failure.map_or(Ok(()), Err)
}

/// Reads one chunk and writes it to its file.
fn write(run: &Run<'_>, job: &ChunkJob, scratch: &mut Scratch, buffer: &mut Vec<u8>) -> Result<Vec<Shortfall>> {
    run.progress.advance(job.chunk.length.into());
    if job.file.is_lost() {
        return Ok(Vec::new());
    }
    run.progress.at(&job.file.path);
    match run.reader.chunk(ChunkKind::Data, &job.chunk, scratch, buffer) {
        Ok(bytes) => match job.file.write(run, job.position, &bytes) {
            Ok(shortfalls) => return Ok(shortfalls),
            Err(Error::Target(error)) if is_of_one_entry(&error) => job.file.lose(full_cause(&error), false),
            Err(error) => return Err(error),
        },
        Err(error) if error.is_damage() => job.file.lose(error.to_string(), true),
        Err(error) => return Err(error.into()),
    }
    Ok(Vec::new())
}

/// Reads a file of the target and compares it with what it must be. What is wrong, if anything.
pub(super) fn verify(folder: &Folder, name: &Name, content: &Content) -> Option<String> {
    let mut hasher = blake3::Hasher::new();
    let length = usize::try_from(content.size).unwrap_or(READ_BYTES).clamp(1, READ_BYTES);
    let read = folder.read_file(name, length, |bytes| {
        hasher.update(bytes);
    });
    match read {
        Ok(()) if *hasher.finalize().as_bytes() == content.hash.0 => None,
        Ok(()) => Some("it was written, and does not read back as it was written".to_owned()),
        Err(error) => Some(format!("it was written, and cannot be read back: {}", full_cause(&error))),
    }
}
