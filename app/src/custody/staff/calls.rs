//! What people of the laboratory and of quality do.

use super::refused::refused;
use super::{at, unit_page};
use crate::calls::{Answer, Asked, Call};
use crate::form::FormState;
use crate::problem::Problem;
use crate::routes::Access;
use crate::unsent;
use axum::http::StatusCode;
use domain::account::Capability;
use domain::custody::DeviationKind;
use domain::custody::ranges::RELEASED_ABOVE;
use domain::ids::{DeviationId, UnitId};
use services::custody::desk::{self, Act, Alone, Confirming, DeskError, Proposing};
use services::custody::search;
use uuid::Uuid;

const SEE: Access = Access::Capability(Capability::SeeUnits);
const HANDLE: Access = Access::Capability(Capability::HandleUnits);

const REVEAL: Access = Access::Capability(Capability::RevealUnitFamily);

/// What only we say on the page of a unit, once; never taken from what was sent.
pub(super) const SHOWN_FAMILY: &str = "shown_family";

/// The page most of them stand on.
const PAGE: &str = "/staff/units/:id";

/// This room's calls.
pub static CALLS: &[Call] = &[
    Call::post("/staff/units/find", SEE, &find).on(at::UNITS),
    Call::post("/staff/units/:id/propose", HANDLE, &propose).on(PAGE).keeping(unsent::WHOLE),
    Call::post("/staff/units/:id/confirm", HANDLE, &confirm).on(PAGE).keeping(unsent::WHOLE),
    Call::post("/staff/units/:id/look-over", HANDLE, &look_over).on(PAGE).keeping(unsent::WHOLE),
    Call::post("/staff/units/:id/withdraw", HANDLE, &withdraw).on(PAGE),
    Call::post("/staff/units/:id/deviation", HANDLE, &open_deviation).on(PAGE),
    Call::post("/staff/units/:id/close", HANDLE, &close_deviation).on(PAGE),
    Call::post("/staff/units/:id/hold", HANDLE, &hold).on(PAGE),
    Call::post("/staff/units/:id/sign", HANDLE, &sign).on(PAGE),
    Call::post("/staff/units/:id/family", REVEAL, &family).on(PAGE).keeping(&["family_reason"]),
];

/// The name of a field in one of the forms of a unit's page: several of them ask for the same.
pub(super) fn field(form: &str, name: &str) -> String {
    format!("{form}_{name}")
}

/// The unit of a number that was typed.
async fn find(asked: Asked) -> Answer {
    match search::find(&asked.services, &asked.context, asked.field("din")).await {
        Ok(id) => Answer::to(unit_page(id)),
        Err(error) => refused(&asked, at::UNITS, ("", error)),
    }
}

/// The unit of the path, its page, and the version the form was made of.
fn subject(asked: &Asked) -> Option<(UnitId, String, u32)> {
    let id = asked.param::<UnitId>("id")?;
    Some((id, unit_page(id), asked.field("version").parse().unwrap_or_default()))
}

/// Back to the page with a word of what was done, or with why it was not.
fn done<T>(asked: &Asked, page: &str, (word, form): (&str, &str), result: Result<T, DeskError>) -> Answer {
    match result {
        Ok(_) => Answer::to(format!("{page}?done={word}")),
        Err(error) => refused(asked, page, (form, error)),
    }
}

async fn propose(asked: Asked) -> Answer {
    let Some((unit, page, version)) = subject(&asked) else { return Problem::NotFound.into() };
    let (Some(act), Ok(form)) = (Act::from_name(asked.field("act")), asked.field("form").parse::<Uuid>()) else {
        return Problem::Unusable.into();
    };
    let text = |name: &str| asked.field(&field(act.name(), name)).to_owned();
    let new = Proposing {
        form,
        unit,
        version,
        act,
        din: text("din"),
        slot: text("slot"),
        reason: text("reason"),
        event: text("event"),
        name: text("name"),
        celsius: text("celsius"),
        logger: text("logger"),
        steps: asked.fields(&field(act.name(), "steps")).map(str::to_owned).collect(),
        alive: RELEASED_ABOVE.map(|(step, _)| text(step)),
    };
    let result = desk::propose(&asked.services, &asked.context, &new).await;
    done(&asked, &page, ("proposed", act.name()), result)
}

async fn confirm(asked: Asked) -> Answer {
    let Some((_, page, version)) = subject(&asked) else { return Problem::NotFound.into() };
    let Ok(id) = asked.field("proposal").parse::<Uuid>() else { return Problem::Unusable.into() };
    let text = |name: &str| asked.field(&field("confirm", name)).to_owned();
    let said = Confirming { id, version, din: text("din"), slot: text("slot") };
    let result = desk::confirm(&asked.services, &asked.context, &said).await;
    done(&asked, &page, ("confirmed", "confirm"), result)
}

/// The second of three.
async fn look_over(asked: Asked) -> Answer {
    let Some((_, page, version)) = subject(&asked) else { return Problem::NotFound.into() };
    let Ok(id) = asked.field("proposal").parse::<Uuid>() else { return Problem::Unusable.into() };
    let text = |name: &str| asked.field(&field("confirm", name)).to_owned();
    let said = Confirming { id, version, din: text("din"), slot: text("slot") };
    let result = desk::look_over(&asked.services, &asked.context, &said).await;
    done(&asked, &page, ("looked-over", "confirm"), result)
}

async fn withdraw(asked: Asked) -> Answer {
    let Some((_, page, _)) = subject(&asked) else { return Problem::NotFound.into() };
    let Ok(id) = asked.field("proposal").parse::<Uuid>() else { return Problem::Unusable.into() };
    let result = desk::withdraw(&asked.services, &asked.context, id).await;
    done(&asked, &page, ("withdrawn", ""), result)
}

async fn open_deviation(asked: Asked) -> Answer {
    let Some((unit, page, version)) = subject(&asked) else { return Problem::NotFound.into() };
    let of = DeviationKind::from_name(asked.field(&field("open", "of")));
    let (Some(of), Ok(form)) = (of, asked.field("form").parse::<Uuid>()) else { return Problem::Unusable.into() };
    let (said, hold) = (asked.field(&field("open", "said")).to_owned(), asked.ticked(&field("open", "hold")));
    let what = Alone::OpenDeviation { form, of, said, hold };
    let result = desk::alone(&asked.services, &asked.context, (unit, version), what).await;
    done(&asked, &page, ("opened", "open"), result)
}

async fn close_deviation(asked: Asked) -> Answer {
    let Some((unit, page, version)) = subject(&asked) else { return Problem::NotFound.into() };
    let Ok(deviation) = asked.field("deviation").parse::<DeviationId>() else { return Problem::Unusable.into() };
    let form = format!("close-{deviation}");
    let what = Alone::CloseDeviation { deviation, said: asked.field(&field(&form, "said")).to_owned() };
    let result = desk::alone(&asked.services, &asked.context, (unit, version), what).await;
    done(&asked, &page, ("closed", &form), result)
}

async fn hold(asked: Asked) -> Answer {
    let Some((unit, page, version)) = subject(&asked) else { return Problem::NotFound.into() };
    let Some(of) = DeviationKind::from_name(asked.field(&field("hold", "of"))) else {
        return Problem::Unusable.into();
    };
    let result = desk::alone(&asked.services, &asked.context, (unit, version), Alone::Hold { of }).await;
    done(&asked, &page, ("held", "hold"), result)
}

async fn sign(asked: Asked) -> Answer {
    let Some((unit, page, version)) = subject(&asked) else { return Problem::NotFound.into() };
    let result = desk::alone(&asked.services, &asked.context, (unit, version), Alone::SignRecord).await;
    done(&asked, &page, ("signed", ""), result)
}

/// Whose the unit is, once.
async fn family(asked: Asked) -> Answer {
    let Some((unit, page, _)) = subject(&asked) else { return Problem::NotFound.into() };
    let reason = asked.field(&field("family", "reason"));
    match desk::reveal_family(&asked.services, &asked.context, unit, reason).await {
        Ok(numbers) => {
            let mut form = FormState::default();
            form.values.insert(SHOWN_FAMILY.to_owned(), numbers.join(&asked.t("list-separator")));
            Answer::again_at(page, form).status(StatusCode::OK)
        }
        Err(error) => refused(&asked, &page, ("family", error)),
    }
}
