//! The note that lies in a target while it is restored into, so that a restore that was cut off goes on when it is run again. Must never
//! make a file be believed that no restore wrote whole.
//!
//! A file gets its name, its size and its time when it is whole. So one that has all three, and was not changed before the restore began,
//! is whole as far as the running system knows. After a restart the disk may have less than was written: then its bytes are compared.

use std::io::Read as _;

use liasse_repo::format::time::Time;
use liasse_repo::format::tree::{Metadata, Name};

use crate::error::{Error, Result};
use crate::target::{FileKind, Folder, FolderLock, Occupied, Stat, TEMP_PREFIX, Target, TargetErrorKind};

/// What the note is called.
pub const NOTE: &str = ".liasse-restore";
/// Digits after the prefix in the names of temporary files.
const DIGITS: usize = 16;
const MOST_BYTES: u64 = 4_096;
/// Changes with every start of the system.
const BOOT: &str = "/proc/sys/kernel/random/boot_id";

/// The note of a restore that is under way.
pub(super) struct Note {
    root: Folder,
    name: Name,
    /// Whether an earlier restore left it.
    pub(super) is_resumed: bool,
    /// What was changed since then, it wrote; `None` after a restart.
    since: Option<Time>,
    _lock: FolderLock,
}

impl Note {
    /// Leaves the note, or finds that of the same restore. Another's is refused, or replaced if whoever asks says what becomes of files.
    pub(super) fn begin(target: &Target, wanted: &str, may_replace: bool) -> Result<Self> {
        let root = target.root().clone();
        let path = || String::from_utf8_lossy(&root.path()).into_owned();
        let lock = root.lock()?.ok_or_else(|| Error::TargetBusy { path: path() })?;
        let name = Name::new(NOTE).ok_or(Error::Internal("the note has no name"))?;
        let boot = std::fs::read_to_string(BOOT).unwrap_or_default();
        let text = format!("{wanted}boot {}\n", boot.trim());
        let there = read(&root, &name)?;
        let is_resumed = there.as_deref().is_some_and(|there| there.starts_with(wanted));
        if there.is_some() && !is_resumed && !may_replace {
            return Err(Error::OtherRestore { path: path() });
        }
        let is_same_boot = there.as_deref() == Some(text.as_str()) && !boot.is_empty();
        if !is_same_boot {
            let file = root.create_temp(&name)?;
            file.write_at(0, text.as_bytes())?;
            file.finish(&Metadata { mode: 0o600, mtime: liasse_repo::now(), ..Metadata::default() }, Occupied::Replace)?;
            target.sync()?;
        }
        let since = root.stat(&name)?.filter(|_| is_same_boot).map(|stat| stat.ctime);
        Ok(Self { root, name, is_resumed, since, _lock: lock })
    }

    /// Whether a file that looks as it must is whole without reading it.
    pub(super) fn trusts(&self, stat: &Stat) -> bool {
        !self.is_resumed || self.since.is_some_and(|since| stat.ctime >= since)
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
