//! What the tests of this crate share: fixed secrets, hex, and every small damage to some bytes.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use crate::Secret32;

/// A header: no test here reads it.
pub(crate) const HEADER: [u8; 48] = *b"\x89LIA\r\n\x1a\n\x04\0\x01\0\0\0\0\0RRRRRRRRRRRRRRRRSSSSSSSSSSSSSSSS";

/// The secret 00 01 .. 1f.
pub(crate) fn counting() -> Secret32 {
    Secret32::from_bytes(&std::array::from_fn(|i| u8::try_from(i).unwrap()))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

pub(crate) fn unhex(text: &str) -> Vec<u8> {
    (0..text.len() / 2).map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap()).collect()
}

/// Bytes that no compressor makes smaller, the same in every run.
pub(crate) fn noise(count: usize) -> Vec<u8> {
    let mut bytes = vec![0; count];
    blake3::Hasher::new().finalize_xof().fill(&mut bytes);
    bytes
}

/// Words that a compressor makes smaller.
pub(crate) fn text(count: usize) -> Vec<u8> {
    let words = noise(count).into_iter().flat_map(|byte| format!("compte {} ", u32::from(byte) * 7919).into_bytes());
    words.take(count).collect()
}

/// Every start of `bytes`, `bytes` with each byte changed in each of two ways, and with a byte more.
pub(crate) fn truncations_and_flips(bytes: &[u8], mut check: impl FnMut(&[u8])) {
    for end in 0..bytes.len() {
        check(&bytes[..end]);
    }
    for (i, mask) in (0..bytes.len()).flat_map(|i| [(i, 0x01), (i, 0x80)]) {
        let mut flipped = bytes.to_vec();
        flipped[i] ^= mask;
        check(&flipped);
    }
    check(&[bytes, &[0]].concat());
}
