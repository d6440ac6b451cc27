//! The settings: a common file, the machine's, the user's, the environment and the command line, the nearer prevailing. It says of
//! every value where it comes from, and of every mistake where it stands. It must never hold a secret, only where one is.
//!
//! [`load`] reads the layers ([`Sources`]), holds each against the table of [`keys`], lays them over each other and decodes the whole into
//! a [`Config`]; what is mistaken is told and left out, so that the rest can still be used.

mod check;
mod decode;
mod explain;
mod init;
mod judge;
pub mod keys;
mod layers;
mod merge;
mod mistake;
mod path;
pub(crate) mod pattern;
mod settings;
#[cfg(test)]
mod tests;
mod tree;
mod whole;

pub use check::check;
pub use explain::{Explained, Other, explain};
pub use init::{Answer, first_file};
pub use keys::{Key, Shape};
pub use layers::{Loaded, Sources, VARIABLES, load};
pub use mistake::{Mistake, Wrong};
pub use path::NoKey;
pub use settings::{Config, Kind, Part, Rule};
pub use tree::{Layer, Origin};
