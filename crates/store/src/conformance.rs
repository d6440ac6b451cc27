//! What every store must do, as one suite that each of them runs: call [`conformance!`] with a name and a way to make an
//! empty store.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use crate::{Area, ErrorKind, Key, Listed, Put, Store};

/// One test for each promise, on the store that `$make` gives. `$make` returns the store and whatever must outlive it.
macro_rules! conformance {
    ($module:ident, $make:expr) => {
        mod $module {
            $crate::conformance::conformance!(@ $make,
                put_if_absent, racing_writers_agree, staged_objects, dropped_stages, racing_stages_agree, listings, missing_objects,
                limits, ranges, removal, bad_names, sweeping_spares_objects, readme, empty_objects,
                setting_aside, taking_places, readers_find_one_or_the_other);
        }
    };
    (@ $make:expr, $($test:ident),*) => {
        $(#[test]
        fn $test() {
            let (store, _guard) = $make;
            $crate::conformance::$test(&store);
        })*
    };
}
pub(crate) use conformance;

pub(crate) fn key(area: Area, name: &str) -> Key {
    Key::new(area, name).unwrap()
}

/// An area's names.
pub(crate) fn names(store: &dyn Store, area: Area) -> Vec<String> {
    store.list(area).unwrap().into_iter().map(|listed| listed.name).collect()
}

pub(crate) fn put_if_absent(store: &dyn Store) {
    for area in Area::ALL.into_iter().filter(|area| *area != Area::Root) {
        let key = key(area, "ab12");
        assert_eq!(store.size(&key).unwrap(), None);
        assert_eq!(store.put(&key, b"first").unwrap(), Put::Created);
        assert_eq!(store.put(&key, b"second!").unwrap(), Put::Existed);
        assert_eq!(store.get(&key, 5).unwrap(), b"first");
        assert_eq!(store.size(&key).unwrap(), Some(5));
        assert_eq!(store.list(area).unwrap(), [Listed { name: "ab12".into(), size: 5 }]);
    }
}

/// Runs `write` in two threads at once for each of many names; exactly one creates, and its bytes are what is there.
fn race(store: &dyn Store, write: impl Fn(&Key, &[u8]) -> Put + Sync) {
    for round in 0..40 {
        let key = key(Area::Snapshots, &format!("{round:04x}"));
        let start = Barrier::new(2);
        let run = |bytes: &'static [u8]| {
            start.wait();
            write(&key, bytes)
        };
        let (one, other) = thread::scope(|scope| {
            let one = scope.spawn(|| run(b"one"));
            let other = scope.spawn(|| run(b"the other"));
            (one.join().unwrap(), other.join().unwrap())
        });
        let expected: &[u8] = match (one, other) {
            (Put::Created, Put::Existed) => b"one",
            (Put::Existed, Put::Created) => b"the other",
            both => panic!("round {round}: {both:?}"),
        };
        assert_eq!(store.get(&key, 100).unwrap(), expected);
    }
    assert_eq!(store.list(Area::Snapshots).unwrap().len(), 40);
}

pub(crate) fn racing_writers_agree(store: &dyn Store) {
    race(store, |key, bytes| store.put(key, bytes).unwrap());
}

pub(crate) fn racing_stages_agree(store: &dyn Store) {
    race(store, |key, bytes| {
        let mut stage = store.stage(key.area()).unwrap();
        stage.write(bytes).unwrap();
        stage.publish(key.name()).unwrap()
    });
}

pub(crate) fn staged_objects(store: &dyn Store) {
    let mut stage = store.stage(Area::Packs).unwrap();
    stage.write(b"one ").unwrap();
    stage.write(b"").unwrap();
    stage.write(b"two").unwrap();
    assert_eq!(names(store, Area::Packs), [""; 0], "nothing is seen before it is published");
    assert_eq!(stage.publish("cafe").unwrap(), Put::Created);
    assert_eq!(store.get(&key(Area::Packs, "cafe"), 7).unwrap(), b"one two");

    let mut again = store.stage(Area::Packs).unwrap();
    again.write(b"other").unwrap();
    assert_eq!(again.publish("cafe").unwrap(), Put::Existed);
    assert_eq!(store.get(&key(Area::Packs, "cafe"), 7).unwrap(), b"one two");
}

pub(crate) fn dropped_stages(store: &dyn Store) {
    let mut stage = store.stage(Area::Index).unwrap();
    stage.write(b"bytes").unwrap();
    drop(stage);
    let mut misnamed = store.stage(Area::Index).unwrap();
    misnamed.write(b"bytes").unwrap();
    assert_eq!(misnamed.publish("../config/1").unwrap_err().kind(), ErrorKind::BadName);
    for area in Area::ALL {
        assert_eq!(store.list(area).unwrap(), []);
        assert_eq!(store.strays(area).unwrap(), [""; 0]);
    }
}

pub(crate) fn listings(store: &dyn Store) {
    for area in Area::ALL {
        assert_eq!(store.list(area).unwrap(), [], "{area} starts empty");
    }
    for name in ["ffee", "00", "a", "ab0", "aa9", "10", "9", "0a1"] {
        store.put(&key(Area::Index, name), name.as_bytes()).unwrap();
    }
    assert_eq!(names(store, Area::Index), ["00", "0a1", "10", "9", "a", "aa9", "ab0", "ffee"]);
    for name in ["ffee", "00aa", "ff00", "a0", "0a11"] {
        store.put(&key(Area::Packs, name), b"pack").unwrap();
    }
    let packs = store.list(Area::Packs).unwrap();
    assert_eq!(packs.iter().map(|listed| listed.name.as_str()).collect::<Vec<_>>(), ["00aa", "0a11", "a0", "ff00", "ffee"]);
    assert!(packs.iter().all(|listed| listed.size == 4));
    assert_eq!(names(store, Area::Root), [""; 0], "other areas do not show");
}

pub(crate) fn missing_objects(store: &dyn Store) {
    let missing = key(Area::Packs, "00");
    assert_eq!(store.size(&missing).unwrap(), None);
    for error in
        [store.get(&missing, 10).unwrap_err(), store.read_at(&missing, 0, &mut [0; 1]).unwrap_err(), store.remove(&missing).unwrap_err()]
    {
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert_eq!(error.object(), "packs/00/00");
    }
}

pub(crate) fn limits(store: &dyn Store) {
    let key = key(Area::Config, "1");
    store.put(&key, &[7; 1000]).unwrap();
    assert_eq!(store.get(&key, 1000).unwrap(), [7; 1000]);
    assert_eq!(store.get(&key, u64::MAX).unwrap().len(), 1000);
    let error = store.get(&key, 999).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge { size: 1000, limit: 999 });
}

pub(crate) fn ranges(store: &dyn Store) {
    let bytes: Vec<u8> = (0..=255).collect();
    let key = key(Area::Packs, "dd");
    store.put(&key, &bytes).unwrap();
    for (offset, length) in [(0, 256), (0, 0), (256, 0), (3, 7), (255, 1)] {
        let mut buf = vec![0; length];
        store.read_at(&key, offset as u64, &mut buf).unwrap();
        assert_eq!(buf, bytes[offset..offset + length]);
    }
    for (offset, wanted) in [(0, 257), (255, 2), (256, 1), (1 << 40, 1)] {
        let error = store.read_at(&key, offset, &mut vec![0; wanted]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Short { offset, wanted: wanted as u64 });
        assert_eq!(error.object(), "packs/dd/dd");
    }
}

pub(crate) fn removal(store: &dyn Store) {
    let (gone, kept) = (key(Area::Packs, "aa01"), key(Area::Packs, "aa02"));
    store.put(&gone, b"gone").unwrap();
    store.put(&kept, b"kept").unwrap();
    store.read_at(&gone, 0, &mut [0; 4]).unwrap();
    store.remove(&gone).unwrap();
    assert_eq!(store.read_at(&gone, 0, &mut [0; 4]).unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(names(store, Area::Packs), ["aa02"]);
    assert_eq!(store.put(&gone, b"new").unwrap(), Put::Created);
    let mut buf = [0; 3];
    store.read_at(&gone, 0, &mut buf).unwrap();
    assert_eq!(&buf, b"new");
}

pub(crate) fn bad_names(store: &dyn Store) {
    for name in ["", "..", "../x", "/etc/passwd", "AB", "ab.tmp", "zz"] {
        let error = store.stage(Area::Packs).unwrap().publish(name).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadName, "{name:?}");
    }
    assert_eq!(store.list(Area::Packs).unwrap(), []);
}

pub(crate) fn sweeping_spares_objects(store: &dyn Store) {
    store.put(&key(Area::Index, "aa"), b"index").unwrap();
    let mut stage = store.stage(Area::Packs).unwrap();
    stage.write(b"at work").unwrap();
    assert_eq!(store.sweep(Duration::ZERO).unwrap(), 0, "a living writer's file is no leftover");
    assert_eq!(stage.publish("bb").unwrap(), Put::Created);
    assert_eq!(names(store, Area::Index), ["aa"]);
    assert_eq!(names(store, Area::Packs), ["bb"]);
}

pub(crate) fn readme(store: &dyn Store) {
    assert_eq!(store.put(&Key::readme(), b"what this is").unwrap(), Put::Created);
    assert_eq!(store.put(&Key::readme(), b"else").unwrap(), Put::Existed);
    assert_eq!(store.get(&Key::readme(), 100).unwrap(), b"what this is");
    assert_eq!(names(store, Area::Root), ["README"]);
}

pub(crate) fn empty_objects(store: &dyn Store) {
    let key = key(Area::Damaged, "0");
    assert_eq!(store.put(&key, b"").unwrap(), Put::Created);
    assert_eq!(store.size(&key).unwrap(), Some(0));
    assert_eq!(store.get(&key, 0).unwrap(), b"");
    assert_eq!(store.put(&key, b"more").unwrap(), Put::Existed);
}

pub(crate) fn setting_aside(store: &dyn Store) {
    let place = key(Area::Packs, "aa01");
    assert_eq!(store.set_aside(&place).unwrap_err().kind(), ErrorKind::NotFound);
    for (n, bytes) in [(1, &b"rotten"[..]), (2, b"rotten again")] {
        store.put(&place, bytes).unwrap();
        store.read_at(&place, 0, &mut [0; 6]).unwrap();
        let aside = store.set_aside(&place).unwrap();
        assert_eq!(aside, key(Area::Damaged, &format!("packszaa01z{n}")), "nothing that was set aside is replaced");
        assert_eq!(store.size(&place).unwrap(), None);
        assert_eq!(store.read_at(&place, 0, &mut [0; 6]).unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(store.get(&aside, 100).unwrap(), bytes);
    }
    assert_eq!(store.get(&key(Area::Damaged, "packszaa01z1"), 100).unwrap(), b"rotten");
    assert_eq!(store.put(&place, b"sound").unwrap(), Put::Created);
    assert_eq!(store.get(&place, 100).unwrap(), b"sound");
    let aside = key(Area::Damaged, "packszaa01z1");
    assert_eq!(store.set_aside(&aside).unwrap_err().kind(), ErrorKind::BadName);
}

pub(crate) fn taking_places(store: &dyn Store) {
    let place = key(Area::Packs, "aa03");
    let take = |bytes: &[u8]| {
        let mut stage = store.stage(Area::Packs).unwrap();
        stage.write(bytes).unwrap();
        stage.take_place("aa03").unwrap()
    };
    assert_eq!(take(b"first!"), None, "there was none");
    let mut before: &[u8] = b"first!";
    for (n, bytes) in [(1, &b"second"[..]), (2, b"third!")] {
        store.read_at(&place, 0, &mut [0; 6]).unwrap();
        let aside = key(Area::Damaged, &format!("packszaa03z{n}"));
        assert_eq!(take(bytes), Some(aside.clone()));
        assert_eq!(store.get(&aside, 100).unwrap(), before, "not a byte is lost");
        let mut buf = [0; 6];
        store.read_at(&place, 0, &mut buf).unwrap();
        assert_eq!(buf, bytes, "and none of what was replaced is read");
        before = bytes;
    }
    assert_eq!((names(store, Area::Packs).len(), names(store, Area::Damaged).len()), (1, 2));
    let bad = |area, name: &str| store.stage(area).unwrap().take_place(name).unwrap_err().kind();
    assert_eq!(bad(Area::Packs, "../aa03"), ErrorKind::BadName);
    assert_eq!(bad(Area::Damaged, "packszaa03z1"), ErrorKind::BadName, "what is set aside is not replaced");
    assert_eq!(store.get(&key(Area::Damaged, "packszaa03z1"), 100).unwrap(), b"first!");
}

pub(crate) fn readers_find_one_or_the_other(store: &dyn Store) {
    let place = key(Area::Packs, "aa04");
    store.put(&place, &[0; 5000]).unwrap();
    thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..1000 {
                assert_eq!(store.size(&place).unwrap(), Some(5000));
                let bytes = store.get(&place, 5000).unwrap();
                assert!(bytes.iter().all(|byte| *byte == bytes[0]));
                store.read_at(&place, 100, &mut [0; 100]).unwrap();
            }
        });
        for round in 1..30 {
            let mut stage = store.stage(Area::Packs).unwrap();
            stage.write(&[round; 5000]).unwrap();
            stage.take_place("aa04").unwrap();
        }
    });
    assert_eq!(names(store, Area::Damaged).len(), 29);
}
