//! The shards of one group: read from the members, held against the table, and rebuilt. The only place that holds a group in memory.

use liasse_format::parity::{Member, Place, SECTOR, shard_hash};
use liasse_store::{Key, Store};

use super::code;
use super::members;
use super::opened::Recovery;
use super::raw;
use crate::error::Result;

/// A member where its bytes are, if they are anywhere.
pub(super) struct Placed {
    pub(super) member: Member,
    /// Its first shard among those of all members.
    pub(super) first: u64,
    /// Where its bytes lie, and how many are there.
    pub(super) source: Option<(Key, u64)>,
    /// Whether these are known to be its own.
    pub(super) whole: bool,
}

/// The part of a member that lies in a group.
pub(super) struct Part {
    /// Its first shard in the group.
    start: usize,
    shards: usize,
    /// Where in the member it begins.
    offset: u64,
    /// How many of its bytes are the member's, and no filling.
    length: usize,
}

impl Part {
    /// Where in the member it begins, in bytes.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Its bytes among those of a group.
    pub(super) fn space<'a>(&self, data: &'a mut [u8]) -> Option<&'a mut [u8]> {
        data.get_mut(self.start * SECTOR..self.start * SECTOR + self.length)
    }
}

impl Placed {
    /// What of it lies in a group; `None` for nothing.
    pub(super) fn part(&self, place: &Place) -> Option<Part> {
        let from = self.first.max(place.first_shard);
        let to = (self.first + self.member.shards()).min(place.first_shard + u64::from(place.group.shards));
        let shards = to.checked_sub(from).filter(|shards| *shards > 0)?;
        let offset = (from - self.first) * SECTOR as u64;
        let length = (shards * SECTOR as u64).min(self.member.length - offset);
        let usize = |value: u64| usize::try_from(value).unwrap_or(usize::MAX);
        Some(Part { start: usize(from - place.first_shard), shards: usize(shards), offset, length: usize(length) })
    }

    /// Whether it ends in a group.
    pub(super) fn ends_in(&self, place: &Place) -> bool {
        self.first + self.member.shards() <= place.first_shard + u64::from(place.group.shards)
    }
}

/// A group's shards.
pub(super) struct Shards {
    data: Vec<u8>,
    lost: Vec<bool>,
    codewords: usize,
}

impl Shards {
    /// Reads what there is.
    pub(super) fn load(store: &dyn Store, placed: &[Placed], place: &Place, recovery: &Recovery) -> Result<Self> {
        let count = place.group.shards as usize;
        let mut shards = Self { data: vec![0; count * SECTOR], lost: vec![false; count], codewords: place.codewords as usize };
        for placed in placed {
            if let Some(part) = placed.part(place) {
                shards.fill(store, placed, &part, recovery)?;
            }
        }
        Ok(shards)
    }

    fn fill(&mut self, store: &dyn Store, placed: &Placed, part: &Part, recovery: &Recovery) -> Result<()> {
        let mut whole = placed.whole;
        if let (Some((key, size)), Some(space)) = (&placed.source, part.space(&mut self.data)) {
            match raw::fill(store, key, *size, part.offset, space) {
                Ok(()) => {}
                // Gone, or shut away: nothing of it is known.
                Err(error) if members::is_gone(&error) => whole = false,
                Err(error) => return Err(error),
            }
        }
        if !whole {
            let bytes = self.data.get(part.start * SECTOR..(part.start + part.shards) * SECTOR).unwrap_or_default();
            let bad =
                bytes.as_chunks::<SECTOR>().0.iter().zip(part.start..).map(|(shard, at)| recovery.hash(at) != Some(shard_hash(shard)));
            self.lost.iter_mut().skip(part.start).zip(bad).for_each(|(lost, bad)| *lost = bad);
        }
        Ok(())
    }

    /// The bytes of a member's part.
    pub(super) fn bytes(&self, part: &Part) -> &[u8] {
        self.data.get(part.start * SECTOR..part.start * SECTOR + part.length).unwrap_or_default()
    }

    /// How many shards of a part are lost.
    pub(super) fn lost(&self, part: &Part) -> usize {
        self.lost.iter().skip(part.start).take(part.shards).filter(|lost| **lost).count()
    }

    fn lost_of(&self, codeword: usize) -> usize {
        self.lost.iter().skip(codeword).step_by(self.codewords).filter(|lost| **lost).count()
    }

    /// Takes for found what could be rebuilt, without doing it.
    pub(super) fn suppose(&mut self, place: &Place, recovery: &Recovery) {
        for codeword in 0..self.codewords {
            if self.lost_of(codeword) <= recovery.count(place, codeword) {
                self.lost.iter_mut().skip(codeword).step_by(self.codewords).for_each(|lost| *lost = false);
            }
        }
    }

    /// Rebuilds what can be.
    pub(super) fn rebuild(&mut self, place: &Place, recovery: &Recovery) -> Result<()> {
        for codeword in 0..self.codewords {
            let lost = self.lost_of(codeword);
            if lost == 0 || lost > recovery.count(place, codeword) {
                continue;
            }
            let count = place.shards_of(u32::try_from(codeword).unwrap_or(u32::MAX)) as usize;
            let (shards, _) = self.data.as_chunks::<SECTOR>();
            let own = shards.iter().zip(&self.lost).skip(codeword).step_by(self.codewords).enumerate();
            let data = own.filter(|(_, (_, lost))| !**lost).map(|(number, (shard, _))| (number, shard.as_slice()));
            let counts = (count, place.group.recovery as usize, SECTOR);
            let Some(found) = code::rebuild(counts, data, recovery.of(place, codeword))? else { continue };
            for (number, shard) in found {
                let at = number * self.codewords + codeword;
                if let Some(space) = self.data.get_mut(at * SECTOR..(at + 1) * SECTOR) {
                    space.copy_from_slice(&shard);
                }
                self.lost.iter_mut().skip(at).take(1).for_each(|lost| *lost = false);
            }
        }
        Ok(())
    }
}
