//! Through which server a mail goes, to whom, and when.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::super::{Secret, When};
use crate::Period;
use crate::lang::Lang;

/// The table `[mail]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Settings {
    /// When a mail is sent.
    pub when: When,
    /// To whom; without anybody there is no mail.
    pub to: Vec<String>,
    /// From whom.
    pub from: Option<String>,
    /// The SMTP server.
    pub host: Option<String>,
    /// Its port. Without it: 465 with `tls`, 587 with `starttls`, 25 with `none`.
    pub port: Option<u16>,
    /// How the way there is protected.
    pub security: Security,
    /// File with certificates (PEM) that are believed beside those that the machine trusts.
    pub ca_file: Option<PathBuf>,
    /// Name to log in with; without it there is no login.
    pub user: Option<String>,
    /// File that holds the password.
    pub password_file: Option<PathBuf>,
    /// Shell command that prints the password.
    pub password_command: Option<String>,
    /// Variable of the environment that holds the password.
    pub password_env: Option<String>,
    /// How long all of it may take.
    pub timeout: Period,
    /// Forms of the whole report that are attached.
    pub attach: Vec<Attach>,
    /// Language of the mail. Without it: the run's.
    pub lang: Option<Lang>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            when: When::default(),
            to: vec![],
            from: None,
            host: None,
            port: None,
            security: Security::default(),
            ca_file: None,
            user: None,
            password_file: None,
            password_command: None,
            password_env: None,
            timeout: Period::of_seconds(60),
            attach: vec![Attach::Html],
            lang: None,
        }
    }
}

impl Settings {
    /// The port, chosen or usual.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(match self.security {
            Security::Tls => 465,
            Security::Starttls => 587,
            Security::None => 25,
        })
    }

    /// Where the password is: a file goes before a command, and that before a variable.
    pub fn password(&self) -> Option<Secret> {
        let file = self.password_file.clone().map(Secret::File);
        let command = || self.password_command.clone().map(Secret::Command);
        file.or_else(command).or_else(|| self.password_env.clone().map(Secret::Env))
    }
}

/// How the way to a server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Security {
    /// TLS from the first byte.
    Tls,
    /// TLS after a greeting; without it nothing is sent.
    #[default]
    Starttls,
    /// None. A password is sent only to this machine itself.
    None,
}

/// A form of the report that is attached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Attach {
    /// The page.
    Html,
    /// The text.
    Text,
    /// The JSON.
    Json,
}
