//! Whether an object is what its name says, by its own bytes. Must never call an object sound of which a byte was not read.

use liasse_format::DecodeError;
use liasse_format::envelope::{self, HEADER_SIZE, Header, Kind, TRAILER_SIZE};
use liasse_format::ids::ObjectName;
use liasse_format::session::{Intent, Plan};
use liasse_seal::BoxKey;
use liasse_store::{Area, Key};

use crate::check;
use crate::configs;
use crate::error::{Error, Result};
use crate::index;
use crate::progress::Stop;
use crate::repository::Repository;

/// Bytes that are read at once.
const STEP: usize = 1 << 20;

/// What an object is.
#[derive(Debug)]
pub(super) enum Verdict {
    /// There is none.
    Missing,
    /// It is sound, and has so many bytes.
    Sound(u64),
    /// It is not what its name says, or cannot be read.
    Damaged,
}

/// Judges an object of a repository by the keys and the config of `repository`.
pub(super) fn judge(repository: &Repository, key: &Key, stop: &Stop) -> Result<Verdict> {
    let size = match repository.objects.store.size(key) {
        Ok(None) => return Ok(Verdict::Missing),
        Ok(Some(size)) => size,
        Err(error) => return damaged(error.into()),
    };
    match prove(repository, key, stop) {
        Ok(()) => Ok(Verdict::Sound(size)),
        Err(error) => damaged(error),
    }
}

/// What is wrong with one object is no failure.
fn damaged(error: Error) -> Result<Verdict> {
    if error.is_about_object() { Ok(Verdict::Damaged) } else { Err(error) }
}

fn prove(repository: &Repository, key: &Key, stop: &Stop) -> Result<()> {
    let objects = &repository.objects;
    let misnamed = || Error::decode(key)(DecodeError::Mismatch);
    match key.area() {
        Area::Config => {
            let number = key.name().parse().map_err(|_| misnamed())?;
            configs::read(objects, &repository.access.bundle.owner, number).map(drop)
        }
        Area::Keys => check::slot_is_sound(objects, key),
        Area::Packs | Area::Parity => hashed(repository, key, stop, &mut |_| Ok(())),
        Area::Index => index::read_segment(objects, ObjectName::from_hex(key.name()).ok_or_else(misnamed)?).map(drop),
        Area::Snapshots => repository.read_snapshot(key).map(drop),
        Area::Intents => objects.read_named_by_session::<Intent>(key, Kind::Intent, BoxKey::Intent).map(drop),
        Area::Plans => objects.read_named_by_session::<Plan>(key, Kind::Plan, BoxKey::Plan).map(drop),
        Area::Root | Area::Damaged => Err(misnamed()),
    }
}

/// Reads an object that is named by its hash from start to end, and hands over its bytes as they come. What was handed over counts only
/// when this succeeds.
pub(super) fn hashed(repository: &Repository, key: &Key, stop: &Stop, each: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()> {
    let name = hash_of(repository, key, key.area(), stop, each)?;
    if ObjectName::from_hex(key.name()) == Some(name) { Ok(()) } else { Err(Error::decode(key)(DecodeError::Mismatch)) }
}

/// The same of bytes under whatever name, as an object of an area: gives their hash. They are whole as far as their trailer says.
pub(super) fn hash_of(
    repository: &Repository,
    key: &Key,
    area: Area,
    stop: &Stop,
    each: &mut dyn FnMut(&[u8]) -> Result<()>,
) -> Result<ObjectName> {
    let store = &repository.objects.store;
    let refuse = |cause| Error::decode(key)(cause);
    let size = store.size(key)?.unwrap_or_default();
    if size < (HEADER_SIZE + TRAILER_SIZE) as u64 {
        return Err(refuse(DecodeError::Truncated { offset: usize::try_from(size).unwrap_or_default() }));
    }
    let (mut hasher, mut before_trailer) = (blake3::Hasher::new(), blake3::Hasher::new());
    let (mut at, mut buffer, mut found) = (0_u64, Vec::new(), Vec::new());
    let body_end = size - TRAILER_SIZE as u64;
    while at < size {
        stop.check()?;
        let end = if at < body_end { body_end } else { size };
        buffer.resize(usize::try_from(end - at).unwrap_or(STEP).min(STEP), 0);
        store.read_at(key, at, &mut buffer)?;
        if at == 0 {
            belongs(repository, key, area, &buffer)?;
        }
        if at < body_end {
            before_trailer.update(&buffer);
        } else {
            found.extend_from_slice(&buffer);
        }
        hasher.update(&buffer);
        each(&buffer)?;
        at += buffer.len() as u64;
    }
    if envelope::trailer(size, &mut before_trailer).as_slice() != found {
        return Err(refuse(DecodeError::Checksum));
    }
    Ok(ObjectName(*hasher.finalize().as_bytes()))
}

/// Whether an object that begins so is one of an area, of the right repository.
fn belongs(repository: &Repository, key: &Key, area: Area, start: &[u8]) -> Result<()> {
    let refuse = |cause| Error::decode(key)(cause);
    let header = start.first_chunk::<HEADER_SIZE>().ok_or_else(|| refuse(DecodeError::Truncated { offset: start.len() }))?;
    let header = Header::from_bytes(header).map_err(refuse)?;
    header.check_repository(repository.id()).map_err(Error::decode(key))?;
    let is_pack = matches!(header.kind, Kind::DataPack | Kind::TreePack);
    if area == Area::Packs && !is_pack {
        return Err(Error::decode(key)(DecodeError::Kind { found: header.kind.number(), expected: Kind::DataPack.number() }));
    }
    Ok(())
}
