//! The command line as it is typed. Nothing is looked up here: what the flags mean together with the environment is settled in
//! [`crate::context`]. A password is never an argument, because arguments can be seen by everybody on the machine.
#![expect(clippy::struct_excessive_bools, reason = "flags are what people type")]

mod browse;
mod check;
mod config;
mod export;
mod mount;
mod parity;
mod repair;
mod report;
mod restore;
mod run;
mod schedule;
mod status;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use liasse_repo::format::config::ChunkSizes;

pub(crate) use browse::{Archive, Cat, Diff, Dump, Find, History, OfDossier};
pub(crate) use check::{Check, Drill};
pub(crate) use config::{Config, ConfigInit};
pub(crate) use export::{Export, VerifyExport};
pub(crate) use mount::{Mount, Serve, Which};
pub(crate) use parity::{Parity, ParityAdd, RepairParity};
pub(crate) use repair::{Repair, RepairFrom, RepairFromSource};
pub(crate) use report::{Format, Report, ReportList, ReportShow};
pub(crate) use restore::{Overwrite, Restore};
pub(crate) use run::Run;
pub(crate) use schedule::Schedule;
pub(crate) use status::Status;

/// Back up files into an encrypted repository that stores every change once.
#[derive(Debug, Parser)]
#[command(name = "liasse", version, max_term_width = 100, arg_required_else_help = true, after_help = AFTER)]
pub(crate) struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub(crate) global: Global,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

const AFTER: &str = "\
First backup, into a new repository in your data folder:
  liasse backup --init ~/Documents
Get it back:
  liasse restore latest --target /some/empty/folder

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done but something needs attention,
10 no repository, 11 wrong password or key, 12 damaged, 13 an older state than was seen before,
130 interrupted.";

/// Options of every command.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Common options")]
pub(crate) struct Global {
    /// Folder of the repository
    // The variable is not looked up by clap: its usage lines would show what the environment gives as required.
    #[arg(
        short,
        long,
        global = true,
        value_name = "FOLDER",
        help = "Folder of the repository [env: LIASSE_REPOSITORY] [default: one in your data folder]"
    )]
    pub(crate) repository: Option<PathBuf>,
    /// File that holds the password
    #[arg(long, global = true, value_name = "FILE", conflicts_with_all = ["password_command", "credential"])]
    pub(crate) password_file: Option<PathBuf>,
    /// Shell command that prints the password
    #[arg(long, global = true, value_name = "COMMAND", conflicts_with = "credential")]
    pub(crate) password_command: Option<OsString>,
    /// Credential file to use instead of a password
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) credential: Option<PathBuf>,
    /// File of settings instead of the machine's and the user's
    #[arg(long, global = true, value_name = "FILE", help = "File of settings instead of the usual ones [env: LIASSE_CONFIG]")]
    pub(crate) config: Option<PathBuf>,
    /// Set a key, whatever the files say; may be repeated
    #[arg(long, global = true, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    /// Language of reports and mails
    #[arg(long, global = true, value_name = "LANG", value_parser = ["en", "fr", "pt"], hide_possible_values = true, help = "Language of reports: en, fr or pt [env: LIASSE_LANGUAGE, LANG]")]
    pub(crate) lang: Option<String>,
    /// Show no progress and no remarks: only what was asked for, warnings and errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Say more
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
    /// Print JSON, as described in docs/json.md
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Keep nothing in the local cache
    #[arg(long, global = true, conflicts_with = "cache_dir")]
    pub(crate) no_cache: bool,
    /// Folder of the local cache
    #[arg(long, global = true, value_name = "FOLDER")]
    pub(crate) cache_dir: Option<PathBuf>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a new repository
    Init(Init),
    /// Back up files and folders
    Backup(Backup),
    /// Save the dossiers that the settings name
    Run(Run),
    /// Save each dossier when it has been closed and quiet for a while, until stopped
    Watch,
    /// List the snapshots
    Snapshots(Filter),
    /// List what is in a snapshot
    Ls(Ls),
    /// Write the bytes of a file in a snapshot to standard output
    Cat(Cat),
    /// Show what differs between two snapshots
    Diff(Diff),
    /// Show all versions of a file
    History(History),
    /// Find files in all snapshots by their names
    Find(Find),
    /// Write a snapshot, or a folder of one, as a tar or zip
    Dump(Dump),
    /// Restore from a snapshot
    Restore(Restore),
    /// Write a dossier in open form, for others to read and to check
    Export(Export),
    /// Check an export, without password or repository
    VerifyExport(VerifyExport),
    /// Show snapshots as a folder to look into, until it is unmounted
    Mount(Mount),
    /// Show snapshots in a browser and to file managers, until stopped
    Serve(Serve),
    /// Check that the repository is whole; changes nothing
    Check(Check),
    /// Mend a damaged repository: shows what it would do, and does it with --apply
    #[command(subcommand)]
    Repair(Repair),
    /// Recovery of a medium that rots: add, check
    #[command(subcommand)]
    Parity(Parity),
    /// Passwords and credentials: add, list, remove
    #[command(subcommand)]
    Key(Key),
    /// Show what the repository holds and how much space it takes
    Stats,
    /// Settings: write, check and explain them; the parameters of the repository
    #[command(subcommand)]
    Config(Config),
    /// Reports of the runs: list, show
    #[command(subcommand)]
    Report(Report),
    /// Show how things stand: what is overdue or in error, the last check, the room left
    Status(Status),
    /// The system's timer that starts runs: install, remove, show
    #[command(subcommand)]
    Schedule(Schedule),
}

/// Make a new repository.
#[derive(Debug, Args)]
pub(crate) struct Init {
    /// Name of the repository, for people
    #[arg(long, default_value = "")]
    pub(crate) name: String,
    /// Name of the first key, for people
    #[arg(long, default_value = "owner")]
    pub(crate) label: String,
    /// How much work a guess at the password costs
    #[arg(long, value_enum, default_value_t)]
    pub(crate) kdf: Kdf,
    /// Also make a recovery key, shown once, to print or write down
    #[arg(long)]
    pub(crate) recovery_key: bool,
    /// Average size of the parts that files are cut into, in KiB: it can never be changed
    #[arg(long, value_name = "KIB", value_parser = chunk_sizes, default_value = "128")]
    pub(crate) chunk_size: ChunkSizes,
}

/// A quarter of the average is the least, four times the average the most.
fn chunk_sizes(text: &str) -> Result<ChunkSizes, String> {
    match text.parse::<u32>() {
        Ok(average @ (16 | 32 | 64 | 128 | 256 | 512 | 1024)) => {
            let average = average << 10;
            Ok(ChunkSizes { min: average / 4, average, max: average * 4 })
        }
        _ => Err("16, 32, 64, 128, 256, 512 or 1024 is possible".to_owned()),
    }
}

/// How much work a guess at the password costs.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum Kdf {
    /// 64 MiB of memory
    #[default]
    Default,
    /// 512 MiB of memory, a few seconds each time
    Strong,
}

/// What a backup leaves out.
#[derive(Debug, Args)]
pub(crate) struct Exclusions {
    /// Leave out what fits this pattern; may be repeated
    #[arg(long, value_name = "PATTERN")]
    pub(crate) exclude: Vec<String>,
    /// Leave out what fits the patterns in this file, one a line; may be repeated
    #[arg(long, value_name = "FILE")]
    pub(crate) exclude_from: Vec<PathBuf>,
    /// Leave out the content of folders with a CACHEDIR.TAG
    #[arg(long)]
    pub(crate) exclude_caches: bool,
}

/// Back up files and folders.
#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// Files and folders to back up
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// What is left out.
    #[command(flatten)]
    pub(crate) exclusions: Exclusions,
    /// Do not go into other file systems
    #[arg(long)]
    pub(crate) one_file_system: bool,
    /// Tag of the snapshot; may be repeated
    #[arg(long, value_name = "TAG")]
    pub(crate) tag: Vec<String>,
    /// Name of this machine in the snapshot
    #[arg(long, value_name = "NAME")]
    pub(crate) host: Option<String>,
    /// Why this snapshot is made
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// Only say what would be done
    #[arg(long, conflicts_with = "init")]
    pub(crate) dry_run: bool,
    /// Read every file again, also those that look unchanged
    #[arg(long)]
    pub(crate) force: bool,
    /// Make the repository first if there is none
    #[arg(long)]
    pub(crate) init: bool,
}

/// Of which snapshots.
#[derive(Debug, Default, Args)]
pub(crate) struct Filter {
    /// Only snapshots of this machine
    #[arg(long, value_name = "NAME")]
    pub(crate) host: Option<String>,
    /// Only snapshots that this file or folder was backed up in
    #[arg(long, value_name = "PATH")]
    pub(crate) path: Option<PathBuf>,
}

/// List what is in a snapshot.
#[derive(Debug, Args)]
pub(crate) struct Ls {
    /// An id or its start, "latest", or a date such as 2024-12-31 or 2024-12-31T21:00; then ":" and a path
    #[arg(value_name = "SNAPSHOT[:PATH]")]
    pub(crate) what: OsString,
    /// Of which snapshots.
    #[command(flatten)]
    pub(crate) filter: Filter,
    /// Also what is in the folders
    #[arg(short = 'R', long)]
    pub(crate) recursive: bool,
    /// Also mode, owner, size and time
    #[arg(short, long)]
    pub(crate) long: bool,
}

/// Passwords and credentials.
#[derive(Debug, Subcommand)]
pub(crate) enum Key {
    /// Add a password, or write a credential file
    Add(KeyAdd),
    /// List the keys
    List,
    /// Remove a password, or accept nothing more from a writer
    Remove {
        /// The key's id, or the start of it
        #[arg(value_name = "ID")]
        id: String,
    },
}

/// Add a password, or write a credential file.
#[derive(Debug, Args)]
pub(crate) struct KeyAdd {
    /// What its holder may do
    #[arg(long, value_enum, required_unless_present = "recovery_key")]
    pub(crate) role: Option<Role>,
    /// Whose key it is, for people
    #[arg(long, default_value = "")]
    pub(crate) label: String,
    /// Write a credential file instead of asking for a new password
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// File that holds the new password
    #[arg(long, value_name = "FILE", conflicts_with_all = ["new_password_command", "out"])]
    pub(crate) new_password_file: Option<PathBuf>,
    /// Shell command that prints the new password
    #[arg(long, value_name = "COMMAND", conflicts_with = "out")]
    pub(crate) new_password_command: Option<OsString>,
    /// Make a recovery key: an owner's password, shown once, to print or write down
    #[arg(long, conflicts_with_all = ["role", "out", "new_password_file", "new_password_command"])]
    pub(crate) recovery_key: bool,
    /// How much work a guess at the new password costs
    #[arg(long, value_enum, default_value_t)]
    pub(crate) kdf: Kdf,
}

/// What a holder may do.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum Role {
    /// Everything
    #[default]
    Owner,
    /// Read everything, write nothing
    Auditor,
    /// Add snapshots, read no content
    Writer,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_sound() {
        super::Cli::command().debug_assert();
    }
}
