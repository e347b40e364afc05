//! Carrying out what a signed meeting decided about one case: out of which envelope, in which parts, and why.

use super::sitting::plain;
use super::words::{facts_text, outcome_text, yuan};
use super::{AT, minutes_at, named};
use crate::desk::{crumbs, read_first, rooms};
use crate::form::Tone;
use crate::i18n::Text;
use crate::ledger::evidence_text;
use crate::letters::grounds;
use crate::problem::Problem;
use crate::ui::{
    Banner, Button, Checkboxes, Choice, Crumb, Fieldset, Form, HiddenField, LinkButton, Page, Select, SummaryList,
    SummaryRow, TextArea, TextField, Variant,
};
use crate::visit::{Visit, visit};
use domain::ids::{AwardId, CaseId, MeetingId};
use domain::ledger::{Evidence, Fen};
use domain::spark::review::vote::Outcome;
use domain::time::day_text;
use leptos::prelude::*;
use services::spark::review::{Carrying, carrying};

/// In so many parts at most.
pub(super) const PARTS: usize = 3;

/// What a first part waits for, where nobody says otherwise.
const USUAL: [Evidence; 2] = [Evidence::Agreement, Evidence::Invoice];

/// The page.
#[component]
pub fn CarryOut() -> impl IntoView {
    read_first(page(visit(), named("id"), named("case")))
}

async fn page(visit: Visit, meeting: Option<MeetingId>, case: Option<CaseId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let (Some(meeting), Some(case)) = (meeting, case) else { return Err(Problem::NotFound) };
    let one = carrying(&visit.services, &visit.context, (meeting, case)).await?;
    let title = visit.t_args("committee-carry-one", &[("reference", one.named.reference.clone().into())]);
    let day = day_text(one.day, visit.locale());
    let rows = vec![
        SummaryRow::new(visit.t("committee-what"), facts_text(visit, &one.named)),
        SummaryRow::new(visit.t("committee-outcome"), outcome_text(visit, one.outcome)),
        SummaryRow::new(visit.t("committee-day"), day.clone()),
    ];
    let content = if one.done {
        view! { <Banner tone=Tone::Success>{visit.t("committee-carried")}</Banner> }.into_any()
    } else {
        form(visit, &one)
    };
    let mut crumbs = crumbs(visit, &[(AT, "committee-title")]);
    let minutes = visit.t_args("committee-minutes-of", &[("day", day.into())]);
    crumbs.push(Crumb::new(visit.href(&minutes_at(meeting)), minutes));
    Ok(view! {
        <Page title=title lead=visit.t("committee-carry-lead") crumbs=crumbs>
            {rooms(visit)}
            <SummaryList rows=rows/>
            {content}
        </Page>
    }
    .into_any())
}

fn form(visit: &Visit, one: &Carrying) -> AnyView {
    let sum = match one.outcome {
        Outcome::Granted(sum) | Outcome::Partial(sum) => Some(sum),
        Outcome::Refused | Outcome::Deferred => None,
    };
    let money = match sum {
        Some(_) if one.funds.is_empty() => {
            return view! { <Banner tone=Tone::Warning>{visit.t("committee-no-fund")}</Banner> }.into_any();
        }
        Some(sum) => Some(money(visit, one, sum)),
        None => None,
    };
    let optional = !one.event.needs_reason();
    view! {
        <Form>
            <HiddenField name="version" value=one.version.to_string()/>
            {money}
            {grounds(visit, one.event)}
            <TextArea name="reason" label=visit.t("committee-reason") hint=visit.t("committee-reason-hint") rows=5 optional=optional/>
            <p class="actions">
                <Button>{visit.t("committee-carry-do")}</Button>
                <LinkButton href=visit.href(AT) variant=Variant::Quiet>{visit.t("committee-back")}</LinkButton>
            </p>
        </Form>
    }
    .into_any()
}

/// Out of which envelope, and in which parts.
fn money(visit: &Visit, one: &Carrying, sum: Fen) -> AnyView {
    // Made with the page and kept through its faults: sent twice it is one award.
    let made = visit.context.new_id::<AwardId>().to_string();
    let award = visit.form.value("award").map_or(made, str::to_owned);
    let mut choices = vec![Choice::new("", visit.t("committee-choose"))];
    for fund in &one.funds {
        choices.extend(fund.envelopes.iter().map(|envelope| {
            let args = [
                ("fund", visit.pick(&fund.name_zh, &fund.name_en).into_owned().into()),
                ("envelope", visit.pick(&envelope.name_zh, &envelope.name_en).into_owned().into()),
                ("has", yuan(visit, envelope.has.available).into()),
            ];
            Choice::new(envelope.id.to_string(), visit.t_args("committee-envelope-choice", &args))
        }));
    }
    let parts: Vec<AnyView> = (1..=PARTS).map(|nth| part(visit, nth, sum)).collect();
    let hint = visit.t_args("committee-parts-hint", &[("sum", yuan(visit, sum).into())]);
    view! {
        <HiddenField name="award" value=award/>
        <Select name="envelope" label=visit.t("committee-envelope") hint=visit.t("committee-envelope-hint") choices=choices/>
        <p class="muted">{hint}</p>
        {parts}
    }
    .into_any()
}

fn part(visit: &Visit, nth: usize, sum: Fen) -> AnyView {
    let n = u32::try_from(nth).unwrap_or(u32::MAX);
    let legend = visit.t_args("committee-part-nth", &[("n", n.into())]);
    let (first, optional) = (nth == 1, nth > 1);
    let value = if first { plain(sum) } else { Text::default() };
    let needs = Evidence::ALL.map(|kind| Choice::new(kind.name(), evidence_text(visit, kind))).to_vec();
    let values: Vec<Text> = if first { USUAL.iter().map(|kind| Text::from(kind.name())).collect() } else { Vec::new() };
    let label = visit.t_args("committee-needs", &[("n", n.into())]);
    view! {
        <Fieldset legend=legend>
            <TextField name=format!("amount-{nth}") label=visit.t_args("committee-part-amount", &[("n", n.into())]) inputmode="decimal" width="medium" value=value optional=optional/>
            <Checkboxes name=format!("needs-{nth}") label=label choices=needs values=values inline=true/>
        </Fieldset>
    }
    .into_any()
}
