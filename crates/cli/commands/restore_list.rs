//! `restore --list`: which dossiers can be restored.

use liasse_dossier::restore::List;

use super::restore_dossier::{as_code, choose, snapshots};
use crate::args::Restore;
use crate::context::Context;
use crate::error::Result;
use crate::exit::Exit;
use crate::time;

pub(super) fn run(context: &Context, args: &Restore) -> Result<Exit> {
    let codes = args.what.iter().map(|word| as_code(word)).collect::<Result<Vec<_>>>()?;
    let repository = context.open()?;
    let snapshots = snapshots(&repository, context, &args.filter, args.at.as_deref())?;
    for code in &codes {
        choose(&snapshots, code, args.at.as_deref())?;
    }
    let list = List::make(&repository, &snapshots, &codes, &context.stop)?;
    context.output.answer(&list, |out| {
        let said = list.text(&context.settings.texts, time::utc_offset(liasse_repo::now()));
        said.lines().try_for_each(|line| out.line(line))
    })?;
    Ok(if list.is_damaged() { Exit::Damaged } else { Exit::Done })
}
