//! Years of nights against a map of what was stored: every night somebody backs up, now and then the power fails, the disk is full or
//! fails, another machine writes, or the local cache is an old one. Every two months all that was promised is read back.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::seeds::{each_seed, say, setting};
use super::verify::{Expected, verify};
use super::world::World;

const TEST: &str = "years_of_nights_lose_nothing";
const NIGHTS: usize = 365;

#[derive(Default)]
struct Told {
    snapshots: usize,
    cuts: usize,
    failed: usize,
}

impl Told {
    fn add(&mut self, other: &Self) {
        self.snapshots += other.snapshots;
        self.cuts += other.cuts;
        self.failed += other.failed;
    }
}

/// One year.
fn year(seed: u64) -> Result<Told, String> {
    let mut world = World::new(seed);
    let mut told = Told::default();
    // Where there is a file system in memory, the cache need not wait for a disk: it is only a cache.
    let memory = PathBuf::from("/dev/shm");
    let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap();
    let (cache, old) = (folder.path().join("cache"), folder.path().join("old"));
    world.cache = Some(cache.clone());
    for night in 1..=NIGHTS {
        let wrong = |what: String| {
            format!(
                "seed {seed}, night {night}: {what}\nonce more: LIASSE_SIM_SEED={seed} cargo test -p liasse-repo --test crash -- {TEST}"
            )
        };
        world.checkpoint();
        world.sim.jump(Duration::from_hours(24), false);
        let done = if world.chance.once_in(3) {
            world.something().map_err(|error| error.to_string())
        } else {
            world.edit();
            world.backup().map(drop).map_err(|error| wrong(format!("{error:?}")))
        };
        match done {
            Err(what) if what.starts_with("seed") => return Err(what),
            done => told.failed += usize::from(done.is_err()),
        }
        if world.chance.once_in(60) {
            std::fs::remove_dir_all(&old).ok();
            super::copy_folder(&cache, &old);
        }
        let cut = world.chance.once_in(15);
        if cut {
            told.cuts += 1;
            world = world.cut_at_random();
            if world.chance.once_in(3) && old.is_dir() {
                std::fs::remove_dir_all(&cache).ok();
                super::copy_folder(&old, &cache);
            }
        }
        if cut && night > NIGHTS - 60 || night % 60 == 0 || night == NIGHTS {
            let expected = Expected { promises: &world.promises, keys: &world.keys, steps: world.sim.steps() };
            verify(&world.sim.image(), &world.credential, expected).map_err(wrong)?;
        }
    }
    told.snapshots = world.promises.iter().filter(|promise| promise.told.is_some()).count();
    Ok(told)
}

#[test]
fn years_of_nights_lose_nothing() {
    let began = Instant::now();
    let wanted = setting("LIASSE_SIM_YEARS").unwrap_or(50);
    let (told, years) = each_seed(|_, seed| seed > wanted, year, |told: &mut Told, of| told.add(&of));
    let Told { snapshots, cuts, failed } = told;
    let took = began.elapsed().as_secs_f64();
    say(&format!(
        "{TEST}: {years} years of {NIGHTS} nights, {snapshots} snapshots, {cuts} power cuts, {failed} nights that failed and said so, {took:.0} s"
    ));
}
