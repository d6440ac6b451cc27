//! Finding the head of a parity object that may be rotten anywhere: marked sectors say by themselves what they are.

use std::collections::BTreeMap;

use liasse_format::parity::{Head, Layout, PAYLOAD, SECTOR, Sector, Tag};

use super::code;
use crate::error::Result;

/// Sectors that are kept while the head is looked for: more than those of one head are of a hostile object.
const KEPT: usize = 65_536;
/// How often it is tried to put a head together: each may cost as much as a codeword.
const TRIES: usize = 8;

/// Sectors of a strip, by their place in it.
pub(super) type Strip = BTreeMap<u16, [u8; PAYLOAD]>;

/// The bytes of a strip of `data` sectors, from any of them; `None` when there are too few.
pub(super) fn assemble(sectors: &Strip, data: u16, recovery: u16) -> Result<Option<Vec<u8>>> {
    if sectors.len() < usize::from(data) {
        return Ok(None);
    }
    let mut strip = vec![0; usize::from(data) * PAYLOAD];
    let (own, more): (Vec<_>, Vec<_>) = sectors.iter().partition(|(index, _)| **index < data);
    let mut place = |index: usize, bytes: &[u8]| {
        if let Some(space) = strip.get_mut(index * PAYLOAD..(index + 1) * PAYLOAD) {
            space.copy_from_slice(bytes);
        }
    };
    for (index, payload) in &own {
        place(usize::from(**index), payload.as_slice());
    }
    if own.len() < usize::from(data) {
        let kept = own.iter().map(|(index, payload)| (usize::from(**index), payload.as_slice()));
        let more = more.iter().map(|(index, payload)| (usize::from(**index - data), payload.as_slice()));
        let counts = (usize::from(data), usize::from(recovery), PAYLOAD);
        let Some(found) = code::rebuild(counts, kept, more)? else { return Ok(None) };
        for (index, payload) in &found {
            place(*index, payload);
        }
    }
    Ok(Some(strip))
}

/// Gathers sectors until a head is whole.
#[derive(Default)]
pub(super) struct Finder {
    strips: BTreeMap<(Tag, u16, u16), Strip>,
    kept: usize,
    tries: usize,
}

impl Finder {
    /// Looks at some sectors; the head, once it is found.
    pub(super) fn look(&mut self, bytes: &[u8]) -> Result<Option<(Head, Layout, Tag)>> {
        let (sectors, _) = bytes.as_chunks::<SECTOR>();
        for sector in sectors.iter().filter_map(|bytes| Sector::from_bytes(bytes).ok()).filter(|sector| sector.strip == 0) {
            let strip = self.strips.entry((sector.tag, sector.data, sector.recovery)).or_default();
            self.kept += usize::from(strip.insert(sector.index, sector.payload).is_none());
            if strip.len() == usize::from(sector.data)
                && let Some(found) = self.complete(&sector)?
            {
                return Ok(Some(found));
            }
            if self.is_exhausted() {
                return Ok(None);
            }
        }
        Ok(None)
    }

    /// Whether nothing more will be looked at.
    pub(super) fn is_exhausted(&self) -> bool {
        self.kept > KEPT || self.tries >= TRIES
    }

    fn complete(&mut self, last: &Sector) -> Result<Option<(Head, Layout, Tag)>> {
        self.tries += 1;
        let strip =
            self.strips.get(&(last.tag, last.data, last.recovery)).map_or(Ok(None), |found| assemble(found, last.data, last.recovery))?;
        let strip = strip.filter(|strip| Tag::of(strip) == last.tag);
        let head = strip.and_then(|strip| Head::from_strip(&strip).ok()).filter(|head| head.recovery == last.recovery);
        Ok(head.and_then(|head| Some((Layout::of(&head).ok()?, head))).map(|(layout, head)| (head, layout, last.tag)))
    }
}
