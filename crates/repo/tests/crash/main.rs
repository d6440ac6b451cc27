//! Power cuts at every moment, on the simulated disk of the store: nothing that was reported as stored is lost, nothing that was not is
//! believed, and the next run succeeds. `tests/README.md` has the model of the disk, and the commands for long runs.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, unreachable_pub)]

mod canary;
mod enumerate;
mod failing;
mod faults;
mod given;
mod harm;
mod hasty;
mod keys;
mod making;
mod mend;
mod repairs;
mod seeds;
mod sequences;
#[path = "../support/mod.rs"]
mod support;
mod verify;
mod world;
mod years;

use enumerate::{Seen, Thoroughness, enumerate, report};
use liasse_repo::store::{Moves, Sim, Trouble};
use seeds::say;
use world::World;

/// Every combination where there are at most so many, and each repository goes on with a backup.
const ALL: Thoroughness = Thoroughness { most: 512, goes_on: 1 };

fn cut_everywhere(world: &World, thoroughness: Thoroughness, test: &str) -> Seen {
    let mut seen = Seen::default();
    if let Err(lost) = enumerate(world, thoroughness, &mut seen) {
        panic!("{}", report(&lost, world, 0, test));
    }
    say(&format!("{test}: {seen}"));
    seen
}

#[test]
fn a_backup_survives_a_cut_at_any_moment() {
    let mut world = World::new(1);
    world.edit();
    world.backup().unwrap();
    let seen = cut_everywhere(&world, ALL, "a_backup_survives_a_cut_at_any_moment");
    assert!(seen.moments > 40 && seen.images() > 50, "{seen}");
}

/// Where `renameat2` is unknown, and where links are too.
#[test]
fn every_way_of_publishing_survives_a_cut() {
    for no_link in [false, true] {
        let mut world = World::new(2);
        world.sim.trouble(|trouble| *trouble = Trouble { no_rename_no_replace: true, no_link, ragged: Some(5), ..Trouble::default() });
        world.edit();
        world.backup().unwrap();
        cut_everywhere(&world, Thoroughness { most: 128, goes_on: 2 }, "every_way_of_publishing_survives_a_cut");
    }
}

#[test]
fn two_writers_in_turns_survive_a_cut() {
    let mut world = World::new(3);
    world.two_writers().unwrap();
    world.two_writers().unwrap();
    cut_everywhere(&world, Thoroughness { most: 128, goes_on: 3 }, "two_writers_in_turns_survive_a_cut");
}

/// What a cut has left lies in nobody's way, and the next cut finds nothing in it to make worse.
#[test]
fn a_cut_after_a_cut() {
    let mut world = World::new(4);
    world.edit();
    world.backup().unwrap();
    let recording = world.sim.recording();
    let mut seen = Seen::default();
    for steps in (0..recording.len()).step_by(5) {
        let cut = recording.cut(steps);
        let choices = cut.choices(Moves::Torn, 8, &mut world.chance);
        let image = cut.image(&choices[world.chance.below(choices.len())]);
        let mut again = world.after(&image, steps);
        again.sim.jump(std::time::Duration::from_hours(25), false);
        again.backup().unwrap();
        if let Err(lost) = enumerate(&again, Thoroughness { most: 8, goes_on: 8 }, &mut seen) {
            panic!("{}", report(&lost, &again, 0, "a_cut_after_a_cut"));
        }
    }
    say(&format!("a_cut_after_a_cut: {seen}"));
}

/// The local cache lies on another disk: after a cut it may know what the repository has lost, or not what it has.
#[test]
fn a_cache_that_is_older_or_newer_than_the_repository_is_not_believed() {
    let folder = tempfile::tempdir().unwrap();
    let mut world = World::new(5);
    let mut caches = vec![folder.path().join("0")];
    for night in 1..=3 {
        world.edit();
        let repository = world.repository().unwrap().with_cache(caches.last().unwrap());
        world.backup_with(&repository).unwrap();
        let next = folder.path().join(night.to_string());
        copy_folder(caches.last().unwrap(), &next);
        caches.push(next);
    }
    let recording = world.sim.recording();
    let mut went_on = 0;
    for steps in (0..=recording.len()).step_by(3) {
        let cut = recording.cut(steps);
        for (number, image) in [cut.bare(), cut.unharmed()].into_iter().enumerate() {
            let mut again = world.after(&image, steps);
            let cache = folder.path().join(format!("{steps}-{number}"));
            copy_folder(&caches[(steps / 3 + number) % caches.len()], &cache);
            // The same files as the lost night had: a cache that was believed would now give chunks that are gone.
            for _ in 0..2 {
                let repository = again.repository().unwrap().with_cache(&cache);
                again.backup_with(&repository).unwrap_or_else(|error| panic!("{steps}: {error}"));
            }
            let now = again.sim.steps();
            let survived = again.sim.recording().cut(now).bare();
            let expected = verify::Expected { promises: &again.promises, keys: &again.keys, steps: now };
            verify::verify(&survived, &again.credential, expected).unwrap_or_else(|what| panic!("{steps}: {what}"));
            went_on += 1;
            std::fs::remove_dir_all(&cache).unwrap();
        }
    }
    say(&format!("a_cache_that_is_older_or_newer_than_the_repository_is_not_believed: {went_on} disks went on"));
}

/// A cache: one folder with another in it.
fn copy_folder(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in from.read_dir().into_iter().flatten().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
