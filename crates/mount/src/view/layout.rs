//! Where the bytes of a file lie: its holes, and its chunks by where they begin.

use liasse_archive::repo::format::content::{ChunkRef, Content, Hole};
use liasse_archive::repo::{Error, ListWalk, Result};

use super::source::Source;

/// Where the bytes of a file lie.
pub(super) struct Layout {
    /// Bytes of the file.
    pub(super) size: u64,
    /// Holes, ascending, each with the number of bytes in holes before it.
    holes: Vec<(Hole, u64)>,
    /// Chunks, each with where it begins in the data, which is the file without its holes.
    pub(super) chunks: Vec<(u64, ChunkRef)>,
}

/// A part of a range of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// So many zeros.
    Hole(u64),
    /// Bytes of the data, from where, and how many.
    Data(u64, u64),
}

impl Layout {
    /// Follows the list of chunks to its end.
    pub(super) fn of(source: &Source, look: u64, content: &Content) -> Result<Self> {
        let reader = source.reader(look)?;
        let mut chunks = Vec::with_capacity(if content.depth == 0 { content.chunks.len() } else { 0 });
        source.with_scratch(|scratch| {
            let (mut walk, mut position) = (ListWalk::new(content), 0);
            while let Some(chunk) = walk.next(&reader, scratch)? {
                chunks.push((position, chunk));
                position += u64::from(chunk.length);
            }
            if position == content.data_size() { Ok(()) } else { Err(Error::BadContent { what: "its chunks are not all of it" }) }
        })?;
        Ok(Self { size: content.size, holes: holes(content), chunks })
    }

    /// Bytes that this takes.
    pub(super) fn cost(&self) -> usize {
        self.chunks.len() * size_of::<(u64, ChunkRef)>() + self.holes.len() * size_of::<(Hole, u64)>() + 200
    }

    /// The parts of a range, in order, as far as the file goes.
    pub(super) fn parts(&self, offset: u64, length: u64) -> Vec<Part> {
        let end = offset.saturating_add(length).min(self.size);
        let mut at = offset;
        let mut parts = Vec::new();
        let mut next = self.holes.partition_point(|(hole, _)| hole.offset + hole.length <= at);
        while at < end {
            let hole = self.holes.get(next);
            let in_holes = self.in_holes(next);
            match hole {
                Some((hole, _)) if hole.offset <= at => {
                    let until = (hole.offset + hole.length).min(end);
                    parts.push(Part::Hole(until - at));
                    at = until;
                    next += 1;
                }
                _ => {
                    let until = hole.map_or(end, |(hole, _)| hole.offset.min(end));
                    parts.push(Part::Data(at - in_holes, until - at));
                    at = until;
                }
            }
        }
        parts
    }

    /// Bytes in the holes before one.
    fn in_holes(&self, number: usize) -> u64 {
        match (self.holes.get(number), self.holes.last()) {
            (Some((_, before)), _) => *before,
            (None, Some((last, before))) => before + last.length,
            (None, None) => 0,
        }
    }

    /// The number of the chunk in which a byte of the data lies.
    pub(super) fn chunk_at(&self, position: u64) -> usize {
        self.chunks.partition_point(|(start, _)| *start <= position).saturating_sub(1)
    }
}

/// Where the next data, or the next hole, of a content begins; the end of the file is a hole. `None` beyond the end, or where no data
/// follows.
pub(super) fn seek(content: &Content, offset: u64, hole: bool) -> Option<u64> {
    if offset >= content.size {
        return None;
    }
    let next = content.holes.partition_point(|hole| hole.offset + hole.length <= offset);
    let found = content.holes.get(next);
    let within = found.filter(|found| found.offset <= offset);
    match (hole, within, found) {
        (true, Some(_), _) | (false, None, _) => Some(offset),
        (true, None, found) => Some(found.map_or(content.size, |found| found.offset)),
        (false, Some(found), _) => Some(found.offset + found.length).filter(|end| *end < content.size),
    }
}

fn holes(content: &Content) -> Vec<(Hole, u64)> {
    let before = content.holes.iter().scan(0, |sum, hole| {
        let before = *sum;
        *sum += hole.length;
        Some(before)
    });
    content.holes.iter().copied().zip(before).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content() -> Content {
        let holes = [(10, 5), (30, 20), (90, 10)].map(|(offset, length)| Hole { offset, length });
        Content { size: 100, holes: holes.to_vec(), ..Content::empty() }
    }

    #[test]
    fn a_range_is_cut_at_holes() {
        let content = content();
        let layout = Layout { size: 100, holes: holes(&content), chunks: Vec::new() };
        assert_eq!(
            layout.parts(0, 100),
            [Part::Data(0, 10), Part::Hole(5), Part::Data(10, 15), Part::Hole(20), Part::Data(25, 40), Part::Hole(10)]
        );
        assert_eq!(layout.parts(12, 5), [Part::Hole(3), Part::Data(10, 2)]);
        assert_eq!(layout.parts(60, 10), [Part::Data(35, 10)]);
        assert_eq!(layout.parts(95, 1000), [Part::Hole(5)]);
        assert_eq!(layout.parts(100, 1), []);
        assert_eq!(layout.parts(u64::MAX, u64::MAX), []);
    }

    #[test]
    fn data_and_holes_are_found_as_a_file_system_finds_them() {
        let content = content();
        let data = |offset| seek(&content, offset, false);
        let hole = |offset| seek(&content, offset, true);
        assert_eq!(
            (data(0), data(10), data(14), data(15), data(30), data(90), data(100)),
            (Some(0), Some(15), Some(15), Some(15), Some(50), None, None)
        );
        assert_eq!(
            (hole(0), hole(10), hole(12), hole(15), hole(89), hole(95), hole(100)),
            (Some(10), Some(10), Some(12), Some(30), Some(90), Some(95), None)
        );
        let whole = Content { size: 7, ..Content::empty() };
        assert_eq!((seek(&whole, 3, false), seek(&whole, 3, true), seek(&whole, 7, true)), (Some(3), Some(7), None));
    }
}
