//! Packs and segments as the listing and the segments have them, without reading the packs.

use std::collections::HashMap;

use liasse_format::ids::ObjectName;
use liasse_format::index::PackRecord;
use liasse_store::Area;

use super::Gathered;
use super::damage::{Bad, Lost};
use crate::error::Result;
use crate::index::{Index, Observed, digest, each_listed};
use crate::objects::hash_key;
use crate::repository::Repository;

const UNNEEDED: &str = "a segment lists it and it is not there; no snapshot needs it";

/// What the segments say of a pack.
struct Stated {
    segment: ObjectName,
    size: u64,
    directory: [u8; 32],
    differs: Option<ObjectName>,
}

/// Loads the index from the repository alone, and holds what segments say of packs against the listing.
pub(super) fn load(repository: &Repository, gathered: &mut Gathered) -> Result<Index> {
    let mut stated: HashMap<ObjectName, Stated> = HashMap::new();
    let mut chunks = 0_u64;
    let index = Index::load_truth(&repository.objects, &repository.scratch(), &mut |observed| {
        let Observed::Listed(segment, record) = observed else {
            stated.clear();
            chunks = 0;
            return;
        };
        let directory = digest(record);
        let first = stated.entry(record.name).or_insert_with(|| {
            chunks += record.directory.chunks.len() as u64;
            Stated { segment, size: record.size, directory, differs: None }
        });
        if first.directory != directory || first.size != record.size {
            first.differs = Some(segment);
        }
    })?;
    gathered.counts.packs = index.packs().count() as u64;
    gathered.counts.pack_bytes = index.packs().map(|(_, pack)| pack.size).sum();
    for (place, error) in &index.damage {
        gathered.findings.add_error(place, error);
    }
    for name in &index.unlisted {
        gathered.findings.note(hash_key(Area::Packs, *name)?.to_string(), "no readable segment lists this pack");
    }
    let mut missing = HashMap::new();
    for (name, stated) in &stated {
        let place = hash_key(Area::Packs, *name)?.to_string();
        match index.number(name).map(|number| index.pack(number)).transpose()? {
            Some(pack) if pack.size == stated.size => {}
            Some(pack) => {
                let what = format!("it has {} bytes, and segment {} says {}", pack.size, stated.segment, stated.size);
                let finding = gathered.findings.add(&place, what);
                cut_off(&index, gathered, name, finding)?;
            }
            None => {
                let finding = gathered.findings.add(&place, "it is not there");
                gathered.findings.harmless_unless_needed(finding, UNNEEDED);
                missing.insert(*name, finding);
            }
        }
        if let Some(other) = stated.differs {
            gathered
                .findings
                .add(hash_key(Area::Index, other)?.to_string(), format!("it disagrees with segment {} on {place}", stated.segment));
        }
    }
    gathered.counts.chunks = chunks;
    gathered.stated = stated.into_iter().map(|(name, stated)| (name, stated.directory)).collect();
    if !missing.is_empty() {
        gathered.damage.lost = lost(repository, &missing)?;
    }
    Ok(index)
}

/// Blocks that a pack of another size does not have in full.
fn cut_off(index: &Index, gathered: &mut Gathered, name: &ObjectName, finding: Bad) -> Result<()> {
    let Some(number) = index.number(name) else { return Ok(()) };
    let size = index.pack(number)?.size;
    for (ordinal, place) in (0..).zip(index.blocks(number)?.iter()) {
        if place.offset + u64::from(place.block.stored) > size {
            gathered.damage.blocks.insert((number, ordinal), finding);
        }
    }
    Ok(())
}

/// The chunks of packs that are not there. The segments are read once more, only where there is such damage.
fn lost(repository: &Repository, missing: &HashMap<ObjectName, Bad>) -> Result<Lost> {
    let mut lost = Lost::filling(&repository.scratch());
    each_listed(&repository.objects, &mut |record| {
        if let Some(finding) = missing.get(&record.name) {
            lost.add(*finding, &record.directory.chunks);
        }
    })?;
    Ok(lost.finish())
}

/// Whether a pack's own directory is what the segments say of it.
pub(super) fn agrees(stated: &HashMap<ObjectName, [u8; 32]>, record: &PackRecord) -> bool {
    stated.get(&record.name).is_none_or(|stated| *stated == digest(record))
}
