//! The museum's staff pages through the real router: what is shown, what is written, what is refused.

mod bookings;
mod cases;
mod changes;
mod closing;
mod collectors;
mod committee;
mod contracts;
mod decided;
mod desk;
mod documents;
mod door;
mod events;
mod exports;
mod funds;
mod ledger;
mod letters;
mod numbers;
mod objections;
mod open_door;
mod pictures;
mod profiles;
mod recalls;
mod rules;
mod series;
mod sessions;
mod tanks;
mod templates;
mod units;

use crate::account_pages::excerpt;
use crate::support::{Answer, Browser, Site};
use domain::account::Role;
use http::StatusCode;
use jiff::SignedDuration;
use uuid::Uuid;

/// The first day of the demo's week that has sessions: the test's noon is a Monday's.
const TUESDAY: &str = "2026-07-21";
/// A day whose sessions nobody has booked yet; forty places each.
const SATURDAY: &str = "2026-07-25";

/// A museum with its week, its sessions and some bookings.
async fn museum() -> Site {
    let site = Site::new().await;
    services::booking::seed_demo(&site.test.services, &site.test.services.system()).await.expect("a museum");
    later(&site, 2);
    site
}

/// Moves the clock; the public's picture of the sessions is read anew.
fn later(site: &Site, seconds: i64) {
    site.test.services.clock.advance(SignedDuration::from_secs(seconds));
}

/// Moves the clock to an instant.
fn at(site: &Site, instant: &str) {
    let instant: jiff::Timestamp = instant.parse().expect("an instant");
    site.test.services.clock.advance(instant.duration_since(site.test.now()));
}

async fn officer(site: &Site) -> Browser<'_> {
    site.staff(&[Role::MuseumOfficer]).await
}

/// A form as a browser writes it.
fn form(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// Sends a form.
async fn send(browser: &Browser<'_>, path: &str, pairs: &[(&str, &str)]) -> Answer {
    browser.post(path, &form(pairs)).await
}

/// The answer leads to a path that begins so; answers the whole of it.
fn gone_to(answer: &Answer, path: &str) -> String {
    let location = answer.header("location").to_owned();
    assert!(
        answer.status == StatusCode::SEE_OTHER && location.starts_with(path),
        "{} {location}, not {path}: {}",
        answer.status,
        excerpt(&answer.body)
    );
    location
}

/// The answer shows the page again with this status and these words.
fn again(answer: &Answer, status: StatusCode, words: &str) {
    let text = excerpt(&answer.body);
    assert_eq!(answer.status, status, "{text}");
    assert!(text.contains(words), "no “{words}” in: {text}");
}

const REFUSED: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

/// What stands in a field of a page.
fn value(page: &Answer, name: &str) -> String {
    let at = page.body.find(&format!("id=\"f-{name}\"")).expect("the field is there");
    let start = page.body[..at].rfind('<').expect("a tag");
    let tag = &page.body[start..start + page.body[start..].find('>').expect("its end")];
    tag.split("value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
}

/// One text from the database, by one id.
async fn text(site: &Site, sql: &'static str, id: &str) -> String {
    let id: Uuid = id.parse().expect("an id");
    sqlx::query_scalar(sql).bind(id).fetch_one(&site.test.db.owner_pool()).await.expect("one row")
}

/// One number from the database.
async fn number(site: &Site, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&site.test.db.owner_pool()).await.expect("one number")
}

/// The sessions of a day, in order.
async fn sessions_of(site: &Site, day: &str) -> Vec<String> {
    let sql = "select id::text from session where (starts_at at time zone 'Asia/Shanghai')::date = $1::date order by starts_at";
    sqlx::query_scalar(sql).bind(day).fetch_all(&site.test.db.owner_pool()).await.expect("sessions")
}

/// Books on behalf; answers the booking's id.
async fn booked(browser: &Browser<'_>, session: &str, people: &str, contact: &str) -> String {
    let key = Uuid::from_bytes(services::crypto::random()).to_string();
    let pairs = [
        ("key", &*key),
        ("session", session),
        ("name", "欧阳远山"),
        ("contact", contact),
        ("people", people),
        ("children", "0"),
    ];
    let location = gone_to(&send(browser, "/staff/museum/book", &pairs).await, "/staff/museum/bookings/");
    let id = location.strip_prefix("/staff/museum/bookings/").and_then(|rest| rest.strip_suffix("?done=booked"));
    id.expect("the booking's page").to_owned()
}

/// What a booking is: `confirmed 8+0 v1 staff`.
async fn state(site: &Site, booking: &str) -> String {
    let sql = "select state || ' ' || people || '+' || children || ' v' || version || ' ' || channel from booking where id = $1";
    text(site, sql, booking).await
}

async fn session_of(site: &Site, booking: &str) -> String {
    text(site, "select session_id::text from booking where id = $1", booking).await
}

/// How often something was done to a subject, as the audit trail says.
async fn noted(site: &Site, action: &str, subject: &str) -> i64 {
    let subject: Uuid = subject.parse().expect("an id");
    sqlx::query_scalar("select count(*) from audit_entry where action = $1 and subject_id = $2")
        .bind(action)
        .bind(subject)
        .fetch_one(&site.test.db.owner_pool())
        .await
        .expect("a number")
}
