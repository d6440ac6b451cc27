//! What an object is called, and where that puts it. A [`Key`] that exists is safe as a path on every file system and object
//! store: no name from outside may become a path in any other way.

use std::fmt;

use crate::error::{Error, ErrorKind, Operation};

/// The parts of a repository. Each is a folder of a local store and a prefix elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Area {
    /// The repository's root. Holds `README` and nothing else.
    Root,
    /// Signed parameters and policies.
    Config,
    /// Key slots.
    Keys,
    /// Packs, spread over folders by the first two digits of their names.
    Packs,
    /// Index segments.
    Index,
    /// Snapshots.
    Snapshots,
    /// Intents of writers at work.
    Intents,
    /// Plans of deleters at work.
    Plans,
    /// Parity.
    Parity,
    /// Notes on what is lost.
    Damaged,
}

impl Area {
    /// All areas, in the order in which they are declared.
    pub const ALL: [Self; 10] = [
        Self::Root,
        Self::Config,
        Self::Keys,
        Self::Packs,
        Self::Index,
        Self::Snapshots,
        Self::Intents,
        Self::Plans,
        Self::Parity,
        Self::Damaged,
    ];

    /// The folder's name; empty for [`Area::Root`].
    pub const fn dir(self) -> &'static str {
        match self {
            Self::Root => "",
            Self::Config => "config",
            Self::Keys => "keys",
            Self::Packs => "packs",
            Self::Index => "index",
            Self::Snapshots => "snapshots",
            Self::Intents => "intents",
            Self::Plans => "plans",
            Self::Parity => "parity",
            Self::Damaged => "damaged",
        }
    }
}

impl fmt::Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self == Self::Root { "the repository's root" } else { self.dir() })
    }
}

/// How often one object may be set aside, and the digits of that.
const MOST_ASIDE: u32 = 9999;
const ASIDE_DIGITS: usize = 4;
/// How the names begin of what was set aside of the plain text.
const README_STEM: &str = "readmez";

/// The place of one object: an area and a valid name in it. Ordered by area, then name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    area: Area,
    name: String,
}

impl Key {
    /// The longest name, in bytes: twice a BLAKE3 value in hex.
    pub const NAME_LIMIT: usize = 128;

    /// The name of the only object in [`Area::Root`].
    pub const README: &'static str = "README";

    /// The key of `name` in `area`.
    ///
    /// A name has 1 to [`Key::NAME_LIMIT`] bytes of `[0-9a-z]` and is no device name of Windows. In [`Area::Packs`] it
    /// starts with two hex digits; in [`Area::Root`] it is [`Key::README`].
    ///
    /// # Errors
    /// [`ErrorKind::BadName`].
    pub fn new(area: Area, name: &str) -> Result<Self, Error> {
        if is_valid(area, name) {
            return Ok(Self { area, name: name.to_owned() });
        }
        // Debug escapes control characters and quotes; the cut keeps a hostile name from filling a log.
        let shown: String = name.chars().take(Self::NAME_LIMIT).collect();
        Err(Error::new(ErrorKind::BadName, Operation::Name, format_args!("{shown:?} in {area}")))
    }

    /// The key of the plain text in the repository's root.
    pub fn readme() -> Self {
        Self { area: Area::Root, name: Self::README.to_owned() }
    }

    /// The area.
    pub const fn area(&self) -> Area {
        self.area
    }

    /// The name within the area.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where a damaged object is set aside, the first place that is free: `<area>z<name>z<n>` in [`Area::Damaged`], with n from 1, or
    /// `readmez<n>`. No area's name has a `z`, and no object's that is set aside.
    ///
    /// # Errors
    /// [`ErrorKind::BadName`] for an object that has such a name, or that lies in [`Area::Damaged`].
    pub fn asides(&self) -> Result<impl Iterator<Item = Self> + use<>, Error> {
        let plain = self.area != Area::Damaged && !self.name.contains('z');
        let stem = if self.area == Area::Root { README_STEM.to_owned() } else { format!("{}z{}z", self.area.dir(), self.name) };
        if !plain || stem.len() + ASIDE_DIGITS > Self::NAME_LIMIT {
            return Err(Error::new(ErrorKind::BadName, Operation::SetAside, self));
        }
        Ok((1..=MOST_ASIDE).map(move |n| Self { area: Area::Damaged, name: format!("{stem}{n}") }))
    }

    /// Of which object these bytes were set aside; `None` where the name does not say so.
    pub fn was_aside_of(&self) -> Option<Self> {
        let (stem, n) = self.name.rsplit_once('z').filter(|_| self.area == Area::Damaged)?;
        let key = match stem.split_once('z') {
            Some((area, name)) => Self::new(Area::ALL.into_iter().find(|known| known.dir() == area)?, name).ok()?,
            None => Self::readme(),
        };
        let n: u32 = n.parse().ok()?;
        let named = key.asides().ok()?.nth(n.checked_sub(1)? as usize)?;
        (named == *self).then_some(key)
    }

    /// The folder of the object below the repository's root, `/` between its parts; empty for the root itself.
    pub fn folder(&self) -> String {
        match (self.area, self.shard()) {
            (area, Some(shard)) => format!("{}/{shard}", area.dir()),
            (area, None) => area.dir().to_owned(),
        }
    }

    /// The first two digits of a pack's name, which name its folder within `packs`.
    pub(crate) fn shard(&self) -> Option<&str> {
        if self.area == Area::Packs { self.name.get(..2) } else { None }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.area {
            Area::Root => f.write_str(&self.name),
            _ => write!(f, "{}/{}", self.folder(), self.name),
        }
    }
}

/// Whether `name` names a folder of [`Area::Packs`].
pub(crate) fn is_shard(name: &str) -> bool {
    name.len() == 2 && name.bytes().all(is_hex)
}

fn is_hex(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

fn is_valid(area: Area, name: &str) -> bool {
    if area == Area::Root {
        return name == Key::README;
    }
    (1..=Key::NAME_LIMIT).contains(&name.len())
        && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'z'))
        && !is_device(name)
        && (area != Area::Packs || name.get(..2).is_some_and(is_shard))
}

/// Names that Windows gives to devices, in every folder.
fn is_device(name: &str) -> bool {
    let numbered = |prefix| name.strip_prefix(prefix).is_some_and(|rest| rest.len() == 1 && rest < "a");
    matches!(name, "con" | "prn" | "aux" | "nul") || numbered("com") || numbered("lpt")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;

    #[test]
    fn keys_show_their_place() {
        assert_eq!(Key::new(Area::Packs, "abcd").unwrap().to_string(), "packs/ab/abcd");
        assert_eq!(Key::new(Area::Config, "12").unwrap().to_string(), "config/12");
        assert_eq!(Key::new(Area::Root, "README").unwrap(), Key::readme());
        assert_eq!(Key::readme().to_string(), "README");
    }

    #[test]
    fn names_that_could_leave_their_folder_are_refused() {
        let long = "a".repeat(Key::NAME_LIMIT + 1);
        let bad = ["", ".", "..", "../x", "a/b", "A", "abC", "a.tmp", "é", "a\0", "a b", "con", "nul", "com1", "lpt9", "README", &long];
        for area in Area::ALL.into_iter().filter(|area| *area != Area::Root) {
            for name in bad {
                assert_eq!(Key::new(area, name).unwrap_err().kind(), ErrorKind::BadName, "{area} {name:?}");
            }
            assert!(Key::new(area, &"a".repeat(Key::NAME_LIMIT)).is_ok());
        }
        for (area, name) in [(Area::Packs, "a"), (Area::Packs, "xyz"), (Area::Packs, "az"), (Area::Root, "readme"), (Area::Root, "a")] {
            assert_eq!(Key::new(area, name).unwrap_err().kind(), ErrorKind::BadName, "{area} {name:?}");
        }
        for name in ["com", "coma", "com10", "console"] {
            assert!(Key::new(Area::Index, name).is_ok(), "{name}");
        }
    }

    #[test]
    fn what_is_set_aside_says_what_it_was() {
        let pack = Key::new(Area::Packs, &"ab".repeat(32)).unwrap();
        let asides: Vec<_> = pack.asides().unwrap().take(2).collect();
        assert_eq!(asides[1].to_string(), format!("damaged/packsz{}z2", "ab".repeat(32)));
        for aside in asides {
            assert!(Key::new(Area::Damaged, aside.name()).is_ok());
            assert_eq!(aside.was_aside_of(), Some(pack.clone()));
            assert!(aside.asides().is_err(), "what lies aside is not set aside");
        }
        let readme = Key::readme().asides().unwrap().next().unwrap();
        assert_eq!((readme.to_string().as_str(), readme.was_aside_of()), ("damaged/readmez1", Some(Key::readme())));
        assert!(Key::new(Area::Index, &"a".repeat(120)).unwrap().asides().is_err());
        for name in [
            "packsz01z01",
            "packszzz1",
            "damagedzabz1",
            "packsz01z0",
            "packsz01z",
            "zabz1",
            "packsz01z10000",
            "readmez",
            "readmez01",
            "z1",
            "01",
        ] {
            assert_eq!(Key::new(Area::Damaged, name).unwrap().was_aside_of(), None, "{name}");
        }
    }

    #[test]
    fn a_hostile_name_is_escaped_and_cut_in_the_message() {
        let message = Key::new(Area::Index, &"\n\x1b".repeat(9000)).unwrap_err().to_string();
        assert!(message.len() < 2000 && !message.contains('\n') && !message.contains('\x1b'), "{message}");
    }

    #[test]
    fn areas_have_folders_of_their_own() {
        let folders: std::collections::BTreeSet<_> = Area::ALL.map(Area::dir).into_iter().collect();
        assert_eq!(folders.len(), Area::ALL.len());
    }
}
