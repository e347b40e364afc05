//! The Spark Project on a real Postgres.

mod agreement;
mod appeal;
mod clarify;
mod clawback;
mod committee;
mod database;
mod desk;
mod due;
mod forgetting;
mod fund_told;
mod judging;
mod letters;
mod life;
mod matrix;
mod meetings;
pub mod objections;
mod officers;
mod owing;
mod own;
mod profiles;
mod races;
mod reading;
mod reviewers;
mod room;
mod rules;
mod sealed_words;
mod standards;
mod untied;

use crate::ledger::{Purse, bare_purse, given, id, of, preparer, yuan};
use domain::account::{Actor, Role};
use domain::bus::City;
use domain::document::Document;
use domain::ids::{AccountId, CaseId, LoginSessionId};
use domain::ledger::{Evidence, Fen};
use domain::outreach::{Bilingual, Key};
use domain::spark::application::{Purpose, Section};
use domain::spark::review::assignment::Speciality;
use domain::spark::review::rubric::{Criterion, Draft, Rubric, Scale};
use domain::spark::review::vote::Vote;
use domain::spark::{DiseaseGroup, Event, Part};
use domain::typed::Typed;
use services::Context;
use services::crypto::Place;
use services::ledger;
use services::spark::cases::{self, Act, CaseError, Decided, Moved, NewCase, NewParty, Opened, Question};
use services::spark::review::{self, Profile, ReviewError, Sitting, Ties};
use testkit::TestHouse;
use uuid::Uuid;

/// The first ten thousand numbers are families; these are of the house.
pub const OFFICER: u128 = 90_001;
pub const CHAIR: u128 = 90_002;
pub const OTHER_CHAIR: u128 = 90_003;
pub const COMPLIANCE: u128 = 90_004;

pub fn officer(house: &TestHouse) -> Context {
    of(house, OFFICER, Role::CaseOfficer)
}

pub fn chair(house: &TestHouse) -> Context {
    of(house, CHAIR, Role::Chair)
}

pub fn compliance(house: &TestHouse) -> Context {
    of(house, COMPLIANCE, Role::ComplianceOfficer)
}

/// Whoever signs in with an account of a visitor.
pub fn visitor(house: &TestHouse, person: u128) -> Context {
    house.context(Actor::Visitor {
        account: AccountId(Uuid::from_u128(person)),
        login: LoginSessionId(Uuid::from_u128(person)),
        stepped_up_at: Some(house.now()),
    })
}

/// The account of a visitor with a number.
pub async fn account(house: &TestHouse, person: u128) -> AccountId {
    let id = Uuid::from_u128(person);
    let place = Place { table: "account", column: "phone_sealed", row: id };
    let number = format!("138{person:08}");
    sqlx::query(
        "insert into account (id, kind, locale, phone_sealed, phone_index, created_at)
         values ($1, 'visitor', 'zh-CN', $2, $3, $4) on conflict do nothing",
    )
    .bind(id)
    .bind(house.services.vault.seal(place, number.as_bytes()))
    .bind(id.as_bytes().as_slice())
    .bind(store::SqlTimestamp::from(house.now()))
    .execute(&house.db.owner_pool())
    .await
    .expect("an account");
    AccountId(id)
}

/// A case of a patient of age, of 10,000 yuan. The person's number is also the document's.
pub fn new_case(house: &TestHouse, person: u128) -> NewCase {
    NewCase {
        id: id(house),
        fund: None,
        group: DiseaseGroup::Rare,
        city: City::from_code("jinan").expect("a city"),
        age: 30,
        asked: yuan(10_000),
        parties: vec![NewParty {
            part: Part::Applicant,
            account: Some(AccountId(Uuid::from_u128(person))),
            particulars: "{\"name\":\"张小满\"}".into(),
            identity: Some(format!("document {person}")),
        }],
        key: house.services.vault.new_case_key(),
    }
}

/// Lets somebody take part in a case as who helps its family with the form.
pub async fn helped(house: &TestHouse, case: CaseId, person: u128) {
    let helper = account(house, person).await;
    let part = (Part::SocialWorker.name(), Some(helper.0));
    let mut db = house.services.db.acquire().await.expect("a connection");
    let added = store::spark::cases::add_party(&mut *db, id(house), case.0, part, b"sealed", house.now()).await;
    added.expect("a helper");
}

/// Sends it.
pub async fn send(house: &TestHouse, person: u128, new: NewCase) -> Result<Opened, CaseError> {
    let mut tx = house.services.begin().await.expect("a transaction");
    let opened = cases::open_in(&house.services, &mut tx, &visitor(house, person), new, Part::Applicant).await?;
    tx.commit().await.expect("committed");
    Ok(opened)
}

/// A case that was sent.
pub async fn sent(house: &TestHouse, person: u128) -> CaseId {
    account(house, person).await;
    sent_as(house, person, new_case(house, person)).await
}

/// A case that was sent as it says, by somebody who agreed to everything.
pub async fn sent_as(house: &TestHouse, person: u128, new: NewCase) -> CaseId {
    let opened = send(house, person, new).await.expect("sent");
    agreed(house, &opened, person).await;
    opened.id
}

/// What a family agreed to, as an application of its own has it.
pub async fn agreed(house: &TestHouse, opened: &Opened, person: u128) {
    let (case, by) = (opened.id, Uuid::from_u128(person));
    let mut db = house.services.db.acquire().await.expect("a connection");
    store::spark::apply::add(&mut db, (case.0, by), 1, "zh-CN", house.now()).await.expect("an application");
    store::spark::apply::submitted(&mut db, case.0, &opened.reference, by, house.now()).await.expect("sent");
    for purpose in Purpose::ALL {
        says(house, (case, person), purpose, true).await;
    }
}

/// A family says whether something may be done with its application.
pub async fn says(house: &TestHouse, (case, person): (CaseId, u128), purpose: Purpose, agreed: bool) {
    let given_at = store::ToSqlx::to_sqlx(house.now());
    let row = store::spark::consents::ConsentRow { purpose: purpose.name().to_owned(), agreed, notice: 1, given_at };
    let mut db = house.services.db.acquire().await.expect("a connection");
    let ids = (id(house), case.0, Uuid::from_u128(person));
    store::spark::consents::add(&mut db, ids, &row).await.expect("a word");
}

pub async fn version(house: &TestHouse, case: CaseId) -> i32 {
    store::spark::cases::one(&house.services.db, case.0).await.expect("read").expect("a case").version
}

pub async fn state(house: &TestHouse, case: CaseId) -> String {
    store::spark::cases::one(&house.services.db, case.0).await.expect("read").expect("a case").state
}

/// Something without money, at a version.
pub fn plain(case: CaseId, version: i32, part: Part, event: Event) -> Act {
    Act { case, version, part, event, reason: Some("演示理由".into()), award: None }
}

/// Does something, at the version the case has.
pub async fn does(
    house: &TestHouse,
    context: &Context,
    case: CaseId,
    (part, event): (Part, Event),
) -> Result<Moved, CaseError> {
    let act = plain(case, version(house, case).await, part, event);
    cases::act(&house.services, context, &act).await
}

/// A case an officer has taken up.
pub async fn taken_up(house: &TestHouse, person: u128) -> CaseId {
    let case = sent(house, person).await;
    does(house, &officer(house), case, (Part::CaseOfficer, Event::TakeUp)).await.expect("taken up");
    case
}

/// What an officer asks a family.
pub const QUESTION: &str = "演示：病历缺最近一次的检查";

/// It, about these sections, with five business days, at the version the case has.
pub async fn question(house: &TestHouse, case: CaseId, sections: &[Section]) -> Question {
    let version = version(house, case).await;
    Question { case, version, sections: sections.to_vec(), days: 5, text: QUESTION.into() }
}

/// Ties to nobody else: people are told apart by their numbers.
pub fn ties(person: u128) -> Ties {
    let document = Document::from_comparable(&format!("passport:reviewer {person}")).expect("a document");
    let employers = vec![format!("演示第{person}医院")];
    Ties { person: document, kin: vec![], phones: vec![], addresses: vec![], employers }
}

/// What is known of somebody, put down or changed.
pub async fn tied(house: &TestHouse, person: u128, ties: &Ties) {
    let account = AccountId(Uuid::from_u128(person));
    let there = store::spark::review::profiles::of(&house.services.db, &[account.0]).await.expect("read").pop();
    let specialities = vec![Speciality::new("03").expect("a speciality")];
    let profile = Profile { account, specialities, away: false, version: there.map_or(0, |row| row.version) };
    review::keep(&house.services, &compliance(house), &profile, Some(ties)).await.expect("a profile");
}

/// People with a profile.
pub async fn known(house: &TestHouse, people: &[u128]) {
    for person in people {
        tied(house, *person, &ties(*person)).await;
    }
}

/// Two criteria from 1 to 5, the second of which may not apply.
pub async fn rubric(house: &TestHouse) -> Rubric {
    let criterion = |key: &str, weight, optional| Criterion {
        key: Key::new(key).expect("a key"),
        title: Bilingual::new("演示标准", "A criterion"),
        weight,
        scale: Scale { least: 1, most: 5 },
        optional,
    };
    let criteria = vec![criterion("need", 3, false), criterion("plan", 2, true)];
    let rubric = Rubric::try_from(Draft { version: 1, criteria, diverges_above: 25 }).expect("a rubric");
    match review::publish_rubric(&house.services, &compliance(house), &rubric).await {
        Ok(()) | Err(ReviewError::VersionTaken(1)) => rubric,
        Err(error) => panic!("{error:?}"),
    }
}

/// What a reviewer types: the same mark for everything, with a comment.
pub fn marks(points: &str) -> Typed {
    let all =
        [("mark-need", points), ("mark-plan", points), ("comment-need", "演示意见"), ("comment-plan", "演示意见")];
    Typed(all.map(|(name, text)| (name.to_owned(), text.to_owned())).into())
}

/// Whoever reviews the cases of these tests.
pub const REVIEWERS: [u128; 2] = [90_101, 90_102];

/// A case that is complete is reviewed, and goes on.
pub async fn reviewed(house: &TestHouse, case: CaseId) {
    rubric(house).await;
    known(house, &REVIEWERS).await;
    let reviewers = REVIEWERS.map(|person| of(house, person, Role::MedicalReviewer));
    review::review_case(&house.services, &officer(house), (case, &reviewers), &marks("4")).await.expect("reviewed");
}

/// Brings a case that was sent before the committee.
pub async fn before_committee(house: &TestHouse, case: CaseId) {
    let by = officer(house);
    does(house, &by, case, (Part::CaseOfficer, Event::TakeUp)).await.expect("taken up");
    does(house, &by, case, (Part::CaseOfficer, Event::Complete)).await.expect("complete");
    reviewed(house, case).await;
}

/// A committee of five around a chair: every chair has people of their own. The first of them is the deputy.
pub async fn sitting(house: &TestHouse, chair: &Context) -> Sitting {
    let number = chair.actor.account().expect("an account").0.as_u128();
    let others = (1..=4).map(|nth| number * 10 + nth);
    known(house, &others.clone().chain([number]).collect::<Vec<_>>()).await;
    let mut members = vec![chair.clone()];
    members.extend(others.map(|member| of(house, member, Role::CommitteeMember)));
    Sitting { secretary: of(house, number * 10 + 9, Role::CaseOfficer), members }
}

/// A signed meeting under this chair at which everybody is for this.
pub async fn decides(house: &TestHouse, chair: &Context, votes: &[(CaseId, Vote)]) {
    let sitting = sitting(house, chair).await;
    review::hold_meeting(&house.services, &sitting, votes).await.expect("a meeting");
}

/// What a committee is for that grants so many yuan of 10,000.
pub fn vote_for(sum: i64) -> Vote {
    if sum == 10_000 { Vote::Grant } else { Vote::Partial(Fen::new(sum * 100)) }
}

/// So many yuan out of a purse.
pub fn decided(house: &TestHouse, purse: Purse, sum: i64) -> Decided {
    let part = ledger::Part { amount: yuan(sum), needs: vec![Evidence::Agreement, Evidence::Invoice] };
    Decided { award: id(house), envelope: purse.envelope, parts: vec![part] }
}

/// Grants so many yuan, as a meeting decides first: all of what was asked is 10,000.
pub async fn grants(house: &TestHouse, by: &Context, case: CaseId, purse: Purse, sum: i64) -> Result<Moved, CaseError> {
    decides(house, by, &[(case, vote_for(sum))]).await;
    carries(house, by, case, purse, sum).await
}

/// The same, whatever a meeting decided.
pub async fn carries(
    house: &TestHouse,
    by: &Context,
    case: CaseId,
    purse: Purse,
    sum: i64,
) -> Result<Moved, CaseError> {
    let event = if sum == 10_000 { Event::Grant } else { Event::GrantPart };
    let act =
        Act { award: Some(decided(house, purse, sum)), ..plain(case, version(house, case).await, Part::Chair, event) };
    cases::act(&house.services, by, &act).await
}

/// From the decision to the first payment.
pub async fn to_disbursing(house: &TestHouse, person: u128, case: CaseId) {
    does(house, &officer(house), case, (Part::CaseOfficer, Event::Publish)).await.expect("public");
    does(house, &house.services.system(), case, (Part::System, Event::Stand)).await.expect("stands");
    does(house, &visitor(house, person), case, (Part::Applicant, Event::Sign)).await.expect("signed");
}

/// A purse with so many yuan, in books that know of cases.
pub async fn purse_of(house: &TestHouse, all: i64) -> Purse {
    let purse = bare_purse(house, "CASES-2026").await;
    let given = given(house, purse.envelope, yuan(all));
    ledger::donate(&house.services, &preparer(house), &given).await.expect("a donation");
    purse
}
