//! How long a client may take to send a body. Whoever sends it a byte at a time holds one of the house's places all the while:
//! after its time the request ends with 408, whatever it was for, and the place is free again.
//!
//! The time is that of the whole body, from the first look at it: a limit between two pieces would be kept by a client that
//! sends one byte in each.

use crate::trouble::Trouble;
use axum::BoxError;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, Version, header};
use hyper::body::{Frame, SizeHint};
use metrics::counter;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Sleep, sleep};

/// Ends a request whose body is not there in `time`.
pub async fn in_time(State(time): State<Duration>, request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let one_at_a_time = request.version() < Version::HTTP_2;
    let late = Arc::new(AtomicBool::new(false));
    let timed = |body: Body| Body::new(Timed { body, end: Box::pin(sleep(time)), late: Arc::clone(&late) });
    let response = next.run(request.map(timed)).await;
    // Whoever reads a body takes one that breaks off for a bad one; it was slow.
    if !late.load(Ordering::Relaxed) {
        return response;
    }
    counter!("http_requests_refused_total", "reason" => "slow-body").increment(1);
    let mut response = Trouble::TooSlow.into_response();
    if one_at_a_time {
        // The rest of the body would be read as the next request.
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// A body that has to end in time.
struct Timed {
    body: Body,
    end: Pin<Box<Sleep>>,
    late: Arc<AtomicBool>,
}

impl HttpBody for Timed {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        // What is there already is not late, however long a busy house took to look at it.
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            return Poll::Ready(frame.map(|frame| frame.map_err(BoxError::from)));
        }
        match self.end.as_mut().poll(context) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(()) => {
                self.late.store(true, Ordering::Relaxed);
                Poll::Ready(Some(Err("a body that did not come in time".into())))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
