//! Money that is asked back of a case, from the demand to the last fen, and what nobody may do with it.

use super::*;
use crate::ledger::{bank_says, books_are_sound, has, let_go, number, payee, releaser, state_of, tranches};
use domain::field::Fault;
use domain::ids::{AwardId, ClawbackId, ClawbackPartId, LedgerEntryId, PaymentFileId};
use domain::ledger::model::Numbers;
use domain::time::local_day;
use jiff::ToSpan;
use services::ledger::views::{self, ClawbackPage};
use services::ledger::{LedgerError, Returned};
use services::spark::cases::Demand;
use sqlx::AssertSqlSafe;

/// A case of which 10,000 yuan were paid.
pub(super) async fn paid(house: &TestHouse, purse: Purse, person: u128) -> (CaseId, AwardId) {
    let case = sent(house, person).await;
    before_committee(house, case).await;
    grants(house, &chair(house), case, purse, 10_000).await.expect("granted");
    to_disbursing(house, person, case).await;
    let award = store::spark::cases::award(&house.services.db, case.0).await.expect("read").expect("an award");
    let award = AwardId(award.id);
    payee(house, award, "6222021602001234567").await;
    let payment = let_go(house, tranches(house, award).await[0]).await;
    ledger::send_file(&house.services, &releaser(house), id::<PaymentFileId>(house)).await.expect("sent");
    bank_says(house, &[(&format!("P{person}"), "成功", 10_000, Some(payment))]).await.expect("settled");
    assert_eq!(cases::settle_paid(&house.services).await.expect("looked"), 1);
    (case, award)
}

pub(super) async fn demand(house: &TestHouse, case: CaseId, sum: i64) -> Demand {
    Demand {
        id: id(house),
        case,
        version: version(house, case).await,
        amount: yuan(sum),
        due: local_day(house.now()).saturating_add(30.days()),
        reason: "演示·发票重复报销，请退回到救助专户".into(),
    }
}

/// Asks so many yuan back.
pub(super) async fn asked(house: &TestHouse, case: CaseId, sum: i64) -> ClawbackId {
    let demand = demand(house, case, sum).await;
    cases::claw_back(&house.services, &compliance(house), &demand).await.expect("asked");
    demand.id
}

pub(super) async fn page(house: &TestHouse, id: ClawbackId) -> ClawbackPage {
    views::clawback(&house.services, &releaser(house), id).await.expect("a demand")
}

pub(super) async fn settles(house: &TestHouse, case: CaseId) -> Result<Moved, CaseError> {
    does(house, &compliance(house), case, (Part::ComplianceOfficer, Event::Settle)).await
}

/// What a paper tells of, entered by the preparer.
pub(super) async fn paper(house: &TestHouse, clawback: ClawbackId, sum: i64) -> Result<ClawbackPartId, LedgerError> {
    let id: ClawbackPartId = id(house);
    let new = Returned {
        id,
        clawback,
        amount: yuan(sum),
        day: local_day(house.now()),
        reference: format!("S{}", id.0.simple()),
        source: "演示·收据0007".into(),
    };
    ledger::enter_return(&house.services, &preparer(house), &new).await.map(|()| id)
}

fn beside(answer: Result<(), LedgerError>) -> Vec<(String, Fault)> {
    let Err(LedgerError::Fields(faults)) = answer else { panic!("{answer:?}") };
    faults.into_iter().map(|error| (error.field, error.fault)).collect()
}

#[tokio::test]
async fn money_asked_back_comes_from_the_bank_by_a_paper_or_is_waived_and_then_the_case_is_closed() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let (case, award) = paid(&house, purse, 1).await;
    assert_eq!(has(&house, purse).await, (30_000, 10_000, 0, 0, 20_000));
    let clawback = asked(&house, case, 3_000).await;
    assert_eq!(state(&house, case).await, "clawback");
    assert_eq!(has(&house, purse).await, (30_000, 10_000, 0, 0, 20_000), "what is asked for is no asset");

    // Its family reads how much, until when and why.
    let own = cases::own_case(&house.services, &visitor(&house, 1), case).await.expect("its own");
    let own = own.clawback.expect("asked back");
    assert_eq!((own.amount.get(), own.done.get(), own.settled), (300_000, 0, false));
    assert_eq!(own.reason.as_deref(), Some("演示·发票重复报销，请退回到救助专户"));
    let left = settles(&house, case).await;
    assert!(matches!(left, Err(CaseError::StillOwed(left)) if left.get() == 300_000), "{left:?}");

    // A row of the bank is matched by one, and pressed twice it is one.
    bank_says(&house, &[("R1", "收款", 1_000, None), ("R2", "收款", 2_500, None)]).await.expect("read");
    assert_eq!(page(&house, clawback).await.income.len(), 2);
    for _ in 0..2 {
        ledger::match_row(&house.services, &preparer(&house), clawback, "R1").await.expect("matched");
    }
    assert_eq!(has(&house, purse).await, (30_000, 9_000, 0, 0, 21_000));
    let more = ledger::match_row(&house.services, &preparer(&house), clawback, "R2").await;
    assert_eq!(beside(more), [("row".to_owned(), Fault::MoreThanOwed)]);

    // What a paper tells of is in the books when another person says so.
    let part = paper(&house, clawback, 1_500).await.expect("entered");
    assert_eq!(has(&house, purse).await.1, 9_000, "not yet");
    let both = house.context(domain::account::Actor::Staff {
        account: AccountId(Uuid::from_u128(11)),
        login: domain::ids::LoginSessionId(Uuid::from_u128(11)),
        roles: vec![Role::FinancePreparer, Role::FinanceReleaser],
        stepped_up_at: Some(house.now()),
    });
    let same = ledger::confirm(&house.services, &both, part).await;
    assert!(matches!(same, Err(LedgerError::SamePerson)), "{same:?}");
    for _ in 0..2 {
        ledger::confirm(&house.services, &releaser(&house), part).await.expect("confirmed");
    }
    assert_eq!(has(&house, purse).await, (30_000, 7_500, 0, 0, 22_500));

    // The rest is waived, for a reason, by two.
    let over = paper(&house, clawback, 501).await;
    assert_eq!(beside(over.map(drop)), [("amount".to_owned(), Fault::MoreThanOwed)]);
    let waiver: ClawbackPartId = id(&house);
    let ids = (clawback, waiver);
    let why = ledger::waive(&house.services, &compliance(&house), ids, yuan(500), " ").await;
    assert_eq!(beside(why), [("reason".to_owned(), Fault::Required)]);
    ledger::waive(&house.services, &compliance(&house), ids, yuan(500), "演示·家庭困难").await.expect("proposed");
    let left = settles(&house, case).await;
    assert!(matches!(left, Err(CaseError::StillOwed(left)) if left.get() == 50_000), "{left:?}");
    ledger::confirm(&house.services, &releaser(&house), waiver).await.expect("waived");
    assert_eq!(has(&house, purse).await, (30_000, 7_500, 0, 0, 22_500), "what is waived moves no money");

    settles(&house, case).await.expect("settled");
    assert_eq!(state(&house, case).await, "closed");
    assert_eq!(state_of(&house, award).await, "clawed_back");
    let entries =
        "select count(*) from ledger_entry e join spark_clawback_part p on p.entry_id = e.id where e.kind = 'clawback'";
    assert_eq!(number(&house, entries).await, 2, "each is linked");
    books_are_sound(&house).await;
    let late = paper(&house, clawback, 1).await;
    assert!(matches!(late, Err(LedgerError::State("settled"))), "{late:?}");
    let own = cases::own_case(&house.services, &visitor(&house, 1), case).await.expect("its own").clawback;
    assert!(own.is_some_and(|own| own.settled));
}

#[tokio::test]
async fn what_is_asked_back_is_told_to_the_family_and_not_to_who_helps_it() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 20_000).await;
    let (case, _) = paid(&house, purse, 1).await;
    helped(&house, case, 2).await;
    asked(&house, case, 1_000).await;
    let family = cases::own_case(&house.services, &visitor(&house, 1), case).await.expect("its own");
    assert!(family.clawback.is_some_and(|own| own.reason.is_some()), "the control");
    let helper = cases::own_case(&house.services, &visitor(&house, 2), case).await.expect("takes part");
    assert_eq!((helper.case.part, helper.clawback), (Part::SocialWorker, None));
}

#[tokio::test]
async fn no_more_is_asked_back_than_was_paid_and_only_by_compliance() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 20_000).await;
    let (case, _) = paid(&house, purse, 1).await;
    let most = Demand { amount: yuan(10_001), ..demand(&house, case, 1).await };
    let answer = cases::claw_back(&house.services, &compliance(&house), &most).await;
    let Err(CaseError::Fields(faults)) = answer else { panic!("{answer:?}") };
    assert_eq!((faults[0].field.as_str(), faults[0].fault), ("amount", Fault::MoreThanOwed));
    let today = local_day(house.now());
    let soon = Demand { due: today, ..demand(&house, case, 1).await };
    let answer = cases::claw_back(&house.services, &compliance(&house), &soon).await;
    let Err(CaseError::Fields(faults)) = answer else { panic!("{answer:?}") };
    assert_eq!(faults[0].field, "due");
    // Without a sum it is no demand, whatever way it is asked.
    let bare = does(&house, &compliance(&house), case, (Part::ComplianceOfficer, Event::Clawback)).await;
    assert!(matches!(bare, Err(CaseError::Fields(_))), "{bare:?}");
    for role in [Role::CaseOfficer, Role::FinancePreparer, Role::FinanceReleaser, Role::Chair, Role::Auditor] {
        let demand = demand(&house, case, 1_000).await;
        let answer = cases::claw_back(&house.services, &of(&house, 99, role), &demand).await;
        assert!(matches!(answer, Err(CaseError::Denied(_))), "{role:?}: {answer:?}");
    }
    assert_eq!(state(&house, case).await, "follow_up", "nothing happened");
    let twice = demand(&house, case, 1_000).await;
    for _ in 0..2 {
        cases::claw_back(&house.services, &compliance(&house), &twice).await.expect("once");
    }
    assert_eq!(number(&house, "select count(*) from spark_clawback").await, 1);
    assert_eq!(number(&house, "select count(*) from audit_entry where action = 'spark.clawback_asked'").await, 1);
}

#[tokio::test]
async fn what_came_back_is_not_reversed_once_the_demand_is_settled_with_it() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 20_000).await;
    let (case, award) = paid(&house, purse, 1).await;
    let clawback = asked(&house, case, 1_000).await;
    let entry = async || {
        let parts = page(&house, clawback).await.parts;
        parts.iter().find(|part| !part.reversed).and_then(|part| part.entry).expect("an entry")
    };
    let by = preparer(&house);
    bank_says(&house, &[("S1", "收款", 1_000, None)]).await.expect("read");
    ledger::match_row(&house.services, &by, clawback, "S1").await.expect("matched");
    ledger::reverse(&house.services, &by, entry().await, "演示·记错").await.expect("still open");
    ledger::match_row(&house.services, &by, clawback, "S1").await.expect("matched again");
    let shown = async || {
        let shown = views::entry(&house.services, &by, entry().await).await.expect("an entry");
        (shown.demand, shown.is_reversible())
    };
    assert_eq!(shown().await, (Some((clawback, false)), true));
    settles(&house, case).await.expect("settled");
    assert_eq!(shown().await, (Some((clawback, true)), false), "no button is shown that would be refused");
    let late = ledger::reverse(&house.services, &by, entry().await, "演示·记错").await;
    assert!(matches!(late, Err(LedgerError::State("settled"))), "{late:?}");
    assert_eq!(has(&house, purse).await, (20_000, 9_000, 0, 0, 11_000));
    assert_eq!((state(&house, case).await.as_str(), state_of(&house, award).await.as_str()), ("closed", "clawed_back"));
    assert!(page(&house, clawback).await.line.left.get() == 0, "nothing is left of it");
    books_are_sound(&house).await;
}

/// The statements that reverse an entry past the program.
fn reversal(of: LedgerEntryId) -> String {
    format!(
        "insert into ledger_entry (id, kind, key, fund_id, day, entered_at, lines, source, award_id, reverses)
         select gen_random_uuid(), 'reversal', 'past:' || id, fund_id, day, entered_at, lines, 'x', award_id, id
         from ledger_entry where id = '{of}';
         insert into ledger_posting (entry_id, line, envelope_id, account, amount)
         select r.id, l.line, l.envelope_id, l.account, -l.amount
         from ledger_entry r join ledger_posting l on l.entry_id = r.reverses where r.reverses = '{of}'"
    )
}

/// A demand of which all came by one row of the bank, and that row's entry.
async fn came(house: &TestHouse, case: CaseId, row: &str) -> (ClawbackId, LedgerEntryId) {
    let clawback = asked(house, case, 1_000).await;
    bank_says(house, &[(row, "收款", 1_000, None)]).await.expect("read");
    ledger::match_row(&house.services, &preparer(house), clawback, row).await.expect("matched");
    let entry = page(house, clawback).await.parts[0].entry.expect("an entry");
    (clawback, entry)
}

/// Whoever writes past the program meets the same rule.
#[tokio::test]
async fn the_database_reverses_nothing_a_demand_was_settled_with() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 20_000).await;
    let (case, _) = paid(&house, purse, 1).await;
    let (clawback, first) = came(&house, case, "D1").await;
    let past = async |entry| sqlx::raw_sql(AssertSqlSafe(reversal(entry))).execute(&house.services.db).await;
    past(first).await.expect("the control: while it is open a mistake is put right");
    assert_eq!(page(&house, clawback).await.line.left, Fen::new(100_000));
    bank_says(&house, &[("D2", "收款", 1_000, None)]).await.expect("read");
    ledger::match_row(&house.services, &preparer(&house), clawback, "D2").await.expect("matched");
    let second = page(&house, clawback).await.parts.iter().find_map(|part| part.entry.filter(|entry| *entry != first));
    settles(&house, case).await.expect("settled");
    let late = past(second.expect("another entry")).await.expect_err("settled with it");
    assert_eq!(store::constraint_of(&late), Some("spark_clawback_entry_stands"));
    assert_eq!(has(&house, purse).await, (20_000, 9_000, 0, 0, 11_000), "and nothing of it stands");
    books_are_sound(&house).await;
}

/// A reversal that is written and not committed, and a settling at that moment: what the settling came to.
async fn at_once(house: &TestHouse, entry: LedgerEntryId) -> Result<(), sqlx::Error> {
    let mut tx = house.services.begin().await.expect("a transaction");
    sqlx::raw_sql(AssertSqlSafe(reversal(entry))).execute(&mut *tx).await.expect("reversed");
    let app = house.services.db.clone();
    let settled =
        "update spark_clawback set settled_by = gen_random_uuid(), settled_at = now() where settled_at is null";
    let settling = tokio::spawn(async move { sqlx::raw_sql(settled).execute(&app).await });
    let waits = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    while !settling.is_finished() && number(house, waits).await == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    tx.commit().await.expect("committed");
    settling.await.expect("no panic").map(drop)
}

/// Demands that are settled though something is owed.
const SETTLED_AND_OWED: &str =
    "select count(*) from spark_clawback where settled_at is not null and spark_clawback_stands(id) < amount";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reversal_and_a_settling_at_once_see_each_other() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 20_000).await;
    let (case, _) = paid(&house, purse, 1).await;
    let (_, entry) = came(&house, case, "E1").await;
    let settled = at_once(&house, entry).await.expect_err("it is owed again");
    assert_eq!(store::constraint_of(&settled), Some("spark_clawback_left"));
    assert_eq!(number(&house, SETTLED_AND_OWED).await, 0);
    books_are_sound(&house).await;
}

/// The control: without the rule both are done, and what is settled is owed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_rule_a_settled_demand_is_owed() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 20_000).await;
    let (case, _) = paid(&house, purse, 1).await;
    let (_, entry) = came(&house, case, "F1").await;
    let drop = "drop trigger spark_clawback_entry_stands on ledger_entry";
    sqlx::query(drop).execute(&house.db.owner_pool()).await.expect("dropped");
    at_once(&house, entry).await.expect("nothing stands in the way");
    assert_eq!(number(&house, SETTLED_AND_OWED).await, 1);
}

/// What the program promises the database holds by itself.
#[tokio::test]
async fn the_database_lets_no_demand_be_passed_over() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 20_000).await;
    let (case, _) = paid(&house, purse, 1).await;
    let clawback = asked(&house, case, 1_000).await;
    let waiver: ClawbackPartId = id(&house);
    ledger::waive(&house.services, &compliance(&house), (clawback, waiver), yuan(400), "演示").await.expect("proposed");
    let refused = async |sql: &'static str| {
        let error = sqlx::raw_sql(sql).execute(&house.services.db).await.expect_err(sql);
        store::constraint_of(&error).map(str::to_owned)
    };
    let own = "update spark_clawback_part set confirmed_by = entered_by, confirmed_at = now()";
    assert_eq!(refused(own).await.as_deref(), Some("spark_clawback_part_two_people"));
    let more = "insert into spark_clawback_part (id, clawback_id, kind, amount, day, said, entered_by, entered_at)
                select gen_random_uuid(), id, 'waived', 60001, due_on, 'x', gen_random_uuid(), now() from spark_clawback";
    assert_eq!(refused(more).await.as_deref(), Some("spark_clawback_within"));
    let settled = "update spark_clawback set settled_by = gen_random_uuid(), settled_at = now()";
    assert_eq!(refused(settled).await.as_deref(), Some("spark_clawback_left"));
    let booked = "update spark_clawback_part set confirmed_by = gen_random_uuid(), confirmed_at = now(),
                  entry_id = (select id from ledger_entry limit 1)";
    assert!(refused(booked).await.is_some(), "an entry that is none of it");
    ledger::refuse(&house.services, &releaser(&house), waiver, "演示·不同意").await.expect("refused");
    let again = "update spark_clawback_part set refused_by = null, refused_at = null";
    assert_eq!(refused(again).await.as_deref(), Some("spark_clawback_part_final"));
    assert_eq!(page(&house, clawback).await.line.left, Fen::new(100_000), "what is refused counts for nothing");
}

/// What was done to a part, as a plain list knows it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stands {
    Waits,
    Done,
    Gone,
}

struct Known {
    id: ClawbackPartId,
    sum: i64,
    money: bool,
    stands: Stands,
}

/// Random steps against plain sums: after each, what is left, what waits, what the fund has paid and has is the list's.
/// `MODEL_SEED` replays a run.
#[tokio::test]
async fn random_steps_of_a_clawback_keep_the_funds_equation() {
    #[expect(clippy::disallowed_methods, reason = "a seed to be replayed comes from the environment")]
    let seed = std::env::var("MODEL_SEED").ok().and_then(|text| text.parse().ok());
    let seed = seed.unwrap_or_else(|| u64::from_le_bytes(services::crypto::random()));
    println!("MODEL_SEED={seed}");
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let (case, _) = paid(&house, purse, 1).await;
    let (all, mut known, mut numbers) = (6_000, Vec::<Known>::new(), Numbers(seed));
    let clawback = asked(&house, case, all).await;
    for step in 0..60 {
        let [what, sum, which, ..] = numbers.five();
        let sum = i64::from(sum % 1_500) + 1;
        let left = all - known.iter().filter(|one| one.stands != Stands::Gone).map(|one| one.sum).sum::<i64>();
        let fits = sum <= left;
        let waiting: Vec<usize> = (0..known.len()).filter(|n| known[*n].stands == Stands::Waits).collect();
        let pick = |from: &[usize]| (!from.is_empty()).then(|| from[which as usize % from.len()]);
        match what % 6 {
            0 => {
                let row = format!("M{step}");
                bank_says(&house, &[(&row, "收款", sum, None)]).await.expect("read");
                let answer = ledger::match_row(&house.services, &preparer(&house), clawback, &row).await;
                assert_eq!(answer.is_ok(), fits, "{answer:?}");
                if fits {
                    let parts = page(&house, clawback).await.parts;
                    let part = parts.iter().find(|part| part.reference.as_deref() == Some(row.as_str()));
                    let id = part.expect("a part").id;
                    known.push(Known { id, sum, money: true, stands: Stands::Done });
                }
            }
            1 => {
                let answer = paper(&house, clawback, sum).await;
                assert_eq!(answer.is_ok(), fits, "{answer:?}");
                known.extend(answer.ok().map(|id| Known { id, sum, money: true, stands: Stands::Waits }));
            }
            2 => {
                let id: ClawbackPartId = id(&house);
                let by = compliance(&house);
                let answer = ledger::waive(&house.services, &by, (clawback, id), yuan(sum), "演示").await;
                assert_eq!(answer.is_ok(), fits, "{answer:?}");
                known.extend(answer.ok().map(|()| Known { id, sum, money: false, stands: Stands::Waits }));
            }
            3 | 4 => {
                let Some(n) = pick(&waiting) else { continue };
                let by = releaser(&house);
                if what % 6 == 3 {
                    ledger::confirm(&house.services, &by, known[n].id).await.expect("confirmed");
                    known[n].stands = Stands::Done;
                } else {
                    ledger::refuse(&house.services, &by, known[n].id, "演示").await.expect("refused");
                    known[n].stands = Stands::Gone;
                }
            }
            _ => {
                let done: Vec<usize> =
                    (0..known.len()).filter(|n| known[*n].stands == Stands::Done && known[*n].money).collect();
                let Some(n) = pick(&done) else { continue };
                let parts = page(&house, clawback).await.parts;
                let part = parts.iter().find(|part| part.id == known[n].id).expect("a part");
                let entry: LedgerEntryId = part.entry.expect("an entry");
                ledger::reverse(&house.services, &preparer(&house), entry, "演示·记错").await.expect("reversed");
                known[n].stands = Stands::Gone;
            }
        }
        let sum_of = |is: &dyn Fn(&Known) -> bool| known.iter().filter(|one| is(one)).map(|one| one.sum).sum::<i64>();
        let waits = sum_of(&|one| one.stands == Stands::Waits);
        let done = sum_of(&|one| one.stands == Stands::Done);
        let back = sum_of(&|one| one.stands == Stands::Done && one.money);
        let line = page(&house, clawback).await.line;
        let says = (line.done.get() / 100, line.waits.get() / 100, line.left.get() / 100);
        assert_eq!(says, (done, waits, all - done - waits), "after step {step}");
        assert_eq!(has(&house, purse).await, (30_000, 10_000 - back, 0, 0, 20_000 + back), "after step {step}");
        if all == done {
            settles(&house, case).await.expect("nothing is left");
            break;
        }
        let early = settles(&house, case).await;
        assert!(matches!(early, Err(CaseError::StillOwed(_))), "after step {step}: {early:?}");
    }
    books_are_sound(&house).await;
    assert!(!known.is_empty(), "something came");
}
