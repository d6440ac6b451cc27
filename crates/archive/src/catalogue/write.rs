//! Writing a catalogue, record by record, into a file that takes its name when it is whole.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use liasse_repo::format::ids::ObjectName;
use liasse_repo::format::wire::{self, Wire};

use super::{Identity, MAGIC, check};

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
}

impl RecordBuilder {
    /// Adds an entry. `child` is where the record of a directory starts; `trusted` whether its times tell of any later change; `day`
    /// when its content was last read, in days since 1970.
    pub(crate) fn push(&mut self, name: &[u8], identity: &Identity, trusted: bool, day: u32, child: Option<u64>, entry: &[u8]) {
        self.rows.bytes(name);
        identity.put(&mut self.rows);
        u16::from(trusted).put(&mut self.rows);
        day.put(&mut self.rows);
        child.map_or(0, |child| child + 1).put(&mut self.rows);
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

    /// Writes a directory's record, and says where it starts.
    pub(crate) fn add(&mut self, record: RecordBuilder) -> io::Result<u64> {
        let start = self.position;
        let mut body = wire::Writer::default();
        record.count.put(&mut body);
        body.raw(&record.rows.into_bytes());
        let body = body.into_bytes();
        self.write(&check(&body))?;
        self.write(&(body.len() as u64).to_le_bytes())?;
        self.write(&body)?;
        Ok(start)
    }

    /// Writes the end and gives the file its name.
    pub(crate) fn finish(mut self, root: u64, packs: &[ObjectName]) -> io::Result<()> {
        let mut end = wire::Writer::default();
        root.put(&mut end);
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
