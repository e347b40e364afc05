//! How meetings are written: states, votes, decisions, and why something has none yet.

use crate::form::Tone;
use crate::i18n::Text;
use crate::ledger::money;
use crate::spark::words::group;
use crate::ui::Tag;
use crate::visit::Visit;
use domain::ids::AccountId;
use domain::ledger::Fen;
use domain::spark::review::committee::Unable;
use domain::spark::review::meeting::State;
use domain::spark::review::minutes::{Settled, Unsettled};
use domain::spark::review::pack::{Change, Evidence};
use domain::spark::review::score::Verdict;
use domain::spark::review::vote::{Outcome, Undecided, Vote};
use leptos::prelude::*;
use services::ledger::views::Person;
use services::spark::review::Named;

/// How far a meeting is.
pub(super) fn state_text(visit: &Visit, state: State) -> Text {
    visit.t(&format!("committee-state-{}", state.name()))
}

/// The same as a tag.
pub(super) fn state_tag(visit: &Visit, state: State) -> AnyView {
    let tone = match state {
        State::Planned | State::Cancelled => Tone::Plain,
        State::PackFrozen | State::Adjourned => Tone::Info,
        State::InSession | State::Decided => Tone::Warning,
        State::MinutesSigned => Tone::Success,
    };
    view! { <Tag tone=tone>{state_text(visit, state)}</Tag> }.into_any()
}

/// 12,000.00元
pub(super) fn yuan(visit: &Visit, fen: Fen) -> String {
    visit.t_args("cases-yuan", &[("amount", money(fen).into())]).to_string()
}

/// Somebody of the house.
pub(super) fn person_text(visit: &Visit, person: &Person) -> String {
    if visit.context.actor.account() == Some(person.account) {
        return visit.t("cases-you").to_string();
    }
    if person.name.is_empty() { visit.t("cases-nameless").to_string() } else { person.name.clone() }
}

/// Some of these people in a row.
pub(super) fn names_text<'a>(
    visit: &Visit,
    people: &[Person],
    some: impl IntoIterator<Item = &'a AccountId>,
) -> String {
    let name = |id: &AccountId| {
        let person = people.iter().find(|person| person.account == *id);
        person.map_or_else(|| visit.t("cases-nameless").to_string(), |person| person_text(visit, person))
    };
    let all: Vec<String> = some.into_iter().map(name).collect();
    if all.is_empty() { visit.t("committee-nobody").to_string() } else { all.join(&visit.t("enumeration-separator")) }
}

/// The same as a document has it, for whoever reads it: everybody by their name.
pub(super) fn full_names_text<'a>(
    visit: &Visit,
    people: &[Person],
    some: impl IntoIterator<Item = &'a AccountId>,
) -> String {
    let name = |id: &AccountId| {
        let person = people.iter().find(|person| person.account == *id && !person.name.is_empty());
        person.map_or_else(|| visit.t("cases-nameless").to_string(), |person| person.name.clone())
    };
    let all: Vec<String> = some.into_iter().map(name).collect();
    if all.is_empty() { visit.t("committee-nobody").to_string() } else { all.join(&visit.t("enumeration-separator")) }
}

/// 罕见病 · 9岁 · 申请12,000.00元
pub(super) fn facts_text(visit: &Visit, named: &Named) -> Text {
    visit.t_args(
        "committee-facts",
        &[
            ("group", group(visit, named.group).to_string().into()),
            ("age", u32::from(named.age).into()),
            ("asked", yuan(visit, named.asked).into()),
        ],
    )
}

/// What a vote is for.
pub(super) fn vote_text(visit: &Visit, vote: Vote) -> Text {
    match vote {
        Vote::Grant => visit.t("committee-vote-grant"),
        Vote::Partial(part) => visit.t_args("committee-vote-partial-of", &[("amount", yuan(visit, part).into())]),
        Vote::Refuse => visit.t("committee-vote-refuse"),
        Vote::Defer => visit.t("committee-vote-defer"),
        Vote::Abstain => visit.t("committee-vote-abstain"),
    }
}

/// What was decided.
pub(super) fn outcome_text(visit: &Visit, outcome: Outcome) -> Text {
    let of = |key: &str, sum: Fen| visit.t_args(key, &[("amount", yuan(visit, sum).into())]);
    match outcome {
        Outcome::Granted(sum) => of("committee-outcome-granted", sum),
        Outcome::Partial(sum) => of("committee-outcome-partial", sum),
        Outcome::Refused => visit.t("committee-outcome-refused"),
        Outcome::Deferred => visit.t("committee-outcome-deferred"),
    }
}

/// What became of an item.
pub(super) fn settled_text(visit: &Visit, settled: Settled) -> Text {
    match settled {
        Settled::Decided(outcome) => outcome_text(visit, outcome),
        Settled::StandsOver => visit.t("committee-stands-over"),
    }
}

/// What the reviewers say together; nothing where there is no result.
pub(super) fn verdict_text(visit: &Visit, verdict: Option<Verdict>) -> Text {
    let Some(score) = verdict.and_then(Verdict::score) else { return visit.t("committee-no-verdict") };
    let points = format!("{}.{}", score.tenths() / 10, score.tenths() % 10);
    let disputed = matches!(verdict, Some(Verdict::Median { disputed: true, .. }));
    let key = if disputed { "committee-verdict-disputed" } else { "committee-verdict-points" };
    visit.t_args(key, &[("points", points.into())])
}

/// Why an item has no result.
pub(super) fn unsettled_text(visit: &Visit, why: &Unsettled, people: &[Person]) -> Text {
    let of = |key: &str, who: &[AccountId]| visit.t_args(key, &[("who", names_text(visit, people, who).into())]);
    match why {
        Unsettled::Unable(unable) => unable_text(visit, *unable),
        Unsettled::Undecided(undecided) => match undecided {
            Undecided::NotEntitled(who) => of("committee-open-not-entitled", &[*who]),
            Undecided::Twice(who) => of("committee-open-twice", &[*who]),
            Undecided::OtherEvidence(who) => of("committee-open-evidence", who),
            Undecided::NoPart { by } => of("committee-open-no-part", &[*by]),
            Undecided::Missing(who) => of("committee-open-missing", who),
            Undecided::NoMajority => visit.t("committee-open-no-majority"),
        },
    }
}

/// Why the committee cannot decide as it sits.
pub(super) fn unable_text(visit: &Visit, unable: Unable) -> Text {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).into();
    match unable {
        Unable::TooFewLeft { left } => visit.t_args("committee-unable-left", &[("n", number(left))]),
        Unable::NoQuorum { present, needed } => {
            visit.t_args("committee-unable-quorum", &[("n", number(present)), ("needed", number(needed))])
        }
        Unable::NobodyPresides => visit.t("committee-unable-presides"),
    }
}

/// What is different since the pack was frozen.
pub(super) fn change_text(visit: &Visit, change: Change) -> Text {
    let of = |evidence: Evidence, [document, review, answer]: [&str; 3]| match evidence {
        Evidence::Document(_) => visit.t(document),
        Evidence::Review(_) => visit.t(review),
        Evidence::Answer(_) => visit.t(answer),
    };
    match change {
        Change::Form { from, to } => {
            visit.t_args("committee-change-form", &[("from", from.into()), ("until", to.into())])
        }
        Change::Requested { from, to } => visit.t_args(
            "committee-change-requested",
            &[("from", yuan(visit, from).into()), ("until", yuan(visit, to).into())],
        ),
        Change::Added(what) => {
            let keys =
                ["committee-change-added-document", "committee-change-added-review", "committee-change-added-answer"];
            of(what, keys)
        }
        Change::Replaced(what) => {
            let keys = [
                "committee-change-replaced-document",
                "committee-change-replaced-review",
                "committee-change-replaced-answer",
            ];
            of(what, keys)
        }
        Change::Gone(what) => {
            let keys =
                ["committee-change-gone-document", "committee-change-gone-review", "committee-change-gone-answer"];
            of(what, keys)
        }
    }
}

/// Several changes in a row.
pub(super) fn changes_text(visit: &Visit, changes: &[Change]) -> String {
    let all: Vec<String> = changes.iter().map(|change| change_text(visit, *change).to_string()).collect();
    all.join(&visit.t("list-separator"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n;
    use domain::Locale;

    #[test]
    fn every_state_of_a_meeting_has_its_words_in_both_languages() {
        for locale in Locale::ALL {
            for state in State::ALL {
                let key = format!("committee-state-{}", state.name());
                assert!(i18n::found(locale, &key).is_some(), "{locale:?}: {key}");
            }
        }
    }
}
