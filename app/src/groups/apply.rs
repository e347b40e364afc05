//! Asking for a group's visit: who comes, then which sessions, then the code that proves the contact. Kept on the server as
//! far as one got.

use super::{ages_words, kind_words, people_words, rule_sentences};
use crate::requests::Room;
use crate::requests::apply::{code_page, draft, filled, gone, onward, saved, steps};
use crate::routes::paths;
use crate::ui::{
    Checkbox, Choice, EmptyState, Fieldset, Form, Illustration, LinkButton, Page, Radios, Select, TextArea, TextField,
    Variant,
};
use crate::visit::{Visit, visit};
use domain::booking::Pool;
use domain::bus::City;
use domain::groups::{Ages, GroupPolicy, Kind, WISHES};
use domain::time::span_text;
use leptos::prelude::*;
use services::booking::SessionView;
use services::groups::{DraftView, GroupError, Groups, offered, policy};

/// Who comes.
#[component]
pub fn Apply() -> impl IntoView {
    let visit = visit();
    Suspend::new(async move {
        match draft::<Groups>(&visit).await {
            Ok(draft) => match policy(&visit.services).await {
                Ok((_, policy)) => form(visit, &draft, &policy),
                Err(error) => gone(&visit, error),
            },
            Err(page) => page,
        }
    })
}

fn form(visit: Visit, draft: &DraftView, policy: &GroupPolicy) -> AnyView {
    let visit = &filled(visit, draft);
    view! {
        <Page title=visit.t("groups-form-title") lead=visit.t("groups-form-lead") crumbs=Groups::crumbs(visit)>
            {steps::<Groups>(visit, 0)}
            {saved(visit, draft)}
            <Form kept=true>
                {who(visit)}
                {people(visit, policy)}
                {leader(visit)}
                <Checkbox name="accept" called=visit.t("called-accept")>
                    {visit.t("groups-accept")}" "<a href=visit.href(paths::PRIVACY)>{visit.t("book-accept-privacy")}</a>
                </Checkbox>
                {onward(visit, "groups-continue")}
            </Form>
        </Page>
    }
    .into_any()
}

fn who(visit: &Visit) -> impl IntoView + use<> {
    let kinds = Kind::ALL.map(|kind| Choice::new(kind.name(), kind_words(visit, kind))).to_vec();
    let none = Choice::new("", visit.t("bus-choose"));
    let cities = City::ALL.map(|city| Choice::new(city.code(), city.text(visit.locale())));
    let cities = std::iter::once(none).chain(cities).collect();
    view! {
        <Fieldset legend=visit.t("groups-group-who")>
            <TextField name="organisation" label=visit.t("groups-organisation") hint=visit.t("groups-organisation-hint") autocomplete="organization"/>
            <Radios name="kind" label=visit.t("groups-kind") choices=kinds inline=true/>
            <Select name="city" label=visit.t("groups-city") choices=cities/>
        </Fieldset>
    }
}

fn people(visit: &Visit, policy: &GroupPolicy) -> impl IntoView + use<> {
    let ages = Ages::ALL.map(|ages| Choice::new(ages.name(), ages_words(visit, ages))).to_vec();
    let rules = rule_sentences(visit, policy).into_iter().take(2).map(|text| view! { <li>{text}</li> });
    let rules = rules.collect_view();
    view! {
        <Fieldset legend=visit.t("groups-group-people")>
            <ul class="hint groups-rules">{rules}</ul>
            <Radios name="ages" label=visit.t("groups-ages") choices=ages inline=true/>
            <div class="form-numbers">
                <TextField name="members" label=visit.t("groups-members") hint=visit.t("groups-members-hint") inputmode="numeric" width="short"/>
                <TextField name="adults" label=visit.t("groups-adults") hint=visit.t("groups-adults-hint") inputmode="numeric" width="short"/>
            </div>
        </Fieldset>
    }
}

fn leader(visit: &Visit) -> impl IntoView + use<> {
    view! {
        <Fieldset legend=visit.t("groups-group-leader")>
            <TextField name="name" label=visit.t("groups-leader") hint=visit.t("groups-leader-hint") autocomplete="name" width="medium"/>
            <TextField name="post" label=visit.t("bus-post") hint=visit.t("groups-post-hint") autocomplete="organization-title" width="medium" optional=true/>
            <TextField name="contact" label=visit.t("book-contact") hint=visit.t("book-contact-hint") autocomplete="email"/>
            <TextArea name="note" label=visit.t("bus-note") hint=visit.t("groups-note-hint") rows=4 optional=true/>
        </Fieldset>
    }
}

/// Which sessions.
#[component]
pub fn ApplyWhen() -> impl IntoView {
    let visit = visit();
    Suspend::new(async move {
        let draft = match draft::<Groups>(&visit).await {
            Ok(draft) => draft,
            Err(page) => return page,
        };
        match offered(&visit.services, &visit.context, &draft.typed).await {
            Ok((details, museum, fit)) => {
                let sessions: Vec<SessionView> =
                    museum.sessions.iter().filter(|session| fit.contains(&session.id)).copied().collect();
                let (members, adults) = (details.members, details.adults);
                when(visit, &draft, &sessions, (members, adults))
            }
            // Who comes has not been said yet, or not so that it can be taken.
            Err(GroupError::Fields(_)) => first_who(&visit, &draft),
            Err(error) => gone(&visit, error),
        }
    })
}

fn first_who(visit: &Visit, draft: &DraftView) -> AnyView {
    let back = visit.href(&format!("/museum/groups/apply/{}", draft.id));
    view! {
        <Page title=visit.t("groups-when-title") crumbs=Groups::crumbs(visit)>
            {steps::<Groups>(visit, 0)}
            <p class="lead">{visit.t("groups-when-first")}</p>
            <p class="actions"><LinkButton href=back>{visit.t("groups-back-who")}</LinkButton></p>
        </Page>
    }
    .into_any()
}

/// 2026年12月3日（周四）16:30–18:00 · 余 120
fn session_text(visit: &Visit, session: &SessionView, people: u32) -> String {
    let facts = &session.facts;
    let span = span_text(facts.starts_at, facts.ends_at, visit.locale());
    let free = match facts.free_for(Pool::Group) {
        free if free >= people => visit.t_args("groups-session-fits", &[("free", free.into())]),
        free => visit.t_args("groups-session-tight", &[("free", free.into())]),
    };
    format!("{span} · {free}")
}

fn when(visit: Visit, draft: &DraftView, sessions: &[SessionView], (members, adults): (u32, u32)) -> AnyView {
    let visit = &filled(visit, draft);
    let people = members + adults;
    let back = visit.href(&format!("/museum/groups/apply/{}", draft.id));
    let size = people_words(visit, members, adults);
    if sessions.is_empty() {
        return view! {
            <Page title=visit.t("groups-when-title") crumbs=Groups::crumbs(visit)>
                {steps::<Groups>(visit, 1)}
                <EmptyState of=Illustration::Museum title=visit.t("groups-when-none")>
                    <p>{visit.t_args("groups-when-none-text", &[("people", people.into())])}</p>
                    <p class="actions"><LinkButton href=back variant=Variant::Secondary>{visit.t("groups-back-who")}</LinkButton></p>
                </EmptyState>
            </Page>
        }
        .into_any();
    }
    let selects = WISHES.into_iter().enumerate().map(|(i, name)| {
        let label = visit.t(["groups-wish-1", "groups-wish-2", "groups-wish-3"][i]);
        let none = Choice::new("", visit.t(if i == 0 { "bus-choose" } else { "groups-wish-none" }));
        let all = sessions.iter().map(|it| Choice::new(it.id.to_string(), session_text(visit, it, people)));
        let choices: Vec<Choice> = std::iter::once(none).chain(all).collect();
        view! { <Select name=name label=label choices=choices optional={i > 0}/> }
    });
    let selects = selects.collect_view();
    view! {
        <Page title=visit.t("groups-when-title") lead=visit.t_args("groups-when-lead", &[("size", size.to_string().into())]) crumbs=Groups::crumbs(visit)>
            {steps::<Groups>(visit, 1)}
            {saved(visit, draft)}
            <Form kept=true>
                <p class="hint">{visit.t("groups-when-hint")}</p>
                {selects}
                {onward(visit, "groups-continue-code")}
            </Form>
            <p><a href=back>{visit.t("groups-back-who")}</a></p>
        </Page>
    }
    .into_any()
}

/// The code.
#[component]
pub fn ApplyCode() -> impl IntoView {
    code_page::<Groups>()
}
