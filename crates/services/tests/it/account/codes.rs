//! One-time codes.

use super::{anonymous, contact, deliver, later, number, other_than, sent_code};
use futures::future::join_all;
use services::account::codes::{IssueError, Purpose, VerifyError, issue, verify};
use services::clock::Clock;
use services::context::new_uuid;
use testkit::TestHouse;
use uuid::Uuid;

const PHONE: &str = "13800138000";

async fn send(house: &TestHouse, subject: Uuid, to: &str) -> Result<(), IssueError> {
    issue(&house.services, &anonymous(house), Purpose::Booking, subject, &contact(to)).await
}

async fn guess(house: &TestHouse, subject: Uuid, to: &str, code: &str) -> Result<(), VerifyError> {
    verify(&house.services, &anonymous(house), Purpose::Booking, subject, &contact(to), code).await.map(|_| ())
}

fn subject(house: &TestHouse) -> Uuid {
    new_uuid(house.now())
}

#[tokio::test]
async fn the_right_code_is_good_once() {
    let house = TestHouse::new().await;
    let draft = subject(&house);
    send(&house, draft, PHONE).await.expect("sent");
    let code = sent_code(&house, &contact(PHONE)).await;
    assert!(matches!(guess(&house, draft, PHONE, "12345").await, Err(VerifyError::Shape)));
    guess(&house, draft, PHONE, &format!(" {} {} ", &code[..3], &code[3..])).await.expect("the code that was sent");
    assert!(matches!(guess(&house, draft, PHONE, &code).await, Err(VerifyError::Expired)), "used up");
}

#[tokio::test]
async fn five_wrong_guesses_end_a_code() {
    let house = TestHouse::new().await;
    let draft = subject(&house);
    send(&house, draft, PHONE).await.expect("sent");
    let code = sent_code(&house, &contact(PHONE)).await;
    for left in [4, 3, 2, 1, 0] {
        let answer = guess(&house, draft, PHONE, &other_than(&code)).await;
        assert!(matches!(answer, Err(VerifyError::Wrong { left: found }) if found == left), "{answer:?}");
    }
    assert!(matches!(guess(&house, draft, PHONE, &code).await, Err(VerifyError::Expired)), "even the right one");
}

#[tokio::test]
async fn a_code_ends_after_ten_minutes() {
    let house = TestHouse::new().await;
    let (draft, other) = (subject(&house), subject(&house));
    send(&house, draft, PHONE).await.expect("sent");
    let code = sent_code(&house, &contact(PHONE)).await;
    later(&house, 600);
    assert!(matches!(guess(&house, draft, PHONE, &code).await, Err(VerifyError::Expired)));
    send(&house, other, PHONE).await.expect("sent");
    let code = sent_code(&house, &contact(PHONE)).await;
    later(&house, 599);
    guess(&house, other, PHONE, &code).await.expect("a second before the end");
}

#[tokio::test]
async fn only_the_newest_code_counts() {
    let house = TestHouse::new().await;
    let draft = subject(&house);
    send(&house, draft, PHONE).await.expect("sent");
    let old = sent_code(&house, &contact(PHONE)).await;
    later(&house, 60);
    send(&house, draft, PHONE).await.expect("sent again");
    let new = sent_code(&house, &contact(PHONE)).await;
    if old != new {
        assert!(matches!(guess(&house, draft, PHONE, &old).await, Err(VerifyError::Wrong { left: 4 })));
    }
    guess(&house, draft, PHONE, &new).await.expect("the newest");
}

#[tokio::test]
async fn a_code_serves_its_subject_purpose_and_contact_only() {
    let house = TestHouse::new().await;
    let (draft, other) = (subject(&house), subject(&house));
    send(&house, draft, PHONE).await.expect("sent");
    let code = sent_code(&house, &contact(PHONE)).await;
    assert!(matches!(guess(&house, other, PHONE, &code).await, Err(VerifyError::Expired)), "another draft");
    assert!(matches!(guess(&house, draft, "13900139000", &code).await, Err(VerifyError::Expired)), "another telephone");
    let for_sign_in = verify(&house.services, &anonymous(&house), Purpose::SignIn, draft, &contact(PHONE), &code).await;
    assert!(matches!(for_sign_in, Err(VerifyError::Expired)), "another purpose");
    guess(&house, draft, PHONE, &code).await.expect("none of that cost an attempt");
}

#[tokio::test]
async fn a_second_code_within_a_minute_is_refused_unless_the_contact_was_corrected() {
    let house = TestHouse::new().await;
    let draft = subject(&house);
    send(&house, draft, PHONE).await.expect("sent");
    later(&house, 20);
    let soon = send(&house, draft, PHONE).await;
    assert!(matches!(soon, Err(IssueError::TooSoon { retry_after: 40 })), "{soon:?}");
    send(&house, draft, "13900139000").await.expect("a mistyped number is corrected at once");
    let code = sent_code(&house, &contact("13900139000")).await;
    guess(&house, draft, "13900139000", &code).await.expect("the corrected one");
}

#[tokio::test]
async fn nobody_is_pestered_with_codes() {
    let house = TestHouse::new().await;
    for _ in 0..5 {
        send(&house, subject(&house), PHONE).await.expect("sent");
    }
    let sixth = send(&house, subject(&house), "+86 138-0013-8000").await;
    assert!(matches!(sixth, Err(IssueError::Limited { retry_after }) if retry_after > 600), "{sixth:?}");
    send(&house, subject(&house), "13900139000").await.expect("others are not concerned");
    later(&house, 2 * 3600);
    send(&house, subject(&house), PHONE).await.expect("two hours later");
}

/// Neither the code nor the number stands anywhere in the database in the clear, before it was sent.
#[tokio::test]
async fn codes_and_contacts_do_not_stand_in_the_clear() {
    let house = TestHouse::new().await;
    let draft = subject(&house);
    send(&house, draft, PHONE).await.expect("sent");
    let owner = house.db.owner_pool();
    let rows: Vec<String> = sqlx::query_scalar(
        "select one_time_code::text || encode(contact_sealed, 'escape') || encode(code_hash, 'escape') from one_time_code
         union all select job::text from job union all select rate_limit::text from rate_limit",
    )
    .fetch_all(&owner)
    .await
    .expect("rows");
    let code = sent_code(&house, &contact(PHONE)).await;
    assert!(rows.len() >= 4, "a code, a job, three limits: {}", rows.len());
    for row in rows {
        assert!(!row.contains(PHONE), "{row}");
        // Six digits may turn up in a UUID or an instant by chance: as a word of their own they may not.
        let word = row.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == code);
        assert!(!word, "{row}");
    }
}

/// The promise: whatever arrives at once, five attempts. The control: the same hundred guesses against a guard that looks
/// first and writes afterwards get through in greater number, so the race is a real one.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_parallel_guesses_get_five_attempts() {
    let clock = Clock::frozen("2026-07-20T12:00:00+08:00".parse().expect("an instant"));
    let house = TestHouse::with(clock, 24).await;
    let draft = subject(&house);
    send(&house, draft, PHONE).await.expect("sent");
    let code = sent_code(&house, &contact(PHONE)).await;
    let wrong = other_than(&code);
    let answers = join_all((0..100).map(|_| guess(&house, draft, PHONE, &wrong))).await;
    let mut looked: Vec<u32> = answers
        .iter()
        .filter_map(|a| if let Err(VerifyError::Wrong { left }) = a { Some(*left) } else { None })
        .collect();
    looked.sort_unstable();
    assert_eq!(looked, [0, 1, 2, 3, 4], "five guesses were looked at, each counted once");
    assert!(answers.iter().all(|answer| answer.is_err()));
    assert_eq!(number(&house, "select attempts::bigint from one_time_code").await, 5);

    sqlx::query("update one_time_code set attempts = 0").execute(&house.db.owner_pool()).await.expect("reset");
    let pool = house.services.db.clone();
    let let_through = join_all((0..100).map(|_| {
        let pool = pool.clone();
        tokio::spawn(async move {
            let attempts: i32 =
                sqlx::query_scalar("select attempts from one_time_code").fetch_one(&pool).await.expect("read");
            if attempts >= 5 {
                return false;
            }
            sqlx::query("update one_time_code set attempts = $1")
                .bind(attempts + 1)
                .execute(&pool)
                .await
                .expect("written");
            true
        })
    }))
    .await
    .into_iter()
    .filter(|done| *done.as_ref().expect("no panic"))
    .count();
    assert!(let_through > 5, "the control let only {let_through} through: this test proves nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_right_guesses_one_wins() {
    let clock = Clock::frozen("2026-07-20T12:00:00+08:00".parse().expect("an instant"));
    let house = TestHouse::with(clock, 16).await;
    let draft = subject(&house);
    send(&house, draft, PHONE).await.expect("sent");
    let code = sent_code(&house, &contact(PHONE)).await;
    let answers = join_all((0..40).map(|_| guess(&house, draft, PHONE, &code))).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_requests_at_once_one_code_is_sent() {
    let clock = Clock::frozen("2026-07-20T12:00:00+08:00".parse().expect("an instant"));
    let house = TestHouse::with(clock, 16).await;
    let draft = subject(&house);
    let answers = join_all((0..5).map(|_| send(&house, draft, PHONE))).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    assert!(answers.iter().all(|a| matches!(a, Ok(()) | Err(IssueError::TooSoon { .. }))), "{answers:?}");
    deliver(&house).await;
    assert_eq!(number(&house, "select count(*) from dev_mailbox").await, 1, "one message");
    let code = sent_code(&house, &contact(PHONE)).await;
    guess(&house, draft, PHONE, &code).await.expect("and it is the one that counts");
}
