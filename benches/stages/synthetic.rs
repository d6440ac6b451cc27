//! A repository that looks like one of many chunks from the index's side: true segments and trees, but packs of one byte. Nothing that
//! opens a block may be measured on it.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use liasse_repo::format::content::{self, ChunkRef, Content};
use liasse_repo::format::envelope::{self, Header, Kind};
use liasse_repo::format::evidence::{self, DirectoryEvidence};
use liasse_repo::format::ids::{ChunkId, Hash, ObjectName, SessionId};
use liasse_repo::format::index::{PackRecord, Segment};
use liasse_repo::format::keys::{Bundle, Kdf};
use liasse_repo::format::pack::{Block, Chunk, ChunkKind, Directory, Extent};
use liasse_repo::format::snapshot::Statistics;
use liasse_repo::format::tree::{self, Entry, Metadata, Name, Node};
use liasse_repo::format::wire;
use liasse_repo::store::{Area, Key, Local, Store};
use liasse_repo::{Creation, Draft, Repository, Session, Unlock, Whoami};
use liasse_seal::passwords::{self, KdfParams};
use liasse_seal::{BoxKey, RepositoryKeys};
use zeroize::Zeroizing;

/// Bytes of each chunk: the average of a repository of files.
pub(crate) const LENGTH: u32 = 128 << 10;
/// Chunks of a pack, of a block, and of a file. Packs and blocks are full with them.
const PER_PACK: u16 = 256;
const PER_BLOCK: u8 = 8;
const PER_FILE: u16 = 2_000;
/// Packs of a segment: about 8 MiB of directories, as a session writes them.
const PER_SEGMENT: usize = 580;
const PASSWORD: &str = "a password";

/// The name of a chunk.
pub(crate) fn id(number: u64) -> ChunkId {
    ChunkId(*blake3::hash(&number.to_le_bytes()).as_bytes())
}

/// Makes a repository of `count` chunks, each of which one snapshot refers to once.
pub(crate) fn make(folder: &Path, count: u64) -> u64 {
    let store: Arc<dyn Store> = Arc::new(Local::create(&folder.join("repository")).unwrap());
    let repository = Repository::create(store, &Creation::new(Zeroizing::new(PASSWORD.to_owned()))).unwrap();
    fs::write(folder.join("credential"), credential(&repository)).unwrap();
    add(folder, 0..count);
    let session = repository.begin(Whoami::default()).unwrap();
    let (root, evidence) = put_tree(&session, count);
    let draft = Draft {
        time: liasse_repo::now(),
        utc_offset: 0,
        sources: vec![b"/files".to_vec()],
        tags: vec![],
        reason: None,
        root,
        evidence,
        statistics: Statistics::default(),
        unread: vec![],
        dossiers: vec![],
        hold: None,
    };
    session.commit(draft).unwrap();
    count
}

/// Opens it by a credential, because deriving a key from a password takes memory on purpose.
pub(crate) fn open(folder: &Path, with_cache: bool) -> Repository {
    let store = Arc::new(Local::open(&folder.join("repository")).unwrap());
    let credential = Zeroizing::new(fs::read(folder.join("credential")).unwrap());
    let repository = Repository::open(store, &Unlock::Credential(credential)).unwrap();
    if with_cache { repository.with_cache(&folder.join("cache")) } else { repository.with_temporary(folder) }
}

/// The local index of the one repository whose cache is in the folder.
pub(crate) fn index_file(folder: &Path) -> PathBuf {
    let only = fs::read_dir(folder.join("cache")).unwrap().next().unwrap().unwrap();
    only.path().join("index.redb")
}

/// Adds packs of these chunks, and the segments that list them.
pub(crate) fn add(folder: &Path, chunks: Range<u64>) {
    let repository = open(folder, false);
    let credential = fs::read(folder.join("credential")).unwrap();
    let (_, body) = envelope::unwrap(&credential, Kind::Credential, None).unwrap();
    let keys = RepositoryKeys::derive(&wire::decode::<Bundle>(body).unwrap().repository_secret);
    let mut records = Vec::new();
    for start in chunks.clone().step_by(PER_PACK.into()) {
        records.push(pack(folder, start..chunks.end.min(start + u64::from(PER_PACK))));
        if records.len() == PER_SEGMENT {
            put_segment(&repository, &keys, std::mem::take(&mut records));
        }
    }
    put_segment(&repository, &keys, records);
}

/// What a pack would hold, and a file of one byte in its place.
fn pack(folder: &Path, numbers: Range<u64>) -> PackRecord {
    let start = numbers.start;
    let mut chunks: Vec<Chunk> = numbers
        .map(|number| {
            let at = u32::try_from(number - start).unwrap();
            let (block, offset) = (at / u32::from(PER_BLOCK), at % u32::from(PER_BLOCK) * LENGTH);
            let extents = vec![Extent::Literal { block, offset, length: LENGTH }];
            Chunk { kind: ChunkKind::Data, id: id(number), length: LENGTH, extents }
        })
        .collect();
    let blocks = vec![Block { stored: 600_000, raw: LENGTH * u32::from(PER_BLOCK), codec: 1 }; chunks.len().div_ceil(PER_BLOCK.into())];
    chunks.sort_unstable_by_key(|chunk| chunk.id);
    let name = ObjectName::of(&start.to_le_bytes());
    let place = folder.join("repository").join(Key::new(Area::Packs, &name.to_string()).unwrap().to_string());
    fs::create_dir_all(place.parent().unwrap()).unwrap();
    fs::write(place, b" ").unwrap();
    PackRecord { name, kind: Kind::DataPack, size: 1, directory: Directory { blocks, chunks } }
}

fn put_segment(repository: &Repository, keys: &RepositoryKeys, mut packs: Vec<PackRecord>) {
    packs.sort_unstable_by_key(|record| record.name);
    let packed = liasse_seal::compress_packed(1, &wire::encode(&Segment { packs, ..Segment::default() })).unwrap();
    let header = Header::new(Kind::Segment, repository.id(), SessionId([2; 16]));
    let body = keys.seal_box(BoxKey::Segment, &header.to_bytes(), &[], &packed).unwrap();
    let object = envelope::wrap(&header, &body);
    let key = Key::new(Area::Index, &ObjectName::of(&object).to_string()).unwrap();
    repository.store().put(&key, &object).unwrap();
}

/// One folder of large files, each with a stored list of its chunks.
fn put_tree(session: &Session<'_>, count: u64) -> (Content, liasse_repo::format::ids::Evidence) {
    let per_file = u64::from(PER_FILE);
    assert!(count.is_multiple_of(per_file), "a multiple of {PER_FILE} chunks");
    let (mut stream, mut evidence) = (Vec::new(), DirectoryEvidence::default());
    for start in (0..count).step_by(PER_FILE.into()) {
        let mut list = Vec::new();
        for number in start..start + per_file {
            content::put_list_item(&ChunkRef { id: id(number), length: LENGTH }, &mut list);
        }
        let chunks = vec![session.put(ChunkKind::List, &list).unwrap().chunk];
        let size = per_file * u64::from(LENGTH);
        let file = Content { size, hash: Hash::of(&start.to_le_bytes()), depth: 1, chunks, holes: vec![] };
        let metadata = Metadata { mode: 0o644, ..Metadata::default() };
        let entry = Entry { name: Name::new(format!("{start:012}")).unwrap(), node: Node::File(file), metadata };
        tree::put_stream_item(&wire::encode(&entry), &mut stream);
        evidence.push(evidence::of_entry(&entry));
    }
    let chunks = stream.chunks(48 << 10).map(|part| session.put(ChunkKind::Tree, part).unwrap().chunk).collect();
    let root = Content { size: stream.len() as u64, hash: Hash::of(&stream), depth: 0, chunks, holes: vec![] };
    (root, evidence.root())
}

/// The owner's credential, which the program makes for writers only.
fn credential(repository: &Repository) -> Vec<u8> {
    let store = repository.store();
    let slot = store.list(Area::Keys).unwrap().remove(0);
    let object = store.get(&Key::new(Area::Keys, &slot.name).unwrap(), 1 << 20).unwrap();
    let (header, body) = envelope::unwrap(&object, Kind::Slot, Some(repository.id())).unwrap();
    let kdf: Kdf = wire::decode(&body[..Kdf::SIZE]).unwrap();
    let params = KdfParams { memory_kib: kdf.memory_kib, passes: kdf.passes, lanes: kdf.lanes };
    let key = passwords::derive(PASSWORD.as_bytes(), &kdf.salt, params).unwrap();
    let bundle = liasse_seal::open_box_with(&key, &header.to_bytes(), &body[..Kdf::SIZE], &body[Kdf::SIZE..]).unwrap();
    envelope::wrap(&Header::new(Kind::Credential, repository.id(), SessionId::NONE), &bundle)
}
