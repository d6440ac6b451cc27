//! Names, structure, framing and directories of packs, without a look at what refers to what or at the data.

use std::sync::{Mutex, PoisonError};

use liasse_store::Key;

use super::Gathered;
use super::packs::agrees;
use crate::error::Result;
use crate::index::{Index, PackNumber};
use crate::pack_reader;
use crate::parallel;
use crate::progress::{Phase, Progress, Stop};
use crate::repository::Repository;

/// Reads the directory of every pack, and holds it against what segments say.
pub(super) fn check(repository: &Repository, index: &Index, gathered: &mut Gathered, progress: &dyn Progress, stop: &Stop) -> Result<()> {
    let packs: Vec<PackNumber> = index.packs().map(|(number, _)| number).collect();
    progress.begin(Phase::CheckStructure);
    progress.expect(packs.len() as u64);
    let gathered = Mutex::new(gathered);
    parallel::for_each(
        packs.into_iter(),
        || Ok(()),
        |number, ()| {
            stop.check()?;
            let place: Key = index.place(number)?;
            let read = pack_reader::read_parts(&repository.objects, index.pack(number)?.name);
            let mut gathered = gathered.lock().unwrap_or_else(PoisonError::into_inner);
            match read {
                Ok((_, record)) if agrees(&gathered.stated, &record) => {}
                Ok(_) => _ = gathered.findings.add(place.to_string(), "its directory is not what a segment says of it"),
                Err(error) if error.is_about_object() => _ = gathered.findings.add_error(&place.to_string(), &error),
                Err(error) => return Err(error),
            }
            drop(gathered);
            progress.advance(1);
            Ok(())
        },
    )
}
