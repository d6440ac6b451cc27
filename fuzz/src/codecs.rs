//! Every codec, both ways: any bytes come back from what is made of them, and hostile compressed bytes give what is stated or nothing. The
//! seal is no shield: here the compressed bytes are sealed with the right key, as a writer could who means harm.

use chacha20poly1305::aead::inout::InOutBuf;
use chacha20poly1305::{AeadInOut, ChaCha20Poly1305, Key, KeyInit, Nonce};
use liasse_format::pack::{BLOCK_LIMIT, DIRECTORY_LIMIT};
use liasse_seal::{BlockOpener, BlockSealer, Codec, Compressor, Decompressor, PackKey, ReaderSecret, decompress_packed};

/// The pack key and header of the vectors of type `block`, which are that target's first corpus.
pub(crate) const PACK_KEY: [u8; 32] =
    *b"\xa0\x47\x7d\x36\xb6\x71\xc5\x04\x4b\x6e\x77\x92\xc7\x97\x3c\x50\xc2\x8a\x44\x8e\xd7\x1c\x5a\x9f\xc4\xad\xda\x0c\x72\x29\x40\xd4";
pub(crate) const PACK_HEADER: [u8; 48] = *b"\x89\x4c\x49\x41\x0d\x0a\x1a\x0a\x04\x00\x01\x00\x00\x00\x00\x00\xcd\xd9\x66\xf9\xd2\x43\x74\x29\x89\x8c\xf4\x2b\x69\xd1\xc1\xdc\xb9\xca\x9e\x3c\x22\x1d\x11\xc1\x34\x24\x73\x10\x63\xc2\xfc\xa4";
/// Bytes of noise that a step of a piece adds: so that the probe for what does not compress has something to judge.
const NOISE_STEP: usize = 512;
/// Most bytes of a piece.
const PIECE: usize = 1 << 17;

/// A block of raw bytes: `u32` raw length, and what is stored.
pub fn codec_raw(data: &[u8]) {
    if let Some((raw_len, stored)) = stated(data) {
        let opened = open(Codec::Raw, raw_len, stored);
        let fits = stored.len() == raw_len as usize && (1..=BLOCK_LIMIT).contains(&raw_len);
        assert_eq!(opened.as_deref(), fits.then_some(stored));
    }
}

/// A block of one zstd frame: `u32` raw length, and the frame. A packed list of the same bytes has the same outcome.
pub fn codec_zstd(data: &[u8]) {
    let Some((raw_len, frame)) = stated(data) else { return };
    let opened = open(Codec::Zstd, raw_len, frame);
    if let Some(raw) = &opened {
        assert_eq!(raw.len(), raw_len as usize, "not of its stated length");
        assert_eq!(frame_end(frame), Some(frame.len()), "not one frame");
    }
    if (1..=BLOCK_LIMIT).contains(&raw_len) {
        let packed = [&Codec::Zstd.number().to_le_bytes()[..], data].concat();
        assert_eq!(decompress_packed(&packed, DIRECTORY_LIMIT).ok(), opened, "blocks and lists differ");
    }
}

/// Where the frame that these bytes start with ends, by RFC 8878, section 3.1.1; `None` where they start with none that needs no dictionary.
fn frame_end(bytes: &[u8]) -> Option<usize> {
    let (&descriptor, _) = bytes.strip_prefix(&[0x28, 0xb5, 0x2f, 0xfd])?.split_first()?;
    let single = descriptor >> 5 & 1;
    let size = [usize::from(single), 2, 4, 8][usize::from(descriptor >> 6)];
    let dictionary = [0, 1, 2, 4][usize::from(descriptor & 3)];
    let mut at = 5 + usize::from(1 - single);
    if bytes.get(at..at + dictionary)?.iter().any(|byte| *byte != 0) {
        return None;
    }
    at += dictionary + size;
    loop {
        let (&[low, middle, high], _) = bytes.get(at..)?.split_first_chunk()?;
        let head = u32::from_le_bytes([low, middle, high, 0]);
        // A repeated byte is stored once.
        at += 3 + if head >> 1 & 3 == 1 { 1 } else { (head >> 3) as usize };
        if head & 1 == 1 {
            return Some(at + 4 * usize::from(descriptor >> 2 & 1));
        }
    }
}

fn stated(data: &[u8]) -> Option<(u32, &[u8])> {
    let (raw_len, stored) = data.split_first_chunk()?;
    Some((u32::from_le_bytes(*raw_len), stored))
}

/// Seals what is stored as `spec/sealing.md` says, and opens it: the first block of a pack.
fn open(codec: Codec, raw_len: u32, compressed: &[u8]) -> Option<Vec<u8>> {
    let key = blake3::derive_key("liasse v1 block key", &PACK_KEY);
    let data = [&PACK_HEADER[..], &[0; 4]].concat();
    let mut stored = compressed.to_vec();
    let cipher = ChaCha20Poly1305::new(<&Key>::from(&key));
    let tag = cipher.encrypt_inout_detached(<&Nonce>::from(&[0; 12]), &data, InOutBuf::from(stored.as_mut_slice())).ok()?;
    stored.extend_from_slice(&tag);
    let opener = BlockOpener::new(&PackKey::from_bytes(&PACK_KEY), &PACK_HEADER);
    let (mut tools, mut raw) = (Decompressor::new().ok()?, Vec::new());
    let opened = opener.open(0, codec.number(), raw_len, &stored, &mut tools, &mut raw);
    assert!(raw.capacity() <= stored.len().max(raw_len as usize) + 64, "takes {} bytes", raw.capacity());
    assert!(opened.is_ok() || raw.is_empty(), "gives bytes that it refused");
    opened.ok().map(|()| raw)
}

/// Any bytes through compression, sealing and back, several blocks through one compressor. First a byte for the level; then each piece
/// has three bytes: its length in 16 bytes, how often it is repeated, and how much noise follows it.
pub fn compress(data: &[u8]) {
    let Some((level, mut rest)) = data.split_first() else { return };
    let level = i32::from(level % 27) - 7;
    let reader = ReaderSecret::from_bytes(&[1; 32]).expect("a reader");
    let (mut sealer, sealed_key) = BlockSealer::new(&reader.public(), &PACK_HEADER).expect("a sealer");
    let opener = BlockOpener::new(&reader.open(&sealed_key, &PACK_HEADER).expect("its own key"), &PACK_HEADER);
    let (mut compressor, mut tools) = (Compressor::new(level).expect("a level"), Decompressor::new().expect("a context"));
    let (mut buffer, mut opened) = (Vec::new(), Vec::new());
    while let Some((&[length, repeats, noise], tail)) = rest.split_first_chunk() {
        let (bytes, next) = tail.split_at(tail.len().min(16 * usize::from(length)));
        rest = next;
        let mut raw = bytes.repeat(1 + usize::from(repeats));
        raw.truncate(PIECE);
        raw.extend(self::noise(usize::from(noise % 64) * NOISE_STEP));
        list_comes_back(&raw, level);
        let compressed = match compressor.compress(&raw, std::mem::take(&mut buffer)) {
            Ok(compressed) => compressed,
            Err(error) => {
                assert!(raw.is_empty(), "{error}");
                continue;
            }
        };
        let sealed = sealer.ticket().expect("a place").seal(compressed, &mut tools).expect("what it made itself");
        assert!(sealed.bytes().len() <= raw.len() + 16, "{:?} expands", sealed.codec());
        let state = (sealed.ordinal(), sealed.codec().number(), sealed.raw_len());
        opener.open(state.0, state.1, state.2, sealed.bytes(), &mut tools, &mut opened).expect("what was sealed");
        assert!(opened == raw, "other bytes come back");
        for (ordinal, codec, raw_len) in [(state.0 + 1, state.1, state.2), (state.0, 1 - state.1, state.2), (state.0, state.1, state.2 + 1)]
        {
            let lie = opener.open(ordinal, codec, raw_len, sealed.bytes(), &mut tools, &mut opened);
            // Bytes that are a frame themselves are one as they are.
            assert!(lie.is_err() || codec != state.1, "a lie is believed");
        }
        buffer = sealed.into_bytes();
    }
}

fn list_comes_back(raw: &[u8], level: i32) {
    let packed = liasse_seal::compress_packed(level, raw).expect("a list");
    assert!(decompress_packed(&packed, raw.len()).is_ok_and(|back| back == raw), "another list comes back");
}

/// The same bytes for the same length, that do not compress.
fn noise(length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    blake3::Hasher::new().finalize_xof().fill(&mut bytes);
    bytes
}
