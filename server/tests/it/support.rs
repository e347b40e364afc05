//! A whole site for a test: the router that is served, on a database of its own, and browsers of three kinds of user.

use axum::body::{Body, Bytes};
use domain::account::{Role, Scope};
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use jiff::SignedDuration;
use secrecy::ExposeSecret as _;
use serde_json::Value;
use server::config::Config;
use server::house::{House, HouseData};
use server::router::{self, Site as Served};
use testkit::TestHouse;
use tower::ServiceExt as _;
use uuid::Uuid;

/// The site's address in tests.
pub const ORIGIN: &str = "https://test.example";

/// A site on a database of its own.
pub struct Site {
    /// The use cases behind it.
    pub test: TestHouse,
    /// What handlers are given.
    pub house: House,
    served: Served,
    owner: sqlx::PgPool,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    /// As text; what is none stands in it with marks in the place of its bytes.
    pub body: String,
    pub bytes: Bytes,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("a header of ASCII"))
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("no JSON: {error}: {}", self.body))
    }

    /// The code of a problem document.
    pub fn problem(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.body);
        let document = self.json();
        assert_eq!(document["status"], self.status.as_u16());
        assert_eq!(document["instance"], format!("urn:uuid:{}", self.header("x-request-id")));
        let code = document["code"].as_str().expect("a code").to_owned();
        assert_eq!(document["type"], format!("{ORIGIN}/api/problems/{code}"));
        code
    }
}

/// The configuration of tests, with further lines of the environment.
pub fn config(further: &[(&str, &str)]) -> Config {
    let lines = [
        ("DATABASE_URL", "postgres://nobody@127.0.0.1/none"),
        ("CORDBLOOD__HTTP__PUBLIC_URL", ORIGIN),
        ("CORDBLOOD__HTTP__SNAPSHOT_AGE", "0s"),
    ];
    let lines = lines.iter().chain(further).map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    Config::from_layers(None, lines).expect("a configuration that can be used")
}

impl Site {
    pub async fn new() -> Self {
        Self::with(&[]).await
    }

    pub async fn with(settings: &[(&str, &str)]) -> Self {
        let test = TestHouse::new().await;
        let house = HouseData::new(test.services.clone(), config(settings));
        let served = router::site(&house).expect("the site can be built");
        let owner = test.db.owner_pool();
        Self { test, house, served, owner }
    }

    /// Sends a request as it is.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.served.clone().oneshot(request).await.expect("the router always answers");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a whole body").to_bytes();
        let body = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: parts.status, headers: parts.headers, body, bytes }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).expect("a request")).await
    }

    /// A machine's request: method, path, token, further headers, body.
    pub async fn call(
        &self,
        method: &str,
        path: &str,
        token: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if !token.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = match body {
            Some(body) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        self.send(request.body(body).expect("a request")).await
    }

    /// A client of the API and its access token.
    pub async fn client(&self, name: &str, scopes: &[Scope]) -> (String, String) {
        let system = self.test.services.system();
        let client =
            services::account::clients::create(&self.test.services, &system, name, scopes).await.expect("a client");
        let body = serde_json::json!({
            "grant_type": "client_credentials",
            "client_id": client.id,
            "client_secret": client.secret.expose_secret(),
        });
        let answer = self.call("POST", "/api/v1/token", "", &[], Some(&body)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        (client.id.to_string(), answer.json()["access_token"].as_str().expect("a token").to_owned())
    }

    /// A browser of a visitor who is signed in.
    pub async fn visitor(&self) -> Browser<'_> {
        self.signed_in("visitor", &[]).await
    }

    /// A browser of a member of staff who is signed in and showed the second factor just now.
    pub async fn staff(&self, roles: &[Role]) -> Browser<'_> {
        self.signed_in("staff", roles).await
    }

    /// A browser nobody signed in with.
    pub fn anonymous(&self) -> Browser<'_> {
        Browser { site: self, cookie: String::new() }
    }

    async fn signed_in(&self, kind: &str, roles: &[Role]) -> Browser<'_> {
        let (owner, now) = (&self.owner, self.test.now());
        let (account, token) = (Uuid::from_bytes(services::crypto::random()), hex(services::crypto::random::<16>()));
        let token = format!("{token:0>43}");
        let timestamp = |at: jiff::Timestamp| at.to_string();
        sqlx::query("insert into account (id, kind, locale, created_at) values ($1, $2, 'zh-CN', $3::timestamptz)")
            .bind(account)
            .bind(kind)
            .bind(timestamp(now))
            .execute(owner)
            .await
            .expect("an account");
        if !roles.is_empty() {
            let names: Vec<String> = roles.iter().map(|role| role.name().to_owned()).collect();
            let all = "insert into account_role (account_id, role, granted_at) select $1, unnest($2::text[]), $3::timestamptz";
            sqlx::query(all).bind(account).bind(names).bind(timestamp(now)).execute(owner).await.expect("the roles");
        }
        sqlx::query(
            "insert into login_session (id, token_hash, account_id, label, created_at, last_seen_at, expires_at, stepped_up_at)
             values ($1, sha256(convert_to($2, 'UTF8')), $3, 'test', $4::timestamptz, $4::timestamptz, $5::timestamptz, $4::timestamptz)",
        )
        .bind(Uuid::from_bytes(services::crypto::random()))
        .bind(&token)
        .bind(account)
        .bind(timestamp(now))
        .bind(timestamp(now + SignedDuration::from_hours(12)))
        .execute(owner)
        .await
        .expect("a session");
        Browser { site: self, cookie: format!("__Host-session={token}") }
    }
}

fn hex<const N: usize>(bytes: [u8; N]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A browser: sends its cookie, and says where its forms come from.
pub struct Browser<'a> {
    site: &'a Site,
    pub cookie: String,
}

impl Browser<'_> {
    pub async fn get(&self, path: &str) -> Answer {
        self.request(Method::GET, path, "").await
    }

    pub async fn post(&self, path: &str, form: &str) -> Answer {
        self.request(Method::POST, path, form).await
    }

    pub async fn request(&self, method: Method, path: &str, form: &str) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("sec-fetch-site", "same-origin");
        request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if !self.cookie.is_empty() {
            request = request.header(header::COOKIE, &self.cookie);
        }
        self.site.send(request.body(Body::from(form.to_owned())).expect("a request")).await
    }
}
