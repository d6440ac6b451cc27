//! Repair loses exactly what is lost and rejects nothing that is good (pitfall 7): every kind of damage to every object, mended in every
//! way, and cut off at every mutation.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::needless_for_each)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use liasse_repo::format::keys::Role;
use liasse_repo::format::pack::ChunkKind;
use liasse_repo::format::tree::Node;
use liasse_repo::store::{Area, ErrorKind, Fault, Faulty, Key, Memory, Store, Trigger};
use liasse_repo::{Error, Handover, KdfParams, RepairPlan, RepairStep, Repaired, Repository, Scratch, Silent, Stop, Whoami};

use support::{DEEP, check, content, copy, draft, empty, entry, noise, open, put, put_directory, small};
use zeroize::Zeroizing;

type Objects = BTreeMap<Key, Arc<[u8]>>;

fn store_of(objects: &Objects) -> Memory {
    let store = Memory::new();
    objects.iter().for_each(|(key, bytes)| store.replace(key.clone(), Arc::clone(bytes)));
    store
}

fn opened(store: &(impl Store + Clone + 'static)) -> Repository {
    open(store.clone(), &small().credential).unwrap()
}

/// What a copy holds, without what was set aside and marked.
fn objects(store: &Memory) -> Objects {
    store.objects().into_iter().filter(|(key, _)| key.area() != Area::Damaged).collect()
}

fn aside(store: &Memory) -> Vec<(Key, Arc<[u8]>)> {
    store.objects().into_iter().filter_map(|(key, bytes)| Some((key.was_aside_of()?, bytes))).collect()
}

/// As equal, without telling all bytes of what is not.
#[track_caller]
fn assert_same(found: &Objects, wanted: &Objects, what: &str) {
    let differs = |key: &&Key| found.get(*key) != wanted.get(*key);
    let different: BTreeSet<&Key> = found.keys().chain(wanted.keys()).filter(differs).collect();
    assert!(different.is_empty(), "{what}: {different:?}");
}

/// Opens a copy, with the keys of the other one where its own do not open.
fn open_or_like(store: &(impl Store + Clone + 'static), other: &Memory) -> Repository {
    open(store.clone(), &small().credential).unwrap_or_else(|_| Repository::open_like(Arc::new(store.clone()), &opened(other)).unwrap())
}

fn plan_from(here: &(impl Store + Clone + 'static), there: &Memory, all: bool) -> (Repository, RepairPlan) {
    let repository = open_or_like(here, there);
    let other: Arc<dyn Store> = Arc::new(there.clone());
    let plan = repository.plan_from(&other, all, &Silent, &Stop::new()).unwrap();
    (repository, plan)
}

fn apply(repository: &Repository, plan: RepairPlan, there: &Memory) -> Result<Repaired, Error> {
    let other: Arc<dyn Store> = Arc::new(there.clone());
    repository.repair(plan, Some(&other), &Silent, &Stop::new())
}

fn mend_from(here: &Memory, there: &Memory, all: bool) -> Repaired {
    let (repository, plan) = plan_from(here, there, all);
    apply(&repository, plan, there).unwrap()
}

/// One object, and what became of it.
struct Harm {
    what: String,
    key: Key,
    /// `None`: it is gone.
    bytes: Option<Arc<[u8]>>,
}

/// Every kind of damage to every object: a bit, a missing end, nothing left, gone, another of the same area, one of another repository.
fn corpus(sound: &Objects) -> Vec<Harm> {
    let foreign = empty().0.objects();
    let mut all = Vec::new();
    for (key, bytes) in sound.iter().filter(|(key, _)| key.area() != Area::Root) {
        let mut add = |what: &str, bytes: Option<Arc<[u8]>>| all.push(Harm { what: format!("{what}: {key}"), key: key.clone(), bytes });
        for at in [9, bytes.len() / 2, bytes.len() - 60, bytes.len() - 1] {
            let mut flipped = bytes.to_vec();
            flipped[at] ^= 0x20;
            add(&format!("byte {at}"), Some(flipped.into()));
        }
        add("cut short", Some(bytes[..bytes.len() / 3].into()));
        add("emptied", Some([].into()));
        add("gone", None);
        let same_area = |(other, _): &(&Key, &Arc<[u8]>)| other.area() == key.area() && *other != key;
        if let Some((other, theirs)) = sound.iter().find(same_area) {
            add(&format!("replaced by {other}"), Some(Arc::clone(theirs)));
        }
        if let Some((_, theirs)) = foreign.iter().find(|(other, _)| other.area() == key.area()) {
            add("replaced by another repository's", Some(Arc::clone(theirs)));
        }
    }
    all
}

fn harm(sound: &Objects, harm: &Harm) -> Memory {
    let store = store_of(sound);
    match &harm.bytes {
        Some(bytes) => store.replace(harm.key.clone(), Arc::clone(bytes)),
        None => _ = store.delete(&harm.key),
    }
    store
}

/// What nobody can tell from a copy that never had it, or from work that has ended.
fn is_no_loss(harm: &Harm) -> bool {
    harm.bytes.is_none() && (matches!(harm.key.area(), Area::Intents | Area::Snapshots) || harm.key.to_string() == "config/2")
}

#[test]
fn a_sound_copy_mends_every_damage_to_every_object() {
    let sound = small().store.objects();
    for case in corpus(&sound) {
        let (here, there) = (harm(&sound, &case), store_of(&sound));
        let before = here.objects();
        let (repository, plan) = plan_from(&here, &there, false);
        assert_same(&here.objects(), &before, &format!("{}: a plan changes nothing", case.what));
        if is_no_loss(&case) {
            assert!(plan.is_empty(), "{}: {:?}", case.what, plan.steps);
            continue;
        }
        let copies = |step: &RepairStep| matches!(step, RepairStep::Copy { object, replaces, .. } if *object == case.key && *replaces == case.bytes.is_some());
        assert!(plan.steps.iter().any(copies), "{}: {:?}", case.what, plan.steps);
        let repaired = apply(&repository, plan, &there).unwrap();
        assert!(repaired.failed.is_empty(), "{}: {:?}", case.what, repaired.failed);
        assert_same(&objects(&here), &sound, &case.what);
        let kept: Vec<_> = case.bytes.iter().map(|bytes| (case.key.clone(), Arc::clone(bytes))).collect();
        assert!(aside(&here) == kept, "{}: what was replaced is kept, and nothing else", case.what);
        assert_same(&there.objects(), &sound, "the other copy is only read");
        assert!(check(&opened(&here), DEEP).unwrap().is_sound(), "{}", case.what);
        assert!(plan_from(&here, &there, false).1.is_empty(), "{}: nothing is left to do", case.what);
    }
}

/// Both copies are damaged, each in its own way: together they are whole.
#[test]
fn what_is_sound_here_is_never_touched_and_what_is_damaged_there_never_taken() {
    let sound = small().store.objects();
    let packs: Vec<&Key> = sound.keys().filter(|key| key.area() == Area::Packs).collect();
    for case in corpus(&sound).iter().filter(|case| case.bytes.is_some()).step_by(5) {
        let other = packs.iter().find(|key| ***key != case.key).unwrap();
        let (here, there) = (harm(&sound, case), store_of(&sound));
        there.replace((*other).clone(), *b"rotten");
        mend_from(&here, &there, true);
        assert_same(&objects(&here), &sound, &case.what);

        let (here, there) = (harm(&sound, case), harm(&sound, case));
        there.replace((*other).clone(), *b"rotten");
        let Ok(repository) = open(here.clone(), &small().credential) else { continue };
        let other: Arc<dyn Store> = Arc::new(there);
        let plan = repository.plan_from(&other, true, &Silent, &Stop::new()).unwrap();
        let copied = plan.steps.iter().any(|step| matches!(step, RepairStep::Copy { .. }));
        assert!(!copied && plan.left.iter().any(|left| left.object == case.key.to_string()), "{}: {plan:?}", case.what);
    }
}

/// Names that a rescue has mixed up: to put one object right must not bury the other, which no copy has any more.
#[test]
fn what_lies_under_another_name_gets_its_place() {
    let sound = small().store.objects();
    let packs: Vec<&Key> = sound.keys().filter(|key| key.area() == Area::Packs).collect();
    let (first, others) = packs.split_first().unwrap();
    for other in others {
        for lacks in [vec![*first], vec![*other], vec![*first, *other]] {
            let (here, there) = (store_of(&sound), store_of(&sound));
            here.replace((*first).clone(), Arc::clone(&sound[*other]));
            here.replace((*other).clone(), Arc::clone(&sound[*first]));
            lacks.iter().for_each(|key| _ = there.delete(key));
            let repaired = mend_from(&here, &there, false);
            assert!(repaired.failed.is_empty(), "{:?}", repaired.failed);
            assert_same(&objects(&here), &sound, &format!("{first} and {other} swapped, the other lacks {lacks:?}"));
        }
    }
    // It was set aside under that name, by a repair that knew nothing of this. What no snapshot needs is missed by nobody.
    let mut needed = 0;
    for (pack, other) in packs.iter().zip(packs.iter().cycle().skip(1)) {
        let (here, there) = (store_of(&sound), store_of(&sound));
        here.delete(pack);
        there.delete(pack);
        here.replace(other.asides().unwrap().nth(1).unwrap(), Arc::clone(&sound[*pack]));
        if !check(&opened(&here), DEEP).unwrap().findings.is_empty() {
            mend_from(&here, &there, false);
            assert_same(&objects(&here), &sound, &format!("{pack} set aside as {other}"));
            needed += 1;
        }
    }
    assert!(needed > 0);
}

/// Where names are mixed up, each of two packs has to give way to the other: what a repair that is cut off between has moved away, the
/// next one brings back.
#[test]
fn names_that_were_mixed_up_survive_a_repair_that_is_cut_off() {
    let sound = small().store.objects();
    let packs: Vec<&Key> = sound.keys().filter(|key| key.area() == Area::Packs).collect();
    let [one, other] = [packs[0], packs[1]];
    let there = store_of(&sound);
    there.delete(one);
    let damaged = || {
        let here = store_of(&sound);
        here.replace(one.clone(), Arc::clone(&sound[other]));
        here.replace(other.clone(), Arc::clone(&sound[one]));
        here
    };
    let mut cut_off = 0;
    for n in 1.. {
        let here = Faulty::new(damaged());
        let (repository, plan) = plan_from(&here, &there, false);
        here.reset();
        here.arm(Fault { trigger: Trigger::MutationsFrom(n), kind: ErrorKind::Full, applied: n % 2 == 0 });
        let failed = apply(&repository, plan, &there);
        here.heal();
        if failed.is_ok() {
            break;
        }
        cut_off += 1;
        mend_from(here.inner(), &there, false);
        assert_same(&objects(here.inner()), &sound, &format!("mutation {n}"));
    }
    assert!(cut_off >= 4, "{cut_off}");
}

#[test]
fn what_only_the_other_copy_has_is_taken_only_when_it_is_asked_for() {
    let sound = small().store.objects();
    let here = store_of(&sound);
    let latest = Key::new(Area::Snapshots, &small().snapshots[1].id.to_string()).unwrap();
    let of_latest =
        |key: &Key, bytes: &[u8]| key.area() != Area::Snapshots && bytes.get(32..48) == Some(small().snapshots[1].id.0.as_slice());
    here.delete(&latest);
    sound.iter().filter(|(key, bytes)| of_latest(key, bytes)).for_each(|(key, _)| _ = here.delete(key));
    let before = here.objects();
    let (_, plan) = plan_from(&here, &store_of(&sound), false);
    assert_eq!((plan.steps.len(), plan.only_there), (0, 1), "{plan:?}");
    assert_same(&here.objects(), &before, "a plan changes nothing");
    mend_from(&here, &store_of(&sound), true);
    assert_same(&here.objects(), &sound, "all was taken");
}

/// A key that somebody removes while all is checked for a repair does not come back with it.
#[test]
fn a_key_that_was_removed_meanwhile_stays_removed() {
    let here = store_of(&small().store.objects());
    let password = Handover::Password { password: Zeroizing::new("leaving".to_owned()), kdf: KdfParams::DEFAULT };
    let leaving = opened(&here).add_key(Role::Auditor, "leaving", &password).unwrap().name;
    let there = store_of(&here.objects());
    let slot = Key::new(Area::Keys, &leaving).unwrap();
    // It is missing here, so that the plan copies it.
    here.delete(&slot);
    let (repository, plan) = plan_from(&here, &there, false);
    let copies = |step: &RepairStep| matches!(step, RepairStep::Copy { object, .. } if *object == slot);
    assert!(plan.steps.iter().any(copies), "{plan:?}");
    here.replace(slot.clone(), there.objects()[&slot].to_vec());
    opened(&here).remove_key(&leaving).unwrap();
    assert!(matches!(apply(&repository, plan, &there), Err(Error::Contended)));
    assert_eq!(here.size(&slot).unwrap(), None);
    let (_, plan) = plan_from(&here, &there, true);
    assert!(!plan.steps.iter().any(copies), "{plan:?}");
}

#[test]
fn another_repository_is_refused() {
    let repository = opened(&small().store);
    let other: Arc<dyn Store> = Arc::new(empty().0);
    let refused = repository.plan_from(&other, true, &Silent, &Stop::new());
    assert!(matches!(refused, Err(Error::Foreign { .. })), "{refused:?}");
    assert!(matches!(Repository::open_like(other, &repository), Err(Error::Foreign { .. })));
}

/// Every mutation of a repair fails in turn, and all after it; then the next repair goes on.
#[test]
fn a_repair_that_is_cut_off_loses_nothing_and_the_next_goes_on() {
    let sound = small().store.objects();
    let there = store_of(&sound);
    let damaged = || {
        let here = store_of(&sound);
        for (n, key) in sound.keys().filter(|key| matches!(key.area(), Area::Packs | Area::Index | Area::Snapshots)).enumerate() {
            let mut bytes = sound[key].to_vec();
            bytes[100] ^= 1;
            if n % 3 == 2 && key.area() == Area::Packs { _ = here.delete(key) } else { here.replace(key.clone(), bytes) }
        }
        here
    };
    let count = {
        let here = Faulty::new(damaged());
        let (repository, plan) = plan_from(&here, &there, false);
        here.reset();
        apply(&repository, plan, &there).unwrap();
        here.mutations()
    };
    assert!(count > 20, "{count}");
    for n in 1..=count {
        for applied in [false, true] {
            let here = Faulty::new(damaged());
            let before = here.inner().objects();
            let (repository, plan) = plan_from(&here, &there, false);
            here.reset();
            here.arm(Fault { trigger: Trigger::MutationsFrom(n), kind: ErrorKind::Full, applied });
            let failed = apply(&repository, plan, &there);
            assert!(matches!(failed, Err(Error::Store(_))), "mutation {n}: {failed:?}");
            // Not a byte is lost: each old object is in its place, or set aside.
            let held: BTreeSet<Arc<[u8]>> = here.inner().objects().into_values().collect();
            assert!(before.values().all(|bytes| held.contains(bytes)), "mutation {n}");
            here.heal();
            mend_from(here.inner(), &there, false);
            // A pack of a session that never ended, and that only damaged trees refer to, is known to be missing when these are whole.
            mend_from(here.inner(), &there, false);
            assert_same(&objects(here.inner()), &sound, &format!("mutation {n}, applied {applied}"));
        }
    }
}

#[test]
fn the_index_is_rebuilt_from_the_packs_and_no_more_is_set_aside_than_damaged_segments() {
    let sound = small().store.objects();
    let segments: Vec<Key> = sound.keys().filter(|key| key.area() == Area::Index).cloned().collect();
    for (n, gone) in segments.iter().map(|_| false).chain([true]).enumerate() {
        let here = store_of(&sound);
        for (m, key) in segments.iter().enumerate() {
            match (gone, m <= n) {
                (true, _) => _ = here.delete(key),
                (false, true) => here.replace(key.clone(), &sound[key][..90]),
                (false, false) => {}
            }
        }
        let before = here.objects();
        let repository = opened(&here);
        let plan = repository.plan_index(&Stop::new()).unwrap();
        assert_same(&here.objects(), &before, "a plan changes nothing");
        assert!(plan.left.is_empty());
        repository.repair(plan, None, &Silent, &Stop::new()).unwrap();
        let report = check(&opened(&here), DEEP).unwrap();
        assert!(report.is_sound(), "{report:?}");
        assert!(!report.notes.iter().any(|note| note.what.starts_with("no readable segment")), "{report:?}");
        let expected: Vec<_> = segments.iter().take(if gone { 0 } else { n + 1 }).map(|key| (key.clone(), before[key].clone())).collect();
        assert!(aside(&here) == expected);
        let untouched = |(key, bytes): &(&Key, &Arc<[u8]>)| segments.contains(key) || here.objects().get(*key) == Some(*bytes);
        assert!(sound.iter().all(|pair| untouched(&pair)), "packs and records are as they were");
        assert!(opened(&here).plan_index(&Stop::new()).unwrap().is_empty(), "nothing is left to do");
    }
}

/// Sound segments are never set aside, and a rebuild that is cut off is gone on with.
#[test]
fn a_rebuild_that_is_cut_off_keeps_every_chunk_readable() {
    let sound = small().store.objects();
    for n in 1..=5 {
        let here = Faulty::new(store_of(&sound));
        for key in sound.keys().filter(|key| key.area() == Area::Index) {
            here.inner().replace(key.clone(), *b"rotten");
        }
        let repository = open(here.clone(), &small().credential).unwrap();
        let plan = repository.plan_index(&Stop::new()).unwrap();
        here.reset();
        here.arm(Fault { trigger: Trigger::MutationsFrom(n), kind: ErrorKind::Io, applied: n % 2 == 0 });
        repository.repair(plan, None, &Silent, &Stop::new()).ok();
        here.heal();
        assert_reads(&opened(here.inner()));
        let plan = opened(here.inner()).plan_index(&Stop::new()).unwrap();
        opened(here.inner()).repair(plan, None, &Silent, &Stop::new()).unwrap();
        assert!(check(&opened(here.inner()), DEEP).unwrap().is_sound(), "mutation {n}");
    }
}

fn assert_reads(repository: &Repository) {
    let reader = repository.reader().unwrap();
    let (mut scratch, mut out) = (Scratch::new().unwrap(), Vec::new());
    for (kind, chunk, bytes) in &small().chunks {
        assert_eq!(&*reader.chunk(*kind, chunk, &mut scratch, &mut out).unwrap(), bytes.as_slice());
    }
}

/// Packs of a session that still writes are its own business.
#[test]
fn what_is_being_written_is_not_listed_by_a_repair() {
    let (store, credential) = empty();
    let repository = open(store.clone(), &credential).unwrap();
    let session = repository.begin(Whoami::default()).unwrap();
    (0..40).for_each(|n| _ = put(&session, ChunkKind::Data, &noise(n, 1 << 20)));
    while store.list(Area::Packs).unwrap().is_empty() {
        std::thread::yield_now();
    }
    assert!(open(store.clone(), &credential).unwrap().plan_index(&Stop::new()).unwrap().is_empty());
}

/// A pack in which something is wrong is marked: the next session stores again what it held, and every old snapshot is whole again.
#[test]
fn what_is_marked_is_stored_again_from_the_source() {
    let sound = small().store.objects();
    let data = |(key, bytes): &(&Key, &Arc<[u8]>)| key.area() == Area::Packs && bytes[8] == 4;
    for (key, bytes) in sound.iter().filter(data) {
        let here = store_of(&sound);
        let mut bytes = bytes.to_vec();
        // In the first block.
        bytes[180] ^= 1;
        here.replace(key.clone(), bytes.clone());
        let lost = check(&opened(&here), DEEP).unwrap();
        assert!(lost.findings.iter().any(|finding| finding.affected_count > 0), "{lost:?}");
        // Without a mark, what rots is referred to and stays lost.
        store_all(&opened(&here), 3000);
        assert!(!check(&opened(&here), DEEP).unwrap().is_sound());

        let repository = opened(&here);
        let plan = repository.plan_source(&Silent, &Stop::new()).unwrap();
        assert!(matches!(plan.steps.as_slice(), [RepairStep::Mark { .. }]), "{plan:?}");
        repository.repair(plan, None, &Silent, &Stop::new()).unwrap();
        store_all(&repository, 4000);
        let report = check(&opened(&here), DEEP).unwrap();
        assert!(report.is_sound(), "what is known and not needed is no damage any more: {report:?}");
        assert!(report.notes.iter().any(|note| note.object == key.to_string()), "{report:?}");
        assert_reads(&opened(&here));
        assert!(here.objects().get(key).is_some_and(|kept| **kept == *bytes), "the pack stays where it is");
        assert!(opened(&here).plan_source(&Silent, &Stop::new()).unwrap().is_empty());

        // Mended from a copy after all, it loses its mark.
        let there = store_of(&sound);
        mend_from(&here, &there, false);
        assert!(here.objects().get(key) == sound.get(key));
        assert!(!here.objects().keys().any(|kept| kept.area() == Area::Damaged && kept.was_aside_of().is_none()));
    }
}

/// Stores all that the small repository was made from.
fn store_all(repository: &Repository, seconds: i64) {
    let session = repository.begin(Whoami::default()).unwrap();
    let entries: Vec<_> = small()
        .chunks
        .iter()
        .enumerate()
        .map(|(n, (_, _, bytes))| entry(&n.to_string(), Node::File(content(&[(put(&session, ChunkKind::Data, bytes), bytes)]))))
        .collect();
    let (root, evidence) = put_directory(&session, &entries);
    session.commit(draft(root, evidence, seconds)).unwrap();
}

#[test]
fn a_repair_leaves_copies_alone_that_another_made_first() {
    let sound = small().store.objects();
    let (here, there) = (copy(&small().store), store_of(&sound));
    let pack = sound.keys().find(|key| key.area() == Area::Packs).unwrap();
    here.replace(pack.clone(), *b"rotten");
    let (repository, plan) = plan_from(&here, &there, false);
    here.replace(pack.clone(), Arc::clone(&sound[pack]));
    apply(&repository, plan, &there).unwrap();
    assert_same(&here.objects(), &sound, "what is sound by now is not set aside");
}
