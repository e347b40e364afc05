//! What every document keeps: status, policy, language, no inline style, no script where nothing is live, sound references.

use crate::reading::{Shown, Tag, show, show_as, tags, visit};
use app::form::{FormState, Tone};
use app::preferences::{Preferences, Theme};
use app::problem::Problem;
use axum::http::StatusCode;
use domain::Locale;
use domain::field::{Fault, FieldError};
use std::collections::HashSet;
use testkit::TestHouse;

/// Pages of this crate that need no data.
const PLAIN: [&str; 4] = ["/", "/privacy", "/accessibility", "/gallery"];

fn ids(tags: &[Tag]) -> HashSet<&str> {
    tags.iter().filter_map(|tag| tag.get("id")).collect()
}

/// What holds for every document.
fn sound(shown: &Shown, path: &str) {
    let tags = tags(&shown.html);
    let all: Vec<&str> = tags.iter().filter_map(|tag| tag.get("id")).collect();
    let ids = ids(&tags);
    assert_eq!(all.len(), ids.len(), "{path}: an id stands twice: {all:?}");
    assert!(!shown.html.contains('⟦'), "{path}: a sentence is missing");
    for tag in &tags {
        assert!(tag.get("style").is_none(), "{path}: inline style on {}", tag.name);
        for (name, value) in &tag.attributes {
            assert!(!name.starts_with("on"), "{path}: {name} on {}", tag.name);
            let refers = matches!(name.as_str(), "for" | "aria-describedby" | "aria-labelledby");
            for id in value.split_whitespace().filter(|_| refers) {
                assert!(ids.contains(id), "{path}: {name} of {} names {id}, which is not there", tag.name);
            }
        }
        if matches!(tag.name.as_str(), "script" | "link" | "img" | "form" | "iframe") {
            for address in ["src", "href", "action"].iter().filter_map(|name| tag.get(name)) {
                let ours = address.starts_with('/')
                    || address.starts_with('#')
                    || address.starts_with("https://test.example/");
                assert!(ours, "{path}: {} leaves the house: {address}", tag.name);
            }
        }
        if let ("input", Some(kind)) = (tag.name.as_str(), tag.get("type"))
            && kind != "hidden"
        {
            assert!(tag.get("id").is_some(), "{path}: an input without an id has no label");
        }
    }
    let main = tags.iter().filter(|tag| tag.name == "main").count();
    let headings = tags.iter().filter(|tag| tag.name == "h1").count();
    assert_eq!((main, headings), (1, 1), "{path}: one main, one heading");
    assert!(shown.html.starts_with("<!DOCTYPE html>"), "{path}");
    assert!(shown.html.contains("<title>"), "{path}: no title");
}

#[tokio::test]
async fn every_plain_page_is_sound_in_both_languages() {
    let house = TestHouse::new().await;
    for locale in Locale::ALL {
        for path in PLAIN {
            let shown = show(visit(&house, locale, path)).await;
            assert_eq!(shown.status, StatusCode::OK, "{path}");
            assert!(shown.html.contains(&format!("<html lang=\"{}\"", locale.tag())), "{path}");
            sound(&shown, path);
        }
        for problem in Problem::ALL {
            let shown = show(visit(&house, locale, "/").with(|data| data.problem = Some(problem))).await;
            assert_eq!(shown.status, problem.status());
            sound(&shown, "problem");
        }
    }
}

#[tokio::test]
async fn a_page_without_islands_has_no_script_and_allows_none() {
    let house = TestHouse::new().await;
    let shown = show(visit(&house, Locale::ZhCn, "/")).await;
    assert!(!shown.html.contains("<script"), "{}", shown.html);
    assert!(shown.policy.contains("script-src 'none';"), "{}", shown.policy);
    assert!(shown.policy.contains("frame-ancestors 'none'") && !shown.policy.contains("unsafe-inline"));
}

#[tokio::test]
async fn every_script_of_a_page_with_islands_carries_the_nonce_of_its_answer() {
    let house = TestHouse::new().await;
    let first = show(visit(&house, Locale::ZhCn, "/gallery")).await;
    let second = show(visit(&house, Locale::ZhCn, "/gallery")).await;
    assert_ne!(first.policy, second.policy, "a nonce is used once");
    let scripts: Vec<Tag> = tags(&first.html).into_iter().filter(|tag| tag.name == "script").collect();
    assert!(!scripts.is_empty());
    for script in scripts {
        let nonce = script.get("nonce").expect("every script has the nonce");
        assert!(first.policy.contains(&format!("'nonce-{nonce}'")), "{nonce} in {}", first.policy);
    }
    assert!(first.html.contains("/pkg/site.a1.js") && first.html.contains("/pkg/site.b2.wasm"));
    assert!(first.html.contains("<leptos-island"));
}

#[tokio::test]
async fn what_is_not_there_is_said_with_its_status_and_a_code() {
    let house = TestHouse::new().await;
    let shown = show(visit(&house, Locale::ZhCn, "/no/such/page")).await;
    assert_eq!(shown.status, StatusCode::NOT_FOUND);
    assert!(shown.html.contains("没有找到这个页面") && shown.html.contains("求助代码"));
    sound(&shown, "/no/such/page");
}

#[tokio::test]
async fn the_gallery_is_for_developers_only() {
    let house = TestHouse::new().await;
    let shown = show(visit(&house, Locale::ZhCn, "/gallery").with(|data| data.development = false)).await;
    assert_eq!(shown.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_refused_form_is_told_in_title_summary_and_field() {
    let house = TestHouse::new().await;
    let form = FormState::typed([("name", "x")], &[])
        .with_errors(vec![FieldError::new("name", Fault::Required), FieldError::new("phone", Fault::PhoneShape)])
        .with_notice(Tone::Warning, "</script><script>alert(1)</script>");
    let shown =
        show_as(visit(&house, Locale::ZhCn, "/").with(|data| data.form = form), StatusCode::UNPROCESSABLE_ENTITY).await;
    assert_eq!(shown.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(shown.html.contains("<title>错误："), "the title says so first");
    assert!(shown.html.contains("href=\"#f-name\"") && shown.html.contains("href=\"#f-phone\""));
    assert!(!shown.html.contains("<script"), "a notice is text");
}

#[tokio::test]
async fn every_error_of_the_gallery_leads_to_its_field() {
    let house = TestHouse::new().await;
    let shown = show(visit(&house, Locale::ZhCn, "/gallery")).await;
    let tags = tags(&shown.html);
    let ids = ids(&tags);
    let targets: Vec<&str> = tags.iter().filter_map(|tag| tag.get("href")?.strip_prefix("#f-")).collect();
    assert_eq!(targets.len(), 9);
    for target in targets {
        assert!(ids.contains(format!("f-{target}").as_str()), "no field {target}");
    }
}

#[tokio::test]
async fn preferences_reach_the_document() {
    let house = TestHouse::new().await;
    let shown = show(
        visit(&house, Locale::ZhCn, "/")
            .with(|data| data.preferences = Preferences { elder: true, theme: Theme::Dark }),
    )
    .await;
    assert!(shown.html.contains("data-theme=\"dark\"") && shown.html.contains("data-size=\"elder\""));
    let shown = show(visit(&house, Locale::ZhCn, "/")).await;
    assert!(!shown.html.contains("data-theme=") && !shown.html.contains("data-size="));
}

#[tokio::test]
async fn the_other_language_is_the_same_page() {
    let house = TestHouse::new().await;
    let here = |locale| visit(&house, locale, "/privacy").with(|data| data.query = app::visit::Query::parse("a=1"));
    assert!(show(here(Locale::ZhCn)).await.html.contains("href=\"/en/privacy?a=1\""));
    assert!(show(here(Locale::En)).await.html.contains("href=\"/privacy?a=1\""));
}

#[tokio::test]
async fn the_privacy_notice_tells_every_item_of_the_registry() {
    let house = TestHouse::new().await;
    for locale in Locale::ALL {
        let html = show(visit(&house, locale, "/privacy")).await.html;
        for field in services::privacy::FIELDS.iter().filter(|field| field.in_notice) {
            for text in [field.what, field.purpose, field.readers, field.term.text(), field.protection.text()] {
                assert!(html.contains(text.of(locale)), "{}: {}", field.table, text.of(locale));
            }
        }
    }
}

/// The descriptions in a document's head.
fn descriptions(html: &str) -> Vec<String> {
    let is = |tag: &Tag| tag.name == "meta" && tag.get("name") == Some("description");
    tags(html).iter().filter(|tag| is(tag)).filter_map(|tag| tag.get("content").map(str::to_owned)).collect()
}

/// Visitors who come at the same moment share threads: what one page is made of must not be taken from under it, nor end
/// up in another's. The gallery has every island, whose signals are read when the page is written out; the mailbox waits
/// for the database half-way and writes the rest on whichever thread is free.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn pages_that_are_made_at_the_same_moment_do_not_touch() {
    let house = TestHouse::new().await;
    let count = |shown: &Shown| shown.html.matches("<leptos-island").count();
    let alone = count(&show(visit(&house, Locale::ZhCn, "/gallery")).await);
    assert!(alone > 1);
    let shows = (0..400).map(|n| {
        let locale = Locale::ALL[n / 2 % 2];
        let path = ["/gallery", "/mailbox"][n % 2];
        let visit = visit(&house, locale, path);
        let lead = visit.t("mailbox-lead").to_string();
        tokio::spawn(async move { (locale, path, lead, show(visit).await) })
    });
    for shown in futures::future::join_all(shows.collect::<Vec<_>>()).await {
        let (locale, path, lead, shown) = shown.expect("no page panics");
        assert_eq!(shown.status, StatusCode::OK, "{path}");
        assert!(shown.html.contains(&format!("<html lang=\"{}\"", locale.tag())), "{path}");
        let expected = if path == "/gallery" { (Vec::new(), alone) } else { (vec![lead], 0) };
        assert_eq!((descriptions(&shown.html), count(&shown)), expected, "{path} in {locale:?}");
    }
}
