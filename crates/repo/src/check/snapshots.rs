//! Snapshots: each believed on its own, then as the chain of its writer.

use std::collections::BTreeMap;

use liasse_format::ids::{Hash, PublicKey, SessionId};
use liasse_store::{Area, Key};

use super::{Gathered, snapshot_place};
use crate::error::Result;
use crate::order::put_in_order;
use crate::repository::Repository;
use crate::seen::Believed;
use crate::snapshots::Snapshot;

/// Reads all snapshots; gives those that are believed, the oldest first.
pub(super) fn check(repository: &Repository, gathered: &mut Gathered) -> Result<Vec<Snapshot>> {
    let (mut good, mut believed) = (Vec::new(), Vec::new());
    for listed in repository.objects.store.list(Area::Snapshots)? {
        if SessionId::from_hex(&listed.name).is_none() {
            continue;
        }
        let key = Key::new(Area::Snapshots, &listed.name)?;
        match repository.read_snapshot(&key) {
            Ok(Some(snapshot)) => {
                believed.push(Believed { id: snapshot.id, time: snapshot.record.time, size: listed.size });
                good.push(snapshot);
            }
            Ok(None) => {}
            Err(error) if error.is_about_object() => {
                gathered.unread_snapshots += 1;
                gathered.findings.add_error(&key.to_string(), &error);
            }
            Err(error) => return Err(error),
        }
    }
    repository.has_seen(believed);
    put_in_order(&mut good);
    gathered.counts.snapshots = good.len() as u64;
    chains(&good, gathered);
    Ok(good)
}

/// Holds sequence numbers and `previous` against what is there. Snapshots may have been forgotten: a gap is no damage.
fn chains(snapshots: &[Snapshot], gathered: &mut Gathered) {
    let mut writers: BTreeMap<PublicKey, BTreeMap<u64, Vec<&Snapshot>>> = BTreeMap::new();
    for snapshot in snapshots {
        let record = &snapshot.record;
        writers.entry(record.writer).or_default().entry(record.sequence).or_default().push(snapshot);
    }
    for (writer, sequence) in &writers {
        let mut gaps = 0_u64;
        for (number, same) in sequence {
            if same.len() > 1 {
                let what = format!("a fork: writer {writer} signed {} snapshots with sequence number {number}", same.len());
                for snapshot in same {
                    gathered.findings.note(snapshot_place(snapshot.id), what.clone());
                }
            }
            let before = number.checked_sub(1).and_then(|before| sequence.get(&before));
            for snapshot in same {
                match before {
                    Some(before) if before.iter().any(|before| before.hash == snapshot.record.previous) => {}
                    Some(_) => {
                        _ = gathered.findings.add(snapshot_place(snapshot.id), "the snapshot before it is not the one that it names");
                    }
                    None => gaps += u64::from(snapshot.record.previous != Hash::NONE),
                }
            }
        }
        if gaps > 0 {
            gathered.findings.note("snapshots", format!("{gaps} of writer {writer} follow one that is not there"));
        }
    }
}
