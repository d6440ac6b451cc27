//! A picture of a dossier in a few bytes: two differ when a name, a size or a time in it does.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// A picture. What cannot be read is as if it were not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Print(u64);

impl Print {
    /// The picture of a folder and all that is below it. The order in which a folder lists its names does not matter.
    pub(super) fn of(folder: &Path) -> Self {
        let mut sum = 0_u64;
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
                let Ok(metadata) = entry.metadata() else { continue };
                let mut hasher = DefaultHasher::new();
                let path = entry.path();
                (&path, metadata.ino(), metadata.mtime(), metadata.mtime_nsec(), metadata.ctime(), metadata.ctime_nsec()).hash(&mut hasher);
                metadata.len().hash(&mut hasher);
                sum = sum.wrapping_add(hasher.finish());
                if metadata.is_dir() {
                    folders.push(path);
                }
            }
        }
        Self(sum)
    }
}
