//! Who belongs to a family, the child and the day it takes over, and what whoever reads agrees to.

use super::words::{consent_words, kin_text};
use super::{FamilyTabs, crumbs, hidden, mourning};
use crate::desk::{moment, news, read_first};
use crate::form::Tone;
use crate::problem::Problem;
use crate::ui::{Banner, Button, Form, HiddenField, Page, SummaryList, SummaryRow, Tag, TextField, Variant};
use crate::visit::{Visit, visit};
use domain::family::Kin;
use domain::time::day_text;
use leptos::prelude::*;
use services::family::{self, Markers, OwnChild, OwnConsent, OwnMember, People};

const NEWS: &[(&str, &str)] = &[("said", "family-said-news"), ("phone", "family-child-news")];

/// The page.
#[component]
pub fn OwnPeople() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let all = family::people(&visit.services, &visit.context).await.map_err(hidden)?;
    let families = all.iter().map(|of| one(visit, of)).collect_view();
    Ok(view! {
        <Page title=visit.t("family-tab-people") lead=visit.t("family-people-lead") crumbs=crumbs(visit, &[])>
            {news(visit, NEWS)}
            <FamilyTabs/>
            {families}
            <p class="no-print"><a href=visit.href(crate::account::at::SECURITY)>{visit.t("family-contact")}</a></p>
        </Page>
    }
    .into_any())
}

fn one(visit: &Visit, of: &People) -> AnyView {
    let members = of.members.iter().map(|member| belongs(visit, member)).collect_view();
    let children = of.children.iter().map(|child| child_section(visit, of, child)).collect_view();
    let asked = of.consents.iter().map(|asked| consent(visit, of, asked)).collect_view();
    let consents = (!of.consents.is_empty()).then(|| {
        view! {
            <section class="section" id="consents">
                <h2>{visit.t("family-consents")}</h2>
                <p class="muted">{visit.t("family-consents-lead")}</p>
                {asked}
            </section>
        }
    });
    let key = match of.markers {
        Markers::Own => None,
        Markers::Shared => Some("family-markers-shared"),
        Markers::Hers => Some("family-markers-hers"),
        Markers::Elsewhere => Some("family-markers-elsewhere"),
    };
    let markers = key.map(|key| view! { <Banner tone=Tone::Info>{visit.t(key)}</Banner> });
    view! {
        <section class="section" id="members">
            <h2>{visit.t("family-members")}</h2>
            <ul class="letter-list">{members}</ul>
            {markers}
        </section>
        {children}
        {consents}
    }
    .into_any()
}

fn belongs(visit: &Visit, of: &OwnMember) -> impl IntoView + use<> {
    let name = of.name.as_ref().map_or_else(|| visit.t("family-nameless"), |name| name.as_str().to_owned().into());
    let own = of.own.then(|| view! { <Tag tone=Tone::Info>{visit.t("family-you")}</Tag> });
    let mother = of.member.mother.then(|| view! { " · "{visit.t("family-mother")} });
    let since = visit.t_args("family-since", &[("at", moment(visit, of.member.since).into())]);
    view! {
        <li class="letter-item">
            <p class="letter-name">{name}" "{own}</p>
            <p class="muted small">{kin_text(visit, of.member.kin)}{mother}" · "{since}</p>
        </li>
    }
}

/// The child, the day it is of age, and where it is reached then. Of one that died its name and its birth, and words to its family.
fn child_section(visit: &Visit, of: &People, child: &OwnChild) -> AnyView {
    let day = |day| day_text(day, visit.locale());
    let mut rows = vec![
        SummaryRow::new(visit.t("family-child-name"), child.name.as_str().to_owned()),
        SummaryRow::new(visit.t("family-child-born"), day(child.born)),
    ];
    if child.died {
        return view! {
            <section class="section" id="child">
                <h2>{visit.t("family-child")}</h2>
                {mourning(visit)}
                <SummaryList rows=rows/>
            </section>
        }
        .into_any();
    }
    rows.push(SummaryRow::new(visit.t("family-child-of-age"), day(child.of_age_on)));
    rows.extend(child.phone.clone().map(|phone| SummaryRow::new(visit.t("family-child-phone"), phone)));
    rows.extend(child.invited_at.map(|at| SummaryRow::new(visit.t("family-child-invited"), moment(visit, at))));
    rows.extend(child.took_over_at.map(|at| SummaryRow::new(visit.t("family-child-took-over"), moment(visit, at))));
    let guards = of.acts && of.members.iter().any(|member| member.own && member.member.kin != Kin::AdultChild);
    let form = (guards && child.took_over_at.is_none()).then(|| {
        let action = visit.href("/account/units/people/child");
        view! {
            <Form action=action>
                <HiddenField name="family" value=of.family.to_string()/>
                <HiddenField name="child" value=child.id.to_string()/>
                <TextField name="phone" label=visit.t("family-child-phone") hint=visit.t("family-child-phone-hint") inputmode="tel" autocomplete="off" width="medium"/>
                <p class="actions"><Button variant=Variant::Secondary>{visit.t("family-child-phone-do")}</Button></p>
            </Form>
        }
    });
    view! {
        <section class="section" id="child">
            <h2>{visit.t("family-child")}</h2>
            {child.took_over_at.is_none().then(|| view! { <p>{visit.t("family-child-lead")}</p> })}
            <SummaryList rows=rows/>
            {form}
        </section>
    }
    .into_any()
}

/// One purpose: what was said of it, and the button that says the other thing.
fn consent(visit: &Visit, of: &People, asked: &OwnConsent) -> impl IntoView + use<> {
    let (title, text) = consent_words(visit, asked.purpose);
    let given = asked.given == Some(true);
    let (tone, state) = match (asked.given, asked.at) {
        (Some(true), Some(at)) => {
            (Tone::Success, visit.t_args("family-agreed-at", &[("at", moment(visit, at).into())]))
        }
        (Some(false), Some(at)) => {
            (Tone::Plain, visit.t_args("family-declined-at", &[("at", moment(visit, at).into())]))
        }
        _ => (Tone::Plain, visit.t("family-not-agreed")),
    };
    let action = visit.href("/account/units/people/consent");
    let press = visit.t(if given { "family-consent-withdraw" } else { "family-consent-give" });
    let variant = if given { Variant::Quiet } else { Variant::Secondary };
    let (purpose, other) = (asked.purpose.name(), if given { "no" } else { "yes" });
    let about = title.clone();
    view! {
        <div class="family-consent">
            <h3>{title}</h3>
            <p>{text}</p>
            <p><Tag tone=tone>{state}</Tag></p>
            <Form action=action>
                <HiddenField name="family" value=of.family.to_string()/>
                <HiddenField name="purpose" value=purpose/>
                <HiddenField name="given" value=other/>
                <p class="actions"><Button variant=variant>{press}<span class="hidden">" "{about}</span></Button></p>
            </Form>
        </div>
    }
}
