//! Putting together chunks whose pieces lie in many blocks, so that each block is opened once.
//!
//! A chunk that changed on many days has pieces in the blocks of many days. Read chunk by chunk, blocks would be opened again and again;
//! here all pieces of many chunks are taken block by block. What comes out is not yet verified.

use std::sync::{Mutex, MutexGuard, PoisonError};

use liasse_format::content::ChunkRef;
use liasse_format::pack::ChunkKind;
use liasse_seal::Verified;

use crate::error::{Error, Result};
use crate::index::{Located, PackNumber, Piece};
use crate::parallel;
use crate::progress::Stop;
use crate::reader::{Reader, Scratch, slice};

/// Most bytes of chunks that should be gathered at once: they are all held in memory.
pub const GATHER_BYTES: u64 = 40 << 20;
/// Most pieces of chunks that are gathered at once: their descriptions are held in memory too.
pub const GATHER_PIECES: usize = 1 << 20;

/// A chunk to be put together, and the way to do it.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// What it is part of.
    pub kind: ChunkKind,
    /// Its name and length.
    pub chunk: ChunkRef,
    /// Where its pieces lie.
    pub way: Located,
}

/// A piece of one of the chunks.
struct Part<'w> {
    piece: &'w Piece,
    chunk: usize,
    position: usize,
}

/// A chunk that is being put together; `None` once a piece of it could not be read.
type Building = Mutex<Option<Vec<u8>>>;

impl Reader<'_> {
    /// The bytes of each chunk; `None` for one of which a piece could not be read. Others are not affected by it.
    pub fn gather(&self, wanted: &[Wanted], stop: &Stop) -> Result<Vec<Option<Vec<u8>>>> {
        let building: Vec<Building> = wanted.iter().map(|wanted| Mutex::new(empty(wanted))).collect();
        let mut parts: Vec<Part<'_>> = wanted.iter().enumerate().flat_map(|(chunk, wanted)| parts_of(chunk, wanted)).collect();
        parts.sort_by_key(|part| block_of(part.piece));
        let groups: Vec<&[Part<'_>]> = parts.chunk_by(|a, b| block_of(a.piece) == block_of(b.piece)).collect();
        parallel::for_each(groups.into_iter(), Scratch::new, |group, scratch| {
            stop.check()?;
            self.scatter(group, &building, scratch)
        })?;
        Ok(building.into_iter().map(|chunk| chunk.into_inner().unwrap_or_else(PoisonError::into_inner)).collect())
    }

    /// Opens one block and gives its pieces to their chunks.
    fn scatter(&self, group: &[Part<'_>], building: &[Building], scratch: &mut Scratch) -> Result<()> {
        let Some(first) = group.first() else { return Ok(()) };
        let block = match self.block(first.piece.pack, first.piece.block, scratch) {
            Ok(block) => Some(block),
            // Also where the storage does not give it: whoever wants it reads it once more, and is told why not.
            Err(error) if error.is_about_object() => None,
            Err(error) => return Err(error),
        };
        for part in group {
            let Some(chunk) = building.get(part.chunk) else { continue };
            let mut chunk = lock(chunk);
            let bytes = block.as_ref().and_then(|block| slice(block, part.piece));
            let place = chunk.as_mut().and_then(|chunk| chunk.get_mut(part.position..part.position.checked_add(bytes?.len())?));
            match (place, bytes) {
                (Some(place), Some(bytes)) => place.copy_from_slice(bytes),
                _ => *chunk = None,
            }
        }
        Ok(())
    }

    /// Believes bytes from elsewhere, such as a file that is there already, if they are just the chunk's.
    pub fn believe(&self, kind: ChunkKind, chunk: &ChunkRef, bytes: Vec<u8>) -> Option<Verified<'static>> {
        self.repository().objects.keys.verify(kind, &chunk.id, bytes).ok()
    }

    /// The bytes of a chunk: as they were gathered, or else as its way says, read into `buffer`. Where they are not what its name says, it is
    /// read by every way there is.
    pub fn verified(
        &self,
        wanted: &Wanted,
        gathered: Option<Vec<u8>>,
        scratch: &mut Scratch,
        mut buffer: Vec<u8>,
    ) -> Result<Verified<'static>> {
        let keys = &self.repository().objects.keys;
        let Wanted { kind, chunk, way } = wanted;
        let bytes = match gathered {
            Some(bytes) => Some(bytes),
            None => match self.assemble(chunk, way, scratch, &mut buffer) {
                Ok(()) => Some(std::mem::take(&mut buffer)),
                Err(error) if error.is_about_object() => None,
                Err(error) => return Err(error),
            },
        };
        if let Some(Ok(verified)) = bytes.map(|bytes| keys.verify(*kind, &chunk.id, bytes)) {
            return Ok(verified);
        }
        let bytes = self.chunk(*kind, chunk, scratch, &mut buffer)?.into_vec();
        keys.verify(*kind, &chunk.id, bytes).map_err(Error::sealed("a chunk"))
    }
}

/// Cuts a list into runs that may be gathered at once.
pub fn runs(wanted: &[Wanted]) -> impl Iterator<Item = &[Wanted]> {
    let mut rest = wanted;
    std::iter::from_fn(move || {
        let (mut bytes, mut pieces) = (0, 0);
        let full = rest.iter().position(|wanted| {
            bytes += u64::from(wanted.chunk.length);
            pieces += wanted.way.pieces.len();
            bytes > GATHER_BYTES || pieces > GATHER_PIECES
        });
        let (run, after) = rest.split_at_checked(full.unwrap_or(rest.len()).max(1))?;
        rest = after;
        Some(run)
    })
}

fn empty(wanted: &Wanted) -> Option<Vec<u8>> {
    (wanted.way.length == wanted.chunk.length).then(|| vec![0; wanted.chunk.length as usize])
}

fn parts_of(chunk: usize, wanted: &Wanted) -> impl Iterator<Item = Part<'_>> {
    let mut position = 0;
    wanted.way.pieces.iter().map(move |piece| {
        let part = Part { piece, chunk, position };
        position += piece.length as usize;
        part
    })
}

fn block_of(piece: &Piece) -> (PackNumber, u32) {
    (piece.pack, piece.block)
}

fn lock(building: &Building) -> MutexGuard<'_, Option<Vec<u8>>> {
    building.lock().unwrap_or_else(PoisonError::into_inner)
}
