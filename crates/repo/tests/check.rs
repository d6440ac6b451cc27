//! What a check says of a sound repository, and how it names what damage touches.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::needless_for_each)]

mod support;

use liasse_repo::format::content::{Content, put_list_item};
use liasse_repo::format::ids::Hash;
use liasse_repo::format::keys::Role;
use liasse_repo::format::pack::{Chunk, ChunkKind, Extent};
use liasse_repo::format::tree::Node;
use liasse_repo::store::{Area, Fault, Faulty, Key, Memory, Operation, Trigger};
use liasse_repo::{Affected, CheckOptions, CheckReport, Error, Handover, Silent, Stop, Whoami};
use support::{DEEP, SHALLOW, check, content, copy, data_id, draft, empty, entry, noise, open, put, put_directory, put_pack, small};

fn key_of(store: &Memory, area: Area, matches: impl Fn(&[u8]) -> bool) -> Vec<Key> {
    store.objects().into_iter().filter(|(key, bytes)| key.area() == area && matches(bytes)).map(|(key, _)| key).collect()
}

#[test]
fn a_sound_repository_is_sound_at_every_depth_and_stays_as_it_is() {
    let small = small();
    let store = Faulty::new(copy(&small.store));
    let repository = open(store.clone(), &small.credential).unwrap();
    let before = store.inner().objects();
    for options in [CheckOptions::Structure, SHALLOW, DEEP] {
        let report = check(&repository, options).unwrap();
        assert_eq!(report.findings, []);
        assert!(report.is_sound() && report.not_checked.is_none());
        let counts = report.counts;
        let walked = if options == CheckOptions::Structure { (0, 0) } else { (5, 7) };
        assert_eq!((counts.snapshots, counts.objects), (2, before.len() as u64));
        assert_eq!((counts.trees, counts.entries), walked);
        let bytes: u64 = before.iter().filter(|(key, _)| key.area() == Area::Packs).map(|(_, bytes)| bytes.len() as u64).sum();
        assert_eq!((counts.bytes_read, counts.pack_bytes), (if options == DEEP { bytes } else { 0 }, bytes));
        assert_eq!(counts.packs_read, if options == DEEP { counts.packs } else { 0 });
    }
    assert_eq!(store.mutations(), 0);
    assert_eq!(store.inner().objects(), before);
}

/// The paths that some finding touches.
fn touched(report: &CheckReport) -> Vec<Affected> {
    let mut touched: Vec<_> = report.findings.iter().flat_map(|finding| finding.affected.clone()).collect();
    touched.sort();
    touched.dedup();
    touched
}

fn places(small: &support::Small, places: &[(usize, &str)]) -> Vec<Affected> {
    let place = |(snapshot, path): &(usize, &str)| Affected { snapshot: small.snapshots[*snapshot].id, path: path.as_bytes().to_vec() };
    let mut places: Vec<_> = places.iter().map(place).collect();
    places.sort();
    places
}

#[test]
fn a_pack_that_is_gone_names_the_files_of_all_snapshots_that_need_it() {
    let small = small();
    // The pack that was put by hand holds only what changed in `/books/a`.
    let by_hand = key_of(&small.store, Area::Packs, |bytes| bytes[32..48] == [9; 16]);
    let store = copy(&small.store);
    assert!(store.delete(&by_hand[0]));
    let report = check(&open(store, &small.credential).unwrap(), SHALLOW).unwrap();
    assert_eq!(touched(&report), places(small, &[(1, "/books/a")]));

    // The first session's data pack holds the origin, and everything else.
    let first = small.snapshots[0].id;
    let is_data = |bytes: &[u8]| bytes[32..48] == first.0 && bytes[8] == 4;
    let store = copy(&small.store);
    let data = key_of(&store, Area::Packs, is_data);
    assert!(store.delete(&data[0]));
    let report = check(&open(store, &small.credential).unwrap(), SHALLOW).unwrap();
    let all = [(0, "/books/a"), (0, "/books/shared/b"), (1, "/books/a"), (1, "/books/shared/b")];
    assert_eq!(touched(&report), places(small, &all));
    let finding = report.findings.iter().find(|finding| finding.object == data[0].to_string()).unwrap();
    assert_eq!((finding.what.as_str(), finding.dossiers.as_slice()), ("it is not there", ["SHARED".to_owned()].as_slice()));
    assert!(finding.affected_count >= 3, "{finding:?}");
}

#[test]
fn a_rotten_block_is_found_by_reading_and_names_its_files() {
    let small = small();
    let store = copy(&small.store);
    let by_hand = &key_of(&store, Area::Packs, |bytes| bytes[32..48] == [9; 16])[0];
    let mut bytes = store.objects()[by_hand].to_vec();
    bytes[200] ^= 1;
    store.replace(by_hand.clone(), bytes);
    let repository = open(store, &small.credential).unwrap();
    assert!(check(&repository, SHALLOW).unwrap().is_sound());
    let report = check(&repository, DEEP).unwrap();
    let whats: Vec<_> = report.findings.iter().map(|finding| finding.what.as_str()).collect();
    assert!(whats.iter().any(|what| what.starts_with("block 0: ")), "{whats:?}");
    assert!(report.findings.iter().all(|finding| finding.object == by_hand.to_string()), "{report:?}");
    assert_eq!(touched(&report), places(small, &[(1, "/books/a")]));
}

#[test]
fn a_damaged_tree_names_its_directory() {
    let small = small();
    let store = copy(&small.store);
    let first = small.snapshots[0].id;
    let trees = key_of(&store, Area::Packs, |bytes| bytes[32..48] == first.0 && bytes[8] == 5);
    let mut bytes = store.objects()[&trees[0]].to_vec();
    bytes[200] ^= 1;
    store.replace(trees[0].clone(), bytes);
    let report = check(&open(store, &small.credential).unwrap(), SHALLOW).unwrap();
    assert_eq!(touched(&report), places(small, &[(0, "/"), (1, "/books/shared")]));
    assert_eq!(report.findings[0].dossiers, ["SHARED"]);
}

/// A chunk whose description lies: the bytes authenticate, and are another chunk's.
#[test]
fn chunks_that_are_not_what_their_name_says_are_found_by_reading() {
    let (store, credential) = empty();
    let (good, other) = (noise(1, 900), noise(2, 900));
    let lie = Chunk {
        kind: ChunkKind::Data,
        id: data_id(&credential, &good),
        length: 900,
        extents: vec![Extent::Literal { block: 0, offset: 0, length: 900 }],
    };
    let pack = put_pack(&store, &credential, &[&other], &[lie]);
    let repository = open(store, &credential).unwrap();
    let session = repository.begin(Whoami::default()).unwrap();
    let file = content(&[(put(&session, ChunkKind::Data, &good), &good)]);
    let (root, evidence) = put_directory(&session, &[entry("lie", Node::File(file))]);
    let snapshot = session.commit(draft(root, evidence, 1)).unwrap().0;
    assert!(check(&repository, SHALLOW).unwrap().is_sound());
    let report = check(&repository, DEEP).unwrap();
    assert_eq!(report.findings.len(), 1);
    assert!(report.findings[0].object.ends_with(&pack.to_string()));
    assert_eq!(touched(&report), [Affected { snapshot: snapshot.id, path: b"/lie".to_vec() }]);
}

#[test]
fn an_origin_that_is_not_literal_is_refused() {
    let (store, credential) = empty();
    let (one, two, three) = (noise(1, 800), noise(2, 900), noise(3, 1000));
    let id = |bytes: &[u8]| data_id(&credential, bytes);
    let chunk = |bytes: &[u8], origin: &[u8], block| Chunk {
        kind: ChunkKind::Data,
        id: id(bytes),
        length: u32::try_from(bytes.len()).unwrap(),
        extents: vec![
            Extent::Origin { id: id(origin), offset: 0, length: 500 },
            Extent::Literal { block, offset: 500, length: u32::try_from(bytes.len()).unwrap() - 500 },
        ],
    };
    put_pack(&store, &credential, &[&two, &three], &[chunk(&two, &one, 0), chunk(&three, &two, 1)]);
    let repository = open(store.clone(), &credential).unwrap();
    let session = repository.begin(Whoami::default()).unwrap();
    put(&session, ChunkKind::Data, &one);
    let file = content(&[(liasse_repo::format::content::ChunkRef { id: id(&three), length: 1000 }, &three)]);
    let (root, evidence) = put_directory(&session, &[entry("chain", Node::File(file))]);
    session.commit(draft(root, evidence, 1)).unwrap();
    let report = check(&open(store, &credential).unwrap(), SHALLOW).unwrap();
    assert_eq!(report.findings.len(), 1);
    assert!(report.findings[0].what.contains("not literal"), "{report:?}");
    assert_eq!(report.findings[0].affected[0].path, b"/chain");
}

#[test]
fn evidence_is_held_against_the_entries() {
    let (store, credential) = empty();
    let repository = open(store, &credential).unwrap();
    for (wrong_root, expected) in [(true, "directory / "), (false, "directory /within ")] {
        let session = repository.begin(Whoami::default()).unwrap();
        let bytes = noise(u64::from(wrong_root), 300);
        let file = content(&[(put(&session, ChunkKind::Data, &bytes), &bytes)]);
        let (within, mut evidence) = put_directory(&session, &[entry("file", Node::File(file))]);
        evidence.0[0] ^= u8::from(!wrong_root);
        let (root, mut evidence) = put_directory(&session, &[entry("within", Node::Directory { tree: within, evidence })]);
        evidence.0[0] ^= u8::from(wrong_root);
        let id = session.commit(draft(root, evidence, 1)).unwrap().0.id;
        let report = check(&repository, SHALLOW).unwrap();
        let finding = report.findings.iter().find(|finding| finding.object == format!("snapshots/{id}")).unwrap();
        assert!(finding.what.contains(expected), "{finding:?}");
    }
}

#[test]
fn hard_links_that_do_not_agree_are_told_also_across_shared_trees() {
    let (store, credential) = empty();
    let repository = open(store, &credential).unwrap();
    let session = repository.begin(Whoami::default()).unwrap();
    let link = |name: &str, group, mode| {
        let mut link = entry(name, Node::Fifo);
        (link.metadata.hard_link, link.metadata.mode) = (Some(group), mode);
        link
    };
    let (within, within_evidence) = put_directory(&session, &[link("a", 1, 0o600), link("b", 2, 0o600)]);
    let node = Node::Directory { tree: within, evidence: within_evidence };
    let (root, evidence) = put_directory(&session, &[link("c", 1, 0o600), entry("d", node.clone())]);
    session.commit(draft(root, evidence, 1)).unwrap();
    assert_eq!(check(&repository, SHALLOW).unwrap().notes, []);
    let session = repository.begin(Whoami::default()).unwrap();
    let (root, evidence) = put_directory(&session, &[entry("d", node), link("e", 2, 0o644)]);
    session.commit(draft(root, evidence, 2)).unwrap();
    let report = check(&repository, SHALLOW).unwrap();
    assert_eq!(report.findings.len(), 1);
    assert!(report.findings[0].what.contains("group 2"), "{report:?}");
}

#[test]
fn a_tree_of_any_depth_is_followed() {
    let (store, credential) = empty();
    let repository = open(store, &credential).unwrap();
    let session = repository.begin(Whoami::default()).unwrap();
    let (mut tree, mut evidence) = put_directory(&session, &[entry("bottom", Node::Fifo)]);
    for _ in 0..6_000 {
        (tree, evidence) = put_directory(&session, &[entry("d", Node::Directory { tree, evidence })]);
    }
    session.commit(draft(tree, evidence, 1)).unwrap();
    let report = check(&repository, SHALLOW).unwrap();
    assert!(report.is_sound() && report.counts.trees == 6_001, "{report:?}");
}

#[test]
fn without_a_reader_key_it_says_what_it_could_not_look_into() {
    let small = small();
    let store = copy(&small.store);
    let mut owner = open(store.clone(), &small.credential).unwrap();
    let writer = owner.add_key(Role::Writer, "till", &Handover::Credential).unwrap().credential.unwrap();
    let writer = open(store.clone(), &writer).unwrap();
    let report = check(&writer, DEEP).unwrap();
    assert!(report.is_sound() && report.not_checked.is_some(), "{report:?}");
    let pack = &key_of(&store, Area::Packs, |_| true)[0];
    let mut bytes = store.objects()[pack].to_vec();
    bytes[200] ^= 1;
    store.replace(pack.clone(), bytes);
    assert!(check(&writer, SHALLOW).unwrap().is_sound());
    assert_eq!(check(&writer, DEEP).unwrap().findings[0].object, pack.to_string());
}

#[test]
fn a_listing_that_fails_is_an_error() {
    let small = small();
    let store = Faulty::new(copy(&small.store));
    let repository = open(store.clone(), &small.credential).unwrap();
    store.reset();
    check(&repository, DEEP).unwrap();
    let lists = store.count(Operation::List);
    for n in 1..=lists {
        store.reset();
        store.arm(Fault { trigger: Trigger::Nth(Operation::List, n), kind: liasse_repo::store::ErrorKind::Io, applied: false });
        assert!(matches!(check(&repository, DEEP), Err(Error::Store(_))), "list {n} of {lists}");
    }
}

#[test]
fn a_read_that_fails_is_damage_of_that_object_and_does_not_stop_the_check() {
    let small = small();
    let store = Faulty::new(copy(&small.store));
    let repository = open(store.clone(), &small.credential).unwrap();
    for (operation, depth) in [Operation::Get, Operation::ReadAt].iter().flat_map(|op| [(*op, DEEP), (*op, CheckOptions::Structure)]) {
        store.reset();
        check(&repository, depth).unwrap();
        for n in 1..=store.count(operation) {
            store.reset();
            store.arm(Fault { trigger: Trigger::Nth(operation, n), kind: liasse_repo::store::ErrorKind::Io, applied: false });
            let report = check(&repository, depth).unwrap();
            assert!(!report.is_sound(), "{operation:?} {n} {depth:?}");
        }
    }
    assert_eq!(store.mutations(), 0);
}

#[test]
fn it_stops_when_asked() {
    let small = small();
    let stop = Stop::new();
    stop.stop();
    let repository = open(copy(&small.store), &small.credential).unwrap();
    assert!(matches!(repository.check(&DEEP, &Silent, &stop), Err(Error::Interrupted)));
}

#[test]
fn what_is_none_of_the_repositorys_is_noted() {
    let small = small();
    let store = copy(&small.store);
    let foreign = [(Area::Snapshots, "thumbs"), (Area::Packs, "abcd"), (Area::Plans, "x"), (Area::Index, "0"), (Area::Config, "01")];
    for (area, name) in foreign {
        store.replace(Key::new(area, name).unwrap(), *b"whatever");
    }
    let repository = open(store, &small.credential).unwrap();
    let report = check(&repository, DEEP).unwrap();
    assert_eq!(report.findings, []);
    assert_eq!(report.notes.iter().filter(|note| note.what.contains("never read")).count(), foreign.len());
    // And nobody else minds them.
    assert!(repository.snapshots().unwrap().bad.is_empty());
    let session = repository.begin(Whoami::default()).unwrap();
    assert!(!session.put(ChunkKind::Data, &small.chunks[0].2).unwrap().new);
}

#[test]
fn chains_of_snapshots_are_held_up() {
    let small = small();
    let store = copy(&small.store);
    let repository = open(store.clone(), &small.credential).unwrap();
    // Forgotten: no damage, but told.
    let first = Key::new(Area::Snapshots, &small.snapshots[0].id.to_string()).unwrap();
    let bytes = store.objects()[&first].clone();
    store.delete(&first);
    let report = check(&repository, SHALLOW).unwrap();
    assert!(report.is_sound() && report.notes.iter().any(|note| note.what.contains("not there")), "{report:?}");
    // A fork: two writers of one key begin at the same time.
    store.replace(first, bytes);
    let sessions = [(); 2].map(|()| repository.begin(Whoami::default()).unwrap());
    for session in sessions {
        let (root, evidence) = put_directory(&session, &[entry("pipe", Node::Fifo)]);
        session.commit(draft(root, evidence, 5000)).unwrap();
    }
    let report = check(&repository, SHALLOW).unwrap();
    assert_eq!(report.notes.iter().filter(|note| note.what.contains("fork")).count(), 2, "{report:?}");
    assert!(report.is_sound());
}

#[test]
fn stats_count_what_is_there() {
    let small = small();
    let mut store = small.store.clone();
    for without_segments in [false, true] {
        if without_segments {
            store = copy(&store);
            key_of(&store, Area::Index, |_| true).iter().for_each(|key| assert!(store.delete(key)));
        }
        let stats = open(store.clone(), &small.credential).unwrap().stats().unwrap();
        assert_eq!((stats.snapshots, stats.first, stats.last), (2, Some(support::time(1000)), Some(support::time(1001))));
        assert_eq!(stats.latest.unwrap().id, small.snapshots[1].id);
        let data: u64 = small.chunks.iter().map(|(_, chunk, _)| u64::from(chunk.length)).sum();
        // Five directories besides.
        assert_eq!(stats.chunks, small.chunks.len() as u64 + 5);
        assert!(stats.chunk_bytes > data && stats.chunk_bytes - stats.literal_bytes == 1200, "{stats:?}");
        let packs = stats.areas.iter().find(|area| area.area == Area::Packs).unwrap();
        assert_eq!((packs.bytes, packs.objects), (stats.stored_bytes, 4));
        assert!(stats.ratio().unwrap() > 0.1 && stats.unreadable == 0);
    }
}

/// A file whose list of chunks is itself stored: the list is followed, and damage to it names the file.
#[test]
fn stored_lists_are_followed() {
    let (store, credential) = empty();
    let repository = open(store.clone(), &credential).unwrap();
    let session = repository.begin(Whoami::default()).unwrap();
    let data: Vec<Vec<u8>> = (0..1030).map(|n| noise(n, 20)).collect();
    let refs: Vec<_> = data.iter().map(|bytes| put(&session, ChunkKind::Data, bytes)).collect();
    let mut list = Vec::new();
    refs.iter().for_each(|chunk| put_list_item(chunk, &mut list));
    // Cut within an item.
    let lists: Vec<_> = [&list[..20_000], &list[20_000..]].iter().map(|part| put(&session, ChunkKind::List, part)).collect();
    let id = session.id();
    session.abandon().unwrap();
    let all = data.concat();
    let long = Content { size: all.len() as u64, hash: Hash::of(&all), depth: 1, chunks: lists, holes: vec![] };
    let session = repository.begin(Whoami::default()).unwrap();
    let (root, evidence) = put_directory(&session, &[entry("long", Node::File(long))]);
    session.commit(draft(root, evidence, 1)).unwrap();
    assert!(check(&repository, DEEP).unwrap().is_sound());

    for (kind, options) in [(4, DEEP), (5, SHALLOW)] {
        let store = copy(&store);
        let pack = &key_of(&store, Area::Packs, |bytes| bytes[32..48] == id.0 && bytes[8] == kind)[0];
        let mut bytes = store.objects()[pack].to_vec();
        bytes[200] ^= 1;
        store.replace(pack.clone(), bytes);
        let report = check(&open(store, &credential).unwrap(), options).unwrap();
        assert!(report.findings.iter().all(|finding| finding.object == pack.to_string()), "{report:?}");
        assert_eq!(touched(&report).iter().map(|place| place.path.as_slice()).collect::<Vec<_>>(), [b"/long"]);
    }
}
