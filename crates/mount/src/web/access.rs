//! Who may ask. On this machine's own address: whoever asks it by its own name, so that no page from elsewhere can have a browser ask in
//! its stead (DNS rebinding). Anywhere: who knows the password, where there is one.

use std::net::IpAddr;

use base64ct::{Base64Unpadded, Encoding as _};
use hyper::header::{AUTHORIZATION, HOST};
use hyper::http::uri::Authority;
use hyper::{HeaderMap, Uri};

/// Who may ask.
#[derive(Debug)]
pub struct Access {
    /// Only by the names of this machine's own address.
    pub by_own_name: bool,
    /// What who asks has to know.
    pub password: Option<Password>,
}

/// A password, of which only the hash is kept.
#[derive(Debug)]
pub struct Password(blake3::Hash);

impl Password {
    /// Keeps the hash of a password.
    pub fn new(password: &[u8]) -> Self {
        Self(blake3::hash(password))
    }

    /// Takes the same time whatever is wrong with it.
    fn is(&self, password: &[u8]) -> bool {
        blake3::hash(password) == self.0
    }
}

/// Why somebody may not ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Denied {
    /// By a name that is not this machine's.
    OtherName,
    /// Without the password.
    NoPassword,
    /// With another password.
    WrongPassword,
}

impl Access {
    /// Whether a request may be answered.
    pub(super) fn check(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), Denied> {
        if self.by_own_name && !is_own_name(uri, headers) {
            return Err(Denied::OtherName);
        }
        let Some(password) = &self.password else { return Ok(()) };
        let said = headers.get(AUTHORIZATION).ok_or(Denied::NoPassword)?;
        // Any user name will do (RFC 7617: the password follows the first colon).
        let said = said.to_str().ok().and_then(|said| said.strip_prefix("Basic ")).and_then(|said| {
            // Some clients leave the padding out.
            Base64Unpadded::decode_vec(said.trim().trim_end_matches('=')).ok()
        });
        let said = said.as_deref().and_then(|said| said.splitn(2, |byte| *byte == b':').nth(1));
        if said.is_some_and(|said| password.is(said)) { Ok(()) } else { Err(Denied::WrongPassword) }
    }
}

/// Whether every name that a request gives to who is asked is a name of the loopback address.
fn is_own_name(uri: &Uri, headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    let host = host.to_str().ok().and_then(|host| host.parse::<Authority>().ok());
    [host.as_ref(), uri.authority().or(host.as_ref())]
        .into_iter()
        .all(|name| name.is_some_and(|name| !name.as_str().contains('@') && is_loopback(name.host())))
}

fn is_loopback(host: &str) -> bool {
    let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    host == "localhost" || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use hyper::header::HeaderValue;

    use super::*;

    fn asks(access: &Access, uri: &str, headers: &[(&'static str, &str)]) -> Result<(), Denied> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_str(value).unwrap());
        }
        access.check(&uri.parse().unwrap(), &map)
    }

    #[test]
    fn only_this_machine_s_names_are_answered_to() {
        let access = Access { by_own_name: true, password: None };
        for host in ["127.0.0.1:8420", "127.0.0.2", "localhost", "localhost:1", "[::1]:8420"] {
            assert_eq!(asks(&access, "/", &[("host", host)]), Ok(()), "{host}");
        }
        for host in [
            "evil.example",
            "127.0.0.1.evil.example",
            "localhost.evil.example:8420",
            "127.0.0.1@evil.example",
            "192.168.1.2",
            "0177.0.0.1",
            "0.0.0.0",
            "",
        ] {
            assert_eq!(asks(&access, "/", &[("host", host)]), Err(Denied::OtherName), "{host}");
        }
        assert_eq!(asks(&access, "/", &[]), Err(Denied::OtherName));
        assert_eq!(asks(&access, "/", &[("host", "localhost"), ("host", "localhost")]), Err(Denied::OtherName));
        assert_eq!(asks(&access, "http://evil.example/", &[("host", "localhost")]), Err(Denied::OtherName));
    }

    #[test]
    fn only_the_password_opens() {
        let access = Access { by_own_name: false, password: Some(Password::new(b"open: sesame")) };
        // ada:open: sesame
        assert_eq!(asks(&access, "/", &[("authorization", "Basic YWRhOm9wZW46IHNlc2FtZQ==")]), Ok(()));
        assert_eq!(asks(&access, "/", &[("authorization", "Basic YWRhOm9wZW46IHNlc2FtZQ")]), Ok(()));
        assert_eq!(asks(&access, "/", &[]), Err(Denied::NoPassword));
        for said in [
            "Basic",
            "Basic YWRhOm9wZW4=",
            "Basic ####",
            "Basic YWRh",
            "Basic YWRhOm9wZW4 6IHNlc2FtZQ",
            "Bearer YWRhOm9wZW46IHNlc2FtZQ==",
            "Basic ",
        ] {
            assert_eq!(asks(&access, "/", &[("authorization", said)]), Err(Denied::WrongPassword), "{said}");
        }
    }
}
