//! `repair index`: packs that no sound segment lists are listed again, by their own directories; damaged segments are set aside.
//!
//! Needs no more than the repository secret, which every key has: directories and segments are sealed with keys that derive from it. Must
//! never set a segment aside before what it said is listed again, nor list a pack of a session that is still at work.

use std::collections::BTreeSet;

use liasse_format::ids::{ObjectName, SessionId};
use liasse_store::{Area, Key};

use super::place;
use super::{RepairPlan, RepairStep, key_of, pack_name};
use crate::check::Finding;
use crate::error::{Error, Result};
use crate::index::{self, Index};
use crate::objects::hash_key;
use crate::pack_reader;
use crate::progress::Stop;
use crate::repository::Repository;
use crate::session::SegmentWriter;

impl Repository {
    /// Plans to make the index whole: reads all segments, and the directories of packs that none lists. Changes nothing.
    pub fn plan_index(&self, stop: &Stop) -> Result<RepairPlan> {
        let mut plan = RepairPlan::default();
        // Before the packs: one that is listed later is not taken for lost.
        let at_work = self.at_work()?;
        let index = Index::load_truth(&self.objects, &self.scratch(), &mut |_| ())?;
        let mut unreadable = BTreeSet::new();
        for (place, error) in &index.damage {
            match key_of(place) {
                // What a newer version wrote is not damaged.
                Some(object) if object.area() == Area::Index && !matches!(error, Error::Newer { .. }) => {
                    plan.steps.push(RepairStep::SetAside { object });
                }
                key => {
                    unreadable.extend(key.as_ref().and_then(pack_name));
                    plan.left.push(Finding::of_error(place, error));
                }
            }
        }
        let mut packs = Vec::new();
        for name in index.unlisted.iter().filter(|name| !unreadable.contains(name)) {
            stop.check()?;
            if !at_work.contains(&pack_reader::session_of(&self.objects, *name)?) {
                packs.push(*name);
            }
        }
        if !packs.is_empty() {
            plan.steps.insert(0, RepairStep::List { packs });
        }
        Ok(plan)
    }

    /// Sessions that have begun, and whose slots are undecided.
    fn at_work(&self) -> Result<BTreeSet<SessionId>> {
        let ids = |area| -> Result<BTreeSet<SessionId>> {
            Ok(self.objects.store.list(area)?.iter().filter_map(|listed| SessionId::from_hex(&listed.name)).collect())
        };
        let begun = ids(Area::Intents)?;
        let decided = ids(Area::Snapshots)?;
        Ok(begun.difference(&decided).copied().collect())
    }
}

/// Lists packs in new segments.
pub(super) fn list(repository: &Repository, packs: &[ObjectName], stop: &Stop) -> Result<()> {
    let session = SessionId(liasse_seal::random_bytes()?);
    let mut writer = SegmentWriter::new(repository.objects.clone(), session);
    let mut refused = None;
    for name in packs {
        stop.check()?;
        match pack_reader::read_record(&repository.objects, *name) {
            Ok(record) => _ = writer.add(record)?,
            Err(error) if error.is_about_object() => _ = refused.get_or_insert(error),
            Err(error) => return Err(error),
        }
    }
    writer.write()?;
    refused.map_or(Ok(()), Err)
}

/// Sets a segment aside, if it is still damaged.
pub(super) fn set_aside(repository: &Repository, segment: &Key) -> Result<()> {
    let Some(name) = ObjectName::from_hex(segment.name()) else { return Err(Error::Internal("a segment without a name")) };
    debug_assert!(hash_key(Area::Index, name).is_ok_and(|key| key == *segment));
    match index::read_segment(&repository.objects, name) {
        Ok(_) => Ok(()),
        Err(error) if error.is_about_object() => place::set_aside(&*repository.objects.store, segment),
        Err(error) => Err(error),
    }
}
