//! Campus science ambassadors through the real router: a pupil applies, staff decide, certify and revoke, somebody verifies;
//! the door's stewards see nothing of it.

use crate::account_pages::{Browser as Visitor, sent_code};
use crate::bus::{REFUSED, gone_to, send, shows};
use crate::support::{Browser, Site};
use domain::account::Role;
use http::StatusCode;
use jiff::SignedDuration;

/// A pupil of sixteen.
const FORM: [(&str, &str); 10] = [
    ("name", "演示·林小满"),
    ("age", "16"),
    ("capacity", "student"),
    ("organisation", "演示市星河中学"),
    ("post", "高一（2）班"),
    ("city", "jinan"),
    ("contact", "morgenlicht@example.com"),
    ("note", "想把科学讲给同学听。</textarea><script>"),
    ("accept", "on"),
    ("accept_rules", "on"),
];

/// The form with another value in one field.
fn with<'a>(field: &'a str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    FORM.iter().filter(|(name, _)| *name != field).copied().chain([(field, value)]).collect()
}

/// Staff make a round with one place and a training, and show it: answers its page.
async fn round(staff: &Browser<'_>) -> String {
    let typed = [
        ("title_zh", "夏季招募"),
        ("title_en", "Summer\tround"),
        ("story_zh", "把科学带进校园。"),
        ("places", "1"),
        ("opens_day", "2026-07-19"),
        ("opens_time", "09:00"),
        ("closes_day", "2026-07-22"),
        ("closes_time", "18:00"),
    ];
    let wrong: Vec<_> =
        typed.iter().map(|(name, value)| (*name, if *name == "places" { "0" } else { *value })).collect();
    let answer = send(staff, "/staff/ambassadors/new", &wrong).await;
    shows(&answer, REFUSED, &["名额"]);
    assert!(answer.body.contains("value=\"夏季招募\""), "what was typed is still there");
    let made = gone_to(&send(staff, "/staff/ambassadors/new", &typed).await, "/staff/ambassadors/");
    let page = made.split('?').next().unwrap_or_default().to_owned();
    assert!(staff.get(&format!("{page}/edit")).await.body.contains("\"Summer round\""), "one line, as mails say it");
    let date = [("day", "2026-07-30"), ("starts", "09:00"), ("ends", "12:00"), ("place", "科普馆")];
    gone_to(&send(staff, &format!("{page}/trainings"), &date).await, &page);
    gone_to(&send(staff, &format!("{page}/show"), &[("version", "1"), ("published", "yes")]).await, &page);
    page
}

/// The state and the version of the one application, and its id.
async fn the_application(site: &Site) -> (String, String, String) {
    let found = sqlx::query_as("select id::text, state, version::text from ambassador_application");
    found.fetch_one(&site.test.db.owner_pool()).await.expect("an application")
}

/// A pupil's way to an application: answers its page.
async fn apply(site: &Site, pupil: &Visitor<'_>, round: &str) -> String {
    let id = round.rsplit('/').next().unwrap_or_default();
    let form = gone_to(&pupil.post("/ambassadors/apply", &[("round", id)]).await, "/ambassadors/apply/");
    let child = pupil.post(&form, &with("age", "13")).await;
    shows(&child, REFUSED, &["监护人"]);
    assert!(child.body.contains("value=\"演示市星河中学\"") && !child.body.contains("<script>\n"), "nothing is lost");
    assert!(child.body.contains("&lt;/textarea&gt;&lt;script&gt;"), "a text stays a text");
    let code_page = gone_to(&pupil.post(&form, &FORM).await, &format!("{form}/code"));
    assert_eq!(Visitor::new(site).get(&form).await.status, StatusCode::NOT_FOUND, "another browser sees nothing");
    let code = sent_code(site, "morgenlicht@example.com").await;
    let mine = gone_to(&pupil.post(&code_page, &[("code", &code)]).await, "/ambassadors/r/");
    mine.split('?').next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_pupil_applies_is_selected_and_certified_and_anybody_verifies_it() {
    let site = Site::new().await;
    let staff = site.staff(&[Role::MuseumOfficer]).await;
    let round = round(&staff).await;
    let page = site.get("/ambassadors").await;
    shows(&page, StatusCode::OK, &["夏季招募", "正在报名", "2026年7月30日"]);
    assert!(site.get("/events").await.body.contains("href=\"/ambassadors\""), "there is a way to it");
    let pupil = Visitor::new(&site);
    let mine = apply(&site, &pupil, &round).await;
    shows(&site.get(&mine).await, StatusCode::OK, &["待评选", "演示市星河中学", "m***@example.com"]);

    let (id, _, version) = the_application(&site).await;
    let desk = format!("/staff/ambassadors/applications/{id}");
    let listed = staff.get(&round).await;
    shows(&listed, StatusCode::OK, &["演****", "待评选"]);
    assert!(!listed.body.contains("演示·林小满"), "a list masks");
    let decided = [("version", version.as_str()), ("decision", "refused"), ("reason", "")];
    shows(&send(&staff, &format!("{desk}/decide"), &decided).await, REFUSED, &["未入选的说明"]);
    let decided = [("version", version.as_str()), ("decision", "selected")];
    gone_to(&send(&staff, &format!("{desk}/decide"), &decided).await, &desk);
    assert!(!site.get(&mine).await.body.contains("恭喜"), "nobody learns of it before all do");
    let early = send(&staff, &format!("{round}/selection"), &[]).await;
    shows(&early, StatusCode::CONFLICT, &["报名还没有截止"]);
    site.test.services.clock.advance(SignedDuration::from_hours(24 * 3));
    let staff = site.staff(&[Role::MuseumOfficer]).await;
    gone_to(&send(&staff, &format!("{round}/selection"), &[]).await, &round);
    let page = site.get(&mine).await;
    shows(&page, StatusCode::OK, &["恭喜入选"]);
    let training: String = sqlx::query_scalar("select id::text from ambassador_training")
        .fetch_one(&site.test.db.owner_pool())
        .await
        .expect("a date");
    shows(&pupil.post(&format!("{mine}/confirm"), &[]).await, REFUSED, &["培训时间"]);
    gone_to(&pupil.post(&format!("{mine}/confirm"), &[("training", &training)]).await, &mine);

    site.test.services.clock.advance(SignedDuration::from_hours(24 * 8));
    let staff = site.staff(&[Role::MuseumOfficer]).await;
    let (_, state, version) = the_application(&site).await;
    assert_eq!(state, "confirmed");
    gone_to(&send(&staff, &format!("{desk}/attendance"), &[("version", &version), ("came", "yes")]).await, &desk);
    gone_to(&send(&staff, &format!("{round}/certificates"), &[]).await, &round);
    let page = site.get(&mine).await;
    shows(&page, StatusCode::OK, &["SDQXB-2026-000001"]);
    let pdf = site.get(&format!("{mine}/certificate.pdf")).await;
    assert_eq!((pdf.status, pdf.header("content-type")), (StatusCode::OK, "application/pdf"));
    let verify = page.body.split("href=\"/ambassadors/verify/").nth(1).and_then(|rest| rest.split('"').next());
    let verify = format!("/ambassadors/verify/{}", verify.expect("a link to verify it"));
    let verdict = site.get(&verify).await;
    shows(&verdict, StatusCode::OK, &["证书有效", "演****", "演示市星河中学"]);
    assert!(!verdict.body.contains("林小满"), "a masked name only");
    let (number, code) = verify.trim_start_matches("/ambassadors/verify/").split_once('/').expect("two parts");
    let typed = [("number", number), ("code", code)];
    gone_to(&pupil.post("/ambassadors/verify", &typed).await, &verify);
    shows(&pupil.post("/ambassadors/verify", &[("number", "1"), ("code", "")]).await, REFUSED, &["SDQXB-2026-000123"]);
    shows(
        &site.get(&format!("/ambassadors/verify/{number}/000000000000")).await,
        StatusCode::OK,
        &["没有找到这份证书"],
    );

    let (_, _, version) = the_application(&site).await;
    let revoked = [("version", version.as_str()), ("revoke_reason", "发错人")];
    gone_to(&send(&staff, &format!("{desk}/revoke"), &revoked).await, &desk);
    let verdict = site.get(&verify).await;
    shows(&verdict, StatusCode::OK, &["证书已撤销"]);
    assert!(!verdict.body.contains("发错人"), "the reason stays in the house");
    assert_eq!(site.get(&format!("{mine}/certificate.pdf")).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_steward_sees_no_application_and_a_wrong_link_leads_nowhere() {
    let site = Site::new().await;
    let staff = site.staff(&[Role::MuseumOfficer]).await;
    let round = round(&staff).await;
    apply(&site, &Visitor::new(&site), &round).await;
    let (id, ..) = the_application(&site).await;
    let steward = site.staff(&[Role::Steward]).await;
    for path in ["/staff/ambassadors", &round, &format!("/staff/ambassadors/applications/{id}")] {
        let answer = steward.get(path).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        assert!(!answer.body.contains("演示"), "{path}");
    }
    let selection = send(&steward, &format!("{round}/selection"), &[]).await;
    assert_eq!(selection.status, StatusCode::FORBIDDEN);
    assert_eq!(site.get("/ambassadors/r/nonsense").await.status, StatusCode::GONE);
    assert_eq!(site.get("/ambassadors/r/nonsense/certificate.pdf").await.status, StatusCode::GONE);
}
