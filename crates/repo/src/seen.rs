//! What this machine has seen of a repository: every snapshot that it believed, and the number of the newest config. A storage that shows
//! an older state of the whole repository shows something that is sound in itself: only who remembers a newer one can tell.
//!
//! The memory is no part of the cache, which anybody may delete. It must never decide what is read or restored, never change the
//! repository, and never forget a snapshot by itself: a person looks, and accepts (`Repository::accept_rollback`). Where there is no
//! memory, or it cannot be written, nothing is known and nothing is claimed.

use std::collections::BTreeMap;
use std::path::Path;

use liasse_format::ids::SessionId;
use liasse_format::time::Time;
use liasse_format::wire::{self, Reader, Wire};
use liasse_store::{Area, Key, Listed};

use crate::configs;
use crate::error::Result;
use crate::kept::{self, Magic};
use crate::repository::Repository;

const MAGIC: &Magic = b"liasse seen   1\n";
/// Most snapshots that are remembered.
const MOST: usize = 1 << 20;
/// Bytes of one in the file.
const ROW: usize = SessionId::MIN_SIZE + Time::MIN_SIZE + 8;
const MOST_BYTES: u64 = (MOST as u64) * (ROW as u64) + 1024;
/// Most missing snapshots that are named.
const NAMED: usize = 100;

/// What a repository shows no more, and this machine has seen there; or what another copy of it has that is newer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rollback {
    /// Snapshots that are not there any more, the newest first, with the time that each has: the first 100.
    pub missing: Vec<(SessionId, Time)>,
    /// How many there are.
    pub missing_count: u64,
    /// The number of the newest config that was seen, and of the newest that can be believed; `None` where it is not older.
    pub config: Option<(u64, u64)>,
}

impl Rollback {
    pub(crate) fn new(mut missing: Vec<(SessionId, Time)>, config: Option<(u64, u64)>) -> Self {
        missing.sort_by_key(|(id, time)| std::cmp::Reverse((*time, *id)));
        let missing_count = missing.len() as u64;
        missing.truncate(NAMED);
        Self { missing, missing_count, config }
    }
}

/// A snapshot that was believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Believed {
    pub(crate) id: SessionId,
    pub(crate) time: Time,
    /// Bytes of its object.
    pub(crate) size: u64,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Seen {
    config: u64,
    snapshots: BTreeMap<SessionId, (Time, u64)>,
}

impl Repository {
    /// Remembers what it sees of the repository, in its place, in a file of `folder`, and can tell when it is shown an older state there. A
    /// copy elsewhere that lags behind is none that was set back.
    #[must_use]
    pub fn with_memory(mut self, folder: &Path) -> Self {
        self.memory = Some(folder.join(format!("{}-{}", self.id(), self.place())));
        self
    }

    /// What this machine has seen in the repository and is not there any more; `None` where nothing is missing.
    ///
    /// Fails only where the repository cannot be listed.
    pub fn rollback(&self) -> Result<Option<Rollback>> {
        // Before the listing: what another program adds meanwhile is in the listing then, if it is in the memory.
        let Some(seen) = self.memory.as_deref().map(Seen::load) else { return Ok(None) };
        let listed = self.objects.store.list(Area::Snapshots)?;
        let there: BTreeMap<SessionId, u64> =
            listed.iter().filter_map(|Listed { name, size }| Some((SessionId::from_hex(name)?, *size))).collect();
        let mut missing = Vec::new();
        for (id, (time, size)) in &seen.snapshots {
            let is_there = match there.get(id) {
                None => false,
                Some(same) if same == size => true,
                Some(_) => !self.is_burned(*id)?,
            };
            if !is_there {
                missing.push((*id, *time));
            }
        }
        // One that is there and damaged is told as that; rubbish under a higher number says nothing.
        let believed = self.config().number;
        let is_older = believed < seen.config && !configs::numbers(&*self.objects.store)?.contains(&seen.config);
        let config = is_older.then_some((seen.config, believed));
        Ok((!missing.is_empty() || config.is_some()).then(|| Rollback::new(missing, config)))
    }

    /// Forgets what is not there any more. For a person who has looked why.
    pub fn accept_rollback(&self) -> Result<()> {
        let Some(path) = &self.memory else { return Ok(()) };
        let heads = self.objects.store.list(Area::Snapshots)?;
        let mut seen = Seen::load(path);
        let missing = |id: &SessionId| !heads.iter().any(|listed| SessionId::from_hex(&listed.name) == Some(*id));
        let mut gone: Vec<SessionId> = seen.snapshots.keys().copied().filter(missing).collect();
        for Listed { name, size } in &heads {
            let Some(id) = SessionId::from_hex(name) else { continue };
            if seen.snapshots.get(&id).is_some_and(|(_, known)| known != size) && self.is_burned(id)? {
                gone.push(id);
            }
        }
        seen.snapshots.retain(|id, _| !gone.contains(id));
        seen.config = self.config().number;
        seen.save(path).map_err(|error| crate::Error::Cache { path: path.display().to_string(), what: error.to_string() })
    }

    /// Whether a slot that held a snapshot says now that none was committed. One that cannot be read is damaged, and told as such.
    fn is_burned(&self, id: SessionId) -> Result<bool> {
        match self.read_snapshot(&Key::new(Area::Snapshots, &id.to_string())?) {
            Ok(read) => Ok(read.is_none()),
            Err(error) if error.is_about_object() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Remembers snapshots, and the config. Where that fails, nothing is known later: no reason to fail a backup.
    pub(crate) fn has_seen(&self, snapshots: impl IntoIterator<Item = Believed>) {
        let Some(path) = &self.memory else { return };
        let mut seen = Seen::load(path);
        let mut is_news = seen.config < self.config().number;
        seen.config = seen.config.max(self.config().number);
        for Believed { id, time, size } in snapshots {
            if seen.snapshots.len() < MOST {
                is_news |= seen.snapshots.insert(id, (time, size)) != Some((time, size));
            }
        }
        if is_news {
            seen.save(path).ok();
        }
    }
}

impl Seen {
    fn load(path: &Path) -> Self {
        kept::load(path, MAGIC, MOST_BYTES).and_then(|body| Self::decode(&body)).unwrap_or_default()
    }

    fn save(&self, path: &Path) -> std::io::Result<()> {
        kept::save_durably(path, MAGIC, &self.encode())
    }

    fn encode(&self) -> Vec<u8> {
        let mut body = wire::Writer::default();
        self.config.put(&mut body);
        body.len(self.snapshots.len());
        for (id, (time, size)) in &self.snapshots {
            id.put(&mut body);
            time.put(&mut body);
            size.put(&mut body);
        }
        body.into_bytes()
    }

    fn decode(body: &[u8]) -> Option<Self> {
        let mut input = Reader::new(body);
        let mut seen = Self { config: u64::get(&mut input).ok()?, ..Self::default() };
        for _ in 0..input.len(MOST, ROW).ok()? {
            let id = SessionId::get(&mut input).ok()?;
            seen.snapshots.insert(id, (Time::get(&mut input).ok()?, u64::get(&mut input).ok()?));
        }
        input.end().ok()?;
        Some(seen)
    }
}
