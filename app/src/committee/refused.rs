//! Why nothing was done with a meeting, in words, on the page it was tried on and with everything that was typed.

use super::words::{changes_text, names_text, person_text, state_text, unable_text, unsettled_text, yuan};
use crate::calls::{Answer, Asked};
use crate::desk::moment;
use crate::form::{FormState, Tone};
use crate::i18n::Text;
use crate::problem::Problem;
use axum::http::StatusCode;
use domain::ids::{AccountId, CaseId};
use domain::ledger::{Fen, Overdrawn};
use domain::spark::Unmet;
use domain::spark::review::committee::NoCommittee;
use domain::spark::review::minutes::{Unsettled, Unsigned};
use domain::spark::review::pack::Unfrozen;
use services::ledger::LedgerError;
use services::ledger::views::Person;
use services::spark::cases::CaseError;
use services::spark::review::{ReviewError, cases_named, people_named};

/// The page at `page` again. A fault of a `field` of the service stands beside the field that is called so on that page. What was
/// typed comes back where there was something to type: boxes of other forms on the page keep what is stored.
pub(super) async fn refused(asked: &Asked, page: &str, field: Option<(&str, &str)>, error: ReviewError) -> Answer {
    let form = match field {
        Some(_) => asked.typed(&[]),
        None => FormState::default(),
    };
    match error {
        ReviewError::Denied(denied) => denied.into(),
        ReviewError::Fields(mut errors) | ReviewError::Case(CaseError::Fields(mut errors)) => {
            if let Some((theirs, ours)) = field {
                for error in errors.iter_mut().filter(|error| error.field == theirs) {
                    error.field = ours.to_owned();
                }
            }
            Answer::again_at(page, form.with_errors(errors))
        }
        error => match said(asked, &error).await {
            Some(text) => Answer::again_at(page, form.with_notice(Tone::Warning, text)).status(StatusCode::CONFLICT),
            None => Problem::from(error).into(),
        },
    }
}

/// Back to the page with a word of what was done, or with why it was not.
pub(super) async fn done<T>(
    asked: &Asked,
    (page, word): (&str, &str),
    field: Option<(&str, &str)>,
    result: Result<T, ReviewError>,
) -> Answer {
    match result {
        Ok(_) => Answer::to(format!("{page}?done={word}")),
        Err(error) => refused(asked, page, field, error).await,
    }
}

/// People a fault names, for whoever may know them; nobody is named to the others.
async fn who(asked: &Asked, ids: impl IntoIterator<Item = AccountId>) -> Vec<Person> {
    people_named(&asked.services, &asked.context, ids).await.unwrap_or_default()
}

/// A case a fault is about, by its reference.
async fn of(asked: &Asked, key: &str, case: CaseId) -> Text {
    asked.t_args(key, &[("reference", reference(asked, case).await.into())])
}

async fn reference(asked: &Asked, case: CaseId) -> String {
    let all = cases_named(&asked.services, &asked.context, &[case]).await.unwrap_or_default();
    all.get(&case).map_or_else(|| asked.t("committee-this-case").to_string(), |named| named.reference.clone())
}

async fn said(asked: &Asked, error: &ReviewError) -> Option<String> {
    let text =
        match error {
            ReviewError::Stale => asked.t("committee-refused-stale"),
            ReviewError::First { by, at } => {
                let people = who(asked, [*by]).await;
                let name = people.first().map(|person| person_text(asked, person)).unwrap_or_default();
                asked.t_args("committee-refused-first", &[("who", name.into()), ("at", moment(asked, *at).into())])
            }
            ReviewError::NoProfile(accounts) => {
                let people = who(asked, accounts.iter().copied()).await;
                asked.t_args("committee-unknown-text", &[("who", names_text(asked, &people, accounts).into())])
            }
            ReviewError::ConsentWithdrawn(case) => of(asked, "committee-refused-consent", *case).await,
            ReviewError::NotBefore(case) => of(asked, "committee-refused-not-before", *case).await,
            ReviewError::Elsewhere(case) => of(asked, "committee-refused-elsewhere", *case).await,
            ReviewError::TookPart(case) => of(asked, "committee-refused-took-part", *case).await,
            ReviewError::Unfrozen(Unfrozen::Empty) => asked.t("committee-refused-empty"),
            ReviewError::Unfrozen(Unfrozen::Twice(case)) => of(asked, "committee-refused-twice", *case).await,
            ReviewError::Unfrozen(Unfrozen::NoAmount(case)) => of(asked, "committee-refused-no-amount", *case).await,
            ReviewError::Refused(refused) => asked
                .t_args("committee-refused-state", &[("state", state_text(asked, refused.state).to_string().into())]),
            ReviewError::NotSitting(state) => asked
                .t_args("committee-refused-not-sitting", &[("state", state_text(asked, *state).to_string().into())]),
            ReviewError::NoCommittee(NoCommittee::TooFew { seats }) => {
                let n = u32::try_from(*seats).unwrap_or(u32::MAX);
                asked.t_args("committee-refused-few", &[("n", n.into())])
            }
            ReviewError::NoCommittee(NoCommittee::OwnDeputy) => asked.t("committee-refused-own-deputy"),
            ReviewError::Unable(unable) => unable_text(asked, *unable),
            ReviewError::NotPresent => asked.t("committee-refused-not-present"),
            ReviewError::Changed(all) => {
                let mut lines = Vec::new();
                for (case, changes) in all {
                    let args = [
                        ("reference", reference(asked, *case).await.into()),
                        ("what", changes_text(asked, changes).into()),
                    ];
                    lines.push(asked.t_args("committee-refused-changed-one", &args).to_string());
                }
                asked.t_args("committee-refused-changed", &[("cases", lines.join(" ").into())])
            }
            ReviewError::Open(open) => return Some(open_text(asked, open).await),
            ReviewError::Unsigned(Unsigned::Disagrees(_)) => asked.t("committee-refused-disagrees"),
            ReviewError::Unsigned(Unsigned::SecretaryVoted) => asked.t("committee-refused-secretary"),
            ReviewError::Unsigned(Unsigned::Missing(missing)) => {
                let people = who(asked, missing.iter().copied()).await;
                asked.t_args("committee-waits-for", &[("who", names_text(asked, &people, missing).into())])
            }
            ReviewError::Given => asked.t("review-given"),
            ReviewError::NoRubric => asked.t("committee-refused-no-rubric"),
            ReviewError::VersionTaken(_) => asked.t("committee-refused-stale"),
            ReviewError::Busy => asked.t("committee-refused-busy"),
            ReviewError::Case(error) => return case_text(asked, error).map(|text| text.to_string()),
            ReviewError::Denied(_)
            | ReviewError::NotFound
            | ReviewError::Fields(_)
            | ReviewError::Crypto(_)
            | ReviewError::Unreadable
            | ReviewError::Database(_) => return None,
        };
    Some(text.to_string())
}

/// Every item without a result, and why.
async fn open_text(asked: &Asked, open: &[(CaseId, Unsettled)]) -> String {
    use domain::spark::review::vote::Undecided as U;
    let mut lines = Vec::new();
    for (case, why) in open {
        let ids: Vec<AccountId> = match why {
            Unsettled::Unable(_) | Unsettled::Undecided(U::NoMajority) => Vec::new(),
            Unsettled::Undecided(U::Missing(all) | U::OtherEvidence(all)) => all.clone(),
            Unsettled::Undecided(U::NotEntitled(one) | U::Twice(one) | U::NoPart { by: one }) => vec![*one],
        };
        let people = who(asked, ids).await;
        let args = [
            ("reference", reference(asked, *case).await.into()),
            ("what", unsettled_text(asked, why, &people).to_string().into()),
        ];
        lines.push(asked.t_args("committee-refused-changed-one", &args).to_string());
    }
    asked.t_args("committee-refused-open", &[("cases", lines.join(" ").into())]).to_string()
}

/// Why a decision was not carried out.
fn case_text(asked: &Asked, error: &CaseError) -> Option<Text> {
    Some(match error {
        CaseError::Stale(_) => asked.t("committee-refused-case-stale"),
        CaseError::Unmet(Unmet::NotDecided) => asked.t("committee-refused-not-decided"),
        CaseError::Unmet(Unmet::DecidedOtherwise) | CaseError::NotTheSum => asked.t("committee-refused-sum"),
        CaseError::Unmet(Unmet::DecidedBefore) => asked.t("committee-refused-decided-before"),
        CaseError::Unmet(Unmet::PaidBefore) => asked.t("cases-refused-paid"),
        CaseError::Unmet(_) => asked.t("cases-refused-unmet"),
        CaseError::Refused(_) => asked.t("cases-refused-not-now"),
        CaseError::ConsentWithdrawn => asked.t("cases-refused-consent"),
        CaseError::LiveCase => asked.t("cases-refused-live"),
        CaseError::Forgotten => asked.t("cases-forgotten"),
        CaseError::Busy => asked.t("committee-refused-busy"),
        CaseError::Money(LedgerError::Overdrawn(Overdrawn::Available { available })) if *available > Fen::ZERO => {
            asked.t_args("committee-refused-has", &[("has", yuan(asked, *available).into())])
        }
        CaseError::Money(LedgerError::Overdrawn(_)) => asked.t("committee-refused-overdrawn"),
        CaseError::Money(LedgerError::Ceiling { left }) => {
            asked.t_args("fund-refused-ceiling", &[("left", crate::ledger::money(*left).into())])
        }
        CaseError::Money(LedgerError::FundClosed) => asked.t("fund-refused-closed"),
        CaseError::Money(LedgerError::Purpose(_) | LedgerError::NotFound) => asked.t("committee-refused-purpose"),
        CaseError::Money(LedgerError::AwardedAlready | LedgerError::Otherwise | LedgerError::State(_)) => {
            asked.t("committee-refused-awarded")
        }
        CaseError::NotAssigned | CaseError::NotOpen | CaseError::HadAPart => asked.t("cases-refused-unmet"),
        _ => return None,
    })
}
