//! The small repository that hostile hands change: made once by `make_sound.rs` and the same for ever, so that an input means the same on
//! every machine. Its keys protect nothing.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use liasse_format::content::{ChunkRef, Content};
use liasse_format::envelope::{Header, Kind};
use liasse_format::ids::{ObjectName, RepositoryId, SessionId};
use liasse_format::keys::{Bundle, Role};
use liasse_format::pack::ChunkKind;
use liasse_format::session::Tombstone;
use liasse_format::tree::Node;
use liasse_format::wire;
use liasse_repo::store::{Area, Key, Memory};
use liasse_repo::{Handover, KdfParams, ListWalk, Reader, Result, Scratch, Snapshot, TreeWalk};
use liasse_seal::RepositoryKeys;
use zeroize::Zeroizing;

use crate::forge;
use crate::support::{self, open};

/// Objects, by their places.
pub(crate) type Objects = BTreeMap<Key, Arc<[u8]>>;
/// Files by their paths, and their bytes. Folders end in `/` and have none.
pub(crate) type Tree = BTreeMap<Vec<u8>, Vec<u8>>;

/// What opens the slot of each role.
pub(crate) const PASSWORDS: [(Role, &str); 2] = [(Role::Owner, "owner"), (Role::Auditor, "auditor")];
/// The cheapest derivation that the format allows.
pub(crate) const CHEAPEST: KdfParams = KdfParams { memory_kib: 65_536, passes: 3, lanes: 1 };

/// How many folders may lie in each other, how many entries a tree may have, and how many bytes: beyond, it is not read on.
const DEEPEST: usize = 32;
const MOST_ENTRIES: usize = 10_000;
const MOST_BYTES: usize = 64 << 20;

/// A repository without damage, its owner's secrets, and what it holds.
pub(crate) struct Sound {
    pub(crate) objects: Objects,
    pub(crate) credential: Vec<u8>,
    pub(crate) bundle: Bundle,
    pub(crate) keys: RepositoryKeys,
    pub(crate) snapshots: BTreeMap<SessionId, (Snapshot, Tree)>,
}

/// The repository.
pub(crate) fn sound() -> &'static Sound {
    static SOUND: OnceLock<Sound> = OnceLock::new();
    SOUND.get_or_init(|| {
        let (credential, objects) = unpack(include_bytes!("sound.bin"));
        let bundle = support::bundle(&credential);
        let keys = RepositoryKeys::derive(&bundle.repository_secret);
        let repository = open(store_of(&objects), &credential).expect("a sound repository");
        assert!(support::check(&repository, support::DEEP).expect("a check").is_sound());
        let found = repository.snapshots().expect("snapshots");
        let reader = repository.reader().expect("a reader");
        let read = |snapshot: &Snapshot| read(&reader, &snapshot.record.root).expect("a tree").expect("a small one");
        let snapshots = found.good.into_iter().map(|snapshot| (snapshot.id, (snapshot.clone(), read(&snapshot)))).collect();
        drop(reader);
        Sound { objects, credential, bundle, keys, snapshots }
    })
}

impl Sound {
    /// Whose objects these are.
    pub(crate) fn repository(&self) -> RepositoryId {
        let header = self.credential.first_chunk().map(Header::from_bytes);
        header.expect("a header").expect("a header").repository
    }
}

/// A store of its own.
pub(crate) fn store_of(objects: &Objects) -> Memory {
    let store = Memory::new();
    objects.iter().for_each(|(key, bytes)| store.replace(key.clone(), Arc::clone(bytes)));
    store
}

/// Reads a tree and all its files; `None` where it is too large to go on.
pub(crate) fn read(reader: &Reader<'_>, root: &Content) -> Result<Option<Tree>> {
    let mut reading = Reading { reader, scratch: Scratch::new()?, tree: Tree::new(), bytes: 0 };
    Ok(reading.folder(root, b"", 0)?.then_some(reading.tree))
}

struct Reading<'r> {
    reader: &'r Reader<'r>,
    scratch: Scratch,
    tree: Tree,
    bytes: usize,
}

impl Reading<'_> {
    /// Whether all of it was read.
    fn folder(&mut self, content: &Content, path: &[u8], depth: usize) -> Result<bool> {
        let mut walk = TreeWalk::new(self.reader, content);
        while let Some(entry) = walk.next(&mut self.scratch)? {
            let path = [path, entry.name.as_bytes()].concat();
            let go_on = match &entry.node {
                Node::File(content) => match self.file(content)? {
                    Some(bytes) => self.tree.insert(path, bytes).is_none(),
                    None => false,
                },
                Node::Directory { tree, .. } => {
                    let path = [&path[..], b"/"].concat();
                    self.tree.insert(path.clone(), Vec::new());
                    depth < DEEPEST && self.folder(tree, &path, depth + 1)?
                }
                _ => self.tree.insert(path, Vec::new()).is_none(),
            };
            if !go_on || self.tree.len() > MOST_ENTRIES {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn file(&mut self, content: &Content) -> Result<Option<Vec<u8>>> {
        let (mut lists, mut bytes, mut out) = (ListWalk::new(content), Vec::new(), Vec::new());
        while let Some(chunk) = lists.next(self.reader, &mut self.scratch)? {
            self.chunk(&chunk, &mut out)?;
            self.bytes += out.len();
            bytes.extend_from_slice(&out);
            if self.bytes > MOST_BYTES {
                return Ok(None);
            }
        }
        Ok(Some(bytes))
    }

    fn chunk(&mut self, chunk: &ChunkRef, out: &mut Vec<u8>) -> Result<()> {
        self.reader.chunk(ChunkKind::Data, chunk, &mut self.scratch, out).map(drop)
    }
}

/// Makes the repository anew, with other keys, for `sound.bin`: a length and the credential; then for each object its area, the length of
/// its name, the name, and length and bytes.
pub fn pack_sound() -> Vec<u8> {
    let small = support::small();
    let mut repository = open(small.store.clone(), &small.credential).expect("a repository");
    let first = repository.store().list(Area::Keys).expect("slots").remove(0).name;
    for (role, password) in PASSWORDS {
        let handover = Handover::Password { password: Zeroizing::new(password.to_owned()), kdf: CHEAPEST };
        repository.add_key(role, password, &handover).expect("a slot");
    }
    repository.remove_key(&first).expect("no more than the others");
    let packs = repository.store().list(Area::Packs).expect("packs");
    support::put_plan(&small.store, &small.credential, packs.iter().filter_map(|pack| ObjectName::from_hex(&pack.name)).take(1).collect());
    let header = Header::new(Kind::Tombstone, repository.id(), SessionId([6; 16]));
    let burned = wire::encode(&Tombstone { time: support::time(1), plan: [1; 16], cause: String::new(), unknown: vec![] });
    let body = forge::seal_box(&support::bundle(&small.credential), forge::TOMBSTONE, &header.to_bytes(), &[], &burned);
    let key = Key::new(Area::Snapshots, &header.session.to_string()).expect("a name");
    small.store.replace(key, liasse_format::envelope::wrap(&header, &body));
    pack(&small.credential, &small.store.objects())
}

fn pack(credential: &[u8], objects: &Objects) -> Vec<u8> {
    let number = |length: usize| u32::try_from(length).expect("small").to_le_bytes();
    let mut packed = [&number(credential.len())[..], credential].concat();
    for (key, bytes) in objects.iter().filter(|(key, _)| **key != Key::readme()) {
        let area = Area::ALL.iter().position(|area| *area == key.area()).expect("an area");
        packed.extend([area, key.name().len()].map(|number| u8::try_from(number).expect("small")));
        packed.extend_from_slice(key.name().as_bytes());
        packed.extend_from_slice(&number(bytes.len()));
        packed.extend_from_slice(bytes);
    }
    packed
}

fn unpack(packed: &[u8]) -> (Vec<u8>, Objects) {
    fn run<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
        let (length, tail) = rest.split_first_chunk().expect("a length");
        let (bytes, tail) = tail.split_at(u32::from_le_bytes(*length) as usize);
        *rest = tail;
        bytes
    }
    let mut rest = packed;
    let credential = run(&mut rest).to_vec();
    let mut objects = Objects::new();
    while let Some(([area, length], tail)) = rest.split_first_chunk() {
        let (name, tail) = tail.split_at(usize::from(*length));
        rest = tail;
        let key = Key::new(Area::ALL[usize::from(*area)], std::str::from_utf8(name).expect("text")).expect("a name");
        objects.insert(key, run(&mut rest).into());
    }
    (credential, objects)
}
