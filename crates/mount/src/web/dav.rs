//! `WebDAV` for file managers (RFC 4918, class 1, read-only): what is where, asked by `PROPFIND`. Files are given as in any download. The
//! library writes the answers; what must not reach it is held off here: requests without end, and lists with a hole that nobody sees.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dav_server::davpath::DavPath;
use dav_server::fs::{DavDirEntry, DavFile, DavFileSystem, DavMetaData, FsError, FsFuture, FsResult, FsStream, OpenOptions, ReadDirMeta};
use dav_server::{DavHandler, DavMethodSet};
use futures_util::stream;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Body as HttpBody, Bytes, Frame, Incoming};
use hyper::header::HeaderName;
use hyper::{HeaderMap, Method, Request, Response, StatusCode, header};
use tokio::time::timeout;

use super::Web;
use super::answer::{self, Body};
use super::asked::{Asked, What};
use super::download;
use super::server::{Failed, blocking};
use super::walked::Walked;
use crate::error::Error;
use crate::view::{Attributes, Kind, Listing, View};

/// Bytes of a question, and how many elements it may have: those that programs ask have some forty.
const MOST_BYTES: usize = 16 << 10;
const MOST_ELEMENTS: usize = 256;
/// How long it may take to ask.
const ASKING: Duration = Duration::from_secs(20);
/// Entries that are read at once.
const PAGE: usize = 512;
const XML: &str = "application/xml; charset=utf-8";

/// Answers `OPTIONS` and `PROPFIND`.
pub(super) async fn answer(web: &Arc<Web>, asked: &Asked, request: Request<Incoming>) -> Result<Response<Body>, Failed> {
    if request.method() == Method::OPTIONS {
        return Ok(options());
    }
    if !matches!(request.headers().get("depth").map(header::HeaderValue::as_bytes), Some(b"0" | b"1")) {
        let said = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<D:error xmlns:D=\"DAV:\"><D:propfind-finite-depth/></D:error>\n";
        return Ok(answer::whole(StatusCode::FORBIDDEN, XML, said));
    }
    let (parts, body) = request.into_parts();
    let question = timeout(ASKING, Limited::new(body, MOST_BYTES).collect()).await.map_err(|_| Failed::Late)?;
    let Some(question) = question.ok().map(http_body_util::Collected::to_bytes).filter(|question| is_modest(question)) else {
        return Ok(answer::empty(StatusCode::BAD_REQUEST));
    };
    // What is not there, or away, is told here: the library would tell all alike, or give an empty folder.
    let (view, path) = (Arc::clone(&web.view), asked.path.clone());
    blocking(move || {
        let walked = Walked::to(&view, &path)?;
        match walked.attributes.kind {
            Kind::Folder => view.begin_list(walked.id()).and_then(|listing| view.list(&listing, 0, &mut |_| false)),
            Kind::File => Ok(()),
            _ => Err(Error::Missing),
        }
    })
    .await?;
    let failed = Arc::new(AtomicBool::new(false));
    let files = Files { view: Arc::clone(&web.view), failed: Arc::clone(&failed) };
    let tag = if asked.is_chosen { format!("/{}", web.words(asked.language).tag()) } else { String::new() };
    let handler = DavHandler::builder()
        .filesystem(Box::new(files))
        .strip_prefix(format!("{tag}/{}", What::Dav.name()))
        .methods(DavMethodSet::WEBDAV_RO)
        .build_handler();
    let response = handler.handle(Request::from_parts(parts, Full::new(question))).await;
    let (mut parts, body) = response.into_parts();
    parts.headers = kept(&parts.headers);
    Ok(Response::from_parts(parts, Checked { body: Box::pin(body), failed }.boxed_unsync()))
}

fn options() -> Response<Body> {
    let mut response = answer::empty(StatusCode::OK);
    // Class 1 only: file managers then show it as something that cannot be changed.
    answer::put(response.headers_mut(), HeaderName::from_static("dav"), "1");
    answer::put(response.headers_mut(), HeaderName::from_static("ms-author-via"), "DAV");
    answer::put(response.headers_mut(), header::ALLOW, "OPTIONS, GET, HEAD, PROPFIND");
    response
}

/// Of the library's headers, those that are needed.
fn kept(headers: &HeaderMap) -> HeaderMap {
    let wanted = [header::CONTENT_TYPE, header::CONTENT_LENGTH, header::CONTENT_LOCATION];
    wanted.into_iter().filter_map(|name| headers.get(&name).cloned().map(|value| (name, value))).collect()
}

/// Whether a question is one that its parser, which calls itself for each level, can be given.
fn is_modest(question: &[u8]) -> bool {
    let is_declaration = |pair: &[u8]| pair == b"<!";
    question.split(|byte| *byte == b'<').count() <= MOST_ELEMENTS + 1 && !question.windows(2).any(is_declaration)
}

/// An answer that is cut off, not ended, where a folder could not be read to its end.
struct Checked {
    body: Pin<Box<dav_server::body::Body>>,
    failed: Arc<AtomicBool>,
}

impl HttpBody for Checked {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match ready!(self.body.as_mut().poll_frame(context)) {
            None if self.failed.load(Ordering::Acquire) => Poll::Ready(Some(Err(io::ErrorKind::UnexpectedEof.into()))),
            frame => Poll::Ready(frame),
        }
    }
}

/// The view, as the library asks for it.
#[derive(Clone)]
struct Files {
    view: Arc<View>,
    failed: Arc<AtomicBool>,
}

impl Files {
    async fn walked(&self, path: &DavPath) -> FsResult<Walked> {
        let view = Arc::clone(&self.view);
        let names: Vec<Vec<u8>> = path.as_bytes().split(|byte| *byte == b'/').filter(|name| !name.is_empty()).map(<[u8]>::to_vec).collect();
        let found = blocking(move || Walked::to(&view, &names)).await;
        found.map_err(|failed| if let Failed::View(Error::Repository(_)) = failed { FsError::GeneralFailure } else { FsError::NotFound })
    }
}

/// A folder that is being listed.
struct Listed {
    walked: Arc<Walked>,
    listing: Arc<Listing>,
    entries: VecDeque<Entry>,
    next: Option<u64>,
    failed: Arc<AtomicBool>,
}

impl Listed {
    /// Reads more entries where there are none at hand.
    async fn fill(&mut self) -> Result<(), Failed> {
        while let (true, Some(from)) = (self.entries.is_empty(), self.next) {
            let (walked, listing) = (Arc::clone(&self.walked), Arc::clone(&self.listing));
            (self.entries, self.next) = blocking(move || page(&walked, &listing, from)).await?;
        }
        Ok(())
    }
}

fn page(walked: &Walked, listing: &Listing, from: u64) -> Result<(VecDeque<Entry>, Option<u64>), Error> {
    let (mut entries, mut seen, mut next) = (VecDeque::new(), 0, None);
    walked.view().list(listing, from, &mut |item| {
        if seen == PAGE {
            return false;
        }
        (seen, next) = (seen + 1, Some(item.next));
        // Links would lead out of what is shown, and nothing can be done with the others.
        if matches!(item.attributes.kind, Kind::File | Kind::Folder) {
            entries.push_back(Entry { name: item.name.clone(), meta: Meta(item.attributes) });
        }
        true
    })?;
    Ok((entries, next.filter(|_| seen == PAGE)))
}

impl DavFileSystem for Files {
    fn open<'a>(&'a self, _path: &'a DavPath, _options: OpenOptions) -> FsFuture<'a, Box<dyn DavFile>> {
        Box::pin(async { Err(FsError::Forbidden) })
    }

    fn read_dir<'a>(&'a self, path: &'a DavPath, _meta: ReadDirMeta) -> FsFuture<'a, FsStream<Box<dyn DavDirEntry>>> {
        Box::pin(async move {
            let begun = async {
                let walked = Arc::new(self.walked(path).await?);
                let reader = Arc::clone(&walked);
                let listing = blocking(move || reader.view().begin_list(reader.id())).await.map_err(|_| FsError::GeneralFailure)?;
                let failed = Arc::clone(&self.failed);
                Ok(Listed { walked, listing: Arc::new(listing), entries: VecDeque::new(), next: Some(0), failed })
            };
            let listed = begun.await.inspect_err(|_| self.failed.store(true, Ordering::Release))?;
            let entries = stream::unfold(listed, |mut listed| async move {
                if listed.fill().await.is_err() {
                    listed.failed.store(true, Ordering::Release);
                    return None;
                }
                let entry = listed.entries.pop_front()?;
                Some((Ok(Box::new(entry) as Box<dyn DavDirEntry>), listed))
            });
            Ok(Box::pin(entries) as FsStream<Box<dyn DavDirEntry>>)
        })
    }

    fn metadata<'a>(&'a self, path: &'a DavPath) -> FsFuture<'a, Box<dyn DavMetaData>> {
        Box::pin(async move {
            let walked = self.walked(path).await?;
            Ok(Box::new(Meta(walked.attributes)) as Box<dyn DavMetaData>)
        })
    }
}

/// What is in a folder.
struct Entry {
    name: Vec<u8>,
    meta: Meta,
}

impl DavDirEntry for Entry {
    fn name(&self) -> Vec<u8> {
        self.name.clone()
    }

    fn metadata(&self) -> FsFuture<'_, Box<dyn DavMetaData>> {
        let meta = self.meta;
        Box::pin(async move { Ok(Box::new(meta) as Box<dyn DavMetaData>) })
    }
}

#[derive(Debug, Clone, Copy)]
struct Meta(Attributes);

impl DavMetaData for Meta {
    fn len(&self) -> u64 {
        if self.0.kind == Kind::File { self.0.size } else { 0 }
    }

    fn modified(&self) -> FsResult<SystemTime> {
        // The library writes no date before 1970 or after 9999, and does not survive one.
        let seconds = u64::try_from(self.0.mtime.seconds()).ok().filter(|seconds| *seconds < 253_402_300_800);
        seconds.map(|seconds| UNIX_EPOCH + Duration::from_secs(seconds)).ok_or(FsError::NotImplemented)
    }

    fn is_dir(&self) -> bool {
        self.0.kind == Kind::Folder
    }

    fn etag(&self) -> Option<String> {
        Some(download::tag(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_modest() {
        assert!(is_modest(b"<?xml version=\"1.0\"?><D:propfind xmlns:D=\"DAV:\"><D:prop><D:getetag/></D:prop></D:propfind>"));
        assert!(!is_modest(&b"<a>".repeat(MOST_ELEMENTS + 1)));
        assert!(!is_modest(b"<!DOCTYPE x [<!ENTITY a \"b\">]><a>&a;</a>"));
    }
}
