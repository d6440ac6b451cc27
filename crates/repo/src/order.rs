//! In which order snapshots were made. Each writer counts its own, which is certain; its clock is a claim. Must never let a clock that was
//! wrong for a night keep an old state the newest, nor hide one from who asks for a date.

use std::collections::BTreeMap;

use liasse_format::ids::{PublicKey, SessionId};
use liasse_format::snapshot::Snapshot as Record;
use liasse_format::time::Time;

use crate::clock;

/// Seconds that a time may be ahead of this machine's clock, which may be wrong by hours.
const AHEAD: i64 = 86_400;

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

/// When each of some snapshots counts as made, in their order: at the time that it claims, or where that does not stand, when the next one of
/// its writer does that stands: who asks for a date is not given what may have been made later. After the last that stands, when that one
/// was; and where none of a writer stands, when the last of all was.
///
/// Those of a writer stand that ascend with the sequence, as many as can be (a longest ascending subsequence, by patience sorting; Fredman
/// 1975). Of a writer with a fork, whose count says nothing, all do. None does that lies more than a day ahead of `now`, unless most do: then
/// it is this clock that is wrong.
pub fn made(claims: &[Claim], now: Option<Time>) -> Vec<Time> {
    let latest = latest(claims, now);
    let can_stand = |claim: &Claim| Some(claim.time).filter(|time| latest.is_none_or(|latest| *time <= latest));
    let mut writers: BTreeMap<&PublicKey, Vec<(usize, &Claim)>> = BTreeMap::new();
    for (number, claim) in claims.iter().enumerate() {
        writers.entry(&claim.writer).or_default().push((number, claim));
    }
    let mut made: Vec<Option<Time>> = vec![None; claims.len()];
    for mut own in writers.into_values() {
        own.sort_by_key(|(_, claim)| (claim.sequence, claim.time));
        let is_forked = own.iter().zip(own.iter().skip(1)).any(|((_, a), (_, b))| a.sequence == b.sequence);
        let times: Vec<Option<Time>> = own.iter().map(|(_, claim)| can_stand(claim)).collect();
        let times = if is_forked { times } else { standing(&times) };
        for ((number, _), time) in own.into_iter().zip(times) {
            if let Some(made) = made.get_mut(number) {
                *made = time;
            }
        }
    }
    let last = made.iter().flatten().max().copied();
    claims.iter().zip(made).map(|(claim, made)| made.or(last).unwrap_or(claim.time)).collect()
}

/// The last time that a claim may have: none, if most are later.
fn latest(claims: &[Claim], now: Option<Time>) -> Option<Time> {
    let latest = Time::new(now?.seconds().saturating_add(AHEAD), 0)?;
    let ahead = claims.iter().filter(|claim| claim.time > latest).count();
    (ahead <= claims.len() / 2).then_some(latest)
}

/// Of times in the order of a writer, those that stand, and in the place of each other one the next that does, or the last; nothing where none
/// can. Of several ways that leave as many, that one which ends earliest, and from there back goes as late as can be: what came before a clock
/// jumped is believed.
fn standing(times: &[Option<Time>]) -> Vec<Option<Time>> {
    // For each length, the times that an ascending subsequence so long may end with, which descend; and before each time the one that it
    // goes on from.
    let (mut piles, mut before): (Vec<Vec<usize>>, Vec<Option<usize>>) = (Vec::new(), Vec::with_capacity(times.len()));
    let at = |number: &usize| times.get(*number).copied().flatten();
    for (number, time) in times.iter().enumerate() {
        if time.is_none() {
            before.push(None);
            continue;
        }
        let length = piles.partition_point(|pile| pile.last().is_some_and(|last| at(last) <= *time));
        let pile = length.checked_sub(1).and_then(|shorter| piles.get(shorter));
        before.push(pile.and_then(|pile| pile.get(pile.partition_point(|other| at(other) > *time))).copied());
        match piles.get_mut(length) {
            Some(pile) => pile.push(number),
            None => piles.push(vec![number]),
        }
    }
    let end = piles.last().and_then(|pile| pile.last()).copied();
    let (mut stands, mut next) = (vec![false; times.len()], end);
    while let Some(number) = next {
        if let Some(stands) = stands.get_mut(number) {
            *stands = true;
        }
        next = before.get(number).copied().flatten();
    }
    let mut last = end.and_then(|end| at(&end));
    let each = times.iter().zip(stands).rev().map(|(time, stands)| {
        if stands {
            last = *time;
        }
        last
    });
    let mut made: Vec<_> = each.collect();
    made.reverse();
    made
}

/// The places of snapshots in the order in which they were made, and when that was.
pub fn in_order(snapshots: &[(SessionId, Claim)], now: Time) -> Vec<(usize, Time)> {
    let claims: Vec<Claim> = snapshots.iter().map(|(_, claim)| *claim).collect();
    let mut placed: Vec<(usize, Time)> = (0..).zip(made(&claims, Some(now))).collect();
    placed.sort_by_key(|(number, made)| {
        let (id, claim) = snapshots.get(*number).copied().unzip();
        (*made, claim.map(|claim| (claim.writer, claim.sequence)), id)
    });
    placed
}

/// A snapshot, as far as its place among others goes.
pub(crate) trait Placed {
    /// What it says of itself.
    fn claim(&self) -> (SessionId, Claim);
    /// When it was made, as far as that is known.
    fn made(&mut self) -> &mut Time;
}

/// Puts snapshots in the order in which they were made, and notes when.
pub(crate) fn put_in_order<T: Placed>(snapshots: &mut Vec<T>) {
    let claims: Vec<_> = snapshots.iter().map(Placed::claim).collect();
    let mut all: Vec<Option<T>> = std::mem::take(snapshots).into_iter().map(Some).collect();
    for (number, made) in in_order(&claims, clock::now()) {
        if let Some(mut snapshot) = all.get_mut(number).and_then(Option::take) {
            *snapshot.made() = made;
            snapshots.push(snapshot);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn times(seconds: &[i64]) -> Vec<Time> {
        seconds.iter().map(|seconds| Time::new(*seconds, 0).unwrap()).collect()
    }

    fn fitting(times: &[Time]) -> Vec<Time> {
        let times: Vec<_> = times.iter().copied().map(Some).collect();
        standing(&times).into_iter().flatten().collect()
    }

    /// Claims of writers, each with its sequence and second.
    fn claims(rows: &[(u8, u64, i64)]) -> Vec<Claim> {
        let claim = |(writer, sequence, second): &(u8, u64, i64)| Claim {
            writer: PublicKey([*writer; 32]),
            sequence: *sequence,
            time: Time::new(*second, 0).unwrap(),
        };
        rows.iter().map(claim).collect()
    }

    #[test]
    fn what_lies_ahead_of_now_does_not_stand_unless_most_does() {
        let (day, now) = (86_400, Time::new(4 * 86_400, 0));
        let of = |rows: &[(u8, u64, i64)]| made(&claims(&rows.iter().map(|(w, s, d)| (*w, *s, d * day)).collect::<Vec<_>>()), now);
        let days = |days: &[i64]| times(&days.iter().map(|number| number * day).collect::<Vec<_>>());
        assert_eq!(of(&[(1, 1, 1), (1, 2, 2098), (1, 3, 2099), (1, 4, 4)]), days(&[1, 4, 4, 4]), "a spell as long as what is right");
        assert_eq!(of(&[(1, 1, 1), (1, 2, 2), (1, 3, 2098), (2, 1, 3)]), days(&[1, 2, 2, 3]), "a machine's last night");
        assert_eq!(of(&[(1, 1, 3), (2, 1, 2098)]), days(&[3, 3]), "its only one");
        assert_eq!(of(&[(1, 1, 5)]), days(&[5]), "clocks differ by hours");
        assert_eq!(of(&[(1, 1, 50), (1, 2, 51), (1, 3, 4)]), days(&[50, 51, 51]), "this clock is wrong");
        assert_eq!(of(&[(1, 1, 1), (1, 2, 2), (1, 3, 3), (1, 2, 4)]), days(&[1, 2, 3, 4]), "a fork counts nothing");
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
            let claims = claims(&(1..).zip(&claimed).map(|(sequence, (writer, second))| (*writer, sequence, *second)).collect::<Vec<_>>());
            let all = made(&claims, None);
            for writer in 0..3 {
                let is_its = |claim: &Claim| claim.writer == PublicKey([writer; 32]);
                let own: Vec<Claim> = claims.iter().copied().filter(is_its).collect();
                let among: Vec<Time> = claims.iter().zip(&all).filter(|(claim, _)| is_its(claim)).map(|(_, made)| *made).collect();
                prop_assert_eq!(made(&own, None), among);
            }
        }
    }
}
