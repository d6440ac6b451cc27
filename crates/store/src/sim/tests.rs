#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::BTreeSet;

use super::*;
use crate::conformance::{conformance, key, names};
use crate::{Area, ErrorKind, Put, Store};

/// A repository on a disk that has this wrong with it; the disk goes along.
fn with(change: impl FnOnce(&mut Trouble)) -> (Local, Sim) {
    let sim = Sim::new();
    let local = sim.create().unwrap();
    sim.trouble(change);
    (local, sim)
}

conformance!(simulated, super::with(|_| ()));
conformance!(by_link, super::with(|trouble| trouble.no_rename_no_replace = true));
conformance!(by_checked_rename, super::with(|trouble| (trouble.no_rename_no_replace, trouble.no_link) = (true, true)));
conformance!(ragged, super::with(|trouble| trouble.ragged = Some(7)));
conformance!(slow, super::with(|trouble| trouble.delay = std::time::Duration::from_mins(1)));

/// Every image that a cut at any moment of a recording may leave, up to `most` a moment.
fn images(recording: &Recording, moves: Moves, most: usize) -> Vec<(usize, Image)> {
    let mut images = Vec::new();
    let mut chance = Chance::new(1);
    recording.cuts(|steps, cut| {
        images.extend(cut.choices(moves, most, &mut chance).iter().map(|choice| (steps, cut.image(choice))));
    });
    images
}

/// A put, and the images of cuts from the moment it returned; and whether they all have the object whole.
fn put_and_cut(change: impl Fn(&mut Trouble)) -> bool {
    let (local, sim) = with(change);
    let bytes: Vec<u8> = (0..9000_u32).map(|n| (n % 251) as u8).collect();
    local.put(&key(Area::Packs, "abcd"), &bytes).unwrap();
    let recording = sim.recording();
    let path = Sim::path("packs/ab/abcd");
    let mut kept = true;
    for moves in [Moves::Whole, Moves::Torn] {
        for (steps, image) in images(&recording, moves, 4096) {
            let found = image.files().find(|(name, _)| *name == path).map(|(_, bytes)| bytes.to_vec());
            kept &= found.as_ref() == Some(&bytes) || steps < recording.len();
        }
    }
    kept
}

#[test]
fn what_was_put_survives_every_cut_after_it() {
    assert!(put_and_cut(|_| ()));
    assert!(put_and_cut(|trouble| trouble.ragged = Some(3)));
    assert!(put_and_cut(|trouble| trouble.no_rename_no_replace = true));
    assert!(put_and_cut(|trouble| (trouble.no_rename_no_replace, trouble.no_link) = (true, true)));
}

/// Were these not noticed, the enumeration would show nothing.
#[test]
fn a_sync_that_is_left_out_is_noticed() {
    assert!(!put_and_cut(|trouble| trouble.ignored_syncs = Some(|path| path.contains("/tmp/"))));
    assert!(!put_and_cut(|trouble| trouble.ignored_syncs = Some(|path| path.ends_with("/packs"))));
    assert!(!put_and_cut(|trouble| trouble.ignored_syncs = Some(|path| path.contains("/packs/"))));
}

#[test]
fn an_object_is_never_seen_in_part() {
    let (local, sim) = with(|_| ());
    local.put(&key(Area::Packs, "abcd"), &[7; 5000]).unwrap();
    let (mut torn, mut both, mut none) = (0, 0, 0);
    for (_, image) in images(&sim.recording(), Moves::Torn, 4096) {
        let object = image.files().find(|(path, _)| *path == Sim::path("packs/ab/abcd")).map(|(_, bytes)| bytes.to_vec());
        assert!(object.is_none_or(|bytes| bytes == [7; 5000]));
        let of = |folder: &str| image.files().filter(|(path, _)| path.starts_with(&Sim::path(folder))).count();
        torn += usize::from(image.files().any(|(path, bytes)| path.starts_with(&Sim::path("tmp/")) && bytes != [7; 5000]));
        both += usize::from(of("tmp/") + of("packs/") == 2);
        none += usize::from(of("tmp/") + of("packs/") == 0);
    }
    assert!(torn > 0 && both > 0 && none > 0, "{torn} {both} {none}");
}

#[test]
fn what_is_set_aside_is_never_lost() {
    // Also where there are no second names, and a move may be torn: on FAT.
    for (no_link, moves) in [(false, Moves::Whole), (false, Moves::Torn), (true, Moves::Torn)] {
        let (local, sim) = with(|trouble| (trouble.no_rename_no_replace, trouble.no_link) = (no_link, no_link));
        local.put(&key(Area::Packs, "abcd"), b"damaged").unwrap();
        sim.checkpoint();
        local.set_aside(&key(Area::Packs, "abcd")).unwrap();
        let recording = sim.recording();
        for (steps, image) in images(&recording, moves, 4096) {
            let whole = image.files().filter(|(path, bytes)| *bytes == b"damaged" && !path.starts_with(&Sim::path("tmp/")));
            let places: Vec<_> = whole.map(|(path, _)| path.to_owned()).collect();
            assert!((1..=2).contains(&places.len()), "{places:?}");
            assert!(steps < recording.len() || places == [Sim::path("damaged/packszabcdz1")], "{places:?}");
        }
    }
}

#[test]
fn few_combinations_are_all_tried_and_many_are_sampled() {
    let sim = Sim::new();
    let disk = sim.disk();
    for name in ["/a", "/b", "/c"] {
        disk.create(Path::new(name)).unwrap();
    }
    let recording = sim.recording();
    let digests = |most| images(&recording, Moves::Whole, most).iter().map(|(_, image)| image.digest()).collect::<BTreeSet<_>>();
    assert_eq!(digests(8).len(), 8, "every subset of three names");
    assert!((4..8).contains(&digests(6).len()));
    let again = digests(6);
    assert_eq!(again, digests(6), "a seed decides");
}

#[test]
fn a_disk_comes_back_as_its_image() {
    let (local, sim) = with(|_| ());
    local.put(&key(Area::Index, "01"), b"segment").unwrap();
    let image = sim.image();
    let recording = sim.recording();
    assert_eq!(recording.cut(recording.len()).unharmed(), image);
    let again = Sim::of(&image);
    assert_eq!(again.open().unwrap().get(&key(Area::Index, "01"), 9).unwrap(), b"segment");
    assert_eq!(again.image(), image);
    assert_eq!(again.open().unwrap().put(&key(Area::Index, "01"), b"segment").unwrap(), Put::Existed);
    // Inodes are the same on both sides of the cut.
    assert_eq!(again.recording().cut(again.steps()).unharmed(), image);
}

#[test]
fn a_full_disk_takes_what_fits_and_says_so() {
    let (local, sim) = with(|_| ());
    sim.trouble(|trouble| trouble.room = Some(100));
    assert_eq!(local.put(&key(Area::Packs, "aa"), &[1; 101]).unwrap_err().kind(), ErrorKind::Full);
    assert_eq!(local.put(&key(Area::Packs, "ab"), &[]).unwrap_err().kind(), ErrorKind::Full);
    assert_eq!(names(&local, Area::Packs), [""; 0]);
    sim.trouble(|trouble| *trouble = Trouble::default());
    assert_eq!(local.put(&key(Area::Packs, "aa"), &[1; 101]).unwrap(), Put::Created);
}

/// Whatever fails in a put, an object that is there is whole, and one that was reported survives a cut.
#[test]
fn one_failure_of_any_operation_leaves_no_half() {
    for failure in [Failure::Io, Failure::Full, Failure::Interrupted] {
        for number in 1.. {
            let (local, sim) = with(|_| ());
            let before = sim.operations();
            sim.trouble(|trouble| trouble.failures = vec![(before + number, failure)]);
            let put = local.put(&key(Area::Packs, "abcd"), b"pack");
            let done = sim.operations() - before;
            sim.trouble(|trouble| *trouble = Trouble::default());
            for (_, image) in images(&sim.recording(), Moves::Torn, 256).iter().filter(|(steps, _)| *steps == sim.steps()) {
                let bytes = image.files().find(|(path, _)| *path == Sim::path("packs/ab/abcd")).map(|(_, bytes)| bytes);
                assert!(bytes == Some(b"pack") || bytes.is_none() && put.is_err(), "{failure:?} {number}: {bytes:?}");
            }
            if number > done {
                assert!(put.is_ok());
                break;
            }
        }
    }
}

#[test]
fn listings_can_be_stale_or_cut_short() {
    let (local, sim) = with(|_| ());
    local.put(&key(Area::Plans, "01"), b"").unwrap();
    sim.trouble(|trouble| trouble.stale_lists = true);
    assert_eq!(names(&local, Area::Plans), ["01"]);
    local.put(&key(Area::Plans, "02"), b"").unwrap();
    local.remove(&key(Area::Plans, "01")).unwrap();
    // A name that is gone is found to be, when its size is asked for.
    assert_eq!(names(&local, Area::Plans), [""; 0]);
    sim.trouble(|trouble| *trouble = Trouble { list_limit: Some(0), ..Trouble::default() });
    assert_eq!(names(&local, Area::Plans), [""; 0]);
    sim.trouble(|trouble| *trouble = Trouble::default());
    assert_eq!(names(&local, Area::Plans), ["02"]);
}

#[test]
fn the_clock_that_jumps_decides_what_a_sweep_takes() {
    let (local, sim) = with(|_| ());
    drop(sim.disk().create(Path::new("/medium/liasse/tmp/left")).unwrap());
    let hour = Duration::from_hours(1);
    assert_eq!(local.sweep(hour).unwrap(), 0);
    sim.jump(2 * hour, true);
    assert_eq!(local.sweep(hour).unwrap(), 0, "a file of the future is young");
    sim.jump(4 * hour, false);
    assert_eq!(local.sweep(hour).unwrap(), 1);
}
