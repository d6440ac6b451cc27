//! Compressing, sealing and writing, on all cores. A job that fails fails the session: nothing is lost in a thread.

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use liasse_format::envelope::Kind;
use liasse_format::ids::{ObjectName, PublicKey, SessionId};
use liasse_seal::{BlockTicket, Compressor, Decompressor};

use super::buffers::Buffers;
use super::lane::RawBlock;
use super::pack_builder::PackBuilder;
use super::segments::SegmentWriter;
use crate::error::{Error, Result};
use crate::objects::Objects;

/// Most threads that compress: more would only take memory.
const MOST_THREADS: usize = 16;

/// What a worker keeps from block to block.
struct Tools {
    level: i32,
    compressor: Compressor,
    decompressor: Decompressor,
    sealed: Vec<u8>,
}

thread_local! {
    static TOOLS: RefCell<Option<Tools>> = const { RefCell::new(None) };
}

/// The workers of a session, and what they have done.
pub(super) struct Jobs {
    objects: Objects,
    session: SessionId,
    reader: PublicKey,
    level: i32,
    buffer_size: usize,
    buffers: Buffers,
    threads: usize,
    pool: rayon::ThreadPool,
    running: Mutex<usize>,
    idle: Condvar,
    failed: AtomicBool,
    failure: Mutex<Option<Error>>,
    segments: Mutex<SegmentWriter>,
    stored: AtomicU64,
}

impl Jobs {
    pub(super) fn new(objects: Objects, session: SessionId, reader: PublicKey, level: i32, block_size: u32) -> Result<Self> {
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(MOST_THREADS);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).thread_name(|n| format!("seal-{n}"));
        // A job that panics has failed its session by then (`Running`); without a handler it would end the process.
        let pool = pool.panic_handler(|_| ()).build();
        let pool = pool.map_err(|_| Error::Internal("threads could not be started"))?;
        Ok(Self {
            segments: Mutex::new(SegmentWriter::new(objects.clone(), session)),
            objects,
            session,
            reader,
            level,
            // A block closes with the chunk that fills it.
            buffer_size: block_size as usize * 3 / 2,
            buffers: Buffers::new(threads * 4 + 4),
            threads,
            pool,
            running: Mutex::new(0),
            idle: Condvar::new(),
            failed: AtomicBool::new(false),
            failure: Mutex::new(None),
            stored: AtomicU64::new(0),
        })
    }

    /// How many threads seal.
    pub(super) fn threads(&self) -> usize {
        self.threads
    }

    /// Takes back a buffer that became no block.
    pub(super) fn give_back(&self, buffer: Vec<u8>) {
        self.buffers.give(buffer);
    }

    /// An empty buffer for a block.
    pub(super) fn buffer(&self) -> Result<Vec<u8>> {
        self.buffers.take(self.buffer_size).ok_or_else(|| self.failure())
    }

    pub(super) fn new_pack(&self, kind: Kind) -> Result<PackBuilder> {
        PackBuilder::begin(&self.objects, kind, self.session, &self.reader)
    }

    /// Compresses, seals and writes a block on some worker.
    pub(super) fn seal(self: &Arc<Self>, pack: Arc<PackBuilder>, ticket: BlockTicket, block: RawBlock) {
        let guard = Running::start(Arc::clone(self));
        self.pool.spawn(move || {
            let jobs = Arc::clone(&guard.jobs);
            guard.finish(jobs.run(&pack, ticket, block));
        });
    }

    fn run(&self, pack: &PackBuilder, ticket: BlockTicket, block: RawBlock) -> Result<()> {
        if self.failed.load(Ordering::Relaxed) {
            return Ok(());
        }
        TOOLS.with_borrow_mut(|tools| {
            let tools = match tools {
                Some(tools) if tools.level == self.level => tools,
                other => other.insert(Tools::new(self.level)?),
            };
            let compressed = tools.compressor.compress(&block.bytes, std::mem::take(&mut tools.sealed))?;
            let sealed = ticket.seal(compressed, &mut tools.decompressor)?;
            if let Some(spare) = pack.write(sealed, block.chunks)? {
                tools.sealed = spare;
            }
            Ok::<_, Error>(())
        })?;
        self.buffers.give(block.bytes);
        self.finish_if_complete(pack)
    }

    /// No more blocks will come to `pack`.
    pub(super) fn close(self: &Arc<Self>, pack: Arc<PackBuilder>) -> Result<()> {
        pack.close();
        let guard = Running::start(Arc::clone(self));
        self.pool.spawn(move || {
            let jobs = Arc::clone(&guard.jobs);
            guard.finish(jobs.finish_if_complete(&pack));
        });
        if self.failed.load(Ordering::Relaxed) { Err(self.failure()) } else { Ok(()) }
    }

    fn finish_if_complete(&self, pack: &PackBuilder) -> Result<()> {
        if let Some(record) = pack.finish_if_complete(&self.objects, self.level)? {
            self.stored.fetch_add(record.size, Ordering::Relaxed);
            let written = lock(&self.segments).add(record)?;
            self.stored.fetch_add(written, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Waits until nothing is under way, and says what failed.
    pub(super) fn wait(&self) -> Result<()> {
        let mut running = lock(&self.running);
        while *running > 0 {
            running = self.idle.wait(running).unwrap_or_else(PoisonError::into_inner);
        }
        drop(running);
        if self.failed.load(Ordering::Relaxed) { Err(self.failure()) } else { Ok(()) }
    }

    /// Writes a segment with the packs that none lists yet.
    pub(super) fn write_segment(&self) -> Result<()> {
        let written = lock(&self.segments).write()?;
        self.stored.fetch_add(written, Ordering::Relaxed);
        Ok(())
    }

    /// Stops as soon as may be.
    pub(super) fn give_up(&self) {
        self.fail(Error::Interrupted);
        self.wait().ok();
    }

    pub(super) fn stored(&self) -> u64 {
        self.stored.load(Ordering::Relaxed)
    }

    /// The segments that were written.
    pub(super) fn segments(&self) -> Vec<ObjectName> {
        lock(&self.segments).written().to_vec()
    }

    /// The packs that were written.
    pub(super) fn packs(&self) -> Vec<ObjectName> {
        lock(&self.segments).packs().to_vec()
    }

    /// Whatever comes, the session cannot be committed: something it was to store is lost. The first failure is the one that is told.
    pub(super) fn fail(&self, error: Error) {
        lock(&self.failure).get_or_insert(error);
        self.failed.store(true, Ordering::Relaxed);
        self.buffers.close();
    }

    /// The first failure, to everybody who asks.
    fn failure(&self) -> Error {
        lock(&self.failure).as_ref().map_or(Error::Internal("the session failed before"), Error::again)
    }
}

impl Tools {
    fn new(level: i32) -> Result<Self> {
        Ok(Self { level, compressor: Compressor::new(level)?, decompressor: Decompressor::new()?, sealed: Vec::new() })
    }
}

/// Counts a job from its start to its end, however it ends: one that panics fails the session too.
struct Running {
    jobs: Arc<Jobs>,
    finished: bool,
}

impl Running {
    fn start(jobs: Arc<Jobs>) -> Self {
        *lock(&jobs.running) += 1;
        Self { jobs, finished: false }
    }

    fn finish(mut self, result: Result<()>) {
        self.finished = true;
        if let Err(error) = result {
            self.jobs.fail(error);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.finished {
            self.jobs.fail(Error::Internal("a worker failed"));
        }
        *lock(&self.jobs.running) -= 1;
        self.jobs.idle.notify_all();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use liasse_format::ids::RepositoryId;
    use liasse_seal::{ReaderSecret, RepositoryKeys};
    use liasse_store::{ErrorKind, Memory, Operation};

    use super::*;

    pub(in super::super) fn jobs() -> Arc<Jobs> {
        let keys = Arc::new(RepositoryKeys::derive(&[7; 32]));
        let objects = Objects { store: Arc::new(Memory::new()), repository: RepositoryId([1; 16]), keys };
        let reader = ReaderSecret::from_bytes(&[5; 32]).unwrap().public();
        Arc::new(Jobs::new(objects, SessionId([2; 16]), reader, 3, 1 << 20).unwrap())
    }

    /// What still runs could put a pack after whoever dropped the session looks at what is there.
    #[test]
    fn who_gives_up_waits_for_what_runs() {
        let jobs = jobs();
        let (let_go, held) = std::sync::mpsc::channel::<()>();
        let guard = Running::start(Arc::clone(&jobs));
        jobs.pool.spawn(move || {
            let waited = held.recv();
            guard.finish(waited.map_err(|_| Error::Interrupted));
        });
        let done = {
            let jobs = Arc::clone(&jobs);
            std::thread::spawn(move || jobs.give_up())
        };
        while !jobs.failed.load(Ordering::Relaxed) && !done.is_finished() {
            std::thread::yield_now();
        }
        assert!(!done.is_finished());
        let_go.send(()).unwrap();
        done.join().unwrap();
        assert_eq!(*lock(&jobs.running), 0);
        assert!(matches!(jobs.buffer(), Err(Error::Interrupted)));
    }

    #[test]
    fn a_job_that_panics_fails_the_session_and_not_the_process() {
        let jobs = jobs();
        let guard = Running::start(Arc::clone(&jobs));
        jobs.pool.spawn(move || {
            let _guard = guard;
            panic!("a defect");
        });
        assert!(matches!(jobs.wait(), Err(Error::Internal("a worker failed"))));
        assert!(jobs.buffer().is_err());
    }

    #[test]
    fn everybody_who_asks_learns_the_first_cause() {
        let jobs = jobs();
        jobs.fail(liasse_store::Error::new(ErrorKind::Full, Operation::Write, "packs").into());
        jobs.fail(Error::Internal("what followed from it"));
        for answer in [jobs.buffer().map(drop), jobs.wait(), jobs.wait(), jobs.buffer().map(drop)] {
            assert!(matches!(answer, Err(Error::Store(error)) if error.kind() == ErrorKind::Full));
        }
    }
}
