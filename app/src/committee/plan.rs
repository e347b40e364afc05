//! Planning a meeting: when, and who sits at it.

use super::AT;
use super::words::person_text;
use crate::desk::{crumbs, read_first, rooms};
use crate::form::Tone;
use crate::problem::Problem;
use crate::ui::{
    Banner, Button, Checkboxes, Choice, DateField, EmptyState, Form, HiddenField, Illustration, LinkButton, Page,
    Select, Variant,
};
use crate::visit::{Visit, visit};
use domain::ids::MeetingId;
use domain::spark::review::committee::LEAST_SEATS;
use domain::time::local_day;
use leptos::prelude::*;
use services::spark::review::{Sitter, sitters};

/// The page.
#[component]
pub fn PlanMeeting() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let people = sitters(&visit.services, &visit.context).await?;
    let content = if people.len() < LEAST_SEATS {
        let n = u32::try_from(LEAST_SEATS).unwrap_or(u32::MAX);
        let text = visit.t_args("committee-few-text", &[("n", n.into())]);
        view! { <EmptyState of=Illustration::Flame title=visit.t("committee-few")><p>{text}</p></EmptyState> }
            .into_any()
    } else {
        form(visit, &people)
    };
    Ok(view! {
        <Page title=visit.t("committee-plan") lead=visit.t("committee-plan-lead") crumbs=crumbs(visit, &[(AT, "committee-title")])>
            {rooms(visit)}
            {content}
        </Page>
    }
    .into_any())
}

fn form(visit: &Visit, people: &[Sitter]) -> AnyView {
    // Made with the page and kept through its faults: sent twice it is one meeting.
    let made = visit.context.new_id::<MeetingId>().to_string();
    let id = visit.form.value("id").map_or(made, str::to_owned);
    let name = |one: &Sitter| person_text(visit, &one.person);
    let choice = |one: &Sitter| Choice::new(one.person.account.to_string(), name(one));
    let none = || std::iter::once(Choice::new("", visit.t("committee-choose")));
    let chairs: Vec<Choice> = none().chain(people.iter().filter(|one| one.chairs).map(choice)).collect();
    let deputies: Vec<Choice> = none().chain(people.iter().map(choice)).collect();
    let members: Vec<Choice> = people
        .iter()
        .map(|one| if one.known { choice(one) } else { choice(one).hint(visit.t("committee-unknown")) })
        .collect();
    let unknown: Vec<String> = people.iter().filter(|one| !one.known).map(name).collect();
    let told = (!unknown.is_empty()).then(|| {
        let names = unknown.join(&visit.t("enumeration-separator"));
        let text = visit.t_args("committee-unknown-text", &[("who", names.into())]);
        view! { <Banner tone=Tone::Warning>{text}</Banner> }
    });
    let today = local_day(visit.context.now);
    let n = u32::try_from(LEAST_SEATS).unwrap_or(u32::MAX);
    let hint = visit.t_args("committee-members-hint", &[("n", n.into())]);
    view! {
        {told}
        <Form>
            <HiddenField name="id" value=id/>
            <DateField name="day" label=visit.t("committee-day") value=today/>
            <Select name="chair" label=visit.t("committee-chair") choices=chairs/>
            <Select name="deputy" label=visit.t("committee-deputy") hint=visit.t("committee-deputy-hint") choices=deputies/>
            <Checkboxes name="members" label=visit.t("committee-members") hint=hint choices=members/>
            <p class="actions">
                <Button>{visit.t("committee-plan-do")}</Button>
                <LinkButton href=visit.href(AT) variant=Variant::Quiet>{visit.t("committee-back")}</LinkButton>
            </p>
        </Form>
    }
    .into_any()
}
