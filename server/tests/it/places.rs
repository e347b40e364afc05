//! The figures a calendar asks for while it is looked at: true, the same words as the page's, cheap to ask for again.

use crate::support::{Answer, Site};
use axum::body::Body;
use http::{Request, StatusCode, header};
use jiff::SignedDuration;
use serde_json::Value;
use uuid::Uuid;

const DAY: &str = "/museum/places?people=2&day=2026-07-25&month=2026-07";

async fn demo(settings: &[(&str, &str)]) -> Site {
    let site = Site::with(settings).await;
    services::booking::seed_demo(&site.test.services, &site.test.services.system()).await.expect("a museum");
    later(&site);
    site
}

/// The picture of the sessions is read anew.
fn later(site: &Site) {
    site.test.services.clock.advance(SignedDuration::from_secs(2));
}

async fn known(site: &Site, path: &str, tag: &str) -> Answer {
    let request = Request::get(path).header(header::IF_NONE_MATCH, tag);
    site.send(request.body(Body::empty()).expect("a request")).await
}

fn sessions(figures: &Value) -> &[Value] {
    figures["sessions"].as_array().expect("sessions")
}

/// Somebody keeps places of a session for ten minutes.
async fn hold(site: &Site, session: &Value, people: i32) {
    let sql = "insert into hold (session_id, id, people, expires_at, created_at)
               values ($1::uuid, $2, $3, $4::timestamptz + interval '10 minutes', $4::timestamptz)";
    sqlx::query(sql)
        .bind(session.as_str().expect("an id"))
        .bind(Uuid::from_bytes(services::crypto::random()))
        .bind(people)
        .bind(site.test.now().to_string())
        .execute(&site.test.db.owner_pool())
        .await
        .expect("a hold");
    later(site);
}

#[tokio::test]
async fn the_figures_are_the_pages_own_in_both_languages() {
    let site = demo(&[]).await;
    for (prefix, words) in [("", "余40位"), ("/en", "40 places left")] {
        let page = site.get(&format!("{prefix}/museum/sessions?people=2&day=2026-07-25")).await;
        let figures = site.get(&format!("{prefix}{DAY}")).await;
        let asked = format!("data-places=\"{prefix}{}\"", DAY.replace('&', "&amp;"));
        assert!(page.body.contains(&asked), "the page says where to ask: {asked}");
        assert_eq!(figures.header("content-type"), "application/json");
        let figures = figures.json();
        assert_eq!(sessions(&figures).len(), 4);
        for session in sessions(&figures) {
            let (id, state) = (session["id"].as_str().expect("an id"), session["state"].as_str().expect("a state"));
            let card = page.body.split(&format!("data-session=\"{id}\"")).nth(1).expect("its card");
            assert!(card.starts_with(&format!(" data-state=\"{state}\"")), "{}", &card[..80]);
            for name in ["tag", "words", "meter", "label", "share"] {
                let value = session[name].as_str().expect(name);
                assert!(card.split("</li>").next().expect("a card").contains(value), "{name}: {value}");
            }
            assert_eq!((session["words"].as_str(), session["open"].as_bool()), (Some(words), Some(true)));
        }
        for day in figures["days"].as_array().expect("days") {
            let (day, look) = (day[0].as_str().expect("a day"), day[1].as_str().expect("a look"));
            assert!(day >= "2026-07-20" && page.body.contains(&format!("data-day=\"{day}\"")), "{day}");
            assert!(look.starts_with("day day-"), "{look}");
        }
    }
}

#[tokio::test]
async fn what_is_known_is_not_sent_again_until_it_changes() {
    let site = demo(&[]).await;
    let first = site.get(DAY).await;
    let tag = first.header("etag").to_owned();
    assert_eq!((first.status, first.header("cache-control")), (StatusCode::OK, "private, no-cache"));
    later(&site);
    let again = known(&site, DAY, &tag).await;
    assert_eq!((again.status, again.body.as_str(), again.header("etag")), (StatusCode::NOT_MODIFIED, "", &*tag));

    let session = sessions(&first.json())[0]["id"].clone();
    hold(&site, &session, 39).await;
    let few = known(&site, DAY, &tag).await;
    assert_eq!(few.status, StatusCode::OK);
    assert_ne!(few.header("etag"), tag);
    let few = few.json();
    assert_eq!(
        (few["sessions"][0]["state"].as_str(), few["sessions"][0]["open"].as_bool()),
        (Some("few"), Some(false))
    );
    assert_eq!(few["sessions"][0]["said"], "09:00–10:30，余1位，不够2人。");
    // One place is enough for one.
    let one = site.get(&DAY.replace("people=2", "people=1")).await.json();
    assert_eq!(one["sessions"][0]["state"], "free");
    hold(&site, &session, 1).await;
    let full = site.get(DAY).await.json();
    assert_eq!(
        (full["sessions"][0]["state"].as_str(), full["sessions"][0]["share"].as_str()),
        (Some("full"), Some("100.0"))
    );
    let day = full["days"].as_array().expect("days").iter().find(|day| day[0] == "2026-07-25").expect("the day");
    assert_eq!(day[2], "余40", "three sessions of the day are still free");
}

#[tokio::test]
async fn one_answer_serves_everybody_of_a_moment_and_needs_no_database() {
    let site = demo(&[("CORDBLOOD__HTTP__SNAPSHOT_AGE", "60s")]).await;
    let first = site.get(DAY).await;
    hold(&site, &sessions(&first.json())[0]["id"], 40).await;
    site.test.services.db.close().await;
    for _ in 0..3 {
        let answer = site.get(DAY).await;
        assert_eq!((answer.status, &answer.body), (StatusCode::OK, &first.body));
    }
    assert_eq!(known(&site, DAY, first.header("etag")).await.status, StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn what_nobody_could_have_asked_for_is_answered_like_the_page() {
    let site = demo(&[]).await;
    for (query, people) in [("people=900", "5"), ("people=-1", "2"), ("people=x&day=never&month=13", "2")] {
        let answer = site.get(&format!("/museum/places?{query}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{query}");
        let page = site.get(&format!("/museum/sessions?{query}")).await;
        assert!(page.body.contains(&format!("data-places=\"/museum/places?people={people}&amp;")), "{query}");
    }
    for query in ["people=2&month=0001-01", "people=2&day=2020-01-01"] {
        let page = site.get(&format!("/museum/sessions?{query}")).await;
        assert!(page.body.contains("month=2026-07\""), "what is past is not shown: {query}");
    }
    let none = site.get("/museum/places?people=2&day=2026-08-03&month=2026-08").await.json();
    assert!(sessions(&none).is_empty(), "a Monday has no sessions");
}

#[tokio::test]
async fn who_keeps_the_last_places_reads_that_they_are_theirs_and_nobody_elses_page_changes() {
    let site = demo(&[]).await;
    let services = &site.test.services;
    let session = sessions(&site.get(DAY).await.json())[0]["id"].clone();
    hold(&site, &session, 38).await;
    let token = "0123456789abcdef0123456789abcdef";
    let id = session.as_str().expect("an id").parse().expect("a session");
    let context = site.test.context(domain::account::Actor::Anonymous);
    let network = services::limits::Network::of([203, 0, 113, 9].into());
    let two = domain::booking::PartySize::new(2).expect("a size");
    let draft = services::booking::begin(services, &context, id, two, token, &network).await.expect("the last two");
    later(&site);
    let of_browser = async |path: &str| {
        let request = Request::get(path).header(header::COOKIE, format!("__Host-visitor={token}"));
        site.send(request.body(Body::empty()).expect("a request")).await
    };
    let page = "/museum/sessions?people=2&day=2026-07-25";
    let (own, figures) = (of_browser(page).await, of_browser(DAY).await);
    assert_eq!((own.header("cache-control"), figures.header("cache-control")), ("no-store", "private, no-cache"));
    assert!(own.body.contains(&format!("/museum/book/{draft}")) && own.body.contains(" data-own"), "the way back");
    assert!(own.body.contains("余2位，含为您保留的2位"));
    let first = figures.json()["sessions"][0].clone();
    assert_eq!((first["state"].as_str(), first["open"].as_bool()), (Some("free"), Some(true)));

    let (everybody, figures) = (site.get(page).await, site.get(DAY).await.json());
    assert_eq!(figures["sessions"][0]["state"], "full");
    assert!(!everybody.body.contains("/museum/book/") && !everybody.body.contains(" data-own"));
    let of_browser_in_english = of_browser("/en/museum/sessions?people=3&day=2026-07-25").await;
    assert!(of_browser_in_english.body.contains("2 left (2 held for you), too few for 3"));
}
