//! The note that lies in a target while it is restored into, so that a restore that was cut off goes on when it is run again. Must never
//! make a file be believed that no restore wrote whole.
//!
//! A file gets its name, its size and its time when it is whole. But a disk that was unplugged, or a machine that lost its power, may have
//! kept less than was written: so where any note lies, files that look as they must are read and compared. One that does not look so was
//! changed by somebody since, and stays unless whoever asks says otherwise.

use std::io::Read as _;

use liasse_repo::format::tree::{Metadata, Name};

use crate::error::{Error, Result};
use crate::target::{FileKind, Folder, FolderLock, Occupied, TEMP_PREFIX, Target, TargetErrorKind};

/// What the note is called.
pub const NOTE: &str = ".liasse-restore";
/// Digits after the prefix in the names of temporary files.
const DIGITS: usize = 16;
const MOST_BYTES: u64 = 4_096;

/// The note of a restore that is under way.
pub(super) struct Note {
    root: Folder,
    name: Name,
    /// Whether an earlier restore left it.
    pub(super) is_resumed: bool,
    /// Whether any restore was cut off here.
    was_there: bool,
    /// Whether nobody has said what becomes of files that are there.
    is_unasked: bool,
    _lock: FolderLock,
}

impl Note {
    /// Leaves the note, or finds that of the same restore. Another's is refused, or replaced if whoever asks says what becomes of files.
    pub(super) fn begin(target: &Target, wanted: &str, may_replace: bool) -> Result<Self> {
        let root = target.root().clone();
        let path = || String::from_utf8_lossy(&root.path()).into_owned();
        let lock = root.lock()?.ok_or_else(|| Error::TargetBusy { path: path() })?;
        let name = Name::new(NOTE).ok_or(Error::Internal("the note has no name"))?;
        let there = read(&root, &name)?;
        let is_resumed = there.as_deref().is_some_and(|there| there.starts_with(wanted));
        if there.is_some() && !is_resumed && !may_replace {
            return Err(Error::OtherRestore { path: path() });
        }
        if !is_resumed {
            let file = root.create_temp(&name)?;
            file.write_at(0, wanted.as_bytes())?;
            file.finish(&Metadata { mode: 0o600, mtime: liasse_repo::now(), ..Metadata::default() }, Occupied::Replace)?;
            target.sync()?;
        }
        Ok(Self { root, name, is_resumed, was_there: there.is_some(), is_unasked: !may_replace, _lock: lock })
    }

    /// Whether a file that looks as it must is whole without reading it.
    pub(super) fn trusts(&self) -> bool {
        !self.was_there
    }

    /// Whether files that do not look as they must are the work of somebody who was here meanwhile, and nobody has said what becomes of it.
    pub(super) fn keeps_others(&self) -> bool {
        self.is_resumed && self.is_unasked
    }

    /// Whether an entry of the target's folder is the note itself.
    pub(super) fn is(&self, name: &Name) -> bool {
        *name == self.name
    }

    /// Removes what the earlier restore could not name any more, where its file system knows no files without a name.
    pub(super) fn tidy(&self, folder: &Folder, name: &Name) {
        let digits = name.as_bytes().strip_prefix(TEMP_PREFIX.as_bytes()).unwrap_or_default();
        let is_temporary = digits.len() == DIGITS && digits.iter().all(u8::is_ascii_hexdigit);
        if self.is_resumed && is_temporary && folder.stat(name).is_ok_and(|stat| stat.is_some_and(|stat| stat.kind == FileKind::File)) {
            // Where that fails it stays; its name tells what it is.
            folder.remove_file(name).ok();
        }
    }

    /// All is done.
    pub(super) fn remove(self) -> Result<()> {
        Ok(self.root.remove_file(&self.name)?)
    }
}

/// The note that is there; something else of its name is in the way and is no note.
fn read(root: &Folder, name: &Name) -> Result<Option<String>> {
    let file = match root.open_file(name) {
        Ok(file) => file,
        Err(error) if matches!(error.kind, TargetErrorKind::Missing) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let mut text = Vec::new();
    // What cannot be read is nobody's note.
    file.take(MOST_BYTES).read_to_end(&mut text).ok();
    Ok(Some(String::from_utf8_lossy(&text).into_owned()))
}

/// Whether a folder holds the note of a restore that was cut off.
pub fn is_cut_off(target: &std::path::Path) -> bool {
    target.join(NOTE).symlink_metadata().is_ok_and(|metadata| metadata.is_file())
}
