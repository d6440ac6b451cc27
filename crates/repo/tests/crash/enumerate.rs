//! Every moment of a recording times what may survive a power cut then. Each image is made once; each repository that images show is
//! verified once: what lies in `tmp/` is not read, which the verifier sees to.

use std::collections::HashSet;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use liasse_repo::store::{Image, Moves, Sim};

use super::verify::{Expected, goes_on, verify};
use super::world::World;

/// What was looked at.
#[derive(Default)]
pub struct Seen {
    images: HashSet<u64>,
    /// Images, and what must be in them.
    looked_at: HashSet<(u64, usize)>,
    /// What is read of images, and what must be in it.
    repositories: HashSet<(u64, usize)>,
    /// Of others that were counted in.
    other: (usize, usize),
    pub moments: usize,
    pub went_on: usize,
}

impl Seen {
    /// How many different disks there were.
    pub fn images(&self) -> usize {
        self.images.len() + self.other.0
    }

    pub fn repositories(&self) -> usize {
        self.repositories.len() + self.other.1
    }

    /// Counts an image; which repository it shows, if that was not looked at before in this stage.
    fn add(&mut self, image: &Image, stage: usize) -> Option<usize> {
        let digest = image.digest();
        self.images.insert(digest);
        let tmp = Sim::path("tmp/");
        let is_new = self.looked_at.insert((digest, stage))
            && self.repositories.insert((image.digest_without(|path| path.starts_with(&tmp)), stage));
        is_new.then_some(self.repositories.len())
    }

    /// Counts in what was seen elsewhere, where everything but the first disk is different: bytes and names are random.
    pub fn count(&mut self, other: &Self) {
        self.other.0 += other.images() - 1;
        self.other.1 += other.repositories() - 1;
        self.moments += other.moments;
        self.went_on += other.went_on;
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (moments, images, repositories) = (self.moments, self.images(), self.repositories());
        write!(f, "{moments} moments, {images} distinct crash images, {repositories} distinct repositories in them, all opened, ")?;
        write!(f, "checked and read; {} of them went on with a backup", self.went_on)
    }
}

/// How thoroughly to look.
#[derive(Clone, Copy)]
pub struct Thoroughness {
    /// Most images of a moment, for each way of moving.
    pub most: usize,
    /// Of how many repositories one goes on with a backup.
    pub goes_on: usize,
}

/// What was found wrong, and where.
#[derive(Debug)]
pub struct Lost {
    pub steps: usize,
    pub what: String,
    pub image: Image,
}

/// Cuts the power at every moment of what a world has recorded. Stops at the first promise that is broken.
///
/// # Errors
/// That one.
pub fn enumerate(world: &World, thoroughness: Thoroughness, seen: &mut Seen) -> Result<(), Box<Lost>> {
    let expected = |steps| Expected { promises: &world.promises, keys: &world.keys, steps };
    let look = |image: &Image, steps, number: usize| {
        verify(image, &world.credential, expected(steps))?;
        let on = number.is_multiple_of(thoroughness.goes_on);
        if on {
            goes_on(image, world, expected(steps))?;
        }
        Ok(on)
    };
    each_repository(world, thoroughness.most, seen, |steps| expected(steps).stage(), look)
}

/// Cuts the power at every moment of what a world has recorded, with at most so many images of a moment for each way of moving, and looks
/// at each repository that they show: at its image, how many steps were taken, and which of them it is. The same disk may be right before
/// something was promised, and a loss after it: so it is looked at again in the next stage. `look` says whether it went on.
///
/// # Errors
/// The first that `look` finds wrong.
pub fn each_repository(
    world: &World,
    most: usize,
    seen: &mut Seen,
    stage: impl Fn(usize) -> usize,
    mut look: impl FnMut(&Image, usize, usize) -> Result<bool, String>,
) -> Result<(), Box<Lost>> {
    let recording = world.sim.recording();
    let mut chance = world.chance.clone();
    let mut lost = None;
    recording.cuts(|steps, cut| {
        if lost.is_some() {
            return;
        }
        seen.moments += 1;
        for moves in [Moves::Whole, Moves::Torn] {
            for choice in cut.choices(moves, most, &mut chance) {
                let image = cut.image(&choice);
                let Some(number) = seen.add(&image, stage(steps)) else { continue };
                match look(&image, steps, number) {
                    Ok(went_on) => seen.went_on += usize::from(went_on),
                    Err(what) => {
                        lost = Some(Box::new(Lost { steps, what, image }));
                        return;
                    }
                }
            }
        }
    });
    lost.map_or(Ok(()), Err)
}

/// Keeps a broken image as folders and files, which the program itself can open with the credential beside them, and what led to it; says
/// how to see it again.
pub fn report(lost: &Lost, world: &World, seed: u64, test: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("crash-{test}-{seed}-{}", lost.steps));
    let kept = keep(lost, world, &folder).map_or_else(|error| error.to_string(), |()| folder.display().to_string());
    let replay = format!("LIASSE_SIM_SEED={seed} cargo test -p liasse-repo --test crash -- {test}");
    format!("seed {seed}, after {} steps: {}\nonce more: {replay}\nthe disk, the steps and the credential: {kept}", lost.steps, lost.what)
}

fn keep(lost: &Lost, world: &World, folder: &Path) -> std::io::Result<()> {
    fs::remove_dir_all(folder).ok();
    fs::create_dir_all(folder)?;
    for below in lost.image.folders() {
        fs::create_dir_all(folder.join(below))?;
    }
    for (path, bytes) in lost.image.files() {
        fs::write(folder.join(path), bytes)?;
    }
    let recording = world.sim.recording();
    let said: Vec<String> = recording.steps().iter().enumerate().map(|(n, step)| format!("{n} {step}\n")).collect();
    fs::write(folder.join("steps.txt"), said.concat())?;
    fs::write(folder.join("credential"), &world.credential)
}
