//! Secret bytes: where they come from and how they go. Must never be printed, compared in variable time, or left in memory.

use std::fmt;

use zeroize::Zeroizing;

use crate::SealError;

/// 32 secret bytes: a repository secret, a seed, a private key, a key. Held behind a pointer, so that moving it leaves no copy.
pub struct Secret32(Box<Zeroizing<[u8; 32]>>);

impl Secret32 {
    /// Takes over secret bytes. The caller wipes its own copy.
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        let mut secret = Self(Box::default());
        secret.0.copy_from_slice(bytes);
        secret
    }

    /// A fresh secret from the system.
    pub fn random() -> Result<Self, SealError> {
        let mut secret = Self(Box::default());
        getrandom::fill(secret.0.as_mut_slice()).map_err(SealError::Random)?;
        Ok(secret)
    }

    /// The bytes, for a credential or a key slot. Whoever copies them wipes the copy.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// `BLAKE3-derive(context, self)`.
    pub(crate) fn derive(&self, context: &str) -> Self {
        let mut derived = Self(Box::default());
        self.derive_into(context, derived.0.as_mut_slice());
        derived
    }

    /// `BLAKE3-derive(context, self)`, as many bytes as `out` has.
    pub(crate) fn derive_into(&self, context: &str, out: &mut [u8]) {
        let mut hasher = Zeroizing::new(blake3::Hasher::new_derive_key(context));
        hasher.update(self.expose());
        Zeroizing::new(hasher.finalize_xof()).fill(out);
    }

    /// Changes the bytes in place.
    pub(crate) fn with_bytes<T>(&mut self, change: impl FnOnce(&mut [u8; 32]) -> T) -> T {
        change(&mut self.0)
    }

    /// A secret of zeros, to be filled in place.
    pub(crate) fn filled<E>(fill: impl FnOnce(&mut [u8; 32]) -> Result<(), E>) -> Result<Self, E> {
        let mut secret = Self(Box::default());
        fill(&mut secret.0)?;
        Ok(secret)
    }
}

impl fmt::Debug for Secret32 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret32").finish_non_exhaustive()
    }
}

/// Random bytes for ids and salts; whoever makes a secret of them wipes it, or takes [`Secret32::random`].
pub fn random_bytes<const N: usize>() -> Result<[u8; N], SealError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(SealError::Random)?;
    Ok(bytes)
}

/// Whether two values are the same, in a time that does not tell where they differ.
pub(crate) fn same(a: &[u8; 32], b: &[u8; 32]) -> bool {
    blake3::Hash::from_bytes(*a) == blake3::Hash::from_bytes(*b)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_secret_prints_nothing() {
        let secret = Secret32::from_bytes(&[0xab; 32]);
        let shown = format!("{secret:?} {secret:#?}");
        assert!(!shown.contains("ab") && !shown.contains("171"), "{shown}");
        assert_eq!(secret.expose(), &[0xab; 32]);
    }

    #[test]
    fn randomness_differs() {
        assert_ne!(Secret32::random().unwrap().expose(), Secret32::random().unwrap().expose());
        assert_ne!(random_bytes::<16>().unwrap(), random_bytes::<16>().unwrap());
    }

    #[test]
    fn same_looks_at_every_byte() {
        let a = [7; 32];
        assert!(same(&a, &a));
        for i in 0..32 {
            let mut b = a;
            b.iter_mut().skip(i).take(1).for_each(|byte| *byte ^= 1);
            assert!(!same(&a, &b), "byte {i}");
        }
    }
}
