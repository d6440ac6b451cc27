//! When runs are due, and the system's own timer that starts them: systemd, cron, launchd or Windows' tasks, made from the settings.
//!
//! This module writes texts and reckons times. It never changes anything on the machine: what is written where is a [`Plan`], which the
//! command shows and carries out.

mod cron;
mod every;
mod generate;
mod launchd;
mod parse;
mod settings;
mod systemd;
mod windows;
mod xml;

#[cfg(test)]
mod tests;

pub use cron::{BEGIN, END, with_block, without_block};
pub use every::{Day, Every, Moments, is_ahead};
pub use generate::{File, MARKER, Plan, Program, is_ours};
pub use parse::EveryError;
pub use settings::{Scope, Settings, System};
