//! Compression (`spec/sealing.md`): one zstd frame, or the bytes as they are. Must never allocate on the word of compressed bytes, nor hand
//! out a byte more or fewer than is stated.

use std::fmt;

use liasse_format::pack::BLOCK_LIMIT;
use zstd::bulk;
use zstd::zstd_safe;

use crate::SealError;
use crate::cipher::TAG_SIZE;
use crate::probe::{Probe, worth};

/// How a block or list is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u16)]
pub enum Codec {
    /// The bytes as they are.
    Raw = 0,
    /// One zstd frame (RFC 8878) without dictionary.
    Zstd = 1,
}

impl Codec {
    /// Its number in directories.
    pub fn number(self) -> u16 {
        self as u16
    }

    /// The codec of a number; `codec` when it is not known.
    pub fn from_number(number: u16) -> Result<Self, SealError> {
        [Self::Raw, Self::Zstd].into_iter().find(|codec| codec.number() == number).ok_or(SealError::UnknownCodec { codec: number })
    }
}

/// A zstd context for compressing; each worker keeps one.
pub struct Compressor {
    zstd: bulk::Compressor<'static>,
    probe: Probe,
    #[cfg(test)]
    pub(crate) corrupt: Option<fn(&mut Vec<u8>)>,
}

/// The bytes of a block that are compressed and not yet sealed, with the raw bytes that they must give back.
pub struct Compressed<'a> {
    pub(crate) codec: Codec,
    pub(crate) raw: &'a [u8],
    /// With room for a tag.
    pub(crate) bytes: Vec<u8>,
}

impl Compressor {
    /// A context of a zstd level, −7 to 22.
    pub fn new(level: i32) -> Result<Self, SealError> {
        let zstd = bulk::Compressor::new(level).map_err(|error| zstd_error(&error))?;
        Ok(Self {
            zstd,
            probe: Probe::new()?,
            #[cfg(test)]
            corrupt: None,
        })
    }

    /// Compresses a block, or leaves it as it is where that saves less than a 64th or a probe of a few KiB says that it would.
    ///
    /// `buffer` holds the result and goes on with it to [`Sealed::into_bytes`](crate::Sealed::into_bytes), from where it can come back here:
    /// then nothing is allocated for a block.
    ///
    /// # Errors
    /// `limit` for a block that is empty or over 16 MiB.
    pub fn compress<'a>(&mut self, raw: &'a [u8], mut buffer: Vec<u8>) -> Result<Compressed<'a>, SealError> {
        SealError::range("raw block length in bytes", raw.len() as u64, 1, BLOCK_LIMIT.into())?;
        buffer.clear();
        let codec = if !self.probe.is_incompressible(raw) && self.try_zstd(raw, &mut buffer)? { Codec::Zstd } else { Codec::Raw };
        if codec == Codec::Raw {
            buffer.clear();
            buffer.reserve(raw.len() + TAG_SIZE);
            buffer.extend_from_slice(raw);
        }
        #[cfg(test)]
        if let Some(corrupt) = self.corrupt {
            corrupt(&mut buffer);
        }
        Ok(Compressed { codec, raw, bytes: buffer })
    }

    /// Compresses into an empty buffer; false when it is not worth it.
    pub(crate) fn try_zstd(&mut self, raw: &[u8], out: &mut Vec<u8>) -> Result<bool, SealError> {
        out.reserve(zstd_safe::compress_bound(raw.len()) + TAG_SIZE);
        let size = self.zstd.compress_to_buffer(raw, out).map_err(|error| zstd_error(&error))?;
        Ok(worth(size, raw.len()))
    }
}

/// A zstd context for decompressing, and the buffers that opening a block takes; each worker keeps one.
pub struct Decompressor {
    zstd: bulk::Decompressor<'static>,
    /// A block that is opened and still compressed.
    pub(crate) opened: Vec<u8>,
    /// A block that is being proved.
    pub(crate) proof: Vec<u8>,
}

impl Decompressor {
    /// A context.
    pub fn new() -> Result<Self, SealError> {
        let zstd = bulk::Decompressor::new().map_err(|error| zstd_error(&error))?;
        Ok(Self { zstd, opened: Vec::new(), proof: Vec::new() })
    }

    /// Makes `out` the `raw_len` bytes that `frame` must give. The caller has held `raw_len` against its limit.
    pub(crate) fn unzstd(&mut self, frame: &[u8], raw_len: usize, out: &mut Vec<u8>) -> Result<(), SealError> {
        let refused = SealError::Decompress { stated: raw_len };
        if !is_one_frame(frame, raw_len) {
            return Err(refused);
        }
        out.clear();
        out.try_reserve_exact(raw_len).map_err(|_| SealError::Memory { what: "a block" })?;
        match self.zstd.decompress_to_buffer(frame, out) {
            Ok(size) if size == raw_len && out.len() == raw_len => Ok(()),
            _ => Err(refused),
        }
    }
}

/// Whether `bytes` are one zstd frame, not several nor a skippable one, that does not state another length than `raw_len`. zstd itself
/// would decompress frames one after the other.
fn is_one_frame(bytes: &[u8], raw_len: usize) -> bool {
    bytes.starts_with(&0xFD2F_B528_u32.to_le_bytes())
        && zstd_safe::find_frame_compressed_size(bytes).is_ok_and(|size| size == bytes.len())
        && zstd_safe::get_frame_content_size(bytes).is_ok_and(|stated| stated.is_none_or(|stated| stated == raw_len as u64))
}

pub(crate) fn zstd_error(error: &std::io::Error) -> SealError {
    SealError::Zstd { reason: error.to_string() }
}

impl fmt::Debug for Compressor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Compressor").finish_non_exhaustive()
    }
}

impl fmt::Debug for Decompressor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decompressor").finish_non_exhaustive()
    }
}

impl fmt::Debug for Compressed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Compressed({:?}, {} of {} bytes)", self.codec, self.bytes.len(), self.raw.len())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testing::{noise, text};

    fn codec_of(raw: &[u8]) -> Codec {
        Compressor::new(3).unwrap().compress(raw, Vec::new()).unwrap().codec
    }

    #[test]
    fn what_does_not_shrink_is_left_as_it_is() {
        assert_eq!(codec_of(b"a"), Codec::Raw);
        assert_eq!(codec_of(&noise(1000)), Codec::Raw);
        assert_eq!(codec_of(&noise(1 << 20)), Codec::Raw);
        assert_eq!(codec_of(&[7; 1000]), Codec::Zstd);
        assert_eq!(codec_of(&text(1 << 20)), Codec::Zstd);
    }

    /// What a tag does not fit into would be moved once more, and what is far too large would be kept from block to block.
    #[test]
    fn a_buffer_has_room_for_a_tag_and_not_for_much_more() {
        for raw in [noise(1 << 20), text(1 << 20)] {
            let bytes = Compressor::new(3).unwrap().compress(&raw, Vec::new()).unwrap().bytes;
            assert!(bytes.capacity() >= bytes.len() + TAG_SIZE);
            assert!(bytes.capacity() <= zstd_safe::compress_bound(raw.len()) + TAG_SIZE);
        }
    }

    #[test]
    fn lengths_have_limits() {
        let mut compressor = Compressor::new(1).unwrap();
        assert_eq!(compressor.compress(&[], Vec::new()).unwrap_err().class(), "limit");
        let most = vec![0; BLOCK_LIMIT as usize + 1];
        assert_eq!(compressor.compress(&most, Vec::new()).unwrap_err().class(), "limit");
        assert!(compressor.compress(most.get(1..).unwrap(), Vec::new()).is_ok());
    }

    #[test]
    fn only_one_frame_of_the_stated_length_is_accepted() {
        let raw = text(10_000);
        let frame = bulk::compress(&raw, 3).unwrap();
        let mut unstated = zstd::Encoder::new(Vec::new(), 3).unwrap();
        std::io::Write::write_all(&mut unstated, &raw).unwrap();
        let unstated = unstated.finish().unwrap();
        let skippable = [0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0];
        let empty = bulk::compress(&[], 3).unwrap();
        let mut tools = Decompressor::new().unwrap();
        let mut out = Vec::with_capacity(100_000);
        for good in [&frame, &unstated] {
            tools.unzstd(good, raw.len(), &mut out).unwrap();
            assert_eq!(out, raw);
            for wrong in [0, 1, raw.len() - 1, raw.len() + 1, raw.len() * 2] {
                let refused = SealError::Decompress { stated: wrong };
                assert_eq!(tools.unzstd(good, wrong, &mut out), Err(refused), "{wrong}");
            }
            for bad in [
                [&good[..], &skippable].concat(),
                [&skippable, &good[..]].concat(),
                [&good[..], &empty].concat(),
                good.get(1..).unwrap().to_vec(),
            ] {
                assert!(tools.unzstd(&bad, raw.len(), &mut out).is_err());
            }
        }
        assert!(tools.unzstd(&skippable, 0, &mut out).is_err());
        assert!(tools.unzstd(&[], 0, &mut out).is_err());
    }

    #[test]
    fn a_bomb_takes_no_more_than_is_stated() {
        let bomb = bulk::compress(&vec![0; 1 << 28], 3).unwrap();
        assert!(bomb.len() < 1 << 16);
        let mut out = Vec::new();
        assert!(Decompressor::new().unwrap().unzstd(&bomb, 1000, &mut out).is_err());
        assert!(out.capacity() <= 1000);
    }

    #[test]
    fn unknown_codecs_are_named() {
        assert_eq!(Codec::from_number(0).unwrap(), Codec::Raw);
        assert_eq!(Codec::from_number(1).unwrap(), Codec::Zstd);
        assert_eq!(Codec::from_number(2), Err(SealError::UnknownCodec { codec: 2 }));
    }
}
