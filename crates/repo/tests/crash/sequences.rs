//! Sequences of what people do, by chance: edits, backups, sessions given up, two writers, keys, full and failing disks, clocks that jump;
//! then the power is cut at every moment of them.

use std::time::Instant;

use super::enumerate::{Seen, Thoroughness, enumerate, report};
use super::seeds::{each_seed, say, setting};
use super::world::World;

const TEST: &str = "sequences_survive_a_cut_at_any_moment";

fn run(seed: u64) -> Result<Seen, String> {
    let mut world = World::new(seed);
    let (no_rename, no_link) = (world.chance.once_in(4), world.chance.once_in(2));
    world.sim.trouble(|trouble| (trouble.no_rename_no_replace, trouble.no_link) = (no_rename, no_link));
    for _ in 0..=world.chance.below(4) {
        // Where a fault struck, an error may be told; what holds then is in the promises.
        world.something().ok();
    }
    let mut found = Seen::default();
    match enumerate(&world, Thoroughness { most: 48, goes_on: 4 }, &mut found) {
        Ok(()) => Ok(found),
        Err(lost) => Err(report(&lost, &world, seed, TEST)),
    }
}

#[test]
fn sequences_survive_a_cut_at_any_moment() {
    let wanted = usize::try_from(setting("LIASSE_SIM_IMAGES").unwrap_or(200_000)).unwrap();
    let began = Instant::now();
    let (total, seeds) = each_seed(|total: &Seen, _| total.images() >= wanted, run, |total, seen| total.count(&seen));
    say(&format!("{TEST}: {total} in {seeds} sequences, {:.0} s", began.elapsed().as_secs_f64()));
}
