//! Writing the chunks of a batch, pack by pack, on all cores. A block is opened once and gives all its chunks.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use liasse_repo::format::content::Content;
use liasse_repo::format::tree::Name;
use liasse_repo::{Scratch, Wanted, runs};

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
    take_local(run, chunks, report)?;
    // A file that was changed in place has chunks of both kinds, in the same blocks: it is put together in one go, in its order, so that
    // the blocks that hold its changes are opened for it together.
    let changed: HashSet<_> = chunks.iter().filter(|job| job.wanted.way.pieces.len() != 1).map(|job| Arc::as_ptr(&job.file)).collect();
    let (mut whole, pieced): (Vec<ChunkJob>, Vec<ChunkJob>) = chunks.drain(..).partition(|job| !changed.contains(&Arc::as_ptr(&job.file)));
    whole.sort_by_key(ChunkJob::block);
    let groups: Vec<&[ChunkJob]> = whole.chunk_by(|a, b| a.block() == b.block()).collect();
    let read = |job: &ChunkJob, scratch: &mut Scratch, buffer: &mut Vec<u8>| write(run, job, None, scratch, buffer);
    in_parallel(run, &groups, report, &|group, scratch, buffer| group.iter().map(|job| read(job, scratch, buffer)).collect())?;
    let wanted: Vec<Wanted> = pieced.iter().map(|job| job.wanted.clone()).collect();
    let mut rest = pieced.as_slice();
    for together in runs(&wanted) {
        let (now, later) = rest.split_at(together.len());
        let gathered: Vec<Mutex<Option<Vec<u8>>>> = run.reader.gather(together, run.stop)?.into_iter().map(Mutex::new).collect();
        let jobs: Vec<(&ChunkJob, &Mutex<Option<Vec<u8>>>)> = now.iter().zip(&gathered).collect();
        in_parallel(run, &jobs, report, &|(job, bytes), scratch, buffer| {
            write(run, job, lock(bytes).take(), scratch, buffer).map(|found| vec![found])
        })?;
        rest = later;
    }
    Ok(())
}

/// Takes from the files that are replaced, or are beside, the chunks that they have just so, and leaves the others.
fn take_local(run: &Run<'_>, chunks: &mut Vec<ChunkJob>, report: &mut RestoreReport) -> Result<()> {
    let jobs: Vec<(&ChunkJob, AtomicBool)> =
        chunks.iter().filter(|job| job.file.like.is_some()).map(|job| (job, AtomicBool::new(false))).collect();
    in_parallel(run, &jobs, report, &|(job, is_here), _, _| {
        let chunk = &job.wanted.chunk;
        match job.file.take_local(run, chunk, job.position) {
            Ok(Some(shortfalls)) => {
                is_here.store(true, Ordering::Relaxed);
                run.progress.advance(chunk.length.into());
                Ok(vec![shortfalls])
            }
            Ok(None) => Ok(Vec::new()),
            Err(Error::Target(error)) if is_of_one_entry(&error) => {
                job.file.lose(full_cause(&error), false);
                Ok(Vec::new())
            }
            Err(error) => Err(error),
        }
    })?;
    let are_here: Vec<bool> = jobs.iter().map(|(_, is_here)| is_here.load(Ordering::Relaxed)).collect();
    let mut are_here = are_here.into_iter();
    chunks.retain(|job| !(job.file.like.is_some() && are_here.next().unwrap_or(false)));
    Ok(())
}

/// What is done to an item, with a thread's buffers.
type Each<'e, T> = &'e (dyn Fn(&T, &mut Scratch, &mut Vec<u8>) -> Result<Vec<Vec<Shortfall>>> + Sync);

/// Does something to every item, on all cores, until something fails that ends the restore.
fn in_parallel<T: Sync>(run: &Run<'_>, items: &[T], report: &mut RestoreReport, each: Each<'_, T>) -> Result<()> {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(MOST_THREADS).min(items.len());
    let next = AtomicUsize::new(0);
    let shortfalls = Mutex::new(Vec::new());
    let failure = Mutex::new(None);
    let work = || {
        let outcome = Scratch::new().map_err(Error::from).and_then(|mut scratch| {
            let mut buffer = Vec::new();
            while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                run.stop.check()?;
                lock(&shortfalls).extend(each(item, &mut scratch, &mut buffer)?.into_iter().flatten());
            }
            Ok(())
        });
        if let Err(error) = outcome {
            // The others need not go on.
            next.store(items.len(), Ordering::Relaxed);
            lock(&failure).get_or_insert(error);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(work);
        }
        work();
    });
    report.fall_short(std::mem::take(&mut *lock(&shortfalls)));
    let failure = lock(&failure).take();
    failure.map_or(Ok(()), Err)
}

/// Reads one chunk, unless its bytes are at hand, and writes it to its file.
fn write(run: &Run<'_>, job: &ChunkJob, gathered: Option<Vec<u8>>, scratch: &mut Scratch, buffer: &mut Vec<u8>) -> Result<Vec<Shortfall>> {
    run.progress.advance(job.wanted.chunk.length.into());
    if job.file.is_lost() {
        return Ok(Vec::new());
    }
    run.progress.at(&job.file.path);
    match run.reader.verified(&job.wanted, gathered, scratch, std::mem::take(buffer)) {
        Ok(bytes) => {
            let written = job.file.write(job.position, &bytes);
            *buffer = bytes.into_vec();
            match written {
                Ok(shortfalls) => return Ok(shortfalls),
                Err(Error::Target(error)) if is_of_one_entry(&error) => job.file.lose(full_cause(&error), false),
                Err(error) => return Err(error),
            }
        }
        Err(error) => job.file.lose(run.partial(error)?, true),
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
