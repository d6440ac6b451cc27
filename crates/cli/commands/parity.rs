//! `parity` and `repair parity`: recovery of a medium that rots. No password is asked for.

use liasse_repo::parity::{self, AddOptions, Added, Doubt, ParityPlan, ParityReport, PlannedMember, Repaired, Way};
use liasse_repo::store::Local;
use serde::Serialize;

use crate::args::{ParityAdd, RepairParity};
use crate::context::Context;
use crate::error::{CliError, Result};
use crate::exit::Exit;
use crate::output::Listing;
use crate::progress::Bars;
use crate::text;

#[derive(Serialize)]
struct AddedJson {
    schema: u32,
    objects: Vec<String>,
    parity_bytes: u64,
    protected: u64,
    protected_bytes: u64,
    damaged: Vec<String>,
}

#[derive(Serialize)]
struct ReportJson {
    schema: u32,
    sound: bool,
    protected: u64,
    protected_bytes: u64,
    unprotected: u64,
    unprotected_bytes: u64,
    parity: Vec<StateJson>,
}

#[derive(Serialize)]
struct StateJson {
    object: String,
    size_bytes: u64,
    damage: Option<&'static str>,
    protects: u64,
    protects_bytes: u64,
    missing: u64,
    spare_percent: f64,
}

#[derive(Serialize)]
struct RepairJson {
    schema: u32,
    way: &'static str,
    applied: bool,
    sound: bool,
    looked_at: u64,
    unprotected: u64,
    damaged: Vec<DamagedJson>,
    parity: Vec<DoubtJson>,
    rebuilt: Vec<String>,
    remade: Vec<String>,
    set_aside: Vec<String>,
    failed: Vec<String>,
}

#[derive(Serialize)]
struct DamagedJson {
    object: String,
    size_bytes: u64,
    missing: bool,
    outcome: &'static str,
    lost_bytes: Option<u64>,
}

#[derive(Serialize)]
struct DoubtJson {
    object: String,
    outcome: &'static str,
}

/// The repository as it lies there, whether or not it can be opened.
fn store(context: &Context) -> Result<Local> {
    Local::open(&context.place).map_err(|error| CliError::from(error).at_opening())
}

fn watched<T>(context: &Context, work: impl FnOnce(&Bars) -> liasse_repo::Result<T>) -> Result<T> {
    let bars = Bars::new(context.output);
    let done = work(&bars);
    bars.clear();
    Ok(done?)
}

/// `parity add`.
pub(crate) fn add(context: &Context, args: &ParityAdd) -> Result<Exit> {
    let (store, options) = (store(context)?, AddOptions { rate: args.rate });
    let added = watched(context, |bars| parity::add(&store, &options, bars, &context.stop))?;
    let json = AddedJson {
        schema: 1,
        objects: added.objects.clone(),
        parity_bytes: added.bytes,
        protected: added.members,
        protected_bytes: added.member_bytes,
        damaged: added.damaged.clone(),
    };
    context.output.result(&json, |out| show_added(&added, out))?;
    if added.damaged.is_empty() {
        return Ok(Exit::Done);
    }
    let objects = text::counted(added.damaged.len() as u64, "damaged object was", "damaged objects were");
    context.output.warn(&format!("{objects} not protected; see liasse check --read-data"));
    Ok(Exit::Damaged)
}

fn show_added(added: &Added, out: &mut Listing) -> Result<()> {
    for object in &added.damaged {
        out.line(&format!("damaged: {}", text::plain(object)))?;
    }
    if added.members == 0 {
        return out.line("nothing new to protect");
    }
    let (objects, size) = (text::counted(added.members, "object", "objects"), text::size(added.member_bytes));
    out.line(&format!("protected {objects} of {size} with {} of parity", text::size(added.bytes)))
}

/// `parity check`.
pub(crate) fn check(context: &Context) -> Result<Exit> {
    let store = store(context)?;
    let report = watched(context, |bars| parity::check(&store, bars, &context.stop))?;
    context.output.answer(&report_json(&report), |out| show_report(&report, context.output.verbose, out))?;
    Ok(if report.is_sound() { Exit::Done } else { Exit::Damaged })
}

/// Hundredths of a percent, as a number of percents.
fn percent(hundredths: u64) -> f64 {
    f64::from(u32::try_from(hundredths).unwrap_or(u32::MAX)) / 100.0
}

fn report_json(report: &ParityReport) -> ReportJson {
    let parity = report.objects.iter().map(|state| StateJson {
        object: state.object.clone(),
        size_bytes: state.size,
        damage: state.damage,
        protects: state.members,
        protects_bytes: state.member_bytes,
        missing: state.missing,
        spare_percent: percent(state.spare),
    });
    ReportJson {
        schema: 1,
        sound: report.is_sound(),
        protected: report.protected,
        protected_bytes: report.protected_bytes,
        unprotected: report.unprotected,
        unprotected_bytes: report.unprotected_bytes,
        parity: parity.collect(),
    }
}

fn show_report(report: &ParityReport, verbose: bool, out: &mut Listing) -> Result<()> {
    let parity: u64 = report.objects.iter().map(|state| state.size).sum();
    let (count, bytes) = (report.protected, text::size(report.protected_bytes));
    out.line(&format!("protected      {} of {bytes}, by {} of parity", text::counted(count, "object", "objects"), text::size(parity)))?;
    if report.unprotected > 0 {
        let (count, bytes) = (report.unprotected, text::size(report.unprotected_bytes));
        let objects = text::counted(count, "object", "objects");
        out.line(&format!("not protected  {objects} of {bytes}; liasse parity add protects them"))?;
    }
    for state in &report.objects {
        if let Some(damage) = state.damage {
            out.line(&format!("damaged: {}: {damage}", text::plain(&state.object)))?;
        }
        if state.missing > 0 {
            let objects = text::counted(state.missing, "object that it protects is", "objects that it protects are");
            out.line(&format!("note: {}: {objects} not there", text::plain(&state.object)))?;
        }
        if verbose {
            let (members, bytes) = (text::counted(state.members, "object", "objects"), text::size(state.member_bytes));
            let spare = percent(state.spare);
            out.line(&format!("{}  {members} of {bytes}, could lose {spare:.1}% more", text::plain(&state.object)))?;
        }
    }
    // Only of those that are still what they were: the others are named above.
    let least = report.objects.iter().filter(|state| state.damage.is_none()).map(|state| state.spare).min();
    let least =
        least.map_or_else(String::new, |spare| format!("; each could lose {:.1}% of what it protects and of itself", percent(spare)));
    if report.is_sound() {
        let objects = text::counted(report.objects.len() as u64, "parity object is", "parity objects are");
        out.line(&format!("{objects} sound{least}"))
    } else {
        let damaged = report.objects.iter().filter(|state| state.damage.is_some()).count() as u64;
        let objects = text::counted(damaged, "parity object is", "parity objects are");
        out.line(&format!("{objects} damaged; liasse repair parity says what can be done"))
    }
}

/// `repair parity`.
pub(crate) fn repair(context: &Context, args: &RepairParity) -> Result<Exit> {
    let store = store(context)?;
    let plan = watched(context, |bars| parity::plan(&store, bars, &context.stop))?;
    if !args.apply || plan.is_idle() {
        let json = repair_json(&plan, None, plan.is_sound());
        context.output.result(&json, |out| show_plan(&plan, out))?;
        return Ok(match (plan.is_sound(), plan.has_losses()) {
            (true, _) => Exit::Done,
            (false, _) => Exit::Damaged,
        });
    }
    let repaired = watched(context, |bars| parity::apply(&store, &plan, bars, &context.stop))?;
    // Nothing is called sound that was not looked at again.
    let after = watched(context, |bars| parity::plan(&store, bars, &context.stop))?;
    let sound = after.is_sound() && repaired.failed.is_empty();
    context.output.result(&repair_json(&plan, Some(&repaired), sound), |out| show_repaired(&repaired, &after, sound, out))?;
    if sound {
        return Ok(Exit::Done);
    }
    if context.output.quiet {
        context.output.warn("not everything could be rebuilt");
    }
    Ok(Exit::Damaged)
}

fn outcome(way: &Way) -> (&'static str, Option<u64>) {
    match way {
        Way::Rebuild => ("rebuild", None),
        Way::Lost { bytes } => ("lost", Some(*bytes)),
        Way::Blocked => ("blocked", None),
        Way::LeaveAlone => ("leave", None),
    }
}

fn doubt(doubt: Doubt) -> (&'static str, &'static str) {
    match doubt {
        Doubt::Remake => ("remake", "damaged; it can be made anew"),
        Doubt::Worn => ("keep", "damaged; what is left of it is still of use"),
        Doubt::Headless => ("set-aside", "what it protects cannot be told any more; it can be set aside"),
        Doubt::Unknown => ("unknown", "it is whole, but this version cannot tell what it protects; a newer one may"),
        Doubt::Foreign => ("foreign", "it is of another repository"),
        Doubt::LeftOut => ("left-out", "it was not looked at: the others list too much already"),
    }
}

fn repair_json(plan: &ParityPlan, repaired: Option<&Repaired>, sound: bool) -> RepairJson {
    let damaged = |member: &PlannedMember| {
        let (outcome, lost_bytes) = outcome(&member.way);
        DamagedJson { object: member.object.clone(), size_bytes: member.length, missing: member.missing, outcome, lost_bytes }
    };
    let list = |of: fn(&Repaired) -> &Vec<String>| repaired.map(of).cloned().unwrap_or_default();
    RepairJson {
        schema: 1,
        way: "parity",
        applied: repaired.is_some(),
        sound,
        looked_at: plan.looked_at,
        unprotected: plan.unprotected,
        damaged: plan.members.iter().map(damaged).collect(),
        parity: plan.parity.iter().map(|it| DoubtJson { object: it.object.clone(), outcome: doubt(it.doubt).0 }).collect(),
        rebuilt: list(|repaired| &repaired.rebuilt),
        remade: list(|repaired| &repaired.remade),
        set_aside: list(|repaired| &repaired.set_aside),
        failed: list(|repaired| &repaired.failed),
    }
}

fn show_members(plan: &ParityPlan, out: &mut Listing) -> Result<()> {
    for member in &plan.members {
        let state = if member.missing { "missing" } else { "damaged" };
        let told = match &member.way {
            Way::Rebuild => "it can be rebuilt".to_owned(),
            Way::Lost { bytes } => format!("{} of it are lost, more than parity can rebuild", text::size(*bytes)),
            Way::Blocked => "something that is no file lies in its place; move that out of the repository, then repair again".to_owned(),
            Way::LeaveAlone => "a key that was perhaps removed on purpose; it is left so".to_owned(),
        };
        out.line(&format!("{state}: {}: {told}", text::plain(&member.object)))?;
    }
    for parity in &plan.parity {
        out.line(&format!("parity: {}: {}", text::plain(&parity.object), doubt(parity.doubt).1))?;
    }
    Ok(())
}

fn show_unprotected(plan: &ParityPlan, out: &mut Listing) -> Result<()> {
    if plan.unprotected == 0 {
        return Ok(());
    }
    let objects = text::counted(plan.unprotected, "object is not protected and was", "objects are not protected and were");
    out.line(&format!("note: {objects} not looked at; liasse parity add protects what is sound"))
}

fn show_plan(plan: &ParityPlan, out: &mut Listing) -> Result<()> {
    out.line(&format!("read {}", text::counted(plan.looked_at, "protected object", "protected objects")))?;
    show_members(plan, out)?;
    show_unprotected(plan, out)?;
    if plan.has_losses() {
        out.line("what parity cannot rebuild, another copy of the repository may have, or the files themselves")?;
    }
    match (plan.is_sound(), plan.is_idle()) {
        (true, _) if plan.looked_at == 0 => {
            out.line("no parity protects anything here: whether it is sound, liasse check --read-data says")
        }
        (true, _) => out.line("everything that is protected is sound"),
        (false, true) => out.line("there is nothing that could be rebuilt"),
        (false, false) => out.line("nothing was changed; the same command with --apply does it"),
    }
}

fn show_repaired(repaired: &Repaired, after: &ParityPlan, sound: bool, out: &mut Listing) -> Result<()> {
    for object in &repaired.rebuilt {
        out.line(&format!("rebuilt {}", text::plain(object)))?;
    }
    for object in &repaired.remade {
        out.line(&format!("made anew {}", text::plain(object)))?;
    }
    for object in &repaired.failed {
        out.line(&format!("could not be rebuilt after all: {}", text::plain(object)))?;
    }
    if !repaired.set_aside.is_empty() {
        let objects = text::counted(repaired.set_aside.len() as u64, "damaged object is", "damaged objects are");
        out.line(&format!("{objects} kept in damaged/"))?;
    }
    show_members(after, out)?;
    show_unprotected(after, out)?;
    out.line(if sound { "looked at again: everything that is protected is sound" } else { "not everything could be rebuilt" })
}
