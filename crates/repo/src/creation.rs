//! Making a repository. Must never make one where there is a part of another: what could be a backup is not built over.

use std::sync::Arc;

use liasse_format::DecodeError;
use liasse_format::config::{ChunkSizes, Config, ReaderKey, SlotNote, WriterKey};
use liasse_format::envelope::Kind;
use liasse_format::ids::{Hash, RepositoryId};
use liasse_format::keys::{Bundle, Role};
use liasse_seal::passwords::KdfParams;
use liasse_seal::{ReaderSecret, SigningKey};
use liasse_store::{Area, Key, Put, Store};
use zeroize::Zeroizing;

use crate::access::{self, Access};
use crate::clock;
use crate::configs::{self, Current};
use crate::error::{Error, Result};
use crate::objects::{Objects, SMALL_LIMIT};
use crate::repository::Repository;

/// What a new repository is to be like.
pub struct Creation {
    /// What people call it; may be empty.
    pub name: String,
    /// The owner's password.
    pub password: Zeroizing<String>,
    /// Cost of deriving a key from it.
    pub kdf: KdfParams,
    /// Name of the owner's key, for people.
    pub label: String,
    /// Cutting of file content.
    pub data_chunks: ChunkSizes,
    /// Level of zstd, −7 to 22.
    pub level: i32,
}

impl Creation {
    /// The defaults, and a password.
    pub fn new(password: Zeroizing<String>) -> Self {
        Self { name: String::new(), password, kdf: KdfParams::DEFAULT, label: "owner".to_owned(), data_chunks: ChunkSizes::DATA, level: 3 }
    }
}

const BLOCK_SIZE: u32 = 1 << 20;
const PACK_SIZE: u32 = 32 << 20;

/// Whether there are packs, segments or snapshots.
pub(crate) fn holds_backups(store: &dyn Store) -> Result<bool> {
    for area in [Area::Snapshots, Area::Index, Area::Packs] {
        if !store.list(area)?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

impl Repository {
    /// Whether a repository may be made in a store: it is empty, or making one there was interrupted before anything could be backed up.
    ///
    /// # Errors
    /// [`Error::Exists`]; [`Error::Unfinished`] when the config is lost of a repository that may hold backups, or has more keys than the
    /// first.
    pub fn refuse_to_replace(store: &dyn Store) -> Result<()> {
        if !configs::numbers(store)?.is_empty() {
            return Err(Error::Exists { location: store.location() });
        }
        if store.list(Area::Keys)?.len() > 1 || holds_backups(store)? {
            return Err(Error::Unfinished { location: store.location(), missing: "the config is" });
        }
        Ok(())
    }

    /// Makes a repository where [`Repository::refuse_to_replace`] has nothing against it. The config is written last: without it, there
    /// is none, and of several who make one at once its place goes to one.
    pub fn create(store: Arc<dyn Store>, creation: &Creation) -> Result<Self> {
        Self::refuse_to_replace(&*store)?;
        let repository = RepositoryId(liasse_seal::random_bytes()?);
        let access = Access::new(new_owner(&creation.label)?)?;
        let objects = Objects { store, repository, keys: Arc::clone(&access.keys) };
        let readme = include_str!("README.in").replace("{id}", &repository.to_string());
        let had_readme = objects.put(&Key::readme(), readme.as_bytes())? == Put::Existed;
        let slot = access::new_slot_id()?;
        let slot_key = Key::new(Area::Keys, &slot.to_string())?;
        let object = access::seal_slot(repository, &access.bundle, &creation.password, creation.kdf)?;
        let written = objects.put(&slot_key, &object);
        let note = SlotNote { id: slot, role: Role::Owner, label: creation.label.clone(), added: clock::now() };
        let config = first_config(creation, &access, note)?;
        let owner = access.owner.as_ref().ok_or(Error::Internal("an owner has an owner key"))?;
        let written = written.and_then(|_| configs::write(&objects, owner, &config));
        let hash = written.inspect_err(|_| remove_unless_needed(&objects, &slot_key))?;
        if had_readme {
            name_in_readme(&objects, readme.as_bytes())?;
        }
        let current = Current { config, hash, refused: Vec::new() };
        Ok(Self { objects, access, current, slot: Some(slot), cache: None, temporary: None, memory: None })
    }
}

/// Takes back the slot of a repository that has not come to be. A config that may be its own keeps it: the slot opens that one.
fn remove_unless_needed(objects: &Objects, slot: &Key) {
    let is_foreign = |number| {
        let read = configs::key(number).and_then(|key| objects.read(&key, Kind::Config));
        matches!(read, Err(Error::Damaged { cause: DecodeError::Foreign, .. }))
    };
    if configs::numbers(&*objects.store).is_ok_and(|numbers| numbers.into_iter().all(is_foreign)) {
        objects.store.remove(slot).ok();
    }
}

/// The text for people that an interrupted beginning left names the repository that it was to be.
fn name_in_readme(objects: &Objects, text: &[u8]) -> Result<()> {
    let key = Key::readme();
    if objects.store.get(&key, SMALL_LIMIT).is_ok_and(|there| there == text) {
        return Ok(());
    }
    objects.store.remove(&key)?;
    objects.put(&key, text)?;
    Ok(())
}

fn new_owner(label: &str) -> Result<Bundle> {
    let owner_seed = liasse_seal::random_bytes()?;
    Ok(Bundle {
        role: Role::Owner,
        label: label.to_owned(),
        repository_secret: liasse_seal::random_bytes()?,
        owner: SigningKey::from_seed(&owner_seed).public(),
        readers: vec![liasse_seal::random_bytes()?],
        owner_seed: Some(owner_seed),
        writer_seed: Some(liasse_seal::random_bytes()?),
    })
}

fn first_config(creation: &Creation, access: &Access, slot: SlotNote) -> Result<Config> {
    let reader = access.readers.first().map(ReaderSecret::public).ok_or(Error::Internal("an owner has a reader key"))?;
    let writer = access.writer.as_ref().map(SigningKey::public).ok_or(Error::Internal("an owner has a writer key"))?;
    let time = clock::now();
    Ok(Config {
        number: 1,
        previous: Hash::NONE,
        time,
        name: creation.name.clone(),
        readers: vec![ReaderKey { key: reader, current: true }],
        writers: vec![WriterKey { key: writer, label: creation.label.clone(), added: time, revoked_after: None }],
        slots: vec![slot],
        data_chunks: creation.data_chunks,
        tree_chunks: ChunkSizes::TREE,
        block_size: BLOCK_SIZE,
        pack_size: PACK_SIZE,
        level: creation.level,
        unknown: Vec::new(),
    })
}
