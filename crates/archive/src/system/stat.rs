//! What the file system says of an entry, by `statx` (Linux 4.11). Must never follow a symbolic link or start an automount.

use std::fmt;
use std::io;
use std::os::fd::AsFd;

use liasse_repo::format::time::Time;
use liasse_repo::format::tree::Device;
use rustix::fs::{AtFlags, FileType, Statx, StatxAttributes, StatxFlags, StatxTimestamp};

/// What an entry of a file system is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Symlink,
    /// A named pipe.
    Fifo,
    /// A character device.
    CharDevice,
    /// A block device.
    BlockDevice,
    /// A socket, which a snapshot has no entry for.
    Socket,
}

/// An entry of a file system at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stat {
    /// What it is.
    pub kind: FileKind,
    /// Permission bits, at most 0o7777.
    pub mode: u32,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// How many names it has.
    pub nlink: u32,
    /// Bytes, holes included.
    pub size: u64,
    /// Units of 512 bytes that it takes on the disk.
    pub blocks: u64,
    /// The file system on which it lies. Another one than its directory's shows a mount (or a subvolume).
    pub device: u64,
    /// Its number there.
    pub inode: u64,
    /// Whether something is mounted there, where the kernel says so (Linux 5.8).
    pub is_mount: bool,
    /// The device that it stands for, if it does.
    pub special: Device,
    /// Last change of the content.
    pub mtime: Time,
    /// Last change of the content or of the metadata. Nobody can set it.
    pub ctime: Time,
    /// When it was made, where the file system remembers it.
    pub birth: Option<Time>,
}

impl FileKind {
    pub(crate) fn of(kind: FileType) -> Option<Self> {
        Some(match kind {
            FileType::RegularFile => Self::File,
            FileType::Directory => Self::Directory,
            FileType::Symlink => Self::Symlink,
            FileType::Fifo => Self::Fifo,
            FileType::CharacterDevice => Self::CharDevice,
            FileType::BlockDevice => Self::BlockDevice,
            FileType::Socket => Self::Socket,
            FileType::Unknown => return None,
        })
    }
}

impl fmt::Display for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::File => "file",
            Self::Directory => "directory",
            Self::Symlink => "symbolic link",
            Self::Fifo => "named pipe",
            Self::CharDevice => "character device",
            Self::BlockDevice => "block device",
            Self::Socket => "socket",
        })
    }
}

impl Stat {
    /// Of a name in an open directory.
    pub(crate) fn of_name(directory: impl AsFd, name: &[u8]) -> io::Result<Self> {
        Self::query(directory, name, AtFlags::SYMLINK_NOFOLLOW)
    }

    /// Of an open file or directory, or of what was opened only as a path.
    pub(crate) fn of_fd(fd: impl AsFd) -> io::Result<Self> {
        Self::query(fd, b"", AtFlags::EMPTY_PATH)
    }

    fn query(fd: impl AsFd, name: &[u8], flags: AtFlags) -> io::Result<Self> {
        let wanted = StatxFlags::BASIC_STATS | StatxFlags::BTIME;
        Self::from_statx(&rustix::fs::statx(fd, name, flags | AtFlags::NO_AUTOMOUNT, wanted)?)
    }

    fn from_statx(stat: &Statx) -> io::Result<Self> {
        let kind = FileKind::of(FileType::from_raw_mode(stat.stx_mode.into()));
        let born = stat.stx_mask & StatxFlags::BTIME.bits() != 0;
        Ok(Self {
            kind: kind.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "an entry of an unknown type"))?,
            mode: u32::from(stat.stx_mode) & 0o7777,
            uid: stat.stx_uid,
            gid: stat.stx_gid,
            nlink: stat.stx_nlink,
            size: stat.stx_size,
            blocks: stat.stx_blocks,
            device: u64::from(stat.stx_dev_major) << 32 | u64::from(stat.stx_dev_minor),
            inode: stat.stx_ino,
            is_mount: stat.stx_attributes.contains(StatxAttributes::MOUNT_ROOT),
            special: Device { major: stat.stx_rdev_major, minor: stat.stx_rdev_minor },
            mtime: time(&stat.stx_mtime)?,
            ctime: time(&stat.stx_ctime)?,
            birth: if born { Some(time(&stat.stx_btime)?) } else { None },
        })
    }

    /// Whether both are the same entry, whatever has happened to it.
    pub fn is_same_entry(&self, other: &Self) -> bool {
        (self.device, self.inode, self.kind) == (other.device, other.inode, other.kind)
    }

    /// Whether neither content nor metadata have changed between the two, as far as the file system's clock can tell.
    pub fn is_unchanged(&self, other: &Self) -> bool {
        self.is_same_entry(other) && (self.size, self.mtime, self.ctime) == (other.size, other.mtime, other.ctime)
    }

    /// Whether it takes less room than it has bytes, so that it may have holes (or be compressed by the file system).
    pub fn may_have_holes(&self) -> bool {
        self.blocks.saturating_mul(512) < self.size
    }
}

fn time(stamp: &StatxTimestamp) -> io::Result<Time> {
    Time::new(stamp.tv_sec, stamp.tv_nsec)
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "a second of more than 10⁹ nanoseconds"))
}
