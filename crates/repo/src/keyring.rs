//! Who may come in: slots, credentials and writers, added and removed by the owner.

use liasse_format::config::{SlotNote, WriterKey};
use liasse_format::envelope::{self, Kind};
use liasse_format::ids::{PublicKey, SlotId};
use liasse_format::keys::{Bundle, Role};
use liasse_format::parity::What;
use liasse_format::time::Time;
use liasse_seal::SigningKey;
use liasse_seal::passwords::KdfParams;
use liasse_store::{Area, Key};
use zeroize::Zeroizing;

use crate::access;
use crate::clock;
use crate::configs;
use crate::error::{Error, Result};
use crate::heads;
use crate::objects::SMALL_LIMIT;
use crate::parity;
use crate::repository::Repository;

/// One way in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyInfo {
    /// Hex digits that name it: a slot, or a writer's public key.
    pub name: String,
    /// What it may do. `None` for a slot that the config does not list.
    pub role: Option<Role>,
    /// For people.
    pub label: String,
    /// When it was added.
    pub added: Option<Time>,
    /// What it is.
    pub form: KeyForm,
    /// Whether it is the one that opened the repository.
    pub in_use: bool,
}

/// What a key is kept as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyForm {
    /// A slot that a password opens.
    Password,
    /// A writer's signing key, in a credential file or a slot.
    Writer {
        /// The last sequence number that is accepted, once it is revoked.
        revoked_after: Option<u64>,
    },
}

/// How a new key is handed over.
pub enum Handover {
    /// In a slot that this password opens.
    Password {
        /// The password.
        password: Zeroizing<String>,
        /// Cost of deriving a key from it.
        kdf: KdfParams,
    },
    /// As the bytes of a credential file. For writers only: their signing key is in the config and can be revoked, while a copy of what
    /// readers know could not be listed, named or taken away.
    Credential,
}

/// A key that was added.
pub struct AddedKey {
    /// Its name, as [`Repository::list_keys`] gives it.
    pub name: String,
    /// The credential file's bytes, when it was asked for.
    pub credential: Option<Zeroizing<Vec<u8>>>,
}

impl Repository {
    /// Every way in that is known: slots, then writers.
    pub fn list_keys(&self) -> Result<Vec<KeyInfo>> {
        let config = self.config();
        let (own, own_slot) = (self.writer_key(), self.slot.map(|slot| slot.to_string()));
        let mut keys = Vec::new();
        for listed in self.objects.store.list(Area::Keys)? {
            let note = config.slots.iter().find(|slot| slot.id.to_string() == listed.name);
            keys.push(KeyInfo {
                role: note.map(|note| note.role),
                label: note.map(|note| note.label.clone()).unwrap_or_default(),
                added: note.map(|note| note.added),
                form: KeyForm::Password,
                in_use: own_slot.as_ref().is_some_and(|own| *own == listed.name),
                name: listed.name,
            });
        }
        keys.extend(config.writers.iter().map(|writer| KeyInfo {
            name: writer.key.to_string(),
            role: Some(Role::Writer),
            label: writer.label.clone(),
            added: Some(writer.added),
            form: KeyForm::Writer { revoked_after: writer.revoked_after },
            in_use: own == Some(writer.key),
        }));
        Ok(keys)
    }

    /// Adds a way in. A slot is durable before the config names it; a writer's key is accepted by the config before its file exists.
    pub fn add_key(&mut self, role: Role, label: &str, handover: &Handover) -> Result<AddedKey> {
        self.owner_key("adding a key")?;
        if matches!(handover, Handover::Credential) && role != Role::Writer {
            return Err(Error::CredentialRole { role });
        }
        let bundle = self.new_bundle(role, label)?;
        let mut config = self.next_config()?;
        if role == Role::Writer {
            let key = bundle.writer_seed.as_ref().map(|seed| SigningKey::from_seed(seed).public());
            let key = key.ok_or(Error::Internal("a writer has a writer key"))?;
            config.writers.push(WriterKey { key, label: label.to_owned(), added: clock::now(), revoked_after: None });
        }
        let writer = config.writers.last().map(|writer| writer.key.to_string()).unwrap_or_default();
        match handover {
            Handover::Password { password, kdf } => {
                let id = access::new_slot_id()?;
                let object = access::seal_slot(self.id(), &bundle, password, *kdf)?;
                let slot = slot_key(id)?;
                self.objects.put(&slot, &object)?;
                config.slots.push(SlotNote { id, role, label: label.to_owned(), added: clock::now() });
                let number = config.number;
                self.write_config(config).inspect_err(|error| self.take_back(&slot, number, error))?;
                Ok(AddedKey { name: id.to_string(), credential: None })
            }
            Handover::Credential => {
                self.write_config(config)?;
                let credential = access::encode_credential(self.id(), &bundle);
                Ok(AddedKey { name: writer, credential: Some(credential) })
            }
        }
    }

    /// Removes a slot, or revokes a writer from now on: what it has signed so far stays valid. `prefix` is the start of its name.
    pub fn remove_key(&mut self, prefix: &str) -> Result<KeyInfo> {
        self.owner_key("removing a key")?;
        let keys = self.list_keys()?;
        let mut fitting = keys.iter().filter(|key| !prefix.is_empty() && key.name.starts_with(prefix));
        let (Some(found), None) = (fitting.next().cloned(), fitting.next()) else {
            return Err(Error::NoKey { name: prefix.to_owned() });
        };
        let is_owner = |key: &KeyInfo| key.form == KeyForm::Password && key.role == Some(Role::Owner);
        let stays = |key: &&KeyInfo| is_owner(key) && key.name != found.name && self.is_sound_slot(&key.name);
        if is_owner(&found) && !keys.iter().any(|key| stays(&key)) {
            return Err(Error::LastOwner { name: found.name });
        }
        let mut config = self.next_config()?;
        match found.form {
            KeyForm::Password => {
                config.slots.retain(|slot| slot.id.to_string() != found.name);
                self.write_config(config)?;
                // Else who has the folder could rebuild the slot, and open it with the password that is removed.
                let slot = Key::new(Area::Keys, &found.name)?;
                if let Some(slot) = SlotId::from_hex(&found.name) {
                    parity::forget(&*self.objects.store, What::Slot(slot))?;
                }
                self.forget_asides(&slot)?;
                self.objects.store.remove(&slot)?;
            }
            KeyForm::Writer { .. } => {
                let key = PublicKey::from_hex(&found.name).ok_or(Error::Internal("a writer's name is its key"))?;
                let last = self.last_of(&key)?;
                if let Some(writer) = config.writers.iter_mut().find(|writer| writer.key == key) {
                    writer.revoked_after = Some(writer.revoked_after.unwrap_or(last));
                }
                self.write_config(config)?;
            }
        }
        Ok(found)
    }

    /// Whether a slot is there and undamaged: one that opens nothing any more is no way in.
    fn is_sound_slot(&self, name: &str) -> bool {
        let object = Key::new(Area::Keys, name).ok().and_then(|key| self.objects.store.get(&key, SMALL_LIMIT).ok());
        object.is_some_and(|object| envelope::unwrap(&object, Kind::Slot, Some(self.id())).is_ok())
    }

    /// The highest sequence number that a writer may have used so far. Each snapshot that cannot be read may be of this writer, and may be
    /// mended later: it must be accepted then. That gives a thief nothing, who may use an old number as well.
    fn last_of(&self, writer: &PublicKey) -> Result<u64> {
        let (heads, bad) = self.heads_and_bad()?;
        let last = heads::last_of(&heads, writer).map(|head| head.record.sequence).unwrap_or_default();
        Ok(last.saturating_add(bad.len() as u64))
    }

    /// Removes what was set aside of a slot: it may be whole but for a byte.
    fn forget_asides(&self, slot: &Key) -> Result<()> {
        for listed in self.objects.store.list(Area::Damaged)? {
            let aside = Key::new(Area::Damaged, &listed.name)?;
            if aside.was_aside_of().as_ref() == Some(slot) {
                self.objects.store.remove(&aside)?;
            }
        }
        Ok(())
    }

    fn owner_key(&self, action: &'static str) -> Result<&SigningKey> {
        self.access.owner.as_ref().ok_or(Error::NotAllowed { action, needs: "owner" })
    }

    fn new_bundle(&self, role: Role, label: &str) -> Result<Bundle> {
        let own = &self.access.bundle;
        let reads = role != Role::Writer;
        Ok(Bundle {
            role,
            label: label.to_owned(),
            repository_secret: own.repository_secret,
            owner: own.owner,
            readers: if reads { own.readers.clone() } else { Vec::new() },
            owner_seed: own.owner_seed.filter(|_| role == Role::Owner),
            writer_seed: match role {
                Role::Owner => own.writer_seed,
                Role::Auditor => None,
                Role::Writer => Some(liasse_seal::random_bytes()?),
            },
        })
    }

    fn next_config(&self) -> Result<liasse_format::config::Config> {
        let (number, previous) = configs::next(&self.objects, &self.access.bundle.owner, &self.current)?;
        Ok(liasse_format::config::Config { number, previous, time: clock::now(), ..self.current.config.clone() })
    }

    /// Removes the slot of a key that was not added: it would open all the same. Where the config may have been written after all, it
    /// names the slot, and the slot stays.
    fn take_back(&self, slot: &Key, number: u64, error: &Error) {
        let absent = || configs::key(number).is_ok_and(|key| matches!(self.objects.store.size(&key), Ok(None)));
        if matches!(error, Error::Contended) || absent() {
            self.objects.store.remove(slot).ok();
        }
    }

    fn write_config(&mut self, config: liasse_format::config::Config) -> Result<()> {
        let hash = configs::write(&self.objects, self.owner_key("changing the config")?, &config)?;
        self.current.config = config;
        self.current.hash = hash;
        Ok(())
    }
}

fn slot_key(id: SlotId) -> Result<Key> {
    Ok(Key::new(Area::Keys, &id.to_string())?)
}
