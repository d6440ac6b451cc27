//! Bytes that are believed. Must never be made anywhere but in [`RepositoryKeys::verify`](crate::RepositoryKeys::verify).

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

/// The bytes of a chunk, which have the id that names them: the only bytes that a restore may write.
#[derive(Clone, PartialEq, Eq)]
pub struct Verified<'a>(Cow<'a, [u8]>);

impl<'a> Verified<'a> {
    pub(crate) fn new(bytes: Cow<'a, [u8]>) -> Self {
        Self(bytes)
    }

    /// The bytes themselves; copied only when they were borrowed.
    pub fn into_vec(self) -> Vec<u8> {
        self.0.into_owned()
    }

    /// Puts the bytes into a buffer, which can be used again, and lends them from there; copied only when they were borrowed.
    pub fn lent_from(self, buffer: &mut Vec<u8>) -> Verified<'_> {
        *buffer = self.0.into_owned();
        Verified(Cow::Borrowed(buffer))
    }
}

impl Deref for Verified<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl AsRef<[u8]> for Verified<'_> {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Verified<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Verified({} bytes)", self.0.len())
    }
}
