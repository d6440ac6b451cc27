//! Heads: what snapshots say of themselves, without what they say of dossiers, which is most of a record where there are thousands.
//!
//! A head is believed once, when its object is read whole; this machine keeps it then (the file `heads`), so that a run does not read and
//! verify six years of records every night. An object that rots later is found by who reads it: a check, a restore, a list. Must never
//! decide what is restored.

use std::collections::HashMap;
use std::io;
use std::path::Path;

use liasse_format::ids::{Hash, PublicKey, SessionId};
use liasse_format::snapshot::Snapshot as Record;
use liasse_format::time::Time;
use liasse_format::wire::{self, Reader, Wire};
use liasse_store::{Area, Key, Listed};

use crate::error::{Error, Result};
use crate::kept::{self, Magic};
use crate::objects::LARGE_LIMIT;
use crate::order::{Claim, Placed, put_in_order};
use crate::repository::Repository;
use crate::seen::Believed;
use crate::snapshots::Snapshot;

/// The file's name, and what it begins with: what it is, and the version of its layout.
const FILE: &str = "heads";
const MAGIC: &Magic = b"liasse heads  1\n";
/// Most snapshots that the file names.
const MOST: usize = 1 << 20;
/// Most bytes of the file that are read.
const MOST_BYTES: u64 = 1 << 32;

/// Objects that were refused, and why.
type Refused = Vec<(String, Error)>;

/// A snapshot without its lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its name: the session's id.
    pub id: SessionId,
    /// What was recorded, but for dossiers and what was unread: these lists are empty.
    pub record: Record,
    /// How many dossiers it names.
    pub dossiers: u64,
    /// BLAKE3 of the object.
    pub hash: Hash,
    /// When it was made, as far as its writer's clock can be believed ([`made`](crate::made)).
    pub made: Time,
}

impl Placed for Head {
    fn claim(&self) -> (SessionId, Claim) {
        (self.id, Claim::of(&self.record))
    }

    fn made(&mut self) -> &mut Time {
        &mut self.made
    }
}

/// What the file knows of an object of the snapshots folder.
struct Known {
    /// Bytes of the object.
    size: u64,
    /// `None` when the slot is burned.
    head: Option<Head>,
}

impl Head {
    fn of(snapshot: Snapshot) -> Self {
        let Snapshot { id, mut record, hash, made } = snapshot;
        let dossiers = record.dossiers.len() as u64;
        record.dossiers = Vec::new();
        record.unread = Vec::new();
        Self { id, record, dossiers, hash, made }
    }
}

/// The last of a writer by sequence number.
pub(crate) fn last_of<'h>(heads: &'h [Head], writer: &PublicKey) -> Option<&'h Head> {
    heads.iter().filter(|head| head.record.writer == *writer).max_by_key(|head| head.record.sequence)
}

impl Repository {
    /// The heads of all snapshots that are believed, in the order in which they were made. Objects that are not are passed over.
    pub fn heads(&self) -> Result<Vec<Head>> {
        self.heads_and_bad().map(|(heads, _)| heads)
    }

    /// The same, with the objects that were refused, and why.
    pub fn heads_and_bad(&self) -> Result<(Vec<Head>, Refused)> {
        let mut bad = Vec::new();
        let listed = self.objects.store.list(Area::Snapshots)?;
        let mut known = self.cache().map(|folder| load(&folder.join(FILE))).unwrap_or_default();
        let mut found = HashMap::new();
        let mut news = false;
        for Listed { name, size } in listed {
            let Some(id) = SessionId::from_hex(&name) else { continue };
            if let Some(same) = known.remove(&id).filter(|known| known.size == size) {
                found.insert(id, same);
                continue;
            }
            let key = Key::new(Area::Snapshots, &name)?;
            match self.read_snapshot(&key) {
                Ok(snapshot) => _ = found.insert(id, Known { size, head: snapshot.map(Head::of) }),
                Err(error) => {
                    bad.push((key.to_string(), self.as_partial(error)?));
                    continue;
                }
            }
            news = true;
        }
        if let Some(folder) = self.cache().filter(|_| news || !known.is_empty()) {
            // What cannot be kept is read again.
            save(&folder.join(FILE), &found).ok();
        }
        // A writer may have been revoked since.
        let accepts = |head: &Head| self.config().writer(&head.record.writer).is_some_and(|writer| writer.accepts(head.record.sequence));
        found.retain(|_, known| known.head.as_ref().is_some_and(accepts));
        let believed = |known: &Known| known.head.as_ref().map(|head| Believed { id: head.id, time: head.record.time, size: known.size });
        self.has_seen(found.values().filter_map(believed));
        let mut heads: Vec<Head> = found.into_values().filter_map(|known| known.head).collect();
        put_in_order(&mut heads);
        Ok((heads, bad))
    }

    /// Reads one snapshot whole.
    pub fn snapshot(&self, id: SessionId) -> Result<Option<Snapshot>> {
        self.read_snapshot(&Key::new(Area::Snapshots, &id.to_string())?)
    }
}

/// A file that cannot be read, or that is damaged, knows nothing.
fn load(path: &Path) -> HashMap<SessionId, Known> {
    kept::load(path, MAGIC, MOST_BYTES).and_then(|body| decode(&body)).unwrap_or_default()
}

fn decode(body: &[u8]) -> Option<HashMap<SessionId, Known>> {
    let mut input = Reader::new(body);
    let mut known = HashMap::new();
    for _ in 0..input.len(MOST, SessionId::MIN_SIZE).ok()? {
        let id = SessionId::get(&mut input).ok()?;
        let size = u64::get(&mut input).ok()?;
        let hash = Hash::get(&mut input).ok()?;
        let dossiers = u64::get(&mut input).ok()?;
        let record = input.bytes(usize::try_from(LARGE_LIMIT).ok()?).ok()?;
        let head = match record {
            [] => None,
            record => {
                let record: Record = wire::decode(record).ok()?;
                Some(Head { made: record.time, id, record, dossiers, hash })
            }
        };
        known.insert(id, Known { size, head });
    }
    input.end().ok()?;
    Some(known)
}

fn encode(known: &HashMap<SessionId, Known>) -> Vec<u8> {
    let mut body = wire::Writer::default();
    body.len(known.len());
    for (id, Known { size, head }) in known {
        id.put(&mut body);
        size.put(&mut body);
        head.as_ref().map_or(Hash::NONE, |head| head.hash).put(&mut body);
        head.as_ref().map_or(0, |head| head.dossiers).put(&mut body);
        body.bytes(&head.as_ref().map(|head| wire::encode(&head.record)).unwrap_or_default());
    }
    body.into_bytes()
}

fn save(path: &Path, known: &HashMap<SessionId, Known>) -> io::Result<()> {
    kept::save(path, MAGIC, &encode(known))
}
