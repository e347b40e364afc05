//! What the calendar says of free places, said twice with the same words: on the page when it is made, and to its script
//! (`places.js`) while it is looked at. Both read the one picture of the sessions that all requests of a second share.

use crate::activity::draft_at;
use crate::form::Tone;
use crate::i18n::Text;
use crate::ui::{Banner, Offer, meter_look, tag_class};
use crate::visit::Visit;
use domain::booking::Pool;
use domain::ids::DraftId;
use domain::time::{clock_text, day_text, local_day, span_text};
use domain::typed::digits;
use jiff::Timestamp;
use jiff::civil::Date;
use leptos::prelude::*;
use serde_json::{Value, json};
use services::booking::{Museum, SessionView, Timetable, seen_by};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where the script asks.
pub(super) const PATH: &str = "/museum/places";

/// What the visitor asks for.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    pub people: u32,
    pub day: Option<Date>,
    pub month: Date,
    pub today: Date,
    /// More people were asked for than one booking takes.
    pub too_large: bool,
}

impl Asked {
    /// By the address, or by a form that was refused.
    pub fn by(visit: &Visit, museum: &Museum) -> Self {
        let today = local_day(visit.context.now);
        let Party { people, too_large } = Party::by(visit, museum, 2);
        let day: Option<Date> =
            visit.query.day("day").or_else(|| visit.form.value("day").and_then(|text| domain::time::day(text).ok()));
        // Nothing is shown of days that are past, or beyond what there is.
        let last = last_day(museum).max(today);
        let day = day.filter(|day| (today..=last).contains(day));
        let next = museum.upcoming(visit.context.now).find(|s| s.fits(people)).map(|s| local_day(s.facts.starts_at));
        let month = visit
            .query
            .get("month")
            .and_then(|text| domain::time::day(&format!("{text}-01")).ok())
            .or(day)
            .or(next)
            .unwrap_or(today)
            .clamp(today, last)
            .first_of_month();
        // Without a choice the first day with room is shown: most people want the next possible one.
        let day = day.or_else(|| next.filter(|next| next.first_of_month() == month));
        Self { people, day, month, today, too_large }
    }
}

/// The last day of which anything is known.
fn last_day(museum: &Museum) -> Date {
    let sessions = museum.sessions.iter().map(|session| local_day(session.facts.starts_at));
    sessions.chain(museum.exceptions.iter().map(|(day, ..)| *day)).max().unwrap_or(Date::MIN)
}

/// For how many somebody looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Party {
    /// As many as one booking takes at most.
    pub people: u32,
    /// More were asked for.
    pub too_large: bool,
}

impl Party {
    /// By a form that was refused, which names the party too, or by the address; otherwise as many as `usual`.
    pub fn by(visit: &Visit, dates: &Timetable, usual: u32) -> Self {
        let text = visit.form.value("people").or_else(|| visit.query.get("people"));
        Self::of(text, usual, u32::from(dates.policy.people_per_booking))
    }

    fn of(text: Option<&str>, usual: u32, most: u32) -> Self {
        let asked = text.and_then(|text| digits(text).ok()).unwrap_or(usual);
        let most = most.max(1);
        Self { people: asked.clamp(1, most), too_large: asked > most }
    }
}

/// The address of the figures of a page that shows `asked`.
pub(super) fn address(visit: &Visit, asked: Asked) -> String {
    let day = asked.day.map(|day| format!("&day={day}")).unwrap_or_default();
    let (path, month) = (visit.href(PATH), asked.month);
    format!("{path}?people={}{day}&month={:04}-{:02}", asked.people, month.year(), month.month())
}

/// The dates as the visitor's own browser sees them: what it keeps itself it may choose anew. Nearly everybody brings no token
/// and sees the one picture that all share, without a question to anybody; so does everybody where it cannot be asked.
pub(super) async fn own(visit: &Visit, dates: Arc<Museum>) -> Arc<Museum> {
    match seen_by(&visit.services, &visit.context, &dates, visit.visitor.as_deref()).await {
        Ok(Some(own)) => Arc::new(own),
        Ok(None) | Err(_) => dates,
    }
}

/// What the visitor keeps of these dates, until when, and the way back to it.
pub(crate) fn kept(visit: &Visit, dates: &Timetable) -> Option<AnyView> {
    let mut drafts: Vec<_> = dates.kept.iter().map(|kept| kept.draft).collect();
    // All dates of a series are kept for one draft.
    drafts.sort_unstable();
    drafts.dedup();
    let banner = |draft: DraftId| {
        let of_draft: Vec<_> = dates.kept.iter().filter(|kept| kept.draft == draft).collect();
        let first = of_draft.first()?;
        let facts = dates.session(first.session)?.facts;
        let people = ("people", first.people.into());
        let until = ("until", clock_text(first.until).into());
        let text = if let [_, _, ..] = of_draft[..] {
            let n = u32::try_from(of_draft.len()).unwrap_or(u32::MAX);
            visit.t_args("kept-several", &[people, until, ("n", n.into())])
        } else {
            let when = span_text(facts.starts_at, facts.ends_at, visit.locale());
            visit.t_args("kept-one", &[people, until, ("when", when.into())])
        };
        let back = visit.href(&draft_at(&visit.path, draft));
        Some(
            view! { <Banner tone=Tone::Info>{text}" "<a class="kept-back" href=back>{visit.t("kept-back")}</a></Banner> },
        )
    };
    let banners: Vec<_> = drafts.into_iter().filter_map(banner).collect();
    (!banners.is_empty()).then(|| banners.into_any())
}

/// A session as a party of some size sees it.
pub(crate) struct Seen {
    /// One word for scripts: a change of it is worth being read out.
    pub state: &'static str,
    pub tone: Tone,
    pub words: Text,
    /// 09:00–10:30
    pub time: String,
    /// The meter in words.
    pub label: Text,
    pub taken: u64,
    pub places: u64,
    /// It can be booked now.
    pub open: bool,
}

impl Seen {
    /// `session` for `people`.
    pub fn of(visit: &Visit, museum: &Museum, session: &SessionView, people: u32) -> Self {
        let (facts, now) = (session.facts, visit.context.now);
        let (opens, free) = (museum.opens_at(facts.starts_at), facts.free());
        // Of what is free, what the visitor keeps already: nobody else sees it so.
        let own: u32 = museum.kept.iter().filter(|kept| kept.session == session.id).map(|kept| kept.people).sum();
        let (state, tone, words) = if facts.closed {
            ("closed", Tone::Plain, visit.t("session-closed"))
        } else if facts.welcomes_all(now) {
            ("walk-in", Tone::Success, visit.t("session-no-booking"))
        } else if facts.starts_at <= now {
            ("over", Tone::Plain, visit.t("session-over"))
        } else if opens > now && museum.tickets_from(facts.starts_at) <= now {
            ("soon", Tone::Info, visit.t_args("session-soon", &[("at", clock_text(opens).into())]))
        } else if opens > now {
            let at = format!("{} {}", day_text(local_day(opens), visit.locale()), clock_text(opens));
            ("later", Tone::Info, visit.t_args("session-opens", &[("at", at.into())]))
        } else if free == 0 {
            ("full", Tone::Danger, visit.t("session-full"))
        } else if free < people && own > 0 {
            let args = [("free", free.into()), ("people", people.into()), ("own", own.into())];
            ("few", Tone::Warning, visit.t_args("session-too-few-own", &args))
        } else if free < people {
            let args = [("free", free.into()), ("people", people.into())];
            ("few", Tone::Warning, visit.t_args("session-too-few", &args))
        } else if own > 0 {
            let args = [("free", free.into()), ("own", own.into())];
            ("free", Tone::Success, visit.t_args("session-free-own", &args))
        } else {
            ("free", Tone::Success, visit.t_args("session-free", &[("free", free.into())]))
        };
        // What is kept for groups and for the desk is not counted: neither booked nor to be had.
        let places = facts.capacity.saturating_sub(facts.pools.kept_from(Pool::Individual));
        let taken = places.saturating_sub(free);
        let args = [("booked", taken.into()), ("capacity", places.into())];
        Self {
            state,
            tone,
            words,
            time: format!("{}–{}", clock_text(facts.starts_at), clock_text(facts.ends_at)),
            label: visit.t_args("session-meter", &args),
            taken: taken.into(),
            places: places.max(1).into(),
            open: matches!(state, "free" | "soon"),
        }
    }
}

/// The same for those who list the dates of another activity.
pub(crate) fn seen(visit: &Visit, timetable: &Timetable, session: &SessionView, people: u32) -> Seen {
    Seen::of(visit, timetable, session, people)
}

/// What each day of the month shown offers, from today on; days without anything are left out.
pub(super) fn offers(museum: &Museum, asked: Asked, now: Timestamp) -> BTreeMap<Date, Offer> {
    let shown = |day: &Date| day.first_of_month() == asked.month && *day >= asked.today;
    let mut days: BTreeMap<Date, Vec<&SessionView>> = BTreeMap::new();
    for session in &museum.sessions {
        days.entry(local_day(session.facts.starts_at)).or_default().push(session);
    }
    for (day, ..) in &museum.exceptions {
        days.entry(*day).or_default();
    }
    days.retain(|day, _| shown(day));
    days.into_iter().map(|(day, sessions)| (day, offer(museum, &sessions, asked.people, now))).collect()
}

fn offer(museum: &Museum, sessions: &[&SessionView], people: u32, now: Timestamp) -> Offer {
    let welcome = sessions.iter().any(|s| s.facts.welcomes_all(now));
    let open: Vec<_> = sessions.iter().filter(|s| s.facts.takes_bookings() && s.facts.starts_at > now).collect();
    match to_be_booked(museum, &open, people, now) {
        // Where there is nothing to book, one can still come.
        Offer::Closed | Offer::NotYet | Offer::Full if welcome => Offer::NoBookingNeeded,
        offer => offer,
    }
}

fn to_be_booked(museum: &Museum, open: &[&&SessionView], people: u32, now: Timestamp) -> Offer {
    if open.is_empty() {
        return Offer::Closed;
    }
    if open.iter().all(|s| museum.tickets_from(s.facts.starts_at) > now) {
        return Offer::NotYet;
    }
    // The most a party of this size can hope for, not the sum over sessions nobody can join together.
    match open.iter().filter(|s| s.fits(people)).map(|s| s.facts.free()).max() {
        None => Offer::Full,
        Some(free) if free <= 5 => Offer::Few(free),
        Some(free) => Offer::Places(free),
    }
}

/// The figures of the page at the visit's address, ready to be shown: the script chooses no words.
pub(super) fn figures(visit: &Visit, museum: &Museum) -> Value {
    let asked = Asked::by(visit, museum);
    let days = offers(museum, asked, visit.context.now);
    let days: Vec<_> =
        days.into_iter().map(|(day, offer)| json!([day.to_string(), offer.class(), offer.words(visit)])).collect();
    let of_day = asked.day.into_iter().flat_map(|day| museum.on(day));
    let sessions: Vec<_> = of_day.map(|session| figure(visit, museum, session, asked.people)).collect();
    json!({ "days": days, "sessions": sessions })
}

fn figure(visit: &Visit, museum: &Museum, session: &SessionView, people: u32) -> Value {
    let seen = Seen::of(visit, museum, session, people);
    let (meter, share) = meter_look(seen.taken, seen.places);
    let said = [("time", seen.time.into()), ("state", seen.words.to_string().into())];
    json!({
        "id": session.id.to_string(),
        "state": seen.state,
        "open": seen.open,
        "tag": tag_class(seen.tone),
        "words": seen.words,
        "meter": meter,
        "share": share,
        "label": seen.label,
        "said": visit.t_args("session-said", &said),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_party_is_as_large_as_it_was_typed_or_said_to_be_too_large() {
        let party = |text| {
            let Party { people, too_large } = Party::of(text, 2, 5);
            (people, too_large)
        };
        assert_eq!(party(None), (2, false));
        assert_eq!(party(Some("3")), (3, false));
        assert_eq!(party(Some(" ３")), (3, false), "as a Chinese keyboard writes it");
        assert_eq!(party(Some("6")), (5, true));
        assert_eq!(party(Some("99999999999999999999")), (5, true));
        assert_eq!(party(Some("0")), (1, false));
        assert_eq!(party(Some("many")), (2, false));
    }
}
