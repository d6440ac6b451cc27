//! ChaCha20-Poly1305 (RFC 8439) over bytes that end in their tag. The only place that knows the cipher crate. Must never choose a nonce:
//! who calls it answers for each key and nonce being used once.

use chacha20poly1305::aead::inout::InOutBuf;
use chacha20poly1305::{AeadInOut, ChaCha20Poly1305, Key, KeyInit, Nonce, Tag};

/// Length of a tag in bytes.
pub(crate) const TAG_SIZE: usize = 16;

/// Does not authenticate.
pub(crate) struct Refused;

/// One key; wiped when dropped.
pub(crate) struct Cipher(ChaCha20Poly1305);

impl Cipher {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self(ChaCha20Poly1305::new(<&Key>::from(key)))
    }

    /// Encrypts what `buffer` holds from `start`, and appends the tag.
    pub(crate) fn seal(&self, nonce: &[u8; 12], data: &[u8], buffer: &mut Vec<u8>, start: usize) -> Result<(), Refused> {
        let plaintext = InOutBuf::from(buffer.get_mut(start..).ok_or(Refused)?);
        let tag = self.0.encrypt_inout_detached(<&Nonce>::from(nonce), data, plaintext).map_err(|_| Refused)?;
        buffer.extend_from_slice(&tag);
        Ok(())
    }

    /// Makes `out` the plaintext of `sealed`, which ends in its tag. Nothing is decrypted before the tag is right.
    pub(crate) fn open(&self, nonce: &[u8; 12], data: &[u8], sealed: &[u8], out: &mut Vec<u8>) -> Result<(), Refused> {
        let (ciphertext, tag) = sealed.split_last_chunk::<TAG_SIZE>().ok_or(Refused)?;
        out.resize(ciphertext.len(), 0);
        let buffer = InOutBuf::new(ciphertext, out).map_err(|_| Refused)?;
        self.0.decrypt_inout_detached(<&Nonce>::from(nonce), data, buffer, <&Tag>::from(tag)).map_err(|_| Refused)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use crate::testing::unhex;

    /// RFC 8439, section 2.8.2.
    #[test]
    fn is_rfc_8439() {
        let key: [u8; 32] = std::array::from_fn(|i| 0x80 + u8::try_from(i).unwrap());
        let nonce = *b"\x07\0\0\0@ABCDEFG";
        let data = unhex("50515253c0c1c2c3c4c5c6c7");
        let text = b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.";
        let mut buffer = text.to_vec();
        let cipher = Cipher::new(&key);
        assert!(cipher.seal(&nonce, &data, &mut buffer, 0).is_ok());
        assert_eq!(buffer[..16], unhex("d31a8d34648e60db7b86afbc53ef7ec2"));
        assert_eq!(buffer[114..], unhex("1ae10b594f09e26a7e902ecbd0600691"));
        let mut opened = vec![1; 3];
        assert!(cipher.open(&nonce, &data, &buffer, &mut opened).is_ok());
        assert_eq!(opened, text);
    }
}
