//! Arbitrary values of every object, all within the rules of `spec/`.

#![allow(dead_code, clippy::unwrap_used)]

pub(crate) mod packs;
pub(crate) mod records;
pub(crate) mod trees;

use std::collections::BTreeMap;

use liasse_format::time::Time;
use liasse_format::tlv::{Part, Unknown};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

/// Bytes that are mostly few.
pub(crate) fn bytes() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..12)
}

/// Text, with characters of every length in UTF-8.
pub(crate) fn text() -> impl Strategy<Value = String> {
    vec(any::<char>(), 0..8).prop_map(String::from_iter)
}

pub(crate) fn time() -> impl Strategy<Value = Time> {
    (any::<i64>(), 0..1_000_000_000_u32).prop_map(|(seconds, nanoseconds)| Time::new(seconds, nanoseconds).unwrap())
}

/// Ancillary parts with tags that no type knows.
pub(crate) fn unknown() -> impl Strategy<Value = Unknown> {
    btree_map(100..0x8000_u16, bytes(), 0..4).prop_map(parts)
}

fn parts(parts: BTreeMap<u16, Vec<u8>>) -> Unknown {
    parts.into_iter().map(|(tag, bytes)| Part { tag, bytes }).collect()
}
