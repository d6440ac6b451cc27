//! Where in a parity object everything lies: computed from its head, so that a reader looks at the right place whatever is rotten.

use super::{CODEWORD_SHARDS, Group, Head, PAYLOAD, SECTOR, SHARD_HASH};
use crate::envelope::{Kind, TRAILER_SIZE};
use crate::error::DecodeError;

/// Where the sectors of an object are. Sectors count from 0, which holds the header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    head_data: u64,
    head_recovery: u64,
    groups: Vec<Place>,
    /// Sectors of all groups.
    body: u64,
}

/// Where one group is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// What it is.
    pub group: Group,
    /// Its first shard among those of all members.
    pub first_shard: u64,
    /// How many codewords it has.
    pub codewords: u32,
    /// Sectors of data of its table.
    pub table_data: u32,
    /// Its first sector among those of all groups.
    start: u64,
}

impl Place {
    fn new(group: Group, first_shard: u64, start: u64) -> Self {
        let codewords = group.shards.div_ceil(CODEWORD_SHARDS);
        let hashes = u64::from(group.shards) + u64::from(codewords * group.recovery);
        let table_data = u32::try_from((hashes * SHARD_HASH as u64).div_ceil(PAYLOAD as u64)).unwrap_or(u32::MAX);
        Self { group, first_shard, codewords, table_data, start }
    }

    /// How many shards a codeword protects: those of the group whose number leaves `codeword` when divided by the number of codewords.
    pub fn shards_of(&self, codeword: u32) -> u32 {
        self.group.shards.saturating_sub(codeword).div_ceil(self.codewords)
    }

    /// Recovery shards of all codewords.
    pub fn recovery(&self) -> u32 {
        self.codewords * self.group.recovery
    }

    /// Sectors of the table, data and recovery.
    pub fn table(&self) -> u32 {
        self.table_data + u32::from(self.group.table_recovery)
    }

    /// Sectors of the group.
    pub fn sectors(&self) -> u64 {
        u64::from(self.recovery()) + u64::from(self.table())
    }

    /// Which sector of the group holds a sector of the table: they lie evenly between the recovery shards.
    pub fn table_sector(&self, index: u32) -> u64 {
        u64::from(index) * u64::from(self.recovery()) / u64::from(self.table()) + u64::from(index)
    }

    /// Which sector of the group holds a recovery shard. That of a codeword is number `codeword + index * codewords`.
    pub fn recovery_sector(&self, number: u32) -> u64 {
        let before = ((u64::from(number) + 1) * u64::from(self.table())).div_ceil(u64::from(self.recovery()));
        u64::from(number) + before.min(u64::from(self.table()))
    }
}

impl Layout {
    /// The layout of an object, which must not be larger than its kind allows (`limit`).
    pub fn of(head: &Head) -> Result<Self, DecodeError> {
        let (mut groups, mut shards, mut body) = (Vec::with_capacity(head.groups.len()), 0, 0);
        for group in &head.groups {
            let place = Place::new(*group, shards, body);
            shards += u64::from(group.shards);
            body += place.sectors();
            groups.push(place);
        }
        let head_data = (head.to_strip().len() / PAYLOAD) as u64;
        let layout = Self { head_data, head_recovery: u64::from(head.recovery), groups, body };
        let (size, limit) = (layout.size(), Kind::Parity.size_limit());
        if size > limit || head_data > u64::from(super::RECOVERY_LIMIT) {
            return Err(DecodeError::Limit { offset: 0, stated: size, limit });
        }
        Ok(layout)
    }

    /// Sectors of data of the head, from sector 1 on.
    pub fn head_data(&self) -> u64 {
        self.head_data
    }

    /// Which sector holds a sector of the head's recovery: they lie evenly between those of the groups, the last one behind them all.
    pub fn head_recovery_sector(&self, index: u64) -> u64 {
        1 + self.head_data + (index + 1) * self.body / self.head_recovery + index
    }

    /// The groups.
    pub fn groups(&self) -> &[Place] {
        &self.groups
    }

    /// Which sector of the object holds a sector of a group.
    pub fn sector(&self, place: &Place, sector: u64) -> u64 {
        let at = place.start + sector;
        let before = ((at + 1) * self.head_recovery).div_ceil(self.body).saturating_sub(1);
        1 + self.head_data + at + before
    }

    /// How many sectors the object has, that of its header included, that of its trailer not.
    pub fn sectors(&self) -> u64 {
        1 + self.head_data + self.body + self.head_recovery
    }

    /// Length of the object in bytes.
    pub fn size(&self) -> u64 {
        self.sectors() * SECTOR as u64 + TRAILER_SIZE as u64
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::BTreeSet;

    use super::*;
    use crate::ids::{Hash, ObjectName, RepositoryId};
    use crate::parity::{GROUP_SHARDS, Member, What};

    /// Shards, recovery, and recovery of the table.
    type Shape = (u32, u32, u16);

    fn head(recovery: u16, groups: &[Shape]) -> Head {
        let groups: Vec<_> = groups.iter().map(|&(shards, recovery, table_recovery)| Group { shards, recovery, table_recovery }).collect();
        let length = groups.iter().map(|group| u64::from(group.shards)).sum::<u64>() * SECTOR as u64;
        let member = Member { what: What::Pack(ObjectName([7; 32])), length, hash: Hash([7; 32]) };
        Head { repository: RepositoryId([1; 16]), recovery, members: vec![member], groups, unknown: Vec::new() }
    }

    /// Every sector is of one thing, and none of nothing.
    #[test]
    fn everything_has_a_place_of_its_own() {
        let shapes: [(u16, &[Shape]); 7] = [
            (1, &[(1, 1, 1)]),
            (14, &[(1, 60, 12)]),
            (3, &[(2, 1, 40), (5, 3, 1)]),
            (40, &[(7, 2, 2)]),
            (13, &[(32_769, 2_700, 90), (100, 64, 12)]),
            (13, &[(GROUP_SHARDS, 2_622, 370); 3]),
            (200, &[(GROUP_SHARDS, 1, 1), (1, 1, 1)]),
        ];
        for (recovery, groups) in shapes {
            let head = head(recovery, groups);
            let layout = Layout::of(&head).unwrap();
            let mut taken: BTreeSet<u64> = (0..=layout.head_data()).collect();
            assert!((0..u64::from(recovery)).all(|index| taken.insert(layout.head_recovery_sector(index))), "{groups:?}");
            for place in layout.groups() {
                let shards: u32 = (0..place.codewords).map(|codeword| place.shards_of(codeword)).sum();
                assert_eq!(shards, place.group.shards);
                let table = (0..place.table()).map(|index| place.table_sector(index));
                let within: Vec<_> = table.chain((0..place.recovery()).map(|number| place.recovery_sector(number))).collect();
                assert!(within.into_iter().all(|sector| taken.insert(layout.sector(place, sector))), "{recovery} {groups:?}");
            }
            assert_eq!(taken.len() as u64, layout.sectors(), "{groups:?}");
            assert_eq!(taken.last(), Some(&(layout.sectors() - 1)), "{groups:?}");
            assert_eq!(Head::from_strip(&head.to_strip()), Ok(head));
        }
    }
}
