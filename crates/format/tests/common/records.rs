//! Configs, bundles, snapshots and work in progress.

use liasse_format::config::{ChunkSizes, Config, ReaderKey, SlotNote, WriterKey};
use liasse_format::ids::{Evidence, Hash, ObjectName, PublicKey, SlotId};
use liasse_format::keys::{Bundle, Kdf, Role};
use liasse_format::session::{Intent, Plan, Tombstone};
use liasse_format::snapshot::{Dossier, Hold, Outcome, Snapshot, Statistics, Unread};
use proptest::array::uniform11;
use proptest::collection::{btree_set, vec};
use proptest::option;
use proptest::prelude::*;

use super::trees::content;
use super::{bytes, text, time, unknown};

type Key = [u8; 32];

fn role() -> impl Strategy<Value = Role> {
    prop_oneof![Just(Role::Owner), Just(Role::Auditor), Just(Role::Writer)]
}

pub(crate) fn bundle() -> impl Strategy<Value = Bundle> {
    let keys = (any::<Key>(), any::<Key>(), any::<Key>(), any::<Key>());
    (role(), text(), keys, vec(any::<Key>(), 1..4)).prop_map(
        |(role, label, (repository_secret, owner, owner_seed, writer_seed), readers)| Bundle {
            role,
            label,
            repository_secret,
            owner: PublicKey(owner),
            readers: if role == Role::Writer { Vec::new() } else { readers },
            owner_seed: (role == Role::Owner).then_some(owner_seed),
            writer_seed: (role != Role::Auditor).then_some(writer_seed),
        },
    )
}

pub(crate) fn kdf() -> impl Strategy<Value = Kdf> {
    (65_536..=2_097_152_u32, 3..=16_u32, 1..=16_u32, any::<Key>()).prop_map(|(memory_kib, passes, lanes, salt)| Kdf {
        memory_kib,
        passes,
        lanes,
        salt,
    })
}

fn sizes() -> impl Strategy<Value = ChunkSizes> {
    (8..=22_u32, any::<u32>(), any::<u32>()).prop_map(|(k, low, high)| {
        let average = 1 << k;
        let min = 64 + (low % (average - 64)) / 2 * 2;
        let max = average + 2 + (high % ((8 << 20) - average - 1)) / 2 * 2;
        ChunkSizes { min, average, max }
    })
}

fn writer(key: Key) -> impl Strategy<Value = WriterKey> {
    let key = PublicKey(key);
    (text(), time(), option::of(any::<u64>())).prop_map(move |(label, added, revoked_after)| WriterKey { key, label, added, revoked_after })
}

fn readers() -> impl Strategy<Value = Vec<ReaderKey>> {
    (btree_set(any::<Key>(), 1..4), any::<prop::sample::Index>()).prop_map(|(keys, current)| {
        let current = current.index(keys.len());
        keys.into_iter().enumerate().map(|(place, key)| ReaderKey { key: PublicKey(key), current: place == current }).collect()
    })
}

pub(crate) fn config() -> impl Strategy<Value = Config> {
    let writers = btree_set(any::<Key>(), 0..4).prop_flat_map(|keys| keys.into_iter().map(writer).collect::<Vec<_>>());
    let slot =
        (any::<[u8; 16]>(), role(), text(), time()).prop_map(|(id, role, label, added)| SlotNote { id: SlotId(id), role, label, added });
    let head = (1..5_u64, any::<Key>(), time(), text());
    let lists = (readers(), writers, vec(slot, 0..4));
    let numbers = (sizes(), sizes(), 65_536..=8_u32 << 20, 1_u32 << 20..=1 << 30, -7..=22_i32);
    (head, lists, numbers, unknown()).prop_map(|((number, previous, time, name), (readers, writers, slots), numbers, unknown)| {
        let (data_chunks, tree_chunks, block_size, pack_size, level) = numbers;
        let previous = if number == 1 { Hash::NONE } else { Hash(previous) };
        Config { number, previous, time, name, readers, writers, slots, data_chunks, tree_chunks, block_size, pack_size, level, unknown }
    })
}

fn dossier(code: String) -> impl Strategy<Value = Dossier> {
    let outcome = prop_oneof![
        Just(Outcome::Stored),
        Just(Outcome::Unchanged),
        Just(Outcome::InUse),
        Just(Outcome::Failed),
        Just(Outcome::Missing),
        Just(Outcome::NotAsked)
    ];
    (outcome, bytes(), time(), content(0), any::<Key>(), text()).prop_map(move |(outcome, path, since, tree, evidence, cause)| Dossier {
        code: code.clone(),
        outcome,
        path,
        since,
        tree,
        evidence: Evidence(evidence),
        cause,
    })
}

fn statistics() -> impl Strategy<Value = Statistics> {
    uniform11(any::<u64>()).prop_map(|numbers| {
        let [files, directories, others, size, new, changed, unchanged, unread, added, stored, duration_ms] = numbers;
        Statistics { files, directories, others, size, new, changed, unchanged, unread, added, stored, duration_ms }
    })
}

pub(crate) fn snapshot() -> impl Strategy<Value = Snapshot> {
    let chain = (any::<Key>(), 1..=u64::MAX, any::<Key>(), time(), -86_400..=86_400_i32);
    let texts = (text(), text(), text(), vec(bytes(), 0..4), btree_set(text(), 0..4), option::of(text()));
    let unread = vec((bytes(), text()).prop_map(|(path, cause)| Unread { path, cause }), 0..4);
    let dossiers = btree_set(text(), 0..3).prop_flat_map(|codes| codes.into_iter().map(dossier).collect::<Vec<_>>());
    let hold = option::of((text(), time()).prop_map(|(name, until)| Hold { name, until }));
    let rest = (content(0), any::<Key>(), statistics(), unread, dossiers, hold, unknown());
    (chain, texts, rest).prop_map(|(chain, texts, rest)| {
        let (writer, sequence, previous, time, utc_offset) = chain;
        let (host, user, program, sources, tags, reason) = texts;
        let (root, evidence, statistics, unread, dossiers, hold, unknown) = rest;
        Snapshot {
            writer: PublicKey(writer),
            sequence,
            previous: Hash(previous),
            time,
            utc_offset,
            host,
            user,
            program,
            sources,
            tags: tags.into_iter().collect(),
            reason,
            root,
            evidence: Evidence(evidence),
            statistics,
            unread,
            dossiers,
            hold,
            unknown,
        }
    })
}

pub(crate) fn intent() -> impl Strategy<Value = Intent> {
    (text(), text(), text(), any::<u32>(), time(), unknown()).prop_map(|(host, user, program, process, time, unknown)| Intent {
        host,
        user,
        program,
        process,
        time,
        unknown,
    })
}

pub(crate) fn plan() -> impl Strategy<Value = Plan> {
    (time(), btree_set(any::<Key>(), 0..4), unknown()).prop_map(|(time, packs, unknown)| Plan {
        time,
        packs: packs.into_iter().map(ObjectName).collect(),
        unknown,
    })
}

pub(crate) fn tombstone() -> impl Strategy<Value = Tombstone> {
    (time(), any::<[u8; 16]>(), text(), unknown()).prop_map(|(time, plan, cause, unknown)| Tombstone { time, plan, cause, unknown })
}
