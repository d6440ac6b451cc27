//! What a session tells those who use it: what it stored, what may be referred to, and what goes into the snapshot.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use std::sync::OnceLock;
use std::time::Duration;

use liasse_repo::format::content::ChunkRef;
use liasse_repo::format::ids::{Hash, ObjectName, SessionId};
use liasse_repo::format::pack::ChunkKind;
use liasse_repo::format::tree::Node;
use liasse_repo::store::{Area, ErrorKind, Fault, Faulty, Key, Memory, Operation, Store, Trigger};
use liasse_repo::{Draft, Error, Repository, Session, Snapshot, Whoami};
use support::{copy, data_id, draft, empty, entry, noise, open, put, put_directory, put_plan};

/// An empty repository. To make one takes a password's derivation each time, so that it is made once and copied.
fn fresh() -> (Memory, Vec<u8>) {
    static EMPTY: OnceLock<(Memory, Vec<u8>)> = OnceLock::new();
    let (store, credential) = EMPTY.get_or_init(empty);
    (copy(store), credential.clone())
}

fn draft_of(session: &Session<'_>) -> Draft {
    let (root, evidence) = put_directory(session, &[entry("pipe", Node::Fifo)]);
    draft(root, evidence, 1000)
}

/// A snapshot of a session that stores these chunks.
fn store_all(repository: &Repository, chunks: &[&[u8]]) -> (Snapshot, Vec<ObjectName>) {
    let session = repository.begin(Whoami::default()).unwrap();
    for bytes in chunks {
        put(&session, ChunkKind::Data, bytes);
    }
    let draft = draft_of(&session);
    session.commit(draft).unwrap()
}

fn packs(store: &impl Store) -> Vec<ObjectName> {
    store.list(Area::Packs).unwrap().iter().map(|pack| ObjectName::from_hex(&pack.name).unwrap()).collect()
}

fn reference(credential: &[u8], bytes: &[u8]) -> ChunkRef {
    ChunkRef { id: data_id(credential, bytes), length: u32::try_from(bytes.len()).unwrap() }
}

#[test]
fn a_snapshot_says_what_was_added_stored_and_how_long_it_took() {
    let (store, credential) = fresh();
    let repository = open(store.clone(), &credential).unwrap();
    let (one, two) = (noise(1, 700_000), noise(2, 3_000_000));
    let session = repository.begin(Whoami::default()).unwrap();
    assert_eq!((session.added(), session.stored()), (0, 0));
    let new = session.put(ChunkKind::Data, &one).unwrap();
    assert_eq!((new.chunk, new.new, new.added), (reference(&credential, &one), true, 700_000));
    let again = session.put(ChunkKind::Data, &one).unwrap();
    assert_eq!((again.chunk, again.new, again.added), (new.chunk, false, 0));
    let mut files = session.files();
    assert!(files.put(&two).unwrap().new);
    assert!(!files.put(&two).unwrap().new && !files.put(&one).unwrap().new);
    drop(files);
    assert_eq!(session.added(), 3_700_000);
    let mut draft = draft_of(&session);
    let tree = u64::from(draft.root.chunks[0].length);
    draft.statistics.duration_ms = u64::MAX;
    let (snapshot, usable) = session.commit(draft).unwrap();
    let written: u64 = [Area::Packs, Area::Index].map(|area| store.list(area).unwrap()).iter().flatten().map(|listed| listed.size).sum();
    let said = snapshot.record.statistics;
    assert_eq!((said.added, said.stored), (3_700_000 + tree, written));
    assert!(said.duration_ms < 3_600_000);
    assert_eq!(usable, packs(&store), "what it wrote may be referred to");
    assert_eq!(store_all(&repository, &[&noise(3, 1000)]).1, packs(&store), "and what was there");
}

#[test]
fn records_of_a_writer_are_numbered_and_chained() {
    let (store, credential) = fresh();
    let repository = open(store.clone(), &credential).unwrap();
    let [one, two, three] = [1, 2, 3].map(|n| store_all(&repository, &[&noise(n, 1000)]).0);
    assert_eq!([&one, &two, &three].map(|snapshot| snapshot.record.sequence), [1, 2, 3]);
    assert_eq!([&one, &two, &three].map(|snapshot| snapshot.record.previous), [Hash::NONE, one.hash, two.hash]);
}

#[test]
fn who_is_at_work_can_be_seen_until_the_work_is_done() {
    let (store, credential) = fresh();
    let repository = open(store.clone(), &credential).unwrap();
    let session = repository.begin(Whoami::default()).unwrap();
    let intents = || store.list(Area::Intents).unwrap().into_iter().map(|listed| listed.name).collect::<Vec<_>>();
    assert_eq!(intents(), [session.id().to_string()]);
    assert_ne!(session.id(), SessionId::NONE);
    assert_eq!(session.repository().id(), repository.id());
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    assert_eq!(session.threads(), cores.min(16));
    session.abandon().unwrap();
    assert_eq!(intents(), [""; 0]);
}

#[test]
fn what_may_be_referred_to_is_there_with_that_length() {
    let (store, credential) = fresh();
    let repository = open(store.clone(), &credential).unwrap();
    let (there, fresh, absent) = (noise(1, 5000), noise(2, 5000), noise(3, 5000));
    store_all(&repository, &[&there]);
    let session = repository.begin(Whoami::default()).unwrap();
    put(&session, ChunkKind::Data, &fresh);
    let reusable = |bytes: &[u8]| session.reusable(ChunkKind::Data, &reference(&credential, bytes)).unwrap();
    assert_eq!([&there, &fresh, &absent].map(|bytes| reusable(bytes)), [true, true, false]);
    let longer = ChunkRef { length: 5001, ..reference(&credential, &there) };
    assert!(!session.reusable(ChunkKind::Data, &longer).unwrap());
    assert!(!session.reusable(ChunkKind::Tree, &reference(&credential, &there)).unwrap(), "as another kind it is another chunk");
    assert!(session.nothing_planned());
    let all = packs(&store);
    assert!(session.all_usable(all.iter()) && session.all_usable([].iter()));
    assert!(!session.all_usable(all.iter().chain([&ObjectName([7; 32])])), "one is not there");
}

/// A plan that names very many packs is no reason to store everything again.
#[test]
fn what_a_plan_may_delete_is_stored_again_and_nothing_else() {
    let (store, credential) = fresh();
    let repository = open(store.clone(), &credential).unwrap();
    let (planned, kept) = (noise(1, 5000), noise(2, 5000));
    store_all(&repository, &[&planned]);
    let before = packs(&store);
    store_all(&repository, &[&kept]);
    let many = (0..140_000_u32).map(|n| ObjectName::of(&n.to_le_bytes()));
    put_plan(&store, &credential, before.iter().copied().chain(many).collect());
    let session = repository.begin(Whoami::default()).unwrap();
    assert!(!session.nothing_planned());
    assert!(!session.all_usable(before.iter()));
    assert!(session.put(ChunkKind::Data, &planned).unwrap().new);
    assert!(!session.put(ChunkKind::Data, &kept).unwrap().new);
}

#[test]
fn a_plan_that_cannot_be_understood_may_delete_everything() {
    let (store, credential) = fresh();
    let repository = open(store.clone(), &credential).unwrap();
    let bytes = noise(1, 5000);
    store_all(&repository, &[&bytes]);
    let plan = Key::new(Area::Plans, &SessionId([8; 16]).to_string()).unwrap();
    store.replace(plan, b"no plan".to_vec());
    store.replace(Key::new(Area::Plans, "ab").unwrap(), b"not the name of one either".to_vec());
    let session = repository.begin(Whoami::default()).unwrap();
    assert!(!session.nothing_planned());
    assert!(session.put(ChunkKind::Data, &bytes).unwrap().new);
    drop(session);

    // That the storage fails is another thing, and is told.
    let faulty = Faulty::new(store);
    let repository = open(faulty.clone(), &credential).unwrap();
    faulty.reset();
    drop(repository.begin(Whoami::default()).unwrap());
    let first = (1..=faulty.count(Operation::Get)).map(|n| {
        faulty.reset();
        faulty.arm(Fault { trigger: Trigger::Nth(Operation::Get, n), kind: ErrorKind::Io, applied: false });
        let begun = repository.begin(Whoami::default()).map(drop);
        faulty.heal();
        begun
    });
    let first: Vec<_> = first.collect();
    assert!(first.iter().any(|begun| matches!(begun, Err(Error::Store(error)) if error.object().starts_with("plans/"))), "{first:?}");
}

#[test]
fn a_dry_session_says_what_would_be_stored_and_stores_nothing() {
    let (store, credential) = fresh();
    let repository = open(store.clone(), &credential).unwrap();
    let known = noise(1, 5000);
    store_all(&repository, &[&known]);
    let before = store.objects();
    let session = repository.begin_dry(Whoami::default()).unwrap();
    assert!(!session.put(ChunkKind::Data, &known).unwrap().new);
    assert!(session.put(ChunkKind::Data, &noise(2, 3_000_000)).unwrap().new);
    assert!(session.files().put(&noise(3, 3_000_000)).unwrap().new);
    assert_eq!(session.added(), 6_000_000);
    let draft = draft_of(&session);
    assert!(matches!(session.commit(draft), Err(Error::Internal(_))));
    assert!(store.objects() == before);
}

/// What a session wrote goes into the cache, so that the next one need not read it.
#[test]
fn the_next_session_reads_no_segment_that_this_one_wrote() {
    let (store, credential) = fresh();
    let faulty = Faulty::new(store);
    let cache = tempfile::tempdir().unwrap();
    let cached = open(faulty.clone(), &credential).unwrap().with_cache(cache.path());
    store_all(&cached, &[&noise(1, 5000)]);
    store_all(&cached, &[&noise(2, 5000)]);
    let reads = |repository: &Repository| {
        faulty.reset();
        let session = repository.begin(Whoami::default()).unwrap();
        assert!(!session.put(ChunkKind::Data, &noise(2, 5000)).unwrap().new);
        faulty.count(Operation::Get)
    };
    assert!(reads(&cached) <= 1, "nothing but the record of the snapshot before");
    assert!(reads(&open(faulty.clone(), &credential).unwrap()) >= 2, "two segments");
}

/// Small chunks join blocks, and each thread's files lie together; nothing of that may cost a byte.
#[test]
fn files_of_many_threads_come_back() {
    let (store, credential) = fresh();
    let repository = open(store.clone(), &credential).unwrap();
    let files: Vec<Vec<u8>> = (0..117).map(|n| noise(n, 1 + usize::try_from(n).unwrap() * 1777)).collect();
    let session = repository.begin(Whoami::default()).unwrap();
    let threads = session.threads();
    std::thread::scope(|scope| {
        for part in files.chunks(files.len().div_ceil(threads)) {
            let session = &session;
            scope.spawn(move || {
                let mut writer = session.files();
                for file in part {
                    assert!(writer.put(file).unwrap().new);
                    writer.end_file().unwrap();
                }
            });
        }
    });
    let draft = draft_of(&session);
    session.commit(draft).unwrap();
    let repository = open(store, &credential).unwrap();
    let reader = repository.reader().unwrap();
    let (mut scratch, mut out) = (liasse_repo::Scratch::new().unwrap(), Vec::new());
    for file in &files {
        assert!(&*reader.chunk(ChunkKind::Data, &reference(&credential, file), &mut scratch, &mut out).unwrap() == file.as_slice());
    }
}

/// Apart from each other they would not compress, and each would cost a seal.
#[test]
fn small_chunks_are_compressed_together_and_packs_are_not_too_large() {
    let (store, credential) = fresh();
    let repository = open(store.clone(), &credential).unwrap();
    let session = repository.begin(Whoami::default()).unwrap();
    let alike = noise(1, 2000);
    for n in 0..200_u32 {
        put(&session, ChunkKind::Data, &[&alike[..], &n.to_le_bytes()].concat());
    }
    session.abandon().unwrap();
    let size = |pack: &liasse_repo::store::Listed| pack.size;
    let sizes = |store: &Memory| store.list(Area::Packs).unwrap().iter().map(size).collect::<Vec<_>>();
    assert!(sizes(&store)[..].iter().sum::<u64>() < 50_000, "{:?}", sizes(&store));

    let (store, credential) = fresh();
    let repository = open(store.clone(), &credential).unwrap();
    let session = repository.begin(Whoami::default()).unwrap();
    for n in 0..40 {
        put(&session, ChunkKind::Data, &noise(n, 1 << 20));
    }
    session.abandon().unwrap();
    let sizes = sizes(&store);
    assert!(sizes.len() == 2 && sizes.iter().any(|size| (32 << 20..34 << 20).contains(size)), "{sizes:?}");
}

/// Who waits for a slow disk waits a while, and who fails while others wait lets them go.
#[test]
fn a_session_that_fails_while_others_wait_ends() {
    let (store, credential) = fresh();
    let faulty = Faulty::new(store);
    let repository = open(faulty.clone(), &credential).unwrap();
    let session = repository.begin(Whoami::default()).unwrap();
    faulty.arm(Fault { trigger: Trigger::MutationsFrom(1), kind: ErrorKind::Full, applied: false });
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        for thread in 0..session.threads() as u64 {
            let (session, tell) = (&session, tell.clone());
            scope.spawn(move || {
                let mut files = session.files();
                let stored = (0..40).try_for_each(|n| files.put(&noise(thread * 100 + n, 1 << 20)).map(drop));
                tell.send(stored.is_err()).unwrap();
            });
        }
        assert!(told.recv_timeout(Duration::from_mins(5)).unwrap());
    });
    let _: Memory = faulty.inner().clone();
    assert!(session.abandon().is_err());
}
