//! A repository, opened.

use std::path::PathBuf;
use std::sync::Arc;

use liasse_format::config::Config;
use liasse_format::envelope::{self, Kind};
use liasse_format::ids::{PublicKey, RepositoryId, SlotId};
use liasse_format::keys::{Bundle, Role};
use liasse_seal::SigningKey;
use liasse_store::{Area, Key, Store};

use crate::access::{self, Access, Unlock};
use crate::configs::{self, Current};
use crate::creation;
use crate::error::{Error, Result};
use crate::index::Scratch;
use crate::objects::{Objects, SMALL_LIMIT};

/// An open repository.
pub struct Repository {
    pub(crate) objects: Objects,
    pub(crate) access: Access,
    pub(crate) current: Current,
    /// The key slot that it was opened with.
    pub(crate) slot: Option<SlotId>,
    pub(crate) cache: Option<PathBuf>,
    pub(crate) temporary: Option<PathBuf>,
    /// The file that remembers what was seen of it.
    pub(crate) memory: Option<PathBuf>,
}

impl std::fmt::Debug for Repository {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Repository")
            .field("id", &self.objects.repository)
            .field("location", &self.objects.store.location())
            .finish_non_exhaustive()
    }
}

impl Repository {
    /// Opens a repository with a password or a credential.
    pub fn open(store: Arc<dyn Store>, unlock: &Unlock) -> Result<Self> {
        let repository = identify(&*store)?;
        match unlock {
            Unlock::Password(password) => unlock_slots(&store, repository, password),
            Unlock::Credential(bytes) => {
                let (of, bundle) = access::decode_credential(bytes)?;
                if of != repository {
                    return Err(Error::WrongCredential { location: store.location() });
                }
                Self::enter(store, repository, bundle, None)
            }
        }
    }

    /// Goes in with what a slot or a credential holds.
    fn enter(store: Arc<dyn Store>, repository: RepositoryId, bundle: Bundle, slot: Option<SlotId>) -> Result<Self> {
        let access = Access::new(bundle)?;
        let objects = Objects { store, repository, keys: Arc::clone(&access.keys) };
        let current = configs::newest(&objects, &access.bundle.owner)?;
        let opened = Self { objects, access, current, slot, cache: None, temporary: None, memory: None };
        opened.refuse_removed()?;
        Ok(opened)
    }

    /// Opens a repository with the keys of another copy of it, for when its own key slots or configs are damaged.
    ///
    /// # Errors
    /// [`Error::Foreign`] where it is another repository, [`Error::RemovedKey`] where its owner has removed the key that opened the other.
    pub fn open_like(store: Arc<dyn Store>, other: &Self) -> Result<Self> {
        refuse_foreign(&*store, other.id())?;
        let mut like = other.over(store)?;
        match configs::newest(&like.objects, &like.access.bundle.owner) {
            Ok(own) if own.config.number > like.current.config.number => like.current = own,
            Ok(_) | Err(Error::Unfinished { .. }) => {}
            Err(error) if error.is_about_object() => {}
            Err(error) => return Err(error),
        }
        like.refuse_removed()?;
        Ok(like)
    }

    /// Whether the prevailing config lists the slot that opened the repository. One that it does not list, and that was not removed, is that
    /// of a change that was cut off, or its config is lost or damaged: nobody is locked out for that.
    fn is_listed(&self, slot: SlotId) -> bool {
        self.config().slots.iter().any(|listed| listed.id == slot)
    }

    /// The key slot that opened it, as its path, where no config says of it whose it is.
    pub fn unlisted_slot(&self) -> Option<String> {
        self.slot.filter(|slot| !self.is_listed(*slot)).map(slot_place)
    }

    /// A slot that was removed opens nothing, whoever has put it back.
    fn refuse_removed(&self) -> Result<()> {
        let Some(slot) = self.slot.filter(|slot| !self.is_listed(*slot)) else { return Ok(()) };
        if !configs::removed(&self.objects, &self.access.bundle.owner, self.config())?.contains(&slot) {
            return Ok(());
        }
        Err(Error::RemovedKey { location: self.location(), slot: slot_place(slot) })
    }

    /// The same repository's keys and config, over another store.
    pub(crate) fn over(&self, store: Arc<dyn Store>) -> Result<Self> {
        let access = Access::new(self.access.bundle.clone())?;
        let objects = Objects { store, repository: self.id(), keys: Arc::clone(&access.keys) };
        Ok(Self {
            objects,
            access,
            current: self.current.clone(),
            slot: self.slot,
            cache: None,
            memory: None,
            temporary: self.cache.clone().or(self.temporary.clone()),
        })
    }

    /// The same in every way, as another config has it.
    pub(crate) fn with_config(&self, current: Current) -> Result<Self> {
        let same = self.over(Arc::clone(&self.objects.store))?;
        Ok(Self { current, cache: self.cache.clone(), memory: self.memory.clone(), temporary: self.temporary.clone(), ..same })
    }

    /// Keeps an index and other caches in a folder of this repository's own below `folder`.
    #[must_use]
    pub fn with_cache(mut self, folder: &std::path::Path) -> Self {
        self.cache = Some(folder.join(self.objects.repository.to_string()));
        self
    }

    /// Without a cache: where an index that is too large for memory may be sorted. Files there have no name, and end with the process.
    #[must_use]
    pub fn with_temporary(mut self, folder: &std::path::Path) -> Self {
        self.temporary = Some(folder.to_owned());
        self
    }

    /// Where the index may be sorted.
    pub(crate) fn scratch(&self) -> Scratch {
        Scratch::new(self.cache.as_deref().or(self.temporary.as_deref()))
    }

    /// This repository's folder in the local cache.
    pub fn cache(&self) -> Option<&std::path::Path> {
        self.cache.as_deref()
    }

    /// A file of the local cache that says something of this copy alone: one elsewhere, or on another disk in the same place, has its own.
    pub fn cache_file_here(&self, name: &str) -> Option<PathBuf> {
        self.cache().map(|folder| folder.join(format!("{name}-{}", digits_of(&self.store().identity()))))
    }

    /// The place, for the name of a file.
    pub(crate) fn place(&self) -> String {
        digits_of(&self.location())
    }

    /// Its id.
    pub fn id(&self) -> RepositoryId {
        self.objects.repository
    }

    /// Where it is, for people.
    pub fn location(&self) -> String {
        self.objects.store.location()
    }

    /// Its parameters.
    pub fn config(&self) -> &Config {
        &self.current.config
    }

    /// Newer configs than this one that could not be believed, and why.
    pub fn refused_configs(&self) -> &[(String, String)] {
        &self.current.refused
    }

    /// What the holder of the key may do.
    pub fn role(&self) -> Role {
        self.access.role()
    }

    /// Whether the key opens content.
    pub fn can_read(&self) -> bool {
        !self.access.readers.is_empty()
    }

    /// The public key that this holder signs snapshots with.
    pub fn writer_key(&self) -> Option<PublicKey> {
        self.access.writer.as_ref().map(SigningKey::public)
    }

    /// The secret gear table of this repository, 256 little-endian words. Whoever copies it wipes the copy.
    pub fn gear_table(&self) -> &[u8; 2048] {
        self.objects.keys.gear_table()
    }

    /// Gives an error back where only a part of the repository is at fault, so that other parts may still be good: damage, or storage that
    /// does not give one object. Fails with any other error, and with what is wrong where the storage gives nothing at all any more.
    pub fn as_partial(&self, error: Error) -> Result<Error> {
        if !error.is_about_object() {
            return Err(error);
        }
        if matches!(error, Error::Store(_)) {
            let store = &self.objects.store;
            store.list(Area::Config)?;
            store.get(&configs::key(self.current.config.number)?, SMALL_LIMIT)?;
        }
        Ok(error)
    }

    /// The store it is in.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.objects.store
    }
}

/// 16 hexadecimal digits of a text's BLAKE3, for the name of a file.
fn digits_of(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex().chars().take(16).collect()
}

/// The repository that a config says it belongs to.
fn named_in(store: &dyn Store, number: u64) -> Result<RepositoryId> {
    let key = configs::key(number)?;
    let object = store.get(&key, SMALL_LIMIT)?;
    let (header, _) = envelope::unwrap(&object, Kind::Config, None).map_err(Error::decode(&key))?;
    Ok(header.repository)
}

/// Fails where a store holds configs, and none of this repository. One that strayed into it does not make it another's.
pub(crate) fn refuse_foreign(store: &dyn Store, repository: RepositoryId) -> Result<()> {
    let mut other = None;
    for number in configs::numbers(store)? {
        match named_in(store, number) {
            Ok(found) if found == repository => return Ok(()),
            Ok(found) => _ = other.get_or_insert(found),
            Err(error) if error.is_about_object() => {}
            Err(error) => return Err(error),
        }
    }
    other.map_or(Ok(()), |found| Err(Error::Foreign { object: store.location(), found }))
}

/// Whose repository a store holds.
fn identify(store: &dyn Store) -> Result<RepositoryId> {
    let numbers = configs::numbers(store)?;
    if numbers.is_empty() {
        let begun = store.size(&Key::readme())?.is_some() || !store.list(Area::Keys)?.is_empty() || creation::holds_backups(store)?;
        let location = store.location();
        return Err(if begun { Error::Unfinished { location, missing: "the config is" } } else { Error::NoRepository { location } });
    }
    let mut first = None;
    for number in numbers {
        match named_in(store, number) {
            Ok(id) => return Ok(id),
            Err(error) if error.is_about_object() => _ = first.get_or_insert(error),
            Err(error) => return Err(error),
        }
    }
    Err(first.unwrap_or(Error::Internal("a repository without a config")))
}

fn slot_place(slot: SlotId) -> String {
    format!("{}/{slot}", Area::Keys)
}

/// Tries a password on every slot. One that is damaged or was removed does not stop the others: they may have the same password.
fn unlock_slots(store: &Arc<dyn Store>, repository: RepositoryId, password: &str) -> Result<Repository> {
    let (mut first, mut unread, mut removed) = (None, Vec::new(), None);
    let slots: Vec<SlotId> = store.list(Area::Keys)?.iter().filter_map(|slot| SlotId::from_hex(&slot.name)).collect();
    if slots.is_empty() {
        return Err(Error::Unfinished { location: store.location(), missing: "all key slots are" });
    }
    let mut sound = 0;
    for slot in slots {
        let place = slot_place(slot);
        let opened = Key::new(Area::Keys, &slot.to_string()).and_then(|key| store.get(&key, SMALL_LIMIT)).map_err(Error::from);
        match opened.and_then(|object| access::open_slot(&object, &place, repository, password)) {
            Ok(Some(bundle)) => match Repository::enter(Arc::clone(store), repository, bundle, Some(slot)) {
                Err(error @ Error::RemovedKey { .. }) => removed = Some(error),
                entered => return entered,
            },
            Ok(None) => sound += 1,
            Err(Error::Damaged { cause: liasse_format::DecodeError::Foreign, .. }) => {}
            Err(error) if error.is_about_object() => {
                unread.push(place);
                first.get_or_insert(error);
            }
            Err(error) => return Err(error),
        }
    }
    match (removed, first) {
        (Some(removed), _) => Err(removed),
        (None, Some(error)) if sound == 0 => Err(error),
        _ => Err(Error::WrongPassword { location: store.location(), unread }),
    }
}
