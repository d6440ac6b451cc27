//! What the tests of the chunker share: a stream of bytes that anyone can reproduce, and cutting a whole slice.
#![allow(dead_code, clippy::unwrap_used)]

use liasse_chunk::{Chunker, Gear, Params};

/// The `SplitMix64` generator of Steele, Lea and Flood (OOPSLA 2014), as published by Sebastiano Vigna.
pub(crate) struct SplitMix(pub(crate) u64);

impl SplitMix {
    pub(crate) fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn bytes(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(length + 8);
        while bytes.len() < length {
            bytes.extend_from_slice(&self.word().to_le_bytes());
        }
        bytes.truncate(length);
        bytes
    }
}

pub(crate) fn words(seed: u64) -> [u64; 256] {
    let mut stream = SplitMix(seed);
    std::array::from_fn(|_| stream.word())
}

pub(crate) fn chunker(params: Params, seed: u64) -> Chunker {
    Chunker::new(params, Gear::new(words(seed)))
}

/// The lengths of all chunks of `data`.
pub(crate) fn cut_all(chunker: &Chunker, data: &[u8]) -> Vec<usize> {
    let mut lengths = Vec::new();
    let mut rest = data;
    while let Some(length) = chunker.cut(rest, true) {
        lengths.push(length);
        rest = &rest[length..];
    }
    lengths
}
