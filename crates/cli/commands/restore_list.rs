//! `restore --list`: which dossiers can be restored.

use liasse_dossier::report::local::Local;
use liasse_dossier::restore::List;

use super::restore_dossier::{as_code, choose, history, passed_over};
use crate::args::Restore;
use crate::context::Context;
use crate::error::Result;
use crate::exit::Exit;
use crate::time;

pub(super) fn run(context: &Context, args: &Restore) -> Result<Exit> {
    let codes = args.what.iter().map(|word| as_code(context, word)).collect::<Result<Vec<_>>>()?;
    let repository = context.open()?;
    let history = history(&repository, context, &args.filter, args.at.as_deref())?;
    let found = if codes.is_empty() {
        let found = history.newest(&context.stop)?;
        passed_over(context, &found.bad);
        found
    } else {
        choose(context, &history, &codes, args.at.as_deref())?
    };
    let (texts, offset) = (&context.settings.texts, time::utc_offset(liasse_repo::now()));
    let list = List::make(&repository, &found, &Local::new(texts, offset), &context.stop)?;
    context.output.answer(&list, |out| list.text(texts, offset).lines().try_for_each(|line| out.line(line)))?;
    Ok(match (list.is_damaged(), list.is_incomplete) {
        (true, _) => Exit::Damaged,
        (false, true) => Exit::Incomplete,
        (false, false) => Exit::Done,
    })
}
