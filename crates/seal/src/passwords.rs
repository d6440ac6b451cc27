//! From a password to the key of a slot (`spec/keys.md`). Must never run a derivation whose cost a hostile slot chose outside the ranges.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use zeroize::Zeroizing;

use crate::secret::Secret32;
use crate::{SealError, boxes};

/// What a derivation by Argon2id costs (RFC 9106).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KdfParams {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// Lanes that can be filled in parallel.
    pub lanes: u32,
}

impl KdfParams {
    /// RFC 9106's second recommended choice; the memory is also the floor.
    pub const DEFAULT: Self = Self { memory_kib: 65_536, passes: 3, lanes: 4 };
    /// For a slot that is seldom opened: 512 MiB.
    pub const STRONG: Self = Self { memory_kib: 524_288, passes: 4, lanes: 4 };

    /// Refuses (`limit`) what is outside the ranges of `spec/keys.md`.
    pub fn check(&self) -> Result<(), SealError> {
        SealError::range("Argon2id memory in KiB", self.memory_kib.into(), 65_536, 2_097_152)?;
        SealError::range("Argon2id passes", self.passes.into(), 3, 16)?;
        SealError::range("Argon2id lanes", self.lanes.into(), 1, 16)
    }
}

/// The key of a slot. Takes [`KdfParams::memory_kib`] of memory, which is wiped, and as many threads as there are lanes.
///
/// # Errors
/// `limit` before anything is run; [`SealError::Memory`] when there is none.
pub fn derive(password: &[u8], salt: &[u8; 32], params: KdfParams) -> Result<Secret32, SealError> {
    params.check()?;
    SealError::range("password length in bytes", password.len() as u64, 0, u32::MAX.into())?;
    let range = |_| SealError::Value { what: "Argon2id parameters that do not go together" };
    let params = Params::new(params.memory_kib, params.passes, params.lanes, Some(32)).map_err(range)?;
    let mut memory = Zeroizing::new(Vec::new());
    let blocks = params.block_count();
    memory.try_reserve_exact(blocks).map_err(|_| SealError::Memory { what: "Argon2id" })?;
    memory.resize(blocks, Block::new());
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    Secret32::filled(|key| argon.hash_password_into_with_memory(password, salt, key, memory.as_mut_slice()).map_err(range))
}

/// Seals a bundle in a key slot. `extra` is the slot's body before the box.
pub fn seal_box_with(key: &Secret32, header: &[u8; 48], extra: &[u8], plaintext: &[u8]) -> Result<Vec<u8>, SealError> {
    boxes::seal(key, header, extra, plaintext)
}

/// Opens a key slot's box, a bundle of secrets; [`SealError::Password`] when the key is not the slot's, or the slot is damaged: nobody can tell which.
pub fn open_box_with(key: &Secret32, header: &[u8; 48], extra: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
    boxes::open(key, header, extra, sealed).map(Zeroizing::new).map_err(|error| match error {
        SealError::Seal { .. } => SealError::Password,
        other => other,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testing::{HEADER, counting, hex};

    /// Computed by the reference implementation in C.
    #[test]
    fn vector() {
        let key = derive(b"correct horse battery staple", &[0x55; 32], KdfParams::DEFAULT).unwrap();
        assert_eq!(hex(key.expose()), "f918e58ec6b7b1d59da1fc225cc15ea1d61e45d2a4d2e708fb47bc88e0c683d0");
    }

    /// A cost of terabytes or years would be noticed if it were run.
    #[test]
    fn costs_outside_the_ranges_are_refused_without_running() {
        let default = KdfParams::DEFAULT;
        for params in [
            KdfParams { memory_kib: 65_535, ..default },
            KdfParams { memory_kib: 2_097_153, ..default },
            KdfParams { memory_kib: u32::MAX, ..default },
            KdfParams { passes: 2, ..default },
            KdfParams { passes: 17, ..default },
            KdfParams { passes: u32::MAX, ..default },
            KdfParams { lanes: 0, ..default },
            KdfParams { lanes: 17, ..default },
            KdfParams { lanes: u32::MAX, ..default },
        ] {
            assert_eq!(derive(b"password", &[0; 32], params).unwrap_err().class(), "limit", "{params:?}");
        }
        for params in [
            default,
            KdfParams::STRONG,
            KdfParams { memory_kib: 65_536, passes: 3, lanes: 1 },
            KdfParams { memory_kib: 2_097_152, passes: 16, lanes: 16 },
        ] {
            params.check().unwrap();
        }
    }

    #[test]
    fn a_wrong_password_is_called_that() {
        let sealed = seal_box_with(&counting(), &HEADER, b"params", b"bundle").unwrap();
        assert_eq!(open_box_with(&counting(), &HEADER, b"params", &sealed).unwrap().as_slice(), b"bundle");
        let other = Secret32::from_bytes(&[9; 32]);
        assert_eq!(open_box_with(&other, &HEADER, b"params", &sealed).unwrap_err(), SealError::Password);
        assert_eq!(open_box_with(&counting(), &HEADER, b"paramz", &sealed).unwrap_err(), SealError::Password);
        assert_eq!(open_box_with(&counting(), &HEADER, b"params", &[0; 79]).unwrap_err().class(), "truncated");
    }
}
