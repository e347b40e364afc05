//! Minutes that agree with what took place, and all the ways in which they can fail to.

use super::super::Fen;
use super::super::committee::tests::{roll, set};
use super::super::conflict::tests::account;
use super::super::vote::tests::ballots;
use super::*;
use proptest::prelude::*;
use uuid::Uuid;

const SECRETARY: u128 = 70;

fn case(n: u128) -> CaseId {
    CaseId(Uuid::from_u128(n))
}

/// Case `n`, on which members 1 to 5 vote like this.
pub fn dealt(n: u128, votes: &[Vote]) -> Dealt {
    Dealt {
        case: case(n),
        question: Question { requested: Fen::new(3_000_000), digest: Digest([1; 32]) },
        recused: BTreeSet::new(),
        present: set(1..=votes.len() as u128),
        ballots: ballots(votes),
        stands_over: false,
    }
}

/// A meeting of seven: one case granted, one refused by the six whom the chair's recusal leaves, one that stands over.
fn held() -> Proceedings {
    let mut second = dealt(2, &[Vote::Refuse; 6]);
    second.recused = set([1]);
    second.ballots.remove(0);
    let third = Dealt { stands_over: true, ..dealt(3, &[Vote::Abstain; 5]) };
    Proceedings {
        meeting: MeetingId(Uuid::from_u128(9)),
        pack: Digest([8; 32]),
        roll: roll(7),
        items: vec![dealt(1, &[Vote::Grant; 5]), second, third],
    }
}

fn drawn_up() -> Minutes {
    held().close().expect("minutes")
}

#[test]
fn minutes_say_what_took_place() {
    let minutes = drawn_up();
    let settled: Vec<_> = minutes.entries.iter().map(|entry| entry.settled).collect();
    assert_eq!(
        settled,
        [
            Settled::Decided(Outcome::Granted(Fen::new(3_000_000))),
            Settled::Decided(Outcome::Refused),
            Settled::StandsOver
        ]
    );
    assert_eq!(minutes.entries[0].counts, Counts { grant: 5, ..Counts::default() });
    assert_eq!(minutes.entries[1].counts, Counts { refuse: 5, ..Counts::default() });
    assert_eq!(minutes.entries[2].counts, Counts::default());
    assert_eq!(minutes.entries[1].presiding, Some(account(2)), "the deputy");
    assert_eq!(minutes.disagreements(&held()), []);
}

#[test]
fn minutes_are_kept_as_they_are() {
    let kept = serde_json::to_string(&drawn_up()).expect("written");
    assert!(kept.contains(r#""settled":{"decided":{"granted":3000000}}"#), "{kept}");
    assert_eq!(serde_json::from_str::<Minutes>(&kept).expect("read"), drawn_up());
}

#[test]
fn a_meeting_cannot_close_with_an_item_open() {
    let mut open = held();
    open.items[0].ballots.pop();
    open.items[1].present = set(1..=3);
    open.items[2].present.clear();
    let why = open.close().expect_err("open");
    let expected = [
        (case(1), Unsettled::Undecided(Undecided::Missing(vec![account(5)]))),
        (case(2), Unsettled::Unable(Unable::NoQuorum { present: 2, needed: 4 })),
    ];
    assert_eq!(why, expected, "what stands over needs no quorum");
}

#[test]
fn whatever_is_not_so_is_named() {
    let found = |change: fn(&mut Minutes)| {
        let mut minutes = drawn_up();
        change(&mut minutes);
        minutes.disagreements(&held())
    };
    let says = |n, part| vec![Disagreement::Says(case(n), part)];
    assert_eq!(found(|m| m.meeting = MeetingId(Uuid::nil())), [Disagreement::Meeting]);
    assert_eq!(found(|m| m.pack = Digest([9; 32])), [Disagreement::Pack]);
    assert_eq!(found(|m| drop(m.entries.remove(1))), [Disagreement::Missing(case(2))]);
    assert_eq!(found(|m| m.entries.swap(0, 1)), [Disagreement::Order]);
    assert_eq!(found(|m| m.entries.push(m.entries[0].clone())), [Disagreement::Order]);
    assert_eq!(
        found(|m| m.entries[0].case = case(5)),
        [Disagreement::Missing(case(1)), Disagreement::Unknown(case(5))]
    );
    assert_eq!(found(|m| m.entries[0].digest = Digest([2; 32])), says(1, Detail::Digest));
    assert_eq!(found(|m| m.entries[1].presiding = Some(account(1))), says(2, Detail::Presiding));
    assert_eq!(found(|m| m.entries[0].voters.extend([account(6)])), says(1, Detail::Voters));
    assert_eq!(found(|m| m.entries[1].recused.clear()), says(2, Detail::Recused));
    assert_eq!(found(|m| m.entries[0].counts.abstain = 1), says(1, Detail::Counts));
    assert_eq!(
        found(|m| m.entries[0].settled = Settled::Decided(Outcome::Partial(Fen::new(1)))),
        says(1, Detail::Settled)
    );
}

#[test]
fn evidence_before_the_signature_takes_the_result_away() {
    let mut later = held();
    later.items[0].question.digest = Digest([3; 32]);
    assert_eq!(drawn_up().disagreements(&later), [Disagreement::Unsettled(case(1))]);
    // A conflict of member 2 becomes known: the vote is struck with it, and four of six are left to decide.
    let mut later = held();
    later.items[0].recused = set([2]);
    assert_eq!(drawn_up().disagreements(&later), [Disagreement::Unsettled(case(1))], "the vote is still among them");
    later.items[0].ballots.remove(1);
    assert_eq!(
        drawn_up().disagreements(&later),
        [Detail::Voters, Detail::Recused, Detail::Counts].map(|part| Disagreement::Says(case(1), part))
    );
}

#[test]
fn the_secretary_and_all_who_presided_sign() {
    let (minutes, held) = (drawn_up(), held());
    let sign =
        |secretary, signed: &[u128]| minutes.may_be_signed(&held, account(secretary), &set(signed.iter().copied()));
    assert_eq!(minutes.signers(account(SECRETARY)), set([1, 2, SECRETARY]));
    assert_eq!(sign(SECRETARY, &[1, SECRETARY]), Err(Unsigned::Missing(set([2]))));
    assert_eq!(sign(SECRETARY, &[1, 2, SECRETARY]), Ok(()));
    assert_eq!(sign(SECRETARY, &[1, 2, 3, SECRETARY]), Ok(()), "more do no harm");
    assert_eq!(sign(3, &[1, 2, 3]), Err(Unsigned::SecretaryVoted));
    let mut wrong = drawn_up();
    wrong.pack = Digest([9; 32]);
    let signed = set([1, 2, SECRETARY]);
    assert_eq!(
        wrong.may_be_signed(&held, account(SECRETARY), &signed),
        Err(Unsigned::Disagrees(vec![Disagreement::Pack]))
    );
}

#[test]
fn whoever_is_recused_reads_minutes_without_the_item() {
    let cases = |n| drawn_up().shown_to(account(n)).entries.into_iter().map(|entry| entry.case).collect::<Vec<_>>();
    assert_eq!(cases(1), [case(1), case(3)]);
    assert_eq!(cases(2), [case(1), case(2), case(3)]);
    let mut without = held();
    without.items.remove(1);
    let without = without.close().expect("minutes");
    assert_eq!(drawn_up().shown_to(account(1)), without.shown_to(account(1)), "as though it had not been dealt with");
}

fn any_vote() -> impl Strategy<Value = Vote> {
    let part = (1i64..3_000_000).prop_map(|part| Vote::Partial(Fen::new(part)));
    prop_oneof![Just(Vote::Grant), part, Just(Vote::Refuse), Just(Vote::Defer), Just(Vote::Abstain)]
}

proptest! {
    /// Minutes that are drawn up agree with what they were drawn up from, and with nothing that was decided otherwise.
    #[test]
    fn minutes_agree_with_their_own_meeting_alone(
        all in prop::collection::vec(prop::collection::vec(any_vote(), 5..8), 1..5), put_off in any::<bool>(),
    ) {
        let mut meeting = held();
        meeting.items = (1..).zip(&all).map(|(n, votes)| dealt(n, votes)).collect();
        // What has no majority stands over; the other items are decided.
        for item in &mut meeting.items {
            item.stands_over = item.settled(&roll(7)).is_err();
        }
        let minutes = meeting.close().expect("every item is settled");
        prop_assert_eq!(minutes.disagreements(&meeting), []);
        let total = |counts: &Counts| counts.grant + counts.partial + counts.refuse + counts.defer + counts.abstain;
        for entry in &minutes.entries {
            let votes = if entry.settled == Settled::StandsOver { 0 } else { entry.voters.len() };
            prop_assert_eq!(total(&entry.counts), votes);
        }
        let mut other = meeting.clone();
        if put_off {
            other.items[0].stands_over = !other.items[0].stands_over;
        } else {
            other.items[0].present.insert(account(7));
        }
        prop_assert_eq!(minutes.disagreements(&other).is_empty(), other == meeting);
    }
}
