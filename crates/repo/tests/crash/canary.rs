//! Were one of these not noticed, none of the other tests would mean anything: each weakens what makes a snapshot durable, and must lose
//! one.

use std::sync::Arc;

use liasse_repo::store::Store;

use super::enumerate::{Lost, Seen, Thoroughness, enumerate};
use super::hasty::Hasty;
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
    let store: Arc<dyn Store> = Arc::new(Hasty::new(world.store().unwrap()));
    let repository = open(store, &world.credential).unwrap();
    world.edit();
    world.backup_with(&repository).unwrap();
    let lost = found(&world).unwrap();
    assert!(lost.what.contains("check finds"), "{}", lost.what);
}
