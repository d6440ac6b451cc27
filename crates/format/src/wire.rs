//! Primitive values: the one place that knows how `bincode` writes them (`spec/encoding.md`).
//!
//! `bincode` does the integers, in little endian and of fixed width. Lengths, tags, lists and limits are ours, because `bincode`
//! writes lengths as `u64` and allocates what they ask for.

use bincode::config::{Configuration, Fixint, LittleEndian, NoLimit};

use crate::error::DecodeError;

/// Most items of a list, and most bytes of a byte string or text, where the type says nothing else.
pub const DEFAULT_LIMIT: usize = 65_536;

const BINCODE: Configuration<LittleEndian, Fixint, NoLimit> = bincode::config::legacy();

/// A value with one encoding.
pub trait Wire: Sized {
    /// The fewest bytes that a value takes: a list that states more items than could be left is refused before anything is allocated.
    const MIN_SIZE: usize;
    /// Most items of a list of these.
    const LIST_LIMIT: usize = DEFAULT_LIMIT;

    /// Appends the encoding.
    fn put(&self, out: &mut Writer);

    /// Reads a value, and refuses every encoding but its own.
    fn get(input: &mut Reader<'_>) -> Result<Self, DecodeError>;
}

/// Encodes one value.
pub fn encode<T: Wire>(value: &T) -> Vec<u8> {
    let mut out = Writer::default();
    value.put(&mut out);
    out.into_bytes()
}

/// Decodes one value that takes all of `bytes`.
pub fn decode<T: Wire>(bytes: &[u8]) -> Result<T, DecodeError> {
    let mut input = Reader::new(bytes);
    let value = T::get(&mut input)?;
    input.end()?;
    Ok(value)
}

/// Decodes one value that is followed by zeros only, fewer than `step` of them, up to a multiple of `step` bytes.
pub fn decode_padded<T: Wire>(bytes: &[u8], step: usize) -> Result<T, DecodeError> {
    let mut input = Reader::new(bytes);
    let value = T::get(&mut input)?;
    if input.left() >= step {
        return input.end().map(|()| value);
    }
    if !bytes.len().is_multiple_of(step) || input.rest().iter().any(|byte| *byte != 0) {
        return Err(input.bad("zeros, up to the end of the sector, follow the value"));
    }
    Ok(value)
}

/// Grows an encoding.
#[derive(Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl bincode::enc::write::Writer for Writer {
    fn write(&mut self, bytes: &[u8]) -> Result<(), bincode::error::EncodeError> {
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }
}

impl Writer {
    /// Appends bytes as they are.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Appends a length or count. Encoders hold their values under the limits, which are far below `u32::MAX`.
    pub fn len(&mut self, len: usize) {
        u32::try_from(len).unwrap_or(u32::MAX).put(self);
    }

    /// Appends a length and the bytes.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.len(bytes.len());
        self.raw(bytes);
    }

    /// Appends a list.
    pub fn list<T: Wire>(&mut self, items: &[T]) {
        self.len(items.len());
        for item in items {
            item.put(self);
        }
    }

    /// How many bytes there are.
    pub fn position(&self) -> usize {
        self.bytes.len()
    }

    /// The encoding.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    fn integer<T: bincode::Encode>(&mut self, value: T) {
        // Writing into memory does not fail, and integers have no other error.
        let written = bincode::encode_into_writer(value, &mut *self, BINCODE);
        debug_assert!(written.is_ok());
    }
}

/// Walks over an encoding.
#[derive(Clone)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    start: usize,
}

impl<'a> Reader<'a> {
    /// Starts at the first of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, start: bytes.len() }
    }

    /// How many bytes have been read.
    pub fn offset(&self) -> usize {
        self.start - self.bytes.len()
    }

    /// How many bytes are left.
    pub fn left(&self) -> usize {
        self.bytes.len()
    }

    /// The bytes that are left, all taken.
    pub fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.bytes)
    }

    /// Takes the next `count` bytes.
    pub fn raw(&mut self, count: usize) -> Result<&'a [u8], DecodeError> {
        let (taken, rest) = self.bytes.split_at_checked(count).ok_or(DecodeError::Truncated { offset: self.offset() })?;
        self.bytes = rest;
        Ok(taken)
    }

    /// Takes a length or count that is at most `limit`, of things of at least `min_size` bytes each.
    pub fn len(&mut self, limit: usize, min_size: usize) -> Result<usize, DecodeError> {
        let offset = self.offset();
        let count = u32::get(self)? as usize;
        if count > limit {
            return Err(DecodeError::Limit { offset, stated: count as u64, limit: limit as u64 });
        }
        if count.saturating_mul(min_size) > self.left() {
            return Err(DecodeError::Truncated { offset });
        }
        Ok(count)
    }

    /// Takes a length of at most `limit` and as many bytes.
    pub fn bytes(&mut self, limit: usize) -> Result<&'a [u8], DecodeError> {
        let count = self.len(limit, 1)?;
        self.raw(count)
    }

    /// Takes a list of at most `limit` items.
    pub fn list<T: Wire>(&mut self, limit: usize) -> Result<Vec<T>, DecodeError> {
        let count = self.len(limit, T::MIN_SIZE)?;
        let mut items = Vec::with_capacity(count);
        for _ in 0..count {
            items.push(T::get(self)?);
        }
        Ok(items)
    }

    /// Refuses what is left.
    pub fn end(&self) -> Result<(), DecodeError> {
        if self.bytes.is_empty() { Ok(()) } else { Err(DecodeError::Trailing { offset: self.offset(), count: self.left() }) }
    }

    /// A value that is out of its range, at the place just read.
    pub fn bad(&self, what: &'static str) -> DecodeError {
        DecodeError::Value { what, offset: self.offset() }
    }

    fn integer<T: bincode::Decode<()>>(&mut self) -> Result<T, DecodeError> {
        let offset = self.offset();
        let bytes = self.raw(size_of::<T>())?;
        let (value, _) = bincode::decode_from_slice(bytes, BINCODE).map_err(|_| DecodeError::Truncated { offset })?;
        Ok(value)
    }
}

macro_rules! integer {
    ($($type:ty),*) => {$(
        impl Wire for $type {
            const MIN_SIZE: usize = size_of::<$type>();

            fn put(&self, out: &mut Writer) {
                out.integer(*self);
            }

            fn get(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
                input.integer()
            }
        }
    )*};
}

integer!(u16, u32, u64, i32, i64);

impl<const N: usize> Wire for [u8; N] {
    const MIN_SIZE: usize = N;

    fn put(&self, out: &mut Writer) {
        out.raw(self);
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut array = [0; N];
        array.copy_from_slice(input.raw(N)?);
        Ok(array)
    }
}

/// `bytes`
impl Wire for Vec<u8> {
    const MIN_SIZE: usize = 4;

    fn put(&self, out: &mut Writer) {
        out.bytes(self);
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(input.bytes(DEFAULT_LIMIT)?.to_vec())
    }
}

/// `text`
impl Wire for String {
    const MIN_SIZE: usize = 4;

    fn put(&self, out: &mut Writer) {
        out.bytes(self.as_bytes());
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let bytes = input.bytes(DEFAULT_LIMIT)?;
        std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| input.bad("text is not UTF-8"))
    }
}

impl<T: Wire> Wire for Option<T> {
    const MIN_SIZE: usize = 1;

    fn put(&self, out: &mut Writer) {
        match self {
            None => out.raw(&[0]),
            Some(value) => {
                out.raw(&[1]);
                value.put(out);
            }
        }
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match input.raw(1)? {
            [0] => Ok(None),
            [1] => T::get(input).map(Some),
            _ => Err(input.bad("an option starts with 0 or 1")),
        }
    }
}

/// `list<T>`
impl<T: Wire> Wire for Vec<T> {
    const MIN_SIZE: usize = 4;

    fn put(&self, out: &mut Writer) {
        out.list(self);
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        input.list(T::LIST_LIMIT)
    }
}

/// A struct whose encoding is that of its fields in order.
macro_rules! wire_struct {
    ($name:ident { $($field:ident: $type:ty),* $(,)? }) => {
        impl $crate::wire::Wire for $name {
            const MIN_SIZE: usize = 0 $(+ <$type as $crate::wire::Wire>::MIN_SIZE)*;

            fn put(&self, out: &mut $crate::wire::Writer) {
                $($crate::wire::Wire::put(&self.$field, out);)*
            }

            fn get(input: &mut $crate::wire::Reader<'_>) -> Result<Self, $crate::error::DecodeError> {
                $(let $field = <$type as $crate::wire::Wire>::get(input)?;)*
                Ok(Self { $($field),* })
            }
        }
    };
}
pub(crate) use wire_struct;

/// An enum without fields whose encoding is a tag.
macro_rules! wire_tag {
    ($name:ident { $($variant:ident = $tag:literal),* $(,)? }, $what:literal) => {
        impl $crate::wire::Wire for $name {
            const MIN_SIZE: usize = 2;

            fn put(&self, out: &mut $crate::wire::Writer) {
                let tag: u16 = match self { $(Self::$variant => $tag),* };
                tag.put(out);
            }

            fn get(input: &mut $crate::wire::Reader<'_>) -> Result<Self, $crate::error::DecodeError> {
                match u16::get(input)? {
                    $($tag => Ok(Self::$variant),)*
                    _ => Err(input.bad($what)),
                }
            }
        }
    };
}
pub(crate) use wire_tag;

/// Refuses a list that is not strictly ascending.
pub fn ascending<T, K: Ord>(items: &[T], what: &'static str, key: impl Fn(&T) -> K) -> Result<(), DecodeError> {
    if items.is_sorted_by(|a, b| key(a) < key(b)) { Ok(()) } else { Err(DecodeError::Order { what }) }
}
