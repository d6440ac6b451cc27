//! Whether an image of a disk keeps every promise; for the fuzz target `sequence`, too. Must believe nothing but what the repository itself gives when it is opened anew.

use std::collections::BTreeMap;

use liasse_repo::format::content::ChunkRef;
use liasse_repo::format::ids::ChunkId;
use liasse_repo::format::pack::ChunkKind;
use liasse_repo::format::tree::Node;
use liasse_repo::store::{Area, Image, Sim, Store};
use liasse_repo::{Reader, Repository, Scratch, Snapshot, TreeWalk};

use super::world::{Files, KeyPromise, Promise, World, open_image};
use crate::support::{DEEP, check};

/// What is known of the repository at the moment of a cut.
#[derive(Clone, Copy)]
pub struct Expected<'a> {
    pub promises: &'a [Promise],
    pub keys: &'a [KeyPromise],
    /// How many steps the disk had taken.
    pub steps: usize,
}

impl Expected<'_> {
    /// A number that grows with what must be there.
    pub fn stage(&self) -> usize {
        let told = self.promises.iter().filter(|promise| self.is_told(promise)).count();
        told + self.keys.iter().filter(|key| key.told <= self.steps).count()
    }

    fn is_told(&self, promise: &Promise) -> bool {
        promise.told.is_some_and(|told| told <= self.steps)
    }
}

/// Opens the repository, checks it and reads all of it.
///
/// # Errors
/// What is wrong.
pub fn verify(image: &Image, credential: &[u8], expected: Expected<'_>) -> Result<(), String> {
    let (sim, repository) = open_image(image, credential).map_err(|error| format!("it does not open: {error:?}"))?;
    holds(&repository, expected)?;
    if sim.steps() > 0 {
        return Err(format!("looking at it changed it: {}", sim.recording().steps()[0]));
    }
    no_leftover_read(&sim)
}

/// What lies in `tmp/` is nobody's: whether it is torn or whole can then make no difference.
///
/// # Errors
/// The leftover that was read.
pub fn no_leftover_read(sim: &Sim) -> Result<(), String> {
    match sim.opened().iter().find(|path| path.contains("/tmp/")) {
        Some(path) => Err(format!("a leftover was read: {path}")),
        None => Ok(()),
    }
}

fn holds(repository: &Repository, expected: Expected<'_>) -> Result<(), String> {
    let told = |error| format!("{error:?}");
    let report = check(repository, DEEP).map_err(told)?;
    if !report.is_sound() {
        return Err(format!("check finds {:?}", report.findings));
    }
    let found = repository.snapshots().map_err(told)?;
    if !found.bad.is_empty() {
        return Err(format!("refused: {:?}", found.bad));
    }
    let reader = repository.reader().map_err(told)?;
    let mut reading = Reading::of(&reader).map_err(told)?;
    let found: BTreeMap<_, _> = found.good.iter().map(|snapshot| (snapshot.id, snapshot)).collect();
    for promise in expected.promises {
        match found.get(&promise.id) {
            Some(snapshot) if reading.files(snapshot)? == *promise.files => {}
            Some(_) => return Err(format!("snapshot {} has other files", promise.id)),
            None if expected.is_told(promise) => return Err(format!("snapshot {} is lost", promise.id)),
            None => {}
        }
    }
    let known = |id| expected.promises.iter().any(|promise| promise.id == id);
    if let Some(id) = found.keys().find(|id| !known(**id)) {
        return Err(format!("nobody made snapshot {id}"));
    }
    keys_hold(repository, expected)
}

fn keys_hold(repository: &Repository, expected: Expected<'_>) -> Result<(), String> {
    let slots: Vec<String> =
        repository.store().list(Area::Keys).map_err(|error| error.to_string())?.into_iter().map(|slot| slot.name).collect();
    for key in expected.keys.iter().filter(|key| key.told <= expected.steps) {
        if repository.config().number < key.config {
            return Err(format!("config {} is lost", key.config));
        }
        // What was said of a slot last.
        if let Some((slot, there)) = &key.slot
            && slots.contains(slot) != *there
            && !expected.keys.iter().any(|later| later.slot.as_ref().is_some_and(|(name, now)| name == slot && now != there))
        {
            return Err(format!("slot {slot} should be there: {there}"));
        }
    }
    Ok(())
}

/// Chunks that were read and verified, each once.
pub struct Reading<'r> {
    pub reader: &'r Reader<'r>,
    pub scratch: Scratch,
    chunks: BTreeMap<ChunkId, Vec<u8>>,
}

impl<'r> Reading<'r> {
    pub fn of(reader: &'r Reader<'r>) -> liasse_repo::Result<Self> {
        Ok(Self { reader, scratch: Scratch::new()?, chunks: BTreeMap::new() })
    }

    /// All files of a snapshot, with the chunks that they have.
    fn files(&mut self, snapshot: &Snapshot) -> Result<Files, String> {
        let told = |error| format!("snapshot {}: {error:?}", snapshot.id);
        let mut files = Files::new();
        let mut walk = TreeWalk::new(self.reader, &snapshot.record.root);
        while let Some(entry) = walk.next(&mut self.scratch).map_err(told)? {
            let Node::File(content) = &entry.node else { return Err("not a file".to_owned()) };
            let chunks: Result<_, _> = content.chunks.iter().map(|chunk| self.chunk(chunk).map_err(told)).collect();
            files.insert(String::from_utf8_lossy(entry.name.as_bytes()).into_owned(), chunks?);
        }
        Ok(files)
    }

    pub fn chunk(&mut self, chunk: &ChunkRef) -> liasse_repo::Result<Vec<u8>> {
        if let Some(bytes) = self.chunks.get(&chunk.id) {
            return Ok(bytes.clone());
        }
        let mut out = Vec::new();
        let bytes = self.reader.chunk(ChunkKind::Data, chunk, &mut self.scratch, &mut out)?.to_vec();
        self.chunks.insert(chunk.id, bytes.clone());
        Ok(bytes)
    }
}

/// Goes on from an image as people do the day after: the next backup is whole and survives a cut, and nothing of what the cut left lies in
/// its way.
///
/// # Errors
/// What is wrong.
pub fn goes_on(image: &Image, world: &World, expected: Expected<'_>) -> Result<(), String> {
    let mut next = world.after(image, expected.steps);
    next.sim.jump(std::time::Duration::from_hours(25), false);
    next.backup().map_err(|error| format!("the next backup fails: {error:?}"))?;
    let left = next.sim.image();
    if let Some((path, _)) = left.files().find(|(path, _)| path.starts_with(&Sim::path("tmp/")) && !path.ends_with("/lock")) {
        return Err(format!("a leftover stays: {path}"));
    }
    let steps = next.sim.steps();
    let after = next.sim.recording().cut(steps).bare();
    verify(&after, &world.credential, Expected { promises: &next.promises, keys: &next.keys, steps })
        .map_err(|what| format!("the next backup: {what}"))
}
