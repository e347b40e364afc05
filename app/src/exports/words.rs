//! What schedules and their sendings are called.

use crate::desk::moment;
use crate::form::Tone;
use crate::i18n::Text;
use crate::ui::Tag;
use crate::visit::Visit;
use domain::numbers::{Every, Span, What};
use domain::time::{days_between, weekday_text};
use jiff::{ToSpan, civil};
use leptos::prelude::*;
use services::exports::{Person, Run, Schedule, Standing, Told};
use services::numbers::Subject;
use services::spreadsheet::Format;

pub(super) fn what_text(visit: &Visit, what: What) -> Text {
    visit.t(match what {
        What::Numbers => "exports-what-numbers",
        What::Bookings => "exports-what-bookings",
    })
}

pub(super) fn subject_text(visit: &Visit, subject: Subject) -> Text {
    visit.t(match subject {
        Subject::Museum => "numbers-of-museum",
        Subject::Events => "numbers-of-events",
    })
}

pub(super) fn span_text(visit: &Visit, span: Span) -> Text {
    visit.t(match span {
        Span::Week => "exports-span-week",
        Span::Month => "exports-span-month",
        Span::Quarter => "exports-span-quarter",
    })
}

pub(super) fn format_text(visit: &Visit, format: Format) -> Text {
    visit.t(match format {
        Format::Csv => "exports-format-csv",
        Format::Xlsx => "exports-format-xlsx",
    })
}

/// 科普馆 · 统计表
pub(super) fn title(visit: &Visit, schedule: &Schedule) -> Text {
    let (subject, what) = (subject_text(visit, schedule.subject), what_text(visit, schedule.what));
    // The dot never begins a line.
    format!("{subject}\u{a0}· {what}").into()
}

/// 每周一, 每月1日
pub(super) fn day_text(visit: &Visit, every: Every, day: i8) -> Text {
    match every {
        Every::Week => {
            // Any Monday: only its name is asked for.
            let monday = civil::date(2026, 11, 23);
            let name = weekday_text(monday.saturating_add(i64::from(day - 1).days()), visit.locale());
            visit.t_args("exports-every-week", &[("day", name.into())])
        }
        Every::Month => visit.t_args("exports-every-month", &[("day", i64::from(day).into())]),
    }
}

/// 每周一08:00
pub(super) fn rhythm_text(visit: &Visit, schedule: &Schedule) -> Text {
    let rhythm = schedule.rhythm;
    let day = day_text(visit, rhythm.every(), rhythm.day());
    format!("{day} {:02}:00", rhythm.hour()).into()
}

pub(super) fn standing_tag(visit: &Visit, standing: Standing) -> AnyView {
    let (tone, key) = match standing {
        Standing::Active(_) => (Tone::Success, "exports-state-active"),
        Standing::Paused => (Tone::Plain, "exports-state-paused"),
        Standing::Ownerless => (Tone::Danger, "exports-state-ownerless"),
        Standing::Ended => (Tone::Plain, "exports-state-ended"),
    };
    view! { <Tag tone=tone>{visit.t(key)}</Tag> }.into_any()
}

pub(super) fn next_text(visit: &Visit, standing: Standing) -> String {
    match standing {
        Standing::Active(next) => moment(visit, next),
        Standing::Paused | Standing::Ownerless | Standing::Ended => "—".to_owned(),
    }
}

pub(super) fn names(visit: &Visit, people: &[Person]) -> String {
    let names: Vec<&str> = people.iter().map(|person| person.name.as_str()).collect();
    names.join(&visit.t("enumeration-separator"))
}

/// When it was due, and whether somebody pressed a button.
pub(super) fn due_text(visit: &Visit, run: &Run) -> String {
    let at = moment(visit, run.due_at);
    if run.by_hand { visit.t_args("exports-by-hand", &[("at", at.into())]).to_string() } else { at }
}

pub(super) fn days_text(visit: &Visit, run: &Run) -> String {
    days_between(run.period.first(), run.period.last(), visit.locale())
}

/// How it went with one of them.
pub(super) fn told_text(visit: &Visit, told: &Told) -> Text {
    if let Some(at) = told.fetched_at {
        return visit.t_args("exports-fetched", &[("at", moment(visit, at).into())]);
    }
    visit.t(match told.outcome.as_str() {
        "told" => "exports-told",
        "not_allowed" => "exports-not-allowed",
        "no_address" => "exports-no-address",
        "ended" => "exports-withheld-ended",
        "owner" => "exports-withheld-owner",
        "undeliverable" => "exports-undeliverable",
        _ => "exports-on-its-way",
    })
}
