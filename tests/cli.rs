//! The program as people run it: what it prints, what it ends with, what it leaves behind. One binary, so that it is linked once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::print_stderr, missing_docs)]

#[path = "cli/again.rs"]
mod again;
#[path = "cli/bad_input.rs"]
mod bad_input;
#[path = "cli/browse.rs"]
mod browse;
#[path = "cli/cat.rs"]
mod cat;
#[path = "cli/checks.rs"]
mod checks;
#[path = "cli/clocks.rs"]
mod clocks;
#[path = "cli/damage.rs"]
mod damage;
#[path = "cli/dates.rs"]
mod dates;
#[path = "cli/dump.rs"]
mod dump;
#[path = "cli/export.rs"]
mod export;
#[path = "cli/in_place.rs"]
mod in_place;
#[path = "cli/in_place_cut.rs"]
mod in_place_cut;
#[path = "cli/in_place_reads.rs"]
mod in_place_reads;
#[path = "cli/journey.rs"]
mod journey;
#[path = "cli/json.rs"]
mod json;
#[path = "cli/keys.rs"]
mod keys;
#[path = "cli/media.rs"]
mod media;
#[path = "cli/mount.rs"]
mod mount;
#[path = "cli/mount_calls.rs"]
mod mount_calls;
#[path = "cli/mounted.rs"]
mod mounted;
#[path = "cli/nothing_lost.rs"]
mod nothing_lost;
#[path = "cli/options.rs"]
mod options;
#[path = "cli/parity.rs"]
mod parity;
#[path = "cli/passwords.rs"]
mod passwords;
#[path = "cli/repair.rs"]
mod repair;
#[path = "cli/report.rs"]
mod report;
#[path = "cli/rollback.rs"]
mod rollback;
#[path = "../crates/dossier/tests/report/sample.rs"]
#[allow(dead_code, reason = "shared with the crate's own tests")]
mod sample;
#[path = "cli/schedule.rs"]
mod schedule;
#[path = "cli/secrets.rs"]
mod secrets;
#[path = "cli/serve.rs"]
mod serve;
#[path = "cli/serve_compare.rs"]
mod serve_compare;
#[path = "../crates/dossier/tests/notify/servers.rs"]
#[allow(dead_code, reason = "shared with the crate's own tests")]
mod servers;
#[path = "cli/settings.rs"]
mod settings;
#[path = "cli/signals.rs"]
mod signals;
#[path = "cli/sources.rs"]
mod sources;
#[path = "cli/status.rs"]
mod status;
#[path = "cli/support.rs"]
mod support;
#[path = "cli/targets.rs"]
mod targets;
#[path = "cli/terminal.rs"]
mod terminal;
#[path = "cli/unbegun.rs"]
mod unbegun;
#[path = "cli/watch.rs"]
mod watch;
#[path = "cli/week.rs"]
mod week;
