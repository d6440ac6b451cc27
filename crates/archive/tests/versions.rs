//! Files that are changed in place cost what changed, day after day, and every day comes back.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

#[path = "support/bench.rs"]
mod bench;

use std::fs;
use std::os::unix::fs::FileExt;
use std::path::Path;

use bench::{Bench, Numbers, touch};
use liasse_archive::repo::store::Operation;

#[test]
fn a_ledger_that_is_changed_in_place_costs_what_changed() {
    const PAGE: usize = 4096;
    let bench = Bench::new();
    let ledger = bench.source().join("ledger");
    let mut numbers = Numbers(1);
    let mut content = numbers.bytes(6_000_000);
    fs::write(&ledger, &content).unwrap();
    let mut days = vec![(bench.backup(), content.clone())];
    for day in 1..=40 {
        let file = fs::File::options().write(true).open(&ledger).unwrap();
        for _ in 0..20 {
            // A row of 60 bytes in some page.
            let at = numbers.below(content.len() / PAGE) * PAGE + numbers.below(PAGE - 60);
            let row = numbers.bytes(60);
            content[at..at + 60].copy_from_slice(&row);
            file.write_all_at(&row, at as u64).unwrap();
        }
        if day % 10 == 0 {
            // Growth at the end.
            let grown = numbers.bytes(10_000);
            file.write_all_at(&grown, content.len() as u64).unwrap();
            content.extend_from_slice(&grown);
        }
        touch(&ledger, day);
        let report = bench.backup();
        let added = report.statistics.added;
        // The first change pays for whole chunks: nobody knew their leaves, and this key cannot read. Afterwards 20 rows touch at most 40
        // leaves, and a chunk with too many origins gives up some. Where the file grows, its last chunk is cut anew.
        let grown = if day % 10 == 0 { 600_000 } else { 0 };
        assert!(day == 1 || added < 80 * 1024 + grown, "day {day}: {added} bytes");
        days.push((report, content.clone()));
    }
    let total: u64 = days.iter().skip(2).map(|(report, _)| report.statistics.added).sum();
    assert!(total < 39 * 60_000, "{total} bytes in 39 days");
    for (report, content) in days.iter().step_by(7) {
        let target = bench.restore(report.snapshot.as_ref().unwrap());
        assert!(fs::read(target.join("ledger")).unwrap() == *content);
    }
    bench.check();
}

#[test]
fn a_journal_that_grows_and_a_file_that_moves_find_their_previous_versions() {
    let bench = Bench::new();
    let mut numbers = Numbers(2);
    let journal = bench.source().join("journal");
    let book = bench.source().join("book");
    fs::write(&journal, numbers.bytes(1_000_000)).unwrap();
    fs::write(&book, numbers.bytes(2_000_000)).unwrap();
    bench.backup();
    let append = |path: &Path, bytes: &[u8]| {
        let mut content = fs::read(path).unwrap();
        let file = fs::File::options().write(true).open(path).unwrap();
        file.write_all_at(bytes, content.len() as u64).unwrap();
        content.extend_from_slice(bytes);
    };
    append(&journal, b"first");
    append(&book, b"first");
    bench.backup();
    for day in 0..10 {
        append(&journal, &numbers.bytes(3_000));
        touch(&journal, day);
        let report = bench.backup();
        assert!(report.statistics.added < 8 * 1024, "{} bytes", report.statistics.added);
    }
    // Renamed, into another folder, and changed.
    fs::create_dir(bench.source().join("2025")).unwrap();
    let moved = bench.source().join("2025/book of last year");
    fs::rename(&book, &moved).unwrap();
    fs::File::options().write(true).open(&moved).unwrap().write_all_at(b"a word", 1_234_567).unwrap();
    let report = bench.backup();
    assert!(report.statistics.added <= 4 * 1024, "{} bytes", report.statistics.added);
    // Written anew under another inode, as many programs save.
    let mut content = fs::read(&moved).unwrap();
    content[777_777] ^= 1;
    fs::write(bench.source().join("2025/temporary"), &content).unwrap();
    fs::rename(bench.source().join("2025/temporary"), &moved).unwrap();
    let report = bench.backup();
    assert!(report.statistics.added <= 4 * 1024, "{} bytes", report.statistics.added);
    let target = bench.restore(report.snapshot.as_ref().unwrap());
    assert!(fs::read(target.join("2025/book of last year")).unwrap() == content);
    assert!(fs::read(target.join("journal")).unwrap() == fs::read(&journal).unwrap());
    bench.check();
}

#[test]
fn any_edits_of_any_kind_come_back() {
    let bench = Bench::new();
    let mut numbers = Numbers(3);
    let path = bench.source().join("file");
    let mut content = numbers.bytes(900_000);
    let mut days = Vec::new();
    for day in 0..300_u64 {
        let at = numbers.below(content.len().max(1));
        match numbers.below(7) {
            0 => {
                let length = numbers.below(5_000);
                content.splice(at..at, numbers.bytes(length));
            }
            1 => _ = content.drain(at..(at + numbers.below(5_000)).min(content.len())),
            2 => content.truncate(at.max(20_000)),
            3 => {
                let length = numbers.below(200_000);
                content.extend(numbers.bytes(length));
            }
            4 => content.fill(0),
            _ => {
                let end = (at + numbers.below(3_000)).min(content.len());
                content[at..end].fill(7);
            }
        }
        if numbers.below(10) == 0 {
            content = numbers.bytes(700_000);
        }
        fs::write(&path, &content).unwrap();
        touch(&path, day);
        // A leaf cache that rots now and then costs bytes, never truth.
        if day % 15 == 7 {
            rot(&bench.folder.path().join("cache"), &mut numbers);
        }
        let report = bench.backup();
        days.push((report, content.clone()));
    }
    for (report, content) in &days {
        let target = bench.restore(report.snapshot.as_ref().unwrap());
        assert!(fs::read(target.join("file")).unwrap() == *content);
    }
    bench.check();
}

/// Flips a bit in every file of leaf values.
fn rot(folder: &Path, numbers: &mut Numbers) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rot(&path, numbers);
        } else if path.file_name().unwrap().to_string_lossy().starts_with("leaves-") {
            let mut bytes = fs::read(&path).unwrap();
            let at = numbers.below(bytes.len());
            bytes[at] ^= 1;
            fs::write(&path, bytes).unwrap();
        }
    }
}

#[test]
fn a_key_that_reads_pays_for_leaves_from_the_first_change_on() {
    let mut bench = Bench::new();
    let path = bench.source().join("ledger");
    let mut content = Numbers(4).bytes(3_000_000);
    fs::write(&path, &content).unwrap();
    bench.use_owner();
    bench.backup();
    for day in 0..4_usize {
        if day == 2 {
            forget_leaves(&bench);
        }
        let at = 700_000 * day + 123;
        content[at] ^= 1;
        fs::File::options().write(true).open(&path).unwrap().write_all_at(&content[at..=at], at as u64).unwrap();
        touch(&path, day as u64);
        let report = bench.backup();
        assert!(report.statistics.added <= 4 * 1024, "day {day}: {} bytes", report.statistics.added);
        let target = bench.restore(report.snapshot.as_ref().unwrap());
        assert!(fs::read(target.join("ledger")).unwrap() == content);
    }
    bench.check();
}

#[test]
fn only_what_changed_is_read_back() {
    let mut bench = Bench::new();
    let path = bench.source().join("ledger");
    // Some 250 chunks in 32 blocks; their list is stored anew every time.
    let mut content = Numbers(5).bytes(32_000_000);
    fs::write(&path, &content).unwrap();
    bench.use_owner();
    bench.backup();
    let reads = || {
        bench.store.reset();
        let report = bench.backup();
        (bench.store.count(Operation::ReadAt), report)
    };
    // Its time is another, then its inode too.
    touch(&path, 1);
    assert_eq!(reads().0, 0);
    forget_leaves(&bench);
    fs::write(bench.source().join("new"), &content).unwrap();
    fs::rename(bench.source().join("new"), &path).unwrap();
    let (count, report) = reads();
    assert_eq!((count, report.statistics.changed), (0, 1));
    assert!(report.statistics.added <= 12 * 1024, "{} bytes", report.statistics.added);
    forget_leaves(&bench);
    content[16_000_000] ^= 1;
    fs::write(&path, &content).unwrap();
    touch(&path, 2);
    let (count, report) = reads();
    assert!((1..=8).contains(&count), "{count} reads");
    assert!(report.statistics.added <= 16 * 1024, "{} bytes", report.statistics.added);
    // What was passed over without being read back is known by its leaves all the same.
    content[2_000_000] ^= 1;
    fs::write(&path, &content).unwrap();
    touch(&path, 3);
    let (count, report) = reads();
    assert_eq!(count, 0);
    assert!(report.statistics.added <= 16 * 1024, "{} bytes", report.statistics.added);
    let target = bench.restore(report.snapshot.as_ref().unwrap());
    assert!(fs::read(target.join("ledger")).unwrap() == content);
    bench.check();
}

/// Loses what was kept of the leaves.
fn forget_leaves(bench: &Bench) {
    let cache = bench.folder.path().join("cache").join(bench.owner.id().to_string());
    let lost = |entry: &fs::DirEntry| entry.file_name().to_string_lossy().starts_with("leaves-");
    let files: Vec<_> = fs::read_dir(&cache).unwrap().map(Result::unwrap).filter(lost).collect();
    assert_eq!(files.len(), 1);
    fs::remove_file(files[0].path()).unwrap();
}
