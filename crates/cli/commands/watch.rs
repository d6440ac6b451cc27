//! `watch`: a run for dossiers that were closed, again and again, until somebody wishes to stop.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use liasse_dossier::Code;
use liasse_dossier::config::Config;
use liasse_dossier::discover::discover;
use liasse_dossier::hooks::When;
use liasse_dossier::report::Report;
use liasse_dossier::run::Wanted;
use liasse_dossier::watch::{Turns, Watch, Word};

use super::run::{NotBegun, make, refuse_without_rules};
use super::tell::{tell, tell_failed};
use crate::context::Context;
use crate::error::{CliError, Result};
use crate::exit::Exit;
use crate::password::Source;
use crate::text::plain;
use crate::time;

/// The reason of its runs, as records and reports have it.
const REASON: &str = "closed";
/// Least time between two looks for new dossiers, whatever is set.
const LEAST: Duration = Duration::from_secs(1);
/// Most dossiers that the line of a run names.
const MOST_NAMED: usize = 5;

pub(crate) fn run(context: &Context) -> Result<Exit> {
    refuse_without_rules(context)?;
    if context.secret == Source::Prompt {
        return Err(CliError::usage("a watch opens the repository again and again, and nobody wants to be asked each time")
            .hint("use a credential or a file with the password: in the settings, or with --credential or --password-file"));
    }
    let config = &context.settings.loaded.config;
    let every = config.watch.look_every.as_std().max(LEAST);
    let found = found(config);
    let number = found.len();
    let mut watch = Watch::new(found, config.watch.clone(), config.in_use.clone());
    context.output.note(&context.settings.texts.get("watch-begun", &[("number", number.into())]));
    let mut turns = Turns::default();
    let mut look = Instant::now() + every;
    while !context.stop.is_stopped() {
        let next = turns.due().map_or(look, |due| due.min(look));
        match watch.next(&context.stop, Some(next)) {
            Some(Word::Closed(code)) => turns.closed(code, Instant::now()),
            Some(word) => say(context, &word),
            None => {}
        }
        let now = Instant::now();
        if now >= look {
            watch.follow(self::found(config));
            look = now + every;
        }
        let codes = turns.take(now);
        if !codes.is_empty() && !context.stop.is_stopped() {
            let is_made = turn(context, codes, &mut watch, &mut turns)?;
            if !is_made && context.stop.is_stopped() {
                return Ok(Exit::Interrupted);
            }
        }
    }
    Ok(Exit::Done)
}

/// The dossiers that there are.
fn found(config: &Config) -> Vec<(Code, PathBuf)> {
    discover(config).dossiers.into_iter().map(|found| (found.code, found.path)).collect()
}

/// A run for some dossiers. One that fails is told once, and tried again. Gives whether nothing is left to do for now.
fn turn(context: &Context, mut codes: Vec<Code>, watch: &mut Watch, turns: &mut Turns) -> Result<bool> {
    let config = &context.settings.loaded.config;
    // A run is refused for one that nobody knows. Of one that went away the run of all tells, when it misses it.
    let discovery = discover(config);
    codes.retain(|code| discovery.get(code).is_some());
    if codes.is_empty() {
        return Ok(true);
    }
    let wanted = Wanted {
        codes: codes.clone(),
        reason: Some(REASON.to_owned()),
        utc_offset: time::utc_offset(liasse_repo::now()),
        ..Wanted::default()
    };
    let made = make(context, &wanted, true);
    pass_over_own(config, &codes, watch, turns);
    let is_made = made.as_ref().is_ok_and(|report| report.snapshot.is_some());
    let left = match &made {
        Ok(report) if is_made => in_error(report, &codes),
        _ => codes.clone(),
    };
    let is_news = if left.is_empty() {
        turns.made();
        true
    } else {
        let is_first = turns.failed(left.clone(), Instant::now() + config.watch.look_every.as_std().max(LEAST));
        is_first || left.len() < codes.len()
    };
    match made {
        _ if !is_news && !context.stop.is_stopped() => context.output.detail(&context.settings.texts.get("watch-still", &[])),
        Ok(report) => show(context, &tell(context, report), &codes)?,
        Err(NotBegun { report: Some(report), .. }) => {
            show(context, &report, &codes)?;
            tell_failed(context, *report);
        }
        Err(NotBegun { error, report: None }) if context.stop.is_stopped() => return Err(error),
        // What was found a moment ago is not there any more: it is looked for again.
        Err(NotBegun { error, report: None }) => {
            // It is no outage, of which people would have heard.
            turns.made();
            context.output.warn(&error.message);
        }
    }
    Ok(is_made)
}

/// Those of a run that it did not save: they are tried again.
fn in_error(report: &Report, codes: &[Code]) -> Vec<Code> {
    report.in_error().map(|dossier| &dossier.code).filter(|code| codes.contains(code)).cloned().collect()
}

/// What the run's hooks wrote into dossiers must not start the next run, and so on for ever. A hook of the whole run may write into any, but
/// what changed may be somebody's work as well: such a dossier gets one run.
fn pass_over_own(config: &Config, codes: &[Code], watch: &mut Watch, turns: &mut Turns) {
    if config.hooks.is_empty() {
        return;
    }
    let is_of_all = config.hooks.iter().any(|hook| matches!(hook.when, When::BeforeRun | When::AfterRun));
    let is_echo = is_of_all && turns.is_echo(codes);
    let mut others = Vec::new();
    watch.pass_over(|code| {
        if !codes.contains(code) && !is_echo {
            others.push(code.clone());
        }
        codes.contains(code) || is_echo
    });
    turns.heard(others.into_iter().filter(|_| is_of_all));
}

/// One line for a run.
fn show(context: &Context, report: &Report, codes: &[Code]) -> Result<()> {
    let texts = &context.settings.texts;
    let local = report.local(texts);
    let mut named: Vec<String> = codes.iter().take(MOST_NAMED).map(ToString::to_string).collect();
    let more = codes.len() - named.len();
    if more > 0 {
        named.push(texts.get("summary-more", &[("number", local.number(more as u64).into())]));
    }
    let values = [("date", local.short(report.began).into()), ("codes", named.join(", ").into()), ("said", report.summary(&local).into())];
    context.output.result(report, |out| out.line(&plain(&texts.get("watch-line", &values))))
}

/// What the watch itself has to say.
fn say(context: &Context, word: &Word) {
    let texts = &context.settings.texts;
    match word {
        Word::Closed(_) => {}
        Word::Looking { dossiers, why } => {
            context.output.warn(&texts.get("watch-looking", &[("number", (*dossiers).into()), ("why", why.as_str().into())]));
        }
        Word::Lost => context.output.note(&texts.get("watch-lost", &[])),
    }
}
