//! Passkeys of staff: made, shown, removed, reset.

mod challenges;

use super::{
    Colleague, PASSWORD, anonymous, as_browser, colleague, count, form, is_signed_in, later, made_staff, network,
    number, secret, try_sign_in,
};
use domain::account::{Capability, Denied, PasskeyName, Role};
use domain::ids::PasskeyId;
use futures::future::join_all;
use secrecy::ExposeSecret as _;
use services::Context;
use services::account::enrolment::{self, Enrolled};
use services::account::passkeys::{self, PasskeyError};
use services::account::second::{self, SecondForm};
use services::account::sessions::SignedIn;
use services::account::sign_in::{self, Shown, SignIn, SignInError};
use services::account::{AccountError, enrolment as first, erase, staff};
use services::clock::Clock;
use services::crypto::{Renewed, SETTLES_AFTER, renew};
use testkit::TestHouse;
use testkit::authenticator::Authenticator;

const SITE: &str = "https://test.example";
const LABEL: &str = "Firefox · Windows";

fn named(text: &str) -> PasskeyName {
    PasskeyName::parse(text).expect("a name")
}

/// Adds a passkey to the account of a browser that showed its second factor just now.
async fn adds(house: &TestHouse, browser: &Context, name: &str) -> Authenticator {
    let mut authenticator = Authenticator::at(SITE);
    let options = passkeys::begin(&house.services, browser).await.expect("options");
    let answer = authenticator.create(&options);
    passkeys::add(&house.services, browser, &named(name), &answer).await.expect("added");
    authenticator
}

/// A colleague with a telephone and a passkey, and the browser that added it.
async fn with_both(house: &TestHouse, login: &str, roles: &[Role]) -> (Colleague, Context, Authenticator) {
    let colleague = colleague(house, login, roles).await;
    let browser = as_browser(house, &colleague.signed_in).await;
    let authenticator = adds(house, &browser, "办公室的电脑").await;
    later(house, 30);
    (colleague, browser, authenticator)
}

/// Somebody whose only second factor is a passkey.
async fn with_passkey_alone(house: &TestHouse, login: &str) -> (Enrolled, Authenticator) {
    made_staff(house, login, &[]).await;
    let begun = super::begin_enrolment(house, login, PASSWORD).await;
    assert!(begun.passkeys && begun.factor.is_some(), "either is offered");
    let options = first::passkey_options(&house.services, &anonymous(house), &begun.token).await.expect("options");
    let mut authenticator = Authenticator::at(SITE);
    let shown = Shown::Passkey(authenticator.create(&options));
    let done = enrolment::confirm_enrolment(&house.services, &anonymous(house), &begun.token, shown, None, LABEL).await;
    (done.expect("enrolled"), authenticator)
}

/// The second form, after login and password.
async fn second_form(house: &TestHouse, login: &str) -> SecondForm {
    match try_sign_in(house, form(login, PASSWORD, "")).await {
        Ok(SignIn::Second(form)) => form,
        other => panic!("expected the second form, got {other:?}"),
    }
}

async fn shows(house: &TestHouse, form: &SecondForm, shown: Shown) -> Result<SignIn, SignInError> {
    second::confirm(&house.services, &anonymous(house), &form.token, shown, (LABEL, &network())).await
}

/// Answers the second form with a passkey.
async fn answers(house: &TestHouse, form: &SecondForm, passkey: &mut Authenticator) -> Result<SignIn, SignInError> {
    let options = second::options(&house.services, &anonymous(house), &form.token).await.expect("options");
    shows(house, form, Shown::Passkey(passkey.get(&options))).await
}

fn signed_in(done: Result<SignIn, SignInError>) -> SignedIn {
    match done {
        Ok(SignIn::Done(signed_in)) => signed_in,
        other => panic!("expected a session, got {other:?}"),
    }
}

fn refused<T>(done: &Result<T, SignInError>) -> bool {
    matches!(done, Err(SignInError::Refused))
}

#[tokio::test]
async fn a_passkey_signs_in_after_the_password_and_steps_up() {
    let house = TestHouse::new().await;
    let (wang, _, mut passkey) = with_both(&house, "wang", &[Role::Operator]).await;
    let form = second_form(&house, "wang").await;
    assert!(form.telephone, "codes are taken, too");
    let session = signed_in(answers(&house, &form, &mut passkey).await);
    later(&house, 601);
    let stale = as_browser(&house, &session).await;
    assert_eq!(stale.require(Capability::ManageStaff), Err(Denied::StepUpNeeded));
    let options = passkeys::begin_step_up(&house.services, &stale).await.expect("options");
    assert_eq!(options["userVerification"], "required");
    let answer = passkey.get(&options);
    let renewed = sign_in::step_up(&house.services, &stale, Shown::Passkey(answer.clone())).await.expect("shown");
    let fresh = as_browser(&house, &SignedIn { token: renewed.token, ..session }).await;
    assert_eq!(fresh.require(Capability::ManageStaff), Ok(()));
    assert!(
        refused(&sign_in::step_up(&house.services, &fresh, Shown::Passkey(answer)).await),
        "an answer is good once"
    );
    let own = passkeys::own(&house.services, &fresh).await.expect("the list");
    assert_eq!((own.telephone, own.passkeys.len(), own.available), (true, 1, true));
    assert_eq!(own.passkeys[0].last_used_at, Some(house.now()));

    // The telephone still signs in, in either form.
    let form = second_form(&house, "wang").await;
    signed_in(shows(&house, &form, Shown::code(&wang.telephone.code_at(house.now()))).await);
    later(&house, 30);
    let code = wang.telephone.code_at(house.now());
    assert!(matches!(try_sign_in(&house, super::form("wang", PASSWORD, &code)).await, Ok(SignIn::Done(_))));
    assert_eq!(count(&house, "staff.passkey_added").await, 1);
    assert_eq!(count(&house, "staff.password_shown").await, 2);
}

#[tokio::test]
async fn a_first_passkey_enrols_and_needs_no_telephone() {
    let house = TestHouse::new().await;
    let (enrolled, mut passkey) = with_passkey_alone(&house, "wang").await;
    let codes = enrolled.recovery_codes.expect("they come with a first second factor").0;
    let browser = as_browser(&house, &enrolled.signed_in).await;
    let own = passkeys::own(&house.services, &browser).await.expect("the list");
    assert_eq!((own.telephone, &*own.passkeys[0].name), (false, LABEL));
    assert!(refused(&try_sign_in(&house, form("wang", PASSWORD, "123456")).await), "there is no telephone");
    let second = second_form(&house, "wang").await;
    assert!(!second.telephone);
    signed_in(answers(&house, &second, &mut passkey).await);
    // Without the passkey at hand, or a browser that knows passkeys.
    let second = second_form(&house, "wang").await;
    signed_in(shows(&house, &second, Shown::code(&codes[0])).await);
    assert!(matches!(try_sign_in(&house, form("wang", PASSWORD, &codes[1])).await, Ok(SignIn::Done(_))));
    let detail = "select count(*) from audit_entry where action = 'staff.enrolled' and detail ->> 'by' = 'passkey'";
    assert_eq!(number(&house, detail).await, 1);
    assert_eq!(number(&house, "select count(*) from staff_credential where totp_sealed is not null").await, 0);
}

#[tokio::test]
async fn an_enrolment_is_done_once_whichever_factor_is_quicker() {
    let house = TestHouse::new().await;
    made_staff(&house, "wang", &[]).await;
    let (one, other) = (
        super::begin_enrolment(&house, "wang", PASSWORD).await,
        super::begin_enrolment(&house, "wang", PASSWORD).await,
    );
    let nobody = anonymous(&house);
    let mut passkey = Authenticator::at(SITE);
    let options = first::passkey_options(&house.services, &nobody, &one.token).await.expect("options");
    let shown = Shown::Passkey(passkey.create(&options));
    let code = Shown::code(&super::telephone(&other).code_at(house.now()));
    let done = tokio::join!(
        enrolment::confirm_enrolment(&house.services, &nobody, &one.token, shown, None, LABEL),
        enrolment::confirm_enrolment(&house.services, &nobody, &other.token, code, None, LABEL),
    );
    let over = |done: &Result<Enrolled, SignInError>| matches!(done, Err(SignInError::EnrolmentOver));
    assert!(done.0.is_ok() != done.1.is_ok() && (over(&done.0) || over(&done.1)), "{done:?}");
    let factors =
        "select count(*) filter (where totp_confirmed) + (select count(*) from staff_passkey) from staff_credential";
    assert_eq!(number(&house, factors).await, 1);
}

#[tokio::test]
async fn a_counter_that_goes_back_is_refused_and_noted() {
    let house = TestHouse::new().await;
    let wang = colleague(&house, "wang", &[]).await;
    let browser = as_browser(&house, &wang.signed_in).await;
    let mut key = Authenticator::at(SITE);
    key.count = Some(10);
    let options = passkeys::begin(&house.services, &browser).await.expect("options");
    passkeys::add(&house.services, &browser, &named("安全密钥"), &key.create(&options)).await.expect("added");
    let form = second_form(&house, "wang").await;
    signed_in(answers(&house, &form, &mut key).await);
    key.count = Some(11); // a copy made just now: the original has counted to 11 already
    let form = second_form(&house, "wang").await;
    assert!(refused(&answers(&house, &form, &mut key).await));
    let noted = "select count(*) from audit_entry where action = 'staff.passkey_counted_back'
                 and detail ->> 'stored' = '11' and detail ->> 'shown' = '11'";
    assert_eq!(number(&house, noted).await, 1);
    assert_eq!(number(&house, "select sign_count from staff_passkey").await, 11, "what was seen last stays");
    assert!(signed_in(answers(&house, &form, &mut key).await).login != wang.signed_in.login, "and it counts on");
}

#[tokio::test]
async fn what_is_wrong_with_a_passkey_opens_nothing_and_is_noted() {
    let house = TestHouse::new().await;
    let (_, browser, mut passkey) = with_both(&house, "wang", &[]).await;
    let form = second_form(&house, "wang").await;
    passkey.origin = "https://test.example.evil.example".into();
    assert!(refused(&answers(&house, &form, &mut passkey).await));
    passkey.origin = SITE.into();
    passkey.flags = testkit::authenticator::flag::PRESENT;
    assert!(refused(&answers(&house, &form, &mut passkey).await), "no user verification");
    for nonsense in ["", "{}", "null", "\u{0}"] {
        assert!(refused(&shows(&house, &form, Shown::Passkey(nonsense.into())).await), "{nonsense}");
    }
    assert_eq!(count(&house, "staff.sign_in_refused").await, 6);
    // A passkey is no guess: it is not held up by what failed before.
    passkey.flags |= testkit::authenticator::flag::VERIFIED;
    signed_in(answers(&house, &form, &mut passkey).await);
    // Whose it is stands in the seal: a row given to somebody else is nobody's.
    let zhao = made_staff(&house, "zhao", &[]).await;
    sqlx::query("update staff_passkey set account_id = $1")
        .bind(zhao.0)
        .execute(&house.db.owner_pool())
        .await
        .expect("a row of somebody who may write to the table");
    let form = match try_sign_in(&house, super::form("zhao", PASSWORD, "")).await {
        Ok(SignIn::Second(form)) => form,
        other => panic!("{other:?}"),
    };
    passkey.user_handle = None;
    assert!(matches!(answers(&house, &form, &mut passkey).await, Err(SignInError::Crypto(_))));
    drop(browser);
}

#[tokio::test]
async fn a_second_form_is_over_when_the_account_has_changed_or_in_five_minutes() {
    let house = TestHouse::new().await;
    let boss = colleague(&house, "boss", &[Role::Operator]).await;
    let (wang, _, mut passkey) = with_both(&house, "wang", &[]).await;
    let boss = as_browser(&house, &boss.signed_in).await;
    let too_late = |done: Result<SignIn, SignInError>| matches!(done, Err(SignInError::TooLate));
    let form = second_form(&house, "wang").await;
    let options = second::options(&house.services, &anonymous(&house), &form.token).await.expect("options");
    let answer = Shown::Passkey(passkey.get(&options));
    staff::reset_password(&house.services, &boss, wang.account, &secret("given after a loss")).await.expect("reset");
    assert!(too_late(shows(&house, &form, answer).await));
    // A temporary password is replaced after the passkey was shown.
    let form = match try_sign_in(&house, super::form("wang", "given after a loss", "")).await {
        Ok(SignIn::Second(form)) => form,
        other => panic!("{other:?}"),
    };
    let Ok(SignIn::Enrol(begun)) = answers(&house, &form, &mut passkey).await else { panic!("a password to choose") };
    assert!(begun.choose_password && begun.factor.is_none());
    later(&house, 301);
    assert!(too_late(shows(&house, &form, Shown::code("123456")).await));
    assert!(too_late(
        second::confirm(&house.services, &anonymous(&house), "AAAA", Shown::code(""), (LABEL, &network())).await
    ));
    let forged = second::options(&house.services, &anonymous(&house), &begun.token).await;
    assert!(matches!(forged, Err(AccountError::NotFound)), "an enrolment's token is for nothing else");
}

#[tokio::test]
async fn codes_of_the_second_form_are_counted_as_in_the_first() {
    let house = TestHouse::new().await;
    let (_, _, mut passkey) = with_both(&house, "wang", &[]).await;
    super::failed_before(&house, 95).await;
    let form = second_form(&house, "wang").await;
    for _ in 0..4 {
        assert!(refused(&shows(&house, &form, Shown::code("000000")).await));
    }
    assert_eq!(number(&house, "select failures::bigint from staff_credential").await, 100);
    assert_eq!(
        number(&house, "select count(*) from staff_credential where locked_until is not null").await,
        1,
        "rests"
    );
    signed_in(answers(&house, &form, &mut passkey).await);
    assert_eq!(number(&house, "select failures::bigint from staff_credential").await, 0);
    for _ in 0..3 {
        assert!(refused(&shows(&house, &form, Shown::code("000000")).await));
    }
    let limited = shows(&house, &form, Shown::code("000000")).await;
    assert!(matches!(limited, Err(SignInError::Limited(_))), "ten in a quarter of an hour: {limited:?}");
}

#[tokio::test]
async fn a_right_code_is_taken_in_the_second_form_although_strangers_failed_before() {
    let house = TestHouse::new().await;
    let (wang, _, _) = with_both(&house, "wang", &[]).await;
    super::failed_before(&house, 95).await;
    for _ in 0..4 {
        assert!(refused(&try_sign_in(&house, form("wang", "wrong password", "")).await));
    }
    // The hundredth attempt, with the right password, begins a rest: not of its own second form.
    let second = second_form(&house, "wang").await;
    signed_in(shows(&house, &second, Shown::code(&wang.telephone.code_at(house.now()))).await);
}

/// A server of the release before knows no passkeys: whoever has nothing else is somebody without a second factor to it, who
/// may enrol a telephone until `ajar_until`, or 72 hours from `changed_at` where that is null.
#[tokio::test]
async fn a_server_that_knows_no_passkeys_enrols_nobody_by_password_alone() {
    let house = TestHouse::new().await;
    let (enrolled, _) = with_passkey_alone(&house, "wang").await;
    let open = "select count(*) from staff_credential
                where not totp_confirmed and coalesce(ajar_until, changed_at + interval '72 hours') > changed_at";
    assert_eq!(number(&house, open).await, 0);
    let account = enrolled.signed_in.account;
    let mut db = house.db.owner_pool().acquire().await.expect("a connection");
    let read_at =
        store::account::staff::credential(&mut *db, account.0).await.expect("read").expect("there").changed_at;
    later(&house, 60);
    let done = store::account::staff::set_password(&mut *db, account.0, "hash", read_at, house.now()).await;
    assert!(done.expect("changed"));
    assert_eq!(number(&house, open).await, 0, "nor after another password");
    // A colleague resets the password, which keeps the passkey; then another is chosen.
    let until = house.now() + jiff::SignedDuration::from_hours(72);
    let reset = store::account::staff::reset_password(&mut *db, account.0, "temporary", until, house.now()).await;
    assert!(reset.expect("reset"));
    let read_at =
        store::account::staff::credential(&mut *db, account.0).await.expect("read").expect("there").changed_at;
    later(&house, 60);
    let done = store::account::staff::set_password(&mut *db, account.0, "hash", read_at, house.now()).await;
    assert!(done.expect("changed"));
    assert_eq!(number(&house, open).await, 0, "nor after a reset");
}

#[tokio::test]
async fn passkeys_are_added_and_removed_with_a_fresh_factor_and_the_last_stays() {
    let house = TestHouse::new().await;
    let (enrolled, mut passkey) = with_passkey_alone(&house, "wang").await;
    let services = &house.services;
    let browser = as_browser(&house, &enrolled.signed_in).await;
    let first = passkeys::own(services, &browser).await.expect("the list").passkeys[0].id;
    assert!(matches!(passkeys::remove(services, &browser, first).await, Err(PasskeyError::LastFactor)));
    adds(&house, &browser, "抽屉里的密钥").await;
    let form = second_form(&house, "wang").await;
    let elsewhere = signed_in(answers(&house, &form, &mut passkey).await);
    // Nobody else's, and not without a fresh factor.
    let zhao = colleague(&house, "zhao", &[]).await;
    let zhao = as_browser(&house, &zhao.signed_in).await;
    assert!(matches!(passkeys::remove(services, &zhao, first).await, Err(PasskeyError::NotFound)));
    let options = passkeys::begin(services, &zhao).await.expect("options");
    let handle = passkey.user_handle.clone();
    let taken = passkeys::add(services, &zhao, &named("x"), &passkey.create(&options)).await;
    assert!(matches!(taken, Err(PasskeyError::Known)), "{taken:?}");
    passkey.user_handle = handle;
    later(&house, 601);
    let stale = as_browser(&house, &enrolled.signed_in).await;
    let denied = |error| matches!(error, PasskeyError::Denied(Denied::StepUpNeeded));
    assert!(denied(passkeys::remove(services, &stale, first).await.expect_err("stale")));
    assert!(denied(passkeys::add(services, &stale, &named("x"), "").await.expect_err("stale")));
    assert!(matches!(passkeys::begin(services, &stale).await, Err(AccountError::Denied(Denied::StepUpNeeded))));

    let options = passkeys::begin_step_up(services, &stale).await.expect("options");
    let renewed = sign_in::step_up(services, &stale, Shown::Passkey(passkey.get(&options))).await.expect("shown");
    let present = SignedIn { token: renewed.token, ..enrolled.signed_in };
    let fresh = as_browser(&house, &present).await;
    passkeys::remove(services, &fresh, first).await.expect("removed");
    assert!(!is_signed_in(&house, &elsewhere).await && is_signed_in(&house, &present).await, "the others end");
    let form = second_form(&house, "wang").await;
    assert!(refused(&answers(&house, &form, &mut passkey).await), "it opens nothing any more");
    assert_eq!((count(&house, "staff.passkey_added").await, count(&house, "staff.passkey_removed").await), (2, 1));
    assert!(matches!(
        passkeys::remove(services, &fresh, PasskeyId(uuid::Uuid::nil())).await,
        Err(PasskeyError::NotFound)
    ));
}

/// Two removals at once would each leave the other's passkey.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_removals_at_once_leave_one_passkey() {
    let house = TestHouse::with(Clock::frozen("2026-07-20T12:00:00+08:00".parse().expect("an instant")), 8).await;
    let (enrolled, _) = with_passkey_alone(&house, "wang").await;
    let browser = as_browser(&house, &enrolled.signed_in).await;
    adds(&house, &browser, "抽屉里的密钥").await;
    let own = passkeys::own(&house.services, &browser).await.expect("the list").passkeys;
    let done = join_all(own.iter().map(|passkey| passkeys::remove(&house.services, &browser, passkey.id))).await;
    assert_eq!(done.iter().filter(|done| done.is_ok()).count(), 1, "{done:?}");
    assert!(done.iter().any(|done| matches!(done, Err(PasskeyError::LastFactor))), "{done:?}");
    assert_eq!(number(&house, "select count(*) from staff_passkey").await, 1);
}

#[tokio::test]
async fn ten_passkeys_are_enough() {
    let house = TestHouse::new().await;
    let wang = colleague(&house, "wang", &[]).await;
    let browser = as_browser(&house, &wang.signed_in).await;
    for _ in 0..passkeys::AT_MOST {
        adds(&house, &browser, "又一个").await;
    }
    let options = passkeys::begin(&house.services, &browser).await.expect("options");
    assert_eq!(options["excludeCredentials"].as_array().map(Vec::len), Some(passkeys::AT_MOST));
    let more = passkeys::add(&house.services, &browser, &named("x"), &Authenticator::at(SITE).create(&options)).await;
    assert!(matches!(more, Err(PasskeyError::TooMany)), "{more:?}");
}

#[tokio::test]
async fn a_reset_factor_ends_passkeys_and_their_sessions() {
    let house = TestHouse::new().await;
    let boss = colleague(&house, "boss", &[Role::Operator]).await;
    let (enrolled, mut passkey) = with_passkey_alone(&house, "wang").await;
    let form = second_form(&house, "wang").await;
    later(&house, 1);
    let boss = as_browser(&house, &boss.signed_in).await;
    let listed = staff::list(&house.services, &boss).await.expect("the list");
    assert!(listed.iter().any(|one| one.login == "wang" && one.enrolled && one.ajar_until.is_none()));
    let options = second::options(&house.services, &anonymous(&house), &form.token).await.expect("options");
    let answer = Shown::Passkey(passkey.get(&options));
    let code = staff::reset_factor(&house.services, &boss, enrolled.signed_in.account).await.expect("reset");
    assert!(!is_signed_in(&house, &enrolled.signed_in).await);
    assert!(matches!(shows(&house, &form, answer).await, Err(SignInError::TooLate)));
    assert_eq!(number(&house, "select count(*) from staff_passkey").await, 0);
    assert_eq!(number(&house, "select count(*) from staff_passkey_challenge").await, 0);
    // The next one may be a passkey again, with the code that was handed over.
    assert!(refused(&try_sign_in(&house, super::form("wang", PASSWORD, "")).await));
    let Ok(SignIn::Enrol(begun)) = try_sign_in(&house, super::form("wang", PASSWORD, code.expose_secret())).await
    else {
        panic!("an enrolment")
    };
    let options = first::passkey_options(&house.services, &anonymous(&house), &begun.token).await.expect("options");
    let shown = Shown::Passkey(passkey.create(&options));
    let done =
        enrolment::confirm_enrolment(&house.services, &anonymous(&house), &begun.token, shown, None, LABEL).await;
    let again = done.expect("enrolled").signed_in;
    staff::deactivate(&house.services, &boss, again.account).await.expect("ended");
    assert_eq!(number(&house, "select count(*) from staff_passkey").await, 0, "an account that ends has none");
}

#[tokio::test]
async fn a_password_changes_with_a_fresh_passkey_instead_of_a_code() {
    let house = TestHouse::new().await;
    let (enrolled, _) = with_passkey_alone(&house, "wang").await;
    let fresh = as_browser(&house, &enrolled.signed_in).await;
    let change = async |browser: &Context, present: &str, chosen: &str| {
        staff::change_password(&house.services, browser, &secret(present), "", &secret(chosen)).await
    };
    let wrong = change(&fresh, "not the password", "another horse battery").await;
    assert!(matches!(wrong, Err(AccountError::NotConfirmed)), "{wrong:?}");
    change(&fresh, PASSWORD, "another horse battery").await.expect("changed");
    later(&house, 601);
    let stale = as_browser(&house, &enrolled.signed_in).await;
    let denied = change(&stale, "another horse battery", "a third horse battery").await;
    assert!(matches!(denied, Err(AccountError::Denied(Denied::StepUpNeeded))), "{denied:?}");
    // Who has no passkey still shows a code, however fresh.
    let zhao = colleague(&house, "zhao", &[]).await;
    let zhao = as_browser(&house, &zhao.signed_in).await;
    let refused = change(&zhao, PASSWORD, "another horse battery").await;
    assert!(matches!(refused, Err(AccountError::NotConfirmed)), "{refused:?}");
}

#[tokio::test]
async fn the_copy_of_ones_data_names_the_passkeys() {
    let house = TestHouse::new().await;
    let (_, browser, passkey) = with_both(&house, "wang", &[]).await;
    let copy = erase::export_own(&house.services, &browser).await.expect("a copy");
    assert_eq!(copy["passkeys"][0]["name"], "办公室的电脑");
    assert!(
        copy["passkeys"][0]["credential_id"]
            .as_str()
            .is_some_and(|id| id.len() == passkey.credential_id.len() * 4 / 3 + 1)
    );
    assert!(!copy.to_string().contains("key_sealed"));
}

#[tokio::test]
async fn a_site_under_a_number_offers_no_passkeys() {
    let house = TestHouse::new().await;
    let wang = colleague(&house, "wang", &[]).await;
    let browser = as_browser(&house, &wang.signed_in).await;
    let mut services = house.services.clone();
    let settings = services::context::Settings { public_url: "http://127.0.0.1:3000".into(), development: true };
    services.settings = std::sync::Arc::new(settings);
    assert!(!passkeys::own(&services, &browser).await.expect("the list").available);
    assert!(passkeys::own(&house.services, &browser).await.expect("the list").available);
}

/// A key is sealed for its own row, of which a person has several: sealing anew after a rotation finds each.
#[tokio::test]
async fn passkeys_are_sealed_anew_after_a_rotation() {
    let house = TestHouse::new().await;
    let (_, browser, mut passkey) = with_both(&house, "wang", &[]).await;
    let mut other = adds(&house, &browser, "抽屉里的密钥").await;
    let vault = &house.services.vault;
    vault.rotate(&house.services.db, house.now()).await.expect("keys rotate");
    house.services.clock.advance(SETTLES_AFTER + jiff::SignedDuration::from_secs(1));
    vault.refresh(&house.services.db, house.now()).await.expect("keys refresh");
    let renewed = renew(&house.services).await.expect("sealed anew");
    // The name and the telephone's secret of the one person, and two keys.
    assert_eq!(renewed, Renewed { sealed: 4, unreadable: 0 });
    for passkey in [&mut passkey, &mut other] {
        let form = second_form(&house, "wang").await;
        signed_in(answers(&house, &form, passkey).await);
    }
}
