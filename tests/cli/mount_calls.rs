//! What is seen through `mount` is what was backed up, call by call; and no call changes anything.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::Read as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{FileExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::fs::{
    Access, AtFlags, CWD, Dir, FallocateFlags, FileType, Gid, Mode, OFlags, RenameFlags, StatVfsMountFlags, Timestamps, Uid, XattrFlags,
};
use rustix::io::Errno;

use crate::mounted::{Mounted, agree, is_possible, tool};
use crate::support::{World, is_root, noise};

/// A tree with everything that the format keeps.
fn rich(world: &World) -> PathBuf {
    let src = world.path("src");
    world.write_noise("src/large", 9_000_001, 3);
    world.write("src/compressible", &b"the same line again and again\n".repeat(50_000));
    for number in 0..1_500 {
        world.write(&format!("src/many/file {number}"), number.to_string().as_bytes());
    }
    let odd = src.join(OsStr::from_bytes(b"odd\n\xff name"));
    fs::write(&odd, b"odd").unwrap();
    for name in ["deep/second name", "many/third name"] {
        fs::hard_link(src.join("letter.txt"), src.join(name)).unwrap();
    }
    fs::hard_link(src.join("large"), src.join("deep/large too")).unwrap();
    std::os::unix::fs::symlink("nowhere/at all", src.join("dangling")).unwrap();
    tool("mkfifo", &["-m", "600"], &src.join("pipe"));
    let sparse = File::create(src.join("sparse")).unwrap();
    sparse.set_len(50 << 20).unwrap();
    for at in [0, 10 << 20, (30 << 20) + 5_000] {
        sparse.write_all_at(&noise(70_000, at), at).unwrap();
    }
    File::create(src.join("only a hole")).unwrap().set_len(1 << 20).unwrap();
    tool("setfattr", &["-n", "user.color", "-v", "red"], &src.join("large"));
    tool("setfacl", &["-m", "u:1234:r,g:77:rw"], &src.join("letter.txt"));
    tool("setfacl", &["-d", "-m", "u:1234:rx"], &src.join("deep"));
    fs::set_permissions(src.join("compressible"), fs::Permissions::from_mode(0o4751)).unwrap();
    tool("touch", &["-h", "-d", "1960-02-03 04:05:06.123456789"], &src.join("large"));
    fs::create_dir_all(src.join("no one here/nor here")).unwrap();
    fs::write(src.join("a long name ".repeat(21) + "..."), b"255 bytes").unwrap();
    tool("setfattr", &["-n", "user.long", "-v", &"v".repeat(2_000)], &src.join("no one here"));
    if is_root() {
        for (name, kind) in [("null", ["c", "1", "3"]), ("disk", ["b", "259", "70000"])] {
            assert!(Command::new("mknod").arg(src.join(name)).args(kind).status().unwrap().success());
        }
        std::os::unix::fs::lchown(src.join("dangling"), Some(4_321), Some(8_765)).unwrap();
        std::os::unix::fs::chown(src.join("many"), Some(4_000_000_000), Some(1)).unwrap();
        tool("setfattr", &["-n", "security.capability", "-v", "0sAQAAAgAgAAAAAAAAAAAAAAAAAAA="], &src.join("deep/empty"));
    }
    tool("touch", &["-d", "2019-12-31 23:59:59.999999999"], &src.join("deep"));
    src
}

/// A backed up tree with everything, mounted.
fn mounted() -> (World, PathBuf, Mounted, PathBuf) {
    let world = World::with_repository();
    let src = rich(&world);
    world.run(&["backup", "src"]).ends(0);
    let mounted = Mounted::begin(&world, &["--snapshot", "latest"]);
    let shown = mounted.path("", &src);
    (world, src, mounted, shown)
}

/// Insists that `rsync` would change nothing.
fn same(from: &Path, to: &Path, option: &str) {
    let ends = [from, to].map(|path| path.join(""));
    let rsync = Command::new("rsync").args(["-aHAXni", "--delete", option]).args(&ends).output().unwrap();
    assert!(rsync.status.success() && rsync.stdout.is_empty(), "{}", String::from_utf8_lossy(&[rsync.stdout, rsync.stderr].concat()));
}

#[test]
fn a_mount_is_the_tree_that_was_backed_up() {
    if !is_possible() {
        return;
    }
    let (world, src, mounted, shown) = mounted();
    assert!(mounted.said.contains(" shows the snapshot of "), "{}", mounted.said);

    for option in ["--delete", "--checksum"] {
        same(&src, &shown, option);
        same(&shown, &src, option);
    }
    let mut numbers = BTreeMap::new();
    agree(&src, &shown, &mut numbers);
    for (name, other) in [("letter.txt", "deep/second name"), ("letter.txt", "many/third name"), ("large", "deep/large too")] {
        assert_eq!(numbers[&shown.join(name)], numbers[&shown.join(other)]);
    }
    let mut different: Vec<_> = numbers.values().collect();
    different.sort();
    different.dedup();
    assert_eq!(different.len(), numbers.len() - 3, "files have numbers of their own");

    let space = rustix::fs::statvfs(&mounted.place).unwrap();
    assert!(space.f_blocks * space.f_frsize > 60 << 20 && space.f_bavail == 0 && space.f_files > 1_500);
    assert!(space.f_flag.contains(StatVfsMountFlags::RDONLY) && space.f_bsize == 4_096);
    assert_eq!(fs::metadata(shown.join("nothing")).unwrap_err().kind(), std::io::ErrorKind::NotFound);

    // A file is found again after an end, under the same number.
    assert_eq!(mounted.unmount(), 0);
    let again = Mounted::begin(&world, &["--snapshot", "latest"]);
    for (path, number) in numbers {
        assert_eq!(path.symlink_metadata().unwrap().ino(), number, "{}", path.display());
    }
    assert_eq!(again.err(), "");
}

/// Calls that write, by path, and what each says in a folder.
fn writing_calls(folder: &Path) -> Vec<(&'static str, rustix::io::Result<()>)> {
    let (file, new, other) = (folder.join("letter.txt"), folder.join("new"), folder.join("deep/empty"));
    let open = |path: &Path, flags| rustix::fs::open(path, flags, Mode::RWXU).map(drop);
    let chown = |flags| rustix::fs::chownat(CWD, &file, Some(Uid::from_raw(1)), Some(Gid::from_raw(1)), flags);
    let now = rustix::fs::Timespec { tv_sec: 1, tv_nsec: 2 };
    let times = Timestamps { last_access: now, last_modification: now };
    let node = |kind| rustix::fs::mknodat(CWD, &new, kind, Mode::RWXU, 0);
    vec![
        ("open for reading and writing", open(&file, OFlags::RDWR)),
        ("open for writing", open(&file, OFlags::WRONLY)),
        ("open for writing at the end", open(&file, OFlags::WRONLY | OFlags::APPEND)),
        ("open and cut", open(&file, OFlags::WRONLY | OFlags::TRUNC)),
        ("open for reading and cut", open(&file, OFlags::RDONLY | OFlags::TRUNC)),
        ("open what is made", open(&new, OFlags::RDWR | OFlags::CREATE | OFlags::EXCL)),
        ("open what has no name", open(folder, OFlags::RDWR | OFlags::TMPFILE)),
        ("unlink", rustix::fs::unlink(&file)),
        ("rename", rustix::fs::rename(&file, &new)),
        ("rename onto another", rustix::fs::rename(&file, &other)),
        ("exchange", rustix::fs::renameat_with(CWD, &file, CWD, &other, RenameFlags::EXCHANGE)),
        ("mkdir", rustix::fs::mkdir(&new, Mode::RWXU)),
        ("rmdir", rustix::fs::rmdir(folder.join("no one here/nor here"))),
        ("link", rustix::fs::link(&file, &new)),
        ("symlink", rustix::fs::symlink("letter.txt", &new)),
        ("mknod of a file", node(FileType::RegularFile)),
        ("mknod of a pipe", node(FileType::Fifo)),
        ("mknod of a socket", node(FileType::Socket)),
        ("chmod", rustix::fs::chmod(&file, Mode::RWXU)),
        ("chown", chown(AtFlags::empty())),
        ("lchown", chown(AtFlags::SYMLINK_NOFOLLOW)),
        ("utimens", rustix::fs::utimensat(CWD, &file, &times, AtFlags::empty())),
        ("setxattr", rustix::fs::setxattr(&file, "user.new", b"1", XattrFlags::empty())),
        ("removexattr", rustix::fs::removexattr(folder.join("large"), "user.color")),
        ("an ACL", rustix::fs::removexattr(&file, "system.posix_acl_access")),
        ("access for writing", rustix::fs::access(&file, Access::WRITE_OK)),
    ]
}

#[test]
fn no_call_changes_anything() {
    if !is_possible() {
        return;
    }
    let (world, src, mounted, shown) = mounted();
    for (call, said) in writing_calls(&shown) {
        assert_eq!(said, Err(Errno::ROFS), "{call}");
    }
    // By path, which nothing above does.
    let truncate = "import os, sys\ntry: os.truncate(sys.argv[1], 0)\nexcept OSError as error: print(error.errno)";
    let truncated = Command::new("python3").args(["-c", truncate]).arg(shown.join("letter.txt")).output().unwrap();
    assert_eq!(String::from_utf8(truncated.stdout).unwrap().trim(), Errno::ROFS.raw_os_error().to_string());
    // By what was opened for reading.
    let file = File::open(shown.join("letter.txt")).unwrap();
    let now = rustix::fs::Timespec { tv_sec: 1, tv_nsec: 2 };
    for (call, said, why) in [
        ("write", rustix::io::pwrite(&file, b"1", 0).map(drop), Errno::BADF),
        ("fallocate", rustix::fs::fallocate(&file, FallocateFlags::empty(), 0, 10), Errno::BADF),
        ("punch", rustix::fs::fallocate(&file, FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE, 0, 10), Errno::BADF),
        ("ftruncate", rustix::fs::ftruncate(&file, 0), Errno::INVAL),
        ("fchmod", rustix::fs::fchmod(&file, Mode::RWXU), Errno::ROFS),
        ("fchown", rustix::fs::fchown(&file, Some(Uid::from_raw(1)), None), Errno::ROFS),
        ("futimens", rustix::fs::futimens(&file, &Timestamps { last_access: now, last_modification: now }), Errno::ROFS),
        ("fsetxattr", rustix::fs::fsetxattr(&file, "user.new", b"1", XattrFlags::empty()), Errno::ROFS),
        ("fremovexattr", rustix::fs::fremovexattr(&file, "system.posix_acl_access"), Errno::ROFS),
    ] {
        assert_eq!(said, Err(why), "{call}");
    }
    drop(file);
    // Not in what no snapshot has either.
    assert_eq!(fs::create_dir(mounted.place.join("new")).unwrap_err().raw_os_error(), Some(Errno::ROFS.raw_os_error()));
    assert_eq!(fs::write(mounted.place.join("new"), b"1").unwrap_err().raw_os_error(), Some(Errno::ROFS.raw_os_error()));

    agree(&src, &shown, &mut BTreeMap::new());
    assert_eq!((mounted.err().as_str(), mounted.unmount()), ("", 0));
    world.run(&["check", "--read-data"]).ends(0);
}

#[test]
fn every_way_to_read_gives_the_same_bytes() {
    if !is_possible() {
        return;
    }
    let (world, src, mounted, shown) = mounted();
    for name in ["large", "compressible", "sparse", "only a hole", "deep/empty"] {
        let expected = fs::read(src.join(name)).unwrap();
        // Mapped, from the end to the beginning.
        let script = "import mmap, sys
with open(sys.argv[1], 'rb') as a, open(sys.argv[2], 'rb') as b:
    one = a.read()
    two = mmap.mmap(b.fileno(), 0, access=mmap.ACCESS_READ) if one else b''
    for at in range(len(one) // 70001 * 70001, -1, -70001):
        assert one[at:at + 70001] == two[at:at + 70001], at";
        let mapped = Command::new("python3").args(["-c", script]).args([src.join(name), shown.join(name)]).status().unwrap();
        assert!(mapped.success(), "{name}");
        // Past what the kernel keeps, and by the kernel itself from file to file.
        let direct = OpenOptions::new().read(true).custom_flags(OFlags::DIRECT.bits().cast_signed()).open(shown.join(name)).unwrap();
        let mut bytes = Vec::new();
        (&direct).read_to_end(&mut bytes).unwrap();
        assert!(bytes == expected, "{name}");
        fs::copy(shown.join(name), world.path("copy")).unwrap();
        assert!(fs::read(world.path("copy")).unwrap() == expected, "{name}");
        // By many at once.
        let file = File::open(shown.join(name)).unwrap();
        std::thread::scope(|scope| {
            for reader in 1..=8_usize {
                let (file, direct, expected) = (&file, &direct, &expected);
                scope.spawn(move || {
                    let mut buffer = vec![0; 50_000];
                    for turn in 0..200 {
                        let at = (reader * 7_919_111 + turn * 104_729) % (expected.len() + 1);
                        let from = if turn % 3 == 0 { direct } else { file };
                        let wanted = 1 + turn * 240;
                        let length = from.read_at(&mut buffer[..wanted], at as u64).unwrap();
                        assert!(buffer[..length] == expected[at..expected.len().min(at + wanted)], "{at}");
                    }
                });
            }
        });
    }
    assert_eq!(mounted.err(), "");
}

#[test]
fn a_listing_goes_on_where_it_was() {
    if !is_possible() {
        return;
    }
    let (_world, src, _mounted, shown) = mounted();
    let open = |path: &Path| Dir::new(rustix::fs::open(path, OFlags::DIRECTORY | OFlags::RDONLY, Mode::empty()).unwrap()).unwrap();
    for folder in ["", "many", "no one here/nor here"] {
        let listed: Vec<_> = open(&shown.join(folder)).take(10_000).map(|entry| entry.unwrap()).collect();
        let name = |entry: &rustix::fs::DirEntry| (entry.file_name().to_owned(), entry.ino(), entry.file_type());
        assert_eq!(listed.len(), fs::read_dir(src.join(folder)).unwrap().count() + 2);
        // Another listing, entered at each place that the first one told.
        let mut other = open(&shown.join(folder));
        for (at, entry) in listed.iter().enumerate().step_by(1 + listed.len() / 50).collect::<Vec<_>>().into_iter().rev() {
            other.seek(entry.offset()).unwrap();
            let next = other.next().map(|entry| name(&entry.unwrap()));
            assert_eq!(next, listed.get(at + 1).map(name), "{folder} after {at}");
        }
        other.rewind();
        assert_eq!(other.map(|entry| name(&entry.unwrap())).collect::<Vec<_>>(), listed.iter().map(name).collect::<Vec<_>>());
        for entry in &listed[2.min(listed.len())..] {
            let path = shown.join(folder).join(OsStr::from_bytes(entry.file_name().to_bytes()));
            let meta = path.symlink_metadata();
            // "." and ".." may stand anywhere.
            assert_eq!(meta.map(|meta| FileType::from_raw_mode(meta.mode())).unwrap(), entry.file_type(), "{}", path.display());
        }
    }
}

#[test]
fn calls_that_ask_wrongly_are_told_why() {
    if !is_possible() {
        return;
    }
    let (_world, src, mounted, shown) = mounted();
    let both = |ask: &dyn Fn(&Path) -> rustix::io::Result<()>, why: Result<(), Errno>, what: &str| {
        assert_eq!((ask(&src), ask(&shown)), (why, why), "{what}");
    };
    let xattr = |name: &'static str, room: usize| {
        move |root: &Path| rustix::fs::getxattr(root.join("large"), name, &mut vec![0_u8; room][..]).map(drop)
    };
    both(&xattr("user.color", 2), Err(Errno::RANGE), "too little room");
    both(&xattr("user.color", 3), Ok(()), "just the room");
    both(&xattr("user.color", 0), Ok(()), "how much room");
    both(&xattr("user.colour", 9), Err(Errno::NODATA), "no such attribute");
    for root in [&src, &shown] {
        assert_eq!(rustix::fs::getxattr_query(root.join("large"), "user.color"), Ok(3));
        assert_eq!(rustix::fs::listxattr_query(root.join("large")), Ok("user.color".len() + 1));
    }
    both(&|root| rustix::fs::listxattr(root.join("large"), &mut [0_u8; 5][..]).map(drop), Err(Errno::RANGE), "a short list");
    let open = |name: &'static str, flags| move |root: &Path| rustix::fs::open(root.join(name), flags, Mode::empty()).map(drop);
    both(&open("nothing", OFlags::RDONLY), Err(Errno::NOENT), "nothing there");
    both(&open("letter.txt/below", OFlags::RDONLY), Err(Errno::NOTDIR), "below a file");
    both(&open("letter.txt", OFlags::DIRECTORY), Err(Errno::NOTDIR), "a file as a folder");
    both(&open("deep", OFlags::RDWR), Err(Errno::ISDIR), "a folder for writing");
    both(&open("link", OFlags::NOFOLLOW), Err(Errno::LOOP), "a link as a file");
    both(&|root| rustix::fs::readlink(root.join("letter.txt"), Vec::new()).map(drop), Err(Errno::INVAL), "a file as a link");
    both(
        &|root| rustix::io::pread(File::open(root.join("deep")).unwrap(), &mut [0_u8; 8], 0).map(drop),
        Err(Errno::ISDIR),
        "a folder as a file",
    );
    let seek = |at| move |root: &Path| rustix::fs::seek(File::open(root.join("sparse")).unwrap(), at).map(drop);
    both(&seek(rustix::fs::SeekFrom::Data(50 << 20)), Err(Errno::NXIO), "data after the end");
    both(&seek(rustix::fs::SeekFrom::Hole(50 << 20)), Err(Errno::NXIO), "a hole after the end");
    if is_root() {
        assert_eq!(open("null", OFlags::RDONLY)(&shown), Err(Errno::ACCESS), "a device of a backup is none of this machine");
    }
    assert_eq!(mounted.err(), "");
}
