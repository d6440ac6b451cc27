//! The bytes of a file, in their order. Every chunk is verified before it is written, and at the end the whole file.

use std::io::Write;

use liasse_repo::format::content::{Content, Hole};
use liasse_repo::format::pack::ChunkKind;
use liasse_repo::{Error as RepoError, GATHER_BYTES, GATHER_PIECES, ListWalk, Reader, Scratch, Stop, Wanted};

use crate::error::{Error, Result};

/// Fewer chunks are not worth the threads.
const FEW: usize = 4;
static ZEROS: [u8; 1 << 16] = [0; 1 << 16];

/// What is written for a hole.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Holes {
    /// Its zeros.
    Zeros,
    /// Nothing; nor is the whole file compared with its hash then.
    LeftOut,
}

/// Writes the bytes of a content.
pub(super) fn copy(
    reader: &Reader<'_>,
    scratch: &mut Scratch,
    stop: &Stop,
    content: &Content,
    holes: Holes,
    out: &mut dyn Write,
) -> Result<()> {
    let mut walk = ListWalk::new(content);
    let mut stream = Stream::new(content, holes, out);
    let mut wanted = Vec::new();
    let mut buffer = Vec::new();
    loop {
        let ended = locate_some(reader, scratch, &mut walk, &mut wanted)?;
        let gathered = if wanted.len() > FEW { reader.gather(&wanted, stop)? } else { vec![None; wanted.len()] };
        for (wanted, gathered) in wanted.drain(..).zip(gathered) {
            stop.check()?;
            let bytes = reader.verified(&wanted, gathered, scratch, std::mem::take(&mut buffer))?;
            stream.data(&bytes)?;
            buffer = bytes.into_vec();
        }
        if ended {
            return stream.end();
        }
    }
}

/// Lists chunks to be read together, with the places where they lie; true at the end.
fn locate_some(reader: &Reader<'_>, scratch: &mut Scratch, walk: &mut ListWalk, wanted: &mut Vec<Wanted>) -> Result<bool> {
    let (mut bytes, mut pieces) = (0, 0);
    while bytes < GATHER_BYTES && pieces < GATHER_PIECES {
        let Some(chunk) = walk.next(reader, scratch)? else { return Ok(true) };
        let way = reader.locate(ChunkKind::Data, &chunk)?;
        (bytes, pieces) = (bytes + u64::from(chunk.length), pieces + way.pieces.len());
        wanted.push(Wanted { kind: ChunkKind::Data, chunk, way });
    }
    Ok(false)
}

/// A file on its way out: its data with the holes between.
struct Stream<'c, 'o> {
    content: &'c Content,
    has_all: bool,
    holes: std::slice::Iter<'c, Hole>,
    hasher: blake3::Hasher,
    position: u64,
    out: &'o mut dyn Write,
}

impl<'c, 'o> Stream<'c, 'o> {
    fn new(content: &'c Content, what: Holes, out: &'o mut dyn Write) -> Self {
        let holes = if what == Holes::Zeros { content.holes.iter() } else { [].iter() };
        Self { content, has_all: what == Holes::Zeros, holes, hasher: blake3::Hasher::new(), position: 0, out }
    }

    fn data(&mut self, mut bytes: &[u8]) -> Result<()> {
        while !bytes.is_empty() {
            self.hole()?;
            let length = self.holes.as_slice().first().map_or(u64::MAX, |hole| hole.offset.saturating_sub(self.position));
            let (now, later) = bytes.split_at(usize::try_from(length).map_or(bytes.len(), |length| length.min(bytes.len())));
            self.put(now)?;
            bytes = later;
        }
        Ok(())
    }

    /// Writes the hole that begins here, if one does. Holes are apart: there are never two.
    fn hole(&mut self) -> Result<()> {
        let Some(hole) = self.holes.as_slice().first().filter(|hole| hole.offset == self.position) else { return Ok(()) };
        self.holes.next();
        let mut left = hole.length;
        while left > 0 {
            let zeros = usize::try_from(left).ok().and_then(|left| ZEROS.get(..left)).unwrap_or(&ZEROS);
            self.put(zeros)?;
            left -= zeros.len() as u64;
        }
        Ok(())
    }

    fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.hasher.update(bytes);
        self.position += bytes.len() as u64;
        self.out.write_all(bytes).map_err(|cause| Error::Output { cause })
    }

    fn end(mut self) -> Result<()> {
        self.hole()?;
        let is_right = || self.position == self.content.size && *self.hasher.finalize().as_bytes() == self.content.hash.0;
        if self.has_all && !is_right() {
            return Err(RepoError::BadContent { what: "its bytes are not those that its hash says" }.into());
        }
        Ok(())
    }
}
