//! The eighteenth birthday: on the day and once the child is invited; once it took over, its guardians only look.

use super::office::contract_of;
use super::{account, count, days, founded, joined, number, phone, support, units, visitor};
use domain::account::{Actor, Denied};
use domain::family::{Consent, Kin, Notice};
use domain::ids::{AccountId, FamilyId};
use services::family::office::{self, Standing};
use services::family::{self as families, CHILD_INVITATION, CONTRACT_WORK, FamilyError, Markers, Own};
use store::family::join::{self, NewMember};
use testkit::TestHouse;
use uuid::Uuid;

/// The child of family 1.
const CHILD: u128 = 19;

// The house begins on 20 July 2026.
const BORN: &str = "2008-07-23";

#[tokio::test]
async fn a_child_takes_over_on_its_eighteenth_birthday_and_not_a_day_before() {
    let house = TestHouse::new().await;
    let unit = units(&house).await[0];
    let born = BORN.parse().expect("a day");
    let family = founded(&house, 1, Some(unit), born, Some(phone(CHILD))).await;
    joined(&house, 1, 11).await;
    joined(&house, 1, 12).await;
    account(&house, CHILD).await;

    days(&house, 2);
    assert_eq!(families::hand_over_due(&house.services).await.expect("looked"), 0, "the day before");
    let typed = (number(1), phone(CHILD));
    let child = visitor(&house, CHILD);
    let early = families::join(&house.services, &child, &super::network(), (&typed.0, typed.1.digits())).await;
    assert!(matches!(early, Err(FamilyError::NoInvitation)), "{early:?}");

    days(&house, 1);
    let (one, two) = tokio::join!(families::hand_over_due(&house.services), families::hand_over_due(&house.services));
    assert_eq!(one.expect("looked") + two.expect("looked"), 1, "two servers invite once");
    assert_eq!(families::hand_over_due(&house.services).await.expect("looked"), 0, "and never again");
    let told = families::notices(&house.services, &visitor(&house, 11)).await.expect("read");
    assert_eq!(told.iter().filter(|notice| notice.kind == Notice::OfAge).count(), 1);

    joined(&house, 1, CHILD).await;
    let seen = families::units(&house.services, &visitor(&house, CHILD)).await.expect("read");
    assert_eq!((seen[0].id, seen[0].member.kin), (unit, Kin::AdultChild));
    for guardian in [11, 12] {
        let context = visitor(&house, guardian);
        let seen = families::units(&house.services, &context).await.expect("they still look");
        assert_eq!(seen[0].member.kin, Kin::FormerGuardian);
        let acted = families::consent(&house.services, &context, family, (Consent::Research, true)).await;
        assert!(matches!(acted, Err(FamilyError::OnlyLooks)), "{acted:?}");
    }
    families::consent(&house.services, &visitor(&house, CHILD), family, (Consent::Research, true)).await.expect("hers");

    // What is the mother's stays hers to give and to take back, and nothing else.
    let mother = visitor(&house, 11);
    let asked = families::people(&house.services, &mother).await.expect("read").remove(0).consents;
    assert_eq!(asked.iter().map(|one| one.purpose).collect::<Vec<_>>(), [Consent::MotherResults]);
    for given in [true, false] {
        house.services.clock.advance(jiff::SignedDuration::from_secs(1));
        let mother = visitor(&house, 11);
        families::consent(&house.services, &mother, family, (Consent::MotherResults, given)).await.expect("said");
        let seen = families::people(&house.services, &child).await.expect("read").remove(0);
        assert_eq!(seen.markers, if given { Markers::Shared } else { Markers::Hers });
    }
    let other = families::consent(&house.services, &visitor(&house, 12), family, (Consent::MotherResults, true)).await;
    assert!(matches!(other, Err(FamilyError::NotFound)), "{other:?}");
    assert_eq!(count(&house, "select count(*) from family_child where took_over_at is not null").await, 1);
}

#[tokio::test]
async fn a_child_nobody_named_a_number_of_is_invited_once_its_guardians_do() {
    let house = TestHouse::new().await;
    let family = founded(&house, 1, None, "2008-07-20".parse().expect("a day"), None).await;
    joined(&house, 1, 11).await;
    assert_eq!(families::hand_over_due(&house.services).await.expect("looked"), 0);
    assert_eq!(families::hand_over_due(&house.services).await.expect("looked"), 0);
    let mother = visitor(&house, 11);
    let told = families::notices(&house.services, &mother).await.expect("read");
    assert_eq!(told.iter().filter(|notice| notice.kind == Notice::OfAge).count(), 1, "they are told once");
    let looked_at = "select count(*) from family_child where phone_sealed is not null or of_age_told_at is null";
    assert_eq!(count(&house, looked_at).await, 0, "and it is not looked at again before they say something");

    let people = families::people(&house.services, &mother).await.expect("read");
    let child = (family, people[0].children[0].id);
    families::set_child_phone(&house.services, &mother, child, phone(CHILD).digits()).await.expect("said");
    let staff = families::set_child_phone(&house.services, &support(&house), child, phone(CHILD).digits()).await;
    assert!(matches!(staff, Err(FamilyError::Denied(_))), "{staff:?}");
    assert_eq!(families::hand_over_due(&house.services).await.expect("looked"), 1);
    let again = families::set_child_phone(&house.services, &mother, child, phone(CHILD).digits()).await;
    assert!(matches!(again, Err(FamilyError::Over)), "it may still answer: {again:?}");
}

#[tokio::test]
async fn a_child_that_was_invited_at_a_mistyped_number_is_invited_at_the_right_one_and_nobody_by_the_wrong() {
    const WRONG: u128 = 18;
    let house = TestHouse::new().await;
    let family = founded(&house, 1, None, "2008-07-20".parse().expect("a day"), Some(phone(WRONG))).await;
    joined(&house, 1, 11).await;
    let due = async || families::hand_over_due(&house.services).await.expect("looked");
    assert_eq!(due().await, 1);
    let mother = visitor(&house, 11);
    let people = families::people(&house.services, &mother).await.expect("read");
    let child = (family, people[0].children[0].id);
    families::set_child_phone(&house.services, &mother, child, phone(CHILD).digits()).await.expect("said");
    let stranger = joins(&house, WRONG).await;
    assert!(matches!(stranger, Err(FamilyError::NoInvitation)), "{stranger:?}");
    assert_eq!((due().await, due().await), (1, 0), "invited anew, once");

    // Each number is a message: who goes on and on is told to wait.
    let mut said = Vec::new();
    for person in [71, 72, 73, 74, CHILD] {
        said.push(families::set_child_phone(&house.services, &mother, child, phone(person).digits()).await);
    }
    assert!(said[..4].iter().all(Result::is_ok), "{said:?}");
    assert!(matches!(said[4], Err(FamilyError::Limited(_))), "{said:?}");
    days(&house, 2);
    let mother = visitor(&house, 11);
    families::set_child_phone(&house.services, &mother, child, phone(CHILD).digits()).await.expect("said");
    assert_eq!(due().await, 1);
    joins(&house, CHILD).await.expect("its own unit");
    let late = families::set_child_phone(&house.services, &mother, child, phone(77).digits()).await;
    assert!(matches!(late, Err(FamilyError::OnlyLooks)), "{late:?}");
}

/// Comes in with their own number, or not.
async fn joins(house: &TestHouse, person: u128) -> Result<FamilyId, FamilyError> {
    account(house, person).await;
    let typed = (number(1), phone(person));
    families::join(&house.services, &visitor(house, person), &super::network(), (&typed.0, typed.1.digits())).await
}

const ACTING: &str = "select count(*) from family_member where until is null and kin <> 'former_guardian'";

#[tokio::test]
async fn a_guardian_who_comes_in_after_the_hand_over_does_not_act() {
    let house = TestHouse::new().await;
    founded(&house, 1, None, "2008-07-20".parse().expect("a day"), Some(phone(CHILD))).await;
    joined(&house, 1, 11).await;
    assert_eq!(families::hand_over_due(&house.services).await.expect("looked"), 1);
    joined(&house, 1, CHILD).await;
    let late = joins(&house, 12).await;
    assert!(matches!(late, Err(FamilyError::NoInvitation)), "{late:?}");

    // One that is open all the same makes a guardian who only looks.
    sqlx::query("update family_invitation set expires_at = made_at + interval '90 days' where claimed_at is null")
        .execute(&house.db.owner_pool())
        .await
        .expect("opened");
    joins(&house, 12).await.expect("joined");
    assert_eq!(count(&house, ACTING).await, 1, "the child alone");
}

#[tokio::test]
async fn whoever_comes_first_only_the_child_acts() {
    let house = TestHouse::new().await;
    founded(&house, 1, None, "2008-07-20".parse().expect("a day"), Some(phone(CHILD))).await;
    assert_eq!(families::hand_over_due(&house.services).await.expect("looked"), 1);
    let (child, mother, other) = tokio::join!(joins(&house, CHILD), joins(&house, 11), joins(&house, 12));
    child.expect("its own unit");
    for guardian in [mother, other] {
        assert!(matches!(guardian, Ok(_) | Err(FamilyError::NoInvitation)), "{guardian:?}");
    }
    assert_eq!(count(&house, ACTING).await, 1, "the child alone");
}

/// The control of who comes first: a guardian who looked before the child took over, and whom the lock of the family's children does
/// not hold apart from it.
#[tokio::test]
async fn without_the_childrens_lock_a_guardian_comes_in_behind_the_child_and_acts() {
    let house = TestHouse::new().await;
    let family = founded(&house, 1, None, "2008-07-20".parse().expect("a day"), Some(phone(CHILD))).await;
    assert_eq!(families::hand_over_due(&house.services).await.expect("looked"), 1);
    let guardian = account(&house, 12).await;
    let mut tx = house.services.begin().await.expect("a transaction");
    let taken_over: bool =
        sqlx::query_scalar("select bool_or(took_over_at is not null) from family_child where family_id = $1")
            .bind(family.0)
            .fetch_one(&mut *tx)
            .await
            .expect("read");
    assert!(!taken_over, "not yet");
    joins(&house, CHILD).await.expect("it takes over meanwhile");
    let member = NewMember {
        id: house.services.system().new_id(),
        family: family.0,
        account: guardian.0,
        kin: Kin::SecondGuardian.name(),
        mother: false,
    };
    assert!(join::add_member(&mut *tx, member, house.now()).await.expect("written"));
    tx.commit().await.expect("kept");
    assert_eq!(count(&house, ACTING).await, 2, "the race is one");
}

/// The control of two servers on the birthday: both look before either writes, and the child's lock does not hold them apart.
#[tokio::test]
async fn without_the_childs_lock_two_servers_would_invite_it() {
    let house = TestHouse::new().await;
    founded(&house, 1, None, "2008-07-20".parse().expect("a day"), Some(phone(CHILD))).await;
    let year = domain::time::local_day(house.now()).year();
    let mut looked = Vec::new();
    for _ in 0..2 {
        let mut tx = house.services.begin().await.expect("a transaction");
        let due = join::coming_of_age(&mut *tx, (year, house.now()), (0, Uuid::nil())).await.expect("read");
        looked.push((tx, due));
    }
    let mut invited = 0;
    for (mut tx, due) in looked {
        for child in due {
            join::mark_invited(&mut *tx, child.id, house.now()).await.expect("written");
            invited += 1;
        }
        tx.commit().await.expect("kept");
    }
    assert_eq!(invited, 2, "the race is one");
}

#[tokio::test]
async fn a_child_that_let_its_invitation_run_out_is_invited_again() {
    let house = TestHouse::new().await;
    founded(&house, 1, None, "2008-07-20".parse().expect("a day"), Some(phone(CHILD))).await;
    assert_eq!(families::hand_over_due(&house.services).await.expect("looked"), 1);
    days(&house, 89);
    assert_eq!(families::hand_over_due(&house.services).await.expect("looked"), 0, "it can still be claimed");
    days(&house, 1);
    let late = joins(&house, CHILD).await;
    assert!(matches!(late, Err(FamilyError::NoInvitation)), "{late:?}");
    assert_eq!(families::hand_over_due(&house.services).await.expect("looked"), 1);
    joins(&house, CHILD).await.expect("joined");
    days(&house, 200);
    assert_eq!(families::hand_over_due(&house.services).await.expect("looked"), 0, "it took over");
}

#[tokio::test]
async fn a_child_that_never_answers_is_invited_three_times_and_its_guardians_are_told_once() {
    let house = TestHouse::new().await;
    let family = founded(&house, 1, None, "2008-07-20".parse().expect("a day"), Some(phone(CHILD))).await;
    joined(&house, 1, 11).await;
    for _ in 0..3 {
        assert_eq!(families::hand_over_due(&house.services).await.expect("looked"), 1);
        days(&house, 90);
    }
    let sent = "select count(*) from job where kind = 'family.invited'";
    let told = async || {
        let all = families::notices(&house.services, &visitor(&house, 11)).await.expect("read");
        all.iter().filter(|notice| notice.kind == Notice::OfAgeSilent).count()
    };
    assert_eq!(told().await, 0, "the third can be answered until it runs out");
    for _ in 0..3 {
        let (one, two) =
            tokio::join!(families::hand_over_due(&house.services), families::hand_over_due(&house.services));
        assert_eq!(one.expect("looked") + two.expect("looked"), 0, "and never again");
        assert_eq!((told().await, count(&house, sent).await), (1, 3));
        days(&house, 365);
    }
    // A guardian says another number: it is invited anew, and can take over.
    let mother = visitor(&house, 11);
    let people = families::people(&house.services, &mother).await.expect("read");
    assert!(people[0].children[0].silent);
    let child = (family, people[0].children[0].id);
    families::set_child_phone(&house.services, &mother, child, phone(77).digits()).await.expect("said");
    assert_eq!(families::hand_over_due(&house.services).await.expect("looked"), 1);
    assert_eq!(count(&house, sent).await, 4);
    joins(&house, 77).await.expect("the child, of the new number");
    let late = families::set_child_phone(&house.services, &mother, child, phone(78).digits()).await;
    assert!(late.is_err(), "{late:?}");
}

#[tokio::test]
async fn of_a_child_that_died_nobody_is_told_or_invited_and_noted_wrongly_everything_is_as_before() {
    const PAPER: &str = "演示：死亡医学证明";
    let house = TestHouse::new().await;
    let unit = units(&house).await[0];
    let family = founded(&house, 1, Some(unit), BORN.parse().expect("a day"), Some(phone(CHILD))).await;
    joined(&house, 1, 11).await;
    let contract = contract_of(&house, family).await;
    let note = async |on: &str, paper: &str| {
        office::note_death(&house.services, &support(&house), contract, (on, paper)).await
    };
    let undo = async || office::undo_death(&house.services, &support(&house), contract).await;
    let due = async || families::hand_over_due(&house.services).await.expect("looked");
    let seen = async || families::notices(&house.services, &visitor(&house, 11)).await.expect("read");
    let page = async || office::contract(&house.services, &support(&house), contract).await.expect("read");

    let mut stale = support(&house);
    if let Actor::Staff { stepped_up_at, .. } = &mut stale.actor {
        *stepped_up_at = None;
    }
    let factor = office::note_death(&house.services, &stale, contract, ("", PAPER)).await;
    assert!(matches!(factor, Err(FamilyError::Denied(Denied::StepUpNeeded))), "{factor:?}");
    let factor = office::undo_death(&house.services, &stale, contract).await;
    assert!(matches!(factor, Err(FamilyError::Denied(Denied::StepUpNeeded))), "{factor:?}");
    let guardian = office::note_death(&house.services, &visitor(&house, 11), contract, ("", PAPER)).await;
    assert!(matches!(guardian, Err(FamilyError::Denied(_))), "{guardian:?}");
    for (on, paper) in [("", " "), ("2008-07-22", PAPER), ("2026-07-21", PAPER), ("昨天", PAPER)] {
        let unfit = note(on, paper).await;
        assert!(matches!(unfit, Err(FamilyError::Fields(_))), "{on} {paper}: {unfit:?}");
    }
    assert!(page().await.death.is_none());

    // The child was invited, and has not come in; then it died, and that is noted.
    days(&house, 3);
    assert_eq!(due().await, 1);
    assert!(seen().await.iter().any(|notice| notice.kind == Notice::OfAge), "the control");
    let (before, messages) = (seen().await.len(), count(&house, "select count(*) from job").await);
    note("2026-07-22", PAPER).await.expect("noted");
    note("", PAPER).await.expect("pressed twice");
    let death = page().await.death.expect("it is noted");
    assert_eq!((death.died_on, death.paper.as_str()), (Some("2026-07-22".parse().expect("a day")), PAPER));
    assert!(page().await.invitations.iter().all(|one| one.kin != Kin::AdultChild), "there is none to send again");

    let late = joins(&house, CHILD).await;
    assert!(matches!(late, Err(FamilyError::NoInvitation)), "nobody comes in by it: {late:?}");
    let sent = office::send_child(&house.services, &support(&house), contract, "演示：孩子没有收到").await;
    assert!(matches!(sent, Err(FamilyError::Over)), "{sent:?}");
    let mother = visitor(&house, 11);
    let child = families::people(&house.services, &mother).await.expect("read").remove(0).children.remove(0);
    assert!(child.died);
    let number = families::set_child_phone(&house.services, &mother, (family, child.id), phone(77).digits()).await;
    assert!(matches!(number, Err(FamilyError::Over)), "{number:?}");
    days(&house, 91);
    assert_eq!(due().await, 0, "nobody is invited");
    // A payment is due, and the term ends: neither is told.
    sqlx::query("update family_contract set ends_on = '2026-12-01'")
        .execute(&house.db.owner_pool())
        .await
        .expect("a term");
    let reminders = async || {
        let payments = families::remind_due(&house.services).await.expect("looked");
        (payments, families::tell_of_ends(&house.services).await.expect("looked"))
    };
    assert_eq!(reminders().await, (0, 0));
    let after = seen().await;
    assert!(after.len() == before - 1 && after.iter().all(|notice| notice.kind != Notice::OfAge), "{after:?}");
    assert_eq!(count(&house, "select count(*) from job").await, messages, "and no message left");

    // The unit is theirs, and they see what they saw; of what was noted no more than that the office read their contract.
    let own = families::units(&house.services, &mother).await.expect("read");
    assert_eq!(own.iter().map(|own| own.id).collect::<Vec<_>>(), [unit]);
    assert!(families::contracts(&house.services, &mother).await.expect("read")[0].child_died);
    let looks = families::looks(&house.services, &mother).await.expect("read");
    assert!(looks.iter().all(|look| look.what == CONTRACT_WORK && look.reason == CONTRACT_WORK), "{looks:?}");
    let mut narrow = Own::of(&house.services, AccountId(Uuid::from_u128(11))).await.expect("a transaction");
    let sealed = sqlx::query("select death_sealed from family_child").execute(&mut *narrow.tx).await;
    assert!(sealed.is_err(), "a family's role does not read when and by what paper");
    drop(narrow);

    undo().await.expect("taken back");
    undo().await.expect("pressed twice");
    assert!(page().await.death.is_none());
    assert_eq!(due().await, 1, "its invitation ran out meanwhile: it is invited again");
    assert_eq!(reminders().await, (1, 1));
    assert!(seen().await.iter().any(|notice| notice.kind == Notice::OfAge));
    joins(&house, CHILD).await.expect("it takes over");
    for action in ["noted", "undone"] {
        let trail: i64 =
            sqlx::query_scalar("select count(*) from audit_entry where action = 'family.child_death_' || $1")
                .bind(action)
                .fetch_one(&house.db.owner_pool())
                .await
                .expect("a count");
        assert_eq!(trail, 1, "{action}");
    }
}

#[tokio::test]
async fn a_guardians_invitation_of_the_same_number_holds_up_the_child_and_no_longer_than_it_lasts() {
    let house = TestHouse::new().await;
    founded(&house, 1, None, "2008-07-20".parse().expect("a day"), Some(phone(12))).await;
    assert_eq!(families::hand_over_due(&house.services).await.expect("looked"), 0);
    let marked = "select count(*) from family_child where invited_at is not null";
    assert_eq!(count(&house, marked).await, 0, "who has no invitation is not invited");
    days(&house, 90);
    assert_eq!(families::hand_over_due(&house.services).await.expect("looked"), 1);
    joins(&house, 12).await.expect("the child, of the number");
    let child = "select count(*) from family_member where kin = 'adult_child'";
    assert_eq!(count(&house, child).await, 1);
}

#[tokio::test]
async fn a_child_that_let_its_invitations_run_out_is_invited_again_by_the_office_for_a_reason_its_family_reads() {
    const WHY: &str = "演示：孩子来电，说没有收到短信";
    let house = TestHouse::new().await;
    let family = founded(&house, 1, None, "2008-07-20".parse().expect("a day"), Some(phone(CHILD))).await;
    joined(&house, 1, 11).await;
    let contract = contract_of(&house, family).await;
    let send = async |why: &str| office::send_child(&house.services, &support(&house), contract, why).await;
    let due = async || families::hand_over_due(&house.services).await.expect("looked");
    let early = send(WHY).await;
    assert!(matches!(early, Err(FamilyError::Over)), "by its day first: {early:?}");
    for _ in 0..3 {
        assert_eq!(due().await, 1);
        days(&house, 90);
    }
    assert_eq!(due().await, 0);
    let mut stale = support(&house);
    if let Actor::Staff { stepped_up_at, .. } = &mut stale.actor {
        *stepped_up_at = None;
    }
    let factor = office::send_child(&house.services, &stale, contract, WHY).await;
    assert!(matches!(factor, Err(FamilyError::Denied(Denied::StepUpNeeded))), "{factor:?}");
    let guardian = office::send_child(&house.services, &visitor(&house, 11), contract, WHY).await;
    assert!(matches!(guardian, Err(FamilyError::Denied(Denied::NotAllowed))), "{guardian:?}");
    assert!(matches!(send("没收到").await, Err(FamilyError::Fields(_))), "a reason that says something");

    let sent = "select count(*) from job where kind = 'family.invited'";
    let noted = "select count(*) from audit_entry where action = 'family.invitation_sent'";
    let (one, two) = tokio::join!(send(WHY), send(WHY));
    one.expect("sent");
    two.expect("pressed twice");
    assert_eq!((count(&house, sent).await, count(&house, noted).await), (4, 1), "once");
    let mother = visitor(&house, 11);
    let looks = families::looks(&house.services, &mother).await.expect("read");
    let said: Vec<_> = looks.iter().filter(|look| look.what == CHILD_INVITATION).map(|look| &*look.reason).collect();
    assert_eq!(said, [WHY]);
    let told = async |kind| {
        let all = families::notices(&house.services, &mother).await.expect("read");
        all.iter().filter(|notice| notice.kind == kind).count()
    };
    assert_eq!((told(Notice::InvitedChild).await, told(Notice::OfAgeSilent).await), (1, 1));
    let people = families::people(&house.services, &mother).await.expect("read");
    assert!(!people[0].children[0].silent, "it may answer");

    // It runs out as well: nobody is told anew, by its day nothing is sent, and the office may once more.
    days(&house, 90);
    assert_eq!((due().await, told(Notice::OfAgeSilent).await, count(&house, sent).await), (0, 1, 4));
    send(WHY).await.expect("sent");
    joins(&house, CHILD).await.expect("its own unit");
    let late = send(WHY).await;
    assert!(matches!(late, Err(FamilyError::Over)), "it took over: {late:?}");
    let page = office::contract(&house.services, &support(&house), contract).await.expect("read");
    let of_child = page.invitations.iter().filter(|one| one.kin == Kin::AdultChild).map(|one| one.standing);
    assert_eq!(of_child.collect::<Vec<_>>(), [Standing::Used]);
    assert_eq!((count(&house, sent).await, count(&house, noted).await), (5, 2));
}
