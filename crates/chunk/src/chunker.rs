//! One cut at a time, over bytes that the caller holds. Must never copy or keep a byte.

use std::sync::Arc;

use fastcdc::v2020::{Normalization, cut_gear, select_masks};

use crate::{Gear, Params};

/// Cuts streams as the crate's documentation describes. Cheap to clone; the table is shared.
#[derive(Debug, Clone)]
pub struct Chunker {
    params: Params,
    mask_s: u64,
    mask_l: u64,
    gear: Arc<Gear>,
}

impl Chunker {
    /// A chunker with these lengths and this table; give an `Arc<Gear>` to share it between chunkers.
    pub fn new(params: Params, gear: impl Into<Arc<Gear>>) -> Self {
        let (mask_s, mask_l) = select_masks(params.avg() as usize, Normalization::Level2);
        Self { params, mask_s, mask_l, gear: gear.into() }
    }

    /// The lengths it cuts by.
    pub const fn params(&self) -> Params {
        self.params
    }

    /// Length in bytes of the chunk at the start of `buf`, which holds what follows the last cut.
    ///
    /// `None` asks for more bytes: `buf` is shorter than `max` and the stream goes on. At the end of the stream `None` says
    /// that `buf` is empty. Otherwise the length lies in `1..=min(buf.len(), max)`.
    pub fn cut(&self, buf: &[u8], end_of_stream: bool) -> Option<usize> {
        let [min, avg, max] = [self.params.min(), self.params.avg(), self.params.max()].map(|length| length as usize);
        if buf.is_empty() || (buf.len() < max && !end_of_stream) {
            return None;
        }
        let (shifted_s, shifted_l) = (self.mask_s << 1, self.mask_l << 1);
        let (words, shifted) = (self.gear.words.as_slice(), self.gear.shifted.as_slice());
        let (_, length) = cut_gear(buf, min, avg, max, self.mask_s, self.mask_l, shifted_s, shifted_l, words, shifted);
        Some(length)
    }
}
