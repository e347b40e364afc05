//! The letters: how many are open for which reason, and a page of them, the oldest first.

use super::{AT, code_text, state_key, state_tone};
use crate::desk::{crumbs, moment, news, read_first, rooms};
use crate::form::Tone;
use crate::problem::Problem;
use crate::ui::{
    Column, EmptyState, Glyph, Illustration, LinkButton, Page, Row, Tab, Table, Tabs, Tag, Variant, Width,
};
use crate::visit::{Visit, visit};
use domain::lims::LetterState;
use leptos::prelude::*;
use services::keyset::After;
use services::lims::{Letter, OpenCount, Which, letters, open_counts};

const NEWS: &[(&str, &str)] = &[("given_up", "lims-news-given-up")];

/// The page.
#[component]
pub fn DeadLetters() -> impl IntoView {
    read_first(page(visit()))
}

/// What the address asks for: the state, the reason, and after which letter.
struct Asked {
    state: LetterState,
    code: Option<String>,
    after: Option<After>,
}

impl Asked {
    fn of(visit: &Visit) -> Self {
        let query = &visit.query;
        let shape = |code: &&str| !code.is_empty() && code.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        Self {
            state: query.get("show").and_then(LetterState::from_name).unwrap_or(LetterState::Open),
            code: query.get("code").filter(shape).map(str::to_owned),
            after: query.get("after").and_then(After::parse),
        }
    }

    fn address(&self, code: Option<&str>, after: Option<&Letter>) -> String {
        let code = code.map(|code| format!("&code={code}")).unwrap_or_default();
        let after = after.map(|last| format!("&after={}", After { at: last.came_at, id: last.id }.text()));
        format!("{AT}?show={}{code}{}", self.state.name(), after.unwrap_or_default())
    }
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let asked = Asked::of(visit);
    let counts = open_counts(&visit.services, &visit.context).await?;
    let which = Which { state: Some(asked.state), code: asked.code.clone(), after: asked.after.map(After::key) };
    let found = letters(&visit.services, &visit.context, &which).await?;
    let open = counts.iter().map(|count| count.letters).sum::<u64>();
    let tabs = LetterState::ALL.into_iter().map(|state| Tab {
        href: visit.href(&format!("{AT}?show={}", state.name())).into(),
        label: visit.t(state_key(state)),
        count: (state == LetterState::Open).then_some(open),
        current: state == asked.state,
    });
    let tabs = tabs.collect();
    let reasons = (asked.state == LetterState::Open && !counts.is_empty()).then(|| reasons(visit, &asked, &counts));
    let next = found.letters.last().filter(|_| found.more).map(|last| {
        let href = visit.href(&asked.address(asked.code.as_deref(), Some(last)));
        view! {
            <p class="actions no-print">
                <LinkButton href=href variant=Variant::Secondary glyph=Glyph::ArrowRight>{visit.t("lims-letters-next")}</LinkButton>
            </p>
        }
    });
    Ok(view! {
        <Page title=visit.t("lims-letters-title") lead=visit.t("lims-letters-lead") width=Width::Wide crumbs=crumbs(visit, &[])>
            {rooms(visit)}
            {news(visit, NEWS)}
            <Tabs label=visit.t("lims-letters-title") tabs=tabs/>
            {reasons}
            {list(visit, &asked, &found.letters)}
            {next}
        </Page>
    }
    .into_any())
}

/// How many are open for which reason; each leads to its letters.
fn reasons(visit: &Visit, asked: &Asked, counts: &[OpenCount]) -> impl IntoView + use<> {
    let columns = vec![
        Column::new(visit.t("lims-letter-why")),
        Column::number(visit.t("lims-letters-count")),
        Column::new(visit.t("lims-letters-oldest")),
    ];
    let rows = counts.iter().map(|count| {
        let href = visit.href(&asked.address(Some(&count.code), None));
        let here = (asked.code.as_deref() == Some(count.code.as_str())).then_some("true");
        Row::new()
            .cell(view! { <a href=href aria-current=here>{code_text(visit, &count.code)}</a> })
            .cell(count.letters.to_string())
            .cell(moment(visit, count.oldest))
    });
    let rows = rows.collect();
    view! {
        <section class="section">
            <h2>{visit.t("lims-letters-reasons")}</h2>
            <Table caption=visit.t("lims-letters-reasons") caption_hidden=true columns=columns rows=rows/>
        </section>
    }
}

fn list(visit: &Visit, asked: &Asked, letters: &[Letter]) -> AnyView {
    if letters.is_empty() {
        let text = (asked.state == LetterState::Open).then(|| visit.t("lims-letters-none-text"));
        return view! {
            <EmptyState of=Illustration::Helix title=visit.t("lims-letters-none")><p>{text}</p></EmptyState>
        }
        .into_any();
    }
    let columns = vec![
        Column::new(visit.t("lims-letter-came")),
        Column::new(visit.t("lims-letter-unit")),
        Column::new(visit.t("lims-letter-what")),
        Column::new(visit.t("lims-letter-why")),
        Column::number(visit.t("lims-letter-tries")),
    ];
    let rows = letters.iter().map(|letter| row(visit, letter)).collect();
    view! { <Table caption=visit.t(state_key(asked.state)) caption_hidden=true columns=columns rows=rows/> }.into_any()
}

fn row(visit: &Visit, letter: &Letter) -> Row {
    let href = visit.href(&format!("{AT}/{}", letter.id));
    let unit = letter.din.as_ref().map_or_else(|| "—".to_owned(), ToString::to_string);
    let kind = letter.kind.clone().map_or_else(
        || view! { <span class="muted">{visit.t("lims-letter-unreadable")}</span> }.into_any(),
        |kind| view! { <code class="code">{kind}</code> }.into_any(),
    );
    let waits = (letter.state == LetterState::Open && letter.waits)
        .then(|| view! { " "<Tag tone=Tone::Info>{visit.t("lims-letter-waits")}</Tag> });
    let ended = (letter.state != LetterState::Open)
        .then(|| view! { " "<Tag tone=state_tone(letter.state)>{visit.t(state_key(letter.state))}</Tag> });
    let detail =
        (!letter.detail.is_empty()).then(|| view! { <br/><span class="muted small">{letter.detail.clone()}</span> });
    Row::new()
        .cell(view! { <a href=href>{moment(visit, letter.came_at)}</a> })
        .cell(view! { <code class="code">{unit}</code> })
        .cell(kind)
        .cell(view! { {code_text(visit, &letter.code)}{waits}{ended}{detail} })
        .cell(letter.tries.to_string())
}
