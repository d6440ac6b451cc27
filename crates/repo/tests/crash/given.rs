//! What a damaged repository still gives, and what lies in it: a repair, cut off or not, may make it more and never less. Must never take
//! bytes for read that are not those that were stored.

use std::collections::{BTreeMap, BTreeSet};

use liasse_repo::format::ids::{ObjectName, SessionId};
use liasse_repo::format::tree::Node;
use liasse_repo::store::{Area, Image, Key, Sim};
use liasse_repo::{Snapshot, TreeWalk};

use super::verify::{Reading, no_leftover_read};
use super::world::{Promise, World, open_image};
use crate::support::{DEEP, check};

/// What can be had of a repository.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Given {
    pub opens: bool,
    snapshots: BTreeSet<SessionId>,
    /// Chunks of files that are what was stored: of which snapshot and file, and which in it.
    chunks: BTreeSet<(SessionId, String, usize)>,
    /// What a check with all data finds, by object.
    pub findings: BTreeSet<String>,
}

impl Given {
    /// All that a disk gives of what was promised.
    ///
    /// # Errors
    /// What is believed and was never stored.
    pub fn of(image: &Image, world: &World) -> Result<Self, String> {
        let Ok((sim, repository)) = open_image(image, &world.credential) else { return Ok(Self::default()) };
        let told = |error| format!("{error:?}");
        let findings = check(&repository, DEEP).map_err(told)?.findings;
        let mut given = Self { opens: true, findings: findings.into_iter().map(|finding| finding.object).collect(), ..Self::default() };
        let reader = repository.reader().map_err(told)?;
        let mut reading = Reading::of(&reader).map_err(told)?;
        for snapshot in &repository.snapshots().map_err(told)?.good {
            given.snapshots.insert(snapshot.id);
            let promise = world.promises.iter().find(|promise| promise.id == snapshot.id);
            given.read(&mut reading, snapshot, promise.ok_or_else(|| format!("nobody made snapshot {}", snapshot.id))?)?;
        }
        match sim.recording().steps() {
            [] => no_leftover_read(&sim).map(|()| given),
            [step, ..] => Err(format!("looking at it changed it: {step}")),
        }
    }

    fn read(&mut self, reading: &mut Reading<'_>, snapshot: &Snapshot, promise: &Promise) -> Result<(), String> {
        let mut walk = TreeWalk::new(reading.reader, &snapshot.record.root);
        // What is not given is not counted: damage is in the findings.
        while let Ok(Some(entry)) = walk.next(&mut reading.scratch) {
            let name = String::from_utf8_lossy(entry.name.as_bytes()).into_owned();
            let (Node::File(content), Some(stored)) = (&entry.node, promise.files.get(&name)) else {
                return Err(format!("nobody stored {name} in {}", snapshot.id));
            };
            for (number, chunk) in content.chunks.iter().enumerate() {
                match reading.chunk(chunk) {
                    Ok(bytes) if stored.get(number) == Some(&bytes) => _ = self.chunks.insert((snapshot.id, name.clone(), number)),
                    Ok(_) => return Err(format!("{name} in {} has other bytes", snapshot.id)),
                    Err(_) => {}
                }
            }
        }
        Ok(())
    }

    /// Fails where less is given than before.
    ///
    /// # Errors
    /// What is not given any more.
    pub fn covers(&self, before: &Self) -> Result<(), String> {
        if before.opens && !self.opens {
            return Err("it does not open any more".to_owned());
        }
        let gone: Vec<_> = before.chunks.difference(&self.chunks).collect();
        if let Some(snapshot) = before.snapshots.difference(&self.snapshots).next() {
            return Err(format!("snapshot {snapshot} is not there any more"));
        }
        if gone.is_empty() { Ok(()) } else { Err(format!("not read any more: {gone:?}")) }
    }

    /// Fails where something is found that was not found before.
    ///
    /// # Errors
    /// That.
    pub fn finds_no_more_than(&self, other: &Self) -> Result<(), String> {
        let new: Vec<_> = self.findings.difference(&other.findings).collect();
        if new.is_empty() || !other.opens { Ok(()) } else { Err(format!("found now: {new:?}")) }
    }

    /// The same, of these snapshots only.
    pub fn only(&self, promises: &[Promise]) -> Self {
        let is_one = |id| promises.iter().any(|promise| promise.id == id);
        let chunks = self.chunks.iter().filter(|(id, ..)| is_one(*id)).cloned().collect();
        Self { chunks, snapshots: self.snapshots.iter().copied().filter(|id| is_one(*id)).collect(), ..self.clone() }
    }

    /// Whether all is given that was promised, and nothing is found.
    pub fn is_all(&self, promises: &[Promise]) -> bool {
        let all = promises.iter().flat_map(|promise| promise.files.values()).map(Vec::len).sum::<usize>();
        self.findings.is_empty() && self.snapshots.len() == promises.len() && self.chunks.len() == all
    }
}

/// The objects on a disk, by their paths in the repository.
pub fn objects(image: &Image) -> BTreeMap<&str, &[u8]> {
    let root = Sim::path("");
    let below = |(path, bytes)| Some((str::strip_prefix(path, &root)?, bytes));
    image.files().filter_map(below).filter(|(path, _)| !path.starts_with("tmp/")).collect()
}

/// The same without what lies in `damaged/`.
pub fn in_place(image: &Image) -> BTreeMap<&str, &[u8]> {
    objects(image).into_iter().filter(|(path, _)| !path.starts_with("damaged/")).collect()
}

/// Of which object something in `damaged/` has the bytes.
fn was(path: &str) -> Option<String> {
    Some(Key::new(Area::Damaged, path.strip_prefix("damaged/")?).ok()?.was_aside_of()?.to_string())
}

/// What must have become of the objects of a disk.
#[derive(Clone, Copy)]
pub struct Kept<'a> {
    /// Before the repair.
    pub before: &'a Image,
    /// Before anything happened.
    pub sound: &'a Image,
    /// Whether what is sound may have been taken for damaged, and set aside: the disk failed.
    pub failed: bool,
    /// Whether a session may have stored something.
    pub stores: bool,
}

impl Kept<'_> {
    /// Fails where a byte is gone, or something lies there that nobody may have put there.
    ///
    /// # Errors
    /// What is wrong.
    pub fn holds(self, now: &Image) -> Result<(), String> {
        let (before, sound, now) = (objects(self.before), objects(self.sound), objects(now));
        for (path, bytes) in &before {
            let (there, was_sound) = (now.get(path) == Some(bytes), sound.get(path) == Some(bytes));
            let is_mark = path.starts_with("damaged/") && was(path).is_none();
            if there || is_mark {
                continue;
            }
            if was_sound && !self.failed {
                return Err(format!("{path} was sound, and is gone or another"));
            }
            if !now.iter().any(|(aside, kept)| was(aside).as_deref() == Some(path) && kept == bytes) {
                return Err(format!("the bytes of {path} are gone"));
            }
        }
        for (path, bytes) in now.iter().filter(|(path, bytes)| before.get(*path) != Some(*bytes)) {
            if !self.may_be(path, bytes, &before, &sound) {
                return Err(format!("{path} has bytes that it never had"));
            }
        }
        Ok(())
    }

    /// Whether an object may be new.
    fn may_be(self, path: &str, bytes: &[u8], before: &BTreeMap<&str, &[u8]>, sound: &BTreeMap<&str, &[u8]>) -> bool {
        let (area, name) = path.split_once('/').unwrap_or(("", path));
        match area {
            "damaged" => was(path).is_none_or(|of| [before, sound].iter().any(|had| had.get(of.as_str()) == Some(&bytes))),
            "packs" | "index" | "parity" => name.ends_with(&ObjectName::of(bytes).to_string()),
            "snapshots" | "intents" if self.stores && !sound.contains_key(path) => true,
            _ => sound.get(path) == Some(&bytes),
        }
    }
}
