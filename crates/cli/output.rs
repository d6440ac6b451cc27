//! Where the program speaks: results on standard output, everything else on standard error. A reader who goes away is not an error;
//! any other failure to write is one, because a result that nobody got is not done.

use std::fs::File;
use std::io::{self, BufWriter, StdoutLock, Write};
use std::os::fd::AsFd as _;

use liasse_dossier::lang::{Lang, Texts};
use serde::Serialize;

use crate::error::{CliError, Result};
use crate::text;

/// How results are told.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Output {
    /// As JSON.
    pub(crate) json: bool,
    /// Only what was asked for, and trouble.
    pub(crate) quiet: bool,
    /// At length.
    pub(crate) verbose: bool,
    /// In which language.
    pub(crate) lang: Lang,
}

impl Output {
    /// What a command was asked to show: its JSON, or the lines that `human` writes.
    pub(crate) fn answer<T: Serialize>(self, value: &T, human: impl FnOnce(&mut Listing) -> Result<()>) -> Result<()> {
        Self { quiet: false, ..self }.result(value, human)
    }

    /// What a command did: its JSON, or the lines that `human` writes, or nothing.
    pub(crate) fn result<T: Serialize>(self, value: &T, human: impl FnOnce(&mut Listing) -> Result<()>) -> Result<()> {
        let mut listing = Listing::new();
        if self.json {
            listing.json(value)?;
        } else if !self.quiet {
            human(&mut listing)?;
        }
        listing.finish()
    }

    /// Whether progress may be drawn and questions asked.
    pub(crate) fn is_interactive(self) -> bool {
        !self.json && !self.quiet && io::IsTerminal::is_terminal(&io::stderr())
    }

    /// Something good to know.
    pub(crate) fn note(self, message: &str) {
        if !self.quiet && !self.json {
            _ = writeln!(io::stderr(), "{}", text::plain(message));
        }
    }

    /// Something good to know for those who asked for more.
    pub(crate) fn detail(self, message: &str) {
        if self.verbose {
            self.note(message);
        }
    }

    /// Something that must be known. JSON has it in its own place.
    pub(crate) fn warn(self, message: &str) {
        if !self.json {
            let word = match self.lang {
                Lang::English => "warning:",
                Lang::French => "attention :",
                Lang::Portuguese => "atenção:",
            };
            _ = writeln!(io::stderr(), "{word} {}", text::plain(&liasse_dossier::spoken(message)));
        }
    }

    /// Why the program fails.
    pub(crate) fn error(self, error: &CliError) {
        let hints = error.hints(&Texts::new(self.lang));
        let mut stderr = io::stderr().lock();
        if self.json {
            let shown = Failure { error: &error.message, exit_code: error.exit as u8, hints: &hints };
            _ = writeln!(stderr, "{}", serde_json::to_string(&shown).unwrap_or_default());
            return;
        }
        let (failed, advice) = match self.lang {
            Lang::English => ("error:", "hint:"),
            Lang::French => ("erreur :", "conseil :"),
            Lang::Portuguese => ("erro:", "dica:"),
        };
        _ = writeln!(stderr, "{failed} {}", text::plain(&error.message));
        for hint in &hints {
            _ = writeln!(stderr, "{advice} {}", text::plain(hint));
        }
    }
}

/// A failure, in JSON.
#[derive(Serialize)]
struct Failure<'a> {
    error: &'a str,
    exit_code: u8,
    hints: &'a [String],
}

/// Standard output for bytes: nothing is kept back that could be lost at the end.
pub(crate) fn bytes() -> Result<File> {
    let owned = io::stdout().as_fd().try_clone_to_owned();
    owned.map(File::from).map_err(|error| CliError::failed(format!("cannot use standard output: {error}")))
}

/// Lines on standard output.
pub(crate) struct Listing {
    out: BufWriter<StdoutLock<'static>>,
    closed: bool,
    /// Items of the list that is being written.
    items: u64,
}

fn to_json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| CliError::failed(format!("cannot write JSON: {error}")))
}

impl Listing {
    /// Takes standard output.
    pub(crate) fn new() -> Self {
        Self { out: BufWriter::with_capacity(1 << 16, io::stdout().lock()), closed: false, items: 0 }
    }

    /// Whether nobody reads any more: a long listing may end.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed
    }

    /// One line. It must hold nothing from elsewhere that was not escaped.
    pub(crate) fn line(&mut self, line: &str) -> Result<()> {
        self.write(|out| writeln!(out, "{line}"))
    }

    /// One value as a line of JSON.
    pub(crate) fn json<T: Serialize>(&mut self, value: &T) -> Result<()> {
        let json = to_json(value)?;
        self.write(|out| writeln!(out, "{json}"))
    }

    /// The start of an object of JSON whose list `name` may be long: its items follow one by one, and its other parts before and after it.
    pub(crate) fn json_list<T: Serialize>(&mut self, before: &T, name: &str) -> Result<()> {
        let json = to_json(before)?;
        let start = json.strip_suffix('}').unwrap_or(&json).to_owned();
        self.items = 0;
        self.write(|out| write!(out, "{start},\"{name}\":["))
    }

    /// The next item of the list.
    pub(crate) fn json_item<T: Serialize>(&mut self, item: &T) -> Result<()> {
        let json = to_json(item)?;
        let comma = if self.items == 0 { "" } else { "," };
        self.items += 1;
        self.write(|out| write!(out, "{comma}{json}"))
    }

    /// The rest of the object after its list: not empty.
    pub(crate) fn json_end<T: Serialize>(&mut self, after: &T) -> Result<()> {
        let json = to_json(after)?;
        let end = json.strip_prefix('{').unwrap_or(&json).to_owned();
        self.write(|out| writeln!(out, "],{end}"))
    }

    /// Writes out what is left.
    pub(crate) fn finish(mut self) -> Result<()> {
        self.write(Write::flush)
    }

    fn write(&mut self, write: impl FnOnce(&mut BufWriter<StdoutLock<'static>>) -> io::Result<()>) -> Result<()> {
        if self.closed {
            return Ok(());
        }
        match write(&mut self.out) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(())
            }
            Err(error) => Err(CliError::failed(format!("cannot write the result: {error}"))),
            Ok(()) => Ok(()),
        }
    }
}

/// A table: every column as wide as its widest cell, numbers to the right.
pub(crate) struct Table {
    right: &'static [usize],
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these headings; the columns in `right` are aligned to the right.
    pub(crate) fn new(headings: &[&str], right: &'static [usize]) -> Self {
        Self { right, rows: vec![headings.iter().map(|&heading| heading.to_owned()).collect()] }
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// Writes it.
    pub(crate) fn write(&self, listing: &mut Listing) -> Result<()> {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or_default();
        let width = |column: usize| self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
        let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or_default()).collect();
        for row in &self.rows {
            let mut line = String::new();
            for (column, (cell, &width)) in row.iter().zip(&widths).enumerate() {
                let gap = " ".repeat(width - cell.chars().count());
                let (before, after) = if self.right.contains(&column) { (gap.as_str(), "") } else { ("", gap.as_str()) };
                line.extend([before, cell, after, "  "]);
            }
            listing.line(line.trim_end())?;
        }
        Ok(())
    }
}
