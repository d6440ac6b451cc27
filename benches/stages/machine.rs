//! What the machine manages without the program: the floors that stages are measured against. And the bytes that both work on.

use std::path::PathBuf;

use chacha20poly1305::aead::inout::InOutBuf;
use chacha20poly1305::{AeadInOut, ChaCha20Poly1305, KeyInit};

use super::timing::{self, Rate};

/// Bytes that stages work on.
pub(crate) const SIZE: usize = 32 << 20;
/// Bytes of a block.
pub(crate) const BLOCK: usize = 1 << 20;
/// Level of zstd, the default of a new repository.
pub(crate) const LEVEL: i32 = 3;

/// Bytes that no compressor makes smaller, the same in every run.
pub(crate) fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    blake3::Hasher::new().update(&seed.to_le_bytes()).finalize_xof().fill(&mut bytes);
    bytes
}

/// Lines of a ledger: dates that go on, accounts that come again, amounts by chance.
pub(crate) fn text(length: usize) -> Vec<u8> {
    let random = noise(7, length / 8);
    let mut text = Vec::with_capacity(length + 64);
    for (day, word) in random.chunks_exact(4).enumerate() {
        let (account, amount) = (u16::from(word[0] % 60) * 10, u32::from_le_bytes([word[1], word[2], word[3] & 7, 0]));
        let (month, day) = (day / 28 % 12 + 1, day % 28 + 1);
        text.extend_from_slice(format!("2024-{month:02}-{day:02};{account:04};invoice;{amount}.{:02};CHF\n", word[3]).as_bytes());
        if text.len() >= length {
            break;
        }
    }
    text.truncate(length);
    assert_eq!(text.len(), length);
    text
}

/// A folder in memory where there is one, so that no disk is measured.
pub(crate) fn folder() -> tempfile::TempDir {
    let memory = PathBuf::from("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory).unwrap() } else { tempfile::tempdir().unwrap() }
}

pub(crate) fn copy() -> Rate {
    let (from, mut to) = (noise(1, SIZE), vec![0; SIZE]);
    timing::bytes(SIZE, || (), |()| to.copy_from_slice(std::hint::black_box(&from)))
}

pub(crate) fn blake3() -> Rate {
    let from = noise(1, SIZE);
    timing::bytes(SIZE, || (), |()| blake3::hash(&from))
}

pub(crate) fn zstd_compress(raw: &[u8]) -> Rate {
    let mut compressor = zstd::bulk::Compressor::new(LEVEL).unwrap();
    let mut out = vec![0; zstd::zstd_safe::compress_bound(BLOCK)];
    timing::bytes(
        raw.len(),
        || (),
        |()| raw.chunks(BLOCK).map(|block| compressor.compress_to_buffer(block, out.as_mut_slice()).unwrap()).sum::<usize>(),
    )
}

pub(crate) fn zstd_decompress(raw: &[u8]) -> Rate {
    let frames: Vec<Vec<u8>> = raw.chunks(BLOCK).map(|block| zstd::bulk::compress(block, LEVEL).unwrap()).collect();
    let mut decompressor = zstd::bulk::Decompressor::new().unwrap();
    let mut out = vec![0; BLOCK];
    timing::bytes(
        raw.len(),
        || (),
        |()| frames.iter().map(|frame| decompressor.decompress_to_buffer(frame, out.as_mut_slice()).unwrap()).sum::<usize>(),
    )
}

pub(crate) fn chacha() -> Rate {
    let cipher = ChaCha20Poly1305::new(&[7; 32].into());
    let mut bytes = noise(1, SIZE);
    timing::bytes(
        SIZE,
        || (),
        |()| {
            for (block, number) in bytes.chunks_mut(BLOCK).zip(0_u8..) {
                let mut nonce = [0; 12];
                nonce[0] = number;
                let block = InOutBuf::from(block);
                std::hint::black_box(cipher.encrypt_inout_detached(&nonce.into(), b"", block).unwrap());
            }
        },
    )
}
