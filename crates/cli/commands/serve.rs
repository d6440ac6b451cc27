//! `serve`: snapshots as web pages and by `WebDAV`, until somebody stops the program.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use liasse_dossier::lang::Lang;
use liasse_mount::web::{Access, Password, ServeError, Serving, Tls, Web};
use serde::Serialize;

use super::served_words::Spoken;
use super::viewed::{self, NamedJson};
use crate::args::Serve;
use crate::context::Context;
use crate::error::{CliError, Result};
use crate::exit::Exit;
use crate::password::Source;

/// Fewer characters can be guessed.
const LEAST_PASSWORD: usize = 12;

#[derive(Serialize)]
struct ServedJson {
    schema: u32,
    address: String,
    webdav: String,
    #[serde(flatten)]
    shown: NamedJson,
}

pub(crate) fn run(context: &Context, args: &Serve) -> Result<Exit> {
    let selector = viewed::selector(&args.which)?;
    let is_own = args.listen.ip().is_loopback();
    refuse_open(args, is_own)?;
    let password = args.access_file.as_deref().map(password).transpose()?;
    let tls = args.tls_cert.as_deref().zip(args.tls_key.as_deref()).map(|(cert, key)| tls(cert, key)).transpose()?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    let (view, named) = viewed::open(context, &args.which, selector, "serving", false)?;
    let language = context.settings.texts.lang();
    let others = Lang::ALL.into_iter().filter(|lang| *lang != language).map(|lang| Spoken::new(lang) as _).collect();
    let web = Web::new(view, Arc::clone(&named.repository), Spoken::new(language), others, Access { by_own_name: is_own, password });
    let serving = Serving::begin(web, args.listen, tls).map_err(|error| explain(&error))?;
    let address = format!("{scheme}://{}/", serving.address());
    let shown = ServedJson { schema: 1, webdav: format!("{address}dav/"), address, shown: named.json() };
    context.output.result(&shown, |out| {
        out.line(&format!("{} shows {}; end it with Ctrl-C", shown.address, named.said()))?;
        out.line(&format!("{} is the same for file managers (WebDAV)", shown.webdav))
    })?;
    serving.wait(&context.stop);
    Ok(Exit::Done)
}

/// Elsewhere than on this machine nobody gets in without a password, and none goes over the network in the clear unless somebody said so.
fn refuse_open(args: &Serve, is_own: bool) -> Result<()> {
    if is_own {
        return Ok(());
    }
    if args.access_file.is_none() {
        return Err(CliError::usage(format!("{} can be reached from elsewhere, and no password is demanded", args.listen))
            .hint("write a password into a file, and name it with --access-file; or listen at 127.0.0.1"));
    }
    if args.tls_cert.is_none() && !args.insecure_plain {
        return Err(CliError::usage(format!("{} can be reached from elsewhere, and nothing would be encrypted", args.listen))
            .hint("give a certificate with --tls-cert and --tls-key; or say --insecure-plain where the network itself is trusted"));
    }
    Ok(())
}

fn password(file: &Path) -> Result<Password> {
    let password = Source::File(file.to_owned()).password("")?;
    if password.chars().count() < LEAST_PASSWORD {
        return Err(CliError::usage(format!("the password in {} is too short", file.display()))
            .hint(format!("take at least {LEAST_PASSWORD} characters: it can be guessed at by everybody who reaches the address")));
    }
    Ok(Password::new(password.as_bytes()))
}

fn tls(cert: &Path, key: &Path) -> Result<Tls> {
    let read = |path: &Path| fs::read(path).map_err(|error| CliError::io("read", path, &error));
    Tls::new(&read(cert)?, &zeroize::Zeroizing::new(read(key)?)).map_err(|error| explain(&error))
}

/// What can be done about addresses and certificates that cannot be used.
fn explain(error: &ServeError) -> CliError {
    let failed = CliError::failed(liasse_dossier::spoken(error.to_string()));
    match error {
        ServeError::Listen { .. } => failed.hint("another program may listen there: choose another port, as in --listen 127.0.0.1:8421"),
        ServeError::Certificate(_) => failed.hint("--tls-cert and --tls-key take files in PEM, which begin with -----BEGIN"),
        ServeError::System(_) => failed.hint("try again when the machine has less to do"),
    }
}
