//! The settings: a common file, the machine's, the user's, the environment and the command line, the nearer prevailing. It says of
//! every value where it comes from, and of every mistake where it stands. It must never hold a secret, only where one is.

mod settings;

pub use settings::{Config, Kind, Part, Rule};
