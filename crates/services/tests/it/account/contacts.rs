//! What a visitor signs in with: proven, exchanged, waited for, stopped.

use super::{
    anonymous, as_browser, contact, count, deliver, is_signed_in, later, network, number, other_than, sent_code,
    visitor,
};
use domain::account::{Capability, Denied};
use domain::contact::Contact;
use domain::field::Fault;
use jiff::SignedDuration;
use services::Context;
use services::account::AccountError;
use services::account::codes::{IssueError, VerifyError};
use services::account::contacts::{self, AddContactError, Confirmed};
use services::account::proof::{self, ProofError, Which};
use services::account::sessions::{self, Renewed, SignedIn};
use services::account::visitors::{self, VisitorError};
use testkit::TestHouse;

const PHONE: &str = "13800138000";
const MAIL: &str = "a.visitor@example.cn";
const ELEVEN_MINUTES: i64 = 660;

/// Asks for `to` and confirms the code that came.
async fn ask(house: &TestHouse, context: &Context, to: &Contact) -> Result<Confirmed, VisitorError> {
    contacts::begin(&house.services, context, to, &network()).await.expect("a code is sent");
    let code = sent_code(house, to).await;
    contacts::confirm(&house.services, context, &code, &network()).await
}

/// Proves the telephone or the mailbox again, in the browser of `context`.
async fn prove(house: &TestHouse, context: &Context, which: Which) -> Renewed {
    let (to, _) = proof::begin(&house.services, context, which, &network()).await.expect("a code is sent");
    let code = sent_code(house, &to).await;
    proof::confirm(&house.services, context, &code, &network()).await.expect("proven")
}

/// The texts that were sent to a contact since it was last asked.
async fn letters(house: &TestHouse, to: &str) -> Vec<String> {
    deliver(house).await;
    sqlx::query_scalar("delete from dev_mailbox where recipient = $1 returning body_text")
        .bind(to)
        .fetch_all(&house.db.owner_pool())
        .await
        .expect("the mailbox can be read")
}

/// The characters of the link in a message.
fn stop_of(text: &str) -> String {
    let rest = text.split("/a/").nth(1).expect("a link");
    rest.chars().take_while(char::is_ascii_alphanumeric).collect()
}

async fn phone_of(house: &TestHouse, context: &Context) -> String {
    let profile = visitors::profile(&house.services, context).await.expect("one's own");
    profile.phone.expect("a phone").digits().to_owned()
}

#[tokio::test]
async fn a_second_contact_is_proven_and_belongs_to_one_account() {
    let house = TestHouse::new().await;
    let (_, phone) = visitor(&house, PHONE).await;
    let (_, mail) = visitor(&house, MAIL).await;
    let mine = contact("second@example.cn");
    contacts::begin(&house.services, &phone, &mine, &network()).await.expect("sent");
    let code = sent_code(&house, &mine).await;
    let wrong = contacts::confirm(&house.services, &phone, &other_than(&code), &network()).await;
    assert!(matches!(wrong, Err(VisitorError::Code(VerifyError::Wrong { left: 4 }))));
    let added = contacts::confirm(&house.services, &phone, &code, &network()).await.expect("added");
    assert_eq!(added, Confirmed::Now(mine), "the telephone was shown at the sign-in, moments ago");
    let profile = visitors::profile(&house.services, &phone).await.expect("one's own");
    assert_eq!(profile.mail.expect("an address").as_str(), "second@example.cn");
    assert_eq!(profile.phone.expect("a phone").digits(), PHONE);
    let told = letters(&house, PHONE).await;
    assert!(told.len() == 1 && told[0].contains("您账号的邮箱已于7月20日"), "{told:?}");
    assert!(letters(&house, "second@example.cn").await.is_empty(), "who asked is not told");

    // The other account wants the first one's telephone: told only after it was proven, at once or not.
    let theirs = contact(PHONE);
    let taken = ask(&house, &mail, &theirs).await.expect_err("taken");
    assert_eq!(taken.fault(), Some(("contact", Fault::AlreadyExists)));
    later(&house, ELEVEN_MINUTES);
    let stale = house.context(mail.actor.clone());
    let taken = ask(&house, &stale, &theirs).await.expect_err("taken");
    assert_eq!(taken.fault(), Some(("contact", Fault::AlreadyExists)));
}

/// A browser that was left open: everything that matters wants a code to a contact of the account first.
#[tokio::test]
async fn a_session_alone_changes_nothing_that_matters() {
    let house = TestHouse::new().await;
    let (here, _) = visitor(&house, PHONE).await;
    later(&house, 61);
    let (there, _) = visitor(&house, PHONE).await;
    later(&house, ELEVEN_MINUTES);
    let stale = as_browser(&house, &here).await;
    let fresh = Some(Denied::StepUpNeeded);
    let denied = |error: AccountError| match error {
        AccountError::Denied(denied) => Some(denied),
        _ => None,
    };
    let services = &house.services;
    assert_eq!(denied(sessions::revoke(services, &stale, there.login).await.expect_err("no")), fresh);
    assert_eq!(denied(sessions::revoke_all(services, &stale, false).await.expect_err("no")), fresh);
    let deleted = services::account::erase::delete_own(services, &stale, false).await;
    assert_eq!(denied(deleted.expect_err("no")), fresh);
    assert!(is_signed_in(&house, &there).await);

    let renewed = prove(&house, &stale, Which::Phone).await;
    let proven = SignedIn { token: renewed.token, ..here.clone() };
    let proven = as_browser(&house, &proven).await;
    assert_eq!(proven.require(Capability::SecureOwnAccount), Ok(()));
    sessions::revoke_all(services, &proven, false).await.expect("ended");
    assert!(!is_signed_in(&house, &there).await);
    assert_eq!(count(&house, "account.proven").await, 1);
}

/// The cookie before the proof is worth nothing after it, but for requests that were under way, which see no proof.
#[tokio::test]
async fn a_proof_gives_the_session_another_cookie() {
    let house = TestHouse::new().await;
    let (before, _) = visitor(&house, PHONE).await;
    later(&house, ELEVEN_MINUTES);
    let stale = as_browser(&house, &before).await;
    let renewed = prove(&house, &stale, Which::Phone).await;
    assert_ne!(renewed.token, before.token);
    let after = SignedIn { token: renewed.token, ..before.clone() };
    let under_way = as_browser(&house, &before).await;
    assert_eq!(under_way.require(Capability::SecureOwnAccount), Err(Denied::StepUpNeeded));
    later(&house, 10);
    assert!(!is_signed_in(&house, &before).await);
    assert!(is_signed_in(&house, &after).await);
    assert_eq!(number(&house, "select count(*) from login_session").await, 1, "it is the same session");
    assert!(
        renewed.max_age <= SignedDuration::from_hours(90 * 24) - SignedDuration::from_mins(11),
        "and lasts no longer"
    );
}

#[tokio::test]
async fn a_proof_is_of_this_browser_and_of_a_contact_the_account_has() {
    let house = TestHouse::new().await;
    let (_, here) = visitor(&house, PHONE).await;
    later(&house, 61);
    let (_, there) = visitor(&house, PHONE).await;
    let (services, network) = (&house.services, network());
    assert!(matches!(proof::begin(services, &here, Which::Mail, &network).await, Err(ProofError::NotFound)));
    let (to, _) = proof::begin(services, &here, Which::Phone, &network).await.expect("sent");
    let code = sent_code(&house, &to).await;
    let elsewhere = proof::confirm(services, &there, &code, &network).await;
    assert!(matches!(elsewhere, Err(VisitorError::Code(VerifyError::Expired))), "{elsewhere:?}");
    let wrong = proof::confirm(services, &here, &other_than(&code), &network).await;
    assert!(matches!(wrong, Err(VisitorError::Code(VerifyError::Wrong { left: 4 }))), "{wrong:?}");
    assert_eq!(count(&house, "account.proof_refused").await, 2);
    // The telephone is exchanged in the other browser meanwhile: what went to it proves nothing any more.
    assert!(matches!(ask(&house, &there, &contact("13900139000")).await, Ok(Confirmed::Now(_))));
    let late = proof::confirm(services, &here, &code, &network).await;
    assert!(matches!(late, Err(VisitorError::Code(VerifyError::Expired))), "{late:?}");
    let nobody = proof::begin(services, &anonymous(&house), Which::Phone, &network).await;
    assert!(matches!(nobody, Err(ProofError::Denied(Denied::SignInNeeded))));
}

#[tokio::test]
async fn a_contact_is_exchanged_at_once_only_after_a_code_to_it() {
    let house = TestHouse::new().await;
    let (_, by_phone) = visitor(&house, PHONE).await;
    assert!(matches!(ask(&house, &by_phone, &contact(MAIL)).await, Ok(Confirmed::Now(_))));
    letters(&house, PHONE).await;
    // Signed in by the mailbox: the telephone was not shown.
    later(&house, 61);
    let (_, by_mail) = visitor(&house, MAIL).await;
    let due = house.now() + contacts::WAIT;
    let asked = ask(&house, &by_mail, &contact("13900139000")).await.expect("proven");
    assert_eq!(asked, Confirmed::Then(contact("13900139000"), due));
    assert_eq!(phone_of(&house, &by_mail).await, PHONE);
    let (to_phone, to_mail) = (letters(&house, PHONE).await, letters(&house, MAIL).await);
    assert!(to_phone.len() == 1 && to_phone[0].contains("7月23日") && to_phone[0].contains("/a/"), "{to_phone:?}");
    assert_eq!(stop_of(&to_phone[0]).len(), 10);
    assert_eq!(to_mail.len(), 1, "whoever can be reached is told: {to_mail:?}");
    // Shown after all: the exchange happens, and the wish that waited is gone with it.
    let (to, _) = proof::begin(&house.services, &by_mail, Which::Phone, &network()).await.expect("sent");
    let code = sent_code(&house, &to).await;
    proof::confirm(&house.services, &by_mail, &code, &network()).await.expect("proven");
    later(&house, 61);
    let by_mail = house.context(by_mail.actor.clone());
    assert!(matches!(ask(&house, &by_mail, &contact("13900139000")).await, Ok(Confirmed::Now(_))));
    assert_eq!(phone_of(&house, &by_mail).await, "13900139000");
    assert_eq!(letters(&house, PHONE).await.len(), 1, "the old one is told in any case");
    assert_eq!(number(&house, "select count(*) from contact_change").await, 0);
    later(&house, 72 * 3600);
    deliver(&house).await;
    assert_eq!(count(&house, "account.contact_changed").await, 2, "its job finds nothing to do");
}

#[tokio::test]
async fn who_lost_the_old_contact_waits_three_days() {
    let house = TestHouse::new().await;
    let (signed_in, _) = visitor(&house, PHONE).await;
    later(&house, ELEVEN_MINUTES);
    let browser = as_browser(&house, &signed_in).await;
    assert!(matches!(ask(&house, &browser, &contact("13900139000")).await, Ok(Confirmed::Then(..))));
    let waiting = contacts::waiting(&house.services, &browser).await.expect("one's own");
    assert_eq!((waiting.len(), waiting[0].masked.as_str()), (1, "139****9000"));
    let stored: String = sqlx::query_scalar("select contact_change::text from contact_change")
        .fetch_one(&house.db.owner_pool())
        .await
        .expect("the row");
    assert!(!stored.contains("139001"), "{stored}");
    later(&house, 72 * 3600 - 1);
    deliver(&house).await;
    assert_eq!(phone_of(&house, &browser).await, PHONE);
    assert_eq!(letters(&house, PHONE).await.len(), 1, "told when it was asked for,");
    later(&house, 1);
    assert_eq!(letters(&house, PHONE).await.len(), 1, "and again when it comes about");
    assert_eq!(phone_of(&house, &browser).await, "13900139000");
    assert_eq!(number(&house, "select count(*) from message where template = 'contact_changed'").await, 1);
    assert_eq!(number(&house, "select count(*) from contact_change").await, 0);
    let (found, _) = visitor(&house, "13900139000").await;
    assert_eq!(found.account, signed_in.account);
}

#[tokio::test]
async fn the_link_in_the_message_stops_it_and_signs_everybody_out() {
    let house = TestHouse::new().await;
    let (thief, _) = visitor(&house, PHONE).await;
    later(&house, ELEVEN_MINUTES);
    let browser = as_browser(&house, &thief).await;
    assert!(matches!(ask(&house, &browser, &contact("thief@example.com")).await, Ok(Confirmed::Then(..))));
    let stop = stop_of(&letters(&house, PHONE).await[0]);
    let (services, nobody) = (&house.services, anonymous(&house));
    let shown = contacts::by_stop_link(services, &stop.to_lowercase(), &network()).await.expect("asked");
    assert_eq!(shown.expect("it waits").kind, "mail");
    assert!(is_signed_in(&house, &thief).await, "looking changes nothing");
    for other in ["0000000000", "", "no link"] {
        assert!(!contacts::stop(services, &nobody, other, &network()).await.expect("asked"), "{other}");
    }
    assert!(contacts::stop(services, &nobody, &stop, &network()).await.expect("asked"));
    assert!(!is_signed_in(&house, &thief).await);
    assert!(!contacts::stop(services, &nobody, &stop, &network()).await.expect("asked"), "once");
    assert!(contacts::by_stop_link(services, &stop, &network()).await.expect("asked").is_none());
    later(&house, 72 * 3600);
    deliver(&house).await;
    assert_eq!(number(&house, "select count(*) from account where mail_index is not null").await, 0);
    assert_eq!(count(&house, "account.contact_change_stopped").await, 1);
}

/// The link is followed in the very moment the time comes: one of the two happens, never both, never neither.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn stopping_and_the_time_that_comes_end_in_exactly_one() {
    let house = TestHouse::new().await;
    for round in 0..8 {
        let phone = format!("1380013800{round}");
        let (signed_in, _) = visitor(&house, &phone).await;
        later(&house, ELEVEN_MINUTES);
        let browser = as_browser(&house, &signed_in).await;
        let fresh = contact(&format!("fresh{round}@example.com"));
        assert!(matches!(ask(&house, &browser, &fresh).await, Ok(Confirmed::Then(..))));
        let stop = stop_of(&letters(&house, &phone).await[0]);
        later(&house, 72 * 3600);
        let (nobody, net) = (anonymous(&house), network());
        let (stopped, ()) = tokio::join!(contacts::stop(&house.services, &nobody, &stop, &net), deliver(&house));
        let changed = number(&house, "select count(*) from account where mail_index is not null").await;
        let stops = count(&house, "account.contact_change_stopped").await;
        assert_eq!(changed as usize + stops, round + 1, "one of the two in each round");
        let _ = stopped.expect("answered");
    }
}

/// Nobody is pestered with messages through a browser that was left open.
#[tokio::test]
async fn an_account_asks_for_so_many_contacts_a_day() {
    let house = TestHouse::new().await;
    let (_, browser) = visitor(&house, PHONE).await;
    let ask = async |n: u32| {
        let fresh = contact(&format!("fresh{n}@example.com"));
        contacts::begin(&house.services, &browser, &fresh, &network()).await
    };
    for n in 0..10 {
        ask(n).await.expect("within the day's number");
    }
    let refused = ask(10).await;
    assert!(matches!(refused, Err(AddContactError::Issue(IssueError::Limited { .. }))), "{refused:?}");
    deliver(&house).await;
}

#[tokio::test]
async fn a_wish_is_taken_back_from_any_browser_of_the_account() {
    let house = TestHouse::new().await;
    let (one, _) = visitor(&house, PHONE).await;
    later(&house, ELEVEN_MINUTES);
    let browser = as_browser(&house, &one).await;
    assert!(matches!(ask(&house, &browser, &contact("13900139000")).await, Ok(Confirmed::Then(..))));
    contacts::take_back(&house.services, &browser, "mail").await.expect("there is none");
    contacts::take_back(&house.services, &browser, "phone").await.expect("taken back");
    contacts::take_back(&house.services, &browser, "phone").await.expect("twice is no error");
    assert_eq!(count(&house, "account.contact_change_stopped").await, 1);
    assert!(is_signed_in(&house, &one).await);
    later(&house, 72 * 3600);
    deliver(&house).await;
    assert_eq!(count(&house, "account.contact_changed").await, 0);
}

/// What is taken by another account when its time comes is left to that account.
#[tokio::test]
async fn a_contact_somebody_else_proved_meanwhile_is_left_to_them() {
    let house = TestHouse::new().await;
    let (one, _) = visitor(&house, PHONE).await;
    later(&house, ELEVEN_MINUTES);
    let browser = as_browser(&house, &one).await;
    assert!(matches!(ask(&house, &browser, &contact(MAIL)).await, Ok(Confirmed::Then(..))));
    later(&house, 3600);
    let (other, _) = visitor(&house, MAIL).await;
    assert_ne!(other.account, one.account);
    later(&house, 72 * 3600);
    deliver(&house).await;
    assert_eq!(number(&house, "select count(*) from contact_change").await, 0);
    assert_eq!(count(&house, "account.contact_change_stopped").await, 1);
    assert_eq!(number(&house, "select count(*) from account where mail_index is not null").await, 1);
}
