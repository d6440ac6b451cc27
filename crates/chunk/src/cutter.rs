//! A stream cut through one buffer that is allocated once. Made to be kept by a worker and reset for each file. Must never
//! allocate per chunk, and never hand out a byte that the source did not give.

use crate::Chunker;

/// Feeds a [`Chunker`] from a source that is read piece by piece.
#[derive(Debug)]
pub struct Cutter {
    chunker: Chunker,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    offset: u64,
    exhausted: bool,
}

impl Cutter {
    /// A cutter with a buffer of twice the greatest chunk, so each byte is moved less than once on average.
    pub fn new(chunker: Chunker) -> Self {
        Self::with_buffer(chunker, 0)
    }

    /// A cutter with a buffer of at least `bytes`, and never less than twice the greatest chunk.
    pub fn with_buffer(chunker: Chunker, bytes: usize) -> Self {
        let bytes = bytes.max(2 * chunker.params().max() as usize);
        Self { chunker, buffer: vec![0; bytes], start: 0, end: 0, offset: 0, exhausted: false }
    }

    /// Forgets the stream at hand, so that the next call to [`Cutter::next_chunk`] starts another.
    pub fn reset(&mut self) {
        self.start = 0;
        self.end = 0;
        self.offset = 0;
        self.exhausted = false;
    }

    /// How many bytes of the stream the chunks handed out so far hold: where the next one starts.
    pub const fn offset(&self) -> u64 {
        self.offset
    }

    /// The next chunk, or `None` when the stream has ended.
    ///
    /// `read` fills the start of the slice it is given and says how many bytes it wrote; 0 ends the stream, and it is not
    /// called again until [`Cutter::reset`]. It may give less than asked for: the cuts do not depend on it.
    ///
    /// # Errors
    /// Whatever `read` fails with. The cutter keeps what was read before: calling again goes on where it stopped.
    ///
    /// # Panics
    /// When `read` claims more bytes than the slice has.
    pub fn next_chunk<E>(&mut self, mut read: impl FnMut(&mut [u8]) -> Result<usize, E>) -> Result<Option<&[u8]>, E> {
        if self.end - self.start < self.chunker.params().max() as usize {
            self.fill(&mut read)?;
        }
        let rest = self.buffer.get(self.start..self.end).unwrap_or_default();
        let Some(length) = self.chunker.cut(rest, self.exhausted) else {
            return Ok(None);
        };
        self.start += length;
        self.offset += length as u64;
        Ok(rest.get(..length))
    }

    /// Moves what is left to the front and reads until the buffer is full or the stream ends.
    fn fill<E>(&mut self, read: &mut impl FnMut(&mut [u8]) -> Result<usize, E>) -> Result<(), E> {
        if self.exhausted {
            return Ok(());
        }
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        while let Some(room) = self.buffer.get_mut(self.end..).filter(|room| !room.is_empty()) {
            let room_bytes = room.len();
            let count = read(room)?;
            assert!(count <= room_bytes, "the source claims {count} bytes in a slice of {room_bytes}");
            if count == 0 {
                self.exhausted = true;
                break;
            }
            self.end += count;
        }
        Ok(())
    }
}
