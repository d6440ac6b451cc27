//! Checks of a share of the data: together they read everything, and what was read when is remembered.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::needless_for_each)]

mod support;

use std::fs;

use liasse_repo::format::pack::ChunkKind;
use liasse_repo::format::time::Time;
use liasse_repo::store::{Area, Key, Memory};
use liasse_repo::{CheckOptions, Error, Repository, Share, Silent, Stop, VerifiedShare, WHOLE, Whoami};
use support::{SHALLOW, check, content, copy, draft, empty, entry, noise, open, put, put_directory};

struct World {
    store: Memory,
    credential: Vec<u8>,
    cache: tempfile::TempDir,
}

impl World {
    /// A repository with two packs for each of some snapshots.
    fn new(snapshots: u8) -> Self {
        let (store, credential) = empty();
        let repository = open(store.clone(), &credential).unwrap();
        for number in 0..snapshots {
            let session = repository.begin(Whoami::default()).unwrap();
            let bytes = noise(number.into(), 50_000);
            let chunk = put(&session, ChunkKind::Data, &bytes);
            let file = liasse_repo::format::tree::Node::File(content(&[(chunk, &bytes)]));
            let (tree, evidence) = put_directory(&session, &[entry(&format!("file{number}"), file)]);
            session.commit(draft(tree, evidence, number.into())).unwrap();
        }
        Self { store, credential, cache: tempfile::tempdir().unwrap() }
    }

    fn repository(&self) -> Repository {
        open(self.store.clone(), &self.credential).unwrap().with_cache(self.cache.path())
    }

    fn packs(&self) -> Vec<Key> {
        self.store.objects().into_keys().filter(|key| key.area() == Area::Packs).collect()
    }

    fn verified(&self) -> VerifiedShare {
        self.repository().verified_since(Time::new(1, 0).unwrap()).unwrap()
    }

    fn flip(&self, key: &Key) {
        let mut bytes = self.store.objects()[key].to_vec();
        // In its first block.
        bytes[200] ^= 1;
        self.store.replace(key.clone(), bytes);
    }
}

fn share(share: Share) -> CheckOptions {
    CheckOptions::Data(share)
}

#[test]
fn twelve_monthly_shares_read_everything() {
    for month in [|number| Share::Part { number, of: 12 }, |_| Share::Fraction(WHOLE / 12 + 1)] as [fn(u32) -> Share; 2] {
        let world = World::new(15);
        let mut read = 0;
        for number in 1..=12 {
            let report = check(&world.repository(), share(month(number))).unwrap();
            assert!(report.is_sound());
            read += report.counts.packs_read;
        }
        let verified = world.verified();
        assert_eq!((verified.bytes, verified.damaged), (verified.total_bytes, 0));
        // Parts are exact; other shares go on to the end of a pack.
        let is_part = matches!(month(1), Share::Part { .. });
        assert!(if is_part { read == 30 } else { (30..60).contains(&read) }, "{read}");
        // A later moment: nothing was verified since.
        assert_eq!(world.repository().verified_since(Time::new(i64::MAX, 0).unwrap()).unwrap().bytes, 0);
    }
}

/// Each damaged pack is found by the share that it is in; one of data by no other.
#[test]
fn a_share_finds_what_is_in_it_and_names_the_file() {
    let world = World::new(5);
    for key in world.packs() {
        let whole = world.store.objects()[&key].to_vec();
        world.flip(&key);
        let found: Vec<_> = (1..=4)
            .map(|number| check(&world.repository(), share(Share::Part { number, of: 4 })).unwrap().findings)
            .filter(|findings| findings.iter().any(|finding| finding.object == key.to_string()))
            .collect();
        // A pack of trees is read by whoever follows references, too.
        let is_data = whole[8] == 4;
        assert!(if is_data { found.len() == 1 } else { found.len() == 4 }, "{key}");
        assert!(found[0].iter().any(|finding| finding.affected_count > 0), "{found:?}");
        assert_eq!(world.verified().damaged, 1);
        // What was found damaged is looked at first.
        let next = check(&world.repository(), share(Share::Oldest(1))).unwrap();
        assert!(!next.is_sound() && next.counts.packs_read == 1, "{next:?}");
        world.store.replace(key, whole);
        assert!(check(&world.repository(), share(Share::Oldest(1))).unwrap().is_sound());
        assert_eq!(world.verified().damaged, 0);
    }
}

#[test]
fn what_was_remembered_is_never_truth() {
    let world = World::new(3);
    let all = world.packs().len() as u64;
    assert_eq!(check(&world.repository(), CheckOptions::ALL_DATA).unwrap().counts.packs_read, all);
    let file = world.repository().cache_file_here("verified").unwrap();
    let kept = fs::read(&file).unwrap();
    // A pack rots after it was verified: a check that reads it finds that, whatever is remembered.
    world.flip(&world.packs()[0]);
    assert!(!check(&world.repository(), CheckOptions::ALL_DATA).unwrap().is_sound());
    for length in [0, 10, kept.len() / 2, kept.len() - 1] {
        fs::write(&file, &kept[..length]).unwrap();
        assert_eq!(world.verified().bytes, 0);
        let report = check(&world.repository(), share(Share::Oldest(1))).unwrap();
        assert_eq!(report.counts.packs_read, 1);
    }
    // Without a cache nothing is remembered, and a share is read all the same.
    let without = open(world.store.clone(), &world.credential).unwrap();
    assert_eq!(check(&without, share(Share::Fraction(1))).unwrap().counts.packs_read, 1);
}

/// Stops after so many bytes.
struct After<'s>(&'s Stop, std::sync::atomic::AtomicU64);

impl liasse_repo::Progress for After<'_> {
    fn advance(&self, amount: u64) {
        if self.1.fetch_add(amount, std::sync::atomic::Ordering::Relaxed) > 150_000 {
            self.0.stop();
        }
    }
}

#[test]
fn a_check_that_is_stopped_remembers_what_it_read() {
    let world = World::new(4);
    let stop = Stop::new();
    let stopped = world.repository().check(&CheckOptions::ALL_DATA, &After(&stop, 0.into()), &stop);
    assert!(matches!(stopped, Err(Error::Interrupted)), "{stopped:?}");
    let verified = world.verified();
    assert!(verified.bytes > 0 && verified.bytes < verified.total_bytes, "{verified:?}");
    world.repository().check(&CheckOptions::ALL_DATA, &Silent, &Stop::new()).unwrap();
    assert_eq!(world.verified().bytes, verified.total_bytes);
}

#[test]
fn structure_finds_what_needs_no_data_and_reads_none() {
    let world = World::new(2);
    assert!(check(&world.repository(), CheckOptions::Structure).unwrap().is_sound());
    // Each small object and each pack's frame: its head, its directory and its end.
    for key in world.store.objects().into_keys().filter(|key| key.area() != Area::Root && key.area() != Area::Intents) {
        let store = copy(&world.store);
        let mut bytes = store.objects()[&key].to_vec();
        bytes[20] ^= 1;
        store.replace(key.clone(), bytes);
        let Ok(repository) = open(store, &world.credential) else { continue };
        let report = check(&repository, CheckOptions::Structure).unwrap();
        assert!(report.findings.iter().any(|finding| finding.object == key.to_string()), "{key}: {:?}", report.findings);
    }
    for key in world.packs() {
        for cut in [1, 300, 2_000] {
            let store = copy(&world.store);
            let bytes = store.objects()[&key].to_vec();
            store.replace(key.clone(), bytes[..bytes.len() - cut.min(bytes.len())].to_vec());
            let report = check(&open(store, &world.credential).unwrap(), CheckOptions::Structure).unwrap();
            assert!(!report.is_sound(), "{key} {cut}");
        }
        let store = copy(&world.store);
        store.delete(&key);
        assert!(!check(&open(store, &world.credential).unwrap(), CheckOptions::Structure).unwrap().is_sound());
    }
    // A reference that leads nowhere is no matter of structure.
    assert!(check(&world.repository(), SHALLOW).unwrap().is_sound());
}
