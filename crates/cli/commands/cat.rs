//! `cat`: the bytes of a file, and nothing else, on standard output.

use std::io;

use liasse_archive::{Browse, Error};

use super::browsed::{place, refuse_no_path};
use crate::args::Cat;
use crate::context::Context;
use crate::error::Result;
use crate::exit::Exit;
use crate::output;

pub(crate) fn run(context: &Context, args: &Cat) -> Result<Exit> {
    refuse_no_path(&args.what, &args.dossier)?;
    let repository = context.open()?;
    let place = place(&repository, context, &args.what, &args.dossier, &args.filter)?;
    let mut browse = Browse::new(&repository, &context.stop)?;
    match browse.cat(&place.tree, &place.path, &mut output::bytes()?) {
        // Who reads no further has had enough.
        Err(Error::Output { cause }) if cause.kind() == io::ErrorKind::BrokenPipe => {}
        done => done?,
    }
    Ok(if place.doubtful { Exit::Damaged } else { Exit::Done })
}
