//! The listener: HTTP/1 and HTTP/2 on one port, small answers without delay, slow heads cut off, and an end that waits for
//! requests under way but not for ever.

use crate::layers::client_address::Peer;
use crate::router::Site;
use axum::body::Body;
use http::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

/// The largest head of a request, in bytes: addresses and cookies of ours are far smaller.
const HEAD: usize = 32 * 1024;

/// Times of a listener.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// For the head of a request, and between two requests of one connection.
    pub header: Duration,
    /// From the wish to stop until connections are cut.
    pub shutdown: Duration,
}

/// Serves `site` on `listener` until `shutdown`, then waits for requests under way, at most as long as `times` allows.
pub async fn serve(listener: TcpListener, site: Site, times: Times, shutdown: CancellationToken) {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(times.header).max_buf_size(HEAD);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(128)
        .max_header_list_size(HEAD as u32)
        .keep_alive_interval(Duration::from_secs(20))
        .keep_alive_timeout(Duration::from_secs(20));
    let connections = GracefulShutdown::new();
    loop {
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of file handles, as a rule: the connections that end will free some.
                    tracing::warn!(kind = %error.kind(), "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
            () = shutdown.cancelled() => break,
        };
        // Rendered pages end in a small packet; without this it waits for the client's delayed acknowledgement.
        if stream.set_nodelay(true).is_err() {
            continue;
        }
        connection(stream, peer, &site, &builder, &connections);
    }
    drop(listener);
    let open = connections.count();
    tokio::select! {
        () = connections.shutdown() => tracing::info!(open, "every request under way was answered"),
        () = tokio::time::sleep(times.shutdown) => tracing::warn!(open, "requests were still under way at the deadline"),
    }
}

fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    site: &Site,
    builder: &auto::Builder<TokioExecutor>,
    connections: &GracefulShutdown,
) {
    let site = site.clone().map_request(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(Peer(peer));
        request
    });
    let serving = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(site)).into_owned();
    let serving = connections.watch(serving);
    tokio::spawn(async move {
        // Clients that go away, speak nonsense or are too slow: their affair.
        if let Err(error) = serving.await {
            tracing::debug!(%error, "a connection ended early");
        }
    });
}
