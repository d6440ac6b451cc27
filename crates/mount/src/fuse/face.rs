//! The kernel's questions, put to a view. Holds no knowledge of its own; what a view cannot give becomes the error number that says so.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use fuser::{
    Errno, FileAttr, FileHandle, FileType, Filesystem, FopenFlags, Generation, INodeNo, InitFlags, KernelConfig, LockOwner, OpenFlags,
    ReplyAttr, ReplyData, ReplyDirectory, ReplyDirectoryPlus, ReplyEmpty, ReplyEntry, ReplyLseek, ReplyOpen, ReplyStatfs, ReplyXattr,
    Request,
};

use crate::error::{Error, Result};
use crate::repo::format::time::Time;
use crate::repo::format::tree::Device;
use crate::view::{Attributes, Kind, Listing, View};

/// How long the kernel may believe what never changes, and what may.
const LONG: Duration = Duration::from_hours(24 * 30);
const SHORT: Duration = Duration::from_secs(1);
/// Most bytes that the kernel is asked to ask for at once.
const MOST_READ: u32 = 1 << 20;
/// Requests of the kernel's own reading ahead that may be under way.
const BACKGROUND: u16 = 64;
/// Most bytes of a name that the kernel takes; a folder with a longer one could not be listed at all.
const MOST_NAME: usize = 1_024;
/// A block, as programs count them.
const BLOCK: u32 = 4_096;
const SEEK_DATA: i32 = 3;
const SEEK_HOLE: i32 = 4;

thread_local! {
    /// What a thread reads into: new memory for each answer would cost as much as filling it.
    static ROOM: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// A view, as the kernel sees it.
pub(super) struct Face {
    view: View,
    /// Folders that are being listed.
    listings: Mutex<HashMap<u64, Arc<Listing>>>,
    next: AtomicU64,
    /// Whether the kernel opens files without asking.
    opens_alone: bool,
}

impl Face {
    pub(super) fn new(view: View) -> Self {
        Self { view: view.counting_names(), listings: Mutex::default(), next: AtomicU64::new(1), opens_alone: false }
    }

    fn how_long(&self, folder: u64) -> Duration {
        if self.view.changes(folder) { SHORT } else { LONG }
    }

    fn listing(&self, folder: u64, handle: FileHandle) -> Result<Arc<Listing>> {
        let known = self.listings.lock().unwrap_or_else(PoisonError::into_inner).get(&handle.0).cloned();
        known.map_or_else(|| self.view.begin_list(folder).map(Arc::new), Ok)
    }

    /// Lists from a place on, until `add` says that there is no more room. What was added is given even where the rest is not.
    fn list(&self, folder: u64, handle: FileHandle, offset: u64, add: &mut dyn FnMut(Found<'_>) -> bool) -> Result<()> {
        for (at, id) in [folder, self.view.above(folder)].into_iter().enumerate().skip(usize::try_from(offset).unwrap_or(2)) {
            let name: &[u8] = if at == 0 { b"." } else { b".." };
            if !add(Found { next: at as u64 + 1, name, id, attributes: None }) {
                return Ok(());
            }
        }
        let mut any = false;
        let listing = self.listing(folder, handle)?;
        let done = self.view.list(&listing, offset.saturating_sub(2), &mut |item| {
            if item.name.len() > MOST_NAME {
                return true;
            }
            // Given out for `readdirplus` only; whoever adds it takes it back where there is no room.
            let added = add(Found { next: item.next + 2, name: &item.name, id: item.attributes.id, attributes: Some(item) });
            any |= added;
            added
        });
        if any { Ok(()) } else { done }
    }
}

/// Something for a listing.
struct Found<'i> {
    /// What goes after it.
    next: u64,
    name: &'i [u8],
    id: u64,
    attributes: Option<&'i crate::view::Item>,
}

/// The number that says why not. Trouble with the repository was told before.
fn errno(error: &Error) -> Errno {
    match error {
        Error::Missing => Errno::ENOENT,
        Error::NotAFolder => Errno::ENOTDIR,
        Error::OtherKind => Errno::EINVAL,
        Error::Unknown(_) => Errno::ESTALE,
        Error::Output(_) | Error::Repository(_) => Errno::EIO,
    }
}

fn kind(kind: Kind) -> FileType {
    match kind {
        Kind::File => FileType::RegularFile,
        Kind::Folder => FileType::Directory,
        Kind::Symlink => FileType::Symlink,
        Kind::Fifo => FileType::NamedPipe,
        Kind::CharDevice(_) => FileType::CharDevice,
        Kind::BlockDevice(_) => FileType::BlockDevice,
    }
}

/// A device's number as the kernel packs it into 32 bits.
fn packed(device: Device) -> u32 {
    device.minor & 0xff | (device.major & 0xfff) << 8 | (device.minor & 0xf_ff00) << 12
}

/// A time of which the system has none is the beginning of its own.
fn system_time(time: Time) -> SystemTime {
    let whole = Duration::from_secs(time.seconds().unsigned_abs());
    let moment = if time.seconds() < 0 { UNIX_EPOCH.checked_sub(whole) } else { UNIX_EPOCH.checked_add(whole) };
    moment.and_then(|moment| moment.checked_add(Duration::from_nanos(time.nanoseconds().into()))).unwrap_or(UNIX_EPOCH)
}

fn attr(attributes: &Attributes) -> FileAttr {
    let mtime = system_time(attributes.mtime);
    let device = match attributes.kind {
        Kind::CharDevice(device) | Kind::BlockDevice(device) => packed(device),
        _ => 0,
    };
    FileAttr {
        ino: INodeNo(attributes.id),
        size: attributes.size,
        blocks: attributes.data.div_ceil(BLOCK.into()).saturating_mul(u64::from(BLOCK) / 512),
        atime: mtime,
        mtime,
        ctime: mtime,
        crtime: attributes.birth.map_or(mtime, system_time),
        kind: kind(attributes.kind),
        perm: u16::try_from(attributes.mode & 0o7777).unwrap_or_default(),
        nlink: attributes.links,
        uid: attributes.uid,
        gid: attributes.gid,
        rdev: device,
        blksize: BLOCK,
        flags: 0,
    }
}

/// Answers with bytes, or with how many there are to who brought no room.
fn give(reply: ReplyXattr, bytes: &[u8], room: u32) {
    match u32::try_from(bytes.len()) {
        Ok(length) if room == 0 => reply.size(length),
        Ok(length) if length <= room => reply.data(bytes),
        _ => reply.error(Errno::ERANGE),
    }
}

impl Filesystem for Face {
    fn init(&mut self, _: &Request, config: &mut KernelConfig) -> io::Result<()> {
        // An older kernel does without some of them.
        for wanted in [
            InitFlags::FUSE_DO_READDIRPLUS,
            InitFlags::FUSE_READDIRPLUS_AUTO,
            InitFlags::FUSE_PARALLEL_DIROPS,
            InitFlags::FUSE_CACHE_SYMLINKS,
        ] {
            config.add_capabilities(wanted).ok();
        }
        self.opens_alone = config.add_capabilities(InitFlags::FUSE_NO_OPEN_SUPPORT).is_ok();
        if let Err(most) = config.set_max_readahead(MOST_READ) {
            config.set_max_readahead(most).ok();
        }
        config.set_max_write(MOST_READ).ok();
        config.set_max_background(BACKGROUND).ok();
        Ok(())
    }

    fn lookup(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEntry) {
        match self.view.lookup(parent.0, name.as_bytes()) {
            Ok(found) => reply.entry(&self.how_long(parent.0), &attr(&found), Generation(0)),
            Err(error) => reply.error(errno(&error)),
        }
    }

    fn forget(&self, _: &Request, node: INodeNo, times: u64) {
        self.view.forget(node.0, times);
    }

    fn getattr(&self, _: &Request, node: INodeNo, _: Option<FileHandle>, reply: ReplyAttr) {
        match self.view.attributes(node.0) {
            Ok(found) => reply.attr(&self.how_long(node.0), &attr(&found)),
            Err(error) => reply.error(errno(&error)),
        }
    }

    fn readlink(&self, _: &Request, node: INodeNo, reply: ReplyData) {
        match self.view.link(node.0) {
            Ok(target) => reply.data(&target),
            Err(error) => reply.error(errno(&error)),
        }
    }

    fn open(&self, _: &Request, _: INodeNo, _: OpenFlags, reply: ReplyOpen) {
        if self.opens_alone {
            // It then never asks again, and keeps what it has read.
            reply.error(Errno::ENOSYS);
        } else {
            reply.opened(FileHandle(0), FopenFlags::FOPEN_KEEP_CACHE);
        }
    }

    fn read(
        &self,
        _: &Request,
        node: INodeNo,
        _: FileHandle,
        offset: u64,
        size: u32,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyData,
    ) {
        ROOM.with_borrow_mut(|room| match self.view.read_into(node.0, offset, size, room) {
            Ok(()) => reply.data(room),
            Err(error) => reply.error(errno(&error)),
        });
    }

    fn lseek(&self, _: &Request, node: INodeNo, _: FileHandle, offset: i64, whence: i32, reply: ReplyLseek) {
        let hole = match whence {
            SEEK_DATA => false,
            SEEK_HOLE => true,
            _ => return reply.error(Errno::EINVAL),
        };
        let Ok(offset) = u64::try_from(offset) else { return reply.error(Errno::ENXIO) };
        match self.view.seek(node.0, offset, hole).map(|found| found.and_then(|found| i64::try_from(found).ok())) {
            Ok(Some(found)) => reply.offset(found),
            Ok(None) => reply.error(Errno::ENXIO),
            Err(error) => reply.error(errno(&error)),
        }
    }

    fn opendir(&self, _: &Request, node: INodeNo, _: OpenFlags, reply: ReplyOpen) {
        if !self.view.changes(node.0) {
            return reply.opened(FileHandle(0), FopenFlags::FOPEN_KEEP_CACHE | FopenFlags::FOPEN_CACHE_DIR);
        }
        match self.view.begin_list(node.0) {
            Ok(listing) => {
                let handle = self.next.fetch_add(1, Ordering::Relaxed);
                self.listings.lock().unwrap_or_else(PoisonError::into_inner).insert(handle, Arc::new(listing));
                reply.opened(FileHandle(handle), FopenFlags::empty());
            }
            Err(error) => reply.error(errno(&error)),
        }
    }

    fn releasedir(&self, _: &Request, _: INodeNo, handle: FileHandle, _: OpenFlags, reply: ReplyEmpty) {
        self.listings.lock().unwrap_or_else(PoisonError::into_inner).remove(&handle.0);
        reply.ok();
    }

    fn readdir(&self, _: &Request, node: INodeNo, handle: FileHandle, offset: u64, mut reply: ReplyDirectory) {
        let listed = self.list(node.0, handle, offset, &mut |found| {
            let what = found.attributes.map_or(FileType::Directory, |item| kind(item.attributes.kind));
            !reply.add(INodeNo(found.id), found.next, what, OsStr::from_bytes(found.name))
        });
        match listed {
            Ok(()) => reply.ok(),
            Err(error) => reply.error(errno(&error)),
        }
    }

    fn readdirplus(&self, _: &Request, node: INodeNo, handle: FileHandle, offset: u64, mut reply: ReplyDirectoryPlus) {
        // What is in a folder that changes is looked up once more.
        let changes = self.view.changes(node.0);
        let how_long = if changes { Duration::ZERO } else { LONG };
        let own = self.view.attributes(node.0);
        let listed = own.and_then(|own| {
            self.list(node.0, handle, offset, &mut |found| {
                let (id, attributes) = match found.attributes {
                    Some(item) => (self.view.hold(item), item.attributes),
                    None => (found.id, own),
                };
                let attributes = attr(&Attributes { id, ..attributes });
                let name = OsStr::from_bytes(found.name);
                let full = reply.add(INodeNo(id), found.next, name, &how_long, &attributes, Generation(0));
                if full && found.attributes.is_some() {
                    self.view.forget(id, 1);
                }
                !full
            })
        });
        match listed {
            Ok(()) => reply.ok(),
            Err(error) => reply.error(errno(&error)),
        }
    }

    fn getxattr(&self, _: &Request, node: INodeNo, name: &OsStr, size: u32, reply: ReplyXattr) {
        match self.view.xattrs(node.0) {
            Ok(found) => match found.iter().find(|xattr| xattr.name == name.as_bytes()) {
                Some(xattr) => give(reply, &xattr.value, size),
                None => reply.error(Errno::NO_XATTR),
            },
            Err(error) => reply.error(errno(&error)),
        }
    }

    fn listxattr(&self, _: &Request, node: INodeNo, size: u32, reply: ReplyXattr) {
        match self.view.xattrs(node.0) {
            Ok(found) => {
                let names: Vec<u8> = found.iter().flat_map(|xattr| xattr.name.iter().copied().chain([0])).collect();
                give(reply, &names, size);
            }
            Err(error) => reply.error(errno(&error)),
        }
    }

    fn statfs(&self, _: &Request, _: INodeNo, reply: ReplyStatfs) {
        let space = self.view.space();
        reply.statfs(space.bytes.div_ceil(BLOCK.into()), 0, 0, space.entries, 0, BLOCK, 255, BLOCK);
    }
}
