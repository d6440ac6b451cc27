//! Reader keys: who can read history. HPKE (RFC 9180) by one suite; the only place that knows the `hpke` crate. Must never be needed by
//! whoever only writes.

use std::convert::Infallible;
use std::fmt;

use hpke::aead::{AeadTag, ChaCha20Poly1305};
use hpke::inout::InOutBuf;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::rand_core::{TryCryptoRng, TryRng};
use hpke::{Deserializable, HpkeError, Kem, OpModeR, OpModeS, Serializable};
use liasse_format::ids::{PublicKey, ReaderId};
use zeroize::Zeroizing;

use crate::SealError;
use crate::secret::Secret32;

type PrivateKey = <X25519HkdfSha256 as Kem>::PrivateKey;

/// An X25519 private key: it opens packs. Wiped when dropped.
pub struct ReaderSecret {
    key: PrivateKey,
    public: PublicKey,
}

impl ReaderSecret {
    /// The reader of a private key. Any 32 bytes are one. The caller wipes its own copy.
    pub fn from_bytes(secret: &[u8; 32]) -> Result<Self, SealError> {
        let value = |_| SealError::Value { what: "not an X25519 private key" };
        let key = PrivateKey::from_bytes(secret).map_err(value)?;
        let public = PublicKey(X25519HkdfSha256::sk_to_pk(&key).to_bytes().into());
        Ok(Self { key, public })
    }

    /// A fresh reader.
    pub fn random() -> Result<Self, SealError> {
        Self::from_bytes(Secret32::random()?.expose())
    }

    /// Its public key.
    pub fn public(&self) -> PublicKey {
        self.public
    }

    /// Its name in packs.
    pub fn id(&self) -> ReaderId {
        reader_id(&self.public)
    }

    /// Opens what was sealed to this reader, in place.
    pub(crate) fn open_hpke(&self, enc: &[u8; 32], info: &[u8], data: &[u8], text: &mut [u8], tag: &[u8; 16]) -> Result<(), HpkeError> {
        let enc = Deserializable::from_bytes(enc)?;
        let tag = AeadTag::<ChaCha20Poly1305>::from_bytes(tag)?;
        hpke::single_shot_open_inout_detached::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
            &OpModeR::Base,
            &self.key,
            &enc,
            info,
            InOutBuf::from(text),
            data,
            &tag,
        )
    }
}

impl fmt::Debug for ReaderSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReaderSecret(of {:?})", self.public)
    }
}

/// The name in packs of the reader of a public key.
pub fn reader_id(public: &PublicKey) -> ReaderId {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"liasse v1 reader").update(&public.0);
    let mut id = [0; ReaderId::SIZE];
    hasher.finalize_xof().fill(&mut id);
    ReaderId(id)
}

/// Seals to a reader, in place; gives `enc` and the tag. All its randomness comes from `seed`, which is used once.
pub(crate) fn seal_hpke(
    public: &PublicKey,
    info: &[u8],
    data: &[u8],
    text: &mut [u8],
    seed: &Secret32,
) -> Result<([u8; 32], [u8; 16]), HpkeError> {
    let public = Deserializable::from_bytes(&public.0)?;
    let mut rng = Seeded(Zeroizing::new(blake3::Hasher::new_keyed(seed.expose()).finalize_xof()));
    let (enc, tag) = hpke::single_shot_seal_inout_detached_with_rng::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeS::Base,
        &public,
        info,
        InOutBuf::from(text),
        data,
        &mut rng,
    )?;
    Ok((enc.to_bytes().into(), tag.to_bytes().into()))
}

/// Random bytes from a seed: the system's own generator can fail, and `hpke` can only panic then.
struct Seeded(Zeroizing<blake3::OutputReader>);

impl TryRng for Seeded {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(bytes);
        Ok(())
    }
}

impl TryCryptoRng for Seeded {}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testing::{counting, unhex};

    /// RFC 9180, appendix A.2.1, sequence number 0.
    #[test]
    fn is_rfc_9180() {
        let secret = unhex("8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb").try_into().unwrap();
        let enc = unhex("1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a").try_into().unwrap();
        let sealed = unhex("1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28");
        let reader = ReaderSecret::from_bytes(&secret).unwrap();
        assert_eq!(reader.public().to_string(), "4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a");
        let (text, tag) = sealed.split_last_chunk::<16>().unwrap();
        let mut text = text.to_vec();
        reader.open_hpke(&enc, b"Ode on a Grecian Urn", b"Count-0", &mut text, tag).unwrap();
        assert_eq!(text, b"Beauty is truth, truth beauty");
    }

    /// Computed by an independent implementation in Python.
    #[test]
    fn ids_are_those_of_the_format() {
        let reader = ReaderSecret::from_bytes(counting().expose()).unwrap();
        assert_eq!(reader.public().to_string(), "8f40c5adb68f25624ae5b214ea767a6ec94d829d3d7b5e1ad1ba6f3e2138285f");
        assert_eq!(reader.id().to_string(), "cbbe52a4eb857a8789ee7a508b0b1232");
    }

    /// Whatever is asked for, it is what comes next from the seed, and never the same again.
    #[test]
    fn a_seed_gives_its_bytes_one_after_the_other() {
        let seeded = || Seeded(Zeroizing::new(blake3::Hasher::new_keyed(counting().expose()).finalize_xof()));
        let mut bytes = [0; 32];
        seeded().try_fill_bytes(&mut bytes).unwrap();
        let mut expected = [0; 32];
        blake3::Hasher::new_keyed(counting().expose()).finalize_xof().fill(&mut expected);
        assert_eq!(bytes, expected);
        let mut parts = seeded();
        let (word, long) = (parts.try_next_u32().unwrap(), parts.try_next_u64().unwrap());
        let mut rest = [0; 20];
        parts.try_fill_bytes(&mut rest).unwrap();
        assert_eq!([&word.to_le_bytes()[..], &long.to_le_bytes(), &rest].concat(), bytes);
    }

    #[test]
    fn a_reader_prints_only_its_public_part() {
        let shown = format!("{:?}", ReaderSecret::from_bytes(&[0xab; 32]).unwrap());
        assert!(!shown.contains("abab"), "{shown}");
    }
}
