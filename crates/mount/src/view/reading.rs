//! Reading a file of a view: where its bytes lie, and what of them is asked for.

use std::sync::Arc;

use liasse_archive::repo::Error as RepoError;
use liasse_archive::repo::format::tree::Node as Stored;

use super::folder::Folder;
use super::layout::{self, Layout, Part};
use super::nodes::Node;
use super::source::lock;
use super::{NodeId, View, joined};
use crate::error::{Error, Result};

impl View {
    /// Reads a file, as far as it goes. All of the range is verified, or nothing of it is given.
    pub fn read(&self, node: NodeId, offset: u64, length: u32) -> Result<Vec<u8>> {
        let mut out = Vec::with_capacity(length as usize);
        self.read_into(node, offset, length, &mut out).map(|()| out)
    }

    /// Reads a file as [`View::read`] does, into a buffer instead of what was there. After an error nothing of it may be used.
    pub fn read_into(&self, node: NodeId, offset: u64, length: u32, out: &mut Vec<u8>) -> Result<()> {
        out.clear();
        let Node::Entry(folder, ordinal) = self.nodes.get(node)? else { return Err(Error::OtherKind) };
        let look = folder.state().0.look;
        let known = lock(&self.layouts).get(&node);
        let layout = match known {
            Some(layout) => layout,
            None => self.layout(node, &folder, ordinal, look)?,
        };
        let parts = layout.parts(offset, length.into());
        let mut data = parts.iter().filter_map(|part| if let Part::Data(start, length) = part { Some((*start, *length)) } else { None });
        if let Some((start, first)) = data.next() {
            let end = data.next_back().map_or(start + first, |(start, length)| start + length);
            self.ahead.reads(look, node, &layout, start, end);
        }
        for part in parts {
            match part {
                Part::Hole(length) => out.resize(out.len() + usize::try_from(length).unwrap_or_default(), 0),
                Part::Data(start, length) => {
                    let read = self.data(&layout, look, start, length, out);
                    self.told(read, || self.path_of(&folder, ordinal))?;
                }
            }
        }
        Ok(())
    }

    fn layout(&self, node: NodeId, folder: &Folder, ordinal: u32, look: u64) -> Result<Arc<Layout>> {
        let entry = self.entry(folder, ordinal)?;
        let Stored::File(content) = &entry.node else { return Err(Error::OtherKind) };
        let layout = self.told(Layout::of(&self.source, look, content), || joined(folder, entry.name.as_bytes()))?;
        let layout = Arc::new(layout);
        lock(&self.layouts).insert(node, Arc::clone(&layout), layout.cost());
        Ok(layout)
    }

    /// Appends a range of a file's data.
    fn data(&self, layout: &Layout, look: u64, start: u64, length: u64, out: &mut Vec<u8>) -> Result<(), RepoError> {
        let (mut at, end) = (start, start + length);
        for (begin, chunk) in layout.chunks.get(layout.chunk_at(start)..).unwrap_or_default() {
            if at >= end {
                break;
            }
            let bytes = self.source.data(look, chunk)?;
            let from = usize::try_from(at - begin).unwrap_or(usize::MAX);
            let until = usize::try_from(end - begin).unwrap_or(usize::MAX).min(bytes.len());
            let wanted = bytes.get(from..until).ok_or(RepoError::Internal("a chunk that does not reach where it should"))?;
            out.extend_from_slice(wanted);
            at += wanted.len() as u64;
        }
        if at < end { Err(RepoError::BadContent { what: "its chunks are not all of it" }) } else { Ok(()) }
    }

    /// Where the next data, or the next hole, of a file begins; `None` where none follows.
    pub fn seek(&self, node: NodeId, offset: u64, hole: bool) -> Result<Option<u64>> {
        let Node::Entry(folder, ordinal) = self.nodes.get(node)? else { return Err(Error::OtherKind) };
        match self.entry(&folder, ordinal)?.node {
            Stored::File(content) => Ok(layout::seek(&content, offset, hole)),
            _ => Err(Error::OtherKind),
        }
    }
}
