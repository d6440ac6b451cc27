//! ext4, xfs and btrfs on loop devices, cut off at some moment of a backup: what was not synced is gone. The cut comes anywhere from before
//! the first write to after the last, also just when the program has said that it is done.

use std::process::Stdio;
use std::time::Instant;

use crate::firm::Firm;
use crate::image::Image;
use crate::planted::noise;
use crate::program::is_root;
use crate::{setting, tell};

/// So much is written that a cut finds the backup at work.
const SCAN: u64 = 12_000_000;
const KINDS: [&str; 3] = ["ext4", "xfs", "btrfs"];

/// A share of a whole that looks like chance, and is the same every time.
fn share(seed: u64) -> f64 {
    let bytes = noise(seed, 4);
    f64::from(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])) / f64::from(u32::MAX)
}

/// What became of the backups that were under way.
#[derive(Default)]
struct Tally {
    cuts: u64,
    committed: u64,
}

/// Cuts a file system off again and again. Returns how often, and how many of the backups had ended well before.
fn cut_off(image: &Image, firm: &mut Firm, kind: &str, times: u64, seed: u64) -> Tally {
    let mut tally = Tally::default();
    for turn in 0..times {
        firm.works();
        let began = Instant::now();
        firm.backs_up();
        let usual = began.elapsed();
        firm.works();
        let switch = image.switch();
        let child = firm.backup(&[]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // Every fourth cut comes just after the program has said that it is done: then it must have told the truth.
        let output = if turn % 4 == 3 {
            let output = child.wait_with_output().unwrap();
            switch.cut();
            output
        } else {
            std::thread::sleep(usual.mul_f64(share(seed * 1000 + turn)));
            switch.cut();
            child.wait_with_output().unwrap()
        };
        tally.cuts += 1;
        if output.status.success() {
            tally.committed += 1;
            firm.remember(&output);
        }
        image.comes_back();
        firm.looks_after(&format!("{kind}, cut {turn}"));
    }
    tally
}

#[test]
fn file_systems_that_are_cut_off_lose_nothing() {
    let (times, seed) = (setting("LIASSE_CUTS", 20), setting("LIASSE_SEED", 1));
    if !is_root() {
        tell("file systems cut off: 0, because only root may mount");
        return;
    }
    let mut told = Vec::new();
    for kind in KINDS {
        let desk = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        match Image::new(kind, desk.path()) {
            Ok(image) => {
                let mut firm = Firm::new(desk.path(), image.place(), seed, SCAN);
                assert!(firm.repository().starts_with(image.place()));
                let tally = cut_off(&image, &mut firm, kind, times, seed);
                let restored = firm.gets_everything_back(desk.path());
                assert!(
                    tally.cuts == times && tally.committed < times && restored as u64 > times,
                    "{kind}: {restored} snapshots after {} cuts",
                    tally.cuts
                );
                told.push(format!("{kind} {} ({} had ended well before, {restored} snapshots restored)", tally.cuts, tally.committed));
            }
            // A kernel without it, or no loop devices, as in many containers. A program that is missing is installed by tests/run.
            Err(error) if !error.contains("mkfs") && !error.contains("No such file") => told.push(format!("{kind} 0 ({error})")),
            Err(error) => panic!("{kind}: {error}"),
        }
    }
    tell(&format!("file systems cut off (seed {seed}): {}", told.join(", ")));
    assert_eq!(told.len(), KINDS.len());
}
