//! The talk with an SMTP server (RFC 5321), step by step, so that each failure has its name and one recipient that is refused keeps
//! the mail from nobody else.

use std::error::Error as _;
use std::io;
use std::time::Duration;

use base64ct::{Base64, Encoding as _};
use lettre::address::Address;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{Certificate, SmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail as MailFrom, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use rustls::pki_types::CertificateDer;
use zeroize::Zeroizing;

use super::message::Mail;
use super::{MailError, Security};
use crate::report::plain;

/// A server, and how to talk to it.
pub(super) struct Server {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) security: Security,
    /// Certificates that are believed beside those of the machine.
    pub(super) trusted: Vec<CertificateDer<'static>>,
    /// User and password.
    pub(super) login: Option<(String, Zeroizing<String>)>,
    /// Name of this machine.
    pub(super) hello: String,
    /// How long one answer may take.
    pub(super) patience: Duration,
}

impl Server {
    /// Sends a mail.
    pub(super) fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let mut connection = self.connect()?;
        self.log_in(&mut connection)?;
        let outcome = self.hand_over(&mut connection, mail);
        // Whether the server takes leave politely changes nothing.
        connection.abort();
        outcome
    }

    fn connect(&self) -> Result<SmtpConnection, MailError> {
        let failed = |error: SmtpError| self.connection(&error);
        let tls = match self.security {
            Security::None => None,
            Security::Tls | Security::Starttls => Some(self.tls().map_err(failed)?),
        };
        let at_once = tls.as_ref().filter(|_| self.security == Security::Tls);
        let server = (self.host.as_str(), self.port);
        let mut connection = SmtpConnection::connect(server, Some(self.patience), &self.client(), at_once, None).map_err(failed)?;
        if let Some(tls) = tls.as_ref().filter(|_| self.security == Security::Starttls) {
            if !connection.can_starttls() {
                return Err(MailError::NotOffered { host: self.host.clone(), what: "STARTTLS" });
            }
            connection.starttls(tls, &self.client()).map_err(failed)?;
        }
        Ok(connection)
    }

    fn tls(&self) -> Result<TlsParameters, SmtpError> {
        let mut builder = TlsParameters::builder(self.host.clone());
        for certificate in &self.trusted {
            builder = builder.add_root_certificate(Certificate::from_der(certificate.to_vec())?);
        }
        builder.build_rustls()
    }

    /// What this machine calls itself: its name where that is one for the protocol.
    fn client(&self) -> ClientId {
        let is_name =
            |name: &str| !name.is_empty() && name.len() < 250 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b));
        if is_name(&self.hello) { ClientId::Domain(self.hello.clone()) } else { ClientId::default() }
    }

    fn log_in(&self, connection: &mut SmtpConnection) -> Result<(), MailError> {
        let Some((user, password)) = &self.login else { return Ok(()) };
        let mechanisms = [Mechanism::Plain, Mechanism::Login];
        if connection.server_info().get_auth_mechanism(&mechanisms).is_none() {
            return Err(MailError::NotOffered { host: self.host.clone(), what: "AUTH" });
        }
        let credentials = Credentials::new(user.clone(), password.to_string());
        match connection.auth(&mechanisms, &credentials) {
            Ok(_) => Ok(()),
            Err(error) if error.status().is_some() => Err(MailError::Login { host: self.host.clone(), reply: self.reply(&error) }),
            Err(error) => Err(self.connection(&error)),
        }
    }

    fn hand_over(&self, connection: &mut SmtpConnection, mail: &Mail) -> Result<(), MailError> {
        let is_ascii = |address: &Address| address.to_string().is_ascii();
        let mut options = Vec::new();
        if !is_ascii(&mail.from) || !mail.to.iter().all(is_ascii) {
            if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
                return Err(MailError::NotOffered { host: self.host.clone(), what: "SMTPUTF8" });
            }
            options.push(MailParameter::SmtpUtfEight);
        }
        connection.command(MailFrom::new(Some(mail.from.clone()), options)).map_err(|error| self.rejected(&error))?;
        let mut refused = Vec::new();
        for recipient in &mail.to {
            match connection.command(Rcpt::new(recipient.clone(), vec![])) {
                Ok(_) => {}
                Err(error) if error.status().is_some() => refused.push(format!("{recipient} ({})", self.reply(&error))),
                Err(error) => return Err(self.connection(&error)),
            }
        }
        if refused.len() < mail.to.len() {
            connection.command(Data).map_err(|error| self.rejected(&error))?;
            connection.message(&mail.bytes).map_err(|error| self.rejected(&error))?;
        }
        if refused.is_empty() { Ok(()) } else { Err(MailError::Refused { host: self.host.clone(), refused }) }
    }

    fn rejected(&self, error: &SmtpError) -> MailError {
        if error.status().is_none() {
            return self.connection(error);
        }
        MailError::Rejected { host: self.host.clone(), reply: self.reply(error) }
    }

    fn connection(&self, error: &SmtpError) -> MailError {
        if is_late(error) {
            return MailError::Late { host: self.host.clone(), port: self.port };
        }
        let why = error.source().map_or_else(|| error.to_string(), ToString::to_string);
        MailError::Connection { host: self.host.clone(), port: self.port, why: self.without_secret(&why) }
    }

    /// What the server said.
    fn reply(&self, error: &SmtpError) -> String {
        let code = error.status().map(|code| code.to_string()).unwrap_or_default();
        let words = error.source().map(ToString::to_string).unwrap_or_default();
        self.without_secret(format!("{code} {words}").trim())
    }

    /// Servers have been seen to say back what they were sent.
    fn without_secret(&self, said: &str) -> String {
        let said = plain(said);
        let Some((user, password)) = &self.login else { return said };
        let forms = [
            password.to_string(),
            Base64::encode_string(password.as_bytes()),
            Base64::encode_string(format!("\0{user}\0{}", **password).as_bytes()),
        ];
        forms.into_iter().fold(said, |said, form| said.replace(Zeroizing::new(form).as_str(), "***"))
    }
}

/// Whether a server did not answer in time.
fn is_late(error: &SmtpError) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut);
        }
        cause = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_says_a_password_back_does_not_get_it_into_a_report() {
        let server = Server {
            host: "h".to_owned(),
            port: 25,
            security: Security::None,
            trusted: vec![],
            login: Some(("ada".to_owned(), Zeroizing::new("geheim!".to_owned()))),
            hello: String::new(),
            patience: Duration::from_secs(1),
        };
        // base64(1) of "geheim!" and of "\0ada\0geheim!".
        assert_eq!(server.without_secret("535 geheim! Z2VoZWltIQ== AGFkYQBnZWhlaW0h no"), "535 *** *** *** no");
    }
}
