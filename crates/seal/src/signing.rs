//! Ed25519 signatures (RFC 8032): who wrote a config or a snapshot. Must never accept a signature that another strict verifier refuses.
//!
//! What is signed is given in parts that are signed as one run of bytes; the first is a context that names the kind of record, and the
//! second a header of fixed length, so that no two records run together to the same bytes.

use std::fmt;

use ed25519_dalek::Signature;
use ed25519_dalek::ed25519::signature::MultipartSigner;
use liasse_format::ids::PublicKey;
use liasse_format::keys::Bundle;

use crate::SealError;

/// The owner's or a writer's private key. Wiped when dropped.
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// The key of a seed. The caller wipes its own copy.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// Its public key.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// Signs `parts`, joined.
    pub fn sign(&self, parts: &[&[u8]]) -> [u8; 64] {
        self.0.multipart_sign(parts).to_bytes()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey(of {:?})", self.public())
    }
}

/// Refuses (`value`) a bundle whose owner public key is not that of its owner seed: the one rule of a bundle that takes arithmetic.
pub fn check_bundle(bundle: &Bundle) -> Result<(), SealError> {
    let owner = bundle.owner_seed.as_ref().map(|seed| SigningKey::from_seed(seed).public());
    if owner.is_none_or(|owner| owner == bundle.owner) {
        Ok(())
    } else {
        Err(SealError::Value { what: "the owner public key is that of the owner seed" })
    }
}

/// Believes that the owner of `public` signed `parts`, joined; strict verification as `spec/sealing.md` demands.
pub fn verify(public: &PublicKey, parts: &[&[u8]], signature: &[u8; 64]) -> Result<(), SealError> {
    let key = ed25519_dalek::VerifyingKey::from_bytes(&public.0).map_err(|_| SealError::Signature)?;
    key.verify_strict(&parts.concat(), &Signature::from_bytes(signature)).map_err(|_| SealError::Signature)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use liasse_format::keys::Role;

    use super::*;
    use crate::testing::{counting, hex, truncations_and_flips, unhex};

    /// RFC 8032, section 7.1, test 3.
    #[test]
    fn is_rfc_8032() {
        let seed = unhex("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7").try_into().unwrap();
        let key = SigningKey::from_seed(&seed);
        assert_eq!(key.public().to_string(), "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025");
        let signature = key.sign(&[b"\xaf", b"", b"\x82"]);
        let expected = "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac\
                        18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a";
        assert_eq!(hex(&signature), expected);
        verify(&key.public(), &[b"\xaf\x82"], &signature).unwrap();
    }

    #[test]
    fn every_change_is_refused() {
        let key = SigningKey::from_seed(counting().expose());
        let (context, record) = (b"liasse v1 snapshot", b"record");
        let signature = key.sign(&[context, record]);
        let check = |public: &PublicKey, parts: &[&[u8]], signature: &[u8]| match signature.try_into() {
            Ok(signature) => verify(public, parts, signature),
            Err(_) => Err(SealError::Signature),
        };
        check(&key.public(), &[context, record], &signature).unwrap();
        let refused = |result: Result<(), SealError>| assert_eq!(result, Err(SealError::Signature));
        truncations_and_flips(&signature, |bytes| refused(check(&key.public(), &[context, record], bytes)));
        truncations_and_flips(record, |bytes| refused(check(&key.public(), &[context, bytes], &signature)));
        truncations_and_flips(&key.public().0, |bytes| {
            if let Ok(public) = bytes.try_into() {
                refused(check(&PublicKey(public), &[context, record], &signature));
            }
        });
        refused(check(&key.public(), &[b"liasse v1 config", record], &signature));
    }

    /// With a public key and `R` of small order, lax verifiers accept one signature for every message; and `S` plus the group order is
    /// the same signature written another way.
    #[test]
    fn lax_signatures_are_refused() {
        let mut identity = [0; 32];
        identity.iter_mut().take(1).for_each(|byte| *byte = 1);
        let signature: [u8; 64] = [identity, [0; 32]].concat().try_into().unwrap();
        assert_eq!(verify(&PublicKey(identity), &[b"anything"], &signature), Err(SealError::Signature));

        let key = SigningKey::from_seed(counting().expose());
        let mut signature = key.sign(&[b"record"]);
        let order = unhex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
        let mut carry = 0;
        for (byte, add) in signature.iter_mut().skip(32).zip(order) {
            let sum = u16::from(*byte) + u16::from(add) + carry;
            *byte = u8::try_from(sum & 0xff).unwrap();
            carry = sum >> 8;
        }
        assert_eq!(carry, 0);
        assert_eq!(verify(&key.public(), &[b"record"], &signature), Err(SealError::Signature));
    }

    /// A thief of the file could otherwise hand on a bundle that names an owner who is none.
    #[test]
    fn a_bundle_names_the_owner_whose_seed_it_holds() {
        let (owner, other) = (SigningKey::from_seed(&[1; 32]).public(), SigningKey::from_seed(&[2; 32]).public());
        let bundle = |owner, owner_seed| Bundle {
            role: Role::Owner,
            label: String::new(),
            repository_secret: [3; 32],
            owner,
            readers: vec![[4; 32]],
            owner_seed,
            writer_seed: None,
        };
        check_bundle(&bundle(owner, Some([1; 32]))).unwrap();
        check_bundle(&bundle(owner, None)).unwrap();
        assert_eq!(check_bundle(&bundle(other, Some([1; 32]))).unwrap_err().class(), "value");
    }

    #[test]
    fn a_key_prints_only_its_public_part() {
        let shown = format!("{:?}", SigningKey::from_seed(&[0xab; 32]));
        assert!(!shown.contains("abab"), "{shown}");
    }
}
