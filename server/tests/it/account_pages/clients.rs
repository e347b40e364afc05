//! Machines on the operators' pages: made, seen, ended.

use super::staff::enrolled;
use super::{excerpt, later, see_other};
use crate::support::Site;
use domain::account::Role;
use http::StatusCode;
use serde_json::json;

/// The secret of a page that shows one.
fn secret(page: &str) -> Option<String> {
    page.split("once-secret\"><code>").nth(1).map(|rest| rest.split('<').next().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn a_machine_is_made_with_a_secret_shown_once_and_ended_for_good() {
    let site = Site::new().await;
    services::booking::seed_demo(&site.test.services, &site.test.services.system()).await.expect("a museum");
    let (browser, _, _) = enrolled(&site, "wang.xm", &[Role::Operator]).await;
    assert!(excerpt(&browser.get("/staff/clients").await.body).contains("还没有接口账号"));
    let nothing = browser.post("/staff/clients/new", &[("name", "一号闸机")]).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY, "what may it do?");
    assert!(nothing.body.contains("value=\"一号闸机\"") && nothing.body.contains("href=\"#f-scopes"));

    let form = [("name", "一号闸机"), ("scopes", "door:write"), ("scopes", "sessions:read"), ("scopes", "all")];
    let made = browser.post("/staff/clients/new", &form).await;
    assert_eq!(made.status, StatusCode::OK, "{}", excerpt(&made.body));
    let key = secret(&made.body).expect("a secret");
    let again = browser.post("/staff/clients/new", &form).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "a second press makes no second machine");

    let list = browser.get("/staff/clients").await.body;
    let address = list.split("href=\"").find(|rest| rest.starts_with("/staff/clients/0"));
    let address = address.and_then(|rest| rest.split('"').next()).expect("a link").to_owned();
    assert!(excerpt(&list).contains("登记入场") && excerpt(&list).contains("从未") && !list.contains(&key));
    let page = browser.get(&address).await.body;
    assert!(secret(&page).is_none() && !page.contains(&key), "shown once");

    let id = address.rsplit('/').next().expect("an id");
    let asked = json!({ "grant_type": "client_credentials", "client_id": id, "client_secret": key });
    let tokens = site.call("POST", "/api/v1/token", "", &[], Some(&asked)).await;
    assert_eq!(tokens.json()["scope"], "door:write sessions:read");
    let token = tokens.json()["access_token"].as_str().expect("a token").to_owned();
    assert_eq!(site.call("GET", "/api/v1/sessions", &token, &[], None).await.status, StatusCode::OK);
    assert!(excerpt(&browser.get(&address).await.body).contains("刚刚"), "it was heard");

    see_other(&browser.post(&format!("{address}/end"), &[]).await, "/staff/clients?done=ended");
    let refused = site.call("GET", "/api/v1/sessions", &token, &[], None).await;
    assert_eq!((refused.status, refused.problem()), (StatusCode::UNAUTHORIZED, "no-token".to_owned()));
    see_other(&browser.post(&format!("{address}/end"), &[]).await, "/staff/clients?done=ended");
    let page = browser.get(&address).await.body;
    assert!(excerpt(&page).contains("已停用") && !page.contains("/end\""), "what has ended is not ended again");
}

#[tokio::test]
async fn machines_are_for_operators_with_a_fresh_second_factor() {
    let site = Site::new().await;
    let (officer, _, _) = enrolled(&site, "officer", &[Role::MuseumOfficer, Role::Steward, Role::Auditor]).await;
    let form = [("name", "一号闸机"), ("scopes", "door:write")];
    for path in ["/staff/clients", "/staff/clients/new", "/staff/clients/01980000-0000-7000-8000-000000000000"] {
        assert_eq!(officer.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(officer.post("/staff/clients/new", &form).await.status, StatusCode::FORBIDDEN);
    let (operator, _, _) = enrolled(&site, "operator", &[Role::Operator]).await;
    let none = "/staff/clients/01980000-0000-7000-8000-000000000000";
    assert_eq!(operator.get(none).await.status, StatusCode::NOT_FOUND);
    assert_eq!(operator.post(&format!("{none}/end"), &[]).await.status, StatusCode::NOT_FOUND);
    later(&site, 11 * 60);
    see_other(&operator.get("/staff/clients").await, "/staff/step-up?next=%2Fstaff%2Fclients");
    see_other(&operator.post("/staff/clients/new", &form).await, "/staff/step-up?next=%2Fstaff%2Fclients%2Fnew");
}
