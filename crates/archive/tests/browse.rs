//! What is said of trees without restoring them: differences against real folders, and what need not be read for it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

#[path = "support/bench.rs"]
mod bench;
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::ControlFlow;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;

use liasse_archive::repo::format::content::Content;
use liasse_archive::repo::format::ids::Evidence;
use liasse_archive::repo::format::tree::Node;
use liasse_archive::repo::{Snapshot, Stop};
use liasse_archive::{Browse, Change, Moment, Patterns};
use proptest::prelude::*;

use bench::{Bench, Numbers};
use support::{Planted, entry, file, folder, lost_file};

/// What a real folder holds: of each path its kind, its bytes, and the metadata that are compared.
type Real = BTreeMap<Vec<u8>, (char, Vec<u8>, (u32, i64, i64, bool))>;

fn real(path: &Path, below: &Path, found: &mut Real) {
    let metadata = path.symlink_metadata().unwrap();
    let (kind, bytes) = match metadata.file_type() {
        kind if kind.is_dir() => ('d', vec![]),
        kind if kind.is_symlink() => ('l', fs::read_link(path).unwrap().as_os_str().as_bytes().to_vec()),
        _ => ('f', fs::read(path).unwrap()),
    };
    let links = kind != 'd' && metadata.nlink() > 1;
    let name = path.strip_prefix(below).unwrap().as_os_str().as_bytes().to_vec();
    found.insert(name, (kind, bytes, (metadata.mode(), metadata.mtime(), metadata.mtime_nsec(), links)));
    if kind == 'd' {
        for entry in fs::read_dir(path).unwrap() {
            real(&entry.unwrap().path(), below, found);
        }
    }
}

/// Changes something somewhere, so that names come, go and become something else.
fn change(root: &Path, numbers: &mut Numbers) {
    let mut path = root.to_owned();
    while path.is_dir() && !path.is_symlink() && (path == root || numbers.below(3) > 0) {
        path.push(["a", "b", "c.d", "\u{1f}", "zz"][numbers.below(5)]);
    }
    let there = path.symlink_metadata();
    match (numbers.below(6), there) {
        (0, Ok(metadata)) if metadata.is_dir() => fs::remove_dir_all(&path).unwrap(),
        (0, Ok(_)) => fs::remove_file(&path).unwrap(),
        (1, Ok(metadata)) if !metadata.is_symlink() => {
            fs::set_permissions(&path, fs::Permissions::from_mode([0o755, 0o700, 0o744][numbers.below(3)])).unwrap();
        }
        (2, Err(_)) => symlink(["a", "b"][numbers.below(2)], &path).unwrap(),
        (3, Err(_)) => _ = fs::hard_link(root.join("a"), &path),
        (4, Err(_)) => fs::create_dir(&path).unwrap(),
        (_, Ok(metadata)) if metadata.is_dir() || metadata.is_symlink() => {}
        _ => {
            let length = [0, 3, 100_000][numbers.below(3)];
            fs::write(&path, numbers.bytes(length)).unwrap();
        }
    }
}

fn expected(before: &Real, after: &Real) -> BTreeMap<Vec<u8>, Change> {
    let paths: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let differs = |path: &&Vec<u8>| match (before.get(*path), after.get(*path)) {
        (Some(_), None) => Some(Change::Removed),
        (None, Some(_)) => Some(Change::Added),
        (Some(before), Some(after)) if before.0 != after.0 => Some(Change::Type),
        (Some(before), Some(after)) if before.1 != after.1 => Some(Change::Content),
        (Some(before), Some(after)) if before.2 != after.2 => Some(Change::Metadata),
        _ => None,
    };
    paths.into_iter().filter_map(|path| Some((path.clone(), differs(&path)?))).collect()
}

/// What the snapshots say.
fn told(bench: &Bench, before: &Snapshot, after: &Snapshot) -> BTreeMap<Vec<u8>, Change> {
    let source = bench.source().as_os_str().as_bytes().to_vec();
    let mut found = BTreeMap::new();
    let lost = Browse::new(&bench.owner, &Stop::new()).unwrap().diff(&before.record.root, &after.record.root, &source, &mut |difference| {
        let below = difference.path[source.len()..].strip_prefix(b"/").unwrap_or_default().to_vec();
        assert!(found.insert(below, difference.change).is_none(), "told twice");
        ControlFlow::Continue(())
    });
    assert_eq!(lost.unwrap(), vec![]);
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn snapshots_differ_as_the_folders_did(seed in any::<u64>(), first in 0..40_usize, then in 0..30_usize) {
        let (bench, mut numbers) = (Bench::new(), Numbers(seed));
        let mut state = |changes: usize| {
            (0..changes).for_each(|_| change(&bench.source(), &mut numbers));
            let mut found = Real::new();
            real(&bench.source(), &bench.source(), &mut found);
            (found, bench.backup().snapshot.unwrap())
        };
        let (before, after) = (state(first), state(then));
        prop_assert_eq!(told(&bench, &before.1, &after.1), expected(&before.0, &after.0));
        prop_assert_eq!(told(&bench, &after.1, &before.1), expected(&after.0, &before.0));
        prop_assert!(told(&bench, &after.1, &after.1).is_empty());
    }
}

/// Three trees with a folder in common that the repository does not have, and one that changes.
fn with_lost_folder() -> (Planted, Vec<Content>) {
    let mut trees = Vec::new();
    let planted = Planted::new(
        |session, _| {
            let lost = Node::Directory { tree: lost_file(), evidence: Evidence([0; 32]) };
            let mut books = Vec::new();
            for (name, text) in [("1", "one"), ("2", "two"), ("3", "one")] {
                let changes = folder(session, "changes", &[file(session, "note.txt", text.as_bytes())]);
                let book = folder(session, name, &[changes, entry("lost", lost.clone())]);
                if let Node::Directory { tree, .. } = &book.node {
                    trees.push(tree.clone());
                }
                books.push(book);
            }
            books
        },
        |_| {},
    );
    (planted, trees)
}

#[test]
fn what_is_the_same_is_not_read() {
    let (planted, trees) = with_lost_folder();
    let mut browse = planted.browse();
    let mut told = Vec::new();
    let lost = browse.diff(&trees[0], &trees[1], b"", &mut |difference| {
        told.push((difference.path.to_vec(), difference.change));
        ControlFlow::Continue(())
    });
    assert_eq!((lost.unwrap(), told), (vec![], vec![(b"/changes/note.txt".to_vec(), Change::Content)]));
}

#[test]
fn a_search_reads_each_tree_once_and_names_what_it_cannot_read() {
    let (planted, trees) = with_lost_folder();
    let moments: Vec<Moment<'_>> = trees.iter().map(|tree| Moment { tree, series: 0, is_whole: true }).collect();
    let found = planted.browse().search(&Patterns::new(["*.txt", "lost"]).unwrap(), &moments).unwrap();
    let lost: Vec<_> = found.lost.iter().map(|(moment, lost)| (*moment, lost.path.as_slice())).collect();
    assert_eq!(lost, [(0, &b"/lost"[..])]);
    let spans = |path: &[u8]| found.found[path].iter().map(|version| (version.first, version.last)).collect::<Vec<_>>();
    assert_eq!((found.found.len(), spans(b"/changes/note.txt"), spans(b"/lost")), (2, vec![(0, 2), (1, 1)], vec![(0, 2)]));
}

#[test]
fn a_history_tells_versions_gaps_and_what_it_cannot_read() {
    let (planted, trees) = with_lost_folder();
    let none = &trees[0];
    let moment = |tree, is_whole| Moment { tree, series: 0, is_whole };
    let mut browse = planted.browse();
    let moments: Vec<_> = trees.iter().map(|tree| moment(tree, true)).collect();
    let spans = |path: &[u8], moments: &[Moment<'_>], browse: &mut Browse<'_>| -> Vec<_> {
        let history = browse.history(path, moments).unwrap();
        history.spans.iter().map(|span| (span.first, span.last, span.seen.is_some())).collect()
    };
    assert_eq!(spans(b"/changes/note.txt", &moments, &mut browse), [(0, 0, true), (1, 1, true), (2, 2, true)]);
    assert_eq!(spans(b"/changes/none", &moments, &mut browse), []);
    assert_eq!(browse.history(b"/lost/file", &moments).unwrap().lost.len(), 3);
    // In the folder of books, the file is in the first tree and in no other.
    let empty = Content::empty();
    let gaps = [moment(&empty, true), moment(none, true), moment(&empty, false), moment(none, true), moment(&empty, true)];
    assert_eq!(spans(b"changes/note.txt/", &gaps, &mut browse), [(1, 3, true), (4, 4, false)]);
}
