//! The tests of a unit: how far each is, its values beside what is usual, and what that means in a plain sentence.

use super::list::name;
use super::readings::{bound, readings};
use super::unit::texts;
use super::words::test_state;
use super::{crumbs, hidden, page_of};
use crate::desk::{moment, read_first};
use crate::i18n::{Text, found, text, text_args};
use crate::museum::param;
use crate::problem::Problem;
use crate::ui::{Closeness, Meter, Page, Tag, figure};
use crate::visit::{Visit, visit};
use domain::Locale;
use domain::custody::{Person, Value, What};
use domain::family::{Cover, REFERENCES_VERSION, TestState};
use domain::ids::UnitId;
use leptos::prelude::*;
use services::family::{self, OwnTest};

/// The page.
#[component]
pub fn OwnTests() -> impl IntoView {
    read_first(page(visit(), param("id")))
}

async fn page(visit: Visit, id: Option<UnitId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let id = id.ok_or(Problem::NotFound)?;
    let record = family::record(&visit.services, &visit.context, id).await.map_err(hidden)?;
    let way = [(page_of(id), name(visit, &record.unit).to_string())];
    let (done, all) = record.unit.counts.tests;
    let all = all.max(u32::try_from(record.tests.len()).unwrap_or(all));
    let text = visit.t_args("family-tests-done", &[("done", done.into()), ("all", all.into())]);
    let items = record.tests.iter().map(|test| one(visit, test)).collect_view();
    let version = visit.t_args("family-tests-reference", &[("version", u32::from(REFERENCES_VERSION).into())]);
    Ok(view! {
        <Page title=visit.t("family-tests-title") lead=visit.t("family-tests-lead") crumbs=crumbs(visit, &way)>
            {texts(visit, record.texts)}
            <Meter label=text value=u64::from(done) max=u64::from(all)/>
            {record.cover.as_ref().map(|cover| dose(visit, cover))}
            <section class="section">
                <ol class="case-line">{items}</ol>
                <p class="muted small">{version}</p>
            </section>
        </Page>
    }
    .into_any())
}

/// For whom the cells suffice, with the version of the rule.
pub(super) fn dose(visit: &Visit, cover: &Cover) -> impl IntoView + use<> {
    let [low, high] = cover.rule.thresholds;
    let args =
        [("kg", cover.kg[0].into()), ("at", low.text.into()), ("kg2", cover.kg[1].into()), ("at2", high.text.into())];
    let text = visit.t_args("family-dose", &args);
    let rule = visit.t_args("family-dose-rule", &[("version", u32::from(cover.rule.version).into())]);
    view! {
        <section class="section" id="dose">
            <h2>{visit.t("family-dose-title")}</h2>
            <p>{text}</p>
            <p class="muted small">{rule}</p>
        </section>
    }
}

fn one(visit: &Visit, test: &OwnTest) -> impl IntoView + use<> {
    let (tone, state) = test_state(test.state);
    let at = test.final_at.map(|at| view! { <p class="muted small">{moment(visit, at)}</p> });
    let hers = test.hidden.then(|| view! { <p class="muted">{visit.t("family-test-hers")}</p> });
    let repeats = (test.state == TestState::Repeat).then(|| view! { <p>{visit.t("family-test-repeat-text")}</p> });
    let values = test.values.iter().map(|value| line(visit, value)).collect_view();
    let values = (!test.values.is_empty()).then(|| view! { <ul class="family-values">{values}</ul> });
    let corrected = test.corrected.then(|| view! { <p>{visit.t("family-test-corrected")}</p> });
    let means = (!test.corrected).then(|| readings(visit.locale(), &test.code, &test.values));
    let means = means.into_iter().flatten().map(|text| view! { <p class="muted">{text}</p> }).collect_view();
    view! {
        <li class="case-step">
            <p class="case-step-head"><strong>{test.name.clone()}</strong><Tag tone=tone>{visit.t(state)}</Tag></p>
            {at}
            {hers}
            {repeats}
            {corrected}
            {values}
            {means}
        </li>
    }
}

/// One value: what it is of, what was found, and what is usual.
fn line(visit: &Visit, value: &Value) -> impl IntoView + use<> {
    let words = value_words(visit.locale(), value);
    let about = words.about.map(|about| view! { <span class="muted">{about}</span> });
    let usual = words.usual.map(|usual| view! { <span class="muted small">" · "{usual}</span> });
    view! { <li>{words.analyte}{about}{visit.t("label-separator")}<strong>{words.found}</strong>{usual}</li> }
}

/// A value in words.
pub(super) struct ValueWords {
    /// What was measured.
    pub analyte: Text,
    /// Whose blood it is, where it is not the child's, and when it was measured: in brackets.
    pub about: Option<Text>,
    /// What was found.
    pub found: String,
    /// What is usual.
    pub usual: Option<Text>,
}

/// The words of a value.
pub(super) fn value_words(locale: Locale, value: &Value) -> ValueWords {
    let analyte = found(locale, &format!("family-analyte-{}", value.analyte));
    let whose = (value.of == Person::Mother).then(|| text(locale, "family-of-mother"));
    let phase = value.phase.map(|phase| text(locale, &format!("family-phase-{}", phase.name())));
    let about: Vec<String> = whose.into_iter().chain(phase).map(|text| text.to_string()).collect();
    let about = (!about.is_empty()).then(|| {
        let words = about.join(&text(locale, "list-separator"));
        text_args(locale, "family-about", &[("words", words.into())])
    });
    let said = match &value.found {
        What::Number(number) => figure(*number, &value.unit, Closeness::Rounded),
        What::Marker(marker) => {
            text(locale, &format!("family-marker-{}", marker.name().to_ascii_lowercase())).to_string()
        }
        What::Text(text) => text.clone(),
    };
    let usual = bound(value).map(|least| {
        let least = figure(least, &value.unit, Closeness::Rounded);
        text_args(locale, "family-usual", &[("least", least.into())])
    });
    let analyte = analyte.unwrap_or_else(|| Text::from(value.analyte.clone()));
    ValueWords { analyte, about, found: said, usual }
}
