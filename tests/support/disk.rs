//! Entries as `tests/golden/expected.json` has them, from the disk after a restore.
#![allow(dead_code, reason = "every test that shares this uses some of it")]

use std::collections::HashMap;
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::Path;

use serde_json::{Map, Value, json};

/// What a file system does not show.
const NOT_ON_DISK: [&str; 6] = ["user", "group", "holes", "depth", "evidence", "tlvs"];
/// What only root can set.
const OF_ROOT: [&str; 4] = ["uid", "gid", "mode", "xattrs"];

pub(crate) fn text(bytes: &[u8]) -> Value {
    std::str::from_utf8(bytes).map_or_else(|_| json!({ "hex": hex(bytes) }), |text| json!(text))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// What of expected entries can be seen on a disk after a restore by root or somebody else.
pub(crate) fn visible(expected: &[Value], root: bool) -> Vec<Value> {
    expected.iter().filter(|entry| root || entry.get("device").is_none()).map(|entry| shown(entry, root)).collect()
}

fn shown(entry: &Value, root: bool) -> Value {
    let hidden = NOT_ON_DISK.iter().chain(OF_ROOT.iter().filter(|_| !root));
    let mut value: Map<String, Value> = entry.as_object().unwrap().clone();
    hidden.for_each(|name| drop(value.remove(*name)));
    Value::Object(value)
}

/// Everything below a folder, in the order of a walk.
pub(crate) fn of_folder(root: &Path, as_root: bool) -> Vec<Value> {
    let mut found = Vec::new();
    visit(root, b"", as_root, &mut found);
    found
}

fn visit(folder: &Path, path: &[u8], as_root: bool, found: &mut Vec<Value>) {
    let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_vec()).collect();
    names.sort();
    for name in names {
        let below = [path, b"/", &name].concat();
        let place = folder.join(std::ffi::OsStr::from_bytes(&name));
        if !as_root && !place.is_symlink() {
            // What may not be read cannot be compared; root reads it all the same.
            fs::set_permissions(&place, fs::Permissions::from_mode(0o700)).unwrap();
        }
        found.push(shown(&of_disk(&place, &below), as_root));
        if place.symlink_metadata().unwrap().is_dir() {
            visit(&place, &below, as_root, found);
        }
    }
}

fn of_disk(place: &Path, path: &[u8]) -> Value {
    let meta = place.symlink_metadata().unwrap();
    let mut value = json!({
        "path": text(path), "mode": format!("{:04o}", meta.mode() & 0o7777), "uid": meta.uid(), "gid": meta.gid(),
        "mtime": [meta.mtime(), meta.mtime_nsec()],
    });
    let kind = meta.file_type();
    let device = || json!([rustix::fs::major(meta.rdev()), rustix::fs::minor(meta.rdev())]);
    if kind.is_file() {
        value["type"] = json!("file");
        value["size"] = json!(meta.size());
        value["blake3"] = json!(blake3::hash(&fs::read(place).unwrap()).to_string());
    } else if kind.is_dir() {
        value["type"] = json!("directory");
    } else if kind.is_symlink() {
        value["type"] = json!("symlink");
        value["target"] = text(fs::read_link(place).unwrap().as_os_str().as_bytes());
    } else if kind.is_fifo() {
        value["type"] = json!("fifo");
    } else {
        value["type"] = json!(if kind.is_char_device() { "char_device" } else { "block_device" });
        value["device"] = device();
    }
    let xattrs = xattrs(place);
    if !xattrs.is_empty() {
        value["xattrs"] = json!(xattrs);
    }
    value
}

fn xattrs(place: &Path) -> Vec<Value> {
    let mut list = vec![0_u8; 1 << 16];
    let length = rustix::fs::llistxattr(place, &mut list).unwrap();
    let mut names: Vec<_> = list[..length].split(|byte| *byte == 0).filter(|name| !name.is_empty()).collect();
    names.sort_unstable();
    let value = |name: &[u8]| {
        let mut value = vec![0_u8; 1 << 16];
        let length = rustix::fs::lgetxattr(place, name, &mut value).unwrap();
        json!([text(name), hex(&value[..length])])
    };
    names.into_iter().map(value).collect()
}

/// Holds the entries with a hard link group against the disk: one file each, with as many names as the group has entries.
pub(crate) fn check_links(root: &Path, expected: &[Value]) {
    let mut groups: HashMap<String, Vec<(u64, u64)>> = HashMap::new();
    for entry in expected {
        let Some(tlvs) = entry.get("tlvs").and_then(Value::as_array) else { continue };
        let Some(group) = tlvs.iter().find(|part| part[0] == 2) else { continue };
        let meta = root.join(entry["path"].as_str().unwrap().trim_start_matches('/')).symlink_metadata().unwrap();
        groups.entry(group[1].to_string()).or_default().push((meta.ino(), meta.nlink()));
    }
    for (group, files) in groups {
        let (inode, _) = files[0];
        assert!(files.iter().all(|file| *file == (inode, files.len() as u64)), "group {group}: {files:?}");
    }
}

/// Holds files with large holes against the disk: they take less space than their size.
pub(crate) fn check_holes(root: &Path, expected: &[Value]) {
    for entry in expected.iter().filter(|entry| entry.get("holes").is_some_and(|holes| holes != &json!([]))) {
        let meta = root.join(entry["path"].as_str().unwrap().trim_start_matches('/')).metadata().unwrap();
        assert!(meta.blocks() * 512 < meta.size() / 2, "{} takes {} blocks", entry["path"], meta.blocks());
    }
}
