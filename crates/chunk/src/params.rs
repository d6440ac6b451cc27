//! The three lengths that steer the cutting. They are recorded in the repository's config; a value that the algorithm
//! does not accept must never become a [`Params`].

use fastcdc::v2020::{AVERAGE_MAX, AVERAGE_MIN};

/// Least and greatest length of a chunk in bytes, and the length that chunks gather around. Always valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Params {
    min: u32,
    avg: u32,
    max: u32,
}

/// Why three lengths are no [`Params`]. All values are bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParamsError {
    /// The least length is odd or below [`Params::MIN_FLOOR`].
    #[error("minimum chunk length {0} is odd or below {floor}", floor = Params::MIN_FLOOR)]
    Min(u32),
    /// The average is no power of two, or outside [`Params::AVG_FLOOR`]..=[`Params::AVG_CEILING`].
    #[error(
        "average chunk length {0} is no power of two from {floor} to {ceiling}",
        floor = Params::AVG_FLOOR,
        ceiling = Params::AVG_CEILING
    )]
    Avg(u32),
    /// The greatest length is odd or above [`Params::MAX_CEILING`].
    #[error("maximum chunk length {0} is odd or above {ceiling}", ceiling = Params::MAX_CEILING)]
    Max(u32),
    /// Not `min < avg < max`.
    #[error("chunk lengths {min}, {avg}, {max} do not rise")]
    Order {
        /// The least length given.
        min: u32,
        /// The average length given.
        avg: u32,
        /// The greatest length given.
        max: u32,
    },
}

impl Params {
    /// The smallest `min`: the hash needs a window of 48 bytes to mean something.
    pub const MIN_FLOOR: u32 = 64;
    /// The smallest `avg` that `fastcdc` has masks for.
    #[allow(clippy::cast_possible_truncation)] // 256
    pub const AVG_FLOOR: u32 = AVERAGE_MIN as u32;
    /// The greatest `avg` that `fastcdc` has masks for.
    #[allow(clippy::cast_possible_truncation)] // 4 MiB
    pub const AVG_CEILING: u32 = AVERAGE_MAX as u32;
    /// The greatest `max`: what a reader must be ready to hold in memory for one chunk.
    pub const MAX_CEILING: u32 = 8 << 20;

    /// 32, 128 and 512 KiB: for the contents of files.
    pub const DATA_DEFAULT: Self = Self { min: 32 << 10, avg: 128 << 10, max: 512 << 10 };
    /// 4, 16 and 64 KiB: for trees, where one changed entry should cost little.
    pub const TREE_DEFAULT: Self = Self { min: 4 << 10, avg: 16 << 10, max: 64 << 10 };

    /// Checks the three lengths, in bytes.
    ///
    /// # Errors
    /// The first rule that is broken, see [`ParamsError`].
    pub const fn new(min: u32, avg: u32, max: u32) -> Result<Self, ParamsError> {
        if min < Self::MIN_FLOOR || !min.is_multiple_of(2) {
            return Err(ParamsError::Min(min));
        }
        if !avg.is_power_of_two() || avg < Self::AVG_FLOOR || avg > Self::AVG_CEILING {
            return Err(ParamsError::Avg(avg));
        }
        if max > Self::MAX_CEILING || !max.is_multiple_of(2) {
            return Err(ParamsError::Max(max));
        }
        if min >= avg || avg >= max {
            return Err(ParamsError::Order { min, avg, max });
        }
        Ok(Self { min, avg, max })
    }

    /// The least length of a chunk in bytes, except for the last of a stream.
    pub const fn min(self) -> u32 {
        self.min
    }

    /// The length in bytes that chunks gather around.
    pub const fn avg(self) -> u32 {
        self.avg
    }

    /// The greatest length of a chunk in bytes.
    pub const fn max(self) -> u32 {
        self.max
    }
}
