//! Dossiers: each is taken as it was at one time, or stays as it was.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

#[path = "support/bench.rs"]
mod bench;
#[path = "support/notes.rs"]
mod notes;

use std::collections::BTreeSet;
use std::fs;
use std::sync::Mutex;

use bench::{Bench, Numbers};
use liasse_archive::repo::format::snapshot::Outcome;
use liasse_archive::repo::store::{ErrorKind, Fault, Trigger};
use liasse_archive::repo::{Silent, Snapshot, Stop};
use liasse_archive::{BackupOptions, BackupReport, Dossier, Fate, Found, Kept, Result, backup_dossiers, list};
use notes::{Notes, refusal};

const CODES: [&str; 3] = ["D1", "D2", "D3"];

/// Three dossiers with a ledger, a note and a folder of scans each.
fn world() -> Bench {
    let bench = Bench::new();
    let mut numbers = Numbers(5);
    for code in CODES {
        let folder = bench.source().join(code);
        fs::create_dir_all(folder.join("scans")).unwrap();
        fs::write(folder.join("ledger"), numbers.bytes(300_000)).unwrap();
        fs::write(folder.join("note"), code).unwrap();
        fs::write(folder.join("scans/one"), numbers.bytes(40_000)).unwrap();
    }
    bench
}

fn dossiers(bench: &Bench, last: Option<&Snapshot>) -> Vec<Dossier> {
    let kept = |code: &str| {
        let line = last?.record.dossiers.iter().find(|line| line.code == code)?;
        (line.tree.size > 0).then(|| Kept { tree: line.tree.clone(), evidence: line.evidence, since: line.since })
    };
    let dossier = |code: &&str| Dossier {
        code: (*code).to_owned(),
        path: bench.source().join(code),
        kept: kept(code),
        is_prepared: false,
        comes_first: false,
        refusal: None,
    };
    CODES.iter().map(dossier).collect()
}

fn try_run(bench: &Bench, list: &[Dossier], notes: &Notes) -> Result<BackupReport> {
    let options = BackupOptions { sources: vec![bench.source()], time: liasse_archive::repo::now(), ..BackupOptions::default() };
    backup_dossiers(&bench.writer, &options, (list, notes), &Silent, &Stop::new())
}

fn run_of(bench: &Bench, list: &[Dossier], notes: &Notes) -> BackupReport {
    try_run(bench, list, notes).unwrap()
}

fn run(bench: &Bench, last: Option<&Snapshot>, notes: &Notes) -> Snapshot {
    run_of(bench, &dossiers(bench, last), notes).snapshot.unwrap()
}

fn is_restored(bench: &Bench, snapshot: &Snapshot, file: &str) -> Option<Vec<u8>> {
    fs::read(bench.restore(snapshot).join(file)).ok()
}

fn write(bench: &Bench, file: &str, bytes: &[u8]) {
    fs::write(bench.source().join(file), bytes).unwrap();
}

/// So long that times of files that were written before are believed.
fn settle() {
    std::thread::sleep(std::time::Duration::from_millis(150));
}

#[test]
fn a_dossier_is_stored_once_and_then_costs_nothing() {
    use Outcome::{Stored, Unchanged};
    let bench = world();
    settle();
    let notes = Notes::default();
    let first = run(&bench, None, &notes);
    assert_eq!(notes.outcomes(), [Stored, Stored, Stored]);
    let lines: Vec<_> = first.record.dossiers.iter().map(|line| (line.code.as_str(), line.outcome)).collect();
    assert_eq!(lines, [("D1", Stored), ("D2", Stored), ("D3", Stored)]);

    let notes = Notes::default();
    let second = run(&bench, Some(&first), &notes);
    assert_eq!(notes.outcomes(), [Unchanged; 3]);
    assert_eq!(*notes.begun.lock().unwrap(), [0_usize; 0], "nobody is asked about what did not change");
    assert_eq!(second.record.statistics.added, 0);
    assert_eq!(second.record.dossiers[1].since, first.record.dossiers[1].since);
    assert_eq!(notes.fates.lock().unwrap()[&0].found.files, 3);

    write(&bench, "D2/note", b"longer than it was");
    settle();
    let notes = Notes::default();
    let third = run(&bench, Some(&second), &notes);
    assert_eq!(notes.outcomes(), [Unchanged, Stored, Unchanged]);
    assert_eq!(*notes.files.lock().unwrap(), [(1, "note".to_owned(), Some(2), 18, false, false)]);
    assert_eq!(third.record.dossiers[1].since, third.record.time);
    assert_eq!(is_restored(&bench, &third, "D2/note").unwrap(), b"longer than it was");
    bench.check();
}

#[test]
fn a_dossier_in_use_stays_as_it_was_and_is_taken_when_it_is_free() {
    use Outcome::{InUse, Stored, Unchanged};
    let bench = world();
    settle();
    let first = run(&bench, None, &Notes::default());
    write(&bench, "D1/note", b"half typed");
    write(&bench, "D2/note", b"done");
    settle();
    let notes = Notes { refused: BTreeSet::from([0]), ..Notes::default() };
    let second = run(&bench, Some(&first), &notes);
    assert_eq!(notes.outcomes(), [InUse, Stored, Unchanged]);
    let line = &second.record.dossiers[0];
    assert_eq!((line.cause.as_str(), line.since, &line.tree), ("open", first.record.time, &first.record.dossiers[0].tree));
    assert_eq!(is_restored(&bench, &second, "D1/note").unwrap(), b"D1");
    assert_eq!(is_restored(&bench, &second, "D2/note").unwrap(), b"done");

    let notes = Notes::default();
    let third = run(&bench, Some(&second), &notes);
    assert_eq!(notes.outcomes(), [Stored, Unchanged, Unchanged]);
    assert_eq!(*notes.begun.lock().unwrap(), [0]);
    assert_eq!(is_restored(&bench, &third, "D1/note").unwrap(), b"half typed");
    bench.check();
}

#[test]
fn a_dossier_that_was_never_free_is_not_made_up() {
    let bench = world();
    let notes = Notes { refused: BTreeSet::from([1]), ..Notes::default() };
    let first = run(&bench, None, &notes);
    let line = &first.record.dossiers[1];
    assert_eq!((line.outcome, line.tree.size), (Outcome::InUse, 0));
    assert_eq!(is_restored(&bench, &first, "D2/note"), None);
    assert_eq!(is_restored(&bench, &first, "D3/note").unwrap(), b"D3");
    bench.check();
}

#[test]
fn what_was_read_of_a_refused_dossier_does_not_count() {
    let bench = world();
    settle();
    let first = run(&bench, None, &Notes::default());
    write(&bench, "D1/note", b"x");
    write(&bench, "D1/new", b"y");
    fs::hard_link(bench.source().join("D1/new"), bench.source().join("D1/newer")).unwrap();
    settle();
    let notes = Notes { refused_after: BTreeSet::from([0]), ..Notes::default() };
    let report = run_of(&bench, &dossiers(&bench, Some(&first)), &notes);
    let (statistics, second) = (report.statistics, report.snapshot.unwrap());
    assert_eq!((statistics.files, statistics.new, statistics.changed), (9, 0, 0));
    assert_eq!(is_restored(&bench, &second, "D1/note").unwrap(), b"D1");
    assert_eq!(is_restored(&bench, &second, "D1/new"), None);
    let third = run(&bench, Some(&second), &Notes::default());
    assert_eq!(is_restored(&bench, &third, "D1/newer").unwrap(), b"y");
    bench.check();
}

#[test]
fn a_dossier_that_changes_while_it_is_read_is_read_again_and_then_left() {
    let bench = world();
    settle();
    let first = run(&bench, None, &Notes::default());
    let source = bench.source();
    write(&bench, "D3/note", b"1");
    // Somebody adds a file each time that the dossier is looked at: names come, no file changes while it is open.
    let count = std::sync::atomic::AtomicUsize::new(0);
    let touched = source.clone();
    let writers = std::sync::Arc::new(Mutex::new(Vec::new()));
    let started = std::sync::Arc::clone(&writers);
    let meanwhile = move |_: usize| {
        let n = count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        let folder = touched.join("D3");
        // After the walk has looked at the folder, which it does at once.
        let writer = std::thread::spawn(move || {
            for turn in 0..200 {
                fs::write(folder.join("scans/two"), format!("{n} {turn}")).unwrap();
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
        });
        started.lock().unwrap().push(writer);
    };
    let big = source.join("D3/zz");
    fs::create_dir(&big).unwrap();
    for n in 0..600 {
        fs::write(big.join(format!("{n}")), vec![b'x'; 20_000]).unwrap();
    }
    let notes = Notes { meanwhile: Some(Box::new(meanwhile)), ..Notes::default() };
    let second = run(&bench, Some(&first), &notes);
    assert_eq!(notes.outcomes(), [Outcome::Unchanged, Outcome::Unchanged, Outcome::InUse]);
    assert_eq!(*notes.begun.lock().unwrap(), [2, 2, 2], "three times, not more");
    assert!(second.record.dossiers[2].cause.starts_with("changing: scans"), "{}", second.record.dossiers[2].cause);
    assert_eq!(is_restored(&bench, &second, "D3/note").unwrap(), b"D3");
    // However slow the machine is, all is quiet now.
    writers.lock().unwrap().drain(..).for_each(|writer| writer.join().unwrap());
    let notes = Notes::default();
    let third = run(&bench, Some(&second), &notes);
    assert_eq!(notes.outcomes()[2], Outcome::Stored);
    assert_eq!(is_restored(&bench, &third, "D3/zz/599").unwrap().len(), 20_000);
    bench.check();
}

#[test]
fn a_dossier_that_is_gone_keeps_its_last_state_in_the_record() {
    use Outcome::{Missing, NotAsked, Unchanged};
    let bench = world();
    settle();
    let first = run(&bench, None, &Notes::default());
    fs::remove_dir_all(bench.source().join("D2")).unwrap();
    let mut wanted = dossiers(&bench, Some(&first));
    wanted[2].refusal = Some(refusal(NotAsked, ""));
    write(&bench, "D3/note", b"nobody looks");
    let notes = Notes::default();
    let second = run_of(&bench, &wanted, &notes).snapshot.unwrap();
    assert_eq!(notes.outcomes(), [Unchanged, Missing, NotAsked]);
    assert_eq!(second.record.dossiers[1].tree, first.record.dossiers[1].tree);
    assert_eq!(is_restored(&bench, &second, "D2/note"), None);
    assert_eq!(is_restored(&bench, &second, "D3/note").unwrap(), b"D3");
    bench.check();
    let notes = Notes::default();
    run(&bench, Some(&second), &notes);
    assert_eq!(notes.outcomes(), [Unchanged, Missing, Outcome::Stored]);
}

#[test]
fn a_lost_catalogue_costs_no_state() {
    let bench = world();
    settle();
    let first = run(&bench, None, &Notes::default());
    fs::remove_dir_all(bench.folder.path().join("cache")).unwrap();
    write(&bench, "D1/note", b"open");
    let notes = Notes { refused: BTreeSet::from([0]), ..Notes::default() };
    let second = run(&bench, Some(&first), &notes);
    assert_eq!(notes.outcomes(), [Outcome::InUse, Outcome::Unchanged, Outcome::Unchanged]);
    assert_eq!(is_restored(&bench, &second, "D1/note").unwrap(), b"D1");
    assert_eq!(is_restored(&bench, &second, "D1/scans/one").unwrap().len(), 40_000);
    let third = run(&bench, Some(&second), &Notes::default());
    assert_eq!(is_restored(&bench, &third, "D1/note").unwrap(), b"open");
    bench.check();
}

#[test]
fn parts_that_are_left_out_go_and_come_back() {
    let bench = world();
    settle();
    let first = run(&bench, None, &Notes::default());
    let notes = Notes { excluded: vec!["scans"], ..Notes::default() };
    let second = run(&bench, Some(&first), &notes);
    assert_eq!(notes.outcomes(), [Outcome::Stored; 3]);
    assert_eq!(second.record.dossiers[0].cause, "without scans");
    assert_eq!(is_restored(&bench, &second, "D1/scans/one"), None);
    assert_eq!(is_restored(&bench, &second, "D1/note").unwrap(), b"D1");
    let third = run(&bench, Some(&second), &Notes::default());
    assert_eq!(is_restored(&bench, &third, "D1/scans/one").unwrap().len(), 40_000);
    assert_eq!(third.record.dossiers[0].tree, first.record.dossiers[0].tree);
    bench.check();
}

#[test]
fn what_an_alarm_needs_is_told() {
    let bench = world();
    settle();
    let first = run(&bench, None, &Notes::default());
    write(&bench, "D1/note", b"");
    fs::remove_file(bench.source().join("D1/scans/one")).unwrap();
    write(&bench, "D1/scans/locked", &Numbers(9).bytes(50_000));
    write(&bench, "D1/scans/photo", &[b"\xff\xd8\xff\xe0".to_vec(), Numbers(9).bytes(50_000)].concat());
    settle();
    let notes = Notes::default();
    run(&bench, Some(&first), &notes);
    let files = notes.files.lock().unwrap();
    assert!(files.contains(&(0, "note".to_owned(), Some(2), 0, false, false)), "{files:?}");
    assert!(files.contains(&(0, "scans/locked".to_owned(), None, 50_000, true, true)), "{files:?}");
    assert!(files.contains(&(0, "scans/photo".to_owned(), None, 50_004, false, false)), "{files:?}");
    assert_eq!(*notes.gone.lock().unwrap(), [(0, "scans/one".to_owned(), 40_000)]);
    drop(files);
    // A folder that went takes all that was in it along.
    fs::remove_dir_all(bench.source().join("D2/scans")).unwrap();
    let notes = Notes::default();
    run(&bench, Some(&first), &notes);
    assert_eq!(*notes.gone.lock().unwrap(), [(1, "scans/one".to_owned(), 40_000)]);
}

#[test]
fn what_is_no_folder_is_refused_by_name() {
    let bench = world();
    fs::remove_dir_all(bench.source().join("D1")).unwrap();
    fs::write(bench.source().join("D1"), b"a file").unwrap();
    let notes = Notes::default();
    let first = run(&bench, None, &notes);
    assert_eq!((first.record.dossiers[0].outcome, first.record.dossiers[0].cause.as_str()), (Outcome::Failed, "it is not a folder"));
    let mut names = Vec::new();
    list(&bench.owner, &first, b"", true, &mut |path, _| {
        names.push(path.to_vec());
        Ok(())
    })
    .unwrap();
    assert!(!names.iter().any(|name| name.ends_with(b"/D1")));
}

/// A folder that was given another code is one dossier's, and another's of old.
#[test]
fn a_folder_with_another_code_is_taken_and_the_old_state_stays() {
    for is_first in [true, false] {
        let bench = world();
        let snapshot = run(&bench, None, &Notes::default());
        let mut list = dossiers(&bench, Some(&snapshot));
        let old = Dossier { refusal: Some(refusal(Outcome::Missing, "recoded")), ..list[0].clone() };
        let new = Dossier { code: "D11".to_owned(), kept: None, ..list[0].clone() };
        list.splice(..1, if is_first { [old, new] } else { [new, old] });
        let notes = Notes::default();
        let report = run_of(&bench, &list, &notes);
        let lines = report.snapshot.unwrap().record.dossiers;
        let of = |code: &str| lines.iter().find(|line| line.code == code).unwrap();
        assert_eq!((of("D1").outcome, &of("D1").tree), (Outcome::Missing, &snapshot.record.dossiers[0].tree));
        assert!(matches!(of("D11").outcome, Outcome::Stored | Outcome::Unchanged) && of("D11").tree == of("D1").tree);
    }
}

#[test]
fn what_is_prepared_is_taken() {
    let bench = world();
    settle();
    let first = run(&bench, None, &Notes::default());
    let source = bench.source();
    let prepare = move |dossier: usize| match dossier {
        0 => fs::write(source.join("D1/dump"), b"made just now").map(|()| true).map_err(|_| refusal(Outcome::Failed, "")),
        1 => Ok(false),
        _ => Err(refusal(Outcome::Failed, "it could not be prepared")),
    };
    let notes = Notes { prepare: Some(Box::new(prepare)), ..Notes::default() };
    let mut wanted = dossiers(&bench, Some(&first));
    for dossier in &mut wanted {
        dossier.is_prepared = true;
    }
    let second = run_of(&bench, &wanted, &notes).snapshot.unwrap();
    assert_eq!(notes.outcomes(), [Outcome::Stored, Outcome::Unchanged, Outcome::Failed]);
    assert_eq!(is_restored(&bench, &second, "D1/dump").unwrap(), b"made just now");
    assert_eq!(is_restored(&bench, &second, "D3/note").unwrap(), b"D3");
}

fn first(bench: &Bench, past: Option<&Snapshot>, numbers: &[usize]) -> Vec<Dossier> {
    let mut list = dossiers(bench, past);
    for number in numbers {
        list[*number].comes_first = true;
    }
    list
}

#[test]
fn who_comes_first_is_looked_at_first_and_lies_in_its_place() {
    use Outcome::{InUse, Stored, Unchanged};
    let (bench, other) = (world(), world());
    settle();
    let notes = Notes::default();
    let snapshot = run_of(&bench, &first(&bench, None, &[1, 2]), &notes).snapshot.unwrap();
    assert_eq!(*notes.begun.lock().unwrap(), [1, 2, 0]);
    assert_eq!(notes.outcomes(), [Stored; 3]);
    let in_order = run(&other, None, &Notes::default());
    let counted = |snapshot: &Snapshot| {
        let all = snapshot.record.statistics;
        (all.files, all.directories, all.size, all.new, all.unread)
    };
    assert_eq!(counted(&snapshot), counted(&in_order));
    for code in CODES {
        assert_eq!(is_restored(&bench, &snapshot, &format!("{code}/note")).unwrap(), code.as_bytes());
    }

    // The catalogue of such a run is as good as any.
    write(&bench, "D1/note", b"typed");
    write(&bench, "D3/note", b"half typed");
    settle();
    let notes = Notes { refused: BTreeSet::from([2]), ..Notes::default() };
    let next = run_of(&bench, &first(&bench, Some(&snapshot), &[2, 1]), &notes).snapshot.unwrap();
    assert_eq!(*notes.begun.lock().unwrap(), [2, 0]);
    assert_eq!(notes.outcomes(), [Stored, Unchanged, InUse]);
    assert_eq!(is_restored(&bench, &next, "D3/note").unwrap(), b"D3");
    let last = run(&bench, Some(&next), &Notes::default());
    assert_eq!(is_restored(&bench, &last, "D3/note").unwrap(), b"half typed");
    let last = run_of(&bench, &first(&bench, Some(&last), &[0, 1, 2]), &Notes::default()).snapshot.unwrap();
    assert_eq!((last.record.statistics.added, last.record.statistics.unchanged), (0, 9));
    bench.check();
}

#[test]
fn what_came_first_and_then_went_is_still_stored() {
    let bench = world();
    let away = bench.source().join("D2");
    let notes = Notes {
        meanwhile: Some(Box::new(move |dossier| {
            if dossier == 0 {
                fs::remove_dir_all(&away).unwrap();
            }
        })),
        ..Notes::default()
    };
    let snapshot = run_of(&bench, &first(&bench, None, &[1]), &notes).snapshot.unwrap();
    let line = &snapshot.record.dossiers[1];
    assert_eq!((line.outcome, line.tree.size > 0), (Outcome::Stored, true));
    assert_eq!(is_restored(&bench, &snapshot, "D2/note"), None, "it was not there when its place came");
    bench.check();
}

#[test]
fn a_way_that_is_not_there_is_told_once() {
    let bench = world();
    let mut list = first(&bench, None, &[0, 1, 2]);
    list[1].path = bench.source().join("gone/D2");
    let notes = Notes::default();
    let snapshot = run_of(&bench, &list, &notes).snapshot.unwrap();
    assert_eq!(snapshot.record.dossiers[1].outcome, Outcome::Missing);
    assert_eq!(notes.outcomes().len(), 3);
}

#[test]
fn a_judge_that_panics_hangs_nothing() {
    let bench = world();
    let notes = Notes { meanwhile: Some(Box::new(|dossier| assert!(dossier != 1, "a mistake"))), ..Notes::default() };
    let ran = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run(&bench, None, &notes)));
    assert!(ran.is_err());
    // And once more where the record is put together.
    let notes = Notes::default();
    notes.fates.lock().unwrap().insert(1, Fate { outcome: Outcome::Failed, state: None, found: Found::default(), cause: String::new() });
    let ran = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run(&bench, None, &notes)));
    assert!(ran.is_err());
}

#[test]
fn storage_that_fails_at_any_step_ends_the_run_and_the_next_one_is_whole() {
    let bench = world();
    let mut numbers = Numbers(77);
    let mut last: Option<Snapshot> = None;
    let mut failed = 0;
    for step in 1.. {
        for code in CODES {
            write(&bench, &format!("{code}/ledger"), &numbers.bytes(9 << 20));
        }
        bench.store.reset();
        bench.store.arm(Fault { trigger: Trigger::MutationsFrom(step), kind: ErrorKind::Full, applied: false });
        let ran = try_run(&bench, &first(&bench, last.as_ref(), &[2]), &Notes::default());
        bench.store.heal();
        match ran {
            Err(_) => failed += 1,
            Ok(report) => {
                last = report.snapshot;
                break;
            }
        }
    }
    assert!(failed > 3, "{failed}");
    let snapshot = run(&bench, last.as_ref(), &Notes::default());
    for code in CODES {
        assert_eq!(is_restored(&bench, &snapshot, &format!("{code}/ledger")), fs::read(bench.source().join(code).join("ledger")).ok());
    }
    bench.check();
}

#[test]
fn a_folder_that_changes_after_it_was_compared_is_not_mixed_with_what_is_read() {
    let bench = world();
    fs::create_dir_all(bench.source().join("D1/closed/2019")).unwrap();
    write(&bench, "D1/closed/2019/books", b"of then");
    settle();
    let before = run(&bench, None, &Notes::default());
    write(&bench, "D1/note", b"changed, so that it is read");
    settle();
    let source = bench.source();
    let times = Mutex::new(0);
    let notes = Notes {
        meanwhile: Some(Box::new(move |_| {
            *times.lock().unwrap() += 1;
            if *times.lock().unwrap() == 1 {
                // By now all folders are compared.
                settle();
                fs::write(source.join("D1/closed/2019/books"), b"of now").unwrap();
                fs::write(source.join("D1/note"), b"of now").unwrap();
            }
        })),
        ..Notes::default()
    };
    let snapshot = run(&bench, Some(&before), &notes);
    assert_eq!(is_restored(&bench, &snapshot, "D1/note").unwrap(), b"of now");
    assert_eq!(is_restored(&bench, &snapshot, "D1/closed/2019/books").unwrap(), b"of now");
    assert_eq!(*notes.begun.lock().unwrap(), [0, 0], "it was read again");
    bench.check();
}

#[test]
fn what_is_left_out_does_not_make_a_dossier_be_read_again() {
    let bench = world();
    settle();
    let without = || Notes { excluded: vec!["scans"], ..Notes::default() };
    let first = run_of(&bench, &dossiers(&bench, None), &without());
    let snapshot = first.snapshot.unwrap();
    let notes = without();
    let second = run_of(&bench, &dossiers(&bench, Some(&snapshot)), &notes);
    assert_eq!(notes.outcomes(), [Outcome::Unchanged; 3]);
    assert_eq!(*notes.begun.lock().unwrap(), [0_usize; 0], "nobody is asked about what did not change");
    assert_eq!((first.excluded, second.excluded), (3, 3));

    // What was stored and is left out now goes, and comes back.
    let notes = Notes::default();
    let all = run(&bench, second.snapshot.as_ref(), &notes);
    assert_eq!(notes.outcomes(), [Outcome::Stored; 3]);
    let notes = without();
    let fewer = run(&bench, Some(&all), &notes);
    assert_eq!(notes.outcomes(), [Outcome::Stored; 3]);
    assert_eq!(is_restored(&bench, &fewer, "D1/scans/one"), None);
    assert_eq!(is_restored(&bench, &fewer, "D1/note").unwrap(), b"D1");
    bench.check();
}

#[test]
fn what_stays_is_in_the_snapshot_as_the_last_run_has_it() {
    let bench = world();
    settle();
    let staying = || Notes { staying: vec!["scans"], ..Notes::default() };
    // Nothing is known yet, so it is taken.
    let first = run(&bench, None, &staying());
    assert!(is_restored(&bench, &first, "D1/scans/one").is_some());
    let scan = is_restored(&bench, &first, "D2/scans/one").unwrap();

    write(&bench, "D1/scans/two", b"not due");
    write(&bench, "D2/scans/one", b"not due");
    settle();
    let notes = staying();
    let second = run(&bench, Some(&first), &notes);
    assert_eq!(notes.outcomes(), [Outcome::Unchanged; 3]);
    write(&bench, "D2/note", b"changed");
    settle();
    let notes = staying();
    let third = run(&bench, Some(&second), &notes);
    assert_eq!(notes.outcomes(), [Outcome::Unchanged, Outcome::Stored, Outcome::Unchanged]);
    assert_eq!(is_restored(&bench, &third, "D1/scans/two"), None);
    assert_eq!(is_restored(&bench, &third, "D2/scans/one").unwrap(), scan);
    assert_eq!(is_restored(&bench, &third, "D2/note").unwrap(), b"changed");

    let last = run(&bench, Some(&third), &Notes::default());
    assert_eq!(is_restored(&bench, &last, "D1/scans/two").unwrap(), b"not due");
    assert_eq!(is_restored(&bench, &last, "D2/scans/one").unwrap(), b"not due");
    bench.check();
}
