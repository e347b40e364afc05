//! Limits of one network, as the public meets them: a sentence in both languages, a status, when to try again.

use crate::api::{book, booking, museum};
use crate::support::{Answer, Site};
use axum::body::Body;
use domain::account::{Role, Scope};
use http::{Method, Request, StatusCode, header};
use server::layers::client_address::Peer;
use services::limits::{self, Limit, Network};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

pub const HERE: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 9);
pub const NEIGHBOUR: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 200);
const ELSEWHERE: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 7);

/// A request from an address, with a cookie or none.
pub async fn from(site: &Site, address: Ipv4Addr, cookie: &str, method: Method, path: &str, form: &str) -> Answer {
    let mut request = Request::builder().method(method).uri(path).header("sec-fetch-site", "same-origin");
    request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    if !cookie.is_empty() {
        request = request.header(header::COOKIE, cookie);
    }
    let mut request = request.body(Body::from(form.to_owned())).expect("a request");
    request.extensions_mut().insert(Peer(SocketAddr::from((address, 40_000))));
    site.send(request).await
}

async fn use_up(site: &Site, limit: &Limit) {
    let network = Network::of(IpAddr::V4(HERE));
    limits::hit_times(&site.test.services, limit, network.as_str(), limit.hits).await.expect("within the limit");
}

fn seconds(answer: &Answer) -> u32 {
    answer.header("retry-after").parse().expect("seconds")
}

#[tokio::test]
async fn a_network_that_takes_too_many_places_is_told_to_wait_in_its_language() {
    let site = Site::new().await;
    let session = museum(&site).await;
    let path = format!("/museum/sessions/{session}");
    let hold = async |address, path: &str| from(&site, address, "", Method::POST, path, "people=1").await;
    use_up(&site, &limits::BOOKING_PER_NETWORK).await;
    let english = format!("/en{path}");
    for (path, text) in [(&path, "您所在的网络现在预约较多"), (&english, "from the network you use")] {
        for address in [HERE, NEIGHBOUR] {
            let answer = hold(address, path).await;
            assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{}", answer.body);
            assert!(answer.body.contains(text), "{path}: {}", answer.body);
            assert!((1..=1200).contains(&seconds(&answer)), "{}", seconds(&answer));
        }
    }
    for address in [ELSEWHERE, Ipv4Addr::LOCALHOST] {
        assert_eq!(hold(address, &path).await.status, StatusCode::SEE_OTHER, "{address}");
    }
    let officer = site.staff(&[Role::MuseumOfficer]).await;
    let answer = from(&site, HERE, &officer.cookie, Method::POST, &path, "people=1").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "staff are not counted: {}", answer.body);
}

#[tokio::test]
async fn a_network_that_tries_too_many_links_is_told_to_wait_and_good_links_still_open() {
    let site = Site::new().await;
    let session = museum(&site).await;
    let (_, token) = site.client("partner", &[Scope::BookingsWrite]).await;
    let made = book(&site, &token, "key-number-1", &booking(&session)).await.json();
    let good = made["manage_url"].as_str().expect("an address").trim_start_matches(crate::support::ORIGIN).to_owned();
    let look = async |address, path: &str| from(&site, address, "", Method::GET, path, "").await;
    use_up(&site, &limits::LOOKUP_PER_NETWORK).await;
    use_up(&site, &limits::LINK_PER_NETWORK).await;
    for path in ["/b/nothing", "/b/nothing/pass.pdf", "/s/ABCDEFGHJK"] {
        for (path, text) in [(path.to_owned(), "请稍等片刻"), (format!("/en{path}"), "Please wait a little")] {
            let answer = look(HERE, &path).await;
            assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{path}: {}", answer.body);
            assert!(answer.body.contains(text), "{path}: {}", answer.body);
            assert!((1..=1200).contains(&seconds(&answer)), "{path}: {}", seconds(&answer));
        }
        assert_eq!(look(ELSEWHERE, path).await.status, StatusCode::GONE, "{path}");
    }
    let cancel = from(&site, HERE, "", Method::POST, "/b/nothing/cancel", "").await;
    assert_eq!(cancel.status, StatusCode::TOO_MANY_REQUESTS, "{}", cancel.body);
    assert_eq!(look(HERE, &good).await.status, StatusCode::OK, "a good link is always let in");
}
