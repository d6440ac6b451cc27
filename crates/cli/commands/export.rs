//! `export CODE`: a dossier as of a date, in open form.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use liasse_archive::target::{TargetErrorKind, TargetOperation};
use liasse_archive::{Error as ArchiveError, Form, Lost};
use liasse_dossier::export::{Done, Wanted, export};
use liasse_dossier::report::local::Local;
use liasse_dossier::restore::State;
use serde::Serialize;

use super::restore_dossier::{as_code, choose, history, warning};
use super::shown::{LeftOut, PathJson, Trouble};
use crate::args::Export;
use crate::context::Context;
use crate::error::{CliError, Result};
use crate::exit::Exit;
use crate::output::Listing;
use crate::progress::Bars;
use crate::text;
use crate::time;

/// Most lines of a kind that are shown to people who did not ask for more. JSON has all.
const SHOWN: usize = 20;

#[derive(Serialize)]
struct ExportJson {
    schema: u32,
    code: String,
    since: Option<String>,
    snapshot: String,
    output: PathJson,
    form: &'static str,
    files: u64,
    others: u64,
    size_bytes: u64,
    evidence: String,
    sums_sha256: Option<String>,
    signer: Option<String>,
    other_dossiers_named: u64,
    lacks: Option<String>,
    lost: Vec<Trouble>,
    left_out: Vec<LeftOut>,
}

pub(crate) fn run(context: &Context, args: &Export) -> Result<Exit> {
    let texts = &context.settings.texts;
    let code = as_code(context, &args.code)?;
    if context.is_in_repository(&args.to) {
        let path = text::plain(&args.to.display().to_string());
        let said = texts.get("export-in-repository", &[("path", path.into())]);
        return Err(CliError::usage(said).hint(texts.get("export-no-place-remedy", &[])));
    }
    let form = form(&args.to);
    // Before a password is asked for; it is asked again when all is ready.
    if is_taken(&args.to, form) {
        return Err(taken(context, &args.to));
    }
    let repository = context.open()?;
    let history = history(&repository, context, &args.filter, args.at.as_deref())?;
    let mut states = choose(context, &history, &[code], args.at.as_deref())?.states;
    let Some(state) = states.remove(code) else { return Err(CliError::failed("internal error: a dossier that was found is gone")) };
    let wanted = Wanted {
        state: &state,
        target: &args.to,
        form,
        with_record: !args.no_record,
        lang: texts.lang(),
        utc_offset: time::utc_offset(state.line.since),
    };
    let bars = Bars::new(context.output);
    let done = export(&repository, &wanted, &bars, &context.stop);
    bars.clear();
    let done = done.map_err(|error| explain(context, args, error))?;
    context.output.result(&json(context, args, &state, &done), |out| show(context, args, &done, out))?;
    warn(context, &state, &done);
    Ok(exit(&state, &done))
}

/// The form that the name of the target says.
fn form(target: &Path) -> Form {
    let is_zip = target.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zip"));
    // A folder that is there stays one, whatever it is called.
    if is_zip && !target.is_dir() { Form::Zip } else { Form::Folder }
}

fn is_taken(target: &Path, form: Form) -> bool {
    match target.symlink_metadata() {
        Err(_) => false,
        Ok(metadata) if metadata.is_dir() && form == Form::Folder => {
            std::fs::read_dir(target).is_ok_and(|mut entries| entries.next().is_some())
        }
        Ok(_) => true,
    }
}

fn taken(context: &Context, target: &Path) -> CliError {
    let texts = &context.settings.texts;
    let path = text::plain(&target.display().to_string());
    CliError::failed(texts.get("export-no-place", &[("path", path.into())])).hint(texts.get("export-no-place-remedy", &[]))
}

fn explain(context: &Context, args: &Export, error: ArchiveError) -> CliError {
    match error {
        ArchiveError::Target(ref target)
            if target.operation == TargetOperation::Place && matches!(target.kind, TargetErrorKind::Exists { .. }) =>
        {
            taken(context, &args.to)
        }
        error => error.into(),
    }
}

fn exit(state: &State, done: &Done) -> Exit {
    let lost = &done.exported.lost;
    if lost.iter().any(|lost| lost.damage) {
        Exit::Damaged
    } else if !lost.is_empty() {
        Exit::Failed
    } else if state.is_incomplete() || !done.exported.left_out.is_empty() {
        Exit::Incomplete
    } else {
        Exit::Done
    }
}

fn show(context: &Context, args: &Export, done: &Done, out: &mut Listing) -> Result<()> {
    let texts = &context.settings.texts;
    let local = Local::new(texts, time::utc_offset(done.head.since));
    let values = [
        ("code", text::plain(&done.head.dossier).into()),
        ("since", time::local(done.head.since).into()),
        ("files", local.number(done.exported.files).into()),
        ("size", local.size(done.exported.bytes).into()),
        ("path", text::plain(&args.to.display().to_string()).into()),
    ];
    out.line(&texts.get("export-done", &values))?;
    if let Some(sums) = done.exported.sums {
        out.line(&texts.get("export-sums", &[("sums", sums.to_string().into())]))?;
    }
    if let Some(by) = &done.signed {
        out.line(&texts.get("export-signer", &[("key", by.record.writer.to_string().into())]))?;
    }
    Ok(())
}

fn warn(context: &Context, state: &State, done: &Done) {
    let (texts, output) = (&context.settings.texts, context.output);
    let local = Local::new(texts, 0);
    let counted = |message: &str, number: u64| texts.get(message, &[("number", number.into()), ("shown", local.number(number).into())]);
    let shown = if output.verbose { usize::MAX } else { SHOWN };
    let exported = &done.exported;
    for Lost { path, cause, .. } in exported.lost.iter().take(shown) {
        output.warn(&texts.get("export-lost", &[("path", text::path(path).into()), ("cause", cause.as_str().into())]));
    }
    for (path, what) in exported.left_out.iter().take(shown) {
        output.warn(&texts.get("export-left-out", &[("path", text::path(path).into()), ("what", (*what).into())]));
    }
    let more = exported.lost.len().saturating_sub(shown) + exported.left_out.len().saturating_sub(shown);
    if more > 0 {
        output.warn(&counted("export-more", more as u64));
    }
    if let Some(said) = warning(context, state) {
        output.warn(&said);
    }
    if done.others > 0 {
        output.warn(&counted("export-names", done.others));
    }
    output.note(&texts.get("export-send", &[]));
}

fn json(context: &Context, args: &Export, state: &State, done: &Done) -> ExportJson {
    let exported = &done.exported;
    ExportJson {
        schema: 1,
        code: done.head.dossier.clone(),
        since: time::rfc3339(done.head.since),
        snapshot: done.head.snapshot.to_string(),
        output: PathJson::new(OsStr::as_bytes(args.to.as_os_str())),
        form: match form(&args.to) {
            Form::Folder => "folder",
            Form::Zip => "zip",
        },
        files: exported.files,
        others: exported.others,
        size_bytes: exported.bytes,
        evidence: done.head.evidence.to_string(),
        sums_sha256: exported.sums.map(|sums| sums.to_string()),
        signer: done.signed.as_ref().map(|by| by.record.writer.to_string()),
        other_dossiers_named: done.others,
        lacks: warning(context, state),
        lost: exported.lost.iter().map(|lost| Trouble::new(&lost.path, &lost.cause)).collect(),
        left_out: exported.left_out.iter().map(|(path, what)| LeftOut::new(path, what)).collect(),
    }
}
