//! Whatever operation of the disk fails, it is told for what it is: never taken for something that is not there, nor for something that
//! went well.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::conformance::key;
use crate::{Area, ErrorKind, Put, Result, Store};

/// A repository with two objects and a leftover, on a disk with this wrong with it.
fn filled(change: impl FnOnce(&mut Trouble)) -> (Local, Sim) {
    let sim = Sim::new();
    let local = sim.create().unwrap();
    local.put(&key(Area::Packs, "abcd"), b"pack").unwrap();
    local.put(&key(Area::Index, "ab"), b"segment").unwrap();
    drop(sim.disk().create(Path::new("/medium/liasse/tmp/left")).unwrap());
    sim.trouble(change);
    (local, sim)
}

/// Calls something as often as it asks operations of the disk; of these another one fails each time. Gives what comes of each.
fn each_failing(call: impl Fn(&Sim, &Local) -> Result<()>) -> Vec<Result<()>> {
    let mut results = Vec::new();
    loop {
        let (local, sim) = filled(|_| ());
        let fails = sim.operations() + 1 + results.len() as u64;
        sim.trouble(|trouble| trouble.failures = vec![(fails, Failure::Io)]);
        let result = call(&sim, &local);
        if sim.operations() < fails {
            result.unwrap();
            return results;
        }
        results.push(result);
    }
}

type Call = fn(&Sim, &Local) -> Result<()>;

#[test]
fn a_disk_that_fails_is_never_an_empty_one() {
    let calls: [(&str, Call); 13] = [
        ("open", |sim, _| sim.open().map(drop)),
        ("create again", |sim, _| sim.create().map(drop)),
        ("create", |sim, _| Local::create_on(sim.disk(), Path::new("/medium/other/new")).map(drop)),
        ("list packs", |_, local| local.list(Area::Packs).map(|found| assert_eq!(found.len(), 1))),
        ("list segments", |_, local| local.list(Area::Index).map(|found| assert_eq!(found.len(), 1))),
        ("list the root", |_, local| local.list(Area::Root).map(drop)),
        ("strays", |_, local| local.strays(Area::Packs).map(drop)),
        ("size", |_, local| local.size(&key(Area::Packs, "abcd")).map(|size| assert_eq!(size, Some(4)))),
        ("size of nothing", |_, local| local.size(&key(Area::Packs, "ef00")).map(|size| assert_eq!(size, None))),
        ("get", |_, local| local.get(&key(Area::Packs, "abcd"), 9).map(|bytes| assert_eq!(bytes, b"pack"))),
        ("remove", |_, local| local.remove(&key(Area::Packs, "abcd"))),
        ("set aside", |_, local| local.set_aside(&key(Area::Packs, "abcd")).map(drop)),
        ("sweep", |_, local| local.sweep(Duration::ZERO).map(|swept| assert_eq!(swept, 1))),
    ];
    for (name, call) in calls {
        let results = each_failing(call);
        assert!(!results.is_empty());
        for (number, result) in results.into_iter().enumerate() {
            assert_eq!(result.unwrap_err().kind(), ErrorKind::Io, "{name}, operation {number}");
        }
    }
}

#[test]
fn what_is_there_is_never_replaced_whatever_fails() {
    let ways: [fn(&mut Trouble); 3] =
        [|_| (), |trouble| trouble.no_rename_no_replace = true, |trouble| (trouble.no_rename_no_replace, trouble.no_link) = (true, true)];
    for way in ways {
        for number in 1.. {
            let (local, sim) = filled(way);
            let mut stage = local.stage(Area::Packs).unwrap();
            stage.write(b"another").unwrap();
            let fails = sim.operations() + number;
            sim.trouble(|trouble| trouble.failures = vec![(fails, Failure::Io)]);
            let published = stage.publish("abcd");
            let done = sim.operations();
            sim.trouble(|trouble| *trouble = Trouble::default());
            assert_eq!(local.get(&key(Area::Packs, "abcd"), 9).unwrap(), b"pack", "operation {number}");
            assert!(published.as_ref().map_or(true, |put| *put == Put::Existed), "operation {number}");
            if done < fails {
                assert_eq!(published.unwrap(), Put::Existed);
                break;
            }
        }
    }
}
