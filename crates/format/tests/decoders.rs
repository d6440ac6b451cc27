//! Every decoder, with arbitrary values and with bytes that are none: one value has one encoding, and nothing else is taken for it.

#![allow(clippy::unwrap_used)]

mod common;

use std::fmt::Debug;

use common::{packs, records, trees};
use liasse_format::envelope::Kind;
use liasse_format::wire::{self, Wire};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::TestCaseResult;

/// What `bytes` decode to must encode to them again: an accepted lie would have two encodings.
fn canonical<T: Wire>(bytes: &[u8]) -> TestCaseResult {
    if let Ok(value) = wire::decode::<T>(bytes) {
        prop_assert_eq!(wire::encode(&value), bytes);
    }
    Ok(())
}

fn whole<T: Wire + PartialEq + Debug>(value: &T) -> Result<Vec<u8>, TestCaseError> {
    let mut bytes = wire::encode(value);
    prop_assert!(bytes.len() >= T::MIN_SIZE);
    prop_assert_eq!(&wire::decode::<T>(&bytes).unwrap(), value);
    for end in 0..bytes.len() {
        let refused = wire::decode::<T>(bytes.get(..end).unwrap()).unwrap_err();
        prop_assert_eq!(refused.class(), "truncated", "{} of {} bytes", end, bytes.len());
    }
    bytes.push(0);
    prop_assert_eq!(wire::decode::<T>(&bytes).unwrap_err().class(), "trailing");
    bytes.pop();
    Ok(bytes)
}

/// At every place a length of 4 GiB, then one of what is left and a byte.
fn hostile_lengths<T: Wire>(bytes: &[u8]) -> TestCaseResult {
    for place in 0..bytes.len().saturating_sub(3) {
        for length in [u32::MAX, u32::try_from(bytes.len() - place - 3).unwrap()] {
            let mut lie = bytes.to_vec();
            lie.get_mut(place..place + 4).unwrap().copy_from_slice(&length.to_le_bytes());
            canonical::<T>(&lie)?;
        }
    }
    Ok(())
}

fn changed<T: Wire>(bytes: &[u8], changes: &[(Index, u8)]) -> TestCaseResult {
    let mut lie = bytes.to_vec();
    for (place, byte) in changes {
        let place = place.index(bytes.len());
        let mut one = bytes.to_vec();
        *one.get_mut(place).unwrap() = *byte;
        canonical::<T>(&one)?;
        *lie.get_mut(place).unwrap() = *byte;
        canonical::<T>(&lie)?;
    }
    Ok(())
}

macro_rules! decoders {
    ($($name:ident: $strategy:expr,)*) => {$(
        proptest! {
            #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]
            #[test]
            fn $name(value in $strategy, changes in vec(any::<(Index, u8)>(), 0..40), noise in vec(any::<u8>(), 0..400)) {
                fn check<T: Wire + PartialEq + Debug>(value: &T, changes: &[(Index, u8)], noise: &[u8]) -> TestCaseResult {
                    let bytes = whole(value)?;
                    changed::<T>(&bytes, changes)?;
                    hostile_lengths::<T>(&bytes)?;
                    canonical::<T>(noise)
                }
                check(&value, &changes, &noise)?;
            }
        }
    )*};
}

decoders! {
    config: records::config(),
    bundle: records::bundle(),
    kdf: records::kdf(),
    data_directory: packs::directory(Kind::DataPack),
    tree_directory: packs::directory(Kind::TreePack),
    footer: packs::footer(),
    segment: packs::segment(),
    content: trees::content(5),
    chunk_ref: trees::chunk_ref(),
    entry: trees::entry(),
    snapshot: records::snapshot(),
    intent: records::intent(),
    plan: records::plan(),
    tombstone: records::tombstone(),
}
