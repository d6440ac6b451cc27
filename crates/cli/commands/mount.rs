//! `mount`: snapshots as a folder, until somebody unmounts it or stops the program.

use std::path::PathBuf;

use liasse_mount::fuse::{MountError, Mounted};
use serde::Serialize;

use super::detached;
use super::viewed::{self, NamedJson};
use crate::args::Mount;
use crate::context::Context;
use crate::error::{CliError, Result};
use crate::exit::Exit;
use crate::text;

const FUSE: &str = "install FUSE (on a Debian: apt install fuse3), and load it with: modprobe fuse";

#[derive(Serialize)]
struct MountedJson {
    schema: u32,
    folder: String,
    #[serde(flatten)]
    shown: NamedJson,
}

pub(crate) fn run(context: &Context, args: &Mount) -> Result<Exit> {
    let selector = viewed::selector(&args.which)?;
    if context.is_in_repository(&args.folder) || context.is_above_repository(&args.folder) {
        return Err(CliError::usage(format!("{} is the repository's folder, or holds it", args.folder.display()))
            .hint("make a new empty folder elsewhere and mount there"));
    }
    if args.background && !args.detached {
        return detached::begin();
    }
    let (view, named) = viewed::open(context, &args.which, selector, "mounting", args.detached)?;
    let mounted = Mounted::begin(view, &args.folder, args.allow_other).map_err(|error| explain(&error))?;
    if mounted.has_cleared() {
        context.output.note("a mount that was killed was cleared away there");
    }
    let shown = MountedJson { schema: 1, folder: mounted.place().to_string_lossy().into_owned(), shown: named.json() };
    context.output.result(&shown, |out| {
        let folder = text::path(mounted.place().as_os_str().as_encoded_bytes());
        out.line(&format!("{folder} shows {}; end it with: umount {folder}", named.said()))
    })?;
    if args.detached {
        detached::ready(context)?;
    }
    mounted.wait(&context.stop).map_err(|error| CliError::io("unmount", &args.folder, &error))?;
    Ok(Exit::Done)
}

/// What can be done about a mount that cannot be made.
fn explain(error: &MountError) -> CliError {
    let failed = CliError::failed(liasse_dossier::spoken(error));
    let unmount = |place: &PathBuf| format!("unmount it with: umount {0}; or with: fusermount3 -u -z {0}", place.display());
    match error {
        MountError::NoDevice => failed.hint(FUSE),
        MountError::NoHelper => failed.hint("install it (on a Debian: apt install fuse3), or mount as root"),
        MountError::Place { .. } => failed.hint("make an empty folder, and mount on that"),
        MountError::NotEmpty(_) => failed.hint("what is in it would be hidden: make a new empty folder, and mount on that"),
        MountError::Mounted { place, .. } | MountError::Stale(place) => failed.hint(unmount(place)),
        MountError::System { .. } => failed
            .hint("check who may use FUSE here: /dev/fuse must be readable, and --allow-other needs user_allow_other in /etc/fuse.conf"),
    }
}
