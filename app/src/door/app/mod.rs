//! The door without the network: a web app under its own scope, `/door/app/`, for devices that supervisors enrol.
//!
//! Here stands its shell: one document in both languages, a service worker that keeps it, a manifest to install it by. What
//! happens in it are the scripts beside this file, which the build lays out in a folder whose name carries their hash, with
//! the module of the `gate` crate: the rules are `domain`'s, a script has none. It shares `camera.js` with the counter's page.
//!
//! The document names nobody and is the same for everybody, so a service worker may keep it; what a device knows it has from
//! `/api/v1/door/…`, which no worker touches.

use crate::i18n;
use crate::ui::{Glyph, Icon};
use crate::visit::Assets;
use domain::Locale;
use leptos::prelude::*;
use leptos::reactive::owner::Owner;
use serde_json::{Map, Value, json};

/// Where it lives.
pub const SCOPE: &str = "/door/app/";

/// The service worker's text before it knows its version and files.
const WORKER: &str = include_str!("worker.js");

/// Every sentence of the app with its variables. Those with `n` have a form of their own for one.
const WORDS: &[(&str, &[&str])] = &[
    ("door-title", &[]),
    ("door-inside", &[]),
    ("door-ticket", &[]),
    ("door-look", &[]),
    ("door-camera", &[]),
    ("door-camera-aim", &[]),
    ("door-camera-stop", &[]),
    ("door-camera-refused", &[]),
    ("door-camera-none", &[]),
    ("door-camera-busy", &[]),
    ("door-camera-other", &[]),
    ("door-present", &[]),
    ("door-admit", &[]),
    ("door-next-instead", &[]),
    ("door-come-in", &["n"]),
    ("door-party", &["n"]),
    ("door-document", &["last"]),
    ("enumeration-separator", &[]),
    ("door-walk-in", &[]),
    ("door-walk-in-n", &["n"]),
    ("door-left", &[]),
    ("door-left-n", &["n"]),
    ("door-not-a-pass", &[]),
    ("door-unknown", &[]),
    ("door-cancelled", &[]),
    ("door-wrong-day", &["at"]),
    ("door-not-today", &[]),
    ("door-too-early", &["from"]),
    ("door-too-late", &["until"]),
    ("door-already-admitted", &["arrived"]),
    ("door-more-than-booked", &["left"]),
    ("door-session-closed", &[]),
    ("gate-app-name", &[]),
    ("gate-app-loading", &[]),
    ("gate-app-old", &[]),
    ("gate-app-unkept", &[]),
    ("gate-app-unread", &[]),
    ("gate-app-enrol-title", &[]),
    ("gate-app-enrol-text", &[]),
    ("gate-app-code", &[]),
    ("gate-app-enrol", &[]),
    ("gate-app-code-bad", &[]),
    ("gate-app-enrol-offline", &[]),
    ("gate-app-enrol-later", &[]),
    ("gate-app-wiped", &[]),
    ("gate-app-unknown", &[]),
    ("gate-app-online", &[]),
    ("gate-app-offline", &[]),
    ("gate-app-never", &[]),
    ("gate-app-age-now", &[]),
    ("gate-app-age", &["n"]),
    ("gate-app-queued", &["n"]),
    ("gate-app-sent", &[]),
    ("gate-app-behind", &["n"]),
    ("gate-app-ahead", &["n"]),
    ("gate-app-clock", &[]),
    ("gate-app-sync", &[]),
    ("gate-app-no-roster", &[]),
    ("gate-app-unknown-key", &[]),
    ("gate-app-name-of", &["name"]),
    ("gate-app-arrived", &["arrived", "people"]),
    ("gate-app-newer", &[]),
    ("gate-app-refused-again", &["n"]),
    ("gate-app-override", &[]),
    ("gate-app-override-reason", &[]),
    ("gate-app-override-hint", &[]),
    ("gate-app-override-submit", &[]),
    ("gate-app-place", &[]),
    ("gate-app-walked", &["n"]),
    ("gate-app-went", &["n"]),
    ("gate-app-sessions", &[]),
    ("gate-app-sessions-none", &[]),
    ("gate-app-closed", &[]),
    ("gate-app-open-door", &[]),
    ("gate-app-conflicts", &[]),
    ("gate-app-conflicts-some", &["n"]),
    ("gate-app-conflicts-none", &[]),
    ("gate-app-shift", &[]),
    ("gate-app-shift-text", &[]),
    ("gate-app-shift-submit", &[]),
    ("gate-app-shift-waiting", &["n"]),
    ("gate-app-shift-ended", &[]),
    ("gate-app-shift-begin", &[]),
    ("gate-app-sound", &[]),
    ("gate-app-language", &[]),
];

/// The sentences as the scripts read them: `{n}` stands for a variable, `key#1` for the sentence of one.
fn words(locale: Locale) -> Value {
    let mut all = Map::new();
    for (key, names) in WORDS {
        let gaps: Vec<(&str, String)> = names.iter().map(|name| (*name, format!("{{{name}}}"))).collect();
        let args: Vec<_> = gaps.iter().map(|(name, gap)| (*name, gap.clone().into())).collect();
        all.insert((*key).to_owned(), i18n::text_args(locale, key, &args).as_str().into());
        if let [only @ ("n" | "arrived" | "left")] = names {
            let one = i18n::text_args(locale, key, &[(only, 1_u32.into())]);
            all.insert(format!("{key}#1"), one.as_str().into());
        }
    }
    Value::Object(all)
}

/// A sentence that a script exchanges when the language is.
#[component]
fn Word(key: &'static str) -> impl IntoView {
    view! { <span data-w=key>{i18n::text(Locale::ZhCn, key)}</span> }
}

/// The document, Chinese until its script is told otherwise. `None` where the build left no scripts for it.
pub fn document(assets: &Assets) -> Option<String> {
    let scripts = assets.door.as_ref()?;
    let both = json!({ "zh-CN": words(Locale::ZhCn), "en": words(Locale::En) });
    // In a script's element nothing is escaped but what could end it.
    let both = both.to_string().replace('<', "\\u003c");
    let zh = |key| i18n::text(Locale::ZhCn, key);
    let html = Owner::new().with(|| {
        view! {
            <html lang="zh-CN">
                <head>
                    <meta charset="utf-8"/>
                    <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover"/>
                    <meta name="format-detection" content="telephone=no"/>
                    <meta name="robots" content="noindex"/>
                    <title>{zh("gate-app-name")}</title>
                    <link rel="stylesheet" href=format!("/pkg/{}", assets.css)/>
                    <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                    <link rel="manifest" href=format!("{SCOPE}manifest.webmanifest")/>
                    <script type="module" src=format!("/pkg/{scripts}/main.js")></script>
                </head>
                <body>
                    <main id="main" class="door doorapp">
                        {head()}
                        <noscript>
                            <p>{zh("gate-app-no-script")}<a href="/door">{zh("gate-app-page")}</a></p>
                        </noscript>
                        <p id="loading"><Word key="gate-app-loading"/></p>
                        <p id="told" class="doorapp-told" role="status" hidden=true></p>
                        {enrolment()}
                        <div id="door" class="doorapp-door" hidden=true>
                            <section id="answer" role="alert"></section>
                            {party()}
                            {scan()}
                            {others()}
                            {day()}
                            {shift()}
                        </div>
                        <footer class="doorapp-foot">
                            <label class="doorapp-sound"><input type="checkbox" id="sound" checked=true/><Word key="gate-app-sound"/></label>
                            <button type="button" class="tool" id="language"><Word key="gate-app-language"/></button>
                        </footer>
                    </main>
                    <script type="application/json" id="words" inner_html=both></script>
                </body>
            </html>
        }
        .to_html()
    });
    Some(format!("<!DOCTYPE html>{html}"))
}

/// What it is, how many are inside, and how it stands with the network.
fn head() -> impl IntoView {
    view! {
        <header class="door-head">
            <h1 class="door-title"><Word key="door-title"/></h1>
            <p class="door-inside" id="inside-line" hidden=true>
                <span class="door-inside-label"><Word key="door-inside"/></span>
                <strong id="inside">"0"</strong>
            </p>
        </header>
        <section id="standing" class="doorapp-standing" hidden=true>
            <p class="doorapp-pills" role="status">
                <span class="tag" id="network"></span>
                <span class="tag" id="queue"></span>
                <span class="tag" id="age"></span>
                <span class="tag" id="clock"></span>
            </p>
            <p class="doorapp-device">
                <span id="device"></span>
                <button type="button" class="tool" id="sync"><Word key="gate-app-sync"/></button>
            </p>
        </section>
    }
}

fn enrolment() -> impl IntoView {
    view! {
        <section id="enrolment" class="door-party" hidden=true>
            <h2><Word key="gate-app-enrol-title"/></h2>
            <p><Word key="gate-app-enrol-text"/></p>
            <form id="enrol" class="form">
                <div class="field">
                    <label class="label" for="f-code"><Word key="gate-app-code"/></label>
                    <input class="input door-input" id="f-code" name="code" autocomplete="off" autocapitalize="characters"
                        spellcheck="false" required=true aria-describedby="enrol-said"/>
                </div>
                <p class="field-error" id="enrol-said" role="status"></p>
                <button class="button"><Word key="gate-app-enrol"/></button>
            </form>
        </section>
    }
}

/// A party that may come in, or that a supervisor lets in: how many are there.
fn party() -> impl IntoView {
    view! {
        <section id="party" class="door-party" hidden=true>
            <p class="door-party-people" id="party-people"></p>
            <p class="door-party-who" id="party-who"></p>
            <p id="party-documents" class="door-document" hidden=true></p>
            <p id="party-more"></p>
            <form id="admit" class="form">
                <fieldset class="door-numbers" id="numbers">
                    <legend class="label"><Word key="door-present"/></legend>
                    <div class="choices" id="choices"></div>
                </fieldset>
                <div class="field" id="number-field" hidden=true>
                    <label class="label" for="f-present"><Word key="door-present"/></label>
                    <input class="input" id="f-present" type="number" inputmode="numeric" min="1"/>
                </div>
                <div class="field" id="reason-field" hidden=true>
                    <label class="label" for="f-reason"><Word key="gate-app-override-reason"/></label>
                    <p class="hint" id="f-reason-hint"><Word key="gate-app-override-hint"/></p>
                    <input class="input" id="f-reason" maxlength="200" autocomplete="off" aria-describedby="f-reason-hint"/>
                </div>
                <button class="button" id="admit-button"></button>
            </form>
            <p><button type="button" class="tool" id="next"><Word key="door-next-instead"/></button></p>
        </section>
    }
}

/// The one input, with the camera above the same script as the counter's page has.
fn scan() -> impl IntoView {
    let zh = |key| i18n::text(Locale::ZhCn, key);
    view! {
        <section class="door-scan" id="scan">
            <form id="look" class="form">
                <div class="field">
                    <label class="label" for="f-ticket"><Word key="door-ticket"/></label>
                    <input class="input door-input" id="f-ticket" name="ticket" autocomplete="off"
                        autocapitalize="characters" spellcheck="false" enterkeyhint="go" required=true/>
                </div>
                <button class="button"><Icon of=Glyph::Ticket/><Word key="door-look"/></button>
            </form>
            <div
                class="door-camera"
                hidden=true
                data-camera=""
                data-refused=zh("door-camera-refused")
                data-none=zh("door-camera-none")
                data-busy=zh("door-camera-busy")
                data-other=zh("door-camera-other")
            >
                <button type="button" class="button button-secondary" data-camera-start=""><Word key="door-camera"/></button>
                <div class="door-camera-view" hidden=true data-camera-view="">
                    <video class="door-camera-video" data-camera-video="" playsinline=true muted=true aria-hidden="true"></video>
                    <p><Word key="door-camera-aim"/></p>
                    <button type="button" class="button button-secondary" data-camera-stop=""><Word key="door-camera-stop"/></button>
                </div>
                <p class="field-error" role="status" data-camera-said=""></p>
            </div>
        </section>
    }
}

/// Without a ticket, and on the way out. Every press counts: a device knows whether it was one press or two.
fn others() -> impl IntoView {
    let counts = |kind: &'static str| {
        [1, 2, 3, 4, 5, 10]
            .map(|n| {
                view! { <button type="button" class="button button-secondary" data-count=kind data-n=n>{format!("+{n}")}</button> }
            })
            .into_iter()
            .collect_view()
    };
    view! {
        <section class="door-others" id="others">
            <div class="field" id="place-field" hidden=true>
                <label class="label" for="f-place"><Word key="gate-app-place"/></label>
                <select class="input" id="f-place"></select>
            </div>
            <details class="doorapp-more">
                <summary class="button button-secondary"><Word key="door-walk-in"/></summary>
                <div class="door-counts">{counts("walk_in")}</div>
            </details>
            <details class="doorapp-more">
                <summary class="button button-secondary"><Word key="door-left"/></summary>
                <div class="door-counts">{counts("left")}</div>
            </details>
        </section>
    }
}

fn day() -> impl IntoView {
    view! {
        <section class="door-running" id="day">
            <h2><Word key="gate-app-sessions"/></h2>
            <ul id="sessions"></ul>
        </section>
    }
}

/// What supervisors have besides.
fn shift() -> impl IntoView {
    view! {
        <section class="doorapp-supervisor" id="supervisor" hidden=true>
            <h2><Word key="gate-app-conflicts"/></h2>
            <p id="conflicts-said"></p>
            <ul id="conflicts"></ul>
            <details class="doorapp-more">
                <summary class="button button-secondary"><Word key="gate-app-shift"/></summary>
                <p><Word key="gate-app-shift-text"/></p>
                <p class="field-error" id="shift-said" role="status"></p>
                <button type="button" class="button button-danger" id="shift-end"><Word key="gate-app-shift-submit"/></button>
            </details>
        </section>
        <p id="shift-ended" hidden=true>
            <button type="button" class="button" id="shift-begin"><Word key="gate-app-shift-begin"/></button>
        </p>
    }
}

/// The service worker of a version of the shell: the SHA-256 of its document, in hexadecimal digits. `files` are what the
/// document loads.
pub fn worker(version: &str, files: &[String]) -> String {
    WORKER.replace("\"{{version}}\"", &json!(version).to_string()).replace("\"{{files}}\"", &json!(files).to_string())
}

/// The manifest by which the app is installed.
pub fn manifest() -> String {
    json!({
        "name": i18n::text(Locale::ZhCn, "gate-app-name").as_str(),
        "short_name": i18n::text(Locale::ZhCn, "gate-app-short").as_str(),
        "lang": "zh-CN",
        "id": SCOPE,
        "start_url": SCOPE,
        "scope": SCOPE,
        "display": "standalone",
        "background_color": "#fafdfd",
        "theme_color": "#fafdfd",
        "icons": [{ "src": "/favicon.svg", "sizes": "any", "type": "image/svg+xml" }],
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assets() -> Assets {
        Assets { css: "site.0.css".into(), door: Some("door.0".into()), ..Assets::default() }
    }

    #[test]
    fn the_document_has_every_word_and_no_script_of_its_own() {
        let html = document(&assets()).expect("a document");
        assert!(html.starts_with("<!DOCTYPE html><html lang=\"zh-CN\">"), "{}", &html[..80]);
        assert!(!html.contains('⟦'), "a word is missing");
        let scripts: Vec<_> = html.match_indices("<script").map(|(at, _)| &html[at..at + 60]).collect();
        assert_eq!(scripts.len(), 2, "{scripts:?}");
        assert!(!html.contains("style=") && !html.contains("onclick"));
        let words =
            html.rsplit_once("id=\"words\">").and_then(|(_, rest)| rest.split_once("</script>")).expect("words");
        let words: Value = serde_json::from_str(words.0).expect("JSON");
        assert_eq!(words["en"]["door-come-in"], "Come in: {n} people");
        assert_eq!(words["en"]["door-come-in#1"], "Come in: 1 person");
        assert_eq!(words["zh-CN"]["door-too-early"], "还没到入场时间，{from} 开始入场");
        let keys = html.match_indices("data-w=\"").filter_map(|(at, _)| html[at + 8..].split_once('"'));
        for (key, _) in keys {
            assert!(WORDS.iter().any(|(known, _)| *known == key), "{key} cannot be exchanged");
        }
        assert!(document(&Assets::default()).is_none());
    }

    #[test]
    fn the_worker_knows_its_version_and_its_files() {
        let worker = worker("door.0", &["/pkg/door.0/main.js".into()]);
        assert!(
            worker.contains("\"door.0\"") && worker.contains("[\"/pkg/door.0/main.js\"]") && !worker.contains("{{")
        );
    }
}
