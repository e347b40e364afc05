//! Reading what was typed into a field: one spelling, or what is wrong with it.

use super::answers::Answers;
use super::form::{Field, Kind};
use crate::bus::City;
use crate::contact::{PersonName, Phone, half_width};
use crate::document::{Document, DocumentKind};
use crate::field::Fault;
use crate::ledger::{AccountNumber, Amount, Fen};
use crate::time;
use crate::typed;
use jiff::civil::{Date, date};

/// What is kept of a ticked box, and what a condition on it names.
pub(super) const YES: &str = "yes";
/// What is kept of a consent that was given.
pub(super) const AGREE: &str = "agree";
/// What is kept of one that was refused.
pub(super) const REFUSE: &str = "refuse";

/// The first day anybody can be born on, or anything have happened.
const FIRST: Date = date(1900, 1, 1);

/// The answer in one spelling; `None` where nothing stands and nothing has to.
pub(super) fn read(field: &Field, text: &str, before: &Answers, today: Date) -> Result<Option<String>, Fault> {
    let is_empty = half_width(text).trim().is_empty();
    match (is_empty, field.required, field.kind) {
        (true, false, _) => Ok(None),
        (true, true, Kind::Tick) => Err(Fault::MustAccept),
        (true, true, _) => Err(Fault::Required),
        (false, ..) => answer(&field.kind, text, before, today).map(Some),
    }
}

fn answer(kind: &Kind, text: &str, before: &Answers, today: Date) -> Result<String, Fault> {
    match *kind {
        Kind::Name => PersonName::parse(text).map(|name| name.as_str().to_owned()),
        Kind::Phone => Phone::parse(text).map(|phone| phone.digits().to_owned()),
        Kind::City => City::parse(text).map(|city| city.code().to_owned()),
        Kind::Line { max } => typed::line(text, max),
        Kind::Words { max } => typed::words(text, max),
        Kind::One(choices) => one(choices, text),
        Kind::Count { min, max } => typed::number(text, min, max).map(|number| number.to_string()),
        Kind::Money { zero, most } => money(text, zero, most.and_then(|field| before.get(field))),
        Kind::Born { adult_for: (field, value) } => {
            let adult = before.get(field) == Some(value);
            let last = if adult { years_before(today, 18) } else { today };
            between(text, FIRST, last)
        }
        Kind::Day { since } => between(text, since.and_then(|field| before.day(field)).unwrap_or(FIRST), today),
        Kind::Document { kind, born, unlike } => document(text, (kind, born, unlike), before, today),
        Kind::Account => AccountNumber::parse(text).map(|number| number.in_full().to_owned()),
        Kind::Tick => matches!(text.trim(), "on" | YES).then(|| YES.to_owned()).ok_or(Fault::MustAccept),
        Kind::Consent(purpose) => match one(&[AGREE, REFUSE], text)? {
            answer if answer == REFUSE && purpose.is_needed() => Err(Fault::ConsentNeeded),
            answer => Ok(answer),
        },
    }
}

fn one(choices: &[&str], text: &str) -> Result<String, Fault> {
    let chosen = choices.iter().find(|choice| **choice == text.trim());
    chosen.map(|choice| (*choice).to_owned()).ok_or(Fault::NotAChoice)
}

fn between(text: &str, first: Date, last: Date) -> Result<String, Fault> {
    let day = time::day(text)?;
    // (A day of before nobody keeps a calendar of is told as one outside the range, not as no day.)
    if (first..=last).contains(&day) { Ok(day.to_string()) } else { Err(Fault::DateBetween { first, last }) }
}

/// The same day so many years earlier; of 29 February the 28th.
fn years_before(today: Date, years: i16) -> Date {
    let year = today.year() - years;
    Date::new(year, today.month(), today.day()).unwrap_or_else(|_| date(year, 2, 28))
}

fn money(text: &str, zero: bool, most: Option<&str>) -> Result<String, Fault> {
    let fen = match Amount::parse(text) {
        Ok(amount) => Fen::new(amount.get()),
        Err(Fault::MoneyNotPositive) if zero && !half_width(text).contains('-') => Fen::ZERO,
        Err(fault) => return Err(fault),
    };
    let most = most.and_then(fen_of);
    if most.is_some_and(|most| fen > most) { Err(Fault::MoreThanCosts) } else { Ok(fen.to_string()) }
}

/// Reads what [`money`] wrote.
fn fen_of(kept: &str) -> Option<Fen> {
    let (yuan, fen) = kept.split_once('.')?;
    let all = yuan.parse::<i64>().ok()?.checked_mul(100)?.checked_add(fen.parse().ok()?)?;
    Some(Fen::new(all))
}

/// The field of what it is, of its holder's birth, of somebody else's document.
type Beside = (&'static str, Option<&'static str>, Option<&'static str>);

fn document(text: &str, (kind, born, unlike): Beside, before: &Answers, today: Date) -> Result<String, Fault> {
    // Without a kind that can be read the fault stands there, and not here, too: the page is not done either way.
    let Some(kind) = before.get(kind).and_then(DocumentKind::from_name) else { return typed::line(text, 30) };
    let document = Document::parse(kind, text, today)?;
    let born = born.and_then(|field| before.day(field));
    if let (Some(said), Some(numbered)) = (born, document.born())
        && said != numbered
    {
        return Err(Fault::BornOtherwise);
    }
    if unlike.and_then(|field| before.get(field)) == Some(document.expose()) {
        return Err(Fault::SameDocument);
    }
    Ok(document.expose().to_owned())
}

/// The fields whose answer another field's reading looks at; what has to stand before it.
#[cfg(test)]
pub(super) fn looks_at(kind: &Kind) -> Vec<&'static str> {
    match *kind {
        Kind::Money { most, .. } => most.into_iter().collect(),
        Kind::Born { adult_for: (field, _) } => vec![field],
        Kind::Day { since } => since.into_iter().collect(),
        Kind::Document { kind, born, unlike } => std::iter::once(kind).chain(born).chain(unlike).collect(),
        _ => Vec::new(),
    }
}

/// What a condition can name of a field; empty where none can depend on it.
#[cfg(test)]
pub(super) fn values(kind: &Kind) -> Vec<&'static str> {
    match kind {
        Kind::One(choices) => choices.to_vec(),
        Kind::Tick => vec![YES],
        Kind::Consent(_) => vec![AGREE, REFUSE],
        _ => Vec::new(),
    }
}
