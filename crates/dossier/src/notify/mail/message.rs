//! The mail itself: a subject that tells the outcome and the host, what needs attention as text, the whole report attached.

use lettre::Message;
use lettre::address::Address;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};

use super::{Attach, MailError, Settings};
use crate::lang::Texts;
use crate::report::{self, Report, html, plain, text};

/// A message, and who it goes from and to.
pub(super) struct Mail {
    pub(super) from: Address,
    pub(super) to: Vec<Address>,
    pub(super) bytes: Vec<u8>,
}

/// Puts it together.
pub(super) fn compose(report: &Report, settings: &Settings, texts: &Texts) -> Result<Mail, MailError> {
    let from = mailbox(settings.from.as_deref().ok_or(MailError::Unset { key: "from" })?)?;
    let to = settings.to.iter().map(|address| mailbox(address)).collect::<Result<Vec<_>, _>>()?;
    let mut message = Message::builder()
        .from(from.clone())
        .subject(subject(report, texts))
        .date_now()
        .message_id(Some(id(report, &from.email)))
        // RFC 3834: no out-of-office reply to this.
        .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned()));
    for mailbox in &to {
        message = message.to(mailbox.clone());
    }
    let mut parts = MultiPart::mixed().singlepart(SinglePart::plain(text::render_brief(report, texts)));
    for part in attachments(report, settings, texts) {
        parts = parts.singlepart(part);
    }
    let message = message.multipart(parts).map_err(MailError::Message)?;
    Ok(Mail { from: from.email, to: to.into_iter().map(|mailbox| mailbox.email).collect(), bytes: message.formatted() })
}

fn mailbox(address: &str) -> Result<Mailbox, MailError> {
    address
        .parse()
        .map_err(|error: lettre::address::AddressError| MailError::Address { address: address.to_owned(), why: error.to_string() })
}

/// The outcome and the host, on one line.
pub(super) fn subject(report: &Report, texts: &Texts) -> String {
    let local = report.local(texts);
    let name = if report.failure.is_some() { "mail-subject-failed" } else { "mail-subject" };
    plain(&texts.get(name, &[("host", report.host.as_str().into()), ("verdict", report.verdict(&local).into())]))
}

/// One id for each run and way to tell of it: what is sent again is known as the same.
fn id(report: &Report, from: &Address) -> String {
    let snapshot: String = report.snapshot.iter().flat_map(|id| id.chars()).filter(char::is_ascii_hexdigit).take(32).collect();
    format!("<liasse.{}.{snapshot}@{}>", report.began.as_nanosecond(), from.domain())
}

fn attachments(report: &Report, settings: &Settings, texts: &Texts) -> Vec<SinglePart> {
    let part = |name: &str, kind: &str, bytes: Vec<u8>| {
        let kind = ContentType::parse(kind).unwrap_or(ContentType::TEXT_PLAIN);
        Attachment::new(name.to_owned()).body(bytes, kind)
    };
    let mut parts: Vec<SinglePart> = Vec::new();
    for form in [Attach::Html, Attach::Text, Attach::Json] {
        if !settings.attach.contains(&form) {
            continue;
        }
        parts.push(match form {
            Attach::Html => part("report.html", "text/html; charset=utf-8", html::render(report, texts).into_bytes()),
            Attach::Text => part("report.txt", "text/plain; charset=utf-8", text::render(report, texts).into_bytes()),
            Attach::Json => part("report.json", "application/json", report::to_json(report)),
        });
    }
    parts.extend(report.errors_file().map(|codes| part("errors.txt", "text/plain; charset=utf-8", codes.into_bytes())));
    parts
}
