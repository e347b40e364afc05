//! Opening a fund, changing what it says of itself, closing it to new applications.

use super::{KEEP, SOURCE, at};
use crate::calls::{Answer, Asked, Call};
use crate::desk::{bilingual, day, number};
use crate::ledger::charter::{MOST_ROWS, Names, ONE, ROWS};
use crate::ledger::refused::{OURS, done, refused};
use crate::problem::Problem;
use axum::http::StatusCode;
use domain::bus::City;
use domain::field::{Fault, Faults, FieldError};
use domain::ids::{EnvelopeId, FundId};
use domain::ledger::{Amount, DiseaseGroup, FundCode, Purpose};
use domain::outreach::Bilingual;
use domain::typed::{line, optional, text};
use services::ledger::{self, Charter, EnvelopeCharter, LedgerError, NewFund};

/// Characters of a name.
const NAME: u32 = 120;
/// Characters of the terms.
const TERMS: u32 = 2_000;
/// The oldest.
const OLDEST: u32 = 120;

/// The calls.
pub const CALLS: &[Call] = &[
    Call::post("/staff/funds/new", KEEP, &open),
    Call::post("/staff/funds/:id/edit", KEEP, &edit),
    Call::post("/staff/funds/:id/close", KEEP, &close).on("/staff/funds/:id").keeping(&["reason"]),
    Call::post("/staff/funds/:id/reopen", KEEP, &reopen).on("/staff/funds/:id"),
    Call::post("/staff/funds/:id/envelopes/new", KEEP, &add),
    Call::post("/staff/funds/:id/envelopes/:envelope", KEEP, &change),
];

/// The parts of a purpose, each optional; what ends does not end before it begins.
fn purpose(asked: &Asked, faults: &mut Faults) -> Option<Purpose> {
    let given = |name: &str| Some(asked.field(name).trim()).filter(|text| !text.is_empty());
    let group = given("disease").map(|word| DiseaseGroup::from_name(word).ok_or(Fault::NotAChoice)).transpose();
    let group = faults.take("disease", group);
    let city = given("city").map(|code| City::from_code(code).ok_or(Fault::NotAChoice)).transpose();
    let city = faults.take("city", city);
    let age = |name: &str| {
        let years = given(name).map(|text| number(text, 0, OLDEST)).transpose()?;
        years.map(|years| u8::try_from(years).map_err(|_| Fault::NotANumber)).transpose()
    };
    let age_from = faults.take("age_from", age("age_from"));
    let least = age_from.flatten();
    let ends = |most: Option<u8>| match (least, most) {
        (Some(least), Some(most)) if most < least => Err(Fault::EndBeforeStart),
        _ => Ok(most),
    };
    let age_until = faults.take("age_until", age("age_until").and_then(ends));
    let on = |name: &str| given(name).map(day).transpose();
    let from = faults.take("valid_from", on("valid_from"));
    let first = from.flatten();
    let until = on("valid_until").and_then(|until| match (first, until) {
        (Some(first), Some(last)) if last < first => Err(Fault::EndBeforeStart),
        _ => Ok(until),
    });
    let until = faults.take("valid_until", until);
    Some(Purpose { group: group?, city: city?, age_from: age_from?, age_until: age_until?, from: from?, until: until? })
}

/// One of a budget's texts, in either language.
fn pair(
    asked: &Asked,
    faults: &mut Faults,
    names: [&str; 2],
    read: impl Fn(&str) -> Result<String, Fault>,
) -> Option<Bilingual> {
    let [zh, en] = names.map(|name| faults.take(name, read(asked.field(name))));
    Some(Bilingual::new(zh?, en?))
}

fn budget(asked: &Asked, faults: &mut Faults, names: &Names) -> Option<EnvelopeCharter> {
    let name = pair(asked, faults, [names.name_zh, names.name_en], |text| line(text, NAME));
    let purpose = pair(asked, faults, [names.purpose_zh, names.purpose_en], |text| optional(text, SOURCE));
    let ceiling = Some(asked.field(names.ceiling)).filter(|text| !text.trim().is_empty());
    let ceiling = faults.take(names.ceiling, ceiling.map(Amount::parse).transpose());
    Some(EnvelopeCharter { name: name?, purpose: purpose?, ceiling: ceiling? })
}

async fn open(asked: Asked) -> Answer {
    let rows = asked.field("rows").parse().unwrap_or(1_usize).clamp(1, MOST_ROWS);
    if asked.field("more") == "1" {
        let mut form = asked.typed(&["more"]);
        form.values.insert("rows".to_owned(), (rows + 1).min(MOST_ROWS).to_string());
        return Answer::again(form).status(StatusCode::OK);
    }
    let mut faults = Faults::default();
    let code = faults.take("code", FundCode::parse(asked.field("code")));
    let name = bilingual(&asked, &mut faults, "name", NAME, line);
    let purpose = purpose(&asked, &mut faults);
    let terms = bilingual(&asked, &mut faults, "terms", TERMS, text);
    let mut budgets = Vec::with_capacity(rows);
    for (n, names) in ROWS.iter().take(rows).enumerate() {
        // A row that was added and left empty is none; the first is always one.
        let all = [names.name_zh, names.name_en, names.purpose_zh, names.purpose_en, names.ceiling];
        if n > 0 && all.iter().all(|name| asked.field(name).trim().is_empty()) {
            continue;
        }
        budgets.extend(budget(&asked, &mut faults, names).map(|one| (asked.context.new_id::<EnvelopeId>(), one)));
    }
    let (Some(code), Some(name), Some(purpose), Some(terms), true) = (code, name, purpose, terms, faults.is_empty())
    else {
        return Answer::again(asked.typed(OURS).with_errors(faults.into_errors()));
    };
    let id = asked.field("fund").parse().unwrap_or_else(|_| asked.context.new_id::<FundId>());
    let fund = NewFund { id, code, name_zh: name.zh, name_en: name.en, purpose };
    match ledger::open_with(&asked.services, &asked.context, &fund, &terms, &budgets).await {
        Ok(()) => Answer::to(format!("{}/{id}?done=opened", at::FUNDS)),
        Err(error) => refused(&asked, None, error),
    }
}

async fn edit(asked: Asked) -> Answer {
    let Some(id) = asked.param::<FundId>("id") else { return Problem::NotFound.into() };
    let fund = match ledger::views::fund(&asked.services, &asked.context, id).await {
        Ok(fund) => fund,
        Err(error) => return Problem::from(error).into(),
    };
    let mut faults = Faults::default();
    let name = bilingual(&asked, &mut faults, "name", NAME, line);
    // Where it stands, the form does not ask for it.
    let purpose = if fund.used { Some(fund.purpose) } else { purpose(&asked, &mut faults) };
    let terms = bilingual(&asked, &mut faults, "terms", TERMS, text);
    let (Some(name), Some(purpose), Some(terms), true) = (name, purpose, terms, faults.is_empty()) else {
        return Answer::again(asked.typed(OURS).with_errors(faults.into_errors()));
    };
    let charter = Charter { name, purpose, terms };
    let version = asked.field("version").parse().unwrap_or_default();
    match ledger::change_fund(&asked.services, &asked.context, id, version, &charter).await {
        Ok(()) => Answer::to(format!("{}/{id}?done=changed", at::FUNDS)),
        // The page says so beside what stands there now.
        Err(LedgerError::Stale) => Answer::again(asked.typed(OURS)).status(StatusCode::CONFLICT),
        Err(error) => refused(&asked, None, error),
    }
}

async fn close(asked: Asked) -> Answer {
    let Some(id) = asked.param::<FundId>("id") else { return Problem::NotFound.into() };
    let page = format!("{}/{id}", at::FUNDS);
    let version = asked.field("version").parse().unwrap_or_default();
    let result = ledger::close_fund(&asked.services, &asked.context, id, version, asked.field("reason")).await;
    done(&asked, &page, "closed", result)
}

async fn reopen(asked: Asked) -> Answer {
    let Some(id) = asked.param::<FundId>("id") else { return Problem::NotFound.into() };
    let page = format!("{}/{id}", at::FUNDS);
    let version = asked.field("version").parse().unwrap_or_default();
    done(&asked, &page, "reopened", ledger::reopen_fund(&asked.services, &asked.context, id, version).await)
}

async fn add(asked: Asked) -> Answer {
    let Some(fund) = asked.param::<FundId>("id") else { return Problem::NotFound.into() };
    let mut faults = Faults::default();
    let Some(charter) = budget(&asked, &mut faults, &ONE) else {
        return Answer::again(asked.typed(OURS).with_errors(faults.into_errors()));
    };
    let id = asked.field("envelope").parse().unwrap_or_else(|_| asked.context.new_id::<EnvelopeId>());
    match ledger::add_envelope(&asked.services, &asked.context, fund, id, &charter).await {
        Ok(()) => Answer::to(format!("{}/{fund}?done=budget", at::FUNDS)),
        Err(error) => refused(&asked, None, error),
    }
}

async fn change(asked: Asked) -> Answer {
    let (Some(fund), Some(id)) = (asked.param::<FundId>("id"), asked.param::<EnvelopeId>("envelope")) else {
        return Problem::NotFound.into();
    };
    let mut faults = Faults::default();
    let Some(charter) = budget(&asked, &mut faults, &ONE) else {
        return Answer::again(asked.typed(OURS).with_errors(faults.into_errors()));
    };
    let version = asked.field("version").parse().unwrap_or_default();
    match ledger::change_envelope(&asked.services, &asked.context, id, version, &charter).await {
        Ok(()) => Answer::to(format!("{}/{fund}?done=budget", at::FUNDS)),
        Err(LedgerError::Stale) => Answer::again(asked.typed(OURS)).status(StatusCode::CONFLICT),
        // The database says that it is passed and not in which field.
        Err(LedgerError::Ceiling { .. }) => {
            let errors = vec![FieldError::new(ONE.ceiling, Fault::CeilingPassed)];
            Answer::again(asked.typed(OURS).with_errors(errors))
        }
        Err(error) => refused(&asked, None, error),
    }
}
