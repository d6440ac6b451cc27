//! Whether the other copy shows that this one was set back: each of them is sound in itself, and only the two side by side tell.
//!
//! Must never call a copy set back for a snapshot that is merely lost in the middle, nor take anything from the other by itself.

use std::collections::BTreeSet;
use std::sync::Arc;

use liasse_format::ids::SessionId;
use liasse_store::{Area, Store};

use super::from::Sides;
use crate::configs;
use crate::error::{Error, Result};
use crate::heads::{self, Head};
use crate::repository::Repository;
use crate::seen::Rollback;

impl Repository {
    /// The same keys and folders, with the newest config as it is by now: a repair may have mended it.
    pub fn again(&self) -> Result<Self> {
        match configs::newest(&self.objects, &self.access.bundle.owner) {
            Ok(current) => self.with_config(current),
            Err(error) if error.is_about_object() || matches!(error, Error::Unfinished { .. }) => self.with_config(self.current.clone()),
            Err(error) => Err(error),
        }
    }

    /// What another copy of this repository has that is newer than all that is here; `None` where it has nothing such.
    ///
    /// # Errors
    /// [`Error::Foreign`] where the other is another repository's.
    pub fn older_than(&self, other: &Arc<dyn Store>) -> Result<Option<Rollback>> {
        Sides::new(&self.again()?, other)?.older()
    }
}

impl Sides {
    /// The same, of this copy and the other.
    pub(super) fn older(&self) -> Result<Option<Rollback>> {
        let newest = self.here.config().number;
        let is_there = configs::numbers(&*self.here.objects.store)?.iter().any(|number| *number >= newest);
        // Where there is none at all, that is told as damage.
        let believed = if is_there { 0 } else { self.believed()? };
        let config = (believed > 0).then_some((newest, believed));
        let listed = self.here.objects.store.list(Area::Snapshots)?;
        let ids: BTreeSet<SessionId> = listed.iter().filter_map(|listed| SessionId::from_hex(&listed.name)).collect();
        let own = self.here.heads()?;
        let lacking: Vec<Head> = self.there.heads()?.into_iter().filter(|head| !ids.contains(&head.id)).collect();
        // What its writer made after the last that is here, or beside it.
        let is_newer = |head: &Head| {
            let last = heads::last_of(&own, &head.record.writer);
            last.is_none_or(|last| last.record.sequence <= head.record.sequence)
        };
        let is_older = config.is_some() || lacking.iter().any(is_newer);
        Ok(is_older.then(|| Rollback::new(lacking.iter().map(|head| (head.id, head.record.time)).collect(), config)))
    }

    /// The number of the newest config that is here and can be believed; 0 without any.
    fn believed(&self) -> Result<u64> {
        match configs::newest(&self.here.objects, &self.here.access.bundle.owner) {
            Ok(own) => Ok(own.config.number),
            Err(error) if error.is_about_object() || matches!(error, Error::Unfinished { .. }) => Ok(0),
            Err(error) => Err(error),
        }
    }
}
