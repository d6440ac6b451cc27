//! `key list` and `key remove`: who may come in.

use liasse_repo::{KeyForm, KeyInfo};
use serde::Serialize;

use super::shown::role;
use crate::context::Context;
use crate::error::Result;
use crate::exit::Exit;
use crate::output::Table;
use crate::text;
use crate::time;

#[derive(Serialize)]
struct Listed {
    schema: u32,
    keys: Vec<KeyJson>,
}

#[derive(Serialize)]
struct Removed {
    schema: u32,
    removed: KeyJson,
}

#[derive(Serialize)]
struct KeyJson {
    id: String,
    form: &'static str,
    role: Option<&'static str>,
    label: String,
    added: Option<String>,
    in_use: bool,
    revoked_after: Option<u64>,
}

impl From<&KeyInfo> for KeyJson {
    fn from(key: &KeyInfo) -> Self {
        let (form, revoked_after) = match key.form {
            KeyForm::Password => ("password", None),
            KeyForm::Writer { revoked_after } => ("writer", revoked_after),
        };
        Self {
            id: key.name.clone(),
            form,
            role: key.role.map(role),
            label: key.label.clone(),
            added: key.added.and_then(time::rfc3339),
            in_use: key.in_use,
            revoked_after,
        }
    }
}

pub(crate) fn list(context: &Context) -> Result<Exit> {
    let keys = context.open()?.list_keys()?;
    let listed = Listed { schema: 1, keys: keys.iter().map(KeyJson::from).collect() };
    context.output.answer(&listed, |out| {
        let mut table = Table::new(&["id", "kind", "role", "label", "added", "remarks"], &[]);
        for key in &keys {
            table.row(row(key));
        }
        table.write(out)
    })?;
    Ok(Exit::Done)
}

fn row(key: &KeyInfo) -> Vec<String> {
    let (kind, revoked) = match key.form {
        KeyForm::Password => ("password", None),
        KeyForm::Writer { revoked_after } => ("signature", revoked_after),
    };
    let revoked = revoked.map(|last| format!("revoked after its snapshot {last}"));
    let in_use = key.in_use.then(|| "in use".to_owned());
    let unlisted = key.role.is_none().then(|| "not listed by the owner".to_owned());
    vec![
        text::short(&key.name).to_owned(),
        kind.to_owned(),
        key.role.map_or("?", role).to_owned(),
        text::plain(&key.label),
        key.added.map(time::local).unwrap_or_default(),
        [revoked, in_use, unlisted].into_iter().flatten().collect::<Vec<_>>().join(", "),
    ]
}

pub(crate) fn remove(context: &Context, id: &str) -> Result<Exit> {
    let removed = context.open()?.remove_key(&id.to_ascii_lowercase())?;
    if removed.in_use && removed.form == KeyForm::Password {
        context.output.warn(&context.settings.texts.get("own-key-removed", &[]));
    }
    let json = Removed { schema: 1, removed: KeyJson::from(&removed) };
    context.output.result(&json, |out| {
        let id = text::short(&removed.name);
        out.line(&match removed.form {
            KeyForm::Password => format!("removed the password {id} {}", text::plain(&removed.label)),
            KeyForm::Writer { .. } => {
                format!("nothing more is accepted from {id} {}; its snapshots so far stay", text::plain(&removed.label))
            }
        })
    })?;
    Ok(Exit::Done)
}
