//! Stages that end in a store or in files: stores are in memory, and so are files where the machine has a folder for that.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use liasse_archive::{BackupOptions, BackupReport, Overwrite, RestoreOptions};
use liasse_repo::format::content::ChunkRef;
use liasse_repo::format::ids::ChunkId;
use liasse_repo::format::pack::ChunkKind;
use liasse_repo::store::Memory;
use liasse_repo::{Creation, Repository, Silent, Stop, Whoami};
use zeroize::Zeroizing;

use super::machine::{self, SIZE, folder, noise, text};
use super::timing::{self, Row};

const CHUNKS: usize = 100_000;
const FILES: usize = 5_000;

fn repository() -> Repository {
    Repository::create(Arc::new(Memory::new()), &Creation::new(Zeroizing::new("a password".to_owned()))).unwrap()
}

/// All of it on all cores: name, look up, group, compress, seal, prove, write.
pub(crate) fn session() -> Row {
    let bytes = noise(1, SIZE);
    let stage = timing::bytes(SIZE, repository, |repository| {
        let session = repository.begin(Whoami::default()).unwrap();
        for chunk in bytes.chunks(128 << 10) {
            assert!(session.put(ChunkKind::Data, chunk).unwrap().new);
        }
        session.abandon().unwrap();
        repository
    });
    Row { stage, floor: "ChaCha20-Poly1305 alone", at_floor: machine::chacha() }
}

/// A repository of many small chunks, and what they are.
fn many() -> (Repository, Vec<ChunkRef>) {
    let repository = repository();
    let session = repository.begin(Whoami::default()).unwrap();
    let put = |number: usize| session.put(ChunkKind::Data, &number.to_le_bytes().repeat(8)).unwrap().chunk;
    let chunks = (0..CHUNKS).map(put).collect();
    session.abandon().unwrap();
    (repository, chunks)
}

fn map(chunks: &[ChunkRef]) -> HashMap<ChunkId, u32> {
    chunks.iter().map(|chunk| (chunk.id, chunk.length)).collect()
}

pub(crate) fn merge() -> Row {
    let (repository, chunks) = many();
    let mut repository = Some(repository);
    let caches = folder();
    let mut number = 0;
    let set_up = || {
        number += 1;
        caches.path().join(number.to_string())
    };
    let stage = timing::things(CHUNKS, "chunks", set_up, |cache| {
        let with_cache = repository.take().unwrap().with_cache(&cache);
        drop(with_cache.reader().unwrap());
        repository = Some(with_cache);
    });
    Row { stage, floor: "a map in memory", at_floor: timing::things(CHUNKS, "chunks", || (), |()| map(&chunks)) }
}

pub(crate) fn look_up() -> Row {
    let (repository, mut chunks) = many();
    let cache = folder();
    let repository = repository.with_cache(cache.path());
    let reader = repository.reader().unwrap();
    // Ids are hashes: their order is no order of the chunks.
    chunks.sort_by_key(|chunk| chunk.id.0.iter().rev().copied().collect::<Vec<u8>>());
    let stage = timing::things(
        CHUNKS,
        "chunks",
        || (),
        |()| chunks.iter().map(|chunk| reader.locate(ChunkKind::Data, chunk).unwrap().pieces.len()).sum::<usize>(),
    );
    let map = map(&chunks);
    let at_floor = timing::things(CHUNKS, "chunks", || (), |()| chunks.iter().filter(|chunk| map.contains_key(&chunk.id)).count());
    Row { stage, floor: "a map in memory", at_floor }
}

fn back_up(repository: &Repository, source: &Path) -> BackupReport {
    let options = BackupOptions { sources: vec![source.to_owned()], time: liasse_repo::now(), ..BackupOptions::default() };
    liasse_archive::backup(repository, &options, &Silent, &Stop::new()).unwrap()
}

/// Files of a kilobyte in folders of a hundred.
fn small_files(root: &Path) {
    for number in 0..FILES {
        let folder = root.join(format!("{:03}", number / 100));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(format!("{number:05}")), number.to_le_bytes().repeat(128)).unwrap();
    }
}

/// Looks at everything below a folder, as any program must that wants to know what changed.
fn look_at(folder: &Path) -> usize {
    let mut found = 0;
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let metadata = entry.path().symlink_metadata().unwrap();
        found += if metadata.is_dir() { look_at(&entry.path()) } else { 1 };
    }
    found
}

pub(crate) fn unchanged() -> Row {
    let (source, cache) = (folder(), folder());
    small_files(source.path());
    // Younger files are not trusted: they may still change within a tick of the clock.
    std::thread::sleep(Duration::from_millis(500));
    let repository = repository().with_cache(cache.path());
    back_up(&repository, source.path());
    let stage = timing::things(
        FILES,
        "files",
        || (),
        |()| {
            let report = back_up(&repository, source.path());
            assert_eq!(report.statistics.unchanged, FILES as u64);
        },
    );
    let at_floor = timing::things(FILES, "files", || (), |()| assert_eq!(look_at(source.path()), FILES));
    Row { stage, floor: "lstat of each", at_floor }
}

/// Half of it compresses, half does not.
pub(crate) fn restore() -> Row {
    let source = folder();
    let files: Vec<Vec<u8>> = (0..32).map(|n| if n % 2 == 0 { text(SIZE / 32) } else { noise(n, SIZE / 32) }).collect();
    let write = |root: &Path| files.iter().enumerate().for_each(|(n, bytes)| fs::write(root.join(n.to_string()), bytes).unwrap());
    write(source.path());
    let repository = repository();
    let report = back_up(&repository, source.path());
    let snapshot = report.snapshot.unwrap();
    let stage = timing::bytes(SIZE, folder, |target| {
        let options = RestoreOptions {
            path: source.path().as_os_str().as_encoded_bytes().to_vec(),
            target: target.path().join("restored"),
            overwrite: Overwrite::Always,
            ..RestoreOptions::default()
        };
        let report = liasse_archive::restore(&repository, &snapshot, &options, &Silent, &Stop::new()).unwrap();
        assert_eq!(report.files, 32);
        target
    });
    let at_floor = timing::bytes(SIZE, folder, |target| {
        write(target.path());
        target
    });
    Row { stage, floor: "writing the files alone", at_floor }
}
