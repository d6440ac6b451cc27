//! The system's table of locks, `/proc/locks` (proc(5)): locks of POSIX, of open files (OFD), of flock, and leases.

use rustix::fs::makedev;

use super::FileId;

/// A lock that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lock {
    /// On which file.
    pub(super) file: FileId,
    /// Who holds it; `None` where it belongs to an open file rather than to a process, or to another machine.
    pub(super) process: Option<u32>,
}

/// The locks that count in such a table. A line that cannot be understood is passed over.
pub(super) fn read(table: &str) -> Vec<Lock> {
    table.lines().filter_map(line).collect()
}

/// For example `1: POSIX  ADVISORY  WRITE 3568 fd:00:2531452 0 EOF`. With `->` after the number somebody waits for a lock: who holds it
/// has a line too.
fn line(line: &str) -> Option<Lock> {
    let mut words = line.split_ascii_whitespace().skip(1);
    let kind = words.next()?;
    let _state = words.next()?;
    let access = words.next()?;
    let process: i64 = words.next()?.parse().ok()?;
    let file = file(words.next()?)?;
    let counts = match kind {
        "POSIX" | "OFDLCK" | "FLOCK" | "ACCESS" => true,
        "LEASE" | "DELEG" => access == "WRITE",
        _ => false,
    };
    counts.then(|| Lock { file, process: u32::try_from(process).ok().filter(|process| *process > 0) })
}

/// The device in hexadecimal, the inode in decimal numbers.
fn file(text: &str) -> Option<FileId> {
    let mut numbers = text.split(':');
    let mut hex = || u32::from_str_radix(numbers.next()?, 16).ok();
    let device = makedev(hex()?, hex()?);
    Some(FileId { device, inode: numbers.next()?.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_understood() {
        let table = "1: POSIX  ADVISORY  WRITE 3568 fd:00:2531452 0 EOF\n\
            1: -> POSIX  ADVISORY  WRITE 3570 fd:00:7 0 EOF\n\
            2: FLOCK  ADVISORY  READ 3517 08:1f:2531448 0 EOF\n\
            3: OFDLCK ADVISORY  READ -1 00:2a:5 128 128\n\
            4: LEASE  ACTIVE    READ 3517 fd:00:8 0 EOF\n\
            5: LEASE  BREAKING  WRITE 3517 fd:00:9 0 EOF\n\
            6: NEW    ADVISORY  READ 1 fd:00:10 0 EOF\n\
            7: POSIX  ADVISORY  READ 1 junk 0 EOF\n\n8:\n";
        let lock = |major, minor, inode, process| Lock { file: FileId { device: makedev(major, minor), inode }, process };
        assert_eq!(
            read(table),
            [
                lock(0xfd, 0, 2_531_452, Some(3568)),
                lock(8, 0x1f, 2_531_448, Some(3517)),
                lock(0, 0x2a, 5, None),
                lock(0xfd, 0, 9, Some(3517))
            ]
        );
    }
}
