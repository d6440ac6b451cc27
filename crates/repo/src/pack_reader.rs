//! Reading packs: their directories, and their blocks.

use liasse_format::DecodeError;
use liasse_format::envelope::{HEADER_SIZE, Header, Kind, TRAILER_SIZE};
use liasse_format::ids::{ObjectName, SessionId};
use liasse_format::index::PackRecord;
use liasse_format::pack::{self, DIRECTORY_LIMIT, Directory, FOOTER_SIZE, Footer, SEALED_KEY_SIZE, TAIL_SIZE};
use liasse_format::wire;
use liasse_seal::{BlockOpener, BoxKey, SealedPackKey};
use liasse_store::{Area, Key};

use crate::access::Access;
use crate::error::{Error, Result};
use crate::objects::{Objects, hash_key};

const PROLOGUE_SIZE: usize = HEADER_SIZE + SEALED_KEY_SIZE;

/// The first part of a pack: its header and its sealed key.
pub(crate) struct Prologue {
    pub(crate) header: Header,
    pub(crate) key: SealedPackKey,
}

impl Prologue {
    pub(crate) fn parse(objects: &Objects, place: &Key, bytes: &[u8; PROLOGUE_SIZE]) -> Result<Self> {
        let refuse = |cause| Error::decode(place)(cause);
        let (head, key) = bytes.split_first_chunk::<HEADER_SIZE>().ok_or_else(|| refuse(DecodeError::Length))?;
        let header = Header::from_bytes(head).map_err(Error::decode(place))?;
        if !matches!(header.kind, Kind::DataPack | Kind::TreePack) {
            return Err(refuse(DecodeError::Kind { found: header.kind.number(), expected: Kind::DataPack.number() }));
        }
        if header.repository != objects.repository {
            return Err(refuse(DecodeError::Foreign));
        }
        let key = key.first_chunk::<SEALED_KEY_SIZE>().ok_or_else(|| refuse(DecodeError::Length))?;
        Ok(Self { header, key: SealedPackKey::from_bytes(key) })
    }

    fn read(objects: &Objects, place: &Key) -> Result<Self> {
        let mut bytes = [0; PROLOGUE_SIZE];
        objects.store.read_at(place, 0, &mut bytes)?;
        Self::parse(objects, place, &bytes)
    }

    /// What opens the pack's blocks.
    pub(crate) fn opener(&self, access: &Access, place: &Key) -> Result<BlockOpener> {
        let needs = Error::NotAllowed { action: "reading content", needs: "owner or an auditor" };
        if access.readers.is_empty() {
            return Err(needs);
        }
        let header = self.header.to_bytes();
        let secret = access
            .reader(self.key.reader)
            .ok_or(Error::Sealed { object: place.to_string(), cause: liasse_seal::SealError::OtherReader { reader: self.key.reader } })?;
        let key = secret.open(&self.key, &header).map_err(Error::sealed(place))?;
        Ok(BlockOpener::new(&key, &header))
    }
}

/// The header of a pack or segment, by which its session is known.
pub(crate) fn header_of(objects: &Objects, place: &Key) -> Result<Header> {
    let mut bytes = [0; HEADER_SIZE];
    objects.store.read_at(place, 0, &mut bytes)?;
    Header::from_bytes(&bytes).map_err(Error::decode(place))
}

/// The session that wrote a pack, as its header says.
pub(crate) fn session_of(objects: &Objects, name: ObjectName) -> Result<SessionId> {
    header_of(objects, &hash_key(Area::Packs, name)?).map(|header| header.session)
}

/// What opens the blocks of a pack.
pub(crate) fn open_pack(objects: &Objects, access: &Access, name: ObjectName) -> Result<BlockOpener> {
    let place = hash_key(Area::Packs, name)?;
    Prologue::read(objects, &place)?.opener(access, &place)
}

/// What a pack says of itself, read from the pack alone.
pub(crate) fn read_record(objects: &Objects, name: ObjectName) -> Result<PackRecord> {
    read_parts(objects, name).map(|(_, record)| record)
}

/// A pack's footer, and what the pack says of itself.
pub(crate) fn read_parts(objects: &Objects, name: ObjectName) -> Result<(Footer, PackRecord)> {
    let place = hash_key(Area::Packs, name)?;
    let refuse = |cause| Error::decode(&place)(cause);
    let size = objects.store.size(&place)?.unwrap_or_default();
    let least = (PROLOGUE_SIZE + TAIL_SIZE) as u64;
    if size < least {
        return Err(refuse(DecodeError::Truncated { offset: usize::try_from(size).unwrap_or_default() }));
    }
    let prologue = Prologue::read(objects, &place)?;
    let mut tail = [0; TAIL_SIZE];
    objects.store.read_at(&place, size - TAIL_SIZE as u64, &mut tail)?;
    let sealed = tail.get(..FOOTER_SIZE).unwrap_or_default();
    debug_assert_eq!(tail.len() - sealed.len(), TRAILER_SIZE);
    let footer = open_footer(objects, &place, &prologue, sealed)?;
    if !footer.fits(size) {
        return Err(refuse(DecodeError::Value { what: "a pack's parts fill it", offset: 0 }));
    }
    let length = usize::try_from(footer.directory_size).ok().filter(|length| *length <= DIRECTORY_LIMIT * 2);
    let length =
        length.ok_or_else(|| refuse(DecodeError::Limit { offset: 0, stated: footer.directory_size, limit: DIRECTORY_LIMIT as u64 * 2 }))?;
    let mut sealed = vec![0; length];
    objects.store.read_at(&place, footer.directory_offset, &mut sealed)?;
    let directory = open_directory(objects, &place, &prologue, &footer, &sealed)?;
    Ok((footer, PackRecord { name, kind: prologue.header.kind, size, directory }))
}

pub(crate) fn open_footer(objects: &Objects, place: &Key, prologue: &Prologue, sealed: &[u8]) -> Result<Footer> {
    let opened = objects.keys.open_box(BoxKey::Footer, &prologue.header.to_bytes(), &prologue.key.commitment, sealed);
    wire::decode(&opened.map_err(Error::sealed(place))?).map_err(Error::decode(place))
}

pub(crate) fn open_directory(objects: &Objects, place: &Key, prologue: &Prologue, footer: &Footer, sealed: &[u8]) -> Result<Directory> {
    let opened = objects.keys.open_box(BoxKey::Directory, &prologue.header.to_bytes(), &prologue.key.commitment, sealed);
    let plain = liasse_seal::decompress_packed(&opened.map_err(Error::sealed(place))?, DIRECTORY_LIMIT).map_err(Error::sealed(place))?;
    let directory: Directory = wire::decode(&plain).map_err(Error::decode(place))?;
    directory.check_kind(prologue.header.kind).map_err(Error::decode(place))?;
    let counted = directory.blocks.len() as u64 == footer.blocks.into() && directory.chunks.len() as u64 == footer.chunks.into();
    if counted && directory.offset() == footer.directory_offset && footer.directory_offset >= pack::BLOCKS_OFFSET {
        Ok(directory)
    } else {
        Err(Error::decode(place)(DecodeError::Value { what: "a footer agrees with its directory", offset: 0 }))
    }
}
