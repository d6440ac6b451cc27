//! The code of `spec/parity.md`: shards of data, their recovery shards, and data again from what is left of both. Counts come from heads
//! that were held against their limits; shards of another length than the rest are refused by the coder.

use reed_solomon_simd::engine::DefaultEngine;
use reed_solomon_simd::rate::{HighRateDecoder, HighRateEncoder, RateDecoder, RateEncoder};

use crate::error::{Error, Result};

fn failed(_: reed_solomon_simd::Error) -> Error {
    Error::Internal("shards do not fit their code")
}

/// The recovery shards of `data`, which are all of `size` bytes, one after the other.
pub(super) fn protect<'a>(data: impl ExactSizeIterator<Item = &'a [u8]>, recovery: usize, size: usize) -> Result<Vec<u8>> {
    let mut encoder = HighRateEncoder::new(data.len(), recovery, size, DefaultEngine::new(), None).map_err(failed)?;
    for shard in data {
        encoder.add_original_shard(shard).map_err(failed)?;
    }
    let made = encoder.encode().map_err(failed)?;
    let mut all = Vec::with_capacity(recovery * size);
    made.recovery_iter().for_each(|shard| all.extend_from_slice(shard));
    Ok(all)
}

/// Shards that were lost, each with its number.
pub(super) type Rebuilt = Vec<(usize, Vec<u8>)>;

/// What is lost of `count` shards of data, by number: `data` and `recovery` are those that are there. `None` when too much is lost.
pub(super) fn rebuild<'a>(
    (count, recovery_count, size): (usize, usize, usize),
    data: impl Iterator<Item = (usize, &'a [u8])>,
    recovery: impl Iterator<Item = (usize, &'a [u8])>,
) -> Result<Option<Rebuilt>> {
    let mut decoder = HighRateDecoder::new(count, recovery_count, size, DefaultEngine::new(), None).map_err(failed)?;
    let mut lost = count;
    for (number, shard) in data {
        decoder.add_original_shard(number, shard).map_err(failed)?;
        lost = lost.saturating_sub(1);
    }
    // More than are needed would only be work.
    for (number, shard) in recovery.take(lost) {
        decoder.add_recovery_shard(number, shard).map_err(failed)?;
    }
    match decoder.decode() {
        Ok(found) => Ok(Some(found.restored_original_iter().map(|(number, shard)| (number, shard.to_vec())).collect())),
        Err(reed_solomon_simd::Error::NotEnoughShards { .. }) => Ok(None),
        Err(error) => Err(failed(error)),
    }
}
