//! Leaf values that are not what they should be: damaged, cut short, of another repository or of another file. A backup over them stores
//! what is there, and pays for it in bytes at most.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

#[path = "support/bench.rs"]
mod bench;

use std::fs;
use std::path::{Path, PathBuf};

use bench::{Bench, Numbers, touch};

/// Bytes of the checksums in the file, and of what stands before the first record.
const CHECK_SIZE: usize = 8;
const MAGIC_SIZE: usize = 8;
/// The least file that has leaf values kept is a little shorter.
const SIZE: usize = 17_000;
/// A leaf of each of two files, and the folders on the way to them.
const FEW: u64 = 6 * 1024;

/// A ledger of a few leaves that changes every day, and another file that does too.
struct Days {
    bench: Bench,
    numbers: Numbers,
    ledger: Vec<u8>,
    day: u64,
}

impl Days {
    fn new() -> Self {
        let mut numbers = Numbers(11);
        let mut days = Self { bench: Bench::new(), ledger: numbers.bytes(SIZE), numbers, day: 0 };
        fs::write(days.path("beside"), days.numbers.bytes(SIZE)).unwrap();
        for _ in 0..2 {
            days.next();
        }
        assert!(days.next() <= FEW, "the values are believed when they are right");
        days
    }

    fn path(&self, name: &str) -> PathBuf {
        self.bench.source().join(name)
    }

    /// Changes a byte of each file, backs up, and restores: what is restored is what was there. Gives how much was added.
    fn next(&mut self) -> u64 {
        self.day += 1;
        let at = self.numbers.below(SIZE);
        self.ledger[at] ^= 0x40;
        let mut beside = fs::read(self.path("beside")).unwrap();
        beside[at] ^= 0x20;
        for (name, bytes) in [("ledger", &self.ledger), ("beside", &beside)] {
            fs::write(self.path(name), bytes).unwrap();
            touch(&self.path(name), self.day);
        }
        let report = self.bench.backup();
        let target = self.bench.restore(report.snapshot.as_ref().unwrap());
        assert!(fs::read(target.join("ledger")).unwrap() == self.ledger, "day {}", self.day);
        assert!(fs::read(target.join("beside")).unwrap() == beside, "day {}", self.day);
        assert_eq!(report.statistics.unread, 0);
        // Both files whole, and their folders, at most.
        assert!(report.statistics.added <= 2 * SIZE as u64 + 4_096, "day {}: {} bytes", self.day, report.statistics.added);
        report.statistics.added
    }

    fn leaves(&self) -> PathBuf {
        leaves_below(&self.bench.folder.path().join("cache")).unwrap()
    }
}

fn leaves_below(folder: &Path) -> Option<PathBuf> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).find_map(|path| {
        let is_it = path.file_name().unwrap().to_string_lossy().starts_with("leaves-");
        if path.is_dir() { leaves_below(&path) } else { is_it.then_some(path) }
    })
}

/// The bytes of a file of leaf values, taken apart.
struct Leaves {
    records: Vec<u8>,
    /// Device, inode and start of the record of each file.
    files: Vec<[u64; 3]>,
}

impl Leaves {
    fn read(path: &Path) -> Self {
        let bytes = fs::read(path).unwrap();
        let number = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap());
        let length = usize::try_from(number(bytes.len() - 8)).unwrap();
        let end = bytes.len() - 8 - CHECK_SIZE - length;
        let files = (end + 4..end + length).step_by(24).map(|at| [number(at), number(at + 8), number(at + 16)]).collect();
        Self { records: bytes[..end].to_vec(), files }
    }

    /// With right checksums of whatever it says.
    fn write(&self, path: &Path) {
        let mut end = u32::try_from(self.files.len()).unwrap().to_le_bytes().to_vec();
        end.extend(self.files.iter().flatten().flat_map(|number| number.to_le_bytes()));
        let length = (end.len() as u64).to_le_bytes();
        fs::write(path, [&self.records[..], &end, &sum(&end), &length].concat()).unwrap();
    }

    /// The values of the first file's record; its checksum is set right afterwards.
    fn change_record(&mut self, change: impl FnOnce(&mut [u8])) {
        let start = usize::try_from(self.files[0][2]).unwrap();
        let body = start + CHECK_SIZE + 8;
        let length = usize::try_from(u64::from_le_bytes(self.records[start + CHECK_SIZE..body].try_into().unwrap())).unwrap();
        change(&mut self.records[body..body + length]);
        let sum = sum(&self.records[body..body + length]);
        self.records[start..start + CHECK_SIZE].copy_from_slice(&sum);
    }
}

fn sum(bytes: &[u8]) -> [u8; CHECK_SIZE] {
    *blake3::hash(bytes).as_bytes().first_chunk().unwrap()
}

#[test]
fn a_flipped_bit_in_any_byte_costs_bytes_and_never_truth() {
    let mut days = Days::new();
    let length = fs::read(days.leaves()).unwrap().len();
    assert!(length < 2_000, "{length}");
    let mut whole = 0;
    // Two at once, one of them in what is of the other file or of both.
    for at in 0..length / 2 {
        let mut bytes = fs::read(days.leaves()).unwrap();
        assert_eq!(bytes.len(), length, "it is written anew every day");
        for at in [at, at + length / 2] {
            bytes[at] ^= 1 << (at % 8);
        }
        fs::write(days.leaves(), bytes).unwrap();
        whole += usize::from(days.next() > SIZE as u64);
    }
    assert!(whole > length / 4, "most bytes are looked at: {whole} of {length}");
    days.bench.check();
}

#[test]
fn a_file_cut_short_anywhere_costs_bytes_and_never_truth() {
    let mut days = Days::new();
    let length = fs::read(days.leaves()).unwrap().len();
    for cut in (0..40).chain((40..length - 40).step_by(23)).chain(length - 40..length) {
        let bytes = fs::read(days.leaves()).unwrap();
        fs::write(days.leaves(), &bytes[..cut]).unwrap();
        assert!(days.next() > 2 * SIZE as u64, "{cut} of {length} bytes are believed");
    }
    fs::remove_file(days.leaves()).unwrap();
    days.next();
    fs::write(days.leaves(), vec![0; 3 * length]).unwrap();
    days.next();
    assert!(days.next() <= FEW, "the next day all is well again");
    days.bench.check();
}

/// Values of the same files by another repository's keys.
#[test]
fn values_of_another_repository_cost_bytes_and_never_truth() {
    let (mut days, other) = (Days::new(), Bench::new());
    let foreign = liasse_archive::BackupOptions {
        sources: vec![days.bench.source()],
        time: liasse_archive::repo::now(),
        ..liasse_archive::BackupOptions::default()
    };
    for day in 0..2 {
        touch(&days.path("ledger"), 1_000 + day);
        touch(&days.path("beside"), 1_000 + day);
        let (progress, stop) = (liasse_archive::repo::Silent, liasse_archive::repo::Stop::new());
        liasse_archive::backup(&other.writer, &foreign, &progress, &stop).unwrap();
    }
    let theirs = leaves_below(&other.folder.path().join("cache")).unwrap();
    let ours = days.leaves();
    assert_eq!(theirs.file_name(), ours.file_name(), "they are of the same sources");
    assert_eq!(Leaves::read(&theirs).files.len(), 2);
    fs::copy(theirs, ours).unwrap();
    assert!(days.next() > 2 * SIZE as u64, "nothing of it fits");
    assert!(days.next() <= FEW);
    days.bench.check();
}

#[test]
fn values_of_another_file_cost_bytes_and_never_truth() {
    let mut days = Days::new();
    let path = days.leaves();
    let leaves = Leaves::read(&path);
    assert_eq!((leaves.files.len(), &leaves.records[..6]), (2, b"LIALEA".as_slice()));
    assert!(leaves.files.iter().all(|file| file[2] >= MAGIC_SIZE as u64));
    leaves.write(&path);
    assert!(days.next() <= FEW, "this test writes what is believed");

    // Each file's values under the other's key.
    let mut leaves = Leaves::read(&path);
    let [one, two] = [leaves.files[0][2], leaves.files[1][2]];
    (leaves.files[0][2], leaves.files[1][2]) = (two, one);
    leaves.write(&path);
    days.next();

    // Both files' values as those of one, one after the other; and the same twice.
    for same in [false, true] {
        let mut leaves = Leaves::read(&path);
        leaves.files[1] = if same { leaves.files[0] } else { [leaves.files[0][0], leaves.files[0][1], leaves.files[1][2]] };
        leaves.write(&path);
        days.next();
    }

    // Places that are none, and more files than there are.
    for start in [0, 3, u64::MAX, 1 << 40] {
        let mut leaves = Leaves::read(&path);
        leaves.files[0][2] = start;
        leaves.files.push([u64::MAX, u64::MAX, 0]);
        leaves.write(&path);
        days.next();
    }
    days.bench.check();
}

/// Every byte of a record changed, and its checksum made right: what it claims is proved before it is believed.
#[test]
fn claims_with_right_checksums_cost_bytes_and_never_truth() {
    let mut days = Days::new();
    let path = days.leaves();
    let mut length = 0;
    Leaves::read(&path).change_record(|record| length = record.len());
    for at in 0..length {
        let mut leaves = Leaves::read(&path);
        leaves.change_record(|record| record[at] ^= 1 << (at % 8));
        leaves.write(&path);
        days.next();
    }
    // Two leaves have changed places.
    let mut leaves = Leaves::read(&path);
    leaves.change_record(|record| {
        let (left, right) = record.split_at_mut(length - 32);
        left[length - 64..].swap_with_slice(right);
    });
    leaves.write(&path);
    days.next();
    days.bench.check();
}
