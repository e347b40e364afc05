//! What happens to cases by itself, when the clock goes on.

use super::*;
use crate::ledger::{bank_says, has, number, payee, tranches};
use domain::ids::{AwardId, PaymentFileId};
use domain::spark::State;
use domain::spark::due::{last_day, reminded_if_begun_by};
use domain::time::{at, local_day};
use futures::future::join_all;
use jiff::civil::{Date, time};
use jiff::{SignedDuration, ToSpan as _};
use services::jobs::{Handlers, drain};
use tokio::sync::Barrier;

/// The clock goes on to noon of a day.
pub(super) fn to_noon_of(house: &TestHouse, day: Date) {
    let noon = at(day, time(12, 0, 0, 0));
    house.services.clock.advance(noon.duration_since(house.now()));
}

pub(super) fn today(house: &TestHouse) -> Date {
    local_day(house.now())
}

/// A case of which something is asked back from its family.
async fn returned(house: &TestHouse, person: u128) -> CaseId {
    let case = sent(house, person).await;
    does(house, &officer(house), case, (Part::CaseOfficer, Event::TakeUp)).await.expect("taken up");
    does(house, &officer(house), case, (Part::CaseOfficer, Event::Return)).await.expect("returned");
    case
}

/// The first day on which the family of what began on a day is reminded.
fn reminded_on(state: State, began: Date) -> Date {
    let reminds = |day: &Date| reminded_if_begun_by(state, *day).is_some_and(|by| began <= by);
    (0_i32..200).map(|n| began + n.days()).find(reminds).expect("a day")
}

async fn reminders(house: &TestHouse) -> Vec<String> {
    let sql = "select d.body_text from message m join dev_mailbox d on d.id = m.id
               where m.template = 'case_reminder' and m.state = 'sent' order by d.created_at";
    sqlx::query_scalar(sql).fetch_all(&house.db.owner_pool()).await.expect("read")
}

pub(super) async fn told(house: &TestHouse) {
    let handlers = services::messages::handlers(Handlers::new());
    drain(&house.services, &handlers).await.expect("drained");
}

#[tokio::test]
async fn a_family_is_reminded_once_and_what_it_does_not_supply_lapses_after_the_last_day() {
    let house = TestHouse::new().await;
    to_noon_of(&house, today(&house));
    let case = returned(&house, 1).await;
    let began = today(&house);
    let (soon, last) = (reminded_on(State::Returned, began), last_day(State::Returned, began).expect("a day"));
    to_noon_of(&house, soon - 1.day());
    assert_eq!(cases::remind(&house.services).await.expect("looked"), 0, "not yet");
    to_noon_of(&house, soon);
    assert_eq!(cases::remind(&house.services).await.expect("looked"), 1);
    assert_eq!(cases::remind(&house.services).await.expect("looked"), 0, "once");
    told(&house).await;
    let texts = reminders(&house).await;
    assert_eq!(texts.len(), 1, "{texts:?}");
    assert!(texts[0].contains(&domain::time::day_text(last, domain::Locale::ZhCn)), "{texts:?}");
    for word in ["病", "救助", "火种", "材料", "张", "演示"] {
        assert!(!texts[0].contains(word), "{texts:?}");
    }

    to_noon_of(&house, last);
    assert_eq!(cases::settle_over(&house.services).await.expect("looked"), 0, "the last day is the family's");
    to_noon_of(&house, last + 1.day());
    assert_eq!(cases::settle_over(&house.services).await.expect("looked"), 1);
    assert_eq!(cases::settle_over(&house.services).await.expect("looked"), 0);
    assert_eq!(state(&house, case).await, "lapsed");
    let by = "select count(*) from spark_case_event where event = 'lapse' and part = 'system' and actor_id is null";
    assert_eq!(number(&house, by).await, 1);
}

/// What an officer asked has a last day of its own: reminded in its second half, and lapsed after the days of grace.
#[tokio::test]
async fn a_question_with_a_last_day_is_held_to_that_day() {
    let house = TestHouse::new().await;
    to_noon_of(&house, today(&house));
    let case = taken_up(&house, 1).await;
    let question = question(&house, case, &[Section::Papers]).await;
    cases::ask(&house.services, &officer(&house), &question).await.expect("asked");
    let asked_on = today(&house);
    let last = domain::workdays::after(asked_on, 5);
    assert_eq!(cases::remind(&house.services).await.expect("looked"), 0, "not on the day it is asked");
    to_noon_of(&house, last);
    assert_eq!(cases::remind(&house.services).await.expect("looked"), 1);
    assert_eq!(cases::remind(&house.services).await.expect("looked"), 0, "once");
    told(&house).await;
    let texts = reminders(&house).await;
    assert!(texts[0].contains(&domain::time::day_text(last, domain::Locale::ZhCn)), "{texts:?}");
    let own = cases::in_the_way(&house.services, &visitor(&house, 1)).await.expect("read");
    assert_eq!(own.iter().map(|case| case.until).collect::<Vec<_>>(), [Some(last)]);

    let grace = domain::workdays::after(last, domain::spark::due::GRACE);
    to_noon_of(&house, grace);
    assert_eq!(cases::settle_over(&house.services).await.expect("looked"), 0, "more time can still be given");
    to_noon_of(&house, grace + 1.day());
    assert_eq!(cases::settle_over(&house.services).await.expect("looked"), 1);
    assert_eq!(state(&house, case).await, "lapsed");
}

#[tokio::test]
async fn who_is_given_more_time_is_reminded_of_the_new_day_once_each_time() {
    let house = TestHouse::new().await;
    to_noon_of(&house, today(&house));
    let case = taken_up(&house, 1).await;
    let question = question(&house, case, &[Section::Papers]).await;
    cases::ask(&house.services, &officer(&house), &question).await.expect("asked");
    let id = cases::own_case(&house.services, &visitor(&house, 1), case).await.expect("read").clarifications[0].id;
    let more = async |days| {
        cases::extend(&house.services, &officer(&house), (case, id), days).await.expect("more time");
        cases::own_case(&house.services, &visitor(&house, 1), case).await.expect("read").clarifications[0].due_on
    };
    let first = domain::workdays::after(today(&house), 5);
    to_noon_of(&house, first);
    assert_eq!(cases::remind(&house.services).await.expect("looked"), 1);
    // The reminder has not left when there is more time: it would name a day that is none any more.
    let second = more(10).await;
    told(&house).await;
    assert_eq!(reminders(&house).await.len(), 0, "the old day is told nobody");
    assert_eq!(cases::remind(&house.services).await.expect("looked"), 0, "not on the day it is given");
    to_noon_of(&house, second);
    assert_eq!(cases::remind(&house.services).await.expect("looked"), 1, "of the new day");
    assert_eq!(cases::remind(&house.services).await.expect("looked"), 0, "once");
    told(&house).await;
    let third = more(8).await;
    to_noon_of(&house, third);
    assert_eq!(cases::remind(&house.services).await.expect("looked"), 1);
    assert_eq!(cases::remind(&house.services).await.expect("looked"), 0);
    told(&house).await;
    let texts = reminders(&house).await;
    let day = |day| domain::time::day_text(day, domain::Locale::ZhCn);
    assert_eq!(texts.len(), 2, "{texts:?}");
    assert!(texts[0].contains(&day(second)) && texts[1].contains(&day(third)), "{texts:?}");
}

#[tokio::test]
async fn of_a_day_that_is_past_nobody_is_reminded() {
    let house = TestHouse::new().await;
    returned(&house, 1).await;
    to_noon_of(&house, last_day(State::Returned, today(&house)).expect("a day") + 1.day());
    assert_eq!(cases::remind(&house.services).await.expect("looked"), 0);
    assert_eq!(number(&house, "select count(*) from spark_case_reminder").await, 0);
}

#[tokio::test]
async fn what_was_supplied_meanwhile_is_reminded_of_no_more_and_asked_again_it_is() {
    let house = TestHouse::new().await;
    to_noon_of(&house, today(&house));
    let case = returned(&house, 1).await;
    to_noon_of(&house, reminded_on(State::Returned, today(&house)));
    assert_eq!(cases::remind(&house.services).await.expect("looked"), 1);
    does(&house, &visitor(&house, 1), case, (Part::Applicant, Event::Supply)).await.expect("supplied");
    told(&house).await;
    assert_eq!(reminders(&house).await.len(), 0, "nothing is to be done any more");
    let dropped = "select count(*) from message where template = 'case_reminder' and state = 'dropped'";
    assert_eq!(number(&house, dropped).await, 1);

    does(&house, &officer(&house), case, (Part::CaseOfficer, Event::Return)).await.expect("again");
    to_noon_of(&house, reminded_on(State::Returned, today(&house)));
    assert_eq!(cases::remind(&house.services).await.expect("looked"), 1, "another question is another reminder");
}

#[tokio::test]
async fn a_notice_stands_after_its_days_and_an_agreement_nobody_signs_lapses_with_its_money() {
    let house = TestHouse::new().await;
    to_noon_of(&house, today(&house));
    let purse = purse_of(&house, 10_000).await;
    let case = sent(&house, 1).await;
    before_committee(&house, case).await;
    grants(&house, &chair(&house), case, purse, 10_000).await.expect("granted");
    does(&house, &officer(&house), case, (Part::CaseOfficer, Event::Publish)).await.expect("public");
    let last = last_day(State::Notice, today(&house)).expect("a day");
    to_noon_of(&house, last);
    assert_eq!(cases::settle_over(&house.services).await.expect("looked"), 0, "the last day is the notice's");
    to_noon_of(&house, last + 1.day());
    assert_eq!(cases::settle_over(&house.services).await.expect("looked"), 1);
    assert_eq!(state(&house, case).await, "agreement");

    let (began, last) = (today(&house), last_day(State::Agreement, today(&house)).expect("a day"));
    to_noon_of(&house, reminded_on(State::Agreement, began));
    assert_eq!(cases::remind(&house.services).await.expect("looked"), 1);
    to_noon_of(&house, last);
    assert_eq!(cases::settle_over(&house.services).await.expect("looked"), 0);
    assert_eq!(has(&house, purse).await.3, 10_000, "kept until the last day");
    to_noon_of(&house, last + 1.day());
    assert_eq!(cases::settle_over(&house.services).await.expect("looked"), 1);
    assert_eq!((state(&house, case).await.as_str(), has(&house, purse).await.3), ("lapsed", 0));
}

/// A case that is being paid, and its award.
async fn disbursing(house: &TestHouse, purse: Purse, person: u128) -> (CaseId, AwardId) {
    let case = sent(house, person).await;
    before_committee(house, case).await;
    grants(house, &chair(house), case, purse, 10_000).await.expect("granted");
    to_disbursing(house, person, case).await;
    let award = store::spark::cases::award(&house.services.db, case.0).await.expect("read").expect("an award");
    (case, AwardId(award.id))
}

/// Lets its only tranche go.
async fn let_go(house: &TestHouse, award: AwardId) -> domain::ids::PaymentId {
    payee(house, award, "6222021602001234567").await;
    crate::ledger::let_go(house, tranches(house, award).await[0]).await
}

#[tokio::test]
async fn a_follow_up_ends_by_itself_and_no_day_before() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 10_000).await;
    let (case, award) = disbursing(&house, purse, 1).await;
    let payment = let_go(&house, award).await;
    let by = of(&house, 12, Role::FinanceReleaser);
    ledger::send_file(&house.services, &by, id::<PaymentFileId>(&house)).await.expect("sent");
    bank_says(&house, &[("B1", "成功", 10_000, Some(payment))]).await.expect("settled");
    assert_eq!(cases::settle_paid(&house.services).await.expect("looked"), 1);
    let last = last_day(State::FollowUp, today(&house)).expect("a day");
    to_noon_of(&house, last);
    assert_eq!(cases::settle_over(&house.services).await.expect("looked"), 0);
    to_noon_of(&house, last + 1.day());
    assert_eq!(cases::settle_over(&house.services).await.expect("looked"), 1);
    assert_eq!(state(&house, case).await, "closed");
}

#[tokio::test]
async fn who_lets_an_award_lie_is_told_once_a_month_before_it_lapses() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 20_000).await;
    let (case, _) = disbursing(&house, purse, 1).await;
    let (_, used) = disbursing(&house, purse, 2).await;
    let_go(&house, used).await;
    house.services.clock.advance(SignedDuration::from_hours(24 * 89));
    assert_eq!(cases::remind(&house.services).await.expect("looked"), 0, "not yet");
    house.services.clock.advance(SignedDuration::from_hours(25));
    assert_eq!(cases::remind(&house.services).await.expect("looked"), 1, "of the one of which nothing was let go");
    assert_eq!(cases::remind(&house.services).await.expect("looked"), 0, "once");
    house.services.clock.advance(SignedDuration::from_hours(24 * 31));
    assert_eq!(cases::remind(&house.services).await.expect("looked"), 0);
    assert_eq!(cases::lapse_due(&house.services).await.expect("looked"), 1);
    assert_eq!(state(&house, case).await, "lapsed");
}

/// A member of staff who looks after cases.
async fn case_officer(house: &TestHouse, person: u128) -> Uuid {
    let id = Uuid::from_u128(person);
    for sql in [
        "insert into account (id, kind, created_at) values ($1, 'staff', now())",
        "insert into account_role (account_id, role, granted_at) values ($1, 'case_officer', now())",
    ] {
        sqlx::query(sql).bind(id).execute(&house.db.owner_pool()).await.expect(sql);
    }
    id
}

#[tokio::test]
async fn a_case_nobody_takes_up_is_given_to_the_officer_with_the_fewest() {
    let house = TestHouse::new().await;
    to_noon_of(&house, today(&house));
    let first = sent(&house, 1).await;
    house.services.clock.advance(SignedDuration::from_hours(24 * 10));
    assert_eq!(cases::take_up_waiting(&house.services).await.expect("looked"), 0, "there is no officer");
    let (busy, free) = (case_officer(&house, 80_001).await, case_officer(&house, 80_002).await);
    sqlx::query("update spark_case set officer_id = $1").bind(busy).execute(&house.services.db).await.expect("theirs");
    let second = sent(&house, 2).await;
    assert_eq!(cases::take_up_waiting(&house.services).await.expect("looked"), 1, "the second came today");
    house.services.clock.advance(SignedDuration::from_hours(24 * 10));
    assert_eq!(cases::take_up_waiting(&house.services).await.expect("looked"), 1);
    assert_eq!(cases::take_up_waiting(&house.services).await.expect("looked"), 0);
    let row = store::spark::cases::one(&house.services.db, second.0).await.expect("read").expect("a case");
    assert_eq!((row.state.as_str(), row.officer_id), ("completeness", Some(busy)), "the first went to the other");
    let row = store::spark::cases::one(&house.services.db, first.0).await.expect("read").expect("a case");
    assert_eq!(row.officer_id, Some(free));
}

/// The committee lets a case wait for money.
pub(super) async fn defers(house: &TestHouse, case: CaseId) {
    decides(house, &chair(house), &[(case, Vote::Defer)]).await;
    does(house, &chair(house), case, (Part::Chair, Event::Defer)).await.expect("deferred");
}

/// Cases of which each asks for 10,000 yuan and waits for money, in this order.
pub(super) async fn deferred(house: &TestHouse, people: std::ops::RangeInclusive<u128>) -> Vec<CaseId> {
    let mut all = Vec::new();
    for person in people {
        let case = sent(house, person).await;
        before_committee(house, case).await;
        defers(house, case).await;
        house.services.clock.advance(SignedDuration::from_mins(1));
        all.push(case);
    }
    all
}

pub(super) async fn donate(house: &TestHouse, purse: Purse, sum: i64) {
    let given = given(house, purse.envelope, yuan(sum));
    ledger::donate(&house.services, &preparer(house), &given).await.expect("a donation");
}

#[tokio::test]
async fn who_waits_for_money_is_called_up_in_order_and_keeps_the_place() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 9_999).await;
    let queue = deferred(&house, 1..=3).await;
    let resume = async || cases::resume_deferred(&house.services).await.expect("looked");
    assert_eq!(resume().await, 0, "it is not enough");
    donate(&house, purse, 10_000).await;
    assert_eq!(resume().await, 1, "19,999 is one of 10,000");
    assert_eq!(resume().await, 0, "the money is meant for the first");
    assert_eq!(state(&house, queue[0]).await, "committee");
    // Deferred once more it is where it was: before the others.
    defers(&house, queue[0]).await;
    assert_eq!(resume().await, 1);
    assert_eq!(state(&house, queue[0]).await, "committee");
    grants(&house, &chair(&house), queue[0], purse, 10_000).await.expect("granted");
    assert_eq!(resume().await, 0);
    donate(&house, purse, 1).await;
    assert_eq!(resume().await, 1);
    let states = [state(&house, queue[1]).await, state(&house, queue[2]).await];
    assert_eq!(states, ["committee", "deferred_no_funds"]);
    let entries =
        "select count(*) from audit_entry where action = 'spark.case_moved' and detail ->> 'event' = 'resume'";
    assert_eq!(number(&house, entries).await, 3);
}

/// A fund that takes no new applications is for those who applied before: its money calls up nobody else.
#[tokio::test]
async fn a_closed_funds_money_calls_up_who_applied_before_and_nobody_after() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 25_000).await;
    let before = deferred(&house, 1..=1).await;
    let version = ledger::views::fund(&house.services, &preparer(&house), purse.fund).await.expect("a fund").version;
    ledger::close_fund(&house.services, &preparer(&house), purse.fund, version, "预算用完").await.expect("closed");
    house.services.clock.advance(SignedDuration::from_mins(1));
    let after = deferred(&house, 2..=2).await;
    assert_eq!(cases::resume_deferred(&house.services).await.expect("looked"), 1, "one of the two");
    assert_eq!(state(&house, before[0]).await, "committee");
    assert_eq!(state(&house, after[0]).await, "deferred_no_funds");
}

#[tokio::test]
async fn money_for_others_calls_nobody_up() {
    let house = TestHouse::new().await;
    let queue = deferred(&house, 1..=1).await;
    let purse = Purse { fund: id(&house), envelope: id(&house) };
    let purpose = domain::ledger::Purpose { group: Some(DiseaseGroup::Infertility), ..Default::default() };
    let fund = ledger::NewFund {
        id: purse.fund,
        code: domain::ledger::FundCode::parse("OTHER-2026").expect("a code"),
        name_zh: "演示·别的基金".into(),
        name_en: "Another fund".into(),
        purpose,
    };
    ledger::open_fund(&house.services, &preparer(&house), &fund).await.expect("a fund");
    crate::ledger::envelope(&house, purse.fund, purse.envelope).await;
    donate(&house, purse, 90_000).await;
    assert_eq!(cases::resume_deferred(&house.services).await.expect("looked"), 0);
    assert_eq!(state(&house, queue[0]).await, "deferred_no_funds");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_servers_do_everything_that_is_due_once() {
    let house =
        TestHouse::with(services::clock::Clock::frozen("2026-07-20T12:00:00+08:00".parse().expect("an instant")), 16)
            .await;
    let purse = purse_of(&house, 25_000).await;
    for person in 1..=6 {
        returned(&house, person).await;
    }
    let reminded = today(&house);
    let queue = deferred(&house, 11..=14).await;
    let servers = || [house.services.clone(), house.services.clone(), house.services.clone()];
    to_noon_of(&house, reminded_on(State::Returned, reminded));
    let told = servers().map(|server| tokio::spawn(async move { cases::remind(&server).await }));
    let told: Vec<u32> = join_all(told).await.into_iter().map(|it| it.expect("no panic").expect("looked")).collect();
    assert_eq!(told.iter().sum::<u32>(), 6, "{told:?}");
    assert_eq!(number(&house, "select count(*) from job where kind = 'spark.case_reminder'").await, 6);

    to_noon_of(&house, last_day(State::Returned, reminded).expect("a day") + 1.day());
    let done = servers().map(|server| {
        tokio::spawn(async move {
            let moved = cases::settle_over(&server).await?;
            Ok::<_, CaseError>((moved, cases::resume_deferred(&server).await?))
        })
    });
    let done: Vec<_> = join_all(done).await.into_iter().map(|it| it.expect("no panic").expect("looked")).collect();
    // One that met another at it has left it to that one.
    let called = cases::resume_deferred(&house.services).await.expect("looked");
    assert_eq!(done.iter().map(|(moved, _)| moved).sum::<u32>(), 6, "{done:?}");
    assert_eq!(done.iter().map(|(_, called)| called).sum::<u32>() + called, 2, "{done:?}");
    assert_eq!(number(&house, "select count(*) from spark_case_event where event = 'lapse'").await, 6);
    assert_eq!(number(&house, "select count(*) from spark_case_event where event = 'resume'").await, 2);
    assert_eq!(
        (state(&house, queue[1]).await.as_str(), state(&house, queue[2]).await.as_str()),
        ("committee", "deferred_no_funds")
    );
    assert_eq!(has(&house, purse).await.4, 25_000, "calling up keeps no money");
}

/// Three at once note the same reminder; how many of them think it is theirs.
async fn note_at_once(house: &TestHouse, case: CaseId) -> usize {
    let (about, all) = (Uuid::from_u128(7), Barrier::new(3));
    let note = async || {
        let mut tx = house.services.begin().await.expect("a transaction");
        all.wait().await;
        let told = store::spark::due::remind(&mut *tx, about, case.0, house.now()).await.expect("noted");
        tx.commit().await.expect("committed");
        told
    };
    join_all([note(), note(), note()]).await.into_iter().filter(|told| *told).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_rule_of_one_each_server_reminds() {
    let house = TestHouse::new().await;
    let case = returned(&house, 1).await;
    assert_eq!(note_at_once(&house, case).await, 1);
    for sql in
        ["delete from spark_case_reminder", "alter table spark_case_reminder drop constraint spark_case_reminder_once"]
    {
        sqlx::query(sql).execute(&house.db.owner_pool()).await.expect(sql);
    }
    assert_eq!(note_at_once(&house, case).await, 3);
}

/// As somebody would write it who asks what there is and then calls up, without the funds' locks: both find the money.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_locks_of_the_funds_two_are_called_up_on_the_money_of_one() {
    let house = TestHouse::new().await;
    purse_of(&house, 10_000).await;
    let queue = deferred(&house, 1..=2).await;
    let both = Barrier::new(2);
    let naively = async |case: CaseId| {
        let has: i64 = store::ledger::views::envelopes(&house.services.db)
            .await
            .expect("read")
            .iter()
            .map(|row| row.sums.available)
            .sum();
        both.wait().await;
        has >= 1_000_000 && does(&house, &house.services.system(), case, (Part::System, Event::Resume)).await.is_ok()
    };
    let called = join_all([naively(queue[0]), naively(queue[1])]).await;
    assert_eq!(called, [true, true]);
}
