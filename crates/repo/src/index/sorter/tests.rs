//! Sorting in files against sorting in memory, and what happens where files fail.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::BTreeMap;
use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// Keys of which many are the same, and many more begin alike.
fn key(first: u8, last: u8) -> RowKey {
    let mut key = [7; 32];
    (key[0], key[31]) = (first, last);
    key
}

fn rows() -> impl Strategy<Value = Vec<(RowKey, Vec<u8>)>> {
    let value = prop_oneof![4 => vec(any::<u8>(), 0..60), 1 => vec(any::<u8>(), 4_000..9_000)];
    vec(((0_u8..3, 0_u8..30).prop_map(|(first, last)| key(first, last)), value), 0..150)
}

fn model(rows: &[(RowKey, Vec<u8>)]) -> BTreeMap<RowKey, Vec<u8>> {
    let mut model: BTreeMap<RowKey, Vec<u8>> = BTreeMap::new();
    for (key, value) in rows {
        model.entry(*key).or_default().extend_from_slice(value);
    }
    model
}

fn sorter(scratch: &Scratch, rows: &[(RowKey, Vec<u8>)]) -> Sorter {
    let mut sorter = Sorter::new(scratch);
    for (key, value) in rows {
        sorter.push(key, value);
    }
    sorter
}

fn agrees(sorted: &Sorted, model: &BTreeMap<RowKey, Vec<u8>>) {
    let mut expected = model.iter();
    let mut rows = sorted.rows().unwrap();
    while let Some(row) = rows.next().unwrap() {
        let (key, value) = expected.next().unwrap();
        assert_eq!(row, (key, value.as_slice()));
    }
    assert_eq!(expected.next(), None);
    for (first, last) in (0..4).flat_map(|first| (0..31).map(move |last| (first, last))) {
        let key = key(first, last);
        assert_eq!(&sorted.get(&key).unwrap(), model.get(&key).unwrap_or(&Vec::new()));
    }
}

fn files_in(folder: &Path) -> usize {
    std::fs::read_dir(folder).unwrap().count()
}

proptest! {
    // Each makes many files.
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn many_batches_give_what_one_in_memory_gives(rows in rows(), memory_bytes in prop_oneof![1_usize..300, 300_usize..100_000]) {
        let folder = tempfile::tempdir().unwrap();
        let model = model(&rows);
        let scratch = Scratch::tiny(folder.path(), memory_bytes);
        let found = sorter(&scratch, &rows).searchable();
        assert!(found.runs.len() <= 1 && (found.runs.is_empty() || found.heap.rows.is_empty()));
        agrees(&found, &model);
        agrees(&sorter(&scratch, &rows).sorted(), &model);
        agrees(&sorter(&Scratch::new(None), &rows).searchable(), &model);
        assert_eq!(files_in(folder.path()), 0);
    }
}

fn some_rows() -> Vec<(RowKey, Vec<u8>)> {
    (0..200_u8).map(|n| (key(n % 3, n % 31), vec![n; 40])).collect()
}

#[test]
fn what_a_killed_process_left_is_removed_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("liasse-sorting-0123"), b"of one that was killed").unwrap();
    std::fs::write(folder.path().join("index.redb"), b"not ours").unwrap();
    let sorter = sorter(&Scratch::tiny(folder.path(), 1_000), &some_rows());
    assert!(!sorter.runs.is_empty());
    assert_eq!(std::fs::read(folder.path().join("index.redb")).unwrap(), b"not ours");
    assert_eq!(files_in(folder.path()), 1, "files under way have no name");
    agrees(&sorter.searchable(), &model(&some_rows()));
}

#[test]
fn where_no_file_can_be_made_all_stays_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("place");
    std::fs::write(&place, b"a file").unwrap();
    let sorter = sorter(&Scratch::tiny(&place, 1_000), &some_rows());
    assert!(sorter.runs.is_empty());
    agrees(&sorter.searchable(), &model(&some_rows()));
}

#[test]
fn files_that_can_be_made_no_more_cost_memory_only() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("place");
    let (scratch, rows) = (Scratch::tiny(&place, 1_000), some_rows());
    let mut sorter = sorter(&scratch, &rows[..100]);
    std::fs::remove_dir(&place).unwrap();
    std::fs::write(&place, b"a file").unwrap();
    for (key, value) in &rows[100..] {
        sorter.push(key, value);
    }
    let found = sorter.searchable();
    assert!(found.runs.len() > 1 && !found.heap.rows.is_empty());
    agrees(&found, &model(&rows));
}

#[test]
fn bytes_that_rot_are_an_error_and_no_answer() {
    let folder = tempfile::tempdir().unwrap();
    let rows = some_rows();
    let found = sorter(&Scratch::tiny(folder.path(), 1_000), &rows).searchable();
    let answers: Vec<Vec<u8>> = rows.iter().map(|(key, _)| found.get(key).unwrap()).collect();
    for offset in (0..found.runs[0].size()).step_by(97) {
        found.runs[0].flip(offset);
        let mut failed = 0;
        for ((key, _), answer) in rows.iter().zip(&answers) {
            match found.get(key) {
                Ok(values) => assert_eq!(&values, answer),
                Err(_) => failed += 1,
            }
        }
        assert!(failed > 0, "nobody noticed byte {offset}");
        found.runs[0].flip(offset);
    }
}
