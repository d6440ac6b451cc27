//! A small repository with files, directories, shared trees and a chunk with an origin, for tests that damage it.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::indexing_slicing, clippy::similar_names, clippy::needless_for_each)]

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use liasse_repo::format::content::{ChunkRef, Content};
use liasse_repo::format::envelope::{self, HEADER_SIZE, Header, Kind, TRAILER_SIZE};
use liasse_repo::format::evidence::{self, DirectoryEvidence};
use liasse_repo::format::ids::{ChunkId, Evidence, Hash, ObjectName, SessionId};
use liasse_repo::format::index::Segment;
use liasse_repo::format::keys::{Bundle, Kdf, Role};
use liasse_repo::format::pack::{self, Block, Chunk, ChunkKind, Directory, Extent, Footer};
use liasse_repo::format::session::Plan;
use liasse_repo::format::snapshot::{Dossier, Outcome, Statistics};
use liasse_repo::format::time::Time;
use liasse_repo::format::tree::{self, Entry, Metadata, Name, Node};
use liasse_repo::format::wire;
use liasse_repo::store::{Area, Key, Memory, Store};
use liasse_repo::{
    CheckOptions, CheckReport, Creation, Draft, Handover, Repository, Result, Session, Silent, Snapshot, Stop, Unlock, Whoami,
};
use liasse_seal::passwords::{self, KdfParams};
use liasse_seal::{BlockSealer, BoxKey, Compressor, Decompressor, RepositoryKeys};
use zeroize::Zeroizing;

pub const DEEP: CheckOptions = CheckOptions::ALL_DATA;
pub const SHALLOW: CheckOptions = CheckOptions::References;

/// A repository of two snapshots.
#[derive(Clone)]
pub struct Small {
    pub store: Memory,
    pub credential: Vec<u8>,
    pub snapshots: Vec<Snapshot>,
    /// Every chunk that a snapshot refers to, and its bytes.
    pub chunks: Vec<(ChunkKind, ChunkRef, Vec<u8>)>,
}

/// Bytes that do not compress, different for every seed.
pub fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    blake3::Hasher::new().update(&seed.to_le_bytes()).finalize_xof().fill(&mut bytes);
    bytes
}

pub fn time(seconds: i64) -> Time {
    Time::new(seconds, 0).unwrap()
}

/// A copy of a store that shares nothing with it.
pub fn copy(store: &Memory) -> Memory {
    let copy = Memory::new();
    store.objects().into_iter().for_each(|(key, bytes)| copy.replace(key, bytes));
    copy
}

pub fn open(store: impl Store + 'static, credential: &[u8]) -> Result<Repository> {
    Repository::open(Arc::new(store), &Unlock::Credential(Zeroizing::new(credential.to_vec())))
}

pub fn check(repository: &Repository, options: CheckOptions) -> Result<CheckReport> {
    repository.check(&options, &Silent, &Stop::new())
}

/// An empty repository and an owner's credential: one that opens without a password, so that tests are quick.
pub fn empty() -> (Memory, Vec<u8>) {
    let store = Memory::new();
    let mut repository = Repository::create(Arc::new(store.clone()), &Creation::new(Zeroizing::new("secret".to_owned()))).unwrap();
    // A second config, so that one of them can be damaged.
    repository.add_key(Role::Writer, "till", &Handover::Credential).unwrap();
    let credential = credential_of(&repository, "secret");
    (store, credential)
}

/// What is in the first key slot, as a credential file. The program makes such a file for writers only.
pub fn credential_of(repository: &Repository, password: &str) -> Vec<u8> {
    let store = repository.store();
    let slot = store.list(Area::Keys).unwrap().remove(0);
    let object = store.get(&Key::new(Area::Keys, &slot.name).unwrap(), 1 << 20).unwrap();
    let (header, body) = envelope::unwrap(&object, Kind::Slot, Some(repository.id())).unwrap();
    let kdf: Kdf = wire::decode(&body[..Kdf::SIZE]).unwrap();
    let params = KdfParams { memory_kib: kdf.memory_kib, passes: kdf.passes, lanes: kdf.lanes };
    let key = passwords::derive(password.as_bytes(), &kdf.salt, params).unwrap();
    let bundle = liasse_seal::open_box_with(&key, &header.to_bytes(), &body[..Kdf::SIZE], &body[Kdf::SIZE..]).unwrap();
    envelope::wrap(&Header::new(Kind::Credential, repository.id(), SessionId::NONE), &bundle)
}

pub fn put(session: &Session<'_>, kind: ChunkKind, bytes: &[u8]) -> ChunkRef {
    session.put(kind, bytes).unwrap().chunk
}

/// The content of chunks that are stored.
pub fn content(chunks: &[(ChunkRef, &[u8])]) -> Content {
    let all: Vec<u8> = chunks.iter().flat_map(|(_, bytes)| bytes.iter().copied()).collect();
    Content {
        size: all.len() as u64,
        hash: Hash::of(&all),
        depth: 0,
        chunks: chunks.iter().map(|(chunk, _)| *chunk).collect(),
        holes: vec![],
    }
}

pub fn entry(name: &str, node: Node) -> Entry {
    Entry { name: Name::new(name).unwrap(), node, metadata: Metadata { mode: 0o644, mtime: time(5), ..Metadata::default() } }
}

/// A directory's stream and evidence.
pub fn directory(entries: &[Entry]) -> (Vec<u8>, Evidence) {
    let (mut stream, mut evidence) = (Vec::new(), DirectoryEvidence::default());
    for entry in entries {
        tree::put_stream_item(&wire::encode(entry), &mut stream);
        evidence.push(evidence::of_entry(entry));
    }
    (stream, evidence.root())
}

/// Stores a directory of one chunk.
pub fn put_directory(session: &Session<'_>, entries: &[Entry]) -> (Content, Evidence) {
    let (stream, evidence) = directory(entries);
    (content(&[(put(session, ChunkKind::Tree, &stream), &stream)]), evidence)
}

pub fn draft(root: Content, evidence: Evidence, seconds: i64) -> Draft {
    Draft {
        time: time(seconds),
        utc_offset: 0,
        sources: vec![b"/books".to_vec()],
        tags: vec![],
        reason: None,
        root,
        evidence,
        statistics: Statistics { size: 1000, ..Statistics::default() },
        unread: vec![],
        dossiers: vec![],
        hold: None,
    }
}

pub fn dossier(code: &str, path: &[u8], tree: Content, evidence: Evidence) -> Dossier {
    Dossier { code: code.to_owned(), outcome: Outcome::Stored, path: path.to_vec(), since: time(1), tree, evidence, cause: String::new() }
}

/// Two snapshots: `/books/a` (two chunks, the second with an origin in the second snapshot), `/books/shared/b` in both.
pub fn small() -> &'static Small {
    static SMALL: OnceLock<Small> = OnceLock::new();
    SMALL.get_or_init(make_small)
}

fn make_small() -> Small {
    let (store, credential) = empty();
    let repository = open(store.clone(), &credential).unwrap();
    let (one, two, shared) = (noise(1, 1500), noise(2, 1300), noise(3, 700));
    let mut changed = one.clone();
    changed[1200..].copy_from_slice(&noise(4, 300));
    let changed_ref = put_with_origin(&store, &credential, &one, &changed);
    let mut snapshots = Vec::new();
    for (number, first) in [&one, &changed].into_iter().enumerate() {
        let session = repository.begin(Whoami::default()).unwrap();
        let first_ref = if number == 0 { put(&session, ChunkKind::Data, first) } else { changed_ref };
        let a = content(&[(first_ref, first), (put(&session, ChunkKind::Data, &two), &two)]);
        let b = content(&[(put(&session, ChunkKind::Data, &shared), &shared)]);
        let (within, within_evidence) = put_directory(&session, &[entry("b", Node::File(b))]);
        let node = Node::Directory { tree: within.clone(), evidence: within_evidence };
        let (books, books_evidence) = put_directory(&session, &[entry("a", Node::File(a)), entry("shared", node)]);
        let node = Node::Directory { tree: books, evidence: books_evidence };
        let (root, evidence) = put_directory(&session, &[entry("books", node)]);
        let mut draft = draft(root, evidence, 1000 + i64::try_from(number).unwrap());
        draft.dossiers.push(dossier("SHARED", b"/books/shared", within, within_evidence));
        snapshots.push(session.commit(draft).unwrap().0);
    }
    let mut chunks = Vec::new();
    let keys = RepositoryKeys::derive(&bundle(&credential).repository_secret);
    for bytes in [one, two, shared, changed] {
        chunks.push((
            ChunkKind::Data,
            ChunkRef { id: keys.chunk_id(ChunkKind::Data, &bytes), length: u32::try_from(bytes.len()).unwrap() },
            bytes,
        ));
    }
    // What a writer that died left behind.
    let session = repository.begin(Whoami::default()).unwrap();
    let intents = store.objects().into_iter().filter(|(key, _)| key.area() == Area::Intents).collect::<BTreeMap<_, _>>();
    drop(session);
    intents.into_iter().for_each(|(key, bytes)| store.replace(key, bytes));
    Small { store, credential, snapshots, chunks }
}

/// What a credential holds.
pub fn bundle(credential: &[u8]) -> Bundle {
    wire::decode(&credential[HEADER_SIZE..credential.len() - TRAILER_SIZE]).unwrap()
}

/// Puts a pack by hand: a chunk whose first bytes are those of an origin, and whose others are literal.
pub fn put_with_origin(store: &Memory, credential: &[u8], origin: &[u8], bytes: &[u8]) -> ChunkRef {
    let keys = RepositoryKeys::derive(&bundle(credential).repository_secret);
    let same = origin.iter().zip(bytes).take_while(|(a, b)| a == b).count() / 4 * 4;
    let rest = &bytes[same..];
    let number = |length: usize| u32::try_from(length).unwrap();
    let id = keys.chunk_id(ChunkKind::Data, bytes);
    let extents = vec![
        Extent::Origin { id: keys.chunk_id(ChunkKind::Data, origin), offset: 0, length: number(same) },
        Extent::Literal { block: 0, offset: 0, length: number(rest.len()) },
    ];
    put_pack(store, credential, &[rest], &[Chunk { kind: ChunkKind::Data, id, length: number(bytes.len()), extents }]);
    ChunkRef { id, length: number(bytes.len()) }
}

/// Puts a pack by hand: a chunk whose first bytes are literal, from the first that it has in common with an origin on those of that one.
pub fn put_with_origin_at_end(store: &Memory, credential: &[u8], origin: &[u8], bytes: &[u8]) -> ChunkRef {
    let other = bytes.len() - origin.iter().rev().zip(bytes.iter().rev()).take_while(|(a, b)| a == b).count();
    let number = |length: usize| u32::try_from(length).unwrap();
    let (id, length) = (data_id(credential, bytes), number(bytes.len()));
    let extents = vec![
        Extent::Literal { block: 0, offset: 0, length: number(other) },
        Extent::Origin { id: data_id(credential, origin), offset: number(other), length: length - number(other) },
    ];
    put_pack(store, credential, &[&bytes[..other]], &[Chunk { kind: ChunkKind::Data, id, length, extents }]);
    ChunkRef { id, length }
}

/// Puts a segment by hand, true or not.
pub fn put_segment(store: &Memory, credential: &[u8], segment: &Segment) -> ObjectName {
    let header = Header::new(Kind::Segment, envelope_repository(credential), SessionId([7; 16]));
    let keys = RepositoryKeys::derive(&bundle(credential).repository_secret);
    let packed = liasse_seal::compress_packed(3, &wire::encode(segment)).unwrap();
    let body = keys.seal_box(BoxKey::Segment, &header.to_bytes(), &[], &packed).unwrap();
    let object = envelope::wrap(&header, &body);
    let name = ObjectName::of(&object);
    store.replace(Key::new(Area::Index, &name.to_string()).unwrap(), object);
    name
}

/// Puts the plan of a deleter.
pub fn put_plan(store: &Memory, credential: &[u8], mut packs: Vec<ObjectName>) {
    packs.sort_unstable();
    let session = SessionId([8; 16]);
    let plan = Plan { time: time(1), packs, unknown: vec![] };
    let header = Header::new(Kind::Plan, envelope_repository(credential), session);
    let keys = RepositoryKeys::derive(&bundle(credential).repository_secret);
    let body = keys.seal_box(BoxKey::Plan, &header.to_bytes(), &[], &wire::encode(&plan)).unwrap();
    store.replace(Key::new(Area::Plans, &session.to_string()).unwrap(), envelope::wrap(&header, &body));
}

/// Puts a data pack by hand, of these blocks and chunks, true or not.
pub fn put_pack(store: &Memory, credential: &[u8], blocks: &[&[u8]], chunks: &[Chunk]) -> ObjectName {
    let bundle = bundle(credential);
    let keys = RepositoryKeys::derive(&bundle.repository_secret);
    let repository = envelope_repository(credential);
    let header = Header::new(Kind::DataPack, repository, SessionId([9; 16]));
    let reader = liasse_seal::ReaderSecret::from_bytes(&bundle.readers[0]).unwrap().public();
    let (mut sealer, key) = BlockSealer::new(&reader, &header.to_bytes()).unwrap();
    let mut body = key.to_bytes().to_vec();
    let mut directory = Directory { blocks: vec![], chunks: chunks.to_vec() };
    directory.chunks.sort_by_key(|chunk| chunk.id);
    for raw in blocks {
        let compressed = Compressor::new(3).unwrap().compress(raw, Vec::new()).unwrap();
        let sealed = sealer.ticket().unwrap().seal(compressed, &mut Decompressor::new().unwrap()).unwrap();
        let (stored, codec) = (u32::try_from(sealed.bytes().len()).unwrap(), sealed.codec().number());
        directory.blocks.push(Block { stored, raw: sealed.raw_len(), codec });
        body.extend_from_slice(sealed.bytes());
    }
    let packed = liasse_seal::compress_packed(3, &wire::encode(&directory)).unwrap();
    let sealed = keys.seal_box(BoxKey::Directory, &header.to_bytes(), &key.commitment, &packed).unwrap();
    let footer = Footer {
        directory_offset: directory.offset(),
        directory_size: sealed.len() as u64,
        blocks: u32::try_from(directory.blocks.len()).unwrap(),
        chunks: u32::try_from(chunks.len()).unwrap(),
    };
    body.extend_from_slice(&sealed);
    let end = (HEADER_SIZE + body.len()) as u64;
    body.resize(body.len() + usize::try_from(pack::padding(end)).unwrap(), 0);
    body.extend_from_slice(&keys.seal_box(BoxKey::Footer, &header.to_bytes(), &key.commitment, &wire::encode(&footer)).unwrap());
    let object = envelope::wrap(&header, &body);
    let name = ObjectName::of(&object);
    store.replace(Key::new(Area::Packs, &name.to_string()).unwrap(), object);
    name
}

fn envelope_repository(credential: &[u8]) -> liasse_repo::format::ids::RepositoryId {
    Header::from_bytes(credential.first_chunk().unwrap()).unwrap().repository
}

/// The name of a data chunk in a repository.
pub fn data_id(credential: &[u8], bytes: &[u8]) -> ChunkId {
    RepositoryKeys::derive(&bundle(credential).repository_secret).chunk_id(ChunkKind::Data, bytes)
}
