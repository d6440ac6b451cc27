//! The real thing: the program itself, killed at its system calls (`real/kills.rs`), and real file systems that are cut off below it
//! (`real/cuts.rs`). After each, nothing that was committed is lost, and the next backup is whole.
//!
//! How much is done is set by the environment: `LIASSE_KILLS` (300), `LIASSE_CUTS` for each file system (20), `LIASSE_SEED` (1). The last
//! line of each test says what was done, and what this machine does not let it do.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

#[path = "real/cuts.rs"]
mod cuts;
#[path = "real/firm.rs"]
mod firm;
#[path = "real/image.rs"]
mod image;
#[path = "real/kills.rs"]
mod kills;
#[path = "support/planted.rs"]
mod planted;
#[path = "support/program.rs"]
mod program;

use std::io::Write;

/// A number that the environment may set.
fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().map_or(otherwise, |text| text.parse().unwrap_or_else(|_| panic!("{name}: no number: {text}")))
}

/// Says something to whoever runs the tests, also where the output of tests is kept back.
fn tell(line: &str) {
    writeln!(std::io::stderr().lock(), "{line}").unwrap();
}
