//! Keys beside damage: a damaged config is superseded, and a key that was not added opens nothing.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use std::sync::Arc;

use liasse_repo::format::ids::Hash;
use liasse_repo::format::keys::Role;
use liasse_repo::store::{Area, ErrorKind, Fault, Faulty, Key, Memory, Operation, Store, Trigger};
use liasse_repo::{Error, Handover, KdfParams, Repository, Unlock};
use support::{SHALLOW, check, copy, draft, empty, entry, open, put_directory};
use zeroize::Zeroizing;

fn enter(store: &Memory, words: &str) -> Result<Repository, Error> {
    Repository::open(Arc::new(store.clone()), &Unlock::Password(Zeroizing::new(words.to_owned())))
}

fn flip(store: &Memory, key: &Key) -> Vec<u8> {
    let whole = store.objects()[key].to_vec();
    let mut bytes = whole.clone();
    bytes[70] ^= 1;
    store.replace(key.clone(), bytes);
    whole
}

fn config(number: u64) -> Key {
    Key::new(Area::Config, &number.to_string()).unwrap()
}

fn password(words: &str) -> Handover {
    Handover::Password { password: Zeroizing::new(words.to_owned()), kdf: KdfParams::DEFAULT }
}

#[test]
fn a_damaged_newest_config_is_superseded() {
    let (store, credential) = empty();
    let number = store.list(Area::Config).unwrap().len();
    let damaged = Key::new(Area::Config, &(number + 1).to_string()).unwrap();
    let stale = open(store.clone(), &credential).unwrap();
    open(store.clone(), &credential).unwrap().add_key(Role::Auditor, "one", &password("one")).unwrap();
    let mut bytes = store.objects()[&damaged].to_vec();
    bytes[70] ^= 1;
    store.replace(damaged, bytes.clone());
    let mut repository = open(store.clone(), &credential).unwrap();
    assert_eq!(repository.refused_configs().len(), 1);
    repository.add_key(Role::Auditor, "two", &password("two")).unwrap();
    repository.add_key(Role::Auditor, "three", &password("three")).unwrap();
    let config = open(store.clone(), &credential).unwrap().config().clone();
    assert_eq!(config.number, number as u64 + 3);
    assert_eq!(store.list(Area::Keys).unwrap().len(), config.slots.len() + 1, "the slot that only the damaged one names stays");
    // What follows names the damaged one as it is.
    let report = check(&repository, SHALLOW).unwrap();
    assert_eq!(report.findings.len(), 1, "{report:?}");
    assert_ne!(config.previous, Hash::of(&bytes));
    // Who has not seen the change does not undo it.
    let mut stale = stale;
    let slots = store.list(Area::Keys).unwrap();
    assert!(matches!(stale.add_key(Role::Owner, "four", &password("four")), Err(Error::Contended)));
    assert_eq!(store.list(Area::Keys).unwrap(), slots);
}

#[test]
fn a_key_that_was_not_added_leaves_no_slot() {
    for applied in [false, true] {
        let (store, credential) = empty();
        let before = store.list(Area::Keys).unwrap().len();
        let faulty = Faulty::new(store.clone());
        let mut repository = open(faulty.clone(), &credential).unwrap();
        faulty.reset();
        faulty.arm(Fault { trigger: Trigger::Nth(Operation::Put, 2), kind: ErrorKind::Io, applied });
        assert!(repository.add_key(Role::Owner, "lost", &password("lost")).is_err());
        let config = open(store.clone(), &credential).unwrap().config().clone();
        assert_eq!(store.list(Area::Keys).unwrap().len(), before + usize::from(applied), "{applied}");
        assert_eq!(config.slots.len(), before + usize::from(applied), "{applied}");
    }
}

/// Who has the folder could mend a byte of it, and open it with the password that was removed.
#[test]
fn what_was_set_aside_of_a_slot_goes_with_it() {
    let (store, credential) = empty();
    let mut repository = open(store.clone(), &credential).unwrap();
    let added = repository.add_key(Role::Auditor, "leaving", &password("leaving")).unwrap();
    let slot = Key::new(Area::Keys, &added.name).unwrap();
    let bytes = store.objects()[&slot].to_vec();
    let other = store.objects().into_keys().find(|key| key.area() == Area::Keys && *key != slot).unwrap();
    for key in [&slot, &other, &slot] {
        let aside = key.asides().unwrap().find(|aside| store.size(aside).unwrap().is_none()).unwrap();
        store.put(&aside, &bytes).unwrap();
    }
    repository.remove_key(&added.name).unwrap();
    let left: Vec<_> = store.list(Area::Damaged).unwrap().into_iter().map(|listed| listed.name).collect();
    assert_eq!(left, [other.asides().unwrap().next().unwrap().name()]);
    assert_eq!(store.size(&slot).unwrap(), None);
}

/// A config that was set aside keeps its number.
#[test]
fn no_number_of_a_config_is_used_twice() {
    let (store, credential) = empty();
    let mut repository = open(store.clone(), &credential).unwrap();
    repository.add_key(Role::Auditor, "one", &password("one")).unwrap();
    let used = repository.config().number;
    let newest = Key::new(Area::Config, &used.to_string()).unwrap();
    let mut bytes = store.objects()[&newest].to_vec();
    bytes[70] ^= 1;
    store.replace(newest.clone(), bytes.clone());
    store.set_aside(&newest).unwrap();
    let mut repository = open(store.clone(), &credential).unwrap();
    assert_eq!(repository.config().number, used - 1);
    repository.add_key(Role::Auditor, "two", &password("two")).unwrap();
    assert_eq!((repository.config().number, repository.config().previous), (used + 1, Hash::of(&bytes)));
    repository.add_key(Role::Auditor, "three", &password("three")).unwrap();
    assert_eq!(repository.config().number, used + 2);
}

/// A slot that opens nothing any more is no way in: who would take away the last one that does is told so.
#[test]
fn the_last_owner_that_can_open_it_stays() {
    let (store, credential) = empty();
    let mut repository = open(store.clone(), &credential).unwrap();
    let first = store.list(Area::Keys).unwrap()[0].name.clone();
    let second = repository.add_key(Role::Owner, "second", &password("second")).unwrap().name;
    let slot = Key::new(Area::Keys, &second).unwrap();
    let whole = store.objects()[&slot].to_vec();
    let mut bytes = whole.clone();
    bytes[100] ^= 1;
    store.replace(slot.clone(), bytes);
    assert!(matches!(repository.remove_key(&first), Err(Error::LastOwner { .. })));
    store.replace(slot, whole);
    repository.remove_key(&first).unwrap();
    assert!(matches!(repository.remove_key(&second), Err(Error::LastOwner { .. })));
}

/// What cannot be read when a writer is shut out may be mended later, and must restore then.
#[test]
fn a_snapshot_that_was_damaged_when_its_writer_was_revoked_is_believed_once_it_is_mended() {
    let (store, credential) = empty();
    let mut owner = open(store.clone(), &credential).unwrap();
    let added = owner.add_key(Role::Writer, "server", &Handover::Credential).unwrap();
    let writer = open(store.clone(), &added.credential.unwrap()).unwrap();
    let session = writer.begin(liasse_repo::Whoami::default()).unwrap();
    let file = liasse_repo::format::tree::Node::File(liasse_repo::format::content::Content::empty());
    let (tree, evidence) = put_directory(&session, &[entry("file", file)]);
    let only = session.commit(draft(tree, evidence, 10)).unwrap().0;
    let slot = Key::new(Area::Snapshots, &only.id.to_string()).unwrap();
    let whole = store.objects()[&slot].to_vec();
    store.replace(slot.clone(), b"rotten".to_vec());
    let mut owner = open(store.clone(), &credential).unwrap();
    owner.remove_key(&added.name).unwrap();
    store.replace(slot, whole);
    let found = open(store.clone(), &credential).unwrap().snapshots().unwrap();
    assert_eq!((found.good.len(), found.bad.len()), (1, 0), "{:?}", found.bad);
}

/// Only what the owner has signed shuts somebody out: what is lost or damaged, or was cut off, does not.
#[test]
fn a_key_that_no_config_says_was_removed_opens_the_repository() {
    let (store, credential) = empty();
    let mut owner = open(store.clone(), &credential).unwrap();
    let first = owner.config().number;
    let added = owner.add_key(Role::Auditor, "new", &password("new")).unwrap().name;
    assert_eq!(enter(&store, "new").unwrap().unlisted_slot(), None);
    // The config that lists it is damaged, or lost, or was never written: as after a cut.
    let whole = flip(&store, &config(first + 1));
    assert_eq!(enter(&store, "new").unwrap().unlisted_slot(), Some(format!("keys/{added}")));
    store.delete(&config(first + 1));
    assert!(enter(&store, "new").unwrap().unlisted_slot().is_some());
    let report = check(&enter(&store, "new").unwrap(), SHALLOW).unwrap();
    assert!(report.removed_slots.is_empty() && report.notes.iter().any(|note| note.object.ends_with(&added)), "{report:?}");
    // Somebody supersedes it while it is damaged, and it is mended later: nobody has removed the key.
    store.replace(config(first + 1), whole.clone());
    flip(&store, &config(first + 1));
    open(store.clone(), &credential).unwrap().add_key(Role::Auditor, "other", &password("other")).unwrap();
    store.replace(config(first + 1), whole);
    assert!(enter(&store, "new").unwrap().unlisted_slot().is_some());
}

#[test]
fn a_key_that_a_signed_config_leaves_out_opens_nothing_more() {
    let (store, credential) = empty();
    let mut owner = open(store.clone(), &credential).unwrap();
    let added = owner.add_key(Role::Auditor, "leaving", &password("leaving")).unwrap().name;
    let slot = Key::new(Area::Keys, &added).unwrap();
    let bytes = store.objects()[&slot].to_vec();
    owner.add_key(Role::Auditor, "stays", &password("stays")).unwrap();
    let older = copy(&store);
    owner.remove_key(&added).unwrap();
    store.replace(slot, bytes);
    let removed = |opened: Result<Repository, Error>| {
        let error = opened.err();
        assert!(matches!(&error, Some(Error::RemovedKey { slot, .. }) if *slot == format!("keys/{added}")), "{error:?}");
    };
    removed(enter(&store, "leaving"));
    removed(Repository::open_like(Arc::new(store.clone()), &enter(&older, "leaving").unwrap()));
    assert!(enter(&store, "stays").is_ok());
    let report = check(&owner, SHALLOW).unwrap();
    assert!(report.is_sound() && report.removed_slots.into_iter().eq([format!("keys/{added}")]), "no damage, and told");
    // A later one that is damaged takes nothing of that back; without the one that says so, the key is as it was before.
    owner.add_key(Role::Auditor, "later", &password("later")).unwrap();
    flip(&store, &config(owner.config().number));
    removed(enter(&store, "leaving"));
    flip(&store, &config(owner.config().number - 1));
    assert_eq!(enter(&store, "leaving").unwrap().unlisted_slot(), None);
}
