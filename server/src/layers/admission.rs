//! How much the house takes on at once. A request that cannot begin soon, or does not end in time, is told "busy, try
//! again" with a Retry-After, quickly and cheaply: a queue nobody sees the end of helps nobody.

use crate::trouble::Trouble;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use metrics::counter;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// The doorkeeper, shared by all routes.
#[derive(Clone, Debug)]
pub struct Admission {
    places: Arc<Semaphore>,
    wait: Duration,
    limit: Duration,
}

impl Admission {
    /// `places` requests at once; each waits at most `wait` to begin and then has `limit` to end.
    pub fn new(places: usize, wait: Duration, limit: Duration) -> Self {
        Self { places: Arc::new(Semaphore::new(places.min(Semaphore::MAX_PERMITS))), wait, limit }
    }
}

/// Lets the request in, or says "busy".
pub async fn admit(State(admission): State<Admission>, request: Request, next: Next) -> Response {
    let Ok(Ok(_place)) = timeout(admission.wait, admission.places.acquire()).await else {
        counter!("http_requests_refused_total", "reason" => "full").increment(1);
        return Trouble::Busy.into_response();
    };
    match timeout(admission.limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            counter!("http_requests_refused_total", "reason" => "slow").increment(1);
            Trouble::Busy.into_response()
        }
    }
}
