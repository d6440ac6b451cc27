//! One writer's attempt: intent, packs, index segments, snapshot (`spec/committing.md`).
//!
//! Nothing is referred to before it is durable: a pack is published before a segment lists it, segments before the snapshot, and the
//! snapshot's slot is taken only if it is free. A session that is dropped has committed nothing.

mod buffers;
mod files;
mod jobs;
mod lane;
mod pack_builder;
mod patch;
mod reuse;
mod segments;

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use liasse_format::config::Config;
use liasse_format::content::{ChunkRef, Content};
use liasse_format::envelope::Kind;
use liasse_format::ids::{ChunkId, Evidence, Hash, ObjectName, SessionId};
use liasse_format::pack::{Chunk, ChunkKind, Extent};
use liasse_format::session::{Intent, Plan};
use liasse_format::snapshot::{Dossier, Hold, Snapshot as Record, Statistics, UNREAD_LIMIT, Unread};
use liasse_format::time::Time;
use liasse_format::wire;
use liasse_seal::BoxKey;
use liasse_store::{Area, Key, Put};

use crate::error::{Error, Result};
use crate::heads::{self, Head};
use crate::index::Index;
use crate::repository::Repository;
use crate::seen::Believed;
use crate::snapshots::Snapshot;
pub use files::Files;
use jobs::Jobs;
use lane::Lane;
pub use reuse::Older;
pub(crate) use segments::SegmentWriter;

/// Age at which what dead writers left unpublished is removed: far beyond any put under way.
const LEFTOVER_AGE: Duration = Duration::from_hours(24);
/// Most bytes of a path and of a cause in a record's list of unread sources: beyond any that a system gives, and a full list fits.
const UNREAD_PATH_LIMIT: usize = 16 << 10;
const UNREAD_CAUSE_LIMIT: usize = 4 << 10;

/// Who runs a session, for people.
#[derive(Debug, Clone, Default)]
pub struct Whoami {
    /// Name of the machine.
    pub host: String,
    /// Name of the user.
    pub user: String,
    /// Name and version of the program.
    pub program: String,
}

/// What a snapshot is to say; the session adds the rest.
#[derive(Debug, Clone)]
pub struct Draft {
    /// When the run began, by this machine's clock.
    pub time: Time,
    /// Seconds east of UTC here.
    pub utc_offset: i32,
    /// What was backed up, absolute.
    pub sources: Vec<Vec<u8>>,
    /// For people; order and doubles do not matter.
    pub tags: Vec<String>,
    /// Why the run was made.
    pub reason: Option<String>,
    /// The directory that stands for `/`.
    pub root: Content,
    /// Its evidence root.
    pub evidence: Evidence,
    /// What was found; the session fills in what was added, stored, and how long it took.
    pub statistics: Statistics,
    /// Sources that could not be read whole; the first 1,000 are kept.
    pub unread: Vec<Unread>,
    /// Dossiers, by code.
    pub dossiers: Vec<Dossier>,
    /// A promise not to forget the snapshot.
    pub hold: Option<Hold>,
}

/// Whether a chunk that was put was new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// What to refer to it by.
    pub chunk: ChunkRef,
    /// Whether it was not in the repository yet.
    pub new: bool,
    /// Bytes that were added for it, before compression: fewer than it has where an older chunk has the rest.
    pub added: u32,
}

impl Stored {
    /// What the repository, or this session, has already.
    pub(crate) fn known(chunk: ChunkRef) -> Self {
        Self { chunk, new: false, added: 0 }
    }
}

/// A session that is being written.
pub struct Session<'r> {
    repository: &'r Repository,
    id: SessionId,
    whoami: Whoami,
    heads: Vec<Head>,
    index: Index,
    fresh: Mutex<HashMap<ChunkId, u32>>,
    added: AtomicU64,
    jobs: Arc<Jobs>,
    data: Lane,
    trees: Lane,
    began: Instant,
    /// Whether there is an intent that must go at the end.
    open: bool,
    /// Whether nothing is stored.
    dry: bool,
}

impl Repository {
    /// Begins a session: puts its intent, then reads all plans, then lists the packs; in this order, because a deleter puts its plan
    /// before it lists intents, so that one of the two sees the other.
    pub fn begin(&self, whoami: Whoami) -> Result<Session<'_>> {
        if self.access.writer.is_none() {
            return Err(Error::NotAllowed { action: "a backup", needs: "owner or a writer" });
        }
        self.refuse_revoked(self.config())?;
        let began = Instant::now();
        // What writers left that died is only in the way; that of those at work is spared.
        self.objects.store.sweep(LEFTOVER_AGE).ok();
        let id = SessionId(liasse_seal::random_bytes()?);
        self.put_intent(id, &whoami)?;
        let session = self.begin_after_intent(id, whoami, began);
        if session.is_err() {
            self.remove_intent(id);
        }
        session
    }

    /// A session that finds out what would be stored, stores nothing and cannot be committed.
    pub fn begin_dry(&self, whoami: Whoami) -> Result<Session<'_>> {
        if self.access.writer.is_some() {
            self.refuse_revoked(self.config())?;
        }
        let mut session = self.begin_after_intent(SessionId::NONE, whoami, Instant::now())?;
        session.dry = true;
        session.open = false;
        Ok(session)
    }

    fn begin_after_intent(&self, id: SessionId, whoami: Whoami, began: Instant) -> Result<Session<'_>> {
        let plans = self.plans()?;
        let mut index = Index::load(&self.objects, self.cache(), &self.scratch())?;
        match plans {
            Some(planned) => planned.iter().for_each(|pack| index.avoid(pack)),
            None => index.avoid_all(),
        }
        // What a mark says is no truth about a pack: at worst something is stored twice.
        crate::repair::marked(&self.objects)?.iter().for_each(|pack| index.mark(pack));
        let heads = self.heads()?;
        let reader = self.config().current_reader().ok_or(Error::Internal("a config has a current reader"))?.key;
        let jobs = Arc::new(Jobs::new(self.objects.clone(), id, reader, self.config().level, self.config().block_size)?);
        let size = self.config().pack_size.into();
        Ok(Session {
            repository: self,
            id,
            whoami,
            heads,
            index,
            fresh: Mutex::default(),
            added: AtomicU64::new(0),
            data: Lane::new(Arc::clone(&jobs), Kind::DataPack, self.config().block_size, size),
            trees: Lane::new(Arc::clone(&jobs), Kind::TreePack, self.config().block_size, size),
            jobs,
            began,
            open: true,
            dry: false,
        })
    }

    /// Whether the holder's signature is still accepted by a config.
    fn refuse_revoked(&self, config: &Config) -> Result<()> {
        let writer = self.writer_key().and_then(|key| config.writer(&key));
        if writer.is_some_and(|writer| writer.revoked_after.is_none()) { Ok(()) } else { Err(Error::Revoked) }
    }

    fn put_intent(&self, id: SessionId, whoami: &Whoami) -> Result<()> {
        let intent = Intent {
            host: whoami.host.clone(),
            user: whoami.user.clone(),
            program: whoami.program.clone(),
            process: std::process::id(),
            time: crate::clock::now(),
            unknown: Vec::new(),
        };
        let object = self.objects.seal(Kind::Intent, id, BoxKey::Intent, &wire::encode(&intent))?;
        self.objects.put(&Key::new(Area::Intents, &id.to_string())?, &object)?;
        Ok(())
    }

    /// An intent that stays is litter that harms nobody.
    fn remove_intent(&self, id: SessionId) {
        if let Ok(key) = Key::new(Area::Intents, &id.to_string()) {
            self.objects.store.remove(&key).ok();
        }
    }

    /// The packs of all plans that stand; `None` when one cannot be read, so that any pack may be in it.
    fn plans(&self) -> Result<Option<BTreeSet<ObjectName>>> {
        let mut packs = BTreeSet::new();
        for listed in self.objects.store.list(Area::Plans)?.into_iter().filter(|listed| SessionId::from_hex(&listed.name).is_some()) {
            let key = Key::new(Area::Plans, &listed.name)?;
            match self.objects.read_named_by_session::<Plan>(&key, Kind::Plan, BoxKey::Plan) {
                Ok(plan) => packs.extend(plan.packs),
                Err(error) if error.is_damage() => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        Ok(Some(packs))
    }
}

impl Session<'_> {
    /// The repository that is written to.
    pub fn repository(&self) -> &Repository {
        self.repository
    }

    /// The session's id, which will be the snapshot's.
    pub fn id(&self) -> SessionId {
        self.id
    }

    /// Stores a chunk, unless it is there. From any number of threads; blocks when too much is under way.
    pub fn put(&self, kind: ChunkKind, bytes: &[u8]) -> Result<Stored> {
        let length = u32::try_from(bytes.len()).map_err(|_| Error::TooLarge { what: "a chunk" })?;
        let id = self.repository.objects.keys.chunk_id(kind, bytes);
        let chunk = ChunkRef { id, length };
        if self.fresh().contains_key(&id) || self.index.reusable(kind, &id)? == Some(length) {
            return Ok(Stored::known(chunk));
        }
        if self.fresh().insert(id, length).is_some() {
            return Ok(Stored::known(chunk));
        }
        self.added.fetch_add(length.into(), Ordering::Relaxed);
        if !self.dry {
            let whole = Extent::Literal { block: 0, offset: 0, length };
            self.lane(kind).append(Chunk { kind, id, length, extents: vec![whole] }, &[bytes])?;
        }
        Ok(Stored { chunk, new: true, added: length })
    }

    /// Whether a chunk of an older snapshot may be referred to without being stored again.
    pub fn reusable(&self, kind: ChunkKind, chunk: &ChunkRef) -> Result<bool> {
        Ok(self.fresh().contains_key(&chunk.id) || self.index.reusable(kind, &chunk.id)? == Some(chunk.length))
    }

    /// Whether every pack that is there may be referred to: no plan to delete some stands.
    pub fn nothing_planned(&self) -> bool {
        self.index.packs().all(|(_, pack)| !pack.planned)
    }

    /// Whether every pack of a set is there and may be referred to.
    pub fn all_usable<'a>(&self, mut packs: impl Iterator<Item = &'a ObjectName>) -> bool {
        packs.all(|pack| self.index.is_usable(pack))
    }

    /// How many threads seal what is stored. No more than so many may store files at a time ([`Session::files`]): each holds blocks, of
    /// which there are a number that goes by this one, so that more could wait for each other for ever.
    pub fn threads(&self) -> usize {
        self.jobs.threads()
    }

    /// Bytes of new chunks so far, before compression.
    pub fn added(&self) -> u64 {
        self.added.load(Ordering::Relaxed)
    }

    /// Bytes of packs and segments that were written so far.
    pub fn stored(&self) -> u64 {
        self.jobs.stored()
    }

    /// All packs that a snapshot of this session may refer to: those that were there, and those that it wrote.
    fn usable_packs(&self) -> Vec<ObjectName> {
        let old = self.index.packs().filter(|(_, pack)| pack.is_usable()).map(|(_, pack)| pack.name);
        let mut packs: Vec<_> = old.chain(self.jobs.packs()).collect();
        packs.sort_unstable();
        packs.dedup();
        packs
    }

    fn lane(&self, kind: ChunkKind) -> &Lane {
        match kind {
            ChunkKind::Data => &self.data,
            ChunkKind::Tree | ChunkKind::List => &self.trees,
        }
    }

    fn fresh(&self) -> std::sync::MutexGuard<'_, HashMap<ChunkId, u32>> {
        self.fresh.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes everything out: open blocks, packs, then the segments that list them.
    fn flush(&self) -> Result<()> {
        self.data.close()?;
        self.trees.close()?;
        self.jobs.wait()?;
        self.jobs.write_segment()
    }

    /// Keeps what was stored, so that the next run does not store it again, and commits nothing.
    pub fn abandon(mut self) -> Result<()> {
        let flushed = self.flush();
        self.end();
        flushed
    }

    /// Commits: writes everything out, then takes the snapshot's slot. Gives the snapshot, and all packs that it may refer to.
    pub fn commit(mut self, draft: Draft) -> Result<(Snapshot, Vec<ObjectName>)> {
        if self.dry {
            return Err(Error::Internal("a dry session cannot be committed"));
        }
        self.flush()?;
        // The owner may have revoked this writer while it was at work.
        if let Some(newer) =
            crate::configs::newer(&self.repository.objects, &self.repository.access.bundle.owner, self.repository.config())?
        {
            self.repository.refuse_revoked(&newer)?;
        }
        let record = self.record(draft);
        let object = self.repository.seal_snapshot(self.id, &record)?;
        let key = Key::new(Area::Snapshots, &self.id.to_string())?;
        match self.repository.objects.put(&key, &object)? {
            Put::Created => {}
            Put::Existed => {
                self.end();
                return Err(Error::Burned { session: self.id });
            }
        }
        let snapshot = Snapshot::new(self.id, record, Hash::of(&object));
        self.repository.has_seen([Believed { id: self.id, time: snapshot.record.time, size: object.len() as u64 }]);
        let packs = self.usable_packs();
        self.end();
        self.refresh_cache();
        Ok((snapshot, packs))
    }

    fn record(&self, draft: Draft) -> Record {
        let writer = self.repository.writer_key().unwrap_or(liasse_format::ids::PublicKey([0; 32]));
        let last = heads::last_of(&self.heads, &writer);
        let unread = draft.unread.into_iter().take(UNREAD_LIMIT).filter_map(shorten).collect();
        let tags: BTreeSet<String> = draft.tags.into_iter().collect();
        Record {
            writer,
            sequence: last.map_or(1, |last| last.record.sequence + 1),
            previous: last.map_or(Hash::NONE, |last| last.hash),
            time: draft.time,
            utc_offset: draft.utc_offset,
            host: self.whoami.host.clone(),
            user: self.whoami.user.clone(),
            program: self.whoami.program.clone(),
            sources: draft.sources,
            tags: tags.into_iter().collect(),
            reason: draft.reason,
            root: draft.root,
            evidence: draft.evidence,
            statistics: Statistics {
                added: self.added(),
                stored: self.stored(),
                duration_ms: u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX),
                ..draft.statistics
            },
            unread,
            dossiers: draft.dossiers,
            hold: draft.hold,
            unknown: Vec::new(),
        }
    }

    fn end(&mut self) {
        if self.dry {
            return;
        }
        self.open = false;
        self.repository.remove_intent(self.id);
    }

    /// The cache is not truth: what fails here costs the next run some time.
    fn refresh_cache(mut self) {
        let segments = self.jobs.segments();
        if segments.is_empty() {
            // To open it for writing waits for the disk several times, whether anything is written or not.
            return;
        }
        self.index.close_cache();
        if let Some(cache) = self.repository.cache() {
            Index::merge(&self.repository.objects, cache, &segments).ok();
        }
    }
}

/// Makes an unread source fit into the record: one long name must not cost the snapshot. A path is cut to a folder that it lies in, so that
/// what it says of everything below stays true; where there is no such folder, `None`.
fn shorten(mut unread: Unread) -> Option<Unread> {
    if unread.path.len() > UNREAD_PATH_LIMIT {
        unread.path.truncate(UNREAD_PATH_LIMIT);
        let slash = unread.path.iter().rposition(|byte| *byte == b'/').filter(|at| *at > 0)?;
        unread.path.truncate(slash);
    }
    if unread.cause.len() > UNREAD_CAUSE_LIMIT {
        unread.cause.truncate(unread.cause.floor_char_boundary(UNREAD_CAUSE_LIMIT));
    }
    Some(unread)
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        if self.open {
            self.jobs.give_up();
            self.end();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shortened(path: &[u8], cause: &str) -> Option<(Vec<u8>, String)> {
        shorten(Unread { path: path.to_vec(), cause: cause.to_owned() }).map(|unread| (unread.path, unread.cause))
    }

    #[test]
    fn only_what_is_too_long_is_cut() {
        let path = [b"/folder/".as_slice(), &vec![b'x'; UNREAD_PATH_LIMIT - 8]].concat();
        let cause = "e".repeat(UNREAD_CAUSE_LIMIT);
        assert_eq!(shortened(&path, &cause), Some((path.clone(), cause.clone())));
        assert_eq!(shortened(&[&path[..], b"x"].concat(), &format!("{cause}e")), Some((b"/folder".to_vec(), cause)));
        // Of a name right below the root nothing is left that says where it is.
        assert_eq!(shortened(&[b"/".as_slice(), &vec![b'x'; UNREAD_PATH_LIMIT]].concat(), ""), None);
        assert_eq!(shortened(&vec![b'x'; UNREAD_PATH_LIMIT + 1], ""), None);
    }
}
