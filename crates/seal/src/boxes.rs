//! Boxes: values sealed under a key that seals many (`spec/sealing.md`). Must never seal two values with one salt.

use liasse_format::DecodeError;
use zeroize::Zeroizing;

use crate::SealError;
use crate::cipher::{Cipher, TAG_SIZE};
use crate::secret::{Secret32, random_bytes, same};

/// How many bytes longer a box is than its plaintext: salt, commitment and tag.
pub const BOX_OVERHEAD: usize = SALT_SIZE + 32 + TAG_SIZE;

const SALT_SIZE: usize = 32;
const _: () = assert!(BOX_OVERHEAD == liasse_format::envelope::BOX_OVERHEAD);
/// The key is used once.
const NONCE: [u8; 12] = [0; 12];
const REFUSED: SealError = SealError::Seal { what: "box" };

/// Seals `plaintext` under a fresh salt.
pub(crate) fn seal(key: &Secret32, header: &[u8; 48], extra: &[u8], plaintext: &[u8]) -> Result<Vec<u8>, SealError> {
    seal_salted(key, &random_bytes()?, header, extra, plaintext)
}

fn seal_salted(key: &Secret32, salt: &[u8; SALT_SIZE], header: &[u8; 48], extra: &[u8], plaintext: &[u8]) -> Result<Vec<u8>, SealError> {
    let (aead_key, commitment) = derive(key, header, salt);
    let mut sealed = Vec::with_capacity(plaintext.len() + BOX_OVERHEAD);
    sealed.extend_from_slice(salt);
    sealed.extend_from_slice(&commitment);
    let start = sealed.len();
    sealed.extend_from_slice(plaintext);
    let data = [header, extra].concat();
    Cipher::new(aead_key.expose()).seal(&NONCE, &data, &mut sealed, start).map_err(|_| REFUSED)?;
    Ok(sealed)
}

/// Opens a box.
pub(crate) fn open(key: &Secret32, header: &[u8; 48], extra: &[u8], sealed: &[u8]) -> Result<Vec<u8>, SealError> {
    if sealed.len() < BOX_OVERHEAD {
        return Err(DecodeError::Truncated { offset: sealed.len() }.into());
    }
    let (salt, rest) = sealed.split_first_chunk::<SALT_SIZE>().ok_or(REFUSED)?;
    let (stated, ciphertext) = rest.split_first_chunk::<32>().ok_or(REFUSED)?;
    let (aead_key, commitment) = derive(key, header, salt);
    if !same(stated, &commitment) {
        return Err(REFUSED);
    }
    let mut plaintext = Vec::new();
    let data = [header, extra].concat();
    Cipher::new(aead_key.expose()).open(&NONCE, &data, ciphertext, &mut plaintext).map_err(|_| REFUSED)?;
    Ok(plaintext)
}

/// The AEAD key and the commitment of a box.
fn derive(key: &Secret32, header: &[u8; 48], salt: &[u8; SALT_SIZE]) -> (Secret32, [u8; 32]) {
    let mut hasher = Zeroizing::new(blake3::Hasher::new_keyed(key.expose()));
    hasher.update(header).update(salt);
    let mut okm = Zeroizing::new(hasher.finalize_xof());
    let (mut aead_key, mut commitment) = (Zeroizing::new([0; 32]), [0; 32]);
    okm.fill(aead_key.as_mut_slice());
    okm.fill(&mut commitment);
    (Secret32::from_bytes(&aead_key), commitment)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testing::{HEADER, counting, hex, truncations_and_flips, unhex};

    #[test]
    fn opens_what_it_sealed() {
        let key = counting();
        for plaintext in [&b""[..], b"a", vec![7; 100_000].as_slice()] {
            let sealed = seal(&key, &HEADER, b"extra", plaintext).unwrap();
            assert_eq!(sealed.len(), plaintext.len() + BOX_OVERHEAD);
            assert_eq!(open(&key, &HEADER, b"extra", &sealed).unwrap(), plaintext);
        }
    }

    #[test]
    fn every_change_is_refused() {
        let key = counting();
        let sealed = seal(&key, &HEADER, b"extra", b"some plaintext").unwrap();
        truncations_and_flips(&sealed, |bytes| {
            let class = open(&key, &HEADER, b"extra", bytes).unwrap_err().class();
            assert_eq!(class, if bytes.len() < BOX_OVERHEAD { "truncated" } else { "seal" });
        });
    }

    #[test]
    fn every_other_place_is_refused() {
        let key = counting();
        let sealed = seal(&key, &HEADER, b"extra", b"some plaintext").unwrap();
        let other = Secret32::from_bytes(&[1; 32]);
        assert_eq!(open(&other, &HEADER, b"extra", &sealed).unwrap_err(), REFUSED);
        for extra in [&b""[..], b"extrb", b"extra\0"] {
            assert_eq!(open(&key, &HEADER, extra, &sealed).unwrap_err(), REFUSED);
        }
        truncations_and_flips(&HEADER, |header| {
            if let Ok(header) = header.try_into() {
                assert_eq!(open(&key, header, b"extra", &sealed).unwrap_err(), REFUSED);
            }
        });
    }

    #[test]
    fn no_salt_repeats() {
        let [a, b] = [(); 2].map(|()| seal(&counting(), &HEADER, b"", b"same").unwrap());
        assert_ne!(a.first_chunk::<32>(), b.first_chunk::<32>());
    }

    /// Computed by an independent implementation in Python.
    #[test]
    fn vector() {
        let sealed = seal_salted(&counting(), &[0x55; 32], &HEADER, b"extra", b"plaintext").unwrap();
        assert_eq!(hex(&sealed), BOX);
        assert_eq!(open(&counting(), &HEADER, b"extra", &unhex(BOX)).unwrap(), b"plaintext");
    }

    const BOX: &str = "5555555555555555555555555555555555555555555555555555555555555555e0afe6bccc113038d10e54848cecc26ad9d2cb2ad6a78311f3ac19ce989a302fe5fdf0a48ee3400e2df00989c299dc5c0b8626e83ecb8db91e";
}
