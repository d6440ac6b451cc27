//! Dossiers that are not chosen, where who restores wishes them gone. None goes that is not stored as it is now.

use liasse_archive::repo::format::snapshot::Dossier as Line;
use liasse_archive::repo::{Reader, Stop};
use liasse_archive::target::Folder;

use super::check::Other;
use super::done::{Done, Removed};
use super::error::Trouble;
use super::keep::Keep;
use super::stage::tidy;
use super::survey::{Act, Trees, survey};
use super::work::Work;
use super::{Wanted, World, refuse_in_use};

/// Moves the other dossiers aside, and when all are, removes them.
pub(super) fn delete_others(world: &World<'_>, reader: &Reader<'_>, wanted: &Wanted, others: Vec<Other>, time: &str, done: &mut Done) {
    let mut aside = Vec::new();
    for other in others {
        let moved = tidy(&other.place, time).and_then(|found| {
            done.found.extend(found);
            set_aside(world, reader, &other)
        });
        let mut removed = Removed { code: other.code.clone(), path: other.place.path.clone(), kept: None, trouble: None };
        match moved {
            Ok(work) => aside.push((work, done.others.len())),
            Err(trouble) => removed.trouble = Some(trouble),
        }
        done.others.push(removed);
    }
    for (work, number) in aside {
        let kept = if wanted.keep_replaced { work.keep("old", time).map(Some) } else { work.forget().map(|()| None) };
        if let Some(removed) = done.others.get_mut(number) {
            match kept {
                Ok(path) => removed.kept = path,
                Err(trouble) => removed.trouble = Some(trouble),
            }
        }
    }
}

/// Moves a dossier aside. One that is not stored as it is now stays: it may have changed since it was looked at.
fn set_aside(world: &World<'_>, reader: &Reader<'_>, other: &Other) -> Result<Work, Trouble> {
    other.place.folder()?;
    refuse_in_use(world, &other.place.path)?;
    let work = Work::begin(&other.place)?;
    work.set_aside()?;
    match refuse_unsaved(reader, &work.old()?, &other.line, world.stop) {
        Ok(()) => Ok(work),
        Err(trouble) => {
            work.put_back()?;
            work.remove()?;
            Err(trouble)
        }
    }
}

/// Refuses a folder of which anything is not stored as it is now.
pub(super) fn refuse_unsaved(reader: &Reader<'_>, folder: &Folder, line: &Line, stop: &Stop) -> Result<(), Trouble> {
    let trees = Trees { state: None, newest: Some(&line.tree) };
    let counts = survey(reader, trees, folder, &Keep::default(), Act::Look, stop)?;
    match counts.unsaved_names.into_iter().next() {
        Some(path) => Err(Trouble::Unsaved(path)),
        None => Ok(()),
    }
}
