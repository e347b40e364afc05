//! The notice of a case stands while the case does, and says four things.

use crate::spark::{account, agreed, before_committee, chair, does, grants, new_case, officer, purse_of, send};
use domain::Locale;
use domain::spark::{Event, Part};
use jiff::SignedDuration;
use services::disclosure::notices;
use testkit::TestHouse;

#[tokio::test]
async fn a_case_is_noticed_by_code_group_city_and_band_and_no_longer_than_it_stands() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 100_000).await;
    assert_eq!(notices(&house.services).await.expect("read"), []);
    account(&house, 1).await;
    let case = send(&house, 1, new_case(&house, 1)).await.expect("sent");
    agreed(&house, &case, 1).await;
    before_committee(&house, case.id).await;
    grants(&house, &chair(&house), case.id, purse, 10_000).await.expect("granted");
    assert_eq!(notices(&house.services).await.expect("read"), [], "a decision alone is not public");
    house.services.clock.advance(SignedDuration::from_hours(1));
    does(&house, &officer(&house), case.id, (Part::CaseOfficer, Event::Publish)).await.expect("noticed");
    let open = notices(&house.services).await.expect("read");
    let [one] = &open[..] else { panic!("one notice") };
    let code = one.notice.code.to_string();
    assert_eq!(one.notice.text(Locale::En), format!("{code} · rare disease · Jinan · 10,000 to under 30,000 yuan"));
    assert_ne!(code, case.reference, "its code tells nothing of the case");
    does(&house, &house.services.system(), case.id, (Part::System, Event::Stand)).await.expect("stands");
    assert_eq!(notices(&house.services).await.expect("read"), []);
}
