//! What was verified when: for each pack, when a check read it from start to end last and found it to be what its name says, or that the
//! last check found damage in it. In the local cache, for each place that the repository is in, and never truth: without the file,
//! everything counts as never verified.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use liasse_format::ids::ObjectName;
use liasse_format::time::Time;
use liasse_format::wire::{self, Reader, Wire};
use liasse_store::{Area, Listed};

use crate::clock;
use crate::error::Result;
use crate::kept::{self, Magic};
use crate::repository::Repository;

/// What the file's name begins with; the place follows.
pub(super) const FILE: &str = "verified";
const MAGIC: &Magic = b"liasse verified1";
/// Most packs that are remembered: 32 TiB of full ones.
const MOST: usize = 1 << 20;
/// Bytes of one in the file.
const ROW: usize = ObjectName::MIN_SIZE + 8;
const MOST_BYTES: u64 = (MOST as u64) * (ROW as u64) + 1024;
/// What stands for the time of a pack that is damaged.
const BAD: i64 = i64::MIN;

/// How much of a repository was verified.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct VerifiedShare {
    /// Bytes of packs that were read and found whole since then.
    pub bytes: u64,
    /// Bytes of all packs.
    pub total_bytes: u64,
    /// Packs in which the last check that read them found damage, and that are still there.
    pub damaged: u64,
}

/// When each pack was verified.
#[derive(Debug, Default)]
pub(super) struct Verified {
    packs: BTreeMap<ObjectName, i64>,
}

impl Repository {
    /// How much of the data was verified since a moment, as far as the local cache remembers it.
    pub fn verified_since(&self, since: Time) -> Result<VerifiedShare> {
        let verified = Verified::load(self.cache_file_here(FILE).as_deref());
        // What a marked pack held is stored again, and is no damage where nothing needs it any more.
        let marked = crate::repair::marked(&self.objects)?;
        let mut share = VerifiedShare::default();
        for Listed { name, size } in self.objects.store.list(Area::Packs)? {
            let Some(name) = ObjectName::from_hex(&name) else { continue };
            share.total_bytes = share.total_bytes.saturating_add(size);
            share.damaged += u64::from(verified.packs.get(&name) == Some(&BAD) && !marked.contains(&name));
            if verified.when(&name).is_some_and(|when| when >= since.seconds()) {
                share.bytes = share.bytes.saturating_add(size);
            }
        }
        Ok(share)
    }
}

impl Verified {
    pub(super) fn load(file: Option<&Path>) -> Self {
        let read = |file: &Path| kept::load(file, MAGIC, MOST_BYTES).and_then(|body| Self::decode(&body));
        file.and_then(read).unwrap_or_default()
    }

    /// Writes what is known of packs that are there. Where that fails, they are read again sooner than need be.
    pub(super) fn save(mut self, file: Option<&Path>, there: &BTreeSet<ObjectName>) {
        self.packs.retain(|name, _| there.contains(name));
        if let Some(file) = file {
            kept::save(file, MAGIC, &self.encode()).ok();
        }
    }

    /// When a pack was found whole last, in seconds since 1970. A time that is still to come says nothing: the clock was wrong then.
    pub(super) fn when(&self, name: &ObjectName) -> Option<i64> {
        self.packs.get(name).copied().filter(|when| *when != BAD && *when <= clock::now().seconds())
    }

    pub(super) fn mark(&mut self, name: ObjectName, now: i64) {
        self.packs.insert(name, now);
    }

    pub(super) fn forget(&mut self, name: &ObjectName) {
        self.packs.remove(name);
    }

    pub(super) fn mark_bad(&mut self, name: ObjectName) {
        self.packs.insert(name, BAD);
    }

    fn encode(&self) -> Vec<u8> {
        let mut body = wire::Writer::default();
        body.len(self.packs.len().min(MOST));
        for (name, when) in self.packs.iter().take(MOST) {
            name.put(&mut body);
            when.put(&mut body);
        }
        body.into_bytes()
    }

    fn decode(body: &[u8]) -> Option<Self> {
        let mut input = Reader::new(body);
        let mut packs = BTreeMap::new();
        for _ in 0..input.len(MOST, ROW).ok()? {
            let name = ObjectName::get(&mut input).ok()?;
            packs.insert(name, i64::get(&mut input).ok()?);
        }
        input.end().ok()?;
        Some(Self { packs })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_gone_or_still_to_come_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let [old, gone, bad, future] = [1, 2, 3, 4].map(|byte| ObjectName([byte; 32]));
        let mut verified = Verified::default();
        verified.mark(old, 77);
        verified.mark(gone, 77);
        verified.mark_bad(bad);
        verified.mark(future, i64::MAX);
        let file = folder.path().join(FILE);
        verified.save(Some(&file), &BTreeSet::from([old, bad, future]));
        let read = Verified::load(Some(&file));
        assert_eq!([old, gone, bad, future].map(|name| read.when(&name)), [Some(77), None, None, None]);
        assert_eq!(read.packs.len(), 3);
        assert!(Verified::load(None).packs.is_empty());
    }
}
