//! `schedule`: the system's own timer that starts runs, shown, set and taken away.

use std::path::{Path, PathBuf};

use jiff::Zoned;
use liasse_dossier::schedule::{Moments, Plan, Program, Scope, System};
use serde::Serialize;

use crate::args::Global;
use crate::context::Context;
use crate::error::{CliError, Result};
use crate::exit::Exit;
use crate::output::Listing;
use crate::password::Source;
use crate::text::plain;
use crate::timer;

/// How many of the next times are shown.
const NEXT: usize = 3;

#[derive(Serialize)]
struct Shown {
    schema: u32,
    every: Vec<String>,
    system: &'static str,
    scope: &'static str,
    next: Vec<String>,
    installed: Vec<Installed>,
}

/// A piece of a schedule that is there.
#[derive(Debug, Serialize)]
struct Installed {
    system: &'static str,
    scope: &'static str,
    place: String,
    /// Whether it is what the settings ask for now.
    current: bool,
}

#[derive(Serialize)]
struct Done {
    schema: u32,
    dry_run: bool,
    system: &'static str,
    scope: &'static str,
    written: Vec<Written>,
    removed: Vec<String>,
    commands: Vec<Called>,
    next: Vec<String>,
}

#[derive(Serialize)]
struct Written {
    place: String,
    text: String,
}

#[derive(Serialize)]
struct Called {
    command: String,
    /// Whether it was given to the system; otherwise somebody has to.
    done: bool,
}

/// What a user's table of cron is called.
const TABLE: &str = "the table of cron";

/// Where a schedule goes.
struct Place<'a> {
    context: &'a Context,
    system: System,
    scope: Scope,
    program: Program,
}

impl<'a> Place<'a> {
    fn new(context: &'a Context, global: &Global) -> Result<Self> {
        let settings = &context.settings.loaded.config.schedule;
        let by_user = if rustix::process::geteuid().is_root() { Scope::System } else { Scope::User };
        let path = std::env::current_exe().map_err(|error| CliError::failed(format!("cannot find this program's file: {error}")))?;
        Ok(Self {
            context,
            system: settings.system.map_or_else(timer::detect, Ok)?,
            scope: settings.scope.unwrap_or(by_user),
            program: Program { path, arguments: arguments(context, global)? },
        })
    }

    fn plan(&self, system: System) -> Result<Plan> {
        let (config, home) = self.context.user_folders.clone().ok_or_else(|| CliError::usage("there is no home folder for a timer"))?;
        let folder = Plan::folder(system, self.scope, &config, &home);
        Ok(Plan::new(&self.context.settings.loaded.config.schedule, system, self.scope, &self.program, &folder))
    }

    /// What is there, of any system that may be on this machine.
    fn installed(&self) -> Result<Vec<(System, Installed)>> {
        let mut found = Vec::new();
        for system in [System::Systemd, System::Cron, System::Launchd, System::Windows] {
            let plan = self.plan(system)?;
            let piece = |place: String, current| (system, Installed { system: system.name(), scope: self.scope.name(), place, current });
            for file in &plan.files {
                if let Some(text) = timer::installed(&file.path)? {
                    found.push(piece(file.path.display().to_string(), text == file.text));
                }
            }
            if let Some(block) = &plan.table {
                let table = timer::table()?.unwrap_or_default();
                if timer::has_block(&table) {
                    found.push(piece(TABLE.to_owned(), table.contains(block.as_str())));
                }
            }
        }
        Ok(found)
    }

    fn next(&self) -> Vec<Zoned> {
        let now = Zoned::now();
        let every = &self.context.settings.loaded.config.schedule.every;
        Moments::new(every, now.timestamp(), None, now.time_zone()).take(NEXT).collect()
    }

    fn done(&self, dry_run: bool) -> Done {
        let (system, scope) = (self.system.name(), self.scope.name());
        Done { schema: 1, dry_run, system, scope, written: vec![], removed: vec![], commands: vec![], next: vec![] }
    }
}

/// Whether a schedule is installed, or nobody can tell.
pub(crate) fn is_installed(context: &Context, global: &Global) -> bool {
    Place::new(context, global).and_then(|place| place.installed()).map_or(true, |found| !found.is_empty())
}

/// What a run started by the timer is told: where the settings and the repository are, as they are now.
fn arguments(context: &Context, global: &Global) -> Result<Vec<String>> {
    let mut words = Vec::new();
    let mut add = |option: &str, path: &Path| -> Result<()> {
        let absolute = std::path::absolute(path).map_err(|error| CliError::io("use the path", path, &error))?;
        let text = absolute.to_str().ok_or_else(|| CliError::usage(format!("the path {} is no text", absolute.display())))?;
        words.extend([option.to_owned(), text.to_owned()]);
        Ok(())
    };
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(path) = global.config.clone().or_else(|| variable("LIASSE_CONFIG")) {
        add("--config", &path)?;
    }
    if global.repository.is_some() || variable("LIASSE_REPOSITORY").is_some() {
        add("--repository", &context.place)?;
    }
    if let Some(path) = &global.cache_dir {
        add("--cache-dir", path)?;
    }
    match &context.secret {
        Source::Credential(path) => add("--credential", path)?,
        Source::File(path) => add("--password-file", path)?,
        Source::Command(command) => {
            let text = command.to_str().ok_or_else(|| CliError::usage("the password command is no text"))?;
            words.extend(["--password-command".to_owned(), text.to_owned()]);
        }
        Source::Variable(_) | Source::Prompt => {}
    }
    words.extend(
        global.set.iter().filter(|set| !set.trim_start().starts_with("schedule.")).flat_map(|set| ["--set".to_owned(), set.clone()]),
    );
    Ok(words)
}

/// `schedule install`.
pub(crate) fn install(context: &Context, global: &Global, dry_run: bool) -> Result<Exit> {
    if context.settings.loaded.config.schedule.every.is_empty() {
        return Err(CliError::usage("the settings say no times").hint("set them, for instance: [schedule] every = \"day 21:00\""));
    }
    let place = Place::new(context, global)?;
    let plan = place.plan(place.system)?;
    plan.files.iter().try_for_each(|file| timer::refuse_foreign(&file.path))?;
    if let Some((_, other)) = place.installed()?.iter().find(|(system, _)| *system != place.system) {
        let said = format!("another schedule is installed, with {}: {}", other.system, other.place);
        return Err(CliError::failed(said).hint("take it away first with: liasse schedule remove"));
    }
    let mut done = place.done(dry_run);
    done.written = plan.files.iter().map(|file| Written { place: file.path.display().to_string(), text: file.text.clone() }).collect();
    done.written.extend(plan.table.iter().map(|text| Written { place: TABLE.to_owned(), text: text.clone() }));
    done.next = place.next().iter().map(|next| next.timestamp().to_string()).collect();
    show_written(context, &done)?;
    if !dry_run {
        plan.files.iter().try_for_each(timer::write)?;
        if let Some(block) = &plan.table {
            timer::set_block(Some(block))?;
        }
    }
    call_all(&place, &plan.enable, &mut done)?;
    warn_of_secret(context);
    warn_of_linger(&place);
    context.output.result(&done, |out| show_done(&place, &done, out))?;
    Ok(Exit::Done)
}

/// Gives commands to a system that runs here.
fn call_all(place: &Place<'_>, commands: &[Vec<String>], done: &mut Done) -> Result<()> {
    let is_running = timer::is_running(place.system, place.scope);
    for words in commands {
        let called = is_running && !done.dry_run;
        if called {
            timer::call(words)?;
        }
        done.commands.push(Called { command: words.join(" "), done: called });
    }
    Ok(())
}

fn warn_of_secret(context: &Context) {
    if matches!(context.secret, Source::Prompt | Source::Variable(_)) {
        let make = "liasse key add --role writer --out FILE";
        context.output.warn(&format!("a run by a timer cannot ask for the password: make a credential file ({make}) and set credential"));
    }
}

/// A user's timers end when that user leaves, unless somebody says otherwise.
fn warn_of_linger(place: &Place<'_>) {
    let user = crate::whoami::user();
    let lingers = Path::new("/var/lib/systemd/linger").join(&user).exists();
    if place.system == System::Systemd && place.scope == Scope::User && !lingers {
        place
            .context
            .output
            .warn(&format!("runs are made only while {user} is logged in; to have them always: loginctl enable-linger {user}"));
    }
}

/// What is written is shown before it is.
fn show_written(context: &Context, done: &Done) -> Result<()> {
    if context.output.json || context.output.quiet && !done.dry_run {
        return Ok(());
    }
    let mut out = Listing::new();
    for written in &done.written {
        out.line(&plain(&format!("{}:", written.place)))?;
        written.text.lines().try_for_each(|line| out.line(&format!("    {}", plain(line))))?;
    }
    out.finish()
}

fn show_done(place: &Place<'_>, done: &Done, out: &mut Listing) -> Result<()> {
    for removed in &done.removed {
        let word = if done.dry_run { "would remove" } else { "removed" };
        out.line(&plain(&format!("{word} {removed}")))?;
    }
    for called in &done.commands {
        let word = match (done.dry_run, called.done) {
            (true, _) => "would run:",
            (false, true) => "ran:",
            (false, false) => "it does not run here; when it does, type:",
        };
        out.line(&plain(&format!("{word} {}", called.command)))?;
    }
    if done.dry_run {
        return out.line("nothing was changed");
    }
    if done.written.is_empty() { Ok(()) } else { show_next(place, out) }
}

fn show_next(place: &Place<'_>, out: &mut Listing) -> Result<()> {
    place.next().iter().try_for_each(|next| out.line(&format!("next run {}", next.strftime("%Y-%m-%d %H:%M %a"))))
}

/// `schedule remove`.
pub(crate) fn remove(context: &Context, global: &Global, dry_run: bool) -> Result<Exit> {
    let mut place = Place::new(context, global)?;
    let mut done = place.done(dry_run);
    let installed = place.installed()?;
    for system in [System::Systemd, System::Cron, System::Launchd, System::Windows] {
        let pieces: Vec<&Installed> = installed.iter().filter(|(of, _)| *of == system).map(|(_, piece)| piece).collect();
        if pieces.is_empty() {
            continue;
        }
        place.system = system;
        let plan = place.plan(system)?;
        call_all(&place, &plan.disable, &mut done)?;
        for piece in pieces {
            match (dry_run, piece.place.as_str()) {
                (true, _) => {}
                (false, TABLE) => timer::set_block(None)?,
                (false, path) => timer::remove(Path::new(path))?,
            }
            done.removed.push(piece.place.clone());
        }
        call_all(&place, &plan.after, &mut done)?;
    }
    context
        .output
        .result(&done, |out| if installed.is_empty() { out.line("no schedule is installed") } else { show_done(&place, &done, out) })?;
    Ok(Exit::Done)
}

/// `schedule show`.
pub(crate) fn show(context: &Context, global: &Global) -> Result<Exit> {
    let place = Place::new(context, global)?;
    let shown = Shown {
        schema: 1,
        every: context.settings.loaded.config.schedule.every.iter().map(ToString::to_string).collect(),
        system: place.system.name(),
        scope: place.scope.name(),
        next: place.next().iter().map(|next| next.timestamp().to_string()).collect(),
        installed: place.installed()?.into_iter().map(|(_, piece)| piece).collect(),
    };
    context.output.answer(&shown, |out| {
        out.line(&plain(&format!("every {} ({}, {})", shown.every.join("; "), shown.system, shown.scope)))?;
        for piece in &shown.installed {
            let state = if piece.current { "as the settings have it" } else { "differs from the settings: install it again" };
            out.line(&plain(&format!("installed {} ({state})", piece.place)))?;
        }
        if shown.installed.is_empty() {
            return out.line("no schedule is installed; set it with: liasse schedule install");
        }
        show_next(&place, out)
    })?;
    Ok(Exit::Done)
}
