//! What the index costs in a repository of many chunks: opening, merging, looking up, checking. Each step is a process of its own, so that
//! the most memory that it ever held is its own, too.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use liasse_repo::format::content::ChunkRef;
use liasse_repo::format::pack::ChunkKind;
use liasse_repo::{CheckOptions, Repository, Session, Silent, Stop, Whoami};

use super::synthetic::{self, LENGTH};

/// The first argument of a process that is one step.
const STEP: &str = "scale-step";
/// Chunks of repositories that are measured when nothing else is asked for.
const COUNTS: [u64; 2] = [100_000, 1_000_000];
/// Most chunks that are looked up.
const LOOKUPS: u64 = 1_000_000;

/// A step, its word on the command line, and what it does with a repository of so many chunks; gives how many chunks it dealt with.
type Step = (&'static str, &'static str, fn(&Path, u64) -> u64);

const STEPS: [Step; 7] = [
    ("merge", "merge all segments into an empty cache", merge),
    ("night", "merge a night's segment of 1,000 chunks", night),
    ("open", "open", open),
    ("hits", "open, and look up what is there", hits),
    ("misses", "open, and look up what is not", misses),
    ("bare", "open without a cache", bare),
    ("check", "check, every chunk referred to once", check),
];

/// Whether this process is one step of another that measures; then it was done.
pub(crate) fn was_step() -> bool {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [first, step, folder, count] = &arguments[..] else { return false };
    if first != STEP {
        return false;
    }
    let (folder, count) = (Path::new(folder), count.parse().unwrap());
    let began = Instant::now();
    let done = match STEPS.iter().find(|(known, ..)| known == step) {
        Some((_, _, work)) => work(folder, count),
        None => synthetic::make(folder, count),
    };
    println!("{done} {} {} {}", began.elapsed().as_secs_f64(), cpu_seconds(), peak_mib());
    true
}

/// User and system seconds of this process.
fn cpu_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).unwrap_or(f64::NAN);
    (ticks(11) + ticks(12)) / 100.0
}

fn peak_mib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kib = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or_default() >> 10
}

/// Prints the second table, for the sizes that are asked for.
pub(crate) fn print(counts: &[u64]) {
    println!("| chunks | step | seconds | CPU seconds | chunks per CPU second | peak MiB |");
    println!("|---:|---|---:|---:|---:|---:|");
    for count in if counts.is_empty() { &COUNTS } else { counts } {
        let folder = tempfile::tempdir().unwrap();
        run("make", folder.path(), *count);
        for (word, name, _) in STEPS {
            let [done, seconds, cpu, peak] = run(word, folder.path(), *count);
            println!("| {} | {name} | {seconds:.2} | {cpu:.2} | {} | {peak:.0} |", grouped(*count), rate(done, cpu));
        }
        let size = fs::metadata(synthetic::index_file(folder.path())).map_or(0, |file| file.len());
        println!("| {} | size of the cache: {} MB | | | | |", grouped(*count), size / 1_000_000);
    }
}

fn run(word: &str, folder: &Path, count: u64) -> [f64; 4] {
    let mut command = Command::new(std::env::current_exe().unwrap());
    let output = command.args([STEP, word]).arg(folder).arg(count.to_string()).output().unwrap();
    assert!(output.status.success(), "{word}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let numbers: Vec<f64> = text.split_whitespace().map(|number| number.parse().unwrap()).collect();
    numbers.try_into().unwrap()
}

fn rate(done: f64, seconds: f64) -> String {
    if done > 0.0 { format!("{:.0}", done / seconds.max(0.01)) } else { String::new() }
}

/// A number with commas.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        write!(text, "{digit}").unwrap();
    }
    text
}

/// A session that stores nothing: its index is loaded as that of a backup is.
fn session(repository: &Repository) -> Session<'_> {
    repository.begin_dry(Whoami::default()).unwrap()
}

fn merge(folder: &Path, count: u64) -> u64 {
    session(&synthetic::open(folder, true));
    count
}

fn night(folder: &Path, count: u64) -> u64 {
    synthetic::add(folder, count..count + 1_000);
    session(&synthetic::open(folder, true));
    1_000
}

fn open(folder: &Path, _: u64) -> u64 {
    session(&synthetic::open(folder, true));
    0
}

fn bare(folder: &Path, count: u64) -> u64 {
    session(&synthetic::open(folder, false));
    count
}

fn hits(folder: &Path, count: u64) -> u64 {
    let repository = synthetic::open(folder, true);
    let session = session(&repository);
    let wanted = count.min(LOOKUPS);
    let is_there = |n: u64| session.reusable(ChunkKind::Data, &ChunkRef { id: synthetic::id(n), length: LENGTH }).unwrap();
    // Names are hashes: any order is one by chance.
    assert!((0..wanted).all(|n| is_there(n * (count / wanted))));
    wanted
}

fn misses(folder: &Path, count: u64) -> u64 {
    let repository = synthetic::open(folder, true);
    let session = session(&repository);
    let wanted = count.min(LOOKUPS);
    let is_there = |n: u64| session.reusable(ChunkKind::Data, &ChunkRef { id: synthetic::id(n), length: LENGTH }).unwrap();
    assert!(!(1 << 60..(1 << 60) + wanted).any(is_there));
    wanted
}

fn check(folder: &Path, count: u64) -> u64 {
    let report = synthetic::open(folder, true).check(&CheckOptions::References, &Silent, &Stop::new()).unwrap();
    assert!(report.is_sound(), "{:?}", report.findings.first());
    count
}
