//! Prints the repository that hostile inputs change: `cargo run --no-default-features --bin make_sound > src/sound.bin`. It has other keys
//! each time; inputs of the corpora then mean something else, so this is for a new version of the format only.

use std::io::Write as _;

fn main() -> std::io::Result<()> {
    std::io::stdout().write_all(&liasse_fuzz::pack_sound())
}
