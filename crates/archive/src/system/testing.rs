//! What the tests of sources and targets have in common.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use liasse_repo::format::tree::Name;

/// An id that has no rights, and on no usual system any files.
const NOBODY: u32 = 65_534;

pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

pub(crate) fn name(bytes: impl AsRef<[u8]>) -> Name {
    Name::new(bytes.as_ref()).unwrap()
}

/// Runs the body of a test as a user without rights: at once, or, where the tests run as root, by running the test of this
/// full name once more as nobody.
pub(crate) fn without_root(test: &str, body: impl FnOnce()) {
    if !is_root() {
        return body();
    }
    let dir = tempfile::tempdir().unwrap();
    let everybody = |path: &Path, mode| fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    everybody(dir.path(), 0o755);
    let temporary = dir.path().join("tmp");
    fs::create_dir(&temporary).unwrap();
    everybody(&temporary, 0o777);
    let program = dir.path().join("tests");
    fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    everybody(&program, 0o755);
    let mut command = Command::new(&program);
    command.args(["--exact", test]).env("TMPDIR", &temporary).current_dir("/").uid(NOBODY).gid(NOBODY);
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

/// A POSIX ACL as Linux keeps it: version 2, then tag, permissions and id of each entry. It lets one more user read.
pub(crate) fn acl(user: u32) -> Vec<u8> {
    let undefined = u32::MAX;
    let entries: [(u16, u16, u32); 5] = [(1, 6, undefined), (2, 4, user), (4, 4, undefined), (0x10, 4, undefined), (0x20, 0, undefined)];
    let mut bytes = 2_u32.to_le_bytes().to_vec();
    for (tag, permissions, id) in entries {
        bytes.extend_from_slice(&tag.to_le_bytes());
        bytes.extend_from_slice(&permissions.to_le_bytes());
        bytes.extend_from_slice(&id.to_le_bytes());
    }
    bytes
}
