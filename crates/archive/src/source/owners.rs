//! Names of users and groups, looked up once. Must never fail a backup: an id without a name has an empty one.
//!
//! They come from the system's name service (`getpwuid_r`, `getgrgid_r`), which knows more users than `/etc/passwd` does.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use liasse_repo::format::tree::{Metadata, Xattr};
use nix::unistd::{Gid, Group, Uid, User};

use super::Stat;

/// The names of users and groups that were met. May be used by several threads.
#[derive(Debug, Default)]
pub struct Owners {
    users: Mutex<HashMap<u32, String>>,
    groups: Mutex<HashMap<u32, String>>,
}

impl Owners {
    /// The name of a user; empty when it has none.
    pub fn user(&self, uid: u32) -> String {
        look_up(&self.users, uid, || User::from_uid(Uid::from_raw(uid)).ok().flatten().map(|user| user.name))
    }

    /// The name of a group; empty when it has none.
    pub fn group(&self, gid: u32) -> String {
        look_up(&self.groups, gid, || Group::from_gid(Gid::from_raw(gid)).ok().flatten().map(|group| group.name))
    }

    /// What a tree keeps of an entry besides its name and content. The hard link group is the caller's matter.
    pub fn metadata(&self, stat: &Stat, xattrs: Vec<Xattr>) -> Metadata {
        Metadata {
            mode: stat.mode,
            uid: stat.uid,
            gid: stat.gid,
            user: self.user(stat.uid),
            group: self.group(stat.gid),
            mtime: stat.mtime,
            xattrs,
            birth: stat.birth,
            ..Metadata::default()
        }
    }
}

fn look_up(known: &Mutex<HashMap<u32, String>>, id: u32, ask: impl FnOnce() -> Option<String>) -> String {
    let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
    known.entry(id).or_insert_with(|| ask().unwrap_or_default()).clone()
}
