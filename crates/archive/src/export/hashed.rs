//! Bytes that are hashed on their way, for the two kinds of sums that an export has.

use std::io::{self, Read, Write};

use liasse_repo::format::ids::Hash;
use sha2::{Digest as _, Sha256};

/// Both hashes of some bytes, and how many they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Digests {
    pub(super) blake3: Hash,
    pub(super) sha256: Hash,
    pub(super) size: u64,
}

/// Both hashes on their way.
#[derive(Default)]
pub(super) struct Hasher {
    blake3: blake3::Hasher,
    sha256: Sha256,
    size: u64,
}

impl Hasher {
    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.blake3.update(bytes);
        self.sha256.update(bytes);
        self.size += bytes.len() as u64;
    }

    pub(super) fn digests(self) -> Digests {
        Digests { blake3: Hash(*self.blake3.finalize().as_bytes()), sha256: Hash(self.sha256.finalize().into()), size: self.size }
    }
}

impl Digests {
    pub(super) fn of(bytes: &[u8]) -> Self {
        let mut hasher = Hasher::default();
        hasher.update(bytes);
        hasher.digests()
    }

    /// Those of all that is read.
    pub(super) fn of_reader(mut read: impl Read) -> io::Result<Self> {
        let mut hasher = Hasher::default();
        let mut buffer = vec![0; 1 << 16];
        loop {
            match read.read(&mut buffer) {
                Ok(0) => return Ok(hasher.digests()),
                Ok(length) => hasher.update(buffer.get(..length).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// Something that is written to, with the hashes of what was.
pub(super) struct Hashed<W> {
    pub(super) out: W,
    hasher: Hasher,
}

impl<W: Write> Hashed<W> {
    pub(super) fn new(out: W) -> Self {
        Self { out, hasher: Hasher::default() }
    }

    pub(super) fn finish(mut self) -> io::Result<(W, Digests)> {
        self.out.flush()?;
        Ok((self.out, self.hasher.digests()))
    }
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hasher.update(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
