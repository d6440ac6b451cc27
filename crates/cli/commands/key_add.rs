//! `key add`: a new password, or a credential file that nobody else can read.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use liasse_repo::format::keys;
use liasse_repo::{AddedKey, Handover, Repository};
use serde::Serialize;

use super::recovery_key;
use super::shown::role as role_name;
use crate::args::{KeyAdd, Role};
use crate::context::Context;
use crate::error::{CliError, Result};
use crate::exit::Exit;
use crate::output::Listing;
use crate::password::Source;
use crate::repository::cost;
use crate::text;

#[derive(Serialize)]
struct Added<'a> {
    schema: u32,
    id: &'a str,
    role: &'static str,
    label: &'a str,
    credential_file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recovery_key: Option<&'a str>,
}

pub(crate) fn run(context: &Context, args: &KeyAdd) -> Result<Exit> {
    refuse_credential(args)?;
    let mut repository = context.open()?;
    if repository.role() != keys::Role::Owner {
        return Err(liasse_repo::Error::NotAllowed { action: "adding a key", needs: "owner" }.into());
    }
    let label = if args.recovery_key && args.label.is_empty() { recovery_key::LABEL } else { &args.label };
    let (added, recovery) = match &args.out {
        _ if args.recovery_key => recovery_key::add(&mut repository, label, args.kdf).map(|(added, key)| (added, Some(key)))?,
        Some(path) => (with_file(&mut repository, args, path)?, None),
        None => (with_password(context, &mut repository, args)?, None),
    };
    let recovery_key = recovery.as_ref().map(|key| key.as_str());
    if let (true, Some(key)) = (context.output.quiet && !context.output.json, recovery_key) {
        // Never to be seen again: even who wants silence needs it.
        recovery_key::show(&context.settings.texts, key, &mut Listing::new())?;
    }
    let credential_file = args.out.as_ref().map(|path| path.display().to_string());
    let json = Added { schema: 1, id: &added.name, role: role_name(role_of(args)), label, credential_file, recovery_key };
    context.output.result(&json, |out| {
        out.line(&format!("added the {} key {}", json.role, text::short(&added.name)))?;
        recovery_key.map_or(Ok(()), |key| recovery_key::show(&context.settings.texts, key, out))?;
        match &json.credential_file {
            Some(file) => out.line(&format!("{} is all it needs: keep it as safe as a password", text::plain(file))),
            None => Ok(()),
        }
    })?;
    Ok(Exit::Done)
}

/// What a writer signs can be refused later; a file that reads could be neither listed nor taken away.
fn refuse_credential(args: &KeyAdd) -> Result<()> {
    match (&args.out, role_of(args)) {
        (None, _) | (Some(_), keys::Role::Writer) => Ok(()),
        (Some(_), role) => Err(liasse_repo::Error::CredentialRole { role }.into()),
    }
}

fn with_password(context: &Context, repository: &mut Repository, args: &KeyAdd) -> Result<AddedKey> {
    let source = Source::of_new(args, std::env::var_os("LIASSE_NEW_PASSWORD").is_some());
    let prompt = format!("Password of the new {} key: ", role_name(role_of(args)));
    let password = source.new_password(&prompt, &context.prompt("ask-same")).map_err(|error| match source {
        Source::Prompt if error.exit == Exit::Usage => CliError::usage("no new password is given, and there is no terminal to ask for one")
            .hint("use --new-password-file, --new-password-command or the variable LIASSE_NEW_PASSWORD, or write a file with --out"),
        _ => error,
    })?;
    Ok(repository.add_key(role_of(args), &args.label, &Handover::Password { password, kdf: cost(args.kdf) })?)
}

/// The file is there before its key is accepted, so that no key is accepted that nobody has.
fn with_file(repository: &mut Repository, args: &KeyAdd, path: &Path) -> Result<AddedKey> {
    let file = Unfinished::create(path)?;
    let added = repository.add_key(role_of(args), &args.label, &Handover::Credential)?;
    let bytes = added.credential.as_ref().ok_or_else(|| CliError::failed("the new key was not handed over"))?;
    file.finish(bytes).map_err(|error| {
        CliError::io("write", path, &error)
            .hint(format!("remove the key that nobody has now: liasse key remove {}", text::short(&added.name)))
    })?;
    Ok(added)
}

/// A credential file that goes away unless it is finished.
struct Unfinished {
    file: File,
    path: PathBuf,
    done: bool,
}

impl Unfinished {
    fn create(path: &Path) -> Result<Self> {
        let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        let file = opened.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => {
                CliError::failed(format!("{} exists already", path.display())).hint("choose another name, or remove it first")
            }
            _ => CliError::io("write", path, &error),
        })?;
        Ok(Self { file, path: path.to_owned(), done: false })
    }

    fn finish(mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.file.sync_all()?;
        let folder = std::path::absolute(&self.path)?;
        File::open(folder.parent().unwrap_or(&folder))?.sync_all()?;
        self.done = true;
        Ok(())
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.done {
            // It was made by this call, and holds nothing that works.
            _ = std::fs::remove_file(&self.path);
        }
    }
}

/// A recovery key is an owner's.
fn role_of(args: &KeyAdd) -> keys::Role {
    match args.role.unwrap_or_default() {
        Role::Owner => keys::Role::Owner,
        Role::Auditor => keys::Role::Auditor,
        Role::Writer => keys::Role::Writer,
    }
}
