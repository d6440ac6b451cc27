//! A cheap guess whether a block is worth compressing: photographs, scans and archives are not, and take as long to try as anything.
//! Must never decide alone what is stored: a wrong guess costs space or time, never bytes.

use zstd::bulk::Compressor;

use crate::SealError;
use crate::codec::zstd_error;

/// Blocks below this are simply compressed.
const LEAST: usize = 128 * 1024;
const SLICES: usize = 16;
const SLICE_SIZE: usize = 1024;
/// zstd's fastest level that still codes literals by their frequency.
const LEVEL: i32 = 1;

/// Compresses 16 slices of 1 KiB, one from each sixteenth of the block, by zstd level 1, and calls the block incompressible when that saves
/// less than [`worth`] asks: one slice that compresses is enough. So the one compressible file among photographs is found when it takes a
/// sixteenth of the block or two; what only repeats over more than a slice is missed. In its sixteenth each slice lies somewhere else, so
/// that data which alternates at any period does not show it only one side.
pub(crate) struct Probe {
    zstd: Compressor<'static>,
    sample: Vec<u8>,
    out: Vec<u8>,
}

impl Probe {
    pub(crate) fn new() -> Result<Self, SealError> {
        let zstd = Compressor::new(LEVEL).map_err(|error| zstd_error(&error))?;
        Ok(Self { zstd, sample: Vec::new(), out: Vec::with_capacity(zstd::zstd_safe::compress_bound(SLICES * SLICE_SIZE)) })
    }

    pub(crate) fn is_incompressible(&mut self, raw: &[u8]) -> bool {
        if raw.len() < LEAST {
            return false;
        }
        self.sample.clear();
        for (number, part) in raw.chunks(raw.len().div_ceil(SLICES)).enumerate() {
            let start = place(number, part.len().saturating_sub(SLICE_SIZE));
            let rest = part.get(start..).unwrap_or_default();
            self.sample.extend_from_slice(rest.get(..SLICE_SIZE).unwrap_or(rest));
        }
        self.out.clear();
        let tried = self.zstd.compress_to_buffer(&self.sample, &mut self.out);
        tried.is_ok_and(|size| !worth(size, self.sample.len()))
    }
}

/// Where a slice begins, at most at `last`: multiples of the golden ratio fall evenly between 0 and 1 and never repeat (Knuth, TAOCP 3, 6.4).
fn place(number: usize, last: usize) -> usize {
    const GOLDEN_RATIO_64K: usize = 40_503;
    ((number * GOLDEN_RATIO_64K) % 65_536) * last / 65_536
}

/// Whether compressing saves more than a 64th, and anything at all: less is not worth the time that every reader spends.
pub(crate) fn worth(compressed: usize, raw: usize) -> bool {
    compressed < raw - raw / 64
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testing::{noise, text};

    #[test]
    fn tells_noise_from_text() {
        let mut probe = Probe::new().unwrap();
        let size = 1024 * 1024;
        assert!(probe.is_incompressible(&noise(size)));
        assert!(!probe.is_incompressible(&text(size)));
        assert!(!probe.is_incompressible(&(0..=255).cycle().take(size).collect::<Vec<u8>>()));
        assert!(probe.is_incompressible(&noise(LEAST)));
        assert!(!probe.is_incompressible(&noise(LEAST - 1)), "small blocks are tried");
        assert!(!probe.is_incompressible(&noise(100_000)), "small blocks are tried");
    }

    #[test]
    fn a_64th_must_be_saved_and_something_of_what_is_smaller() {
        for (raw, most) in [(1, 0), (63, 62), (64, 62), (1000, 984), (1 << 20, (1 << 20) - (1 << 14) - 1)] {
            assert!(worth(most, raw) && worth(0, raw), "{raw}");
            assert!(!worth(most + 1, raw) && !worth(raw, raw), "{raw}");
        }
    }

    #[test]
    fn slices_lie_evenly_and_each_somewhere_else() {
        for last in [100_000, 64_512, 7 * 1024] {
            let mut places: Vec<usize> = (0..SLICES).map(|number| place(number, last)).chain([last]).collect();
            places.sort_unstable();
            assert_eq!((places.first(), places.last()), (Some(&0), Some(&last)));
            for (a, b) in places.iter().zip(places.iter().skip(1)) {
                assert!(a < b && b - a < last / 8, "{places:?}");
            }
        }
        assert_eq!(place(5, 0), 0);
    }

    #[test]
    fn finds_zeros_that_alternate_with_noise() {
        let mut probe = Probe::new().unwrap();
        for period in [4, 8, 16, 32, 64, 128, 256, 512].map(|kib| kib * 1024) {
            for shift in [0, period / 2, period] {
                let mut raw = noise(1024 * 1024);
                let zeros = raw.iter_mut().enumerate().filter(|(at, _)| (at + shift) / period % 2 == 1);
                zeros.for_each(|(_, byte)| *byte = 0);
                assert!(!probe.is_incompressible(&raw), "{period} {shift}");
            }
        }
    }

    #[test]
    fn finds_an_eighth_of_text_in_noise() {
        let mut probe = Probe::new().unwrap();
        for eighth in 0..8 {
            let mut raw = noise(1024 * 1024);
            raw.splice(eighth << 17..(eighth + 1) << 17, text(1 << 17));
            assert!(!probe.is_incompressible(&raw), "{eighth}");
        }
    }
}
