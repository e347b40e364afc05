//! What the office does: finds a contract, writes one, lets something happen to it, notes payments and takes them back, invites
//! guardians.

use super::{at, back_form, death, field, page_of, problem};
use crate::calls::{Answer, Asked, Call};
use crate::form::{FormState, Tone};
use crate::problem::Problem;
use crate::routes::Access;
use crate::words::fault_text;
use axum::http::StatusCode;
use domain::account::Capability;
use domain::family::{ContractEvent, Kin};
use domain::ids::ContractId;
use jiff::SignedDuration;
use services::family::FamilyError;
use services::family::office::{self, Acting, Giving, Guardian, Inviting, Paying, Writing};
use uuid::Uuid;

const HANDLE: Access = Access::Capability(Capability::HandleContracts);
const REVEAL: Access = Access::Capability(Capability::RevealGuardians);
const INVITE: Access = Access::Capability(Capability::InviteGuardians);
const TRANSFER: Access = Access::Capability(Capability::TransferContracts);

/// The page most of them stand on.
const PAGE: &str = "/staff/contracts/:id";

/// What only we say on a contract's page, once; never taken from what was sent.
pub(super) const SHOWN: &str = "shown_guardians";

/// What a new contract is typed into: none of it is typed twice because the second factor grew old meanwhile.
const WRITTEN: &[&str] = &[
    "form",
    "number",
    "pool",
    "child",
    "born",
    "owner",
    "second",
    "mother",
    "preparation",
    "preparation_on",
    "storage",
    "storage_from",
    "years",
];

/// This room's calls.
pub static CALLS: &[Call] = &[
    Call::post("/staff/contracts/find", HANDLE, &find).on(at::CONTRACTS),
    Call::post(at::NEW, INVITE, &write).keeping(WRITTEN),
    Call::post("/staff/contracts/:id/act", HANDLE, &act).on(PAGE),
    Call::post("/staff/contracts/:id/transfer", HANDLE, &propose_transfer).on(PAGE),
    Call::post("/staff/contracts/:id/transfer/confirm", TRANSFER, &confirm_transfer).on(PAGE),
    Call::post("/staff/contracts/:id/transfer/withdraw", HANDLE, &withdraw_transfer).on(PAGE),
    Call::post("/staff/contracts/:id/begin", HANDLE, &propose).on(PAGE),
    Call::post("/staff/contracts/:id/begin/confirm", INVITE, &confirm).on(PAGE),
    Call::post("/staff/contracts/:id/begin/withdraw", HANDLE, &withdraw).on(PAGE),
    Call::post("/staff/contracts/:id/pay", HANDLE, &pay).on(PAGE),
    Call::post("/staff/contracts/:id/take-back", HANDLE, &take_back).on(PAGE),
    Call::post("/staff/contracts/:id/invite", INVITE, &invite).on(PAGE).keeping(&[
        "invite_kin",
        "invite_mother",
        "invite_phone",
    ]),
    Call::post("/staff/contracts/:id/send", INVITE, &send).on(PAGE),
    Call::post("/staff/contracts/:id/send-child", INVITE, &send_child).on(PAGE).keeping(&["child_reason"]),
    Call::post("/staff/contracts/:id/block", HANDLE, &block).on(PAGE),
    Call::post("/staff/contracts/:id/end-membership", INVITE, &end_membership)
        .on(PAGE)
        .keeping(&["end_invitation", "end_reason"]),
    Call::post("/staff/contracts/:id/death", INVITE, &note_death).on(PAGE).keeping(&["death_died_on", "death_paper"]),
    Call::post("/staff/contracts/:id/death/undo", INVITE, &undo_death).on(PAGE),
    Call::post("/staff/contracts/:id/guardians", REVEAL, &guardians).on(PAGE).keeping(&["guardians_reason"]),
];

/// The page at `page` again, and why nothing was done. Faults stand beside the fields of `form`.
fn refused(asked: &Asked, page: &str, (form, error): (&str, FamilyError)) -> Answer {
    match error {
        FamilyError::Denied(denied) => denied.into(),
        FamilyError::Fields(mut errors) => {
            if !form.is_empty() {
                errors.iter_mut().for_each(|error| error.field = field(form, &error.field));
            }
            Answer::again_at(page, asked.typed(&[SHOWN]).with_errors(errors))
        }
        FamilyError::Limited(limited) => {
            let minutes = limited.retry_seconds().div_ceil(60);
            let text = asked.t_args("units-too-often", &[("minutes", minutes.into())]);
            let wait = SignedDuration::from_secs(i64::from(limited.retry_seconds()));
            let form = asked.typed(&[SHOWN]).with_notice(Tone::Warning, text.to_string());
            Answer::again_at(page, form).retry_after(wait)
        }
        FamilyError::SentBefore if form == ContractEvent::Transfer.name() => {
            Answer::another_act(asked, page, (&[SHOWN], "form"), &asked.t("contracts-transfer-sent-before"))
        }
        FamilyError::SamePerson if form == ContractEvent::Begin.name() => {
            conflict(asked, page, "contracts-begin-same-person")
        }
        FamilyError::SamePerson if form == ContractEvent::Transfer.name() => {
            conflict(asked, page, "contracts-transfer-same-person")
        }
        FamilyError::SentBefore => {
            Answer::another_act(asked, page, (&[SHOWN], "form"), &asked.t("contracts-sent-before"))
        }
        FamilyError::Stale => conflict(asked, page, "contracts-stale"),
        FamilyError::Over => conflict(asked, page, "contracts-over"),
        FamilyError::SamePerson => conflict(asked, page, "contracts-back-same-person"),
        error => problem(error).into(),
    }
}

/// The page as it is now, with everything that was typed, and a sentence.
fn conflict(asked: &Asked, page: &str, key: &str) -> Answer {
    let form = asked.typed(&["version", SHOWN]).with_notice(Tone::Warning, asked.t(key).to_string());
    Answer::again_at(page, form).status(StatusCode::CONFLICT)
}

/// The contract of the path, and its page.
fn subject(asked: &Asked) -> Option<(ContractId, String)> {
    let id = asked.param::<ContractId>("id")?;
    Some((id, page_of(id)))
}

/// Back to the page with a word of what was done, or with why it was not.
fn done<T>(asked: &Asked, page: &str, (word, form): (&str, &str), result: Result<T, FamilyError>) -> Answer {
    match result {
        Ok(_) => Answer::to(format!("{page}?done={word}")),
        Err(error) => refused(asked, page, (form, error)),
    }
}

async fn find(asked: Asked) -> Answer {
    match office::find(&asked.services, &asked.context, asked.field("number")).await {
        Ok(id) => Answer::to(page_of(id)),
        Err(error) => refused(&asked, at::CONTRACTS, ("", error)),
    }
}

async fn write(asked: Asked) -> Answer {
    let Ok(form) = asked.field("form").parse::<Uuid>() else { return Problem::Unusable.into() };
    let text = |name: &str| asked.field(name).to_owned();
    let new = Writing {
        form,
        number: text("number"),
        pool: text("pool"),
        child: text("child"),
        born: text("born"),
        owner: text("owner"),
        second: text("second"),
        mother: text("mother"),
        preparation: text("preparation"),
        preparation_on: text("preparation_on"),
        storage: text("storage"),
        storage_from: text("storage_from"),
        years: text("years"),
    };
    match office::write(&asked.services, &asked.context, &new).await {
        Ok(id) => Answer::to(format!("{}?done=written", page_of(id))),
        Err(error) => refused(&asked, at::NEW, ("", error)),
    }
}

async fn act(asked: Asked) -> Answer {
    let Some((id, page)) = subject(&asked) else { return Problem::NotFound.into() };
    let event = ContractEvent::from_name(asked.field("event")).filter(|event| event.is_the_offices());
    // What goes to another contract, and what begins, have forms of their own.
    let event = event.filter(|event| !matches!(event, ContractEvent::Transfer | ContractEvent::Begin));
    let Some(event) = event else { return Problem::Unusable.into() };
    let text = |name: &str| asked.field(&field(event.name(), name)).to_owned();
    let said = Acting {
        version: asked.field("version").parse().unwrap_or_default(),
        signed_on: text("signed_on"),
        ends_on: text("ends_on"),
        storage: text("storage"),
        storage_from: text("storage_from"),
        years: text("years"),
        reason: text("reason"),
        ..Acting::default()
    };
    let result = office::act(&asked.services, &asked.context, (id, event), &said).await;
    done(&asked, &page, (event.name(), event.name()), result)
}

async fn propose(asked: Asked) -> Answer {
    let Some((id, page)) = subject(&asked) else { return Problem::NotFound.into() };
    let form = ContractEvent::Begin.name();
    let text = |name: &str| asked.field(&field(form, name)).to_owned();
    let version = asked.field("version").parse().unwrap_or_default();
    let said = Acting { version, din: text("din"), born: text("born"), ..Acting::default() };
    let result = office::propose(&asked.services, &asked.context, id, &said).await;
    done(&asked, &page, ("proposed", form), result)
}

async fn confirm(asked: Asked) -> Answer {
    let Some((id, page)) = subject(&asked) else { return Problem::NotFound.into() };
    let Ok(proposal) = asked.field("proposal").parse::<Uuid>() else { return Problem::Unusable.into() };
    let form = ContractEvent::Begin.name();
    match office::confirm(&asked.services, &asked.context, (id, proposal)).await {
        // The unit is another's meanwhile: what was proposed stands on the page, and no field.
        Err(FamilyError::Fields(_)) => conflict(&asked, &page, "contracts-begin-taken"),
        result => done(&asked, &page, (form, form), result),
    }
}

async fn withdraw(asked: Asked) -> Answer {
    let Some((id, page)) = subject(&asked) else { return Problem::NotFound.into() };
    let Ok(proposal) = asked.field("proposal").parse::<Uuid>() else { return Problem::Unusable.into() };
    let result = office::withdraw(&asked.services, &asked.context, (id, proposal)).await;
    done(&asked, &page, ("withdrawn", ""), result)
}

async fn propose_transfer(asked: Asked) -> Answer {
    let Some((id, page)) = subject(&asked) else { return Problem::NotFound.into() };
    let Ok(key) = asked.field("form").parse::<Uuid>() else { return Problem::Unusable.into() };
    let form = ContractEvent::Transfer.name();
    let text = |name: &str| asked.field(&field(form, name)).to_owned();
    let version = asked.field("version").parse().unwrap_or_default();
    let (to, din, born, reason) = (text("to"), text("din"), text("born"), text("reason"));
    let giving = Giving { form: key, version, to, din, born, reason };
    let result = office::propose_transfer(&asked.services, &asked.context, id, &giving).await;
    done(&asked, &page, ("transfer-proposed", form), result)
}

async fn confirm_transfer(asked: Asked) -> Answer {
    let Some((id, page)) = subject(&asked) else { return Problem::NotFound.into() };
    let Ok(proposal) = asked.field("proposal").parse::<Uuid>() else { return Problem::Unusable.into() };
    let form = ContractEvent::Transfer.name();
    match office::confirm_transfer(&asked.services, &asked.context, (id, proposal)).await {
        // What was proposed stands on the page, and no field: the reason is said above it.
        Err(FamilyError::Fields(errors)) => {
            let why = errors.first().map_or_else(String::new, |error| fault_text(&asked, &error.fault).to_string());
            let text = asked.t_args("contracts-transfer-unfit", &[("why", why.into())]);
            let form = asked.typed(&[SHOWN]).with_notice(Tone::Warning, text.to_string());
            Answer::again_at(&page, form).status(StatusCode::CONFLICT)
        }
        result => done(&asked, &page, (form, form), result),
    }
}

async fn withdraw_transfer(asked: Asked) -> Answer {
    let Some((id, page)) = subject(&asked) else { return Problem::NotFound.into() };
    let Ok(proposal) = asked.field("proposal").parse::<Uuid>() else { return Problem::Unusable.into() };
    let result = office::withdraw_transfer(&asked.services, &asked.context, (id, proposal)).await;
    done(&asked, &page, ("transfer-withdrawn", ""), result)
}

async fn pay(asked: Asked) -> Answer {
    let Some((contract, page)) = subject(&asked) else { return Problem::NotFound.into() };
    let text = |name: &str| asked.field(&field("pay", name)).to_owned();
    let new = Paying {
        contract,
        nths: asked.fields("pay_nth").map(str::to_owned).collect(),
        amount: text("amount"),
        day: text("day"),
        reference: text("reference"),
    };
    let result = office::pay(&asked.services, &asked.context, &new).await;
    let word = if matches!(result, Ok(false)) { "before" } else { "paid" };
    done(&asked, &page, (word, "pay"), result)
}

async fn take_back(asked: Asked) -> Answer {
    let Some((id, page)) = subject(&asked) else { return Problem::NotFound.into() };
    let Ok(payment) = asked.field("payment").parse::<Uuid>() else { return Problem::Unusable.into() };
    let form = back_form(payment);
    let reason = asked.field(&field(&form, "reason"));
    let result = office::take_back(&asked.services, &asked.context, (id, payment), reason).await;
    done(&asked, &page, ("taken-back", &form), result)
}

async fn invite(asked: Asked) -> Answer {
    let Some((contract, page)) = subject(&asked) else { return Problem::NotFound.into() };
    let new = Inviting {
        contract,
        kin: asked.field("invite_kin").to_owned(),
        mother: asked.ticked("invite_mother"),
        phone: asked.field("invite_phone").to_owned(),
    };
    let result = office::invite(&asked.services, &asked.context, &new).await;
    done(&asked, &page, ("invited", "invite"), result)
}

async fn send(asked: Asked) -> Answer {
    let Some((id, page)) = subject(&asked) else { return Problem::NotFound.into() };
    let Ok(invitation) = asked.field("invitation").parse::<Uuid>() else { return Problem::Unusable.into() };
    let result = office::send(&asked.services, &asked.context, (id, invitation)).await;
    done(&asked, &page, ("sent", ""), result)
}

async fn send_child(asked: Asked) -> Answer {
    let Some((id, page)) = subject(&asked) else { return Problem::NotFound.into() };
    let reason = asked.field(&field("child", "reason"));
    let result = office::send_child(&asked.services, &asked.context, id, reason).await;
    done(&asked, &page, ("sent", "child"), result)
}

async fn block(asked: Asked) -> Answer {
    let Some((id, page)) = subject(&asked) else { return Problem::NotFound.into() };
    let Ok(invitation) = asked.field("invitation").parse::<Uuid>() else { return Problem::Unusable.into() };
    let result = office::block(&asked.services, &asked.context, (id, invitation)).await;
    done(&asked, &page, ("blocked", ""), result)
}

async fn end_membership(asked: Asked) -> Answer {
    let Some((id, page)) = subject(&asked) else { return Problem::NotFound.into() };
    let Ok(invitation) = asked.field("end_invitation").parse::<Uuid>() else { return Problem::Unusable.into() };
    let reason = asked.field(&field("end", "reason"));
    let result = office::end_membership(&asked.services, &asked.context, (id, invitation), reason).await;
    done(&asked, &page, ("membership-ended", "end"), result)
}

async fn note_death(asked: Asked) -> Answer {
    let Some((id, page)) = subject(&asked) else { return Problem::NotFound.into() };
    let [died_on, paper] = ["died_on", "paper"].map(|name| field(death::FORM, name));
    let said = (asked.field(&died_on), asked.field(&paper));
    let result = office::note_death(&asked.services, &asked.context, id, said).await;
    done(&asked, &page, ("death", death::FORM), result)
}

async fn undo_death(asked: Asked) -> Answer {
    let Some((id, page)) = subject(&asked) else { return Problem::NotFound.into() };
    let result = office::undo_death(&asked.services, &asked.context, id).await;
    done(&asked, &page, ("death-undone", ""), result)
}

/// The mobile numbers that are registered, once.
async fn guardians(asked: Asked) -> Answer {
    let Some((id, page)) = subject(&asked) else { return Problem::NotFound.into() };
    let reason = asked.field(&field("guardians", "reason"));
    match office::reveal(&asked.services, &asked.context, id, reason).await {
        Ok(all) => {
            let lines: Vec<String> = all.iter().map(|one| line(&asked, one)).collect();
            let mut form = FormState::default();
            form.values.insert(SHOWN.to_owned(), lines.join("\n"));
            Answer::again_at(page, form).status(StatusCode::OK)
        }
        Err(error) => refused(&asked, &page, ("guardians", error)),
    }
}

fn line(asked: &Asked, one: &Guardian) -> String {
    let kin = super::super::words::kin_text(asked, one.kin);
    let mother =
        if one.mother && one.kin != Kin::AdultChild { asked.t("contracts-mother").to_string() } else { String::new() };
    format!("{kin}{mother} {}", one.phone.digits())
}
