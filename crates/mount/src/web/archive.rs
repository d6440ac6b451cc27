//! A folder as one archive, written while it is sent. What is written waits for who takes it; when nobody does any more, writing ends.
//! An archive that cannot be written to its end is cut off, and whoever receives it sees that.

use std::io::{self, Write};

use futures_util::stream;
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::{Bytes, Frame};
use hyper::{Response, StatusCode, header};
use liasse_archive::Format;
use liasse_archive::repo::Stop;
use tokio::sync::{OwnedSemaphorePermit, mpsc};

use super::answer::{self, Body};
use super::coding;
use super::walked::Walked;
use crate::error::{Error, Result};

/// Bytes of a piece, and how many may wait.
const PIECE: usize = 64 << 10;
const WAITING: usize = 4;

/// Ends work when nobody waits for it any more.
pub(super) struct Ends(pub(super) Stop);

impl Drop for Ends {
    fn drop(&mut self) {
        self.0.stop();
    }
}

/// Begins to write a folder as an archive, and answers once its first piece is there.
pub(super) async fn answer(walked: Walked, name: &[u8], format: Format, permit: OwnedSemaphorePermit) -> Result<Response<Body>> {
    let stop = Stop::new();
    let (pieces, mut taken) = mpsc::channel(WAITING);
    let (ends, asked) = (Ends(stop.clone()), stop);
    tokio::task::spawn_blocking(move || {
        let _one_of_few = permit;
        let mut out = Pieces { pieces, buffer: Vec::with_capacity(PIECE) };
        let done = walked.view().archive(walked.id(), format, &asked, &mut out);
        if let Err(error) = done.and_then(|_| out.send().map_err(Error::Output)) {
            out.pieces.blocking_send(Err(error)).ok();
        }
    });
    let first = match taken.recv().await {
        Some(Ok(first)) => first,
        Some(Err(error)) => return Err(error),
        None => return Err(Error::Output(io::ErrorKind::UnexpectedEof.into())),
    };
    let rest = stream::try_unfold((Some(first), taken, ends), |(first, mut taken, ends)| async move {
        let piece = match first {
            Some(first) => Some(first),
            None => taken.recv().await.transpose().map_err(io::Error::other)?,
        };
        Ok::<_, io::Error>(piece.map(|piece| (Frame::data(piece), (None, taken, ends))))
    });
    let mut response = head(name, format);
    *response.body_mut() = StreamBody::new(rest).boxed_unsync();
    Ok(response)
}

/// The same without the archive.
pub(super) fn head(name: &[u8], format: Format) -> Response<Body> {
    let mut response = answer::empty(StatusCode::OK);
    let (kind, ending) = match format {
        Format::Zip => ("application/zip", ".zip"),
        Format::Tar => ("application/x-tar", ".tar"),
    };
    answer::put(response.headers_mut(), header::CONTENT_TYPE, kind);
    answer::put(response.headers_mut(), header::CONTENT_DISPOSITION, &coding::disposition(name, ending));
    response
}

/// What is written, in pieces.
struct Pieces {
    pieces: mpsc::Sender<Result<Bytes>>,
    buffer: Vec<u8>,
}

impl Pieces {
    fn send(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let piece = std::mem::replace(&mut self.buffer, Vec::with_capacity(PIECE));
        self.pieces.blocking_send(Ok(piece.into())).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let now = bytes.len().min(PIECE - self.buffer.len());
        self.buffer.extend_from_slice(bytes.get(..now).unwrap_or_default());
        if self.buffer.len() == PIECE {
            self.send()?;
        }
        Ok(now)
    }

    fn flush(&mut self) -> io::Result<()> {
        // Small pieces would only be slow.
        Ok(())
    }
}
