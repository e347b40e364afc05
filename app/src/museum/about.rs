//! The museum's front page: what it is, hours, the way there, rules, accessibility, questions.

use super::problem_of;
use crate::content;
use crate::form::Tone;
use crate::problem::problem_page;
use crate::routes::paths;
use crate::ui::{
    Banner, Crumb, Glyph, Icon, Illustration, LinkButton, Page, Picture, SummaryList, SummaryRow, Variant, Width,
};
use crate::visit::{Visit, visit};
use domain::booking::{Deadline, IdentityRule, Policy};
use domain::time::{day_text, local_day};
use leptos::prelude::*;
use services::booking::Museum;

/// The museum's front page.
#[component]
pub fn About() -> impl IntoView {
    let visit = visit();
    Suspend::new(async move {
        // The rules of the page are the rules of the engine: read, never retyped, and never made up where they cannot be
        // read.
        match services::booking::museum(&visit.services).await {
            Ok(museum) => about(&visit, &museum).into_any(),
            Err(error) => problem_page(problem_of(&error)).into_any(),
        }
    })
}

fn about(visit: &Visit, museum: &Museum) -> impl IntoView + use<> {
    let sections = (practical(visit), rules(visit, &museum.policy), questions(visit));
    let visitors = visit.t_args("museum-lead", &[("visitors", content::MUSEUM_VISITORS.text(visit.locale()).into())]);
    let (book, practical_title) = (visit.t("museum-book-action"), visit.t("museum-practical-title"));
    let crumbs = vec![Crumb::new(visit.href("/"), visit.t("nav-home"))];
    view! {
        <Page title=visit.t("museum-name") lead=visitors.clone() width=Width::Wide headless=true crumbs=crumbs>
            <section class="hero">
                <div class="hero-text">
                    <p class="kicker">{visit.t("museum-kicker")}</p>
                    <h1>{visit.t("museum-name")}</h1>
                    <p class="lead">{visitors}</p>
                    <p class="actions">
                        <LinkButton href=visit.href("/museum/sessions") glyph=Glyph::Calendar>{book}</LinkButton>
                        <LinkButton href=visit.href(crate::groups::GROUPS) variant=Variant::Secondary>{visit.t("groups-name")}</LinkButton>
                        <LinkButton href="#practical" variant=Variant::Quiet>{practical_title}</LinkButton>
                    </p>
                    {open_day(visit, museum)}
                </div>
                <div class="hero-picture"><Picture of=Illustration::Museum/></div>
            </section>
            <section class="section">
                <h2>{visit.t("museum-what-title")}</h2>
                <div class="prose"><p>{visit.t("museum-what-1")}</p><p>{visit.t("museum-what-2")}</p></div>
            </section>
            {sections}
        </Page>
    }
}

/// The next day on which one can come without a booking, where there is one.
fn open_day(visit: &Visit, museum: &Museum) -> Option<impl IntoView + use<>> {
    let session = museum.open_doors(visit.context.now).next()?;
    let day = local_day(session.facts.starts_at);
    let href = visit.href(&format!("/museum/sessions?day={day}"));
    let words = visit.t_args("museum-open-door", &[("day", day_text(day, visit.locale()).into())]);
    Some(view! { <Banner tone=Tone::Success><a href=href>{words}</a></Banner> })
}

fn practical(visit: &Visit) -> impl IntoView + use<> {
    let rows = vec![
        SummaryRow::new(visit.t("museum-hours"), visit.t("museum-hours-text")),
        SummaryRow::new(visit.t("museum-price"), visit.t("museum-price-text")),
        SummaryRow::new(visit.t("museum-place"), visit.t("museum-place-text")),
        SummaryRow::new(visit.t("museum-way"), visit.t("museum-way-text")),
        SummaryRow::new(visit.t("museum-access"), visit.t("museum-access-text")),
        SummaryRow::new(visit.t("museum-duration"), visit.t("museum-duration-text")),
    ];
    view! {
        <section class="section" id="practical">
            <h2>{visit.t("museum-practical-title")}</h2>
            <SummaryList rows=rows/>
        </section>
    }
}

fn rules(visit: &Visit, policy: &Policy) -> impl IntoView + use<> {
    let items = rule_sentences(visit, policy)
        .into_iter()
        .chain(no_show_sentence(visit, policy))
        .map(|text| view! { <li><Icon of=Glyph::Check/><span>{text}</span></li> });
    view! {
        <section class="section">
            <h2>{visit.t("museum-rules-title")}</h2>
            <ul class="ticks">{items.collect_view()}</ul>
        </section>
    }
}

/// What the policy says, in sentences: on the front page, beside the booking form and in nobody's memory.
pub(crate) fn rule_sentences(visit: &Visit, policy: &Policy) -> Vec<crate::i18n::Text> {
    let number = |n: u16| u32::from(n).into();
    let party = [("people", number(policy.people_per_booking)), ("children", number(policy.children_per_booking))];
    let mut sentences = vec![
        visit.t_args(
            "museum-rule-ahead",
            &[("days", number(policy.days_ahead)), ("hour", i32::from(policy.opens_hour).into())],
        ),
        if policy.children_per_booking > 0 {
            visit.t_args("museum-rule-party", &party)
        } else {
            visit.t_args("event-rule-adults", &party[..1])
        },
        visit.t_args(
            "museum-rule-limit",
            &[
                ("day", number(policy.bookings_per_day)),
                ("window", number(policy.bookings_per_window)),
                ("days", number(policy.window_days)),
            ],
        ),
    ];
    let (people, days) = (policy.people, policy.window_days);
    let of_day = ["museum-rule-day-people", "museum-rule-day-both", "museum-rule-day-children"];
    sentences.extend(people_sentence(visit, of_day, (people.per_day, people.children_per_day), days));
    let of_window = ["museum-rule-window-people", "museum-rule-window-both", "museum-rule-window-children"];
    sentences.extend(people_sentence(visit, of_window, (people.per_window, people.children_per_window), days));
    sentences.push(match policy.deadline() {
        Deadline::MinutesBefore(minutes) => visit.t_args("museum-rule-change", &[("minutes", minutes.into())]),
        Deadline::DayBefore => visit.t("museum-rule-change-day-before"),
    });
    sentences.push(
        visit.t_args(
            "museum-rule-door",
            &[("early", number(policy.early_minutes)), ("late", number(policy.late_minutes))],
        ),
    );
    match policy.identity {
        IdentityRule::None => {}
        IdentityRule::Leader => sentences.push(visit.t("museum-rule-document")),
        IdentityRule::Everybody => sentences.push(visit.t("museum-rule-documents")),
    }
    sentences
}

/// How many people all bookings of one person may have together, and how many children, where that is limited: said by one of
/// `keys`, of people alone, of both, or of children alone.
fn people_sentence(
    visit: &Visit,
    keys: [&str; 3],
    (people, children): (u16, u16),
    days: u16,
) -> Option<crate::i18n::Text> {
    let [of_people, of_both, of_children] = keys;
    let key = match (people, children) {
        (0, 0) => return None,
        (_, 0) => of_people,
        (0, _) => of_children,
        _ => of_both,
    };
    let number = |n: u16| u32::from(n).into();
    Some(visit.t_args(key, &[("people", number(people)), ("children", number(children)), ("days", number(days))]))
}

/// What comes of not coming, where something does. Events mark nobody.
fn no_show_sentence(visit: &Visit, policy: &Policy) -> Option<crate::i18n::Text> {
    let number = |n: u16| u32::from(n).into();
    let of = [
        ("n", number(policy.no_shows)),
        ("days", number(policy.no_show_days)),
        ("pause", number(policy.suspension_days)),
    ];
    (policy.no_shows > 0).then(|| visit.t_args("museum-rule-no-show", &of))
}

fn questions(visit: &Visit) -> impl IntoView + use<> {
    let all = [
        ("museum-faq-code-q", "museum-faq-code-a"),
        ("museum-faq-children-q", "museum-faq-children-a"),
        ("museum-faq-groups-q", "museum-faq-groups-a"),
        ("museum-faq-late-q", "museum-faq-late-a"),
        ("museum-faq-medical-q", "museum-faq-medical-a"),
    ];
    let all = all.map(|(question, answer)| {
        view! { <details class="question"><summary>{visit.t(question)}</summary><p>{visit.t(answer)}</p></details> }
    });
    view! {
        <section class="section">
            <h2>{visit.t("museum-faq-title")}</h2>
            <div class="questions">{all.collect_view()}</div>
            <p class="muted small"><a href=visit.href(paths::PRIVACY)>{visit.t("museum-privacy-link")}</a></p>
        </section>
    }
}
