//! The command line program: a table from commands to functions, and the code that the program ends with.
//!
//! The only part of Liasse that prints, prompts, looks at the environment or exits. It holds no knowledge of the format and no
//! algorithm; what it does not find in a library it must not do.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod args;
mod commands;
mod context;
mod error;
mod exit;
mod output;
mod password;
mod paths;
mod progress;
mod recovery;
mod repository;
mod settings;
mod signals;
mod text;
mod time;
mod timer;
mod wanted;
mod whoami;

use std::process::ExitCode;

use args::{Cli, Command, Config, Key, Parity, Report, Schedule};
use clap::Parser;
use context::Context;
use error::{CliError, Result};
use exit::Exit;
use output::Output;

fn main() -> ExitCode {
    signals::no_core_dumps();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return parse_failed(&error),
    };
    let output = Output { json: cli.global.json, quiet: cli.global.quiet, verbose: cli.global.verbose, ..Output::default() };
    let only_adds =
        matches!(&cli.command, Command::Backup(_) | Command::Run(_) | Command::Watch | Command::Status(_) | Command::Schedule(_));
    let context = match Context::resolve(&cli.global, output, only_adds) {
        Ok(context) => context,
        Err(error) => return failed(output, &error),
    };
    match run(&cli, &context) {
        Ok(exit) => exit.into(),
        Err(error) => failed(context.output, &error),
    }
}

fn failed(output: Output, error: &CliError) -> ExitCode {
    if let Some(code) = error.told {
        return ExitCode::from(code);
    }
    output.error(error);
    error.exit.into()
}

/// Help and version end well; anything else is wrong usage.
fn parse_failed(error: &clap::Error) -> ExitCode {
    _ = error.print();
    if error.use_stderr() { Exit::Usage.into() } else { Exit::Done.into() }
}

fn run(cli: &Cli, context: &Context) -> Result<Exit> {
    let needs_no_settings =
        matches!(&cli.command, Command::Config(Config::Init(_) | Config::Check | Config::Explain { .. }) | Command::VerifyExport(_));
    if !needs_no_settings {
        context.settings.refuse_bad(cli.global.repository.is_some(), context.output)?;
    }
    let done = match &cli.command {
        Command::Init(args) => commands::init::run(context, args),
        Command::Backup(args) => commands::backup::run(context, args),
        Command::Run(args) => commands::run::run(context, args),
        Command::Watch => commands::watch::run(context),
        Command::Snapshots(filter) => commands::snapshots::run(context, filter),
        Command::Ls(args) => commands::ls::run(context, args),
        Command::Cat(args) => commands::cat::run(context, args),
        Command::Diff(args) => commands::diff::run(context, args),
        Command::History(args) => commands::history::run(context, args),
        Command::Find(args) => commands::find::run(context, args),
        Command::Dump(args) => commands::dump::run(context, args),
        Command::Restore(args) => commands::restore::run(context, args),
        Command::Export(args) => commands::export::run(context, args),
        Command::VerifyExport(args) => commands::verify_export::run(context, args),
        Command::Mount(args) => commands::mount::run(context, args),
        Command::Serve(args) => commands::serve::run(context, args),
        Command::Check(args) => commands::check::run(context, args),
        Command::Repair(args) => commands::repair::run(context, args),
        Command::Parity(Parity::Add(args)) => commands::parity::add(context, args),
        Command::Parity(Parity::Check) => commands::parity::check(context),
        Command::Key(Key::Add(args)) => commands::key_add::run(context, args),
        Command::Key(Key::List) => commands::key::list(context),
        Command::Key(Key::Remove { id }) => commands::key::remove(context, id),
        Command::Stats => commands::stats::run(context),
        Command::Config(Config::Show) => commands::config::show(context),
        Command::Config(Config::Init(args)) => commands::config_init::run(context, &cli.global, args),
        Command::Config(Config::Check) => commands::config_check::run(context),
        Command::Config(Config::Explain { key }) => commands::config_check::explained(context, key.as_deref()),
        Command::Report(Report::List(args)) => commands::report::list(context, args),
        Command::Report(Report::Show(args)) => commands::report::show(context, args),
        Command::Status(args) => commands::status::run(context, &cli.global, args),
        Command::Schedule(Schedule::Install { dry_run }) => commands::schedule::install(context, &cli.global, *dry_run),
        Command::Schedule(Schedule::Remove { dry_run }) => commands::schedule::remove(context, &cli.global, *dry_run),
        Command::Schedule(Schedule::Show) => commands::schedule::show(context, &cli.global),
    };
    done.map_err(|error| match error.exit {
        // Whatever fails once someone asked to stop, most likely fails because of that.
        Exit::Failed | Exit::Usage if context.stop.is_stopped() => CliError::interrupted().in_language(&context.settings.texts),
        _ => error.in_language(&context.settings.texts).in_repository(&context.place.display().to_string()),
    })
}
