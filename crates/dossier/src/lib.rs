//! The trade: dossiers are found, skipped when somebody works in them, taken again next time, reported, restored and proved one by one.
//!
//! A run goes: settings, discovery, room, hooks, one backup with a place for every dossier, alarms, report, notification. It never prints
//! and never exits; what people read comes from [`lang`], in their language.
#![forbid(unsafe_code)]

mod code;
pub mod config;
pub mod discover;
mod duration;
pub mod export;
pub mod hooks;
pub mod in_use;
pub mod lang;
mod nearest;
pub mod notify;
mod records;
mod remark;
pub mod report;
pub mod restore;
mod rollback;
pub mod run;
pub mod schedule;
mod spoken;
pub mod status;
pub mod watch;

pub use code::{Code, CodeError};
pub use duration::{Period, PeriodError};
pub use liasse_archive as archive;
pub use nearest::nearest;
pub use rollback::Rollback;
pub use spoken::spoken;
