//! Views over snapshots that are made by hand.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use liasse_archive::repo::format::content::{ChunkRef, Hole};
use liasse_archive::repo::format::evidence::{self, DirectoryEvidence};
use liasse_archive::repo::format::ids::{ChunkId, Evidence, Hash};
use liasse_archive::repo::format::pack::ChunkKind;
use liasse_archive::repo::format::snapshot::Statistics;
use liasse_archive::repo::format::tree::{self, Metadata, Name};
use liasse_archive::repo::format::wire;
use liasse_archive::repo::store::Memory;
use liasse_archive::repo::{Creation, Draft, Session, Whoami};
use zeroize::Zeroizing;

use super::*;

const FOLDER_ENTRIES: usize = 3_000;

fn repository() -> Arc<Repository> {
    let creation = Creation::new(Zeroizing::new("password".to_owned()));
    Arc::new(Repository::create(Arc::new(Memory::new()), &creation).unwrap())
}

fn snapshot(repository: &Repository, seconds: i64, entries: impl FnOnce(&Session<'_>) -> Vec<Entry>) -> Snapshot {
    let session = repository.begin(Whoami::default()).unwrap();
    let (root, evidence) = put_tree(&session, &entries(&session));
    let draft = Draft {
        time: Time::new(seconds, 0).unwrap(),
        utc_offset: 0,
        sources: vec![b"/".to_vec()],
        tags: vec![],
        reason: None,
        root,
        evidence,
        statistics: Statistics { size: 5, ..Statistics::default() },
        unread: vec![],
        dossiers: vec![],
        hold: None,
    };
    session.commit(draft).unwrap().0
}

fn entry(name: &str, node: Stored) -> Entry {
    let metadata = Metadata { mode: 0o640, uid: 7, gid: 8, mtime: Time::new(-5, 9).unwrap(), ..Metadata::default() };
    Entry { name: Name::new(name).unwrap(), node, metadata }
}

fn put(session: &Session<'_>, kind: ChunkKind, bytes: &[u8]) -> Content {
    let chunks = bytes.chunks(32 << 10).map(|piece| session.put(kind, piece).unwrap().chunk).collect();
    Content { size: bytes.len() as u64, hash: Hash::of(bytes), depth: 0, chunks, holes: vec![] }
}

fn put_tree(session: &Session<'_>, entries: &[Entry]) -> (Content, Evidence) {
    let (mut stream, mut evidence) = (Vec::new(), DirectoryEvidence::default());
    for entry in entries {
        tree::put_stream_item(&wire::encode(entry), &mut stream);
        evidence.push(evidence::of_entry(entry));
    }
    (put(session, ChunkKind::Tree, &stream), evidence.root())
}

fn noise(length: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..length).map(|_| next()).collect()
}

/// Every trouble that was told.
type Told = Arc<Mutex<Vec<Trouble>>>;

fn view(repository: &Arc<Repository>, shown: Shown) -> (View, Told) {
    let told = Told::default();
    let tell = Arc::clone(&told);
    let options = Options {
        cache_bytes: 1 << 20,
        look_every: Duration::ZERO,
        owner: (1, 2),
        local: Box::new(|time| Some(("2024-01-01".to_owned(), format!("{:06}", time.seconds())))),
        tell: Box::new(move |trouble| lock(&tell).push(trouble.clone())),
    };
    (View::new(Arc::clone(repository), shown, options).unwrap(), told)
}

fn names(view: &View, folder: NodeId, from: u64) -> Vec<String> {
    let mut names = Vec::new();
    let listing = view.begin_list(folder).unwrap();
    let each = &mut |item: &Item| {
        names.push(String::from_utf8(item.name.clone()).unwrap());
        true
    };
    view.list(&listing, from, each).unwrap();
    names
}

#[test]
fn a_folder_of_many_pages_is_one_folder() {
    let repository = repository();
    let expected: Vec<String> = (0..FOLDER_ENTRIES).map(|number| format!("{number:06} {}", "long name ".repeat(number % 9))).collect();
    let one = snapshot(&repository, 1, |_| expected.iter().map(|name| entry(name, Stored::Fifo)).collect());
    let (view, told) = view(&repository, Shown::Snapshot(Box::new(one)));
    // By name first, before all of it was gone through; then in order, also from the middle, and where a listing is cut off.
    let last = view.lookup(ROOT, expected[FOLDER_ENTRIES - 1].as_bytes()).unwrap();
    assert_eq!(
        (last.kind, last.mode, last.uid, last.gid, last.mtime.seconds(), last.mtime.nanoseconds()),
        (Kind::Fifo, 0o640, 7, 8, -5, 9)
    );
    assert_eq!(names(&view, ROOT, 0), expected);
    assert_eq!(names(&view, ROOT, 1_777), expected[1_777..]);
    assert_eq!(names(&view, ROOT, FOLDER_ENTRIES as u64), [""; 0]);
    let mut numbers = HashSet::new();
    for name in &expected {
        let found = view.lookup(ROOT, name.as_bytes()).unwrap();
        assert_eq!(view.attributes(found.id).unwrap(), found);
        numbers.insert(found.id);
    }
    assert_eq!(numbers.len(), FOLDER_ENTRIES);
    for missing in ["", "0", "000000", "000001x", "~"] {
        assert!(matches!(view.lookup(ROOT, missing.as_bytes()), Err(Error::Missing)), "{missing}");
    }
    assert!(matches!(view.begin_list(last.id), Err(Error::NotAFolder)));
    // What is given back is not known any more; the last was given out twice.
    for number in &numbers {
        view.forget(*number, 1);
    }
    assert_eq!(view.nodes.len(), 2);
    view.forget(last.id, 1);
    assert!(matches!(view.attributes(last.id), Err(Error::Unknown(_))));
    assert!(lock(&told).is_empty());
}

#[test]
fn every_range_of_a_file_is_what_it_was() {
    let repository = repository();
    let holes = [(0, 5_000), (70_000, 200_000), (600_000, 1)].map(|(offset, length)| Hole { offset, length });
    let mut whole = noise(700_000);
    for hole in &holes {
        whole[usize::try_from(hole.offset).unwrap()..][..usize::try_from(hole.length).unwrap()].fill(0);
    }
    let one = snapshot(&repository, 1, |session| {
        let is_data = |at: &usize| !holes.iter().any(|hole| (hole.offset..hole.offset + hole.length).contains(&(*at as u64)));
        let data: Vec<u8> = (0..whole.len()).filter(is_data).map(|at| whole[at]).collect();
        let content =
            Content { size: whole.len() as u64, hash: Hash::of(&whole), holes: holes.to_vec(), ..put(session, ChunkKind::Data, &data) };
        vec![entry("file", Stored::File(content))]
    });
    let (view, told) = view(&repository, Shown::Snapshot(Box::new(one)));
    let file = view.lookup(ROOT, b"file").unwrap();
    assert_eq!((file.size, file.data), (700_000, 494_999));
    for at in (0..710_000_u32).step_by(9_973) {
        for length in [1, 4_096, 300_000] {
            let expected: Vec<u8> = whole.iter().skip(at as usize).take(length as usize).copied().collect();
            assert!(view.read(file.id, at.into(), length).unwrap() == expected, "{length} at {at}");
        }
    }
    // Many at once, from front to back, while it is read ahead.
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let parts = (0..700_000_u64).step_by(32 << 10).map(|at| view.read(file.id, at, 32 << 10).unwrap());
                assert!(parts.collect::<Vec<_>>().concat() == whole);
            });
        }
    });
    assert!(lock(&told).is_empty());
    assert!(matches!(view.link(file.id), Err(Error::OtherKind)) && matches!(view.read(ROOT, 0, 1), Err(Error::OtherKind)));
}

#[test]
fn what_is_lost_is_told_once_and_the_rest_is_read() {
    let repository = repository();
    let one = snapshot(&repository, 1, |session| {
        let mut lost = put(session, ChunkKind::Data, &noise(100_000));
        lost.chunks[1] = ChunkRef { id: ChunkId([9; 32]), ..lost.chunks[1] };
        let (tree, evidence) = put_tree(session, &[entry("lost", Stored::File(lost))]);
        vec![entry("folder", Stored::Directory { tree, evidence })]
    });
    let (view, told) = view(&repository, Shown::Snapshot(Box::new(one)));
    let folder = view.lookup(ROOT, b"folder").unwrap().id;
    let file = view.lookup(folder, b"lost").unwrap().id;
    for _ in 0..3 {
        assert!(matches!(view.read(file, 40_000, 10), Err(Error::Repository(_))));
        assert!(view.read(file, 0, 100_000).is_err());
        assert_eq!(view.read(file, 0, 32 << 10).unwrap(), noise(32 << 10));
        assert_eq!(view.read(file, 64 << 10, 50_000).unwrap(), noise(100_000)[64 << 10..]);
    }
    let told = lock(&told);
    assert!(told.len() == 1 && told[0].path == b"/folder/lost" && told[0].cause.contains("0909"), "{told:?}");
    assert_eq!(view.above(folder), ROOT);
}

#[test]
fn all_dates_are_there_and_new_ones_come() {
    let repository = repository();
    let with = |text: &'static str| {
        move |session: &Session<'_>| {
            let mut file = entry("file", Stored::File(put(session, ChunkKind::Data, text.as_bytes())));
            file.metadata.hard_link = Some(3);
            vec![Entry { name: Name::new("also").unwrap(), ..file.clone() }, file]
        }
    };
    let one = snapshot(&repository, 100, with("one"));
    let (view, told) = view(&repository, Shown::Everything);
    let read = |path: &str| {
        let node = path.split('/').fold(ROOT, |folder, name| view.lookup(folder, name.as_bytes()).unwrap().id);
        String::from_utf8(view.read(node, 0, 100).unwrap()).unwrap()
    };
    let latest = view.lookup(ROOT, b"latest").unwrap();
    assert_eq!(
        (read("latest/file"), read("by-date/2024-01-01/file"), latest.mode, latest.uid, latest.gid),
        ("one".to_owned(), "one".to_owned(), 0o555, 1, 2)
    );
    let number = |name: &[u8]| view.lookup(latest.id, name).unwrap();
    assert_eq!((number(b"file").id, number(b"file").links), (number(b"also").id, 2));

    let two = snapshot(&repository, 200, with("two"));
    assert_eq!(names(&view, ROOT, 0), ["by-date", "dossiers", "latest", "snapshots"]);
    assert_eq!((read("latest/file"), read(&format!("snapshots/{}/file", one.id))), ("two".to_owned(), "one".to_owned()));
    let dates = view.lookup(ROOT, b"by-date").unwrap().id;
    assert_eq!(names(&view, dates, 0), ["2024-01-01", "2024-01-01T000100", "2024-01-01T000200"]);
    assert_eq!((read("by-date/2024-01-01/file"), read("by-date/2024-01-01T000100/file")), ("two".to_owned(), "one".to_owned()));
    assert_ne!(view.lookup(ROOT, b"latest").unwrap().id, latest.id, "it is another folder now");
    assert_eq!(names(&view, latest.id, 0), ["also", "file"], "and the old one is what it was");
    assert!(view.changes(ROOT) && view.changes(dates) && !view.changes(latest.id));
    assert_eq!(view.space().bytes, 5);
    assert!(two.id != one.id && lock(&told).is_empty());
}
