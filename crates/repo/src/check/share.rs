//! Which packs a check reads, where it is not to read all: a share that is chosen so that shares of several checks cover everything.

use std::collections::BTreeSet;

use liasse_format::ids::ObjectName;

use super::verified::Verified;
use crate::index::PackNumber;

/// Millionths of everything.
pub const WHOLE: u32 = 1_000_000;

/// Which packs are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    /// All of them.
    All,
    /// So many millionths of the bytes: what was verified longest ago, and of what was verified at the same time any.
    Fraction(u32),
    /// The packs of one of so many parts, counted from 1. A pack is always in the same part, so all parts together are all packs.
    Part {
        /// Which.
        number: u32,
        /// Of how many.
        of: u32,
    },
    /// So many bytes, and the rest of the last pack: what was verified longest ago.
    Oldest(u64),
}

/// A pack that may be read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    pub(super) number: PackNumber,
    pub(super) name: ObjectName,
    pub(super) size: u64,
}

impl Share {
    /// Chooses. `chance` decides between packs that were verified at the same time.
    pub(super) fn choose(self, packs: &[Candidate], verified: &Verified, chance: [u8; 32]) -> BTreeSet<PackNumber> {
        let total: u64 = packs.iter().map(|pack| pack.size).sum();
        match self {
            Self::All => packs.iter().map(|pack| pack.number).collect(),
            Self::Part { number, of } => packs.iter().filter(|pack| part(&pack.name, of) == number).map(|pack| pack.number).collect(),
            Self::Fraction(millionths) => {
                let bytes = (u128::from(total) * u128::from(millionths)).div_ceil(u128::from(WHOLE));
                let key = |pack: &Candidate| *blake3::keyed_hash(&chance, &pack.name.0).as_bytes();
                oldest(packs, verified, u64::try_from(bytes).unwrap_or(u64::MAX), key)
            }
            Self::Oldest(bytes) => oldest(packs, verified, bytes, |pack| pack.name.0),
        }
    }
}

/// In which part a pack is, counted from 1. Names are hashes: their first bytes are as good as any number drawn by lot.
fn part(name: &ObjectName, of: u32) -> u32 {
    let number = u64::from_le_bytes(name.0.first_chunk().copied().unwrap_or_default());
    let number = number.checked_rem(of.into()).unwrap_or_default();
    u32::try_from(number).unwrap_or_default().saturating_add(1)
}

fn oldest(packs: &[Candidate], verified: &Verified, bytes: u64, key: impl Fn(&Candidate) -> [u8; 32]) -> BTreeSet<PackNumber> {
    let mut sorted: Vec<(i64, [u8; 32], &Candidate)> =
        packs.iter().map(|pack| (verified.when(&pack.name).unwrap_or(i64::MIN), key(pack), pack)).collect();
    sorted.sort_unstable_by_key(|(when, key, _)| (*when, *key));
    let mut taken = 0_u64;
    let is_wanted = |(_, _, pack): &(i64, [u8; 32], &Candidate)| {
        let is_wanted = taken < bytes;
        taken = taken.saturating_add(pack.size);
        is_wanted
    };
    sorted.into_iter().take_while(is_wanted).map(|(_, _, pack)| pack.number).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn packs(number: u32) -> Vec<Candidate> {
        let pack = |n: u32| Candidate { number: PackNumber(n), name: ObjectName(*blake3::hash(&n.to_le_bytes()).as_bytes()), size: 100 };
        (0..number).map(pack).collect()
    }

    fn chosen(share: Share, packs: &[Candidate], verified: &Verified) -> BTreeSet<PackNumber> {
        share.choose(packs, verified, [7; 32])
    }

    #[test]
    fn all_parts_together_are_all_packs_and_none_twice() {
        let (packs, verified) = (packs(1000), Verified::default());
        for of in [1, 2, 7, 12, 52] {
            let parts: Vec<_> = (1..=of).map(|number| chosen(Share::Part { number, of }, &packs, &verified)).collect();
            assert_eq!(parts.iter().map(BTreeSet::len).sum::<usize>(), 1000);
            assert_eq!(parts.iter().flatten().collect::<BTreeSet<_>>().len(), 1000);
            assert!(parts.iter().all(|part| part.len() > 500 / of as usize), "about as many in each");
        }
    }

    #[test]
    fn shares_that_are_remembered_cover_everything() {
        let packs = packs(100);
        for share in [Share::Fraction(WHOLE / 12 + 1), Share::Oldest(900)] {
            let mut verified = Verified::default();
            for month in 1..=12_u8 {
                for number in share.choose(&packs, &verified, [month; 32]) {
                    verified.mark(packs.get(number.0 as usize).unwrap().name, month.into());
                }
            }
            assert!(packs.iter().all(|pack| verified.when(&pack.name).is_some()), "{share:?}");
            // What was verified first comes first again.
            assert!(chosen(share, &packs, &verified).iter().all(|number| {
                let pack = packs.get(number.0 as usize).unwrap();
                verified.when(&pack.name).is_some_and(|month| month <= 2)
            }));
        }
    }

    #[test]
    fn a_share_is_as_large_as_was_asked_for() {
        let (packs, verified) = (packs(100), Verified::default());
        for (share, number) in [
            (Share::All, 100),
            (Share::Fraction(0), 0),
            (Share::Fraction(1), 1),
            (Share::Fraction(WHOLE / 20), 5),
            (Share::Fraction(WHOLE), 100),
            (Share::Oldest(0), 0),
            (Share::Oldest(1), 1),
            (Share::Oldest(100), 1),
            (Share::Oldest(101), 2),
            (Share::Oldest(u64::MAX), 100),
        ] {
            assert_eq!(chosen(share, &packs, &verified).len(), number, "{share:?}");
        }
        assert_ne!(Share::Fraction(50_000).choose(&packs, &verified, [1; 32]), Share::Fraction(50_000).choose(&packs, &verified, [2; 32]));
    }

    #[test]
    fn what_was_found_damaged_comes_first() {
        let packs = packs(10);
        let mut verified = Verified::default();
        for pack in &packs {
            verified.mark(pack.name, 5);
        }
        verified.mark_bad(packs.get(4).unwrap().name);
        assert_eq!(chosen(Share::Oldest(1), &packs, &verified), BTreeSet::from([PackNumber(4)]));
    }
}
