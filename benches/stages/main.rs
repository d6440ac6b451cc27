//! What each stage of the program manages on this machine, beside what the machine itself manages: `cargo bench` prints one table, and
//! `cargo bench -- WORD` only the rows with that word; `-- scale` the index at scale, for counts of chunks that follow. `benches/README.md` says how to read it. Must never be a test: nothing fails here
//! for being slow.

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::indexing_slicing, clippy::cast_precision_loss)]

mod machine;
mod pure;
mod scale;
mod stored;
mod synthetic;
mod timing;

use timing::Row;

/// A stage, and what measures it.
type Stage = (&'static str, fn() -> Row);

const STAGES: [Stage; 13] = [
    ("cut", pure::cut),
    ("name a chunk", pure::name),
    ("probe and compress text", pure::compress_text),
    ("probe and compress noise", pure::compress_noise),
    ("seal and prove text", pure::seal_text),
    ("seal and prove noise", pure::seal_noise),
    ("open text", pure::open_text),
    ("open noise", pure::open_noise),
    ("session of noise into memory", stored::session),
    ("index: merge 100,000 chunks", stored::merge),
    ("index: look up 100,000 chunks", stored::look_up),
    ("backup of 5,000 unchanged files", stored::unchanged),
    ("restore to memory", stored::restore),
];

fn main() {
    if scale::was_step() {
        return;
    }
    // Cargo itself passes `--bench`.
    let mut wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let counts: Vec<u64> = wanted.iter().filter_map(|word| word.parse().ok()).collect();
    wanted.retain(|word| word.parse::<u64>().is_err());
    if wanted.iter().any(|word| word == "scale") {
        return scale::print(&counts);
    }
    println!("| stage | per second | floor | per second | share |");
    println!("|---|---:|---|---:|---:|");
    for (name, measure) in STAGES {
        if wanted.is_empty() || wanted.iter().any(|word| name.contains(word.as_str())) {
            println!("| {name} | {} |", measure());
        }
    }
}
