//! Mails, to a server as firms have them.

use std::time::{Duration, Instant};

use liasse_dossier::lang::{Lang, Texts};
use liasse_dossier::notify::mail::{Attach, Security, Settings, send};
use liasse_dossier::notify::{MailError, When, notify, webhook};
use liasse_dossier::report::Report;

use crate::sample::{bad, empty, good, hostile, usual};
use crate::servers::{Certificate, Server, Silent, nobody};

const PASSWORD: &str = "geheim!";

fn settings(port: u16) -> Settings {
    Settings {
        to: vec!["Ada Lovelace <ada@example.org>".to_owned(), "grace@example.org".to_owned()],
        from: Some("Sicherung <liasse@example.org>".to_owned()),
        host: Some("localhost".to_owned()),
        port: Some(port),
        security: Security::None,
        timeout: "30 s".parse().unwrap(),
        ..Settings::default()
    }
}

/// The same, with a password.
fn with_login(settings: Settings) -> Settings {
    Settings { user: Some("ada".to_owned()), password_env: Some("MAIL_PASSWORD".to_owned()), ..settings }
}

fn send_with(report: &Report, settings: &Settings, lang: Lang, password: &str) -> Result<(), MailError> {
    let environment = |name: &str| (name == "MAIL_PASSWORD").then(|| password.into());
    let sent = send(report, settings, &Texts::new(lang), &environment);
    if let Err(error) = &sent {
        let told = error.text(&Texts::new(lang));
        assert!(!told.starts_with("mail-") && !told.contains('{'), "{told}");
        for shown in [told, error.to_string(), format!("{error:?}")] {
            assert!(!shown.contains(password) && !shown.contains("Z2VoZWlt"), "{shown}");
        }
    }
    sent
}

fn send_in_english(report: &Report, settings: &Settings) -> Result<(), MailError> {
    send_with(report, settings, Lang::English, PASSWORD)
}

/// Trade, ISACOMPTA CONNECT: "mail with the report and a file of the codes in error".
#[test]
fn a_mail_has_the_outcome_the_report_and_the_codes_in_error() {
    let mut server = Server::smtp("plain", None);
    for (lang, subject, last) in [
        (Lang::English, "[Liasse] SRV01: 24 of 25 dossiers saved, 1 in error", "D1234 open at PC-03."),
        (Lang::French, "[Liasse] SRV01 : 24 sur 25 dossiers sauvegardés, 1 en erreur", "D1234 ouvert sur PC-03."),
        (Lang::Portuguese, "[Liasse] SRV01: 24 de 25 dossiês salvos, 1 com erro", "D1234 aberto em PC-03."),
    ] {
        send_with(&usual(), &settings(server.port), lang, PASSWORD).unwrap();
        let mail = server.next().unwrap();
        assert_eq!(mail["subject"], subject);
        assert_eq!(mail["from"], "liasse@example.org");
        assert_eq!(mail["to"], serde_json::json!(["ada@example.org", "grace@example.org"]));
        assert_eq!(mail["auto"], "auto-generated");
        assert!(mail["date"].is_string() && mail["id"].as_str().unwrap().ends_with("@example.org>"));
        let parts = mail["parts"].as_object().unwrap();
        assert_eq!(parts.keys().collect::<Vec<_>>(), ["body", "errors.txt", "report.html"]);
        assert_eq!(parts["errors.txt"].as_str().unwrap().trim(), "D1234");
        let body = parts["body"].as_str().unwrap();
        assert!(body.trim_end().ends_with(last) && !body.contains("D1000"), "{body}");
        let page = parts["report.html"].as_str().unwrap().replace("\r\n", "\n");
        assert_eq!(page.trim_end(), liasse_dossier::report::html::render(&usual(), &Texts::new(lang)).trim_end());
    }
    assert!(server.end().is_empty());
}

#[test]
fn what_is_attached_is_chosen() {
    let mut server = Server::smtp("plain", None);
    let chosen = Settings { attach: vec![Attach::Text, Attach::Json], ..settings(server.port) };
    send_in_english(&good(), &chosen).unwrap();
    let mail = server.next().unwrap();
    assert_eq!(mail["parts"].as_object().unwrap().keys().collect::<Vec<_>>(), ["body", "report.json", "report.txt"]);
    assert_eq!(serde_json::from_str::<Report>(mail["parts"]["report.json"].as_str().unwrap()).unwrap_or_else(|_| empty()), good());
    assert_eq!(mail["subject"], "[Liasse] SRV01: 24 of 24 dossiers saved, 0 in error");
}

#[test]
fn alarms_and_failures_are_in_the_subject() {
    let mut server = Server::smtp("plain", None);
    send_in_english(&bad(), &settings(server.port)).unwrap();
    assert_eq!(server.next().unwrap()["subject"], "[Liasse] SRV01: 4 alarms; 24 of 27 dossiers saved, 3 in error");
    let failed = Report { failure: Some("the disk is full".to_owned()), ..empty() };
    send_in_english(&failed, &settings(server.port)).unwrap();
    assert_eq!(server.next().unwrap()["subject"], "[Liasse] SRV01: the run failed; nothing was saved");
}

/// A host's or a dossier's name adds no header and no recipient.
#[test]
fn hostile_names_stay_in_their_place() {
    let mut server = Server::smtp("plain", None);
    let report = Report { host: "x\r\nBcc: evil@example.org\r\n\r\nhello".to_owned(), ..hostile() };
    send_in_english(&report, &settings(server.port)).unwrap();
    let mail = server.next().unwrap();
    assert_eq!(mail["to"].as_array().unwrap().len(), 2);
    let subject = mail["subject"].as_str().unwrap();
    assert!(subject.starts_with("[Liasse] x\\r\\nBcc: evil@example.org\\r\\n\\r\\nhello:"), "{subject}");
}

#[test]
fn tls_and_starttls_with_a_certificate_of_the_firm() {
    let certificate = Certificate::new();
    for (mode, security) in [("tls login", Security::Tls), ("starttls login", Security::Starttls)] {
        let mut server = Server::smtp(mode, Some(&certificate));
        let believed = Settings { security, ca_file: Some(certificate.authority.clone()), ..with_login(settings(server.port)) };
        send_in_english(&usual(), &believed).unwrap();
        let mail = server.next().unwrap();
        assert_eq!((&mail["tls"], &mail["user"]), (&true.into(), &"ada".into()));
        // One that nobody vouches for is not talked to, and never gets the password.
        let unknown = Settings { ca_file: None, ..believed.clone() };
        let error = send_in_english(&usual(), &unknown).unwrap_err();
        assert!(matches!(&error, MailError::Connection { why, .. } if why.to_lowercase().contains("certificate")), "{error}");
        // Nor is one that is somebody else's.
        let other = Settings { host: Some("127.0.0.1".to_owned()), ..believed };
        let error = send_in_english(&usual(), &other).unwrap_err();
        assert!(matches!(&error, MailError::Connection { why, .. } if why.to_lowercase().contains("certificate")), "{error}");
        assert!(server.end().is_empty());
    }
}

#[test]
fn a_server_without_starttls_gets_no_password() {
    let server = Server::smtp("plain login", None);
    let error = send_in_english(&usual(), &Settings { security: Security::Starttls, ..with_login(settings(server.port)) }).unwrap_err();
    assert!(matches!(error, MailError::NotOffered { what: "STARTTLS", .. }), "{error}");
    let open = Settings { host: Some("mail.example".to_owned()), ..with_login(settings(server.port)) };
    assert!(matches!(send_in_english(&usual(), &open).unwrap_err(), MailError::Open { .. }));
    assert!(server.end().is_empty());
}

#[test]
fn right_and_wrong_passwords() {
    let mut server = Server::smtp("plain login", None);
    send_in_english(&usual(), &with_login(settings(server.port))).unwrap();
    assert_eq!(server.next().unwrap()["user"], "ada");
    let error = send_with(&usual(), &with_login(settings(server.port)), Lang::French, "geheim?").unwrap_err();
    assert!(matches!(&error, MailError::Login { reply, .. } if reply.starts_with("535")), "{error}");
    assert!(error.text(&Texts::new(Lang::French)).starts_with("Le courriel n'a pas été envoyé : localhost a refusé la connexion (535"));
    let without = Settings { password_env: None, ..with_login(settings(server.port)) };
    assert!(matches!(send_in_english(&usual(), &without).unwrap_err(), MailError::Unset { key: "password-file" }));
    let none = Settings { password_env: Some("NONE".to_owned()), ..with_login(settings(server.port)) };
    assert!(matches!(send_in_english(&usual(), &none).unwrap_err(), MailError::Secret(_)));
    let open = Server::smtp("plain", None);
    let error = send_in_english(&usual(), &with_login(settings(open.port))).unwrap_err();
    assert!(matches!(error, MailError::NotOffered { what: "AUTH", .. }), "{error}");
    assert!(server.end().is_empty());
}

/// One wrong address keeps the mail from nobody else.
#[test]
fn a_refused_recipient_is_named_and_the_others_get_the_mail() {
    let mut server = Server::smtp("plain", None);
    let mut some = settings(server.port);
    some.to.insert(0, "nobody@example.org".to_owned());
    let error = send_in_english(&usual(), &some).unwrap_err();
    assert!(error.to_string().contains("nobody@example.org (550 no such person)"), "{error}");
    assert_eq!(server.next().unwrap()["to"], serde_json::json!(["ada@example.org", "grace@example.org"]));
    let all = Settings { to: vec!["nobody@example.org".to_owned()], ..settings(server.port) };
    assert!(matches!(send_in_english(&usual(), &all).unwrap_err(), MailError::Refused { refused, .. } if refused.len() == 1));
    let full = Settings { to: vec!["full@example.org".to_owned()], ..settings(server.port) };
    let error = send_in_english(&usual(), &full).unwrap_err();
    assert!(matches!(&error, MailError::Rejected { reply, .. } if reply == "452 no room"), "{error}");
    assert!(server.end().is_empty());
}

/// A server that accepts and says nothing, on an open line and before TLS.
#[test]
fn a_server_that_hangs_holds_nothing_up() {
    let silent = Silent::new();
    for security in [Security::None, Security::Starttls, Security::Tls] {
        let began = Instant::now();
        let hangs = Settings { security, timeout: "500 ms".parse().unwrap(), ..settings(silent.port) };
        let error = send_in_english(&usual(), &hangs).unwrap_err();
        assert!(matches!(error, MailError::Late { .. }), "{error}");
        assert!(began.elapsed() < Duration::from_mins(1));
    }
}

/// A letter now and then keeps each single answer under way, and all of it is late all the same.
#[test]
fn a_server_that_drips_holds_nothing_up() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        while std::io::Write::write_all(&mut stream, b"220-wait\r\n").is_ok() {
            std::thread::sleep(Duration::from_millis(50));
        }
    });
    let drips = Settings { timeout: "1 s".parse().unwrap(), ..settings(port) };
    let error = send_in_english(&usual(), &drips).unwrap_err();
    assert!(matches!(error, MailError::Late { .. }), "{error}");
}

#[test]
fn what_is_missing_or_wrong_is_named() {
    let port = nobody();
    let base = settings(port);
    for (wrong, said) in [
        (Settings { host: None, ..base.clone() }, "mail.host is not set"),
        (Settings { from: None, ..base.clone() }, "mail.from is not set"),
        (Settings { to: vec![], ..base.clone() }, "mail.to is not set"),
        (Settings { to: vec!["ada".to_owned()], ..base.clone() }, "\"ada\" is no mail address"),
        (Settings { to: vec!["a@b\r\nDATA".to_owned()], ..base.clone() }, "is no mail address"),
        (Settings { ca_file: Some("/nonexistent".into()), ..base.clone() }, "certificates"),
        (base, "cannot talk to localhost"),
    ] {
        let error = send_in_english(&usual(), &wrong).unwrap_err();
        assert!(error.to_string().contains(said), "{said}: {error}");
    }
}

#[test]
fn who_is_told_when() {
    let mut server = Server::smtp("plain", None);
    let none = webhook::Settings::default();
    let tell = |report: &Report, when| notify(report, &Settings { when, ..settings(server.port) }, &none, Lang::English, &|_| None);
    for (report, when) in [(good(), When::Never), (bad(), When::Never), (good(), When::OnError)] {
        assert!(tell(&report, when).is_empty());
    }
    for (report, when) in [(usual(), When::OnError), (good(), When::Always)] {
        assert!(tell(&report, when).is_empty());
    }
    assert!(server.next().unwrap()["subject"].as_str().unwrap().contains("24 of 25"));
    assert!(server.next().unwrap()["subject"].as_str().unwrap().contains("24 of 24"));
    let german = Settings { when: When::Always, lang: Some(Lang::Portuguese), ..settings(nobody()) };
    let failed = notify(&good(), &german, &none, Lang::French, &|_| None);
    assert!(failed[0].text(&Texts::new(Lang::French)).starts_with("Le courriel n'a pas été envoyé : localhost:"));
    assert!(server.end().is_empty());
}
