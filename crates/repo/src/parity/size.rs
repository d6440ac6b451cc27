//! How much recovery there is: the rate that people choose, and what chance asks for beyond it (`spec/parity.md`).

use std::fmt;
use std::str::FromStr;

use liasse_format::ids::{Hash, ObjectName, RepositoryId};
use liasse_format::parity::{CODEWORD_SHARDS, GROUP_SHARDS, Group, Head, Layout, Member, RECOVERY_LIMIT, SECTOR, What};

/// Shards of 512 bytes in a sector of 4 KiB: the most that one fault of a medium costs.
const SHARDS_PER_FAULT: u32 = 8;
/// How seldom a codeword may stay unrepaired at the share of rotten sectors that the rate is for.
const CHANCE: f64 = 1e-8;

/// Recovery shards for a hundred shards, where codewords are long. Media of which five eighths of this share are rotten are repaired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rate(u32);

impl Rate {
    /// 8 %, for 5 % of rotten sectors.
    pub const DEFAULT: Self = Self(8);

    /// A rate of 1 to 100 percent.
    pub fn new(percent: u32) -> Option<Self> {
        (1..=100).contains(&percent).then_some(Self(percent))
    }

    /// Its percents.
    pub fn percent(self) -> u32 {
        self.0
    }

    /// Recovery shards of a codeword.
    fn recovery(self, shards: u32) -> u32 {
        let least = (shards * self.0).div_ceil(100);
        let share = f64::from(self.0) / 100.0 * 0.625;
        let faults = (1..=RECOVERY_LIMIT / SHARDS_PER_FAULT).find(|faults| {
            let sectors = shards.div_ceil(SHARDS_PER_FAULT) + faults + 1;
            beyond(sectors, share, *faults) <= CHANCE
        });
        least.max(faults.map_or(RECOVERY_LIMIT, |faults| faults * SHARDS_PER_FAULT)).min(RECOVERY_LIMIT)
    }

    /// The groups of so many shards.
    pub(super) fn groups(self, mut shards: u64) -> Vec<Group> {
        let mut groups = Vec::new();
        while shards > 0 {
            let own = u32::try_from(shards).unwrap_or(GROUP_SHARDS).min(GROUP_SHARDS);
            shards -= u64::from(own);
            let codewords = own.div_ceil(CODEWORD_SHARDS);
            let recovery = self.recovery(own.div_ceil(codewords));
            let table = (own + codewords * recovery).div_ceil(80);
            groups.push(Group { shards: own, recovery, table_recovery: u16::try_from(table / 5 + 8).unwrap_or(u16::MAX) });
        }
        groups
    }

    /// The head of an object that protects some members.
    pub(super) fn head(self, repository: RepositoryId, members: Vec<Member>) -> Head {
        let groups = self.groups(members.iter().map(Member::shards).sum());
        let mut head = Head { repository, recovery: 1, members, groups, unknown: Vec::new() };
        let sectors = head.to_strip().len() / liasse_format::parity::PAYLOAD;
        head.recovery = u16::try_from(sectors + 6).unwrap_or(u16::MAX);
        head
    }
}

impl Default for Rate {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", self.0)
    }
}

impl FromStr for Rate {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let percent = text.strip_suffix('%').unwrap_or(text).trim();
        percent.parse().ok().and_then(Self::new).ok_or("a rate is 1% to 100%")
    }
}

/// The chance that more than `most` of `count` things happen that each happen with `chance`: the binomial tail, summed from its largest
/// term on.
fn beyond(count: u32, chance: f64, most: u32) -> f64 {
    if most >= count {
        return 0.0;
    }
    let odds = chance / (1.0 - chance);
    // The term for none, carried on to the first that counts; as logarithms, because it is tiny.
    let mut log = f64::from(count) * (1.0 - chance).ln();
    for i in 0..=most {
        log += (f64::from(count - i) / f64::from(i + 1) * odds).ln();
    }
    let (mut term, mut sum) = (log.exp(), 0.0);
    for i in most + 1..=count {
        sum += term;
        term *= f64::from(count - i) / f64::from(i + 1) * odds;
    }
    sum
}

/// Bytes of parity that a pack of so many bytes costs, in objects as large as they are made.
pub fn cost(bytes: u64, rate: Rate) -> u64 {
    let member = |length| Member { what: What::Pack(ObjectName([0; 32])), length, hash: Hash([0; 32]) };
    let sizes = std::iter::successors(Some(bytes), |left| Some(left.saturating_sub(super::add::MOST_BYTES)));
    let sizes = sizes.take_while(|left| *left > 0).map(|left| left.min(super::add::MOST_BYTES));
    sizes.map(|size| Layout::of(&rate.head(RepositoryId([0; 16]), vec![member(size)])).map_or(0, |layout| layout.size())).sum()
}

/// The size of a sector, for sums of people.
const _: () = assert!(SECTOR == 512);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    /// Against sums that can be made by hand.
    #[test]
    fn the_tail_is_that_of_the_binomial_distribution() {
        for (count, chance, most, expected) in
            [(1, 0.5, 0, 0.5), (2, 0.5, 0, 0.75), (3, 0.25, 1, 0.15625), (10, 0.05, 10, 0.0), (4, 0.1, 3, 1e-4)]
        {
            assert!((beyond(count, chance, most) - expected).abs() < 1e-12, "{count} {chance} {most}: {}", beyond(count, chance, most));
        }
    }

    #[test]
    fn rates_are_read_as_people_write_them() {
        assert_eq!("8%".parse(), Ok(Rate::DEFAULT));
        assert_eq!("100".parse(), Ok(Rate::new(100).unwrap()));
        for bad in ["", "%", "0%", "101%", "8.5%", "-1", "x"] {
            assert!(bad.parse::<Rate>().is_err(), "{bad}");
        }
        assert_eq!(Rate::DEFAULT.to_string(), "8%");
    }

    /// What the specification says of a full group.
    #[test]
    fn long_codewords_hold_to_the_rate_and_leave_much_to_chance() {
        let groups = Rate::DEFAULT.groups(u64::from(GROUP_SHARDS) + 1);
        assert_eq!((groups[0].recovery, groups[0].shards, groups[1].shards), (2622, GROUP_SHARDS, 1));
        // A sector of 4 KiB costs each of the four codewords two shards.
        let large = beyond((GROUP_SHARDS + 4 * 2622) / 8 + 2, 0.05, 2622 / 2);
        let small = beyond(CODEWORD_SHARDS + 2622, 0.05, 2622);
        assert!(4.0 * large < 1e-11 && small < 1e-80, "{large:e} {small:e}");
    }
}
