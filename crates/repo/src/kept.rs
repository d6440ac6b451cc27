//! Files that this machine keeps for itself: 16 bytes that say what it is and in which version of the layout, a body, and the BLAKE3 of the
//! body. Never truth: one that is torn, foreign or too large is as good as none. Must never write into the repository.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use liasse_format::ids::Hash;

use crate::index;

/// What such a file begins with.
pub(crate) type Magic = [u8; 16];

/// The body of a file of at most so many bytes.
pub(crate) fn load(path: &Path, magic: &Magic, most: u64) -> Option<Vec<u8>> {
    let is_small = fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.len() <= most);
    let bytes = fs::read(path).ok().filter(|_| is_small)?;
    let (body, check) = bytes.strip_prefix(magic)?.split_last_chunk::<32>()?;
    (Hash::of(body).0 == *check).then(|| body.to_vec())
}

/// Writes one, in a folder that only its owner can look into. Two programs may save at once: each gives its own file the name.
pub(crate) fn save(path: &Path, magic: &Magic, body: &[u8]) -> io::Result<()> {
    write(path, magic, body, false)
}

/// The same, and a power cut leaves the old or the new one.
pub(crate) fn save_durably(path: &Path, magic: &Magic, body: &[u8]) -> io::Result<()> {
    write(path, magic, body, true)
}

fn write(path: &Path, magic: &Magic, body: &[u8], durably: bool) -> io::Result<()> {
    let temporary = path.with_extension(format!("{}.new", std::process::id()));
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    path.parent().map_or(Ok(()), index::create_private)?;
    let written = options.open(&temporary).and_then(|mut file| {
        [magic.as_slice(), body, &Hash::of(body).0].iter().try_for_each(|part| file.write_all(part))?;
        if durably { file.sync_all() } else { Ok(()) }
    });
    let written = written.and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        fs::remove_file(&temporary).ok();
    }
    written
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const MAGIC: &Magic = b"liasse test   1\n";

    #[test]
    fn a_file_is_whole_or_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("below").join("kept");
        assert_eq!(load(&path, MAGIC, 1 << 20), None);
        save(&path, MAGIC, b"old").unwrap();
        save_durably(&path, MAGIC, b"something").unwrap();
        assert_eq!(load(&path, MAGIC, 1 << 20).unwrap(), b"something");
        assert_eq!(load(&path, b"liasse test   2\n", 1 << 20), None);
        assert_eq!(load(&path, MAGIC, 10), None, "too large");
        let whole = fs::read(&path).unwrap();
        for length in 0..whole.len() {
            fs::write(&path, whole.get(..length).unwrap()).unwrap();
            assert_eq!(load(&path, MAGIC, 1 << 20), None, "{length}");
        }
        for at in 0..whole.len() {
            let mut flipped = whole.clone();
            *flipped.get_mut(at).unwrap() ^= 1;
            fs::write(&path, flipped).unwrap();
            assert_eq!(load(&path, MAGIC, 1 << 20), None, "{at}");
        }
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing else stays there");
    }

    #[test]
    fn only_its_owner_can_read_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("below").join("kept");
        save(&path, MAGIC, b"something").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    }
}
