//! Keys beside damage: a damaged config is superseded, and a key that was not added opens nothing.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use liasse_repo::format::ids::Hash;
use liasse_repo::format::keys::Role;
use liasse_repo::store::{Area, ErrorKind, Fault, Faulty, Key, Operation, Store, Trigger};
use liasse_repo::{Error, Handover, KdfParams};
use support::{SHALLOW, check, empty, open};
use zeroize::Zeroizing;

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
