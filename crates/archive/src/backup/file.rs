//! Reading one file: its data cut into chunks, its bytes hashed, its holes kept. A file that changes while it is read is read again.

use std::sync::{Mutex, PoisonError};

use crossbeam_channel::{Receiver, Sender};
use liasse_chunk::Cutter;
use liasse_repo::format::content::{Content, Hole};
use liasse_repo::format::ids::Hash;
use liasse_repo::format::tree::{ENTRY_LIMIT, Entry, Name, Node};
use liasse_repo::format::wire;
use liasse_repo::{Error as RepoError, Files, Stored};

use super::Run;
use super::judge::{is_settled, now};
use super::noise;
use super::versions::{self, Over};
use super::walk::{Seen, TOO_LARGE, cause};
use crate::catalogue::{FileKey, Identity, NewVersion};
use crate::source::{Directory, Segment, SourceDirectory, SourceError, SourceFile, Stat};
use crate::stream::ListWriter;

/// How often a file that changes while it is read is read in all.
const MOST_READS: u32 = 3;
static ZEROS: [u8; 64 << 10] = [0; 64 << 10];

/// A file to be read.
pub(super) struct Job {
    pub(super) directory: Directory,
    pub(super) name: Name,
    pub(super) stat: Stat,
    pub(super) hard_link: Option<u64>,
    pub(super) path: Vec<u8>,
    pub(super) today: u32,
    /// Whether the last run knew it, in another state.
    pub(super) changed: bool,
    /// Its previous version, if leaf values of it are to be had.
    pub(super) older: Option<Older>,
    pub(super) reply: Sender<Outcome>,
}

/// Where the leaf values of a previous version come from.
pub(super) enum Older {
    /// From the cache, under this key.
    Cached(FileKey),
    /// From the repository, by the entry that the last run made.
    Stored(Vec<u8>),
}

/// What became of a file.
pub(super) enum Outcome {
    /// It was read.
    Read {
        /// Its encoding.
        entry: Vec<u8>,
        /// What the catalogue is to keep of it; nothing of a file that kept changing.
        seen: Option<Seen>,
        /// What was added to the repository for it.
        news: News,
        /// Where it is, and why it may not be as it was at any one time.
        shortcoming: Option<(Vec<u8>, String)>,
    },
    /// It was not.
    Failed {
        /// Where it is.
        path: Vec<u8>,
        /// Why not.
        cause: String,
    },
}

/// What was added for a file.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct News {
    /// Bytes, before compression.
    pub(super) added: u64,
    /// Whether its previous version was known leaf by leaf.
    pub(super) is_compared: bool,
    /// Whether they look like noise, and the file is none of those that always do.
    pub(super) is_noise: bool,
    /// Whether its beginning is among them, and looks like noise.
    pub(super) begins_with_noise: bool,
}

impl News {
    /// Counts a chunk that stands at a place of the file. The first that is new stands for all.
    pub(super) fn count(&mut self, stored: &Stored, bytes: &[u8], is_packed: bool, offset: u64) {
        if self.added == 0 && stored.added > 0 {
            self.is_noise = !is_packed && noise::is_noise(bytes);
            self.begins_with_noise = self.is_noise && offset == 0;
        }
        self.added += u64::from(stored.added);
    }
}

/// The first failure of the repository; there is no going on after one.
#[derive(Default)]
pub(super) struct Failure(Mutex<Option<RepoError>>);

impl Failure {
    fn set(&self, error: RepoError) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }

    pub(super) fn take(&self) -> Option<RepoError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// What a reader keeps from file to file.
struct Tools<'r> {
    cutter: Cutter,
    over: Over,
    files: Files<'r>,
}

/// Why a file was not read.
pub(super) enum ReadError {
    Source(SourceError),
    Repository(RepoError),
}

impl From<SourceError> for ReadError {
    fn from(error: SourceError) -> Self {
        Self::Source(error)
    }
}

impl From<RepoError> for ReadError {
    fn from(error: RepoError) -> Self {
        Self::Repository(error)
    }
}

/// Reads files until there are no more, or the repository fails.
pub(super) fn work(run: &Run<'_>, jobs: &Receiver<Job>, failure: &Failure) {
    let mut tools = Tools { cutter: Cutter::new(run.cutters.data.clone()), over: Over::new(run), files: run.session.files() };
    for job in jobs {
        let outcome = match read(run, &job, &mut tools) {
            Ok(outcome) => outcome,
            Err(ReadError::Source(error)) => Outcome::Failed { path: job.path, cause: cause(&error) },
            Err(ReadError::Repository(error)) => {
                // Dropping the reply tells whoever waits for it.
                failure.set(error);
                return;
            }
        };
        if job.reply.send(outcome).is_err() {
            return;
        }
    }
}

fn read(run: &Run<'_>, job: &Job, tools: &mut Tools<'_>) -> Result<Outcome, ReadError> {
    let mut expected = job.stat;
    let mut reads = 0;
    loop {
        reads += 1;
        let began = now();
        let file = job.directory.open_file(&job.name, &expected)?;
        let before = file.stat()?;
        let xattrs = file.xattrs()?;
        let (content, news, leaves) = read_content(run, job, &file, &before, tools)?;
        let after = file.stat()?;
        let unchanged = after.is_unchanged(&before);
        if !unchanged && reads < MOST_READS {
            expected = job.directory.stat(&job.name)?;
            continue;
        }
        let mut metadata = run.owners.metadata(&before, xattrs);
        metadata.hard_link = job.hard_link;
        let entry = wire::encode(&Entry { name: job.name.clone(), node: Node::File(content), metadata });
        if entry.len() > ENTRY_LIMIT {
            return Ok(Outcome::Failed { path: job.path.clone(), cause: TOO_LARGE.to_owned() });
        }
        let seen = Seen { identity: Identity::of(&before), trusted: is_settled(&before, began), day: job.today };
        if let Some(leaves) = leaves.filter(|_| unchanged) {
            leaves.finish(seen.identity.key());
        }
        let shortcoming = (!unchanged).then(|| (job.path.clone(), "it kept changing while it was read".to_owned()));
        return Ok(Outcome::Read { entry, seen: unchanged.then_some(seen), news, shortcoming });
    }
}

/// The content of a file, what is new of it, and its leaf values if they are to be kept.
fn read_content<'r>(
    run: &'r Run<'r>,
    job: &Job,
    file: &impl SourceFile,
    stat: &Stat,
    tools: &mut Tools<'_>,
) -> Result<(Content, News, Option<NewVersion<'r>>), ReadError> {
    let segments = file.segments(stat)?;
    let holes = segments.iter().filter(|s| s.is_hole).map(|s| Hole { offset: s.offset, length: s.length }).collect();
    let mut stream = Stream { file, segments: segments.iter(), current: None, position: 0, hasher: blake3::Hasher::new() };
    let mut news = News::default();
    let mut list = ListWriter::new();
    let mut leaves = None;
    if let Some(writer) = run.leaves.new.filter(|_| job.changed && versions::SIZES.contains(&stat.size)) {
        let older = match &job.older {
            Some(Older::Cached(key)) => run.leaves.old.and_then(|old| old.version(*key)),
            Some(Older::Stored(entry)) => run.read_back.and_then(|read_back| read_back.version(entry)),
            None => None,
        };
        let version = (older.as_ref(), NewVersion::new(writer));
        let (version, found) = tools.over.store(run, &mut tools.files, version, &mut |room| stream.read(room), &mut list)?;
        (leaves, news) = (Some(version), found);
    } else {
        let (mut is_packed, mut offset) = (None, 0);
        tools.cutter.reset();
        while let Some(chunk) = tools.cutter.next_chunk(|room| stream.read(room))? {
            run.stop.check()?;
            let is_packed = *is_packed.get_or_insert_with(|| noise::is_packed(chunk));
            let stored = tools.files.put(chunk)?;
            news.count(&stored, chunk, is_packed, offset);
            offset += chunk.len() as u64;
            run.progress.advance(chunk.len() as u64);
            list.push(run.session, run.cutters, stored.chunk)?;
        }
    }
    tools.files.end_file()?;
    // Holes that end the file have been passed; so have those of a file that became shorter.
    let (size, hash) = (stream.position, Hash(*stream.hasher.finalize().as_bytes()));
    let (depth, chunks) = list.finish(run.session, run.cutters)?;
    Ok((Content { size, hash, depth, chunks, holes: within(holes, size) }, news, leaves))
}

/// Holes of a file that has become shorter meanwhile end with it.
fn within(holes: Vec<Hole>, size: u64) -> Vec<Hole> {
    let cut = |hole: Hole| Hole { length: hole.length.min(size.saturating_sub(hole.offset)), ..hole };
    holes.into_iter().map(cut).filter(|hole| hole.length > 0).collect()
}

/// The data of a file as one stream, its holes passed over and hashed as zeros.
struct Stream<'f, F> {
    file: &'f F,
    segments: std::slice::Iter<'f, Segment>,
    current: Option<Segment>,
    position: u64,
    hasher: blake3::Hasher,
}

impl<F: SourceFile> Stream<'_, F> {
    /// Fills `room` with data; 0 at the end.
    fn read(&mut self, room: &mut [u8]) -> Result<usize, SourceError> {
        loop {
            let Some(segment) = self.current else {
                match self.segments.next() {
                    Some(next) if next.is_hole => self.pass_hole(next),
                    Some(next) => self.current = Some(*next),
                    None => return Ok(0),
                }
                continue;
            };
            let left = segment.offset + segment.length - self.position;
            if left == 0 {
                self.current = None;
                continue;
            }
            let want = room.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            let room = room.get_mut(..want).unwrap_or_default();
            let length = self.file.read_at(self.position, room)?;
            self.hasher.update(room.get(..length).unwrap_or_default());
            self.position += length as u64;
            if length < want {
                // The file has become shorter: this is its end.
                self.segments = [].iter();
                self.current = None;
            }
            return Ok(length);
        }
    }

    fn pass_hole(&mut self, hole: &Segment) {
        let mut left = hole.length;
        while left > 0 {
            let length = left.min(ZEROS.len() as u64);
            self.hasher.update(ZEROS.get(..usize::try_from(length).unwrap_or_default()).unwrap_or_default());
            left -= length;
        }
        self.position += hole.length;
    }
}
