//! Sessions against a store in memory: what is committed comes back, what is not leaves nothing that is believed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::sync::Arc;

use liasse_repo::format::content::{ChunkRef, Content};
use liasse_repo::format::ids::{Evidence, Hash};
use liasse_repo::format::pack::ChunkKind;
use liasse_repo::format::snapshot::Statistics;
use liasse_repo::format::time::Time;
use liasse_repo::store::{Area, Memory, Store};
use liasse_repo::{Creation, Draft, Error, Repository, Scratch, Selector, Session, Unlock, Whoami};
use zeroize::Zeroizing;

const PASSWORD: &str = "correct horse";

fn password() -> Zeroizing<String> {
    Zeroizing::new(PASSWORD.to_owned())
}

fn create(store: &Memory) -> Repository {
    Repository::create(Arc::new(store.clone()), &Creation::new(password())).unwrap()
}

fn draft(session: &Session<'_>, size: usize) -> Draft {
    let tree = vec![7; size];
    let stored = session.put(ChunkKind::Tree, &tree).unwrap();
    Draft {
        time: Time::new(1_700_000_000, 0).unwrap(),
        utc_offset: 3600,
        sources: vec![b"/books".to_vec()],
        tags: vec!["b".to_owned(), "a".to_owned(), "b".to_owned()],
        reason: None,
        root: Content { size: size as u64, hash: Hash::of(&tree), depth: 0, chunks: vec![stored.chunk], holes: vec![] },
        evidence: Evidence([0; 32]),
        statistics: Statistics::default(),
        unread: vec![],
        dossiers: vec![],
        hold: None,
    }
}

/// Distinct data, half of it compressible.
fn data(seed: u64, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    let mut hasher = blake3::Hasher::new();
    hasher.update(&seed.to_le_bytes());
    hasher.finalize_xof().fill(&mut bytes[..length / 2]);
    bytes
}

#[test]
fn what_is_committed_comes_back() {
    let store = Memory::new();
    let cache = tempfile::tempdir().unwrap();
    let repository = create(&store).with_cache(cache.path());
    let chunks: Vec<Vec<u8>> = (0..400).map(|n| data(n, 100_000 + usize::try_from(n).unwrap() * 97)).collect();
    let session = repository.begin(Whoami::default()).unwrap();
    let refs: Vec<ChunkRef> = std::thread::scope(|scope| {
        let session = &session;
        let halves: Vec<_> = chunks
            .chunks(100)
            .map(|part| scope.spawn(move || part.iter().map(|c| session.put(ChunkKind::Data, c).unwrap().chunk).collect::<Vec<_>>()))
            .collect();
        halves.into_iter().flat_map(|half| half.join().unwrap()).collect()
    });
    let draft = draft(&session, 5000);
    let (snapshot, _) = session.commit(draft).unwrap();
    assert_eq!(snapshot.record.tags, ["a", "b"]);
    assert_eq!(store.list(Area::Intents).unwrap(), []);
    assert!(store.list(Area::Packs).unwrap().len() >= 2);

    for with_cache in [true, false] {
        let mut repository = Repository::open(Arc::new(store.clone()), &Unlock::Password(password())).unwrap();
        if with_cache {
            repository = repository.with_cache(cache.path());
        }
        let found = repository.snapshots().unwrap();
        assert_eq!(found.find(&Selector::Latest).unwrap(), &snapshot);
        let reader = repository.reader().unwrap();
        let mut scratch = Scratch::new().unwrap();
        let mut out = Vec::new();
        for (chunk, bytes) in refs.iter().zip(&chunks) {
            assert_eq!(&*reader.chunk(ChunkKind::Data, chunk, &mut scratch, &mut out).unwrap(), &bytes[..]);
        }
        let session = repository.begin(Whoami::default()).unwrap();
        assert!(!session.put(ChunkKind::Data, &chunks[7]).unwrap().new);
        // The same bytes of another kind are another chunk.
        assert!(session.put(ChunkKind::Tree, &chunks[7]).unwrap().new);
    }
}

#[test]
fn a_session_that_is_dropped_leaves_nothing_that_is_believed() {
    let store = Memory::new();
    let repository = create(&store);
    let before = store.objects().len();
    let session = repository.begin(Whoami::default()).unwrap();
    session.put(ChunkKind::Data, &data(1, 3_000_000)).unwrap();
    drop(session);
    assert_eq!(store.objects().len(), before);
    assert!(matches!(repository.snapshots().unwrap().find(&Selector::Latest), Err(Error::NoSnapshot { .. })));
}

#[test]
fn what_an_abandoned_session_stored_is_not_stored_again() {
    let store = Memory::new();
    let repository = create(&store);
    let bytes = data(1, 3_000_000);
    let session = repository.begin(Whoami::default()).unwrap();
    session.put(ChunkKind::Data, &bytes).unwrap();
    session.abandon().unwrap();
    // Even without its segments.
    for listed in store.list(Area::Index).unwrap() {
        store.delete(&liasse_repo::store::Key::new(Area::Index, &listed.name).unwrap());
    }
    let session = repository.begin(Whoami::default()).unwrap();
    assert!(!session.put(ChunkKind::Data, &bytes).unwrap().new);
}

#[test]
fn a_burned_session_fails_loudly() {
    let store = Memory::new();
    let repository = create(&store);
    let session = repository.begin(Whoami::default()).unwrap();
    let slot = liasse_repo::store::Key::new(Area::Snapshots, &session.id().to_string()).unwrap();
    store.put(&slot, b"a tombstone").unwrap();
    let draft = draft(&session, 100);
    assert!(matches!(session.commit(draft), Err(Error::Burned { .. })));
}

#[test]
fn each_role_may_what_it_may() {
    use liasse_repo::Handover;
    use liasse_repo::format::keys::Role;
    let store = Memory::new();
    let mut owner = create(&store);
    let writer = owner.add_key(Role::Writer, "till 1", &Handover::Credential).unwrap();
    for role in [Role::Auditor, Role::Owner] {
        let refused = owner.add_key(role, "in a file", &Handover::Credential).err();
        assert!(matches!(refused, Some(Error::CredentialRole { .. })));
    }
    let password = || Zeroizing::new("auditing".to_owned());
    let handover = Handover::Password { password: password(), kdf: liasse_repo::KdfParams::DEFAULT };
    owner.add_key(Role::Auditor, "auditor", &handover).unwrap();
    let open = |credential: Zeroizing<Vec<u8>>| Repository::open(Arc::new(store.clone()), &Unlock::Credential(credential)).unwrap();
    let writer_name = writer.name.clone();
    let credential = writer.credential.unwrap();
    let writer = open(credential.clone());
    let auditor = Repository::open(Arc::new(store.clone()), &Unlock::Password(password())).unwrap();

    let session = writer.begin(Whoami::default()).unwrap();
    let draft = draft(&session, 100);
    let (snapshot, _) = session.commit(draft).unwrap();
    assert!(matches!(writer.reader().err(), Some(Error::NotAllowed { .. })));
    assert!(matches!(auditor.begin(Whoami::default()).err(), Some(Error::NotAllowed { .. })));
    assert_eq!(auditor.snapshots().unwrap().good.len(), 1);
    let mut out = Vec::new();
    auditor.reader().unwrap().chunk(ChunkKind::Tree, &snapshot.record.root.chunks[0], &mut Scratch::new().unwrap(), &mut out).unwrap();

    // Revoked: what it signed stays; it signs no more, also when it was at work; and what is signed all the same is refused.
    let session = writer.begin(Whoami::default()).unwrap();
    let elsewhere = Memory::new();
    store.objects().into_iter().for_each(|(key, bytes)| elsewhere.replace(key, bytes));
    owner.remove_key(&writer_name[..8]).unwrap();
    let late = draft_of(&session);
    assert!(matches!(session.commit(late), Err(Error::Revoked)));
    let writer = open(credential.clone());
    assert!(matches!(writer.begin(Whoami::default()).err(), Some(Error::Revoked)));
    assert!(matches!(writer.begin_dry(Whoami::default()).err(), Some(Error::Revoked)));
    assert_eq!(owner.snapshots().unwrap().bad.len(), 0);
    let deaf = Repository::open(Arc::new(elsewhere.clone()), &Unlock::Credential(credential)).unwrap();
    let session = deaf.begin(Whoami::default()).unwrap();
    let late = draft_of(&session);
    session.commit(late).unwrap();
    elsewhere.objects().into_iter().filter(|(key, _)| key.area() == Area::Snapshots).for_each(|(key, bytes)| store.replace(key, bytes));
    let found = owner.snapshots().unwrap();
    assert_eq!(found.good, [snapshot]);
    assert!(matches!(found.bad[..], [(_, Error::Unsigned { .. })]));
}

fn draft_of(session: &Session<'_>) -> Draft {
    draft(session, 200)
}

#[test]
fn a_wrong_password_is_told_from_damage() {
    let store = Memory::new();
    create(&store);
    let wrong = Unlock::Password(Zeroizing::new("wrong".to_owned()));
    assert!(matches!(Repository::open(Arc::new(store), &wrong), Err(Error::WrongPassword { .. })));
    assert!(matches!(Repository::open(Arc::new(Memory::new()), &wrong), Err(Error::NoRepository { .. })));
}

#[test]
fn a_great_many_tiny_chunks_are_stored_in_packs_and_segments_that_keep_to_the_limits() {
    let store = Memory::new();
    let repository = create(&store);
    let session = repository.begin(Whoami::default()).unwrap();
    for n in 0..1_400_000_u32 {
        session.put(ChunkKind::Data, &n.to_le_bytes()).unwrap();
    }
    let draft = draft(&session, 100);
    session.commit(draft).unwrap();
    assert!(store.list(Area::Packs).unwrap().len() > 2);
    let session = repository.begin(Whoami::default()).unwrap();
    assert!([0, 700_000, 1_399_999_u32].iter().all(|n| !session.put(ChunkKind::Data, &n.to_le_bytes()).unwrap().new));
}

#[test]
fn a_long_unread_path_or_cause_does_not_cost_the_snapshot() {
    use liasse_repo::format::snapshot::{UNREAD_LIMIT, Unread};
    let repository = create(&Memory::new());
    let session = repository.begin(Whoami::default()).unwrap();
    let mut draft = draft(&session, 100);
    let path = b"/folder".repeat(20_000);
    draft.unread = (0..UNREAD_LIMIT + 5).map(|_| Unread { path: path.clone(), cause: "\u{e9}".repeat(90_000) }).collect();
    draft.unread[0] = Unread { path: vec![b'x'; 100_000], cause: String::new() };
    draft.statistics.unread = 1005;
    let record = session.commit(draft).unwrap().0.record;
    assert_eq!(record.unread.len(), UNREAD_LIMIT - 1, "a name without a folder is only counted");
    for unread in &record.unread {
        // What is at or below the true path is below what is left of it.
        assert!(path.starts_with(&unread.path) && path[unread.path.len()] == b'/' && unread.path.len() > 10_000);
        assert!(unread.cause.len() > 4_000 && unread.cause.chars().all(|c| c == '\u{e9}'));
    }
}

#[test]
fn what_a_writer_that_died_left_is_removed_once_it_is_old() {
    let folder = tempfile::tempdir().unwrap();
    let store = liasse_repo::store::Local::create(&folder.path().join("repository")).unwrap();
    let repository = Repository::create(Arc::new(store), &Creation::new(password())).unwrap();
    let tmp = folder.path().join("repository/tmp");
    let session = repository.begin(Whoami::default()).unwrap();
    session.put(ChunkKind::Data, &data(1, 5_000_000)).unwrap();
    let names = || std::fs::read_dir(&tmp).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    let living = names();
    let (old, young) = (tmp.join("left-old"), tmp.join("left-young"));
    for (path, hours) in [(&old, 25), (&young, 23)] {
        std::fs::write(path, b"left").unwrap();
        let time = std::time::SystemTime::now() - std::time::Duration::from_hours(hours);
        std::fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
    }
    drop(repository.begin(Whoami::default()).unwrap());
    assert!(!old.exists() && young.exists() && living.iter().all(|path| path.exists()), "{:?}", names());
    drop(session);
}
