//! Zip, as it is read everywhere: written from front to back, large files and many of them in its 64-bit form.

use std::io::{self, Write};

use ::zip::result::{ZipError, ZipResult};
use ::zip::write::{FullFileOptions, SimpleFileOptions, StreamWriter};
use ::zip::{CompressionMethod, DateTime, ZipWriter};
use liasse_repo::format::content::Content;
use liasse_repo::format::time::Time;
use liasse_repo::format::tree::{Entry, Node};

use super::{Begun, Sink};

/// What is said of a link whose target is not written as it is.
pub(crate) const ELSEWHERE: &str = "where it leads";
/// How hard deflate tries, of 9: it takes most of the time, and more of it gains little.
const LEVEL: i64 = 2;
/// From here on the 64-bit form is used, with room for what cannot be compressed.
const LARGE: u64 = 0xFF00_0000;

/// A zip on its way out.
pub(crate) struct Zip<'o> {
    writer: Writer<'o>,
    /// What the last entry is called in it.
    called: String,
}

type Writer<'o> = ZipWriter<StreamWriter<&'o mut dyn Write>>;

impl<'o> Zip<'o> {
    pub(crate) fn new(out: &'o mut dyn Write) -> Self {
        Self { writer: ZipWriter::new_stream(out), called: String::new() }
    }

    /// What the last entry is called in it, without a slash at its end.
    pub(crate) fn called(&self) -> &str {
        &self.called
    }

    /// Adds a file that is no snapshot's.
    pub(crate) fn document(&mut self, name: &str, bytes: &mut dyn io::Read) -> io::Result<()> {
        let options = SimpleFileOptions::default().unix_permissions(0o644).large_file(true);
        self.writer.start_file(name, options).map_err(error)?;
        io::copy(bytes, &mut self.writer).map(|_| ())
    }

    /// Adds an entry by its name as text, with a number where another has that name already; true when it is not its own name.
    fn named(&mut self, name: &[u8], mut add: impl FnMut(&mut Writer<'o>, &str) -> ZipResult<()>) -> io::Result<bool> {
        let named = text(name);
        let mut tried = named.clone();
        for number in 2..1_000 {
            match add(&mut self.writer, &tried) {
                Err(ZipError::InvalidArchive(cause)) if cause.starts_with("Duplicate filename") => tried = format!("{named} ({number})"),
                done => {
                    done.map_err(error)?;
                    self.called = tried;
                    return Ok(self.called.as_bytes() != name);
                }
            }
        }
        Err(io::Error::other("too many entries of one name"))
    }
}

impl Sink for Zip<'_> {
    fn plain(&mut self, name: &[u8], entry: &Entry) -> io::Result<Option<&'static str>> {
        let options = options(entry, 0)?;
        let is_renamed = match &entry.node {
            Node::Directory { .. } => self.named(name, |zip, name| zip.add_directory(name.to_owned() + "/", options.clone()))?,
            Node::Symlink { target } => self.named(name, |zip, name| zip.add_symlink(name, text(target), options.clone()))?,
            _ => return Ok(Some("a pipe or device")),
        };
        if matches!(&entry.node, Node::Symlink { target } if !holds(target)) {
            return Ok(Some(ELSEWHERE));
        }
        Ok(shortcoming(entry, is_renamed))
    }

    fn begin(&mut self, name: &[u8], entry: &Entry, content: &Content) -> io::Result<(Begun, Option<&'static str>)> {
        let options = options(entry, content.size)?;
        let is_renamed = self.named(name, |zip, name| zip.start_file(name, options.clone()))?;
        Ok((Begun::All, shortcoming(entry, is_renamed)))
    }

    fn end(&mut self, _is_cut_off: bool) -> io::Result<()> {
        // Sizes and sums follow the bytes: a file that is cut off ends where it is cut off.
        Ok(())
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        self.writer.finish().map_err(error)?.into_inner().flush()
    }
}

impl Write for Zip<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn error(error: ZipError) -> io::Error {
    match error {
        ZipError::Io(error) => error,
        other => io::Error::other(other),
    }
}

/// What of an entry a zip does not hold and that would be missed.
fn shortcoming(entry: &Entry, is_renamed: bool) -> Option<&'static str> {
    if is_renamed { Some("its own name") } else { (!entry.metadata.xattrs.is_empty()).then_some("extended attributes") }
}

/// Whether a zip holds these bytes as they are, as a name or as where a link leads.
pub(crate) fn holds(bytes: &[u8]) -> bool {
    text(bytes).as_bytes() == bytes
}

/// Whether a zip that cannot hold a name may have the entry under this one.
pub(crate) fn may_call(name: &[u8], called: &[u8]) -> bool {
    let text = text(name);
    let Some(rest) = called.strip_prefix(text.as_bytes()).filter(|_| text.as_bytes() != name) else { return false };
    let number = rest.strip_prefix(b" (").and_then(|rest| rest.strip_suffix(b")"));
    rest.is_empty() || number.is_some_and(|number| !number.is_empty() && number.iter().all(u8::is_ascii_digit))
}

/// A name as text: bytes that are no UTF-8 as `%FF`, and a backslash, which would part folders on Windows, as `%5C`.
fn text(name: &[u8]) -> String {
    match std::str::from_utf8(name) {
        Ok(text) if !text.contains('\\') => text.to_owned(),
        _ => {
            let escaped =
                |byte: &u8| if byte.is_ascii() && *byte != b'\\' { char::from(*byte).to_string() } else { format!("%{byte:02X}") };
            name.iter().map(escaped).collect()
        }
    }
}

fn options(entry: &Entry, size: u64) -> io::Result<FullFileOptions<'static, 'static>> {
    let time = entry.metadata.mtime;
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(LEVEL))
        .unix_permissions(entry.metadata.mode)
        .large_file(size >= LARGE)
        .last_modified_time(civil(time).unwrap_or_default());
    // To the second, and in no time zone; until 2106, as its readers take it.
    match u32::try_from(time.seconds()) {
        Ok(seconds) => options.with_extended_timestamp(Some(seconds), None, None).map_err(error),
        Err(_) => Ok(options.into_full_options()),
    }
}

/// The date and time of day in UTC, where a zip can say it (days to dates: Howard Hinnant, "chrono-compatible low-level date algorithms").
fn civil(time: Time) -> Option<DateTime> {
    let (days, second) = (time.seconds().div_euclid(86_400), time.seconds().rem_euclid(86_400));
    let days = days.checked_add(719_468)?;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    let [month, day, hour, minute, second] =
        [month, day, second / 3_600, second / 60 % 60, second % 60].map(|part| u8::try_from(part).unwrap_or_default());
    DateTime::from_date_and_time(u16::try_from(year).ok()?, month, day, hour, minute, second).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn days_become_dates() {
        let shown = [315_532_800, 951_782_399, 951_868_800, 1_735_689_599].map(|seconds| {
            let time = civil(Time::new(seconds, 0).unwrap()).unwrap();
            (time.year(), time.month(), time.day(), time.hour(), time.minute(), time.second())
        });
        assert_eq!(shown, [(1980, 1, 1, 0, 0, 0), (2000, 2, 28, 23, 59, 58), (2000, 3, 1, 0, 0, 0), (2024, 12, 31, 23, 59, 58)]);
        assert!(civil(Time::new(0, 0).unwrap()).is_none() && civil(Time::new(i64::MAX, 0).unwrap()).is_none());
    }

    #[test]
    fn a_name_has_few_substitutes() {
        for (called, may) in
            [(&b"a%FF"[..], true), (b"a%FF (2)", true), (b"a%FF (12)", true), (b"a%FF (x)", false), (b"a%FF ()", false), (b"b", false)]
        {
            assert_eq!(may_call(b"a\xff", called), may);
        }
        assert!(!may_call(b"a", b"a") && !may_call(b"a", b"a (2)") && !may_call(b"a", b"b"));
    }

    #[test]
    fn names_become_text() {
        assert_eq!([&b"a\xff"[..], b"a%FF", b"caf\xc3\xa9", b"..\\x", b"%\xff"].map(text), ["a%FF", "a%FF", "caf\u{e9}", "..%5Cx", "%%FF"]);
    }
}
