//! The bytes of a file, or of a range of it, piece by piece: a piece is read, and so verified, before any of it leaves, and only when who
//! receives it has taken those before. A piece that cannot be read ends the transfer before its promised length.

use std::io;
use std::sync::Arc;

use futures_util::stream;
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::{Bytes, Frame};
use hyper::header::{self, HeaderMap};
use hyper::{Response, StatusCode};
use jiff::Timestamp;

use super::answer::{self, Body};
use super::coding;
use super::server::blocking;
use super::walked::Walked;
use crate::error::{Error, Result};
use crate::view::{Attributes, Kind};

/// Bytes that are read at once.
const PIECE: u64 = 256 << 10;

/// How a file is given.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Given {
    /// To be kept.
    Download,
    /// As a picture of this kind, in a page.
    Picture(&'static str),
}

/// What of a file is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// All of it.
    All,
    /// From where, and how many bytes: at least one.
    Part(u64, u64),
    /// Something beyond its end.
    Nothing,
}

/// Answers with a file. Its first piece is read at once, so that one that cannot be read is told as an error. Blocks.
pub(super) fn answer(walked: Walked, name: &[u8], headers: &HeaderMap, given: Given) -> Result<Response<Body>> {
    let attributes = walked.attributes;
    if attributes.kind != Kind::File {
        return Err(Error::OtherKind);
    }
    let tag = tag(&attributes);
    if headers.get_all(header::IF_NONE_MATCH).iter().any(|tags| tags.to_str().is_ok_and(|tags| tags.contains(&tag))) {
        return Ok(answer::empty(StatusCode::NOT_MODIFIED));
    }
    let wanted = wanted(headers, &tag, attributes.size);
    let (status, start, length) = match wanted {
        Wanted::All => (StatusCode::OK, 0, attributes.size),
        Wanted::Part(start, length) => (StatusCode::PARTIAL_CONTENT, start, length),
        Wanted::Nothing => {
            let mut response = answer::empty(StatusCode::RANGE_NOT_SATISFIABLE);
            answer::put(response.headers_mut(), header::CONTENT_RANGE, &format!("bytes */{}", attributes.size));
            return Ok(response);
        }
    };
    let first = piece(&walked, start, length)?;
    let mut response = Response::new(body(walked, first, start, length));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let mut put = |name, value: &str| answer::put(headers, name, value);
    put(header::ACCEPT_RANGES, "bytes");
    put(header::ETAG, &tag);
    put(header::CONTENT_LENGTH, &length.to_string());
    if let Wanted::Part(..) = wanted {
        put(header::CONTENT_RANGE, &format!("bytes {start}-{}/{}", start + length - 1, attributes.size));
    }
    if let Some(modified) = http_date(attributes.mtime.seconds()) {
        put(header::LAST_MODIFIED, &modified);
    }
    match given {
        Given::Download => {
            put(header::CONTENT_TYPE, "application/octet-stream");
            put(header::CONTENT_DISPOSITION, &coding::disposition(name, ""));
        }
        Given::Picture(kind) => put(header::CONTENT_TYPE, kind),
    }
    Ok(response)
}

/// Names the bytes of a file: the same tag, the same bytes.
pub(super) fn tag(attributes: &Attributes) -> String {
    attributes.hash.map_or_else(|| format!("\"{:x}\"", attributes.id), |hash| format!("\"{hash}\""))
}

/// What of a file a request wants (RFC 9110, 14). Several ranges at once are not given: then it is all of it, as a server may do.
fn wanted(headers: &HeaderMap, tag: &str, size: u64) -> Wanted {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    // A range of what it was before is none of what it is now.
    if text(header::IF_RANGE).is_some_and(|known| known != tag) {
        return Wanted::All;
    }
    text(header::RANGE).map_or(Wanted::All, |range| part(range, size))
}

fn part(range: &str, size: u64) -> Wanted {
    let Some((first, last)) = range.strip_prefix("bytes=").and_then(|range| range.trim().split_once('-')) else { return Wanted::All };
    let number = |text: &str| if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse::<u64>().ok() } else { None };
    match (first, number(first), last, number(last)) {
        ("", _, _, Some(0)) => Wanted::Nothing,
        ("", _, _, Some(_)) if size == 0 => Wanted::Nothing,
        ("", _, _, Some(length)) => Wanted::Part(size.saturating_sub(length), size.min(length)),
        (_, Some(first), "", _) if first >= size => Wanted::Nothing,
        (_, Some(first), "", _) => Wanted::Part(first, size - first),
        (_, Some(first), _, Some(last)) if last < first => Wanted::All,
        (_, Some(first), _, Some(_)) if first >= size => Wanted::Nothing,
        (_, Some(first), _, Some(last)) => Wanted::Part(first, last.min(size - 1) - first + 1),
        _ => Wanted::All,
    }
}

fn piece(walked: &Walked, at: u64, left: u64) -> Result<Bytes> {
    let length = u32::try_from(left.min(PIECE)).unwrap_or_default();
    walked.view().read(walked.id(), at, length).map(Bytes::from)
}

fn body(walked: Walked, first: Bytes, start: u64, length: u64) -> Body {
    let state = (Arc::new(walked), Some(first), start, length);
    let pieces = stream::try_unfold(state, |(walked, first, at, left)| async move {
        if left == 0 {
            return Ok(None);
        }
        let bytes = if let Some(bytes) = first {
            bytes
        } else {
            let reader = Arc::clone(&walked);
            blocking(move || piece(&reader, at, left)).await.map_err(|_| io::Error::other("a piece that cannot be read"))?
        };
        let read = bytes.len() as u64;
        // What is shorter than its length says is damaged.
        if read == 0 || read > left {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
        }
        Ok(Some((Frame::data(bytes), (walked, None, at + read, left - read))))
    });
    StreamBody::new(pieces).boxed_unsync()
}

/// A moment as headers have it; none for years that they cannot say.
fn http_date(seconds: i64) -> Option<String> {
    let moment = Timestamp::from_second(seconds).ok().filter(|_| (0..253_402_300_800).contains(&seconds))?;
    Some(moment.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_cut_to_the_file() {
        for (range, wanted) in [
            ("bytes=0-0", Wanted::Part(0, 1)),
            ("bytes=0-", Wanted::Part(0, 100)),
            ("bytes=90-500", Wanted::Part(90, 10)),
            ("bytes=-5", Wanted::Part(95, 5)),
            ("bytes=-500", Wanted::Part(0, 100)),
            ("bytes=100-", Wanted::Nothing),
            ("bytes=100-200", Wanted::Nothing),
            ("bytes=-0", Wanted::Nothing),
            ("bytes=5-4", Wanted::All),
            ("bytes=0-1,5-6", Wanted::All),
            ("bytes=", Wanted::All),
            ("bytes=-", Wanted::All),
            ("bytes=+1-2", Wanted::All),
            ("bytes=99999999999999999999-", Wanted::All),
            ("lines=1-2", Wanted::All),
        ] {
            assert_eq!(part(range, 100), wanted, "{range}");
        }
        assert_eq!((part("bytes=0-", 0), part("bytes=-1", 0)), (Wanted::Nothing, Wanted::Nothing));
        assert_eq!(part(&format!("bytes=0-{}", u64::MAX), u64::MAX), Wanted::Part(0, u64::MAX));
    }

    #[test]
    fn moments_are_as_headers_have_them() {
        assert_eq!(http_date(784_111_777).as_deref(), Some("Sun, 06 Nov 1994 08:49:37 GMT"));
        assert_eq!((http_date(-1), http_date(i64::MAX), http_date(253_402_300_800)), (None, None, None));
    }
}
