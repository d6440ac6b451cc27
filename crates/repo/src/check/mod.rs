//! Check: proves that the repository is intact, or says what is not, and which snapshots, dossiers and files that touches.
//!
//! Must never change anything in the repository, never stop at the first damage, never believe the local cache, and never take a
//! listing that fails for an empty one. The way: small objects, then the index as the repository itself has it, then the bytes of packs
//! where that is asked for, and last all trees, so that whatever was found before can be traced to files.
//!
//! What grows with the repository is held sorted in files (`index/sorter.rs`), not in memory, but for some hundred bytes a pack, a directory
//! and a block that is known to be bad.

mod chunk_plan;
mod damage;
mod leaf_proof;
mod links;
mod objects;
mod pack_bytes;
mod pack_stream;
mod packs;
mod report;
mod share;
mod snapshots;
mod structure;
mod touched;
mod trees;
mod verified;

use std::collections::{BTreeSet, HashMap};

use liasse_format::ids::{ObjectName, SessionId};
use liasse_store::Area;

pub use objects::IN_THE_WAY;
pub(crate) use objects::{is_name, slot_is_sound};
pub use report::{AFFECTED_LIMIT, Affected, CheckCounts, CheckOptions, CheckReport, Finding, Note};
pub use share::{Share, WHOLE};
pub use touched::{FIRST_PATHS, Touched, TouchedSnapshot};
pub use verified::VerifiedShare;

use crate::error::Result;
use crate::objects::hash_key;
use crate::progress::{Phase, Progress, Stop};
use crate::repository::Repository;
use damage::Damage;
use report::Findings;

const NEEDS_READER: &str = "content and trees: this key does not read them";

/// What a check has gathered so far.
#[derive(Default)]
struct Gathered {
    findings: Findings,
    counts: CheckCounts,
    damage: Damage,
    /// What segments say of packs' directories: their hashes.
    stated: HashMap<ObjectName, [u8; 32]>,
    /// Whether some pack itself says otherwise.
    contradicted: bool,
    /// Snapshots that nobody can say of what they need.
    unread_snapshots: u64,
    /// Key slots that were removed and are there again.
    removed_slots: BTreeSet<String>,
}

impl Gathered {
    /// `complete` says that all trees were walked: only then is it known what no snapshot needs.
    fn into_report(self, not_checked: Option<&'static str>, complete: bool) -> CheckReport {
        let report = self.findings.into_report(self.counts, not_checked, complete);
        CheckReport { removed_slots: self.removed_slots, ..report }
    }
}

impl Repository {
    /// Checks the repository. Damage is in the report, not an error; errors are what kept the check from being made.
    ///
    /// A key that does not read content checks names, hashes, records and directories; the report says what is left out.
    pub fn check(&self, options: &CheckOptions, progress: &dyn Progress, stop: &Stop) -> Result<CheckReport> {
        let mut gathered = Gathered::default();
        objects::check(self, *options == CheckOptions::Data(Share::All), &mut gathered, stop)?;
        // Before the packs are listed: the packs of a snapshot are there before it is.
        let snapshots = snapshots::check(self, &mut gathered)?;
        stop.check()?;
        let index = packs::load(self, &mut gathered)?;
        if *options == CheckOptions::Structure {
            structure::check(self, &index, &mut gathered, progress, stop)?;
            return Ok(gathered.into_report(None, false));
        }
        let reader = self.reader_over(index);
        if let CheckOptions::Data(share) = options {
            progress.begin(Phase::CheckPacks);
            pack_bytes::check(&reader, *share, &mut gathered, progress, stop)?;
            if gathered.contradicted {
                // Told of as such; what can be read all the same is not called lost.
                reader.index().believe_packs()?;
            }
        }
        let can_read = self.can_read();
        let mut complete = can_read && gathered.unread_snapshots == 0;
        if can_read {
            progress.begin(Phase::CheckTrees);
            complete &= trees::check(&reader, &snapshots, &mut gathered, progress, stop)?;
        }
        for pack in crate::repair::marked(&self.objects)? {
            gathered.findings.known(&hash_key(Area::Packs, pack)?.to_string());
        }
        let not_checked = (!can_read).then_some(NEEDS_READER);
        Ok(gathered.into_report(not_checked, complete))
    }
}

/// The name of a snapshot's object, for messages.
fn snapshot_place(id: SessionId) -> String {
    format!("snapshots/{id}")
}
