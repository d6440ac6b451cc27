//! Configs, bundles, snapshots and work in progress in the form that `spec/vectors/README.md` gives them.

use liasse_format::config::{ChunkSizes, Config};
use liasse_format::keys::{Bundle, Role};
use liasse_format::session::{Intent, Plan, Tombstone};
use liasse_format::snapshot::{Dossier, Outcome, Snapshot, Statistics};
use serde_json::{Value, json};

use super::params::hex;
use super::values::{content, parts, time};

fn role(role: Role) -> u16 {
    match role {
        Role::Owner => 1,
        Role::Auditor => 2,
        Role::Writer => 3,
    }
}

fn sizes(sizes: ChunkSizes) -> Value {
    json!([sizes.min, sizes.average, sizes.max])
}

pub(crate) fn bundle(bundle: &Bundle) -> Value {
    json!({
        "role": role(bundle.role), "label": bundle.label, "secret": hex(&bundle.repository_secret), "owner": bundle.owner.to_string(),
        "readers": bundle.readers.iter().map(|key| hex(key)).collect::<Value>(),
        "owner_seed": bundle.owner_seed.map(|seed| hex(&seed)), "writer_seed": bundle.writer_seed.map(|seed| hex(&seed)),
    })
}

pub(crate) fn config(config: &Config) -> Value {
    let readers =
        config.readers.iter().map(|reader| json!({ "key": reader.key.to_string(), "status": if reader.current { 1 } else { 2 } }));
    let writers = config.writers.iter().map(|writer| {
        json!({
            "key": writer.key.to_string(), "label": writer.label, "added": time(writer.added),
            "status": if writer.revoked_after.is_some() { 2 } else { 1 }, "last": writer.revoked_after.unwrap_or(0),
        })
    });
    let slots = config
        .slots
        .iter()
        .map(|slot| json!({ "id": slot.id.to_string(), "role": role(slot.role), "label": slot.label, "added": time(slot.added) }));
    json!({
        "number": config.number, "previous": config.previous.to_string(), "time": time(config.time), "name": config.name,
        "readers": readers.collect::<Value>(), "writers": writers.collect::<Value>(), "slots": slots.collect::<Value>(),
        "data_chunks": sizes(config.data_chunks), "tree_chunks": sizes(config.tree_chunks), "block_size": config.block_size,
        "pack_size": config.pack_size, "level": config.level, "tlvs": parts(&config.unknown),
    })
}

fn statistics(s: &Statistics) -> Value {
    json!({
        "files": s.files, "directories": s.directories, "others": s.others, "size": s.size, "new": s.new, "changed": s.changed,
        "unchanged": s.unchanged, "unread": s.unread, "added": s.added, "stored": s.stored, "duration": s.duration_ms,
    })
}

fn dossier(dossier: &Dossier) -> Value {
    let outcome = match dossier.outcome {
        Outcome::Stored => 1,
        Outcome::Unchanged => 2,
        Outcome::InUse => 3,
        Outcome::Failed => 4,
        Outcome::Missing => 5,
        Outcome::NotAsked => 6,
    };
    json!({
        "code": dossier.code, "outcome": outcome, "path": hex(&dossier.path), "since": time(dossier.since),
        "tree": content(&dossier.tree), "evidence": dossier.evidence.to_string(), "cause": dossier.cause,
    })
}

pub(crate) fn snapshot(snapshot: &Snapshot) -> Value {
    json!({
        "writer": snapshot.writer.to_string(), "sequence": snapshot.sequence, "previous": snapshot.previous.to_string(),
        "time": time(snapshot.time), "offset": snapshot.utc_offset, "host": snapshot.host, "user": snapshot.user,
        "program": snapshot.program, "sources": snapshot.sources.iter().map(|path| hex(path)).collect::<Value>(),
        "tags": snapshot.tags, "reason": snapshot.reason, "root": content(&snapshot.root), "evidence": snapshot.evidence.to_string(),
        "statistics": statistics(&snapshot.statistics),
        "unread": snapshot.unread.iter().map(|unread| json!([hex(&unread.path), unread.cause])).collect::<Value>(),
        "dossiers": snapshot.dossiers.iter().map(dossier).collect::<Value>(),
        "hold": snapshot.hold.as_ref().map(|hold| json!([hold.name, time(hold.until)])), "tlvs": parts(&snapshot.unknown),
    })
}

pub(crate) fn intent(intent: &Intent) -> Value {
    json!({
        "host": intent.host, "user": intent.user, "program": intent.program, "process": intent.process, "time": time(intent.time),
        "tlvs": parts(&intent.unknown),
    })
}

pub(crate) fn plan(plan: &Plan) -> Value {
    let packs: Value = plan.packs.iter().map(ToString::to_string).collect();
    json!({ "time": time(plan.time), "packs": packs, "tlvs": parts(&plan.unknown) })
}

pub(crate) fn tombstone(tombstone: &Tombstone) -> Value {
    json!({
        "time": time(tombstone.time), "plan": hex(&tombstone.plan), "cause": tombstone.cause, "tlvs": parts(&tombstone.unknown),
    })
}
