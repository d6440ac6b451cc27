//! Bytes and values of every object of a Liasse repository.
//!
//! `spec/` is the law; this crate is its reading. It is pure: no I/O, clock, randomness, keys or threads, and no decoder panics or
//! allocates on the word of hostile bytes.

pub mod envelope;
pub mod error;
pub mod ids;
pub mod wire;

pub use error::DecodeError;
