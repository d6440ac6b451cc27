//! The algorithm once more, written from the description in `src/lib.rs` alone, table included. The fuzz target `cuts` uses it, too.

use liasse_chunk::Params;

/// From the table in the documentation, `MASKS[6]` first.
const MASKS_FROM_6: [u64; 19] = [
    0x0000_0000_0180_3110,
    0x0000_0000_1803_5100,
    0x0000_0018_0003_5300,
    0x0000_0190_0035_3000,
    0x0000_5900_0353_0000,
    0x0000_d900_0353_0000,
    0x0000_d901_0353_0000,
    0x0000_d903_0353_0000,
    0x0000_d903_1353_0000,
    0x0000_d90f_0353_0000,
    0x0000_d903_0353_7000,
    0x0000_d907_0353_7000,
    0x0000_d907_0753_7000,
    0x0000_d917_0753_7000,
    0x0000_d917_4753_7000,
    0x0000_d917_6753_7000,
    0x0000_d937_6753_7000,
    0x0000_d937_7753_7000,
    0x0000_d937_7757_7000,
];

/// The length of the first chunk.
#[allow(clippy::many_single_char_names)] // the names of the description
pub(crate) fn described(params: Params, gear: &[u64; 256], b: &[u8]) -> usize {
    let (min, avg, max) = (params.min() as usize, params.avg() as usize, params.max() as usize);
    let k = avg.trailing_zeros() as usize;
    let (mask_s, mask_l) = (MASKS_FROM_6[k + 2 - 6], MASKS_FROM_6[k - 2 - 6]);
    let r = b.len();
    if r <= min {
        return r;
    }
    let n = r.min(max);
    let e = if n.is_multiple_of(2) { n } else { n - 1 };
    let mut h = 0_u64;
    for i in min..e {
        h = h.wrapping_mul(2).wrapping_add(gear[usize::from(b[i])]);
        let mask = if i < avg { mask_s } else { mask_l };
        if h & mask == 0 {
            return i;
        }
    }
    n
}

/// The lengths of all chunks of a stream.
pub(crate) fn described_all(params: Params, gear: &[u64; 256], mut rest: &[u8]) -> Vec<usize> {
    let mut lengths = Vec::new();
    while !rest.is_empty() {
        let length = described(params, gear, rest);
        lengths.push(length);
        rest = &rest[length..];
    }
    lengths
}
