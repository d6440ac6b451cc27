//! Random choices that a seed decides: `SplitMix64` (Steele, Lea, Flood 2014), which is small and passes what matters here. Or that a
//! fuzzer's bytes decide, so that it can change one choice and keep the others. For simulations only: nothing secret may come from it.

use std::sync::Arc;

/// A source of random choices.
#[derive(Debug, Clone)]
pub struct Chance(Source);

#[derive(Debug, Clone)]
enum Source {
    Seed(u64),
    Bytes { bytes: Arc<[u8]>, next: usize },
}

impl Chance {
    /// The choices of a seed.
    pub const fn new(seed: u64) -> Self {
        Self(Source::Seed(seed))
    }

    /// The choices that bytes say: one byte each, or two where there are more than 256 to choose from. After their end all are 0.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        Self(Source::Bytes { bytes: bytes.into(), next: 0 })
    }

    /// Whether there are no more bytes to decide. A seed never ends.
    pub fn is_spent(&self) -> bool {
        matches!(&self.0, Source::Bytes { bytes, next } if *next >= bytes.len())
    }

    /// Any number.
    pub fn number(&mut self) -> u64 {
        match &mut self.0 {
            Source::Seed(seed) => {
                *seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
                let mut mixed = *seed;
                mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
                mixed ^ (mixed >> 31)
            }
            Source::Bytes { bytes, next } => {
                let byte = bytes.get(*next).copied().unwrap_or_default();
                *next = next.saturating_add(1);
                byte.into()
            }
        }
    }

    /// A number below `end`; 0 where there is none.
    pub fn below(&mut self, end: usize) -> usize {
        let mut number = self.number();
        if matches!(self.0, Source::Bytes { .. }) && end > 256 {
            number = number << 8 | self.number();
        }
        // The bias of a remainder is far below what a simulation could notice.
        usize::try_from(number % (end.max(1) as u64)).unwrap_or_default()
    }

    /// True once in `n` times.
    pub fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// One of several.
    pub fn of<'t, T>(&mut self, all: &'t [T]) -> Option<&'t T> {
        all.get(self.below(all.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_decides_for_ever() {
        let mut chance = Chance::new(0);
        // The first numbers of the published generator.
        assert_eq!([chance.number(), chance.number()], [0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4]);
        assert!(!chance.is_spent());
    }

    #[test]
    fn bytes_decide_one_by_one_and_end() {
        let mut chance = Chance::of_bytes(&[7, 255, 1, 2]);
        assert_eq!((chance.below(4), chance.number(), chance.below(1000)), (3, 255, 258));
        assert!(chance.is_spent());
        assert_eq!((chance.number(), chance.below(9), chance.of(&["first", "other"])), (0, 0, Some(&"first")));
        assert!(Chance::of_bytes(&[]).is_spent());
    }
}
