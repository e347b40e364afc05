//! Nobody is let into a family unseen: whoever invites shows the second factor, the family is told, there is one mother; and that the
//! office read a contract stands in the family's own log.

use super::office::contract_of;
use super::{count, family, founded, joined, network, number, phone, support, units, visitor, writing};
use domain::account::{Actor, Denied};
use domain::family::{Kin, Notice};
use domain::field::Fault;
use domain::ids::{AccountId, ContractId};
use jiff::SignedDuration;
use services::Context;
use services::family::office::{self, Inviting, Standing};
use services::family::{self as families, CONTRACT_WORK, FamilyError, MEMBERSHIP_ENDED};
use testkit::TestHouse;
use uuid::Uuid;

/// How many messages there are that say that there is a notice.
const MESSAGES: &str = "select count(*) from job where kind = 'family.news'";

/// The contract of a family of which nobody has joined.
async fn alone(house: &TestHouse) -> ContractId {
    contract_of(house, founded(house, 1, None, "2026-03-01".parse().expect("a day"), None).await).await
}

async fn invited(
    house: &TestHouse,
    contract: ContractId,
    (kin, mother, person): (Kin, bool, u128),
) -> Result<(), FamilyError> {
    let new = Inviting { contract, kin: kin.name().to_owned(), mother, phone: phone(person).digits().to_owned() };
    office::invite(&house.services, &support(house), &new).await
}

/// What the notices say that a person reads.
async fn kinds(house: &TestHouse, person: u128) -> Vec<Notice> {
    let told = families::notices(&house.services, &visitor(house, person)).await.expect("read");
    let mut kinds: Vec<Notice> = told.into_iter().map(|notice| notice.kind).collect();
    kinds.sort_unstable();
    kinds
}

#[tokio::test]
async fn whoever_invites_sends_again_or_writes_a_contract_shows_the_second_factor_first() {
    let house = TestHouse::new().await;
    let id = alone(&house).await;
    let one = office::contract(&house.services, &support(&house), id).await.expect("read").invitations[0].id;
    let aged = |shown: Option<SignedDuration>| -> Context {
        let mut context = support(&house);
        if let Actor::Staff { stepped_up_at, .. } = &mut context.actor {
            *stepped_up_at = shown.map(|before| house.now() - before);
        }
        context
    };
    let new = Inviting {
        contract: id,
        kin: Kin::SecondGuardian.name().to_owned(),
        mother: false,
        phone: phone(77).digits().to_owned(),
    };
    let written = writing(7);
    for stale in [aged(None), aged(Some(SignedDuration::from_mins(11)))] {
        let inviting = office::invite(&house.services, &stale, &new).await;
        assert!(matches!(inviting, Err(FamilyError::Denied(Denied::StepUpNeeded))), "{inviting:?}");
        let sending = office::send(&house.services, &stale, (id, one)).await;
        assert!(matches!(sending, Err(FamilyError::Denied(Denied::StepUpNeeded))), "{sending:?}");
        let writing = office::write(&house.services, &stale, &written).await;
        assert!(matches!(writing, Err(FamilyError::Denied(Denied::StepUpNeeded))), "{writing:?}");
    }
    assert_eq!(count(&house, "select count(*) from job where kind = 'family.invited'").await, 0);
    assert_eq!(count(&house, "select count(*) from family_invitation").await, 2, "those it was founded with");
    assert_eq!(count(&house, "select count(*) from family_contract").await, 1, "and nobody can come in by another");
    let fresh = aged(Some(SignedDuration::from_mins(9)));
    office::invite(&house.services, &fresh, &new).await.expect("invited");
    office::send(&house.services, &fresh, (id, one)).await.expect("sent");
    office::write(&house.services, &fresh, &written).await.expect("written");
    // Keeping somebody out waits for nothing.
    office::block(&house.services, &aged(None), (id, one)).await.expect("blocked");
}

#[tokio::test]
async fn the_family_is_told_as_what_somebody_was_invited_and_that_they_came() {
    let house = TestHouse::new().await;
    let id = alone(&house).await;
    joined(&house, 1, 11).await;
    assert_eq!(count(&house, MESSAGES).await, 0, "whoever comes in knows");
    assert_eq!(kinds(&house, 11).await, [Notice::JoinedMother]);

    for _ in 0..2 {
        invited(&house, id, (Kin::SecondGuardian, false, 77)).await.expect("invited");
    }
    assert_eq!(kinds(&house, 11).await, [Notice::InvitedGuardian, Notice::JoinedMother], "pressed twice");
    assert_eq!(count(&house, MESSAGES).await, 1);

    // The same invitation once more is no other one.
    house.services.clock.advance(SignedDuration::from_mins(11));
    let page = office::contract(&house.services, &support(&house), id).await.expect("read");
    let sent = page.invitations.iter().find(|one| one.sent_at.is_some() && one.standing == Standing::Open);
    let sent = sent.expect("an invitation").id;
    office::send(&house.services, &support(&house), (id, sent)).await.expect("sent");
    assert_eq!(count(&house, MESSAGES).await, 1);
    // One that is made anew is.
    office::block(&house.services, &support(&house), (id, sent)).await.expect("blocked");
    house.services.clock.advance(SignedDuration::from_mins(11));
    office::send(&house.services, &support(&house), (id, sent)).await.expect("made anew");
    assert_eq!(count(&house, MESSAGES).await, 2);

    joined(&house, 1, 77).await;
    let told = [Notice::InvitedGuardian, Notice::InvitedGuardian, Notice::JoinedMother, Notice::JoinedGuardian];
    for person in [11, 77] {
        assert_eq!(kinds(&house, person).await, told);
    }
    assert_eq!(count(&house, MESSAGES).await, 3, "the mother has one of it, whoever came in has none");
}

#[tokio::test]
async fn there_is_one_mother_or_one_who_can_come_in_as_her() {
    let house = TestHouse::new().await;
    let id = alone(&house).await;
    let invitations = async || office::contract(&house.services, &support(&house), id).await.expect("read").invitations;
    let refused = |done: Result<(), FamilyError>| match done {
        Err(FamilyError::Fields(faults)) => {
            assert_eq!((faults[0].field.as_str(), faults[0].fault), ("mother", Fault::AlreadyExists))
        }
        done => panic!("{done:?}"),
    };
    // She was invited and can still come in.
    refused(invited(&house, id, (Kin::SecondGuardian, true, 78)).await);
    let first = invitations().await.into_iter().find(|one| one.mother).expect("the mother's").id;
    office::block(&house.services, &support(&house), (id, first)).await.expect("blocked");
    invited(&house, id, (Kin::SecondGuardian, true, 78)).await.expect("invited in her place");
    // The blocked one is not made anew beside it.
    let again = office::send(&house.services, &support(&house), (id, first)).await;
    assert!(matches!(again, Err(FamilyError::Over)), "{again:?}");
    joined(&house, 1, 78).await;
    assert_eq!(
        kinds(&house, 78).await,
        [Notice::InvitedMother, Notice::JoinedMother],
        "told once somebody can read it"
    );
    // She is there.
    refused(invited(&house, id, (Kin::SecondGuardian, true, 79)).await);
    let again = office::send(&house.services, &support(&house), (id, first)).await;
    assert!(matches!(again, Err(FamilyError::Over)), "{again:?}");
    let mothers = "select count(*) from family_invitation where mother and claimed_at is null and blocked_at is null";
    assert_eq!(count(&house, mothers).await, 0);
}

#[tokio::test]
async fn there_is_one_owner_or_one_who_can_come_in_as_the_owner() {
    let house = TestHouse::new().await;
    let id = alone(&house).await;
    let refused = |done: Result<(), FamilyError>| match done {
        Err(FamilyError::Fields(faults)) => {
            assert_eq!((faults[0].field.as_str(), faults[0].fault), ("kin", Fault::AlreadyExists))
        }
        done => panic!("{done:?}"),
    };
    // The owner was invited and can still come in.
    refused(invited(&house, id, (Kin::Owner, false, 78)).await);
    let all = office::contract(&house.services, &support(&house), id).await.expect("read").invitations;
    let first = all.iter().find(|one| one.kin == Kin::Owner).expect("the owner's").id;
    office::block(&house.services, &support(&house), (id, first)).await.expect("blocked");
    invited(&house, id, (Kin::Owner, false, 78)).await.expect("invited in their place");
    // The blocked one is not made anew beside it, and not once they came.
    for comes in [true, false] {
        let again = office::send(&house.services, &support(&house), (id, first)).await;
        assert!(matches!(again, Err(FamilyError::Over)), "{again:?}");
        refused(invited(&house, id, (Kin::Owner, false, 79)).await);
        if comes {
            joined(&house, 1, 78).await;
        }
    }
    let open =
        "select count(*) from family_invitation where kin = 'owner' and claimed_at is null and blocked_at is null";
    assert_eq!(count(&house, open).await, 0);
}

#[tokio::test]
async fn that_the_office_read_a_contract_stands_in_the_familys_log_once_for_one_work() {
    let house = TestHouse::new().await;
    let all = units(&house).await;
    let id = contract_of(&house, family(&house, 1, all[0]).await).await;
    family(&house, 2, all[1]).await;
    let read = async |context: &Context| office::contract(&house.services, context, id).await.map(drop);
    let looks = async |person| families::looks(&house.services, &visitor(&house, person)).await.expect("read");
    assert!(looks(11).await.is_empty());
    read(&support(&house)).await.expect("read");
    let seen = looks(11).await;
    let said: Vec<_> = seen.iter().map(|one| (one.what.as_str(), one.reason.as_str(), one.role.as_str())).collect();
    assert_eq!(said, [(CONTRACT_WORK, CONTRACT_WORK, "family_support")]);
    assert_eq!(seen[0].at, house.now(), "at once");
    assert!(looks(21).await.is_empty(), "another family's log is another's");

    read(&support(&house)).await.expect("read");
    assert_eq!(looks(12).await.len(), 1, "it is the same work");
    let mut colleague = support(&house);
    if let Actor::Staff { account, .. } = &mut colleague.actor {
        *account = AccountId(Uuid::from_u128(90_051));
    }
    read(&colleague).await.expect("read");
    assert_eq!(looks(12).await.len(), 2, "a colleague's is theirs");
    house.services.clock.advance(SignedDuration::from_mins(31));
    read(&support(&house)).await.expect("read");
    assert_eq!(looks(12).await.len(), 3);
    assert_eq!(count(&house, "select count(*) from audit_entry where action = 'family.contract_read'").await, 4);
    let denied = read(&visitor(&house, 11)).await;
    assert!(matches!(denied, Err(FamilyError::Denied(_))), "{denied:?}");
    assert_eq!(looks(12).await.len(), 3, "who was shown nothing has not looked");
}

#[tokio::test]
async fn the_office_ends_that_a_guardian_belongs_to_a_family_for_a_reason_it_reads_and_puts_nobody_out_of_a_place() {
    const WHY: &str = "演示：邀请误发给了别人的号码";
    let house = TestHouse::new().await;
    let unit = units(&house).await[0];
    let id = contract_of(&house, family(&house, 1, unit).await).await;
    let all = office::contract(&house.services, &support(&house), id).await.expect("read").invitations;
    let of = |kin: Kin| all.iter().find(|one| one.kin == kin).expect("an invitation");
    assert!(!of(Kin::Owner).ends && of(Kin::SecondGuardian).ends);
    let (owner, second) = (of(Kin::Owner).id, of(Kin::SecondGuardian).id);
    let end =
        async |who: Uuid, why: &str| office::end_membership(&house.services, &support(&house), (id, who), why).await;
    let sees =
        async |person: u128| families::units(&house.services, &visitor(&house, person)).await.expect("read").len();

    let mut stale = support(&house);
    if let Actor::Staff { stepped_up_at, .. } = &mut stale.actor {
        *stepped_up_at = None;
    }
    let factor = office::end_membership(&house.services, &stale, (id, second), WHY).await;
    assert!(matches!(factor, Err(FamilyError::Denied(Denied::StepUpNeeded))), "{factor:?}");
    let guardian = office::end_membership(&house.services, &visitor(&house, 11), (id, second), WHY).await;
    assert!(matches!(guardian, Err(FamilyError::Denied(_))), "{guardian:?}");
    assert!(matches!(end(second, "错了").await, Err(FamilyError::Fields(_))), "a reason that says something");
    assert!(matches!(end(Uuid::from_u128(404), WHY).await, Err(FamilyError::NotFound)));
    let mother = end(owner, WHY).await;
    assert!(matches!(mother, Err(FamilyError::Over)), "another could come into her place: {mother:?}");
    assert_eq!((sees(11).await, sees(12).await), (1, 1), "nothing happened yet");

    let (one, two) = tokio::join!(end(second, WHY), end(second, WHY));
    one.expect("ended");
    two.expect("pressed twice");
    assert_eq!((sees(11).await, sees(12).await), (1, 0));
    assert_eq!(count(&house, "select count(*) from audit_entry where action = 'family.membership_ended'").await, 1);
    assert_eq!(kinds(&house, 11).await.iter().filter(|kind| **kind == Notice::MembershipEnded).count(), 1);
    let told = "select count(*) from job where kind = 'family.left' and payload->>'account' = '00000000-0000-0000-0000-00000000000c'";
    assert_eq!(count(&house, told).await, 1, "who was put out is told once");
    assert_eq!(count(&house, "select count(*) from job where kind = 'family.left'").await, 1, "and nobody else");
    let looks = families::looks(&house.services, &visitor(&house, 11)).await.expect("read");
    assert!(looks.iter().any(|look| look.what == MEMBERSHIP_ENDED && look.reason == WHY), "{looks:?}");
    let left = office::contract(&house.services, &support(&house), id).await.expect("read");
    assert!(left.invitations.iter().all(|one| !one.ends) && left.members.len() == 1);

    // The invitation that was used lets nobody in again; a new one does.
    let (typed, own) = (number(1), phone(12));
    let again = families::join(&house.services, &visitor(&house, 12), &network(), (&typed, own.digits())).await;
    assert!(matches!(again, Err(FamilyError::NoInvitation)), "{again:?}");
    invited(&house, id, (Kin::SecondGuardian, false, 12)).await.expect("invited");
    joined(&house, 1, 12).await;
    assert_eq!(sees(12).await, 1);
}
