//! The bodies of the fuzz targets. Called by libFuzzer, and by the ordinary test `tests/corpus.rs` of the root package. A panic is a
//! finding; nothing here may depend on anything but its input, but where a target says so.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod codecs;
mod cuts;
mod decoders;
mod forge;
mod hostile;
mod script;
mod sequence;
mod sound;
mod unlock;

// What the tests of the crates have: an algorithm written a second time, and people at work over a disk that fails.
#[path = "../../crates/chunk/tests/common/described.rs"]
mod described;
#[allow(dead_code, reason = "the tests use all of it")]
#[path = "../../crates/repo/tests/crash/mend.rs"]
mod mend;
#[allow(dead_code, reason = "the tests use all of it")]
#[path = "../../crates/repo/tests/support/mod.rs"]
mod support;
#[allow(dead_code, reason = "the tests use all of it")]
#[path = "../../crates/repo/tests/crash/verify.rs"]
mod verify;
#[allow(dead_code, reason = "the tests use all of it")]
#[path = "../../crates/repo/tests/crash/world.rs"]
mod world;

pub use codecs::{codec_raw, codec_zstd, compress};
pub use cuts::cuts;
pub use decoders::{
    block, bundle, canary, config, content, directory, entry, footer, intent, list, object, packed, parity, parity_head, parity_sector,
    plan, segment, slot, snapshot, tombstone, tree,
};
pub use hostile::hostile;
pub use sequence::sequence;
pub use sound::pack_sound;
pub use unlock::unlock;

/// What a target runs.
pub type Body = fn(&[u8]);

/// A target.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// The name of its program, its corpus and its body.
    pub name: &'static str,
    /// What it runs.
    pub body: Body,
    /// How many inputs most decoders take in the time of one of its inputs, or so few that it does not matter.
    pub cost: u64,
}

const fn decoder(name: &'static str, body: Body) -> Target {
    Target { name, body, cost: 1 }
}

const fn heavy(name: &'static str, body: Body, cost: u64) -> Target {
    Target { name, body, cost }
}

/// Every target but the canary.
pub const TARGETS: [Target; 27] = [
    decoder("object", object),
    decoder("config", config),
    decoder("bundle", bundle),
    decoder("slot", slot),
    decoder("directory", directory),
    decoder("footer", footer),
    decoder("segment", segment),
    decoder("content", content),
    decoder("list", list),
    decoder("entry", entry),
    decoder("tree", tree),
    decoder("snapshot", snapshot),
    decoder("intent", intent),
    decoder("plan", plan),
    decoder("tombstone", tombstone),
    decoder("packed", packed),
    decoder("block", block),
    heavy("parity", parity, 4),
    decoder("parity_head", parity_head),
    decoder("parity_sector", parity_sector),
    decoder("codec_raw", codec_raw),
    decoder("codec_zstd", codec_zstd),
    heavy("compress", compress, 50),
    heavy("cuts", cuts, 5),
    heavy("hostile", hostile, 200),
    heavy("sequence", sequence, 2_000),
    heavy("unlock", unlock, 20_000),
];
