//! Heads: read once, kept, and never more than the repository has.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::fs;
use std::sync::Arc;

use liasse_repo::format::content::Content;
use liasse_repo::format::ids::Evidence;
use liasse_repo::format::keys::Role;
use liasse_repo::format::snapshot::{Dossier, Outcome, Statistics, Unread};
use liasse_repo::format::time::Time;
use liasse_repo::store::{Area, ErrorKind, Fault, Faulty, Key, Memory, Operation, Store, Trigger};
use liasse_repo::{Creation, Draft, Error, Handover, Head, KdfParams, Repository, Unlock, Whoami};
use zeroize::Zeroizing;

struct World {
    store: Memory,
    repository: Repository,
    _cache: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let (store, cache) = (Memory::new(), tempfile::tempdir().unwrap());
        let creation = Creation::new(Zeroizing::new("correct horse".to_owned()));
        let repository = Repository::create(Arc::new(store.clone()), &creation).unwrap().with_cache(cache.path());
        Self { store, repository, _cache: cache }
    }

    fn commit(&self, seconds: i64) -> Head {
        let session = self.repository.begin(Whoami::default()).unwrap();
        let dossier = |code: &str| Dossier {
            code: code.to_owned(),
            outcome: Outcome::Missing,
            path: b"/books".to_vec(),
            since: Time::default(),
            tree: Content::empty(),
            evidence: Evidence([0; 32]),
            cause: String::new(),
        };
        let draft = Draft {
            time: Time::new(seconds, 0).unwrap(),
            utc_offset: 0,
            sources: vec![b"/books".to_vec()],
            tags: vec![],
            reason: Some("test".to_owned()),
            root: Content::empty(),
            evidence: Evidence([0; 32]),
            statistics: Statistics { unread: 1, ..Statistics::default() },
            unread: vec![Unread { path: b"/books/x".to_vec(), cause: "locked".to_owned() }],
            dossiers: vec![dossier("D1"), dossier("D2")],
            hold: None,
        };
        let mut snapshot = session.commit(draft).unwrap().0;
        snapshot.record.dossiers.clear();
        snapshot.record.unread.clear();
        Head { id: snapshot.id, record: snapshot.record, dossiers: 2, hash: snapshot.hash, made: snapshot.made }
    }

    fn heads(&self) -> Vec<Head> {
        self.repository.heads().unwrap()
    }

    fn key(head: &Head) -> Key {
        Key::new(Area::Snapshots, &head.id.to_string()).unwrap()
    }

    fn replace(&self, head: &Head, bytes: &[u8]) {
        self.store.remove(&Self::key(head)).unwrap();
        self.store.put(&Self::key(head), bytes).unwrap();
    }
}

#[test]
fn heads_are_records_without_their_lists_in_the_order_of_their_writer() {
    let world = World::new();
    let (one, next) = (world.commit(20), world.commit(10));
    // The clock was put back: the first counts as made no later than what came after it.
    let heads = [Head { made: next.made, ..one }, next.clone()];
    assert_eq!(world.heads(), heads);
    assert_eq!(world.heads(), heads);
    let whole = world.repository.snapshot(next.id).unwrap().unwrap();
    assert_eq!((whole.record.dossiers.len(), whole.record.unread.len(), whole.hash), (2, 1, next.hash));
    assert_eq!(next.record.sequence, 2);
}

#[test]
fn an_object_is_read_once() {
    let world = World::new();
    let head = world.commit(10);
    assert_eq!(world.heads(), std::slice::from_ref(&head));
    let mut object = world.store.get(&World::key(&head), 1 << 20).unwrap();
    let last = object.len() - 1;
    object[last] ^= 1;
    world.replace(&head, &object);
    assert!(world.repository.snapshot(head.id).unwrap_err().is_damage());
    assert_eq!(world.heads(), std::slice::from_ref(&head), "it was believed before it rotted");
    // The next one follows it all the same.
    let next = world.commit(30);
    assert_eq!((next.record.sequence, next.record.previous), (2, head.hash));
}

#[test]
fn what_is_kept_is_no_more_than_what_is_there() {
    let world = World::new();
    let (first, second) = (world.commit(10), world.commit(20));
    assert_eq!(world.heads().len(), 2);
    world.store.remove(&World::key(&first)).unwrap();
    assert_eq!(world.heads(), std::slice::from_ref(&second));
    // One of another size is not the one that was believed.
    world.replace(&second, b"short");
    assert_eq!(world.heads(), []);
}

/// A bad sector under one record hides that snapshot alone; storage that gives nothing at all is no damage.
#[test]
fn a_record_that_the_storage_does_not_give_hides_no_other() {
    let world = World::new();
    let (first, second) = (world.commit(10), world.commit(20));
    let faulty = Faulty::new(world.store.clone());
    let password = Unlock::Password(Zeroizing::new("correct horse".to_owned()));
    let repository = Repository::open(Arc::new(faulty.clone()), &password).unwrap();
    faulty.spoil(World::key(&first));
    let (heads, bad) = repository.heads_and_bad().unwrap();
    assert_eq!(heads, std::slice::from_ref(&second));
    assert!(bad.len() == 1 && bad[0].0 == World::key(&first).to_string(), "{bad:?}");
    let found = repository.snapshots().unwrap();
    assert_eq!((found.good.len(), found.bad.len(), found.good[0].id), (1, 1, second.id));
    assert!(repository.begin(Whoami::default()).is_ok(), "nor does it keep a backup from being made");
    faulty.arm(Fault { trigger: Trigger::Every(Operation::Get), kind: ErrorKind::Io, applied: false });
    assert!(matches!(repository.heads_and_bad(), Err(Error::Store(_))));
    assert!(matches!(repository.snapshots(), Err(Error::Store(_))));
}

/// A password whose slot cannot be read is not simply called wrong.
#[test]
fn a_slot_that_cannot_be_read_may_be_the_one() {
    let mut world = World::new();
    let own = world.store.list(Area::Keys).unwrap()[0].name.clone();
    let handover = Handover::Password { password: Zeroizing::new("battery".to_owned()), kdf: KdfParams::DEFAULT };
    world.repository.add_key(Role::Auditor, "another", &handover).unwrap();
    let slot = Key::new(Area::Keys, &own).unwrap();
    let password = |text: &str| Unlock::Password(Zeroizing::new(text.to_owned()));
    let open = |store: &Faulty<Memory>, text: &str| Repository::open(Arc::new(store.clone()), &password(text));
    let faulty = Faulty::new(world.store.clone());
    faulty.spoil(slot.clone());
    assert!(open(&faulty, "battery").is_ok());
    assert!(matches!(open(&faulty, "correct horse"), Err(Error::WrongPassword { unread, .. }) if unread == [slot.to_string()]));
    world.store.remove(&slot).unwrap();
    world.store.put(&slot, b"rotten").unwrap();
    let sound = Faulty::new(world.store.clone());
    assert!(matches!(open(&sound, "correct horse"), Err(Error::WrongPassword { unread, .. }) if unread == [slot.to_string()]));
    assert!(open(&sound, "battery").is_ok());
}

#[test]
fn a_file_that_is_damaged_costs_time_only() {
    let world = World::new();
    let heads = [world.commit(10), world.commit(20)];
    assert_eq!(world.heads(), heads);
    let file = world.repository.cache().unwrap().join("heads");
    let bytes = fs::read(&file).unwrap();
    for at in [0, 15, 17, bytes.len() / 2, bytes.len() - 1] {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x40;
        fs::write(&file, &damaged).unwrap();
        assert_eq!(world.heads(), heads, "{at}");
    }
    for length in [0, 16, 48, bytes.len() - 1] {
        fs::write(&file, &bytes[..length]).unwrap();
        assert_eq!(world.heads(), heads, "{length}");
    }
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    assert_eq!(world.heads(), heads, "it cannot be kept");
}
