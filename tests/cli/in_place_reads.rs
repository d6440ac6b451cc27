//! In place, a restore takes what stayed from the dossier that is there: the repository is asked for what changed, and no more.

use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;

use crate::in_place::Firm;
use crate::support::noise;

/// A restore of the dossier in its place, and how many bytes it read from packs; none where the system lets no program look into another.
fn restored(firm: &Firm) -> Option<u64> {
    let traces = firm.0.path("traces");
    fs::remove_dir_all(&traces).ok();
    fs::create_dir(&traces).unwrap();
    let output = traces.join("of");
    let calls = "trace=read,readv,pread64,preadv";
    firm.traced(&["-ff", "-qq", "-y", "-s", "0", "-e", calls, "-o", output.to_str().unwrap()])?.ends(0);
    let mut bytes = 0;
    for trace in fs::read_dir(&traces).unwrap() {
        let trace = fs::read_to_string(trace.unwrap().path()).unwrap();
        let of_packs = trace.lines().filter(|line| line.contains("/vault/packs/"));
        bytes += of_packs.filter_map(|line| line.rsplit_once(" = ")?.1.trim().parse::<u64>().ok()).sum::<u64>();
    }
    Some(bytes)
}

#[test]
fn what_stayed_is_not_read_from_the_repository() {
    let firm = Firm::new(&["D1"]);
    let ledger = noise(24 << 20, 11);
    firm.0.write("books/D1/ledger.db", &ledger);
    for number in 0..300 {
        firm.0.write(&format!("books/D1/scans/{number}.pdf"), &noise(20_000, 100 + number));
    }
    firm.night(&[]).ends(0);
    let stored = firm.contents("D1");
    let ruin = || {
        let file = File::options().write(true).open(firm.0.path("books/D1/ledger.db")).unwrap();
        file.write_all_at(b"ruined", 10 << 20).unwrap();
        // As long as before, and other bytes all through.
        firm.0.write("books/D1/scans/7.pdf", &noise(20_000, 1));
        fs::remove_file(firm.0.path("books/D1/scans/8.pdf")).unwrap();
        // What is no file any more is of no use, and in nobody's way.
        fs::remove_file(firm.0.path("books/D1/scans/9.pdf")).unwrap();
        std::os::unix::fs::symlink("10.pdf", firm.0.path("books/D1/scans/9.pdf")).unwrap();
    };
    ruin();
    let Some(read) = restored(&firm) else { return };
    assert!(firm.contents("D1") == stored, "the dossier is not as it was stored");
    assert!((1..8 << 20).contains(&read), "{read} bytes were read for a dossier of 30 MB");
    // With nothing there, all of it comes from the repository.
    fs::remove_dir_all(firm.0.path("books/D1")).unwrap();
    let read = restored(&firm).unwrap();
    assert!(firm.contents("D1") == stored && read > 28 << 20, "{read} bytes");
}
