//! Reading a chunk whose origins lie in several packs: any of those packs that gives the bytes is good (`spec/pack.md`).
//!
//! Most often an origin lies in one pack, and where it lies in several, the first gives the bytes. Only when it does not are the others
//! looked at here, because that means reading all of them.

use std::collections::{BTreeSet, HashSet};

use liasse_format::content::ChunkRef;
use liasse_format::ids::ChunkId;
use liasse_format::pack::Extent;
use liasse_seal::Verified;

use crate::error::{Error, Result};
use crate::index::{Located, PackNumber, Placement};
use crate::reader::{Reader, Scratch};

impl Reader<'_> {
    /// Tries to read a chunk as it lies in one pack, with each origin from a pack that can be read and does not lie.
    pub(crate) fn prove_by_other_origins(
        &self,
        chunk: &ChunkRef,
        placement: &Placement,
        scratch: &mut Scratch,
        out: &mut Vec<u8>,
    ) -> Result<Option<Verified<'static>>> {
        let Some(lies) = self.lies(placement, scratch, out)? else { return Ok(None) };
        let resolved = self.index().resolve_within(placement, |origin| {
            let mut opens = |(pack, block)| self.block(pack, block, scratch).is_ok();
            !lies.contains(&(*origin.id, origin.pack)) && origin.pieces.iter().all(|piece| opens((piece.pack, piece.block)))
        })?;
        let Ok(pieces) = resolved else { return Ok(None) };
        let way = Located { length: placement.length, pieces };
        match self.prove(placement.kind, chunk, &way, scratch, out) {
            Ok(verified) => Ok(Some(verified)),
            Err(error) if error.is_about_object() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The packs in which an origin of a chunk has other bytes than its name says. `None` where there is no choice of packs.
    fn lies(&self, placement: &Placement, scratch: &mut Scratch, out: &mut Vec<u8>) -> Result<Option<HashSet<(ChunkId, PackNumber)>>> {
        let mut lies = HashSet::new();
        let mut choice = false;
        for id in origins_of(&placement.extents) {
            let mut places = self.index().placements(&id)?;
            places.retain(|place| place.kind == placement.kind);
            if places.len() < 2 {
                continue;
            }
            choice = true;
            for place in &places {
                let Ok(pieces) = self.index().resolve(place)? else { continue };
                let (origin, way) = (ChunkRef { id, length: place.length }, Located { length: place.length, pieces });
                match self.prove(place.kind, &origin, &way, scratch, out) {
                    Err(Error::BadChunk { .. }) => _ = lies.insert((id, place.pack)),
                    // One that cannot be read whole may still give the range that is needed.
                    Err(error) if !error.is_about_object() => return Err(error),
                    _ => {}
                }
            }
        }
        Ok(choice.then_some(lies))
    }
}

/// The different origins of a chunk of these extents.
pub(crate) fn origins_of(extents: &[Extent]) -> BTreeSet<ChunkId> {
    let origin = |extent: &Extent| if let Extent::Origin { id, .. } = extent { Some(*id) } else { None };
    extents.iter().filter_map(origin).collect()
}
