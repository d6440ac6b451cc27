//! Why bytes were refused, in the classes of `spec/README.md`.

use thiserror::Error;

/// A refusal by a decoder.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The bytes end before the value does.
    #[error("cut short at byte {offset}")]
    Truncated {
        /// Where more was expected.
        offset: usize,
    },
    /// Bytes are left after the value.
    #[error("{count} bytes too many at byte {offset}")]
    Trailing {
        /// Where the value ended.
        offset: usize,
        /// How many bytes are left.
        count: usize,
    },
    /// Not an object of a Liasse repository.
    #[error("not a Liasse object")]
    Magic,
    /// An object of another kind than the place demands.
    #[error("an object of kind {found} where kind {expected} belongs")]
    Kind {
        /// The kind's number in the header.
        found: u16,
        /// The kind's number that was asked for.
        expected: u16,
    },
    /// A major version that is not known.
    #[error("format version {major} is newer than this program knows")]
    Version {
        /// The version in the header.
        major: u16,
    },
    /// A stated length disagrees with the bytes.
    #[error("the stated length does not fit the object")]
    Length,
    /// The trailer's hash does not match.
    #[error("the checksum does not match")]
    Checksum,
    /// An object of another repository.
    #[error("belongs to another repository")]
    Foreign,
    /// A length or count over its limit.
    #[error("{stated} at byte {offset} is over the limit of {limit}")]
    Limit {
        /// Where it is stated.
        offset: usize,
        /// What is stated.
        stated: u64,
        /// The most that is accepted.
        limit: u64,
    },
    /// A value outside its range.
    #[error("{what}, before byte {offset}")]
    Value {
        /// The rule that is broken.
        what: &'static str,
        /// The end of the value.
        offset: usize,
    },
    /// A sorted list that is not sorted, or holds a thing twice.
    #[error("{what} are not in order")]
    Order {
        /// What the list holds.
        what: &'static str,
    },
    /// An unknown critical optional part.
    #[error("part {tag:#06x} is needed and not known to this program")]
    Critical {
        /// Its tag.
        tag: u16,
    },
    /// An unknown codec.
    #[error("codec {codec} is not known to this program")]
    Codec {
        /// Its number.
        codec: u16,
    },
    /// The bytes do not have the name they stand under.
    #[error("the object does not have the name it stands under")]
    Mismatch,
}

impl DecodeError {
    /// The class of failure, a word of `spec/README.md`.
    pub fn class(&self) -> &'static str {
        match self {
            Self::Truncated { .. } => "truncated",
            Self::Trailing { .. } => "trailing",
            Self::Magic => "magic",
            Self::Kind { .. } => "kind",
            Self::Version { .. } => "version",
            Self::Length => "length",
            Self::Checksum => "checksum",
            Self::Foreign => "foreign",
            Self::Limit { .. } => "limit",
            Self::Value { .. } => "value",
            Self::Order { .. } => "order",
            Self::Critical { .. } => "critical",
            Self::Codec { .. } => "codec",
            Self::Mismatch => "mismatch",
        }
    }
}
