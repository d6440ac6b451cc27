//! Named immutable objects, durable when the call returns.
//!
//! A [`Store`] keeps the objects of one repository and knows nothing of what they mean. It must never replace an object,
//! never show half of one, never report a loss or a failing listing as absence, and never say that something is stored
//! before a power cut can no longer undo it.
//!
//! [`Local`] keeps objects in a folder, [`Memory`] in memory for tests, [`Faulty`] makes any store fail on purpose and counts
//! what is asked of it, and [`Sim`] is a disk below a [`Local`] that fails, and whose power can be cut. Errors are [`Error`]: always trouble with the *repository*, which the layers above must
//! keep apart from trouble with a file that is being backed up.
#![forbid(unsafe_code)]

mod disk;
mod error;
mod faulty;
mod key;
mod local;
mod memory;
mod sim;
mod store;

#[cfg(test)]
mod conformance;

pub use error::{Error, ErrorKind, Operation};
pub use faulty::{Fault, Faulty, Trigger};
pub use key::{Area, Key};
pub use local::Local;
pub use memory::Memory;
pub use sim::{Chance, Choice, Cut, Failure, Image, Moves, Recording, Sim, Step, Trouble};
pub use store::{Listed, Put, Result, Stage, Store};
