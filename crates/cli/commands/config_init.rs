//! `config init`: the first file of settings, from options or from the answers to a few questions.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use liasse_dossier::config::{Answer, Sources, first_file, keys, load};
use serde::Serialize;

use crate::args::{ConfigInit, Global};
use crate::context::Context;
use crate::error::{CliError, Result};
use crate::exit::Exit;

#[derive(Serialize)]
struct Written {
    schema: u32,
    path: String,
    credential: String,
}

pub(crate) fn run(context: &Context, global: &Global, args: &ConfigInit) -> Result<Exit> {
    let Some(path) = context.settings.first.as_deref() else {
        return Err(CliError::usage("there is no home folder for the settings").hint("say where the file shall be with --config FILE"));
    };
    let path = std::path::absolute(path).map_err(|error| CliError::io("use the path", path, &error))?;
    if path.symlink_metadata().is_ok() {
        return Err(CliError::failed(format!("{} is there already", path.display()))
            .hint("change it with an editor, or write another with --config FILE; then: liasse config check"));
    }
    let credential = path.with_file_name("credential");
    let mut answers = ask(context, global, args)?;
    answers.push(("credential", text(&credential)?));
    answers.push(("rule.name", "dossiers".to_owned()));
    write(&path, &first_file(&answers, &context.settings.texts)).map_err(|error| CliError::io("write", &path, &error))?;
    refuse_bad(context, &path)?;
    let written = Written { schema: 1, path: path.display().to_string(), credential: credential.display().to_string() };
    context.output.result(&written, |out| {
        let texts = &context.settings.texts;
        out.line(&crate::text::plain(&texts.get("config-written", &[("path", written.path.as_str().into())])))?;
        out.line(&crate::text::plain(&texts.get("config-next", &[("credential", written.credential.as_str().into())])))
    })?;
    Ok(Exit::Done)
}

/// A file that holds a mistake from the start does not stay.
fn refuse_bad(context: &Context, path: &Path) -> Result<()> {
    let loaded = load(&Sources { only: Some(path.to_owned()), ..Sources::default() });
    let Some(mistake) = loaded.mistakes.first() else { return Ok(()) };
    fs::remove_file(path).map_err(|error| CliError::io("remove", path, &error))?;
    let said = mistake.text(&context.settings.texts);
    Err(CliError::usage(said.trim_end_matches('.')).hint(context.settings.texts.get("config-answer-again", &[])))
}

/// Four answers, from options or from a person.
fn ask(context: &Context, global: &Global, args: &ConfigInit) -> Result<Vec<Answer>> {
    let home = std::env::home_dir().unwrap_or_else(|| PathBuf::from("/"));
    let path = |path: &PathBuf| std::path::absolute(path).map_err(|error| CliError::io("use the path", path, &error));
    let root = args.root.as_ref().map(path).transpose()?.as_deref().map(text).transpose()?;
    let root = context.answer(root, "config-ask-root", &text(&home)?, "--root FOLDER")?;
    let pattern = args.pattern.clone().or_else(|| (!context.can_ask()).then(|| "*".to_owned()));
    let pattern = context.answer(pattern, "config-ask-pattern", "*", "--pattern PATTERN")?;
    let chosen = global.repository.is_some() || context.settings.loaded.config.repository.is_some() || !context.can_ask();
    let place = text(&context.place)?;
    let repository = context.answer(chosen.then(|| place.clone()), "config-ask-repository", &place, "-r FOLDER")?;
    let absolute = |answer: &str| path(&PathBuf::from(answer)).and_then(|path| text(&path));
    let mut answers = vec![("rule.root", absolute(&root)?), ("rule.pattern", pattern), ("repository", absolute(&repository)?)];
    let lang = context.settings.texts.lang().tag();
    if keys::find("schedule.every").is_some() {
        let every = args.every.clone().or_else(|| (!context.can_ask()).then(|| "day 21:00".to_owned()));
        answers.push(("schedule.every", context.answer(every, "config-ask-schedule", "day 21:00", "--every TIME")?));
        answers.push(("language", lang.to_owned()));
    } else {
        let known = global.lang.clone().or_else(|| (!context.can_ask()).then(|| lang.to_owned()));
        answers.push(("language", context.answer(known, "config-ask-language", lang, "--lang LANG")?));
    }
    Ok(answers)
}

fn text(path: &Path) -> Result<String> {
    let refused = || CliError::usage(format!("{} is not valid UTF-8 text, which settings are", path.display())).hint("use another folder");
    path.to_str().map(str::to_owned).ok_or_else(refused)
}

/// Whole or not at all, and never over another file.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(folder)?;
    let mut file = File::create_new(path)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    if written.is_err() {
        _ = fs::remove_file(path);
    }
    written
}
