//! The secret table of the rolling hash. Whoever knows it can tell from the lengths of chunks which known file was
//! stored, so it must never be printed, and is wiped when dropped.

use std::fmt;

use zeroize::Zeroize;

/// 256 secret words, one for each value of a byte, and the same shifted left by one bit for hashing two bytes a step.
pub struct Gear {
    pub(crate) words: Box<[u64; 256]>,
    pub(crate) shifted: Box<[u64; 256]>,
}

impl Gear {
    /// Length in bytes of a table's serialised form.
    pub const BYTES: usize = 256 * 8;

    /// A table of the given words. They should be uniformly random: equal words make poor cuts, all zero words cut at
    /// every `min`.
    pub fn new(words: [u64; 256]) -> Self {
        let mut shifted = Box::new(words);
        for word in shifted.iter_mut() {
            *word <<= 1;
        }
        Self { words: Box::new(words), shifted }
    }

    /// A table from 256 little-endian words, as a key derivation gives them.
    pub fn from_bytes(bytes: &[u8; Self::BYTES]) -> Self {
        let mut words = [0_u64; 256];
        let (parts, _) = bytes.as_chunks::<8>();
        for (word, part) in words.iter_mut().zip(parts) {
            *word = u64::from_le_bytes(*part);
        }
        let gear = Self::new(words);
        words.zeroize();
        gear
    }
}

impl Drop for Gear {
    fn drop(&mut self) {
        self.words.zeroize();
        self.shifted.zeroize();
    }
}

impl fmt::Debug for Gear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Gear(secret)")
    }
}
