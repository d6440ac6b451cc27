//! The description in `src/lib.rs` is the algorithm: an implementation written from it, byte by byte and with its table of
//! masks, cuts where the crate cuts.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod common;
#[path = "common/described.rs"]
mod described;

use common::{SplitMix, chunker, cut_all, words};
use described::{described, described_all};
use liasse_chunk::Params;
use proptest::prelude::*;

prop_compose! {
    fn small_params()(k in 8_u32..=12)(
        half_min in 32..(1_u32 << (k - 1)),
        above in 1_u32..=(3 << (k - 1)),
        k in Just(k),
    ) -> Params {
        Params::new(2 * half_min, 1 << k, (1 << k) + 2 * above).unwrap()
    }
}

/// Random bytes, or bytes of few values, or with long runs: what cuts often, and what never does.
fn data(seed: u64, kind: u8, length: usize) -> Vec<u8> {
    let mut bytes = SplitMix(seed).bytes(length);
    match kind {
        0 => {}
        1 => bytes.iter_mut().for_each(|byte| *byte &= 1),
        2 => bytes.iter_mut().enumerate().filter(|(at, _)| (at / 700) % 2 == 0).for_each(|(_, byte)| *byte = 0),
        _ => bytes.fill(0),
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn description_and_crate_cut_alike(
        params in small_params(), gear in any::<u64>(), seed in any::<u64>(), kind in 0_u8..4, length in 0_usize..40_000,
    ) {
        let data = data(seed, kind, length);
        let expected = described_all(params, &words(gear), &data);
        prop_assert_eq!(cut_all(&chunker(params, gear), &data), expected);
    }

    /// Rests below `min`, between `min` and `avg`, around `max`, odd and even.
    #[test]
    fn ends_of_streams_are_as_described(
        params in small_params(), gear in any::<u64>(), seed in any::<u64>(), edge in 0_usize..3, around in -5_i64..=5,
    ) {
        let edge = [params.min(), params.avg(), params.max()][edge];
        let length = usize::try_from(i64::from(edge) + around).unwrap();
        let data = data(seed, 0, length);
        let expected = described_all(params, &words(gear), &data);
        prop_assert_eq!(cut_all(&chunker(params, gear), &data), expected);
    }
}

/// Every mask of the table is used by some `avg`, and is the crate's.
#[test]
fn every_average_cuts_as_described() {
    for k in 8..=22_u32 {
        let avg = 1_u32 << k;
        let params = Params::new(avg / 2, avg, (avg * 2).min(Params::MAX_CEILING)).unwrap();
        let bytes = (avg as usize * 5).min(12 << 20);
        let data = SplitMix(u64::from(k)).bytes(bytes + 1);
        let expected = described_all(params, &words(7), &data);
        assert_eq!(cut_all(&chunker(params, 7), &data), expected, "avg 2^{k}");
        // The strict mask of a large average is hit rarely; the loose one must have been.
        assert!(expected.iter().any(|length| *length != params.max() as usize), "avg 2^{k}: only cuts at max");
    }
}

/// The quirk of point 5: a pattern that ends in the very last byte cuts only when the rest is even.
#[test]
fn last_byte_of_an_odd_rest_is_not_tried() {
    let params = Params::new(64, 256, 1024).unwrap();
    let gear = words(3);
    let chunker = chunker(params, 3);
    let mut seen = 0;
    for seed in 0..2000 {
        let data = SplitMix(seed).bytes(1024);
        let cut = chunker.cut(&data, true).unwrap();
        if cut > 64 && cut < 1024 {
            let whole = cut + 1;
            let expected = if whole % 2 == 1 { whole } else { cut };
            assert_eq!(chunker.cut(&data[..whole], true), Some(expected));
            assert_eq!(described(params, &gear, &data[..whole]), expected);
            seen |= 1 << (whole % 2);
        }
    }
    assert_eq!(seen, 3, "odd and even rests were both met");
}
