//! Dossiers brought back: which states there are, which parts of them are wanted.

mod list;
mod scope;
mod size;
mod state;

pub use list::{List, Listed};
pub use scope::Scope;
pub use size::Size;
pub use state::{State, is_state};
