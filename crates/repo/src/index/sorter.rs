//! Sorting rows in little memory: what is too much for it goes to files as sorted runs, which are merged at the end.
//!
//! Must never fail for want of a file: what cannot be written stays in memory. Rows with the same key stay in the order in which they came.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::{self, ErrorKind};

use super::run::{ROWS_OFFSET, RowKey, Run, RunWriter, prefix, put_row, split_row};
use super::scratch::Scratch;

/// Rows in memory: bytes, and where each row begins.
#[derive(Default)]
struct Heap {
    bytes: Vec<u8>,
    /// First bytes of the key, and where the row begins.
    rows: Vec<(u64, usize)>,
}

impl Heap {
    fn size(&self) -> usize {
        self.bytes.len() + self.rows.len() * size_of::<(u64, usize)>()
    }

    fn row(&self, begin: usize) -> Option<(&RowKey, &[u8])> {
        split_row(self.bytes.get(begin..)?).map(|(key, value, _)| (key, value))
    }

    fn key(&self, begin: usize) -> &[u8] {
        self.bytes.get(begin..begin + size_of::<RowKey>()).unwrap_or_default()
    }

    /// By key; rows that came first, first.
    fn sort(&mut self) {
        let mut rows = std::mem::take(&mut self.rows);
        rows.sort_unstable_by(|(a, at_a), (b, at_b)| a.cmp(b).then_with(|| self.key(*at_a).cmp(self.key(*at_b))).then(at_a.cmp(at_b)));
        self.rows = rows;
    }

    fn get(&self, wanted: &RowKey, out: &mut Vec<u8>) {
        let begin = self.rows.partition_point(|(first, at)| (*first, self.key(*at)) < (prefix(wanted), wanted.as_slice()));
        let rows = self.rows.get(begin..).unwrap_or_default().iter().filter_map(|(_, at)| self.row(*at));
        rows.take_while(|(key, _)| *key == wanted).for_each(|(_, value)| out.extend_from_slice(value));
    }
}

/// Rows that come in any order.
pub(crate) struct Sorter {
    scratch: Scratch,
    heap: Heap,
    runs: Vec<Run>,
    /// Whether files are still tried.
    spills: bool,
}

impl Sorter {
    pub(crate) fn new(scratch: &Scratch) -> Self {
        Self { scratch: scratch.clone(), heap: Heap::default(), runs: Vec::new(), spills: true }
    }

    pub(crate) fn push(&mut self, key: &RowKey, value: &[u8]) {
        let begin = self.heap.bytes.len();
        // Values that are too long for a row are longer than any pack lets them be.
        if put_row(key, value, &mut self.heap.bytes).is_ok() {
            self.heap.rows.push((prefix(key), begin));
        }
        if self.spills && self.heap.size() >= self.scratch.memory_bytes {
            self.spill();
        }
    }

    /// Writes what is in memory to a run.
    fn spill(&mut self) {
        self.heap.sort();
        match self.write() {
            Ok(run) => {
                self.runs.push(run);
                self.heap.bytes.clear();
                self.heap.rows.clear();
            }
            Err(_) => self.spills = false,
        }
    }

    fn write(&self) -> io::Result<Run> {
        let mut writer = RunWriter::new(self.scratch.file()?);
        for (_, begin) in &self.heap.rows {
            let (key, value) = self.heap.row(*begin).ok_or(ErrorKind::InvalidData)?;
            writer.push(key, value)?;
        }
        writer.finish()
    }

    /// All rows, to be gone through once.
    pub(crate) fn sorted(mut self) -> Sorted {
        self.heap.sort();
        Sorted { runs: self.runs, heap: self.heap }
    }

    /// All rows, to be asked for many times: in one run, if they are not in memory.
    pub(crate) fn searchable(mut self) -> Sorted {
        if self.runs.is_empty() {
            self.heap.bytes.shrink_to_fit();
            self.heap.rows.shrink_to_fit();
            return self.sorted();
        }
        if self.spills {
            self.spill();
        }
        let (scratch, sorted) = (self.scratch.clone(), self.sorted());
        if sorted.runs.len() + usize::from(!sorted.heap.rows.is_empty()) > 1
            && let Ok(run) = scratch.file().and_then(|file| sorted.join(RunWriter::new(file)))
        {
            return Sorted { runs: vec![run], heap: Heap::default() };
        }
        sorted
    }
}

/// Rows in the order of their keys.
#[derive(Default)]
pub(crate) struct Sorted {
    runs: Vec<Run>,
    heap: Heap,
}

impl Sorted {
    /// The values of a key, one after the other.
    pub(crate) fn get(&self, key: &RowKey) -> io::Result<Vec<u8>> {
        let mut values = Vec::new();
        for run in &self.runs {
            run.get(key, &mut values)?;
        }
        self.heap.get(key, &mut values);
        Ok(values)
    }

    fn join(&self, mut writer: RunWriter) -> io::Result<Run> {
        let mut rows = self.rows()?;
        while let Some((key, value)) = rows.next()? {
            writer.push(key, value)?;
        }
        writer.finish()
    }

    /// All rows in order, those with the same key as one.
    pub(crate) fn rows(&self) -> io::Result<Rows<'_>> {
        let mut cursors: Vec<Cursor<'_>> = self.runs.iter().map(Cursor::of_run).collect();
        cursors.push(Cursor::of_heap(&self.heap));
        let mut rows = Rows { cursors, next: BinaryHeap::new(), key: [0; 32], value: Vec::new() };
        for at in 0..rows.cursors.len() {
            rows.advance(at)?;
        }
        Ok(rows)
    }
}

/// A way through sorted rows.
pub(crate) struct Rows<'s> {
    cursors: Vec<Cursor<'s>>,
    /// The key that each cursor stands on; of equal ones that of the first cursor first.
    next: BinaryHeap<Reverse<(RowKey, usize)>>,
    key: RowKey,
    value: Vec<u8>,
}

impl Rows<'_> {
    pub(crate) fn next(&mut self) -> io::Result<Option<(&RowKey, &[u8])>> {
        let Some(Reverse((key, _))) = self.next.peek() else { return Ok(None) };
        self.key = *key;
        self.value.clear();
        while let Some(Reverse((key, at))) = self.next.peek().copied()
            && key == self.key
        {
            self.next.pop();
            self.value.extend_from_slice(self.cursors.get(at).map(Cursor::value).unwrap_or_default());
            self.advance(at)?;
        }
        Ok(Some((&self.key, &self.value)))
    }

    fn advance(&mut self, at: usize) -> io::Result<()> {
        if let Some(cursor) = self.cursors.get_mut(at)
            && let Some(key) = cursor.advance()?
        {
            self.next.push(Reverse((key, at)));
        }
        Ok(())
    }
}

/// A place in one of several sorted lists.
enum Cursor<'s> {
    Run { run: &'s Run, block: usize, rows: Vec<u8>, at: usize, value: std::ops::Range<usize> },
    Heap { heap: &'s Heap, at: usize },
}

impl<'s> Cursor<'s> {
    fn of_run(run: &'s Run) -> Self {
        Self::Run { run, block: 0, rows: Vec::new(), at: 0, value: 0..0 }
    }

    fn of_heap(heap: &'s Heap) -> Self {
        Self::Heap { heap, at: 0 }
    }

    /// Goes to the next row and gives its key.
    fn advance(&mut self) -> io::Result<Option<RowKey>> {
        match self {
            Self::Heap { heap, at } => {
                let key = heap.rows.get(*at).and_then(|(_, begin)| heap.row(*begin)).map(|(key, _)| *key);
                *at += 1;
                Ok(key)
            }
            Self::Run { run, block, rows, at, value } => {
                if *at >= rows.len() {
                    if !run.read(*block, rows)? {
                        return Ok(None);
                    }
                    (*block, *at) = (*block + 1, ROWS_OFFSET);
                }
                let (key, found, rest) = rows.get(*at..).and_then(split_row).ok_or(ErrorKind::InvalidData)?;
                let end = rows.len() - rest.len();
                (*value, *at) = (end - found.len()..end, end);
                Ok(Some(*key))
            }
        }
    }

    /// The value of the row that it stands on.
    fn value(&self) -> &[u8] {
        match self {
            Self::Heap { heap, at } => {
                heap.rows.get(at.wrapping_sub(1)).and_then(|(_, begin)| heap.row(*begin)).map(|(_, value)| value).unwrap_or_default()
            }
            Self::Run { rows, value, .. } => rows.get(value.clone()).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests;
