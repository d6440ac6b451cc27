//! Snapshots that are made by hand, to say what no backup would.
#![allow(dead_code, unreachable_pub)]

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use liasse_archive::repo::format::content::{ChunkRef, Content};
use liasse_archive::repo::format::evidence::{self, DirectoryEvidence};
use liasse_archive::repo::format::ids::{ChunkId, Evidence, Hash};
use liasse_archive::repo::format::pack::ChunkKind;
use liasse_archive::repo::format::snapshot::Statistics;
use liasse_archive::repo::format::time::Time;
use liasse_archive::repo::format::tree::{self, Entry, Metadata, Name, Node};
use liasse_archive::repo::format::wire;
use liasse_archive::repo::store::Memory;
use liasse_archive::repo::{Creation, Draft, Repository, Session, Silent, Snapshot, Stop, Whoami};
use liasse_archive::{Browse, RestoreOptions, RestoreReport, restore};
use zeroize::Zeroizing;

/// A snapshot of `/books`, and where it is restored to.
pub struct Planted {
    directory: tempfile::TempDir,
    repository: Repository,
    snapshot: Snapshot,
}

/// Stores bytes as the content of a file.
pub type Put = fn(&Session<'_>, &[u8]) -> Content;

impl Planted {
    pub fn new(entries: impl FnOnce(&Session<'_>, Put) -> Vec<Entry>, change: impl FnOnce(&mut Draft)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let creation = Creation::new(Zeroizing::new("password".to_owned()));
        let repository = Repository::create(Arc::new(Memory::new()), &creation).unwrap();
        let session = repository.begin(Whoami::default()).unwrap();
        let entries = entries(&session, put);
        let books = folder(&session, "books", &entries);
        let (root, evidence) = put_tree(&session, &[books]);
        let mut draft = Draft {
            time: Time::new(1, 0).unwrap(),
            utc_offset: 0,
            sources: vec![b"/books".to_vec()],
            tags: vec![],
            reason: None,
            root,
            evidence,
            statistics: Statistics::default(),
            unread: vec![],
            dossiers: vec![],
            hold: None,
        };
        change(&mut draft);
        let snapshot = session.commit(draft).unwrap().0;
        fs::create_dir(directory.path().join("target")).unwrap();
        Self { directory, repository, snapshot }
    }

    pub fn target(&self) -> PathBuf {
        self.directory.path().join("target")
    }

    pub fn browse(&self) -> Browse<'_> {
        Browse::new(&self.repository, &Stop::new()).unwrap()
    }

    pub fn restore(&self, change: impl FnOnce(&mut RestoreOptions)) -> liasse_archive::Result<RestoreReport> {
        let mut options = RestoreOptions { path: b"/books".to_vec(), target: self.target(), ..RestoreOptions::default() };
        change(&mut options);
        restore(&self.repository, &self.snapshot, &options, &Silent, &Stop::new())
    }
}

pub fn entry(name: &str, node: Node) -> Entry {
    let (uid, gid) = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
    let metadata = Metadata { mode: 0o755, uid, gid, mtime: Time::new(5, 0).unwrap(), ..Metadata::default() };
    Entry { name: Name::new(name).unwrap(), node, metadata }
}

pub fn file(session: &Session<'_>, name: &str, bytes: &[u8]) -> Entry {
    entry(name, Node::File(put(session, bytes)))
}

pub fn folder(session: &Session<'_>, name: &str, entries: &[Entry]) -> Entry {
    let (tree, evidence) = put_tree(session, entries);
    entry(name, Node::Directory { tree, evidence })
}

/// The content of a file that the repository does not have.
pub fn lost_file() -> Content {
    Content { size: 3, hash: Hash::of(b"hey"), depth: 0, chunks: vec![ChunkRef { id: ChunkId([9; 32]), length: 3 }], holes: vec![] }
}

fn put(session: &Session<'_>, bytes: &[u8]) -> Content {
    put_as(session, ChunkKind::Data, bytes)
}

fn put_as(session: &Session<'_>, kind: ChunkKind, bytes: &[u8]) -> Content {
    let pieces = bytes.chunks(32 << 10).map(|piece| session.put(kind, piece).unwrap().chunk);
    Content { size: bytes.len() as u64, hash: Hash::of(bytes), depth: 0, chunks: pieces.collect(), holes: vec![] }
}

fn put_tree(session: &Session<'_>, entries: &[Entry]) -> (Content, Evidence) {
    let (mut stream, mut evidence) = (Vec::new(), DirectoryEvidence::default());
    for entry in entries {
        tree::put_stream_item(&wire::encode(entry), &mut stream);
        evidence.push(evidence::of_entry(entry));
    }
    (put_as(session, ChunkKind::Tree, &stream), evidence.root())
}
