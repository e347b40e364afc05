//! Staff: enrolment, passwords, lost factors, roles.

use super::staff_sign_in::{code, signs_in};
use super::{
    ACCOUNT, CREDENTIAL, PASSWORD, anonymous, as_browser, begin_enrolment, colleague, count, crossed, form,
    is_signed_in, later, made_staff, number, other_than, secret, system, telephone, the_other_way_round, try_sign_in,
};
use domain::account::{Capability, Denied, Login, Role};
use domain::contact::PersonName;
use domain::field::Fault;
use secrecy::{ExposeSecret, SecretString};
use services::account::AccountError;
use services::account::enrolment;
use services::account::password::PasswordFault;
use services::account::sessions::SignedIn;
use services::account::sign_in::{self, Shown, SignIn, SignInError};
use services::account::staff::{self, NewStaff};
use testkit::TestHouse;

/// The enrolment that a sign-in with the code of a colleague answers.
async fn enrols_with(house: &TestHouse, login: &str, password: &str, code: &SecretString) -> enrolment::Enrolment {
    match try_sign_in(house, form(login, password, code.expose_secret())).await {
        Ok(SignIn::Enrol(enrolment)) => enrolment,
        other => panic!("expected an enrolment, got {other:?}"),
    }
}

#[tokio::test]
async fn an_enrolment_is_good_once_for_ten_minutes_and_for_nobody_else() {
    let house = TestHouse::new().await;
    made_staff(&house, "wang", &[]).await;
    let (one, two) = (begin_enrolment(&house, "wang", PASSWORD).await, begin_enrolment(&house, "wang", PASSWORD).await);
    let factor = one.factor.clone().expect("a second factor");
    assert!(factor.uri.starts_with("otpauth://totp/") && factor.uri.contains(&factor.secret));
    assert!(!one.choose_password, "made by the subcommand: the person's own");
    let shown = enrolment::enrolment(&house.services, &anonymous(&house), &one.token).expect("shown again");
    assert!(shown.factor == Some(factor));

    let confirm = async |token: &str, code: &str| {
        enrolment::confirm_enrolment(&house.services, &anonymous(&house), token, Shown::code(code), None, "").await
    };
    let right = telephone(&one).code_at(house.now());
    assert!(matches!(confirm(&one.token, &other_than(&right)).await, Err(SignInError::WrongCode)));
    let mut forged = one.token.clone();
    forged.replace_range(30..31, if forged.as_bytes()[30] == b'A' { "B" } else { "A" });
    assert!(matches!(confirm(&forged, &right).await, Err(SignInError::EnrolmentOver)));
    assert!(matches!(confirm("", &right).await, Err(SignInError::EnrolmentOver)));
    assert_eq!(number(&house, "select count(*) from staff_credential where totp_sealed is not null").await, 0);
    confirm(&one.token, &right).await.expect("confirmed");
    let second = telephone(&two).code_at(house.now());
    assert!(matches!(confirm(&two.token, &second).await, Err(SignInError::EnrolmentOver)), "the other window is late");

    made_staff(&house, "zhao", &[]).await;
    let slow = begin_enrolment(&house, "zhao", PASSWORD).await;
    later(&house, 600);
    let late = telephone(&slow).code_at(house.now());
    assert!(matches!(confirm(&slow.token, &late).await, Err(SignInError::EnrolmentOver)));
}

#[tokio::test]
async fn a_password_of_somebody_else_is_replaced_at_the_first_sign_in() {
    let house = TestHouse::new().await;
    let boss = colleague(&house, "boss", &[Role::Operator]).await;
    let boss = as_browser(&house, &boss.signed_in).await;
    let fresh = NewStaff {
        login: Login::parse("li.na").expect("a login"),
        name: PersonName::parse("李娜").expect("a name"),
        password: "given by the boss 1".into(),
        own_password: true,
        roles: vec![Role::Steward],
    };
    staff::create(&house.services, &boss, fresh.clone()).await.expect("made");
    let taken = staff::create(&house.services, &boss, fresh).await;
    assert!(matches!(taken, Err(AccountError::Field { field: "login", fault: Fault::AlreadyExists })), "{taken:?}");

    let begun = begin_enrolment(&house, "li.na", "given by the boss 1").await;
    assert!(begun.choose_password, "whatever the colleague says whose it is");
    let code = telephone(&begun).code_at(house.now());
    let confirm = async |password: Option<&str>| {
        let password = password.map(secret);
        enrolment::confirm_enrolment(
            &house.services,
            &anonymous(&house),
            &begun.token,
            Shown::code(&code),
            password.as_ref(),
            "",
        )
        .await
    };
    assert!(matches!(confirm(None).await, Err(SignInError::Password(PasswordFault::Required))));
    assert!(matches!(confirm(Some("short")).await, Err(SignInError::Password(PasswordFault::TooShort))));
    let same = confirm(Some("given by the boss 1")).await;
    assert!(matches!(same, Err(SignInError::Password(PasswordFault::Same))), "{same:?}");
    confirm(Some("my very own sentence")).await.expect("enrolled");
    later(&house, 30);
    let code = telephone(&begun).code_at(house.now());
    assert!(!signs_in(&house, "li.na", "given by the boss 1", &code).await);
    assert!(signs_in(&house, "li.na", "my very own sentence", &code).await);
}

#[tokio::test]
async fn stepping_up_refreshes_the_second_factor_of_this_session() {
    let house = TestHouse::new().await;
    let wang = colleague(&house, "wang", &[Role::Operator]).await;
    later(&house, 601);
    let stale = as_browser(&house, &wang.signed_in).await;
    assert_eq!(stale.require(Capability::ManageStaff), Err(Denied::StepUpNeeded));
    let wrong = sign_in::step_up(&house.services, &stale, Shown::code(&other_than(&code(&house, &wang)))).await;
    assert!(matches!(wrong, Err(SignInError::Refused)));
    let renewed = sign_in::step_up(&house.services, &stale, Shown::code(&code(&house, &wang))).await.expect("shown");
    let under_way = as_browser(&house, &wang.signed_in).await;
    assert_eq!(under_way.require(Capability::ManageStaff), Err(Denied::StepUpNeeded), "the cookie of before");
    let fresh = as_browser(&house, &SignedIn { token: renewed.token, ..wang.signed_in.clone() }).await;
    assert_eq!(fresh.require(Capability::ManageStaff), Ok(()));
    let again = sign_in::step_up(&house.services, &fresh, Shown::code(&code(&house, &wang))).await;
    assert!(matches!(again, Err(SignInError::Refused)), "a code is good once");
    assert_eq!((count(&house, "staff.stepped_up").await, count(&house, "staff.step_up_refused").await), (1, 2));
    for _ in 0..7 {
        assert!(sign_in::step_up(&house.services, &fresh, Shown::code("000000")).await.is_err());
    }
    let limited = sign_in::step_up(&house.services, &fresh, Shown::code("000000")).await;
    assert!(matches!(limited, Err(SignInError::Limited(_))), "{limited:?}");
    let visitor = super::visitor(&house, "13800138000").await.1;
    let refused = sign_in::step_up(&house.services, &visitor, Shown::code("000000")).await;
    assert!(matches!(refused, Err(SignInError::Denied(Denied::NotAllowed))));
}

#[tokio::test]
async fn changing_ones_password_ends_the_other_sessions() {
    let house = TestHouse::new().await;
    let wang = colleague(&house, "wang", &[]).await;
    later(&house, 30);
    let Ok(SignIn::Done(other)) = try_sign_in(&house, form("wang", PASSWORD, &code(&house, &wang))).await else {
        panic!("signed in")
    };
    let browser = as_browser(&house, &wang.signed_in).await;
    let change = async |present: &str, code: &str, fresh: &str| {
        staff::change_password(&house.services, &browser, &secret(present), code, &secret(fresh)).await
    };
    later(&house, 30);
    let now = code(&house, &wang);
    assert!(matches!(change("wrong", &now, "a new long sentence").await, Err(AccountError::NotConfirmed)));
    assert!(matches!(change(PASSWORD, "000000", "a new long sentence").await, Err(AccountError::NotConfirmed)));
    assert!(matches!(
        change(PASSWORD, &now, "wang-wang-wang-1").await,
        Err(AccountError::Password(PasswordFault::LikeLogin))
    ));
    let same = change(PASSWORD, &now, PASSWORD).await;
    assert!(matches!(same, Err(AccountError::Password(PasswordFault::Same))), "{same:?}");
    change(PASSWORD, &now, "a new long sentence").await.expect("changed");
    assert!(is_signed_in(&house, &wang.signed_in).await);
    assert!(!is_signed_in(&house, &other).await);
    later(&house, 30);
    assert!(!signs_in(&house, "wang", PASSWORD, &code(&house, &wang)).await);
    assert!(signs_in(&house, "wang", "a new long sentence", &code(&house, &wang)).await);
}

/// A forgotten password says nothing about the telephone: it is still asked for, and the temporary password opens nothing
/// without it.
#[tokio::test]
async fn a_forgotten_password_does_not_undo_the_second_factor() {
    let house = TestHouse::new().await;
    let boss = colleague(&house, "boss", &[Role::Operator]).await;
    let wang = colleague(&house, "wang", &[Role::Steward]).await;
    let boss = as_browser(&house, &boss.signed_in).await;
    staff::reset_password(&house.services, &boss, wang.account, &secret("given after a loss")).await.expect("reset");
    assert!(!is_signed_in(&house, &wang.signed_in).await);
    later(&house, 30);
    assert!(!signs_in(&house, "wang", PASSWORD, &code(&house, &wang)).await, "forgotten here too");
    later(&house, 30);
    assert!(!signs_in(&house, "wang", "given after a loss", "").await, "no telephone, no way in");
    let now = code(&house, &wang);
    let Ok(SignIn::Enrol(begun)) = try_sign_in(&house, form("wang", "given after a loss", &now)).await else {
        panic!("a password is to be chosen")
    };
    assert!(begun.factor.is_none() && begun.choose_password);
    let choose = async |chosen: &str| {
        let chosen = secret(chosen);
        enrolment::confirm_enrolment(
            &house.services,
            &anonymous(&house),
            &begun.token,
            Shown::code(""),
            Some(&chosen),
            "",
        )
        .await
    };
    let same = choose("given after a loss").await;
    assert!(matches!(same, Err(SignInError::Password(PasswordFault::Same))), "{same:?}");
    let done = choose("my very own sentence").await.expect("chosen");
    assert!(done.recovery_codes.is_none(), "those of before still count");
    assert!(is_signed_in(&house, &done.signed_in).await);
    assert!(matches!(choose("another long sentence").await, Err(SignInError::EnrolmentOver)), "the other window");
    later(&house, 30);
    assert!(signs_in(&house, "wang", "my very own sentence", &code(&house, &wang)).await);
    assert!(signs_in(&house, "wang", "my very own sentence", &wang.recovery_codes[0]).await);
    assert_eq!((count(&house, "staff.password_reset").await, count(&house, "staff.factor_reset").await), (1, 0));
    let nobody = domain::ids::AccountId(uuid::Uuid::nil());
    let nobody = staff::reset_password(&house.services, &system(&house), nobody, &secret(PASSWORD)).await;
    assert!(matches!(nobody, Err(AccountError::NotFound)), "{nobody:?}");
}

/// A lost telephone says nothing about the password: it stays, and another telephone is enrolled with it and with the code
/// that the colleague handed over.
#[tokio::test]
async fn a_lost_telephone_does_not_undo_the_password() {
    let house = TestHouse::new().await;
    let boss = colleague(&house, "boss", &[Role::Operator]).await;
    let wang = colleague(&house, "wang", &[Role::Steward]).await;
    let boss = as_browser(&house, &boss.signed_in).await;
    let lost = staff::reset_factor(&house.services, &boss, wang.account).await.expect("reset");
    let handed_over = staff::reset_factor(&house.services, &boss, wang.account).await.expect("the code was lost");
    assert!(!is_signed_in(&house, &wang.signed_in).await);
    later(&house, 30);
    for wrong in ["", lost.expose_secret(), "7K2MD-9XQ4T", &wang.recovery_codes[0]] {
        assert!(!signs_in(&house, "wang", PASSWORD, wrong).await, "the password alone enrols nothing: {wrong}");
    }
    assert!(!signs_in(&house, "wang", "given after a loss", handed_over.expose_secret()).await);
    later(&house, 30);
    enrols_with(&house, "wang", PASSWORD, &handed_over).await;
    let listed = staff::list(&house.services, &boss).await.expect("the list");
    assert!(listed.iter().any(|one| one.login == "wang" && one.enrolment_code && !one.enrolled));
    let begun = enrols_with(&house, "wang", PASSWORD, &handed_over).await; // the first window was closed
    assert!(!begun.choose_password);
    let code = telephone(&begun).code_at(house.now());
    let done =
        enrolment::confirm_enrolment(&house.services, &anonymous(&house), &begun.token, Shown::code(&code), None, "")
            .await;
    let fresh = done.expect("enrolled").recovery_codes.expect("with codes for its loss").0;
    later(&house, 1800); // a login is tried ten times in a quarter of an hour, not more
    assert!(!signs_in(&house, "wang", PASSWORD, &wang.telephone.code_at(house.now())).await, "the lost telephone");
    assert!(!signs_in(&house, "wang", PASSWORD, &wang.recovery_codes[0]).await, "and its codes");
    assert!(!signs_in(&house, "wang", PASSWORD, handed_over.expose_secret()).await, "nor the code, once enrolled");
    assert!(signs_in(&house, "wang", PASSWORD, &fresh[0]).await);
    assert_eq!((count(&house, "staff.password_reset").await, count(&house, "staff.factor_reset").await), (0, 2));
    assert_eq!(number(&house, "select count(*) from staff_credential where enrolment_hash is not null").await, 0);
}

/// A first password, a temporary one and a telephone to be enrolled wait for three days, and then for nobody.
#[tokio::test]
async fn what_was_opened_for_somebody_closes_after_three_days() {
    const THREE_DAYS: i64 = 72 * 3600;
    let house = TestHouse::new().await;
    made_staff(&house, "late", &[]).await;
    let (wang, zhao) = (colleague(&house, "wang", &[]).await, colleague(&house, "zhao", &[]).await);
    let itself = system(&house);
    staff::reset_password(&house.services, &itself, wang.account, &secret("given after a loss")).await.expect("reset");
    let handed_over = staff::reset_factor(&house.services, &itself, zhao.account).await.expect("reset");
    later(&house, THREE_DAYS - 1);
    enrols_with(&house, "zhao", PASSWORD, &handed_over).await;
    let again = try_sign_in(&house, form("wang", "given after a loss", &code(&house, &wang))).await;
    assert!(matches!(again, Ok(SignIn::Enrol(_))), "in the last second: {again:?}");
    later(&house, 1);
    for (login, password, code) in [
        ("late", PASSWORD, String::new()),
        ("wang", "given after a loss", code(&house, &wang)),
        ("zhao", PASSWORD, handed_over.expose_secret().to_owned()),
    ] {
        assert!(!signs_in(&house, login, password, &code).await, "{login} is refused like anybody");
    }
    let all = staff::list(&house.services, &system(&house)).await.expect("the list");
    let late = all.iter().filter(|one| one.ajar_until.is_some_and(|until| until <= house.now())).count();
    assert_eq!(late, 3, "and operators see who is too late");
    staff::reset_password(&house.services, &system(&house), wang.account, &secret("given once more 1"))
        .await
        .expect("asked again");
    later(&house, 30);
    let again = try_sign_in(&house, form("wang", "given once more 1", &code(&house, &wang))).await;
    assert!(matches!(again, Ok(SignIn::Enrol(_))), "{again:?}");
}

/// A temporary password whose time is over does not come alive again because a telephone was lost as well.
#[tokio::test]
async fn a_lost_telephone_does_not_revive_a_temporary_password() {
    let house = TestHouse::new().await;
    let wang = colleague(&house, "wang", &[]).await;
    let itself = system(&house);
    let (services, account) = (&house.services, wang.account);
    staff::reset_password(services, &itself, account, &secret("given after a loss")).await.expect("reset");
    later(&house, 72 * 3600 - 1);
    let handed_over = staff::reset_factor(services, &system(&house), account).await.expect("reset");
    enrols_with(&house, "wang", "given after a loss", &handed_over).await;
    later(&house, 1);
    let shown = handed_over.expose_secret();
    assert!(!signs_in(&house, "wang", "given after a loss", shown).await, "no longer than it was");
    let anew = staff::reset_factor(services, &system(&house), account).await.expect("reset");
    assert!(!signs_in(&house, "wang", "given after a loss", anew.expose_secret()).await, "nor with another code");
    staff::reset_password(services, &system(&house), account, &secret("given once more 1")).await.expect("reset");
    assert!(!signs_in(&house, "wang", "given once more 1", "").await, "the code is asked for all the same");
    let begun = enrols_with(&house, "wang", "given once more 1", &anew).await;
    assert!(begun.choose_password && begun.factor.is_some());
}

/// Staff that a server of before made while both ran: it noted no time, so it is counted from the change.
#[tokio::test]
async fn a_door_without_a_time_closes_after_three_days_too() {
    let house = TestHouse::new().await;
    made_staff(&house, "late", &[]).await;
    sqlx::query("update staff_credential set ajar_until = null")
        .execute(&house.db.owner_pool())
        .await
        .expect("as then");
    later(&house, 72 * 3600 - 1);
    begin_enrolment(&house, "late", PASSWORD).await;
    later(&house, 1);
    assert!(!signs_in(&house, "late", PASSWORD, "").await);
    let listed = staff::list(&house.services, &system(&house)).await.expect("the list");
    assert_eq!(listed[0].ajar_until, Some(house.now()), "and operators see it");
}

/// A reset locks the account and then its credential; so does whoever signs in. In the other order both would wait for
/// each other until Postgres ends one of them.
#[tokio::test]
async fn a_reset_and_a_sign_in_never_wait_in_a_circle() {
    let house = TestHouse::new().await;
    let wang = colleague(&house, "wang", &[]).await;
    let locks = (ACCOUNT, CREDENTIAL);
    assert!(the_other_way_round(&house, wang.account.0, locks).await, "this test sees a circle");
    later(&house, 30);
    let now = code(&house, &wang);
    let (signed_in, reset) =
        crossed(&house, wang.account, locks, try_sign_in(&house, form("wang", PASSWORD, &now))).await;
    reset.expect("the reset goes on");
    assert!(matches!(signed_in, Ok(SignIn::Done(_))), "{signed_in:?}");

    later(&house, 30);
    let (browser, now) = (as_browser(&house, &wang.signed_in).await, code(&house, &wang));
    let (stepped_up, reset) =
        crossed(&house, wang.account, locks, sign_in::step_up(&house.services, &browser, Shown::code(&now))).await;
    reset.expect("the reset goes on");
    stepped_up.expect("shown");

    let zhao = made_staff(&house, "zhao", &[]).await;
    let begun = begin_enrolment(&house, "zhao", PASSWORD).await;
    let (nobody, first) = (anonymous(&house), telephone(&begun).code_at(house.now()));
    let confirm = enrolment::confirm_enrolment(&house.services, &nobody, &begun.token, Shown::code(&first), None, "");
    let (enrolled, reset) = crossed(&house, zhao, locks, confirm).await;
    reset.expect("the reset goes on");
    enrolled.expect("enrolled");
}

#[tokio::test]
async fn only_operators_with_a_fresh_second_factor_manage_staff() {
    let house = TestHouse::new().await;
    let boss = colleague(&house, "boss", &[Role::Operator]).await;
    let wang = colleague(&house, "wang", &[Role::Steward]).await;
    let by_wang =
        staff::set_roles(&house.services, &as_browser(&house, &wang.signed_in).await, wang.account, &Role::ALL).await;
    assert!(matches!(by_wang, Err(AccountError::Denied(Denied::NotAllowed))));
    let by_nobody = staff::deactivate(&house.services, &anonymous(&house), wang.account).await;
    assert!(matches!(by_nobody, Err(AccountError::Denied(Denied::SignInNeeded))));
    later(&house, 601);
    let stale = as_browser(&house, &boss.signed_in).await;
    let by_stale = staff::deactivate(&house.services, &stale, wang.account).await;
    assert!(matches!(by_stale, Err(AccountError::Denied(Denied::StepUpNeeded))));
    let listed = staff::list(&house.services, &stale).await.expect("seeing needs no fresh factor");
    assert_eq!(
        listed.iter().map(|one| (&*one.login, &*one.name, one.enrolled)).collect::<Vec<_>>(),
        [("boss", "王小明", true), ("wang", "王小明", true)]
    );
}

/// Two operators lose their role at the same time: one of them has to stay.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_last_operator_stays() {
    let house = TestHouse::new().await;
    let (one, two) =
        (made_staff(&house, "one", &[Role::Operator]).await, made_staff(&house, "two", &[Role::Operator]).await);
    let house_itself = system(&house);
    for _ in 0..5 {
        for account in [one, two] {
            staff::set_roles(&house.services, &house_itself, account, &[Role::Operator]).await.expect("given back");
        }
        let (a, b) = tokio::join!(
            staff::set_roles(&house.services, &house_itself, one, &[]),
            staff::set_roles(&house.services, &house_itself, two, &[Role::Steward])
        );
        assert!(a.is_ok() != b.is_ok(), "{a:?} {b:?}");
        let refused = a.err().or(b.err()).expect("one was refused");
        assert!(matches!(refused, AccountError::LastOperator), "{refused:?}");
        assert_eq!(number(&house, "select count(*) from account_role where role = 'operator'").await, 1);
    }
}
