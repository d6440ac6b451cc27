//! Webhooks, to a small server.

use std::time::{Duration, Instant};

use liasse_dossier::lang::{Lang, Texts};
use liasse_dossier::notify::webhook::{Header, Settings, send};
use liasse_dossier::notify::{WebhookError, When, mail, notify};
use liasse_dossier::report::Report;

use crate::sample::{bad, usual};
use crate::servers::{Certificate, Server, Silent, nobody};

const TOKEN: &str = "Bearer geheim!";

fn settings(url: String) -> Settings {
    Settings { url: Some(url), timeout: "30 s".parse().unwrap(), ..Settings::default() }
}

fn header(name: &str, value: &str) -> Header {
    Header { name: name.to_owned(), value: Some(value.to_owned()), value_file: None, value_command: None }
}

fn call(settings: &Settings) -> Result<(), WebhookError> {
    let called = send(&bad(), settings, &|_| None);
    if let Err(error) = &called {
        for lang in Lang::ALL {
            let told = error.text(&Texts::new(lang));
            assert!(!told.starts_with("webhook-") && !told.contains('{'), "{told}");
            for shown in [told, error.to_string(), format!("{error:?}"), format!("{settings:?}")] {
                assert!(!shown.contains("geheim") && !shown.contains("hush"), "{shown}");
            }
        }
    }
    called
}

#[test]
fn the_report_is_posted_as_json_with_headers() {
    let mut server = Server::http(None);
    let folder = tempfile::tempdir().unwrap();
    let token = folder.path().join("token");
    std::fs::write(&token, format!("{TOKEN}\n")).unwrap();
    let secret = Header { name: "Authorization".to_owned(), value: None, value_file: Some(token), value_command: None };
    let by_command = Header { value_file: None, value_command: Some("echo printed".to_owned()), name: "X-Printed".to_owned(), value: None };
    let mut called = settings(format!("http://127.0.0.1:{}/hook?key=hush/200", server.port));
    called.headers = vec![secret, header("X-Team", "office"), by_command];
    call(&called).unwrap();
    let got = server.next().unwrap();
    assert_eq!(serde_json::from_value::<Report>(got["body"].clone()).unwrap(), bad());
    let headers = &got["headers"];
    assert_eq!((&headers["authorization"], &headers["x-team"]), (&TOKEN.into(), &"office".into()));
    assert_eq!((&headers["x-printed"], &headers["content-type"]), (&"printed".into(), &"application/json".into()));
    let address = folder.path().join("address");
    std::fs::write(&address, called.url.take().unwrap()).unwrap();
    called.url_file = Some(address);
    call(&called).unwrap();
    assert_eq!(server.next().unwrap()["path"], "/hook?key=hush/200");
}

#[test]
fn a_server_that_refuses_or_points_elsewhere_is_an_error() {
    let mut server = Server::http(None);
    for status in [500, 404, 302] {
        let error = call(&settings(format!("http://localhost:{}/hush/{status}", server.port))).unwrap_err();
        assert!(matches!(error, WebhookError::Status { status: got, .. } if got == status), "{error}");
        assert_eq!(server.next().unwrap()["path"], format!("/hush/{status}"));
    }
    assert!(server.end().is_empty(), "nobody is sent elsewhere");
}

#[test]
fn a_server_that_hangs_holds_nothing_up() {
    let silent = Silent::new();
    for scheme in ["http", "https"] {
        let began = Instant::now();
        let hangs = Settings { timeout: "500 ms".parse().unwrap(), ..settings(format!("{scheme}://127.0.0.1:{}/hush", silent.port)) };
        let error = call(&hangs).unwrap_err();
        assert!(matches!(error, WebhookError::Late { .. }), "{error}");
        assert!(began.elapsed() < Duration::from_mins(1));
    }
}

#[test]
fn tls_with_a_certificate_of_the_firm() {
    let certificate = Certificate::new();
    let mut server = Server::http(Some(&certificate));
    let url = format!("https://localhost:{}/200", server.port);
    call(&Settings { ca_file: Some(certificate.authority.clone()), ..settings(url.clone()) }).unwrap();
    assert!(server.next().is_some());
    let error = call(&settings(url)).unwrap_err();
    assert!(matches!(&error, WebhookError::Connection { why, .. } if why.to_lowercase().contains("certificate")), "{error}");
}

#[test]
fn what_is_missing_or_wrong_is_named() {
    assert!(matches!(call(&Settings::default()).unwrap_err(), WebhookError::Unset));
    for url in ["", "hush", "ftp://localhost/hush", "http://", "file:///etc/hush"] {
        assert!(matches!(call(&settings(url.to_owned())).unwrap_err(), WebhookError::Invalid { .. }), "{url}");
    }
    let refused = call(&settings(format!("http://localhost:{}/hush", nobody()))).unwrap_err();
    assert!(matches!(refused, WebhookError::Connection { .. }), "{refused}");
    let mut open = settings("http://mail.example/hush".to_owned());
    let secret = Header { name: "A".to_owned(), value: None, value_file: Some("/nonexistent".into()), value_command: None };
    open.headers = vec![secret.clone()];
    assert!(matches!(call(&open).unwrap_err(), WebhookError::Open { .. }));
    let mut local = settings("http://localhost/hush".to_owned());
    for (bad, is_secret) in [(header("a b", "x"), false), (header("X", "geheim\r\nY: 1"), false), (secret, true)] {
        local.headers = vec![bad];
        let error = call(&local).unwrap_err();
        assert!(
            if is_secret { matches!(error, WebhookError::Secret(_)) } else { matches!(error, WebhookError::Invalid { .. }) },
            "{error}"
        );
    }
}

/// A failing mail keeps nobody from the webhook.
#[test]
fn one_that_fails_does_not_keep_the_other_back() {
    let mut server = Server::http(None);
    let called = Settings { when: When::OnError, ..settings(format!("http://localhost:{}/200", server.port)) };
    let broken = mail::Settings { to: vec!["ada@example.org".to_owned()], ..mail::Settings::default() };
    let failed = notify(&usual(), &broken, &called, Lang::English, &|_| None);
    assert_eq!(failed.len(), 1);
    assert!(server.next().is_some());
}
