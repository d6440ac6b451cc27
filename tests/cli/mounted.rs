//! A mount of the real program, and a comparison of two trees, call by call.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead as _, BufReader};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::fs::{SeekFrom, seek};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process};

use crate::support::World;

/// Whether this system lets this test mount. One that does not says so.
pub(crate) fn is_possible() -> bool {
    let possible = OpenOptions::new().read(true).write(true).open("/dev/fuse").is_ok();
    if !possible {
        eprintln!("this system has no FUSE for us: not tested here");
    }
    possible
}

/// A program that shows snapshots.
pub(crate) struct Mounted {
    pub(crate) child: Child,
    pub(crate) place: PathBuf,
    /// What it said when it was ready.
    pub(crate) said: String,
    err: PathBuf,
}

impl Mounted {
    pub(crate) fn begin(world: &World, args: &[&str]) -> Self {
        let place = world.path("mnt");
        fs::create_dir_all(&place).unwrap();
        let err = world.path("mount.err");
        let args: Vec<&str> =
            ["--default-signal", env!("CARGO_BIN_EXE_liasse"), "mount", "mnt"].into_iter().chain(args.iter().copied()).collect();
        let mut command = world.prepare(Command::new("env"), &args);
        let mut child = command.stdout(Stdio::piped()).stderr(File::create(&err).unwrap()).spawn().unwrap();
        let mut said = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut said).unwrap();
        assert!(said.contains("end it with: umount"), "{said}{}", fs::read_to_string(&err).unwrap());
        Self { child, place, said, err }
    }

    /// A path in what is shown, as an absolute one in a snapshot.
    pub(crate) fn path(&self, below: &str, path: &Path) -> PathBuf {
        self.place.join(below).join(path.strip_prefix("/").unwrap())
    }

    pub(crate) fn err(&self) -> String {
        fs::read_to_string(&self.err).unwrap()
    }

    /// Asks it to end, and gives what it ended with.
    pub(crate) fn end(mut self, signal: Signal) -> Option<i32> {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
        self.child.wait().unwrap().code()
    }

    /// Unmounts as people do, and gives what the program ended with.
    pub(crate) fn unmount(mut self) -> i32 {
        unmount(&self.place);
        self.child.wait().unwrap().code().unwrap()
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
        Command::new("umount").args(["-l", "-q"]).arg(&self.place).stderr(Stdio::null()).status().ok();
    }
}

/// Unmounts as people do.
pub(crate) fn unmount(place: &Path) {
    assert!(Command::new("umount").arg(place).status().unwrap().success());
}

pub(crate) fn is_mounted(place: &Path) -> bool {
    let list = fs::read_to_string("/proc/self/mounts").unwrap();
    list.lines().any(|line| line.split(' ').nth(1) == place.to_str())
}

/// Waits for something that happens soon.
pub(crate) fn until(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_mins(2);
    while !holds() {
        assert!(Instant::now() < deadline, "{what} does not happen");
        std::thread::sleep(Duration::from_millis(20));
    }
}

pub(crate) fn tool(program: &str, args: &[&str], path: &Path) {
    assert!(Command::new(program).args(args).arg(path).status().unwrap().success(), "{program}");
}

pub(crate) fn names(folder: &Path) -> Vec<Vec<u8>> {
    let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_vec()).collect();
    names.sort();
    names
}

fn xattrs(path: &Path) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut list = vec![0_u8; 1 << 16];
    let length = rustix::fs::llistxattr(path, &mut list).unwrap();
    let mut names: Vec<_> = list[..length].split(|byte| *byte == 0).filter(|name| !name.is_empty()).map(<[u8]>::to_vec).collect();
    names.sort();
    let value = |name: Vec<u8>| {
        let mut value = vec![0_u8; 1 << 16];
        let length = rustix::fs::lgetxattr(path, name.as_slice(), &mut value).unwrap();
        (name, value[..length].to_vec())
    };
    names.into_iter().map(value).collect()
}

/// Where data and holes begin.
fn extents(file: &File) -> Vec<(bool, u64)> {
    let (mut at, mut found) = (0, Vec::new());
    loop {
        match seek(file, SeekFrom::Data(at)) {
            Ok(data) => found.push((true, data)),
            Err(error) => {
                assert_eq!(error, Errno::NXIO);
                return found;
            }
        }
        at = seek(file, SeekFrom::Hole(found.last().unwrap().1)).unwrap();
        found.push((false, at));
    }
}

/// Asks the same of two trees and insists on the same answers. Gives the number of each path in the second.
pub(crate) fn agree(source: &Path, shown: &Path, numbers: &mut BTreeMap<PathBuf, u64>) {
    let (a, b) = (source.symlink_metadata().unwrap(), shown.symlink_metadata().unwrap());
    let calls = |meta: &fs::Metadata| (meta.mode(), meta.uid(), meta.gid(), meta.mtime(), meta.mtime_nsec(), meta.rdev());
    assert_eq!(calls(&a), calls(&b), "{}", shown.display());
    assert_eq!(xattrs(source), xattrs(shown), "{}", shown.display());
    numbers.insert(shown.to_owned(), b.ino());
    if a.is_dir() {
        assert_eq!(names(source), names(shown));
        for name in names(source) {
            let name = OsStr::from_bytes(&name);
            agree(&source.join(name), &shown.join(name), numbers);
        }
        return;
    }
    assert_eq!((a.nlink(), a.size()), (b.nlink(), b.size()), "{}", shown.display());
    if a.is_symlink() {
        assert_eq!(fs::read_link(source).unwrap(), fs::read_link(shown).unwrap());
    }
    if a.is_file() {
        let (source, file) = (File::open(source).unwrap(), File::open(shown).unwrap());
        let found = extents(&file);
        assert_eq!(extents(&source), found, "{}", shown.display());
        let data: u64 = found.chunks(2).map(|pair| pair[1].1 - pair[0].1).sum();
        assert_eq!(b.blocks() * 512, data.next_multiple_of(4_096), "{}", shown.display());
        for (at, length) in
            [(0, 1), (4_095, 2), (131_071, 70_000), (a.size() / 2, 300_000), (a.size().saturating_sub(1), 10), (a.size() + 5, 1)]
        {
            let (mut one, mut two) = (vec![0; length], vec![0; length]);
            let lengths = (source.read_at(&mut one, at).unwrap(), file.read_at(&mut two, at).unwrap());
            assert_eq!(lengths.0, lengths.1, "{} at {at}", shown.display());
            assert!(one == two, "{} at {at}", shown.display());
        }
    }
}
