//! The form of a schedule: its fields, and what was typed into them.

use super::at;
use super::words::{day_text, format_text, span_text, subject_text, what_text};
use crate::calls::Asked;
use crate::i18n::Text;
use crate::ui::{Banner, Checkboxes, Choice, Radios, Select, TextField};
use crate::visit::Visit;
use domain::field::{Fault, Faults, FieldError};
use domain::ids::AccountId;
use domain::numbers::{Every, Rhythm, Span, What};
use leptos::prelude::*;
use services::exports::{Person, Schedule, Terms};
use services::numbers::Subject;
use services::spreadsheet::Format;

/// Every day a schedule can have, as one choice: `week-1`, `month-15`.
fn days(visit: &Visit) -> Vec<Choice> {
    let of = |every: Every, most: i8| {
        (1..=most).map(move |day| Choice::new(format!("{}-{day}", every.name()), day_text(visit, every, day)))
    };
    of(Every::Week, 7).chain(of(Every::Month, Rhythm::LAST_DAY)).collect()
}

/// The fields, as a schedule has them now where there is one.
pub(super) fn fields(visit: &Visit, people: Vec<Person>, now: Option<&Schedule>) -> impl IntoView + use<> {
    let whats = What::ALL.map(|one| {
        let hint = match one {
            What::Numbers => "exports-what-numbers-hint",
            What::Bookings => "exports-what-bookings-hint",
        };
        Choice::new(one.name(), what_text(visit, one)).hint(visit.t(hint))
    });
    let subjects = Subject::ALL.map(|one| Choice::new(one.name(), subject_text(visit, one)));
    let spans = Span::ALL.map(|one| Choice::new(one.name(), span_text(visit, one)));
    let formats = Format::ALL.map(|one| Choice::new(one.name(), format_text(visit, one)));
    let hours = (0..24).map(|hour| Choice::new(hour.to_string(), format!("{hour:02}:00"))).collect();
    let nobody = people.is_empty().then(|| {
        view! { <Banner><p>{visit.t("exports-nobody")}</p><p><a href=visit.href(at::MAIL)>{visit.t("exports-own-mail")}</a></p></Banner> }
    });
    let people = people.into_iter().map(|person| Choice::new(person.account.to_string(), person.name)).collect();
    let ticked: Vec<Text> = now
        .map(|schedule| schedule.recipients.iter().map(|person| Text::from(person.account.to_string())).collect())
        .unwrap_or_default();
    let what = now.map_or(What::Numbers, |schedule| schedule.what).name();
    let subject = now.map_or(Subject::Museum, |schedule| schedule.subject).name();
    let span = now.map_or(Span::Week, |schedule| schedule.span).name();
    let format = now.map_or(Format::Xlsx, |schedule| schedule.format).name();
    let when = now.map_or_else(
        || "week-1".to_owned(),
        |schedule| format!("{}-{}", schedule.rhythm.every().name(), schedule.rhythm.day()),
    );
    let hour = now.map_or(8, |schedule| schedule.rhythm.hour()).to_string();
    let reason = now.and_then(|schedule| schedule.reason.clone()).unwrap_or_default();
    view! {
        <Radios name="what" label=visit.t("exports-what") choices=whats.into() value=what/>
        <Select name="of" label=visit.t("numbers-of-label") choices=subjects.into() value=subject/>
        <Select name="span" label=visit.t("exports-span") choices=spans.into() value=span/>
        <Radios name="format" label=visit.t("exports-format") choices=formats.into() value=format inline=true/>
        <Select name="day" label=visit.t("exports-day") choices=days(visit) value=when/>
        <Select name="hour" label=visit.t("exports-hour") hint=visit.t("exports-hour-hint") choices=hours value=hour/>
        {nobody}
        <Checkboxes name="recipients" label=visit.t("exports-recipients") hint=visit.t("exports-recipients-hint") choices=people values=ticked/>
        <TextField name="reason" label=visit.t("exports-reason") hint=visit.t("exports-reason-hint") value=reason maxlength=200 optional=true/>
    }
}

/// What was typed.
pub(super) fn terms(asked: &Asked) -> Result<Terms, Vec<FieldError>> {
    let mut faults = Faults::default();
    let what = faults.take("what", asked.field("what").parse::<What>());
    let subject = faults.take("of", Subject::from_name(asked.field("of")).ok_or(Fault::NotAChoice));
    let span = faults.take("span", asked.field("span").parse::<Span>());
    let format = faults.take("format", Format::from_name(asked.field("format")).ok_or(Fault::NotAChoice));
    let (every, day) = asked.field("day").split_once('-').unwrap_or_default();
    let hour = asked.field("hour").parse().unwrap_or(-1);
    let rhythm = match Every::from_name(every).map(|every| Rhythm::new(every, day.parse().unwrap_or_default(), hour)) {
        Some(Ok(rhythm)) => Some(rhythm),
        Some(Err((field, fault))) => {
            faults.add(field, fault);
            None
        }
        None => {
            faults.add("day", Fault::NotAChoice);
            None
        }
    };
    let recipients: Result<Vec<_>, _> = asked.fields("recipients").map(str::parse::<AccountId>).collect();
    let recipients = faults.take("recipients", recipients.map_err(|_| Fault::NotAChoice));
    match (what, subject, span, format, rhythm, recipients) {
        (Some(what), Some(subject), Some(span), Some(format), Some(rhythm), Some(recipients)) => {
            Ok(Terms { what, subject, span, format, rhythm, reason: asked.field("reason").to_owned(), recipients })
        }
        _ => Err(faults.into_errors()),
    }
}
