//! What goes back: a status, strict headers, and a body that is at hand or comes piece by piece. Every answer passes through
//! [`strict`]: nothing may be framed, guessed at, kept, referred to, or loaded from elsewhere.

use std::io;

use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::{HeaderMap, Response, StatusCode};

/// What a body is made of. One that fails is cut off, and whoever receives it sees that.
pub(super) type Body = UnsyncBoxBody<Bytes, io::Error>;

/// For pages: our style, our pictures and our forms; nothing runs.
const PAGES: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// For bytes of files: should a browser show them all the same, they may do nothing.
const FILES: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";
const HTML: &str = "text/html; charset=utf-8";

/// An answer that is at hand.
pub(super) fn whole(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Response<Body> {
    let mut response = Response::new(Full::new(body.into()).map_err(|never| match never {}).boxed_unsync());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

/// A page.
pub(super) fn page(status: StatusCode, html: String) -> Response<Body> {
    whole(status, HTML, html)
}

/// An answer without a body.
pub(super) fn empty(status: StatusCode) -> Response<Body> {
    let mut response = whole(status, "text/plain", "");
    response.headers_mut().remove(header::CONTENT_TYPE);
    response
}

/// A way to another place here.
pub(super) fn elsewhere(place: &str) -> Response<Body> {
    let mut response = empty(StatusCode::SEE_OTHER);
    put(response.headers_mut(), header::LOCATION, place);
    response
}

/// Sets a header to a text of ours; one that is none is left out.
pub(super) fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// Adds what every answer says.
pub(super) fn strict(response: &mut Response<Body>) {
    let headers = response.headers_mut();
    let is_page = headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == HTML);
    let mut fixed = |name, value| headers.insert(name, HeaderValue::from_static(value));
    fixed(header::CONTENT_SECURITY_POLICY, if is_page { PAGES } else { FILES });
    fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    fixed(header::X_FRAME_OPTIONS, "DENY");
    fixed(header::REFERRER_POLICY, "no-referrer");
    fixed(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    fixed(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    // Nothing of the books stays on the disk of who looked at them.
    fixed(header::CACHE_CONTROL, "no-store");
    if is_page {
        fixed(header::VARY, "Accept-Language");
    }
}
