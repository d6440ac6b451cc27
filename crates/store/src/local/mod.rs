//! A repository in a folder. Everything here is a path below one root, made of a [`Key`]; no other name is ever opened,
//! and no object is ever written in place.

mod aside;
mod files;
mod folder;
mod handles;
mod listing;
mod place;
mod stage;
mod sweep;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::disk::{self, Disk, DiskFile, Kind};
use crate::error::{Error, ErrorKind, Operation};
use crate::key::{Area, Key};
use crate::store::{Listed, Put, Result, Stage, Store};
use files::Files;
use handles::Handles;
use place::Method;
use stage::Staged;

/// The folder of objects in the making, below the root.
const TMP: &str = "tmp";

/// A store in a local folder. Clones share it.
///
/// # Publishing
///
/// An object is written to `tmp/`, synced, moved to its name without replacing, and then both folders are synced (and the
/// parent of a folder that this process uses for the first time). Whatever is found under a name is therefore whole, and
/// what a call reported as stored survives a power cut. A sync that fails is not tried again, because the kernel may
/// have dropped the bytes and report success the second time: what was written is removed and the error returned.
///
/// How "without replacing" is done depends on the file system; the first that it knows is taken:
///
/// 1. `renameat2(RENAME_NOREPLACE)`: atomic, between all machines that share the file system where its server enforces
///    it (SMB), between all processes otherwise. ext4, xfs, btrfs, tmpfs, FAT, exFAT, SMB.
/// 2. `link`, then `unlink` of the name in `tmp/`: just as exclusive; a crash between the two leaves a second name in
///    `tmp/` that a sweep removes. NFS, where `renameat2` is unknown.
/// 3. A check and a plain `rename` under an advisory lock on `tmp/lock`: readers still see all or nothing, but two writers
///    exclude each other only where they share that lock, that is on one machine. Some FUSE file systems.
#[derive(Debug, Clone)]
pub struct Local {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    disk: Arc<dyn Disk>,
    root: PathBuf,
    /// What is tried in turn to publish; shortened by tests.
    methods: &'static [Method],
    handles: Handles,
    /// Folders whose entry in their parent this process has made durable.
    known: Mutex<BTreeSet<PathBuf>>,
}

impl Local {
    /// Makes the folders of a repository at `path`, and `path` itself with its parents where they are missing.
    ///
    /// An empty folder is filled (what file systems and desktops leave in the root of a medium does not count); an
    /// interrupted creation is completed; a folder that is already a repository is opened.
    ///
    /// # Errors
    /// [`ErrorKind::NotEmpty`] when the folder holds anything else, or any failure of the storage.
    pub fn create(path: &Path) -> Result<Self> {
        Self::create_on(Arc::new(Files), path)
    }

    /// The same on any disk.
    pub(crate) fn create_on(disk: Arc<dyn Disk>, path: &Path) -> Result<Self> {
        let inner = Inner::new(disk, path, Operation::Create)?;
        inner.make_repository()?;
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Opens the repository at `path`. Changes nothing.
    ///
    /// # Errors
    /// [`ErrorKind::NotARepository`], [`ErrorKind::NotFound`], or any failure of the storage.
    pub fn open(path: &Path) -> Result<Self> {
        Self::open_on(Arc::new(Files), path)
    }

    /// The same on any disk.
    pub(crate) fn open_on(disk: Arc<dyn Disk>, path: &Path) -> Result<Self> {
        let inner = Inner::new(disk, path, Operation::Open)?;
        inner.require_repository(Operation::Open)?;
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The repository's folder, as an absolute path.
    pub fn root(&self) -> &Path {
        &self.inner.root
    }
}

impl Inner {
    fn new(disk: Arc<dyn Disk>, path: &Path, operation: Operation) -> Result<Self> {
        // Absolute, so that a change of the working folder changes nothing.
        let root = std::path::absolute(path).map_err(|source| Error::from_io(source, operation, path.display()))?;
        Ok(Self { disk, root, methods: Method::ALL, handles: Handles::default(), known: Mutex::default() })
    }

    fn area_path(&self, area: Area) -> PathBuf {
        self.root.join(area.dir())
    }

    fn folder_path(&self, key: &Key) -> PathBuf {
        self.root.join(key.folder())
    }

    fn path(&self, key: &Key) -> PathBuf {
        self.folder_path(key).join(key.name())
    }

    fn tmp_path(&self) -> PathBuf {
        self.root.join(TMP)
    }

    /// Opens an object and tells its size.
    fn open_object(&self, key: &Key, operation: Operation) -> Result<(Box<dyn DiskFile>, u64)> {
        let failed = |source| Error::from_io(source, operation, key);
        let file = self.disk.open(&self.path(key)).map_err(failed)?;
        let stat = file.stat().map_err(failed)?;
        if stat.kind != Kind::File {
            return Err(Error::new(ErrorKind::NotAFile, operation, key));
        }
        Ok((file, stat.size))
    }

    fn size(&self, key: &Key, operation: Operation) -> Result<Option<u64>> {
        match self.disk.stat_link(&self.path(key)) {
            Ok(stat) if stat.kind == Kind::File => Ok(Some(stat.size)),
            Ok(_) => Err(Error::new(ErrorKind::NotAFile, operation, key)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // Absent, unless the whole medium is.
                self.require_repository(operation)?;
                Ok(None)
            }
            Err(error) => Err(Error::from_io(error, operation, key)),
        }
    }
}

impl Store for Local {
    fn location(&self) -> String {
        self.inner.root.display().to_string()
    }

    /// The place, and when its folder was made; where the file system does not say that, its number there.
    fn identity(&self) -> String {
        use std::os::unix::fs::MetadataExt as _;
        let folder = std::fs::metadata(&self.inner.root).ok();
        let made = folder.map(|folder| match folder.created().ok().and_then(|made| made.duration_since(std::time::UNIX_EPOCH).ok()) {
            Some(made) => format!("made {}", made.as_nanos()),
            None => format!("number {}", folder.ino()),
        });
        format!("{} {}", self.location(), made.unwrap_or_default())
    }

    fn list(&self, area: Area) -> Result<Vec<Listed>> {
        Ok(self.inner.scan(area)?.objects)
    }

    fn strays(&self, area: Area) -> Result<Vec<String>> {
        Ok(self.inner.scan(area)?.strays)
    }

    fn get(&self, key: &Key, limit: u64) -> Result<Vec<u8>> {
        let (file, size) = self.inner.open_object(key, Operation::Get)?;
        let too_large = || Error::new(ErrorKind::TooLarge { size, limit }, Operation::Get, key);
        if size > limit {
            return Err(too_large());
        }
        let mut bytes = vec![0; usize::try_from(size).map_err(|_| too_large())?];
        disk::read_exact_at(&*file, &mut bytes, 0).map_err(|source| read_error(source, Operation::Get, key, 0, size))?;
        Ok(bytes)
    }

    fn read_at(&self, key: &Key, offset: u64, buf: &mut [u8]) -> Result<()> {
        let open = || Ok(self.inner.open_object(key, Operation::ReadAt)?.0);
        let file = self.inner.handles.get_or_open(key, open)?;
        let wanted = buf.len() as u64;
        disk::read_exact_at(&*file, buf, offset).map_err(|source| read_error(source, Operation::ReadAt, key, offset, wanted))
    }

    fn size(&self, key: &Key) -> Result<Option<u64>> {
        self.inner.size(key, Operation::Size)
    }

    fn put(&self, key: &Key, bytes: &[u8]) -> Result<Put> {
        // Saves writing what is there already; the race with another writer is decided when publishing.
        if self.inner.size(key, Operation::Put)?.is_some() {
            return self.inner.existed(key, Operation::Put);
        }
        let mut staged = Staged::new(Arc::clone(&self.inner), key.area(), Operation::Put)?;
        staged.append(bytes, Operation::Put, key)?;
        staged.publish_as(key, Operation::Put)
    }

    fn stage(&self, area: Area) -> Result<Box<dyn Stage>> {
        Ok(Box::new(Staged::new(Arc::clone(&self.inner), area, Operation::Stage)?))
    }

    fn remove(&self, key: &Key) -> Result<()> {
        let failed = |source| Error::from_io(source, Operation::Remove, key);
        self.inner.disk.remove(&self.inner.path(key)).map_err(failed)?;
        // Afterwards: before, a reader could open the object once more and keep it.
        self.inner.handles.forget(key);
        self.inner.sync_folder(&self.inner.folder_path(key)).map_err(failed)
    }

    fn set_aside(&self, key: &Key) -> Result<Key> {
        self.inner.set_aside(key)
    }

    fn sweep(&self, older_than: Duration) -> Result<u64> {
        self.inner.sweep(older_than)
    }
}

fn read_error(source: io::Error, operation: Operation, key: &Key, offset: u64, wanted: u64) -> Error {
    if source.kind() == io::ErrorKind::UnexpectedEof {
        return Error::new(ErrorKind::Short { offset, wanted }, operation, key);
    }
    Error::from_io(source, operation, key)
}
