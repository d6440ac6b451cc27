//! `dump`: a snapshot, or a part of one, as an archive.

use std::fs::{self, File};
use std::io::{self, BufWriter, IsTerminal as _};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use liasse_archive::{Browse, Dumped, Error, Format, Lost};
use serde::Serialize;

use super::browsed::place;
use super::shown::{LeftOut, PathJson, Trouble};
use crate::args::{Archive, Dump};
use crate::context::Context;
use crate::error::{CliError, Result};
use crate::exit::Exit;
use crate::output::{self, Output};
use crate::text;

/// Most lines of a kind that are shown to people who did not ask for more. JSON has all.
const SHOWN: usize = 20;
const BUFFER: usize = 1 << 17;

#[derive(Serialize)]
struct DumpJson {
    schema: u32,
    format: &'static str,
    output: PathJson,
    entries: u64,
    size_bytes: u64,
    lost: Vec<Trouble>,
    left_out: Vec<LeftOut>,
}

pub(crate) fn run(context: &Context, args: &Dump) -> Result<Exit> {
    refuse(context, args)?;
    let format = format(args)?;
    let repository = context.open()?;
    let place = place(&repository, context, args.what.as_deref().unwrap_or_default(), &args.dossier, &args.filter)?;
    let mut browse = Browse::new(&repository, &context.stop)?;
    let mut dump = |out: File| browse.dump(&place.tree, &place.path, format, &mut BufWriter::with_capacity(BUFFER, out));
    let dumped = match &args.output {
        Some(path) => to_file(path, dump)?,
        None => match dump(output::bytes()?) {
            // Half an archive must not pass for a whole one.
            Err(Error::Output { cause }) if cause.kind() == io::ErrorKind::BrokenPipe => return Ok(Exit::Failed),
            done => done?,
        },
    };
    let is_damaged = place.doubtful || !dumped.lost.is_empty();
    warn(&dumped, context.output);
    if let Some(path) = &args.output {
        context.output.result(&json(&dumped, format, path), |out| {
            let (entries, size) = (text::counted(dumped.entries, "entry", "entries"), text::size(dumped.bytes));
            out.line(&format!("wrote     {entries}, {size} of files"))?;
            out.line(&format!("output    {}", text::plain(&path.display().to_string())))
        })?;
    }
    Ok(if is_damaged { Exit::Damaged } else { Exit::Done })
}

fn refuse(context: &Context, args: &Dump) -> Result<()> {
    let output = "--output FILE";
    match &args.output {
        Some(path) if context.is_in_repository(path) => {
            Err(CliError::usage(format!("{} is in the repository itself", path.display())).hint("choose another place with --output"))
        }
        None if context.output.json => {
            Err(CliError::usage("with --json the archive needs a place of its own").hint(format!("add {output}")))
        }
        None if io::stdout().is_terminal() => {
            Err(CliError::usage("an archive is nothing for a terminal")
                .hint(format!("add {output}, or lead it to a file or another program")))
        }
        _ => Ok(()),
    }
}

/// The form that is asked for, or that the name of the file says.
fn format(args: &Dump) -> Result<Format> {
    let extension = args.output.as_deref().and_then(Path::extension).map(|extension| extension.to_string_lossy().to_lowercase());
    match (args.format, extension.as_deref()) {
        (Some(Archive::Tar), _) | (None, None | Some("tar")) => Ok(Format::Tar),
        (Some(Archive::Zip), _) | (None, Some("zip")) => Ok(Format::Zip),
        (None, Some(other)) => Err(CliError::usage(format!("a name that ends with .{} does not say which archive", text::plain(other)))
            .hint("add --format tar or --format zip")),
    }
}

/// Writes to a new file; one that fails is not left there.
fn to_file(path: &Path, dump: impl FnOnce(File) -> Result<Dumped, Error>) -> Result<Dumped> {
    let file = File::create_new(path).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => {
            CliError::failed(format!("{} is there already", path.display())).hint("choose another name with --output, or remove it")
        }
        _ => CliError::io("make", path, &error).hint("choose another place with --output"),
    })?;
    let durable = file.try_clone().map_err(|error| CliError::io("write", path, &error))?;
    let dumped = dump(file).map_err(CliError::from).and_then(|dumped| {
        durable.sync_all().map_err(|error| CliError::io("write", path, &error).hint("check the disk that it is on"))?;
        Ok(dumped)
    });
    if dumped.is_err() {
        // Half an archive is none; that it could not be written is told.
        fs::remove_file(path).ok();
    }
    dumped
}

fn warn(dumped: &Dumped, output: Output) {
    let shown = if output.verbose { usize::MAX } else { SHOWN };
    for Lost { path, cause, .. } in dumped.lost.iter().take(shown) {
        output.warn(&format!("not whole in the archive: {}: {cause}", text::path(path)));
    }
    for (path, what) in dumped.left_out.iter().take(shown) {
        output.warn(&format!("the archive cannot hold {what}: {}", text::path(path)));
    }
    let more = dumped.lost.len().saturating_sub(shown) + dumped.left_out.len().saturating_sub(shown);
    if more > 0 {
        output.warn(&format!("{} more; see them with -v", text::count(more as u64)));
    }
}

fn json(dumped: &Dumped, format: Format, path: &Path) -> DumpJson {
    DumpJson {
        schema: 1,
        format: match format {
            Format::Tar => "tar",
            Format::Zip => "zip",
        },
        output: PathJson::new(path.as_os_str().as_bytes()),
        entries: dumped.entries,
        size_bytes: dumped.bytes,
        lost: dumped.lost.iter().map(|lost| Trouble::new(&lost.path, &lost.cause)).collect(),
        left_out: dumped.left_out.iter().map(|(path, what)| LeftOut::new(path, what)).collect(),
    }
}
