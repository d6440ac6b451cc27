//! Stages that only work on bytes in memory, on one core.

use std::sync::Arc;

use liasse_chunk::{Chunker, Gear, Params};
use liasse_repo::format::pack::ChunkKind;
use liasse_seal::{BlockOpener, BlockSealer, BlockTicket, Compressor, Decompressor, ReaderSecret, RepositoryKeys, Sealed};

use super::machine::{self, BLOCK, LEVEL, SIZE, noise, text};
use super::timing::{self, Rate, Row};

const HEADER: [u8; 48] = [0; 48];

pub(crate) fn cut() -> Row {
    let keys = RepositoryKeys::derive(&[7; 32]);
    let params = Params::new(32 << 10, 128 << 10, 512 << 10).unwrap();
    let chunker = Chunker::new(params, Arc::new(Gear::from_bytes(keys.gear_table())));
    let bytes = noise(1, SIZE);
    let stage = timing::bytes(
        SIZE,
        || (),
        |()| {
            let (mut start, mut chunks) = (0, 0);
            while let Some(length) = chunker.cut(&bytes[start..], true) {
                start += length;
                chunks += 1;
            }
            assert_eq!(start, SIZE);
            chunks
        },
    );
    Row { stage, floor: "copy in memory", at_floor: machine::copy() }
}

pub(crate) fn name() -> Row {
    let keys = RepositoryKeys::derive(&[7; 32]);
    let bytes = noise(1, SIZE);
    let stage = timing::bytes(
        SIZE,
        || (),
        |()| bytes.chunks(128 << 10).map(|chunk| keys.chunk_id(ChunkKind::Data, chunk).0[0]).fold(0, u8::wrapping_add),
    );
    Row { stage, floor: "BLAKE3 alone", at_floor: machine::blake3() }
}

fn compress(bytes: &[u8]) -> Rate {
    let mut compressor = Compressor::new(LEVEL).unwrap();
    let work = |()| bytes.chunks(BLOCK).map(|block| compressor.compress(block, Vec::new()).map(|_| 1).unwrap()).sum::<u32>();
    timing::bytes(bytes.len(), || (), work)
}

pub(crate) fn compress_text() -> Row {
    let bytes = text(SIZE);
    Row { stage: compress(&bytes), floor: "zstd alone", at_floor: machine::zstd_compress(&bytes) }
}

pub(crate) fn compress_noise() -> Row {
    Row { stage: compress(&noise(1, SIZE)), floor: "copy in memory", at_floor: machine::copy() }
}

/// A pack's sealer and opener.
fn pack() -> (BlockSealer, BlockOpener) {
    let reader = ReaderSecret::random().unwrap();
    let (sealer, pack_key) = BlockSealer::new(&reader.public(), &HEADER).unwrap();
    let opener = BlockOpener::new(&reader.open(&pack_key, &HEADER).unwrap(), &HEADER);
    (sealer, opener)
}

/// Sealing includes opening again and comparing: no block is published that was not.
fn seal(bytes: &[u8]) -> Rate {
    let (mut sealer, _) = pack();
    let (mut compressor, mut tools) = (Compressor::new(LEVEL).unwrap(), Decompressor::new().unwrap());
    let set_up = || -> Vec<_> {
        let block = |raw| (sealer.ticket().unwrap(), compressor.compress(raw, Vec::new()).unwrap());
        bytes.chunks(BLOCK).map(block).collect()
    };
    let mut one = |(ticket, block): (BlockTicket, _)| ticket.seal(block, &mut tools).unwrap();
    timing::bytes(bytes.len(), set_up, |blocks| blocks.into_iter().map(&mut one).collect::<Vec<Sealed>>())
}

pub(crate) fn seal_text() -> Row {
    let bytes = text(SIZE);
    Row { stage: seal(&bytes), floor: "zstd back alone", at_floor: machine::zstd_decompress(&bytes) }
}

pub(crate) fn seal_noise() -> Row {
    Row { stage: seal(&noise(1, SIZE)), floor: "ChaCha20-Poly1305 alone", at_floor: machine::chacha() }
}

fn open(bytes: &[u8]) -> Rate {
    let (mut sealer, opener) = pack();
    let (mut compressor, mut tools) = (Compressor::new(LEVEL).unwrap(), Decompressor::new().unwrap());
    let mut one = |raw| sealer.ticket().unwrap().seal(compressor.compress(raw, Vec::new()).unwrap(), &mut tools).unwrap();
    let blocks: Vec<Sealed> = bytes.chunks(BLOCK).map(&mut one).collect();
    let mut out = Vec::new();
    let work = |()| {
        for block in &blocks {
            opener.open(block.ordinal(), block.codec().number(), block.raw_len(), block.bytes(), &mut tools, &mut out).unwrap();
        }
    };
    timing::bytes(bytes.len(), || (), work)
}

pub(crate) fn open_text() -> Row {
    let bytes = text(SIZE);
    Row { stage: open(&bytes), floor: "zstd back alone", at_floor: machine::zstd_decompress(&bytes) }
}

pub(crate) fn open_noise() -> Row {
    Row { stage: open(&noise(1, SIZE)), floor: "ChaCha20-Poly1305 alone", at_floor: machine::chacha() }
}
