//! A snapshot's record outside of the repository: the bytes that were signed, and the signature. Must never call anything proven but that
//! the holder of a key signed these bytes.

use base64ct::{Base64, Encoding as _};
use liasse_format::envelope::{HEADER_SIZE, Header, Kind};
use liasse_format::ids::{PublicKey, SessionId};
use liasse_format::snapshot::{SIGNATURE_CONTEXT, Snapshot as Record};
use liasse_format::wire;
use liasse_seal::SealError;
use liasse_store::{Area, Key};

use crate::error::{Error, Result};
use crate::repository::Repository;

/// The bytes before an Ed25519 public key that make it a `SubjectPublicKeyInfo` (RFC 8410, section 4).
const PUBLIC_KEY_INFO: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
/// What it is called in messages.
const NAME: &str = "the signed record";

/// A record as its writer signed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedRecord {
    /// What was signed: a context, the object's header, the record (`spec/snapshot.md`).
    pub signed: Vec<u8>,
    /// Ed25519 over it.
    pub signature: [u8; 64],
}

/// What a signed record says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedBy {
    /// The snapshot.
    pub id: SessionId,
    /// What was recorded; its `writer` is who signed it.
    pub record: Record,
}

impl SignedRecord {
    /// Holds the signature against the key that the record itself names. Whose key that is, is for others to know.
    pub fn verify(&self) -> Result<SignedBy> {
        let wrong = || Error::sealed(NAME)(SealError::Signature);
        let rest = self.signed.strip_prefix(SIGNATURE_CONTEXT).ok_or_else(wrong)?;
        let (header, body) = rest.split_first_chunk::<HEADER_SIZE>().ok_or_else(wrong)?;
        let header = Header::expect(header, Kind::Snapshot).map_err(Error::decode(NAME))?;
        let record: Record = wire::decode(body).map_err(Error::decode(NAME))?;
        liasse_seal::verify(&record.writer, &[&self.signed], &self.signature).map_err(Error::sealed(NAME))?;
        Ok(SignedBy { id: header.session, record })
    }
}

/// A public key as other programs take it (PEM of RFC 7468).
pub fn public_key_pem(key: &PublicKey) -> String {
    let bytes = [&PUBLIC_KEY_INFO[..], &key.0].concat();
    format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", Base64::encode_string(&bytes))
}

impl Repository {
    /// The record of a snapshot as it was signed, believed as all records are; `None` when there is none of that name.
    pub fn signed_record(&self, id: SessionId) -> Result<Option<SignedRecord>> {
        let key = Key::new(Area::Snapshots, &id.to_string())?;
        Ok(self.read_signed(&key)?.map(|(_, signed)| signed))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// The example of RFC 8410, section 10.1.
    #[test]
    fn a_key_is_written_as_others_write_it() {
        let key = PublicKey::from_hex("19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1").unwrap();
        let example = "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=";
        assert_eq!(public_key_pem(&key), format!("-----BEGIN PUBLIC KEY-----\n{example}\n-----END PUBLIC KEY-----\n"));
    }
}
