//! The staff: who may sign in, and what for. For operators, with a fresh second factor.

use super::at;
use super::calls::{ENROLMENT_CODE, FIRST_PASSWORD};
use super::notices::page_problem;
use super::widgets::{done_notice, moment_text, seen_text};
use crate::desk::rooms;
use crate::form::Tone;
use crate::i18n::Text;
use crate::problem::{Problem, problem_page};
use crate::ui::{
    Banner, Button, Checkboxes, Choice, Column, Crumb, Dialog, Form, Glyph, LinkButton, Page, Row, SummaryList,
    SummaryRow, Table, Tag, TextField, Variant, Width,
};
use crate::visit::{Visit, param, visit};
use crate::words::role_text;
use domain::account::Role;
use domain::ids::AccountId;
use leptos::prelude::*;
use services::account::staff::{self, StaffMember};

fn crumbs(visit: &Visit, below: bool) -> Vec<Crumb> {
    let mut crumbs = vec![Crumb::new(visit.href(at::STAFF), visit.t("nav-staff"))];
    if below {
        crumbs.push(Crumb::new(visit.href(at::PEOPLE), visit.t("people-title")));
    }
    crumbs
}

/// Everybody who works here.
#[component]
pub fn People() -> impl IntoView {
    let visit = visit();
    Suspend::new(async move {
        match staff::list(&visit.services, &visit.context).await {
            Ok(members) => list_page(&visit, members).into_any(),
            Err(error) => problem_page(page_problem(error)).into_any(),
        }
    })
}

fn list_page(visit: &Visit, members: Vec<StaffMember>) -> impl IntoView + use<> {
    let done =
        done_notice(visit, &[("ended", "people-done-ended"), ("visitor-sessions", "people-done-visitor-sessions")]);
    let columns = vec![
        Column::new(visit.t("people-name")),
        Column::new(visit.t("staff-login")),
        Column::new(visit.t("people-roles")),
        Column::new(visit.t("people-state")),
        Column::new(visit.t("people-seen")),
    ];
    let rows = members.into_iter().map(|member| {
        let (tone, state) = state_of(visit, &member);
        let href = visit.href(&format!("{}/{}", at::PEOPLE, member.account));
        let seen = member.last_seen_at.map_or_else(|| visit.t("people-never"), |at| seen_text(visit, at));
        Row::new()
            .cell(view! { <a href=href>{name_of(&member)}</a> })
            .cell(view! { <code>{member.login.clone()}</code> })
            .cell(roles_of(visit, &member))
            .cell(view! { <Tag tone=tone>{state}</Tag> })
            .cell(seen)
    });
    let rows = rows.collect();
    view! {
        <Page title=visit.t("people-title") lead=visit.t("people-lead") crumbs=crumbs(visit, false) width=Width::Wide>
            {rooms(visit)}
            {done.map(|text| view! { <Banner tone=Tone::Success alert=true>{text}</Banner> })}
            <p class="actions">
                <LinkButton href=visit.href(at::PEOPLE_NEW) glyph=Glyph::Person>{visit.t("people-new")}</LinkButton>
            </p>
            <Table caption=visit.t("people-title") caption_hidden=true columns=columns rows=rows/>
            <section class="section account-part">
                <h2>{visit.t("people-visitor-title")}</h2>
                <p class="muted">{visit.t("people-visitor-text")}</p>
                <Form action=visit.href("/staff/visitors/end-sessions")>
                    <TextField name="contact" label=visit.t("sign-in-contact") autocomplete="off" width="medium"/>
                    <Button variant=Variant::Secondary>{visit.t("people-sessions-submit")}</Button>
                </Form>
            </section>
        </Page>
    }
}

/// A name that stands in a link: never nothing.
fn name_of(member: &StaffMember) -> String {
    if member.name.is_empty() { member.login.clone() } else { member.name.clone() }
}

fn roles_of(visit: &Visit, member: &StaffMember) -> Text {
    let names: Vec<_> = member.roles.iter().map(|role| role_text(visit, *role).to_string()).collect();
    if names.is_empty() { visit.t("people-no-roles") } else { names.join(&visit.t("enumeration-separator")).into() }
}

fn state_of(visit: &Visit, member: &StaffMember) -> (Tone, Text) {
    match member {
        StaffMember { resting_until: Some(_), .. } => (Tone::Danger, visit.t("people-state-resting")),
        StaffMember { ajar_until: Some(until), .. } if *until <= visit.context.now => {
            (Tone::Danger, visit.t("people-state-late"))
        }
        StaffMember { temporary: true, enrolled: true, .. } => (Tone::Warning, visit.t("people-state-temporary")),
        StaffMember { enrolled: false, .. } => (Tone::Warning, visit.t("people-state-new")),
        _ => (Tone::Success, visit.t("people-state-ready")),
    }
}

fn role_choices(visit: &Visit) -> Vec<Choice> {
    let about = |role| match role {
        Role::MuseumOfficer => visit.t("people-role-museum-officer"),
        Role::Steward => visit.t("people-role-steward"),
        Role::Operator => visit.t("people-role-operator"),
        Role::Auditor => visit.t("people-role-auditor"),
        Role::BusDispatcher => visit.t("people-role-bus-dispatcher"),
        Role::DoorSupervisor => visit.t("people-role-door-supervisor"),
        Role::CaseOfficer => visit.t("people-role-case-officer"),
        Role::MedicalReviewer => visit.t("people-role-medical-reviewer"),
        Role::CommitteeMember => visit.t("people-role-committee-member"),
        Role::Chair => visit.t("people-role-chair"),
        Role::FinancePreparer => visit.t("people-role-finance-preparer"),
        Role::FinanceReleaser => visit.t("people-role-finance-releaser"),
        Role::ComplianceOfficer => visit.t("people-role-compliance-officer"),
        Role::AccountAdministrator => visit.t("people-role-account-administrator"),
        Role::FamilySupport => visit.t("people-role-family-support"),
        Role::LabOfficer => visit.t("people-role-lab-officer"),
        Role::QualityOfficer => visit.t("people-role-quality-officer"),
        Role::NightShift => visit.t("people-role-night-shift"),
    };
    Role::ALL.into_iter().map(|role| Choice::new(role.name(), role_text(visit, role)).hint(about(role))).collect()
}

/// A new colleague.
#[component]
pub fn PeopleNew() -> impl IntoView {
    let visit = &visit();
    view! {
        <Page title=visit.t("people-new") lead=visit.t("people-new-lead") crumbs=crumbs(visit, true)>
            <Form>
                <TextField name="name" label=visit.t("people-name") width="medium"/>
                <TextField name="login" label=visit.t("staff-login") hint=visit.t("people-login-hint") width="medium"/>
                <Checkboxes name="roles" label=visit.t("people-roles") hint=visit.t("people-roles-hint") choices=role_choices(visit)/>
                <Button>{visit.t("people-create")}</Button>
            </Form>
        </Page>
    }
}

/// One colleague.
#[component]
pub fn Person() -> impl IntoView {
    let visit = visit();
    let id = param("id").and_then(|id| id.parse::<AccountId>().ok());
    Suspend::new(async move {
        match staff::list(&visit.services, &visit.context).await {
            Ok(members) => match members.into_iter().find(|member| Some(member.account) == id) {
                Some(member) => person_page(&visit, &member).into_any(),
                None => problem_page(Problem::NotFound).into_any(),
            },
            Err(error) => problem_page(page_problem(error)).into_any(),
        }
    })
}

fn person_page(visit: &Visit, member: &StaffMember) -> impl IntoView + use<> {
    let (tone, state) = state_of(visit, member);
    let done = done_notice(visit, &[("roles", "people-done-roles"), ("sessions", "people-done-sessions")]);
    let seen = member.last_seen_at.map_or_else(|| visit.t("people-never"), |at| seen_text(visit, at));
    let mut rows = vec![
        SummaryRow::new(visit.t("staff-login"), view! { <code>{member.login.clone()}</code> }),
        SummaryRow::new(visit.t("people-state"), view! { <Tag tone=tone>{state}</Tag> }),
        SummaryRow::new(visit.t("people-seen"), seen),
    ];
    if let Some(until) = member.resting_until {
        rows.push(SummaryRow::new(visit.t("people-resting-until"), moment_text(visit, until)));
    }
    if let Some(until) = member.ajar_until {
        rows.push(SummaryRow::new(visit.t("people-ajar-until"), moment_text(visit, until)));
    }
    let own = visit.context.actor.account() == Some(member.account);
    let ticked = member.roles.iter().map(|role| Text::from(role.name())).collect::<Vec<_>>();
    view! {
        <Page title=name_of(member) crumbs=crumbs(visit, true)>
            {done.map(|text| view! { <Banner tone=Tone::Success alert=true>{text}</Banner> })}
            {shown_once(visit, FIRST_PASSWORD, "people-password-title", "people-password-text")}
            {shown_once(visit, ENROLMENT_CODE, "people-code-title", "people-code-text")}
            <SummaryList rows=rows/>
            <section class="section account-part">
                <h2>{visit.t("people-roles")}</h2>
                <Form action=act(visit, member, "roles")>
                    <Checkboxes
                        name="roles"
                        label=visit.t("people-roles")
                        hint=visit.t("people-roles-hint")
                        choices=role_choices(visit)
                        values=ticked
                    />
                    <Button variant=Variant::Secondary>{visit.t("people-save-roles")}</Button>
                </Form>
            </section>
            // One's own second factor and one's own end are no buttons to press by mistake.
            {(!own).then(|| ends(visit, member))}
        </Page>
    }
}

fn act(visit: &Visit, member: &StaffMember, what: &str) -> String {
    visit.href(&format!("{}/{}/{what}", at::PEOPLE, member.account))
}

/// What ends something of a colleague: sign-ins, the password, the second factor, the account.
fn ends(visit: &Visit, member: &StaffMember) -> impl IntoView + use<> {
    let password = [
        "people-reset-title",
        "people-reset-text",
        "people-reset-open",
        "people-reset-question",
        "people-reset-what",
        "people-reset-submit",
    ];
    let factor = [
        "people-factor-title",
        "people-factor-text",
        "people-factor-open",
        "people-factor-question",
        "people-factor-what",
        "people-factor-submit",
    ];
    let account = [
        "people-end-title",
        "people-end-text",
        "people-end-open",
        "people-end-question",
        "people-end-what",
        "people-end-submit",
    ];
    // A code that was lost is made anew by removing the factor once more.
    let has_factor = member.enrolled || member.enrolment_code;
    view! {
        <section class="section account-part">
            <h2>{visit.t("people-sessions-title")}</h2>
            <p class="muted">{visit.t("people-sessions-text")}</p>
            <Form action=act(visit, member, "end-sessions")>
                <Button variant=Variant::Secondary>{visit.t("people-sessions-submit")}</Button>
            </Form>
        </section>
        {end(visit, act(visit, member, "reset-password"), password)}
        {has_factor.then(|| end(visit, act(visit, member, "reset-factor"), factor))}
        {end(visit, act(visit, member, "end"), account)}
    }
}

/// One of them, behind a question. Its words: the title, what it is for, what opens the question, the question, what happens,
/// the button.
fn end(visit: &Visit, action: String, words: [&str; 6]) -> impl IntoView + use<> {
    let [title, text, open, question, what, submit] = words.map(|key| visit.t(key));
    view! {
        <section class="section account-part">
            <h2>{title}</h2>
            <p class="muted">{text}</p>
            <Dialog label=open title=question>
                <p>{what}</p>
                <Form action=action><Button variant=Variant::Danger>{submit}</Button></Form>
            </Dialog>
        </section>
    }
}

/// A password or a code that was just made, to be handed over in person.
fn shown_once(visit: &Visit, field: &str, title: &'static str, text: &'static str) -> Option<impl IntoView + use<>> {
    let secret = visit.form.value(field)?.to_owned();
    Some(view! {
        <section class="once">
            <h2>{visit.t(title)}</h2>
            <p class="once-secret"><code>{secret}</code></p>
            <p>{visit.t(text)}</p>
        </section>
    })
}
