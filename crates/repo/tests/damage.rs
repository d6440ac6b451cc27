//! Damage of every kind to every object: nothing panics, nothing wrong is given out, and check finds it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::needless_for_each)]

mod support;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use liasse_repo::store::{Area, Key, Memory};
use liasse_repo::{Repository, Scratch};
use support::{DEEP, Small, check, copy, open, small};

type Objects = BTreeMap<Key, Arc<[u8]>>;

/// What became of a damaged repository.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    /// It does not open, for damage.
    Closed,
    /// The check says what is wrong.
    Found,
    /// The check says there is something to know.
    Noted,
    /// Nothing was noticed.
    Unnoticed,
}

/// Opens, reads and checks. Fails the test where wrong bytes come out or anything but damage is said.
fn examine(small: &Small, store: Memory) -> Outcome {
    let repository = match open(store, &small.credential) {
        Ok(repository) => repository,
        Err(error) => {
            let unfinished = matches!(error, liasse_repo::Error::Unfinished { .. } | liasse_repo::Error::WrongCredential { .. });
            assert!(error.is_damage() || unfinished, "{error}");
            return Outcome::Closed;
        }
    };
    for snapshot in repository.snapshots().unwrap().good {
        assert!(small.snapshots.iter().any(|known| known.record == snapshot.record), "a snapshot that nobody made");
    }
    read_all(small, &repository);
    let report = check(&repository, DEEP).unwrap();
    // The pack that was put by hand stands in no segment, which is noted of the sound repository too.
    match (report.is_sound(), report.notes.len()) {
        (false, _) => Outcome::Found,
        (true, 1) => Outcome::Unnoticed,
        (true, _) => Outcome::Noted,
    }
}

/// Every chunk gives its bytes, or an error that says damage.
fn read_all(small: &Small, repository: &Repository) -> usize {
    let reader = repository.reader().unwrap();
    let (mut scratch, mut out) = (Scratch::new().unwrap(), Vec::new());
    let mut good = 0;
    for (kind, chunk, bytes) in &small.chunks {
        match reader.chunk(*kind, chunk, &mut scratch, &mut out) {
            Ok(read) => {
                assert_eq!(&*read, bytes.as_slice(), "wrong bytes");
                good += 1;
            }
            Err(error) => assert!(error.is_damage(), "{error}"),
        }
    }
    good
}

/// Runs cases on all cores. Each gets a store of its own.
fn each_case<T: Sync>(cases: &[T], run: impl Fn(&T, Memory) + Sync) {
    let next = AtomicUsize::new(0);
    let objects = small().store.objects();
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, std::num::NonZero::get) {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    run(case, store_of(&objects));
                }
            });
        }
    });
}

fn store_of(objects: &Objects) -> Memory {
    let store = Memory::new();
    objects.iter().for_each(|(key, bytes)| store.replace(key.clone(), Arc::clone(bytes)));
    store
}

/// All objects but the text for people, which no program reads.
fn objects() -> Objects {
    small().store.objects().into_iter().filter(|(key, _)| *key != Key::readme()).collect()
}

#[test]
fn a_flipped_bit_in_any_byte_of_any_object_is_found() {
    let objects = objects();
    let cases: Vec<_> = objects.iter().flat_map(|(key, bytes)| (0..bytes.len()).map(move |at| (key, at))).collect();
    each_case(&cases, |(key, at), store| {
        let mut bytes = objects[*key].to_vec();
        bytes[*at] ^= 1 << (at % 8);
        store.replace((*key).clone(), bytes);
        let outcome = examine(small(), store);
        assert!(matches!(outcome, Outcome::Closed | Outcome::Found), "byte {at} of {key}: {outcome:?}");
    });
}

#[test]
fn an_object_cut_short_anywhere_is_found() {
    let objects = objects();
    let cases: Vec<_> = objects.iter().flat_map(|(key, bytes)| (0..bytes.len()).map(move |at| (key, at))).collect();
    each_case(&cases, |(key, length), store| {
        store.replace((*key).clone(), &objects[*key][..*length]);
        let outcome = examine(small(), store);
        assert!(matches!(outcome, Outcome::Closed | Outcome::Found), "{length} bytes of {key}: {outcome:?}");
    });
    for (key, bytes) in &objects {
        let store = copy(&small().store);
        store.replace(key.clone(), [bytes, b"\0".as_slice()].concat());
        let outcome = examine(small(), store);
        assert!(matches!(outcome, Outcome::Closed | Outcome::Found), "a byte more of {key}: {outcome:?}");
    }
}

#[test]
fn an_object_that_is_gone_is_missed_where_something_needs_it() {
    for key in objects().keys() {
        let store = copy(&small().store);
        assert!(store.delete(key));
        let outcome = examine(small(), store);
        let expected = match key.area() {
            Area::Packs | Area::Keys => outcome == Outcome::Found,
            // The newest config is not missed by anything in the repository: who remembers it knows.
            Area::Config => outcome == Outcome::Found || key.name() == "2",
            // Packs tell themselves what segments told; snapshots may be forgotten, and the last one is named by none.
            Area::Index => outcome == Outcome::Noted,
            Area::Snapshots => matches!(outcome, Outcome::Noted | Outcome::Unnoticed),
            _ => outcome == Outcome::Unnoticed,
        };
        assert!(expected, "{key}: {outcome:?}");
    }
}

/// Wherever an object stands that is not its own place, it is refused.
#[test]
fn an_object_in_the_place_of_another_is_found() {
    let objects = objects();
    let cases: Vec<(&Key, &Key)> = objects.keys().flat_map(|a| objects.keys().map(move |b| (a, b))).filter(|(a, b)| a != b).collect();
    each_case(&cases, |(place, other), store| {
        store.replace((*place).clone(), Arc::clone(&objects[*other]));
        let outcome = examine(small(), copy(&store));
        assert!(matches!(outcome, Outcome::Closed | Outcome::Found), "{other} in place of {place}: {outcome:?}");
        store.replace((*other).clone(), Arc::clone(&objects[*place]));
        let outcome = examine(small(), store);
        assert!(matches!(outcome, Outcome::Closed | Outcome::Found), "{other} and {place} swapped: {outcome:?}");
    });
}

#[test]
fn a_second_copy_under_another_name_is_found() {
    let objects = objects();
    for (key, bytes) in &objects {
        let name = match key.area() {
            Area::Config => "3".to_owned(),
            _ => key.name().chars().rev().collect(),
        };
        let store = copy(&small().store);
        store.replace(Key::new(key.area(), &name).unwrap(), Arc::clone(bytes));
        let outcome = examine(small(), store);
        // A key slot does not say its name.
        let expected = if key.area() == Area::Keys { Outcome::Noted } else { Outcome::Found };
        assert_eq!(outcome, expected, "{key} also as {name}");
    }
}

#[test]
fn an_object_of_another_repository_is_found() {
    let (other, _) = support::empty();
    let strangers = other.objects();
    let objects = objects();
    for (key, bytes) in strangers.iter().filter(|(key, _)| **key != Key::readme()) {
        for place in objects.keys() {
            let store = copy(&small().store);
            store.replace(place.clone(), Arc::clone(bytes));
            let outcome = examine(small(), store);
            assert!(matches!(outcome, Outcome::Closed | Outcome::Found), "a stranger's {key} in place of {place}: {outcome:?}");
        }
    }
}

/// One segment that is damaged blocks nothing: packs tell themselves what it told.
#[test]
fn a_damaged_segment_does_not_keep_anything_from_being_read() {
    let small = small();
    let store = copy(&small.store);
    for (key, bytes) in objects().iter().filter(|(key, _)| key.area() == Area::Index) {
        let mut bytes = bytes.to_vec();
        bytes[100] ^= 1;
        store.replace(key.clone(), bytes);
        let repository = open(store.clone(), &small.credential).unwrap();
        assert_eq!(read_all(small, &repository), small.chunks.len());
        assert_eq!(repository.snapshots().unwrap().good.len(), 2);
    }
}

/// The loops above are worth nothing if they could not fail.
#[test]
fn the_sound_repository_is_not_said_to_be_damaged() {
    assert_eq!(examine(small(), copy(&small().store)), Outcome::Unnoticed);
}
