//! Leaf reuse: a chunk costs what changed in it, version after version, and every version comes back.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use std::sync::Arc;

use liasse_repo::format::content::{ChunkRef, Content};
use liasse_repo::format::ids::{Evidence, Hash, ObjectName};
use liasse_repo::format::pack::ChunkKind;
use liasse_repo::format::snapshot::Statistics;
use liasse_repo::format::time::Time;
use liasse_repo::store::{Area, Key, Memory, Store};
use liasse_repo::{CheckOptions, Creation, Draft, LEAF_SIZE, Older, Repository, Scratch, Session, Silent, Stop, Unlock, Whoami};
use proptest::prelude::*;
use zeroize::Zeroizing;

fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    blake3::Hasher::new().update(&seed.to_le_bytes()).finalize_xof().fill(&mut bytes);
    bytes
}

fn create(store: &Memory) -> Repository {
    Repository::create(Arc::new(store.clone()), &Creation::new(Zeroizing::new("password".to_owned()))).unwrap()
}

/// Commits a session whose tree is made up: these tests look at chunks.
fn commit(session: Session<'_>) {
    let empty = Content { hash: Hash::of(b""), ..Content::empty() };
    let draft = Draft {
        time: Time::new(1_700_000_000, 0).unwrap(),
        utc_offset: 0,
        sources: vec![],
        tags: vec![],
        reason: None,
        root: empty,
        evidence: liasse_repo::format::evidence::DirectoryEvidence::default().root(),
        statistics: Statistics::default(),
        unread: vec![],
        dossiers: vec![],
        hold: None,
    };
    let _: Evidence = draft.evidence;
    session.commit(draft).unwrap();
}

/// Stores a version over the one before; gives what it added.
fn store_over(repository: &Repository, before: Option<&(ChunkRef, Vec<[u8; 32]>)>, bytes: &[u8]) -> (ChunkRef, Vec<[u8; 32]>, u64) {
    let session = repository.begin(Whoami::default()).unwrap();
    let mut leaves = Vec::new();
    session.leaf_values(bytes, &mut leaves);
    let chunk = match before {
        Some((chunk, older)) => session.files().put_over(bytes, &leaves, &Older { chunk: *chunk, leaves: older }).unwrap().chunk,
        None => session.put(ChunkKind::Data, bytes).unwrap().chunk,
    };
    let added = session.added();
    commit(session);
    (chunk, leaves, added)
}

fn read(repository: &Repository, chunk: &ChunkRef) -> Vec<u8> {
    let reader = repository.reader().unwrap();
    let mut out = Vec::new();
    reader.chunk(ChunkKind::Data, chunk, &mut Scratch::new().unwrap(), &mut out).unwrap().to_vec()
}

#[test]
fn a_change_costs_its_leaves_also_with_a_key_that_cannot_read() {
    let store = Memory::new();
    let mut owner = create(&store);
    let credential =
        owner.add_key(liasse_repo::format::keys::Role::Writer, "till", &liasse_repo::Handover::Credential).unwrap().credential.unwrap();
    let writer = Repository::open(Arc::new(store.clone()), &Unlock::Credential(credential)).unwrap();
    let mut bytes = noise(1, 130_000);
    let (chunk, leaves, added) = store_over(&writer, None, &bytes);
    assert_eq!(added, 130_000);
    let mut versions = vec![(chunk, bytes.clone())];
    let mut before = (chunk, leaves);
    for day in 0..80_usize {
        let leaf = (day * 37) % (bytes.len() / LEAF_SIZE);
        bytes[leaf * LEAF_SIZE + 11] ^= 0x55;
        bytes[100_000] = u8::try_from(day).unwrap();
        let (chunk, leaves, added) = store_over(&writer, Some(&before), &bytes);
        // Two leaves; now and then, when there are too many origins, those of the weakest: never all of it.
        let most = if day < 15 { 2 } else { 16 };
        assert!(added <= most * LEAF_SIZE as u64, "day {day}: {added}");
        versions.push((chunk, bytes.clone()));
        before = (chunk, leaves);
    }
    for (chunk, bytes) in &versions {
        assert_eq!(&read(&owner, chunk), bytes);
    }
    let report = owner.check(&CheckOptions::ALL_DATA, &Silent, &Stop::new()).unwrap();
    assert!(report.findings.is_empty(), "{:?}", report.findings);
}

#[test]
fn leaf_values_that_rot_cost_bytes_and_never_truth() {
    let store = Memory::new();
    let repository = create(&store);
    let bytes = noise(2, 50_000);
    let (chunk, leaves, _) = store_over(&repository, None, &bytes);
    let mut changed = bytes.clone();
    changed[0] ^= 1;
    // A value that says the changed leaf is the old one, and one that is merely wrong.
    for (leaf, value) in [(0, None), (20, Some([9; 32]))] {
        let session = repository.begin(Whoami::default()).unwrap();
        let mut fresh = Vec::new();
        session.leaf_values(&changed, &mut fresh);
        drop(session);
        let mut rotten = leaves.clone();
        rotten[leaf] = value.unwrap_or(fresh[leaf]);
        changed[1] ^= 1;
        let (new, _, added) = store_over(&repository, Some(&(chunk, rotten)), &changed);
        assert_eq!(added, 50_000);
        assert_eq!(read(&repository, &new), changed);
    }
}

/// What a plan may delete is no origin, also where the same chunk lies in another pack too, but not literally.
#[test]
fn an_origin_is_literal_in_a_pack_that_stays() {
    let (store, credential) = support::empty();
    let repository = support::open(store.clone(), &credential).unwrap();
    let mut bytes = noise(5, 60_000);
    let (base, older, newest) = (
        bytes.clone(),
        {
            bytes[..3_000].fill(1);
            bytes.clone()
        },
        {
            bytes[40_000] ^= 1;
            bytes.clone()
        },
    );
    let (chunk, leaves, _) = store_over(&repository, None, &older);
    let planned = store.list(Area::Packs).unwrap();
    let before: Vec<_> = store.list(Area::Packs).unwrap().into_iter().map(|listed| listed.name).collect();
    assert_eq!(planned.len(), 1);
    store_over(&repository, None, &base);
    assert_eq!(support::put_with_origin_at_end(&store, &credential, &base, &older), chunk);
    support::put_plan(&store, &credential, before.iter().map(|name| ObjectName::from_hex(name).unwrap()).collect());
    let (newest_chunk, _, added) = store_over(&repository, Some(&(chunk, leaves)), &newest);
    assert_eq!(added, LEAF_SIZE as u64, "it is reused from the pack that stays");
    store.delete(&Key::new(Area::Packs, &before[0]).unwrap());
    assert_eq!(read(&support::open(store, &credential).unwrap(), &newest_chunk), newest);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// Any sequence of edits, of any lengths: every version comes back.
    #[test]
    fn every_version_comes_back(edits in prop::collection::vec((0..100_usize, 0..100_usize, 1..200_000_usize, any::<u8>()), 1..40)) {
        let store = Memory::new();
        let repository = create(&store);
        let mut bytes = noise(3, 100_000);
        let (chunk, leaves, _) = store_over(&repository, None, &bytes);
        let mut versions = vec![(chunk, bytes.clone())];
        let mut before = (chunk, leaves);
        for (from, to, length, value) in edits {
            if value < 40 {
                bytes.resize(length, value);
            }
            let (a, b) = (from * bytes.len() / 100, to * bytes.len() / 100);
            let range = a.min(b)..a.max(b).min(a.min(b) + 3_000);
            bytes[range].fill(value);
            let (chunk, leaves, _) = store_over(&repository, Some(&before), &bytes);
            versions.push((chunk, bytes.clone()));
            before = (chunk, leaves);
        }
        for (chunk, bytes) in &versions {
            prop_assert_eq!(&read(&repository, chunk), bytes);
        }
    }
}
