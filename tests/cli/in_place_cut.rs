//! `restore --in-place` that is cut off, or on a file system that knows less: the dossier is the old one or the new one, whole, and nothing
//! goes that no snapshot has.

use std::fs;
use std::process::{Command, Stdio};

use crate::in_place::{Contents, Firm};
use crate::support::{Ran, finish};

impl Firm {
    /// What was ruined and in no snapshot is kept beside, and goes.
    fn replaced_ruins(&self) {
        let kept = self.replaced("D1");
        assert!(kept.contains(&("ledger.txt".to_owned(), b"ruined".to_vec())), "{kept:?}");
    }
}

/// A firm whose dossier has two whole states: the stored one, and the one that is there.
fn two_states() -> (Firm, [Contents; 2]) {
    let firm = Firm::new(&["D1"]);
    for number in 0..60 {
        firm.write(&format!("D1/a/{number}.txt"), &format!("Monday {number}"));
    }
    firm.night_without_photos().ends(0);
    let stored = firm.contents("D1");
    ruin(&firm);
    let present = firm.contents("D1");
    (firm, [stored, present])
}

fn ruin(firm: &Firm) {
    for number in 0..60 {
        firm.write(&format!("D1/a/{number}.txt"), &format!("ruined {number}"));
    }
    firm.write("D1/ledger.txt", "ruined");
}

/// Whatever the moment of the power cut, the dossier is whole, and the next restore succeeds and cleans up.
#[test]
fn a_restore_that_is_cut_off_leaves_a_whole_dossier() {
    let (firm, states) = two_states();
    let [stored, present] = &states;
    let (mut old, mut new) = (0, 0);
    // The kernel's own calls are the clock: every rename, every flush, and some of the others.
    let moments = [
        ("renameat2", &[1, 2, 3, 4, 5, 6][..]),
        ("fsync", &[1, 2, 3, 4, 5, 6]),
        ("syncfs", &[1, 2]),
        ("unlinkat", &[1, 2, 3, 20, 60]),
        ("linkat", &[1]),
        ("mkdirat", &[1, 2, 4]),
    ];
    for (call, numbers) in moments {
        for number in numbers {
            let args =
                ["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={call}"), "-e", &format!("inject={call}:signal=KILL:when={number}")];
            let Some(ran) = firm.traced(&args) else { return };
            let there = firm.contents("D1");
            assert!(there == *present || there == *stored, "{call} {number}: neither the old nor the new dossier: {:?}", firm.left());
            if ran.code == 0 {
                firm.replaced_ruins();
                ruin(&firm);
                break;
            }
            (old, new) = (old + u32::from(there == *present), new + u32::from(there == *stored));
            let before = firm.left();
            let again = firm.in_place(&["D1"]).ends(0);
            assert_eq!(firm.contents("D1"), *stored, "{call} {number}: {}", again.out);
            for left in firm.left() {
                // Only what was replaced is left, and it is named, if it did not have its last name already.
                let is_told = again.out.contains(&left) || before.contains(&left);
                assert!(left.starts_with(".liasse-replaced-D1-") && is_told, "{call} {number}: {left}: {}", again.out);
                fs::remove_dir_all(firm.0.path(&format!("books/{left}"))).unwrap();
            }
            ruin(&firm);
        }
    }
    assert!(old > 5 && new > 2, "cut off before the swap {old} times, after it {new} times");
}

impl Firm {
    /// A restore in place under strace, where the system lets one program look into another.
    pub(crate) fn traced(&self, args: &[&str]) -> Option<Ran> {
        let possible = Command::new("strace").args(["-qq", "-o", "/dev/null", "true"]).stderr(Stdio::null()).status();
        let possible = possible.unwrap_or_else(|error| panic!("this test needs strace (Debian: apt install strace): {error}"));
        if !possible.success() {
            eprintln!("strace is not allowed to work: not tested here");
            return None;
        }
        let config = self.0.text("set.toml");
        let liasse = [env!("CARGO_BIN_EXE_liasse"), "restore", "D1", "--in-place", "--config", &config];
        Some(finish(&mut self.0.prepare(Command::new("strace"), &[args, &liasse].concat())))
    }
}

/// File systems that cannot exchange two folders in one step, nor rename without replacing.
#[test]
fn a_file_system_without_exchange_gets_two_renames() {
    let (firm, states) = two_states();
    let args = ["-f", "-qq", "-o", "/dev/null", "-e", "trace=renameat2", "-e", "inject=renameat2:error=EINVAL"];
    let Some(ran) = firm.traced(&args) else { return };
    ran.ends(0);
    firm.replaced_ruins();
    assert_eq!((firm.contents("D1"), firm.left()), (states[0].clone(), vec![]));
    // The second of the two fails: the first is taken back.
    ruin(&firm);
    let failing = ["-f", "-qq", "-o", "/dev/null", "-e", "trace=renameat2,renameat", "-e", "inject=renameat2:error=EINVAL:when=1..2"];
    let _ = firm.traced(&failing).unwrap();
    let there = firm.contents("D1");
    assert!(there == states[0] || there == states[1]);
    firm.in_place(&["D1"]).ends(0);
    for left in firm.left() {
        fs::remove_dir_all(firm.0.path(&format!("books/{left}"))).unwrap();
    }
    // Links cannot be made either: what stays is copied.
    ruin(&firm);
    let copying = ["-f", "-qq", "-o", "/dev/null", "-e", "trace=linkat", "-e", "inject=linkat:error=EPERM"];
    firm.traced(&copying).unwrap().ends(0);
    firm.replaced_ruins();
    assert_eq!((firm.contents("D1"), firm.left()), (states[0].clone(), vec![]));
}

#[test]
fn what_an_earlier_restore_left_is_never_guessed_away() {
    let (firm, states) = two_states();
    let [stored, present] = &states;
    // Staged, and nothing moved: it goes.
    firm.write(".liasse-restore-D1/new/half.txt", "half");
    firm.in_place(&["D1"]).ends(0);
    firm.replaced_ruins();
    assert_eq!((&firm.contents("D1"), firm.left()), (stored, vec![]));
    // Moved away, and nothing put in its place: it is the dossier.
    ruin(&firm);
    fs::create_dir(firm.0.path("books/.liasse-restore-D1")).unwrap();
    fs::rename(firm.0.path("books/D1"), firm.0.path("books/.liasse-restore-D1/old")).unwrap();
    firm.write(".liasse-restore-D1/new/half.txt", "half");
    firm.in_place(&["D1", "--dry-run"]).ends(0);
    assert!(!firm.0.path("books/D1").exists());
    firm.in_place(&["D1"]).ends(0);
    firm.replaced_ruins();
    assert_eq!((&firm.contents("D1"), firm.left()), (stored, vec![]));
    // Both are there, and nobody knows: what may be the only copy stays, and is named.
    for note in ["old 1\nnew 2\n", "rubbish"] {
        ruin(&firm);
        firm.write(".liasse-restore-D1/new/only.txt", "the only copy");
        firm.write(".liasse-restore-D1/note", note);
        let told = firm.in_place(&["D1"]).ends(0).out;
        let left = firm.left();
        assert!(left.len() == 2 && left.iter().all(|left| told.contains(left)), "{left:?} {told}");
        let only: Vec<_> = left.iter().map(|left| firm.read(&format!("{left}/only.txt"))).collect();
        assert!(only.contains(&"the only copy".to_owned()), "{only:?}");
        assert_eq!(&firm.contents("D1"), stored);
        for left in left {
            fs::remove_dir_all(firm.0.path(&format!("books/{left}"))).unwrap();
        }
    }
    assert_ne!(stored, present);
}
