//! Who is told how a run went: by mail, and by a webhook. Whatever happens there never fails the run and never holds it up: each has a
//! limit on all that it does, and a failure is a value that the run makes a remark of. It must never show a secret.

pub mod mail;
mod secret;
mod trust;
pub mod webhook;
mod within;

use serde::{Deserialize, Serialize};

pub use mail::MailError;
pub(crate) use secret::NOT_FOR_COMMANDS;
pub use secret::{Environment, Secret, SecretError};
pub use trust::TrustError;
pub use webhook::WebhookError;

use crate::lang::{Lang, Texts};
use crate::report::{Report, plain};

/// When somebody is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// Not at all.
    Never,
    /// When a person has to look: a dossier in error, an alarm, a run that failed.
    #[default]
    OnError,
    /// After every run.
    Always,
}

impl When {
    /// Whether somebody is told of this run.
    pub fn applies(self, report: &Report) -> bool {
        match self {
            Self::Never => false,
            Self::OnError => report.is_error(),
            Self::Always => true,
        }
    }
}

/// Why somebody could not be told.
#[derive(Debug, thiserror::Error)]
pub enum NotifyError {
    /// The mail.
    #[error(transparent)]
    Mail(#[from] MailError),
    /// The webhook.
    #[error(transparent)]
    Webhook(#[from] WebhookError),
}

impl NotifyError {
    /// What happened and what to do, for the report's remarks.
    pub fn text(&self, texts: &Texts) -> String {
        let said = match self {
            Self::Mail(error) => error.text(texts),
            Self::Webhook(error) => error.text(texts),
        };
        plain(&said)
    }
}

/// Tells everybody who is to be told, and gives what failed. `language` is the run's; mail may have its own. Takes no longer than the
/// time limits of the settings.
pub fn notify(
    report: &Report,
    mail: &mail::Settings,
    webhook: &webhook::Settings,
    language: Lang,
    environment: Environment<'_>,
) -> Vec<NotifyError> {
    let mut failed = Vec::new();
    if mail.when.applies(report) && !mail.to.is_empty() {
        failed.extend(mail::send(report, mail, &Texts::new(mail.lang.unwrap_or(language)), environment).err().map(NotifyError::from));
    }
    if webhook.when.applies(report) && webhook.is_set() {
        failed.extend(webhook::send(report, webhook, environment).err().map(NotifyError::from));
    }
    failed
}
