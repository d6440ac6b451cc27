//! A tree as one archive, written as it is read. An entry that cannot be read is named and does not end it; the archive stays well-formed.

mod pax;
mod tar;
pub(crate) mod zip;

use std::io::{self, Write};

use liasse_repo::format::content::Content;
use liasse_repo::format::tree::{Entry, Node};
use liasse_repo::{Reader, Scratch, Stop, TreeWalk};

use self::tar::Tar;
use self::zip::Zip;
use super::Browse;
use super::bytes::{Holes, copy};
use crate::error::{Error, Result};
use crate::list::Found;
use crate::restore::Lost;

/// Files up to here are read whole before their entry is begun, so that one that is damaged leaves no trace.
const WHOLE: u64 = 8 << 20;

/// What an archive looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// POSIX pax: everything that the tree has.
    Tar,
    /// With UTF-8 names, permissions and times; no owners, attributes, devices, and no two names of one file.
    Zip,
}

/// What was written.
#[derive(Debug, Default)]
pub struct Dumped {
    /// How many entries.
    pub entries: u64,
    /// Bytes of files.
    pub bytes: u64,
    /// What could not be read. A large file of which a part could not be read is there, and not whole.
    pub lost: Vec<Lost>,
    /// What the format cannot hold: where it is, and what.
    pub left_out: Vec<(Vec<u8>, &'static str)>,
}

/// Where the bytes of an archive go, and how its entries look.
pub(crate) trait Sink: Write {
    /// Writes an entry that has no bytes of its own; or says what about it the format cannot hold.
    fn plain(&mut self, name: &[u8], entry: &Entry) -> io::Result<Option<&'static str>>;

    /// Begins a file, whose bytes are then written; or says that it is done, as a further name of one that was. With what the format cannot
    /// hold of it.
    fn begin(&mut self, name: &[u8], entry: &Entry, content: &Content) -> io::Result<(Begun, Option<&'static str>)>;

    /// Ends a file. If it is cut off, not all bytes were written.
    fn end(&mut self, is_cut_off: bool) -> io::Result<()>;

    /// Is told of what cannot be read, and is not there, or not whole: an entry, or what else is in a folder.
    fn lose(&mut self, _name: &[u8], _entry: Option<&Entry>) -> io::Result<()> {
        Ok(())
    }

    /// Ends the archive.
    fn finish(self: Box<Self>) -> io::Result<()>;
}

/// What a file needs now.
#[derive(PartialEq, Eq)]
pub(crate) enum Begun {
    /// All its bytes, holes as zeros.
    All,
    /// Its bytes without its holes.
    Data,
    /// Nothing.
    Done,
}

impl Browse<'_> {
    /// Writes what is at a path as an archive: a folder under its own name, a whole tree by the paths in it.
    pub fn dump(&mut self, root: &Content, path: &[u8], format: Format, out: &mut dyn Write) -> Result<Dumped> {
        self.dump_as(root, path, format, false, out)
    }

    /// The same for who could not be told what is missing: the first entry that cannot be read ends it, with the archive unfinished.
    pub fn dump_whole(&mut self, root: &Content, path: &[u8], format: Format, out: &mut dyn Write) -> Result<Dumped> {
        self.dump_as(root, path, format, true, out)
    }

    fn dump_as(&mut self, root: &Content, path: &[u8], format: Format, all: bool, out: &mut dyn Write) -> Result<Dumped> {
        let found = self.find(root, path)?;
        let full = path.strip_suffix(b"/").unwrap_or(path).to_vec();
        // Names in the archive begin here.
        let start = match &found {
            Found::Root(_) => full.len() + 1,
            Found::Entry(entry) => full.len().saturating_sub(entry.name.as_bytes().len()),
        };
        let sink: Box<dyn Sink + '_> = match format {
            Format::Tar => Box::new(Tar::new(out)),
            Format::Zip => Box::new(Zip::new(out)),
        };
        let mut dump = Dump { all, ..self.dumping(sink, full, start) };
        match found {
            Found::Root(tree) => dump.tree(&tree)?,
            Found::Entry(entry) => {
                dump.entry(&entry)?;
                if let Node::Directory { tree, .. } = &entry.node {
                    dump.tree(tree)?;
                }
            }
        }
        dump.sink.finish().map_err(output)?;
        Ok(dump.dumped)
    }

    /// Writes what is below a folder to a sink, by the paths from there, and leaves the archive open.
    pub(crate) fn dump_below<'d>(&'d mut self, tree: &Content, sink: Box<dyn Sink + 'd>) -> Result<Dumped> {
        let mut dump = self.dumping(sink, Vec::new(), 1);
        dump.tree(tree)?;
        Ok(dump.dumped)
    }

    fn dumping<'d>(&'d mut self, sink: Box<dyn Sink + 'd>, full: Vec<u8>, start: usize) -> Dump<'d> {
        let (reader, scratch, stop) = (&self.reader, &mut self.scratch, &self.stop);
        Dump { reader, scratch, stop, sink, full, start, all: false, dumped: Dumped::default() }
    }
}

fn output(cause: io::Error) -> Error {
    Error::Output { cause }
}

/// An archive that is being written.
struct Dump<'d> {
    reader: &'d Reader<'d>,
    scratch: &'d mut Scratch,
    stop: &'d Stop,
    sink: Box<dyn Sink + 'd>,
    /// The path of the present entry.
    full: Vec<u8>,
    start: usize,
    /// Whether all of it is wanted, or nothing.
    all: bool,
    dumped: Dumped,
}

impl Dump<'_> {
    /// Writes all that is below the present path.
    fn tree(&mut self, tree: &Content) -> Result<()> {
        // A stack of our own: snapshots may be deeper than the thread's.
        let mut walks = vec![(TreeWalk::new(self.reader, tree), self.full.len())];
        while let Some((walk, length)) = walks.last_mut() {
            self.stop.check()?;
            self.full.truncate(*length);
            let entry = match walk.next(self.scratch) {
                Ok(Some(entry)) => entry,
                Ok(None) => {
                    walks.pop();
                    continue;
                }
                Err(error) => {
                    self.lose(error.into(), None)?;
                    walks.pop();
                    continue;
                }
            };
            self.full.push(b'/');
            self.full.extend_from_slice(entry.name.as_bytes());
            self.entry(&entry)?;
            if let Node::Directory { tree, .. } = &entry.node {
                walks.push((TreeWalk::new(self.reader, tree), self.full.len()));
            }
        }
        Ok(())
    }

    fn entry(&mut self, entry: &Entry) -> Result<()> {
        let name = self.full.get(self.start..).unwrap_or_default().to_vec();
        let shortcoming = if let Node::File(content) = &entry.node {
            self.file(&name, entry, content)?
        } else {
            self.dumped.entries += 1;
            self.sink.plain(&name, entry).map_err(output)?
        };
        self.dumped.left_out.extend(shortcoming.map(|what| (self.full.clone(), what)));
        Ok(())
    }

    fn file(&mut self, name: &[u8], entry: &Entry, content: &Content) -> Result<Option<&'static str>> {
        let mut whole = None;
        if content.size <= WHOLE && content.holes.is_empty() {
            let mut bytes = Vec::new();
            if let Err(error) = copy(self.reader, self.scratch, self.stop, content, Holes::Zeros, &mut bytes) {
                return self.lose(error, Some(entry)).map(|()| None);
            }
            whole = Some(bytes);
        }
        let (begun, shortcoming) = self.sink.begin(name, entry, content).map_err(output)?;
        let holes = match begun {
            Begun::All => Holes::Zeros,
            Begun::Data => Holes::LeftOut,
            Begun::Done => {
                self.dumped.entries += 1;
                return Ok(shortcoming);
            }
        };
        let written = match whole {
            Some(bytes) => self.sink.write_all(&bytes).map_err(output),
            None => copy(self.reader, self.scratch, self.stop, content, holes, &mut self.sink),
        };
        if written.is_ok() || !self.all {
            self.sink.end(written.is_err()).map_err(output)?;
        }
        if let Err(error) = written {
            return self.lose(error, Some(entry)).map(|()| None);
        }
        self.dumped.entries += 1;
        self.dumped.bytes += content.size;
        Ok(shortcoming)
    }

    /// Notes that the entry at the present path cannot be read, if that is all.
    fn lose(&mut self, error: Error, entry: Option<&Entry>) -> Result<()> {
        let Error::Repo(cause) = error else { return Err(error) };
        let cause = self.reader.repository().as_partial(cause)?;
        if self.all {
            return Err(Error::Unreadable { path: String::from_utf8_lossy(&self.full).into_owned(), cause });
        }
        let cause = cause.to_string();
        self.sink.lose(self.full.get(self.start..).unwrap_or_default(), entry).map_err(output)?;
        self.dumped.lost.push(Lost { path: self.full.clone(), cause, damage: true });
        Ok(())
    }
}
