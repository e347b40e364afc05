//! A month of days that can be chosen: links, so it works with a keyboard and without JavaScript.

use super::icon::{Glyph, Icon};
use crate::i18n::Text;
use crate::visit::{Visit, visit};
use domain::Locale;
use domain::time::month_text;
use jiff::civil::Date;
use leptos::prelude::*;
use std::collections::BTreeMap;

/// What a day offers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Offer {
    /// So many places are free.
    Places(u32),
    /// So few places are free that it is worth saying.
    Few(u32),
    /// Everything is taken.
    Full,
    /// Sessions exist; booking has not opened yet.
    NotYet,
    /// The house is closed, or has nothing that day.
    Closed,
    /// Come as you are.
    NoBookingNeeded,
}

impl Offer {
    /// The class of its day.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Places(_) => "day day-open",
            Self::Few(_) => "day day-few",
            Self::Full => "day day-full",
            Self::NotYet => "day day-not-yet",
            Self::Closed => "day day-closed",
            Self::NoBookingNeeded => "day day-free",
        }
    }

    /// What stands below the day's number.
    pub fn words(self, visit: &Visit) -> Text {
        match self {
            Self::Places(n) | Self::Few(n) => visit.t_args("day-places", &[("n", n.into())]),
            Self::Full => visit.t("day-full"),
            Self::NotYet => visit.t("day-not-yet"),
            Self::Closed => visit.t("day-closed"),
            Self::NoBookingNeeded => visit.t("day-no-booking"),
        }
    }
}

/// A day with an offer.
#[derive(Clone, Debug)]
pub struct CalendarDay {
    /// What it offers.
    pub offer: Offer,
    /// Where it leads, in the language of the visit; none for a day one cannot look at.
    pub href: Option<Text>,
}

/// One month, Monday first. Days that are not in `days` are days without anything.
#[component]
pub fn CalendarGrid(
    /// Any day of the month to show.
    month: Date,
    /// Today in Shandong.
    today: Date,
    /// The day being looked at.
    #[prop(optional_no_strip)]
    selected: Option<Date>,
    /// What the days offer.
    days: BTreeMap<Date, CalendarDay>,
    /// The month before, if one may go there.
    #[prop(optional_no_strip, into)]
    previous: Option<Text>,
    /// The month after, if one may go there.
    #[prop(optional_no_strip, into)]
    next: Option<Text>,
) -> impl IntoView {
    let visit = visit();
    let locale = visit.locale();
    let title = month_text(month, locale);
    let turn = |href: Option<Text>, glyph: Glyph, key: &str, rel: &'static str| match href {
        Some(href) => {
            view! { <a class="calendar-turn" href=href rel=rel aria-label=visit.t(key)><Icon of=glyph/></a> }.into_any()
        }
        None => view! { <span class="calendar-turn" aria-hidden="true"><Icon of=glyph/></span> }.into_any(),
    };
    view! {
        <div class="calendar">
            <div class="calendar-head">
                {turn(previous, Glyph::ArrowLeft, "month-previous", "prev")}
                <p class="calendar-title" id="calendar-title" aria-live="polite">{title}</p>
                {turn(next, Glyph::ArrowRight, "month-next", "next")}
            </div>
            <table class="calendar-grid" aria-labelledby="calendar-title">
                <thead><tr>{weekdays(locale)}</tr></thead>
                <tbody>{weeks(month, today, selected, &days)}</tbody>
            </table>
            <ul class="calendar-legend" aria-hidden="true">
                <li class="day-open">{visit.t("legend-open")}</li>
                <li class="day-few">{visit.t("legend-few")}</li>
                <li class="day-free">{visit.t("legend-free")}</li>
                <li class="day-full">{visit.t("legend-full")}</li>
                <li class="day-closed">{visit.t("legend-closed")}</li>
            </ul>
        </div>
    }
}

/// The names of the week, Monday first.
fn weekdays(locale: Locale) -> impl IntoView + use<> {
    let names = (0..7_i8).map(|i| {
        // 1 January 2024 was a Monday.
        let long = domain::time::weekday_text(Date::constant(2024, 1, 1 + i), locale);
        let short = if locale == Locale::ZhCn { long.trim_start_matches('周').to_owned() } else { long.clone() };
        view! { <th scope="col" abbr=long>{short}</th> }
    });
    names.collect_view()
}

/// The weeks of a month that are not over: those would only push the present one down a telephone's screen.
fn weeks(
    month: Date,
    today: Date,
    selected: Option<Date>,
    days: &BTreeMap<Date, CalendarDay>,
) -> impl IntoView + use<> {
    let first = month.first_of_month();
    let lead = i32::from(first.weekday().to_monday_zero_offset());
    let last = i32::from(month.days_in_month());
    let over = |week: i32| {
        let sunday = (week * 7 + 7 - lead).clamp(1, last);
        Date::new(month.year(), month.month(), sunday as i8).is_ok_and(|sunday| sunday < today)
    };
    let weeks = (0..(lead + last + 6) / 7).filter(|week| !over(*week)).map(|week| {
        let cells = (0..7).map(|column| {
            let number = week * 7 + column - lead + 1;
            if (1..=last).contains(&number) {
                let day = Date::new(month.year(), month.month(), number as i8).unwrap_or(first);
                cell(day, today, selected, days.get(&day)).into_any()
            } else {
                view! { <td></td> }.into_any()
            }
        });
        let cells = cells.collect_view();
        view! { <tr>{cells}</tr> }
    });
    weeks.collect_view()
}

/// The day's number between the parts of its date that are only read out: 2026年7月|13|日（周一），
fn spoken(day: Date, locale: Locale) -> (String, String) {
    let weekday = domain::time::weekday_text(day, locale);
    match locale {
        Locale::ZhCn => (month_text(day, locale), format!("日（{weekday}），")),
        Locale::En => (format!("{weekday} "), format!(" {}, ", month_text(day, locale))),
    }
}

fn cell(day: Date, today: Date, selected: Option<Date>, known: Option<&CalendarDay>) -> impl IntoView + use<> {
    let visit = visit();
    let offer = known.map_or(Offer::Closed, |known| known.offer);
    let words = offer.words(&visit);
    let current = if Some(day) == selected { Some("true") } else { (day == today).then_some("date") };
    // A past day, or one without anything, is a number and no more.
    if known.is_none() || day < today {
        return view! { <td><span class="day day-silent" aria-current=current><span class="day-number">{day.day()}</span></span></td> }.into_any();
    }
    let (before, after) = spoken(day, visit.locale());
    let inner = view! {
        <span class="hidden">{before}</span>
        <span class="day-number">{day.day()}</span>
        <span class="hidden">{after}</span>
        <span class="day-words">{words}</span>
    };
    match known.and_then(|known| known.href.clone()) {
        Some(href) => view! { <td><a class=offer.class() href=href data-day=day.to_string() aria-current=current>{inner}</a></td> }.into_any(),
        None => view! { <td><span class=offer.class() aria-current=current>{inner}</span></td> }.into_any(),
    }
}
