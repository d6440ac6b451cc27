//! What a person should do next about what a check found, by the part of the repository that it is in.

use std::collections::BTreeSet;

use liasse_dossier::lang::Texts;
use liasse_repo::{CheckReport, Finding, IN_THE_WAY};

use crate::text;

/// Sentences in the reader's language: what holds for all of it first, then one for each kind. Nothing where nothing was found.
pub(super) fn of(report: &CheckReport, texts: &Texts) -> Vec<String> {
    let kinds: BTreeSet<&str> = report.findings.iter().filter_map(|finding| kind(&finding.object)).collect();
    let blocked = in_the_way(&report.findings);
    let first = (!report.is_sound()).then_some("remedy-first");
    let mut said: Vec<String> = first.into_iter().chain(blocked).chain(kinds).map(|name| texts.get(name, &[])).collect();
    said.extend(of_removed_keys(&report.removed_slots, texts));
    said
}

/// What to do where something else lies in an object's place.
pub(super) fn in_the_way(findings: &[Finding]) -> Option<&'static str> {
    findings.iter().any(|finding| finding.what == IN_THE_WAY).then_some("remedy-in-the-way")
}

/// The command that removes each key that the owner has removed before.
pub(super) fn of_removed_keys(slots: &BTreeSet<String>, texts: &Texts) -> Vec<String> {
    let id = |slot: &String| text::short(slot.trim_start_matches("keys/")).to_owned();
    slots.iter().map(|slot| texts.get("remedy-key-came-back", &[("key", slot.as_str().into()), ("id", id(slot).into())])).collect()
}

/// The message for a finding's object.
fn kind(object: &str) -> Option<&'static str> {
    let area = object.split(['/', ' ']).next().unwrap_or_default();
    match area {
        "packs" => Some("remedy-pack"),
        "index" => Some("remedy-segment"),
        "snapshots" => Some("remedy-snapshot"),
        "keys" => Some("remedy-key"),
        "config" => Some("remedy-config"),
        "intents" | "plans" => Some("remedy-work"),
        "chunk" => Some("remedy-chunk"),
        "the" => Some("remedy-storage"),
        _ => None,
    }
}
