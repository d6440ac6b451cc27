//! A mail on the outcome of a run.

mod error;
mod message;
mod settings;
mod smtp;

use std::time::Instant;

use smtp::Server;

pub use error::MailError;
pub use settings::{Attach, Security, Settings};

use super::Environment;
use super::trust::{is_loopback, of_file};
use super::within::within;
use crate::lang::Texts;
use crate::report::Report;

/// Sends a mail about a run, whenever that is asked for. Ends after the time limit, whatever the server does.
pub fn send(report: &Report, settings: &Settings, texts: &Texts, environment: Environment<'_>) -> Result<(), MailError> {
    let deadline = Instant::now() + settings.timeout.as_std();
    if settings.to.is_empty() {
        return Err(MailError::Unset { key: "to" });
    }
    let mail = message::compose(report, settings, texts)?;
    let server = server(report, settings, environment, deadline)?;
    let late = MailError::Late { host: server.host.clone(), port: server.port };
    within(deadline, move || server.send(&mail)).unwrap_or(Err(late))
}

fn server(report: &Report, settings: &Settings, environment: Environment<'_>, deadline: Instant) -> Result<Server, MailError> {
    let host = settings.host.clone().ok_or(MailError::Unset { key: "host" })?;
    let trusted = settings.ca_file.as_deref().map(of_file).transpose()?.unwrap_or_default();
    let login = match &settings.user {
        None => None,
        Some(_) if settings.security == Security::None && !is_loopback(&host) => return Err(MailError::Open { host }),
        Some(user) => {
            let password = settings.password().ok_or(MailError::Unset { key: "password-file" })?;
            Some((user.clone(), password.get(environment, deadline)?))
        }
    };
    Ok(Server {
        host,
        port: settings.port(),
        security: settings.security,
        trusted,
        login,
        hello: report.host.clone(),
        patience: settings.timeout.as_std(),
    })
}
