//! The one place that maps a file: the catalogue, a private file that is only ever replaced as a whole, never changed in place.
#![allow(unsafe_code)]

use std::fs::File;
use std::io;
use std::path::Path;

/// Maps a catalogue for reading.
pub(super) fn map(path: &Path) -> io::Result<memmap2::Mmap> {
    let file = File::open(path)?;
    // SAFETY: nobody changes or truncates the file while it is mapped: it lies in a folder that only this user can enter, and this
    // program writes catalogues under another name and renames them. Who breaks in there can do worse than to end this process.
    unsafe { memmap2::Mmap::map(&file) }
}
