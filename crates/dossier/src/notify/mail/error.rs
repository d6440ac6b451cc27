//! What can go wrong with a mail.

use fluent_bundle::FluentValue;

use super::super::{SecretError, TrustError};
use crate::lang::Texts;

/// Why a mail was not sent, or not to everybody.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// A setting that is needed is not there.
    #[error("mail.{key} is not set")]
    Unset {
        /// Its key.
        key: &'static str,
    },
    /// An address is none.
    #[error("{address:?} is no mail address: {why}")]
    Address {
        /// The address.
        address: String,
        /// What is wrong with it.
        why: String,
    },
    /// The message could not be put together.
    #[error("the mail cannot be put together")]
    Message(#[source] lettre::error::Error),
    /// The password could not be got.
    #[error("the password of the mail server is not there")]
    Secret(#[from] SecretError),
    /// The firm's own certificates could not be read.
    #[error("the certificates for the mail server are not there")]
    Trust(#[from] TrustError),
    /// A password would go over an open line.
    #[error("the password for {host} would be sent without encryption")]
    Open {
        /// The server.
        host: String,
    },
    /// The server does not offer what was asked for.
    #[error("{host} offers no {what}")]
    NotOffered {
        /// The server.
        host: String,
        /// STARTTLS, AUTH, SMTPUTF8.
        what: &'static str,
    },
    /// The server could not be reached, or the connection was lost, or its certificate is not believed.
    #[error("cannot talk to {host}:{port}: {why}")]
    Connection {
        /// The server.
        host: String,
        /// Its port.
        port: u16,
        /// What happened.
        why: String,
    },
    /// The server did not accept the login.
    #[error("{host} refused the login: {reply}")]
    Login {
        /// The server.
        host: String,
        /// What it said.
        reply: String,
    },
    /// The server accepted none or not all of the recipients. The others got the mail.
    #[error("{host} refused {}", refused.join(", "))]
    Refused {
        /// The server.
        host: String,
        /// Recipients, and what the server said.
        refused: Vec<String>,
    },
    /// The server did not take the mail.
    #[error("{host} did not take the mail: {reply}")]
    Rejected {
        /// The server.
        host: String,
        /// What it said.
        reply: String,
    },
    /// It took longer than it may.
    #[error("{host}:{port} did not answer in time")]
    Late {
        /// The server.
        host: String,
        /// Its port.
        port: u16,
    },
}

impl MailError {
    /// What happened and what to do.
    pub fn text(&self, texts: &Texts) -> String {
        let (name, values): (_, Vec<(&str, FluentValue<'_>)>) = match self {
            Self::Unset { key } => ("mail-unset", vec![("key", (*key).into())]),
            Self::Address { address, .. } => ("mail-address", vec![("address", address.into())]),
            Self::Message(error) => ("mail-message", vec![("error", error.to_string().into())]),
            Self::Secret(error) => ("mail-secret", vec![("error", chain(error).into())]),
            Self::Trust(error) => ("mail-trust", vec![("error", chain(error).into())]),
            Self::Open { host } => ("mail-open", vec![("host", host.into())]),
            Self::NotOffered { host, what } => ("mail-not-offered", vec![("host", host.into()), ("what", (*what).into())]),
            Self::Connection { host, port, why } => {
                ("mail-connection", vec![("host", host.into()), ("port", port.to_string().into()), ("error", why.into())])
            }
            Self::Login { host, reply } => ("mail-login", vec![("host", host.into()), ("reply", reply.into())]),
            Self::Refused { host, refused } => ("mail-refused", vec![("host", host.into()), ("refused", refused.join(", ").into())]),
            Self::Rejected { host, reply } => ("mail-rejected", vec![("host", host.into()), ("reply", reply.into())]),
            Self::Late { host, port } => ("mail-late", vec![("host", host.into()), ("port", port.to_string().into())]),
        };
        texts.get(name, &values)
    }
}

/// An error and its cause.
fn chain(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}
