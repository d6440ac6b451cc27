//! How much a state of a dossier holds. Reads trees, and no file.

use liasse_archive::Patterns;
use liasse_archive::repo::format::content::Content;
use liasse_archive::repo::format::tree::Node;
use liasse_archive::repo::{Reader, Result, Scratch, Stop, TreeWalk};

/// What a file takes at least on the disk, and by which its size is rounded up.
const UNIT: u64 = 4096;

/// What a state holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Size {
    /// Its files.
    pub files: u64,
    /// Bytes of these.
    pub bytes: u64,
    /// Bytes that they take on a disk, or a few more.
    pub room: u64,
}

impl Size {
    /// Measures a tree without what is left out: patterns from its top.
    pub fn of(reader: &Reader<'_>, tree: &Content, left_out: &[Patterns], stop: &Stop) -> Result<Self> {
        let mut scratch = Scratch::new()?;
        let mut size = Self::default();
        let mut path = Vec::new();
        let mut walks = vec![(TreeWalk::new(reader, tree), 0)];
        while let Some((walk, length)) = walks.last_mut() {
            path.truncate(*length);
            let Some(entry) = walk.next(&mut scratch)? else {
                walks.pop();
                continue;
            };
            path.push(b'/');
            path.extend_from_slice(entry.name.as_bytes());
            let is_dir = matches!(entry.node, Node::Directory { .. });
            if left_out.iter().any(|patterns| patterns.matches(&path, is_dir)) {
                continue;
            }
            size.room = size.room.saturating_add(UNIT);
            match entry.node {
                Node::Directory { tree, .. } => {
                    stop.check()?;
                    walks.push((TreeWalk::new(reader, &tree), path.len()));
                }
                Node::File(content) => {
                    size.files += 1;
                    size.bytes = size.bytes.saturating_add(content.size);
                    size.room = size.room.saturating_add(content.data_size().div_ceil(UNIT).saturating_mul(UNIT));
                }
                _ => {}
            }
        }
        Ok(size)
    }
}
