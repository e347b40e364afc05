//! Every route has a policy, the policy is what is enforced, and the whole table is one reviewed file.

use crate::support::{Site, config};
use domain::account::Role;
use http::Method;
use server::router::{self, Policy};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The paths the router itself knows, read off its debug output: axum has no list of them.
fn known_to_the_router(debug: &str) -> BTreeSet<String> {
    let quoted = debug.split('"').skip(1).step_by(2);
    quoted.filter(|text| text.starts_with('/')).map(str::to_owned).collect()
}

#[tokio::test]
async fn no_route_without_a_policy() {
    let site = Site::new().await;
    let (router, declared) = router::router(&site.house).expect("the router can be built");
    let declared: BTreeSet<String> = declared.iter().map(|route| route.path.to_owned()).collect();
    let mut known = known_to_the_router(&format!("{router:?}"));
    // The fallback is a route of axum's own making: public files and "not found".
    known.retain(|path| !path.contains("__private__axum"));
    assert!(known.len() > 15, "only {known:?}: has axum's debug output changed?");
    assert_eq!(known, declared);
}

/// A path that names something that is not there.
fn filled(path: &str) -> String {
    let fill = |segment: &str| match segment {
        "{*file}" => "none.js".to_owned(),
        "{code}" => "busy".to_owned(),
        segment if segment.starts_with('{') => "01980000-0000-7000-8000-000000000000".to_owned(),
        segment => segment.to_owned(),
    };
    path.split('/').map(fill).collect::<Vec<_>>().join("/")
}

/// An address with `<new>` where it names something that was made just now.
fn without_new_ids(location: &str, filled: &str) -> String {
    let fresh = |segment: &str| uuid::Uuid::parse_str(segment).is_ok() && !filled.contains(segment);
    let segments = location.split('/').map(|segment| if fresh(segment) { "<new>" } else { segment });
    segments.collect::<Vec<_>>().join("/")
}

/// What each kind of user gets from each route. `UPDATE_GOLDEN=1` rewrites the file, and a person reviews it.
#[tokio::test]
async fn every_route_for_every_kind_of_user_is_the_reviewed_one() {
    let site = Site::new().await;
    services::booking::seed_demo(&site.test.services, &site.test.services.system()).await.expect("a museum");
    services::outreach::seed_demo(&site.test.services, &site.test.services.system()).await.expect("events");
    let (_, declared) = router::router(&site.house).expect("the router can be built");
    let mut table = String::new();
    let mut routes: Vec<_> = declared.iter().collect();
    routes.sort_by_key(|route| (route.path, route.method));
    for route in routes {
        let policy = match route.policy {
            Policy::People(access) => format!("{access:?}"),
            Policy::Machine(capability) => format!("Token that permits {capability:?}"),
            Policy::Device(capability) => format!("Device that permits {capability:?}"),
            Policy::Open(reason) => format!("Open: {reason}"),
        };
        let _ = writeln!(table, "{} {}\n  {policy}", route.method, route.path);
        // Anew for every route: some of them sign out, or delete the account.
        let users = [
            ("anonymous", site.anonymous()),
            ("visitor", site.visitor().await),
            ("steward", site.staff(&[Role::Steward]).await),
            ("all of staff", site.staff(&Role::ALL).await),
        ];
        for (name, browser) in &users {
            if route.path.contains("{link}") {
                // A network may try only so many links that lead nowhere in a while.
                site.test.services.clock.advance(jiff::SignedDuration::from_secs(20));
            }
            let method: Method = route.method.parse().expect("a method");
            let path = filled(route.path);
            let answer = browser.request(method, &path, "").await;
            assert_ne!(answer.status.as_u16() / 100, 5, "{} {} for {name}: {}", route.method, route.path, answer.body);
            let _ = writeln!(
                table,
                "  {name}: {} {}",
                answer.status.as_u16(),
                without_new_ids(answer.header("location"), &path)
            );
        }
    }
    let table = table.lines().map(str::trim_end).collect::<Vec<_>>().join("\n") + "\n";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/golden/routes.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(path, &table).expect("the golden file can be written");
    }
    let reviewed = std::fs::read_to_string(path).expect("the golden file is there");
    let (now, then): (Vec<_>, Vec<_>) = (table.split("\n").collect(), reviewed.split("\n").collect());
    let first = now.iter().zip(&then).position(|(now, then)| now != then).unwrap_or(now.len().min(then.len()));
    let around =
        |lines: &[&str]| lines.iter().skip(first.saturating_sub(5)).take(8).copied().collect::<Vec<_>>().join("\n");
    assert!(
        now == then,
        "line {}: review the change and run again with UPDATE_GOLDEN=1\nnow:\n{}\nreviewed:\n{}",
        first + 1,
        around(&now),
        around(&then)
    );
}

/// A display that was brought in: its cookie.
async fn display(site: &Site) -> (String, domain::ids::DisplayId) {
    let officer = site.staff(&[Role::LabOfficer]).await;
    let new = officer.post("/staff/tanks/displays/new", "name=east+1&place=corridor").await;
    let code =
        new.body.split("id=\"display-code\"").nth(1).and_then(|rest| rest.split(['>', '<']).nth(1)).expect("a code");
    let page = site.get("/wall").await;
    let key = page.body.split("name=\"key\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a key");
    let paired = site.anonymous().post("/wall", &format!("code={code}&key={key}")).await;
    assert_eq!((paired.status.as_u16(), paired.header("location")), (303, "/staff/wall"), "{}", paired.body);
    let cookie = paired.header("set-cookie").split(';').next().expect("a cookie").to_owned();
    assert!(cookie.starts_with("__Host-wall="), "{cookie}");
    let listed =
        services::telemetry::displays(&site.test.services, &site.test.services.system()).await.expect("a list");
    (cookie, listed[0].id)
}

/// A display's cookie opens the wall board and, of all that is not everybody's, nothing else; and nothing once it is revoked.
#[tokio::test]
async fn a_display_opens_the_wall_and_no_other_route() {
    let site = Site::new().await;
    let (cookie, id) = display(&site).await;
    let (mut browser, nobody) = (site.anonymous(), site.anonymous());
    browser.cookie = cookie;
    let (_, declared) = router::router(&site.house).expect("the router can be built");
    let mut opened = BTreeSet::new();
    let mut walked = 0;
    for route in declared.iter().filter(|route| !matches!(route.policy, Policy::Open(_))) {
        if route.policy == Policy::People(app::routes::Access::Public) {
            continue;
        }
        let (method, path) = (route.method.parse::<Method>().expect("a method"), filled(route.path));
        let with = browser.request(method.clone(), &path, "").await;
        let without = nobody.request(method, &path, "").await;
        walked += 1;
        if with.status.is_success() {
            opened.insert(format!("{} {}", route.method, route.path));
        } else {
            let same = |answer: &crate::support::Answer| (answer.status, answer.header("location").to_owned());
            assert_eq!(same(&with), same(&without), "{} {}", route.method, route.path);
        }
    }
    assert!(walked > 200, "{walked}");
    assert_eq!(Vec::from_iter(opened), ["GET /staff/wall", "GET /staff/wall/now"]);
    let board = browser.get("/staff/wall").await;
    assert!(board.header("set-cookie").starts_with("__Host-wall="), "it is kept for as long again");
    assert!(!board.body.contains("/staff/tanks") && !board.body.contains('⟦'), "it leads nowhere");
    let officer = site.staff(&[Role::LabOfficer]).await;
    let revoked = officer.post(&format!("/staff/tanks/displays/{id}/revoke"), "").await;
    assert_eq!(revoked.header("location"), "/staff/tanks/displays?done=revoked");
    for path in ["/staff/wall", "/staff/wall/now"] {
        let nothing = browser.get(path).await;
        assert_eq!(nothing.status.as_u16(), 303, "{path}");
        assert!(nothing.header("location").starts_with("/staff/sign-in"), "{path}");
        assert!(nothing.header("set-cookie").starts_with("__Host-wall=;"), "{path}: its cookie is taken back");
    }
}

#[tokio::test]
async fn what_is_for_development_is_no_route_of_production() {
    let test = testkit::TestHouse::new().await;
    let mut config = config(&[]);
    config.environment = server::config::Environment::Production;
    let house = server::house::HouseData::new(test.services.clone(), config);
    let (_, declared) = router::router(&house).expect("the router can be built");
    let open: Vec<_> = declared.iter().map(|route| route.path).collect();
    assert!(
        open.contains(&"/museum")
            && !open.iter().any(|path| path.starts_with("/gallery") || path.starts_with("/mailbox"))
    );
}

#[tokio::test]
async fn the_api_is_documented_route_by_route() {
    let site = Site::new().await;
    let (_, declared) = router::router(&site.house).expect("the router can be built");
    let described: BTreeSet<(String, String)> = {
        let document = serde_json::to_value(server::api::document()).expect("JSON");
        assert_eq!(document["openapi"], "3.1.0");
        let paths = document["paths"].as_object().expect("paths").clone();
        paths
            .iter()
            .flat_map(|(path, item)| {
                let methods = item.as_object().expect("an item").keys().filter(|key| key.len() <= 6 && *key != "head");
                methods.map(|method| (method.to_uppercase(), path.clone())).collect::<Vec<_>>()
            })
            .collect()
    };
    let served: BTreeSet<(String, String)> = declared
        .iter()
        .filter(|route| route.path.starts_with("/api/v1/") || route.path.starts_with("/.well-known/"))
        .filter(|route| route.path != "/api/v1/openapi.json")
        .map(|route| (route.method.to_owned(), route.path.to_owned()))
        .collect();
    assert_eq!(described, served);
}
