//! The agreement: what a family reads is what it signs, once, by whom the law lets sign; what was signed stays as it was.

use super::*;
use crate::ledger::number;
use domain::account::Denied;
use domain::field::Fault;
use domain::ids::AwardId;
use domain::spark::agreement;
use domain::spark::letter::Kind;
use domain::{Locale, workdays};
use futures::future::join_all;
use jiff::SignedDuration;
use services::crypto::digest_hex;
use services::spark::cases::{
    Agreement, Signature, Signed, ToSign, forget, own_agreement, settle_over, sign, signed_fact,
};
use services::spark::letters;

const PATIENT: &str = "演示·林小满";
const GUARDIAN: &str = "演示·林大";

/// A case as it is sent, of a patient with a name.
pub(super) fn named_case(house: &TestHouse, person: u128) -> NewCase {
    let mut new = new_case(house, person);
    new.parties[0].particulars = serde_json::json!({ "patient_name": PATIENT }).to_string().into_bytes();
    new
}

/// The same of a child, whose guardian has the account.
fn childs_case(house: &TestHouse, person: u128, age: u8) -> NewCase {
    let mut new = named_case(house, person);
    new.age = age;
    let account = new.parties[0].account.take();
    let particulars = serde_json::json!({ "guardian_name": GUARDIAN }).to_string().into_bytes();
    new.parties.push(NewParty { part: Part::Guardian, account, particulars, identity: None });
    new
}

/// Sent by whoever acts for the patient.
async fn sent_by(house: &TestHouse, person: u128, new: NewCase, part: Part) -> CaseId {
    account(house, person).await;
    let mut tx = house.services.begin().await.expect("a transaction");
    let opened = cases::open_in(&house.services, &mut tx, &visitor(house, person), new, part).await.expect("sent");
    tx.commit().await.expect("committed");
    agreed(house, &opened, person).await;
    opened.id
}

/// Granted, published, and stands.
pub(super) async fn to_agreement(house: &TestHouse, case: CaseId, purse: Purse, sum: i64) {
    before_committee(house, case).await;
    grants(house, &chair(house), case, purse, sum).await.expect("granted");
    does(house, &officer(house), case, (Part::CaseOfficer, Event::Publish)).await.expect("public");
    does(house, &house.services.system(), case, (Part::System, Event::Stand)).await.expect("stands");
}

async fn waits(house: &TestHouse, person: u128, case: CaseId) -> ToSign {
    match own_agreement(&house.services, &visitor(house, person), case).await.expect("read") {
        Some(Agreement::ToSign(waits)) => waits,
        other => panic!("{other:?}"),
    }
}

async fn signed(house: &TestHouse, person: u128, case: CaseId) -> Signed {
    match own_agreement(&house.services, &visitor(house, person), case).await.expect("read") {
        Some(Agreement::Signed(signed)) => signed,
        other => panic!("{other:?}"),
    }
}

fn signature(case: CaseId, shown: &ToSign, name: &str) -> Signature {
    let hash = shown.hash.clone();
    Signature { case, hash, name: name.into(), agrees: true, assent: String::new(), assents: false }
}

fn faults(answer: Result<(), CaseError>) -> Vec<(String, Fault)> {
    let Err(CaseError::Fields(errors)) = answer else { panic!("{answer:?}") };
    errors.into_iter().map(|error| (error.field, error.fault)).collect()
}

#[tokio::test]
async fn a_family_signs_what_it_reads_once_and_keeps_it_as_it_was_signed() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let case = sent_by(&house, 1, named_case(&house, 1), Part::Applicant).await;
    let family = visitor(&house, 1);
    assert_eq!(own_agreement(&house.services, &family, case).await.expect("read"), None, "nothing is granted");
    to_agreement(&house, case, purse, 8_000).await;
    let shown = waits(&house, 1, case).await;
    let [zh, en] = &shown.texts;
    for own in [PATIENT, "8,000.00", shown.reference.as_str()] {
        assert!(zh.contains(own) && en.contains(own), "{own}");
    }
    assert!(zh.contains("费用票据") && en.contains("invoices"), "what the part needs");
    assert_eq!(shown.hash, digest_hex(zh.as_bytes()));
    assert_eq!((shown.own, shown.assent, shown.part_only, shown.signer), (true, false, true, Part::Applicant));
    assert_eq!(shown.until, workdays::after(domain::time::local_day(house.now()), 30));

    let signature = signature(case, &shown, " 演示•林小满 ");
    for _ in 0..2 {
        sign(&house.services, &family, &signature).await.expect("signed; pressed again it is the same");
    }
    assert_eq!(state(&house, case).await, "disbursing");
    for one in [
        "select count(*) from spark_agreement",
        "select count(*) from spark_case_event where event = 'sign'",
        "select count(*) from audit_entry where action = 'spark.agreement_signed'",
    ] {
        assert_eq!(number(&house, one).await, 1, "{one}");
    }
    let kept = signed(&house, 1, case).await;
    assert_eq!((&kept.texts, &kept.hash), (&shown.texts, &shown.hash));
    assert_eq!((kept.name.as_str(), kept.assent), ("演示•林小满", None));
    let fact = signed_fact(&house.services, &officer(&house), case).await.expect("read").expect("signed");
    assert_eq!((fact.hash, fact.part), (shown.hash, Part::Applicant));
    let clear = "select count(*) from spark_agreement where position('演示'::bytea in signed_sealed) > 0";
    assert_eq!(number(&house, clear).await, 0, "it lies sealed");
}

/// The papers that finance sees of a case's only award, part by part.
async fn papers(house: &TestHouse, case: CaseId) -> Vec<Vec<Evidence>> {
    let award = store::spark::cases::award(&house.services.db, case.0).await.expect("read").expect("an award");
    let page = ledger::views::award(&house.services, &preparer(house), AwardId(award.id)).await.expect("an award");
    page.tranches.into_iter().map(|one| one.seen).collect()
}

/// The signature is the paper: nobody of finance ticks that it is there, and without it nothing is prepared.
#[tokio::test]
async fn signing_notes_by_itself_that_the_agreement_is_there() {
    use Evidence::{Agreement as Paper, FollowUp, Invoice};
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let case = sent_by(&house, 1, named_case(&house, 1), Part::Applicant).await;
    before_committee(&house, case).await;
    decides(&house, &chair(&house), &[(case, vote_for(9_000))]).await;
    let part = |sum, needs: &[Evidence]| ledger::Part { amount: yuan(sum), needs: needs.to_vec() };
    let parts = vec![part(2_000, &[Paper]), part(3_000, &[Paper, Invoice]), part(4_000, &[FollowUp])];
    let award = Decided { parts, ..decided(&house, purse, 9_000) };
    let act = Act { award: Some(award), ..plain(case, version(&house, case).await, Part::Chair, Event::GrantPart) };
    cases::act(&house.services, &chair(&house), &act).await.expect("granted");
    does(&house, &officer(&house), case, (Part::CaseOfficer, Event::Publish)).await.expect("public");
    does(&house, &house.services.system(), case, (Part::System, Event::Stand)).await.expect("stands");
    assert!(papers(&house, case).await.iter().all(Vec::is_empty), "nobody signed yet");
    let award = store::spark::cases::award(&house.services.db, case.0).await.expect("read").expect("an award");
    let first = crate::ledger::tranches(&house, AwardId(award.id)).await[0];
    let early = ledger::prepare(&house.services, &preparer(&house), first).await;
    let Err(ledger::LedgerError::Evidence(missing)) = early else { panic!("{early:?}") };
    assert_eq!(missing, [Paper]);

    let signature = signature(case, &waits(&house, 1, case).await, PATIENT);
    for _ in 0..2 {
        sign(&house.services, &visitor(&house, 1), &signature).await.expect("signed; pressed again it is the same");
    }
    assert_eq!(papers(&house, case).await, [vec![Paper], vec![Paper], vec![]], "of each part that needs it");
    let by_itself = "select count(*) from ledger_evidence where kind = 'agreement' and noted_by is null";
    assert_eq!(number(&house, by_itself).await, 2);
    let told = "select count(*) from audit_entry a join spark_agreement g on a.detail->>'agreement' = g.id::text
                where a.action = 'ledger.evidence_noted'";
    assert_eq!(number(&house, told).await, 2, "each is in the trail, with the agreement that it is");
    ledger::prepare(&house.services, &preparer(&house), first).await.expect("nothing is missing");

    // Everything else is seen by somebody, or the database has none of it.
    let nobody = "insert into ledger_evidence (tranche_id, kind, noted_at)
                  select id, 'invoice', now() from ledger_tranche where nth = 2";
    let error = sqlx::raw_sql(nobody).execute(&house.services.db).await.expect_err("by whom?");
    assert_eq!(store::constraint_of(&error), Some("ledger_evidence_by_whom"));
}

#[tokio::test]
async fn a_signature_that_does_not_stand_notes_nothing() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let case = sent_by(&house, 1, named_case(&house, 1), Part::Applicant).await;
    to_agreement(&house, case, purse, 10_000).await;
    let shown = waits(&house, 1, case).await;
    let stale = Signature { hash: digest_hex(b"other"), ..signature(case, &shown, PATIENT) };
    let refused = sign(&house.services, &visitor(&house, 1), &stale).await;
    assert!(matches!(refused, Err(CaseError::Stale(_))), "{refused:?}");
    assert_eq!(number(&house, "select count(*) from ledger_evidence").await, 0, "it is of the same transaction");
    sign(&house.services, &visitor(&house, 1), &signature(case, &shown, PATIENT)).await.expect("signed");
    assert_eq!(number(&house, "select count(*) from ledger_evidence").await, 1, "the control");
}

#[tokio::test]
async fn a_letter_addresses_who_signs_the_agreement() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let mut new = named_case(&house, 1);
    let particulars = serde_json::json!({ "patient_name": PATIENT, "representative_name": GUARDIAN });
    new.parties[0].particulars = particulars.to_string().into_bytes();
    let case = sent_by(&house, 1, new, Part::Applicant).await;
    to_agreement(&house, case, purse, 8_000).await;
    let shown = waits(&house, 1, case).await;
    assert!(shown.texts.iter().all(|text| text.contains(GUARDIAN)), "who represents the patient signs");
    let family = visitor(&house, 1);
    let listed = letters::of(&house.services, &family, case, Kind::Agreement).await.expect("asked").expect("a letter");
    let opened = letters::open(&house.services, &family, case, listed.id).await.expect("opened");
    assert!(opened.letter.salutation.contains(GUARDIAN), "{}", opened.letter.salutation);
}

#[tokio::test]
async fn nobody_signs_without_a_fresh_code_the_name_and_the_tick_and_no_stranger() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let case = sent_by(&house, 1, named_case(&house, 1), Part::Applicant).await;
    account(&house, 2).await;
    to_agreement(&house, case, purse, 10_000).await;
    let shown = waits(&house, 1, case).await;
    let good = signature(case, &shown, PATIENT);
    let family = visitor(&house, 1);
    let other = Signature { name: "演示·别人".into(), agrees: false, ..good.clone() };
    let wrong = faults(sign(&house.services, &family, &other).await);
    assert_eq!(wrong, [("name".to_owned(), Fault::NameDiffers), ("agrees".to_owned(), Fault::MustAccept)]);
    let empty = faults(sign(&house.services, &family, &Signature { name: " ".into(), ..good.clone() }).await);
    assert_eq!(empty, [("name".to_owned(), Fault::Required)]);

    let mut unproven = family.clone();
    if let Actor::Visitor { stepped_up_at, .. } = &mut unproven.actor {
        *stepped_up_at = None;
    }
    let refused = sign(&house.services, &unproven, &good).await;
    assert!(matches!(refused, Err(CaseError::Denied(Denied::StepUpNeeded))), "{refused:?}");
    for stranger in [visitor(&house, 2), of(&house, 1, Role::CaseOfficer), officer(&house)] {
        let refused = sign(&house.services, &stranger, &good).await;
        assert!(matches!(refused, Err(CaseError::NotFound | CaseError::Denied(_))), "{refused:?}");
    }
    let stale = sign(&house.services, &family, &Signature { hash: digest_hex(b"other"), ..good.clone() }).await;
    assert!(matches!(stale, Err(CaseError::Stale(_))), "{stale:?}");
    assert_eq!(state(&house, case).await, "agreement");
    assert_eq!(number(&house, "select count(*) from spark_agreement").await, 0, "nothing was written");
    sign(&house.services, &family, &good).await.expect("signed");
}

#[tokio::test]
async fn a_guardian_signs_for_a_child_and_from_fourteen_the_child_agrees_as_well() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 60_000).await;
    for (person, age, assent) in [(1, 13, false), (2, 14, true), (3, 17, true)] {
        let case = sent_by(&house, person, childs_case(&house, person, age), Part::Guardian).await;
        to_agreement(&house, case, purse, 10_000).await;
        let shown = waits(&house, person, case).await;
        assert_eq!((shown.signer, shown.own, shown.assent), (Part::Guardian, true, assent), "{age}");
        assert!(shown.texts[0].contains(GUARDIAN), "who signs stands in it");
        let family = visitor(&house, person);
        let childs = faults(sign(&house.services, &family, &signature(case, &shown, PATIENT)).await);
        assert_eq!(childs[0], ("name".to_owned(), Fault::NameDiffers), "the child does not sign");
        let alone = signature(case, &shown, GUARDIAN);
        if assent {
            let missing = faults(sign(&house.services, &family, &alone).await);
            let fields: Vec<&str> = missing.iter().map(|(field, _)| field.as_str()).collect();
            assert_eq!(fields, ["assent", "assents"], "{age}");
        }
        let both = Signature { assent: PATIENT.into(), assents: true, ..alone };
        sign(&house.services, &family, &both).await.expect("signed");
        let kept = signed(&house, person, case).await;
        assert_eq!(kept.assent, assent.then(|| PATIENT.to_owned()), "{age}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pressed_in_two_tabs_at_once_it_is_signed_once() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 60_000).await;
    for person in 1..=5 {
        let case = sent_by(&house, person, named_case(&house, person), Part::Applicant).await;
        to_agreement(&house, case, purse, 10_000).await;
        let signature = signature(case, &waits(&house, person, case).await, PATIENT);
        let two = [1, 2].map(|_| {
            let (services, family, signature) = (house.services.clone(), visitor(&house, person), signature.clone());
            tokio::spawn(async move { sign(&services, &family, &signature).await })
        });
        for answer in join_all(two).await {
            answer.expect("no panic").expect("signed");
        }
    }
    assert_eq!(number(&house, "select count(*) from spark_agreement").await, 5);
}

#[tokio::test]
async fn after_thirty_business_days_nothing_is_signed() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let case = sent_by(&house, 1, named_case(&house, 1), Part::Applicant).await;
    to_agreement(&house, case, purse, 10_000).await;
    let shown = waits(&house, 1, case).await;
    house.services.clock.advance(SignedDuration::from_hours(24 * 60));
    settle_over(&house.services).await.expect("settled");
    assert_eq!(state(&house, case).await, "lapsed");
    let late = sign(&house.services, &visitor(&house, 1), &signature(case, &shown, PATIENT)).await;
    assert!(matches!(late, Err(CaseError::NotOpen)), "{late:?}");
}

#[tokio::test]
async fn what_was_signed_is_not_changed_and_dies_with_its_case() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let case = sent_by(&house, 1, named_case(&house, 1), Part::Applicant).await;
    to_agreement(&house, case, purse, 10_000).await;
    let shown = waits(&house, 1, case).await;
    sign(&house.services, &visitor(&house, 1), &signature(case, &shown, PATIENT)).await.expect("signed");
    let app = &house.services.db;
    let changed = sqlx::query("update spark_agreement set signed_sealed = 'x'").execute(app).await;
    assert!(changed.is_err(), "the house changes none");
    let kept = sqlx::query("delete from spark_agreement").execute(app).await.expect_err("kept");
    assert_eq!(store::constraint_of(&kept), Some("spark_said_is_kept"));
    does(&house, &house.services.system(), case, (Part::System, Event::Lapse)).await.expect("unused");
    forget(&house.services, &compliance(&house), case).await.expect("forgotten");
    assert_eq!(number(&house, "select count(*) from spark_agreement").await, 0);
}

/// People signed them: whoever changes a text adds a version.
#[test]
fn a_version_that_was_published_never_changes() {
    let published = [[
        "e014f004a28dd3eae0fe2a5d1ed583241177218bd1348b552bba9a60de2c4f37",
        "100be463dd70da8a64711de33cf058d91dfe5e3e7f36fc1f98f8bb6cca9cee35",
    ]];
    let now: Vec<[String; 2]> = agreement::versions()
        .iter()
        .map(|version| [Locale::ZhCn, Locale::En].map(|locale| digest_hex(version.published(locale).as_bytes())))
        .collect();
    assert_eq!(now, published);
}
