//! The purpose keys of a repository (`spec/keys.md`): what every writer and reader holds. Must never hand out a key, only its effects.

use std::borrow::Cow;

use liasse_format::ids::ChunkId;
use liasse_format::pack::ChunkKind;
use zeroize::Zeroizing;

use crate::secret::{Secret32, same};
use crate::{SealError, Verified, boxes};

/// Length of a gear table in bytes.
pub const GEAR_SIZE: usize = 2_048;

const KINDS: [ChunkKind; 3] = [ChunkKind::Data, ChunkKind::Tree, ChunkKind::List];

/// The context of the key of a kind's ids. A chunk of one kind is never taken for one of another.
fn id_context(kind: ChunkKind) -> &'static str {
    match kind {
        ChunkKind::Data => "liasse v1 chunk id: data",
        ChunkKind::Tree => "liasse v1 chunk id: tree",
        ChunkKind::List => "liasse v1 chunk id: list",
    }
}

/// What a box holds. A box of one kind never opens as one of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BoxKey {
    /// A config.
    Config,
    /// A pack's directory.
    Directory,
    /// A pack's footer.
    Footer,
    /// An index segment.
    Segment,
    /// A snapshot record.
    Snapshot,
    /// A tombstone.
    Tombstone,
    /// An intent.
    Intent,
    /// A plan.
    Plan,
}

impl BoxKey {
    /// Every box of this version, in the order of the keys.
    pub const ALL: [Self; 8] =
        [Self::Config, Self::Directory, Self::Footer, Self::Segment, Self::Snapshot, Self::Tombstone, Self::Intent, Self::Plan];

    fn context(self) -> &'static str {
        match self {
            Self::Config => "liasse v1 box: config",
            Self::Directory => "liasse v1 box: pack directory",
            Self::Footer => "liasse v1 box: pack footer",
            Self::Segment => "liasse v1 box: index segment",
            Self::Snapshot => "liasse v1 box: snapshot",
            Self::Tombstone => "liasse v1 box: tombstone",
            Self::Intent => "liasse v1 box: intent",
            Self::Plan => "liasse v1 box: plan",
        }
    }
}

/// The purpose keys, derived once. Share them in an `Arc`: they are not meant to be copied.
#[derive(Debug)]
pub struct RepositoryKeys {
    chunks: [Secret32; 3],
    boxes: [Secret32; 8],
    gear: GearTable,
}

struct GearTable(Box<Zeroizing<[u8; GEAR_SIZE]>>);

impl std::fmt::Debug for GearTable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GearTable").finish_non_exhaustive()
    }
}

impl RepositoryKeys {
    /// Derives every purpose key. The repository secret itself is not kept.
    pub fn derive(repository_secret: &[u8; 32]) -> Self {
        let repository = Secret32::from_bytes(repository_secret);
        let mut gear = GearTable(Box::new(Zeroizing::new([0; GEAR_SIZE])));
        repository.derive_into("liasse v1 gear table", gear.0.as_mut_slice());
        Self {
            chunks: KINDS.map(|kind| repository.derive(id_context(kind))),
            boxes: BoxKey::ALL.map(|key| repository.derive(key.context())),
            gear,
        }
    }

    /// The name of a chunk. Allocates nothing.
    pub fn chunk_id(&self, kind: ChunkKind, bytes: &[u8]) -> ChunkId {
        ChunkId(*blake3::keyed_hash(self.chunk_key(kind), bytes).as_bytes())
    }

    pub(crate) fn chunk_key(&self, kind: ChunkKind) -> &[u8; 32] {
        let [data, tree, list] = &self.chunks;
        let key = match kind {
            ChunkKind::Data => data,
            ChunkKind::Tree => tree,
            ChunkKind::List => list,
        };
        key.expose()
    }

    /// Believes `bytes` only when `id` names them.
    pub fn verify<'a>(&self, kind: ChunkKind, id: &ChunkId, bytes: impl Into<Cow<'a, [u8]>>) -> Result<Verified<'a>, SealError> {
        let bytes = bytes.into();
        if same(&self.chunk_id(kind, &bytes).0, &id.0) { Ok(Verified::new(bytes)) } else { Err(SealError::Mismatch { id: *id }) }
    }

    /// The secret table that cuts streams: 256 little-endian words. Whoever copies it wipes the copy.
    pub fn gear_table(&self) -> &[u8; GEAR_SIZE] {
        &self.gear.0
    }

    /// Seals a value of the object with this header. `extra` is what the place says (`spec/sealing.md`).
    pub fn seal_box(&self, key: BoxKey, header: &[u8; 48], extra: &[u8], plaintext: &[u8]) -> Result<Vec<u8>, SealError> {
        boxes::seal(self.box_key(key), header, extra, plaintext)
    }

    /// Opens a box of the object with this header; `truncated` or `seal` when it is none.
    pub fn open_box(&self, key: BoxKey, header: &[u8; 48], extra: &[u8], sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        boxes::open(self.box_key(key), header, extra, sealed)
    }

    fn box_key(&self, key: BoxKey) -> &Secret32 {
        let [config, directory, footer, segment, snapshot, tombstone, intent, plan] = &self.boxes;
        match key {
            BoxKey::Config => config,
            BoxKey::Directory => directory,
            BoxKey::Footer => footer,
            BoxKey::Segment => segment,
            BoxKey::Snapshot => snapshot,
            BoxKey::Tombstone => tombstone,
            BoxKey::Intent => intent,
            BoxKey::Plan => plan,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use crate::testing::{HEADER, counting, hex, unhex};

    /// Computed by an independent implementation in Python.
    #[test]
    fn vectors() {
        let keys = RepositoryKeys::derive(counting().expose());
        for (kind, id) in KINDS.into_iter().zip(IDS) {
            assert_eq!(keys.chunk_id(kind, b"abc").to_string(), id, "{kind:?}");
        }
        assert_eq!(hex(&keys.gear_table()[..16]), GEAR);
        assert_eq!(hex(&keys.gear_table()[GEAR_SIZE - 16..]), GEAR_END);
        for (key, sealed) in BoxKey::ALL.into_iter().zip(BOXES) {
            let opened = keys.open_box(key, &HEADER, b"extra", &unhex(sealed)).unwrap();
            assert_eq!(opened, b"abc", "{key:?}");
        }
    }

    #[test]
    fn no_kind_of_box_opens_as_another() {
        let keys = RepositoryKeys::derive(counting().expose());
        for sealed_as in BoxKey::ALL {
            let sealed = keys.seal_box(sealed_as, &HEADER, b"", b"value").unwrap();
            for opened_as in BoxKey::ALL {
                assert_eq!(keys.open_box(opened_as, &HEADER, b"", &sealed).is_ok(), sealed_as == opened_as);
            }
        }
    }

    #[test]
    fn no_chunk_is_believed_under_another_name_or_kind() {
        let keys = RepositoryKeys::derive(counting().expose());
        let id = keys.chunk_id(ChunkKind::Data, b"abc");
        assert_eq!(&*keys.verify(ChunkKind::Data, &id, &b"abc"[..]).unwrap(), b"abc");
        assert_eq!(keys.verify(ChunkKind::Data, &id, b"abc".to_vec()).unwrap().into_vec(), b"abc");
        assert_eq!(keys.verify(ChunkKind::Data, &id, &b"abc"[..]).unwrap().as_ref(), b"abc");
        for kind in [ChunkKind::Tree, ChunkKind::List] {
            assert_eq!(keys.verify(kind, &id, &b"abc"[..]).unwrap_err().class(), "mismatch");
        }
        for bytes in [&b""[..], b"ab", b"abd", b"abc\0"] {
            assert_eq!(keys.verify(ChunkKind::Data, &id, bytes).unwrap_err(), SealError::Mismatch { id });
        }
    }

    #[test]
    fn a_buffer_that_lends_what_is_believed_has_it() {
        let keys = RepositoryKeys::derive(counting().expose());
        let id = keys.chunk_id(ChunkKind::Data, b"abc");
        let mut buffer = b"what was there".to_vec();
        let believed = keys.verify(ChunkKind::Data, &id, &b"abc"[..]).unwrap().lent_from(&mut buffer);
        assert_eq!(&*believed, b"abc");
        assert_eq!(buffer, b"abc");
        let owned = b"abc".to_vec();
        let place = owned.as_ptr();
        let believed = keys.verify(ChunkKind::Data, &id, owned).unwrap().lent_from(&mut buffer);
        assert_eq!((&*believed, believed.as_ptr()), (&b"abc"[..], place), "it is not copied");
    }

    #[test]
    fn keys_print_nothing() {
        let shown = format!("{:?}", RepositoryKeys::derive(counting().expose())).replace("Secret32 { .. }", "S");
        assert_eq!(shown, "RepositoryKeys { chunks: [S, S, S], boxes: [S, S, S, S, S, S, S, S], gear: GearTable { .. } }");
    }

    const IDS: [&str; 3] = [
        "50b1832f577865a41d526f7513602f578482f88bd200290fec65ad4d289e98b6",
        "5d45314e85a20e7b3f61f0c3d9c162777dcd50077ac5aed1d89026b1ba4ae8be",
        "6e5217d33ddaf8aac74eb27e71fce493c67f3ce29f403b1df6cb5a62a835ca81",
    ];
    const GEAR: &str = "55559cbd014aafd91869d189f40c879d";
    const GEAR_END: &str = "2485b6f7f7698aaeb0b5891682041181";
    const BOXES: [&str; 8] = [
        "5555555555555555555555555555555555555555555555555555555555555555ed96a6f1dda47a3d52e7f0cf55d199eb3c212902c39b27b2948b2ab0748e4f4e44cf4b0cc60d84c1562f37113bc171e926e843",
        "5555555555555555555555555555555555555555555555555555555555555555f2f81ffc74020f73b09000ea9f938aa33dd5766486efe64967ea14c714b704c1a4ae3a250d7df3b416a1e126fb97de5740d640",
        "55555555555555555555555555555555555555555555555555555555555555553d5f48df5da1476689d2c9daa6b297b6451c9a54a2191f581aba78cd1b9c4c8689fc23ea9be2a7a3bd6ea4e7e7557f269900c4",
        "5555555555555555555555555555555555555555555555555555555555555555efacfaad97b5c9176cf12048594a2347ec6134e06114faae0b170da65355d7d47f506669bf35675cf2d2991a57c514669fca66",
        "555555555555555555555555555555555555555555555555555555555555555504fd254d4ea7698b6f63ecb954c9602fb523e42417ba32c84fb5b8a0bfc9f69f0fc29e8d5fef36b4dbe60f5afc97a276affe46",
        "555555555555555555555555555555555555555555555555555555555555555599f6f33f0585b36a80c212ed16b8967d344088c6ae0c2139508a5ffc8ef3f30c7dd52e2287eea9ec059e9616d0f61eb2e95162",
        "5555555555555555555555555555555555555555555555555555555555555555681421eb0569164c819b4088b6f4789c2df85185379374527b981ef47228dc927396586be6b750cbb24bc87a57bfa37815946e",
        "5555555555555555555555555555555555555555555555555555555555555555ca15c995ebb962c557400d405c513ee3bde02412cc67636b3ec2dc65746b4c2a86767b371eb3326ba06f3af7d175df34061094",
    ];
}
