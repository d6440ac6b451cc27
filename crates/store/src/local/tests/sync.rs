//! Durability: what is synced, in which order, and what happens when it fails.

use crate::conformance::{key, names};
use crate::{Area, ErrorKind, Local, Put, Sim, Store};

/// A repository on a simulated disk; what was synced to make it is forgotten.
fn recording() -> (Local, Sim) {
    let sim = Sim::new();
    let local = sim.create().unwrap();
    sim.checkpoint();
    (local, sim)
}

/// Forgets what was synced; of the syncs to come, this one fails.
fn record(sim: &Sim, fails: Option<u64>) {
    sim.checkpoint();
    sim.trouble(|trouble| trouble.failed_sync = fails);
}

/// The paths synced since [`record`], below the root; files in `tmp/` by that name only.
fn synced(sim: &Sim) -> Vec<String> {
    let root = format!("/{}", Sim::path(""));
    let relative = |path: &str| format!("{path}/").strip_prefix(&root).unwrap().trim_end_matches('/').to_owned();
    let nameless = |path: String| if path.starts_with("tmp/") { "tmp/*".to_owned() } else { path };
    sim.recording().steps().iter().filter_map(crate::Step::synced).map(relative).map(nameless).collect()
}

/// The files in `tmp/`.
fn leftovers(sim: &Sim) -> usize {
    let image = sim.image();
    image.files().filter(|(path, _)| path.starts_with(&Sim::path("tmp/"))).count()
}

#[test]
fn file_then_new_folders_then_both_folders() {
    let (local, sim) = recording();
    let pack = key(Area::Packs, "abcd");
    local.put(&pack, b"pack").unwrap();
    assert_eq!(synced(&sim), ["", "tmp/*", "", "packs", "packs/ab", "tmp"]);
    record(&sim, None);
    local.put(&key(Area::Packs, "ab01"), b"pack").unwrap();
    assert_eq!(synced(&sim), ["tmp/*", "packs/ab", "tmp"], "known folders are not synced again");
    record(&sim, None);
    local.remove(&pack).unwrap();
    assert_eq!(synced(&sim), ["packs/ab"]);
}

/// Another process may have stored it a moment ago, and not yet have synced its folder.
#[test]
fn what_existed_is_made_durable_too() {
    let (local, sim) = recording();
    sim.open().unwrap().put(&key(Area::Packs, "abcd"), b"pack").unwrap();
    record(&sim, None);
    assert_eq!(local.put(&key(Area::Packs, "abcd"), b"pack").unwrap(), Put::Existed);
    assert_eq!(synced(&sim), ["", "packs", "packs/ab"]);
    record(&sim, None);
    assert_eq!(local.stage(Area::Packs).unwrap().publish("abcd").unwrap(), Put::Existed);
    assert_eq!(synced(&sim), ["", "tmp/*", "packs/ab"]);
}

#[test]
fn a_failed_sync_is_reported_and_leaves_nothing() {
    for fails in 1..=6 {
        let (local, sim) = recording();
        let pack = key(Area::Packs, "abcd");
        record(&sim, Some(fails));
        assert_eq!(local.put(&pack, b"pack").unwrap_err().kind(), ErrorKind::Io, "sync {fails}");
        assert_eq!(synced(&sim).len() as u64, fails, "sync {fails}: nothing is tried after it");
        assert_eq!(names(&local, Area::Packs), [""; 0], "sync {fails}");
        assert_eq!(leftovers(&sim), 0, "sync {fails}");
        record(&sim, None);
        assert_eq!(local.put(&pack, b"pack").unwrap(), Put::Created, "sync {fails}");
        // What the failed sync has dropped is not counted on.
        let lost = sim.recording().cut(sim.steps()).choices(crate::Moves::Torn, 4, &mut crate::Chance::new(0));
        for choice in lost {
            let image = sim.recording().cut(sim.steps()).image(&choice);
            assert!(image.files().any(|file| file == (&Sim::path("packs/ab/abcd"), b"pack")), "sync {fails}");
        }
    }
}

#[test]
fn a_failed_sync_never_removes_what_another_put_there() {
    for fails in 1..=3 {
        let (local, sim) = recording();
        let pack = key(Area::Packs, "abcd");
        sim.open().unwrap().put(&pack, b"pack").unwrap();
        record(&sim, Some(fails));
        assert_eq!(local.put(&pack, b"pack").unwrap_err().kind(), ErrorKind::Io, "sync {fails}");
        assert_eq!(names(&local, Area::Packs), ["abcd"], "sync {fails}");
    }
}

#[test]
fn a_failed_removal_is_reported() {
    let (local, sim) = recording();
    local.put(&key(Area::Plans, "01"), b"plan").unwrap();
    record(&sim, Some(1));
    assert_eq!(local.remove(&key(Area::Plans, "01")).unwrap_err().kind(), ErrorKind::Io);
}

#[test]
fn folders_that_cannot_be_synced_are_no_failure() {
    let (local, sim) = recording();
    sim.trouble(|trouble| trouble.no_folder_sync = true);
    assert_eq!(local.put(&key(Area::Packs, "abcd"), b"pack").unwrap(), Put::Created);
}

#[test]
fn what_is_set_aside_has_its_new_name_durably_before_it_loses_the_old() {
    let (local, sim) = recording();
    let pack = key(Area::Packs, "abcd");
    local.put(&pack, b"pack").unwrap();
    record(&sim, None);
    local.set_aside(&pack).unwrap();
    assert_eq!(synced(&sim), ["", "damaged", "packs/ab"]);
    for fails in 1..=2_usize {
        local.put(&pack, b"pack").unwrap();
        record(&sim, Some(fails as u64));
        assert_eq!(local.set_aside(&pack).unwrap_err().kind(), ErrorKind::Io, "sync {fails}");
        record(&sim, None);
        assert_eq!(names(&local, Area::Damaged).len(), 2, "sync {fails}: not a byte is lost");
    }
}

/// The old object has another name, durably, before it loses its own; then the new one has it, durably.
#[test]
fn a_place_is_taken_in_one_step() {
    for no_link in [false, true] {
        let (local, sim) = recording();
        sim.trouble(|trouble| trouble.no_link = no_link);
        let pack = key(Area::Packs, "abcd");
        let take = || {
            let mut stage = local.stage(Area::Packs).unwrap();
            stage.write(b"sound").unwrap();
            stage.take_place("abcd")
        };
        local.put(&pack, b"rotten").unwrap();
        local.put(&key(Area::Damaged, "01"), b"so that its folder is known").unwrap();
        record(&sim, None);
        take().unwrap();
        let (copying, aside) = (["tmp/*", "damaged", "tmp"], ["damaged"]);
        let expected = [&["tmp/*"][..], if no_link { &copying } else { &[] }, &aside, &["packs/ab", "tmp"]].concat();
        assert_eq!(synced(&sim), expected);
        for fails in 1..=expected.len() as u64 {
            record(&sim, Some(fails));
            assert_eq!(take().unwrap_err().kind(), ErrorKind::Io, "sync {fails}");
            record(&sim, None);
            assert_eq!(names(&local, Area::Packs), ["abcd"], "sync {fails}: one of the two has the name");
            let image = sim.image();
            let kept = |bytes: &[u8]| image.files().any(|(_, kept)| kept == bytes);
            assert!(kept(b"rotten") && kept(b"sound"), "sync {fails}");
            assert_eq!(leftovers(&sim), 0, "sync {fails}");
        }
    }
}

/// Also where the old object cannot be copied whole, because the medium does not give it: whoever looks there, at any moment and after any
/// power cut, finds the old one or the new one.
#[test]
fn a_place_is_taken_without_a_moment_in_which_it_is_empty() {
    let (local, sim) = recording();
    sim.trouble(|trouble| (trouble.no_rename_no_replace, trouble.no_link) = (true, true));
    let old = [[1; 4096], [2; 4096], [3; 4096]].concat();
    local.put(&key(Area::Packs, "abcd"), &old).unwrap();
    sim.trouble(|trouble| {
        trouble.rotten = Some(|path| path.ends_with("packs/ab/abcd"));
        trouble.rotten_at = 5000;
    });
    sim.checkpoint();
    let mut stage = local.stage(Area::Packs).unwrap();
    stage.write(b"sound").unwrap();
    let aside = stage.take_place("abcd").unwrap().unwrap();
    sim.trouble(|trouble| trouble.rotten = None);
    let kept = local.get(&aside, u64::MAX).unwrap();
    assert!(kept == [[1; 4096], [0; 4096], [3; 4096]].concat(), "what the medium gives is kept");
    let recording = sim.recording();
    for steps in 0..=recording.len() {
        let seen = recording.cut(steps).unharmed();
        let place = seen.files().find(|(path, _)| *path == Sim::path("packs/ab/abcd")).map(|(_, bytes)| bytes.to_vec());
        assert!(place.as_deref().is_some_and(|bytes| bytes == old || bytes == b"sound"), "after {steps} steps");
    }
}

/// Else a leftover may be back after a power cut, on FAT as a second owner of an object's bytes.
#[test]
fn what_is_swept_is_gone_durably() {
    let (local, sim) = recording();
    let mut stage = local.stage(Area::Packs).unwrap();
    stage.write(b"half a pack").unwrap();
    // The disk is gone for as long as the writer would need it to take its file away.
    sim.trouble(|trouble| trouble.gone_from = Some(0));
    drop(stage);
    sim.trouble(|trouble| trouble.gone_from = None);
    assert_eq!(leftovers(&sim), 1);
    record(&sim, None);
    assert_eq!(local.sweep(std::time::Duration::from_hours(1)).unwrap(), 0, "it is young");
    assert_eq!(synced(&sim), [""; 0]);
    assert_eq!(local.sweep(std::time::Duration::ZERO).unwrap(), 1);
    assert_eq!((leftovers(&sim), synced(&sim)), (0, vec!["tmp".to_owned()]));
}

/// A copy that was cut short would be worse than none.
#[test]
fn what_is_set_aside_where_there_are_no_second_names_is_copied_whole() {
    for size in [0, 10, 1 << 20, (5 << 19) + 7] {
        let (local, sim) = recording();
        sim.trouble(|trouble| (trouble.no_rename_no_replace, trouble.no_link) = (true, true));
        let bytes: Vec<u8> = (0..size).map(|at: u32| (at % 251) as u8).collect();
        let pack = key(Area::Packs, "abcd");
        local.put(&pack, &bytes).unwrap();
        sim.checkpoint();
        let aside = local.set_aside(&pack).unwrap();
        assert!(local.get(&aside, u64::MAX).unwrap() == bytes, "{size}");
        assert!(synced(&sim).contains(&"tmp/*".to_owned()), "{size}: it was moved, which a power cut may do by half");
    }
}

/// Its writer has published or discarded it since the folder was read.
#[test]
fn a_leftover_that_is_gone_by_itself_is_no_failure() {
    let (local, sim) = recording();
    let stage = local.stage(Area::Packs).unwrap();
    sim.trouble(|trouble| trouble.stale_lists = true);
    assert_eq!(local.sweep(std::time::Duration::from_hours(1)).unwrap(), 0);
    drop(stage);
    assert_eq!(local.sweep(std::time::Duration::ZERO).unwrap(), 0);
}
