//! Verifying a passport: in the browser, by the module of the `verify` crate. The page holds the published keys, so that nothing has to
//! be asked for once it is loaded, and the file never leaves the device. Without scripts it says how the subcommand does the same.

use super::{at, crumbs};
use crate::form::Tone;
use crate::i18n::FluentValue;
use crate::problem::Problem;
use crate::ui::{Banner, FileField, LinkButton, Page, SummaryList, SummaryRow, Variant};
use crate::visit::{Visit, visit};
use leptos::prelude::*;
use serde_json::{Map, Value};
use services::custody::proof;

/// What does not hold, by its word in the verifier's answer, with the variables of its sentence.
const BROKEN: &[(&str, &str, &[&str])] = &[
    ("not_one", "proof-broken-not-one", &[]),
    ("version", "proof-broken-version", &["version"]),
    ("order", "proof-broken-order", &["at", "expected"]),
    ("said", "proof-broken-said", &["at"]),
    ("event", "proof-broken-event", &["at"]),
    ("empty", "proof-broken-empty", &[]),
    ("not_rooted", "proof-broken-not-rooted", &[]),
    ("cut_off", "proof-broken-cut-off", &["at", "covered"]),
    ("proof", "proof-broken-proof", &[]),
    ("unknown_key", "proof-broken-unknown-key", &["kid"]),
    ("ended_key", "proof-broken-ended-key", &["kid"]),
    ("other_key", "proof-broken-other-key", &["kid"]),
    ("signature", "proof-broken-signature", &[]),
    // What the page says by itself.
    ("large", "proof-large", &[]),
    ("unsigned", "proof-unsigned", &[]),
    ("slip", "proof-slip", &[]),
    ("ready", "proof-ready", &[]),
    ("checking", "proof-checking", &[]),
    ("events", "proof-events", &["events", "told"]),
    ("covered", "proof-covered", &["covered", "number", "day"]),
    ("signed", "proof-signed-by", &["at", "kid"]),
    // Days and times, as everywhere in the house.
    ("day", "proof-date", &["year", "month", "day", "weekday"]),
    ("moment", "proof-moment", &["day", "time"]),
];

/// The page.
#[component]
pub fn Verify() -> impl IntoView {
    crate::desk::read_first(page(visit()))
}

/// The sentences as the script reads them: `{at}` stands for a variable.
fn words(visit: &Visit) -> String {
    let mut all = Map::new();
    for (word, key, names) in BROKEN {
        let gaps: Vec<(&str, FluentValue<'_>)> =
            names.iter().map(|name| (*name, format!("{{{name}}}").into())).collect();
        all.insert((*word).to_owned(), visit.t_args(key, &gaps).as_str().into());
    }
    data(&Value::Object(all))
}

/// JSON in a script's element, where nothing is escaped but what could end it.
fn data(value: &Value) -> String {
    value.to_string().replace('<', "\\u003c")
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let keys = serde_json::to_value(proof::keys(&visit.services)).map_err(|_| Problem::Broken)?;
    let script = visit.assets.verify.as_ref().map(|folder| {
        let source = format!("/pkg/{folder}/verify-page.js");
        view! {
            <script type="application/json" id="proof-keys" inner_html=data(&keys)></script>
            <script type="application/json" id="proof-words" inner_html=words(visit)></script>
            <script type="module" src=source></script>
        }
    });
    let checks = ["proof-check-said", "proof-check-chain", "proof-check-tree", "proof-check-root"];
    let checks = checks.map(|key| view! { <li>{visit.t(key)}</li> }).into_iter().collect_view();
    let recipe = "server verify-passport passport.json --keys keys.json --roots roots.json";
    Ok(view! {
        <Page title=visit.t("proof-verify-title") lead=visit.t("proof-verify-lead") crumbs=crumbs(visit)>
            <noscript><div class="proof-tool"><Banner tone=Tone::Info>{visit.t("proof-no-script")}</Banner></div></noscript>
            <div id="proof-tool" class="proof-tool" hidden=true>
                <p class="muted" id="proof-state" role="status">{visit.t("proof-loading")}</p>
                <FileField name="passport" label=visit.t("proof-file") hint=visit.t("proof-file-hint") accept=".json,application/json"/>
                {answers(visit)}
            </div>
            <section class="section">
                <h2>{visit.t("proof-checks")}</h2>
                <ol class="proof-checks">{checks}</ol>
                <p>{visit.t("proof-not-shown")}</p>
            </section>
            <section class="section">
                <h2>{visit.t("proof-elsewhere")}</h2>
                <p>{visit.t("proof-elsewhere-text")}</p>
                <pre class="proof-recipe" tabindex="0" aria-label=visit.t("proof-recipe")><code>{recipe}</code></pre>
                <p class="actions no-print">
                    <LinkButton href=at::KEYS_FILE variant=Variant::Secondary download=true>{visit.t("proof-keys")}</LinkButton>
                    <LinkButton href=visit.href(at::ROOTS) variant=Variant::Secondary>{visit.t("proof-roots-title")}</LinkButton>
                </p>
            </section>
            {script}
        </Page>
    }
    .into_any())
}

/// What the script fills in and shows.
fn answers(visit: &Visit) -> impl IntoView + use<> {
    let gap = |id: &'static str| view! { <span id=id></span> };
    let rows = vec![
        SummaryRow::new(visit.t("proof-unit"), view! { <span class="code proof-hash" id="proof-said-unit"></span> }),
        SummaryRow::new(visit.t("proof-way"), gap("proof-said-events")),
        SummaryRow::new(visit.t("proof-root"), gap("proof-said-covered")),
        SummaryRow::new(visit.t("proof-signature"), gap("proof-said-signed")),
    ];
    view! {
        <section id="proof-holds" class="proof-answer" tabindex="-1" hidden=true aria-live="polite">
            <Banner tone=Tone::Success title=visit.t("proof-holds")>{visit.t("proof-holds-text")}</Banner>
            <SummaryList rows=rows/>
            <p id="proof-later" hidden=true>{visit.t("proof-later")}</p>
            <p>{visit.t("proof-not-compared")}</p>
            <p class="code proof-hash" id="proof-said-root"></p>
        </section>
        <section id="proof-broken" class="proof-answer" tabindex="-1" hidden=true aria-live="polite">
            <Banner tone=Tone::Danger title=visit.t("proof-broken")><p id="proof-why"></p></Banner>
            <p>{visit.t("proof-broken-next")}</p>
        </section>
        <section id="proof-unable" class="proof-answer" tabindex="-1" hidden=true aria-live="polite">
            <Banner tone=Tone::Warning title=visit.t("proof-unable")><p id="proof-unable-why"></p></Banner>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::custody::passport::Broken;

    #[test]
    fn everything_a_passport_can_be_refused_for_has_its_sentence() {
        let kid = || "k".to_owned();
        let all = [
            Broken::NotOne,
            Broken::Version { version: 2 },
            Broken::Order { at: 2, expected: 1 },
            Broken::Said { at: 1 },
            Broken::Event { at: 1 },
            Broken::Empty,
            Broken::NotRooted,
            Broken::CutOff { at: 2, covered: 3 },
            Broken::Proof,
            Broken::UnknownKey { kid: kid() },
            Broken::EndedKey { kid: kid() },
            Broken::OtherKey { kid: kid() },
            Broken::Signature,
        ];
        for broken in all {
            let told = serde_json::to_value(&broken).expect("JSON");
            let word = told["broken"].as_str().expect("a word");
            let (_, _, names) = BROKEN.iter().find(|(known, ..)| *known == word).expect(word);
            for name in *names {
                assert!(told.get(*name).is_some(), "{word} does not say {name}");
            }
        }
    }
}
