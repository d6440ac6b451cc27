//! What an export says about itself: the manifest, and sums of all its files in the form of `sha256sum` and `b3sum`.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use liasse_repo::format::ids::Hash;

use super::escape::escaped;
use super::hashed::{Digests, Hashed};
use super::manifest::{FILE, Head, Row, Stored};
use super::{FILES, MANIFEST, SUMS};

/// Lines of sums.
pub(super) struct Sums<W> {
    out: W,
}

impl<W: Write> Sums<W> {
    pub(super) fn new(out: W) -> Self {
        Self { out }
    }

    /// Adds a file.
    pub(super) fn add(&mut self, hash: &Hash, name: &[u8]) -> io::Result<()> {
        let (name, is_escaped) = escaped(name);
        let mark = if is_escaped { "\\" } else { "" };
        write!(self.out, "{mark}{hash}  ")?;
        self.out.write_all(&name)?;
        self.out.write_all(b"\n")
    }

    pub(super) fn into_inner(self) -> W {
        self.out
    }
}

/// All three on their way into a folder.
pub(super) struct Ledger {
    manifest: Hashed<BufWriter<File>>,
    sha256: Sums<Hashed<BufWriter<File>>>,
    blake3: Sums<Hashed<BufWriter<File>>>,
}

/// A name of a file in the folder of files.
pub(super) fn in_files(name: &[u8]) -> Vec<u8> {
    [FILES.as_bytes(), b"/", name].concat()
}

impl Ledger {
    /// Begins them in a folder that has none.
    pub(super) fn begin(folder: &Path, head: &Head) -> io::Result<Self> {
        let begin = |name: &str| Ok::<_, io::Error>(Hashed::new(BufWriter::new(File::create_new(folder.join(name))?)));
        let [sha256, blake3] = SUMS;
        let mut ledger = Self { manifest: begin(MANIFEST)?, sha256: Sums::new(begin(sha256)?), blake3: Sums::new(begin(blake3)?) };
        ledger.manifest.write_all(&head.lines())?;
        Ok(ledger)
    }

    /// Adds a row, and the sums of a file that is there.
    pub(super) fn row(&mut self, row: &Row) -> io::Result<()> {
        self.manifest.write_all(&row.line())?;
        let stored = match &row.stored {
            Stored::Here => &row.path,
            Stored::As(name) => name,
            Stored::Not => return Ok(()),
        };
        match row.sha256 {
            Some(sha256) if row.facts.kind == FILE => self.sums(stored, &row.facts.content, &sha256),
            _ => Ok(()),
        }
    }

    fn sums(&mut self, stored: &[u8], blake3: &Hash, sha256: &Hash) -> io::Result<()> {
        let name = in_files(stored);
        self.blake3.add(blake3, &name)?;
        self.sha256.add(sha256, &name)
    }

    /// Adds the sums of something else that is in the export.
    pub(super) fn document(&mut self, name: &str, digests: &Digests) -> io::Result<()> {
        self.blake3.add(&digests.blake3, name.as_bytes())?;
        self.sha256.add(&digests.sha256, name.as_bytes())
    }

    /// Ends all three; the hash of the file of SHA-256 sums stands for all that is in the export.
    pub(super) fn finish(self) -> io::Result<Hash> {
        let Self { manifest, mut sha256, mut blake3 } = self;
        let (_, digests) = manifest.finish()?;
        blake3.add(&digests.blake3, MANIFEST.as_bytes())?;
        sha256.add(&digests.sha256, MANIFEST.as_bytes())?;
        blake3.into_inner().finish()?;
        let (_, sums) = sha256.into_inner().finish()?;
        Ok(sums.sha256)
    }
}
