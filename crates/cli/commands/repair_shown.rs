//! What a repair would do or has done, as JSON has it and in words.

use std::collections::BTreeSet;
use std::path::PathBuf;

use liasse_dossier::Rollback;
use liasse_dossier::lang::Texts;
use liasse_dossier::report::local::Local;
use liasse_repo::{Error, Finding, RepairPlan, RepairStep, Repaired};
use serde::Serialize;

use super::check::FindingJson;
use crate::text;

/// A plan, or what came of it.
#[derive(Serialize)]
pub(super) struct Mended {
    schema: u32,
    way: &'static str,
    applied: bool,
    steps: Vec<Step>,
    left: Vec<FindingJson>,
    pub(super) only_there: u64,
    pub(super) rollback: Option<Rollback>,
    pub(super) removed_keys: BTreeSet<String>,
    pub(super) paths: Option<Vec<String>>,
    pub(super) snapshot: Option<String>,
    sound: Option<bool>,
}

#[derive(Serialize)]
struct Step {
    what: &'static str,
    object: String,
    size_bytes: Option<u64>,
    replaces: bool,
    error: Option<String>,
}

impl Mended {
    pub(super) fn plan(way: &'static str, plan: &RepairPlan, paths: Option<&[PathBuf]>) -> Self {
        Self {
            schema: 1,
            way,
            applied: false,
            steps: plan.steps.iter().flat_map(|step| steps(step, None)).collect(),
            left: plan.left.iter().map(FindingJson::from).collect(),
            only_there: plan.only_there,
            rollback: plan.older.clone().map(Rollback::from),
            removed_keys: plan.removed_slots.clone(),
            paths: paths.map(|paths| paths.iter().map(|path| path.display().to_string()).collect()),
            snapshot: None,
            sound: None,
        }
    }

    pub(super) fn done(
        plan: &Self,
        repaired: &Repaired,
        left: &[Finding],
        older: Option<liasse_repo::Rollback>,
        snapshot: Option<String>,
        sound: bool,
    ) -> Self {
        let done = repaired.done.iter().flat_map(|step| steps(step, None));
        let failed = repaired.failed.iter().flat_map(|(step, error)| steps(step, Some(error)));
        Self {
            schema: 1,
            way: plan.way,
            applied: true,
            steps: done.chain(failed).collect(),
            left: left.iter().map(FindingJson::from).collect(),
            only_there: plan.only_there,
            rollback: older.map(Rollback::from),
            removed_keys: plan.removed_keys.clone(),
            paths: plan.paths.clone(),
            snapshot,
            sound: Some(sound),
        }
    }
}

/// One for each object.
fn steps(step: &RepairStep, error: Option<&Error>) -> Vec<Step> {
    let one =
        |what, object: String, size_bytes, replaces| Step { what, object, size_bytes, replaces, error: error.map(ToString::to_string) };
    match step {
        RepairStep::Copy { object, size, replaces } => vec![one("copy", object.to_string(), Some(*size), *replaces)],
        RepairStep::Reclaim { object, size, replaces, .. } => vec![one("reclaim", object.to_string(), Some(*size), *replaces)],
        RepairStep::List { packs } => packs.iter().map(|pack| one("list", pack_place(&pack.to_string()), None, false)).collect(),
        RepairStep::SetAside { object } => vec![one("set-aside", object.to_string(), None, false)],
        RepairStep::Mark { pack } => vec![one("mark", pack_place(&pack.to_string()), None, false)],
        RepairStep::Unmark { pack } => vec![one("unmark", pack_place(&pack.to_string()), None, false)],
    }
}

fn pack_place(name: &str) -> String {
    format!("packs/{}/{name}", name.get(..2).unwrap_or_default())
}

/// That the other copy shows a newer state than this repository, and what that may mean.
pub(super) fn newer_there(local: &Local<'_>, newer: &Rollback) -> String {
    let texts = local.texts();
    let mut said = Vec::new();
    if newer.missing_count > 0 {
        let date = newer.newest.map(|newest| local.short(newest)).unwrap_or_default();
        let number = newer.missing_count;
        let values = [("number", number.into()), ("count", local.number(number).into()), ("date", date.into())];
        said.push(texts.get("repair-newer-there", &values));
    }
    if let Some((there, here)) = newer.config_seen.zip(newer.config_there) {
        said.push(texts.get("repair-newer-config", &[("there", there.into()), ("here", here.into())]));
    }
    said.push(texts.get("repair-newer-remedy", &[]));
    said.join(" ")
}

/// A step in words.
pub(super) fn said(texts: &Texts, step: &RepairStep) -> String {
    match step {
        RepairStep::Copy { object, size, replaces } => {
            let name = if *replaces { "repair-replace" } else { "repair-copy" };
            texts.get(name, &[("object", object.to_string().into()), ("size", text::size(*size).into())])
        }
        RepairStep::Reclaim { object, size, .. } => {
            texts.get("repair-reclaim", &[("object", object.to_string().into()), ("size", text::size(*size).into())])
        }
        RepairStep::List { packs } => texts.get("repair-list", &[("number", packs.len().into())]),
        RepairStep::SetAside { object } => texts.get("repair-set-aside", &[("object", object.to_string().into())]),
        RepairStep::Mark { pack } => texts.get("repair-mark", &[("object", pack_place(&pack.to_string()).into())]),
        RepairStep::Unmark { pack } => texts.get("repair-unmark", &[("object", pack_place(&pack.to_string()).into())]),
    }
}
