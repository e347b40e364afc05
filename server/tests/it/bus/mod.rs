//! The science bus through the real router: what a school types, is shown and may do; what dispatchers do; what everybody
//! and every machine may know.

mod public;
mod staff;

use crate::account_pages::{Browser as Visitor, excerpt, sent_code};
use crate::support::{Answer, Browser, Site};
use domain::account::Role;
use http::StatusCode;

pub const REFUSED: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

/// A site with the demo's fleet and requests.
pub async fn demo() -> Site {
    let site = Site::new().await;
    services::bus::seed_demo(&site.test.services, &site.test.services.system()).await.expect("a fleet");
    site
}

pub async fn dispatcher(site: &Site) -> Browser<'_> {
    site.staff(&[Role::BusDispatcher]).await
}

/// A whole form.
pub const FORM: [(&str, &str); 18] = [
    ("organisation", "演示市晨光小学"),
    ("audience", "primary"),
    ("ages", "9–11 岁"),
    ("people", "100"),
    ("city", "rizhao"),
    ("place", ""),
    ("address", "演示路 8 号"),
    ("day_1", "2026-09-22"),
    ("day_2", "2026-09-24"),
    ("day_3", ""),
    ("half_day", "morning"),
    ("parking", "20"),
    ("power", "yes"),
    ("indoor", "yes"),
    ("name", "演示·白露"),
    ("contact", "morgenlicht@example.com"),
    ("note", "操场北门进"),
    ("accept", "on"),
];

/// The form with another value in one field.
pub fn with<'a>(field: &'a str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    FORM.iter().filter(|(name, _)| *name != field).copied().chain([(field, value)]).collect()
}

/// The answer leads to a path that begins so; answers the whole of it.
pub fn gone_to(answer: &Answer, path: &str) -> String {
    let location = answer.header("location").to_owned();
    assert!(
        answer.status == StatusCode::SEE_OTHER && location.starts_with(path),
        "{} {location}, not {path}: {}",
        answer.status,
        excerpt(&answer.body)
    );
    location
}

/// The answer shows a page with this status and these words.
pub fn shows(answer: &Answer, status: StatusCode, words: &[&str]) {
    let text = excerpt(&answer.body);
    assert_eq!(answer.status, status, "{text}");
    for word in words {
        assert!(text.contains(word), "no “{word}” in: {text}");
    }
}

/// A form as a browser of staff writes it.
pub async fn send(browser: &Browser<'_>, path: &str, pairs: &[(&str, &str)]) -> Answer {
    let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    browser.post(path, &form).await
}

/// The way of a school to its request; answers the request's page.
pub async fn ask_for_the_bus(site: &Site, school: &Visitor<'_>) -> String {
    let form = gone_to(&school.post("/bus/apply", &[]).await, "/bus/apply/");
    let code_page = gone_to(&school.post(&form, &FORM).await, &format!("{form}/code"));
    let code = sent_code(site, "morgenlicht@example.com").await;
    let mine = gone_to(&school.post(&code_page, &[("code", &code)]).await, "/bus/r/");
    mine.split('?').next().unwrap_or_default().to_owned()
}

/// The id of the request of an institution.
pub async fn request_of(site: &Site, organisation: &str) -> String {
    let found = sqlx::query_scalar("select id::text from bus_request where organisation = $1").bind(organisation);
    found.fetch_one(&site.test.db.owner_pool()).await.expect("a request")
}

/// A column of a request as text.
pub async fn state_of(site: &Site, id: &str) -> (String, String) {
    let found = sqlx::query_as("select state, version::text from bus_request where id = $1::uuid").bind(id);
    found.fetch_one(&site.test.db.owner_pool()).await.expect("a request")
}
