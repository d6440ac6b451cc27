//! Handles of directories that lie as deep as they like: deeper than a path may be long, and deeper than a process may have
//! files open. Must never open another directory than the one that it stands for.
//!
//! Every directory knows the one above it. Of all directories below one root, those that were opened last are open, a bounded
//! number; the others are closed and opened again, by their names from the nearest one that is open, when they are needed.

use std::collections::VecDeque;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use liasse_repo::format::tree::Name;
use rustix::fs::{Mode, OFlags, ResolveFlags};
use rustix::io::Errno;

use super::Stat;

/// How many directories below a root stay open: a part of the files that the process may have open, which is often 1,024.
const KEPT_PART: u64 = 4;
const KEPT_LEAST: usize = 32;
const KEPT_MOST: usize = 2_048;
/// How many of a line that is opened again stay open: the way back up needs them next.
const KEPT_OF_LINE: usize = 32;
/// Most bytes of a path in one system call, short of `PATH_MAX`.
const PATH_SIZE: usize = 4_000;

/// Something else stands where an entry was a moment ago.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("it was replaced while it was looked at")]
pub(crate) struct Replaced;

/// A directory and the way to it.
#[derive(Debug, Clone)]
pub(crate) struct Chain(Arc<Link>);

#[derive(Debug)]
struct Link {
    way: Way,
    device: u64,
    inode: u64,
    is_mount: bool,
    is_owners: bool,
    handle: Mutex<Option<Arc<OwnedFd>>>,
    pool: Arc<Pool>,
}

/// The directories below one root that are open, the one that was opened first in front.
#[derive(Debug)]
struct Pool {
    open: Mutex<VecDeque<Weak<Link>>>,
    most: usize,
}

#[derive(Debug)]
enum Way {
    /// Where it all starts; always open.
    Root { path: Vec<u8> },
    /// So many names below another.
    Below { parent: Arc<Link>, steps: Box<[Name]> },
}

impl Chain {
    /// A root that is already open. `path` is for messages only.
    pub(crate) fn root(handle: OwnedFd, path: Vec<u8>) -> io::Result<Self> {
        let files = rustix::process::getrlimit(rustix::process::Resource::Nofile).current.unwrap_or(u64::MAX);
        Self::root_of(handle, path, usize::try_from(files / KEPT_PART).unwrap_or(KEPT_MOST).clamp(KEPT_LEAST, KEPT_MOST))
    }

    fn root_of(handle: OwnedFd, path: Vec<u8>, most: usize) -> io::Result<Self> {
        let pool = Arc::new(Pool { open: Mutex::default(), most });
        Link::new(Way::Root { path }, handle, pool).map(|link| Self(Arc::new(link)))
    }

    /// A directory in this one.
    pub(crate) fn child(&self, name: &Name) -> io::Result<Self> {
        self.descend(std::slice::from_ref(name))
    }

    /// A directory below this one, through real directories only.
    pub(crate) fn descend(&self, steps: &[Name]) -> io::Result<Self> {
        let handle = open_below(self.handle()?.as_fd(), steps, open_many)?;
        let way = Way::Below { parent: Arc::clone(&self.0), steps: steps.into() };
        let link = Arc::new(Link::new(way, handle, Arc::clone(&self.0.pool))?);
        link.pool.opened(&link);
        Ok(Self(link))
    }

    /// Its handle, opened again if need be. As long as the caller keeps it, it stays open.
    pub(crate) fn handle(&self) -> io::Result<Arc<OwnedFd>> {
        let closed: Vec<&Arc<Link>> = self.0.ancestors().take_while(|link| link.open_handle().is_none()).collect();
        let Some(highest) = closed.last() else { return self.0.handle_or_closed() };
        let mut handle = highest.parent().ok_or_else(closed_root)?.handle_or_closed()?;
        for (above, link) in closed.iter().enumerate().rev() {
            handle = Arc::new(link.reopen(handle.as_fd())?);
            if above < KEPT_OF_LINE {
                link.keep(&handle);
            }
        }
        Ok(handle)
    }

    /// The file system on which it lies.
    pub(crate) fn device(&self) -> u64 {
        self.0.device
    }

    /// Whether something is mounted there, perhaps of the same file system.
    pub(crate) fn is_mount(&self) -> bool {
        self.0.is_mount
    }

    /// Whether its owner could list, write and search it when it was first opened.
    pub(crate) fn is_owners(&self) -> bool {
        self.0.is_owners
    }

    /// Whether it is the directory that was looked up.
    pub(crate) fn is(&self, stat: &Stat) -> bool {
        (self.0.device, self.0.inode) == (stat.device, stat.inode)
    }

    /// The names that lead to it, joined by `/`, for messages.
    pub(crate) fn path(&self) -> Vec<u8> {
        let links: Vec<&Arc<Link>> = self.0.ancestors().collect();
        let mut path = Vec::new();
        for link in links.into_iter().rev() {
            match &link.way {
                Way::Root { path: root } => path.extend_from_slice(root),
                Way::Below { steps, .. } => steps.iter().for_each(|step| push_name(&mut path, step)),
            }
        }
        path
    }

    /// The path of a name in it, for messages.
    pub(crate) fn path_of(&self, name: &Name) -> Vec<u8> {
        let mut path = self.path();
        push_name(&mut path, name);
        path
    }
}

impl Link {
    fn new(way: Way, handle: OwnedFd, pool: Arc<Pool>) -> io::Result<Self> {
        let stat = Stat::of_fd(&handle)?;
        let (device, inode, is_mount) = (stat.device, stat.inode, stat.is_mount);
        let is_owners = stat.mode & 0o700 == 0o700;
        Ok(Self { way, device, inode, is_mount, is_owners, handle: Mutex::new(Some(Arc::new(handle))), pool })
    }

    fn parent(&self) -> Option<&Arc<Self>> {
        match &self.way {
            Way::Root { .. } => None,
            Way::Below { parent, .. } => Some(parent),
        }
    }

    /// From this one up to the root.
    fn ancestors(self: &Arc<Self>) -> impl Iterator<Item = &Arc<Self>> {
        std::iter::successors(Some(self), |link| link.parent())
    }

    fn open_handle(&self) -> Option<Arc<OwnedFd>> {
        self.handle.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// For one that was open a moment ago. Another thread may have closed it since; then it is opened again from above.
    fn handle_or_closed(self: &Arc<Self>) -> io::Result<Arc<OwnedFd>> {
        match self.open_handle() {
            Some(handle) => Ok(handle),
            None => Chain(Arc::clone(self)).handle(),
        }
    }

    fn keep(self: &Arc<Self>, handle: &Arc<OwnedFd>) {
        *self.handle.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(handle));
        self.pool.opened(self);
    }

    fn close(&self) {
        *self.handle.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn reopen(&self, parent: BorrowedFd<'_>) -> io::Result<OwnedFd> {
        let Way::Below { steps, .. } = &self.way else { return Err(closed_root()) };
        let handle = open_below(parent, steps, open_many)?;
        let stat = Stat::of_fd(&handle)?;
        if (stat.device, stat.inode) == (self.device, self.inode) { Ok(handle) } else { Err(io::Error::other(Replaced)) }
    }
}

impl Pool {
    /// Closes the one that was opened first, where too many are open. Those that are gone count too, until it is their turn:
    /// what is closed too early is only opened again.
    fn opened(&self, link: &Arc<Link>) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.push_back(Arc::downgrade(link));
        let first = if open.len() > self.most { open.pop_front() } else { None };
        drop(open);
        if let Some(link) = first.and_then(|first| first.upgrade()) {
            link.close();
        }
    }
}

/// A long chain is taken apart link by link: nested drops of ten thousand links would use up the stack.
impl Drop for Link {
    fn drop(&mut self) {
        let nothing = Way::Root { path: Vec::new() };
        let mut way = std::mem::replace(&mut self.way, nothing);
        while let Way::Below { parent, .. } = way {
            let Some(mut link) = Arc::into_inner(parent) else { return };
            way = std::mem::replace(&mut link.way, Way::Root { path: Vec::new() });
        }
    }
}

fn closed_root() -> io::Error {
    Errno::BADF.into()
}

fn push_name(path: &mut Vec<u8>, name: &Name) {
    if !path.is_empty() && !path.ends_with(b"/") {
        path.push(b'/');
    }
    path.extend_from_slice(name.as_bytes());
}

/// Opens as many names below a directory as one call takes, and gives those that are left.
type Jump = for<'a> fn(BorrowedFd<'_>, &'a [Name]) -> io::Result<(OwnedFd, &'a [Name])>;

/// Opens a directory some names below another. Every name on the way must be a real directory. Several names are one call of
/// the kernel's, where it has it; else it is gone name by name.
fn open_below(root: BorrowedFd<'_>, steps: &[Name], jump: Jump) -> io::Result<OwnedFd> {
    let mut reached: Option<OwnedFd> = None;
    let mut rest = steps;
    while !rest.is_empty() {
        let from = reached.as_ref().map_or(root, AsFd::as_fd);
        let open: Jump = if rest.len() > 1 { jump } else { open_one };
        let (handle, after) = match open(from, rest) {
            // Old kernels do not have it, and some sandboxes deny what they do not know.
            Err(error) if matches!(Errno::from_io_error(&error), Some(Errno::NOSYS | Errno::PERM)) => open_one(from, rest)?,
            result => result?,
        };
        reached = Some(handle);
        rest = after;
    }
    match reached {
        Some(handle) => Ok(handle),
        None => root.try_clone_to_owned(),
    }
}

fn open_one<'a>(from: BorrowedFd<'_>, steps: &'a [Name]) -> io::Result<(OwnedFd, &'a [Name])> {
    let (name, rest) = steps.split_first().ok_or(Errno::NOENT)?;
    let open = |flags| rustix::io::retry_on_intr(|| rustix::fs::openat(from, name.as_bytes(), flags, Mode::empty()));
    Ok((without_atime(open)?, rest))
}

/// By `openat2` (Linux 5.6).
fn open_many<'a>(from: BorrowedFd<'_>, steps: &'a [Name]) -> io::Result<(OwnedFd, &'a [Name])> {
    let mut path = Vec::new();
    let mut taken = 0;
    for name in steps {
        if taken > 0 && path.len() + name.as_bytes().len() >= PATH_SIZE {
            break;
        }
        push_name(&mut path, name);
        taken += 1;
    }
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    let open = |flags| rustix::io::retry_on_intr(|| rustix::fs::openat2(from, path.as_slice(), flags, Mode::empty(), resolve));
    Ok((without_atime(open)?, steps.get(taken..).unwrap_or_default()))
}

/// Leaves the time of the last access alone where that is permitted, which is to the owner and to root.
fn without_atime(open: impl Fn(OFlags) -> rustix::io::Result<OwnedFd>) -> rustix::io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    match open(flags | OFlags::NOATIME) {
        Err(Errno::PERM) => open(flags),
        result => result,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    const KEPT: usize = 40;

    fn names(path: &str) -> Vec<Name> {
        path.split('/').map(|name| Name::new(name).unwrap()).collect()
    }

    fn missing<'a>(_: BorrowedFd<'_>, _: &'a [Name]) -> io::Result<(OwnedFd, &'a [Name])> {
        Err(Errno::NOSYS.into())
    }

    #[test]
    fn both_ways_open_directories_and_no_links() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("a/b/c")).unwrap();
        symlink("b", dir.path().join("a/link")).unwrap();
        let root = fs::File::open(dir.path()).unwrap();
        let inode = Stat::of_name(&root, b"a/b/c").unwrap().inode;
        for jump in [open_many as Jump, missing] {
            let found = open_below(root.as_fd(), &names("a/b/c"), jump).unwrap();
            assert_eq!(Stat::of_fd(&found).unwrap().inode, inode);
            for refused in ["a/link/c", "a/link"] {
                let error = open_below(root.as_fd(), &names(refused), jump).unwrap_err();
                assert!(matches!(Errno::from_io_error(&error), Some(Errno::LOOP | Errno::NOTDIR)), "{error}");
            }
        }
    }

    #[test]
    fn closed_directories_open_again_and_only_as_they_were() {
        let dir = tempfile::tempdir().unwrap();
        let handle = fs::File::open(dir.path()).unwrap().into();
        let mut line = vec![Chain::root_of(handle, b"root".to_vec(), KEPT).unwrap()];
        let name = Name::new("d").unwrap();
        for _ in 0..3 * KEPT {
            let deepest = line.last().unwrap();
            rustix::fs::mkdirat(deepest.handle().unwrap(), "d", Mode::RWXU).unwrap();
            let child = deepest.child(&name).unwrap();
            line.push(child);
        }
        let open = |line: &[Chain]| line.iter().filter(|chain| chain.0.open_handle().is_some()).count();
        assert_eq!(open(&line), KEPT + 1);
        let closed = line.get(KEPT).unwrap();
        let inode = closed.0.inode;
        assert_eq!(Stat::of_fd(closed.handle().unwrap()).unwrap().inode, inode);
        assert_eq!(open(&line), KEPT + 1);

        let replaced = line.get(2).unwrap();
        replaced.0.close();
        fs::rename(dir.path().join("d/d"), dir.path().join("d/moved")).unwrap();
        fs::create_dir(dir.path().join("d/d")).unwrap();
        let error = replaced.handle().unwrap_err();
        assert!(error.get_ref().and_then(|cause| cause.downcast_ref::<Replaced>()).is_some());
        assert_eq!(replaced.path(), b"root/d/d");
    }

    #[test]
    fn many_side_by_side_are_not_all_open() {
        let dir = tempfile::tempdir().unwrap();
        let root = Chain::root_of(fs::File::open(dir.path()).unwrap().into(), b"root".to_vec(), KEPT).unwrap();
        let children: Vec<Chain> = (0..2 * KEPT)
            .map(|number| {
                fs::create_dir(dir.path().join(number.to_string())).unwrap();
                root.child(&Name::new(number.to_string()).unwrap()).unwrap()
            })
            .collect();
        let open = || children.iter().filter(|chain| chain.0.open_handle().is_some()).count();
        assert_eq!(open(), KEPT);
        for child in &children {
            assert_eq!(Stat::of_fd(child.handle().unwrap()).unwrap().inode, child.0.inode);
        }
        assert_eq!(open(), KEPT);
    }
}
