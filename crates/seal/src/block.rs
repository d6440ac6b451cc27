//! Blocks: sealed under their pack's key and their ordinal in it (`spec/sealing.md`).
//!
//! Must never seal two blocks under one nonce, and never let go of a block that was not opened, decompressed and compared. Neither is
//! left to the caller: a [`BlockSealer`] makes its own key, its tickets count, a ticket is consumed by its one block, and nothing else makes a [`Sealed`].
//! What remains for the pack writer is to append the blocks by their [`ordinal`](Sealed::ordinal) and to give up a pack with a ticket that
//! gave no block; a block out of its place does not open.

use std::fmt;
use std::sync::Arc;

use liasse_format::ids::PublicKey;
use liasse_format::pack::{BLOCK_LIMIT, STORED_LIMIT};

use crate::SealError;
use crate::cipher::{Cipher, TAG_SIZE};
use crate::codec::{Codec, Compressed, Decompressor};
use crate::packkey::{PackKey, SealedPackKey};

/// Most blocks of a pack.
const BLOCKS_LIMIT: u32 = 65_536;
const REFUSED: SealError = SealError::Seal { what: "block" };

/// Seals the blocks of one new pack.
#[derive(Debug)]
pub struct BlockSealer {
    keys: Arc<BlockKeys>,
    next: u32,
}

/// The right to seal one block at one place. Taken where the order of blocks is decided, used by whichever thread compresses.
#[derive(Debug)]
pub struct BlockTicket {
    keys: Arc<BlockKeys>,
    ordinal: u32,
}

/// A block that may be published: it has been opened, decompressed and compared.
pub struct Sealed {
    ordinal: u32,
    codec: Codec,
    raw_len: u32,
    bytes: Vec<u8>,
}

/// Opens the blocks of one pack, from any number of threads.
#[derive(Debug)]
pub struct BlockOpener(BlockKeys);

/// The block key and the header of a pack.
struct BlockKeys {
    cipher: Cipher,
    header: [u8; 48],
}

impl BlockSealer {
    /// A sealer with a fresh pack key for the pack with this header, and that key sealed to the current reader.
    ///
    /// # Errors
    /// `value` when `reader` is no public key; [`SealError::Random`].
    pub fn new(reader: &PublicKey, header: &[u8; 48]) -> Result<(Self, SealedPackKey), SealError> {
        let key = PackKey::random()?;
        let sealed = key.seal_to(reader, header)?;
        Ok((Self { keys: Arc::new(BlockKeys::new(&key, header)), next: 0 }, sealed))
    }

    /// The right to seal the next block; `limit` when the pack has 65,536.
    pub fn ticket(&mut self) -> Result<BlockTicket, SealError> {
        let ordinal = self.next;
        SealError::range("blocks in a pack", u64::from(ordinal) + 1, 1, BLOCKS_LIMIT.into())?;
        self.next += 1;
        Ok(BlockTicket { keys: Arc::clone(&self.keys), ordinal })
    }

    /// How many tickets were given.
    pub fn count(&self) -> u32 {
        self.next
    }
}

impl BlockTicket {
    /// The block's number in its pack, from 0.
    pub fn ordinal(&self) -> u32 {
        self.ordinal
    }

    /// Seals a block in place, then opens, decompresses and compares it.
    ///
    /// # Errors
    /// [`SealError::Unproven`] when it does not come back: the compressor or the memory of this machine fails, and the pack is to be given up.
    pub fn seal(self, block: Compressed<'_>, tools: &mut Decompressor) -> Result<Sealed, SealError> {
        let Compressed { codec, raw, mut bytes } = block;
        self.keys.seal(self.ordinal, &mut bytes)?;
        let raw_len = u32::try_from(raw.len()).map_err(|_| REFUSED)?;
        let mut proof = std::mem::take(&mut tools.proof);
        let opened = self.keys.open(self.ordinal, codec.number(), raw_len, &bytes, tools, &mut proof);
        let proved = opened.is_ok() && proof == raw;
        tools.proof = proof;
        if proved { Ok(Sealed { ordinal: self.ordinal, codec, raw_len, bytes }) } else { Err(SealError::Unproven { what: "a block" }) }
    }
}

impl Sealed {
    /// Its number in its pack, from 0.
    pub fn ordinal(&self) -> u32 {
        self.ordinal
    }

    /// How it is compressed.
    pub fn codec(&self) -> Codec {
        self.codec
    }

    /// Its length in bytes, decompressed.
    pub fn raw_len(&self) -> u32 {
        self.raw_len
    }

    /// What is stored: ciphertext and tag.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The buffer, to be used for another block.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

impl BlockOpener {
    /// Opens blocks of the pack with this key and header.
    pub fn new(key: &PackKey, header: &[u8; 48]) -> Self {
        Self(BlockKeys::new(key, header))
    }

    /// Makes `out` the raw bytes of a block, of which `codec` and `raw_len` are what the pack's directory states. On an error `out`
    /// holds nothing of use.
    ///
    /// # Errors
    /// `limit`, `codec`, or `seal` when it is damaged, forged, or not the block of this place.
    pub fn open(
        &self,
        ordinal: u32,
        codec: u16,
        raw_len: u32,
        stored: &[u8],
        tools: &mut Decompressor,
        out: &mut Vec<u8>,
    ) -> Result<(), SealError> {
        let opened = self.0.open(ordinal, codec, raw_len, stored, tools, out);
        if opened.is_err() {
            out.clear();
        }
        opened
    }
}

impl BlockKeys {
    fn new(key: &PackKey, header: &[u8; 48]) -> Self {
        Self { cipher: Cipher::new(key.block_key().expose()), header: *header }
    }

    fn seal(&self, ordinal: u32, buffer: &mut Vec<u8>) -> Result<(), SealError> {
        self.cipher.seal(&nonce(ordinal), &self.data(ordinal), buffer, 0).map_err(|_| REFUSED)
    }

    fn open(
        &self,
        ordinal: u32,
        codec: u16,
        raw_len: u32,
        stored: &[u8],
        tools: &mut Decompressor,
        out: &mut Vec<u8>,
    ) -> Result<(), SealError> {
        let codec = Codec::from_number(codec)?;
        SealError::range("raw block length in bytes", raw_len.into(), 1, BLOCK_LIMIT.into())?;
        SealError::range("stored block length in bytes", stored.len() as u64, TAG_SIZE as u64 + 1, STORED_LIMIT.into())?;
        let raw_len = raw_len as usize;
        let open = |out: &mut Vec<u8>| self.cipher.open(&nonce(ordinal), &self.data(ordinal), stored, out).map_err(|_| REFUSED);
        match codec {
            Codec::Raw => {
                open(out)?;
                if out.len() == raw_len { Ok(()) } else { Err(SealError::Decompress { stated: raw_len }) }
            }
            Codec::Zstd => {
                let mut opened = std::mem::take(&mut tools.opened);
                let result = open(&mut opened).and_then(|()| tools.unzstd(&opened, raw_len, out));
                tools.opened = opened;
                result
            }
        }
    }

    /// The associated data: `header ‖ u32 ordinal`.
    fn data(&self, ordinal: u32) -> [u8; 52] {
        let mut data = [0; 52];
        let (head, tail) = data.split_at_mut(self.header.len());
        head.copy_from_slice(&self.header);
        tail.copy_from_slice(&ordinal.to_le_bytes());
        data
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed(block {}, {:?}, {} of {} bytes)", self.ordinal, self.codec, self.bytes.len(), self.raw_len)
    }
}

impl fmt::Debug for BlockKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlockKeys").finish_non_exhaustive()
    }
}

/// 4 zero bytes ‖ `u64` ordinal.
fn nonce(ordinal: u32) -> [u8; 12] {
    let [a, b, c, d] = ordinal.to_le_bytes();
    [0, 0, 0, 0, a, b, c, d, 0, 0, 0, 0]
}

#[cfg(test)]
#[path = "block_tests.rs"]
mod tests;
