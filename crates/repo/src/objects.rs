//! Whole objects: read, opened, refused; sealed, written. Everything small goes through here; packs have their own way.

use std::sync::Arc;

use liasse_format::envelope::{self, HEADER_SIZE, Header, Kind};
use liasse_format::ids::{ObjectName, RepositoryId, SessionId};
use liasse_format::wire::{self, Wire};
use liasse_seal::{BoxKey, RepositoryKeys};
use liasse_store::{Area, Key, Put, Store};

use crate::error::{Error, Result};

/// Most bytes of a config, slot, credential, intent or tombstone.
pub(crate) const SMALL_LIMIT: u64 = 4 << 20;
/// Most bytes of a snapshot, segment or plan.
pub(crate) const LARGE_LIMIT: u64 = 64 << 20;

/// A store, and the keys of the repository in it.
#[derive(Clone)]
pub(crate) struct Objects {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) repository: RepositoryId,
    pub(crate) keys: Arc<RepositoryKeys>,
}

/// An object that is named by its hash.
pub(crate) fn hash_key(area: Area, name: ObjectName) -> Result<Key> {
    Ok(Key::new(area, &name.to_string())?)
}

impl Objects {
    pub(crate) fn header(&self, kind: Kind, session: SessionId) -> Header {
        Header::new(kind, self.repository, session)
    }

    /// Reads an object and takes it apart. Its name is not yet checked.
    pub(crate) fn read(&self, key: &Key, kind: Kind) -> Result<(Header, Vec<u8>)> {
        let limit = match kind {
            Kind::Snapshot | Kind::Segment | Kind::Plan => LARGE_LIMIT,
            _ => SMALL_LIMIT,
        };
        let object = self.store.get(key, limit)?;
        let (header, _) = envelope::unwrap(&object, kind, Some(self.repository)).map_err(Error::decode(key))?;
        Ok((header, object))
    }

    /// Opens the box that is the body of `object`.
    pub(crate) fn open(&self, key: &Key, purpose: BoxKey, header: &Header, object: &[u8]) -> Result<Vec<u8>> {
        let body = object.get(HEADER_SIZE..object.len().saturating_sub(envelope::TRAILER_SIZE)).unwrap_or_default();
        self.keys.open_box(purpose, &header.to_bytes(), &[], body).map_err(Error::sealed(key))
    }

    /// Reads the value of an object whose body is a box and whose session id is its name.
    pub(crate) fn read_named_by_session<T: Wire>(&self, key: &Key, kind: Kind, purpose: BoxKey) -> Result<T> {
        let (header, object) = self.read(key, kind)?;
        named_by_session(key, &header)?;
        let plain = self.open(key, purpose, &header, &object)?;
        wire::decode(&plain).map_err(Error::decode(key))
    }

    /// The bytes of an object whose body is a box.
    pub(crate) fn seal(&self, kind: Kind, session: SessionId, purpose: BoxKey, plain: &[u8]) -> Result<Vec<u8>> {
        let header = self.header(kind, session);
        let body = self.keys.seal_box(purpose, &header.to_bytes(), &[], plain)?;
        Ok(envelope::wrap(&header, &body))
    }

    /// Writes an object, only if it is absent.
    pub(crate) fn put(&self, key: &Key, object: &[u8]) -> Result<Put> {
        Ok(self.store.put(key, object)?)
    }
}

/// Refuses an object whose header's session is not its name.
pub(crate) fn named_by_session(key: &Key, header: &Header) -> Result<SessionId> {
    if SessionId::from_hex(key.name()) == Some(header.session) {
        Ok(header.session)
    } else {
        Err(Error::decode(key)(liasse_format::DecodeError::Mismatch))
    }
}
