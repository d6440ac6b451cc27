//! Power cuts: which of the things that no sync has reached survive one, and what the disk holds then. Where there are few of
//! them, every combination; else some that are always worth trying, and a sample.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::image::{Blob, Image, Node};
use super::platter::{FileState, Platter, put};
use super::random::Chance;
use super::step::{Inode, Step};

/// What disks write at a time: an old sector, and a new one.
const SECTORS: [usize; 2] = [512, 4096];

/// What was done to a disk, from a moment on.
#[derive(Debug, Clone)]
#[allow(clippy::len_without_is_empty, reason = "an empty one still has a moment to cut at")]
pub struct Recording {
    pub(super) start: Platter,
    pub(super) steps: Vec<Step>,
}

impl Recording {
    /// How many steps were taken: there is a moment for a power cut before each, and one after the last.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// What was done, for people.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The disk after `steps` steps, when the power fails.
    pub fn cut(&self, steps: usize) -> Cut {
        let mut cut = Cut { platter: self.start.clone() };
        self.steps.iter().take(steps).for_each(|step| cut.platter.apply(&step.action));
        cut
    }

    /// The disk at every moment in turn, with the number of steps until then.
    pub fn cuts(&self, mut each: impl FnMut(usize, &Cut)) {
        let mut cut = Cut { platter: self.start.clone() };
        each(0, &cut);
        for (number, step) in self.steps.iter().enumerate() {
            cut.platter.apply(&step.action);
            each(number + 1, &cut);
        }
    }
}

/// How strictly a disk keeps together what belongs together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moves {
    /// Both halves of a move survive, or neither, as on every file system with a journal.
    Whole,
    /// Each half for itself, as on FAT: a file may have both names, or none.
    Torn,
}

/// A disk without power. What survives is still to be chosen.
#[derive(Debug, Clone)]
pub struct Cut {
    platter: Platter,
}

/// What becomes of the bytes of a file that no sync has reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tear {
    /// None of them is there, nor the size.
    Nothing,
    /// All of them.
    All,
    /// The size, and zeros.
    Zeros,
    /// The first sectors of this size, and then it ends.
    Prefix { sector: usize, count: usize },
    /// Some sectors; the others are zeros.
    Holes { sector: usize, seed: u64 },
}

/// What survives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// For each group of changes of folders, whether it does.
    groups: Vec<bool>,
    tears: Vec<Tear>,
    moves: Moves,
}

/// Changes that survive together: folder, and number of the change in it.
type Group = Vec<(Inode, usize)>;

impl Cut {
    /// What the disk would hold had the power not failed: as after the death of the process alone.
    pub fn unharmed(&self) -> Image {
        let groups = vec![true; self.groups(Moves::Whole).len()];
        self.image(&Choice { groups, tears: vec![Tear::All; self.unsynced().count()], moves: Moves::Whole })
    }

    /// What is left when nothing survives that need not.
    pub fn bare(&self) -> Image {
        let groups = vec![false; self.groups(Moves::Torn).len()];
        self.image(&Choice { groups, tears: vec![Tear::Nothing; self.unsynced().count()], moves: Moves::Torn })
    }

    /// Combinations of what may survive: all, where there are at most `most`; else at least those where one thing is lost alone or
    /// survives alone, and a sample.
    pub fn choices(&self, moves: Moves, most: usize, chance: &mut Chance) -> Vec<Choice> {
        let (groups, files) = (self.groups(moves).len(), self.unsynced().count());
        let draw = |chance: &mut Chance| self.unsynced().map(|(_, file)| tears(file, chance)).collect::<Vec<_>>();
        let drawn = draw(chance);
        let all =
            drawn.iter().try_fold(1_usize.checked_shl(groups.try_into().unwrap_or(u32::MAX)), |all, of| Some(all?.checked_mul(of.len())));
        if let Some(all) = all.flatten().filter(|all| *all <= most) {
            return (0..all).map(|number| nth(number, groups, &drawn, moves)).collect();
        }
        let choice = |groups, tear: Tear| Choice { groups, tears: vec![tear; files], moves };
        let mut choices = vec![choice(vec![true; groups], Tear::All), choice(vec![false; groups], Tear::Nothing)];
        choices.push(choice(vec![true; groups], Tear::Nothing));
        choices.push(choice(vec![true; groups], Tear::Zeros));
        for one in 0..groups {
            choices.push(choice((0..groups).map(|group| group == one).collect(), Tear::All));
            choices.push(choice((0..groups).map(|group| group != one).collect(), Tear::All));
        }
        while choices.len() < most {
            // Mostly kept, mostly lost, or neither.
            let part = 1 + chance.below(9);
            let groups = (0..groups).map(|_| chance.below(10) < part).collect();
            let tears = draw(chance).iter().map(|of| chance.of(of).copied().unwrap_or(Tear::All)).collect();
            choices.push(Choice { groups, tears, moves });
        }
        choices.truncate(most.max(4));
        choices
    }

    /// What the disk holds when the power comes back.
    pub fn image(&self, choice: &Choice) -> Image {
        let mut kept: BTreeMap<Inode, Vec<usize>> = BTreeMap::new();
        for (group, _) in self.groups(choice.moves).iter().zip(&choice.groups).filter(|(_, survives)| **survives) {
            for (folder, change) in group {
                kept.entry(*folder).or_default().push(*change);
            }
        }
        let torn: BTreeMap<Inode, Tear> = self.unsynced().zip(&choice.tears).map(|((inode, _), tear)| (inode, *tear)).collect();
        let mut image = Image::default();
        self.gather(0, "", &kept, &torn, &mut image);
        image
    }

    fn gather(&self, folder: Inode, path: &str, kept: &BTreeMap<Inode, Vec<usize>>, torn: &BTreeMap<Inode, Tear>, image: &mut Image) {
        let Some(state) = self.platter.folders.get(&folder) else { return };
        let mut entries = state.durable.clone();
        let mut survivors = kept.get(&folder).cloned().unwrap_or_default();
        survivors.sort_unstable();
        survivors.iter().filter_map(|number| state.changes.get(*number)).for_each(|change| change.apply(&mut entries));
        for (name, inode) in entries {
            let path = if path.is_empty() { name.to_string() } else { format!("{path}/{name}") };
            if let Some(file) = self.platter.files.get(&inode) {
                let tear = torn.get(&inode).copied();
                image.nodes.insert(path, Node::File(tear.map_or_else(|| file.durable.clone(), |tear| tear.of(file))));
            } else {
                image.nodes.insert(path.clone(), Node::Folder);
                self.gather(inode, &path, kept, torn, image);
            }
        }
    }

    /// Files with bytes that no sync has reached.
    fn unsynced(&self) -> impl Iterator<Item = (Inode, &FileState)> {
        self.platter.files.iter().filter(|(_, file)| !file.dirty.is_empty()).map(|(inode, file)| (*inode, file))
    }

    /// Changes of folders that no sync has reached, in the groups that survive together. The half of a move whose other half is durable
    /// is still a group of its own: no standard binds them.
    fn groups(&self, moves: Moves) -> Vec<Group> {
        let mut groups: BTreeMap<(usize, Inode), Group> = BTreeMap::new();
        for (folder, state) in &self.platter.folders {
            for (number, change) in state.changes.iter().enumerate() {
                let with = if moves == Moves::Whole { 0 } else { *folder };
                groups.entry((change.step, with)).or_default().push((*folder, number));
            }
        }
        groups.into_values().collect()
    }
}

/// The ways in which a file may be torn, the random ones drawn anew.
fn tears(file: &FileState, chance: &mut Chance) -> Vec<Tear> {
    let mut tears = vec![Tear::Nothing, Tear::All, Tear::Zeros];
    let length = file.dirty.iter().map(|dirty| dirty.at + dirty.bytes.len()).max().unwrap_or_default();
    for sector in SECTORS {
        let sectors = length.div_ceil(sector);
        if sectors > 1 {
            tears.push(Tear::Prefix { sector, count: 1 + chance.below(sectors - 1) });
            tears.push(Tear::Holes { sector, seed: chance.number() });
        }
    }
    tears
}

/// The n-th of all combinations.
fn nth(mut number: usize, groups: usize, tears: &[Vec<Tear>], moves: Moves) -> Choice {
    let mut digit = |base: usize| {
        let digit = number % base.max(1);
        number /= base.max(1);
        digit
    };
    let groups = (0..groups).map(|_| digit(2) == 1).collect();
    let tears = tears.iter().map(|of| of.get(digit(of.len())).copied().unwrap_or(Tear::All)).collect();
    Choice { groups, tears, moves }
}

impl Tear {
    fn of(self, file: &FileState) -> Blob {
        let durable = &file.durable;
        match self {
            Self::Nothing => durable.clone(),
            Self::All => Blob::new(file.cached()),
            Self::Zeros => Blob::new(in_sectors(&durable.bytes, &file.cached(), SECTORS[0], |_| false)),
            Self::Prefix { sector, count } => {
                let mut bytes = file.cached();
                bytes.truncate(count.saturating_mul(sector).max(durable.bytes.len()));
                Blob::new(bytes)
            }
            Self::Holes { sector, seed } => {
                let mut chance = Chance::new(seed);
                Blob::new(in_sectors(&durable.bytes, &file.cached(), sector, |_| chance.once_in(2)))
            }
        }
    }
}

/// The size of `cached`; of its sectors, those that survive, and what was durable, or zeros, for the others.
fn in_sectors(durable: &Arc<[u8]>, cached: &[u8], sector: usize, mut survives: impl FnMut(usize) -> bool) -> Vec<u8> {
    let mut bytes = durable.to_vec();
    bytes.resize(cached.len(), 0);
    for (number, part) in cached.chunks(sector).enumerate() {
        if survives(number) {
            put(&mut bytes, number * sector, part);
        }
    }
    bytes
}
