//! Origins that are missing, damaged or lie: every file that needs one is named, and no other; the rest can be read. And what is said of
//! origins that no honest writer says: it is refused, at bounded cost.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::needless_for_each)]

mod support;

use std::collections::BTreeSet;
use std::sync::OnceLock;

use liasse_repo::format::content::ChunkRef;
use liasse_repo::format::ids::{ChunkId, SessionId};
use liasse_repo::format::pack::{BLOCKS_OFFSET, Chunk, ChunkKind, Extent};
use liasse_repo::format::tree::Node;
use liasse_repo::store::{Area, Faulty, Key, Memory};
use liasse_repo::{CheckOptions, CheckReport, Error, LEAF_SIZE, Older, Repository, Scratch, Session, Snapshot, Whoami};
use support::{DEEP, SHALLOW, check, content, copy, data_id, draft, empty, entry, noise, open, put, put_directory, put_pack};

/// A ledger that changes from snapshot to snapshot, each over the one before, beside files that do not.
struct History {
    store: Memory,
    credential: Vec<u8>,
    snapshots: Vec<Snapshot>,
    /// What each snapshot's files are: path and chunk with its bytes.
    files: Vec<Vec<(&'static str, ChunkRef, Vec<u8>)>>,
}

/// The data pack that a session wrote.
fn data_pack(store: &Memory, session: SessionId) -> Key {
    let is_it = |bytes: &[u8]| bytes[32..48] == session.0 && bytes[8] == 4;
    store.objects().into_iter().find(|(key, bytes)| key.area() == Area::Packs && is_it(bytes)).unwrap().0
}

impl History {
    fn get() -> &'static Self {
        static HISTORY: OnceLock<History> = OnceLock::new();
        HISTORY.get_or_init(Self::new)
    }

    /// Snapshot 0: `/other`. 1: the ledger as well. 2: the ledger changed, and `/new`. 3: the ledger changed once more. 4: it is gone.
    fn new() -> Self {
        let (store, credential) = empty();
        let repository = open(store.clone(), &credential).unwrap();
        let mut history = Self { store, credential, snapshots: Vec::new(), files: Vec::new() };
        let (other, new) = (noise(7, 5_000), noise(8, 5_000));
        history.add(&repository, 1, |session| vec![("/other", put(session, ChunkKind::Data, &other), other.clone())]);
        let mut ledger = noise(9, 40_000);
        let mut older: Option<(ChunkRef, Vec<[u8; 32]>)> = None;
        for version in 1..=3_usize {
            ledger[version * 4_000] ^= 1;
            history.add(&repository, 1 + version, |session| {
                let mut leaves = Vec::new();
                session.leaf_values(&ledger, &mut leaves);
                let stored = match older.take() {
                    None => put(session, ChunkKind::Data, &ledger),
                    Some((chunk, old)) => {
                        let before = session.added();
                        let stored = session.files().put_over(&ledger, &leaves, &Older { chunk, leaves: &old }).unwrap().chunk;
                        assert_eq!(session.added() - before, LEAF_SIZE as u64, "the rest comes from origins");
                        stored
                    }
                };
                older = Some((stored, leaves));
                let mut files = vec![("/ledger", stored, ledger.clone()), ("/other", put(session, ChunkKind::Data, &other), other.clone())];
                if version > 1 {
                    files.insert(1, ("/new", put(session, ChunkKind::Data, &new), new.clone()));
                }
                files
            });
        }
        history.add(&repository, 5, |session| vec![("/other", put(session, ChunkKind::Data, &other), other.clone())]);
        history
    }

    fn add(&mut self, repository: &Repository, time: usize, files: impl FnOnce(&Session<'_>) -> Vec<(&'static str, ChunkRef, Vec<u8>)>) {
        let session = repository.begin(Whoami::default()).unwrap();
        let files = files(&session);
        let entries: Vec<_> = files.iter().map(|(path, chunk, bytes)| entry(&path[1..], Node::File(content(&[(*chunk, bytes)])))).collect();
        let (root, evidence) = put_directory(&session, &entries);
        self.snapshots.push(session.commit(draft(root, evidence, i64::try_from(time).unwrap())).unwrap().0);
        self.files.push(files);
    }

    fn pack(&self, snapshot: usize) -> Key {
        data_pack(&self.store, self.snapshots[snapshot].id)
    }

    /// The number of the snapshot and the path of all that is touched, or only what one object's damage touches.
    fn touched(&self, report: &CheckReport, object: Option<&Key>) -> BTreeSet<(usize, String)> {
        let wanted = |place: &str| object.is_none_or(|object| object.to_string() == place);
        let findings = report.findings.iter().filter(|finding| wanted(&finding.object));
        let number = |id: SessionId| self.snapshots.iter().position(|snapshot| snapshot.id == id).unwrap();
        let named = |affected: &liasse_repo::Affected| (number(affected.snapshot), String::from_utf8(affected.path.clone()).unwrap());
        findings.flat_map(|finding| &finding.affected).map(named).collect()
    }

    /// Reads every file of every snapshot; gives those that could not be read. What is read is right.
    fn unreadable(&self, repository: &Repository) -> BTreeSet<(usize, String)> {
        let reader = repository.reader().unwrap();
        let (mut scratch, mut out) = (Scratch::new().unwrap(), Vec::new());
        let mut lost = BTreeSet::new();
        for (number, files) in self.files.iter().enumerate() {
            for (path, chunk, bytes) in files {
                match reader.chunk(ChunkKind::Data, chunk, &mut scratch, &mut out) {
                    Ok(read) => assert_eq!(&*read, bytes.as_slice()),
                    Err(error) => {
                        assert!(error.is_damage(), "{error}");
                        lost.insert((number, (*path).to_owned()));
                    }
                }
            }
        }
        lost
    }

    fn examine(&self, store: &Memory, options: CheckOptions, expected: &BTreeSet<(usize, String)>) -> CheckReport {
        let repository = open(store.clone(), &self.credential).unwrap();
        assert_eq!(&self.unreadable(&repository), expected);
        let report = check(&repository, options).unwrap();
        assert_eq!(&self.touched(&report, None), expected, "{report:#?}");
        report
    }
}

fn places(places: &[(usize, &str)]) -> BTreeSet<(usize, String)> {
    places.iter().map(|(number, path)| (*number, (*path).to_owned())).collect()
}

/// What needs the pack of a snapshot.
fn needing(snapshot: usize) -> BTreeSet<(usize, String)> {
    places(match snapshot {
        0 => &[(0, "/other"), (1, "/other"), (2, "/other"), (3, "/other"), (4, "/other")],
        1 => &[(1, "/ledger"), (2, "/ledger"), (3, "/ledger")],
        2 => &[(2, "/ledger"), (3, "/ledger"), (2, "/new"), (3, "/new")],
        _ => &[(3, "/ledger")],
    })
}

/// What needs the first block of that pack: a new file and the changes of an older one have blocks of their own.
fn needing_first_block(snapshot: usize) -> BTreeSet<(usize, String)> {
    if snapshot == 2 { places(&[(2, "/new"), (3, "/new")]) } else { needing(snapshot) }
}

#[test]
fn an_origin_that_is_gone_takes_down_what_needs_it_and_nothing_else() {
    let history = History::get();
    for snapshot in 0..=3 {
        let pack = history.pack(snapshot);
        for options in [SHALLOW, DEEP] {
            let store = copy(&history.store);
            assert!(store.delete(&pack));
            let report = history.examine(&store, options, &needing(snapshot));
            assert_eq!(history.touched(&report, Some(&pack)), needing(snapshot), "the pack itself is named as the cause: {report:#?}");
            assert_eq!(report.findings.len(), 1, "{report:#?}");
        }
    }
}

#[test]
fn a_damaged_block_of_an_origin_takes_down_what_needs_it_and_nothing_else() {
    let history = History::get();
    let head = usize::try_from(BLOCKS_OFFSET).unwrap();
    for snapshot in 0..=3 {
        let pack = history.pack(snapshot);
        let sound = history.store.objects()[&pack].to_vec();
        // In the sealed key, and in the block.
        for at in [60, 100, 170, head, head + 100] {
            let store = copy(&history.store);
            let mut bytes = sound.clone();
            bytes[at] ^= 4;
            store.replace(pack.clone(), bytes);
            let expected = if at < head { needing(snapshot) } else { needing_first_block(snapshot) };
            let report = history.examine(&store, DEEP, &expected);
            assert_eq!(history.touched(&report, Some(&pack)), expected, "byte {at}: {report:#?}");
            assert!(report.findings.iter().all(|finding| finding.object == pack.to_string()), "byte {at}: {report:#?}");
        }
        // Cut within the block: its length alone says so.
        let store = copy(&history.store);
        store.replace(pack.clone(), &sound[..head + 50]);
        for options in [SHALLOW, DEEP] {
            let report = history.examine(&store, options, &needing(snapshot));
            assert_eq!(history.touched(&report, Some(&pack)), needing(snapshot), "{report:#?}");
        }
    }
}

#[test]
fn an_origin_that_the_storage_does_not_give_is_named_with_all_that_needs_it() {
    let history = History::get();
    for snapshot in 0..=3 {
        let store = Faulty::new(copy(&history.store));
        let repository = open(store.clone(), &history.credential).unwrap();
        store.spoil(history.pack(snapshot));
        let report = check(&repository, DEEP).unwrap();
        assert_eq!(history.touched(&report, None), needing(snapshot), "{report:#?}");
        assert!(report.findings.iter().all(|finding| finding.object == history.pack(snapshot).to_string()), "{report:#?}");
    }
}

#[test]
fn of_several_damaged_origins_each_names_what_it_takes_down() {
    let history = History::get();
    for options in [SHALLOW, DEEP] {
        let store = copy(&history.store);
        assert!(store.delete(&history.pack(1)) && store.delete(&history.pack(2)));
        let both = needing(1).union(&needing(2)).cloned().collect();
        let report = history.examine(&store, options, &both);
        assert_eq!(history.touched(&report, Some(&history.pack(2))), needing(2), "{report:#?}");
        // What the second day's ledger needed besides went with its own pack.
        let known = places(&[(1, "/ledger"), (3, "/ledger")]);
        assert_eq!(history.touched(&report, Some(&history.pack(1))), known, "{report:#?}");
    }
}

/// The snapshot of an origin may be forgotten: its pack is needed all the same.
#[test]
fn a_pack_that_only_holds_origins_is_not_said_to_be_needless() {
    let history = History::get();
    let store = copy(&history.store);
    let forgotten = Key::new(Area::Snapshots, &history.snapshots[1].id.to_string()).unwrap();
    assert!(store.delete(&forgotten) && store.delete(&history.pack(1)));
    let report = check(&open(store, &history.credential).unwrap(), SHALLOW).unwrap();
    assert_eq!(history.touched(&report, Some(&history.pack(1))), places(&[(2, "/ledger"), (3, "/ledger")]), "{report:#?}");
    assert!(!report.notes.iter().any(|note| note.what.contains("no snapshot needs it")), "{report:#?}");
}

// --- what lies in several packs -------------------------------------------------------------------------------------------

fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap()
}

fn literal(credential: &[u8], bytes: &[u8]) -> Chunk {
    let extents = vec![Extent::Literal { block: 0, offset: 0, length: length(bytes) }];
    Chunk { kind: ChunkKind::Data, id: data_id(credential, bytes), length: length(bytes), extents }
}

/// A snapshot of one file of one chunk, `/file`.
fn commit_file(store: &Memory, credential: &[u8], chunk: ChunkRef, bytes: &[u8]) {
    let repository = open(store.clone(), credential).unwrap();
    let session = repository.begin(Whoami::default()).unwrap();
    let (root, evidence) = put_directory(&session, &[entry("file", Node::File(content(&[(chunk, bytes)])))]);
    session.commit(draft(root, evidence, 1)).unwrap();
}

fn read(store: &Memory, credential: &[u8], chunk: &ChunkRef) -> Result<Vec<u8>, Error> {
    let repository = open(store.clone(), credential).unwrap();
    let reader = repository.reader().unwrap();
    let mut out = Vec::new();
    Ok(reader.chunk(ChunkKind::Data, chunk, &mut Scratch::new().unwrap(), &mut out)?.to_vec())
}

/// Of the packs that hold an origin, any that gives the bytes is good.
#[test]
fn an_origin_is_read_from_whichever_pack_gives_it() {
    let (store, credential) = empty();
    let (origin, beside) = (noise(1, 3_000), [noise(2, 10), noise(3, 20)]);
    let packs: Vec<Key> = beside
        .iter()
        .map(|beside| {
            let block = [&origin[..], beside].concat();
            let name = put_pack(&store, &credential, &[&block], &[literal(&credential, &origin)]);
            Key::new(Area::Packs, &name.to_string()).unwrap()
        })
        .collect();
    let bytes = [&origin[..2_500], b"something else"].concat();
    let chunk = support::put_with_origin(&store, &credential, &origin, &bytes);
    commit_file(&store, &credential, chunk, &bytes);
    let rot = |store: &Memory, pack: &Key| {
        let mut object = store.objects()[pack].to_vec();
        object[300] ^= 1;
        store.replace(pack.clone(), object);
    };
    for pack in &packs {
        let store = copy(&store);
        rot(&store, pack);
        assert_eq!(read(&store, &credential, &chunk).unwrap(), bytes);
        let report = check(&open(store.clone(), &credential).unwrap(), DEEP).unwrap();
        assert!(!report.is_sound() && report.findings.iter().all(|found| found.object == pack.to_string()), "{report:#?}");
        assert!(report.findings.iter().all(|finding| finding.affected_count == 0), "the other pack gives it: {report:#?}");
    }
    packs.iter().for_each(|pack| rot(&store, pack));
    assert!(read(&store, &credential, &chunk).unwrap_err().is_damage());
    let report = check(&open(store, &credential).unwrap(), DEEP).unwrap();
    for pack in &packs {
        let named = report.findings.iter().any(|finding| finding.object == pack.to_string() && finding.affected_count == 1);
        assert!(named, "each of the two is to blame: {report:#?}");
    }
}

/// A pack whose blocks open, and whose directory says of other bytes that they are the origin.
#[test]
fn a_pack_that_lies_about_an_origin_does_not_hide_one_that_does_not() {
    let (origin, other) = (noise(1, 3_000), noise(2, 3_000));
    let bytes = [&origin[..2_500], b"something else"].concat();
    // Packs are looked at in the order of their names: the lie comes first in one of these.
    let (start, credential) = empty();
    for beside in 0..8 {
        let store = copy(&start);
        put_pack(&store, &credential, &[&[&origin[..], &noise(beside, 9)].concat()], &[literal(&credential, &origin)]);
        let lie = Chunk { id: data_id(&credential, &origin), ..literal(&credential, &other) };
        let lie = put_pack(&store, &credential, &[&other], &[lie]);
        let chunk = support::put_with_origin(&store, &credential, &origin, &bytes);
        commit_file(&store, &credential, chunk, &bytes);
        assert_eq!(read(&store, &credential, &chunk).unwrap(), bytes);
        let report = check(&open(store, &credential).unwrap(), DEEP).unwrap();
        assert_eq!(report.findings.len(), 1, "{report:#?}");
        assert!(report.findings[0].object.ends_with(&lie.to_string()) && report.findings[0].affected_count == 0, "{report:#?}");
    }
}

// --- what no honest writer says -------------------------------------------------------------------------------------------

/// Reads and checks a chunk that must be refused, for this.
fn refused(store: &Memory, credential: &[u8], chunk: ChunkRef, words: &str) {
    match read(store, credential, &chunk) {
        Err(Error::BadChunk { what, .. }) => assert!(what.contains(words), "{what}"),
        other => panic!("{other:?}"),
    }
    commit_file(store, credential, chunk, &vec![0; chunk.length as usize]);
    for options in [SHALLOW, DEEP] {
        let report = check(&open(store.clone(), credential).unwrap(), options).unwrap();
        let finding = report.findings.iter().find(|finding| finding.what.contains(words) && finding.affected_count > 0);
        assert!(finding.is_some_and(|finding| finding.affected[0].path == b"/file"), "{report:#?}");
    }
}

fn made_up(id: u8, extents: Vec<Extent>) -> Chunk {
    Chunk { kind: ChunkKind::Data, id: ChunkId([id; 32]), length: extents.iter().map(Extent::length).sum(), extents }
}

fn reference(chunk: &Chunk) -> ChunkRef {
    ChunkRef { id: chunk.id, length: chunk.length }
}

#[test]
fn circles_of_origins_are_refused() {
    let (start, credential) = empty();
    for packs in [1, 2] {
        let store = copy(&start);
        let over = |id, origin| {
            let origin = Extent::Origin { id: ChunkId([origin; 32]), offset: 0, length: 600 };
            made_up(id, vec![origin, Extent::Literal { block: 0, offset: 0, length: 100 }])
        };
        let circle = [over(1, 2), over(2, 3), over(3, 1)];
        for part in circle.chunks(3 / packs + packs % 2) {
            put_pack(&store, &credential, &[&noise(u64::from(part[0].id.0[0]), 100)], part);
        }
        circle.iter().for_each(|chunk| refused(&store, &credential, reference(chunk), "not literal"));
    }
}

#[test]
fn a_chunk_that_is_its_own_origin_by_another_pack_is_refused() {
    let (store, credential) = empty();
    let [one, two] = [(1, 2), (2, 1)].map(|(id, origin)| {
        let whole = Extent::Origin { id: ChunkId([origin; 32]), offset: 0, length: 700 };
        made_up(id, vec![whole])
    });
    put_pack(&store, &credential, &[&noise(1, 10)], std::slice::from_ref(&one));
    put_pack(&store, &credential, &[&noise(2, 10)], std::slice::from_ref(&two));
    for chunk in [&one, &two] {
        refused(&store, &credential, reference(chunk), "not literal");
    }
}

#[test]
fn a_range_beyond_its_origin_is_refused() {
    let (start, credential) = empty();
    for (offset, length) in [(700, 101), (800, 1), (0, 801), (8 << 20, 0x100), (799, 2)] {
        let store = copy(&start);
        let origin = noise(1, 800);
        put_pack(&store, &credential, &[&origin], &[literal(&credential, &origin)]);
        let extents = vec![
            Extent::Origin { id: data_id(&credential, &origin), offset, length },
            Extent::Literal { block: 0, offset: 0, length: 100 },
        ];
        let chunk = made_up(1, extents);
        put_pack(&store, &credential, &[&noise(2, 100)], std::slice::from_ref(&chunk));
        let repository = open(store.clone(), &credential).unwrap();
        if u64::from(offset) + u64::from(length) > 8 << 20 {
            // The directory itself is refused, and so nothing is known of the chunk.
            let report = check(&repository, SHALLOW).unwrap();
            assert!(report.findings[0].what.contains("an origin's range lies within a chunk"), "{report:#?}");
        } else {
            refused(&store, &credential, reference(&chunk), "not literal");
        }
    }
}

/// An origin of one kind is none for a chunk of another: names of kinds have keys of their own.
#[test]
fn an_origin_of_another_kind_is_no_origin() {
    let (store, credential) = empty();
    let repository = open(store.clone(), &credential).unwrap();
    let session = repository.begin(Whoami::default()).unwrap();
    let tree = put(&session, ChunkKind::Tree, &noise(1, 800));
    session.abandon().unwrap();
    let chunk =
        made_up(1, vec![Extent::Origin { id: tree.id, offset: 0, length: 700 }, Extent::Literal { block: 0, offset: 0, length: 100 }]);
    put_pack(&store, &credential, &[&noise(2, 100)], std::slice::from_ref(&chunk));
    refused(&store, &credential, reference(&chunk), "an origin is missing");
}

/// Ranges of origins that lie in crumbs ask for more pieces than a chunk may have.
#[test]
fn a_chunk_of_too_many_pieces_is_refused() {
    let (store, credential) = empty();
    // Every other byte of a block, so that no two are one.
    let crumbs = made_up(1, (0..8_000).map(|at| Extent::Literal { block: 0, offset: at * 2, length: 1 }).collect());
    let range = |length| Extent::Origin { id: crumbs.id, offset: 0, length };
    let most = made_up(2, vec![range(8_000), Extent::Literal { block: 0, offset: 1, length: 5 }, range(191)]);
    let more = made_up(3, vec![range(8_000), Extent::Literal { block: 0, offset: 1, length: 5 }, range(192)]);
    let bomb = made_up(4, (0..900).flat_map(|_| [range(8_000), Extent::Literal { block: 0, offset: 1, length: 5 }]).collect());
    put_pack(&store, &credential, &[&noise(1, 16_000)], &[crumbs, most.clone(), more.clone(), bomb.clone()]);
    match read(&store, &credential, &reference(&most)) {
        Err(Error::BadChunk { what, .. }) => assert!(what.contains("not those that its name says"), "{what}"),
        other => panic!("{other:?}"),
    }
    refused(&store, &credential, reference(&more), "too many pieces");
    refused(&store, &credential, reference(&bomb), "too many pieces");
}
