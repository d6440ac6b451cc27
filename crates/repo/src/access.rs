//! The keys of one holder, opened: what they may do, and with what.

use std::sync::Arc;

use liasse_format::envelope::{self, HEADER_SIZE, Header, Kind};
use liasse_format::ids::{ReaderId, RepositoryId, SessionId, SlotId};
use liasse_format::keys::{Bundle, Kdf, Role};
use liasse_format::wire::{self, Wire, Writer};
use liasse_seal::passwords::{self, KdfParams};
use liasse_seal::{ReaderSecret, RepositoryKeys, SealError, SigningKey};
use zeroize::Zeroizing;

use crate::error::{Error, Result};

/// What opens a repository.
pub enum Unlock {
    /// A password of one of its slots.
    Password(Zeroizing<String>),
    /// The bytes of a credential file.
    Credential(Zeroizing<Vec<u8>>),
}

/// The opened keys of one holder.
pub(crate) struct Access {
    pub(crate) bundle: Bundle,
    pub(crate) keys: Arc<RepositoryKeys>,
    pub(crate) readers: Vec<ReaderSecret>,
    pub(crate) owner: Option<SigningKey>,
    pub(crate) writer: Option<SigningKey>,
}

impl Access {
    pub(crate) fn new(bundle: Bundle) -> Result<Self> {
        let keys = Arc::new(RepositoryKeys::derive(&bundle.repository_secret));
        let readers = bundle.readers.iter().map(ReaderSecret::from_bytes).collect::<Result<Vec<_>, _>>()?;
        let owner = bundle.owner_seed.as_ref().map(SigningKey::from_seed);
        let writer = bundle.writer_seed.as_ref().map(SigningKey::from_seed);
        if owner.as_ref().is_some_and(|owner| owner.public() != bundle.owner) {
            return Err(Error::decode("the key bundle")(liasse_format::DecodeError::Value {
                what: "the owner public key is that of the owner seed",
                offset: 0,
            }));
        }
        Ok(Self { bundle, keys, readers, owner, writer })
    }

    pub(crate) fn role(&self) -> Role {
        self.bundle.role
    }

    pub(crate) fn reader(&self, id: ReaderId) -> Option<&ReaderSecret> {
        self.readers.iter().find(|reader| liasse_seal::reader_id(&reader.public()) == id)
    }
}

/// The bytes of a key slot object.
pub(crate) fn seal_slot(repository: RepositoryId, bundle: &Bundle, password: &str, params: KdfParams) -> Result<Vec<u8>> {
    let header = Header::new(Kind::Slot, repository, SessionId::NONE);
    let salt = liasse_seal::random_bytes::<32>()?;
    let kdf = Kdf { memory_kib: params.memory_kib, passes: params.passes, lanes: params.lanes, salt };
    let public = wire::encode(&kdf);
    let key = passwords::derive(password.as_bytes(), &salt, params)?;
    let plain = Zeroizing::new(wire::encode(bundle));
    let mut body = Writer::default();
    body.raw(&public);
    body.raw(&liasse_seal::seal_box_with(&key, &header.to_bytes(), &public, &plain)?);
    Ok(envelope::wrap(&header, &body.into_bytes()))
}

/// Tries a password on a key slot object; `None` when it is not that slot's.
pub(crate) fn open_slot(object: &[u8], place: &str, repository: RepositoryId, password: &str) -> Result<Option<Bundle>> {
    let (header, body) = envelope::unwrap(object, Kind::Slot, Some(repository)).map_err(Error::decode(place))?;
    let mut input = wire::Reader::new(body);
    let kdf = Kdf::get(&mut input).map_err(Error::decode(place))?;
    let public = body.get(..Kdf::SIZE).unwrap_or_default();
    let params = KdfParams { memory_kib: kdf.memory_kib, passes: kdf.passes, lanes: kdf.lanes };
    let key = passwords::derive(password.as_bytes(), &kdf.salt, params)?;
    match liasse_seal::open_box_with(&key, &header.to_bytes(), public, input.rest()) {
        Ok(plain) => {
            let plain = Zeroizing::new(plain);
            wire::decode(&plain).map(Some).map_err(Error::decode(place))
        }
        Err(SealError::Password) => Ok(None),
        Err(cause) => Err(Error::sealed(place)(cause)),
    }
}

/// The bytes of a credential file.
pub(crate) fn encode_credential(repository: RepositoryId, bundle: &Bundle) -> Zeroizing<Vec<u8>> {
    let header = Header::new(Kind::Credential, repository, SessionId::NONE);
    let body = Zeroizing::new(wire::encode(bundle));
    Zeroizing::new(envelope::wrap(&header, &body))
}

/// Reads a credential file.
pub(crate) fn decode_credential(bytes: &[u8]) -> Result<(RepositoryId, Bundle)> {
    let place = "the credential";
    let (header, body) = envelope::unwrap(bytes, Kind::Credential, None).map_err(Error::decode(place))?;
    debug_assert!(bytes.len() >= HEADER_SIZE);
    Ok((header.repository, wire::decode(body).map_err(Error::decode(place))?))
}

/// The name of a new slot.
pub(crate) fn new_slot_id() -> Result<SlotId> {
    Ok(SlotId(liasse_seal::random_bytes::<16>()?))
}
