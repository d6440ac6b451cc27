//! `verify-export`: whether an export is as it was made, and what that proves.

use liasse_archive::{Checked, Error as ArchiveError, Proof, WrongKind, verify_export};
use liasse_dossier::lang::Texts;
use liasse_dossier::report::local::Local;
use liasse_repo::format::ids::PublicKey;
use serde::Serialize;

use super::shown::PathJson;
use crate::args::VerifyExport;
use crate::context::Context;
use crate::error::{CliError, Result, chain};
use crate::exit::Exit;
use crate::output::Listing;
use crate::text;
use crate::time;

/// Most entries that are not there and named.
const SHOWN: usize = 20;

#[derive(Serialize)]
struct VerifiedJson {
    schema: u32,
    code: String,
    since: Option<String>,
    snapshot: String,
    is_sound: bool,
    files: u64,
    others: u64,
    size_bytes: u64,
    wrong: Vec<WrongJson>,
    wrong_count: u64,
    absent: Vec<PathJson>,
    absent_count: u64,
    times_changed: u64,
    evidence: String,
    is_evident: bool,
    record: &'static str,
    signer: Option<String>,
    signed_host: Option<String>,
    signed_time: Option<String>,
    is_given_signer: Option<bool>,
}

#[derive(Serialize)]
struct WrongJson {
    #[serde(flatten)]
    path: PathJson,
    what: &'static str,
}

pub(crate) fn run(context: &Context, args: &VerifyExport) -> Result<Exit> {
    let texts = &context.settings.texts;
    let given = args.signer.as_deref().map(|text| signer(texts, text)).transpose()?;
    let checked = verify_export(&args.what, &context.stop).map_err(|error| explain(texts, args, error))?;
    let is_given = given.map(|given| matches!(&checked.proof, Proof::Signed(by) if by.key == given));
    let is_sound = checked.is_sound() && is_given != Some(false);
    context.output.answer(&json(&checked, is_sound, is_given), |out| show(texts, &checked, is_sound, is_given, out))?;
    Ok(match (is_sound, checked.absent_count) {
        (false, _) => Exit::Damaged,
        (true, 0) => Exit::Done,
        (true, _) => Exit::Incomplete,
    })
}

fn signer(texts: &Texts, text: &str) -> Result<PublicKey> {
    let key = PublicKey::from_hex(&text.trim().to_ascii_lowercase());
    key.ok_or_else(|| CliError::usage(texts.get("export-bad-key", &[])).hint(texts.get("export-bad-key-remedy", &[])))
}

fn explain(texts: &Texts, args: &VerifyExport, error: ArchiveError) -> CliError {
    let path = text::plain(&args.what.display().to_string());
    match error {
        ArchiveError::NoExport { .. } | ArchiveError::ExportUnreadable { .. } => {
            let said = texts.get("export-none", &[("path", path.into())]);
            CliError::new(Exit::Damaged, format!("{said} ({})", chain(&error))).hint(texts.get("export-none-remedy", &[]))
        }
        error => error.into(),
    }
}

fn show(texts: &Texts, checked: &Checked, is_sound: bool, is_given: Option<bool>, out: &mut Listing) -> Result<()> {
    let head = &checked.head;
    let local = Local::new(texts, time::utc_offset(head.since));
    let counted = |message: &str, number: u64| texts.get(message, &[("number", number.into()), ("shown", local.number(number).into())]);
    out.line(&texts.get("verify-of", &[("code", text::plain(&head.dossier).into()), ("since", time::local(head.since).into())]))?;
    for wrong in &checked.wrong {
        let message = format!("verify-wrong-{}", word(wrong.kind));
        out.line(&texts.get(&message, &[("path", text::path(&wrong.path).into())]))?;
    }
    let unnamed = checked.wrong_count.saturating_sub(checked.wrong.len() as u64);
    if unnamed > 0 {
        out.line(&counted("export-more", unnamed))?;
    }
    let values = [
        ("files", local.number(checked.files).into()),
        ("size", local.size(checked.bytes).into()),
        ("others", local.number(checked.others).into()),
    ];
    out.line(&texts.get("verify-files", &values))?;
    for (message, number) in [("verify-touched", checked.touched), ("verify-absent", checked.absent_count)] {
        if number > 0 {
            out.line(&counted(message, number))?;
        }
    }
    for path in checked.absent.iter().take(SHOWN) {
        out.line(&format!("  {}", text::path(path)))?;
    }
    let more = checked.absent_count.saturating_sub(SHOWN as u64);
    if more > 0 {
        out.line(&counted("export-more", more))?;
    }
    let evident = if checked.is_evident { "verify-evident" } else { "verify-not-evident" };
    out.line(&texts.get(evident, &[("root", head.evidence.to_string().into())]))?;
    out.line(&record(texts, checked))?;
    let key = match (&checked.proof, is_given) {
        (_, Some(false)) => Some("verify-key-wrong"),
        (Proof::Signed(_), Some(true)) => Some("verify-key-right"),
        (Proof::Signed(_), None) => Some("verify-key-unknown"),
        _ => None,
    };
    key.map_or(Ok(()), |message| out.line(&texts.get(message, &[])))?;
    let verdict = match (is_sound, checked.absent_count) {
        (false, _) => "verify-bad",
        (true, 0) => "verify-good",
        (true, _) => "verify-good-but",
    };
    out.line(&texts.get(verdict, &[]))
}

fn record(texts: &Texts, checked: &Checked) -> String {
    match &checked.proof {
        Proof::None => texts.get("verify-no-record", &[]),
        Proof::Bad => texts.get("verify-bad-record", &[]),
        Proof::Foreign => texts.get("verify-foreign-record", &[]),
        Proof::Signed(by) => {
            let values =
                [("time", time::local(by.time).into()), ("host", text::plain(&by.host).into()), ("key", by.key.to_string().into())];
            texts.get("verify-signed", &values)
        }
    }
}

fn word(kind: WrongKind) -> &'static str {
    match kind {
        WrongKind::Missing => "missing",
        WrongKind::Extra => "extra",
        WrongKind::Changed => "changed",
        WrongKind::Unreadable => "unreadable",
    }
}

fn json(checked: &Checked, is_sound: bool, is_given: Option<bool>) -> VerifiedJson {
    let by = if let Proof::Signed(by) = &checked.proof { Some(by) } else { None };
    VerifiedJson {
        schema: 1,
        code: checked.head.dossier.clone(),
        since: time::rfc3339(checked.head.since),
        snapshot: checked.head.snapshot.to_string(),
        is_sound,
        files: checked.files,
        others: checked.others,
        size_bytes: checked.bytes,
        wrong: checked.wrong.iter().map(|wrong| WrongJson { path: PathJson::new(&wrong.path), what: word(wrong.kind) }).collect(),
        wrong_count: checked.wrong_count,
        absent: checked.absent.iter().map(|path| PathJson::new(path)).collect(),
        absent_count: checked.absent_count,
        times_changed: checked.touched,
        evidence: checked.head.evidence.to_string(),
        is_evident: checked.is_evident,
        record: match &checked.proof {
            Proof::None => "none",
            Proof::Bad => "bad",
            Proof::Foreign => "foreign",
            Proof::Signed(_) => "signed",
        },
        signer: by.map(|by| by.key.to_string()),
        signed_host: by.map(|by| by.host.clone()),
        signed_time: by.and_then(|by| time::rfc3339(by.time)),
        is_given_signer: is_given,
    }
}
