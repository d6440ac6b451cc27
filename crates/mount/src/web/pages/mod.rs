//! The pages. Each reads well without a style or a script, has one heading of its own, says its language, and can be used by the keyboard
//! alone. Whatever comes from a snapshot is shown as text.

mod calendar;
mod compare;
mod file;
mod folder;
mod history;
mod search;
mod sheet;

use std::time::Duration;

use hyper::{Response, StatusCode};

use super::Web;
use super::answer::{self, Body};
use super::asked::{Asked, What};
use super::walked::Walked;
use crate::error::Result;
use crate::repo::Stop;
use crate::view::{Kind, ROOT};
use sheet::Sheet;

/// The look of the pages.
pub(super) const STYLE: &str = include_str!("../style.css");

/// How long a search or a comparison may take.
const LONGEST: Duration = Duration::from_secs(20);

/// Answers with the page that is asked for. Blocks.
pub(super) fn answer(web: &Web, asked: &Asked, stop: &Stop) -> Result<Response<Body>> {
    let html = match asked.what {
        What::Home if web.view.changes(ROOT) => calendar::page(web, asked)?,
        What::History => history::page(web, asked, stop)?,
        What::Search => search::page(web, asked, stop)?,
        What::Compare => match compare::page(web, asked, stop)? {
            compare::Answer::Page(html) => html,
            compare::Answer::Elsewhere(place) => return Ok(answer::elsewhere(&place)),
        },
        _ => {
            let walked = Walked::to(&web.view, &asked.path)?;
            if walked.attributes.kind == Kind::Folder { folder::page(web, asked, &walked)? } else { file::page(web, asked, &walked)? }
        }
    };
    Ok(answer::page(StatusCode::OK, html))
}

/// A page that says why there is no other.
pub(super) fn failure(web: &Web, asked: &Asked, status: StatusCode, title: &str, what: &str) -> Response<Body> {
    let mut sheet = Sheet::new(web, asked, |words| words.say(title, &[]));
    sheet.failure(what, &[]);
    answer::page(status, sheet.finish())
}
