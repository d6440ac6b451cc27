//! Packed lists: what a pack's directory and an index segment hold, compressed (`spec/pack.md`). Must never allocate beyond the limit that its
//! caller gives.

use liasse_format::DecodeError;
use liasse_format::pack::DIRECTORY_LIMIT;

use crate::SealError;
use crate::codec::{Codec, Compressor, Decompressor};

/// Codec and raw length.
const HEAD_SIZE: usize = 6;

/// `u16 codec ‖ u32 raw length ‖ compressed bytes` of a list of at most [`DIRECTORY_LIMIT`] bytes. It has been decompressed and compared.
pub fn compress_packed(level: i32, raw: &[u8]) -> Result<Vec<u8>, SealError> {
    let raw_len = length(raw.len() as u64, DIRECTORY_LIMIT)?;
    let mut compressed = Vec::new();
    let codec = if Compressor::new(level)?.try_zstd(raw, &mut compressed)? { Codec::Zstd } else { Codec::Raw };
    let bytes = if codec == Codec::Zstd { compressed.as_slice() } else { raw };
    let mut packed = Vec::with_capacity(HEAD_SIZE + bytes.len());
    packed.extend_from_slice(&codec.number().to_le_bytes());
    packed.extend_from_slice(&raw_len.to_le_bytes());
    packed.extend_from_slice(bytes);
    if decompress_packed(&packed, DIRECTORY_LIMIT).is_ok_and(|back| back == raw) {
        Ok(packed)
    } else {
        Err(SealError::Unproven { what: "a packed list" })
    }
}

/// The raw bytes of a packed list, at most `limit` of them.
///
/// # Errors
/// `truncated`, `limit`, or `codec` when the codec is unknown or gives another length than is stated.
pub fn decompress_packed(packed: &[u8], limit: usize) -> Result<Vec<u8>, SealError> {
    let Some((&[c0, c1, l0, l1, l2, l3], bytes)) = packed.split_first_chunk::<HEAD_SIZE>() else {
        return Err(DecodeError::Truncated { offset: packed.len() }.into());
    };
    let codec = Codec::from_number(u16::from_le_bytes([c0, c1]))?;
    let raw_len = length(u32::from_le_bytes([l0, l1, l2, l3]).into(), limit)? as usize;
    match codec {
        Codec::Raw if bytes.len() == raw_len => Ok(bytes.to_vec()),
        Codec::Raw => Err(SealError::Decompress { stated: raw_len }),
        Codec::Zstd => {
            let mut raw = Vec::new();
            Decompressor::new()?.unzstd(bytes, raw_len, &mut raw)?;
            Ok(raw)
        }
    }
}

/// A raw length within the limit.
fn length(stated: u64, limit: usize) -> Result<u32, SealError> {
    let most = u32::try_from(limit).unwrap_or(u32::MAX);
    SealError::range("packed list length in bytes", stated, 0, most.into())?;
    Ok(u32::try_from(stated).unwrap_or(most))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testing::{noise, text, truncations_and_flips};

    #[test]
    fn comes_back() {
        for raw in [vec![], vec![1], noise(5000), text(300_000)] {
            let packed = compress_packed(3, &raw).unwrap();
            assert!(packed.len() <= raw.len() + HEAD_SIZE);
            assert_eq!(decompress_packed(&packed, DIRECTORY_LIMIT).unwrap(), raw);
        }
    }

    #[test]
    fn lies_are_refused() {
        let packed = compress_packed(3, &text(500)).unwrap();
        let (head, frame) = packed.split_at(HEAD_SIZE);
        truncations_and_flips(head, |head| {
            let lie = [head, frame].concat();
            assert!(decompress_packed(&lie, DIRECTORY_LIMIT).is_err(), "{head:?}");
        });
        assert_eq!(decompress_packed(&[0, 0, 2, 0, 0, 0, 9], DIRECTORY_LIMIT).unwrap_err().class(), "codec");
        assert_eq!(decompress_packed(&[2, 0, 1, 0, 0, 0, 9], DIRECTORY_LIMIT).unwrap_err(), SealError::UnknownCodec { codec: 2 });
        assert_eq!(decompress_packed(&[0, 0, 1, 0, 0], DIRECTORY_LIMIT).unwrap_err().class(), "truncated");
    }

    #[test]
    fn the_limit_holds_both_ways() {
        let packed = compress_packed(3, &[0; 1000]).unwrap();
        assert_eq!(decompress_packed(&packed, 1000).unwrap(), [0; 1000]);
        assert_eq!(decompress_packed(&packed, 999).unwrap_err().class(), "limit");
        let most = vec![0; DIRECTORY_LIMIT + 1];
        assert_eq!(compress_packed(3, &most).unwrap_err().class(), "limit");
    }
}
