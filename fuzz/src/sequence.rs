//! What people do, as the bytes say, over the simulated disk: backups, edits, a second client, keys, faults, power cuts, clocks that jump.
//! Whoever was told that something is stored finds it again (`crates/repo/tests/crash` has the people, and who verifies).
//!
//! Ids, keys and the order of two threads that seal are the system's: the same input may take another way in these.

use std::time::Duration;

use liasse_repo::store::{Chance, Trouble};

use crate::verify::{Expected, goes_on, verify};
use crate::world::World;

/// Most things that are done.
const MOST: usize = 12;

/// Choices, one byte each (`Chance::of_bytes`).
pub fn sequence(data: &[u8]) {
    let mut world = World::new(0);
    world.chance = Chance::of_bytes(data);
    let (no_rename, no_link) = (world.chance.once_in(4), world.chance.once_in(2));
    world.sim.trouble(|trouble| (trouble.no_rename_no_replace, trouble.no_link) = (no_rename, no_link));
    for step in 0..MOST {
        if world.chance.is_spent() {
            break;
        }
        match world.chance.below(8) {
            // Where a fault struck, an error may be told; what holds then is in the promises.
            0..=2 => drop(world.something()),
            3 => world = world.cut_at_random(),
            4 => holds(&world, step),
            5 => world.sim.jump(Duration::from_hours(world.chance.number()), world.chance.once_in(2)),
            _ => {
                world.sim.trouble(|trouble| *trouble = Trouble::default());
                world.edit();
                world.backup().unwrap_or_else(|error| panic!("step {step}: a backup without any trouble: {error:?}"));
            }
        }
    }
    holds(&world, MOST);
    let world = world.cut_at_random();
    holds(&world, MOST + 1);
    let expected = Expected { promises: &world.promises, keys: &world.keys, steps: world.sim.steps() };
    goes_on(&world.sim.image(), &world, expected).unwrap_or_else(|what| panic!("the day after: {what}"));
}

/// Opens the repository anew, checks it, and restores every snapshot that was promised.
fn holds(world: &World, step: usize) {
    let expected = Expected { promises: &world.promises, keys: &world.keys, steps: world.sim.steps() };
    verify(&world.sim.image(), &world.credential, expected).unwrap_or_else(|what| panic!("step {step}: {what}"));
}
