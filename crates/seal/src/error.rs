//! Why something was not sealed, opened or believed. Must never carry a secret or a plaintext.

use liasse_format::DecodeError;
use liasse_format::ids::{ChunkId, ReaderId};
use thiserror::Error;

/// A refusal, or a failure of this machine.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SealError {
    /// The frame around a sealed or compressed part is not as the format has it.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// A key slot's box does not open with this password.
    #[error("the password does not open this key slot")]
    Password,
    /// A pack key is sealed to another reader.
    #[error("sealed to reader {reader}, whose secret is not this one")]
    OtherReader {
        /// The reader it is sealed to.
        reader: ReaderId,
    },
    /// A sealed part does not authenticate: damaged, forged, or of another place.
    #[error("the {what} does not authenticate")]
    Seal {
        /// What was sealed.
        what: &'static str,
    },
    /// A signature is wrong, or its key is no key.
    #[error("the signature is not of this key over these bytes")]
    Signature,
    /// An unknown codec.
    #[error("codec {codec} is not known to this program")]
    UnknownCodec {
        /// Its number.
        codec: u16,
    },
    /// Compressed bytes that are not one frame of the stated length.
    #[error("does not decompress to the {stated} bytes that are stated")]
    Decompress {
        /// The raw length that is stated, in bytes.
        stated: usize,
    },
    /// Bytes that do not have the id that names them.
    #[error("the bytes are not those of chunk {id}")]
    Mismatch {
        /// The id they were to have.
        id: ChunkId,
    },
    /// A length, count or cost over its limit, or under its floor.
    #[error("{what} of {stated} is outside the limits {least} to {most}")]
    Limit {
        /// What is limited.
        what: &'static str,
        /// What is stated.
        stated: u64,
        /// The least that is accepted.
        least: u64,
        /// The most that is accepted.
        most: u64,
    },
    /// A value outside its range.
    #[error("{what}")]
    Value {
        /// The rule that is broken.
        what: &'static str,
    },
    /// What was compressed or sealed did not come back as it went in. It has not been handed out.
    #[error("{what} does not come back as it went in: the compressor or the memory of this machine fails")]
    Unproven {
        /// What was to be published.
        what: &'static str,
    },
    /// The system gives no random bytes.
    #[error("the system gives no random bytes: {0}")]
    Random(getrandom::Error),
    /// The system gives no memory.
    #[error("no memory for {what}")]
    Memory {
        /// What it was for.
        what: &'static str,
    },
    /// The compressor cannot be set up or fails.
    #[error("zstd: {reason}")]
    Zstd {
        /// What it says.
        reason: String,
    },
}

impl SealError {
    /// The class of failure, a word of `spec/README.md`; `internal` for a failure of this machine that says nothing about what was read.
    pub fn class(&self) -> &'static str {
        match self {
            Self::Decode(error) => error.class(),
            Self::Password | Self::OtherReader { .. } => "password",
            Self::Seal { .. } => "seal",
            Self::Signature => "signature",
            Self::UnknownCodec { .. } | Self::Decompress { .. } => "codec",
            Self::Mismatch { .. } => "mismatch",
            Self::Limit { .. } => "limit",
            Self::Value { .. } => "value",
            Self::Unproven { .. } | Self::Random(_) | Self::Memory { .. } | Self::Zstd { .. } => "internal",
        }
    }

    /// Refuses a number outside `least..=most`.
    pub(crate) fn range(what: &'static str, stated: u64, least: u64, most: u64) -> Result<(), Self> {
        if (least..=most).contains(&stated) { Ok(()) } else { Err(Self::Limit { what, stated, least, most }) }
    }
}
