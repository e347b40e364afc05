//! Where a request comes from, as far as that can be known: the connection's peer, or what trusted proxies say of it.
//!
//! X-Forwarded-For grows to the right: each proxy appends who it heard. So the header is read from the right, for as
//! long as the one who said it is a proxy of ours; the first other address is the client. What stands left of it was
//! written by the client and is worth nothing.

use crate::config::Network;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

pub use app::calls::ClientAddress;

/// The other end of the connection; set by the listener.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// Puts [`ClientAddress`] into the request.
pub async fn find(State(trusted): State<Arc<[Network]>>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip());
    let address = client(peer, request.headers(), &trusted);
    request.extensions_mut().insert(ClientAddress(address));
    next.run(request).await
}

fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    let ours = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let mut client = peer.to_canonical();
    if !ours(client) {
        return client;
    }
    let said: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .flat_map(|value| value.to_str().unwrap_or("?").split(','))
        .map(str::trim)
        .collect();
    for text in said.into_iter().rev() {
        // Something unreadable ends the walk: the last proxy of ours is all that is certain.
        let Some(address) = address(text) else { break };
        client = address.to_canonical();
        if !ours(client) {
            break;
        }
    }
    client
}

/// An address, with or without a port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn found(peer: &str, forwarded: &[&str]) -> String {
        let trusted = ["10.0.0.0/8", "fd00::/8"].map(|text| text.parse::<Network>().expect("a network"));
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", HeaderValue::from_str(value).expect("a header value"));
        }
        client(peer.parse().expect("an address"), &headers, &trusted).to_string()
    }

    #[test]
    fn strangers_cannot_say_who_they_are() {
        assert_eq!(found("203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
        assert_eq!(found("::ffff:203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
    }

    #[test]
    fn the_rightmost_address_that_is_not_ours_counts() {
        assert_eq!(found("10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(
            found("10.0.0.1", &["1.1.1.1, 198.51.100.1, 10.0.0.7"]),
            "198.51.100.1",
            "what the client wrote is left"
        );
        assert_eq!(
            found("10.0.0.1", &["1.1.1.1", "198.51.100.1:4711"]),
            "198.51.100.1",
            "several headers are one list"
        );
        assert_eq!(found("fd00::1", &["[2001:db8::5]:443"]), "2001:db8::5");
    }

    #[test]
    fn nonsense_ends_at_the_last_proxy() {
        assert_eq!(found("10.0.0.1", &["198.51.100.1, unknown, 10.0.0.7"]), "10.0.0.7");
        assert_eq!(found("10.0.0.1", &[]), "10.0.0.1");
    }
}
