//! Writing a catalogue, record by record, into a file that takes its name when it is whole.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use liasse_repo::format::ids::{Hash, ObjectName};
use liasse_repo::format::wire::{self, Wire};

use super::{Identity, MAGIC, Subtree, Totals, check};

/// A catalogue that is being written. Dropped, it leaves nothing.
pub(crate) struct Writer {
    file: BufWriter<File>,
    position: u64,
    temporary: PathBuf,
    path: PathBuf,
    finished: bool,
}

/// The rows of one directory, in the order of their names.
#[derive(Default)]
pub(crate) struct RecordBuilder {
    rows: wire::Writer,
    count: u32,
    /// Where in the rows the place of a subdirectory's record stands, and that record.
    children: Vec<(usize, Written)>,
    totals: Totals,
}

/// A record that was written, with those of all its subdirectories before it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Written {
    /// Where it starts.
    start: u64,
    /// Where the first record below it starts.
    first: u64,
    totals: Totals,
}

impl RecordBuilder {
    /// Adds an entry. `child` is where the record of a directory starts; `trusted` whether its times tell of any later change; `day`
    /// when its content was last read, in days since 1970.
    pub(crate) fn push(&mut self, name: &[u8], identity: &Identity, trusted: bool, day: u32, child: Option<Written>, entry: &[u8]) {
        self.totals.add(identity);
        self.rows.bytes(name);
        identity.put(&mut self.rows);
        u16::from(trusted).put(&mut self.rows);
        day.put(&mut self.rows);
        if let Some(child) = child {
            self.totals.add_all(&child.totals);
            self.children.push((self.rows.position(), child));
        }
        0_u64.put(&mut self.rows);
        self.rows.bytes(entry);
        self.count += 1;
    }
}

impl Writer {
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        let temporary = path.with_extension(format!("{}.new", std::process::id()));
        let file = BufWriter::with_capacity(1 << 18, create_private(&temporary)?);
        let mut writer = Self { file, position: 0, temporary, path: path.to_owned(), finished: false };
        writer.write(MAGIC)?;
        Ok(writer)
    }

    /// Writes a directory's record. Those of its subdirectories are named by how far before it they start, so that a run of records can
    /// be copied to another place.
    pub(crate) fn add(&mut self, record: RecordBuilder) -> io::Result<Written> {
        let start = self.position;
        let first = record.children.iter().map(|(_, child)| child.first).min().unwrap_or(start);
        let mut rows = record.rows.into_bytes();
        for (at, child) in &record.children {
            if let Some(place) = rows.get_mut(*at..).and_then(|rest| rest.first_chunk_mut::<8>()) {
                *place = (start - child.start).to_le_bytes();
            }
        }
        let mut body = wire::Writer::default();
        (start - first).put(&mut body);
        record.totals.put(&mut body);
        record.count.put(&mut body);
        body.raw(&rows);
        let body = body.into_bytes();
        self.write(&check(&body))?;
        self.write(&(body.len() as u64).to_le_bytes())?;
        self.write(&body)?;
        Ok(Written { start, first, totals: record.totals })
    }

    /// Takes over the records of a directory in which nothing changed, and of all below it.
    pub(crate) fn copy(&mut self, subtree: &Subtree<'_>) -> io::Result<Written> {
        let first = self.position;
        self.write(subtree.bytes)?;
        Ok(Written { start: first + subtree.root, first, totals: subtree.totals })
    }

    /// Writes the end and gives the file its name.
    pub(crate) fn finish(mut self, root: Written, options: Hash, packs: &[ObjectName]) -> io::Result<()> {
        let mut end = wire::Writer::default();
        root.start.put(&mut end);
        options.put(&mut end);
        end.list(packs);
        let end = end.into_bytes();
        self.write(&end)?;
        self.write(&check(&end))?;
        self.write(&(end.len() as u64).to_le_bytes())?;
        self.file.flush()?;
        std::fs::rename(&self.temporary, &self.path)?;
        self.finished = true;
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.position += bytes.len() as u64;
        self.file.write_all(bytes)
    }
}

/// A new file for its owner only, in place of one that a run left.
pub(super) fn create_private(path: &Path) -> io::Result<File> {
    std::fs::remove_file(path).ok();
    let mut options = File::options();
    options.write(true).create_new(true);
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

impl Drop for Writer {
    fn drop(&mut self) {
        if !self.finished {
            std::fs::remove_file(&self.temporary).ok();
        }
    }
}
