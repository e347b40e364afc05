//! Steps at random: possible ones and others, as the numbers have it.

use super::{Model, Step};
use crate::ledger::PaymentEvent;

/// How many awards are under way.
const RECENT: usize = 10;

/// The step that five numbers say. Amounts are small, so that envelopes run empty often.
pub fn pick(model: &Model, numbers: [u32; 5]) -> Step {
    let [what, a, b, c, d] = numbers.map(|n| n as usize);
    let envelopes = model.envelopes.len().max(1);
    // Among the latest, so that many of them come to an end of their way.
    let old = model.awards.len().saturating_sub(RECENT);
    let award = old + a % (model.awards.len() - old).max(1);
    let parts = model.awards.get(award).map_or(1, |award| award.parts.len());
    let fen = |n: usize| (n % 5_000) as i64 + 1;
    let part = b % parts;
    match what % 20 {
        0 | 1 => Step::Donate(a % envelopes, fen(b)),
        2 => Step::Allocate(a % envelopes, b % envelopes, fen(c)),
        3..=5 => Step::Reserve(a % envelopes, (0..=b % 3).map(|n| fen(c / (n + 1) + d)).collect()),
        6 => Step::Lapse(award),
        7 => Step::Release(award),
        8..=10 => Step::Prepare(award, part),
        11 => Step::SendBack(award, part),
        12 | 13 => Step::LetGo(award, part),
        14 => Step::SendFile,
        15 => Step::Answered(award, part, PaymentEvent::Settle),
        16 => Step::Answered(award, part, [PaymentEvent::Fail, PaymentEvent::Doubt][c % 2]),
        17 => Step::Answered(award, part, [PaymentEvent::DecideSettled, PaymentEvent::DecideFailed][c % 2]),
        18 => Step::Returned(award, part),
        _ => Step::ClawBack(award, fen(c)),
    }
}
