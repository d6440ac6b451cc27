//! What a caller may rely on: bounds, content decides, the cutter changes nothing, bad parameters are named.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod common;

use std::collections::BTreeSet;

use common::{SplitMix, chunker, cut_all, words};
use liasse_chunk::{Chunker, Cutter, Gear, Params, ParamsError};
use proptest::prelude::*;

fn small() -> Params {
    Params::new(128, 512, 2048).unwrap()
}

/// Where chunks end, counted from the end of the data, so that a shift at the front does not move them.
fn ends_from_the_back(lengths: &[usize]) -> BTreeSet<usize> {
    let mut behind = lengths.iter().sum::<usize>();
    lengths
        .iter()
        .map(|length| {
            behind -= length;
            behind
        })
        .collect()
}

fn read_from<'a>(data: &'a [u8], mut step: impl FnMut() -> usize + 'a) -> impl FnMut(&mut [u8]) -> Result<usize, ()> + 'a {
    let mut rest = data;
    move |room| {
        let count = step().max(1).min(room.len()).min(rest.len());
        room[..count].copy_from_slice(&rest[..count]);
        rest = &rest[count..];
        Ok(count)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn chunks_are_bounded_and_whole(seed in any::<u64>(), length in 0_usize..60_000) {
        let lengths = cut_all(&chunker(small(), 1), &SplitMix(seed).bytes(length));
        prop_assert_eq!(lengths.iter().sum::<usize>(), length);
        prop_assert!(lengths.iter().all(|length| (1..=2048).contains(length)));
        let before_last = &lengths[..lengths.len().saturating_sub(1)];
        prop_assert!(before_last.iter().all(|length| *length >= 128));
    }

    /// Bytes put in front change the first cuts only.
    #[test]
    fn cuts_come_back_after_an_insertion(seed in any::<u64>(), front in 1_usize..300) {
        let data = SplitMix(seed).bytes(200_000);
        let longer = [SplitMix(!seed).bytes(front), data.clone()].concat();
        let chunker = chunker(small(), 1);
        let plain = ends_from_the_back(&cut_all(&chunker, &data));
        let moved = ends_from_the_back(&cut_all(&chunker, &longer));
        let agreed = plain.iter().rev().find(|end| moved.contains(end)).copied().unwrap();
        prop_assert!(200_000 - agreed < 100_000, "the cuts agree only {agreed} bytes before the end");
        // From the first common cut on, all are common.
        prop_assert!(plain.range(..=agreed).eq(moved.range(..=agreed)));
    }

    /// How a source hands out its bytes is not seen.
    #[test]
    fn the_cutter_cuts_like_the_chunker(seed in any::<u64>(), length in 0_usize..30_000, extra in 0_usize..9000) {
        let data = SplitMix(seed).bytes(length);
        let chunker = chunker(small(), 1);
        let expected = cut_all(&chunker, &data);
        let mut steps = SplitMix(!seed);
        let mut cutter = Cutter::with_buffer(chunker, extra);
        for _ in 0..2 {
            let mut source = read_from(&data, || usize::try_from(steps.word() % 5000).unwrap());
            let (mut lengths, mut whole) = (Vec::new(), Vec::new());
            while let Some(chunk) = cutter.next_chunk(&mut source).unwrap() {
                lengths.push(chunk.len());
                whole.extend_from_slice(chunk);
                prop_assert_eq!(cutter.offset(), whole.len() as u64);
            }
            drop(source);
            prop_assert_eq!(&lengths, &expected);
            prop_assert_eq!(&whole, &data);
            cutter.reset();
        }
    }
}

#[test]
fn waits_for_max_bytes_unless_the_stream_ends() {
    let chunker = chunker(small(), 1);
    let data = SplitMix(9).bytes(4096);
    assert_eq!(chunker.cut(&data[..2047], false), None);
    assert_eq!(chunker.cut(&[], true), None);
    assert_eq!(chunker.cut(&data[..100], true), Some(100));
    let cut = chunker.cut(&data[..2048], false);
    assert!(cut.is_some());
    assert_eq!(chunker.cut(&data, false), cut, "bytes beyond max do not matter");
    assert_eq!(chunker.cut(&data, true), cut);
}

#[test]
fn an_error_of_the_source_loses_nothing() {
    let data = SplitMix(4).bytes(20_000);
    let chunker = chunker(small(), 1);
    let mut cutter = Cutter::new(chunker.clone());
    let mut inner = read_from(&data, || 1000);
    let mut calls = 0;
    let mut source = |room: &mut [u8]| {
        calls += 1;
        if calls % 3 == 0 { Err(()) } else { inner(room) }
    };
    let (mut lengths, mut failures) = (Vec::new(), 0);
    loop {
        match cutter.next_chunk(&mut source) {
            Ok(Some(chunk)) => lengths.push(chunk.len()),
            Ok(None) => break,
            Err(()) => failures += 1,
        }
    }
    assert!(failures > 2);
    assert_eq!(lengths, cut_all(&chunker, &data));
}

#[test]
fn an_ended_stream_stays_ended_until_reset() {
    let mut cutter = Cutter::new(chunker(small(), 1));
    assert_eq!(cutter.next_chunk(|_| Ok::<_, ()>(0)), Ok(None));
    assert_eq!(
        cutter.next_chunk(|room| {
            room.fill(1);
            Ok::<_, ()>(room.len())
        }),
        Ok(None)
    );
    cutter.reset();
    let mut source = read_from(b"abc", || 9);
    assert_eq!(cutter.next_chunk(&mut source), Ok(Some(&b"abc"[..])));
}

#[test]
fn another_table_cuts_elsewhere() {
    let data = SplitMix(2).bytes(100_000);
    assert_ne!(cut_all(&chunker(small(), 1), &data), cut_all(&chunker(small(), 2), &data));
}

#[test]
fn a_table_from_bytes_is_little_endian() {
    let bytes: Vec<u8> = words(1).iter().flat_map(|word| word.to_le_bytes()).collect();
    let from_bytes = Chunker::new(small(), Gear::from_bytes(bytes.as_slice().try_into().unwrap()));
    let data = SplitMix(2).bytes(100_000);
    assert_eq!(cut_all(&from_bytes, &data), cut_all(&chunker(small(), 1), &data));
}

#[test]
fn a_table_is_not_printed() {
    assert_eq!(format!("{:?}", Gear::new(words(1))), "Gear(secret)");
}

#[test]
fn defaults_are_valid() {
    for params in [Params::DATA_DEFAULT, Params::TREE_DEFAULT] {
        assert_eq!(Params::new(params.min(), params.avg(), params.max()), Ok(params));
    }
}

#[test]
fn bad_parameters_are_named() {
    let mib = 1 << 20;
    for (min, avg, max, error) in [
        (62, 256, 1024, ParamsError::Min(62)),
        (65, 256, 1024, ParamsError::Min(65)),
        (0, 256, 1024, ParamsError::Min(0)),
        (64, 128, 1024, ParamsError::Avg(128)),
        (64, 384, 1024, ParamsError::Avg(384)),
        (64, 0, 1024, ParamsError::Avg(0)),
        (64, 8 * mib, 8 * mib, ParamsError::Avg(8 * mib)),
        (64, 256, 1023, ParamsError::Max(1023)),
        (64, 256, 8 * mib + 2, ParamsError::Max(8 * mib + 2)),
        (256, 256, 1024, ParamsError::Order { min: 256, avg: 256, max: 1024 }),
        (64, 256, 256, ParamsError::Order { min: 64, avg: 256, max: 256 }),
    ] {
        assert_eq!(Params::new(min, avg, max), Err(error));
    }
    assert!(Params::new(64, 4 * mib, 8 * mib).is_ok());
}
