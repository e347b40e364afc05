//! One rendering for everybody who asks within a second.
//!
//! When booking opens, thousands look at the same page at the same moment. Pages that are the same for everybody who is
//! not signed in ([`Page::shared`](app::routes::Page)) are rendered once per address, language and way of reading, and
//! answer all who come while they are fresh; those who come while it is being rendered wait for that one rendering. A
//! browser with any cookie but its reading preferences gets its own. Each answer gets its own nonce, so a policy that
//! names one is as strict as ever; the rest of it is compressed once ([`Packed`]).

use crate::house::Facts;
use crate::packed::Packed;
use app::preferences::{self, Preferences};
use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use domain::Locale;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use http_body_util::BodyExt as _;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Addresses kept at the same time; people who invent queries get their own rendering.
const ADDRESSES: usize = 512;
/// Longer queries are invented ones.
const LONGEST_QUERY: usize = 120;

/// What two visitors must have in common to be shown one rendering.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Key {
    address: String,
    locale: Locale,
    elder: bool,
    theme: &'static str,
}

impl Key {
    /// The key of a request that may share, by what it carries.
    pub fn of(parts: &Parts) -> Option<Self> {
        let plain = |name: &str| matches!(name.trim(), preferences::SIZE | preferences::THEME);
        let cookies = parts.headers.get_all(header::COOKIE).iter();
        let mut names =
            cookies.flat_map(|line| line.to_str().unwrap_or("?").split(';')).map(|pair| pair.split('=').next());
        let anonymous = names.all(|name| name.is_some_and(|name| name.trim().is_empty() || plain(name)));
        let query = parts.uri.query().unwrap_or_default();
        if !anonymous || query.len() > LONGEST_QUERY {
            return None;
        }
        let chosen = Preferences::from_headers(&parts.headers);
        let facts = Facts::of(&parts.extensions);
        let address = format!("{}?{query}", parts.uri.path());
        Some(Self { address, locale: facts.locale, elder: chosen.elder, theme: chosen.theme.name() })
    }
}

/// A rendering.
struct Rendering {
    made: Instant,
    headers: HeaderMap,
    /// With gaps where the nonce stood.
    body: Packed,
    /// The nonce its policy names.
    nonce: Option<String>,
}

/// What is known of an address.
#[derive(Default)]
struct Known {
    rendering: Option<Arc<Rendering>>,
    /// When the last rendering ended that found the house too busy.
    failed: Option<Instant>,
}

type Slot = Arc<tokio::sync::Mutex<Known>>;

/// The renderings of this process.
pub struct Shared {
    age: Duration,
    slots: Mutex<HashMap<Key, Slot>>,
}

impl Shared {
    /// Renderings are good for `age`; zero renders each time.
    pub fn new(age: Duration) -> Self {
        Self { age, slots: Mutex::default() }
    }

    /// A fresh rendering of `key`, made by `render` if there is none; compressed for who takes `gzip`. Only whole,
    /// successful pages without cookies of their own are kept. "Busy" is shared by those who waited for that very
    /// rendering: if each tried for itself, one after the other, the last of a crowd would wait for all the timeouts
    /// before its own.
    pub async fn answer(&self, key: Key, gzip: bool, render: impl Future<Output = Response>) -> Response {
        let Some(slot) = self.slot(key) else { return render.await };
        let came = Instant::now();
        let mut kept = slot.lock().await;
        if let Some(rendering) = kept.rendering.as_ref().filter(|rendering| rendering.made.elapsed() < self.age) {
            // Each answer is put together beside the others, not one after the other.
            let rendering = Arc::clone(rendering);
            drop(kept);
            return rendering.response(gzip);
        }
        if kept.failed.is_some_and(|at| at > came) {
            return crate::trouble::Trouble::Busy.into_response();
        }
        let (parts, body) = render.await.into_parts();
        if parts.status == StatusCode::SERVICE_UNAVAILABLE {
            kept.failed = Some(Instant::now());
        }
        let shareable = parts.status == StatusCode::OK && !parts.headers.contains_key(header::SET_COOKIE);
        let Ok(bytes) = body.collect().await.map(http_body_util::Collected::to_bytes) else {
            return crate::trouble::Trouble::Broken.into_response();
        };
        if !shareable {
            return Response::from_parts(parts, Body::from(bytes));
        }
        let nonce = nonce_of(&parts.headers);
        let body = Packed::new(&bytes, nonce.as_deref());
        let rendering = Arc::new(Rendering { made: Instant::now(), headers: parts.headers, body, nonce });
        kept.rendering = Some(Arc::clone(&rendering));
        drop(kept);
        rendering.response(gzip)
    }

    /// The place of `key`; none when sharing is off or too many addresses are fresh.
    fn slot(&self, key: Key) -> Option<Slot> {
        if self.age.is_zero() {
            return None;
        }
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= ADDRESSES && !slots.contains_key(&key) {
            slots.retain(|_, slot| match slot.try_lock() {
                Ok(known) => known.rendering.as_ref().is_some_and(|rendering| rendering.made.elapsed() < self.age),
                Err(_) => true,
            });
            if slots.len() >= ADDRESSES {
                return None;
            }
        }
        Some(Arc::clone(slots.entry(key).or_default()))
    }
}

impl Rendering {
    fn response(&self, gzip: bool) -> Response {
        let (mut headers, fresh) = (self.headers.clone(), BASE64_STANDARD.encode(services::crypto::random::<16>()));
        if let Some(old) = &self.nonce {
            let policy =
                headers.get(header::CONTENT_SECURITY_POLICY).and_then(|value| value.to_str().ok()).unwrap_or_default();
            if let Ok(value) = HeaderValue::from_str(&policy.replace(old.as_str(), &fresh)) {
                headers.insert(header::CONTENT_SECURITY_POLICY, value);
            }
        }
        let compressed = if gzip { self.body.gzip(&fresh) } else { None };
        if compressed.is_some() {
            // The compressing layer leaves alone what is compressed, and then says nothing of this.
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            headers.append(header::VARY, HeaderValue::from_static("accept-encoding"));
            headers.remove(header::CONTENT_LENGTH);
        }
        let mut response = Response::new(Body::from(compressed.unwrap_or_else(|| self.body.filled(&fresh))));
        *response.headers_mut() = headers;
        response
    }
}

/// Whether a reader takes gzip. Browsers that would rather have something smaller get it too: it is made already.
pub fn takes_gzip(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|offer| {
        let mut words = offer.split(';').map(str::trim);
        let named = words.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        // A weight of nothing is a refusal.
        named && !words.filter_map(|word| word.strip_prefix("q=")).any(|q| q.parse() == Ok(0.0_f32))
    })
}

/// The nonce a policy names.
fn nonce_of(headers: &HeaderMap) -> Option<String> {
    let policy = headers.get(header::CONTENT_SECURITY_POLICY)?.to_str().ok()?;
    let (_, rest) = policy.split_once("'nonce-")?;
    rest.split_once('\'').map(|(nonce, _)| nonce.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn key(uri: &str, cookie: &str) -> Option<Key> {
        let request = Request::get(uri).header(header::COOKIE, cookie).body(()).expect("a request");
        Key::of(&request.into_parts().0)
    }

    #[test]
    fn only_browsers_nobody_knows_share() {
        assert!(key("/museum", "").is_some());
        assert!(key("/museum", "__Host-size=elder; __Host-theme=dark").is_some());
        assert!(key("/museum", "__Host-size=elder; __Host-session=x").is_none());
        assert!(key("/museum", "__Host-visitor=x").is_none());
        assert_ne!(key("/museum", "__Host-size=elder"), key("/museum", "__Host-size=standard"));
        assert_ne!(key("/museum?day=1", "__Host-size=elder"), key("/museum?day=2", "__Host-size=elder"));
        assert!(key(&format!("/museum?{}", "x".repeat(200)), "__Host-size=elder").is_none());
    }

    fn page(count: &AtomicUsize) -> Response {
        let n = count.fetch_add(1, Ordering::Relaxed);
        let mut response = Response::new(Body::from(format!("<script nonce=\"old\">{n}</script>")));
        let policy = HeaderValue::from_static("script-src 'nonce-old'");
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
        response
    }

    async fn text(response: Response) -> (String, String) {
        let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().expect("ascii").to_owned();
        let bytes = response.into_body().collect().await.expect("a body").to_bytes();
        (policy, String::from_utf8_lossy(&bytes).into_owned())
    }

    #[tokio::test]
    async fn many_visitors_of_one_moment_cost_one_rendering_and_each_has_its_own_nonce() {
        let (shared, count) = (Shared::new(Duration::from_secs(60)), AtomicUsize::new(0));
        let render = async || {
            tokio::time::sleep(Duration::from_millis(20)).await;
            page(&count)
        };
        let visits = (0..50).map(|_| shared.answer(key("/", "__Host-size=elder").expect("a key"), false, render()));
        let answers = futures::future::join_all(visits).await;
        assert_eq!(count.load(Ordering::Relaxed), 1);
        let mut seen = std::collections::BTreeSet::new();
        for answer in answers {
            let (policy, body) = text(answer).await;
            let nonce =
                policy.strip_prefix("script-src 'nonce-").and_then(|rest| rest.strip_suffix('\'')).expect("a nonce");
            assert_eq!(body, format!("<script nonce=\"{nonce}\">0</script>"));
            assert_ne!(nonce, "old");
            seen.insert(nonce.to_owned());
        }
        assert_eq!(seen.len(), 50);
    }

    #[tokio::test]
    async fn those_who_waited_for_a_failure_share_it_and_the_next_visitor_tries_anew() {
        let (shared, count) = (Shared::new(Duration::from_secs(60)), AtomicUsize::new(0));
        let fail = async || {
            count.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(Duration::from_millis(20)).await;
            crate::trouble::Trouble::Busy.into_response()
        };
        let visits = (0..50).map(|_| shared.answer(key("/", "__Host-size=elder").expect("a key"), false, fail()));
        let answers = futures::future::join_all(visits).await;
        assert!(answers.iter().all(|answer| answer.status() == StatusCode::SERVICE_UNAVAILABLE));
        assert_eq!(count.load(Ordering::Relaxed), 1);
        let next = shared.answer(key("/", "__Host-size=elder").expect("a key"), false, async { page(&count) }).await;
        assert_eq!(next.status(), StatusCode::OK);
    }

    #[tokio::test]
    async fn who_takes_gzip_gets_the_same_page_packed_with_a_nonce_of_their_own() {
        let (shared, count) = (Shared::new(Duration::from_secs(60)), AtomicUsize::new(0));
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..3 {
            let key = key("/", "").expect("a key");
            let answer = shared.answer(key, true, async { page(&count) }).await;
            assert_eq!(answer.headers()[header::CONTENT_ENCODING], "gzip");
            assert_eq!(answer.headers()[header::VARY], "accept-encoding");
            let policy = answer.headers()[header::CONTENT_SECURITY_POLICY].to_str().expect("ascii").to_owned();
            let member = answer.into_body().collect().await.expect("a body").to_bytes();
            let mut body = String::new();
            std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&*member), &mut body).expect("gzip");
            let nonce =
                policy.strip_prefix("script-src 'nonce-").and_then(|rest| rest.strip_suffix('\'')).expect("a nonce");
            assert_eq!(body, format!("<script nonce=\"{nonce}\">0</script>"));
            seen.insert(nonce.to_owned());
        }
        assert_eq!((seen.len(), count.load(Ordering::Relaxed)), (3, 1));
    }

    #[test]
    fn gzip_is_taken_when_it_is_offered_and_not_refused() {
        let takes = |offer: &str| {
            let request = Request::get("/").header(header::ACCEPT_ENCODING, offer).body(()).expect("a request");
            takes_gzip(request.headers())
        };
        assert!(takes("gzip, deflate, br, zstd") && takes("br;q=1.0, GZIP;q=0.5"));
        assert!(!takes("br") && !takes("identity") && !takes("gzip;q=0, br") && !takes("gzip; q=0.000"));
        assert!(!takes_gzip(&HeaderMap::new()));
    }

    #[tokio::test]
    async fn what_is_stale_or_failed_is_made_anew() {
        let count = AtomicUsize::new(0);
        let text_of = async |shared: &Shared| {
            text(shared.answer(key("/", "__Host-size=a").expect("a key"), false, async { page(&count) }).await).await.1
        };
        let (lasting, passing) = (Shared::new(Duration::from_secs(60)), Shared::new(Duration::from_nanos(1)));
        assert!(
            text_of(&lasting).await.contains(">0<") && text_of(&lasting).await.contains(">0<"),
            "fresh: shown again"
        );
        assert!(text_of(&passing).await.contains(">1<") && text_of(&passing).await.contains(">2<"), "stale: made anew");
        let failing = Shared::new(Duration::from_secs(60));
        for _ in 0..2 {
            let busy = async { crate::trouble::Trouble::Busy.into_response() };
            assert_eq!(
                failing.answer(key("/", "__Host-size=a").expect("a key"), false, busy).await.status(),
                StatusCode::SERVICE_UNAVAILABLE
            );
        }
        let fine = failing.answer(key("/", "__Host-size=a").expect("a key"), false, async { page(&count) }).await;
        assert_eq!(fine.status(), StatusCode::OK, "a failure is not kept");
    }
}
