//! Checking an export, without the repository and without a password: every file against the manifest, the manifest against the evidence
//! root, the root against the signed record. What that proves depends on whose key it is, and that is for others to say. Must never take
//! the export's word for anything.

mod evidence;
mod found;
mod source;

use std::collections::HashSet;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use liasse_repo::format::ids::Hash;
use liasse_repo::format::wire;
use liasse_repo::{SignedRecord, Stop, public_key_pem};

use self::evidence::Growing;
pub use self::found::{Checked, Proof, Signed, Wrong, WrongKind};
use self::source::{Seen, Source};
use super::hashed::{Digests, Hashed};
use super::ledger::{Sums, in_files};
use super::manifest::{BLOCK_DEVICE, CHARACTER_DEVICE, FILE, FOLDER, Head, LINK, LOST, MOST_LINE, PIPE, Row, Stored};
use super::{DOCUMENTS, FILES, MANIFEST, MOST_NAMED, SUMS};
use crate::browse::dump::zip::may_call;
use crate::error::{Error, Result};
use crate::target::FileKind;

/// Most bytes of a record that are read.
const MOST_RECORD: u64 = 64 << 20;

/// Checks an export: a folder or a zip.
pub fn verify_export(path: &Path, stop: &Stop) -> Result<Checked> {
    let unreadable = |cause| Error::ExportUnreadable { path: path.to_owned(), cause };
    let none = |what| Error::NoExport { path: path.to_owned(), what };
    let mut lines = source::open(path).map_err(unreadable)?;
    let manifest = lines.open(MANIFEST.as_bytes()).map_err(unreadable)?.ok_or_else(|| none("it has no manifest"))?;
    let mut manifest = BufReader::new(manifest);
    let mut line = || next_line(&mut manifest).map_err(unreadable);
    let head = Head::read(|| Ok::<_, Error>(line()?.unwrap_or_default()))?.ok_or_else(|| none("its manifest is none"))?;
    let mut checking = Checking::new(source::open(path).map_err(unreadable)?, head);
    let mut growing = Growing::new();
    while let Some(line) = next_line(&mut manifest).map_err(unreadable)? {
        stop.check()?;
        let row = Row::read(&line).filter(|row| growing.push(row).is_some()).ok_or_else(|| none("its manifest is damaged"))?;
        checking.row(&row, stop)?;
    }
    checking.checked.is_evident = growing.is(checking.checked.head.evidence);
    checking.documents(path)?;
    checking.extra();
    Ok(checking.checked)
}

/// The next line without its end; `None` after the last one.
fn next_line(read: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    read.take(MOST_LINE).read_until(b'\n', &mut line)?;
    match line.pop() {
        None => Ok(None),
        Some(b'\n') => Ok(Some(line)),
        Some(_) => Err(io::Error::new(io::ErrorKind::InvalidData, "a line of the manifest has no end")),
    }
}

struct Checking {
    source: Box<dyn Source>,
    checked: Checked,
    /// A hash of each name that may be there.
    known: HashSet<Hash>,
    /// The sums as they must be.
    sums: [Sums<Hashed<io::Sink>>; 2],
}

impl Checking {
    fn new(source: Box<dyn Source>, head: Head) -> Self {
        let checked = Checked::new(head);
        let sums = [(); 2].map(|()| Sums::new(Hashed::new(io::sink())));
        let mut checking = Self { source, checked, known: HashSet::new(), sums };
        for name in SUMS.into_iter().chain(DOCUMENTS).chain([FILES, MANIFEST]) {
            checking.expect(name.as_bytes());
        }
        checking
    }

    /// Notes that something of this name may be there; false where that was noted before.
    fn expect(&mut self, path: &[u8]) -> bool {
        self.known.insert(Hash::of(path))
    }

    fn row(&mut self, row: &Row, stop: &Stop) -> Result<()> {
        let stored = match &row.stored {
            Stored::Here => in_files(&row.path),
            // Only the name that a zip would have given it: files must not change their names among themselves.
            Stored::As(name) if may_call(&row.path, name) => in_files(name),
            Stored::As(name) => {
                self.checked.wrong(&in_files(name), WrongKind::Changed);
                return Ok(());
            }
            Stored::Not => {
                // Nothing may stand where nothing is said to be: it would be taken for the entry.
                if row.facts.kind != LOST && self.source.look(&in_files(&row.path)).map_or(true, |seen| seen.is_some()) {
                    self.expect(&in_files(&row.path));
                    self.checked.wrong(&in_files(&row.path), WrongKind::Changed);
                }
                self.checked.absent_count += 1;
                if self.checked.absent.len() < MOST_NAMED {
                    self.checked.absent.push(row.path.clone());
                }
                return Ok(());
            }
        };
        if row.facts.kind == LOST || !self.expect(&stored) {
            self.checked.wrong(&stored, WrongKind::Changed);
            return Ok(());
        }
        let is_right = if row.facts.kind == FILE { self.file(&stored, row, stop)? } else { self.other(&stored, row) };
        match is_right {
            Ok(()) if row.facts.kind == FILE => {
                self.checked.files += 1;
                self.checked.bytes += row.facts.size;
            }
            Ok(()) => self.checked.others += 1,
            Err(kind) => self.checked.wrong(&stored, kind),
        }
        Ok(())
    }

    fn file(&mut self, stored: &[u8], row: &Row, stop: &Stop) -> Result<Result<(), WrongKind>> {
        if let Some(sha256) = &row.sha256 {
            self.add_sums(stored, &row.facts.content, sha256)?;
        }
        let read = match self.source.open(stored) {
            Ok(Some(read)) => read,
            Ok(None) => return Ok(Err(WrongKind::Missing)),
            Err(error) => return Ok(Err(what(&error))),
        };
        // One byte more than it has to have is enough to know.
        let digests = Digests::of_reader(Stoppable { read: read.take(row.facts.size.saturating_add(1)), stop });
        stop.check()?;
        Ok(match digests {
            Ok(found) if (found.size, found.blake3, Some(found.sha256)) == (row.facts.size, row.facts.content, row.sha256) => {
                let mtime = self.source.look(stored).ok().flatten().and_then(|seen| seen.mtime);
                self.checked.touched += u64::from(mtime.is_some_and(|mtime| mtime != row.facts.mtime));
                Ok(())
            }
            Ok(_) => Err(WrongKind::Changed),
            Err(_) => Err(WrongKind::Unreadable),
        })
    }

    fn other(&mut self, stored: &[u8], row: &Row) -> Result<(), WrongKind> {
        let seen = self.source.look(stored).map_err(|error| what(&error))?.ok_or(WrongKind::Missing)?;
        let facts = &row.facts;
        let is_right = match (seen.kind, facts.kind) {
            (FileKind::Directory, FOLDER) | (FileKind::Fifo, PIPE) => true,
            (FileKind::Symlink, LINK) => (seen.target.len() as u64, Hash::of(&seen.target)) == (facts.size, facts.content),
            (FileKind::CharDevice, CHARACTER_DEVICE) | (FileKind::BlockDevice, BLOCK_DEVICE) => has_numbers(&seen, facts.content),
            _ => false,
        };
        if is_right { Ok(()) } else { Err(WrongKind::Changed) }
    }

    fn add_sums(&mut self, name: &[u8], blake3: &Hash, sha256: &Hash) -> Result<()> {
        let [of_sha256, of_blake3] = &mut self.sums;
        let added = of_sha256.add(sha256, name).and_then(|()| of_blake3.add(blake3, name));
        added.map_err(|cause| Error::Output { cause })
    }

    /// The record, the page and the sums.
    fn documents(&mut self, path: &Path) -> Result<()> {
        let unreadable = |cause| Error::ExportUnreadable { path: path.to_owned(), cause };
        for name in DOCUMENTS.into_iter().chain([MANIFEST]) {
            let Some(read) = self.source.open(name.as_bytes()).map_err(unreadable)? else { continue };
            let digests = Digests::of_reader(read).map_err(unreadable)?;
            self.add_sums(name.as_bytes(), &digests.blake3, &digests.sha256)?;
        }
        let sums = std::mem::replace(&mut self.sums, [(); 2].map(|()| Sums::new(Hashed::new(io::sink()))));
        for (name, sums) in SUMS.iter().zip(sums) {
            let (_, expected) = sums.into_inner().finish().map_err(unreadable)?;
            let found = match self.source.open(name.as_bytes()).map_err(unreadable)? {
                Some(read) => Some(Digests::of_reader(read.take(expected.size + 1)).map_err(unreadable)?),
                None => None,
            };
            match found {
                Some(found) if found == expected => {}
                Some(_) => self.checked.wrong(name.as_bytes(), WrongKind::Changed),
                None => self.checked.wrong(name.as_bytes(), WrongKind::Missing),
            }
        }
        self.checked.proof = self.proof().map_err(unreadable)?;
        Ok(())
    }

    fn proof(&mut self) -> io::Result<Proof> {
        let [page, record, signature, pem] = DOCUMENTS;
        if self.bytes(page, 1)?.is_none() {
            self.checked.wrong(page.as_bytes(), WrongKind::Missing);
        }
        let parts = (self.bytes(record, MOST_RECORD)?, self.bytes(signature, 65)?, self.bytes(pem, 1_000)?);
        let (signed, signature, pem) = match parts {
            (None, None, None) => return Ok(Proof::None),
            (Some(signed), Some(signature), Some(pem)) => (signed, signature, pem),
            _ => return Ok(Proof::Bad),
        };
        let Ok(signature) = signature.try_into() else { return Ok(Proof::Bad) };
        let Ok(by) = (SignedRecord { signed, signature }).verify() else { return Ok(Proof::Bad) };
        let (head, record) = (&self.checked.head, &by.record);
        if public_key_pem(&record.writer).as_bytes() != pem {
            return Ok(Proof::Bad);
        }
        let is_it =
            record.dossiers.iter().any(|line| line.code == head.dossier && line.evidence == head.evidence && line.since == head.since);
        if by.id != head.snapshot || !is_it {
            return Ok(Proof::Foreign);
        }
        Ok(Proof::Signed(Signed { key: record.writer, host: record.host.clone(), time: record.time, utc_offset: record.utc_offset }))
    }

    fn bytes(&mut self, name: &str, most: u64) -> io::Result<Option<Vec<u8>>> {
        let Some(read) = self.source.open(name.as_bytes())? else { return Ok(None) };
        let mut bytes = Vec::new();
        read.take(most).read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    }

    /// What is there and should not be.
    fn extra(&mut self) {
        let Self { source, checked, known, .. } = self;
        let named = source.names(&mut |path, _| {
            let is_known = known.contains(&Hash::of(path));
            if !is_known {
                checked.wrong(path, WrongKind::Extra);
            }
            is_known
        });
        if named.is_err() {
            checked.wrong(FILES.as_bytes(), WrongKind::Unreadable);
        }
    }
}

fn has_numbers(seen: &Seen, content: Hash) -> bool {
    seen.device.is_some_and(|device| Hash::of(&wire::encode(&device)) == content)
}

fn what(error: &io::Error) -> WrongKind {
    if error.kind() == io::ErrorKind::InvalidInput { WrongKind::Changed } else { WrongKind::Unreadable }
}

/// Reading that can be broken off.
struct Stoppable<'s, R> {
    read: R,
    stop: &'s Stop,
}

impl<R: Read> Read for Stoppable<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.stop.is_stopped() {
            return Err(io::ErrorKind::Other.into());
        }
        self.read.read(buffer)
    }
}
