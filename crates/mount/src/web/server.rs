//! Listening, and the way of a request: who may ask, what is asked for, the answer, its strict headers. Nobody can hold more than their
//! share: connections, long work, the size of what is asked and the time for it are limited, and who leaves ends what was done for them.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::header;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use liasse_archive::Format;
use liasse_archive::repo::Stop;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use super::access::Denied;
use super::answer::{self, Body};
use super::archive::{self, Ends};
use super::asked::{Asked, What};
use super::download::{self, Given};
use super::patient::Patient;
use super::walked::Walked;
use super::{Web, dav, pages, preview};
use crate::error::Error;

/// Most connections at once.
const MOST_CONNECTIONS: usize = 128;
/// Most threads that read for them.
const MOST_READERS: usize = 24;
/// How long a connection may take to ask, and to shake hands.
const ASKING: Duration = Duration::from_secs(20);
/// How long one may take nothing of what it is sent.
const TAKING: Duration = Duration::from_mins(1);
/// How long an answer may be worked on: storage that hangs must not let everybody hang.
const ANSWERING: Duration = Duration::from_mins(1);
/// How long who says a wrong password waits, one after the other.
const WRONG: Duration = Duration::from_millis(500);
/// How long what is under way may take after the end.
const GRACE: Duration = Duration::from_secs(2);
/// How often an end is looked for.
const LOOK: Duration = Duration::from_millis(50);
const MOST_HEADERS: usize = 64;
const MOST_HEADER_BYTES: usize = 32 << 10;

/// Why nothing is served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Nobody can be listened to at this address.
    #[error("cannot listen at {address}: {cause}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why not.
        cause: io::Error,
    },
    /// The certificate or its key cannot be used.
    #[error("cannot use the certificate: {0}")]
    Certificate(String),
    /// The system gives no threads.
    #[error("cannot begin to serve: {0}")]
    System(io::Error),
}

/// A certificate and its key.
pub struct Tls(TlsAcceptor);

impl Tls {
    /// Reads a chain of certificates and the first one's key, both in PEM.
    pub fn new(certificates: &[u8], key: &[u8]) -> Result<Self, ServeError> {
        let bad = |cause: &dyn std::fmt::Display| ServeError::Certificate(cause.to_string());
        let chain: Vec<CertificateDer<'static>> =
            CertificateDer::pem_slice_iter(certificates).collect::<Result<_, _>>().map_err(|error| bad(&error))?;
        if chain.is_empty() {
            return Err(ServeError::Certificate("there is none in the file".to_owned()));
        }
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|error| bad(&error))?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let versions = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().map_err(|error| bad(&error))?;
        let config = versions.with_no_client_auth().with_single_cert(chain, key).map_err(|error| bad(&error))?;
        Ok(Self(TlsAcceptor::from(Arc::new(config))))
    }
}

/// A view that is being served.
pub struct Serving {
    runtime: Runtime,
    address: SocketAddr,
}

impl Serving {
    /// Begins to listen. With a certificate, only to who speaks TLS.
    pub fn begin(web: Web, address: SocketAddr, tls: Option<Tls>) -> Result<Self, ServeError> {
        let failed = |cause| ServeError::Listen { address, cause };
        let listener = std::net::TcpListener::bind(address).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .max_blocking_threads(MOST_READERS)
            .thread_name("serve")
            .enable_all()
            .build()
            .map_err(ServeError::System)?;
        let _inside = runtime.enter();
        let listener = TcpListener::from_std(listener).map_err(failed)?;
        runtime.spawn(listen(listener, Arc::new(web), tls.map(|tls| tls.0)));
        Ok(Self { runtime, address })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until somebody wishes to stop. What is under way then is broken off.
    pub fn wait(self, stop: &Stop) {
        while !stop.is_stopped() {
            thread::sleep(LOOK);
        }
        self.runtime.shutdown_timeout(GRACE);
    }
}

async fn listen(listener: TcpListener, web: Arc<Web>, tls: Option<TlsAcceptor>) {
    let connections = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    loop {
        let Ok(one) = Arc::clone(&connections).acquire_owned().await else { return };
        let Ok((stream, _)) = listener.accept().await else {
            // Too many files are open, say: that passes.
            sleep(LOOK).await;
            continue;
        };
        // Pages are small, and somebody waits for each.
        stream.set_nodelay(true).ok();
        let (web, tls) = (Arc::clone(&web), tls.clone());
        tokio::spawn(async move {
            let _one_of_many = one;
            match tls {
                None => converse(stream, web).await,
                Some(tls) => {
                    if let Ok(Ok(stream)) = timeout(ASKING, tls.accept(stream)).await {
                        converse(stream, web).await;
                    }
                }
            }
        });
    }
}

/// Answers what is asked on a connection, until its end. One that fails is nobody's trouble but its own.
async fn converse<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(stream: S, web: Arc<Web>) {
    let service = service_fn(move |request| {
        let web = Arc::clone(&web);
        async move {
            let mut response = respond(&web, request).await;
            answer::strict(&mut response);
            Ok::<_, std::convert::Infallible>(response)
        }
    });
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(ASKING).max_headers(MOST_HEADERS).max_buf_size(MOST_HEADER_BYTES);
    server.serve_connection(TokioIo::new(Patient::new(stream, TAKING)), service).await.ok();
}

/// Why something is not answered as it was asked.
#[derive(Debug)]
pub(super) enum Failed {
    /// The view does not give it.
    View(Error),
    /// It takes too long.
    Late,
    /// Too much of that kind is under way.
    Busy,
    /// There is no such place.
    NoPlace,
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::View(error)
    }
}

/// Does what may wait for storage, on a thread that may.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Failed> {
    match timeout(ANSWERING, tokio::task::spawn_blocking(work)).await {
        Ok(Ok(done)) => done.map_err(Failed::View),
        Ok(Err(_)) => Err(Failed::NoPlace),
        Err(_) => Err(Failed::Late),
    }
}

async fn respond(web: &Arc<Web>, request: Request<Incoming>) -> Response<Body> {
    let asked = Asked::read(request.uri(), request.headers(), &web.words);
    let fallback = Asked::nothing(request.headers(), &web.words);
    if let Err(denied) = web.access.check(request.uri(), request.headers()) {
        return refuse(web, &fallback, denied).await;
    }
    let is_dav = matches!(&asked, Some(Asked { what: What::Dav, .. }));
    let allowed = if is_dav { "OPTIONS, GET, HEAD, PROPFIND" } else { "GET, HEAD" };
    if !allowed.split(", ").any(|method| method == request.method().as_str()) {
        let mut response = answer::empty(StatusCode::METHOD_NOT_ALLOWED);
        answer::put(response.headers_mut(), header::ALLOW, allowed);
        return response;
    }
    let Some(asked) = asked else { return failure(web, &fallback, Failed::NoPlace).await };
    let asked = Arc::new(asked);
    let done = match asked.what {
        What::Style => Ok(answer::whole(StatusCode::OK, "text/css; charset=utf-8", pages::STYLE)),
        What::Icon => Ok(answer::empty(StatusCode::NO_CONTENT)),
        What::Dav if !matches!(*request.method(), Method::GET | Method::HEAD) => dav::answer(web, &asked, request).await,
        What::File | What::Dav | What::Image => file(web, &asked, &request).await,
        What::Zip => archived(web, &asked, Format::Zip, request.method()).await,
        What::Tar => archived(web, &asked, Format::Tar, request.method()).await,
        What::Home | What::Browse | What::History | What::Search | What::Compare => page(web, &asked).await,
    };
    match done {
        Ok(response) => response,
        Err(failed) => failure(web, &asked, failed).await,
    }
}

async fn page(web: &Arc<Web>, asked: &Arc<Asked>) -> Result<Response<Body>, Failed> {
    let is_long = matches!(asked.what, What::History | What::Search | What::Compare);
    let permit = if is_long { Some(Arc::clone(&web.looks).try_acquire_owned().map_err(|_| Failed::Busy)?) } else { None };
    let ends = Ends(Stop::new());
    let (web, asked, stop) = (Arc::clone(web), Arc::clone(asked), ends.0.clone());
    blocking(move || {
        let _one_of_few = permit;
        pages::answer(&web, &asked, &stop)
    })
    .await
}

async fn file(web: &Arc<Web>, asked: &Arc<Asked>, request: &Request<Incoming>) -> Result<Response<Body>, Failed> {
    let (web, asked, headers) = (Arc::clone(web), Arc::clone(asked), request.headers().clone());
    blocking(move || {
        let walked = Walked::to(&web.view, &asked.path)?;
        if asked.what == What::Dav && walked.attributes.kind == crate::view::Kind::Folder {
            // Somebody looks at it with a browser.
            let path = asked.path.iter().map(Vec::as_slice);
            return Ok(answer::elsewhere(&format!("/{}{}", What::Browse.name(), super::coding::encode_path(path))));
        }
        let given = if asked.what == What::Image {
            let beginning = web.view.read(walked.id(), 0, 16)?;
            let kind = preview::picture(&beginning).filter(|_| walked.attributes.size <= preview::LARGEST_PICTURE);
            Given::Picture(kind.ok_or(Error::OtherKind)?)
        } else {
            Given::Download
        };
        download::answer(walked, asked.path.last().map_or(b"", Vec::as_slice), &headers, given)
    })
    .await
}

async fn archived(web: &Arc<Web>, asked: &Arc<Asked>, format: Format, method: &Method) -> Result<Response<Body>, Failed> {
    let permit = Arc::clone(&web.archives).try_acquire_owned().map_err(|_| Failed::Busy)?;
    let (view, path) = (Arc::clone(&web.view), asked.path.clone());
    let walked = blocking(move || Walked::to(&view, &path)).await?;
    let name = asked.path.last().map_or(&b"liasse"[..], Vec::as_slice);
    if method == Method::HEAD {
        return Ok(archive::head(name, format));
    }
    timeout(ANSWERING, archive::answer(walked, name, format, permit)).await.map_err(|_| Failed::Late)?.map_err(Failed::View)
}

async fn refuse(web: &Arc<Web>, asked: &Asked, denied: Denied) -> Response<Body> {
    if denied == Denied::OtherName {
        return pages::failure(web, asked, StatusCode::MISDIRECTED_REQUEST, "web-refused", "web-other-name");
    }
    if denied == Denied::WrongPassword {
        // One after the other, however many guess.
        let _one = web.guess.lock().await;
        sleep(WRONG).await;
    }
    let mut response = pages::failure(web, asked, StatusCode::UNAUTHORIZED, "web-refused", "web-no-password");
    answer::put(response.headers_mut(), header::WWW_AUTHENTICATE, "Basic realm=\"Liasse\", charset=\"UTF-8\"");
    response
}

/// Why, as a page.
async fn failure(web: &Arc<Web>, asked: &Asked, failed: Failed) -> Response<Body> {
    let (status, title, what) = match failed {
        Failed::View(error @ Error::Repository(_)) => {
            let view = Arc::clone(&web.view);
            if blocking(move || Ok(view.is_damage(error))).await.unwrap_or(false) {
                (StatusCode::INTERNAL_SERVER_ERROR, "web-damaged", "web-is-damaged")
            } else {
                (StatusCode::SERVICE_UNAVAILABLE, "web-away", "web-is-away")
            }
        }
        Failed::View(Error::Output(_)) | Failed::Late => (StatusCode::SERVICE_UNAVAILABLE, "web-away", "web-is-away"),
        Failed::View(_) | Failed::NoPlace => (StatusCode::NOT_FOUND, "web-not-found", "web-no-place"),
        Failed::Busy => (StatusCode::SERVICE_UNAVAILABLE, "web-busy", "web-is-busy"),
    };
    let mut response = pages::failure(web, asked, status, title, what);
    if status == StatusCode::SERVICE_UNAVAILABLE {
        answer::put(response.headers_mut(), header::RETRY_AFTER, "10");
    }
    response
}
