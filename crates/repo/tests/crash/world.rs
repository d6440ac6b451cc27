//! A repository on a simulated disk, what people do with it, and what they were promised. The fuzz target `sequence` uses it, too.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use liasse_repo::format::content::ChunkRef;
use liasse_repo::format::ids::SessionId;
use liasse_repo::format::keys::Role;
use liasse_repo::format::pack::ChunkKind;
use liasse_repo::format::tree::Node;
use liasse_repo::store::{Chance, Failure, Image, Local, Moves, Sim, Store, Trouble};
use liasse_repo::{Creation, Handover, Repository, Result, Session, Whoami};
use zeroize::Zeroizing;

use super::mend::Mend;
use crate::support::{self, content, draft, entry, noise, open};

/// What was in the files: their bytes by name, in chunks.
pub type Files = BTreeMap<String, Vec<Vec<u8>>>;

/// A snapshot that somebody was told is stored.
#[derive(Clone)]
pub struct Promise {
    pub id: SessionId,
    pub files: Arc<Files>,
    /// How many steps the disk had taken when it was told; `None` when an error was told.
    pub told: Option<usize>,
}

/// A change of the keys that somebody was told of.
#[derive(Clone)]
pub struct KeyPromise {
    /// The name of a slot that is there from then on, or that is not.
    pub slot: Option<(String, bool)>,
    pub config: u64,
    pub told: usize,
}

/// A repository in use.
pub struct World {
    pub sim: Sim,
    pub credential: Vec<u8>,
    pub files: Files,
    pub promises: Vec<Promise>,
    pub keys: Vec<KeyPromise>,
    pub chance: Chance,
    /// Where the local cache is, if there is one: on another disk, that no cut touches.
    pub cache: Option<PathBuf>,
    /// What the disk is used through.
    pub through: fn(Local) -> Arc<dyn Store>,
    time: i64,
}

/// A new repository, with the disk's recording of its making, and the owner's credential.
pub fn made() -> &'static (Sim, Vec<u8>) {
    static MADE: OnceLock<(Sim, Vec<u8>)> = OnceLock::new();
    MADE.get_or_init(|| {
        let sim = Sim::new();
        let repository = create(&sim).unwrap();
        let credential = support::credential_of(&repository, PASSWORD);
        (sim, credential)
    })
}

pub const PASSWORD: &str = "secret";

pub fn create(sim: &Sim) -> Result<Repository> {
    Repository::create(Arc::new(sim.create()?), &Creation::new(Zeroizing::new(PASSWORD.to_owned())))
}

pub fn open_image(image: &Image, credential: &[u8]) -> Result<(Sim, Repository)> {
    let sim = Sim::of(image);
    let repository = open(sim.open()?, credential)?;
    Ok((sim, repository))
}

impl World {
    /// A new repository with one snapshot, on a disk that has no trouble yet.
    pub fn new(seed: u64) -> Self {
        static BASE: OnceLock<(Image, Vec<Promise>, Files)> = OnceLock::new();
        let (image, promises, files) = BASE.get_or_init(|| {
            let (sim, credential) = made();
            let mut world = Self::of(&Sim::of(&sim.image()).image(), credential, 0);
            world.edit();
            world.backup().unwrap();
            (world.sim.image(), world.promises, world.files)
        });
        let mut world = Self::of(image, &made().1, seed);
        world.promises = promises.iter().map(|promise| Promise { told: Some(0), ..promise.clone() }).collect();
        world.files.clone_from(files);
        world
    }

    pub fn of(image: &Image, credential: &[u8], seed: u64) -> Self {
        Self {
            sim: Sim::of(image),
            credential: credential.to_vec(),
            files: Files::new(),
            promises: Vec::new(),
            keys: Vec::new(),
            chance: Chance::new(seed),
            cache: None,
            through: |store| Arc::new(store),
            time: 1000,
        }
    }

    /// The world after a cut: the same people, with what they were told before it.
    pub fn after(&self, image: &Image, steps: usize) -> Self {
        let mut after = Self { files: self.files.clone(), time: self.time, ..Self::of(image, &self.credential, 0) };
        after.chance = self.chance.clone();
        after.cache.clone_from(&self.cache);
        after.promises.clone_from(&self.promises);
        for promise in &mut after.promises {
            promise.told = promise.told.filter(|told| *told <= steps).map(|_| 0);
        }
        after.keys = self.keys.iter().filter(|key| key.told <= steps).cloned().collect();
        after.keys.iter_mut().for_each(|key| key.told = 0);
        after
    }

    /// The power fails at some moment of what is recorded.
    pub fn cut_at_random(mut self) -> Self {
        let steps = self.chance.below(self.sim.steps() + 1);
        let moves = if self.chance.once_in(2) { Moves::Whole } else { Moves::Torn };
        let cut = self.sim.recording().cut(steps);
        let choices = cut.choices(moves, 16, &mut Chance::new(self.chance.number()));
        let image = cut.image(&choices[self.chance.below(choices.len())]);
        self.after(&image, steps)
    }

    /// Begins a new recording: what was told so far is told from the beginning.
    pub fn checkpoint(&mut self) {
        self.sim.checkpoint();
        self.promises.iter_mut().for_each(|promise| promise.told = promise.told.map(|_| 0));
        self.keys.iter_mut().for_each(|key| key.told = 0);
    }

    pub fn store(&self) -> Result<Arc<dyn Store>> {
        Ok((self.through)(self.sim.open()?))
    }

    pub fn repository(&self) -> Result<Repository> {
        let repository = open(self.store()?, &self.credential)?;
        Ok(match &self.cache {
            Some(folder) => repository.with_cache(folder),
            None => repository,
        })
    }

    /// Changes, adds or removes some files.
    pub fn edit(&mut self) {
        let chance = &mut self.chance;
        for _ in 0..=chance.below(3) {
            let name = format!("file{}", chance.below(8));
            let bytes = |chance: &mut Chance| noise(chance.number(), 1 + chance.below(1500));
            match chance.below(6) {
                0 => _ = self.files.remove(&name),
                1 | 2 => _ = self.files.insert(name, (0..=chance.below(2)).map(|_| bytes(chance)).collect()),
                _ => {
                    let chunks = self.files.entry(name).or_default();
                    if chunks.is_empty() || chance.once_in(3) {
                        chunks.push(bytes(chance));
                    } else {
                        let at = chance.below(chunks.len());
                        chunks[at] = bytes(chance);
                    }
                    chunks.truncate(4);
                }
            }
        }
    }

    /// Backs up the files as they are.
    pub fn backup(&mut self) -> Result<SessionId> {
        let repository = self.repository()?;
        self.backup_with(&repository)
    }

    pub fn backup_with(&mut self, repository: &Repository) -> Result<SessionId> {
        let session = repository.begin(Whoami::default())?;
        let files = self.files.clone();
        self.commit(session, &files)
    }

    /// Puts files into a session, and commits it.
    pub fn commit(&mut self, session: Session<'_>, files: &Files) -> Result<SessionId> {
        let id = session.id();
        let files = Arc::new(files.clone());
        self.time += 1;
        let done = put_all(&session, &files).and_then(|(root, evidence)| session.commit(draft(root, evidence, self.time)));
        let told = done.is_ok().then(|| self.sim.steps());
        self.promises.push(Promise { id, files, told });
        done.map(|(snapshot, _)| snapshot.id)
    }

    /// Stores files, and commits nothing.
    pub fn abandon(&mut self) -> Result<()> {
        let repository = self.repository()?;
        let session = repository.begin(Whoami::default())?;
        put_all(&session, &self.files)?;
        if self.chance.once_in(2) { session.abandon() } else { Ok(()) }
    }

    /// Two writers at the same time, in turns; what they store is partly the same.
    pub fn two_writers(&mut self) -> Result<()> {
        let (one, other) = (self.repository()?, self.repository()?);
        let first = one.begin(Whoami::default())?;
        self.edit();
        let files = self.files.clone();
        put_all(&first, &files)?;
        self.edit();
        let second = other.begin(Whoami::default())?;
        let newer = self.files.clone();
        if self.chance.once_in(2) {
            self.commit(second, &newer)?;
            self.commit(first, &files)?;
        } else {
            self.commit(first, &files)?;
            self.commit(second, &newer)?;
        }
        Ok(())
    }

    /// Adds a writer with a credential; now and then revokes one.
    pub fn change_writers(&mut self) -> Result<()> {
        let mut repository = self.repository()?;
        let added = repository.add_key(Role::Writer, "till", &Handover::Credential)?;
        self.key_told(&repository, None);
        if self.chance.once_in(2) {
            repository.remove_key(&added.name)?;
            self.key_told(&repository, None);
        }
        Ok(())
    }

    pub fn key_told(&mut self, repository: &Repository, slot: Option<(String, bool)>) {
        self.keys.push(KeyPromise { slot, config: repository.config().number, told: self.sim.steps() });
    }

    /// Something that people do, chosen by chance, now and then with a fault in it.
    pub fn something(&mut self) -> Result<()> {
        let (kind, number, seed) = (self.chance.below(16), self.chance.below(220) as u64, self.chance.number());
        let failure = [Failure::Io, Failure::Full, Failure::Interrupted][self.chance.below(3)];
        let first = self.sim.operations() + 1;
        self.sim.trouble(|trouble| match kind {
            0..=3 => trouble.failures = vec![(first + number, failure)],
            4 => trouble.room = Some(number * 27),
            5 => trouble.ragged = Some(seed),
            6 => trouble.delay = std::time::Duration::from_mins(number),
            7 => trouble.stale_lists = true,
            _ => {}
        });
        let done = match self.chance.below(12) {
            0 => self.abandon(),
            1 | 2 => self.two_writers(),
            3 => self.change_writers(),
            4 => self.backup().map(drop),
            5 => self.mend(Mend::Protect, &Image::default()).map(drop),
            6 => self.lose_and_mend(),
            _ => {
                self.edit();
                self.backup().map(drop)
            }
        };
        // What is not durable now stays so: only the faults go.
        let habits = self.sim.operations();
        self.sim.trouble(|trouble| {
            *trouble = Trouble { no_rename_no_replace: trouble.no_rename_no_replace, no_link: trouble.no_link, ..Trouble::default() };
        });
        if habits.is_multiple_of(3) {
            self.sim.jump(std::time::Duration::from_hours(30), habits.is_multiple_of(2));
        }
        done
    }
}

/// Stores files and the folder that they are in.
pub fn put_all(
    session: &Session<'_>,
    files: &Files,
) -> Result<(liasse_repo::format::content::Content, liasse_repo::format::ids::Evidence)> {
    let mut entries = Vec::new();
    for (name, chunks) in files {
        let mut refs: Vec<(ChunkRef, &[u8])> = Vec::new();
        for chunk in chunks {
            refs.push((session.put(ChunkKind::Data, chunk)?.chunk, chunk));
        }
        entries.push(entry(name, Node::File(content(&refs))));
    }
    let (stream, evidence) = support::directory(&entries);
    if stream.is_empty() {
        return Ok((content(&[]), evidence));
    }
    Ok((content(&[(session.put(ChunkKind::Tree, &stream)?.chunk, &stream)]), evidence))
}
