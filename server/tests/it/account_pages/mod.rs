//! Account pages through the real router: what a browser sends, keeps and is shown.

mod clients;
mod kept;
mod mailbox;
mod own;
mod passkeys;
mod sign_in;
pub mod staff;

use crate::support::{Answer, Site};
use axum::body::Body;
use http::{Request, StatusCode, header};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// A browser that keeps what it is told to keep.
pub struct Browser<'a> {
    site: &'a Site,
    cookies: RefCell<BTreeMap<String, String>>,
}

impl<'a> Browser<'a> {
    pub fn new(site: &'a Site) -> Self {
        Self { site, cookies: RefCell::default() }
    }

    /// Opens a page.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path), String::new()).await
    }

    /// Sends a form.
    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        self.send(Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded"), body).await
    }

    async fn send(&self, request: http::request::Builder, body: String) -> Answer {
        let cookies: Vec<_> = self.cookies.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request =
            request.header("sec-fetch-site", "same-origin").header(header::USER_AGENT, "Firefox/140 Windows");
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        let answer = self.site.send(request.body(Body::from(body)).expect("a request")).await;
        for line in answer.headers.get_all(header::SET_COOKIE) {
            let line = line.to_str().expect("a cookie of ASCII");
            let (name, rest) = line.split_once('=').expect("a name");
            let value = rest.split(';').next().unwrap_or_default();
            match line.contains("Max-Age=0") {
                true => self.cookies.borrow_mut().remove(name),
                false => self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned()),
            };
        }
        answer
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.borrow().get(name).cloned()
    }

    pub fn set_cookie(&self, name: &str, value: &str) {
        self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
    }

    /// Asks for a code to `contact`, as somebody who ticks the box.
    pub async fn ask_code(&self, contact: &str) -> Answer {
        self.post("/sign-in", &[("contact", contact), ("agree", "on")]).await
    }

    /// Signs in as `contact`.
    pub async fn sign_in(&self, contact: &str) -> Answer {
        see_other(&self.ask_code(contact).await, "/sign-in/code");
        let code = sent_code(self.site, contact).await;
        self.post("/sign-in/code", &[("code", &code)]).await
    }
}

/// The answer leads to `path`.
pub fn see_other(answer: &Answer, path: &str) {
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, path), "{}", excerpt(&answer.body));
}

/// What a person reads of a page: its main part without markup.
pub fn excerpt(html: &str) -> String {
    let main = html.split("<main").nth(1).unwrap_or(html).split("</main>").next().unwrap_or_default();
    let mut text = String::new();
    let mut inside = true;
    for c in main.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            c if !inside => text.push(c),
            _ => {}
        }
    }
    text
}

/// Sends what is queued and answers the digits that were sent last to `contact`.
pub async fn sent_code(site: &Site, contact: &str) -> String {
    services::jobs::drain(&site.test.services, &services::handlers::all()).await.expect("the queue is worked off");
    let sql = "select body_text from dev_mailbox where recipient = $1 and body_text ~ '(^|\\D)\\d{6}(\\D|$)'
               order by created_at desc, id desc limit 1";
    let text: String =
        sqlx::query_scalar(sql).bind(contact).fetch_one(&site.test.db.owner_pool()).await.expect("a message was sent");
    let mut runs = text.split(|c: char| !c.is_ascii_digit());
    runs.find(|run| run.len() == 6).expect("a code in the message").to_owned()
}

/// A code that is not `right`.
pub fn other_than(right: &str) -> String {
    format!("{:06}", (right.parse::<u32>().expect("digits") + 1) % 1_000_000)
}

/// Moves the clock.
pub fn later(site: &Site, seconds: i64) {
    site.test.services.clock.advance(jiff::SignedDuration::from_secs(seconds));
}
