//! The texts: `templates/<language>/<name>.{subject,txt,html,sms}.j2`, compiled in, rendered strictly.
//!
//! Whoever adds a text: 1. four files for each language; 2. its name in [`NAMES`]; 3. what it needs in [`Facts`]; 4. its
//! sample in the tests, which render every text in every language. A subject never holds personal data: it is shown on
//! locked screens and kept in the logs of every server on the way.

use super::alarm::AlarmFacts;
use super::case::CaseFacts;
use super::certificates::CertificateFacts;
use super::export::ExportFacts;
use super::family::FamilyFacts;
use super::objection::ObjectionFacts;
use super::report::ReportFacts;
use super::requests::RequestFacts;
use domain::Locale;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

macro_rules! embedded {
    ($($name:literal),+ $(,)?) => {
        /// The names of all texts.
        #[cfg(test)]
        const NAMES: &[&str] = &[$($name),+];

        const SOURCES: &[(&str, &str)] = &[
            ("zh-CN/_layout.html.j2", include_str!("../../templates/zh-CN/_layout.html.j2")),
            ("zh-CN/_visit.html.j2", include_str!("../../templates/zh-CN/_visit.html.j2")),
            ("zh-CN/_button.html.j2", include_str!("../../templates/zh-CN/_button.html.j2")),
            ("zh-CN/_visit.txt.j2", include_str!("../../templates/zh-CN/_visit.txt.j2")),
            ("en/_layout.html.j2", include_str!("../../templates/en/_layout.html.j2")),
            ("en/_visit.html.j2", include_str!("../../templates/en/_visit.html.j2")),
            ("en/_button.html.j2", include_str!("../../templates/en/_button.html.j2")),
            ("en/_visit.txt.j2", include_str!("../../templates/en/_visit.txt.j2")),
            ("zh-CN/_bus.html.j2", include_str!("../../templates/zh-CN/_bus.html.j2")),
            ("zh-CN/_bus.txt.j2", include_str!("../../templates/zh-CN/_bus.txt.j2")),
            ("en/_bus.html.j2", include_str!("../../templates/en/_bus.html.j2")),
            ("en/_bus.txt.j2", include_str!("../../templates/en/_bus.txt.j2")),
            ("zh-CN/_group.html.j2", include_str!("../../templates/zh-CN/_group.html.j2")),
            ("zh-CN/_group.txt.j2", include_str!("../../templates/zh-CN/_group.txt.j2")),
            ("en/_group.html.j2", include_str!("../../templates/en/_group.html.j2")),
            ("en/_group.txt.j2", include_str!("../../templates/en/_group.txt.j2")),
            ("zh-CN/_ambassador.html.j2", include_str!("../../templates/zh-CN/_ambassador.html.j2")),
            ("zh-CN/_ambassador.txt.j2", include_str!("../../templates/zh-CN/_ambassador.txt.j2")),
            ("en/_ambassador.html.j2", include_str!("../../templates/en/_ambassador.html.j2")),
            ("en/_ambassador.txt.j2", include_str!("../../templates/en/_ambassador.txt.j2")),
            // Of text messages only, whose texts have no conditions: a mail says it in its one text.
            ("zh-CN/reminder_free.sms.j2", include_str!("../../templates/zh-CN/reminder_free.sms.j2")),
            ("en/reminder_free.sms.j2", include_str!("../../templates/en/reminder_free.sms.j2")),
            ("zh-CN/reminder_firm.sms.j2", include_str!("../../templates/zh-CN/reminder_firm.sms.j2")),
            ("en/reminder_firm.sms.j2", include_str!("../../templates/en/reminder_firm.sms.j2")),
            ("zh-CN/confirmation_firm.sms.j2", include_str!("../../templates/zh-CN/confirmation_firm.sms.j2")),
            ("en/confirmation_firm.sms.j2", include_str!("../../templates/en/confirmation_firm.sms.j2")),
            ("zh-CN/series_confirmed_firm.sms.j2", include_str!("../../templates/zh-CN/series_confirmed_firm.sms.j2")),
            ("en/series_confirmed_firm.sms.j2", include_str!("../../templates/en/series_confirmed_firm.sms.j2")),
            // To staff, and by mail only.
            ("zh-CN/export_ready.subject.j2", include_str!("../../templates/zh-CN/export_ready.subject.j2")),
            ("zh-CN/export_ready.txt.j2", include_str!("../../templates/zh-CN/export_ready.txt.j2")),
            ("zh-CN/export_ready.html.j2", include_str!("../../templates/zh-CN/export_ready.html.j2")),
            ("en/export_ready.subject.j2", include_str!("../../templates/en/export_ready.subject.j2")),
            ("en/export_ready.txt.j2", include_str!("../../templates/en/export_ready.txt.j2")),
            ("en/export_ready.html.j2", include_str!("../../templates/en/export_ready.html.j2")),
            ("zh-CN/report_due.subject.j2", include_str!("../../templates/zh-CN/report_due.subject.j2")),
            ("zh-CN/report_due.txt.j2", include_str!("../../templates/zh-CN/report_due.txt.j2")),
            ("zh-CN/report_due.html.j2", include_str!("../../templates/zh-CN/report_due.html.j2")),
            ("en/report_due.subject.j2", include_str!("../../templates/en/report_due.subject.j2")),
            ("en/report_due.txt.j2", include_str!("../../templates/en/report_due.txt.j2")),
            ("en/report_due.html.j2", include_str!("../../templates/en/report_due.html.j2")),
            ("zh-CN/certificates_end.subject.j2", include_str!("../../templates/zh-CN/certificates_end.subject.j2")),
            ("zh-CN/certificates_end.txt.j2", include_str!("../../templates/zh-CN/certificates_end.txt.j2")),
            ("zh-CN/certificates_end.html.j2", include_str!("../../templates/zh-CN/certificates_end.html.j2")),
            ("en/certificates_end.subject.j2", include_str!("../../templates/en/certificates_end.subject.j2")),
            ("en/certificates_end.txt.j2", include_str!("../../templates/en/certificates_end.txt.j2")),
            ("en/certificates_end.html.j2", include_str!("../../templates/en/certificates_end.html.j2")),
            // To whoever objected to a notice, and by mail only.
            ("zh-CN/objection_answered.subject.j2", include_str!("../../templates/zh-CN/objection_answered.subject.j2")),
            ("zh-CN/objection_answered.txt.j2", include_str!("../../templates/zh-CN/objection_answered.txt.j2")),
            ("zh-CN/objection_answered.html.j2", include_str!("../../templates/zh-CN/objection_answered.html.j2")),
            ("en/objection_answered.subject.j2", include_str!("../../templates/en/objection_answered.subject.j2")),
            ("en/objection_answered.txt.j2", include_str!("../../templates/en/objection_answered.txt.j2")),
            ("en/objection_answered.html.j2", include_str!("../../templates/en/objection_answered.html.j2")),
            $(
                (concat!("zh-CN/", $name, ".subject.j2"), include_str!(concat!("../../templates/zh-CN/", $name, ".subject.j2"))),
                (concat!("zh-CN/", $name, ".txt.j2"), include_str!(concat!("../../templates/zh-CN/", $name, ".txt.j2"))),
                (concat!("zh-CN/", $name, ".html.j2"), include_str!(concat!("../../templates/zh-CN/", $name, ".html.j2"))),
                (concat!("zh-CN/", $name, ".sms.j2"), include_str!(concat!("../../templates/zh-CN/", $name, ".sms.j2"))),
                (concat!("en/", $name, ".subject.j2"), include_str!(concat!("../../templates/en/", $name, ".subject.j2"))),
                (concat!("en/", $name, ".txt.j2"), include_str!(concat!("../../templates/en/", $name, ".txt.j2"))),
                (concat!("en/", $name, ".html.j2"), include_str!(concat!("../../templates/en/", $name, ".html.j2"))),
                (concat!("en/", $name, ".sms.j2"), include_str!(concat!("../../templates/en/", $name, ".sms.j2"))),
            )+
        ];
    };
}

embedded!(
    "code",
    "confirmation",
    "changed",
    "cancelled",
    "closed",
    "reminder",
    "missed",
    "missed_lifted",
    "waiting_joined",
    "waiting_offer",
    "waiting_ended",
    "series_confirmed",
    "contact_changed",
    "contact_asked",
    "bus_received",
    "bus_asked",
    "bus_proposed",
    "bus_scheduled",
    "bus_released",
    "bus_refused",
    "bus_withdrawn",
    "bus_thanks",
    "bus_no_day_left",
    "bus_reminder",
    "group_received",
    "group_asked",
    "group_proposed",
    "group_refused",
    "group_withdrawn",
    "ambassador_received",
    "ambassador_asked",
    "ambassador_selected",
    "ambassador_reserve",
    "ambassador_refused",
    "ambassador_certified",
    "ambassador_withdrawn",
    "ambassador_released",
    "ambassador_reminder",
    "case_news",
    "case_reminder",
    "case_due",
    "tank_alarm",
    "tank_drill",
    "family_news",
    "family_invited",
    "family_left",
);

/// What texts may speak of. A text that names anything else does not render.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Facts {
    /// A one-time code.
    Code {
        /// Six digits.
        code: String,
        /// How long it is good.
        minutes: i64,
        /// The site.
        site: String,
        /// Where people get help.
        help: Option<String>,
    },
    /// A visit.
    Visit(Box<VisitFacts>),
    /// All dates of an event at once.
    Series(Box<SeriesFacts>),
    /// A party on the waiting list.
    Waiting(Box<WaitingFacts>),
    /// An account.
    Account(AccountFacts),
    /// A request of whatever kind.
    Request(Box<RequestFacts>),
    /// A scheduled export.
    Export(ExportFacts),
    /// A case.
    Case(CaseFacts),
    /// Alarms of tanks and rooms.
    Alarm(AlarmFacts),
    /// A family.
    Family(FamilyFacts),
    /// A report to the public.
    Report(ReportFacts),
    /// Certificates of collectors that end.
    Certificates(CertificateFacts),
    /// The answer to an objection.
    Objection(ObjectionFacts),
    /// A text message: the values the provider gets, and nothing besides them but the site. What people read is made of
    /// the same values as the filed text, so the two cannot differ.
    Values {
        /// By name.
        #[serde(flatten)]
        values: BTreeMap<&'static str, String>,
        /// The site.
        site: String,
    },
}

/// What happened to an account, in words. Never which contact it is about: the message may lie open.
#[derive(Clone, Debug, Serialize)]
pub(super) struct AccountFacts {
    /// 手机号
    pub what: &'static str,
    /// 7月28日周二09:00
    pub when: String,
    /// Where it is stopped, if it still can be.
    pub stop: Option<String>,
    /// The site.
    pub site: String,
    /// Where people get help.
    pub help: Option<String>,
}

/// A visit, in words.
#[derive(Clone, Debug, Serialize)]
pub(super) struct VisitFacts {
    /// Who booked. In bodies of mail only.
    pub name: String,
    /// The activity.
    pub title: String,
    /// 2026年7月28日（周二）09:00–10:30
    pub date: String,
    /// K7M4-Q2XR
    pub reference: String,
    pub people: u32,
    pub children: u32,
    pub children_need_adult: bool,
    /// Where.
    pub place: String,
    /// 08:30
    pub doors_open: String,
    /// 09:45
    pub doors_close: String,
    /// 7月28日08:30
    pub change_until: String,
    /// It still can be changed.
    pub changeable: bool,
    /// Days from today to the visit's day.
    pub days: i64,
    /// See, change, cancel.
    pub manage: String,
    /// The pass.
    pub pass: String,
    /// The house cancelled it.
    pub by_house: bool,
    /// The house closed the session.
    pub closed: bool,
    /// Nobody needs a booking for the session.
    pub open_door: bool,
    /// Why it did.
    pub reason: Option<String>,
    /// The nearest sessions with room for the party, where the session was closed.
    pub alternatives: Vec<String>,
    /// Where one of them is booked.
    pub rebook: String,
    /// Of a visit that was missed.
    #[serde(flatten)]
    pub missed: MissedFacts,
    /// The site.
    pub site: String,
    /// Where people get help.
    pub help: Option<String>,
}

/// A visit that was missed, in words; of any other it says nothing.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct MissedFacts {
    /// Nobody of the party came.
    pub missed_whole: bool,
    /// Which no-show of this person it is.
    pub no_shows: u32,
    /// As many pause booking; 0: none do.
    pub no_shows_allowed: u16,
    /// Within as many days.
    pub no_show_days: u16,
    /// Until when booking is paused.
    pub suspended_until: Option<String>,
}

/// A registration for all dates of an event, in words.
#[derive(Clone, Debug, Serialize)]
pub(super) struct SeriesFacts {
    /// Who registered. In bodies of mail only.
    pub name: String,
    /// The event.
    pub title: String,
    /// In order.
    pub dates: Vec<SeriesDate>,
    pub people: u32,
    pub children: u32,
    /// Where.
    pub place: String,
    /// A date still can be cancelled.
    pub changeable: bool,
    /// See and cancel: the first date's page, which shows all.
    pub manage: String,
    /// The site.
    pub site: String,
    /// Where people get help.
    pub help: Option<String>,
}

/// One date of a series, in words.
#[derive(Clone, Debug, Serialize)]
pub(super) struct SeriesDate {
    /// 2026年7月28日（周二）09:00–10:30
    pub date: String,
    /// K7M4-Q2XR
    pub reference: String,
    /// Its pass.
    pub pass: String,
}

/// A party on the waiting list, in words.
#[derive(Clone, Debug, Serialize)]
pub(super) struct WaitingFacts {
    /// Who waits. In bodies of mail only.
    pub name: String,
    /// The activity.
    pub title: String,
    /// The session that is told of: the first it waits for, the one that is offered, the one that ended.
    pub date: String,
    /// Other sessions it waits for.
    pub others: Vec<String>,
    pub people: u32,
    pub children: u32,
    /// Parties before it.
    pub before: u32,
    /// Until when an offer is good.
    pub until: String,
    /// Why it ended: `ran_out`, `closed`, `no_place`, `not_needed`, `day_not_needed`, `needed_again`; empty while it has not.
    pub why: &'static str,
    /// It waits for other sessions still.
    pub waits_on: bool,
    /// More than one session is told of.
    pub several: bool,
    /// Why the house closed the session.
    pub reason: Option<String>,
    /// Its page.
    pub page: String,
    /// The calendar of sessions.
    pub calendar: String,
    /// The site.
    pub site: String,
    /// Where people get help.
    pub help: Option<String>,
}

static TEXTS: LazyLock<Result<Environment<'static>, minijinja::Error>> = LazyLock::new(|| {
    let mut texts = Environment::new();
    texts.set_undefined_behavior(UndefinedBehavior::Strict);
    texts.set_auto_escape_callback(|name| if name.ends_with(".html.j2") { AutoEscape::Html } else { AutoEscape::None });
    // minijinja also escapes `/`, which makes every link in a mail unreadable to simple clients and filters.
    texts.set_formatter(|out, state, value| match value.as_str() {
        Some(text) if matches!(state.auto_escape(), AutoEscape::Html) && !value.is_safe() => {
            Ok(out.write_str(&escaped(text))?)
        }
        _ => minijinja::escape_formatter(out, state, value),
    });
    for (name, source) in SOURCES {
        texts.add_template(name, source)?;
    }
    Ok(texts)
});

/// Text inside an element or a quoted attribute.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

/// A text could not be made. Says which, never of whom.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the text {0} does not render")]
pub(super) struct NoText(String);

/// Renders one piece (`subject`, `txt`, `html`, `sms`) of a text. One-line pieces come without line ends.
pub(super) fn render(locale: Locale, name: &str, piece: &str, facts: &Facts) -> Result<String, NoText> {
    let file = format!("{}/{name}.{piece}.j2", locale.tag());
    let refuse = |error: &minijinja::Error| {
        // The error's own text may quote a value; its kind and its line do not.
        tracing::error!(text = %file, kind = %error.kind(), line = error.line(), "a text does not render");
        NoText(file.clone())
    };
    let texts = TEXTS.as_ref().map_err(refuse)?;
    let rendered = texts
        .get_template(&file)
        .and_then(|text| text.render(Value::from(Serde(facts))))
        .map_err(|error| refuse(&error))?;
    Ok(match piece {
        "subject" | "sms" => rendered.trim().to_owned(),
        _ => rendered.trim_start().to_owned(),
    })
}

#[cfg(test)]
mod tests;
