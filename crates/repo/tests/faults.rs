//! Stores that fail, caches that rot, writers that meet: a session is whole or it is not there, and the next one succeeds.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::needless_for_each)]

mod support;

use std::sync::Arc;

use liasse_repo::format::content::ChunkRef;
use liasse_repo::format::pack::ChunkKind;
use liasse_repo::format::tree::Node;
use liasse_repo::store::{Area, ErrorKind, Fault, Faulty, Memory, Operation, Store, Trigger};
use liasse_repo::{Error, Repository, Result, Scratch, Snapshot, Whoami};
use support::{DEEP, Small, check, content, copy, draft, entry, noise, open, put_directory, small};

/// Three chunks of a MiB each, so that blocks are sealed while chunks are still put; and one that is there already.
fn chunks(seed: u64) -> Vec<Vec<u8>> {
    let mut chunks: Vec<_> = (0..3).map(|n| noise(1000 + seed * 10 + n, 1 << 20)).collect();
    chunks.push(small().chunks[0].2.clone());
    chunks
}

/// A session that stores `chunks`. With `careless`, it goes on after a chunk that could not be put.
fn backup(repository: &Repository, chunks: &[Vec<u8>], careless: bool) -> Result<Snapshot> {
    let session = repository.begin(Whoami::default())?;
    let mut refs: Vec<(ChunkRef, &[u8])> = Vec::new();
    for chunk in chunks {
        match session.put(ChunkKind::Data, chunk) {
            Ok(stored) => refs.push((stored.chunk, chunk)),
            Err(error) if !careless => return Err(error),
            Err(_) => {}
        }
    }
    let (root, evidence) = {
        let file = content(&refs);
        let (stream, evidence) = support::directory(&[entry("file", Node::File(file))]);
        let chunk = session.put(ChunkKind::Tree, &stream)?.chunk;
        (content(&[(chunk, &stream)]), evidence)
    };
    session.commit(draft(root, evidence, 2000)).map(|(snapshot, _)| snapshot)
}

/// Everything that any snapshot holds comes back, and nothing is damaged.
fn assert_whole(store: &Memory, snapshots: usize, chunks: &[Vec<u8>], context: &str) {
    let small = small();
    let repository = open(store.clone(), &small.credential).unwrap();
    assert_eq!(repository.snapshots().unwrap().good.len(), snapshots, "{context}");
    let report = check(&repository, DEEP).unwrap();
    assert!(report.is_sound(), "{context}: {report:?}");
    let reader = repository.reader().unwrap();
    let (mut scratch, mut out) = (Scratch::new().unwrap(), Vec::new());
    let known = small.chunks.iter().map(|(_, chunk, bytes)| (*chunk, bytes));
    let id = |bytes: &[u8]| ChunkRef { id: support::data_id(&small.credential, bytes), length: u32::try_from(bytes.len()).unwrap() };
    for (chunk, bytes) in known.chain(chunks.iter().map(|bytes| (id(bytes), bytes))) {
        assert_eq!(&*reader.chunk(ChunkKind::Data, &chunk, &mut scratch, &mut out).unwrap(), bytes.as_slice(), "{context}");
    }
}

fn mutations_of_a_session() -> u64 {
    let store = Faulty::new(copy(&small().store));
    backup(&open(store.clone(), &small().credential).unwrap(), &chunks(0), false).unwrap();
    store.mutations()
}

/// Fails a session at every mutation in turn.
fn fail_everywhere(careless: bool, applied: bool, trigger: impl Fn(u64) -> Trigger, kind: ErrorKind) {
    let most = mutations_of_a_session();
    assert!(most > 10, "{most}");
    for n in 1..=most {
        let context = format!("mutation {n} of {most}, careless {careless}, applied {applied}, {kind:?}");
        let store = Faulty::new(copy(&small().store));
        let repository = open(store.clone(), &small().credential).unwrap();
        store.arm(Fault { trigger: trigger(n), kind, applied });
        let result = backup(&repository, &chunks(0), careless);
        let committed = repository.snapshots().unwrap().good.len() - 2;
        match &result {
            // Leftovers and an intent that stay are litter.
            Ok(_) => assert!((n == 1 || n == most) && committed == 1, "{context}"),
            Err(Error::Store(error)) => assert_eq!(error.kind(), kind, "{context}"),
            Err(error) => panic!("{context}: {error}"),
        }
        // Only when the answer to the commit itself is lost, it may have happened.
        let lost_answer = applied && n + 1 >= most;
        assert!(result.is_ok() || committed == 0 || lost_answer, "{context}: it failed and is there");
        store.heal();
        assert_whole(store.inner(), 2 + committed, &[], &context);
        backup(&repository, &chunks(0), false).unwrap();
        assert_whole(store.inner(), 3 + committed, &chunks(0), &context);
    }
}

#[test]
fn a_full_disk_at_any_step_commits_nothing_and_blocks_nothing_later() {
    fail_everywhere(false, false, Trigger::MutationsFrom, ErrorKind::Full);
}

#[test]
fn one_failure_at_any_step_commits_nothing() {
    fail_everywhere(false, false, Trigger::Mutation, ErrorKind::Io);
}

#[test]
fn a_failure_whose_effect_took_place_commits_nothing_that_is_not_whole() {
    fail_everywhere(false, true, Trigger::Mutation, ErrorKind::Io);
}

/// A caller that overlooks an error must not get a snapshot with holes.
#[test]
fn a_chunk_that_could_not_be_put_is_never_committed() {
    fail_everywhere(true, false, Trigger::Mutation, ErrorKind::Full);
}

#[test]
fn a_read_or_listing_that_fails_commits_nothing_that_is_not_whole() {
    for operation in [Operation::List, Operation::Get, Operation::ReadAt, Operation::Size] {
        let store = Faulty::new(copy(&small().store));
        let repository = open(store.clone(), &small().credential).unwrap();
        store.reset();
        backup(&repository, &chunks(0), false).unwrap();
        for n in 1..=store.count(operation) {
            let context = format!("{operation:?} {n}");
            let store = Faulty::new(copy(&small().store));
            let repository = open(store.clone(), &small().credential).unwrap();
            store.reset();
            store.arm(Fault { trigger: Trigger::Nth(operation, n), kind: ErrorKind::Io, applied: false });
            let result = backup(&repository, &chunks(0), false);
            assert!(result.is_err() || operation != Operation::List, "{context}");
            store.heal();
            assert_whole(store.inner(), 2 + usize::from(result.is_ok()), &[], &context);
        }
    }
}

/// What a store must never do: it costs space, and no data.
#[test]
fn listings_that_are_cut_short_lose_nothing() {
    for limit in 0..4 {
        let store = Faulty::new(copy(&small().store));
        let repository = open(store.clone(), &small().credential).unwrap();
        store.truncate_lists(limit);
        backup(&repository, &chunks(0), false).unwrap();
        store.heal();
        assert_whole(store.inner(), 3, &chunks(0), &format!("lists of {limit}"));
    }
}

#[test]
fn two_writers_that_store_the_same_at_the_same_time_both_commit() {
    let store = copy(&small().store);
    let (mine, theirs) = (chunks(1), [chunks(1), chunks(2)].concat());
    std::thread::scope(|scope| {
        for chunks in [&mine, &theirs] {
            let store = store.clone();
            scope.spawn(move || backup(&open(store, &small().credential).unwrap(), chunks, false).unwrap());
        }
    });
    assert_whole(&store, 4, &theirs, "two writers");
    let repository = open(store, &small().credential).unwrap();
    let session = repository.begin(Whoami::default()).unwrap();
    assert!(theirs.iter().all(|chunk| !session.put(ChunkKind::Data, chunk).unwrap().new));
}

/// The cache may rot; the repository may not, and what is read is right.
#[test]
fn a_rotten_cache_changes_nothing() {
    let small = small();
    let folder = tempfile::tempdir().unwrap();
    let store = copy(&small.store);
    let with_cache = |store: &Memory| open(store.clone(), &small.credential).unwrap().with_cache(folder.path());
    backup(&with_cache(&store), &chunks(0), false).unwrap();
    let before = store.objects();
    let file = with_cache(&store).cache().unwrap().join("index.redb");
    let sound = std::fs::read(&file).unwrap();
    // What is in use lies anywhere in a file that is mostly empty: pages with something in them are sampled densely.
    let used: Vec<usize> = (0..sound.len()).filter(|at| sound[*at] != 0).collect();
    let cases = used.iter().step_by(101).copied().chain((0..sound.len()).step_by(50_021)).chain(0..64);
    let known: Vec<Vec<u8>> = small.chunks.iter().map(|(_, _, bytes)| bytes.clone()).chain(chunks(0)).collect();
    for at in cases {
        let mut bytes = sound.clone();
        bytes[at] ^= 1 << (at % 8);
        std::fs::write(&file, &bytes).unwrap();
        read_right(small, &with_cache(&store), &known, at);
        assert_eq!(store.objects(), before, "byte {at}: reading changed the repository");
    }
    // Writing beside a rotten cache.
    for at in used.iter().step_by(101 * 16).copied() {
        let mut bytes = sound.clone();
        bytes[at] ^= 1 << (at % 8);
        std::fs::write(&file, &bytes).unwrap();
        let store = copy(&store);
        backup(&with_cache(&store), &chunks(3), false).unwrap();
        assert!(before.iter().all(|(key, bytes)| store.objects().get(key) == Some(bytes)), "byte {at}");
        assert_whole(&store, 4, &chunks(3), &format!("cache byte {at}"));
        read_right(small, &with_cache(&store), &known, at);
    }
}

fn read_right(small: &Small, repository: &Repository, known: &[Vec<u8>], at: usize) {
    let reader = repository.reader().unwrap();
    let (mut scratch, mut out) = (Scratch::new().unwrap(), Vec::new());
    for bytes in known {
        let chunk = ChunkRef { id: support::data_id(&small.credential, bytes), length: u32::try_from(bytes.len()).unwrap() };
        let read = reader.chunk(ChunkKind::Data, &chunk, &mut scratch, &mut out);
        assert_eq!(&*read.unwrap_or_else(|error| panic!("byte {at}: {error}")), bytes.as_slice(), "byte {at}");
    }
}

/// A mutation that the loops above count is one that a session makes: were the numbers off, they would test nothing.
#[test]
fn a_session_mutates_as_often_as_is_tested() {
    let store = Faulty::new(copy(&small().store));
    let repository =
        Repository::open(Arc::new(store.clone()), &liasse_repo::Unlock::Credential(small().credential.clone().into())).unwrap();
    backup(&repository, &chunks(0), false).unwrap();
    assert_eq!(store.count(Operation::Put), 3, "intent, segment, snapshot");
    assert_eq!((store.count(Operation::Publish), store.count(Operation::Remove), store.count(Operation::Sweep)), (2, 1, 1));
    assert_eq!(store.list(Area::Intents).unwrap().len(), 1, "the one that was there");
    let session = repository.begin(Whoami::default()).unwrap();
    put_directory(&session, &[entry("x", Node::Fifo)]);
}
