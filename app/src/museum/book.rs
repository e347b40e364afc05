//! Booking: who comes and what is asked of them, then the code that proves the contact. Places are kept meanwhile, and
//! nothing typed is lost. One way for the museum and for events.

use super::about::rule_sentences;
use super::document;
use super::{param, problem_of};
use crate::activity::Activity;
use crate::form::Tone;
use crate::i18n::Text;
use crate::outreach::{questions, typed_so_far};
use crate::problem::problem_page;
use crate::routes::paths;
use crate::ui::{
    Banner, Button, Checkbox, CodeField, Crumb, Form, HiddenField, NumberStepper, Page, Steps, SummaryList, SummaryRow,
    TextField, Variant,
};
use crate::visit::{Visit, visit};
use domain::booking::{Refusal, offer_until};
use domain::ids::DraftId;
use domain::outreach::{Form as Questions, Typed};
use domain::time::{clock_text, end_text, local_day, span_text};
use leptos::prelude::*;
use services::booking::{BookingError, DraftView, SessionView, Timetable, read};
use services::outreach::draft_answers;

/// The draft of the address, and what it is to become a booking of.
async fn draft(visit: &Visit) -> Result<(DraftView, Activity), BookingError> {
    let id: DraftId = param("draft").ok_or(BookingError::NotFound)?;
    let draft = read(&visit.services, &visit.context, id, visit.visitor.as_deref().unwrap_or_default()).await?;
    let activity = Activity::of(visit, draft.session.activity).await?;
    Ok((draft, activity))
}

fn steps(visit: &Visit, current: usize) -> impl IntoView + use<> {
    let steps = ["book-step-session", "book-step-form", "book-step-code", "book-step-done"].map(|key| visit.t(key));
    view! { <Steps steps=steps.to_vec() current=current/> }
}

pub(super) fn crumbs(visit: &Visit, activity: &Activity) -> Vec<Crumb> {
    let home = Crumb::new(visit.href(&activity.home()), activity.name(visit));
    match activity {
        Activity::Museum(_) => vec![home, Crumb::new(visit.href("/museum/sessions"), visit.t("sessions-title"))],
        Activity::Event(_) => vec![Crumb::new(visit.href(paths::EVENTS), visit.t("nav-events")), home],
    }
}

/// The address of a date's place in the list of an activity, for this party.
fn choose(visit: &Visit, draft: &DraftView, activity: &Activity) -> String {
    let day = domain::time::local_day(draft.session.facts.starts_at);
    visit.href(&activity.sessions(draft.people.get(), Some(day)))
}

pub(super) fn chosen(visit: &Visit, draft: &DraftView, activity: &Activity) -> impl IntoView + use<> {
    let facts = draft.session.facts;
    let people = draft.people.get();
    let when = if draft.series {
        SummaryRow::new(visit.t("event-series-when"), series_dates(visit, activity))
    } else {
        SummaryRow::new(visit.t("book-when"), span_text(facts.starts_at, facts.ends_at, visit.locale()))
    };
    let mut rows = vec![
        when.action(choose(visit, draft, activity), visit.t("book-change")),
        SummaryRow::new(visit.t("book-people"), visit.t_args("people-count", &[("n", people.into())])),
    ];
    if let Activity::Event(event) = activity {
        let single = event.name_of(draft.session.id).filter(|_| !draft.series);
        let date = single.map(|name| format!(" · {}", name.of(visit.locale())));
        let name = format!("{}{}", activity.name(visit), date.unwrap_or_default());
        rows.insert(0, SummaryRow::new(visit.t("event-what"), name));
        rows.push(SummaryRow::new(visit.t("museum-place"), activity.place(visit)));
    }
    rows.extend(cancels_until(visit, draft, activity));
    let held = match draft.held_until {
        // Who waits keeps no places yet, and nobody needs any where whoever comes is let in.
        _ if !draft.series && draft.session.facts.welcomes_all(visit.context.now) => {
            view! { <Banner tone=Tone::Success>{visit.t("refusal-no-booking-needed")}</Banner> }.into_any()
        }
        _ if draft.waits => ().into_any(),
        Some(until) => {
            view! { <Banner>{visit.t_args("book-held", &[("until", clock_text(until).into())])}</Banner> }.into_any()
        }
        None => view! { <Banner tone=Tone::Warning>{visit.t("book-not-held")}</Banner> }.into_any(),
    };
    view! { <SummaryList rows=rows/>{held} }
}

/// Until when what is booked can be given back. Who waits has nothing to give back yet, and each date of a series its own end.
fn cancels_until(visit: &Visit, draft: &DraftView, activity: &Activity) -> Option<SummaryRow> {
    let (facts, now) = (draft.session.facts, visit.context.now);
    if draft.waits || draft.series || facts.welcomes_all(now) {
        return None;
    }
    let until = activity.policy().deadline().of(facts.starts_at);
    let text = if now < until {
        visit.t_args("book-cancel-until", &[("until", end_text(until, visit.locale()).into())])
    } else {
        visit.t("book-cancel-over")
    };
    Some(SummaryRow::new(visit.t("book-cancel"), text))
}

/// All dates of a series, with what each is called.
fn series_dates(visit: &Visit, activity: &Activity) -> impl IntoView + use<> {
    let lines: Vec<_> = activity
        .timetable()
        .upcoming(visit.context.now)
        .map(|session| {
            let when = span_text(session.facts.starts_at, session.facts.ends_at, visit.locale());
            let name = match activity {
                Activity::Event(event) => event.name_of(session.id).map(|name| name.of(visit.locale()).to_owned()),
                Activity::Museum(_) => None,
            };
            view! { <li>{when}{name.map(|name| view! { <br/><span class="muted small">{name}</span> })}</li> }
        })
        .collect();
    view! { <ul>{lines}</ul> }
}

/// Who comes.
#[component]
pub fn Book() -> impl IntoView {
    let visit = visit();
    Suspend::new(async move {
        match draft(&visit).await {
            Ok((draft, _)) if draft.booking.is_some() => done(&visit, &draft).into_any(),
            Ok((draft, activity)) => form(&visit, &draft, &activity).await.into_any(),
            Err(error) => gone(&visit, &error).into_any(),
        }
    })
}

/// A draft that is over, or another browser's: begin again, with a word of what happened.
pub(super) fn gone(visit: &Visit, error: &BookingError) -> AnyView {
    if !matches!(error, BookingError::NotFound) {
        return problem_page(problem_of(error)).into_any();
    }
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(axum::http::StatusCode::NOT_FOUND);
    }
    let (href, action) = if visit.path.starts_with(paths::EVENTS) {
        (visit.href(paths::EVENTS), visit.t("event-all"))
    } else {
        (visit.href("/museum/sessions"), visit.t("museum-book-action"))
    };
    view! {
        <Page title=visit.t("book-gone-title") centred=true>
            <p class="lead">{visit.t("book-gone-text")}</p>
            <p class="actions"><crate::ui::LinkButton href=href>{action}</crate::ui::LinkButton></p>
        </Page>
    }
    .into_any()
}

/// The booking was made already: back button, second press, second tab.
fn done(visit: &Visit, draft: &DraftView) -> AnyView {
    let href = draft.booking.map(|booking| {
        let link = services::booking::manage_link(&visit.services, booking, draft.session.facts.ends_at);
        visit.href(&format!("/b/{link}"))
    });
    view! {
        <Page title=visit.t("book-done-title") centred=true>
            <p class="lead">{visit.t("book-done-text")}</p>
            {href.map(|href| view! { <p class="actions"><crate::ui::LinkButton href=href>{visit.t("book-done-action")}</crate::ui::LinkButton></p> })}
        </Page>
    }
    .into_any()
}

async fn form(visit: &Visit, draft: &DraftView, activity: &Activity) -> AnyView {
    let asked = match so_far(visit, draft, activity).await {
        Ok(asked) => asked,
        Err(error) => return problem_page(problem_of(&error)).into_any(),
    };
    let today = domain::time::local_day(visit.context.now);
    let more = || asked.map(|(form, typed)| questions(visit, form, &typed, today)).into_any();
    view! {
        <Page title=activity.says(visit, "book-title", "event-book-title") lead=visit.t("book-lead") crumbs=crumbs(visit, activity)>
            {steps(visit, 1)}
            {chosen(visit, draft, activity)}
            {particulars_form(visit, draft, activity.timetable(), more, visit.t("book-continue"))}
        </Page>
    }
    .into_any()
}

/// What an event asks, with what was answered in a draft so far and what could not be taken since.
pub(super) async fn so_far<'a>(
    visit: &Visit,
    draft: &DraftView,
    activity: &'a Activity,
) -> Result<Option<(&'a Questions, Typed)>, BookingError> {
    let Some(form) = activity.questions() else { return Ok(None) };
    let answers = draft_answers(&visit.services, draft).await?.unwrap_or_default();
    Ok(Some((form, typed_so_far(visit, form, &answers, &draft.so_far))))
}

/// Who comes: the form of a booking and of the waiting list. Either asks for something `more`, which is made in its place
/// and not before: the page notes its fields in their order.
pub(super) fn particulars_form(
    visit: &Visit,
    draft: &DraftView,
    dates: &Timetable,
    more: impl FnOnce() -> AnyView + Send,
    send: Text,
) -> AnyView {
    let policy = &dates.policy;
    let last = dates.upcoming(visit.context.now).last().filter(|_| draft.series).map(|session| session.facts.ends_at);
    let ends_at = last.unwrap_or(draft.session.facts.ends_at);
    let typed = draft.typed.as_ref();
    // What was typed last, though it was refused, stands before what was taken once.
    let so_far = |name: &str| draft.so_far.0.get(name).cloned();
    let name = so_far("name").or(typed.map(|(person, _)| person.name.as_str().to_owned())).unwrap_or_default();
    let contact = typed.and_then(|(person, _)| person.contact.as_ref()).map(|c| c.expose().to_owned());
    let contact = so_far("contact").or(contact).unwrap_or_default();
    let children = typed.map_or(0, |(_, children)| u32::from(*children));
    let children = so_far("children").and_then(|text| text.parse().ok()).unwrap_or(children);
    let most = draft.people.get().min(u32::from(policy.children_per_booking));
    // Who waits is asked for it with the offer. The last date of a series is the last it is needed for.
    let document = || {
        (policy.identity.asks() && !draft.waits).then(|| {
            let asked = (policy.identity, draft.people.get());
            document::fields(visit, asked, &draft.documents, ends_at)
        })
    };
    let name_hint = if policy.identity.asks() { "book-name-hint-document" } else { "book-name-hint" };
    let sentences = rule_sentences(visit, policy).into_iter().map(|text| view! { <li>{text}</li> }).collect_view();
    view! {
        <Form>
            <TextField name="name" label=visit.t("book-name") hint=visit.t(name_hint) autocomplete="name" maxlength=40 value=name/>
            <TextField name="contact" label=visit.t("book-contact") hint=visit.t("book-contact-hint") autocomplete="email" maxlength=254 value=contact/>
            {(policy.children_per_booking > 0).then(|| view! {
                <NumberStepper name="children" label=visit.t("book-children") hint=visit.t_args("book-children-hint", &[("people", draft.people.get().into())]) min=0 max=most value=children/>
            })}
            {document()}
            {more()}
            <details class="question"><summary>{visit.t("museum-rules-title")}</summary><ul>{sentences}</ul></details>
            <Checkbox name="accept" called=visit.t("called-accept")>
                {visit.t("book-accept")}" "<a href=visit.href(paths::PRIVACY)>{visit.t("book-accept-privacy")}</a>
            </Checkbox>
            <p class="actions"><Button>{send}</Button></p>
        </Form>
    }
    .into_any()
}

/// The code.
#[component]
pub fn Code() -> impl IntoView {
    let visit = visit();
    Suspend::new(async move {
        match draft(&visit).await {
            Ok((draft, _)) if draft.booking.is_some() => done(&visit, &draft).into_any(),
            Ok((draft, activity)) if draft.typed.is_none() => form(&visit, &draft, &activity).await.into_any(),
            Ok((draft, activity)) if draft.proven => proven(&visit, &draft, &activity).into_any(),
            Ok((draft, activity)) => code(&visit, &draft, &activity).into_any(),
            Err(error) => gone(&visit, &error).into_any(),
        }
    })
}

fn code(visit: &Visit, draft: &DraftView, activity: &Activity) -> AnyView {
    let base = activity.draft(draft.id);
    let to = draft
        .typed
        .as_ref()
        .and_then(|(person, _)| person.contact.as_ref())
        .map(|c| c.expose().to_owned())
        .unwrap_or_default();
    view! {
        <Page title=visit.t("code-title") lead=visit.t_args("code-lead", &[("to", to.into())]) crumbs=crumbs(visit, activity)>
            {steps(visit, 2)}
            {chosen(visit, draft, activity)}
            {code_form(visit, &base, visit.t("code-confirm"))}
        </Page>
    }
    .into_any()
}

/// The code's field, and what else one can do while it has not come. `base` is the address of the draft's form.
pub(super) fn code_form(visit: &Visit, base: &str, send: Text) -> impl IntoView + use<> {
    let mailbox = visit.development.then(|| {
        view! {
            <p class="muted small"><a href=visit.href("/mailbox")>{visit.t("book-mailbox")}</a></p>
        }
    });
    view! {
        <Form>
            <CodeField label=visit.t("code-label") hint=visit.t("code-hint")/>
            <p class="actions"><Button>{send}</Button></p>
        </Form>
        {mailbox}
        <div class="actions">
            <Form action=visit.href(&format!("{base}/resend")) inline=true>
                <Button variant=Variant::Quiet>{visit.t("code-resend")}</Button>
            </Form>
            <a href=visit.href(base)>{visit.t("code-other-contact")}</a>
        </div>
    }
}

/// The contact is proven and the booking was not made: the session filled up, closed, or a limit stands in the way.
fn proven(visit: &Visit, draft: &DraftView, activity: &Activity) -> AnyView {
    let why = visit.form.value(REFUSED).map_or(Why::Other, Why::of);
    let base = activity.draft(draft.id);
    let others = others(visit, draft, activity, why);
    // What is booked already stands in the way of another try, of waiting and of what is near.
    let free_to = matches!(why, Why::Full | Why::Other);
    let again = free_to.then(|| {
        view! { <Form><p class="actions"><Button>{visit.t("proven-try")}</Button></p></Form> }
    });
    let waits = free_to.then(|| waits(visit, draft, activity, why));
    let standing = matches!(why, Why::Day | Why::Any).then(|| view! { <p>{visit.t("proven-standing")}</p> });
    let title = if why == Why::Day { "proven-other-days" } else { "proven-others" };
    let others = others.into_iter().map(|session| other(visit, &base, session)).collect_view();
    view! {
        <Page title=visit.t("proven-title") lead=visit.t("proven-lead") crumbs=crumbs(visit, activity)>
            {steps(visit, 2)}
            {chosen(visit, draft, activity)}
            {standing}
            {again}
            {waits}
            {(!others.is_empty()).then(|| view! {
                <section class="section"><h2>{visit.t(title)}</h2><ul class="session-list">{others}</ul></section>
            })}
            <p><a href=choose(visit, draft, activity)>{visit.t("proven-calendar")}</a></p>
        </Page>
    }
    .into_any()
}

/// The field in which a refused form says what stands in the way.
pub(super) const REFUSED: &str = "refused";

/// What stands in the way of a booking, as far as it changes what is offered instead.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Why {
    /// Something booked already: no other session of this day would do, nor waiting for one.
    Day,
    /// Something booked already: no session of any day near would do.
    Any,
    /// Visits that were missed: none would do for a while.
    Paused,
    /// Too few places.
    Full,
    /// Nothing that another try, or another session, would meet again.
    Other,
}

impl Why {
    /// As in the form that comes back.
    pub fn name(refusal: &Refusal) -> Option<&'static str> {
        match refusal {
            Refusal::DailyLimit { .. }
            | Refusal::PeopleDailyLimit { .. }
            | Refusal::ChildrenDailyLimit { .. }
            | Refusal::Overlaps => Some("day"),
            Refusal::Suspended { .. } => Some("paused"),
            Refusal::Full { .. } | Refusal::DateFull { .. } => Some("full"),
            Refusal::WindowLimit { .. }
            | Refusal::PeopleWindowLimit { .. }
            | Refusal::ChildrenWindowLimit { .. }
            | Refusal::DocumentLimit => Some("any"),
            _ => None,
        }
    }

    fn of(name: &str) -> Self {
        match name {
            "day" => Self::Day,
            "any" => Self::Any,
            "paused" => Self::Paused,
            "full" => Self::Full,
            _ => Self::Other,
        }
    }
}

/// What can be taken instead. Instead of a whole series any of its dates that has room, where the event allows single ones.
fn others<'a>(visit: &Visit, draft: &DraftView, activity: &'a Activity, why: Why) -> Vec<&'a SessionView> {
    if matches!(why, Why::Any | Why::Paused) || !activity.policy().series.allows_dates() {
        return Vec::new();
    }
    let (dates, people) = (activity.timetable(), draft.people.get());
    let own = dates.session(draft.session.id).filter(|own| draft.series && own.fits(people));
    let nearest = dates.alternatives(draft.session.id, people, visit.context.now, usize::MAX);
    let day = local_day(draft.session.facts.starts_at);
    let would_do = |session: &&SessionView| why != Why::Day || local_day(session.facts.starts_at) != day;
    let count = if draft.series { usize::MAX } else { 2 };
    own.into_iter().chain(nearest).filter(would_do).take(count).collect()
}

fn other(visit: &Visit, base: &str, session: &SessionView) -> impl IntoView + use<> {
    let when = span_text(session.facts.starts_at, session.facts.ends_at, visit.locale());
    let free = visit.t_args("session-free", &[("free", session.facts.free().into())]);
    view! {
        <li class="session">
            <div>{when}<br/><span class="muted small">{free}</span></div>
            <Form action=visit.href(&format!("{base}/other")) inline=true>
                <HiddenField name="session" value=session.id.to_string()/>
                <Button variant=Variant::Secondary>{visit.t("book-take-this")}</Button>
            </Form>
        </li>
    }
}

/// The waiting list of what has too little room, while offers can still be made. Of a series the dates that are full can be
/// waited for, one of them each time.
fn waits(visit: &Visit, draft: &DraftView, activity: &Activity, why: Why) -> impl IntoView + use<> {
    let (dates, people, now) = (activity.timetable(), draft.people.get(), visit.context.now);
    let base = activity.draft(draft.id);
    // Whose places are kept has room, though nobody else may; and who was told just now that there is too little need not
    // wait until the picture of it is a second older.
    let lacks = |session: &SessionView| match draft.series {
        true => !session.fits(people),
        false => {
            let own = session.id == draft.session.id;
            own && (why == Why::Full || (draft.held_until.is_none() && !session.fits(people)))
        }
    };
    let wanted =
        |session: &&SessionView| lacks(session) && offer_until(&dates.policy, now, session.facts.starts_at).is_some();
    let single = dates.policy.series.allows_dates();
    let forms = dates.upcoming(now).filter(|_| single).filter(wanted).map(|session| {
        let when = span_text(session.facts.starts_at, session.facts.ends_at, visit.locale());
        view! {
            <Form action=visit.href(&format!("{base}/wait"))>
                <HiddenField name="session" value=session.id.to_string()/>
                <p class="actions">
                    <Button variant=Variant::Secondary>{visit.t("proven-wait")}{draft.series.then(|| view! { " · "{when} })}</Button>
                </p>
            </Form>
        }
    });
    forms.collect_view()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_the_way_comes_back_with_the_form() {
        let of = |refusal: &Refusal| Why::name(refusal).map_or(Why::Other, Why::of);
        assert_eq!(of(&Refusal::DailyLimit { max: 1 }), Why::Day);
        assert_eq!(of(&Refusal::WindowLimit { max: 3, days: 7 }), Why::Any);
        assert_eq!(of(&Refusal::PeopleDailyLimit { max: 5, left: 2 }), Why::Day);
        assert_eq!(of(&Refusal::ChildrenWindowLimit { max: 3, days: 7, left: 0 }), Why::Any);
        assert_eq!(of(&Refusal::Full { free: 0 }), Why::Full);
        assert_eq!(of(&Refusal::TooLate), Why::Other);
        assert_eq!(Why::of("whatever somebody sends"), Why::Other);
    }
}
