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
    let date =
        [("day", "2026-07-30"), ("starts", "09:00"), ("ends", "12:00"), ("place", "科普馆"), ("training_places", "3")];
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

#[tokio::test]
async fn a_signed_in_pupil_finds_the_application_in_the_account() {
    let site = Site::new().await;
    let staff = site.staff(&[Role::MuseumOfficer]).await;
    let round = round(&staff).await;
    let pupil = Visitor::new(&site);
    apply(&site, &pupil, &round).await;
    crate::account_pages::later(&site, 120);
    pupil.sign_in("morgenlicht@example.com").await;
    shows(&pupil.get("/account").await, StatusCode::OK, &["我的宣传员报名", "夏季招募", "待评选"]);
    let (id, ..) = the_application(&site).await;
    let opened = gone_to(&pupil.get(&format!("/account/ambassadors/{id}")).await, "/ambassadors/r/");
    shows(&site.get(&opened).await, StatusCode::OK, &["演示市星河中学"]);
    let stranger = Visitor::new(&site);
    stranger.sign_in("somebody@example.com").await;
    assert_eq!(stranger.get(&format!("/account/ambassadors/{id}")).await.status, StatusCode::NOT_FOUND);
    assert!(!stranger.get("/account").await.body.contains("我的宣传员报名"));
}

#[tokio::test]
async fn staff_who_say_why_see_the_guardian_in_full_once_and_the_trail_says_so() {
    let site = Site::new().await;
    let staff = site.staff(&[Role::MuseumOfficer]).await;
    let round = round(&staff).await;
    let pupil = Visitor::new(&site);
    let id = round.rsplit('/').next().unwrap_or_default();
    let form = gone_to(&pupil.post("/ambassadors/apply", &[("round", id)]).await, "/ambassadors/apply/");
    let child: Vec<_> =
        with("age", "12").into_iter().chain([("guardian", "演示·林先生"), ("guardian_consent", "on")]).collect();
    let code_page = gone_to(&pupil.post(&form, &child).await, &format!("{form}/code"));
    let code = sent_code(&site, "morgenlicht@example.com").await;
    gone_to(&pupil.post(&code_page, &[("code", &code)]).await, "/ambassadors/r/");
    let (id, ..) = the_application(&site).await;
    let desk = format!("/staff/ambassadors/applications/{id}");
    assert!(!staff.get(&desk).await.body.contains("林先生"), "masked by default");
    let without = send(&staff, &format!("{desk}/reveal"), &[("reveal_reason", "")]).await;
    assert_eq!(without.status, REFUSED);
    assert!(!without.body.contains("林先生"));
    let shown = send(&staff, &format!("{desk}/reveal"), &[("reveal_reason", "核对监护人同意书")]).await;
    let page = shown.body.contains("演示·林先生") && shown.body.contains("演示·林小满");
    assert!(page, "{}", shown.body);
    assert!(!staff.get(&desk).await.body.contains("林先生"), "shown once");
    let trail: i64 = sqlx::query_scalar(
        "select count(*) from audit_entry where action = 'ambassador.contact_revealed' and detail->>'reason' = '核对监护人同意书'",
    )
    .fetch_one(&site.test.db.owner_pool())
    .await
    .expect("the trail");
    assert_eq!(trail, 1);
}

#[tokio::test]
async fn staff_give_a_training_places_move_it_and_take_it_away() {
    let site = Site::new().await;
    let staff = site.staff(&[Role::MuseumOfficer]).await;
    let round = round(&staff).await;
    let training = async || -> String {
        let id = sqlx::query_scalar("select id::text from ambassador_training");
        id.fetch_one(&site.test.db.owner_pool()).await.expect("a date")
    };
    shows(&staff.get(&round).await, StatusCode::OK, &["0人 / 3个名额"]);
    let id = training().await;
    let page = format!("{round}/trainings/{id}");
    let has = |body: &str, values: &[&str]| {
        for value in values {
            assert!(body.contains(&format!("value=\"{value}\"")), "{value} is in a field");
        }
    };
    has(&staff.get(&page).await.body, &["3", "09:00", "科普馆"]);
    let typed =
        [("day", "2026-07-31"), ("starts", "14:00"), ("ends", "13:00"), ("place", "科普馆"), ("training_places", "x")];
    let wrong = send(&staff, &page, &typed).await;
    assert_eq!(wrong.status, REFUSED);
    has(&wrong.body, &["14:00", "x", "科普馆"]);
    let typed = typed.map(|(name, value)| match name {
        "ends" => (name, "17:00"),
        "training_places" => (name, ""),
        _ => (name, value),
    });
    gone_to(&send(&staff, &page, &typed).await, &round);
    shows(&staff.get(&round).await, StatusCode::OK, &["2026年7月31日", "14:00"]);
    assert_eq!(staff.get(&page).await.status, StatusCode::NOT_FOUND, "it is another date now");
    shows(&send(&staff, &page, &typed).await, StatusCode::CONFLICT, &["2026年7月31日"]);
    let id = training().await;
    for _ in 0..2 {
        gone_to(&send(&staff, &format!("{round}/trainings/{id}/remove"), &[]).await, &round);
    }
    assert!(!staff.get(&round).await.body.contains("2026年7月31日"));
}
