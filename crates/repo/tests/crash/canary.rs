//! Were one of these not noticed, none of the other tests would mean anything: each weakens what makes a snapshot or a repair durable, and
//! must be found to lose something.

use std::sync::Arc;

use liasse_repo::store::{Local, Store, Trouble};

use super::enumerate::{Lost, Seen, Thoroughness, enumerate};
use super::harm::{Case, cases};
use super::hasty::{Haste, Hasty};
use super::repairs::cut_off;
use super::support::open;
use super::world::World;

/// Paths whose syncs are forgotten.
type Ignored = fn(&str) -> bool;

/// What the enumeration finds first.
fn found(world: &World) -> Option<Lost> {
    enumerate(world, Thoroughness { most: 64, goes_on: usize::MAX }, &mut Seen::default()).err().map(|lost| *lost)
}

/// What is found where the syncs of some paths are forgotten.
fn found_without(ignored: Ignored) -> Option<Lost> {
    let mut world = World::new(6);
    world.sim.trouble(|trouble| trouble.ignored_syncs = Some(ignored));
    world.edit();
    world.backup().unwrap();
    found(&world)
}

#[test]
fn each_sync_that_a_snapshot_needs_is_missed() {
    let needed: [(&str, Ignored); 5] = [
        ("files", |path| path.contains("/tmp/")),
        ("the folder of packs", |path| path.ends_with("/packs")),
        ("folders in it", |path| path.contains("/packs/")),
        ("snapshots", |path| path.ends_with("/snapshots")),
        ("all folders", |path| !path.contains("/tmp/")),
    ];
    for (what, ignored) in needed {
        let lost = found_without(ignored).unwrap_or_else(|| panic!("without syncs of {what}, nothing is lost"));
        let said = ["check finds", "refused", "is lost", "does not open"].iter().any(|said| lost.what.contains(said));
        assert!(said, "{what}: {}", lost.what);
    }
}

/// What these hold can be had again from packs, or is of no use after a cut. That they are no canaries says that the others are.
#[test]
fn no_other_sync_is_missed() {
    let others: [Ignored; 4] =
        [|_| false, |path| path.ends_with("/tmp"), |path| path.ends_with("/index"), |path| path.ends_with("/intents")];
    for ignored in others {
        assert!(found_without(ignored).is_none());
    }
}

/// A writer that publishes its packs only after its snapshot.
#[test]
fn a_snapshot_before_its_packs_is_found_out() {
    let mut world = World::new(7);
    let store: Arc<dyn Store> = Arc::new(Hasty::new(world.sim.open().unwrap(), Haste::SnapshotFirst));
    let repository = open(store, &world.credential).unwrap();
    world.edit();
    world.backup_with(&repository).unwrap();
    let lost = found(&world).unwrap();
    assert!(lost.what.contains("check finds"), "{}", lost.what);
}

fn case(what: &str) -> Case {
    cases().into_iter().find(|case| case.what == what).unwrap()
}

/// What is found of a repair where the syncs of some paths are forgotten.
fn repaired_without(what: &str, ignored: Ignored) -> Option<Lost> {
    let habits = Trouble { ignored_syncs: Some(ignored), ..Trouble::default() };
    cut_off(&case(what), &habits, &mut Seen::default()).err().map(|lost| *lost)
}

const FROM: &str = "From { all: false }, a pack is cut";
const PARITY: &str = "Parity, a pack is cut";
const INDEX: &str = "Index, a segment is cut";
const SOURCE: &str = "Source, a block rots";
const PROTECT: &str = "Protect, nothing is wrong";

#[test]
fn each_sync_that_a_repair_needs_is_missed() {
    let (files, asides): (Ignored, Ignored) = (|path| path.contains("/tmp/"), |path| path.ends_with("/damaged"));
    let needed: [(&str, &[&str], Ignored); 10] = [
        (FROM, &["never had"], files),
        (FROM, &["are gone"], asides),
        (FROM, &["is not mended", "found now"], |path| path.contains("/packs/")),
        (PARITY, &["never had"], files),
        (PARITY, &["are gone"], asides),
        (PARITY, &["is not mended", "found now"], |path| path.contains("/packs/")),
        (INDEX, &["never had"], files),
        (INDEX, &["left to be done", "found now"], |path| path.ends_with("/index")),
        (SOURCE, &["found now", "not read any more", "left to be done"], asides),
        (PROTECT, &["not protected"], |path| path.ends_with("/parity")),
    ];
    for (number, (what, told, ignored)) in needed.into_iter().enumerate() {
        let lost = repaired_without(what, ignored).unwrap_or_else(|| panic!("{number}, {what}: nothing is lost"));
        assert!(told.iter().any(|told| lost.what.contains(told)), "{number}, {what}: {}", lost.what);
    }
}

#[test]
fn no_other_sync_of_a_repair_is_missed() {
    for what in [FROM, PARITY, INDEX, SOURCE, PROTECT] {
        assert!(repaired_without(what, |path| path.ends_with("/tmp")).is_none(), "{what}");
    }
}

/// A repair that takes what is damaged out of its place before it puts there what is sound: for a moment neither is there, and what could
/// still be read of it can not.
#[test]
fn a_place_that_is_emptied_before_it_is_filled_is_found_out() {
    for what in [FROM, PARITY] {
        let through = |store: Local| -> Arc<dyn Store> { Arc::new(Hasty::new(store, Haste::PlaceEmptied)) };
        let case = Case { through, ..case(what) };
        let lost = cut_off(&case, &Trouble::default(), &mut Seen::default()).unwrap_err();
        assert!(lost.what.contains("not read any more"), "{what}: {}", lost.what);
    }
}
