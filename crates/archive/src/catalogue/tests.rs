#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
use super::*;

fn identity(n: u64) -> Identity {
    Identity { kind: 1, device: 1, inode: n, size: n * 10, mtime: Time::default(), ctime: Time::new(5, 6).unwrap() }
}

fn write(path: &std::path::Path) {
    let mut writer = Writer::create(path).unwrap();
    let mut child = RecordBuilder::default();
    child.push(b"inner", &identity(3), true, 9, None, b"entry three");
    let child = writer.add(child).unwrap();
    let mut root = RecordBuilder::default();
    root.push(b"a", &identity(1), true, 7, None, b"entry one");
    root.push(b"dir", &identity(2), false, 0, Some(child), b"entry two");
    let root = writer.add(root).unwrap();
    writer.finish(root, Hash::of(b"options"), &[liasse_repo::format::ids::ObjectName([7; 32])]).unwrap();
}

#[test]
fn rows_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalogue");
    write(&path);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    let catalogue = Catalogue::open(&path).unwrap();
    assert_eq!(catalogue.packs, [liasse_repo::format::ids::ObjectName([7; 32])]);
    let mut root = catalogue.root().unwrap();
    let a = root.find(b"a").unwrap();
    assert_eq!((a.identity, a.trusted, a.day, a.entry), (identity(1), true, 7, &b"entry one"[..]));
    assert!(root.find(b"b").is_none());
    let dir = root.find(b"dir").unwrap();
    assert!(!dir.trusted);
    assert_eq!(root.child(&dir).unwrap().find(b"inner").unwrap().entry, b"entry three");
    assert!(root.child(&a).is_none());
    assert!(root.find(b"zzz").is_none());
}

#[test]
fn records_can_be_copied_to_another_catalogue() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalogue");
    write(&path);
    let old = Catalogue::open(&path).unwrap();
    let copied = folder.path().join("copied");
    let mut writer = Writer::create(&copied).unwrap();
    let mut before = RecordBuilder::default();
    before.push(b"other", &identity(9), true, 0, None, b"another");
    let before = writer.add(before).unwrap();
    let subtree = old.root().unwrap().subtree().unwrap();
    assert_eq!(subtree.totals, Totals { files: 3, directories: 0, others: 0, size: 60 });
    let inner = writer.copy(&subtree).unwrap();
    let mut root = RecordBuilder::default();
    root.push(b"before", &identity(4), true, 0, Some(before), b"");
    root.push(b"copied", &identity(5), true, 0, Some(inner), b"");
    let root = writer.add(root).unwrap();
    writer.finish(root, Hash::NONE, &[]).unwrap();
    let new = Catalogue::open(&copied).unwrap();
    let mut root = new.root().unwrap();
    let row = root.find(b"copied").unwrap();
    let mut copied = root.child(&row).unwrap();
    let dir = copied.find(b"dir").unwrap();
    assert_eq!(copied.child(&dir).unwrap().next_row().unwrap().entry, b"entry three");
    assert_eq!(root.subtree().unwrap().totals.files, 6);
}

#[test]
fn a_catalogue_that_rots_is_never_believed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalogue");
    write(&path);
    let good = std::fs::read(&path).unwrap();
    let rows = |path: &std::path::Path| -> Option<Vec<Vec<u8>>> {
        let catalogue = Catalogue::open(path)?;
        let mut root = catalogue.root()?;
        let dir = root.find(b"dir");
        let inner = dir.and_then(|row| root.child(&row)).and_then(|mut child| child.find(b"inner").map(|row| row.entry.to_vec()));
        Some(catalogue.root()?.find(b"a").map(|row| row.entry.to_vec()).into_iter().chain(inner).collect())
    };
    let whole = rows(&path).unwrap();
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 1;
        std::fs::write(&path, &bad).unwrap();
        // Either the part is gone, or it is what it was.
        for row in rows(&path).unwrap_or_default() {
            assert!(whole.contains(&row), "byte {at}");
        }
        std::fs::write(&path, &good[..at]).unwrap();
        assert!(rows(&path).is_none(), "cut at {at}");
    }
}
