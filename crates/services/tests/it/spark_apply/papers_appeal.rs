//! New papers with an appeal: by the same checks, bound to it, until a meeting has the appeal before it.

use super::papers::{add, upload};
use super::papers_read::with_papers;
use super::*;
use crate::groups::letters::pdf;
use crate::ledger::{id as fresh, of};
use crate::spark::{does, officer, sitting, version};
use domain::account::Role;
use domain::files::Refusal;
use domain::ids::{CaseId, MeetingId, PaperId};
use domain::spark::papers::{Kind, State};
use domain::spark::review::committee::Roll;
use domain::spark::review::meeting::Event as Step;
use domain::spark::review::pack::Evidence;
use domain::spark::{Event, Part};
use services::spark::cases::{self, Letter};
use services::spark::papers::{self, PaperError};
use services::spark::review::{self, NewMeeting, ReviewError, Sitting};

fn letter() -> Letter {
    Letter {
        reasons: "演示：评审时没有看到最近一次检查，病情和之前不一样了。".into(), wish: "演示：请重新评审".into()
    }
}

/// A case that was found not to be for this fund, with a paper of each kind.
async fn ruled_out(house: &TestHouse) -> (Context, ApplicationId, Vec<PaperId>) {
    let (me, id, all) = with_papers(house).await;
    send(house, &me, id).await.expect("sent");
    for event in [Event::TakeUp, Event::RuleOut] {
        does(house, &officer(house), CaseId(id.0), (Part::CaseOfficer, event)).await.expect("ruled out");
    }
    (me, id, all)
}

async fn appeals(house: &TestHouse, me: &Context, id: ApplicationId) {
    let seen = (CaseId(id.0), version(house, CaseId(id.0)).await);
    cases::appeal(&house.services, me, seen, &letter()).await.expect("appealed");
}

/// A meeting that has the case on its agenda, not frozen yet, and its version.
async fn planned(house: &TestHouse, id: ApplicationId) -> (Sitting, MeetingId, i32) {
    let sitting = sitting(house, &of(house, 50, Role::Chair)).await;
    let members: Vec<_> = sitting.members.iter().map(|one| one.actor.account().expect("an account")).collect();
    let roll = Roll::new(members[0], members[1], members).expect("a roll");
    let meeting: MeetingId = fresh(house);
    let new = NewMeeting { id: meeting, day: domain::time::local_day(house.now()), roll };
    review::plan(&house.services, &sitting.secretary, &new).await.expect("planned");
    let agenda = [CaseId(id.0)];
    let version = review::set_agenda(&house.services, &sitting.secretary, meeting, (0, &agenda)).await;
    (sitting, meeting, version.expect("an agenda"))
}

#[tokio::test]
async fn new_papers_come_with_an_appeal_by_the_same_checks_and_what_came_stays() {
    let house = TestHouse::new().await;
    let services = &house.services;
    let (me, id, all) = ruled_out(&house).await;
    let early = papers::add(services, &me, id, upload(90, Kind::Diagnosis, "新检查.pdf", pdf(1))).await;
    assert!(matches!(early, Err(PaperError::Sent)), "nothing comes before it is appealed: {early:?}");
    appeals(&house, &me, id).await;
    let own = papers::of(services, &me, id).await.expect("listed");
    assert!(own.is_open && own.of_appeal && own.is_sent);
    let appealing = cases::appealing(services, &me, CaseId(id.0)).await.expect("read");
    assert!(appealing.sent.is_some_and(|sent| sent.takes_papers));

    let kept = add(&house, &me, id, upload(91, Kind::Diagnosis, "新检查.pdf", pdf(2))).await;
    assert_eq!((kept.state, kept.of_appeal), (State::Usable, true));
    let again = add(&house, &me, id, upload(91, Kind::Diagnosis, "新检查.pdf", pdf(2))).await;
    assert_eq!(again.id, kept.id, "pressed again it is the same");
    let wrong = add(&house, &me, id, upload(92, Kind::Other, "新检查.exe", pdf(1))).await;
    assert_eq!((wrong.state, wrong.refusal), (State::Refused, Some(Refusal::Ending)));
    papers::remove(services, &me, id, wrong.id).await.expect("what was refused goes");
    for stays in [kept.id, all[0]] {
        let gone = papers::remove(services, &me, id, stays).await;
        assert!(matches!(gone, Err(PaperError::Sent)), "{gone:?}");
    }
    assert_eq!(count(&house, "spark_paper where appeal_id is not null").await, 1);
    assert_eq!(count(&house, "spark_paper").await, 7);

    // Who looks after the case reads it, and it is evidence of what is decided.
    let desk = papers::of(services, &officer(&house), id).await.expect("listed");
    let new: Vec<_> = desk.all.iter().filter(|paper| paper.of_appeal).map(|paper| paper.id).collect();
    assert_eq!((new, desk.is_open), (vec![kept.id], false));
    papers::open(services, &officer(&house), kept.id, None).await.expect("opened");
    let mut db = services.db.acquire().await.expect("a connection");
    let item = review::as_it_is(&mut db, CaseId(id.0)).await.expect("read");
    let documents = item.evidence.keys().filter(|what| matches!(what, Evidence::Document(_))).count();
    assert_eq!(documents, 7);
}

#[tokio::test]
async fn once_a_meeting_has_the_appeal_before_it_no_paper_comes_any_more() {
    let house = TestHouse::new().await;
    let services = &house.services;
    let (me, id, _) = ruled_out(&house).await;
    appeals(&house, &me, id).await;
    add(&house, &me, id, upload(91, Kind::Diagnosis, "新检查.pdf", pdf(2))).await;
    let (sitting, meeting, version) = planned(&house, id).await;
    review::freeze(services, &sitting.secretary, meeting, version).await.expect("frozen");
    let late = papers::add(services, &me, id, upload(92, Kind::Diagnosis, "更新的.pdf", pdf(1))).await;
    assert!(matches!(late, Err(PaperError::Sent)), "{late:?}");
    assert!(!papers::of(services, &me, id).await.expect("listed").is_open);
    let insert = "insert into spark_paper (id, application_id, kind, upload_key, place, state, name_sealed, bytes, added_by,
                                           added_at, changed_at, appeal_id)
                  select gen_random_uuid(), application_id, kind, gen_random_uuid(), 0, 'received', name_sealed, 1, added_by,
                         now(), now(), appeal_id
                  from spark_paper where appeal_id is not null limit 1";
    let owner = house.db.owner_pool();
    let raw = sqlx::query(insert).execute(&owner).await.expect_err("the database takes none");
    assert_eq!(store::constraint_of(&raw), Some("spark_paper_stays"));
    review::step(services, &sitting.secretary, meeting, (version + 1, Step::Thaw)).await.expect("thawed");
    add(&house, &me, id, upload(92, Kind::Diagnosis, "更新的.pdf", pdf(1))).await;
    // The control: without the rule it would come after the pack.
    review::freeze(services, &sitting.secretary, meeting, version + 2).await.expect("frozen");
    sqlx::query("drop trigger spark_paper_stays on spark_paper").execute(&owner).await.expect("no rule");
    sqlx::query(insert).execute(&owner).await.expect("it comes");
}

/// Papers of the case that are kept, beside those that lie in the pack.
const KEPT: &str = "spark_paper where state = 'usable'";
const FROZEN: &str = "spark_meeting_evidence where kind = 'document'";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_paper_and_the_freezing_of_the_pack_at_once_leave_no_paper_that_is_in_no_pack() {
    let house = TestHouse::new().await;
    let (me, id, _) = ruled_out(&house).await;
    appeals(&house, &me, id).await;
    let (sitting, meeting, mut version) = planned(&house, id).await;
    for nth in 0..5 {
        let (services, family) = (house.services.clone(), me.clone());
        let comes = tokio::spawn(async move {
            papers::add(&services, &family, id, upload(100 + nth, Kind::Diagnosis, "新检查.pdf", pdf(1))).await
        });
        let (services, secretary) = (house.services.clone(), sitting.secretary.clone());
        let freezes = tokio::spawn(async move { review::freeze(&services, &secretary, meeting, version).await });
        let (came, froze) = (comes.await.expect("no panic"), freezes.await.expect("no panic"));
        assert!(matches!(came, Ok(_) | Err(PaperError::Sent | PaperError::Busy)), "{came:?}");
        match froze {
            Ok(_) => {}
            Err(ReviewError::Busy) => continue,
            Err(error) => panic!("{error:?}"),
        }
        assert_eq!(count(&house, KEPT).await, count(&house, FROZEN).await, "{came:?}");
        let thaw = (version + 1, Step::Thaw);
        version = review::step(&house.services, &sitting.secretary, meeting, thaw).await.expect("thawed");
    }
}
