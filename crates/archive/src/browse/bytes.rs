//! The bytes of a file, in their order. Every chunk is verified before it is written, and at the end the whole file.

use std::io::Write;

use liasse_repo::format::content::{Content, Hole};
use liasse_repo::format::pack::ChunkKind;
use liasse_repo::{Error as RepoError, GATHER_BYTES, GATHER_PIECES, ListWalk, Wanted};

use super::Browse;
use crate::error::{Error, Result};

/// Fewer chunks are not worth the threads.
const FEW: usize = 4;
static ZEROS: [u8; 1 << 16] = [0; 1 << 16];

impl Browse<'_> {
    /// Writes all bytes of a content, holes as zeros.
    pub(super) fn copy(&mut self, content: &Content, out: &mut dyn Write) -> Result<()> {
        let mut walk = ListWalk::new(content);
        let mut stream = Stream::new(content, out);
        let mut wanted = Vec::new();
        let mut buffer = Vec::new();
        loop {
            let ended = self.gather_some(&mut walk, &mut wanted)?;
            let gathered = if wanted.len() > FEW { self.reader.gather(&wanted, &self.stop)? } else { vec![None; wanted.len()] };
            for (wanted, gathered) in wanted.drain(..).zip(gathered) {
                self.stop.check()?;
                let bytes = self.reader.verified(&wanted, gathered, &mut self.scratch, std::mem::take(&mut buffer))?;
                stream.data(&bytes)?;
                buffer = bytes.into_vec();
            }
            if ended {
                return stream.end();
            }
        }
    }

    /// Lists chunks to be read together, with the places where they lie; true at the end.
    fn gather_some(&mut self, walk: &mut ListWalk, wanted: &mut Vec<Wanted>) -> Result<bool> {
        let (mut bytes, mut pieces) = (0, 0);
        while bytes < GATHER_BYTES && pieces < GATHER_PIECES {
            let Some(chunk) = walk.next(&self.reader, &mut self.scratch)? else { return Ok(true) };
            let way = self.reader.locate(ChunkKind::Data, &chunk)?;
            (bytes, pieces) = (bytes + u64::from(chunk.length), pieces + way.pieces.len());
            wanted.push(Wanted { kind: ChunkKind::Data, chunk, way });
        }
        Ok(false)
    }
}

/// A file on its way out: its data with the holes between.
struct Stream<'c, 'o> {
    content: &'c Content,
    holes: std::slice::Iter<'c, Hole>,
    hasher: blake3::Hasher,
    position: u64,
    out: &'o mut dyn Write,
}

impl<'c, 'o> Stream<'c, 'o> {
    fn new(content: &'c Content, out: &'o mut dyn Write) -> Self {
        Self { content, holes: content.holes.iter(), hasher: blake3::Hasher::new(), position: 0, out }
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
        if self.position != self.content.size || *self.hasher.finalize().as_bytes() != self.content.hash.0 {
            return Err(RepoError::BadContent { what: "its bytes are not those that its hash says" }.into());
        }
        Ok(())
    }
}
