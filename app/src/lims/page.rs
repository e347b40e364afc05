//! One letter: what was sent, why it was not kept, and what can be done.

use super::{AT, code_text, state_key, state_tone};
use crate::desk::{crumbs, moment, news, read_first, rooms};
use crate::form::Tone;
use crate::problem::Problem;
use crate::ui::{Banner, Button, Form, Page, SummaryList, SummaryRow, Tag, TextField, Variant};
use crate::visit::{Visit, param, visit};
use domain::Locale;
use domain::account::Capability;
use domain::lims::LetterState;
use leptos::prelude::*;
use services::lims::{Letter, letter};
use uuid::Uuid;

const NEWS: &[(&str, &str)] =
    &[("applied", "lims-news-applied"), ("again", "lims-news-again"), ("vouched", "lims-news-vouched")];

/// The page.
#[component]
pub fn DeadLetterPage() -> impl IntoView {
    let id = param("id").and_then(|text| text.parse().ok());
    read_first(page(visit(), id))
}

async fn page(visit: Visit, id: Option<Uuid>) -> Result<AnyView, Problem> {
    let visit = &visit;
    // The family reads why in the language of the house.
    let why = crate::i18n::text(Locale::ZhCn, "units-look-routine");
    let letter = letter(&visit.services, &visit.context, id.ok_or(Problem::NotFound)?, &why).await?;
    Ok(view! {
        <Page title=visit.t("lims-letter-title") crumbs=crumbs(visit, &[(AT, "lims-letters-title")])>
            {rooms(visit)}
            {news(visit, NEWS)}
            <SummaryList rows=facts(visit, &letter)/>
            {sent(visit, &letter)}
            {acts(visit, &letter)}
        </Page>
    }
    .into_any())
}

fn facts(visit: &Visit, letter: &Letter) -> Vec<SummaryRow> {
    let state = view! { <Tag tone=state_tone(letter.state)>{visit.t(state_key(letter.state))}</Tag> };
    let detail =
        (!letter.detail.is_empty()).then(|| view! { <br/><span class="muted small">{letter.detail.clone()}</span> });
    let mut rows = vec![
        SummaryRow::new(visit.t("lims-letter-state"), state),
        SummaryRow::new(visit.t("lims-letter-why"), view! { {code_text(visit, &letter.code)}{detail} }),
    ];
    let mut add = |key: &str, value: Option<String>| {
        rows.extend(value.map(|value| SummaryRow::new(visit.t(key), view! { <code class="code">{value}</code> })));
    };
    add("lims-letter-unit", letter.din.as_ref().map(ToString::to_string));
    add("lims-letter-what", letter.kind.clone());
    add("lims-letter-order", letter.source_seq.map(|seq| seq.to_string()));
    add("lims-letter-key", letter.key.clone());
    add("lims-letter-event", letter.seq.map(|seq| seq.to_string()));
    add("lims-letter-reason", letter.reason.clone());
    rows.push(SummaryRow::new(visit.t("lims-letter-came"), moment(visit, letter.came_at)));
    let tried = visit
        .t_args("lims-letter-tried", &[("times", letter.tries.into()), ("at", moment(visit, letter.tried_at).into())]);
    rows.push(SummaryRow::new(visit.t("lims-letter-tries"), tried));
    rows
}

fn sent(visit: &Visit, letter: &Letter) -> Option<impl IntoView + use<>> {
    let record = letter.record.clone()?;
    Some(view! {
        <section class="section">
            <h2>{visit.t("lims-letter-record")}</h2>
            <pre class="code lims-record" tabindex="0">{record}</pre>
        </section>
    })
}

/// Two people vouch for the time of a record that a feed may not say by itself.
fn time(visit: &Visit, letter: &Letter) -> Option<AnyView> {
    if !letter.is_of_time() {
        return None;
    }
    let own = letter.vouched_by.is_some() && letter.vouched_by == visit.context.actor.account();
    let may = letter.vouched_by.is_none() || visit.context.require(Capability::ReleaseUnits).is_ok();
    let (text, verb) = match letter.vouched_by {
        None => ("lims-letter-time-text", "lims-letter-vouch"),
        Some(_) => ("lims-letter-vouched-text", "lims-letter-let-through"),
    };
    let action = visit.href(&format!("{AT}/{}/vouch", letter.id));
    let form = (may && !own).then(|| {
        view! {
            <Form action=action>
                <p class="actions"><Button variant=Variant::Secondary>{visit.t(verb)}</Button></p>
            </Form>
        }
    });
    Some(view! { <Banner tone=Tone::Info>{visit.t(text)}</Banner> {form} }.into_any())
}

fn acts(visit: &Visit, letter: &Letter) -> Option<AnyView> {
    if letter.state != LetterState::Open {
        return None;
    }
    let at = |verb: &str| visit.href(&format!("{AT}/{}/{verb}", letter.id));
    let waits = letter.waits.then(|| view! { <Banner tone=Tone::Info>{visit.t("lims-letter-waits-text")}</Banner> });
    // A key that is another record's stays refused, however often it is tried.
    let again = (letter.code != "key-reused").then(|| {
        view! {
            <Form action=at("replay")>
                <p class="actions"><Button variant=Variant::Secondary>{visit.t("lims-letter-again")}</Button></p>
            </Form>
        }
    });
    Some(
        view! {
            <section class="section no-print" id="acts">
                <h2>{visit.t("lims-letter-do")}</h2>
                {waits}
                {time(visit, letter)}
                {again}
                <Form action=at("give-up")>
                    <TextField name="reason" label=visit.t("lims-letter-reason") hint=visit.t("lims-letter-reason-hint") maxlength=200/>
                    <p class="actions"><Button variant=Variant::Danger>{visit.t("lims-letter-give-up")}</Button></p>
                </Form>
            </section>
        }
        .into_any(),
    )
}
