#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::similar_names)]
use std::collections::HashSet;

use proptest::prelude::*;

use super::*;
use crate::testing::{HEADER, counting, hex, noise, text, truncations_and_flips, unhex};
use crate::{Compressor, ReaderSecret};

fn reader() -> ReaderSecret {
    ReaderSecret::from_bytes(counting().expose()).unwrap()
}

/// A sealer, and an opener of the same pack.
fn pack() -> (BlockSealer, BlockOpener) {
    let (sealer, sealed) = BlockSealer::new(&reader().public(), &HEADER).unwrap();
    let key = reader().open(&sealed, &HEADER).unwrap();
    (sealer, BlockOpener::new(&key, &HEADER))
}

fn bulk_frame(raw: &[u8]) -> Vec<u8> {
    zstd::bulk::compress(raw, 3).unwrap()
}

fn seal(ticket: BlockTicket, raw: &[u8]) -> Sealed {
    let compressed = Compressor::new(3).unwrap().compress(raw, Vec::new()).unwrap();
    ticket.seal(compressed, &mut Decompressor::new().unwrap()).unwrap()
}

fn open(opener: &BlockOpener, ordinal: u32, codec: u16, raw_len: u32, stored: &[u8]) -> Result<Vec<u8>, SealError> {
    let mut out = vec![1; 10];
    let opened = opener.open(ordinal, codec, raw_len, stored, &mut Decompressor::new().unwrap(), &mut out);
    assert!(opened.is_ok() || out.is_empty());
    opened.map(|()| out)
}

#[test]
fn opens_what_was_sealed_in_whatever_order() {
    let (mut sealer, opener) = pack();
    let raws = [b"a".to_vec(), noise(300), text(300_000), noise(1 << 20), vec![0; BLOCK_LIMIT as usize]];
    let tickets: Vec<_> = raws.iter().map(|_| sealer.ticket().unwrap()).collect();
    assert_eq!(sealer.count(), 5);
    for (ticket, raw) in tickets.into_iter().zip(&raws).rev() {
        let ordinal = ticket.ordinal();
        let sealed = seal(ticket, raw);
        assert_eq!((sealed.ordinal(), sealed.raw_len() as usize), (ordinal, raw.len()));
        let opened = open(&opener, ordinal, sealed.codec().number(), sealed.raw_len(), sealed.bytes());
        assert!(opened.unwrap() == *raw, "block {ordinal}");
    }
}

#[test]
fn every_change_is_refused() {
    let (mut sealer, opener) = pack();
    for raw in [text(200), noise(50)] {
        let sealed = seal(sealer.ticket().unwrap(), &raw);
        truncations_and_flips(sealed.bytes(), |stored| {
            let class = open(&opener, sealed.ordinal(), sealed.codec().number(), sealed.raw_len(), stored).unwrap_err().class();
            assert_eq!(class, if stored.len() > TAG_SIZE { "seal" } else { "limit" });
        });
    }
}

#[test]
fn every_other_place_is_refused() {
    let (mut sealer, opener) = pack();
    let raw = text(200);
    let [first, second] = [(); 2].map(|()| seal(sealer.ticket().unwrap(), &raw));
    let open_as = |opener, ordinal, sealed: &Sealed| open(opener, ordinal, 1, 200, sealed.bytes());
    assert!(open_as(&opener, 0, &first).is_ok() && open_as(&opener, 1, &second).is_ok());
    for (ordinal, sealed) in [(1, &first), (0, &second), (u32::MAX, &first), (1 << 16, &first)] {
        assert_eq!(open_as(&opener, ordinal, sealed).unwrap_err(), REFUSED);
    }
    assert_eq!(open_as(&pack().1, 0, &first).unwrap_err(), REFUSED, "a pack with another key");
    let (sealer, sealed) = BlockSealer::new(&reader().public(), &HEADER).unwrap();
    drop(sealer);
    let key = reader().open(&sealed, &HEADER).unwrap();
    truncations_and_flips(&HEADER, |header| {
        let Ok(header) = header.try_into() else { return };
        let mut bytes = raw.clone();
        BlockKeys::new(&key, &HEADER).seal(0, &mut bytes).unwrap();
        let opened = open(&BlockOpener::new(&key, header), 0, 0, 200, &bytes);
        assert_eq!(opened.unwrap_err(), REFUSED);
    });
}

#[test]
fn lies_of_the_directory_are_refused() {
    let (mut sealer, opener) = pack();
    for raw in [text(200), noise(200)] {
        let sealed = seal(sealer.ticket().unwrap(), &raw);
        let class = |codec, raw_len| open(&opener, sealed.ordinal(), codec, raw_len, sealed.bytes()).unwrap_err().class();
        let codec = sealed.codec().number();
        for wrong in [1, 199, 201, BLOCK_LIMIT] {
            assert_eq!(class(codec, wrong), "codec", "{wrong}");
        }
        assert_eq!(class(1 - codec, 200), "codec");
        assert_eq!(class(2, 200), "codec");
        for wrong in [0, BLOCK_LIMIT + 1, u32::MAX] {
            assert_eq!(class(codec, wrong), "limit", "{wrong}");
        }
    }
}

/// Who writes a pack can seal anything: the stated length bounds what opening it takes.
#[test]
fn a_bomb_takes_no_more_than_is_stated() {
    let key = PackKey::random().unwrap();
    let keys = BlockKeys::new(&key, &HEADER);
    let mut bomb = bulk_frame(&vec![0; 1 << 28]);
    keys.seal(0, &mut bomb).unwrap();
    let mut out = Vec::new();
    let opened = BlockOpener(keys).open(0, 1, 1000, &bomb, &mut Decompressor::new().unwrap(), &mut out);
    assert_eq!(opened, Err(SealError::Decompress { stated: 1000 }));
    assert!(out.capacity() <= 1000);
}

/// Pitfall 14: an encoder that writes garbage.
#[test]
fn a_corrupting_compressor_is_caught_before_publishing() {
    let corruptions: [fn(&mut Vec<u8>); 6] = [
        |bytes| *bytes.last_mut().unwrap() ^= 1,
        |bytes| bytes.truncate(bytes.len() - 1),
        |bytes| bytes.push(0),
        Vec::clear,
        |bytes| bytes.fill(7),
        |bytes| *bytes = bulk_frame(&vec![b'x'; 100_000]),
    ];
    for (corrupt, raw) in corruptions.into_iter().flat_map(|corrupt| [(corrupt, text(100_000)), (corrupt, noise(100_000))]) {
        let (mut sealer, _) = pack();
        let mut compressor = Compressor::new(3).unwrap();
        compressor.corrupt = Some(corrupt);
        let compressed = compressor.compress(&raw, Vec::new()).unwrap();
        let error = sealer.ticket().unwrap().seal(compressed, &mut Decompressor::new().unwrap()).unwrap_err();
        assert_eq!(error, SealError::Unproven { what: "a block" });
    }
}

/// Pitfall 25: a nonce that is used again. Sealers cannot share a key, tickets cannot share an ordinal, ordinals cannot share a nonce.
#[test]
fn no_nonce_repeats() {
    let (mut sealer, _) = pack();
    let mut nonces = HashSet::new();
    for ordinal in 0..BLOCKS_LIMIT {
        let ticket = sealer.ticket().unwrap();
        assert_eq!(ticket.ordinal(), ordinal);
        assert!(nonces.insert(nonce(ticket.ordinal())));
    }
    assert_eq!(sealer.ticket().unwrap_err().class(), "limit");
    assert_eq!(sealer.ticket().unwrap_err().class(), "limit");

    let commitments: HashSet<_> = (0..100).map(|_| BlockSealer::new(&reader().public(), &HEADER).unwrap().1.commitment).collect();
    assert_eq!(commitments.len(), 100);
}

#[test]
fn buffers_are_used_again() {
    let (mut sealer, opener) = pack();
    let (mut compressor, mut tools) = (Compressor::new(3).unwrap(), Decompressor::new().unwrap());
    let (mut buffer, mut out) = (Vec::new(), Vec::new());
    let mut places = HashSet::new();
    for raw in [text(1 << 20), noise(1 << 20)].iter().cycle().take(6) {
        let compressed = compressor.compress(raw, buffer).unwrap();
        let sealed = sealer.ticket().unwrap().seal(compressed, &mut tools).unwrap();
        opener.open(sealed.ordinal(), sealed.codec().number(), sealed.raw_len(), sealed.bytes(), &mut tools, &mut out).unwrap();
        assert!(out == *raw);
        let place = sealed.bytes().as_ptr();
        buffer = sealed.into_bytes();
        assert_eq!(buffer.as_ptr(), place);
        places.insert([&buffer, &out, &tools.proof].map(|vec| (vec.as_ptr(), vec.capacity())));
    }
    assert_eq!(places.len(), 1);
}

proptest! {
    /// Who writes a pack can seal anything: whatever it is, opening it gives the stated length or refuses.
    #[test]
    fn hostile_blocks_do_no_harm(
        raw_len in 0_u32..2000,
        codec in 0_u16..3,
        noise in prop::collection::vec(any::<u8>(), 0..200),
        (place, value) in (0_usize..60, any::<u8>()),
    ) {
        let mut frame = bulk_frame(&text(1500));
        frame[place] = value;
        for mut bytes in [frame, noise] {
            let keys = BlockKeys::new(&PackKey::random().unwrap(), &HEADER);
            keys.seal(7, &mut bytes).unwrap();
            match open(&BlockOpener(keys), 7, codec, raw_len, &bytes) {
                Ok(raw) => prop_assert_eq!(raw.len(), raw_len as usize),
                Err(error) => prop_assert!(["codec", "limit"].contains(&error.class())),
            }
        }
    }
}

/// Sealed by an independent implementation in Python.
#[test]
fn vector() {
    let sealed = SealedPackKey::from_bytes(&unhex(SEALED_KEY).try_into().unwrap());
    let opener = BlockOpener::new(&reader().open(&sealed, &HEADER).unwrap(), &HEADER);
    assert_eq!(open(&opener, 258, 0, 9, &unhex(RAW_BLOCK)).unwrap(), b"plaintext");
    let mut bytes = b"plaintext".to_vec();
    opener.0.seal(258, &mut bytes).unwrap();
    assert_eq!(hex(&bytes), RAW_BLOCK);
}

#[test]
fn threads_can_share_them() {
    fn shared<T: Send + Sync>() {}
    fn moved<T: Send>() {}
    shared::<(BlockSealer, BlockTicket, BlockOpener, Sealed)>();
    moved::<(Compressor, Decompressor)>();
}

const SEALED_KEY: &str = "cbbe52a4eb857a8789ee7a508b0b12327b0d47d93427f8311160781c7c733fd89f88970aef490d8aa0ee19a4cb8a1b14982c7326a18e0f6a6a33b52dc084c0695c44c957b95225f0a88edaab9b110b0f62a24489be96a15ce15a1da1c360bba6f7ab882da978e7c0138ece82a2775c116417e084e317a9dd2572738a1dffb158";
const RAW_BLOCK: &str = "a6e210b7a6cba281bdba40bbbee60e5c30f2983334804fb385";
