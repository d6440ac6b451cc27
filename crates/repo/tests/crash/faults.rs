//! A disk that fails at any one operation, reads and syncs among them, and one that tells old or short lists: an error is told or nothing
//! is wrong, what was promised survives a power cut right after it, and the next backup succeeds.

use liasse_repo::store::{Failure, Trouble};

use super::Sim;
use super::seeds::say;
use super::verify::{Expected, goes_on, verify};
use super::world::World;

/// What was promised holds, for who goes on at once and for who finds the disk after a cut.
fn still_holds(world: &World, context: &str) {
    world.sim.trouble(|trouble| *trouble = Trouble::default());
    let steps = world.sim.steps();
    let expected = Expected { promises: &world.promises, keys: &world.keys, steps };
    let cut = world.sim.recording().cut(steps);
    for image in [world.sim.image(), cut.bare(), cut.unharmed()] {
        let wrong = |what: String| panic!("{context}: {what}");
        verify(&image, &world.credential, expected).unwrap_or_else(wrong);
        goes_on(&image, world, expected).unwrap_or_else(wrong);
    }
}

/// Fails each operation of a backup in turn; gives how many there were.
fn each_operation(change: impl Fn(&mut Trouble, u64)) -> u64 {
    for number in 1.. {
        let mut world = World::new(9);
        world.edit();
        let before = world.sim.operations();
        world.sim.trouble(|trouble| change(trouble, before + number));
        let done = world.backup();
        let operations = world.sim.operations() - before;
        if number > operations {
            assert!(done.is_ok());
            return number;
        }
        still_holds(&world, &format!("operation {number} of {operations}"));
    }
    0
}

#[test]
fn any_operation_may_fail() {
    for failure in [Failure::Io, Failure::Full] {
        let operations = each_operation(|trouble, number| trouble.failures = vec![(number, failure)]);
        say(&format!("any_operation_may_fail: {failure:?} at each of {operations} operations"));
        assert!(operations > 100);
    }
}

#[test]
fn the_disk_may_be_gone_from_any_operation_on() {
    let operations = each_operation(|trouble, number| trouble.gone_from = Some(number));
    say(&format!("the_disk_may_be_gone_from_any_operation_on: {operations} operations"));
}

#[test]
fn an_interrupted_or_ragged_transfer_is_gone_on_with() {
    for seed in 0..40 {
        let mut world = World::new(10);
        world.sim.trouble(|trouble| trouble.ragged = Some(seed));
        world.edit();
        world.backup().unwrap();
        still_holds(&world, &format!("ragged {seed}"));
    }
}

#[test]
fn a_disk_may_be_full_at_any_byte() {
    for room in (0..8000).step_by(97) {
        let mut world = World::new(11);
        world.sim.trouble(|trouble| trouble.room = Some(room));
        world.edit();
        world.backup().ok();
        still_holds(&world, &format!("room for {room} bytes"));
    }
}

/// A server may answer from its cache, or give a part only: it costs space, and no data.
#[test]
fn old_or_short_lists_lose_nothing() {
    for limit in [None, Some(0), Some(1), Some(3)] {
        let mut world = World::new(12);
        let (one, other) = (world.repository().unwrap(), world.repository().unwrap());
        world.sim.trouble(|trouble| (trouble.stale_lists, trouble.list_limit) = (limit.is_none(), limit));
        for repository in [&one, &other, &one] {
            world.edit();
            world.backup_with(repository).ok();
        }
        still_holds(&world, &format!("lists {limit:?}"));
    }
}

/// A writer that takes a day for each step is no dead one: its files are its own as long as it lives.
#[test]
fn a_slow_writer_is_not_swept_away() {
    let mut world = World::new(13);
    let (slow, quick) = (world.repository().unwrap(), world.repository().unwrap());
    world.sim.trouble(|trouble| trouble.delay = std::time::Duration::from_hours(24));
    let session = slow.begin(liasse_repo::Whoami::default()).unwrap();
    world.edit();
    let files = world.files.clone();
    super::world::put_all(&session, &files).unwrap();
    world.edit();
    world.backup_with(&quick).unwrap();
    world.commit(session, &files).unwrap();
    still_holds(&world, "slow");
    let image = world.sim.image();
    assert_eq!(image.files().filter(|(path, _)| path.starts_with(&Sim::path("tmp/"))).count(), 0);
}
