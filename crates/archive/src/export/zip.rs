//! An export as one zip, written as it is read from the repository.

use std::fs::File;
use std::io::{self, BufWriter, Write};

use liasse_repo::format::content::Content;
use liasse_repo::format::evidence::Facts;
use liasse_repo::format::tree::{Entry, Node};
use liasse_repo::{Phase, Progress, Repository, Stop};

use super::hashed::Hasher;
use super::ledger::{Ledger, in_files};
use super::manifest::{Row, Stored};
use super::stage::{Stage, zip_name};
use super::{Export, Exported, MANIFEST, SUMS, documents, output};
use crate::browse::Browse;
use crate::browse::dump::zip::{ELSEWHERE, Zip, holds};
use crate::browse::dump::{Begun, Sink};
use crate::error::Result;
use crate::restore::Lost;

pub(super) fn export(
    repository: &Repository,
    what: &Export<'_>,
    stage: &Stage,
    mut ledger: Ledger,
    progress: &dyn Progress,
    stop: &Stop,
) -> Result<Exported> {
    progress.begin(Phase::Restore);
    let path = stage.path.join(std::ffi::OsStr::new(&*String::from_utf8_lossy(zip_name()?.as_bytes())));
    let file = File::create_new(path).map_err(output)?;
    let mut out = BufWriter::with_capacity(1 << 17, &file);
    let mut zip = Zip::new(&mut out);
    let mut exported = Exported::default();
    let sink = Ledgered { zip: &mut zip, ledger: &mut ledger, exported: &mut exported, progress, present: None, is_cut_off: false };
    let dumped = Browse::new(repository, stop)?.dump_below(what.tree, Box::new(sink))?;
    exported.left_out = dumped.left_out.into_iter().map(|(path, left)| (bare(path), left)).collect();
    exported.lost = dumped.lost.into_iter().map(|lost| Lost { path: bare(lost.path), ..lost }).collect();
    documents(what, &exported, &mut ledger, |name, mut bytes| zip.document(name, &mut bytes))?;
    exported.sums = Some(ledger.finish().map_err(output)?);
    for name in SUMS.into_iter().chain([MANIFEST]) {
        let read = File::open(stage.path.join(name));
        read.and_then(|mut file| zip.document(name, &mut file)).map_err(output)?;
    }
    Box::new(zip).finish().map_err(output)?;
    out.flush().and_then(|()| file.sync_all()).map_err(output)?;
    Ok(exported)
}

/// A path without the slash before it.
fn bare(path: Vec<u8>) -> Vec<u8> {
    path.strip_prefix(b"/").map(<[u8]>::to_vec).unwrap_or(path)
}

/// A zip with what is said of it.
struct Ledgered<'z, 'o> {
    zip: &'z mut Zip<'o>,
    ledger: &'z mut Ledger,
    exported: &'z mut Exported,
    progress: &'z dyn Progress,
    present: Option<(Row, Hasher)>,
    /// Whether the last file was cut off.
    is_cut_off: bool,
}

impl Ledgered<'_, '_> {
    /// The row of an entry that was just written.
    fn row(&self, name: &[u8], entry: &Entry) -> Row {
        let called = self.zip.called().as_bytes();
        let stored = if called == in_files(name) {
            Stored::Here
        } else {
            called.get(in_files(b"").len()..).map_or(Stored::Not, |called| Stored::As(called.to_vec()))
        };
        Row { facts: Facts::of(entry), sha256: None, stored, path: name.to_vec() }
    }
}

impl Sink for Ledgered<'_, '_> {
    fn plain(&mut self, name: &[u8], entry: &Entry) -> io::Result<Option<&'static str>> {
        // What cannot be there as it is, is not there at all: a check must not take it for what somebody changed.
        if matches!(&entry.node, Node::Symlink { target } if !holds(target)) {
            self.ledger.row(&Row { facts: Facts::of(entry), sha256: None, stored: Stored::Not, path: name.to_vec() })?;
            return Ok(Some(ELSEWHERE));
        }
        let left = self.zip.plain(&in_files(name), entry)?;
        let mut row = self.row(name, entry);
        if matches!(entry.node, Node::Directory { .. } | Node::Symlink { .. }) {
            self.exported.others += 1;
        } else {
            row.stored = Stored::Not;
        }
        self.ledger.row(&row)?;
        Ok(left)
    }

    fn begin(&mut self, name: &[u8], entry: &Entry, content: &Content) -> io::Result<(Begun, Option<&'static str>)> {
        self.progress.at(name);
        self.progress.expect(content.size);
        let begun = self.zip.begin(&in_files(name), entry, content)?;
        self.present = Some((self.row(name, entry), Hasher::default()));
        Ok(begun)
    }

    fn end(&mut self, is_cut_off: bool) -> io::Result<()> {
        self.zip.end(is_cut_off)?;
        let Some((mut row, hasher)) = self.present.take() else { return Ok(()) };
        let digests = hasher.digests();
        self.is_cut_off = is_cut_off;
        if is_cut_off || digests.blake3 != row.facts.content {
            row.stored = Stored::Not;
        } else {
            row.sha256 = Some(digests.sha256);
            self.exported.files += 1;
            self.exported.bytes += digests.size;
        }
        self.ledger.row(&row)
    }

    fn lose(&mut self, name: &[u8], entry: Option<&Entry>) -> io::Result<()> {
        let row = match entry {
            // One that was begun has its row already.
            Some(_) if std::mem::take(&mut self.is_cut_off) => None,
            Some(entry) => Some(Row { facts: Facts::of(entry), sha256: None, stored: Stored::Not, path: name.to_vec() }),
            None => Row::lost(name.to_vec()),
        };
        row.map_or(Ok(()), |row| self.ledger.row(&row))
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        Ok(())
    }
}

impl Write for Ledgered<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.zip.write(bytes)?;
        if let Some((_, hasher)) = &mut self.present {
            hasher.update(bytes.get(..written).unwrap_or_default());
        }
        self.progress.advance(written as u64);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.zip.flush()
    }
}
