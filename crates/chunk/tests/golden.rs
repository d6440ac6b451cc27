//! Pinned cut points. A difference here means that old repositories no longer deduplicate: it is never repaired by
//! changing the numbers.
//!
//! Gear word `i` is the `i`-th output of `SplitMix64` seeded with 1; the data is its output seeded with 2, as little-endian
//! words, 4 MiB.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod common;

use common::{SplitMix, chunker, cut_all};
use liasse_chunk::Params;

const DATA: &[usize] = &[
    181_159, 169_296, 163_750, 160_003, 165_674, 145_177, 136_233, 166_569, 178_380, 243_915, 208_407, 192_200, 169_082, 142_480, 147_336,
    157_177, 142_408, 182_115, 37_973, 160_231, 215_825, 135_502, 151_708, 163_689, 169_418, 108_597,
];

/// The chunks of the first MiB.
const TREE: &[usize] = &[
    23_237, 16_884, 18_756, 18_296, 18_258, 34_183, 23_279, 20_313, 21_123, 6_287, 26_585, 4_815, 29_782, 20_678, 17_010, 21_458, 29_511,
    16_390, 6_672, 18_416, 17_618, 15_686, 24_563, 18_574, 18_355, 12_845, 17_773, 37_308, 13_115, 27_585, 17_685, 17_901, 24_576, 17_183,
    27_155, 18_336, 15_009, 16_740, 18_502, 22_078, 17_244, 17_019, 6_666, 27_416, 24_178, 17_668, 17_828, 19_916, 20_229, 17_227, 16_384,
    19_970, 18_402, 17_909,
];

#[test]
fn generator_is_splitmix64() {
    // Published for seed 1234567.
    let mut stream = SplitMix(1_234_567);
    assert_eq!(stream.word(), 6_457_827_717_110_365_317);
    assert_eq!(stream.word(), 3_203_168_211_198_807_973);
}

#[test]
fn data_default_cuts_where_it_always_did() {
    let data = SplitMix(2).bytes(4 << 20);
    assert_eq!(cut_all(&chunker(Params::DATA_DEFAULT, 1), &data), DATA);
}

#[test]
fn tree_default_cuts_where_it_always_did() {
    let data = SplitMix(2).bytes(1 << 20);
    assert_eq!(cut_all(&chunker(Params::TREE_DEFAULT, 1), &data), TREE);
}
