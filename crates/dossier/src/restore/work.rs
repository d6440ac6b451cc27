//! The folder beside a dossier in which its restore works, and the swap. Its names say at every moment what is in it, so that whoever comes
//! after a crash knows what may be removed. Must never remove what was replaced because of a guess.
//!
//! For a dossier `D1` it is `.liasse-restore-D1`, with
//!
//! - `new`: the state that is being restored. Nobody needs it until it has the dossier's name. It is what was replaced only if `note` says
//!   so: there, before the two change places in one step, the numbers of both folders are written;
//! - `old`: what was replaced;
//! - `gone`: what was replaced and is being removed.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

use liasse_archive::repo::format::tree::{Metadata, Name};
use liasse_archive::target::{FileKind, Folder, FolderLock, Occupied, TEMP_PREFIX, TargetError};

use super::error::Trouble;
use super::place::Place;

/// Most bytes of a note that are looked at.
const NOTE_SIZE: usize = 4096;

/// A folder in which one restore works, locked against others.
pub(super) struct Work {
    parent: Folder,
    /// The dossier's name.
    name: Name,
    called: Name,
    pub(super) folder: Folder,
    pub(super) path: PathBuf,
    _lock: FolderLock,
}

/// What an earlier restore left beside a dossier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leftover {
    /// Nothing that anybody needs.
    Nothing,
    /// What was replaced, under this name.
    Replaced(&'static str),
    /// The dossier itself, moved away and not replaced yet.
    Dossier,
}

impl Work {
    /// Opens the folder beside a dossier, if an earlier restore left one.
    pub(super) fn left(place: &Place) -> Result<Option<Self>, Trouble> {
        let called = called(&place.name)?;
        match place.parent.stat(&called)?.map(|stat| stat.kind) {
            None => Ok(None),
            Some(FileKind::Directory) => Self::lock(place, called.clone(), place.parent.open(&called)?).map(Some),
            Some(_) => Err(Trouble::NotAFolder),
        }
    }

    /// Makes it.
    pub(super) fn begin(place: &Place) -> Result<Self, Trouble> {
        let called = called(&place.name)?;
        let (folder, _) = place.parent.make_dir(&called, Occupied::Refuse)?;
        Self::lock(place, called, folder)
    }

    fn lock(place: &Place, called: Name, folder: Folder) -> Result<Self, Trouble> {
        if !folder.is_beside(&place.parent) {
            return Err(Trouble::Mounted);
        }
        let lock = folder.lock()?.ok_or(Trouble::Busy)?;
        let path = place.path.with_file_name(OsStr::new(std::str::from_utf8(called.as_bytes()).unwrap_or_default()));
        Ok(Self { parent: place.parent.clone(), name: place.name.clone(), called, folder, path, _lock: lock })
    }

    /// What is in it.
    pub(super) fn leftover(&self) -> Result<Leftover, Trouble> {
        let here = self.parent.stat(&self.name)?;
        if self.folder.stat(&word("old")?)?.is_some() {
            return Ok(if here.is_none() { Leftover::Dossier } else { Leftover::Replaced("old") });
        }
        if self.folder.stat(&word("new")?)?.is_none() {
            return Ok(Leftover::Nothing);
        }
        // Without a note nothing has changed places yet.
        let Some((old, _)) = self.note()? else { return Ok(Leftover::Nothing) };
        Ok(if here.is_some_and(|here| here.inode == old) { Leftover::Nothing } else { Leftover::Replaced("new") })
    }

    /// Notes which folders are about to change places.
    pub(super) fn write_note(&self, old: &Folder, new: &Folder) -> Result<(), Trouble> {
        let note = format!("old {}\nnew {}\n", old.own_stat()?.inode, new.own_stat()?.inode);
        let file = self.folder.create_temp(&word("note")?)?;
        file.write_at(0, note.as_bytes())?;
        file.finish(&Metadata { mode: 0o600, ..Metadata::default() }, Occupied::Replace)?;
        Ok(())
    }

    fn note(&self) -> Result<Option<(u64, u64)>, Trouble> {
        let name = word("note")?;
        if self.folder.stat(&name)?.is_none() {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        self.folder.read_file(&name, NOTE_SIZE, |part| bytes.extend_from_slice(part))?;
        let text = String::from_utf8_lossy(&bytes);
        let number = |word: &str| text.lines().find_map(|line| line.strip_prefix(word)?.trim().parse().ok());
        // One that cannot be read says that something was about to happen, and fits no folder.
        Ok(Some((number("old ").unwrap_or_default(), number("new ").unwrap_or_default())))
    }

    /// Puts `new` in the dossier's place, and what is there in `old`. If it fails, the dossier is where it was.
    pub(super) fn swap(&self, present: Option<&Folder>) -> Result<(), Trouble> {
        let (new, old) = (word("new")?, word("old")?);
        let Some(present) = present else {
            self.folder.move_to(&new, &self.parent, &self.name)?;
            return Ok(self.sync()?);
        };
        let note = self.note()?;
        if note.is_some_and(|(noted, _)| present.own_stat().is_ok_and(|stat| stat.inode != noted)) {
            return Err(Trouble::Moved);
        }
        if note.is_some() && self.parent.exchange(&self.name, &self.folder, &new)? {
            self.sync()?;
            self.folder.move_to(&new, &self.folder, &old)?;
            return Ok(self.folder.sync_names()?);
        }
        self.parent.move_to(&self.name, &self.folder, &old)?;
        self.sync()?;
        if let Err(error) = self.folder.move_to(&new, &self.parent, &self.name) {
            self.put_back()?;
            return Err(error.into());
        }
        Ok(self.sync()?)
    }

    /// Moves the dossier into `old`, and puts nothing in its place.
    pub(super) fn set_aside(&self) -> Result<(), Trouble> {
        self.parent.move_to(&self.name, &self.folder, &word("old")?)?;
        Ok(self.sync()?)
    }

    /// Moves what is in `old` to the dossier's place, in which nothing is.
    pub(super) fn put_back(&self) -> Result<(), Trouble> {
        self.folder.move_to(&word("old")?, &self.parent, &self.name)?;
        Ok(self.sync()?)
    }

    /// Both folders of whose names some changed.
    fn sync(&self) -> Result<(), TargetError> {
        self.folder.sync_names()?;
        self.parent.sync_names()
    }

    /// What was replaced.
    pub(super) fn old(&self) -> Result<Folder, Trouble> {
        Ok(self.folder.open(&word("old")?)?)
    }

    /// Gives what was replaced a name of its own beside the dossier, with a time, and removes the rest. Gives its path.
    pub(super) fn keep(self, which: &str, time: &str) -> Result<PathBuf, Trouble> {
        let name = String::from_utf8_lossy(self.name.as_bytes()).into_owned();
        let which = word(which)?;
        for number in 1_u32..100 {
            let more = if number == 1 { String::new() } else { format!("-{number}") };
            let kept = format!("{TEMP_PREFIX}replaced-{name}-{time}{more}");
            let kept_name = Name::new(kept.as_bytes()).ok_or(Trouble::TooLong)?;
            if self.parent.stat(&kept_name)?.is_some() {
                continue;
            }
            self.folder.move_to(&which, &self.parent, &kept_name)?;
            self.sync()?;
            let path = self.path.with_file_name(kept);
            self.remove()?;
            return Ok(path);
        }
        Err(Trouble::Internal("no name is free for what was replaced"))
    }

    /// Removes what was replaced, and the folder.
    pub(super) fn forget(self) -> Result<(), Trouble> {
        // From here on nobody takes it for what must be kept.
        self.folder.move_to(&word("old")?, &self.folder, &word("gone")?)?;
        self.remove()
    }

    /// Removes what is staged. What was replaced all the same gets a name of its own, which is given; the dossier is put back.
    pub(super) fn discard(self, time: &str) -> Result<Option<PathBuf>, Trouble> {
        match self.leftover()? {
            Leftover::Nothing => self.remove().map(|()| None),
            Leftover::Replaced(which) => self.keep(which, time).map(Some),
            Leftover::Dossier => {
                self.put_back()?;
                self.remove().map(|()| None)
            }
        }
    }

    /// Removes the folder with all that is in it: there must be nothing that anybody needs.
    pub(super) fn remove(self) -> Result<(), Trouble> {
        Ok(self.parent.remove(&self.called)?)
    }
}

/// What the folder beside a dossier is called.
fn called(name: &Name) -> Result<Name, Trouble> {
    // A name that is no text could not be shown; such dossiers have no code, so there are none.
    let text = std::str::from_utf8(name.as_bytes()).map_err(|_| Trouble::NoPlace(OsStr::from_bytes(name.as_bytes()).into()))?;
    Name::new(format!("{TEMP_PREFIX}restore-{text}")).ok_or(Trouble::TooLong)
}

pub(super) fn word(text: &str) -> Result<Name, Trouble> {
    Name::new(text).ok_or(Trouble::Internal("a name that is none"))
}
