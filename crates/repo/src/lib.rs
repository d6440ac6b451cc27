//! The repository: sessions, packs, index, snapshots, check.
//!
//! `backup` begins a [`Session`], puts chunks into it and commits it; `restore` takes a [`Reader`] and walks trees. Everything that is
//! read is verified before it is given out; everything that is written is durable before something refers to it.
#![forbid(unsafe_code)]

mod access;
mod chance;
mod check;
mod clock;
mod configs;
mod creation;
mod error;
mod gather;
mod heads;
mod index;
mod kept;
mod keyring;
mod lists;
mod objects;
mod order;
mod origins;
mod pack_reader;
mod parallel;
pub mod parity;
mod progress;
mod reader;
mod repair;
mod repository;
mod seen;
mod session;
mod signed;
mod snapshots;
mod stats;
mod trees;

pub use access::Unlock;
pub use chance::chance;
pub use check::{
    AFFECTED_LIMIT, Affected, CheckCounts, CheckOptions, CheckReport, FIRST_PATHS, Finding, IN_THE_WAY, Note, Share, Touched,
    TouchedSnapshot, VerifiedShare, WHOLE,
};
pub use clock::now;
pub use creation::Creation;
pub use error::{Error, Result};
pub use gather::{GATHER_BYTES, GATHER_PIECES, Wanted, runs};
pub use heads::Head;
pub use index::{Located, PackNumber, Piece};
pub use keyring::{AddedKey, Handover, KeyForm, KeyInfo};
pub use liasse_format as format;
pub use liasse_seal::{KdfParams, LEAF_SIZE, LeafValue, Verified};
pub use liasse_store as store;
pub use lists::ListWalk;
pub use order::{Claim, in_order, made};
pub use progress::{Phase, Progress, Silent, Stop};
pub use reader::{Reader, Scratch, slice};
pub use repair::{RepairPlan, RepairStep, Repaired};
pub use repository::Repository;
pub use seen::Rollback;
pub use session::{Draft, Files, Older, Session, Stored, Whoami};
pub use signed::{SignedBy, SignedRecord, public_key_pem};
pub use snapshots::{Selector, Snapshot, Snapshots};
pub use stats::{AreaStats, LatestStats, Stats};
pub use trees::TreeWalk;
