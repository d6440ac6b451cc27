//! Runs over real folders into a repository in memory: what the report says, what the snapshot holds.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

#[path = "run/firm.rs"]
mod firm;
#[path = "run/lost.rs"]
mod lost;

use std::fs;
use std::path::Path;

use liasse_dossier::archive::repo::store::{ErrorKind, Fault, Operation, Trigger};
use liasse_dossier::archive::repo::{Silent, Stop, parity};
use liasse_dossier::lang::{Lang, Texts};
use liasse_dossier::report::{Alarm, Cause, Outcome};
use liasse_dossier::run::{RunError, Wanted};

use firm::{Firm, noise, of, outcomes, settle};

#[test]
fn a_first_run_stores_all_and_a_second_one_nothing() {
    let firm = Firm::new(&["D1", "D2"]);
    let first = firm.run("");
    assert_eq!(outcomes(&first), [("D1", Outcome::Stored), ("D2", Outcome::Stored)]);
    assert!(!first.is_error() && first.snapshot.is_some() && first.stored > 0, "{first:?}");
    assert_eq!((of(&first, "D1").files, of(&first, "D1").size), (4, 1_500_019));
    let second = firm.run("");
    assert_eq!(outcomes(&second), [("D1", Outcome::Unchanged), ("D2", Outcome::Unchanged)]);
    assert_eq!(of(&second, "D1").since, of(&first, "D1").since);
    assert_eq!(of(&second, "D1").files, 4);
    assert!(!second.is_error());
    firm.check();
}

#[test]
fn a_dossier_with_a_lock_file_is_skipped_and_taken_next_time() {
    let firm = Firm::new(&["D1", "D2"]);
    let first = firm.run("");
    firm.write("D1/journal.log", "one\ntwo\nthree\n");
    firm.write("D1/data.lck", "");
    let second = firm.run("");
    assert_eq!(outcomes(&second), [("D1", Outcome::InUse), ("D2", Outcome::Unchanged)]);
    assert!(matches!(&of(&second, "D1").causes[..], [Cause::LockFile { file, .. }] if file == "data.lck"), "{second:?}");
    assert_eq!(of(&second, "D1").since, of(&first, "D1").since);
    assert!(second.is_error());
    assert_eq!(firm.stored("D1/journal.log").unwrap(), b"one\ntwo\n");
    fs::remove_file(firm.root().join("D1/data.lck")).unwrap();
    let third = firm.run("");
    assert_eq!(outcomes(&third), [("D1", Outcome::Stored), ("D2", Outcome::Unchanged)]);
    assert_eq!(firm.stored("D1/journal.log").unwrap(), b"one\ntwo\nthree\n");
    firm.check();
}

#[test]
fn one_dossier_is_run_alone_and_the_others_stay_in_view() {
    let firm = Firm::new(&["D1", "D2"]);
    firm.run("");
    firm.write("D1/journal.log", "1");
    firm.write("D2/journal.log", "one\ntwo\nmore\n");
    settle();
    let wanted = Wanted { codes: vec!["D2".parse().unwrap()], reason: Some("before-closing".to_owned()), ..Wanted::default() };
    let report = firm.try_run("", &wanted).unwrap();
    assert_eq!(outcomes(&report), [("D1", Outcome::NotAsked), ("D2", Outcome::Stored)]);
    assert!(!report.is_error(), "{report:?}");
    assert_eq!(firm.stored("D1/journal.log").unwrap(), b"one\ntwo\n");
    assert_eq!(firm.stored("D2/journal.log").unwrap(), b"one\ntwo\nmore\n");
    assert_eq!(firm.repository.snapshots().unwrap().good.last().unwrap().record.reason.as_deref(), Some("before-closing"));
    let next = firm.run("");
    assert_eq!(outcomes(&next), [("D1", Outcome::Stored), ("D2", Outcome::Unchanged)]);
}

#[test]
fn who_does_not_exist_is_told_with_the_nearest() {
    let firm = Firm::new(&["D1234", "E9"]);
    let wanted = Wanted { codes: vec!["D1243".parse().unwrap()], ..Wanted::default() };
    let error = firm.try_run("", &wanted).unwrap_err();
    for (lang, said) in
        [(Lang::English, "Is this meant: D1234?"), (Lang::French, "Vouliez-vous dire : D1234"), (Lang::Portuguese, "quis dizer: D1234")]
    {
        assert!(error.text(&Texts::new(lang)).contains(said), "{}", error.text(&Texts::new(lang)));
    }
}

#[test]
fn a_missing_dossier_alarms_once_and_its_state_stays() {
    let firm = Firm::new(&["D1", "D2"]);
    let first = firm.run("");
    fs::remove_dir_all(firm.root().join("D1")).unwrap();
    let second = firm.run("");
    assert_eq!(outcomes(&second), [("D1", Outcome::Missing), ("D2", Outcome::Unchanged)]);
    assert_eq!((&of(&second, "D1").causes[..], &of(&second, "D1").alarms[..]), (&[Cause::Missing][..], &[Alarm::Missing][..]));
    assert_eq!((of(&second, "D1").since, of(&second, "D1").files), (of(&first, "D1").since, 4));
    let third = firm.run("");
    assert_eq!((of(&third, "D1").outcome, of(&third, "D1").alarms.len()), (Outcome::Missing, 0));
    let record = firm.repository.snapshots().unwrap().good.last().unwrap().record.clone();
    assert!(record.dossiers[0].code == "D1" && record.dossiers[0].tree.size > 0);
    firm.check();
}

#[test]
fn an_unplugged_root_is_not_an_empty_one() {
    let firm = Firm::new(&["D1"]);
    firm.run("");
    fs::rename(firm.root(), firm.folder.path().join("away")).unwrap();
    let report = firm.run("");
    assert!(matches!(&of(&report, "D1").causes[..], [Cause::RootMissing { .. }]), "{report:?}");
    assert!(report.is_error() && report.problems > 0);
    fs::rename(firm.folder.path().join("away"), firm.root()).unwrap();
    assert_eq!(outcomes(&firm.run("")), [("D1", Outcome::Unchanged)]);
}

#[test]
fn an_emptied_dossier_keeps_its_last_state() {
    let firm = Firm::new(&["D1", "D2"]);
    firm.run("");
    for name in ["ledger.db", "journal.log", "2023.sig", "photos/1"] {
        fs::remove_file(firm.root().join("D1").join(name)).unwrap();
    }
    let report = firm.run("");
    assert_eq!(of(&report, "D1").outcome, Outcome::Missing);
    assert_eq!(of(&report, "D1").alarms, [Alarm::Empty { files_before: 4 }]);
    assert_eq!(firm.stored("D1/photos/1").unwrap(), b"photo");
    firm.check();
}

#[test]
fn books_that_are_encrypted_raise_the_alarm_and_both_states_stay() {
    let firm = Firm::new(&["D1"]);
    firm.run("");
    // Its leaf values are known from now on.
    let ledger = firm.root().join("D1/ledger.db");
    let mut bytes = fs::read(&ledger).unwrap();
    bytes[700_000] ^= 1;
    fs::write(&ledger, &bytes).unwrap();
    firm.run("");
    for (name, length) in [("ledger.db", 1_500_000), ("journal.log", 9_000), ("2023.sig", 8_000), ("photos/1", 9_100)] {
        firm.write(&format!("D1/{name}"), noise(length));
    }
    let report = firm.run("");
    let alarms = &of(&report, "D1").alarms;
    assert_eq!(of(&report, "D1").outcome, Outcome::Stored);
    assert!(alarms.iter().any(|alarm| matches!(alarm, Alarm::Noise { files: 4, .. })), "{alarms:?}");
    assert!(alarms.iter().any(|alarm| matches!(alarm, Alarm::MostChanged { percent: 90.. })), "{alarms:?}");
    assert!(alarms.contains(&Alarm::ArchiveChanged { file: "2023.sig".to_owned() }), "{alarms:?}");
    assert!(report.is_error());
    firm.check();
}

#[test]
fn one_ledger_that_is_encrypted_raises_the_alarm_and_one_that_always_was_does_not() {
    let firm = Firm::new(&["D1", "D2"]);
    firm.write("D1/ledger.db", "1000;Kasse;12.50\n".repeat(250_000));
    firm.write("D2/ledger.db", noise(4 << 20));
    firm.run("");
    for code in ["D1", "D2"] {
        firm.write(&format!("{code}/ledger.db"), noise((4 << 20) + 7));
        firm.write(&format!("{code}/photos/1"), noise(3000));
    }
    let report = firm.run("[alarms]\nchanged = 0\n");
    assert_eq!(of(&report, "D1").alarms, [Alarm::Noise { files: 1, example: "ledger.db".to_owned() }]);
    assert_eq!(of(&report, "D2").alarms, []);
}

#[test]
fn what_is_deleted_by_the_dozen_raises_the_alarm_and_a_folder_that_is_renamed_does_not() {
    let firm = Firm::new(&["D1", "D2"]);
    for code in ["D1", "D2"] {
        (0..200).for_each(|number| firm.write(&format!("{code}/photos/{number}"), format!("photo {number}")));
    }
    firm.run("");
    for name in ["D1/photos", "D1/ledger.db"] {
        let path = firm.root().join(name);
        if path.is_dir() { fs::remove_dir_all(path).unwrap() } else { fs::remove_file(path).unwrap() }
    }
    fs::rename(firm.root().join("D2/photos"), firm.root().join("D2/pictures")).unwrap();
    let report = firm.run("");
    let alarms = &of(&report, "D1").alarms;
    assert!(matches!(alarms[..], [Alarm::Vanished { files: 201, files_before: 203, .. }]), "{alarms:?}");
    assert_eq!((of(&report, "D1").outcome, &of(&report, "D2").alarms), (Outcome::Stored, &vec![]));
    assert!(firm.run("").dossiers.iter().all(|dossier| dossier.alarms.is_empty()));
}

#[test]
fn a_journal_that_shrinks_is_told() {
    let firm = Firm::new(&["D1"]);
    firm.run("");
    firm.write("D1/journal.log", "one\n");
    let report = firm.run("");
    assert_eq!(of(&report, "D1").alarms, [Alarm::Shrunk { file: "journal.log".to_owned(), before: 8, now: 4 }]);
}

#[test]
fn hooks_prepare_dossiers_and_their_failures_stay_with_them() {
    let firm = Firm::new(&["D1", "D2"]);
    let hooks =
        "[[hook]]\nname = 'dump'\nwhen = 'before-dossier'\ncommand = 'test $LIASSE_DOSSIER = D1 && echo made > $LIASSE_PATH/dump'\n";
    let report = firm.run(hooks);
    assert_eq!(outcomes(&report), [("D1", Outcome::Stored), ("D2", Outcome::Failed)]);
    assert!(matches!(&of(&report, "D2").causes[..], [Cause::Hook { hook, .. }] if hook == "dump"), "{report:?}");
    assert_eq!(firm.stored("D1/dump").unwrap(), b"made\n");
    let stop = "[[hook]]\nname = 'stop'\nwhen = 'before-run'\ncommand = 'exit 7'\n";
    let report = firm.run(stop);
    assert!(report.snapshot.is_none() && report.failure.as_deref().is_some_and(|failure| failure.contains("stop")), "{report:?}");
    let after = "[[hook]]\nname = 'after'\nwhen = 'after-run'\ncommand = ['false']\n";
    let report = firm.run(after);
    assert!(report.snapshot.is_some() && report.is_error() && report.remarks.iter().any(|remark| remark.contains("after")), "{report:?}");
}

#[test]
fn parts_are_left_out_and_come_back_when_they_are_due() {
    let firm = Firm::new(&["D1"]);
    let parts = "[[rule.part]]\nname = 'photos'\npatterns = ['photos/']\nevery = '7 days'\n";
    firm.run(parts);
    assert_eq!(firm.stored("D1/photos/1").unwrap(), b"photo");
    firm.write("D1/photos/1", b"another");
    firm.write("D1/journal.log", "one\ntwo\nthree\n");
    let second = firm.run(parts);
    assert_eq!((of(&second, "D1").as_before.as_slice(), of(&second, "D1").left_out.len()), (["photos".to_owned()].as_slice(), 0));
    assert_eq!(firm.stored("D1/photos/1").unwrap(), b"photo", "a restore of this state has them, as they were");
    assert_eq!(firm.stored("D1/journal.log").unwrap(), b"one\ntwo\nthree\n");
    assert_eq!(firm.cause("D1"), "as before: photos");
    settle();
    let wanted = Wanted { parts: "photos".parse().unwrap(), ..Wanted::default() };
    firm.try_run(parts, &wanted).unwrap();
    assert_eq!(firm.stored("D1/photos/1").unwrap(), b"another");
    let without = firm.run(&format!("without = ['photos']\n{parts}"));
    assert_eq!(of(&without, "D1").left_out, ["photos"]);
    assert_eq!((firm.stored("D1/photos/1"), firm.cause("D1").as_str()), (None, "left out: photos"));
    firm.check();
}

#[test]
fn a_run_that_does_not_fit_is_refused_with_both_figures() {
    let firm = Firm::new(&["D1"]);
    let much = format!("[room]\nkeep-free = {}\n", 1_u64 << 40);
    let error = firm.try_run(&much, &Wanted::default()).unwrap_err();
    assert!(matches!(error, RunError::Room { needed, free } if needed > free && free > 0), "{error:?}");
    assert!(firm.repository.snapshots().unwrap().good.is_empty());
    firm.try_run(&much, &Wanted { ignore_room: true, ..Wanted::default() }).unwrap();
}

#[test]
fn a_run_protects_what_it_stored_and_tells_when_it_cannot() {
    let firm = Firm::new(&["D1"]);
    let plain = firm.run("");
    assert!(parity::check(&firm.store, &Silent, &Stop::new()).unwrap().objects.is_empty());
    let report = firm.run("[parity]\nrate = 8\n");
    assert!(!report.is_error() && report.stored > plain.stored / 100, "{report:?}");
    let state = parity::check(&firm.store, &Silent, &Stop::new()).unwrap();
    assert_eq!((state.unprotected, state.is_sound()), (0, true));
    // What a run publishes that adds no parity; the next is then the parity.
    let write = |text: &str| fs::write(firm.root().join("D1/journal.log"), text).unwrap();
    write("one\ntwo\nthree\n");
    firm.store.reset();
    firm.run("");
    let published = firm.store.count(Operation::Publish);
    write("one\ntwo\nthree\nfour\n");
    firm.store.reset();
    firm.store.arm(Fault { trigger: Trigger::Nth(Operation::Publish, published + 1), kind: ErrorKind::Full, applied: false });
    let report = firm.run("[parity]\nrate = 8\n");
    assert_eq!((of(&report, "D1").outcome, report.snapshot.is_some(), report.problems), (Outcome::Stored, true, 1));
    assert!(report.remarks.iter().any(|remark| remark.contains("liasse parity add")), "{:?}", report.remarks);
    firm.store.heal();
    firm.run("[parity]\nrate = 8\n");
    assert_eq!(parity::check(&firm.store, &Silent, &Stop::new()).unwrap().unprotected, 0);
    firm.check();
}

#[test]
fn two_folders_with_one_code_are_told_and_the_old_state_stays() {
    let firm = Firm::new(&["D1", "D2"]);
    firm.run("");
    let other = firm.folder.path().join("other");
    fs::create_dir_all(other.join("D1")).unwrap();
    fs::write(other.join("D1/x"), "x").unwrap();
    let rule = format!("[[rule]]\nname = 'other'\nroot = '{}'\n", other.display());
    let report = firm.run(&rule);
    assert_eq!(outcomes(&report), [("D1", Outcome::Failed), ("D2", Outcome::Unchanged)]);
    assert!(report.problems > 0 && report.is_error());
    let record = firm.repository.snapshots().unwrap().good.last().unwrap().record.clone();
    assert!(record.dossiers[0].tree.size > 0);
    assert!(Path::new(&of(&report, "D1").path).ends_with("dossiers/D1"));
}

#[test]
fn a_missing_dossier_that_is_excluded_is_missed_no_more() {
    let firm = Firm::new(&["D1", "D2"]);
    firm.run("");
    fs::remove_dir_all(firm.root().join("D1")).unwrap();
    assert_eq!(of(&firm.run(""), "D1").outcome, Outcome::Missing);
    let report = firm.run("exclude = ['D1']\n");
    assert_eq!(outcomes(&report), [("D2", Outcome::Unchanged)]);
    assert!(!report.is_error());
}

#[test]
fn two_settings_on_one_machine_keep_their_dossiers_apart() {
    let firm = Firm::new(&["D1"]);
    let first = firm.run("");
    let other = firm.folder.path().join("other");
    fs::create_dir_all(other.join("X1")).unwrap();
    fs::write(other.join("X1/x"), "x").unwrap();
    let only_other = format!("off = true\n[[rule]]\nname = 'other'\nroot = '{}'\n", other.display());
    assert_eq!(outcomes(&firm.run(&only_other)), [("X1", Outcome::Stored)]);
    // What the newest snapshot does not know is known all the same.
    firm.write("D1/data.lck", "");
    let report = firm.run("");
    assert_eq!((of(&report, "D1").outcome, of(&report, "D1").since), (Outcome::InUse, of(&first, "D1").since));
    assert_eq!(firm.stored("D1/photos/1").unwrap(), b"photo");
}

#[test]
fn a_root_that_is_a_link_is_one_root() {
    let firm = Firm::new(&["D1", "D2"]);
    let real = firm.folder.path().join("real");
    fs::rename(firm.root(), &real).unwrap();
    std::os::unix::fs::symlink(&real, firm.root()).unwrap();
    firm.run("");
    fs::remove_dir_all(real.join("D1")).unwrap();
    assert_eq!(of(&firm.run(""), "D1").outcome, Outcome::Missing);
    fs::remove_file(firm.root()).unwrap();
    fs::rename(&real, firm.folder.path().join("away")).unwrap();
    let report = firm.run("");
    assert!(report.dossiers.iter().all(|dossier| matches!(dossier.causes[..], [Cause::RootMissing { .. }])), "{report:?}");
}

#[test]
fn a_dossier_that_was_excluded_for_a_while_is_known_still() {
    let firm = Firm::new(&["D1", "D2"]);
    let first = firm.run("");
    assert_eq!(outcomes(&firm.run("exclude = ['D1']\n")), [("D2", Outcome::Unchanged)]);
    firm.write("D1/data.lck", "");
    let report = firm.run("");
    assert_eq!((of(&report, "D1").outcome, of(&report, "D1").since), (Outcome::InUse, of(&first, "D1").since));
}

#[test]
fn a_full_disk_is_told_and_denies_nothing_of_what_is_stored() {
    let firm = Firm::new(&["D1", "D2", "D3"]);
    let first = firm.run("");
    firm.write("D2/more", vec![7; 1 << 20]);
    fs::remove_dir_all(firm.root().join("D3")).unwrap();
    settle();
    firm.store.arm(Fault { trigger: Trigger::MutationsFrom(firm.store.mutations() + 2), kind: ErrorKind::Full, applied: false });
    let wanted = Wanted { codes: vec!["D2".parse().unwrap(), "D3".parse().unwrap()], ..Wanted::default() };
    let report = firm.try_run("", &wanted).unwrap();
    firm.store.heal();
    assert_eq!(outcomes(&report), [("D1", Outcome::NotAsked), ("D2", Outcome::Failed), ("D3", Outcome::Missing)]);
    assert!(report.failure.as_ref().unwrap().contains("is full. Make room"), "{report:?}");
    for code in ["D1", "D2", "D3"] {
        assert_eq!(of(&report, code).since, of(&first, code).since);
        assert_eq!(of(&report, code).size, of(&first, code).size);
    }
    assert_eq!(outcomes(&firm.run(""))[1], ("D2", Outcome::Stored));
    firm.check();
}

/// "What failed is taken first next time" (the accounting firm's suite does it).
#[test]
fn what_was_not_taken_is_taken_first_next_time() {
    let firm = Firm::new(&["D1", "D2", "D3"]);
    let order = firm.folder.path().join("order");
    let hook = format!("[[hook]]\nname = 'order'\nwhen = 'before-dossier'\ncommand = 'echo $LIASSE_DOSSIER >> {}'\n", order.display());
    let taken = || {
        let text = fs::read_to_string(&order).unwrap();
        fs::remove_file(&order).unwrap();
        text.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    firm.write("D3/data.lck", "");
    firm.run(&hook);
    assert_eq!(taken(), ["D1", "D2", "D3"]);
    fs::remove_file(firm.root().join("D3/data.lck")).unwrap();
    let report = firm.run(&hook);
    assert_eq!(taken(), ["D3", "D1", "D2"]);
    assert_eq!(of(&report, "D3").outcome, Outcome::Stored);
    assert_eq!(firm.stored("D3/photos/1").unwrap(), b"photo");
    firm.run(&hook);
    assert_eq!(taken(), ["D1", "D2", "D3"]);
    firm.check();
}
