//! Chance, for whoever draws lots: nothing that is secret or that decides what is stored.

use crate::error::Result;

/// Bytes from the system's source of random numbers.
pub fn chance() -> Result<[u8; 32]> {
    Ok(liasse_seal::random_bytes()?)
}
