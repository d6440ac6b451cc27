//! What is remembered of checks of a repository in one place, in a file of the local cache: when, how deep, and whether it was sound.
//! Never truth: where the file is missing or cannot be read, the repository counts as never checked here.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

use jiff::Timestamp;
use liasse_archive::repo::Repository;
use serde::{Deserialize, Serialize};

/// What the file's name begins with (`Repository::cache_file_here`).
const FILE: &str = "checks";
/// Most bytes of it that are read: it has a few hundred.
const MOST_BYTES: u64 = 1 << 16;

/// How deep a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Depth {
    /// Names, structure and directories were looked at.
    Structure,
    /// Some files were restored and compared.
    Drill,
    /// Every reference was followed; the data was not read.
    References,
    /// A share of the data was read, too.
    Share,
    /// All data was read, too.
    Data,
}

impl Depth {
    /// Whether a check so deep finds what another found. What was found in a pack that a share does not have is remembered by pack.
    fn covers(self, other: Self) -> bool {
        match other {
            Self::Structure => self != Self::Drill,
            // Another drill draws other files.
            Self::Drill => self == Self::Data,
            Self::References | Self::Share | Self::Data => self >= other,
        }
    }
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// When it ended.
    pub time: Timestamp,
    /// How deep it went.
    pub depth: Depth,
    /// Whether nothing was wrong.
    pub sound: bool,
}

/// The last check of each depth, in the order in which they were made: a clock that was wrong for one of them hides none of the others.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checks {
    #[serde(default)]
    checks: Vec<Checked>,
}

impl Checks {
    /// What is remembered of a repository.
    pub fn of(repository: &Repository) -> Self {
        Self::load(repository.cache_file_here(FILE).as_deref())
    }

    /// Remembers a check, where there is a local cache.
    pub fn remember(repository: &Repository, checked: Checked) -> io::Result<()> {
        repository.cache_file_here(FILE).map_or(Ok(()), |file| Self::add(&file, checked))
    }

    fn load(file: Option<&Path>) -> Self {
        let read = |file: &Path| {
            let is_small = fs::metadata(file).is_ok_and(|metadata| metadata.len() <= MOST_BYTES);
            serde_json::from_slice(&fs::read(file).ok().filter(|_| is_small)?).ok()
        };
        file.and_then(read).unwrap_or_default()
    }

    fn add(path: &Path, checked: Checked) -> io::Result<()> {
        let mut checks = Self::load(Some(path));
        // What a drill found stays until all data was read, whatever the next one draws.
        let stands = |other: &Checked| other.depth == Depth::Drill && !other.sound && checked.sound;
        checks.checks.retain(|other| other.depth != checked.depth || stands(other));
        checks.checks.push(checked);
        if let Some(folder) = path.parent() {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        let temporary = path.with_extension(format!("{}.new", std::process::id()));
        let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&temporary)?;
        file.write_all(&serde_json::to_vec(&checks)?)?;
        file.sync_all()?;
        fs::rename(temporary, path)
    }

    /// The last one.
    pub fn last(&self) -> Option<&Checked> {
        self.checks.last()
    }

    /// The last one that looked at all the repository says of what is stored.
    pub fn last_thorough(&self) -> Option<&Checked> {
        let is_thorough = |checked: &&Checked| matches!(checked.depth, Depth::References | Depth::Share | Depth::Data);
        self.checks.iter().rfind(is_thorough)
    }

    /// The damage that the last check of a depth found, unless a later one that looked at least as deep did not find it any more.
    pub fn damage(&self) -> Option<&Checked> {
        let is_settled = |bad: &Checked, later: &[Checked]| later.iter().any(|good| good.sound && good.depth.covers(bad.depth));
        (0..self.checks.len()).rev().find_map(|number| {
            let (bad, later) = self.checks.get(number..)?.split_first()?;
            (!bad.sound && !is_settled(bad, later)).then_some(bad)
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    use Depth::{Data, Drill, References, Share, Structure};

    fn checked(second: i64, depth: Depth, sound: bool) -> Checked {
        Checked { time: Timestamp::from_second(second).unwrap(), depth, sound }
    }

    #[test]
    fn the_last_check_of_each_depth_is_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("below").join(FILE);
        assert_eq!(Checks::load(Some(&file)).last(), None);
        for (second, depth) in [(1, References), (3, Data), (4, References), (2, References)] {
            Checks::add(&file, checked(second, depth, true)).unwrap();
        }
        let checks = Checks::load(Some(&file));
        assert_eq!(checks.last(), Some(&checked(2, References, true)), "whatever the clock said");
        assert_eq!(checks.checks.len(), 2);
        fs::write(&file, "rubbish").unwrap();
        assert_eq!(Checks::load(Some(&file)), Checks::default());
        assert_eq!(Checks::load(None), Checks::default());
    }

    #[test]
    fn what_is_quick_settles_nothing_that_is_not() {
        let of = |bad, good| Checks { checks: vec![checked(1, bad, false), checked(2, good, true)] }.damage().is_some();
        for (bad, settled_by) in [
            (Structure, &[Structure, References, Share, Data][..]),
            (Drill, &[Data]),
            (References, &[References, Share, Data]),
            (Share, &[Share, Data]),
            (Data, &[Data]),
        ] {
            for good in [Structure, Drill, References, Share, Data].into_iter().filter(|good| *good != bad) {
                assert_eq!(of(bad, good), !settled_by.contains(&good), "{bad:?} {good:?}");
            }
        }
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(FILE);
        for (second, sound) in [(1, true), (2, false), (3, true), (4, true)] {
            Checks::add(&file, checked(second, Drill, sound)).unwrap();
        }
        let drills = Checks::load(Some(&file));
        assert_eq!(drills.damage().map(|bad| bad.time.as_second()), Some(2), "another drill draws other files");
        assert_eq!(drills.checks.len(), 2);
        let quick = Checks { checks: vec![checked(5, Share, true), checked(8, Drill, true), checked(9, Structure, true)] };
        assert_eq!(quick.last_thorough().map(|checked| checked.depth), Some(Share));
    }

    #[test]
    fn damage_stands_until_a_check_as_deep_finds_none() {
        let of = |checks: &[Checked]| Checks { checks: checks.to_vec() }.damage().cloned();
        let bad = checked(5, Data, false);
        assert_eq!(of(&[bad.clone(), checked(9, References, true)]), Some(bad.clone()));
        assert_eq!(of(&[checked(5, References, false), checked(9, Data, true)]), None);
        assert_eq!(of(&[checked(5, Data, true), checked(9, References, false)]).map(|bad| bad.time.as_second()), Some(9));
        assert_eq!(of(&[checked(9, Data, true), bad.clone()]), Some(bad), "the clock was wrong when nothing was found");
        assert_eq!(of(&[]), None);
    }
}
