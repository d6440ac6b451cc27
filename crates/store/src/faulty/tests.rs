#![allow(clippy::unwrap_used)]

use super::*;
use crate::conformance::{key, names};
use crate::memory::Memory;

fn faulty() -> Faulty<Memory> {
    Faulty::new(Memory::new())
}

fn fault(trigger: Trigger) -> Fault {
    Fault { trigger, kind: ErrorKind::Full, applied: false }
}

/// Five mutations: put, stage, write, publish, remove. Stops at the first failure.
fn script(store: &dyn Store) -> Result<()> {
    store.put(&key(Area::Intents, "01"), b"intent")?;
    let mut stage = store.stage(Area::Packs)?;
    stage.write(b"pack")?;
    stage.publish("aa")?;
    store.remove(&key(Area::Intents, "01"))
}

#[test]
fn every_operation_is_counted() {
    let store = faulty();
    script(&store).unwrap();
    store.list(Area::Packs).unwrap();
    store.size(&key(Area::Packs, "aa")).unwrap();
    store.get(&key(Area::Packs, "aa"), 9).unwrap();
    store.read_at(&key(Area::Packs, "aa"), 0, &mut [0; 1]).unwrap();
    store.sweep(Duration::ZERO).unwrap();
    store.set_aside(&key(Area::Packs, "aa")).unwrap();
    for operation in Operation::ALL {
        let expected = match operation {
            Operation::Create | Operation::Open | Operation::Name => 0,
            _ => 1,
        };
        assert_eq!(store.count(operation), expected, "{operation:?}");
    }
    assert_eq!(store.mutations(), 7);
    store.reset();
    assert_eq!(store.mutations(), 0);
}

#[test]
fn each_mutation_can_fail_before_it_is_done() {
    let held = [(0, 0), (1, 0), (1, 0), (1, 0), (1, 1)];
    let operations = [Operation::Put, Operation::Stage, Operation::Write, Operation::Publish, Operation::Remove];
    for (n, ((intents, packs), operation)) in (1..).zip(held.into_iter().zip(operations)) {
        let store = faulty();
        store.arm(fault(Trigger::Mutation(n)));
        let error = script(&store).unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::Full, operation));
        assert_eq!((names(&store, Area::Intents).len(), names(&store, Area::Packs).len()), (intents, packs), "{n}");
    }
    let store = faulty();
    store.arm(fault(Trigger::Mutation(6)));
    script(&store).unwrap();
}

#[test]
fn an_applied_fault_leaves_its_effect() {
    for (n, left) in [(1, [1, 0]), (4, [1, 1]), (5, [0, 1])] {
        let store = faulty();
        store.arm(Fault { applied: true, ..fault(Trigger::Mutation(n)) });
        script(&store).unwrap_err();
        assert_eq!([Area::Intents, Area::Packs].map(|area| names(&store, area).len()), left, "{n}");
    }
}

#[test]
fn a_fault_from_n_on_lasts_until_healed() {
    let store = faulty();
    store.arm(fault(Trigger::MutationsFrom(2)));
    for name in ["01", "02", "03"] {
        assert_eq!(store.put(&key(Area::Intents, name), b"").is_ok(), name == "01");
    }
    assert_eq!(names(&store, Area::Intents), ["01"], "reads still work");
    store.heal();
    store.put(&key(Area::Intents, "04"), b"").unwrap();
    assert_eq!(store.count(Operation::Put), 4);
}

#[test]
fn one_sort_of_operation_can_fail() {
    let store = faulty();
    store.arm(fault(Trigger::Every(Operation::List)));
    assert_eq!(store.list(Area::Packs).unwrap_err().kind(), ErrorKind::Full);
    script(&store).unwrap();
    store.heal();
    store.arm(fault(Trigger::Nth(Operation::Get, 2)));
    let pack = key(Area::Packs, "aa");
    let fails = [(); 3].map(|()| store.get(&pack, 9).is_err());
    assert_eq!(fails, [false, true, false]);
}

#[test]
fn a_stage_that_failed_to_write_cannot_be_published() {
    let store = faulty();
    store.arm(fault(Trigger::Nth(Operation::Write, 1)));
    let mut stage = store.stage(Area::Packs).unwrap();
    assert!(stage.write(b"lost").is_err());
    stage.write(b"kept").unwrap();
    assert_eq!(stage.publish("aa").unwrap_err().kind(), ErrorKind::Full);
    assert_eq!(store.inner().objects().len(), 0);
}

#[test]
fn listings_can_be_cut_short() {
    let store = faulty();
    for name in ["01", "02", "03"] {
        store.put(&key(Area::Plans, name), b"").unwrap();
    }
    store.truncate_lists(2);
    assert_eq!(names(&store, Area::Plans), ["01", "02"]);
    store.heal();
    assert_eq!(names(&store, Area::Plans).len(), 3);
}

#[test]
fn a_spoilt_object_is_listed_and_not_read_until_it_is_healed() {
    let store = faulty();
    let (bad, good) = (key(Area::Intents, "01"), key(Area::Intents, "02"));
    for place in [&bad, &good] {
        store.put(place, b"intent").unwrap();
    }
    store.spoil(bad.clone());
    assert_eq!(store.list(Area::Intents).unwrap().len(), 2);
    assert_eq!(store.get(&bad, 9).unwrap_err().kind(), ErrorKind::Io);
    assert_eq!(store.read_at(&bad, 0, &mut [0; 1]).unwrap_err().kind(), ErrorKind::Io);
    assert_eq!(store.get(&good, 9).unwrap(), b"intent");
    store.heal();
    assert_eq!(store.get(&bad, 9).unwrap(), b"intent");
}
