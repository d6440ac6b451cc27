//! Keys that are added, changed and removed while the power fails: who was told that a password opens the repository can open it, and one
//! that was told to be gone opens nothing.

use std::sync::Arc;

use liasse_repo::format::ids::SlotId;
use liasse_repo::format::keys::Role;
use liasse_repo::format::parity::What;
use liasse_repo::store::{Image, Moves};
use liasse_repo::{Handover, KdfParams, Repository, Unlock};
use zeroize::Zeroizing;

use super::enumerate::Thoroughness;
use super::mend::Mend;
use super::world::World;
use super::{Sim, cut_everywhere};

fn password(words: &str) -> Zeroizing<String> {
    Zeroizing::new(words.to_owned())
}

fn opens(sim: &Sim, words: &str) -> bool {
    Repository::open(Arc::new(sim.open().unwrap()), &Unlock::Password(password(words))).is_ok()
}

#[test]
fn changes_of_keys_survive_a_cut() {
    let mut world = World::new(8);
    let mut repository = world.repository().unwrap();
    let add = |world: &mut World, repository: &mut Repository, words: &str| {
        let handover = Handover::Password { password: password(words), kdf: KdfParams::DEFAULT };
        let added = repository.add_key(Role::Auditor, words, &handover).unwrap();
        world.key_told(repository, Some((added.name.clone(), true)));
        added.name
    };
    let old = add(&mut world, &mut repository, "old");
    // From now on parity could bring back the slot.
    world.mend(Mend::Protect, &Image::default()).unwrap();
    let slot = What::Slot(SlotId::from_hex(&old).unwrap());
    assert!(World::protected(&world.sim.image()).contains(&slot));
    // A change of the password: the new one is there before the old one goes.
    add(&mut world, &mut repository, "new");
    let changing = world.sim.steps();
    repository.remove_key(&old).unwrap();
    world.key_told(&repository, Some((old, false)));
    let removed = world.sim.steps();
    drop(repository);
    world.change_writers().unwrap();
    world.change_writers().unwrap();
    cut_everywhere(&world, Thoroughness { most: 256, goes_on: 4 }, "changes_of_keys_survive_a_cut");

    let recording = world.sim.recording();
    for (steps, words, is_open) in [(changing, "old", true), (changing, "new", true), (removed, "new", true), (removed, "old", false)] {
        let sim = Sim::of(&recording.cut(steps).bare());
        assert_eq!(opens(&sim, words), is_open, "{words} after {steps} steps");
    }
    let cut = recording.cut(removed);
    for choice in cut.choices(Moves::Torn, 256, &mut world.chance) {
        assert!(!World::protected(&cut.image(&choice)).contains(&slot), "nobody can bring it back");
    }
}
