//! Keys, ids, compression, encryption and signatures.
//!
//! The only crate that holds secrets; `spec/keys.md` and `spec/sealing.md` are the law. It reads and writes no files, knows no clock
//! and starts no threads. Every secret is wiped when it is dropped, shows nothing when it is printed, and leaves only by a call
//! named `expose`. The order of work is in the types: a block can only be published as [`Sealed`], which only a [`BlockTicket`] makes
//! and only after opening what it made; a restore can only write [`Verified`].
#![forbid(unsafe_code)]

mod block;
mod boxes;
mod cipher;
mod codec;
mod error;
mod keys;
mod leaves;
mod packed;
mod packkey;
pub mod passwords;
mod probe;
mod reader;
mod secret;
mod signing;
mod verified;

pub use block::{BlockOpener, BlockSealer, BlockTicket, Sealed};
pub use boxes::BOX_OVERHEAD;
pub use codec::{Codec, Compressed, Compressor, Decompressor};
pub use error::SealError;
pub use keys::{BoxKey, GEAR_SIZE, RepositoryKeys};
pub use leaves::{LEAF_SIZE, LeafValue};
pub use liasse_format::pack::{ChunkKind, STORED_LIMIT};
pub use packed::{compress_packed, decompress_packed};
pub use packkey::{PackKey, SealedPackKey};
pub use passwords::{KdfParams, open_box_with, seal_box_with};
pub use reader::{ReaderSecret, reader_id};
pub use secret::{Secret32, random_bytes};
pub use signing::{SigningKey, check_bundle, verify};
pub use verified::Verified;

#[cfg(test)]
mod testing;
