//! Who a lock file says it belongs to. These files are written by other programs and may hold anything: what is not clearly a name is
//! left out, and never more than the first few hundred bytes are read.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// Most bytes of a lock file that are looked at.
const MOST_BYTES: u64 = 512;
/// Most characters of a name that are told.
const MOST_CHARACTERS: usize = 60;

/// Who, as far as the file tells.
pub(super) fn of(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_string_lossy().to_lowercase();
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(MOST_BYTES).read_to_end(&mut bytes).ok()?;
    let extension = Path::new(&name).extension().and_then(|extension| extension.to_str());
    if name.starts_with(".~lock.") {
        libre_office(&bytes)
    } else if name.starts_with("~$") {
        office(&bytes)
    } else if matches!(extension, Some("ldb" | "laccdb")) {
        access(&bytes)
    } else {
        None
    }
}

/// The full name, the login and the station, separated by commas (`svl/source/misc/lockfilecommon.cxx` of `LibreOffice`: `\` escapes).
fn libre_office(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let mut fields = vec![String::new()];
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            ',' => fields.push(String::new()),
            ';' => break,
            '\\' => fields.last_mut()?.extend(characters.next()),
            other => fields.last_mut()?.push(other),
        }
    }
    let field = |number: usize| fields.get(number).and_then(|field| shown(field));
    match (field(0).or_else(|| field(1)), field(2)) {
        (Some(name), Some(station)) => Some(format!("{name} ({station})")),
        (name, station) => name.or(station),
    }
}

/// A length and the name in the old code page, then at 54 (Word) or 55 (Excel, `PowerPoint`) a length and the name in UTF-16.
fn office(bytes: &[u8]) -> Option<String> {
    let (&length, rest) = bytes.split_first()?;
    let old = rest.get(..usize::from(length))?;
    let wide = [54, 55].into_iter().find_map(|at| {
        let length = u16::from_le_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]);
        let units = bytes.get(at + 2..)?.get(..2 * usize::from(length))?;
        let units: Vec<u16> = units.chunks_exact(2).filter_map(|pair| pair.first_chunk().copied().map(u16::from_le_bytes)).collect();
        // A length that is none gives noise: both names have as many characters.
        (length > 0 && units.len() == old.len()).then(|| String::from_utf16(&units).ok()).flatten()
    });
    let ascii = || old.is_ascii().then(|| String::from_utf8_lossy(old).into_owned());
    wide.or_else(ascii).and_then(|name| shown(&name))
}

/// Records of 64 bytes, the station first (Microsoft Jet, "Introduction to .ldb files"). The first record is told: stations that left
/// leave theirs behind, but the first is overwritten first.
fn access(bytes: &[u8]) -> Option<String> {
    let station = bytes.get(..32)?.split(|byte| *byte == 0).next()?;
    station.is_ascii().then(|| String::from_utf8_lossy(station).into_owned()).and_then(|name| shown(&name))
}

/// A name that can be shown, or nothing.
fn shown(name: &str) -> Option<String> {
    let name = name.trim();
    let is_fit = !name.is_empty() && !name.chars().any(char::is_control) && !name.contains('\u{fffd}');
    is_fit.then(|| name.chars().take(MOST_CHARACTERS).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    fn owner(name: &str, bytes: &[u8]) -> Option<String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        of(&path)
    }

    /// A file of the owner as Word or Excel writes it.
    fn office_file(name: &str, old: &[u8], at: usize) -> Vec<u8> {
        let mut bytes = vec![0; 165];
        bytes[0] = u8::try_from(old.len()).unwrap();
        bytes[1..=old.len()].copy_from_slice(old);
        let units: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        bytes[at] = u8::try_from(units.len() / 2).unwrap();
        bytes[at + 2..at + 2 + units.len()].copy_from_slice(&units);
        bytes
    }

    #[test]
    fn a_lock_file_tells_its_owner() {
        let libre = ",ada,caisse-2,24.03.2024 10:00,file:///home/ada/.config/libreoffice/4;";
        assert_eq!(owner(".~lock.a.odt#", libre.as_bytes()).unwrap(), "ada (caisse-2)");
        let libre = r"Martin\, Ada,ada,caisse-2,24.03.2024 10:00,file:///x;";
        assert_eq!(owner(".~lock.a.odt#", libre.as_bytes()).unwrap(), "Martin, Ada (caisse-2)");
        for at in [54, 55] {
            assert_eq!(owner("~$a.docx", &office_file("Zoé", b"Zo\xe9", at)).unwrap(), "Zoé");
            assert_eq!(owner("~$a.xlsx", &office_file("Ada", b"Ada", at)).unwrap(), "Ada");
        }
        assert_eq!(owner("~$a.docx", b"\x03Ada").unwrap(), "Ada");
        let mut record = [0; 64];
        record[..7].copy_from_slice(b"POSTE-3");
        assert_eq!(owner("books.LDB", &record).unwrap(), "POSTE-3");
    }

    #[test]
    fn what_is_no_name_is_not_told() {
        for name in [".~lock.a.odt#", "~$a.docx", "a.ldb", "a.laccdb", "a.lck"] {
            for bytes in [&b""[..], b"\x00", b"\xff", &[0; 64], &[0xff; 700], b"\x05\x1b[31m;", b"\x1b[31m,\x07"] {
                assert_eq!(owner(name, bytes), None, "{name} {bytes:?}");
            }
        }
        assert_eq!(of(Path::new("/nowhere/a.ldb")), None);
        let long = format!("{},x;", "a".repeat(400));
        assert_eq!(owner(".~lock.a#", long.as_bytes()).unwrap().len(), MOST_CHARACTERS);
    }
}
