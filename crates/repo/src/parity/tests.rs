//! Rot, and what comes of it: on a store in memory, with objects that have a frame and noise in it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::BTreeMap;

use liasse_format::envelope::{self, Header, Kind};
use liasse_format::ids::{Hash, ObjectName, RepositoryId, SessionId, SlotId};
use liasse_format::parity::{Group, Head, Member, SECTOR, What};
use liasse_store::{Area, ErrorKind, Fault, Faulty, Key, Memory, Put, Store, Trigger};
use proptest::prelude::{Strategy, any, prop, prop_assert, prop_assert_eq, proptest};

use super::write::{self, Made};
use super::{AddOptions, Doubt, Way, add, apply, members, plan};
use crate::progress::{Silent, Stop};

const REPOSITORY: RepositoryId = RepositoryId([3; 16]);

/// Noise of a seed.
fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    blake3::Hasher::new().update(&seed.to_le_bytes()).finalize_xof().fill(&mut bytes);
    bytes
}

fn object(kind: Kind, session: SessionId, seed: u64, body: usize) -> Vec<u8> {
    envelope::wrap(&Header::new(kind, REPOSITORY, session), &noise(seed, body))
}

fn put_hashed(store: &dyn Store, area: Area, bytes: &[u8]) -> Key {
    let key = Key::new(area, &ObjectName::of(bytes).to_string()).unwrap();
    store.put(&key, bytes).unwrap();
    key
}

/// A repository with packs of some body lengths, and one of every other kind.
fn repository(packs: &[usize]) -> Memory {
    let store = Memory::new();
    store.put(&Key::readme(), b"This folder is a backup.\n").unwrap();
    store.put(&Key::new(Area::Config, "1").unwrap(), &object(Kind::Config, SessionId::NONE, 1, 700)).unwrap();
    let slot = Key::new(Area::Keys, &SlotId([4; 16]).to_string()).unwrap();
    store.put(&slot, &object(Kind::Slot, SessionId::NONE, 2, 300)).unwrap();
    let session = SessionId([5; 16]);
    store.put(&Key::new(Area::Snapshots, &session.to_string()).unwrap(), &object(Kind::Snapshot, session, 3, 1200)).unwrap();
    put_hashed(&store, Area::Index, &object(Kind::Segment, session, 4, 2000));
    for (seed, body) in (10..).zip(packs) {
        put_hashed(&store, Area::Packs, &object(Kind::DataPack, session, seed, *body));
    }
    store
}

/// Everything that is there but what was set aside.
fn contents(store: &dyn Store) -> BTreeMap<Key, Vec<u8>> {
    let areas = Area::ALL.into_iter().filter(|area| *area != Area::Damaged);
    let keys = areas.flat_map(|area| store.list(area).unwrap().into_iter().map(move |listed| Key::new(area, &listed.name).unwrap()));
    keys.map(|key| (key.clone(), store.get(&key, u64::MAX).unwrap())).collect()
}

fn replace(store: &dyn Store, key: &Key, bytes: &[u8]) {
    store.remove(key).unwrap();
    assert_eq!(store.put(key, bytes).unwrap(), Put::Created);
}

/// Overwrites a share of all sectors of all objects.
fn rot(store: &dyn Store, sector: usize, share: f64, seed: u64) -> usize {
    let mut rotten = 0;
    for (number, (key, mut bytes)) in (0..).zip(contents(store)) {
        let chance = noise(seed ^ (number << 20), bytes.len().div_ceil(sector) * 4);
        let mut touched = 0;
        for (place, dice) in bytes.chunks_mut(sector).zip(chance.as_chunks::<4>().0) {
            if f64::from(u32::from_le_bytes(*dice)) < share * f64::from(u32::MAX) {
                let fresh = noise(seed ^ u64::from(u32::from_le_bytes(*dice)), place.len());
                place.copy_from_slice(&fresh);
                touched += 1;
            }
        }
        if touched > 0 {
            replace(store, &key, &bytes);
        }
        rotten += touched;
    }
    rotten
}

fn protect(store: &dyn Store) -> super::Added {
    add(store, &AddOptions::default(), &Silent, &Stop::new()).unwrap()
}

fn look(store: &dyn Store) -> super::ParityPlan {
    plan(store, &Silent, &Stop::new()).unwrap()
}

fn mend(store: &dyn Store) -> super::Repaired {
    apply(store, &look(store), &Silent, &Stop::new()).unwrap()
}

fn keys(store: &dyn Store, area: Area) -> Vec<Key> {
    store.list(area).unwrap().into_iter().map(|listed| Key::new(area, &listed.name).unwrap()).collect()
}

#[test]
fn what_is_protected_once_is_not_protected_again() {
    let store = repository(&[10_000, 90_000]);
    let added = protect(&store);
    assert_eq!((added.objects.len(), added.members, added.damaged.len()), (2, 7, 0));
    assert_eq!(protect(&store), super::Added::default());
    put_hashed(&store, Area::Packs, &object(Kind::TreePack, SessionId([6; 16]), 99, 5000));
    let added = protect(&store);
    assert_eq!((added.objects.len(), added.members, added.member_bytes), (1, 1, 5096));
    let report = super::check(&store, &Silent, &Stop::new()).unwrap();
    assert!(report.is_sound() && report.unprotected == 0 && report.protected == 8, "{report:?}");
    assert!(report.objects.iter().all(|object| object.spare > 500), "{report:?}");
    let plan = look(&store);
    assert!(plan.is_sound() && plan.is_idle() && plan.looked_at == 8);
}

/// The same members make the same object, whoever adds it.
#[test]
fn parity_is_the_same_everywhere() {
    let [one, other] = [(); 2].map(|()| repository(&[70_000, 1]));
    assert_eq!(protect(&one).objects, protect(&other).objects);
    assert!(contents(&one) == contents(&other));
}

#[test]
fn a_repository_that_rots_at_its_rate_is_repaired_whole() {
    for (sector, seed) in [(512, 1), (512, 2), (4096, 3), (4096, 4), (4096, 5)] {
        let store = repository(&[300, 40_000, 1_500_000, 17_000_000, 7]);
        protect(&store);
        let sound = contents(&store);
        let rotten = rot(&store, sector, 0.05, seed);
        assert!(rotten > 100, "{rotten}");
        let plan = look(&store);
        assert!(!plan.is_idle() && !plan.has_losses(), "{sector} {seed}: {:?} {:?}", plan.members, plan.parity);
        let repaired = mend(&store);
        assert_eq!(repaired.failed, Vec::<String>::new());
        assert!(contents(&store) == sound, "{sector} {seed}: not the same as before");
        assert!(look(&store).is_sound());
        assert_eq!(keys(&store, Area::Damaged).len(), repaired.set_aside.len(), "not a byte is thrown away");
    }
}

/// A repository that rots much more is not repaired, and nothing of it is touched that cannot be.
#[test]
fn more_than_the_rate_is_refused_and_changes_nothing() {
    let store = repository(&[40_000, 3_000_000]);
    protect(&store);
    rot(&store, 512, 0.4, 9);
    let before = contents(&store);
    let plan = look(&store);
    assert!(plan.has_losses());
    let repaired = mend(&store);
    let after = contents(&store);
    for member in plan.members.iter().filter(|member| matches!(member.way, Way::Lost { .. })) {
        let key = before.keys().find(|key| key.to_string() == member.object).unwrap();
        assert!(before[key] == after[key], "{key}");
        assert!(!repaired.rebuilt.contains(&member.object));
    }
}

/// A small object with as little recovery as may be: two packs, three sectors of recovery.
fn tiny() -> (Memory, Key, Head) {
    let store = repository(&[600, 1300]);
    let packs = keys(&store, Area::Packs);
    let member = |key: &Key| {
        let bytes = store.get(key, u64::MAX).unwrap();
        Member { what: What::Pack(ObjectName::of(&bytes)), length: bytes.len() as u64, hash: Hash::of(&bytes) }
    };
    let members: Vec<_> = packs.iter().map(member).collect();
    let shards = u32::try_from(members.iter().map(Member::shards).sum::<u64>()).unwrap();
    let groups = vec![Group { shards, recovery: 4, table_recovery: 2 }];
    let head = Head { repository: REPOSITORY, recovery: 2, members, groups, unknown: Vec::new() };
    let Made::Whole(stage, name, _) = write::make(&store, &head, &Silent, &Stop::new()).unwrap() else { panic!("not made") };
    stage.publish(&name.to_string()).unwrap();
    (store, Key::new(Area::Parity, &name.to_string()).unwrap(), head)
}

/// Rots the second shard of a pack, then the parity object as `change` says; both must come back as they were.
fn comes_back(change: impl Fn(&[u8]) -> Vec<u8>, what: &str) {
    let (store, parity, head) = tiny();
    let sound = contents(&store);
    let pack = members::key(head.members[0].what).unwrap();
    let mut bytes = sound[&pack].clone();
    bytes[SECTOR + 7] ^= 1;
    replace(&store, &pack, &bytes);
    replace(&store, &parity, &change(&sound[&parity]));
    let repaired = mend(&store);
    assert_eq!((repaired.rebuilt.len(), repaired.remade.len(), repaired.failed.len()), (1, 1, 0), "{what}");
    assert!(contents(&store) == sound, "{what}");
}

#[test]
fn every_byte_of_a_parity_object_may_be_wrong() {
    let (store, parity, _) = tiny();
    let size = store.size(&parity).unwrap().unwrap();
    for at in 0..usize::try_from(size).unwrap() {
        comes_back(
            |bytes| {
                let mut bytes = bytes.to_vec();
                bytes[at] ^= 0x40;
                bytes
            },
            &format!("byte {at}"),
        );
    }
}

/// Where the object ends before what is needed, nothing is rebuilt, and what is there stays; else all is.
#[test]
fn a_parity_object_may_end_anywhere() {
    let (store, parity, head) = tiny();
    let sound = contents(&store);
    let pack = members::key(head.members[0].what).unwrap();
    let mut bytes = sound[&pack].clone();
    bytes[SECTOR + 7] ^= 1;
    replace(&store, &pack, &bytes);
    let mut outcomes = Vec::new();
    for length in 0..sound[&parity].len() {
        replace(&store, &parity, &sound[&parity][..length]);
        let plan = look(&store);
        let rebuilds = !plan.members.is_empty() && plan.members.iter().all(|member| member.way == Way::Rebuild);
        let doubt = plan.parity[0].doubt;
        assert_eq!(rebuilds, doubt == Doubt::Remake, "{length}");
        outcomes.push(rebuilds);
    }
    // From some length on, and not before.
    let first = outcomes.iter().position(|good| *good).unwrap();
    assert!(outcomes[first..].iter().all(|good| *good));
    assert!(first > 3 * SECTOR && first < sound[&parity].len() - 2 * SECTOR, "{first}");
    comes_back(|bytes| [bytes, b"and more"].concat(), "longer");
}

#[test]
fn missing_members_come_back_when_they_are_small() {
    let store = repository(&[3000, 2_000_000]);
    protect(&store);
    let sound = contents(&store);
    for (key, bytes) in &sound {
        if key.area() == Area::Parity {
            continue;
        }
        store.remove(key).unwrap();
        let plan = look(&store);
        let small = bytes.len() < 10_000;
        assert_eq!(plan.members.len(), 1);
        assert!(plan.members[0].missing && (plan.members[0].way == Way::Rebuild) == small, "{key}: {:?}", plan.members);
        if small {
            mend(&store);
            assert!(contents(&store) == sound, "{key}");
        } else {
            store.put(key, bytes).unwrap();
        }
    }
}

#[test]
fn a_removed_key_does_not_come_back_while_another_is_there() {
    let store = repository(&[10]);
    let second = Key::new(Area::Keys, &SlotId([9; 16]).to_string()).unwrap();
    store.put(&second, &object(Kind::Slot, SessionId::NONE, 77, 200)).unwrap();
    protect(&store);
    let sound = contents(&store);
    store.remove(&second).unwrap();
    let plan = look(&store);
    assert_eq!(plan.members[0].way, Way::LeaveAlone);
    assert!(plan.is_sound() && plan.is_idle());
    mend(&store);
    assert_eq!(store.size(&second).unwrap(), None);
    let first = Key::new(Area::Keys, &SlotId([4; 16]).to_string()).unwrap();
    replace(&store, &first, b"rotten");
    mend(&store);
    assert!(store.get(&first, 9999).unwrap() == sound[&first], "a damaged one does");
    assert_eq!(store.size(&second).unwrap(), None, "and is enough");
    store.put(&second, &sound[&second]).unwrap();
    store.remove(&first).unwrap();
    mend(&store);
    assert_eq!(store.size(&first).unwrap(), None, "as long as there is the other");
    store.remove(&second).unwrap();
    mend(&store);
    assert!(contents(&store) == sound, "and all do when none is left");
}

#[test]
fn parity_of_another_repository_and_of_nothing_is_not_believed() {
    let (store, parity, _) = tiny();
    let bytes = store.get(&parity, u64::MAX).unwrap();
    let other = Memory::new();
    let header = Header::new(Kind::Config, RepositoryId([8; 16]), SessionId::NONE);
    other.put(&Key::new(Area::Config, "1").unwrap(), &envelope::wrap(&header, b"")).unwrap();
    other.put(&parity, &bytes).unwrap();
    let junk = Key::new(Area::Parity, &ObjectName([1; 32]).to_string()).unwrap();
    other.put(&junk, &noise(1, 100_000)).unwrap();
    let later = put_hashed(&other, Area::Parity, &object(Kind::Parity, SessionId::NONE, 2, 100_000));
    let stray = put_hashed(&other, Area::Parity, &object(Kind::DataPack, SessionId::NONE, 2, 5000));
    let plan = look(&other);
    assert!(plan.members.is_empty());
    let doubts: BTreeMap<_, _> = plan.parity.iter().map(|parity| (parity.object.clone(), parity.doubt)).collect();
    let headless = Doubt::Headless;
    let expected = [(&parity, Doubt::Foreign), (&junk, headless), (&stray, headless), (&later, Doubt::Unknown)];
    assert_eq!(doubts, expected.map(|(key, doubt)| (key.to_string(), doubt)).into());
    let repaired = mend(&other);
    assert_eq!((repaired.set_aside.len(), repaired.rebuilt.len()), (2, 0));
    assert!(other.get(&parity, u64::MAX).unwrap() == bytes);
}

/// A parity object under a name that is not its own is put where it belongs.
#[test]
fn a_copy_under_another_name_is_set_aside() {
    let (store, parity, _) = tiny();
    let sound = contents(&store);
    let bytes = sound[&parity].clone();
    let copy = Key::new(Area::Parity, &ObjectName([1; 32]).to_string()).unwrap();
    store.put(&copy, &bytes).unwrap();
    mend(&store);
    assert!(contents(&store) == sound);
    store.remove(&parity).unwrap();
    store.put(&copy, &bytes).unwrap();
    mend(&store);
    assert!(contents(&store) == sound, "under its right name");
}

/// Two objects protect the same pack: each alone is too worn for one part of the repository, together they give it all.
#[test]
fn several_parity_objects_help_each_other() {
    let store = repository(&[40_000]);
    let pack = keys(&store, Area::Packs).remove(0);
    let bytes = store.get(&pack, u64::MAX).unwrap();
    let other = put_hashed(&store, Area::Packs, &object(Kind::DataPack, SessionId([5; 16]), 55, 60_000));
    let sound_other = store.get(&other, u64::MAX).unwrap();
    let member = |bytes: &[u8]| Member { what: What::Pack(ObjectName::of(bytes)), length: bytes.len() as u64, hash: Hash::of(bytes) };
    let make = |mut members: Vec<Member>, recovery: u32| {
        members.sort_by_key(|member| member.what);
        let shards = u32::try_from(members.iter().map(Member::shards).sum::<u64>()).unwrap();
        let groups = vec![Group { shards, recovery, table_recovery: 4 }];
        let head = Head { repository: REPOSITORY, recovery: 4, members, groups, unknown: Vec::new() };
        let Made::Whole(stage, name, _) = write::make(&store, &head, &Silent, &Stop::new()).unwrap() else { panic!("not made") };
        stage.publish(&name.to_string()).unwrap();
    };
    // One rebuilds the first pack alone; the second needs the first one whole.
    make(vec![member(&bytes)], 100);
    make(vec![member(&bytes), member(&sound_other)], 30);
    let sound = contents(&store);
    replace(&store, &pack, &noise(5, 20_000));
    replace(&store, &other, &[&noise(6, 10_000), &sound_other[10_000..]].concat());
    let plan = look(&store);
    assert!(plan.members.iter().all(|member| member.way == Way::Rebuild), "{:?}", plan.members);
    mend(&store);
    assert!(contents(&store) == sound);
}

#[test]
fn a_sound_object_is_never_replaced_whatever_a_list_says() {
    let (store, _, head) = tiny();
    // A list that claims other contents of what is sound, and has recovery for it.
    let claim = Memory::new();
    let session = SessionId([5; 16]);
    let snapshot = Key::new(Area::Snapshots, &session.to_string()).unwrap();
    let forged = object(Kind::Snapshot, session, 666, 1200);
    claim.put(&snapshot, &forged).unwrap();
    claim.put(&Key::readme(), b"Run this.").unwrap();
    let members = vec![
        Member { what: What::Readme, length: 9, hash: Hash::of(b"Run this.") },
        Member { what: What::Snapshot(session), length: forged.len() as u64, hash: Hash::of(&forged) },
    ];
    let groups = vec![Group { shards: 1 + 3, recovery: 9, table_recovery: 2 }];
    let hostile = Head { members, groups, ..head };
    let Made::Whole(_, name, _) = write::make(&claim, &hostile, &Silent, &Stop::new()).unwrap() else { panic!("not made") };
    let Made::Whole(stage, _, _) = write::make(&claim, &hostile, &Silent, &Stop::new()).unwrap() else { panic!("not made") };
    stage.publish(&name.to_string()).unwrap();
    let key = Key::new(Area::Parity, &name.to_string()).unwrap();
    store.put(&key, &claim.get(&key, u64::MAX).unwrap()).unwrap();
    let before = contents(&store);
    assert!(look(&store).is_sound());
    mend(&store);
    assert!(contents(&store) == before);
}

/// A list that is wrong about an object and comes first does not keep a right one from giving it.
#[test]
fn another_parity_object_gives_what_one_is_wrong_about() {
    let store = repository(&[300]);
    protect(&store);
    let sound = contents(&store);
    let genuine = keys(&store, Area::Parity);
    let session = SessionId([5; 16]);
    let snapshot = Key::new(Area::Snapshots, &session.to_string()).unwrap();
    let forge = |seed| {
        let (claim, wrong) = (Memory::new(), noise(seed, 1200));
        claim.put(&snapshot, &wrong).unwrap();
        let members = vec![Member { what: What::Snapshot(session), length: 1200, hash: Hash::of(&wrong) }];
        let groups = vec![Group { shards: 3, recovery: 9, table_recovery: 2 }];
        let head = Head { repository: REPOSITORY, recovery: 2, members, groups, unknown: Vec::new() };
        let Made::Whole(stage, name, _) = write::make(&claim, &head, &Silent, &Stop::new()).unwrap() else { panic!("not made") };
        stage.publish(&name.to_string()).unwrap();
        let key = Key::new(Area::Parity, &name.to_string()).unwrap();
        let bytes = claim.get(&key, u64::MAX).unwrap();
        (key, bytes)
    };
    let (first, bytes) = (0..1000).map(forge).find(|(key, _)| genuine.iter().all(|other| key < other)).unwrap();
    store.put(&first, &bytes).unwrap();
    store.remove(&snapshot).unwrap();
    let repaired = mend(&store);
    assert_eq!((repaired.rebuilt, repaired.failed), (vec![snapshot.to_string()], Vec::new()));
    assert!(store.get(&snapshot, u64::MAX).unwrap() == sound[&snapshot]);
    for key in genuine {
        store.remove(&key).unwrap();
    }
    store.remove(&snapshot).unwrap();
    let repaired = mend(&store);
    assert_eq!((repaired.rebuilt, repaired.failed), (Vec::new(), vec![snapshot.to_string()]), "alone it gives nothing");
}

#[test]
fn damaged_objects_are_not_protected_but_named() {
    let store = repository(&[5000, 6000]);
    let pack = keys(&store, Area::Packs).remove(0);
    replace(&store, &pack, &noise(1, 5096));
    let snapshot = keys(&store, Area::Snapshots).remove(0);
    replace(&store, &snapshot, b"rotten");
    let added = protect(&store);
    let mut named = added.damaged.clone();
    named.sort();
    assert_eq!(named, [pack.to_string(), snapshot.to_string()]);
    assert_eq!(added.members, 5);
}

/// Without any sound config, parity itself says whose repository it is.
#[test]
fn a_rotten_config_is_no_obstacle() {
    let store = repository(&[5000]);
    protect(&store);
    let sound = contents(&store);
    replace(&store, &Key::new(Area::Config, "1").unwrap(), b"rotten");
    mend(&store);
    assert!(contents(&store) == sound);
    let nothing = Memory::new();
    assert!(matches!(plan(&nothing, &Silent, &Stop::new()).map(drop), Err(crate::Error::NoRepository { .. })));
}

/// Whatever step of a repair fails, the next one finishes it, and nothing that was there is gone.
#[test]
fn a_repair_that_is_cut_off_anywhere_is_finished_by_the_next() {
    let begin = || {
        let store = repository(&[3000, 900_000]);
        protect(&store);
        let sound = contents(&store);
        rot(&store, 4096, 0.08, 31);
        (store, sound)
    };
    let (store, _) = begin();
    let counting = Faulty::new(store);
    mend(&counting);
    let steps = counting.mutations();
    assert!(steps > 6, "{steps}");
    for (fails, applied) in (1..=steps).flat_map(|fails| [(fails, false), (fails, true)]) {
        let (store, sound) = begin();
        let faulty = Faulty::new(store);
        faulty.arm(Fault { trigger: Trigger::MutationsFrom(fails), kind: ErrorKind::Full, applied });
        let plan = look(&faulty);
        assert!(apply(&faulty, &plan, &Silent, &Stop::new()).is_err(), "step {fails}");
        faulty.heal();
        mend(&faulty);
        assert!(contents(&faulty) == sound, "step {fails} {applied}");
    }
}

/// Faults of an arbitrary kind: places that are overwritten, cut or gone.
fn faults() -> impl Strategy<Value = Vec<(prop::sample::Index, prop::sample::Index, usize)>> {
    prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 1_usize..3000), 0..40)
}

proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..proptest::prelude::ProptestConfig::with_cases(64) })]

    /// What a plan promises is done to the byte; what it does not promise is not touched; and an empty plan means that all is sound.
    #[test]
    fn plans_are_kept(faults in faults(), gone in prop::collection::vec(any::<prop::sample::Index>(), 0..3)) {
        let store = repository(&[300, 20_000, 50_000]);
        protect(&store);
        let sound = contents(&store);
        let all: Vec<Key> = sound.keys().cloned().collect();
        for (object, place, length) in faults {
            let key = object.get(&all);
            let mut bytes = store.get(key, u64::MAX).unwrap();
            let at = place.index(bytes.len());
            let end = (at + length).min(bytes.len());
            bytes[at..end].copy_from_slice(&noise(length as u64, end - at));
            replace(&store, key, &bytes);
        }
        for index in gone {
            _ = store.remove(index.get(&all));
        }
        let before = contents(&store);
        let plan = match plan(&store, &Silent, &Stop::new()) {
            Ok(plan) => plan,
            Err(error) => {
                // Neither config nor parity says whose it is.
                prop_assert!(matches!(error, crate::Error::Unfinished { .. }), "{error}");
                return Ok(());
            }
        };
        let repaired = mend(&store);
        prop_assert_eq!(&repaired.failed, &Vec::<String>::new());
        let after = contents(&store);
        for (key, bytes) in &sound {
            let name = key.to_string();
            let way = plan.members.iter().find(|member| member.object == name).map(|member| &member.way);
            match way {
                Some(Way::Rebuild) => prop_assert!(after.get(key) == Some(bytes)),
                Some(Way::Lost { .. } | Way::LeaveAlone) => prop_assert!(after.get(key) == before.get(key)),
                None if key.area() == Area::Parity => {}
                // No word of it: it is sound, or text, or nothing knows of it any more.
                Some(Way::Blocked) => prop_assert!(false, "there are only files"),
                None => prop_assert!(after.get(key) == before.get(key)),
            }
        }
    }
}

/// The table of costs in the specification is what the writer does.
#[test]
fn the_specification_says_what_parity_costs() {
    let page = include_str!("../../../../spec/parity.md");
    let rows =
        page.lines().skip_while(|line| !line.starts_with("| protected | parity, bytes")).skip(2).take_while(|line| line.starts_with('|'));
    let mut told = Vec::new();
    for row in rows {
        let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
        let (number, unit) = cells[0].split_once(' ').unwrap();
        let bytes = number.parse::<u64>().unwrap()
            << if unit == "KiB" {
                10
            } else if unit == "MiB" {
                20
            } else {
                30
            };
        told.push((cells[0], cells[1].replace(',', ""), cells[2].to_owned()));
        let cost = super::cost(bytes, super::Rate::DEFAULT);
        let share = format!("{}.{} %", cost * 1000 / bytes / 10, cost * 1000 / bytes % 10);
        assert_eq!(told.last().unwrap(), &(cells[0], cost.to_string(), share));
    }
    assert!(told.len() >= 5, "{told:?}");
}
