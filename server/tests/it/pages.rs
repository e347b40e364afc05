//! Pages and calls: guards before anything is rendered, languages, forms that come back, sessions.

use crate::support::Site;
use axum::body::Body;
use http::{Request, StatusCode, header};

#[tokio::test]
async fn a_page_is_whole_and_in_the_language_of_its_address() {
    let site = Site::new().await;
    let chinese = site.get("/privacy").await;
    assert_eq!(chinese.status, StatusCode::OK);
    assert!(chinese.body.contains("<html lang=\"zh-CN\""), "{}", &chinese.body[..200]);
    let english = site.get("/en/privacy").await;
    assert_eq!(english.status, StatusCode::OK);
    assert!(english.body.contains("<html lang=\"en\""));
    assert!(english.body.trim_end().ends_with("</html>"));
}

#[tokio::test]
async fn a_browser_without_a_cookie_costs_no_round_trip_to_the_database() {
    let site = Site::new().await;
    site.test.services.db.close().await;
    assert_eq!(site.get("/privacy").await.status, StatusCode::OK);
    assert_eq!(site.get("/nothing-here").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn without_a_database_a_known_browser_is_told_busy() {
    let site = Site::new().await;
    let browser = site.visitor().await;
    site.test.services.db.close().await;
    let answer = browser.get("/privacy").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.header("retry-after"), "5");
    assert!(answer.body.contains("<html"), "the house's own page");
}

#[tokio::test]
async fn a_cookie_that_opens_nothing_is_taken_back() {
    let site = Site::new().await;
    for cookie in ["__Host-session=nonsense".to_owned(), format!("__Host-session={}", "a".repeat(43))] {
        let request = Request::get("/privacy").header(header::COOKIE, &cookie).body(Body::empty()).expect("a request");
        let answer = site.send(request).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(
            answer.header("set-cookie").starts_with("__Host-session=; Max-Age=0"),
            "{}",
            answer.header("set-cookie")
        );
    }
    let known = site.visitor().await;
    assert_eq!(known.get("/privacy").await.header("set-cookie"), "");
}

#[tokio::test]
async fn a_session_ends_at_once_when_it_is_revoked() {
    let site = Site::new().await;
    let browser = site.visitor().await;
    let before = browser.get("/").await;
    sqlx::query("update login_session set revoked_at = now()")
        .execute(&site.test.db.owner_pool())
        .await
        .expect("revoked");
    let after = browser.get("/").await;
    assert_eq!(before.header("set-cookie"), "");
    assert!(after.header("set-cookie").starts_with("__Host-session=;"));
}

#[tokio::test]
async fn what_is_not_there_is_the_houses_page_with_a_support_code() {
    let site = Site::new().await;
    for (path, lang) in
        [("/no/such/page", "zh-CN"), ("/en/no/such/page", "en"), ("/none.txt", "zh-CN"), ("/hash.txt", "zh-CN")]
    {
        let answer = site.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(answer.body.contains(&format!("<html lang=\"{lang}\"")), "{path}");
        let id = answer.header("x-request-id").replace('-', "").to_uppercase();
        let code = format!("{}-{}", &id[24..28], &id[28..32]);
        assert!(answer.body.contains(&code), "{path}: the page shows {code}");
    }
}

#[tokio::test]
async fn the_wrong_method_is_405_and_names_the_right_ones() {
    let site = Site::new().await;
    let answer = site.anonymous().post("/privacy", "").await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(answer.header("allow").contains("GET"));
    assert!(answer.body.contains("<html"));
}

#[tokio::test]
async fn the_switches_of_the_footer_come_back_to_the_page() {
    let site = Site::new().await;
    let answer = site.anonymous().post("/preferences", "size=elder&back=%2Fen%2Fprivacy").await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/en/privacy"));
    let request =
        Request::get("/privacy").header(header::COOKIE, "__Host-size=elder").body(Body::empty()).expect("a request");
    assert!(site.send(request).await.body.contains("data-size=\"elder\""));
}

/// The address of a form has nothing to show: "try again" would lead to "wrong method".
#[tokio::test]
async fn trying_again_is_offered_where_there_is_a_page() {
    let site = Site::new().await;
    let visitor = site.visitor().await;
    site.test.services.db.close().await;
    for (path, offered) in [("/museum", true), ("/account/sessions/end-others", false)] {
        let answer = match offered {
            true => visitor.get(path).await,
            false => visitor.post(path, "").await,
        };
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert_eq!(answer.body.contains("再试一次"), offered, "{path}: {}", answer.body);
    }
}

/// Rules that cannot be read are not made up.
#[tokio::test]
async fn without_a_database_the_museum_tells_no_rules() {
    let site = Site::new().await;
    site.test.services.db.close().await;
    for path in ["/museum", "/en/museum"] {
        let answer = site.get(path).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert!(!answer.body.contains("class=\"ticks\""), "{path}: {}", answer.body);
        assert_ne!(answer.header("retry-after"), "", "{path}");
    }
}

#[tokio::test]
async fn signing_out_makes_the_browser_forget() {
    let site = Site::new().await;
    let visitor = site.visitor().await;
    assert_eq!(visitor.get("/account").await.header("clear-site-data"), "");
    let out = visitor.post("/sign-out", "").await;
    assert_eq!(out.header("clear-site-data"), "\"cache\", \"storage\"");
    assert!(out.header("set-cookie").starts_with("__Host-session=;"));
}

#[tokio::test]
async fn texts_of_the_build_say_their_character_set() {
    let folder = std::env::temp_dir().join(format!("site-{}", uuid::Uuid::from_bytes(services::crypto::random())));
    std::fs::create_dir_all(folder.join("pkg")).expect("a folder");
    for file in ["pkg/a.css", "pkg/a.js", "robots.txt", "a.webmanifest", "icon.svg", "a.png"] {
        std::fs::write(folder.join(file), "x").expect("a file");
    }
    let site = Site::with(&[("CORDBLOOD__SITE__ROOT", folder.to_str().expect("a path"))]).await;
    for (path, kind) in [
        ("/pkg/a.css", "text/css; charset=utf-8"),
        ("/pkg/a.js", "text/javascript; charset=utf-8"),
        ("/robots.txt", "text/plain; charset=utf-8"),
        ("/icon.svg", "image/svg+xml; charset=utf-8"),
        ("/a.webmanifest", "application/manifest+json; charset=utf-8"),
        ("/a.png", "image/png"),
    ] {
        assert_eq!(site.get(path).await.header("content-type"), kind, "{path}");
    }
    std::fs::remove_dir_all(folder).expect("removed");
}
