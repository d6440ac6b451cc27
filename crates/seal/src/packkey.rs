//! Pack keys: fresh for every pack, sealed to the current reader, committed to (`spec/sealing.md`).
//!
//! Must never be used for two packs. So nobody outside this crate holds the key of a pack that is being written: a
//! [`BlockSealer`](crate::BlockSealer) makes it, seals it, and keeps only the block key.

use liasse_format::ids::{PublicKey, ReaderId};

use crate::SealError;
use crate::reader::{ReaderSecret, reader_id, seal_hpke};
use crate::secret::{Secret32, same};

const INFO: &[u8] = b"liasse v1 pack key";
const REFUSED: SealError = SealError::Seal { what: "pack key" };

/// The key of one pack, as a reader got it. It opens blocks and seals none.
#[derive(Debug)]
pub struct PackKey(Secret32);

/// A pack key as it stands in its pack, after the header (`spec/pack.md`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealedPackKey {
    /// Whom it is sealed to.
    pub reader: ReaderId,
    /// HPKE's encapsulated key.
    pub enc: [u8; 32],
    /// HPKE's ciphertext and tag.
    pub ciphertext: [u8; 48],
    /// What the key must commit to; also the `extra` of the pack's directory and footer.
    pub commitment: [u8; 32],
}

impl SealedPackKey {
    /// Length in bytes.
    pub const SIZE: usize = 128;

    /// Its bytes in a pack.
    pub fn to_bytes(&self) -> [u8; Self::SIZE] {
        let mut bytes = [0; Self::SIZE];
        let (reader, rest) = bytes.split_at_mut(ReaderId::SIZE);
        let (enc, rest) = rest.split_at_mut(self.enc.len());
        let (ciphertext, commitment) = rest.split_at_mut(self.ciphertext.len());
        reader.copy_from_slice(&self.reader.0);
        enc.copy_from_slice(&self.enc);
        ciphertext.copy_from_slice(&self.ciphertext);
        commitment.copy_from_slice(&self.commitment);
        bytes
    }

    /// Reads it. Any bytes are one; whether they open is another question.
    pub fn from_bytes(bytes: &[u8; Self::SIZE]) -> Self {
        let mut key = Self { reader: ReaderId([0; 16]), enc: [0; 32], ciphertext: [0; 48], commitment: [0; 32] };
        let (reader, rest) = bytes.split_at(ReaderId::SIZE);
        let (enc, rest) = rest.split_at(key.enc.len());
        let (ciphertext, commitment) = rest.split_at(key.ciphertext.len());
        key.reader.0.copy_from_slice(reader);
        key.enc.copy_from_slice(enc);
        key.ciphertext.copy_from_slice(ciphertext);
        key.commitment.copy_from_slice(commitment);
        key
    }
}

impl PackKey {
    /// The key of a pack that was opened elsewhere, such as one of the published vectors. It opens blocks and seals none.
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(Secret32::from_bytes(bytes))
    }

    pub(crate) fn random() -> Result<Self, SealError> {
        Secret32::random().map(Self)
    }

    /// Seals the key of the pack with this header to a reader.
    pub(crate) fn seal_to(&self, reader: &PublicKey, header: &[u8; 48]) -> Result<SealedPackKey, SealError> {
        self.seal_seeded(reader, header, &Secret32::random()?)
    }

    fn seal_seeded(&self, reader: &PublicKey, header: &[u8; 48], seed: &Secret32) -> Result<SealedPackKey, SealError> {
        let mut text = Secret32::from_bytes(self.0.expose());
        let sealed = text.with_bytes(|text| seal_hpke(reader, &info(header), &[], text, seed));
        let (enc, tag) = sealed.map_err(|_| SealError::Value { what: "not a reader's public key" })?;
        let mut ciphertext = [0; 48];
        let (head, tail) = ciphertext.split_at_mut(32);
        head.copy_from_slice(text.expose());
        tail.copy_from_slice(&tag);
        Ok(SealedPackKey { reader: reader_id(reader), enc, ciphertext, commitment: self.commitment() })
    }

    pub(crate) fn block_key(&self) -> Secret32 {
        self.0.derive("liasse v1 block key")
    }

    /// The commitment hides the key: a one-way derivation.
    fn commitment(&self) -> [u8; 32] {
        *self.0.derive("liasse v1 pack commitment").expose()
    }
}

impl ReaderSecret {
    /// Opens the key of the pack with this header, and holds it against its commitment.
    ///
    /// # Errors
    /// `password` when it is sealed to another reader, `seal` when it is damaged or of another pack.
    pub fn open(&self, sealed: &SealedPackKey, header: &[u8; 48]) -> Result<PackKey, SealError> {
        if sealed.reader != self.id() {
            return Err(SealError::OtherReader { reader: sealed.reader });
        }
        let (text, tag) = sealed.ciphertext.split_last_chunk::<16>().ok_or(REFUSED)?;
        let key = Secret32::filled(|key| {
            key.copy_from_slice(text);
            self.open_hpke(&sealed.enc, &info(header), &[], key, tag)
        });
        let key = PackKey(key.map_err(|_| REFUSED)?);
        if same(&key.commitment(), &sealed.commitment) { Ok(key) } else { Err(REFUSED) }
    }
}

fn info(header: &[u8; 48]) -> Vec<u8> {
    [INFO, header].concat()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testing::{HEADER, counting, hex, truncations_and_flips, unhex};

    fn reader() -> ReaderSecret {
        ReaderSecret::from_bytes(counting().expose()).unwrap()
    }

    #[test]
    fn opens_what_was_sealed() {
        let key = PackKey::random().unwrap();
        let sealed = key.seal_to(&reader().public(), &HEADER).unwrap();
        assert_eq!(SealedPackKey::from_bytes(&sealed.to_bytes()), sealed);
        assert_eq!(reader().open(&sealed, &HEADER).unwrap().0.expose(), key.0.expose());
    }

    #[test]
    fn every_change_is_refused() {
        let sealed = PackKey::random().unwrap().seal_to(&reader().public(), &HEADER).unwrap().to_bytes();
        let mut tried = 0;
        truncations_and_flips(&sealed, |bytes| {
            let Ok(bytes) = bytes.try_into() else { return };
            let class = reader().open(&SealedPackKey::from_bytes(bytes), &HEADER).unwrap_err().class();
            assert_eq!(class, if bytes.first_chunk::<16>() == sealed.first_chunk() { "seal" } else { "password" });
            tried += 1;
        });
        assert_eq!(tried, 256);
    }

    #[test]
    fn every_other_place_is_refused() {
        let sealed = PackKey::random().unwrap().seal_to(&reader().public(), &HEADER).unwrap();
        truncations_and_flips(&HEADER, |header| {
            if let Ok(header) = header.try_into() {
                assert_eq!(reader().open(&sealed, header).unwrap_err(), REFUSED);
            }
        });
        let other = ReaderSecret::random().unwrap();
        assert_eq!(other.open(&sealed, &HEADER).unwrap_err(), SealError::OtherReader { reader: reader().id() });
        let renamed = SealedPackKey { reader: other.id(), ..sealed };
        assert_eq!(other.open(&renamed, &HEADER).unwrap_err(), REFUSED);
    }

    /// Two keys that open, and one commitment: whoever made it meant two readers to see two contents.
    #[test]
    fn a_key_that_breaks_its_commitment_is_refused() {
        let [a, b] = [(); 2].map(|()| PackKey::random().unwrap().seal_to(&reader().public(), &HEADER).unwrap());
        let mixed = SealedPackKey { commitment: b.commitment, ..a };
        assert_eq!(reader().open(&mixed, &HEADER).unwrap_err(), REFUSED);
    }

    #[test]
    fn a_reader_of_small_order_is_refused() {
        let error = PackKey::random().unwrap().seal_to(&PublicKey([0; 32]), &HEADER).unwrap_err();
        assert_eq!(error.class(), "value");
    }

    /// Sealed by an independent implementation in Python.
    #[test]
    fn vector() {
        let sealed = SealedPackKey::from_bytes(&unhex(SEALED).try_into().unwrap());
        let key = reader().open(&sealed, &HEADER).unwrap();
        assert_eq!(hex(key.0.expose()), "7777777777777777777777777777777777777777777777777777777777777777");
        assert_eq!(hex(key.block_key().expose()), "95f1fd04ffc1676ddb35a20602d026a5da34380a72975dc5d41f2303ae56564b");
    }

    /// Sealed once by this crate.
    #[test]
    fn golden() {
        let sealed = PackKey(Secret32::from_bytes(&[0x77; 32])).seal_seeded(&reader().public(), &HEADER, &counting()).unwrap();
        assert_eq!(hex(&sealed.to_bytes()), GOLDEN);
    }

    #[test]
    fn a_key_prints_nothing() {
        assert_eq!(format!("{:?}", PackKey(Secret32::from_bytes(&[0xab; 32]))), "PackKey(Secret32 { .. })");
    }

    const SEALED: &str = "cbbe52a4eb857a8789ee7a508b0b12327b0d47d93427f8311160781c7c733fd89f88970aef490d8aa0ee19a4cb8a1b14982c7326a18e0f6a6a33b52dc084c0695c44c957b95225f0a88edaab9b110b0f62a24489be96a15ce15a1da1c360bba6f7ab882da978e7c0138ece82a2775c116417e084e317a9dd2572738a1dffb158";
    const GOLDEN: &str = "cbbe52a4eb857a8789ee7a508b0b1232818e5bd96a622c47f0fdafe4cbc2cc4fa9b79763d43ae985cc47216a3bff136ba05d4f3a60f14e6d27065c436e3a9a070d06831296f0e0b3e8eba02711f98cae4295e82be5524d922f6805f2ca449f07f7ab882da978e7c0138ece82a2775c116417e084e317a9dd2572738a1dffb158";
}
