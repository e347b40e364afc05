//! Everybody's identity documents at the museum: asked for where its rules say so, each with its own fault, kept through all of
//! them, shown by their ends alone, opened with a reason.

use super::rules::{PAGE, rules, save};
use super::*;
use crate::waiting::{Browser as Visitor, gone};

const ADULT: &str = "11010519491231002X";
const CHILD: &str = "370102201806010033";

/// The form of a party of two, with what was typed of their documents.
fn who<'a>(children: &'a str, first: &'a str, second: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("name", "演示·白露"),
        ("contact", "papers@example.com"),
        ("children", children),
        ("document_kind", "resident"),
        ("document", first),
        ("document_kind_2", "resident"),
        ("document_2", second),
        ("accept", "on"),
    ]
}

#[tokio::test]
async fn the_museum_asks_everybody_where_its_rules_say_so() {
    let site = museum().await;
    let officer = officer(&site).await;
    let session = sessions_of(&site, SATURDAY).await.swap_remove(0);
    assert!(!officer.get("/staff/museum/book").await.body.contains("name=\"document\""), "off by default");
    gone_to(&save(&officer, &rules("2", &[("identity", "everybody")])).await, PAGE);
    let history = officer.get(&format!("{PAGE}/history")).await;
    for words in ["登记谁的证件", "不登记", "登记同行每个人的证件"] {
        again(&history, StatusCode::OK, words);
    }
    later(&site, 2);

    let mut visitor = Visitor::of(&site);
    let held = visitor.post(&format!("/museum/sessions/{session}"), &[("people", "2")]).await;
    let draft = gone(&held, "/museum/book/");
    let page = visitor.get(&draft).await;
    assert!(page.body.contains("name=\"document_2\"") && !page.body.contains("name=\"document_3\""));
    // Without the consent nothing of it is kept, and nothing is typed in vain: it stands in this one answer.
    let silent = &who("1", ADULT, CHILD)[..7];
    let refused = visitor.post(&draft, silent).await;
    assert!(refused.status == REFUSED && refused.body.contains("id=\"f-accept-error\""));
    assert!(
        refused.body.contains(&format!("value=\"{ADULT}\"")) && refused.body.contains(&format!("value=\"{CHILD}\""))
    );
    let kept = "select count(*) from booking_draft where document_sealed is not null";
    assert_eq!(number(&site, kept).await, 0, "a document of nobody who agreed");
    assert!(!visitor.get(&draft).await.body.contains("****"));
    // A slip of a key in the second: told beside it, and the first is kept.
    let slip = visitor.post(&draft, &who("1", ADULT, "370102201806010034")).await;
    again(&slip, REFUSED, "****002X");
    assert!(slip.body.contains("id=\"f-document_2-error\"") && !slip.body.contains("id=\"f-document-error\""));
    assert!(!slip.body.contains(ADULT) && !slip.body.contains("370102201806010034"), "no number comes back");
    assert_eq!(number(&site, kept).await, 1, "kept, with the consent");
    // The same twice, then children whom nobody said.
    again(&visitor.post(&draft, &who("1", "", ADULT)).await, REFUSED, "这份证件已登记给本次预约的第1位");
    let unsaid = visitor.post(&draft, &who("0", "", CHILD)).await;
    assert!(unsaid.status == REFUSED && unsaid.body.contains("id=\"f-children-error\""));
    gone(&visitor.post(&draft, &who("1", "", "")).await, &format!("{draft}/code"));

    // At the counter they are typed by whoever looks at them, if at all.
    let form = officer.get("/staff/museum/book").await;
    assert!(form.body.contains("name=\"document_2\""));
    let counter = [("session", session.as_str()), ("day", SATURDAY), ("people", "2")];
    let counter =
        [&counter[..], &[("name", "演示·江一诺"), ("children", "1"), ("document_kind_2", "resident")]].concat();
    let wrong = send(&officer, "/staff/museum/book", &[&counter[..], &[("document_2", "1")]].concat()).await;
    assert!(wrong.status == REFUSED && wrong.body.contains("id=\"f-document_2-error\""));
    let made = send(&officer, "/staff/museum/book", &[&counter[..], &[("document_2", CHILD)]].concat()).await;
    let booking = gone_to(&made, "/staff/museum/bookings/").split('?').next().expect("a path").to_owned();
    let seen = officer.get(&booking).await;
    again(&seen, StatusCode::OK, "****0033");
    assert!(!seen.body.contains(CHILD));
    again(
        &send(&officer, &format!("{booking}/document"), &[("document_reason", "入场核验有疑问")]).await,
        StatusCode::OK,
        CHILD,
    );
    // What somebody sends under our names is never shown as if it had been opened.
    for (path, reason) in [(booking.clone(), "reason"), (format!("{booking}/document"), "document_reason")] {
        for ours in ["revealed_name", "revealed_document"] {
            let forged = send(&officer, &path, &[(reason, ""), (ours, "护照 FORGED1234")]).await;
            again(&forged, REFUSED, "请填写这一项");
            assert!(!forged.body.contains("FORGED1234"), "{ours} at {path}");
        }
    }
}
