//! POSIX tar with pax records: long and odd names, sizes, times to the nanosecond, attributes, hard links, and holes as GNU tar has them.

use std::collections::HashMap;
use std::io::{self, Write};

use liasse_repo::format::content::Content;
use liasse_repo::format::ids::Hash;
use liasse_repo::format::tree::{Device, Entry, Metadata, Node};
use tar::{EntryType, Header};

use super::pax::{self, Records};
use super::{Begun, Sink};

const BLOCK: usize = 512;
/// What eleven and seven octal digits hold.
const SIZE_LIMIT: u64 = 0o777_7777_7777;
const ID_LIMIT: u32 = 0o777_7777;
/// Bytes that a field for a name holds, and one for the name of an owner.
const NAME_LIMIT: usize = 100;
const OWNER_LIMIT: usize = 31;

/// A tar on its way out.
pub(super) struct Tar<'o> {
    out: &'o mut dyn Write,
    /// Bytes of the present file that are still to come, and those that fill its last block.
    left: u64,
    padding: usize,
    /// Names of files with several names, by their group; a group is a claim, so the bytes must be the same too.
    linked: HashMap<(u64, u64, Hash), Vec<u8>>,
    present: Option<((u64, u64, Hash), Vec<u8>)>,
}

impl<'o> Tar<'o> {
    pub(super) fn new(out: &'o mut dyn Write) -> Self {
        Self { out, left: 0, padding: 0, linked: HashMap::new(), present: None }
    }

    /// Writes the header of an entry, with a header of its own for what does not fit into it.
    fn header(&mut self, name: &[u8], entry: &Entry, what: &What<'_>) -> io::Result<Option<&'static str>> {
        let mut header = Header::new_ustar();
        let mut records = Records::default();
        header.set_entry_type(what.kind);
        name_field(&mut header.as_mut_bytes()[..NAME_LIMIT], b"path", name, &mut records);
        name_field(&mut header.as_mut_bytes()[157..157 + NAME_LIMIT], b"linkpath", what.link, &mut records);
        size_field(&mut header, what.size, &mut records);
        metadata(&mut header, &entry.metadata, &mut records)?;
        if let Some(device) = what.device {
            header.set_device_major(device.major)?;
            header.set_device_minor(device.minor)?;
        }
        for (key, value) in &what.records {
            records.add(key.as_bytes(), value);
        }
        let shortcoming = if what.kind == EntryType::Link { None } else { xattrs(&entry.metadata, &mut records) };
        if !records.bytes().is_empty() {
            self.extended(records.bytes())?;
        }
        header.set_cksum();
        self.out.write_all(header.as_bytes())?;
        Ok(shortcoming)
    }

    fn extended(&mut self, records: &[u8]) -> io::Result<()> {
        let mut header = Header::new_ustar();
        header.set_entry_type(EntryType::XHeader);
        header.set_path("PaxHeader")?;
        header.set_mode(0o644);
        header.set_size(records.len() as u64);
        header.set_cksum();
        self.out.write_all(header.as_bytes())?;
        self.out.write_all(records)?;
        self.zeros(padding(records.len() as u64))
    }

    fn zeros(&mut self, mut number: usize) -> io::Result<()> {
        const ZEROS: [u8; BLOCK] = [0; BLOCK];
        while number > 0 {
            let now = ZEROS.get(..number).unwrap_or(&ZEROS);
            self.out.write_all(now)?;
            number -= now.len();
        }
        Ok(())
    }
}

/// What only the kind of an entry says.
struct What<'w> {
    kind: EntryType,
    size: u64,
    link: &'w [u8],
    device: Option<Device>,
    records: Vec<(&'static str, Vec<u8>)>,
}

impl<'w> What<'w> {
    fn new(kind: EntryType, size: u64, link: &'w [u8]) -> Self {
        Self { kind, size, link, device: None, records: Vec::new() }
    }
}

impl Sink for Tar<'_> {
    fn plain(&mut self, name: &[u8], entry: &Entry) -> io::Result<Option<&'static str>> {
        match &entry.node {
            Node::Directory { .. } | Node::File(_) => self.header(&[name, b"/"].concat(), entry, &What::new(EntryType::Directory, 0, b"")),
            Node::Symlink { target } => self.header(name, entry, &What::new(EntryType::Symlink, 0, target)),
            Node::Fifo => self.header(name, entry, &What::new(EntryType::Fifo, 0, b"")),
            Node::CharDevice(device) => self.header(name, entry, &What { device: Some(*device), ..What::new(EntryType::Char, 0, b"") }),
            Node::BlockDevice(device) => self.header(name, entry, &What { device: Some(*device), ..What::new(EntryType::Block, 0, b"") }),
        }
    }

    fn begin(&mut self, name: &[u8], entry: &Entry, content: &Content) -> io::Result<(Begun, Option<&'static str>)> {
        let key = entry.metadata.hard_link.map(|group| (group, content.size, content.hash));
        if let Some(first) = key.and_then(|key| self.linked.get(&key)).cloned() {
            return Ok((Begun::Done, self.header(name, entry, &What::new(EntryType::Link, 0, &first))?));
        }
        self.present = key.map(|key| (key, name.to_vec()));
        if content.holes.is_empty() {
            let shortcoming = self.header(name, entry, &What::new(EntryType::Regular, content.size, b""))?;
            (self.left, self.padding) = (content.size, padding(content.size));
            return Ok((Begun::All, shortcoming));
        }
        let map = map_of(content);
        let size = map.len() as u64 + content.data_size();
        let mut what = What::new(EntryType::Regular, size, b"");
        what.records = vec![
            ("GNU.sparse.major", b"1".to_vec()),
            ("GNU.sparse.minor", b"0".to_vec()),
            ("GNU.sparse.name", name.to_vec()),
            ("GNU.sparse.realsize", content.size.to_string().into_bytes()),
        ];
        let shortcoming = self.header(&[b"GNUSparseFile.0/", name].concat(), entry, &what)?;
        (self.left, self.padding) = (size, padding(size));
        self.write_all(&map)?;
        Ok((Begun::Data, shortcoming))
    }

    fn end(&mut self, is_cut_off: bool) -> io::Result<()> {
        // The size stands before the bytes: what is missing is filled, so that what follows is found.
        while self.left > 0 {
            let now = self.left.min(BLOCK as u64);
            self.zeros(usize::try_from(now).unwrap_or(BLOCK))?;
            self.left -= now;
        }
        let padding = std::mem::take(&mut self.padding);
        self.zeros(padding)?;
        let present = self.present.take();
        self.linked.extend(present.filter(|_| !is_cut_off));
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.zeros(2 * BLOCK)?;
        self.out.flush()
    }
}

impl Write for Tar<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = usize::try_from(self.left).unwrap_or(usize::MAX).min(bytes.len());
        if room == 0 && !bytes.is_empty() {
            return Err(io::Error::other("a file is longer than it says"));
        }
        let written = self.out.write(bytes.get(..room).unwrap_or_default())?;
        self.left -= written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn padding(size: u64) -> usize {
    usize::try_from(size.next_multiple_of(BLOCK as u64) - size).unwrap_or_default()
}

/// Fills a field with a name, or a record where the field cannot hold it or its bytes are no ASCII.
fn name_field(field: &mut [u8], key: &[u8], name: &[u8], records: &mut Records) {
    if name.len() > field.len() || !name.is_ascii() {
        if std::str::from_utf8(name).is_err() {
            records.add(b"hdrcharset", b"BINARY");
        }
        records.add(key, name);
    }
    for (byte, value) in field.iter_mut().zip(name) {
        *byte = *value;
    }
}

fn size_field(header: &mut Header, size: u64, records: &mut Records) {
    header.set_size(size.min(SIZE_LIMIT));
    if size > SIZE_LIMIT {
        records.add(b"size", size.to_string().as_bytes());
    }
}

fn metadata(header: &mut Header, metadata: &Metadata, records: &mut Records) -> io::Result<()> {
    header.set_mode(metadata.mode);
    header.set_uid(metadata.uid.min(ID_LIMIT).into());
    header.set_gid(metadata.gid.min(ID_LIMIT).into());
    for (key, id) in [("uid", metadata.uid), ("gid", metadata.gid)] {
        if id > ID_LIMIT {
            records.add(key.as_bytes(), id.to_string().as_bytes());
        }
    }
    let fits = |name: &str| name.len() <= OWNER_LIMIT && name.is_ascii();
    if fits(&metadata.user) {
        header.set_username(&metadata.user)?;
    } else {
        records.add(b"uname", metadata.user.as_bytes());
    }
    if fits(&metadata.group) {
        header.set_groupname(&metadata.group)?;
    } else {
        records.add(b"gname", metadata.group.as_bytes());
    }
    let seconds = u64::try_from(metadata.mtime.seconds()).ok().filter(|seconds| *seconds <= SIZE_LIMIT);
    header.set_mtime(seconds.unwrap_or_default());
    if seconds.is_none() || metadata.mtime.nanoseconds() > 0 {
        records.add(b"mtime", pax::time(metadata.mtime).as_bytes());
    }
    Ok(())
}

/// Attributes as GNU tar and others have them. The name of one must not hold what ends it.
fn xattrs(metadata: &Metadata, records: &mut Records) -> Option<&'static str> {
    let mut shortcoming = None;
    for xattr in &metadata.xattrs {
        if xattr.name.contains(&b'=') {
            shortcoming = Some("an extended attribute");
        } else {
            records.add(&[b"SCHILY.xattr.", xattr.name.as_slice()].concat(), &xattr.value);
        }
    }
    shortcoming
}

/// Where the data of a file with holes lies (GNU sparse format 1.0): the number of runs, then offset and length of each, a line for each
/// number, filled to a whole block.
fn map_of(content: &Content) -> Vec<u8> {
    let mut runs = Vec::new();
    let mut position = 0;
    for hole in &content.holes {
        runs.extend((hole.offset > position).then_some((position, hole.offset - position)));
        position = hole.offset + hole.length;
    }
    // The last run says where the file ends, even when it is empty.
    runs.push((position, content.size.saturating_sub(position)));
    let lines = runs.iter().map(|(offset, length)| format!("{offset}\n{length}\n"));
    let mut map = std::iter::once(format!("{}\n", runs.len())).chain(lines).collect::<String>().into_bytes();
    map.resize(map.len().next_multiple_of(BLOCK), 0);
    map
}
