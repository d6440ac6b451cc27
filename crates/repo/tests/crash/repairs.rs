//! Repairs and parity while the power fails, or the disk: what was sound before stays as it is, what was readable stays so, no byte is
//! lost, and the next repair ends well and makes the repository as whole as one that was not cut off.

use std::collections::BTreeMap;

use liasse_repo::store::{Chance, Image, Moves, Trouble};

use super::enumerate::{Lost, Seen, each_repository, report};
use super::given::{Given, Kept, in_place};
use super::harm::{Case, base, cases};
use super::mend::Mend;
use super::seeds::{each_seed, say, setting};
use super::verify::{Expected, goes_on, no_leftover_read};
use super::world::World;

/// What a repair of a case comes to when nothing keeps it from it.
pub struct Goal<'a> {
    case: &'a Case,
    /// Before the repair.
    before: Given,
    /// After it.
    after: Given,
    image: Image,
    /// What it cannot do however well the disk does: damaged objects are not protected.
    left: Vec<String>,
}

impl<'a> Goal<'a> {
    /// Repairs a case, on a disk with some habits; gives the world in which that was done, too, and why it could not be done, if so.
    ///
    /// # Errors
    /// What it made worse.
    pub fn of(case: &'a Case, habits: &Trouble) -> Result<(Self, World, Option<String>), String> {
        let mut world = case.world();
        let before = Given::of(&case.damaged, &world)?;
        world.sim.trouble(|trouble| *trouble = habits.clone());
        let (left, refused) = match world.mend(case.mend, &case.sound) {
            Ok(left) if left.is_empty() || case.mend == Mend::Protect => (left, None),
            done => (Vec::new(), Some(format!("not mended: {done:?}"))),
        };
        let image = world.sim.image();
        let after = Given::of(&image, &world)?;
        let goal = Self { case, before, after, image, left };
        goal.keeps(&goal.image, &goal.after, false)?;
        Ok((goal, world, refused))
    }

    /// Nothing is gone from a disk, and it gives what it gave.
    fn keeps(&self, image: &Image, given: &Given, failed: bool) -> Result<(), String> {
        let Case { damaged, sound, mend, .. } = self.case;
        Kept { before: damaged, sound, failed, stores: mend.stores() }.holds(image)?;
        given.covers(&self.before)
    }

    /// It is as whole as can be. What is in its place is the same to the byte, but for what has random names.
    fn reached(&self, image: &Image, world: &World) -> Result<(), String> {
        if in_place(image) == in_place(&self.image) {
            return Ok(());
        }
        let given = Given::of(image, world)?;
        given.covers(&self.after.only(&base().world.promises))?;
        if self.case.mend == Mend::Protect {
            // What is added takes the place of a damaged object only where it protects just the same: to mend that one is a repair's business.
            given.finds_no_more_than(&self.before)?;
            let all =
                world.after(image, world.sim.steps()).is_mended(Mend::Protect, &self.case.sound).map_err(|error| error.to_string())?;
            return if all { Ok(()) } else { Err("something is not protected".to_owned()) };
        }
        given.finds_no_more_than(&self.after)?;
        let made: BTreeMap<_, _> = in_place(&self.image);
        let (found, sound) = (in_place(image), in_place(&self.case.sound));
        match sound.iter().find(|(path, bytes)| made.get(*path) == Some(*bytes) && found.get(*path) != Some(*bytes)) {
            Some((path, _)) => Err(format!("{path} is not mended")),
            None => Ok(()),
        }
    }

    /// Whether the repair gives all that was promised: also keys, of which nobody misses the newest config.
    fn is_all(&self) -> bool {
        let (promises, image) = (&base().world.promises, in_place(&self.image));
        let keys = in_place(&base().sound).into_keys().filter(|path| path.starts_with("config/") || path.starts_with("keys/"));
        self.after.only(promises).is_all(promises) && keys.into_iter().all(|path| image.contains_key(path))
    }

    /// What must hold of a disk at which the power comes back, before anything is done.
    fn holds(&self, image: &Image, world: &World) -> Result<(), String> {
        let given = Given::of(image, world)?;
        self.keeps(image, &given, false)
    }

    /// The same repair again: it ends well, and all is reached and durable. Gives the world after it.
    fn again(&self, image: &Image, (world, steps): (&World, usize), failed: bool) -> Result<World, String> {
        let mut again = world.after(image, steps);
        let left = again.mend(self.case.mend, &self.case.sound).map_err(|error| format!("the next repair fails: {error:?}"))?;
        if left != self.left {
            return Err(format!("the next repair does not mend: {left:?}"));
        }
        if !self.case.mend.stores() {
            no_leftover_read(&again.sim)?;
        }
        let after = again.sim.recording().cut(again.sim.steps()).bare();
        let told = |what| format!("the next repair: {what}");
        self.reached(&after, &again).map_err(told)?;
        self.keeps(&after, &self.after, failed).map_err(told)?;
        Ok(again)
    }

    /// The disk fails in the middle, and is sound again. Whether an error was told.
    pub fn struck(&self, change: impl FnOnce(&mut Trouble)) -> Result<bool, String> {
        let mut world = self.case.world();
        world.sim.trouble(change);
        let done = world.mend(self.case.mend, &self.case.sound);
        world.sim.trouble(|trouble| *trouble = Trouble::default());
        let told = !done.as_ref().is_ok_and(|left| *left == self.left);
        let steps = world.sim.steps();
        for image in [world.sim.image(), world.sim.recording().cut(steps).bare()] {
            let given = Given::of(&image, &world)?;
            self.keeps(&image, &given, true)?;
            if !told {
                self.reached(&image, &world)?;
            }
            self.again(&image, (&world, steps), true)?;
        }
        Ok(told)
    }

    /// Who was told that the repair is done finds it done.
    fn told(&self, image: &Image, world: &World) -> Result<(), String> {
        self.holds(image, world)?;
        self.reached(image, world)?;
        let is_mended = |image| world.after(image, world.sim.steps()).is_mended(self.case.mend, &self.case.sound).unwrap_or(false);
        // What a repair makes readable may show what else is missing.
        if is_mended(image) || !is_mended(&self.image) { Ok(()) } else { Err("something is left to be done".to_owned()) }
    }

    /// Who finds a repair cut off repairs again, and goes on. Whether with a backup.
    fn on(&self, image: &Image, (world, steps): (&World, usize), number: usize) -> Result<bool, String> {
        self.holds(image, world)?;
        let mut again = self.again(image, (world, steps), false)?;
        if number.is_multiple_of(4) {
            self.cut_again(&mut again)?;
        }
        let backs_up = number.is_multiple_of(6) && self.is_all();
        if backs_up {
            let (image, steps) = (again.sim.image(), again.sim.steps());
            goes_on(&image, &again, Expected { promises: &again.promises, keys: &again.keys, steps })?;
        }
        Ok(backs_up)
    }

    /// The next repair is cut off, too, somewhere.
    fn cut_again(&self, again: &mut World) -> Result<(), String> {
        let steps = again.chance.below(again.sim.steps() + 1);
        let cut = again.sim.recording().cut(steps);
        let choices = cut.choices([Moves::Whole, Moves::Torn][steps % 2], 16, &mut again.chance);
        let image = cut.image(&choices[again.chance.below(choices.len())]);
        self.holds(&image, again)?;
        self.again(&image, (again, steps), false).map(drop)
    }
}

/// Cuts the power at every moment of the repair of a case.
pub fn cut_off(case: &Case, habits: &Trouble, seen: &mut Seen) -> Result<(), Box<Lost>> {
    let lost = |what| Box::new(Lost { steps: 0, what: format!("{}: {what}", case.what), image: case.damaged.clone() });
    let (goal, world, refused) = Goal::of(case, habits).map_err(lost)?;
    refused.map_or(Ok(()), |what| Err(lost(what)))?;
    each_moment(&goal, &world, seen)
}

/// Most images of a moment, for each way of moving.
const MOST: usize = 64;

fn each_moment(goal: &Goal<'_>, world: &World, seen: &mut Seen) -> Result<(), Box<Lost>> {
    let last = world.sim.steps();
    let look = |image: &Image, steps, number: usize| {
        let looked = if steps == last { goal.told(image, world).map(|()| false) } else { goal.on(image, (world, steps), number) };
        looked.map_err(|what| format!("{}: {what}", goal.case.what))
    };
    each_repository(world, MOST, seen, |steps| usize::from(steps == last), look)
}

#[test]
fn every_repair_survives_a_cut_at_any_moment() {
    const TEST: &str = "every_repair_survives_a_cut_at_any_moment";
    let mut total = Seen::default();
    let plain = Trouble::default();
    let old = Trouble { no_rename_no_replace: true, no_link: true, ..Trouble::default() };
    for case in &cases() {
        for habits in [&plain, &old] {
            let mut seen = Seen::default();
            if let Err(lost) = cut_off(case, habits, &mut seen) {
                panic!("{}", report(&lost, &case.world(), 0, TEST));
            }
            total.count(&seen);
        }
    }
    say(&format!("{TEST}: {total}"));
}

/// Any damage, and any repair of it: with what it can mend, and what it can not.
#[test]
fn whatever_happened_no_repair_that_is_cut_off_makes_it_worse() {
    const TEST: &str = "whatever_happened_no_repair_that_is_cut_off_makes_it_worse";
    let wanted = usize::try_from(setting("LIASSE_SIM_IMAGES").unwrap_or(200_000) / 150).unwrap();
    let run = |seed| {
        let mut chance = Chance::new(seed);
        let case = Case::by_chance(&mut chance);
        let (no_link, ragged) = (chance.once_in(2), chance.once_in(4).then_some(seed));
        let (goal, world, refused) =
            Goal::of(&case, &Trouble { no_link, ragged, ..Trouble::default() }).map_err(|what| format!("seed {seed}: {what}"))?;
        if refused.is_some() {
            // Nothing opens it any more, or not all that was hoped for can be had.
            return Ok(None);
        }
        let mut seen = Seen::default();
        let done = each_moment(&goal, &world, &mut seen);
        done.map(|()| Some(seen)).map_err(|lost| report(&lost, &case.world(), seed, TEST))
    };
    let (total, seeds) =
        each_seed(|total: &Seen, _| total.images() >= wanted, run, |total, seen| seen.iter().for_each(|seen| total.count(seen)));
    say(&format!("{TEST}: {total} in {seeds} repairs"));
}
