//! In which order snapshots were made. Each writer counts its own, which is certain; its clock is a claim. Must never let a clock that was
//! wrong for a night keep an old state the newest, nor hide one from who asks for a date.

use std::collections::BTreeMap;

use liasse_format::ids::{PublicKey, SessionId};
use liasse_format::snapshot::Snapshot as Record;
use liasse_format::time::Time;

/// What a snapshot says of when it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// Who made it.
    pub writer: PublicKey,
    /// Its number among this writer's.
    pub sequence: u64,
    /// The writer's clock.
    pub time: Time,
}

impl Claim {
    /// That of a record.
    pub fn of(record: &Record) -> Self {
        Self { writer: record.writer, sequence: record.sequence, time: record.time }
    }
}

/// When each of some snapshots was made, in their order: the time that it claims, or where this does not fit between those of its writer
/// before and after it, that of the next that does: who asks for a date is not given what may have been made later. After the last that fits
/// there is only that one's.
///
/// Claims fit that ascend with the sequence: as many as can be (a longest ascending subsequence, by patience sorting; Fredman 1975).
pub fn made(claims: &[Claim]) -> Vec<Time> {
    let mut writers: BTreeMap<&PublicKey, Vec<usize>> = BTreeMap::new();
    for (number, claim) in claims.iter().enumerate() {
        writers.entry(&claim.writer).or_default().push(number);
    }
    let mut made: Vec<Time> = claims.iter().map(|claim| claim.time).collect();
    for mut numbers in writers.into_values() {
        numbers.sort_by_key(|number| claims.get(*number).map(|claim| (claim.sequence, claim.time)));
        let times: Vec<Time> = numbers.iter().filter_map(|number| claims.get(*number)).map(|claim| claim.time).collect();
        for (number, time) in numbers.into_iter().zip(fitting(&times)) {
            if let Some(made) = made.get_mut(number) {
                *made = time;
            }
        }
    }
    made
}

/// The same times, with those that do not ascend replaced by the next that does; the last ones by the last that does. Of several ways that
/// leave as many, that one which ends earliest, and from there back goes as late as can be: what came before a clock jumped is believed.
fn fitting(times: &[Time]) -> Vec<Time> {
    // For each length, the times that an ascending subsequence so long may end with, which descend; and before each time the one that it
    // goes on from.
    let (mut piles, mut before): (Vec<Vec<usize>>, Vec<Option<usize>>) = (Vec::new(), Vec::with_capacity(times.len()));
    let is_later = |number: &usize, time: &Time| times.get(*number).is_some_and(|other| other > time);
    for (number, time) in times.iter().enumerate() {
        let length = piles.partition_point(|pile| pile.last().is_some_and(|last| !is_later(last, time)));
        let pile = length.checked_sub(1).and_then(|shorter| piles.get(shorter));
        before.push(pile.and_then(|pile| pile.get(pile.partition_point(|other| is_later(other, time)))).copied());
        match piles.get_mut(length) {
            Some(pile) => pile.push(number),
            None => piles.push(vec![number]),
        }
    }
    let end = piles.last().and_then(|pile| pile.last()).copied();
    let (mut fits, mut at) = (vec![false; times.len()], end);
    while let Some(number) = at {
        if let Some(fits) = fits.get_mut(number) {
            *fits = true;
        }
        at = before.get(number).copied().flatten();
    }
    let mut next = end.and_then(|end| times.get(end)).copied().unwrap_or_default();
    let mut made: Vec<Time> = times
        .iter()
        .zip(fits)
        .rev()
        .map(|(time, fits)| {
            if fits {
                next = *time;
            }
            next
        })
        .collect();
    made.reverse();
    made
}

/// A snapshot, as far as its place among others goes.
pub(crate) trait Placed {
    /// What it says of itself.
    fn claim(&self) -> Claim;
    /// Its name.
    fn id(&self) -> SessionId;
    /// When it was made, as far as that is known.
    fn made(&mut self) -> &mut Time;
}

/// Puts snapshots in the order in which they were made, and notes when.
pub(crate) fn put_in_order<T: Placed>(snapshots: &mut Vec<T>) {
    let claims: Vec<Claim> = snapshots.iter().map(Placed::claim).collect();
    let mut placed: Vec<_> = std::mem::take(snapshots).into_iter().zip(made(&claims)).zip(claims).collect();
    placed.sort_by_cached_key(|((snapshot, made), claim)| (*made, claim.writer, claim.sequence, snapshot.id()));
    snapshots.extend(placed.into_iter().map(|((mut snapshot, made), _)| {
        *snapshot.made() = made;
        snapshot
    }));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn times(seconds: &[i64]) -> Vec<Time> {
        seconds.iter().map(|seconds| Time::new(*seconds, 0).unwrap()).collect()
    }

    #[test]
    fn a_clock_that_jumped_moves_nothing() {
        for (claimed, made) in [
            (&[][..], &[][..]),
            (&[7], &[7]),
            (&[1, 2, 2, 3], &[1, 2, 2, 3]),
            (&[1, 2, 3, 2098, 4, 5], &[1, 2, 3, 4, 4, 5]),
            (&[1, 2, 3, 0, 4], &[1, 2, 3, 4, 4]),
            (&[1, 2, 3, 0], &[1, 2, 3, 3]),
            (&[1, 0, 3], &[1, 3, 3]),
            (&[1, 2, 7, 0, 8], &[1, 2, 7, 8, 8]),
            (&[2098, 1, 2], &[1, 1, 2]),
            (&[0, 5, 6], &[0, 5, 6]),
            (&[1, 2, 2098, 2099, 3, 4, 5], &[1, 2, 3, 3, 3, 4, 5]),
        ] {
            assert_eq!(fitting(&times(claimed)), times(made), "{claimed:?}");
        }
    }

    /// The most that ascend, by trying all.
    fn most(times: &[Time]) -> usize {
        let is_ascending = |chosen: u32| {
            let kept: Vec<_> = (0..).zip(times).filter(|(number, _)| chosen & 1 << number != 0).map(|(_, time)| time).collect();
            kept.is_sorted().then_some(kept.len())
        };
        (0..1_u32 << times.len()).filter_map(is_ascending).max().unwrap()
    }

    proptest! {
        #[test]
        fn as_many_claims_stand_as_can_and_none_changes_its_place(claimed in proptest::collection::vec(0_i64..8, 0..12)) {
            let claimed = times(&claimed);
            let made = fitting(&claimed);
            prop_assert!(made.is_sorted());
            prop_assert!(made.iter().zip(&claimed).filter(|(made, claimed)| made == claimed).count() >= most(&claimed));
        }

        #[test]
        fn writers_do_not_disturb_each_other(claimed in proptest::collection::vec((0_u8..3, 0_i64..20), 0..40)) {
            let claims: Vec<Claim> = (1..).zip(&claimed).map(|(sequence, (writer, second))| {
                Claim { writer: PublicKey([*writer; 32]), sequence, time: Time::new(*second, 0).unwrap() }
            }).collect();
            let all = made(&claims);
            for writer in 0..3 {
                let is_its = |claim: &Claim| claim.writer == PublicKey([writer; 32]);
                let own: Vec<Claim> = claims.iter().copied().filter(is_its).collect();
                let among: Vec<Time> = claims.iter().zip(&all).filter(|(claim, _)| is_its(claim)).map(|(_, made)| *made).collect();
                prop_assert_eq!(made(&own), among);
            }
        }
    }
}
