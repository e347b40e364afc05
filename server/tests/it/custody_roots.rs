//! Signed roots, keys and passports through the real router: what everybody reads, what machines read, and who is handed a passport.

use crate::paper;
use crate::support::Site;
use domain::account::Role;
use domain::custody::State;
use domain::custody::passport::{Keys, Passport};
use http::StatusCode;
use jiff::SignedDuration;
use services::custody::proof;
use testkit::custody::unit_in;

#[tokio::test]
async fn before_the_first_root_everybody_is_told_so() {
    let site = Site::new().await;
    for (path, words) in [("/custody/roots", "还没有签署过根"), ("/en/custody/roots", "No root has been signed yet")]
    {
        let page = site.get(path).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.body.contains(words) && !page.body.contains('⟦'), "{path}");
    }
    let roots = site.get("/custody/roots.json").await.json();
    assert_eq!((roots["roots"].as_array().map(Vec::len), roots["next"].is_null()), (Some(0), true));
}

#[tokio::test]
async fn roots_stand_for_people_and_machines_day_by_day_and_name_no_unit() {
    let site = Site::new().await;
    let mut units = Vec::new();
    for day in 0..3 {
        units.push(unit_in(&site.test, day + 1, State::Expected).await.to_string());
        assert_eq!(proof::close_all(&site.test.services).await.expect("a root"), 1);
        site.test.services.clock.advance(SignedDuration::from_hours(24));
    }
    let roots = site.get("/custody/roots.json").await;
    let all = roots.json();
    let numbers: Vec<_> = all["roots"].as_array().expect("roots").iter().map(|root| root["number"].as_u64()).collect();
    assert_eq!(numbers, [Some(3), Some(2), Some(1)]);
    assert_eq!(all["roots"][0]["previous"], all["roots"][1]["root"]);
    let older = site.get("/custody/roots.json?before=2").await.json();
    assert_eq!(older["roots"].as_array().map(Vec::len), Some(1));
    let page = site.get("/custody/roots").await;
    for root in all["roots"].as_array().expect("roots") {
        assert!(page.body.contains(root["root"].as_str().expect("a root")), "each day's root stands there");
    }
    let keys: Keys = serde_json::from_value(site.get("/custody/keys.json").await.json()).expect("keys");
    assert!(keys.keys.iter().any(|key| all["roots"][0]["kid"] == key.kid.as_str()));
    for answer in [&roots, &page] {
        assert!(units.iter().all(|unit| !answer.body.contains(unit.as_str())), "nothing of a unit");
    }
    for nonsense in ["?before=", "?before=x", "?before=-1", "?before=99999999999999999999", "?before=2026-02-30"] {
        assert_eq!(site.get(&format!("/custody/roots{nonsense}")).await.status, StatusCode::OK, "{nonsense}");
        assert_eq!(site.get(&format!("/custody/roots.json{nonsense}")).await.status, StatusCode::OK, "{nonsense}");
    }
}

#[tokio::test]
async fn the_page_of_the_verifier_holds_the_keys_and_may_run_its_module() {
    let site = Site::new().await;
    for path in ["/custody/verify", "/en/custody/verify"] {
        let page = site.get(path).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.body.contains("server verify-passport passport.json --keys keys.json"), "without scripts, too");
        assert!(!page.body.contains('⟦'), "{path}");
        let policy = page.header("content-security-policy");
        assert!(policy.contains("'wasm-unsafe-eval'") && policy.contains("default-src 'none'"), "{policy}");
        if site.house.assets.verify.is_some() {
            let keys = page.body.split_once("id=\"proof-keys\">").and_then(|(_, rest)| rest.split_once("</script>"));
            let keys: Keys = serde_json::from_str(keys.expect("the keys").0).expect("JSON");
            assert_eq!(keys, proof::keys(&site.test.services));
        }
    }
    let other = site.get("/custody/roots").await;
    assert!(!other.header("content-security-policy").contains("wasm"), "no other page of the room runs any");
}

#[tokio::test]
async fn a_passport_is_handed_to_whoever_sees_units_and_to_nobody_else() {
    let site = Site::new().await;
    let unit = unit_in(&site.test, 1, State::Banked).await;
    proof::close_all(&site.test.services).await.expect("a root");
    let path = format!("/staff/units/{unit}/passport.json");
    let on_paper = path.replace(".json", ".pdf");
    let lab = site.staff(&[Role::LabOfficer]).await;
    let file = lab.get(&path).await;
    assert_eq!(file.status, StatusCode::OK, "{}", file.body);
    assert!(file.header("content-disposition").starts_with("attachment"), "{}", file.header("content-disposition"));
    let passport = Passport::read(&file.body).expect("a passport");
    let verdict = passport.verify(&proof::keys(&site.test.services)).expect("it holds");
    assert_eq!((verdict.unit, verdict.covered, verdict.told), (unit.0, verdict.events, verdict.events));
    let taken: i64 = sqlx::query_scalar(
        "select count(*) from audit_entry where action = 'custody.passport_taken' and subject_id = $1",
    )
    .bind(unit.0)
    .fetch_one(&site.test.db.owner_pool())
    .await
    .expect("the trail");
    assert_eq!(taken, 1);
    let printed = lab.get(&on_paper).await;
    assert_eq!((printed.status, printed.header("content-type")), (StatusCode::OK, "application/pdf"));
    assert!(paper::text(&printed.bytes).contains(&unit.to_string()));
    let page = lab.get(&format!("/staff/units/{unit}")).await;
    assert!(page.body.contains(&path) && page.body.contains(&on_paper), "the page of the unit leads to both");
    for path in [&path, &on_paper] {
        for role in [Role::Steward, Role::Operator, Role::MuseumOfficer] {
            assert_eq!(site.staff(&[role]).await.get(path).await.status, StatusCode::FORBIDDEN, "{role:?}");
        }
        assert_eq!(site.anonymous().get(path).await.status, StatusCode::SEE_OTHER);
        assert_ne!(site.visitor().await.get(path).await.status, StatusCode::OK);
        for nobody in ["0197f8a2-7a10-4000-8000-123456789012", "nonsense"] {
            let answer = lab.get(&path.replace(&unit.to_string(), nobody)).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{nobody}");
        }
    }
}
