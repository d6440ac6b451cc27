//! File trees to and from a repository.

pub mod source;
mod system;
pub mod target;
