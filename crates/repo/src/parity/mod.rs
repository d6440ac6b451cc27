//! Parity: recovery of objects that rot, made and used without a key (`spec/parity.md`).
//!
//! Must never need a password, never believe what does not have its hash, never replace an object that is sound, and never remove a
//! byte: what is damaged is set aside. At most one group, its recovery and one codeword in work are in memory.

mod add;
mod code;
mod find;
mod group;
mod inspect;
mod members;
mod opened;
mod plan;
mod raw;
mod repair;
mod report;
mod size;
mod survey;
mod write;

pub use add::{AddOptions, Added, add};
pub use inspect::{Inspection, inspect, recovery_of};
pub use plan::{Doubt, ParityPlan, PlannedMember, PlannedParity, Way, plan};
pub(crate) use repair::forget;
pub use repair::{Repaired, apply};
pub(crate) use report::examine;
pub use report::{ParityReport, ParityState, check};
pub use size::{Rate, cost};

#[cfg(test)]
mod tests;
