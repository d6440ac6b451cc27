//! Bytes and values of every object of a Liasse repository.
//!
//! `spec/` is the law; this crate is its reading. It is pure: no I/O, clock, randomness, keys or threads, and no decoder panics or
//! allocates on the word of hostile bytes.
#![forbid(unsafe_code)]

pub mod config;
pub mod content;
pub mod envelope;
pub mod error;
pub mod evidence;
pub mod ids;
pub mod index;
pub mod keys;
pub mod pack;
pub mod parity;
pub mod session;
pub mod snapshot;
pub mod time;
pub mod tlv;
pub mod tree;
pub mod wire;

pub use error::DecodeError;
