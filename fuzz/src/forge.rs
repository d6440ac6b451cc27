//! Objects as a holder of the keys could write them who means harm: opened, changed inside, and sealed, signed, framed and named again, so
//! that what is hostile reaches the code behind the seals. Salts are fixed: the same change gives the same bytes.

use std::borrow::Cow;

use chacha20poly1305::aead::inout::InOutBuf;
use chacha20poly1305::{AeadInOut, ChaCha20Poly1305, Key as CipherKey, KeyInit, Nonce};
use liasse_format::envelope::{self, HEADER_SIZE, Header, Kind, TRAILER_SIZE};
use liasse_format::keys::Bundle;
use liasse_format::pack::{self, BLOCKS_OFFSET, DIRECTORY_LIMIT, FOOTER_SIZE, Footer};
use liasse_format::{config, snapshot, wire};
use liasse_seal::{BoxKey, RepositoryKeys, SigningKey};

const SALT: [u8; 32] = [0x55; 32];
/// The purposes of keys, from `spec/keys.md`.
const CONFIG: &str = "liasse v1 box: config";
const DIRECTORY: &str = "liasse v1 box: pack directory";
const FOOTER: &str = "liasse v1 box: pack footer";
const SEGMENT: &str = "liasse v1 box: index segment";
const SNAPSHOT: &str = "liasse v1 box: snapshot";
pub(crate) const TOMBSTONE: &str = "liasse v1 box: tombstone";
const INTENT: &str = "liasse v1 box: intent";
const PLAN: &str = "liasse v1 box: plan";
/// Where the commitment of a sealed pack key ends: before the first block.
const COMMITMENT: std::ops::Range<usize> = BLOCKS_OFFSET as usize - 32..BLOCKS_OFFSET as usize;

/// Who changes objects.
pub(crate) struct Forger<'a> {
    pub(crate) bundle: &'a Bundle,
    pub(crate) keys: &'a RepositoryKeys,
}

/// Seals a box as `spec/sealing.md` says.
pub(crate) fn seal_box(bundle: &Bundle, purpose: &str, header: &[u8; HEADER_SIZE], extra: &[u8], plain: &[u8]) -> Vec<u8> {
    let key = blake3::derive_key(purpose, &bundle.repository_secret);
    let mut okm = [0; 64];
    blake3::Hasher::new_keyed(&key).update(header).update(&SALT).finalize_xof().fill(&mut okm);
    let (aead, commitment) = okm.split_first_chunk::<32>().expect("64 bytes");
    let mut sealed = plain.to_vec();
    let cipher = ChaCha20Poly1305::new(<&CipherKey>::from(aead));
    let data = [header, extra].concat();
    let tag = cipher.encrypt_inout_detached(<&Nonce>::from(&[0; 12]), &data, InOutBuf::from(sealed.as_mut_slice())).expect("small");
    [&SALT[..], commitment, &sealed, &tag].concat()
}

impl Forger<'_> {
    /// The object with what is inside it changed; `None` where it is none, or its inside is none of the repository's boxes. Of a pack it
    /// is the directory, or the footer.
    pub(crate) fn changed(&self, object: &[u8], footer: bool, change: impl FnOnce(&mut Vec<u8>)) -> Option<Vec<u8>> {
        let (head, rest) = object.split_first_chunk::<HEADER_SIZE>()?;
        let header = Header::from_bytes(head).ok()?;
        let body = rest.get(..rest.len().checked_sub(TRAILER_SIZE)?)?;
        let sign = |seed: &Option<[u8; 32]>, context| Some((SigningKey::from_seed(seed.as_ref()?), context));
        let body = match header.kind {
            Kind::Config => {
                self.signed(&header, body, BoxKey::Config, CONFIG, sign(&self.bundle.owner_seed, config::SIGNATURE_CONTEXT)?, change)
            }
            Kind::Snapshot => {
                self.signed(&header, body, BoxKey::Snapshot, SNAPSHOT, sign(&self.bundle.writer_seed, snapshot::SIGNATURE_CONTEXT)?, change)
            }
            Kind::Segment => self.packed(&header, body, &[], BoxKey::Segment, SEGMENT, change),
            Kind::Tombstone => self.plain(&header, body, BoxKey::Tombstone, TOMBSTONE, change),
            Kind::Intent => self.plain(&header, body, BoxKey::Intent, INTENT, change),
            Kind::Plan => self.plain(&header, body, BoxKey::Plan, PLAN, change),
            Kind::DataPack | Kind::TreePack => self.pack(&header, object, footer, change),
            Kind::Slot | Kind::Credential | Kind::Parity => None,
        };
        Some(envelope::wrap(&header, &body?))
    }

    fn plain(&self, header: &Header, body: &[u8], key: BoxKey, purpose: &str, change: impl FnOnce(&mut Vec<u8>)) -> Option<Vec<u8>> {
        let header = header.to_bytes();
        let mut plain = self.keys.open_box(key, &header, &[], body).ok()?;
        change(&mut plain);
        Some(seal_box(self.bundle, purpose, &header, &[], &plain))
    }

    fn signed(
        &self,
        header: &Header,
        body: &[u8],
        key: BoxKey,
        purpose: &str,
        (signer, context): (SigningKey, &[u8]),
        change: impl FnOnce(&mut Vec<u8>),
    ) -> Option<Vec<u8>> {
        let head = header.to_bytes();
        self.plain(header, body, key, purpose, |plain| {
            plain.truncate(plain.len().saturating_sub(64));
            change(plain);
            let signature = signer.sign(&[context, &head, plain]);
            plain.extend_from_slice(&signature);
        })
    }

    fn packed(
        &self,
        header: &Header,
        body: &[u8],
        extra: &[u8],
        key: BoxKey,
        purpose: &str,
        change: impl FnOnce(&mut Vec<u8>),
    ) -> Option<Vec<u8>> {
        let header = header.to_bytes();
        let packed = self.keys.open_box(key, &header, extra, body).ok()?;
        let mut raw = liasse_seal::decompress_packed(&packed, DIRECTORY_LIMIT).ok()?;
        change(&mut raw);
        let packed = liasse_seal::compress_packed(1, &raw).ok()?;
        Some(seal_box(self.bundle, purpose, &header, extra, &packed))
    }

    fn pack(&self, header: &Header, object: &[u8], footer_too: bool, change: impl FnOnce(&mut Vec<u8>)) -> Option<Vec<u8>> {
        let (head, commitment) = (header.to_bytes(), object.get(COMMITMENT)?);
        let footer_end = object.len() - TRAILER_SIZE;
        let sealed = object.get(footer_end.checked_sub(FOOTER_SIZE)?..footer_end)?;
        let mut plain = self.keys.open_box(BoxKey::Footer, &head, commitment, sealed).ok()?;
        let mut footer: Footer = wire::decode(&plain).ok()?;
        let start = usize::try_from(footer.directory_offset).ok()?;
        let directory = object.get(start..start.checked_add(usize::try_from(footer.directory_size).ok()?)?)?;
        let directory = if footer_too {
            change(&mut plain);
            // A footer has one length, whatever it says.
            plain.resize(Footer::SIZE, 0);
            Cow::Borrowed(directory)
        } else {
            let directory = self.packed(header, directory, commitment, BoxKey::Directory, DIRECTORY, change)?;
            footer.directory_size = directory.len() as u64;
            plain = wire::encode(&footer);
            Cow::Owned(directory)
        };
        let mut body = [object.get(HEADER_SIZE..start)?, &directory].concat();
        body.resize(body.len() + usize::try_from(pack::padding((HEADER_SIZE + body.len()) as u64)).ok()?, 0);
        body.extend(seal_box(self.bundle, FOOTER, &head, commitment, &plain));
        Some(body)
    }
}
