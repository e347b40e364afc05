//! Whole streams: whatever happens to messages on their way, units end where they are to.

use super::{dead, is_new, laboratory, number, send, state, stream, texts};
use services::lims::simulate::{Chance, Rates};
use services::lims::{Became, Outcome};

/// Puts them into another order.
fn shuffled<T>(mut all: Vec<T>, seed: u64) -> Vec<T> {
    let mut chance = Chance::of(seed);
    for at in (1..all.len()).rev() {
        all.swap(at, chance.below(at as u64 + 1) as usize);
    }
    all
}

#[tokio::test]
async fn a_batch_is_applied_in_the_order_of_its_source_however_it_is_shuffled() {
    let test = laboratory().await;
    let stream = stream(&test.services, 11, 3, Rates::NONE).await;
    let answers = send(&test.services, shuffled(texts(&stream.messages), 4)).await;
    assert!(answers.iter().all(is_new), "{answers:?}");
    for din in &stream.truth.banked {
        assert_eq!(state(&test, din.as_str()).await, "banked");
    }
    let disordered =
        "select count(*) from custody_event a join custody_event b on b.unit_id = a.unit_id and b.seq = a.seq + 1
                      where a.source_seq > b.source_seq";
    assert_eq!(number(&test, disordered).await, 0);
}

#[tokio::test]
async fn records_that_come_one_by_one_in_any_order_end_in_the_same_place() {
    let test = laboratory().await;
    let stream = stream(&test.services, 12, 2, Rates::NONE).await;
    for piece in shuffled(texts(&stream.messages), 21).chunks(3) {
        send(&test.services, piece.to_vec()).await;
    }
    for din in &stream.truth.banked {
        assert_eq!(state(&test, din.as_str()).await, "banked");
    }
    assert_eq!(number(&test, "select count(*) from lims_dead_letter where state = 'open'").await, 0);
    let events = number(&test, "select count(*) from custody_event where source = 'lims'").await;
    assert_eq!(events, stream.messages.len() as i64, "each once");
}

#[tokio::test]
async fn units_that_are_registered_last_of_all_end_in_the_same_place() {
    let test = laboratory().await;
    let stream = stream(&test.services, 13, 16, Rates::NONE).await;
    let (first, rest): (Vec<_>, Vec<_>) =
        texts(&stream.messages).into_iter().partition(|text| text.contains("\"registered\""));
    assert_eq!(first.len(), 16);
    // More than are tried at once.
    assert!(rest.len() > 1_000);
    let early = send(&test.services, rest).await;
    assert!(early.iter().all(|answer| dead(answer).map(|(code, _)| code) == Some("no-such-unit")));
    send(&test.services, first).await;
    for din in &stream.truth.banked {
        assert_eq!(state(&test, din.as_str()).await, "banked");
    }
    assert_eq!(number(&test, "select count(*) from lims_dead_letter where state = 'open'").await, 0);
}

#[tokio::test]
async fn a_believable_stream_ends_as_it_is_meant_to() {
    let test = laboratory().await;
    let rates = Rates { missing: 80, swapped: 60, broken: 20, skewed: 100, ..Rates::default() };
    let stream = stream(&test.services, 2026, 40, rates).await;
    let (mut duplicates, mut broken) = (0, 0);
    for piece in texts(&stream.messages).chunks(400) {
        for answer in send(&test.services, piece.to_vec()).await {
            match answer.outcome {
                Outcome::Before(_) => duplicates += 1,
                Outcome::Now(Became::Letter { code, .. }) if code == "malformed" => broken += 1,
                Outcome::Now(_) => {}
                Outcome::Conflict => panic!("no key of the stream is another record's"),
            }
        }
    }
    let truth = &stream.truth;
    assert_eq!(duplicates, truth.duplicates, "a message that is sent twice is a duplicate");
    // (One that cannot be read may be among those sent twice: then it is a duplicate the second time.)
    assert_eq!(broken, truth.broken);
    assert!(!truth.banked.is_empty() && !truth.missing.is_empty() && !truth.swapped.is_empty());
    for din in &truth.banked {
        assert_eq!(state(&test, din.as_str()).await, "banked", "{din}");
    }
    for din in &truth.rejected {
        assert_eq!(state(&test, din.as_str()).await, "rejected_at_intake", "{din}");
    }
    for (din, step) in &truth.missing {
        assert_ne!(state(&test, din.as_str()).await, "banked", "{din}");
        let named: i64 = sqlx::query_scalar(
            "select count(*) from lims_dead_letter where din = $1 and state = 'open' and code = 'unmet' and detail like '%' || $2 || '%'",
        )
        .bind(din.as_str())
        .bind(step)
        .fetch_one(&test.db.owner_pool())
        .await
        .expect("letters");
        assert!(named > 0, "{din} lacks {step}, and a letter says so");
    }
    for din in &truth.swapped {
        assert_ne!(state(&test, din.as_str()).await, "banked", "a record of {din} stands under another number");
    }
}
