//! Runs every corpus file of `fuzz/`, and changed copies of each, through the bodies of the fuzz targets: what fuzzing once found stays
//! found without libFuzzer. `fuzz/README.md` tells more. `LIASSE_FUZZ_RUNS` (5,000,000) says how many copies are changed by chance, from
//! `LIASSE_FUZZ_SEED` (1), and `LIASSE_FUZZ_TARGET` of which target alone. All decoders get the same number of them; a target that is slower by nature gets as many fewer as it says.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

#[path = "corpus/chance.rs"]
mod chance;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use chance::Chance;
use liasse_fuzz::{Body, TARGETS, Target, canary};

/// Only so much of a file is changed: what is further on is like what came before.
const CHANGED_BYTES: usize = 400;
const BYTES: [u8; 7] = [0, 1, 2, 3, 0x7f, 0x80, 0xff];
/// Targets that cost more than this are not given every change of a small kind.
const CHEAP: u64 = 10;
const LENGTHS: [u32; 4] = [u32::MAX, 1 << 31, 65_536, 64];

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = std::fs::read_dir(fuzz().join("corpus").join(target)).unwrap();
    folder.map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
}

/// Every change of a small kind: a byte, a length, an end, a byte gone, a byte more.
fn change(seed: &[u8], mut run: impl FnMut(&[u8])) {
    for place in 0..seed.len().min(CHANGED_BYTES) {
        let (head, tail) = seed.split_at(place);
        let (byte, rest) = tail.split_first().unwrap();
        for other in BYTES.into_iter().chain([byte.wrapping_add(1), byte.wrapping_sub(1), byte ^ 0x10]) {
            run(&[head, &[other], rest].concat());
        }
        for length in LENGTHS {
            run(&[head, &length.to_le_bytes(), tail.get(4..).unwrap_or_default()].concat());
        }
        run(head);
        run(&[head, rest].concat());
        run(&[head, &[0], tail].concat());
    }
}

fn attack(body: Body, seeds: &[Vec<u8>]) {
    for seed in seeds {
        body(seed);
        change(seed, body);
    }
}

#[test]
fn every_target_withstands_its_corpus() {
    for Target { name, body, cost } in TARGETS {
        let seeds = corpus(name);
        assert!(!seeds.is_empty(), "{name} has no corpus");
        if cost < CHEAP {
            attack(body, &seeds);
        } else {
            for seed in &seeds {
                body(seed);
            }
        }
    }
}

#[test]
fn targets_withstand_each_others_corpora() {
    let seeds: Vec<_> = TARGETS.iter().flat_map(|target| corpus(target.name)).collect();
    for Target { body, cost, .. } in TARGETS {
        for seed in seeds.iter().step_by(usize::try_from(cost).unwrap()) {
            body(seed);
        }
    }
}

fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().unwrap_or_else(|_| panic!("{name}={text} is no number")))
}

/// Runs copies of a target's corpus that were changed by chance. The first that is a finding, and which it is.
fn changed_by_chance(body: Body, seeds: &[Vec<u8>], seed: u64, runs: u64) -> Option<(u64, Vec<u8>)> {
    (0..runs).find_map(|run| {
        let input = Chance::new(seed, run).changed(seeds);
        catch_unwind(|| body(&input)).is_err().then_some((run, input))
    })
}

/// The targets one after the other, on all cores.
#[test]
fn millions_of_changes_by_chance_find_nothing() {
    let (runs, seed) = (setting("LIASSE_FUZZ_RUNS", 5_000_000), setting("LIASSE_FUZZ_SEED", 1));
    let each = runs.div_ceil(TARGETS.iter().filter(|target| target.cost == 1).count() as u64);
    let only = std::env::var("LIASSE_FUZZ_TARGET").ok();
    let wanted: Vec<_> = TARGETS.iter().filter(|target| only.as_ref().is_none_or(|only| target.name == only)).collect();
    let (next, done) = (AtomicUsize::new(0), AtomicU64::new(0));
    // The slow ones first, so that no core waits for the last of them.
    let work = || {
        while let Some(Target { name, body, cost }) = wanted.iter().rev().nth(next.fetch_add(1, Ordering::Relaxed)) {
            let runs = each.div_ceil(*cost);
            if let Some((run, input)) = changed_by_chance(*body, &corpus(name), seed, runs) {
                let hex = input.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
                panic!("{name}: a finding: LIASSE_FUZZ_SEED={seed}, run {run}: {hex}");
            }
            done.fetch_add(runs, Ordering::Relaxed);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
        work();
    });
    let done = done.into_inner();
    assert!(only.is_some() || done >= runs, "{done} of {runs}");
    writeln!(std::io::stderr().lock(), "fuzz targets ran {done} inputs changed by chance (seed {seed})").unwrap();
}

/// Chance finds the canary's bug, too.
#[test]
fn the_canary_is_caught_by_chance() {
    assert!(changed_by_chance(canary, &corpus("canary"), 1, 2_000_000).is_some(), "chance finds nothing");
}

/// Nothing in its corpus shows the canary's bug: it has to be found.
#[test]
fn the_canary_is_caught() {
    let seeds = corpus("canary");
    assert!(!seeds.is_empty());
    for seed in &seeds {
        canary(seed);
    }
    assert!(catch_unwind(|| attack(canary, &seeds)).is_err(), "the changes of this test find nothing");
}

/// A body without a program, or a program without a body, would not be fuzzed; a corpus of nobody would not be run.
#[test]
fn every_target_is_whole() {
    let names: BTreeSet<_> = TARGETS.iter().map(|target| target.name.to_owned()).chain(["canary".to_owned()]).collect();
    let found = |folder: &str, suffix: &str| -> BTreeSet<String> {
        let files = std::fs::read_dir(fuzz().join(folder)).unwrap();
        files.map(|file| file.unwrap().file_name().to_str().unwrap().trim_end_matches(suffix).to_owned()).collect()
    };
    assert_eq!(found("corpus", ""), names);
    assert_eq!(found("fuzz_targets", ".rs"), names);
    let manifest = std::fs::read_to_string(fuzz().join("Cargo.toml")).unwrap();
    for name in &names {
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "{name}");
        let program = std::fs::read_to_string(fuzz().join(format!("fuzz_targets/{name}.rs"))).unwrap();
        assert!(program.contains(&format!("liasse_fuzz::{name}(data)")), "{name}");
    }
}
