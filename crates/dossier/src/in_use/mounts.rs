//! What a folder is mounted from. The table of locks names the device of the mounted file system, and on Btrfs and some others a file's
//! own number of its device is another one.

use std::collections::HashMap;
use std::path::Path;

use rustix::fs::{AtFlags, CWD, StatxFlags, makedev, statx};

/// File systems on which other machines may hold locks and open files.
const NETWORK: [&str; 17] = [
    "9p", "acfs", "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "gfs2", "lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "smb3", "smbfs",
    "vboxsf",
];
/// The same, where a program of a user serves them.
const NETWORK_FUSE: [&str; 6] = ["fuse.cephfs", "fuse.davfs2", "fuse.glusterfs", "fuse.rclone", "fuse.smbnetfs", "fuse.sshfs"];

/// A mounted file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mount {
    /// The device as the table of locks has it.
    pub(super) device: u64,
    /// Whether other machines may work on it.
    pub(super) is_network: bool,
}

/// All of them, by number.
#[derive(Debug, Default)]
pub(super) struct Mounts(HashMap<u64, Mount>);

impl Mounts {
    /// Those of `/proc/self/mountinfo` (proc(5)).
    pub(super) fn read(table: &str) -> Self {
        Self(table.lines().filter_map(line).collect())
    }

    /// What a folder lies on, if the system tells.
    pub(super) fn of(&self, folder: &Path) -> Option<Mount> {
        let told = statx(CWD, folder, AtFlags::NO_AUTOMOUNT, StatxFlags::MNT_ID).ok()?;
        let is_told = told.stx_mask & StatxFlags::MNT_ID.bits() != 0;
        is_told.then(|| self.0.get(&told.stx_mnt_id).copied()).flatten()
    }
}

/// For example `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw`.
fn line(line: &str) -> Option<(u64, Mount)> {
    let mut words = line.split(' ');
    let number = words.next()?.parse().ok()?;
    let (major, minor) = words.nth(1)?.split_once(':')?;
    let device = makedev(major.parse().ok()?, minor.parse().ok()?);
    let kind = words.skip_while(|word| *word != "-").nth(1)?;
    Some((number, Mount { device, is_network: NETWORK.contains(&kind) || NETWORK_FUSE.contains(&kind) }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn the_table_is_understood() {
        let table = "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw\n\
            40 36 0:42 / /srv/books rw - cifs //server/books rw\n\
            41 36 0:43 / /srv/a\\040b rw shared:2 master:3 - fuse.sshfs x rw\nnoise\n\n";
        let mounts = Mounts::read(table).0;
        assert_eq!(mounts.len(), 3);
        assert_eq!(mounts[&36], Mount { device: makedev(98, 0), is_network: false });
        assert_eq!(mounts[&40], Mount { device: makedev(0, 42), is_network: true });
        assert!(mounts[&41].is_network);
    }

    #[test]
    fn a_folder_of_this_machine_is_found() {
        let mounts = Mounts::read(&std::fs::read_to_string("/proc/self/mountinfo").unwrap());
        let folder = tempfile::tempdir().unwrap();
        assert!(!mounts.of(folder.path()).unwrap().is_network);
        assert_eq!(mounts.of(Path::new("/nowhere/at/all")), None);
    }
}
