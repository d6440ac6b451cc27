//! Trees: the entries of a directory (`spec/tree.md`).

use std::fmt;

use crate::content::Content;
use crate::error::DecodeError;
use crate::ids::Evidence;
use crate::time::Time;
use crate::tlv::{self, Part, Unknown};
use crate::wire::{Reader, Wire, Writer, ascending};

/// Most bytes of an encoded entry.
pub const ENTRY_LIMIT: usize = 4 << 20;
/// Most bytes of a name.
pub const NAME_LIMIT: usize = 4_096;
/// Most extended attributes of an entry.
pub const XATTRS_LIMIT: usize = 4_096;
/// Most bytes of the name of an extended attribute.
pub const XATTR_NAME_LIMIT: usize = 255;
/// Most bytes of the value of an extended attribute.
pub const XATTR_VALUE_LIMIT: usize = 1 << 20;

const BIRTH: u16 = 1;
const HARD_LINK: u16 = 2;
const WINDOWS_ATTRIBUTES: u16 = 3;
const WINDOWS_SECURITY: u16 = 4;

/// The name of an entry in its directory: not empty, not `.` or `..`, without `/` or NUL. It need not be UTF-8.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(Vec<u8>);

impl Name {
    /// `None` for what may not be a name.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Option<Self> {
        let bytes = bytes.into();
        let allowed = (1..=NAME_LIMIT).contains(&bytes.len())
            && bytes != b"."
            && bytes != b".."
            && !bytes.iter().any(|byte| matches!(byte, b'/' | 0));
        allowed.then_some(Self(bytes))
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", String::from_utf8_lossy(&self.0))
    }
}

/// What an entry is, and what only its kind has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// A regular file.
    File(Content),
    /// A directory: its entries, and their evidence.
    Directory {
        /// The encoded entries.
        tree: Content,
        /// Evidence root over them.
        evidence: Evidence,
    },
    /// A symbolic link.
    Symlink {
        /// Where it points, as it is written there.
        target: Vec<u8>,
    },
    /// A named pipe.
    Fifo,
    /// A character device.
    CharDevice(Device),
    /// A block device.
    BlockDevice(Device),
}

/// The numbers of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Device {
    /// Which driver.
    pub major: u32,
    /// Which of its devices.
    pub minor: u32,
}

impl Node {
    /// The number of its type.
    pub fn type_number(&self) -> u16 {
        match self {
            Self::File(_) => 1,
            Self::Directory { .. } => 2,
            Self::Symlink { .. } => 3,
            Self::Fifo => 4,
            Self::CharDevice(_) => 5,
            Self::BlockDevice(_) => 6,
        }
    }
}

/// An extended attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Xattr {
    /// Its name, with its namespace.
    pub name: Vec<u8>,
    /// Its value.
    pub value: Vec<u8>,
}

/// What every entry has, whatever it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metadata {
    /// Permission bits, at most 0o7777.
    pub mode: u32,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Name of the owner where it was taken; may be empty.
    pub user: String,
    /// Name of the group; may be empty.
    pub group: String,
    /// Time of the last change of the content.
    pub mtime: Time,
    /// Strictly ascending by name.
    pub xattrs: Vec<Xattr>,
    /// When it was made, where the system says so.
    pub birth: Option<Time>,
    /// Entries of one snapshot with the same group are one file. Not zero.
    pub hard_link: Option<u64>,
    /// Attributes on Windows.
    pub windows_attributes: Option<u32>,
    /// Security descriptor on Windows.
    pub windows_security: Option<Vec<u8>>,
    /// Parts of later versions.
    pub unknown: Unknown,
}

/// One entry of a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: Name,
    /// What it is.
    pub node: Node,
    /// What every entry has.
    pub metadata: Metadata,
}

impl Wire for Name {
    const MIN_SIZE: usize = 4;

    fn put(&self, out: &mut Writer) {
        out.bytes(&self.0);
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let bytes = input.bytes(NAME_LIMIT)?;
        Self::new(bytes).ok_or_else(|| input.bad("a name is not empty, `.` or `..`, and holds no `/` or NUL"))
    }
}

impl Wire for Xattr {
    const MIN_SIZE: usize = 8;
    const LIST_LIMIT: usize = XATTRS_LIMIT;

    fn put(&self, out: &mut Writer) {
        out.bytes(&self.name);
        out.bytes(&self.value);
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let name = input.bytes(XATTR_NAME_LIMIT)?.to_vec();
        if name.is_empty() || name.contains(&0) {
            return Err(input.bad("an attribute's name is not empty and holds no NUL"));
        }
        Ok(Self { name, value: input.bytes(XATTR_VALUE_LIMIT)?.to_vec() })
    }
}

crate::wire::wire_struct!(Device { major: u32, minor: u32 });

fn get_node(type_number: u16, input: &mut Reader<'_>) -> Result<Node, DecodeError> {
    Ok(match type_number {
        1 => Node::File(Wire::get(input)?),
        2 => {
            let tree = Content::get(input)?;
            if !tree.holes.is_empty() {
                return Err(input.bad("a tree has no holes"));
            }
            Node::Directory { tree, evidence: Wire::get(input)? }
        }
        3 => {
            let target: Vec<u8> = Wire::get(input)?;
            if target.is_empty() || target.contains(&0) {
                return Err(input.bad("a link's target is not empty and holds no NUL"));
            }
            Node::Symlink { target }
        }
        4 => Node::Fifo,
        5 => Node::CharDevice(Wire::get(input)?),
        6 => Node::BlockDevice(Wire::get(input)?),
        _ => return Err(input.bad("an entry's type is from 1 to 6")),
    })
}

fn put_node(node: &Node, out: &mut Writer) {
    match node {
        Node::File(content) => content.put(out),
        Node::Directory { tree, evidence } => {
            tree.put(out);
            evidence.put(out);
        }
        Node::Symlink { target } => target.put(out),
        Node::Fifo => {}
        Node::CharDevice(device) | Node::BlockDevice(device) => device.put(out),
    }
}

fn put_parts(metadata: &Metadata, out: &mut Writer) {
    fn known<T: Wire>(tag: u16, value: Option<&T>) -> Option<Part> {
        value.map(|value| Part { tag, bytes: crate::wire::encode(value) })
    }
    let security = metadata.windows_security.as_ref().map(|bytes| Part { tag: WINDOWS_SECURITY, bytes: bytes.clone() });
    let parts = [
        known(BIRTH, metadata.birth.as_ref()),
        known(HARD_LINK, metadata.hard_link.as_ref()),
        known(WINDOWS_ATTRIBUTES, metadata.windows_attributes.as_ref()),
        security,
    ];
    tlv::put(parts.into_iter().flatten().chain(metadata.unknown.iter().cloned()).collect(), out);
}

impl Wire for Entry {
    const MIN_SIZE: usize = 4 + 2 + 12 + 8 + 12 + 4 + 4;

    fn put(&self, out: &mut Writer) {
        let metadata = &self.metadata;
        self.name.put(out);
        self.node.type_number().put(out);
        metadata.mode.put(out);
        metadata.uid.put(out);
        metadata.gid.put(out);
        metadata.user.put(out);
        metadata.group.put(out);
        metadata.mtime.put(out);
        put_node(&self.node, out);
        metadata.xattrs.put(out);
        put_parts(metadata, out);
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let name = Wire::get(input)?;
        let type_number = u16::get(input)?;
        let mode = u32::get(input)?;
        if mode > 0o7777 {
            return Err(input.bad("a mode holds permission bits only"));
        }
        let (uid, gid) = (Wire::get(input)?, Wire::get(input)?);
        let (user, group) = (Wire::get(input)?, Wire::get(input)?);
        let mtime = Wire::get(input)?;
        let node = get_node(type_number, input)?;
        let xattrs: Vec<Xattr> = Wire::get(input)?;
        ascending(&xattrs, "attributes", |xattr| xattr.name.clone())?;
        let mut parts = tlv::get(input, |_| false)?;
        let birth = tlv::take(&mut parts, BIRTH)?;
        let hard_link = tlv::take(&mut parts, HARD_LINK)?;
        if hard_link == Some(0) {
            return Err(input.bad("a hard link group is not zero"));
        }
        if hard_link.is_some() && matches!(node, Node::Directory { .. }) {
            return Err(input.bad("a directory has one name"));
        }
        let windows_attributes = tlv::take(&mut parts, WINDOWS_ATTRIBUTES)?;
        let windows_security = tlv::take_bytes(&mut parts, WINDOWS_SECURITY);
        let metadata =
            Metadata { mode, uid, gid, user, group, mtime, xattrs, birth, hard_link, windows_attributes, windows_security, unknown: parts };
        Ok(Self { name, node, metadata })
    }
}

/// Appends an encoded entry to a directory's stream.
pub fn put_stream_item(entry: &[u8], stream: &mut Vec<u8>) {
    stream.extend_from_slice(&u32::try_from(entry.len()).unwrap_or(u32::MAX).to_le_bytes());
    stream.extend_from_slice(entry);
}

/// Decodes a directory's stream as it arrives in pieces, so that a directory of any size is walked in bounded memory.
#[derive(Default)]
pub struct TreeDecoder {
    pending: Vec<u8>,
    start: usize,
    last: Option<Name>,
}

impl TreeDecoder {
    /// Takes in the next bytes of the stream.
    pub fn push(&mut self, bytes: &[u8]) {
        self.pending.drain(..self.start);
        self.start = 0;
        self.pending.extend_from_slice(bytes);
    }

    /// The next entry, when it has arrived whole, and its encoding.
    pub fn next_entry(&mut self) -> Result<Option<(Entry, &[u8])>, DecodeError> {
        let pending = self.pending.get(self.start..).unwrap_or_default();
        let Some((length, rest)) = pending.split_first_chunk::<4>() else { return Ok(None) };
        let length = u32::from_le_bytes(*length) as usize;
        if length > ENTRY_LIMIT {
            return Err(DecodeError::Limit { offset: 0, stated: length as u64, limit: ENTRY_LIMIT as u64 });
        }
        let Some(bytes) = rest.get(..length) else { return Ok(None) };
        let entry: Entry = crate::wire::decode(bytes)?;
        if self.last.as_ref().is_some_and(|last| *last >= entry.name) {
            return Err(DecodeError::Order { what: "entries" });
        }
        self.last = Some(entry.name.clone());
        self.start += 4 + length;
        Ok(Some((entry, bytes)))
    }

    /// Refuses a stream that ends within an entry.
    pub fn end(&self) -> Result<(), DecodeError> {
        if self.start == self.pending.len() { Ok(()) } else { Err(DecodeError::Truncated { offset: self.start }) }
    }
}
