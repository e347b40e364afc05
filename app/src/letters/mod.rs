//! Letters of the Spark Project: the list on a case's page (its family's and the desk's), a letter to read and print, its PDF,
//! and the page on which anybody holds a letter against ours. What a letter says comes whole from `services::spark::letters`.

pub mod calls;
mod one;
mod verify;

pub use one::OwnLetter;
pub use verify::VerifyLetter;

use crate::problem::Problem;
use crate::ui::{Checkboxes, Choice};
use crate::visit::Visit;
use domain::ids::{CaseId, LetterId};
use domain::spark::Event;
use domain::spark::letter::{Ground, VERSIONS, Version};
use domain::time::day_text;
use leptos::prelude::*;
use services::spark::cases::CaseError;
use services::spark::letters::{self, LetterError, Listed};

/// Where anybody holds a letter against ours.
pub(crate) const VERIFY: &str = "/spark/letters/verify";

/// The field of the reasons that the family's letter tells.
pub(crate) const GROUNDS: &str = "grounds";

/// What the family's letter says, where there is something to choose: its sentences, as they stand in it.
pub(crate) fn grounds(visit: &Visit, event: Event) -> Option<AnyView> {
    let offered = Ground::offered(event);
    let version = VERSIONS.last().filter(|_| !offered.is_empty())?;
    let choice = |ground: &Ground| Some(Choice::new(ground.name(), version.ground(*ground, visit.locale()).ok()?));
    let choices = offered.iter().filter_map(choice).collect();
    Some(
        view! { <Checkboxes name=GROUNDS label=visit.t("letters-grounds") hint=visit.t("letters-grounds-hint") choices=choices/> }
            .into_any(),
    )
}

/// The address of a letter, for the family.
fn own_letter(case: CaseId, letter: LetterId) -> String {
    format!("{}/letters/{letter}", crate::cases::own_page(case))
}

/// What a letter is called, in the language of the visit.
fn title(visit: &Visit, letter: &Listed) -> String {
    let title = Version::of(letter.texts).and_then(|version| version.title(letter.kind, visit.locale()).ok());
    title.unwrap_or_else(|| letter.kind.name()).to_owned()
}

/// Why a letter is not shown to a family: what is not theirs might as well not exist, and neither does what was forgotten.
fn hidden(error: LetterError) -> Problem {
    match error {
        LetterError::Case(CaseError::Denied(_) | CaseError::Unread { .. }) => Problem::NotFound,
        error => shown(error),
    }
}

/// Why a letter is not shown to staff.
fn shown(error: LetterError) -> Problem {
    match error {
        LetterError::Case(CaseError::Forgotten) => Problem::NotFound,
        LetterError::Case(error) => error.into(),
        LetterError::Limited(limited) => limited.into(),
        LetterError::NoPaper => Problem::Broken,
    }
}

/// The letters of a case for its family, the last first; nothing where there are none.
pub(crate) async fn own_section(visit: &Visit, case: CaseId) -> Result<Option<AnyView>, Problem> {
    let all = letters::own(&visit.services, &visit.context, case).await.map_err(|error| hidden(error.into()))?;
    if all.is_empty() {
        return Ok(None);
    }
    let items = all.iter().map(|letter| {
        let name = title(visit, letter);
        let name = match letter.forgotten {
            true => view! { <span>{name}</span> }.into_any(),
            false => view! { <a href=visit.href(&own_letter(case, letter.id))>{name}</a> }.into_any(),
        };
        item(visit, letter, name)
    });
    let items = items.collect_view();
    Ok(Some(
        view! {
            <section class="section" id="letters">
                <h2>{visit.t("letters-title")}</h2>
                <ul class="letter-list">{items}</ul>
            </section>
        }
        .into_any(),
    ))
}

/// The letters of a case for whoever of the house reads it, as files; opening one stands in the trail.
pub(crate) async fn desk_section(visit: &Visit, case: CaseId) -> Result<AnyView, Problem> {
    let all = letters::of_case(&visit.services, &visit.context, case).await?;
    let items = all.iter().map(|letter| {
        let name = title(visit, letter);
        let name = match letter.forgotten {
            true => view! { <span>{name}</span> }.into_any(),
            false => {
                let href = visit.href(&format!("/staff/cases/{case}/letters/{}/letter.pdf", letter.id));
                view! { <a href=href download=true>{name}</a> }.into_any()
            }
        };
        item(visit, letter, name)
    });
    let items = items.collect_view();
    let list = match all.is_empty() {
        true => view! { <p class="muted">{visit.t("letters-none")}</p> }.into_any(),
        false => view! { <ul class="letter-list">{items}</ul> }.into_any(),
    };
    Ok(view! {
        <section class="section" id="letters">
            <h2>{visit.t("letters-desk-title")}</h2>
            <p class="muted small">{visit.t("letters-desk-lead")}</p>
            {list}
        </section>
    }
    .into_any())
}

fn item(visit: &Visit, letter: &Listed, name: AnyView) -> impl IntoView + use<> {
    let day = day_text(letter.issued_on, visit.locale());
    let gone = letter.forgotten.then(|| view! { " · "{visit.t("letters-forgotten")} });
    view! {
        <li class="letter-item">
            <p class="letter-name">{name}</p>
            <p class="muted small">{day}" · "<span class="letter-number">{letter.number.clone()}</span>{gone}</p>
        </li>
    }
}
