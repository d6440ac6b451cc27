//! `config check` and `config explain`: what is set, by whom, and what is wrong with it.

use liasse_dossier::config::{Explained, check, explain};
use liasse_dossier::discover::{Problem, discover};
use serde::Serialize;

use crate::context::Context;
use crate::error::{CliError, Result};
use crate::exit::Exit;
use crate::output::Listing;
use crate::text::plain;

#[derive(Serialize)]
struct Checked {
    schema: u32,
    files: Vec<String>,
    mistakes: Vec<Told>,
    problems: Vec<String>,
    dossiers: usize,
}

#[derive(Serialize)]
struct Told {
    source: String,
    line: Option<u32>,
    key: Option<String>,
    text: String,
}

pub(crate) fn run(context: &Context) -> Result<Exit> {
    let settings = &context.settings;
    let mistakes = check(&settings.loaded);
    let found = discover(&settings.loaded.config);
    // What the check says of rules is not said twice.
    let is_new = |problem: &&Problem| !matches!(problem, Problem::NoRoot { .. } | Problem::BadRule { .. });
    let checked = Checked {
        schema: 1,
        files: settings.loaded.files.iter().map(|path| path.display().to_string()).collect(),
        mistakes: mistakes
            .iter()
            .map(|mistake| Told {
                source: mistake.origin.source.to_string(),
                line: mistake.origin.line,
                key: mistake.key().map(str::to_owned),
                text: mistake.text(&settings.texts),
            })
            .collect(),
        problems: found.problems.iter().filter(is_new).map(|problem| problem.text(&settings.texts)).collect(),
        dossiers: found.dossiers.len(),
    };
    context.output.answer(&checked, |out| show(context, &checked, out))?;
    Ok(if checked.mistakes.is_empty() && checked.problems.is_empty() { Exit::Done } else { Exit::Failed })
}

fn show(context: &Context, checked: &Checked, out: &mut Listing) -> Result<()> {
    for told in &checked.mistakes {
        let line = told.line.map_or_else(String::new, |line| format!(":{line}"));
        out.line(&plain(&format!("{}{line}: {}", told.source, told.text)))?;
    }
    for problem in &checked.problems {
        out.line(&plain(problem))?;
    }
    let wrong = checked.mistakes.len() + checked.problems.len();
    let texts = &context.settings.texts;
    out.line(&match wrong {
        0 => texts.get("config-good", &[("dossiers", checked.dossiers.into())]),
        _ => texts.get("config-bad", &[("mistakes", wrong.into())]),
    })
}

#[derive(Serialize)]
struct AllExplained {
    schema: u32,
    keys: Vec<Explained>,
}

pub(crate) fn explained(context: &Context, key: Option<&str>) -> Result<Exit> {
    let settings = &context.settings;
    let keys = explain(&settings.loaded, key, &settings.texts).map_err(|error| {
        let refused = CliError::usage(error.to_string());
        if error.nearest.is_empty() {
            return refused.hint("see all keys with: liasse config explain");
        }
        refused.hint(format!("is one of these meant? {}", error.nearest.join(", ")))
    })?;
    let all = AllExplained { schema: 1, keys };
    context.output.answer(&all, |out| all.keys.iter().try_for_each(|one| show_key(context, one, out)))?;
    Ok(Exit::Done)
}

fn show_key(context: &Context, one: &Explained, out: &mut Listing) -> Result<()> {
    let word = |name: &str| context.settings.texts.get(name, &[]);
    let origin = match (&one.origin, &one.value) {
        (Some(origin), _) => format!("{} {origin}", word("config-from")),
        (None, Some(_)) => word("config-default"),
        (None, None) => word("config-unset"),
    };
    let value = one.value.as_ref().map_or_else(String::new, |value| format!(" = {value}"));
    out.line(&plain(&format!("{}{value}  ({origin})", one.key)))?;
    out.line(&plain(&format!("    {}", one.help)))?;
    for other in &one.others {
        out.line(&plain(&format!("    {}: {} ({})", word("config-others"), other.value, other.origin)))?;
    }
    Ok(())
}
