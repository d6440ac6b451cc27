//! The page of a file: what is known of it, the file itself, its versions, and what it looks like.

use super::super::Web;
use super::super::asked::{Asked, What};
use super::super::preview::{self, LOOKED_AT, Preview};
use super::super::walked::Walked;
use super::sheet::{Sheet, called};
use crate::error::Result;
use crate::view::{Kind, ROOT};

pub(super) fn page(web: &Web, asked: &Asked, walked: &Walked) -> Result<String> {
    let attributes = walked.attributes;
    let is_file = attributes.kind == Kind::File;
    let beginning = if is_file { web.view.read(walked.id(), 0, LOOKED_AT)? } else { Vec::new() };
    let mut sheet = Sheet::at_path(web, asked, |words| called(web, words, &asked.path));
    sheet.html.open("dl", &[]);
    if is_file {
        let size = sheet.words.size(attributes.size);
        sheet.fact("web-size", &size);
    }
    let changed = sheet.words.moment(attributes.mtime);
    sheet.fact("web-changed", &changed);
    if let Some(hash) = attributes.hash {
        sheet.fact("web-hash", &hash.to_string());
    }
    match attributes.kind {
        Kind::Symlink => {
            let target = sheet.words.plain(&web.view.link(walked.id())?);
            sheet.fact("web-leads-to", &target);
        }
        Kind::Fifo | Kind::CharDevice(_) | Kind::BlockDevice(_) => {
            let special = sheet.words.say("web-special", &[]);
            sheet.fact("web-kind", &special);
        }
        Kind::File | Kind::Folder => {}
    }
    sheet.html.close("dl");
    if is_file {
        tools(&mut sheet, web, asked);
        show(&mut sheet, asked, preview::of(&beginning, attributes.size), beginning.len() as u64 == attributes.size);
    }
    Ok(sheet.finish())
}

fn tools(sheet: &mut Sheet<'_>, web: &Web, asked: &Asked) {
    sheet.html.open("ul", &[("class", "tools")]);
    sheet.html.open("li", &[]);
    let to = sheet.path_url(What::File, &asked.path);
    sheet.html.element("a", &[("href", &to), ("download", ""), ("id", "download")], &sheet.words.say("web-download", &[]));
    sheet.html.close("li");
    if web.view.changes(ROOT) {
        sheet.html.open("li", &[]);
        let to = sheet.path_url(What::History, &asked.path);
        sheet.html.link(&to, &sheet.words.say("web-versions", &[]));
        sheet.html.close("li");
    }
    sheet.html.close("ul");
}

fn show(sheet: &mut Sheet<'_>, asked: &Asked, preview: Preview, is_all: bool) {
    sheet.html.element("h2", &[("id", "preview")], &sheet.words.say("web-preview", &[]));
    match preview {
        Preview::Text(text) => {
            if !is_all {
                sheet.paragraph("web-beginning", &[]);
            }
            // It is scrolled; who uses the keyboard has to be able to.
            let attributes = [("class", "text"), ("tabindex", "0"), ("role", "region"), ("aria-labelledby", "preview")];
            sheet.html.element("pre", &attributes, &format!("\n{text}"));
        }
        Preview::Picture(_) => {
            let source = sheet.path_url(What::Image, &asked.path);
            let name = sheet.words.plain(asked.path.last().map_or(b"", Vec::as_slice));
            sheet.html.open("img", &[("src", &source), ("alt", &name)]);
        }
        Preview::Nothing => sheet.paragraph("web-no-preview", &[]),
    }
}
