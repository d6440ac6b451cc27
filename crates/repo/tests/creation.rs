//! Making a repository: never over one that is there in part, and again where making it was interrupted.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use std::sync::Arc;

use liasse_repo::store::{Area, Fault, Faulty, Key, Memory, Store, Trigger};
use liasse_repo::{Creation, Error, Repository, Unlock};
use support::{SHALLOW, check, copy, small};
use zeroize::Zeroizing;

const PASSWORD: &str = "another secret";

fn create(store: impl Store + 'static) -> liasse_repo::Result<Repository> {
    Repository::create(Arc::new(store), &Creation::new(Zeroizing::new(PASSWORD.to_owned())))
}

fn remove(store: &Memory, areas: &[Area]) {
    for key in store.objects().into_keys().filter(|key| areas.contains(&key.area())) {
        store.delete(&key);
    }
}

#[test]
fn a_repository_whose_config_is_lost_is_not_replaced() {
    let all = [Area::Packs, Area::Index, Area::Snapshots, Area::Intents, Area::Plans, Area::Parity, Area::Damaged];
    for kept in [Area::Packs, Area::Index, Area::Snapshots] {
        let store = copy(&small().store);
        let gone: Vec<Area> = all.into_iter().filter(|area| *area != kept).chain([Area::Root, Area::Keys, Area::Config]).collect();
        remove(&store, &gone);
        let before = store.objects();
        assert!(matches!(create(store.clone()), Err(Error::Unfinished { .. })), "{kept}");
        let opened = Repository::open(Arc::new(store.clone()), &Unlock::Password(Zeroizing::default()));
        assert!(matches!(opened, Err(Error::Unfinished { .. })), "{kept}");
        assert_eq!(store.objects(), before, "{kept}");
    }
}

#[test]
fn one_of_several_keys_is_no_interrupted_beginning() {
    let store = Memory::new();
    create(store.clone()).unwrap();
    let other = Memory::new();
    create(other.clone()).unwrap();
    let slots = other.objects().into_iter().filter(|(key, _)| key.area() == Area::Keys);
    slots.for_each(|(key, bytes)| store.replace(key, bytes));
    remove(&store, &[Area::Config]);
    assert!(matches!(create(store), Err(Error::Unfinished { .. })));
}

#[test]
fn an_interrupted_beginning_is_gone_on_with_and_the_text_names_the_new_repository() {
    let store = Memory::new();
    let old = create(store.clone()).unwrap().id();
    remove(&store, &[Area::Config]);
    let made = create(store.clone()).unwrap();
    let text = String::from_utf8(store.get(&Key::readme(), 10_000).unwrap()).unwrap();
    assert!(text.contains(&made.id().to_string()) && !text.contains(&old.to_string()), "{text}");
    let opened = Repository::open(Arc::new(store), &Unlock::Password(Zeroizing::new(PASSWORD.to_owned()))).unwrap();
    assert_eq!(opened.id(), made.id());
    let report = check(&opened, SHALLOW).unwrap();
    assert!(report.is_sound() && report.notes.iter().any(|note| note.object.starts_with("keys/")), "{report:?}");
}

#[test]
fn a_beginning_that_fails_at_any_step_can_be_made_again() {
    for step in 1..=3 {
        let store = Memory::new();
        let faulty = Faulty::new(store.clone());
        faulty.arm(Fault { trigger: Trigger::Mutation(step), kind: liasse_repo::store::ErrorKind::Full, applied: false });
        assert!(create(faulty).is_err(), "{step}");
        assert_eq!(store.list(Area::Keys).unwrap(), [], "{step}");
        create(store).unwrap();
    }
}
