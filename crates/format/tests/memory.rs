//! No decoder allocates on the word of a length. Alone in its process, because it watches how much of it there is.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

mod common;

use std::hint::black_box;

use common::{packs, records, trees};
use liasse_format::envelope::Kind;
use liasse_format::tree::TreeDecoder;
use liasse_format::wire::{self, Wire};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// Far below what any hostile length here asks for, far above what a few hundred bytes may cost.
const MOST_KIB: u64 = 8 << 10;

/// A number of KiB that the system keeps about this process.
fn kib(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// The most address space that this process has ever had.
fn peak_kib() -> u64 {
    kib("VmPeak:")
}

/// Takes address space.
fn ballast(kib: u64) -> Vec<u8> {
    black_box(Vec::with_capacity(usize::try_from(kib).unwrap() << 10))
}

/// Decodes with a huge length at every place: over every limit, and just within the limits of lists, texts and parts.
fn attack<T: Wire>(runner: &mut TestRunner, strategy: impl Strategy<Value = T>) {
    for _ in 0..10 {
        let bytes = wire::encode(&strategy.new_tree(runner).unwrap().current());
        for place in 0..bytes.len().saturating_sub(3) {
            for length in [u32::MAX, 1 << 31, 1_048_576, 65_536, 4_096, 1_000, 64] {
                let mut lie = bytes.clone();
                lie.get_mut(place..place + 4).unwrap().copy_from_slice(&length.to_le_bytes());
                drop(wire::decode::<T>(&lie));
            }
        }
    }
}

#[test]
fn hostile_lengths_cost_no_memory() {
    let mut runner = TestRunner::deterministic();
    // Generating values takes memory too: once before it is measured.
    drop(records::snapshot().new_tree(&mut runner).unwrap().current());
    drop(packs::segment().new_tree(&mut runner).unwrap().current());
    // The peak so far may lie above what there is now, and would hide as much.
    let ballast_now = ballast(peak_kib() - kib("VmSize:"));
    let before = peak_kib();
    attack(&mut runner, records::config());
    attack(&mut runner, records::bundle());
    attack(&mut runner, records::snapshot());
    attack(&mut runner, records::intent());
    attack(&mut runner, records::plan());
    attack(&mut runner, records::tombstone());
    attack(&mut runner, packs::directory(Kind::DataPack));
    attack(&mut runner, packs::segment());
    attack(&mut runner, trees::content(5));
    attack(&mut runner, trees::entry());
    let mut stream = TreeDecoder::default();
    stream.push(&[0xff; 100]);
    assert!(stream.next_entry().is_err());
    let grown = peak_kib() - before;
    assert!(grown < MOST_KIB, "{grown} KiB");
    // The measure is one: this much memory is noticed.
    drop(ballast(2 * MOST_KIB));
    assert!(peak_kib() - before > MOST_KIB);
    drop(ballast_now);
}
