//! The report as JSON, sent to an address of the firm's monitoring by POST. An address and its headers may be secrets: errors name the
//! server only.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use serde::{Deserialize, Serialize};
use ureq::http::Uri;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use zeroize::Zeroizing;

use super::trust::{TrustError, is_loopback, of_file, of_machine};
use super::within::within;
use super::{Environment, Secret, SecretError, When};
use crate::Period;
use crate::lang::Texts;
use crate::report::{Report, to_json};

/// The table `[webhook]`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Settings {
    /// When it is called.
    pub when: When,
    /// Its address; without one there is no webhook.
    pub url: Option<String>,
    /// File that holds the address, where that is a secret.
    pub url_file: Option<PathBuf>,
    /// Headers beside those that every request has.
    #[serde(rename = "header")]
    pub headers: Vec<Header>,
    /// File with certificates (PEM) that are believed beside those that the machine trusts.
    pub ca_file: Option<PathBuf>,
    /// How long all of it may take.
    pub timeout: Period,
}

impl Default for Settings {
    fn default() -> Self {
        Self { when: When::default(), url: None, url_file: None, headers: vec![], ca_file: None, timeout: Period::of_seconds(60) }
    }
}

impl fmt::Debug for Settings {
    /// Without the address: it may be a secret all the same.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { when, url_file, headers, ca_file, timeout, .. } = self;
        let mut shown = f.debug_struct("Settings");
        shown.field("when", when).field("url_file", url_file).field("headers", headers);
        shown.field("ca_file", ca_file).field("timeout", timeout).finish_non_exhaustive()
    }
}

impl Settings {
    /// Whether there is an address.
    pub fn is_set(&self) -> bool {
        self.url.is_some() || self.url_file.is_some()
    }
}

/// One header.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Header {
    /// Its name.
    pub name: String,
    /// What it says.
    #[serde(default)]
    pub value: Option<String>,
    /// File that holds what it says, where that is a secret.
    #[serde(default)]
    pub value_file: Option<PathBuf>,
    /// Shell command that prints it.
    #[serde(default)]
    pub value_command: Option<String>,
}

impl fmt::Debug for Header {
    /// Without what it says: that may be a secret all the same.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Header").field("name", &self.name).field("value_file", &self.value_file).finish_non_exhaustive()
    }
}

impl Header {
    fn secret(&self) -> Option<Secret> {
        let file = self.value_file.clone().map(Secret::File);
        file.or_else(|| self.value_command.clone().map(Secret::Command))
    }
}

/// Why a webhook could not be called.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// There is no address.
    #[error("webhook.url is not set")]
    Unset,
    /// The address or a header is none.
    #[error("the webhook's {what} is not valid")]
    Invalid {
        /// `url`, or the header's name.
        what: String,
    },
    /// A secret could not be got.
    #[error("a secret of the webhook is not there")]
    Secret(#[from] SecretError),
    /// The firm's own certificates could not be read.
    #[error("the certificates for the webhook are not there")]
    Trust(#[from] TrustError),
    /// A secret would go over an open line.
    #[error("a secret for {host} would be sent without encryption")]
    Open {
        /// The server.
        host: String,
    },
    /// The server could not be reached, or the connection was lost, or its certificate is not believed.
    #[error("cannot talk to {host}: {why}")]
    Connection {
        /// The server.
        host: String,
        /// What happened.
        why: String,
    },
    /// The server did not take the report.
    #[error("{host} answered {status}")]
    Status {
        /// The server.
        host: String,
        /// What it answered.
        status: u16,
    },
    /// It took longer than it may.
    #[error("{host} did not answer in time")]
    Late {
        /// The server.
        host: String,
    },
}

impl WebhookError {
    /// What happened and what to do.
    pub fn text(&self, texts: &Texts) -> String {
        match self {
            Self::Unset => texts.get("webhook-invalid", &[("what", "url".into())]),
            Self::Invalid { what } => texts.get("webhook-invalid", &[("what", what.into())]),
            Self::Secret(error) => texts.get("webhook-secret", &[("error", error.to_string().into())]),
            Self::Trust(error) => texts.get("webhook-secret", &[("error", error.to_string().into())]),
            Self::Open { host } => texts.get("webhook-open", &[("host", host.into())]),
            Self::Connection { host, why } => texts.get("webhook-connection", &[("host", host.into()), ("error", why.into())]),
            Self::Status { host, status } => texts.get("webhook-status", &[("host", host.into()), ("status", status.to_string().into())]),
            Self::Late { host } => texts.get("webhook-late", &[("host", host.into())]),
        }
    }
}

/// Sends a report, whenever that is asked for. Ends after the time limit, whatever the server does.
pub fn send(report: &Report, settings: &Settings, environment: Environment<'_>) -> Result<(), WebhookError> {
    let deadline = Instant::now() + settings.timeout.as_std();
    let invalid = |what: &str| WebhookError::Invalid { what: what.to_owned() };
    let url = match (&settings.url_file, &settings.url) {
        (Some(file), _) => Secret::File(file.clone()).get(environment, deadline)?,
        (None, Some(url)) => Zeroizing::new(url.clone()),
        (None, None) => return Err(WebhookError::Unset),
    };
    let uri: Uri = url.parse().map_err(|_| invalid("url"))?;
    let host = uri.host().filter(|host| !host.is_empty()).ok_or_else(|| invalid("url"))?.to_owned();
    let is_secret = settings.url_file.is_some() || settings.headers.iter().any(|header| header.secret().is_some());
    match uri.scheme_str() {
        Some("http") if is_secret && !is_loopback(&host) => return Err(WebhookError::Open { host }),
        Some("http" | "https") => {}
        _ => return Err(invalid("url")),
    }
    let agent = agent(settings)?;
    let mut request = agent.post(uri).header("content-type", "application/json");
    for header in &settings.headers {
        let value = match header.secret() {
            Some(secret) => secret.get(environment, deadline)?,
            None => Zeroizing::new(header.value.clone().ok_or_else(|| invalid(&header.name))?),
        };
        let mut value = ureq::http::HeaderValue::from_str(&value).map_err(|_| invalid(&header.name))?;
        value.set_sensitive(true);
        let name = ureq::http::HeaderName::from_bytes(header.name.as_bytes()).map_err(|_| invalid(&header.name))?;
        request = request.header(name, value);
    }
    let json = to_json(report);
    match within(deadline, move || request.send(json)) {
        None => Err(WebhookError::Late { host }),
        Some(Ok(response)) if response.status().is_success() => Ok(()),
        Some(Ok(response)) => Err(WebhookError::Status { host, status: response.status().as_u16() }),
        Some(Err(error)) => Err(failed(host, &error)),
    }
}

fn failed(host: String, error: &ureq::Error) -> WebhookError {
    match error {
        ureq::Error::StatusCode(status) => WebhookError::Status { host, status: *status },
        ureq::Error::Timeout(_) => WebhookError::Late { host },
        ureq::Error::Io(error) => WebhookError::Connection { host, why: error.to_string() },
        ureq::Error::Rustls(error) => WebhookError::Connection { host, why: error.to_string() },
        ureq::Error::HostNotFound => WebhookError::Connection { host, why: "no such server".to_owned() },
        // Others may have the address in them.
        _ => WebhookError::Connection { host, why: "HTTP".to_owned() },
    }
}

fn agent(settings: &Settings) -> Result<ureq::Agent, TrustError> {
    let own = settings.ca_file.as_deref().map(of_file).transpose()?.unwrap_or_default();
    let roots: Vec<_> = of_machine().into_iter().chain(own).map(|certificate| Certificate::from_der(&certificate).to_owned()).collect();
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::Specific(Arc::new(roots)))
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .build();
    let config = ureq::Agent::config_builder()
        .tls_config(tls)
        // Headers are for this server and no other.
        .max_redirects(0)
        .timeout_global(Some(settings.timeout.as_std()))
        .user_agent(concat!("liasse/", env!("CARGO_PKG_VERSION")))
        .build();
    Ok(config.new_agent())
}
