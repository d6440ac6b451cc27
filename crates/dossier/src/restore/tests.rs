//! The swap and what it leaves, without a repository.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

use liasse_archive::target::{Occupied, Target};

use super::error::Trouble;
use super::keep::Keep;
use super::place::Place;
use super::work::{Leftover, Work, word};

struct World(tempfile::TempDir);

impl World {
    fn new(files: &[&str]) -> Self {
        let world = Self(tempfile::tempdir().unwrap());
        for file in files {
            fs::create_dir_all(world.path(file).parent().unwrap()).unwrap();
            fs::write(world.path(file), file).unwrap();
        }
        world
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().canonicalize().unwrap().join(name)
    }

    fn place(&self) -> Place {
        Place::at(&self.path("D1")).unwrap()
    }

    /// A restore whose state lies ready.
    fn staged(&self) -> Work {
        let work = Work::begin(&self.place()).unwrap();
        work.folder.make_dir(&word("new").unwrap(), Occupied::Refuse).unwrap();
        fs::write(work.path.join("new/state"), "state").unwrap();
        work
    }

    fn names(&self) -> Vec<String> {
        let names = fs::read_dir(self.0.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    fn leftover(&self) -> Leftover {
        Work::left(&self.place()).unwrap().unwrap().leftover().unwrap()
    }
}

fn note(work: &Work, place: &Place) {
    let new = Target::open(&work.path.join("new")).unwrap().root().clone();
    work.write_note(&place.folder().unwrap().unwrap(), &new).unwrap();
}

#[test]
fn with_a_note_both_change_places_and_without_one_two_renames_do_it() {
    for noted in [true, false] {
        let world = World::new(&["D1/old"]);
        let (place, work) = (world.place(), world.staged());
        if noted {
            note(&work, &place);
        }
        assert_eq!(work.leftover().unwrap(), Leftover::Nothing);
        work.swap(place.folder().unwrap().as_ref()).unwrap();
        assert!(world.path("D1/state").exists() && work.path.join("old/old").exists());
        assert_eq!(work.leftover().unwrap(), Leftover::Replaced("old"));
        let kept = work.keep("old", "2026").unwrap();
        assert_eq!(
            (kept, world.names()),
            (world.path(".liasse-replaced-D1-2026"), vec![".liasse-replaced-D1-2026".to_owned(), "D1".to_owned()])
        );
        let again = world.staged();
        again.swap(place.folder().unwrap().as_ref()).unwrap();
        assert_eq!(again.keep("old", "2026").unwrap(), world.path(".liasse-replaced-D1-2026-2"));
        let last = world.staged();
        last.swap(place.folder().unwrap().as_ref()).unwrap();
        last.forget().unwrap();
        assert_eq!(world.names().len(), 3);
    }
}

/// Every moment at which it may be cut off, and what the next one makes of it.
#[test]
fn a_cut_leaves_names_that_say_what_is_what() {
    let world = World::new(&["D1/old"]);
    let place = world.place();
    drop(world.staged());
    assert_eq!(world.leftover(), Leftover::Nothing, "staged, nothing noted");
    note(&Work::begin(&place).unwrap(), &place);
    assert_eq!(world.leftover(), Leftover::Nothing, "noted, nothing moved");
    let (here, new, old) = (world.path("D1"), world.path(".liasse-restore-D1/new"), world.path(".liasse-restore-D1/old"));
    let swapped = world.path("swapped");
    fs::rename(&here, &swapped).unwrap();
    fs::rename(&new, &here).unwrap();
    fs::rename(&swapped, &new).unwrap();
    assert_eq!(world.leftover(), Leftover::Replaced("new"), "exchanged, not yet renamed");
    fs::rename(&here, &swapped).unwrap();
    assert_eq!(world.leftover(), Leftover::Replaced("new"), "somebody took the dossier away");
    fs::rename(&new, &old).unwrap();
    assert_eq!(world.leftover(), Leftover::Dossier, "between two renames");
    assert_eq!(Work::left(&place).unwrap().unwrap().discard("t").unwrap(), None);
    assert!(here.join("old").exists() && !old.exists(), "it was put back");
    fs::create_dir_all(world.path(".liasse-restore-D1/gone/half")).unwrap();
    assert_eq!(world.leftover(), Leftover::Nothing, "being removed");
}

#[test]
fn what_cannot_take_its_place_leaves_the_dossier() {
    let world = World::new(&["D1/old", "D2/other"]);
    let (place, work) = (world.place(), Work::begin(&world.place()).unwrap());
    assert!(matches!(Work::begin(&place), Err(Trouble::Busy)), "one restore at a time");
    // Nothing lies ready: the second rename fails, and the first is taken back.
    assert!(work.swap(place.folder().unwrap().as_ref()).is_err());
    assert!(world.path("D1/old").exists() && !work.path.join("old").exists());
    assert_eq!(work.discard("t").unwrap(), None);
    // Another folder has its name since.
    let work = world.staged();
    note(&work, &place);
    fs::rename(world.path("D1"), world.path("D3")).unwrap();
    fs::rename(world.path("D2"), world.path("D1")).unwrap();
    assert!(matches!(work.swap(place.folder().unwrap().as_ref()), Err(Trouble::Moved)));
    assert!(world.path("D1/other").exists());
    // Something came to where nothing was.
    let world = World::new(&["x"]);
    let (place, work) = (world.place(), world.staged());
    fs::write(world.path("D1"), "a file").unwrap();
    assert!(work.swap(None).is_err() && matches!(place.folder(), Err(Trouble::NotAFolder)));
    assert_eq!(fs::read_to_string(world.path("D1")).unwrap(), "a file");
}

#[test]
fn a_place_is_real_and_its_own() {
    let world = World::new(&["real/D1/file"]);
    std::os::unix::fs::symlink(world.path("real"), world.path("link")).unwrap();
    std::os::unix::fs::symlink(world.path("real/D1"), world.path("real/D2")).unwrap();
    assert!(matches!(Place::at(&world.path("link/D1")), Err(Trouble::Link)));
    assert!(matches!(Place::at(&world.path("real/D2")).unwrap().folder(), Err(Trouble::Link)));
    assert!(matches!(Place::at(&world.path("gone/D1")), Err(Trouble::NoParent(_))));
    assert!(matches!(Place::at(&world.path(&"x".repeat(201))), Err(Trouble::TooLong)));
    let place = Place::at(&world.path("real/D1")).unwrap();
    assert!(place.holds(&[world.path("real/D1/repository")]) && place.holds(&[world.path("link/D1/file")]));
    assert!(!place.holds(&[world.path("real")]) && !place.holds(&[Path::new("/nowhere").to_owned()]));
}

#[test]
fn what_was_not_read_is_kept_with_all_below_it() {
    let keep = Keep::of_unread(&[b"a/b", b""]);
    assert!(keep.keeps(b"/anything", false));
    let keep = Keep::of_unread(&[b"a/b"]);
    for (path, kept) in [(&b"/a/b"[..], true), (b"/a/b/c", true), (b"/a/bc", false), (b"/a", false)] {
        assert_eq!(keep.keeps(path, false), kept);
    }
}
