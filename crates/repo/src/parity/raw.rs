//! Reading from a medium that rots: what cannot be read is zeros, and the hashes tell.

use liasse_store::{ErrorKind, Key, Store};

use crate::error::Result;

/// What is not given up as a whole: the largest sector of common media, in bytes.
const GRAIN: usize = 4096;

/// Fills `buf` from `offset` bytes into an object of `size` bytes. What lies beyond its end and what the medium does not give are zeros.
///
/// # Errors
/// When there is no such object, or the store fails in a way that is not about these bytes.
pub(super) fn fill(store: &dyn Store, key: &Key, size: u64, offset: u64, buf: &mut [u8]) -> Result<()> {
    let there = usize::try_from(size.saturating_sub(offset)).unwrap_or(usize::MAX).min(buf.len());
    let (wanted, beyond) = buf.split_at_mut(there);
    beyond.fill(0);
    read(store, key, offset, wanted)
}

fn read(store: &dyn Store, key: &Key, offset: u64, buf: &mut [u8]) -> Result<()> {
    if buf.is_empty() {
        return Ok(());
    }
    let Err(error) = store.read_at(key, offset, buf) else { return Ok(()) };
    if !matches!(error.kind(), ErrorKind::Io | ErrorKind::Short { .. }) {
        return Err(error.into());
    }
    if buf.len() <= GRAIN {
        buf.fill(0);
        return Ok(());
    }
    let (first, second) = buf.split_at_mut((buf.len() / 2).next_multiple_of(GRAIN).min(buf.len()));
    let middle = offset + first.len() as u64;
    read(store, key, offset, first)?;
    read(store, key, middle, second)
}
