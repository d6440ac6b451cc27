//! Moments, as seconds and nanoseconds.

use crate::error::DecodeError;
use crate::wire::{Reader, Wire, Writer};

/// A moment: seconds since 1970-01-01T00:00:00Z and nanoseconds below 10⁹.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time {
    seconds: i64,
    nanoseconds: u32,
}

impl Time {
    /// `None` when there are 10⁹ nanoseconds or more.
    pub fn new(seconds: i64, nanoseconds: u32) -> Option<Self> {
        (nanoseconds < 1_000_000_000).then_some(Self { seconds, nanoseconds })
    }

    /// Whole seconds, rounded towards the past.
    pub fn seconds(self) -> i64 {
        self.seconds
    }

    /// Nanoseconds beyond the seconds.
    pub fn nanoseconds(self) -> u32 {
        self.nanoseconds
    }
}

impl Wire for Time {
    const MIN_SIZE: usize = 12;

    fn put(&self, out: &mut Writer) {
        self.seconds.put(out);
        self.nanoseconds.put(out);
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let seconds = Wire::get(input)?;
        let nanoseconds = Wire::get(input)?;
        Self::new(seconds, nanoseconds).ok_or_else(|| input.bad("a second has fewer than 10⁹ nanoseconds"))
    }
}
