//! The names of things: fixed-size byte strings, each a type of its own without conversion into another.

use std::fmt;

/// Writes bytes as lowercase hex digits.
fn hex(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

/// Reads exactly `N` bytes from `2 * N` lowercase hex digits.
fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digit = |c: u8| match c {
        b'0'..=b'9' => Some(c - b'0'),
        b'a'..=b'f' => Some(c - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() || pairs.len() != N {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = digit(*high)? << 4 | digit(*low)?;
    }
    Some(bytes)
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $size:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $size]);

        impl $name {
            /// Length in bytes.
            pub const SIZE: usize = $size;

            /// Reads the lowercase hex form; `None` for anything else.
            pub fn from_hex(text: &str) -> Option<Self> {
                unhex(text).map(Self)
            }
        }

        impl crate::wire::Wire for $name {
            const MIN_SIZE: usize = $size;

            fn put(&self, out: &mut crate::wire::Writer) {
                out.raw(&self.0);
            }

            fn get(input: &mut crate::wire::Reader<'_>) -> Result<Self, crate::error::DecodeError> {
                crate::wire::Wire::get(input).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                hex(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }
    };
}

id!(
    /// Which repository an object belongs to: 16 random bytes.
    RepositoryId, 16
);
id!(
    /// One writer's attempt, and the snapshot it may commit: 16 random bytes.
    SessionId, 16
);
id!(
    /// The name of a key slot: 16 random bytes.
    SlotId, 16
);
id!(
    /// The name of a chunk: BLAKE3 of its bytes, keyed for its kind (`spec/sealing.md`).
    ChunkId, 32
);
id!(
    /// The name of an object that is named by the BLAKE3 of its bytes: a pack or an index segment.
    ObjectName, 32
);
id!(
    /// A plain BLAKE3 hash: of a content, of xattrs, of an object.
    Hash, 32
);
id!(
    /// An evidence hash or root (`spec/evidence.md`).
    Evidence, 32
);
id!(
    /// Which reader key a pack is sealed to (`spec/sealing.md`).
    ReaderId, 16
);
id!(
    /// An Ed25519 or X25519 public key.
    PublicKey, 32
);

impl SessionId {
    /// The session of objects that belong to none.
    pub const NONE: Self = Self([0; 16]);
}

impl Hash {
    /// Stands where there is nothing before: the first config, a writer's first snapshot.
    pub const NONE: Self = Self([0; 32]);

    /// The plain BLAKE3 of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }
}

impl ObjectName {
    /// The name that `bytes`, a whole object, must have.
    pub fn of(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_form_is_canonical() {
        let id = SessionId(*b"\x00\x01\xfe\xff0123456789ab");
        assert_eq!(SessionId::from_hex(&id.to_string()), Some(id));
        for bad in ["", "0", "zz", &id.to_string().to_uppercase(), &format!("{id}00")] {
            assert_eq!(SessionId::from_hex(bad), None, "{bad}");
        }
    }
}
