//! A source that moves while it is read: files that shrink, grow, are rewritten, replaced or removed at any read of them, and reads that
//! fail, are interrupted or give little. What is stored is a state that the file had, or it is told; and nothing else suffers from it.

use std::io::Write as _;
use std::path::Path;

use liasse_repo::format::tree::Node;
use rustix::io::Errno;

use super::*;
use crate::source::disturbed::{self, Read};

const SIZE: usize = 3 << 20;

fn noise(seed: u64) -> Vec<u8> {
    let mut bytes = vec![0; SIZE];
    blake3::Hasher::new().update(&seed.to_le_bytes()).finalize_xof().fill(&mut bytes);
    bytes
}

/// Backs up while this happens to the file at its n-th read. Gives what was told, what hash the snapshot has of it, and how often it was
/// read.
fn backup_while(bench: &Bench, at: u32, mut what: impl FnMut(&Path) -> Read + Send + 'static) -> (Vec<String>, Option<[u8; 32]>, u32) {
    let path = bench.source().join("moving");
    fs::write(&path, noise(u64::from(at))).unwrap();
    let own = path.clone();
    disturbed::set(&path, Box::new(move |read| if read == at || at == 0 { what(&own) } else { Read::Plain }));
    let options = BackupOptions { sources: vec![bench.source()], time: liasse_repo::now(), ..BackupOptions::default() };
    let report = backup(&bench.repository, &options, &Silent, &Stop::new()).unwrap();
    let reads = disturbed::end(&path);
    let mut hash = None;
    let mut beside = false;
    let root = bench.source();
    list(&bench.repository, report.snapshot.as_ref().unwrap(), root.as_os_str().as_encoded_bytes(), true, &mut |_, entry| {
        match &entry.node {
            Node::File(content) if entry.name.as_bytes() == b"moving" => hash = Some(content.hash.0),
            Node::File(content) => beside = content.hash.0 == *blake3::hash(b"beside").as_bytes(),
            _ => {}
        }
        Ok(())
    })
    .unwrap();
    assert!(beside, "what lies beside it is stored");
    let check = bench.repository.check(&CheckOptions::ALL_DATA, &Silent, &Stop::new()).unwrap();
    assert!(check.findings.is_empty(), "{:?}", check.findings);
    (report.unread.into_iter().map(|unread| unread.cause).collect(), hash, reads)
}

fn bench() -> Bench {
    let bench = Bench::new();
    fs::create_dir(bench.source()).unwrap();
    fs::write(bench.source().join("beside"), "beside").unwrap();
    bench
}

fn of_disk(bench: &Bench) -> [u8; 32] {
    *blake3::hash(&fs::read(bench.source().join("moving")).unwrap()).as_bytes()
}

/// Changes that end: the file is read again, and stored as it then is.
#[test]
fn a_file_that_moves_once_is_stored_as_it_is_afterwards() {
    let changes: [fn(&Path); 5] = [
        |path| fs::File::options().write(true).open(path).unwrap().set_len(SIZE as u64 / 3).unwrap(),
        |path| fs::File::options().write(true).open(path).unwrap().set_len(0).unwrap(),
        |path| fs::OpenOptions::new().append(true).open(path).and_then(|mut file| file.write_all(&noise(77))).unwrap(),
        |path| fs::write(path, noise(78)).unwrap(),
        |path| {
            fs::write(path.with_extension("new"), noise(79)).unwrap();
            fs::rename(path.with_extension("new"), path).unwrap();
        },
    ];
    let bench = bench();
    let (_, _, reads) = backup_while(&bench, 1000, |_| Read::Plain);
    assert!(reads > 2, "{reads}");
    for (number, change) in changes.into_iter().enumerate() {
        for at in 1..=reads {
            let (told, hash, _) = backup_while(&bench, at, move |path| {
                change(path);
                Read::Plain
            });
            assert_eq!(told, [""; 0], "change {number} at read {at}");
            assert_eq!(hash, Some(of_disk(&bench)), "change {number} at read {at}");
        }
    }
}

/// What never stands still is stored all the same, and told; it is read again the next time.
#[test]
fn a_file_that_keeps_growing_is_told() {
    let bench = bench();
    let (told, hash, _) = backup_while(&bench, 0, |path| {
        fs::OpenOptions::new().append(true).open(path).and_then(|mut file| file.write_all(b"more")).unwrap();
        Read::Plain
    });
    assert_eq!(told, ["it kept changing while it was read"]);
    assert!(hash.is_some());
    let (told, hash, _) = backup_while(&bench, 1000, |_| Read::Plain);
    assert_eq!((told.len(), hash), (0, Some(of_disk(&bench))));
}

/// Removed, or no file any more: told, or not there; never half of it.
#[test]
fn a_file_that_is_taken_away_is_never_stored_in_part() {
    let bench = bench();
    let changes: [fn(&Path); 2] = [
        |path| fs::remove_file(path).unwrap(),
        |path| {
            fs::remove_file(path).unwrap();
            symlink("beside", path).unwrap();
        },
    ];
    for change in changes {
        for at in 1..=3 {
            let (told, hash, _) = backup_while(&bench, at, move |path| {
                change(path);
                Read::Plain
            });
            fs::remove_file(bench.source().join("moving")).ok();
            let whole = *blake3::hash(&noise(u64::from(at))).as_bytes();
            assert!(hash == Some(whole) || hash.is_none() && told.len() == 1, "{told:?} {hash:?}");
        }
    }
}

#[test]
fn a_read_that_fails_is_told_and_made_up_for_the_next_time() {
    let bench = bench();
    for at in 1..=3 {
        let (told, hash, _) = backup_while(&bench, at, |_| Read::Fails(Errno::IO));
        assert!(hash.is_none() && told.len() == 1 && told[0].contains("cannot read"), "{told:?}");
        let (told, hash, _) = backup_while(&bench, 1000, |_| Read::Plain);
        assert_eq!((told.len(), hash), (0, Some(of_disk(&bench))));
    }
}

#[test]
fn reads_that_are_interrupted_or_give_little_lose_nothing() {
    let bench = bench();
    let mut odd = 0_u32;
    let (told, hash, reads) = backup_while(&bench, 0, move |_| {
        odd += 1;
        if odd.is_multiple_of(3) { Read::Fails(Errno::INTR) } else { Read::AtMost(1 + (odd as usize * 7919) % 60_000) }
    });
    assert_eq!((told.len(), hash), (0, Some(of_disk(&bench))));
    assert!(reads > 50);
}
